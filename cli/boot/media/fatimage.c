// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * FAT16 without partitions, as Microsoft's "FAT: General Overview of On-Disk Format" 1.03 has it: a boot
 * sector, one FAT twice, 512 root entries, clusters of 4 KiB. Files are written one after the other, so that
 * each one's chain is the numbers in their order. Every name is a long one (VFAT), with a short one made of
 * a number.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <sys/stat.h>
#include "core/util.h"
#include "fatimage.h"

#define SECTOR	     512u
#define CLUSTER	     4096u
#define ROOT_ENTRIES 512u
#define CLUSTERS     16384u /* 64 MiB; fewer than 4085 would make it a FAT12, more than 65524 a FAT32 */
#define FAT_SECTORS  ((CLUSTERS + 2) * 2 / SECTOR + 1)
#define ROOT_AT	     ((1 + 2 * FAT_SECTORS) * SECTOR)
#define DATA_AT	     (ROOT_AT + ROOT_ENTRIES * 32)
#define ATTR_LABEL   0x08
#define ATTR_FOLDER  0x10
#define ATTR_ARCHIVE 0x20
#define ATTR_LONG    0x0f
#define LONG_CHARS   13u
#define END_OF_CHAIN 0xffff

_Static_assert(DATA_AT / SECTOR + CLUSTERS * (CLUSTER / SECTOR) == FAT_IMAGE_SECTORS, "its size");

struct fat {
	int fd;
	unsigned next; /* free cluster, from 2 on */
	unsigned files;
	uint16_t *chain;
};

/* Entries of a folder, while it is written. */
struct entries {
	uint8_t data[ROOT_ENTRIES * 32];
	size_t n; /* bytes */
};

static void put16(uint8_t *p, unsigned v)
{
	p[0] = (uint8_t)v;
	p[1] = (uint8_t)(v >> 8);
}

static void put32(uint8_t *p, uint32_t v)
{
	put16(p, v & 0xffff);
	put16(p + 2, v >> 16);
}

static int write_at(int fd, const void *data, size_t len, off_t at)
{
	ssize_t n = pwrite(fd, data, len, at);

	return n < 0 ? -errno : (size_t)n < len ? -ENOSPC : 0;
}

static off_t cluster_at(unsigned cluster)
{
	return (off_t)DATA_AT + (off_t)(cluster - 2) * CLUSTER;
}

/* Room for `bytes`: the first cluster, 0 for nothing. */
static int take_clusters(struct fat *f, off_t bytes, unsigned *ret_first)
{
	unsigned n = (unsigned)((bytes + CLUSTER - 1) / CLUSTER);

	if (bytes > (off_t)CLUSTERS * CLUSTER || f->next + n > CLUSTERS + 2)
		return -EFBIG;
	*ret_first = n ? f->next : 0;
	for (unsigned i = 0; i < n; i++, f->next++)
		f->chain[f->next] = (uint16_t)(i + 1 < n ? f->next + 1 : END_OF_CHAIN);
	return 0;
}

static uint8_t short_sum(const uint8_t *name)
{
	uint8_t sum = 0;

	for (int i = 0; i < 11; i++)
		sum = (uint8_t)((sum >> 1 | sum << 7) + name[i]);
	return sum;
}

/* Thirteen characters of a long name, as its part `number`. */
static void put_long(uint8_t *e, const char *name, unsigned number, bool last, uint8_t sum)
{
	static const uint8_t at[LONG_CHARS] = { 1, 3, 5, 7, 9, 14, 16, 18, 20, 22, 24, 28, 30 };
	size_t len = strlen(name), from = (size_t)(number - 1) * LONG_CHARS;

	memset(e, 0, 32);
	e[0] = (uint8_t)(number | (last ? 0x40 : 0));
	e[11] = ATTR_LONG;
	e[13] = sum;
	for (unsigned i = 0; i < LONG_CHARS; i++)
		put16(e + at[i], from + i < len ? (uint8_t)name[from + i] : from + i == len ? 0 : 0xffff);
}

static void put_short(uint8_t *e, const uint8_t *name, uint8_t attributes, unsigned cluster, uint32_t size)
{
	memset(e, 0, 32);
	memcpy(e, name, 11);
	e[11] = attributes;
	put16(e + 24, (2026 - 1980) << 9 | 1 << 5 | 1); /* a date has to be one */
	put16(e + 26, cluster);
	put32(e + 28, size);
}

static int add_entry(struct fat *f, struct entries *to, const char *name, uint8_t attributes,
		     unsigned cluster, uint32_t size)
{
	unsigned parts = (unsigned)(strlen(name) + LONG_CHARS - 1) / LONG_CHARS;
	char number[12];
	uint8_t sum;

	if (to->n + ((size_t)parts + 1) * 32 > sizeof(to->data))
		return -EFBIG;
	snprintf(number, sizeof(number), "F%07u   ", f->files++ % 10000000u);
	sum = short_sum((const uint8_t *)number);
	for (unsigned i = parts; i > 0; i--, to->n += 32)
		put_long(to->data + to->n, name, i, i == parts, sum);
	put_short(to->data + to->n, (const uint8_t *)number, attributes, cluster, size);
	to->n += 32;
	return 0;
}

