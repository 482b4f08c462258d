/* SPDX-License-Identifier: GPL-2.0-or-later */
/* VMSPEC-EFIVARIABLE, and the reader of one variable. */
#include <errno.h>

#include "firmware/efivars.h"
#include "fixture.h"

#define ID	 "VMSPEC-EFIVARIABLE"
#define DIR	 "/sys/firmware/efi/efivars/"
#define GUID	 "-8be4df61-93ca-11d2-aa0d-00e098032b8c"
#define MOUNTS	 "1 0 0:1 / /sys rw - sysfs sysfs rw\n"
#define EFIVARFS MOUNTS "2 1 0:2 / /sys/firmware/efi/efivars rw,nosuid - efivarfs efivarfs "

static void test_get(void **state)
{
	_cleanup_buf_ struct vms_buf data = { NULL, 0 }, bare = { NULL, 0 };
	struct fixture *f = *state;
	uint32_t attributes = 0;

	fixture_write_bytes(f, DIR "BootOrder" GUID, "\x07\0\0\x80\x01\0\x02\0", 8);
	assert_int_equal(efivar_get(fixture_machine(f), "BootOrder" GUID, &attributes, &data), 0);
	assert_int_equal(attributes, 0x80000007);
	assert_int_equal(data.len, 4);
	assert_memory_equal(data.data, "\x01\0\x02\0", 5); /* NUL at its end */
	/* attributes alone are a variable without data */
	fixture_write_bytes(f, DIR "Bare" GUID, "\x06\0\0\0", 4);
	assert_int_equal(efivar_get(f->m, "Bare" GUID, &attributes, &bare), 0);
	assert_int_equal(attributes, 6);
	assert_int_equal(bare.len, 0);
}

static void test_get_nothing(void **state)
{
	struct vms_buf data = { NULL, 77 };
	uint32_t attributes = 77;
	struct fixture *f = *state;
	static char big[EFIVAR_MAX + 1];

	fixture_dir(f, DIR "Dir" GUID);
	fixture_write(f, DIR "Empty" GUID, "");
	fixture_write(f, DIR "Short" GUID, "abc");
	fixture_write_bytes(f, DIR "Big" GUID, big, sizeof(big));
	fixture_machine(f);
	/* created and never written: no variable */
	assert_int_equal(efivar_get(f->m, "Empty" GUID, &attributes, &data), -ENOENT);
	assert_int_equal(efivar_get(f->m, "Lacking" GUID, &attributes, &data), -ENOENT);
	assert_int_equal(efivar_get(f->m, "Short" GUID, &attributes, &data), -EBADMSG);
	assert_int_equal(efivar_get(f->m, "Big" GUID, &attributes, &data), -EFBIG);
	assert_int_equal(efivar_get(f->m, "Dir" GUID, &attributes, &data), -EISDIR);
	assert_true(attributes == 77 && data.data == NULL && data.len == 77);
}

static void test_pass(void **state)
{
	struct fixture *f = *state;

	fixture_write_bytes(f, DIR "BootOrder" GUID, "\x07\0\0\0\x01\0", 6);
	fixture_check_evidence(f, ID, VMS_PASS, "can be listed and read", "1 variables listed, 1 of 1");
	/* some that can't be read are well */
	fixture_write(f, DIR "Alpha" GUID, "");
	fixture_dir(f, DIR "Beta" GUID);
	fixture_check_evidence(f, ID, VMS_PASS, NULL, "3 variables listed, 1 of 3");
	/* read-only, as with a firmware without SetVariable */
	fixture_write(f, "/proc/self/mountinfo", EFIVARFS "ro\n");
	fixture_check(f, ID, VMS_PASS, NULL);
	assert_true(efivars_read(f->m)->read_only);
	assert_int_equal(efivars_read(f->m)->mounted, EFIVARS_MOUNTED);
	fixture_write(f, "/proc/self/mountinfo", EFIVARFS "rw\n");
	assert_false(efivars_read(fixture_machine(f))->read_only);
}

/* No more calls into the firmware than tell whether it answers. */
static void test_many(void **state)
{
	struct fixture *f = *state;

	for (unsigned i = 0; i < 300; i++) {
		_cleanup_free_ char *path = vms_asprintf(DIR "Boot%04X" GUID, i);

		fixture_write_bytes(f, path, "\x07\0\0\0\x01\0", 6);
	}
	fixture_check_evidence(f, ID, VMS_PASS, NULL, "300 variables listed, 4 of 4");
	for (unsigned i = 0; i < 100; i++) {
		_cleanup_free_ char *path = vms_asprintf(DIR "Boot%04X" GUID, i);

		fixture_write_bytes(f, path, "", 0);
	}
	fixture_check_evidence(f, ID, VMS_UNKNOWN, NULL, "300 variables listed, 0 of 64");
}

static void test_fail(void **state)
{
	struct fixture *f = *state;

	fixture_dir(f, DIR);
	fixture_write(f, "/proc/self/mountinfo", EFIVARFS "rw\n");
	fixture_check(f, ID, VMS_FAIL, "lists not a single variable");
	/* RTPROP: the services are masked off, and the kernel registered none */
	fixture_write(f, "/proc/self/mountinfo", MOUNTS);
	fixture_kmsg(f, true, "[    0.0] efi: RTPROP=0x7f000018\n");
	fixture_check(f, ID, VMS_FAIL, "masks off the variable services");
}

static void test_unknown(void **state)
{
	struct fixture *f = *state;

	fixture_check(f, ID, VMS_UNKNOWN, "its directory is not there");
	fixture_dir(f, "/sys/firmware/efi");
	fixture_check(f, ID, VMS_UNKNOWN, "no window to the variables");
	fixture_dir(f, DIR);
	fixture_check(f, ID, VMS_UNKNOWN, "can't be seen whether efivarfs is mounted");
	fixture_write(f, "/proc/self/mountinfo", MOUNTS);
	fixture_check(f, ID, VMS_UNKNOWN, "efivarfs is not mounted");
	/* RTPROP, and the log does not say whether operations were registered */
	fixture_kmsg(f, false, "[   99.0] efi: RTPROP=0x7f000018\n");
	fixture_check(f, ID, VMS_UNKNOWN, "efivarfs is not mounted");
	fixture_kmsg(f, true,
		     "[    0.0] efi: RTPROP=0x7f000018\n[    0.1] efivars: Registered efivars operations\n");
	fixture_check(f, ID, VMS_UNKNOWN, "efivarfs is not mounted");
	fixture_write(f, "/proc/self/mountinfo",
		      MOUNTS "2 1 0:2 / /sys/firmware/efi/efivars rw - tmpfs tmpfs rw\n");
	fixture_check(f, ID, VMS_UNKNOWN, "something else is mounted there");
}

/* Files that hold no variable are no answer of the firmware. */
static void test_nothing_readable(void **state)
{
	struct fixture *f = *state;

	fixture_write(f, DIR "Empty" GUID, "");
	fixture_write(f, DIR "Short" GUID, "abc");
	fixture_check(f, ID, VMS_UNKNOWN, "empty or cut short");
	fixture_remove(f, DIR);
	fixture_dir(f, DIR "Dir" GUID);
	fixture_check(f, ID, VMS_UNKNOWN, "a directory where a file should be");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(test_get),
		fixture_test(test_get_nothing),
		fixture_test(test_pass),
		fixture_test(test_many),
		fixture_test(test_fail),
		fixture_test(test_unknown),
		fixture_test(test_nothing_readable),
	};

	return cmocka_run_group_tests_name("efivars", tests, NULL, NULL);
}
