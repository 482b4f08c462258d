/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Late opening of libraries: absent, lacking a symbol, there. */
#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "core/dl.h"

VMS_DLOPEN_NOTE(test, "{\"soname\":[\"libm.so.6\"]}");

#ifndef VMS_STATIC
static double (*dl_floor)(double x);
static void (*dl_none)(void);
#endif

static struct {
	void *handle;
	double (*fabs)(double x);
} linked;

/* Opened late, or linked in: the same table, the same function. */
static void test_linked(void **state)
{
	static const struct vms_dl_symbol symbols[] = { VMS_DL_SYMBOL(linked, fabs), VMS_DL_SYMBOLS_END };

	(void)state;
	assert_int_equal(vms_dl_link(&linked.handle, "libm.so.6", symbols), 0);
	assert_non_null(linked.handle);
	assert_true(linked.fabs(-2.5) == 2.5);
}

#ifndef VMS_STATIC
static void test_there(void **state)
{
	const struct vms_dl_symbol symbols[] = { { "floor", &dl_floor }, { NULL, NULL } };
	void *handle = NULL, *first;

	(void)state;
	assert_int_equal(vms_dl_open(&handle, "libm.so.6", symbols), 0);
	assert_non_null(handle);
	assert_true(dl_floor(2.5) == 2.0);
	/* opened once */
	first = handle;
	assert_int_equal(vms_dl_open(&handle, "libm.so.6", symbols), 0);
	assert_ptr_equal(handle, first);
}

#endif

static void test_absent(void **state)
{
	const struct vms_dl_symbol symbols[] = { { NULL, NULL } };
	void *handle = NULL;

	(void)state;
	assert_int_equal(vms_dl_open(&handle, "libvmspec-no-such.so.0", symbols), -ENOENT);
	assert_null(handle);
}

#ifndef VMS_STATIC
static void test_lacks_symbol(void **state)
{
	const struct vms_dl_symbol symbols[] = { { "vmspec_no_such_symbol", &dl_none }, { NULL, NULL } };
	void *handle = NULL;

	(void)state;
	assert_int_equal(vms_dl_open(&handle, "libm.so.6", symbols), -ENOSYS);
	assert_null(handle);
	assert_true(dl_none == NULL);
}

#endif

/* Name and type of "ELF dlopen metadata"; the text is NUL-terminated. */
static void test_note(void **state)
{
	(void)state;
	assert_int_equal(vms_dlopen_note_test.n_namesz, 4);
	assert_string_equal(vms_dlopen_note_test.name, "FDO");
	assert_int_equal(vms_dlopen_note_test.n_type, 0x407c0c0a);
	assert_int_equal(vms_dlopen_note_test.n_descsz, strlen(vms_dlopen_note_test.desc) + 1);
	assert_string_equal(vms_dlopen_note_test.desc, "[{\"soname\":[\"libm.so.6\"]}]");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_linked), cmocka_unit_test(test_absent),
#ifndef VMS_STATIC
		cmocka_unit_test(test_there),  cmocka_unit_test(test_lacks_symbol),
#endif
		cmocka_unit_test(test_note),
	};

	return cmocka_run_group_tests_name("dl", tests, NULL, NULL);
}
