/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Looking things up in the kernel's log: there, not there, cannot tell. */
#include <errno.h>

#include "kernel/kmsg.h"
#include "core/result.h"
#include "fixture.h"

static void test_find(void **state)
{
	_cleanup_free_ char *line = NULL, *first = NULL;
	struct fixture *f = *state;
	double at = 0;

	fixture_kmsg(f, true,
		     "[    1.250000] psci: PSCIv1.1 detected in firmware.\n"
		     "[    2.500000] psci: PSCIv0.2 again\nno stamp psci\n");
	assert_int_equal(vms_kmsg_find_at(fixture_machine(f), "psci: PSCIv", &line, &at), 0);
	assert_string_equal(line, "psci: PSCIv1.1 detected in firmware.");
	assert_true(at == 1.25);
	assert_int_equal(vms_kmsg_find(f->m, "no stamp", &first), 0);
	assert_string_equal(first, "no stamp psci");
}

static void test_not_there(void **state)
{
	struct fixture *f = *state;
	char *line = NULL;

	fixture_kmsg(f, true, "[    1.000000] text\n");
	assert_int_equal(vms_kmsg_find(fixture_machine(f), "psci", &line), -ENOENT);
	/* the beginning is gone: it may have been there */
	fixture_kmsg(f, false, "[   99.000000] text\n");
	assert_int_equal(vms_kmsg_find(fixture_machine(f), "psci", &line), -ENODATA);
	fixture_remove(f, "/.vmspec/kmsg");
	assert_int_equal(vms_kmsg_find(fixture_machine(f), "psci", &line), -ENODATA);
	fixture_dir(f, "/.vmspec/kmsg");
	assert_int_equal(vms_kmsg_find(fixture_machine(f), "psci", &line), -EISDIR);
	assert_null(line);
}

/* A stamp that is none, a line that is all there is. */
static void test_odd_stamps(void **state)
{
	static const struct {
		const char *log, *text;
	} cases[] = {
		{ "[    1.0] needle", "needle" },
		{ "[ needle", "[ needle" },
		{ "[] needle", "[] needle" },
		{ "needle", "needle" },
		{ "[x]needle\n", "[x]needle" },
		{ "[1e999] needle", "[1e999] needle" },
		{ "[    1.0]\n] needle", "] needle" },
		{ "[    1.0]   needle", "  needle" },
		{ "[Firmware Bug]: needle", "[Firmware Bug]: needle" },
		{ "[    1.0] [Firmware Bug]: needle", "[Firmware Bug]: needle" },
		{ "[    1.0] [mem 0x1-0x2] needle", "[mem 0x1-0x2] needle" },
		{ "pci 0000:00:01.0: [1af4:1000] needle", "pci 0000:00:01.0: [1af4:1000] needle" },
		{ "rtc-efi rtc-efi.0: needle 2026-11-20T23:38:16 UTC",
		  "rtc-efi rtc-efi.0: needle 2026-11-20T23:38:16 UTC" },
		{ "2026-11-20T23:38:16,123456+00:00 rtc-efi rtc-efi.0: needle", "rtc-efi rtc-efi.0: needle" },
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		_cleanup_free_ char *line = NULL;

		fixture_kmsg(f, false, cases[i].log);
		assert_int_equal(vms_kmsg_find(fixture_machine(f), "needle", &line), 0);
		assert_string_equal(line, cases[i].text);
	}
}

