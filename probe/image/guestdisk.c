/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which disk does the running guest boot from? Looked for in this order:
 *
 *	a vfat that is mounted where ESPs are, and that udev knows to be one, or nothing
 *	of (/proc/self/mountinfo, /run/udev/data): elsewhere it may be another machine's;
 *	the partition that the boot loader says it came from (LoaderDevicePartUUID,
 *	the Boot Loader Interface);
 *	the only disk that has an ESP by udev's database.
 *
 * From partition to disk through sysfs, never by cutting digits off a name: vda15 is
 * on vda, nvme0n1p1 on nvme0n1; below LVM, LUKS or RAID through `slaves`. Serves "VM
 * Image Format", judged from inside.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <strings.h>
#include "image/guestdisk.h"
#include "image/source.h"

#define ESP_TYPE    "c12a7328-f81f-11d2-ba4b-00a0c93ec93b"
#define LOADER_PART "/sys/firmware/efi/efivars/LoaderDevicePartUUID-4a67b082-0a4c-41cf-b6c7-440b29bb8c4f"
#define UDEV_MAX    65536
#define LAYERS_MAX  8
#define SCAN_MAX    (128u << 20) /* bytes of files on the ESP that a boot may be kept by */

/* What stands behind `prefix` in the (last) line that begins so. -ENODATA: none does; -errno: could not look.
 */
static int line_value(struct vms_machine *m, const char *path, const char *prefix, char **ret)
{
	_cleanup_buf_ struct vms_buf text = { NULL, 0 };
	_cleanup_free_ char *value = NULL;
	size_t len, n = strlen(prefix);
	const char *cursor, *line;
	int r = path ? vms_root_read(m->root, path, UDEV_MAX, &text) : -ENOMEM;

	if (r < 0)
		return r;
	for (cursor = text.data; vms_next_line(&cursor, &line, &len);) {
		if (len <= n || strncmp(line, prefix, n) != 0)
			continue;
		free(value);
		value = vms_strndup(line + n, len - n);
		if (!value)
			return -ENOMEM;
	}
	if (!value)
		return -ENODATA;
	*ret = vms_take_string(&value);
	return 0;
}

/* 1: it is an ESP, by udev's database; 0: it is not; -errno: udev does not know. */
static int is_esp(struct vms_machine *m, const char *devno)
{
	_cleanup_free_ char *path = vms_asprintf("/run/udev/data/b%s", devno), *type = NULL;
	int r = line_value(m, path, "E:ID_PART_ENTRY_TYPE=", &type);

	return r < 0 ? r : strcasecmp(type, ESP_TYPE) == 0;
}

static bool exists(struct vms_machine *m, const char *dir, const char *name)
{
	_cleanup_free_ char *path = vms_asprintf("%s/%s", dir, name);

	return path && vms_root_probe(m->root, path) == 0;
}

/* From a block device to the disk below it. `syspath` is resolved. */
static int disk_below(struct vms_machine *m, const char *syspath, unsigned layer, char **ret)
{
	_cleanup_free_ char *slaves = vms_asprintf("%s/slaves", syspath), *below = NULL, *real = NULL;
	char *const *names = NULL;
	int r;

	if (!slaves)
		return -ENOMEM;
	if (layer < LAYERS_MAX && vms_root_names(m->root, slaves, &names) == 0 && names[0]) {
		below = vms_asprintf("%s/%s", slaves, names[0]);
		if (!below)
			return -ENOMEM;
		r = vms_root_realpath(m->root, below, &real);
		return r < 0 ? r : disk_below(m, real, layer + 1, ret);
	}
	*ret = strdup(syspath);
	if (!*ret)
		return -ENOMEM;
	if (exists(m, syspath, "partition"))
		*strrchr(*ret, '/') = '\0';
	return 0;
}

/* The disk of a block device that a link leads to ("/sys/dev/block/254:15"). */
static int disk_of_link(struct vms_machine *m, const char *link, char **ret)
{
	_cleanup_free_ char *real = NULL;
	int r = vms_root_realpath(m->root, link, &real);

	return r < 0 ? r : disk_below(m, real, 0, ret);
}

