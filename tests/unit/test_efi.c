/* SPDX-License-Identifier: GPL-2.0-or-later */
/* VMSPEC-EFI, -EFI-VERSION, -EFI-RUNTIME: sysfs, the device tree's /chosen, the log. */
#include "firmware/efi.h"
#include "fixture_hw.h"

static void test_parse_version(void **state)
{
	static const struct {
		const char *text;
		unsigned major, minor;
	} cases[] = {
		/* clang-format off */
		/* kernels before 6.2: the revision in tenths; later: the version */
		{ "2.70 by EDK II", 2, 7 }, { "2.7 by EDK II", 2, 7 }, { "2.100 by x", 2, 10 }, { "2.10 by x", 2, 10 },
		{ "2.31 by x", 2, 3 },      { "2.3.1 by x", 2, 3 },    { "2.30 by x", 2, 3 },   { "2.11 by x", 2, 11 },
		{ "2.110 by x", 2, 11 },    { "2.00 by x", 2, 0 },     { "2.0 by x", 2, 0 },    { "2.40 by x", 2, 4 },
		{ "2.4 by x", 2, 4 },       { "2.6", 2, 6 },           { "1.10 by x", 1, 10 },
		/* not understood */
		{ "x", 0, 0 },   { "", 0, 0 },    { "2", 0, 0 },  { "2.", 0, 0 },  { "2.x", 0, 0 }, { ".7", 0, 0 },
		{ "0.7", 0, 0 }, { "-2.7", 0, 0 }, { "2.-7", 0, 0 }, { "2. 7", 0, 0 }, { "99999999999.7", 0, 0 },
		{ "2.99999999999999", 0, 0 }, { " 2.7", 0, 0 }, { "+2.7", 0, 0 },
		/* clang-format on */
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		unsigned major = 0, minor = 0;
		bool understood = efi_parse_version(cases[i].text, &major, &minor);

		if (understood != (cases[i].major > 0) || major != cases[i].major || minor != cases[i].minor)
			fail_msg("\"%s\": %d, %u.%u", cases[i].text, understood, major, minor);
	}
}

static void test_efi_pass(void **state)
{
	struct fixture *f = *state;

	fixture_dir(f, "/sys/firmware/efi");
	fixture_check_evidence(f, "VMSPEC-EFI", VMS_PASS, "booted by UEFI", "/sys/firmware/efi");
	fixture_remove(f, "/sys/firmware/efi");
	fixture_fdt(f, &(struct fixture_tree){ .stub = true, .uefi = true });
	fixture_check(f, "VMSPEC-EFI", VMS_PASS, "system table in the device tree");
	fixture_remove(f, "/sys/firmware/fdt");
	fixture_kmsg(f, true, "[    0.0] efi: EFI v2.70 by EDK II\n");
	fixture_check_evidence(f, "VMSPEC-EFI", VMS_PASS, "the kernel greeted it", "EFI v2.70 by EDK II");
}

static void test_efi_fail(void **state)
{
	struct fixture *f = *state;

	/* Xen and Firecracker boot kernels without a firmware */
	fixture_fdt(f, &(struct fixture_tree){ .cpus = 1 });
	fixture_check(f, "VMSPEC-EFI", VMS_FAIL, "not booted by UEFI");
	fixture_remove(f, "/sys/firmware/fdt");
	fixture_kmsg(f, true, "[    0.0] efi: UEFI not found.\n");
	fixture_check_evidence(f, "VMSPEC-EFI", VMS_FAIL, "not booted by UEFI", "UEFI not found");
}

static void test_efi_unknown(void **state)
{
	struct fixture *f = *state;

	/* no tree that could tell, none that can be read, a damaged one */
	fixture_check(f, "VMSPEC-EFI", VMS_UNKNOWN, "no device tree is shown");
	fixture_fifo(f, "/sys/firmware/fdt");
	fixture_check(f, "VMSPEC-EFI", VMS_UNKNOWN, "/sys/firmware/fdt");
	fixture_remove(f, "/sys/firmware/fdt");
	fixture_write(f, "/sys/firmware/fdt", "\xd0\x0d\xfe\xed");
	fixture_check(f, "VMSPEC-EFI", VMS_UNKNOWN, NULL);
	/* a container's mask: what is below it is not the machine's */
	fixture_dir(f, "/sys/firmware/efi");
	fixture_write(f, "/proc/self/mountinfo",
		      "1 0 0:1 / /sys rw - sysfs sysfs rw\n"
		      "2 1 0:2 / /sys/firmware ro - tmpfs tmpfs ro\n");
	fixture_check(f, "VMSPEC-EFI", VMS_UNKNOWN, "something else is mounted there");
	/* which hides no device */
	fixture_dir(f, "/sys/devices/platform/rtc-efi.0");
	fixture_check_evidence(f, "VMSPEC-EFI", VMS_PASS, "UEFI's clock", "present");
	fixture_remove(f, "/sys/devices");
	fixture_remove(f, "/proc");
	fixture_remove(f, "/sys");
	fixture_check(f, "VMSPEC-EFI", VMS_UNKNOWN, "its directory is not there");
}

