/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Trying a register of a bridge: over files that stand for configuration space, where every byte can be
 * written. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>

#include "fixture.h"
#include "kernel/live_pci.h"

#define LATENCY 0x1b

static int bridge(struct fixture *f, uint8_t vendor, uint8_t header, uint8_t latency, int flags)
{
	uint8_t space[64] = { vendor, vendor };
	_cleanup_free_ char *path = vms_asprintf("%s/config", f->root);
	int fd;

	assert_non_null(path);
	space[0x0e] = header;
	space[LATENCY] = latency;
	fixture_write_bytes(f, "/config", space, sizeof(space));
	fd = open(path, flags | O_CLOEXEC);
	assert_true(fd >= 0);
	return fd;
}

static uint8_t left(int fd)
{
	uint8_t v = 0x55;

	assert_int_equal(pread(fd, &v, 1, LATENCY), 1);
	return v;
}

static void test_what_stood_there_is_put_back(void **state)
{
	_cleanup_close_ int fd = bridge(*state, 0x36, 0x81, 0, O_RDWR);
	sigset_t before, after;
	bool writable = false;

	sigprocmask(SIG_BLOCK, NULL, &before);
	assert_int_equal(vms_pci_try_writable(fd, LATENCY, &writable), 0);
	assert_true(writable);
	assert_int_equal(left(fd), 0);
	sigprocmask(SIG_BLOCK, NULL, &after);
	for (int s = 1; s < 32; s++)
		assert_int_equal(sigismember(&before, s), sigismember(&after, s));
}

static void test_what_is_not_to_be_tried_is_not(void **state)
{
	static const struct {
		uint8_t vendor, header, latency;
		unsigned at;
		int err;
	} no[] = {
		{ 0x36, 1, 0x20, LATENCY, -EINVAL }, /* its value tells it */
		{ 0x36, 0, 0, LATENCY, -ENODEV },    /* no bridge: a byte of a BAR */
		{ 0x36, 2, 0, LATENCY, -ENODEV },    /* CardBus */
		{ 0xff, 1, 0, LATENCY, -ENODEV },    /* it does not answer */
		{ 0x36, 1, 0, 64, -EINVAL },
	};

	for (size_t i = 0; i < ARRAY_SIZE(no); i++) {
		_cleanup_close_ int fd = bridge(*state, no[i].vendor, no[i].header, no[i].latency, O_RDWR);
		bool writable = true;

		assert_int_equal(vms_pci_try_writable(fd, no[i].at, &writable), no[i].err);
		assert_true(writable); /* untouched */
		assert_int_equal(left(fd), no[i].latency);
	}
}

static void test_what_may_not_be_written(void **state)
{
	_cleanup_close_ int fd = bridge(*state, 0x36, 1, 0, O_RDONLY),
			    empty = open("/dev/null", O_RDWR | O_CLOEXEC);
	bool writable = true;

	assert_int_equal(vms_pci_try_writable(fd, LATENCY, &writable), -EACCES);
	assert_int_equal(left(fd), 0);
	assert_int_equal(vms_pci_try_writable(empty, LATENCY, &writable), -EIO);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(test_what_stood_there_is_put_back),
		fixture_test(test_what_is_not_to_be_tried_is_not),
		fixture_test(test_what_may_not_be_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
