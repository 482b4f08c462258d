/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * CRC-32 for GPT. A table of 128 entries of 128 bytes is summed for every image,
 * so four bytes are taken at a time (tables for each of the four positions).
 */
#include "image/crc32.h"

#define POLYNOMIAL 0xedb88320u /* bit-reversed */

static uint32_t tables[4][256];

static void crc32_make_tables(void)
{
	for (uint32_t i = 0; i < 256; i++) {
		uint32_t c = i;

		for (int bit = 0; bit < 8; bit++)
			c = c & 1 ? c >> 1 ^ POLYNOMIAL : c >> 1;
		tables[0][i] = c;
	}
	for (uint32_t i = 0; i < 256; i++)
		for (int t = 1; t < 4; t++)
			tables[t][i] = tables[t - 1][i] >> 8 ^ tables[0][tables[t - 1][i] & 0xff];
}

uint32_t vms_crc32(uint32_t crc, const void *data, size_t len)
{
	const uint8_t *p = data;

	if (tables[0][1] == 0)
		crc32_make_tables();
	crc = ~crc;
	for (; len >= 4; p += 4, len -= 4) {
		crc ^= (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
		crc = tables[3][crc & 0xff] ^ tables[2][crc >> 8 & 0xff] ^ tables[1][crc >> 16 & 0xff] ^
		      tables[0][crc >> 24];
	}
	for (; len > 0; p++, len--)
		crc = crc >> 8 ^ tables[0][(crc ^ *p) & 0xff];
	return ~crc;
}