static void test_version(void **state)
{
	static const struct {
		const char *line;
		enum vms_status in_1_0, in_2_0;
	} cases[] = {
		{ "[    0.0] efi: EFI v2.70 by EDK II\n", VMS_PASS, VMS_PASS },
		{ "[    0.0] efi: EFI v2.10 by Das U-Boot\n", VMS_PASS, VMS_PASS },
		{ "[    0.0] efi: EFI v2.60 by x\n", VMS_PASS, VMS_PASS },
		{ "[    0.0] efi: EFI v2.50 by x\n", VMS_PASS, VMS_FAIL },
		{ "[    0.0] efi: EFI v2.4 by x\n", VMS_PASS, VMS_FAIL },
		{ "[    0.0] efi: EFI v2.31 by x\n", VMS_FAIL, VMS_FAIL },
		{ "[    0.0] efi: EFI v1.10 by x\n", VMS_FAIL, VMS_FAIL },
		{ "[    0.0] efi: EFI v3.0 by x\n", VMS_PASS, VMS_PASS },
		{ "[    0.0] efi: EFI vx by y\n", VMS_UNKNOWN, VMS_UNKNOWN },
		{ "[    0.0] efi: EFI v\n", VMS_UNKNOWN, VMS_UNKNOWN },
		{ "[    0.0] nothing\n", VMS_UNKNOWN, VMS_UNKNOWN },
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		fixture_kmsg(f, true, cases[i].line);
		f->profile = vms_profile_find("vmspec-1.0");
		fixture_check(f, "VMSPEC-EFI-VERSION", cases[i].in_1_0, NULL);
		f->profile = vms_profile_find("vmspec-2.0");
		fixture_check(f, "VMSPEC-EFI-VERSION", cases[i].in_2_0, NULL);
	}
	fixture_kmsg(f, false, "[   99.0] late\n");
	fixture_check(f, "VMSPEC-EFI-VERSION", VMS_UNKNOWN, "its beginning is gone");
}

/* UTF-16, as systemd's boot loader writes it; its attributes in front. */
static void loader_variable(struct fixture *f, const char *name, const char *text)
{
	_cleanup_free_ char *path =
		vms_asprintf("/sys/firmware/efi/efivars/%s-4a67b082-0a4c-41cf-b6c7-440b29bb8c4f", name);
	char bytes[128] = { 6 };
	size_t n = strlen(text);

	assert_non_null(path);
	for (size_t i = 0; i < n; i++)
		bytes[4 + 2 * i] = text[i];
	fixture_write_bytes(f, path, bytes, 4 + 2 * n + 2);
}

/* The log is not for everybody, the boot loader's note is. */
static void test_version_by_loader(void **state)
{
	struct fixture *f = *state;
	const struct efi_facts *facts;

	loader_variable(f, "LoaderFirmwareType", "UEFI 2.70");
	loader_variable(f, "LoaderFirmwareInfo", "EDK II 1.00");
	fixture_check_evidence(f, "VMSPEC-EFI-VERSION", VMS_PASS, "UEFI 2.7", "UEFI 2.70");
	facts = efi_read(fixture_machine(f));
	assert_string_equal(facts->vendor, "EDK II");
	loader_variable(f, "LoaderFirmwareType", "UEFI 2.100");
	fixture_check(f, "VMSPEC-EFI-VERSION", VMS_PASS, "UEFI 2.10");
	loader_variable(f, "LoaderFirmwareType", "UEFI 2.50");
	fixture_check(f, "VMSPEC-EFI-VERSION", VMS_FAIL, "UEFI 2.5, older than 2.6");
	/* the log is the firmware's own word */
	fixture_kmsg(f, true, "[    0.0] efi: EFI v2.80 by Das U-Boot\n");
	fixture_check(f, "VMSPEC-EFI-VERSION", VMS_PASS, "UEFI 2.8");
	fixture_remove(f, "/.vmspec/kmsg");
	loader_variable(f, "LoaderFirmwareType", "BIOS 2.70");
	fixture_check(f, "VMSPEC-EFI-VERSION", VMS_UNKNOWN, "kernel log");
	loader_variable(f, "LoaderFirmwareType", "");
	fixture_check(f, "VMSPEC-EFI-VERSION", VMS_UNKNOWN, "kernel log");
}

#define THERE "[    0.1] Remapping and enabling EFI services.\n"

