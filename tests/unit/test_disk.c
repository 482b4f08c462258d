/* SPDX-License-Identifier: GPL-2.0-or-later */
/* probe/image/disk.c: bounds, the count of bytes, kept blocks, sources that fail. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include "image/disk.h"

static void bounds(void **state)
{
	uint8_t bytes[100], out[100];
	struct vms_span s = vms_span(bytes, sizeof(bytes));
	struct vms_disk d;

	(void)state;
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)i;
	vms_disk_init_span(&d, &s);
	assert_int_equal(vms_disk_read(&d, 0, out, 100), 0);
	assert_memory_equal(out, bytes, 100);
	assert_int_equal(vms_disk_read(&d, 99, out, 1), 0);
	assert_int_equal(out[0], 99);
	assert_int_equal(vms_disk_read(&d, 100, out, 0), 0);
	assert_int_equal(vms_disk_read(&d, 100, out, 1), -ENXIO);
	assert_int_equal(vms_disk_read(&d, 99, out, 2), -ENXIO);
	assert_int_equal(vms_disk_read(&d, UINT64_MAX, out, 2), -ENXIO);
	assert_int_equal(vms_disk_peek(&d, UINT64_MAX - 1, out, 100), -ENXIO);
	assert_int_equal(d.bytes_read, 100); /* one block, kept */
	assert_int_equal(d.n_reads, 1);
	vms_disk_clear(&d);
}

static void kept_blocks(void **state)
{
	static uint8_t bytes[64 * VMS_DISK_LINE];
	struct vms_span s = vms_span(bytes, sizeof(bytes));
	struct vms_disk d;
	uint8_t out[8], big[2 * VMS_DISK_LINE];

	(void)state;
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)(i / VMS_DISK_LINE + i);
	vms_disk_init_span(&d, &s);
	/* over the edge of two blocks */
	assert_int_equal(vms_disk_read(&d, VMS_DISK_LINE - 4, out, 8), 0);
	assert_memory_equal(out, bytes + VMS_DISK_LINE - 4, 8);
	assert_int_equal(d.n_reads, 2);
	for (int i = 0; i < 1000; i++)
		assert_int_equal(vms_disk_read(&d, (uint64_t)i, out, 4), 0);
	assert_int_equal(d.n_reads, 2);
	/* the one that was not used for the longest time goes */
	for (uint64_t i = 2; i < VMS_DISK_LINES + 1; i++)
		assert_int_equal(vms_disk_read(&d, i * VMS_DISK_LINE, out, 1), 0);
	assert_int_equal(vms_disk_read(&d, 0, out, 8), 0);
	assert_memory_equal(out, bytes, 8);
	assert_int_equal(d.n_reads, VMS_DISK_LINES + 1);
	assert_int_equal(vms_disk_read(&d, VMS_DISK_LINE, out, 8), 0);
	assert_int_equal(d.n_reads, VMS_DISK_LINES + 2);
	assert_memory_equal(out, bytes + VMS_DISK_LINE, 8);
	/* large reads pass by */
	assert_int_equal(vms_disk_read(&d, 100, big, sizeof(big)), 0);
	assert_memory_equal(big, bytes + 100, sizeof(big));
	vms_disk_clear(&d);
}

/* Bytes below `limit` can be read. */
static int limited(void *ctx, uint64_t off, void *buf, size_t len)
{
	const uint64_t *limit = ctx;

	if (off + len > *limit)
		return -EIO;
	memset(buf, 7, len);
	return 0;
}

/* A bad sector costs only what lies in it. */
static void bad_sector(void **state)
{
	uint64_t limit = 512;
	struct vms_disk d;
	uint8_t out[512];

	(void)state;
	vms_disk_init(&d, 1 << 20, limited, &limit);
	assert_int_equal(vms_disk_read(&d, 0, out, 512), 0);
	assert_int_equal(out[511], 7);
	assert_int_equal(vms_disk_read(&d, 1, out, 512), -EIO);
	assert_int_equal(d.bytes_read, 512);
	vms_disk_clear(&d);
}

/* A stream of unknown size: nothing is read that was not asked for. */
static int stream(void *ctx, uint64_t off, void *buf, size_t len)
{
	const uint64_t *end = ctx;

	if (off + len > *end)
		return -ENXIO;
	memset(buf, 1, len);
	return 0;
}

static void unknown_size(void **state)
{
	uint64_t end = 1000;
	struct vms_disk d;
	uint8_t out[64];

	(void)state;
	vms_disk_init(&d, VMS_DISK_SIZE_UNKNOWN, stream, &end);
	assert_int_equal(vms_disk_read(&d, 900, out, 64), 0);
	assert_int_equal(vms_disk_read(&d, 936, out, 64), 0);
	assert_int_equal(vms_disk_read(&d, 937, out, 64), -ENXIO);
	vms_disk_clear(&d);
}

