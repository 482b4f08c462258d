/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Records of /dev/kmsg to lines of a log. A socket of packets stands in for the
 * device: it too gives one record a read.
 */
#include <sys/socket.h>

#include "core/kmsg_live.c"
#include "fixture.h"

/* What a record becomes; NULL: it is none. */
static void expect_record(const char *record, bool valid, uint64_t seq, const char *line)
{
	_cleanup_free_ char *copy = strdup(record), *out = NULL;
	uint64_t got = 0;
	size_t len = 0;
	FILE *log = open_memstream(&out, &len);

	assert_true(copy && log);
	assert_int_equal(put_record(log, copy, &got), valid);
	fclose(log);
	assert_string_equal(out, line);
	if (valid)
		assert_int_equal(got, seq);
}

static void test_records(void **state)
{
	(void)state;
	expect_record("6,0,0,-;Booting Linux\n", true, 0, "[    0.000000] Booting Linux\n");
	expect_record("6,339,5140900,-;NET: Registered\n SUBSYSTEM=x\n DEVICE=y\n", true, 339,
		      "[    5.140900] NET: Registered\n");
	expect_record("6,1,123456789012,-,caller=T1;text; more", true, 1, "[123456.789012] text; more\n");
	expect_record("4,2,1,c;", true, 2, "[    0.000001] \n");
	/* facility 3 and 1: systemd, a user; they can say what they like */
	expect_record("30,7,99,-;systemd[1]: efi: EFI v9.9 by me\n", true, 7, "");
	expect_record("12,8,99,-;psci: PSCIv9.9\n", true, 8, "");
	expect_record("", false, 0, "");
	expect_record("6,1,2", false, 0, "");
	expect_record("x;y", false, 0, "");
	expect_record(";", false, 0, "");
	expect_record("6,,;y", false, 0, "");
}

/* The records, one a packet, through read_ring(). */
static int ring_of(const char *const *records, bool *ret_whole, char **ret_log)
{
	int fds[2], err;
	size_t len;
	FILE *log = open_memstream(ret_log, &len);

	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, fds), 0);
	for (; *records; records++)
		assert_int_equal(send(fds[0], *records, strlen(*records), 0), strlen(*records));
	err = read_ring(fds[1], log, ret_whole);
	fclose(log);
	close(fds[0]);
	close(fds[1]);
	return err;
}

static void test_ring(void **state)
{
	static const char *const whole[] = { "6,0,0,-;Booting\n", "30,1,5,-;user\n", "bad", "6,2,9,-;more\n", NULL };
	static const char *const rest[] = { "6,5,7,-;late\n", NULL };
	static const char *const nothing[] = { NULL };
	_cleanup_free_ char *log = NULL, *late = NULL, *none = NULL;
	bool is_whole = false;

	(void)state;
	assert_int_equal(ring_of(whole, &is_whole, &log), 0);
	assert_true(is_whole);
	assert_string_equal(log, "[    0.000000] Booting\n[    0.000009] more\n");
	assert_int_equal(ring_of(rest, &is_whole, &late), 0);
	assert_false(is_whole);
	assert_int_equal(ring_of(nothing, &is_whole, &none), -ENODATA);
}

/* A record that is missing in the middle might be the one that is looked for. */
static void test_ring_with_a_gap(void **state)
{
	static const char *const gap[] = { "6,0,0,-;Booting\n", "6,3,9,-;more\n", NULL };
	_cleanup_free_ char *log = NULL;
	bool is_whole = true;

	(void)state;
	assert_int_equal(ring_of(gap, &is_whole, &log), 0);
	assert_false(is_whole);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_records),
		cmocka_unit_test(test_ring),
		cmocka_unit_test(test_ring_with_a_gap),
	};

	return cmocka_run_group_tests_name("kmsg_live", tests, NULL, NULL);
}