/* How likely a mount of vfat is the ESP that this guest boots from: by its place, more where udev says so
 * too; 0 not. */
static int mount_weight(struct vms_machine *m, const char *devno, const char *where)
{
	int esp = is_esp(m, devno), weight = 0;

	if (streq(where, "/boot/efi") || streq(where, "/efi"))
		weight = 3;
	else if (streq(where, "/boot"))
		weight = 2;
	else if (esp > 0 && startswith(where, "/boot/"))
		weight = 1;
	if (weight == 0 || esp == 0)
		return 0;
	return esp > 0 ? weight + 3 : weight;
}

/* Field 3 (device), 5 (mount point) and the file system after " - ". */
static bool parse_mount(const char *line, size_t len, char devno[32], char where[256], char fs[32])
{
	_cleanup_free_ char *copy = vms_strndup(line, len);
	const char *rest = copy ? strstr(copy, " - ") : NULL;

	return rest && sscanf(copy, "%*s %*s %31s %*s %255s", devno, where) == 2 &&
	       sscanf(rest, " - %31s", fs) == 1;
}

static int find_by_mount(struct vms_machine *m, char **ret)
{
	const char *cursor = vms_root_mountinfo(m->root), *line;
	char devno[32], where[256], fs[32], best[64] = "";
	int weight = 0;
	size_t len;

	while (cursor && vms_next_line(&cursor, &line, &len)) {
		int w;

		if (!parse_mount(line, len, devno, where, fs) || !streq(fs, "vfat"))
			continue;
		w = mount_weight(m, devno, where);
		if (w <= weight)
			continue;
		weight = w;
		snprintf(best, sizeof(best), "/sys/dev/block/%s", devno);
	}
	return weight == 0 ? -ENOENT : disk_of_link(m, best, ret);
}

/* LoaderDevicePartUUID: four bytes of attributes, then the partition's GUID in UTF-16. */
static int find_by_loader(struct vms_machine *m, char **ret)
{
	_cleanup_buf_ struct vms_buf value = { NULL, 0 };
	_cleanup_free_ char *path = NULL, *device = NULL, *link = NULL;
	char id[37];
	int r = vms_root_read(m->root, LOADER_PART, 4096, &value);

	if (r < 0)
		return r;
	if (value.len < 4 + 36 * 2)
		return -EBADMSG;
	for (size_t i = 0; i < 36; i++) {
		uint8_t c = value.data[4 + 2 * i];

		id[i] = (char)(c >= 'A' && c <= 'F' ? c - 'A' + 'a' : c);
		if (!strchr("0123456789abcdef-", id[i]) || !id[i])
			return -EBADMSG;
	}
	id[36] = '\0';
	path = vms_asprintf("/dev/disk/by-partuuid/%s", id);
	if (!path)
		return -ENOMEM;
	r = vms_root_realpath(m->root, path, &device);
	if (r < 0)
		return r;
	link = vms_asprintf("/sys/class/block/%s", strrchr(device, '/') + 1);
	return link ? disk_of_link(m, link, ret) : -ENOMEM;
}

/* -ENOTUNIQ: more than one disk has an ESP. */
static int find_by_type(struct vms_machine *m, char **ret)
{
	char *const *names = NULL;
	_cleanup_free_ char *found = NULL;
	int r = vms_root_names(m->root, "/sys/class/block", &names);

	if (r < 0)
		return r;
	for (size_t i = 0; names[i]; i++) {
		_cleanup_free_ char *link = vms_asprintf("/sys/class/block/%s", names[i]);
		_cleanup_free_ char *dev = vms_asprintf("/sys/class/block/%s/dev", names[i]), *disk = NULL;
		_cleanup_buf_ struct vms_buf devno = { NULL, 0 };

		if (!link || !dev)
			return -ENOMEM;
		if (!exists(m, link, "partition") || vms_root_read_line(m->root, dev, &devno) < 0 ||
		    is_esp(m, devno.data) <= 0)
			continue;
		r = disk_of_link(m, link, &disk);
		if (r < 0)
			return r;
		if (found && !streq(found, disk))
			return -ENOTUNIQ;
		free(found);
		found = disk;
		disk = NULL;
	}
	if (!found)
		return -ENOENT;
	*ret = found;
	found = NULL;
	return 0;
}

