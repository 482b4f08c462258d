/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * libFuzzer: the input is a disk, read by the GPT parser. What a mutation broke of the
 * CRCs is mended again, else nearly all inputs would end there.
 */
#include "fuzz.h"
#include "image/crc32.h"
#include "image/gpt.h"

#define HEADER 92

static uint64_t le(const uint8_t *p, int n)
{
	uint64_t v = 0;

	while (n-- > 0)
		v = v << 8 | p[n];
	return v;
}

static void put32(uint8_t *p, uint32_t v)
{
	for (int i = 0; i < 4; i++)
		p[i] = (uint8_t)(v >> 8 * i);
}

/* The header at byte `at`, and the entries that it names. */
static void seal(uint8_t *disk, size_t size, uint64_t at, uint64_t sector)
{
	uint8_t *h = disk + at;
	uint64_t array, len;

	if (at > size || size - at < HEADER)
		return;
	array = le(h + 72, 4) * sector;
	len = le(h + 80, 4) * le(h + 84, 4);
	if (array <= size && len <= size - array)
		put32(h + 88, vms_crc32(0, disk + array, (size_t)len));
	put32(h + 12, HEADER);
	put32(h + 16, 0);
	put32(h + 16, vms_crc32(0, h, HEADER));
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed)
{
	size = LLVMFuzzerMutate(data, size, max_size);
	if (seed % 16 == 0) /* sometimes as it is */
		return size;
	for (uint64_t sector = 512; sector <= 4096; sector += 4096 - 512) {
		seal(data, size, sector, sector);
		if (size >= 2 * sector)
			seal(data, size, size / sector * sector - sector, sector);
	}
	return size;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct vms_span bytes = vms_span(data, size);
	struct vms_disk d;
	struct gpt_table t;
	struct vms_why why;
	struct gpt_diagnosis diagnosis;

	vms_disk_init_span(&d, &bytes);
	if (gpt_read(&d, &t, &why) == 0) {
		gpt_check_backup(&d, &t, &why);
		gpt_clear(&t);
	}
	gpt_diagnose(&d, &diagnosis);
	vms_disk_clear(&d);
	return 0;
}
