/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A small good disk image in memory: 512- or 4096-byte sectors, one ESP with a FAT32
 * of one-sector clusters, \EFI\BOOT\BOOTAA64.EFI with two sections. Tests damage it.
 *
 *	LBA 0 MBR, 1 header, 2.. entries, ESP from MK_ESP_LBA, backup entries, backup header
 *	ESP: sector 0 boot, 1 FSInfo, 2.. FAT, then clusters from 2
 */
#ifndef MKIMAGE_H
#define MKIMAGE_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "image/crc32.h"
#include "image/gpt.h"

#define MK_ESP_LBA     40u
#define MK_CLUSTERS    40u
#define MK_RESERVED    2u
#define MK_ROOT	       2u
#define MK_EFI	       3u
#define MK_BOOT	       4u
#define MK_LOADER      5u
#define MK_LOADER_SIZE 1536u
#define MK_ENTRIES     128u
#define MK_ENTRY       128u

struct mk {
	uint8_t *bytes;
	size_t len;
	uint32_t sector;
	uint64_t n_sectors, array_sectors, last_usable, esp_last;
	uint32_t n_clusters, fat_sectors;
};

static inline void mk16(uint8_t *p, uint16_t v)
{
	p[0] = (uint8_t)v;
	p[1] = (uint8_t)(v >> 8);
}

static inline void mk32(uint8_t *p, uint32_t v)
{
	mk16(p, (uint16_t)v);
	mk16(p + 2, (uint16_t)(v >> 16));
}

static inline void mk64(uint8_t *p, uint64_t v)
{
	mk32(p, (uint32_t)v);
	mk32(p + 4, (uint32_t)(v >> 32));
}

static inline uint8_t *mk_lba(const struct mk *m, uint64_t lba)
{
	return m->bytes + lba * m->sector;
}

/* Bytes of the ESP; of its cluster; of the entry of a cluster in the FAT. */
static inline uint8_t *mk_esp(const struct mk *m)
{
	return mk_lba(m, MK_ESP_LBA);
}

static inline uint8_t *mk_cluster(const struct mk *m, uint32_t n)
{
	return mk_esp(m) + (size_t)(MK_RESERVED + m->fat_sectors + n - 2) * m->sector;
}

static inline uint8_t *mk_fat(const struct mk *m, uint32_t n)
{
	return mk_esp(m) + (size_t)MK_RESERVED * m->sector + 4 * n;
}

/* Make the CRCs of one header and its array right again. */
static inline void mk_seal(const struct mk *m, uint64_t lba)
{
	uint8_t *h = mk_lba(m, lba);
	uint64_t array = lba == 1 ? 2 : m->last_usable + 1;

	mk32(h + 88, vms_crc32(0, mk_lba(m, array), MK_ENTRIES * MK_ENTRY));
	mk32(h + 16, 0);
	mk32(h + 16, vms_crc32(0, h, 92));
}

static inline void mk_header(const struct mk *m, uint64_t lba, uint64_t other)
{
	uint8_t *h = mk_lba(m, lba);

	memcpy(h, "EFI PART", 8);
	mk32(h + 8, 0x10000);
	mk32(h + 12, 92);
	mk64(h + 24, lba);
	mk64(h + 32, other);
	mk64(h + 40, 2 + m->array_sectors);
	mk64(h + 48, m->last_usable);
	memset(h + 56, 0x11, 16);
	mk64(h + 72, lba == 1 ? 2 : m->last_usable + 1);
	mk32(h + 80, MK_ENTRIES);
	mk32(h + 84, MK_ENTRY);
}

/* Partition `n` (from 0) in both arrays; both sealed. */
static inline void mk_entry(const struct mk *m, unsigned n, const uint8_t type[16], uint64_t first,
			    uint64_t last)
{
	for (int i = 0; i < 2; i++) {
		uint8_t *e = mk_lba(m, i == 0 ? 2 : m->last_usable + 1) + (size_t)n * MK_ENTRY;

		memcpy(e, type, 16);
		memset(e + 16, 0x22 + (int)n, 16);
		mk64(e + 32, first);
		mk64(e + 40, last);
		mk_seal(m, i == 0 ? 1 : m->n_sectors - 1);
	}
}

static inline void mk_dirent(uint8_t *e, const char *name11, uint8_t attr, uint32_t first, uint32_t size)
{
	memset(e, 0, 32);
	memcpy(e, name11, 11);
	e[11] = attr;
	mk16(e + 20, (uint16_t)(first >> 16));
	mk16(e + 26, (uint16_t)first);
	mk32(e + 28, size);
}

