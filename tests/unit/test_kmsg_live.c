/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Records of /dev/kmsg, and what syslog(2) gives, to lines of a log. A socket of packets stands in for the
 * device: it too gives one record a read.
 */
#include <sys/socket.h>

#include "kernel/kmsg_live.c"
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
	static const char *const whole[] = { "6,0,0,-;Booting\n", "30,1,5,-;user\n", "bad", "6,2,9,-;more\n",
					     NULL };
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

/* What syslog(2) gave, as a log; NULL: not a form that is read. */
static void expect_log(const char *text, const char *log)
{
	_cleanup_free_ char *copy = strdup(text);
	size_t len = 99;
	int err = vms_syslog_to_log(copy, strlen(text), &len);

	assert_int_equal(err, log ? 0 : -EBADMSG);
	if (!log)
		return;
	copy[len] = '\0';
	assert_string_equal(copy, log);
}

static void test_syslog(void **state)
{
	char nul[] = "<6>[    0.000000] a\0b\n";
	size_t len;

	(void)state;
	expect_log("<6>[    0.000000] Booting\n<4>[   12.000001] more\n",
		   "[    0.000000] Booting\n[   12.000001] more\n");
	/* systemd and a user say what they like, also with a newline in it */
	expect_log("<6>[    0.000000] Booting\n<30>[    1.000000] psci: PSCIv9.9\n"
		   "<12>[    2.000000] x\n<12>[    2.000000] efi: EFI v9.9 by me\n<6>[    3.000000] end\n",
		   "[    0.000000] Booting\n[    3.000000] end\n");
	expect_log("", "");
	expect_log("<6>[    0.000000] \n", "[    0.000000] \n");
	/* printk.time=0, CONFIG_PRINTK_CALLER, cut short: record by record instead */
	expect_log("<6>Booting\n", NULL);
	expect_log("<6>[    0.000000][    T0] Booting\n", NULL);
	expect_log("<6>[    0.000000] Booting", NULL);
	expect_log("[    0.000000] Booting\n", NULL);
	expect_log("<6>[    0.000000]\n", NULL);
	expect_log("<>\n", NULL);
	expect_log("<99999999999999999999>[    0.000000] x\n", NULL);
	expect_log("\n", NULL);
	assert_int_equal(vms_syslog_to_log(nul, sizeof(nul) - 1, &len), 0);
	assert_int_equal(len, 19);
	assert_memory_equal(nul, "[    0.000000] a?b\n", 19);
}

/* Does a log begin with what /dev/kmsg gives first? */
static bool begins(const char *log, const char *record)
{
	bool yes;
	int fds[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, fds), 0);
	if (record)
		assert_int_equal(send(fds[0], record, strlen(record), 0), strlen(record));
	yes = begins_with(log, fds[1]);
	close(fds[0]);
	close(fds[1]);
	return yes;
}

static void test_all_of_it(void **state)
{
	static const char log[] = "[    0.000000] Booting\n[    0.000009] more\n";

	(void)state;
	assert_true(begins(log, "6,0,0,-;Booting\n"));
	/* overwritten meanwhile; cleared, or did not fit; a record of somebody else; none */
	assert_false(begins(log, "6,1,0,-;Booting\n"));
	assert_false(begins(log, "6,0,0,-;Boot\n"));
	assert_false(begins("[    0.000009] more\n", "6,0,0,-;Booting\n"));
	assert_false(begins(log, "14,0,0,-;Booting\n"));
	assert_false(begins(log, "bad"));
	assert_false(begins(log, NULL));
	assert_false(begins("", "6,0,0,-;Booting\n"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_records),		cmocka_unit_test(test_ring),
		cmocka_unit_test(test_ring_with_a_gap), cmocka_unit_test(test_syslog),
		cmocka_unit_test(test_all_of_it),
	};

	return cmocka_run_group_tests_name("kmsg_live", tests, NULL, NULL);
}
