/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vmspecd's published verdict beside one that could not look: shown, with its time,
 * and never turned into a pass or a fail; nothing of a file that others could write.
 */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "core/published.h"
#include "spec/spec.h"

#define DOC(profile, rows)                                                                                   \
	"{\"schema\":\"vmspec-verdict/1\",\"profile\":\"" profile "\",\"time\":\"2026-11-21T02:00:00Z\","    \
	"\"checks\":[" rows "]}"
#define ROW(status) "{\"id\":\"VMSPEC-EFI\",\"status\":\"" status "\",\"reason\":\"booted by UEFI\"}"

static char dir[64], file[96];

static void put(const char *text)
{
	int fd = open(file, O_WRONLY | O_CREAT | O_TRUNC, 0644);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	close(fd);
}

/* A verdict of two rows, unknown and pass, after looking at what is published. */
static void look(uid_t uid, enum vms_status *ret_status, char **ret_reason, size_t *ret_evidence)
{
	struct vms_verdict_row rows[2] = { { .check = vms_check_find("VMSPEC-EFI") },
					   { .check = vms_check_find("VMSPEC-GIC") } };
	struct vms_verdict v = { .profile = vms_profile_default(), .rows = rows, .n_rows = 2 };

	vms_unknown(&rows[0].result, "permission denied");
	vms_pass(&rows[1].result, "GICv3");
	assert_int_equal(vms_published_add_by(dir, uid, &v), 0);
	assert_int_equal(rows[1].result.status, VMS_PASS);
	assert_string_equal(rows[1].result.reason, "GICv3");
	*ret_status = rows[0].result.status;
	*ret_evidence = rows[0].result.n_evidence;
	*ret_reason = strdup(rows[0].result.reason);
	vms_result_clear(&rows[0].result);
	vms_result_clear(&rows[1].result);
}

static void expect(uid_t uid, const char *reason, size_t n_evidence)
{
	_cleanup_free_ char *got = NULL;
	enum vms_status status;
	size_t n;

	look(uid, &status, &got, &n);
	assert_int_equal(status, VMS_UNKNOWN);
	assert_string_equal(got, reason);
	assert_int_equal(n, n_evidence);
}

static int setup(void **ctx)
{
	(void)ctx;
	snprintf(dir, sizeof(dir), "/tmp/vmspec-published.XXXXXX");
	if (!mkdtemp(dir))
		return -1;
	snprintf(file, sizeof(file), "%s/verdict.json", dir);
	return 0;
}

static int teardown(void **ctx)
{
	(void)ctx;
	unlink(file);
	return rmdir(dir);
}

#define PLAIN "permission denied"

static void shown(void **ctx)
{
	(void)ctx;
	expect(geteuid(), PLAIN, 0);
	put(DOC("vmspec-2.0", ROW("pass")));
	expect(geteuid(), "permission denied; vmspecd, as root, found at 2026-11-21T02:00:00Z: pass", 1);
	put(DOC("vmspec-2.0", ROW("fail")));
	expect(geteuid(), "permission denied; vmspecd, as root, found at 2026-11-21T02:00:00Z: fail", 1);
	put(DOC("vmspec-2.0", ROW("unknown")));
	expect(geteuid(), PLAIN, 0);
	put(DOC("vmspec-1.0", ROW("pass")));
	expect(geteuid(), PLAIN, 0);
}

static void hostile(void **ctx)
{
	static const char *const texts[] = {
		"",
		"[]",
		"null",
		"{",
		"{\"schema\":\"vmspec-verdict/1\"}",
		DOC("vmspec-2.0", "1,null,[],{},\"\""),
		"{\"schema\":\"vmspec-verdict/2\",\"profile\":\"vmspec-2.0\",\"checks\":[" ROW("pass") "]}",
		"{\"schema\":\"vmspec-verdict/1\",\"profile\":\"vmspec-2.0\",\"checks\":{}}",
		"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[",
	};

	(void)ctx;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		put(texts[i]);
		expect(geteuid(), PLAIN, 0);
	}
}

static void not_to_be_trusted(void **ctx)
{
	(void)ctx;
	put(DOC("vmspec-2.0", ROW("pass")));
	expect(geteuid() + 1, PLAIN, 0);
	assert_int_equal(chmod(file, 0666), 0);
	expect(geteuid(), PLAIN, 0);
	assert_int_equal(chmod(file, 0644), 0);
	assert_int_equal(chmod(dir, 0777), 0);
	expect(geteuid(), PLAIN, 0);
	assert_int_equal(chmod(dir, 0700), 0);
	unlink(file);
	assert_int_equal(symlink("/etc/passwd", file), 0);
	expect(geteuid(), PLAIN, 0);
	unlink(file);
	assert_int_equal(mkfifo(file, 0644), 0);
	expect(geteuid(), PLAIN, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(shown, setup, teardown),
		cmocka_unit_test_setup_teardown(hostile, setup, teardown),
		cmocka_unit_test_setup_teardown(not_to_be_trusted, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