static void test_runtime_by_log(void **state)
{
	static const struct {
		const char *log;
		enum vms_status status;
	} cases[] = {
		{ "[    0.1] Remapping and enabling EFI services.\n", VMS_PASS },
		{ "[    0.1] efi: Registered efivars operations\n", VMS_PASS },
		{ "[    0.1] EFI runtime services access via paravirt.\n", VMS_PASS },
		{ "[    0.1] Remapping and enabling EFI services.\n"
		  "[    0.2] UEFI virtual mapping missing or invalid -- runtime services will not be accessible\n",
		  VMS_FAIL },
		{ "[    0.1] efi: EFI runtime services will be disabled.\n", VMS_UNKNOWN },
		{ "[    0.1] silence\n", VMS_UNKNOWN },
		/* faults, as kernels tell them */
		{ THERE
		  "[   99.1][  T12] [Firmware Bug]: Unable to handle paging request in EFI runtime service\n",
		  VMS_FAIL },
		{ THERE
		  "[   99.1] [Firmware Bug]: Synchronous exception occurred in EFI runtime service GetTime()\n",
		  VMS_FAIL },
		{ THERE "[   99.1] efi: EFI Runtime Services are disabled!\n", VMS_FAIL },
		{ THERE "[   99.1] efi: Froze efi_rts_wq and disabled EFI Runtime Services\n", VMS_FAIL },
		{ THERE "[   99.1] Internal error: Oops: 96000004 [#1] SMP\n"
			"[   99.1] Workqueue: efi_rts_wq efi_call_rts\n",
		  VMS_FAIL },
		/* another's oops; a firmware that is slow; a kernel that was told */
		{ THERE "[   20.1] Internal error: Oops: 96000004 [#1] SMP\n"
			"[   99.1] Workqueue: efi_rts_wq efi_call_rts\n",
		  VMS_PASS },
		{ THERE "[   99.1] Workqueue: efi_rts_wq efi_call_rts\n", VMS_PASS },
		{ "[    0.1] efi: EFI runtime services will be disabled.\n"
		  "[    0.2] efi: EFI Runtime Services are disabled!\n",
		  VMS_UNKNOWN },
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		fixture_kmsg(f, true, cases[i].log);
		fixture_check(f, "VMSPEC-EFI-RUNTIME", cases[i].status, NULL);
	}
}

static void test_runtime_without_log(void **state)
{
	struct fixture *f = *state;

	fixture_check(f, "VMSPEC-EFI-RUNTIME", VMS_UNKNOWN, "kernel log");
	/* Xen's and others' command lines only look alike */
	fixture_write(f, "/proc/cmdline", "xefi=noruntime efi=noruntimes noefix\n");
	fixture_check(f, "VMSPEC-EFI-RUNTIME", VMS_UNKNOWN, "kernel log");
	fixture_write(f, "/proc/cmdline", "root=/dev/vda1 efi=noruntime\n");
	fixture_check(f, "VMSPEC-EFI-RUNTIME", VMS_UNKNOWN, "told not to use");
	fixture_write(f, "/proc/cmdline", "noefi\n");
	fixture_check(f, "VMSPEC-EFI-RUNTIME", VMS_UNKNOWN, "told not to use");
	fixture_write(f, "/proc/cmdline", "efi=debug,noruntime quiet\n");
	fixture_check(f, "VMSPEC-EFI-RUNTIME", VMS_UNKNOWN, "told not to use");
	/* the last one counts */
	fixture_write(f, "/proc/cmdline", "efi=noruntime noefi efi=runtime\n");
	fixture_check(f, "VMSPEC-EFI-RUNTIME", VMS_UNKNOWN, "kernel log");
	fixture_write(f, "/proc/cmdline", "efi=runtime noefi\n");
	fixture_check(f, "VMSPEC-EFI-RUNTIME", VMS_UNKNOWN, "told not to use");
	/* a service seen at work is there, whatever an option says */
	fixture_write(f, "/sys/firmware/efi/efivars/BootOrder-8be4df61-93ca-11d2-aa0d-00e098032b8c", "x");
	fixture_check(f, "VMSPEC-EFI-RUNTIME", VMS_PASS, NULL);
	fixture_remove(f, "/sys/firmware/efi");
	fixture_dir(f, "/sys/devices/platform/rtc-efi.0");
	fixture_check(f, "VMSPEC-EFI-RUNTIME", VMS_PASS, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parse_version), fixture_test(test_efi_pass),
		fixture_test(test_efi_fail),	      fixture_test(test_efi_unknown),
		fixture_test(test_version),	      fixture_test(test_version_by_loader),
		fixture_test(test_runtime_by_log),    fixture_test(test_runtime_without_log),
	};

	return cmocka_run_group_tests_name("efi", tests, NULL, NULL);
}