int guestdisk_find(struct vms_machine *m, char **ret, char **ret_why)
{
	static int (*const ways[])(struct vms_machine *, char **) = { find_by_mount, find_by_loader,
								      find_by_type };
	char *why, *disk = NULL;
	int r = -ENOENT;

	for (size_t i = 0; i < ARRAY_SIZE(ways) && r < 0; i++) {
		r = ways[i](m, &disk);
		if (r == -ENOMEM)
			return r;
	}
	if (r == 0) {
		*ret = disk;
		return 0;
	}
	if (r == -ENOTUNIQ)
		why = strdup("more than one disk has an EFI system partition, and none of them is mounted");
	else
		why = strdup("the disk with the EFI system partition cannot be told: none is mounted, and "
			     "neither the boot "
			     "loader nor udev names one");
	if (!why)
		return -ENOMEM;
	*ret = NULL;
	*ret_why = why;
	return 0;
}

/* ---- as an image ----------------------------------------------------------- */

struct guest_image {
	struct vms_image *image;
	char *why;
};

/* DEVNAME in the device's uevent: sysfs writes '!' where the node has a folder. */
static int device_node(struct vms_machine *m, const char *syspath, char **ret)
{
	_cleanup_free_ char *path = vms_asprintf("%s/uevent", syspath), *name = NULL;
	int r = line_value(m, path, "DEVNAME=", &name);

	if (r < 0)
		return r;
	*ret = vms_asprintf("/dev/%s", name);
	return *ret ? 0 : -ENOMEM;
}

static int open_node(struct vms_machine *m, const char *node, struct source_file *ret)
{
	struct source_file file = { .sector = 0 };
	int r = vms_root_open_file(m->root, node, &file.fd, &file.size);

	/* no regular file: a device of the machine that we run on */
	if (r < 0 && m->live == &vms_live_kernel)
		r = source_open_file(node, &file);
	if (r == 0) /* partition and disk have a page cache each: see what is on the disk now */
		posix_fadvise(file.fd, 0, 0, POSIX_FADV_DONTNEED);
	if (r == 0)
		*ret = file;
	return r;
}

static int guest_image_open(struct vms_machine *m, const char *syspath, struct guest_image *g)
{
	_cleanup_free_ char *node = NULL;
	struct source_file file = { .fd = -1 };
	int r = device_node(m, syspath, &node);

	if (r == 0)
		r = open_node(m, node, &file);
	if (r == -ENOMEM)
		return r;
	if (r < 0) {
		g->why = vms_asprintf("cannot read the disk of the EFI system partition, %s: %s",
				      node ? node : syspath, vms_blocker(r));
		return g->why ? 0 : -ENOMEM;
	}
	r = image_new(node, &g->image);
	if (r < 0) {
		close(file.fd);
		return r;
	}
	g->image->sector = file.sector;
	g->image->scan_left = SCAN_MAX;
	if (vms_machine_is_aarch32(m))
		g->image->arch = VMS_IMAGE_AARCH32;
	return source_attach_raw(g->image, file.fd, file.size);
}

static int guest_image_read(struct vms_machine *m, void *facts)
{
	struct guest_image *g = facts;
	_cleanup_free_ char *disk = NULL;
	int r = guestdisk_find(m, &disk, &g->why);

	return r < 0 || !disk ? r : guest_image_open(m, disk, g);
}

static void guest_image_clear(void *facts)
{
	struct guest_image *g = facts;

	vms_image_free(g->image);
	free(g->why);
}

int guestdisk_image(struct vms_machine *m, struct vms_image **ret, const char **ret_why)
{
	const struct guest_image *g =
		vms_machine_fact(m, VMS_FACT_IMAGE, sizeof(*g), guest_image_read, guest_image_clear);

	if (!g)
		return -ENOMEM;
	*ret = g->image;
	*ret_why = g->why;
	return 0;
}