static int add_file(struct fat *f, struct entries *to, int dir, const char *name, off_t size)
{
	_cleanup_close_ int in = openat(dir, name, O_RDONLY | O_CLOEXEC);
	unsigned first;
	char buf[65536];
	off_t done = 0;
	int err;

	if (in < 0)
		return -errno;
	err = take_clusters(f, size, &first);
	while (!err && done < size) {
		ssize_t n = read(in, buf, (size_t)MIN((off_t)sizeof(buf), size - done));

		if (n <= 0)
			return n < 0 ? -errno : -EIO; /* it became shorter */
		err = write_at(f->fd, buf, (size_t)n, cluster_at(first) + done);
		done += n;
	}
	return err ? err : add_entry(f, to, name, ATTR_ARCHIVE, first, (uint32_t)size);
}

static int add_folder(struct fat *f, struct entries *to, int parent, const char *name, unsigned depth);

static int add_one(struct fat *f, struct entries *to, int dir, const char *name, unsigned depth)
{
	struct stat st;

	if (fstatat(dir, name, &st, 0) < 0)
		return -errno;
	if (S_ISREG(st.st_mode))
		return add_file(f, to, dir, name, st.st_size);
	return S_ISDIR(st.st_mode) && depth == 0 ? add_folder(f, to, dir, name, depth + 1) : 0;
}

static int add_all(struct fat *f, struct entries *to, int dir, unsigned depth)
{
	int copy = dup(dir), err = 0;
	DIR *d = copy < 0 ? NULL : fdopendir(copy);
	const struct dirent *e;

	if (!d) {
		err = -errno;
		if (copy >= 0)
			close(copy);
		return err;
	}
	while (!err && (e = readdir(d)))
		if (*e->d_name != '.')
			err = add_one(f, to, dir, e->d_name, depth);
	closedir(d);
	return err;
}

/* One folder below the root: "." and "..", and its files. */
static int add_folder(struct fat *f, struct entries *to, int parent, const char *name, unsigned depth)
{
	_cleanup_close_ int dir = openat(parent, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	_cleanup_free_ struct entries *inside = calloc(1, sizeof(*inside));
	unsigned first;
	int err;

	if (dir < 0 || !inside)
		return dir < 0 ? -errno : -ENOMEM;
	err = take_clusters(f, sizeof(inside->data), &first);
	if (err)
		return err;
	put_short(inside->data, (const uint8_t *)".          ", ATTR_FOLDER, first, 0);
	put_short(inside->data + 32, (const uint8_t *)"..         ", ATTR_FOLDER, 0, 0);
	inside->n = 64;
	err = add_all(f, inside, dir, depth);
	if (!err)
		err = write_at(f->fd, inside->data, sizeof(inside->data), cluster_at(first));
	return err ? err : add_entry(f, to, name, ATTR_FOLDER, first, 0);
}

static int write_boot_sector(const struct fat *f, const char *label)
{
	static const char type[8] = { 'F', 'A', 'T', '1', '6', ' ', ' ', ' ' };
	uint8_t b[SECTOR] = { 0xeb, 0x3c, 0x90, 'v', 'm', 's', 'p', 'e', 'c', ' ', ' ' };
	char padded[12];

	put16(b + 11, SECTOR);
	b[13] = CLUSTER / SECTOR;
	put16(b + 14, 1); /* reserved sectors */
	b[16] = 2;	  /* FATs */
	put16(b + 17, ROOT_ENTRIES);
	b[21] = 0xf8;
	put16(b + 22, FAT_SECTORS);
	put16(b + 24, 63); /* sectors a track and heads: nobody's disk has any, mtools asks */
	put16(b + 26, 255);
	put32(b + 32, DATA_AT / SECTOR + CLUSTERS * (CLUSTER / SECTOR));
	b[36] = 0x80;
	b[38] = 0x29;
	put32(b + 39, 0x564d5350);
	snprintf(padded, sizeof(padded), "%-11.11s", label);
	memcpy(b + 43, padded, 11);
	memcpy(b + 54, type, sizeof(type));
	put16(b + 510, 0xaa55);
	return ftruncate(f->fd, cluster_at(CLUSTERS + 2)) < 0 ? -errno : write_at(f->fd, b, sizeof(b), 0);
}

static int write_chains(const struct fat *f)
{
	_cleanup_free_ uint8_t *b = calloc(FAT_SECTORS, SECTOR);
	int err;

	if (!b)
		return -ENOMEM;
	put16(b, 0xfff8);
	put16(b + 2, END_OF_CHAIN);
	for (unsigned i = 2; i < f->next; i++)
		put16(b + 2 * (size_t)i, f->chain[i]);
	err = write_at(f->fd, b, (size_t)f->next * 2, SECTOR);
	return err ? err : write_at(f->fd, b, (size_t)f->next * 2, (off_t)(1 + FAT_SECTORS) * SECTOR);
}

int fat_image(const char *path, const char *image, const char *label)
{
	_cleanup_close_ int dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	_cleanup_close_ int fd = open(image, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	_cleanup_free_ struct entries *root = calloc(1, sizeof(*root));
	_cleanup_free_ uint16_t *chain = calloc(CLUSTERS + 2, sizeof(*chain));
	struct fat f = { .fd = fd, .next = 2, .chain = chain };
	char padded[12];
	int err;

	if (dir < 0 || fd < 0)
		return -errno;
	if (!root || !chain)
		return -ENOMEM;
	snprintf(padded, sizeof(padded), "%-11.11s", label);
	put_short(root->data, (const uint8_t *)padded, ATTR_LABEL, 0, 0);
	root->n = 32;
	err = add_all(&f, root, dir, 0);
	if (!err)
		err = write_boot_sector(&f, label);
	if (!err)
		err = write_chains(&f);
	return err ? err : write_at(fd, root->data, sizeof(root->data), (off_t)ROOT_AT);
}