/* A PE with two sections that end at the end of the file. */
static inline void mk_pe(uint8_t *p, uint16_t machine, bool plus)
{
	uint16_t opt_size = (uint16_t)((plus ? 112 : 96) + 16 * 8);
	uint8_t *coff = p + 0x40, *opt = coff + 24, *sect = opt + opt_size;

	memset(p, 0, MK_LOADER_SIZE);
	memcpy(p, "MZ", 2);
	mk32(p + 0x3c, 0x40);
	memcpy(coff, "PE\0", 4);
	mk16(coff + 4, machine);
	mk16(coff + 6, 2);
	mk16(coff + 20, opt_size);
	mk16(coff + 22, 0x206);
	mk16(opt, plus ? 0x20b : 0x10b);
	mk32(opt + 16, 0x1000);
	mk32(opt + 32, 0x1000);
	mk32(opt + 36, 0x200);
	mk32(opt + 56, 0x3000);
	mk32(opt + 60, 0x200);
	mk16(opt + 68, 10);
	mk32(opt + (plus ? 108 : 92), 16);
	for (unsigned i = 0; i < 2; i++) {
		uint8_t *s = sect + (size_t)40 * i;

		memcpy(s, i ? ".data" : ".text", 5);
		mk32(s + 8, 0x1f0);
		mk32(s + 12, 0x1000 * (i + 1));
		mk32(s + 16, 0x200);
		mk32(s + 20, 0x200 * (i + 1));
	}
}

static inline void mk_bpb(const struct mk *m)
{
	uint8_t *b = mk_esp(m), *info = b + m->sector;

	memcpy(b, "\xeb\x58\x90mkimage ", 11);
	mk16(b + 11, (uint16_t)m->sector);
	b[13] = 1;
	mk16(b + 14, MK_RESERVED);
	b[16] = 1;
	b[21] = 0xf8;
	mk32(b + 32, MK_RESERVED + m->fat_sectors + m->n_clusters);
	mk32(b + 36, m->fat_sectors);
	mk32(b + 44, MK_ROOT);
	mk16(b + 48, 1);
	memcpy(b + 82, "FAT32   ", 8);
	memcpy(b + 510, "\x55\xaa", 2);
	memcpy(info, "RRaA", 4);
	memcpy(info + 484, "rrAa", 4);
	memset(info + 488, 0xff, 8);
	memcpy(info + 508, "\0\0\x55\xaa", 4);
}

/* Clusters of a file of `size` bytes from `first`, chained. */
static inline void mk_chain(const struct mk *m, uint32_t first, uint32_t size)
{
	uint32_t n = (size + m->sector - 1) / m->sector;

	for (uint32_t i = 0; i < n; i++)
		mk32(mk_fat(m, first + i), i + 1 < n ? first + i + 1 : 0x0fffffff);
}

static inline void mk_files(const struct mk *m)
{
	mk32(mk_fat(m, 0), 0x0ffffff8);
	mk32(mk_fat(m, 1), 0x0fffffff);
	mk_chain(m, MK_ROOT, 1);
	mk_chain(m, MK_EFI, 1);
	mk_chain(m, MK_BOOT, 1);
	mk_chain(m, MK_LOADER, MK_LOADER_SIZE);
	mk_dirent(mk_cluster(m, MK_ROOT), "ESP        ", 0x08, 0, 0);
	mk_dirent(mk_cluster(m, MK_ROOT) + 32, "EFI        ", 0x10, MK_EFI, 0);
	mk_dirent(mk_cluster(m, MK_EFI), ".          ", 0x10, MK_EFI, 0);
	mk_dirent(mk_cluster(m, MK_EFI) + 32, "..         ", 0x10, 0, 0);
	mk_dirent(mk_cluster(m, MK_EFI) + 64, "BOOT       ", 0x10, MK_BOOT, 0);
	mk_dirent(mk_cluster(m, MK_BOOT), ".          ", 0x10, MK_BOOT, 0);
	mk_dirent(mk_cluster(m, MK_BOOT) + 32, "..         ", 0x10, MK_EFI, 0);
	mk_dirent(mk_cluster(m, MK_BOOT) + 64, "BOOTAA64EFI", 0x20, MK_LOADER, MK_LOADER_SIZE);
	mk_pe(mk_cluster(m, MK_LOADER), 0xaa64, true);
}

/* With so many clusters: EDK II begins with 65,525, readers take fewer. */
static inline struct mk mk_image_of(uint32_t sector, uint32_t n_clusters)
{
	struct mk m = { .sector = sector, .n_clusters = n_clusters };

	m.fat_sectors = ((n_clusters + 2) * 4 + sector - 1) / sector;
	m.array_sectors = MK_ENTRIES * MK_ENTRY / sector;
	m.esp_last = MK_ESP_LBA + MK_RESERVED + m.fat_sectors + n_clusters - 1;
	m.last_usable = m.esp_last + 10;
	m.n_sectors = m.last_usable + 1 + m.array_sectors + 1;
	m.len = (size_t)m.n_sectors * sector;
	m.bytes = calloc(1, m.len);
	if (!m.bytes)
		abort();
	m.bytes[446 + 4] = 0xee;
	mk32(m.bytes + 446 + 8, 1);
	mk32(m.bytes + 446 + 12, (uint32_t)(m.n_sectors - 1));
	memcpy(m.bytes + 510, "\x55\xaa", 2);
	mk_header(&m, 1, m.n_sectors - 1);
	mk_header(&m, m.n_sectors - 1, 1);
	mk_entry(&m, 0, gpt_type_esp, MK_ESP_LBA, m.esp_last);
	mk_bpb(&m);
	mk_files(&m);
	return m;
}

static inline struct mk mk_image(uint32_t sector)
{
	return mk_image_of(sector, MK_CLUSTERS);
}

static inline void mk_free(struct mk *m)
{
	free(m->bytes);
	m->bytes = NULL;
}

#endif