/* One message as it was found in logs of many makes: the same message, the same time. */
static void test_prefixes(void **state)
{
	static const struct {
		const char *before;
		double at;
	} cases[] = {
		{ "", -1 },
		{ "[    1.250000] ", 1.25 },
		{ "[    1.250000][    T0] ", 1.25 },
		{ "[    1.250000][   C11] ", 1.25 },
		{ "[    1.250000] [    T1] ", 1.25 },
		{ "[    1.250000] [T12345] ", 1.25 },
		{ "[    1.250000][    T7@CPU3/swapper/3] ", 1.25 },
		{ "[1.250000] ", 1.25 },
		{ "[   T21] ", -1 },
		{ "<6>[    1.250000] ", 1.25 },
		{ "<6>[    1.250000][    T0] ", 1.25 },
		{ "<6>", -1 },
		{ "kern  :info  : [    1.250000] ", 1.25 },
		{ "kern  :warn  : [    1.250000] [    T0] ", 1.25 },
		{ "kern  :notice: ", -1 },
		{ "[Fri Nov 20 23:38:16 2026] ", -1 },
		{ "kern  :info  : [Fri Nov 20 23:38:16 2026] ", -1 },
		{ "[Nov20 23:38] ", -1 },
		{ "[  +0.000010] ", -1 },
		{ "[    1.250000 <    0.000010>] ", 1.25 },
		{ "2026-11-20T23:38:16,123456+00:00 ", -1 },
		{ "2026-11-20T23:38:16.123456 [    1.250000] ", 1.25 },
		{ "[23:38:16] [    1.250000] ", 1.25 },
		{ "Nov 20 23:38:16 host kernel: ", -1 },
		{ "Nov 20 23:38:16 host kernel: [    1.250000] ", 1.25 },
		{ "Nov 20 23:38:16 host kernel: [    1.250000][    T0] ", 1.25 },
		{ "M\303\244r 22 07:00:53 psci kernel: [    1.250000] ", 1.25 },
		{ "Nov 20 23:38:16.123456 host kernel: ", -1 },
		{ "Fri 2026-11-20 23:38:16 UTC host kernel: ", -1 },
		{ "2026-11-20T23:38:16.123456+00:00 host kernel: [    1.250000] ", 1.25 },
		{ "2026-11-20T23:38:16+0000 host kernel: ", -1 },
		{ "1795217896.123456 host kernel: ", -1 },
		{ "<6>1 2026-11-20T23:38:16.123+00:00 host kernel - - - ", -1 },
		{ "6,339,5140900,-;", -1 },
		{ "[    1.250000] host kernel: ", 1.25 },
		{ "Jan  1 00:00:02 host kern.info kernel: [    1.250000] ", 1.25 },
		{ "Nov 20 23:38:16 kernel: [    1.250000] ", 1.25 },
		{ "\r[    1.250000] ", 1.25 },
		{ "\033[32m[    1.250000] \033[0m", 1.25 },
	};
	static const char *const ends[] = { "", "\n", "\r\n", " \n[    9.000000] psci\n" };
	struct fixture *f = *state;

	for (size_t i = 0; i < ARRAY_SIZE(cases) * ARRAY_SIZE(ends); i++) {
		const char *before = cases[i / ARRAY_SIZE(ends)].before;
		_cleanup_free_ char *log =
			vms_asprintf("%spsci: PSCIv1.1 detected%s", before, ends[i % ARRAY_SIZE(ends)]);
		_cleanup_free_ char *line = NULL;
		double at = 0;

		fixture_write(f, "/.vmspec/kmsg", log);
		assert_int_equal(vms_kmsg_find_at(fixture_machine(f), "psci", &line, &at), 0);
		assert_string_equal(line, "psci: PSCIv1.1 detected");
		assert_true(at == cases[i / ARRAY_SIZE(ends)].at);
	}
}

/* In the same file, and not the kernel's: a host by that name, another's message. */
static void test_others(void **state)
{
	static const char *const lines[] = {
		"Nov 20 23:38:16 host systemd[1]: psci: PSCIv1.1\n",
		"2026-11-20T23:38:16+0000 host sshd[77]: psci\n",
		"[    1.250000] host systemd[1]: psci\n",
		"Nov 20 23:38:16 psci kernel: [    1.250000] text\n",
		"<30>psci\n",
		"<30>[    1.250000] psci\n",
		"daemon:info  : [    1.250000] psci\n",
		"-- Boot psci --\n",
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		char *line = NULL;

		fixture_kmsg(f, true, lines[i]);
		assert_int_equal(vms_kmsg_find(fixture_machine(f), "psci", &line), -ENOENT);
		assert_null(line);
	}
}

#define BOOTING "[    0.000000] Booting Linux on physical CPU 0x0\n"