static void descriptor(void **state)
{
	FILE *f = tmpfile();
	struct vms_disk d;
	uint8_t out[16];
	int fd;

	(void)state;
	assert_non_null(f);
	assert_int_equal(fwrite("0123456789abcdef", 1, 16, f), 16);
	assert_int_equal(fflush(f), 0);
	fd = fileno(f);
	vms_disk_init_fd(&d, 16, &fd);
	assert_int_equal(vms_disk_read(&d, 10, out, 6), 0);
	assert_memory_equal(out, "abcdef", 6);
	assert_int_equal(vms_disk_peek(&d, 0, out, 16), 0);
	assert_int_equal(d.n_reads, 1); /* of the kept block */
	vms_disk_clear(&d);
	/* shortened behind our back: could not look, no evidence */
	vms_disk_init_fd(&d, 16, &fd);
	assert_int_equal(ftruncate(fd, 8), 0);
	assert_int_equal(vms_disk_peek(&d, 0, out, 16), -EIO);
	vms_disk_clear(&d);
	fclose(f);
}

static void read_ahead(void **state)
{
	static uint8_t bytes[5 * VMS_DISK_AHEAD], out[VMS_DISK_AHEAD];
	struct vms_span s = vms_span(bytes, sizeof(bytes));
	FILE *f = tmpfile();
	struct vms_disk d;
	int fd;

	(void)state;
	assert_non_null(f);
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)(i * 7 + i / 1000);
	assert_int_equal(fwrite(bytes, 1, sizeof(bytes), f), sizeof(bytes));
	assert_int_equal(fflush(f), 0);
	fd = fileno(f);
	vms_disk_init_fd(&d, sizeof(bytes), &fd);
	vms_disk_ahead(&d, 100, 17000);
	assert_int_equal(d.n_reads, 1);
	vms_disk_ahead(&d, 200, 1000);
	for (uint64_t at = 100; at + 2048 <= 17100; at += 512) {
		assert_int_equal(vms_disk_read(&d, at, out, 2048), 0);
		assert_memory_equal(out, bytes + at, 2048);
	}
	assert_int_equal(vms_disk_peek(&d, 116, out, 16384), 0);
	assert_memory_equal(out, bytes + 116, 16384);
	assert_memory_equal(vms_disk_kept(&d, 17096, 4), bytes + 17096, 4);
	assert_int_equal(d.n_reads, 1);
	assert_null(vms_disk_kept(&d, 17097, 4));
	assert_int_equal(vms_disk_read(&d, 17097, out, 4), 0);
	assert_memory_equal(out, bytes + 17097, 4);
	assert_int_equal(d.n_reads, 2);
	/* as far as the disk goes; what was read of a longer one is past the end of a shorter */
	vms_disk_ahead(&d, sizeof(bytes) - 1000, 5000);
	assert_int_equal(d.bytes_read, 17000 + VMS_DISK_LINE + 1000);
	vms_disk_ahead(&d, sizeof(bytes), 10);
	d.size -= 512;
	assert_int_equal(vms_disk_read(&d, d.size - 8, out, 16), -ENXIO);
	assert_null(vms_disk_kept(&d, d.size - 8, 16));
	assert_int_equal(vms_disk_read(&d, d.size - 8, out, 8), 0);
	/* the first one goes, for the fourth */
	vms_disk_ahead(&d, 30000, 5000);
	vms_disk_ahead(&d, 50000, 5000);
	assert_null(vms_disk_kept(&d, 100, 4));
	assert_memory_equal(vms_disk_kept(&d, 30100, 4), bytes + 30100, 4);
	assert_memory_equal(vms_disk_kept(&d, 50100, 4), bytes + 50100, 4);
	/* what cannot be read is told of when it is asked for */
	assert_int_equal(ftruncate(fd, 60000), 0);
	vms_disk_ahead(&d, 59000, 5000);
	assert_int_equal(vms_disk_read(&d, 59900, out, 64), 0);
	assert_int_equal(vms_disk_read(&d, 60500, out, 64), -EIO);
	vms_disk_clear(&d);
	fclose(f);
	/* of a source that is no file nothing is read before it is asked for */
	vms_disk_init_span(&d, &s);
	vms_disk_ahead(&d, 0, 4096);
	assert_int_equal(d.n_reads, 0);
	vms_disk_clear(&d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bounds),	cmocka_unit_test(kept_blocks), cmocka_unit_test(bad_sector),
		cmocka_unit_test(unknown_size), cmocka_unit_test(descriptor),  cmocka_unit_test(read_ahead),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
