/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * CRC-32 for GPT. A table of 128 entries of 128 bytes is summed for every image, twice, and nearly
 * all of it is zeros: four bytes are taken at a time (tables for each of the four positions), and
 * runs of zeros in one step. What one zero byte makes of a CRC is a linear map of its 32 bits; for
 * twice as many zeros it is applied to itself.
 */
#include <stdbool.h>
#include <string.h>
#include "image/crc32.h"

#define POLYNOMIAL 0xedb88320u /* bit-reversed */

#define ZEROS	  512 /* bytes of a run, two to the power of ... */
#define DOUBLINGS 9

static uint32_t tables[4][256];
static uint32_t zeros[4][256]; /* what such a run makes of each byte of a CRC */

static uint32_t map_apply(const uint32_t map[32], uint32_t crc)
{
	uint32_t out = 0;

	for (unsigned i = 0; crc; i++, crc >>= 1)
		out ^= crc & 1 ? map[i] : 0;
	return out;
}

static void crc32_make_zeros(void)
{
	uint32_t map[32], twice[32];

	for (unsigned i = 0; i < 32; i++)
		map[i] = (1u << i) >> 8 ^ tables[0][(1u << i) & 0xff];
	for (unsigned n = 0; n < DOUBLINGS; n++) {
		for (unsigned i = 0; i < 32; i++)
			twice[i] = map_apply(map, map[i]);
		memcpy(map, twice, sizeof(map));
	}
	for (unsigned t = 0; t < 4; t++)
		for (uint32_t i = 0; i < 256; i++)
			zeros[t][i] = map_apply(map, i << 8 * t);
}

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
	crc32_make_zeros();
}

static bool is_zeros(const uint8_t *p)
{
	return p[0] == 0 && memcmp(p, p + 1, ZEROS - 1) == 0;
}

/* Without the inversions at both ends. */
static uint32_t crc32_bytes(uint32_t crc, const uint8_t *p, size_t len)
{
	for (; len >= 4; p += 4, len -= 4) {
		crc ^= (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
		crc = tables[3][crc & 0xff] ^ tables[2][crc >> 8 & 0xff] ^ tables[1][crc >> 16 & 0xff] ^
		      tables[0][crc >> 24];
	}
	for (; len > 0; p++, len--)
		crc = crc >> 8 ^ tables[0][(crc ^ *p) & 0xff];
	return crc;
}

uint32_t vms_crc32(uint32_t crc, const void *data, size_t len)
{
	const uint8_t *p = data;

	if (tables[0][1] == 0)
		crc32_make_tables();
	crc = ~crc;
	for (; len >= ZEROS; p += ZEROS, len -= ZEROS)
		crc = is_zeros(p) ? zeros[0][crc & 0xff] ^ zeros[1][crc >> 8 & 0xff] ^
					    zeros[2][crc >> 16 & 0xff] ^ zeros[3][crc >> 24]
				  : crc32_bytes(crc, p, ZEROS);
	return ~crc32_bytes(crc, p, len);
}