static void test_last_boot(void **state)
{
	static const struct {
		const char *log;
		int err; /* of looking for "first" */
	} cases[] = {
		{ BOOTING "[    0.000000] Linux version 6.1\n[    1.000000] first\n", 0 },
		{ BOOTING "[    1.000000] first\n" BOOTING "[    1.000000] second\n", -ENOENT },
		{ "[    0.000000] Linux version 6.1\n[    1.000000] first\n"
		  "[    0.000000] Linux version 6.1\n[    1.000000] second\n",
		  -ENOENT },
		{ BOOTING "[    0.000000] first\n[    0.000000] Linux version 6.1\n[    1.000000] second\n",
		  0 },
		/* without time stamps */
		{ "Booting Linux on physical CPU 0x0\nfirst\nBooting Linux on physical CPU 0x0\nsecond\n",
		  -ENOENT },
		/* the second one's beginning is lost, the stamps tell that it is another */
		{ BOOTING "[   90.000000] first\n[   40.000000] second\n", -ENODATA },
		/* CPUs' clocks differ a little */
		{ BOOTING "[   90.000000] first\n[   89.500000] second\n", 0 },
		/* and a line may be ahead of its time */
		{ BOOTING "[    0.100000] first\n[    5.100000] ahead\n[    0.200000] second\n", 0 },
		{ "[   80.000000] lost\n[   90.000000] first\n" BOOTING "second\n", -ENOENT },
		{ "[   80.000000] lost\n[   90.000000] second\n", -ENODATA },
		/* a serial console: what the EFI stub said belongs to the boot that follows */
		{ BOOTING "EFI stub: first\n", 0 },
		{ "EFI stub: first\nEFI stub: Exiting boot services...\n" BOOTING "second\n", 0 },
		{ "EFI stub: first\nsomething\nEFI stub: Exiting boot services...\n" BOOTING, -ENOENT },
	};
	struct fixture *f = *state;
	char *none = NULL;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		_cleanup_free_ char *first = NULL, *second = NULL;
		bool has = strstr(cases[i].log, "second");

		fixture_write(f, "/.vmspec/kmsg", cases[i].log);
		assert_int_equal(vms_kmsg_find(fixture_machine(f), "first", &first), cases[i].err);
		assert_int_equal(has ? vms_kmsg_find(f->m, "second", &second) : 0, 0);
	}
	/* the machine knew only a part of it */
	fixture_kmsg(f, true, "text\n");
	fixture_write(f, VMS_RECORD_KMSG_PARTIAL, "");
	assert_int_equal(vms_kmsg_find(fixture_machine(f), "first", &none), -ENODATA);
}

static void test_last(void **state)
{
	struct fixture *f = *state;
	double at = -1;

	fixture_kmsg(f, true, "[    1.000000] a\n[   77.500000] b\nunstamped\n\n");
	assert_int_equal(vms_kmsg_last(fixture_machine(f), &at), 0);
	assert_true(at == 77.5);
	fixture_kmsg(f, false, "unstamped\n");
	assert_int_equal(vms_kmsg_last(fixture_machine(f), &at), -ENODATA);
	fixture_kmsg(f, false, "");
	assert_int_equal(vms_kmsg_last(fixture_machine(f), &at), -ENODATA);
	fixture_remove(f, "/.vmspec/kmsg");
	assert_int_equal(vms_kmsg_last(fixture_machine(f), &at), -ENOENT);
	assert_true(at == 77.5);
}

static void test_blocked(void **state)
{
	struct vms_result r = { .status = VMS_PASS };

	(void)state;
	assert_int_equal(vms_kmsg_blocked(&r, -ENODATA), 0);
	assert_int_equal(r.status, VMS_UNKNOWN);
	assert_non_null(strstr(r.reason, "its beginning is gone"));
	assert_int_equal(r.owner, VMS_GUEST_ADMIN);
	assert_int_equal(vms_kmsg_blocked(&r, -EPERM), 0);
	assert_non_null(strstr(r.reason, "permission denied"));
	vms_result_clear(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(test_find),     fixture_test(test_not_there), fixture_test(test_odd_stamps),
		fixture_test(test_prefixes), fixture_test(test_others),	   fixture_test(test_last_boot),
		fixture_test(test_last),     fixture_test(test_blocked),
	};

	return cmocka_run_group_tests_name("kmsg", tests, NULL, NULL);
}
