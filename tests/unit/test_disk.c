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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bounds),	cmocka_unit_test(kept_blocks), cmocka_unit_test(bad_sector),
		cmocka_unit_test(unknown_size), cmocka_unit_test(descriptor),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
