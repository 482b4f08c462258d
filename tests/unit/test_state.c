/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The state file: what is stored comes back; whatever else is in its place
 * (cut short, bits flipped, other types, huge, no file at all) is damaged or
 * newer, never armed, and is kept.
 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "core/util.h"
#include "firmware/state_json.h"

#define BOOT1 "11111111-1111-4111-8111-111111111111"

struct fixture {
	char dir[64];
	int fd;
};

static const struct vms_persist_state armed = {
	.phase = VMS_PERSIST_ARMED,
	.nonce = "0123456789abcdef0123456789abcdef",
	.boot_id = BOOT1,
	.identity = { "0123456789abcdef0123456789abcdef", "A-B", "i-012345" },
	.firmware = { "01000000", "3100320033000000" },
	.time = 1800000000,
};

static int setup(void **ctx)
{
	struct fixture *f = calloc(1, sizeof(*f));

	snprintf(f->dir, sizeof(f->dir), "/tmp/vmspec-state.XXXXXX");
	if (!mkdtemp(f->dir) || vms_state_open(f->dir, false, &f->fd) < 0)
		return -1;
	*ctx = f;
	return 0;
}

static int teardown(void **ctx)
{
	struct fixture *f = *ctx;
	char cmd[128];

	close(f->fd);
	snprintf(cmd, sizeof(cmd), "rm -rf '%s'", f->dir);
	int rc = system(cmd);
	free(f);
	return rc;
}

static void put(struct fixture *f, const char *text, size_t len)
{
	int fd = openat(f->fd, VMS_STATE_FILE, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, len), (ssize_t)len);
	close(fd);
}

static enum vms_persist_phase load(struct fixture *f)
{
	struct vms_persist_state s;

	assert_int_equal(vms_state_load(f->fd, &s), 0);
	return s.phase;
}

static void round_trip(void **ctx)
{
	struct fixture *f = *ctx;
	struct vms_persist_state s, judged = armed, unarmed = { .phase = VMS_PERSIST_UNARMED };
	struct stat st;

	assert_int_equal(load(f), VMS_PERSIST_ABSENT);
	assert_int_equal(vms_state_store(f->fd, &armed), 0);
	assert_int_equal(vms_state_load(f->fd, &s), 0);
	assert_memory_equal(&s, &armed, sizeof(s));
	assert_int_equal(fstatat(f->fd, VMS_STATE_FILE, &st, 0), 0);
	assert_int_equal(st.st_mode & 07777, 0600);

	judged.phase = VMS_PERSIST_JUDGED;
	judged.why = VMS_ROW_SURVIVED;
	judged.deleted = true;
	snprintf(judged.judged_boot, sizeof(judged.judged_boot), "%s", BOOT1);
	assert_int_equal(vms_state_store(f->fd, &judged), 0);
	assert_int_equal(vms_state_load(f->fd, &s), 0);
	assert_memory_equal(&s, &judged, sizeof(s));

	unarmed.why = VMS_ROW_REFUSED;
	unarmed.err = -ENOSPC;
	assert_int_equal(vms_state_store(f->fd, &unarmed), 0);
	assert_int_equal(vms_state_load(f->fd, &s), 0);
	assert_memory_equal(&s, &unarmed, sizeof(s));

	assert_int_equal(vms_state_remove(f->fd), 0);
	assert_int_equal(vms_state_remove(f->fd), 0);
	assert_int_equal(load(f), VMS_PERSIST_ABSENT);
}

static void cut_short_and_flipped(void **ctx)
{
	_cleanup_free_ char *text = vms_state_format(&armed);
	size_t len = strlen(text), tried = 0;
	struct vms_persist_state s;

	(void)ctx;
	for (size_t n = 0; n < len - 2; n++, tried++) {
		assert_int_equal(vms_state_parse(text, n, &s), 0);
		assert_int_equal(s.phase, VMS_PERSIST_DAMAGED);
	}
	for (size_t i = 0; i < len * 8; i++, tried++) {
		_cleanup_free_ char *bad = strdup(text);

		bad[i / 8] ^= (char)(1 << i % 8);
		assert_int_equal(vms_state_parse(bad, len, &s), 0);
		/* white space may become other white space: the same state */
		if (s.phase != VMS_PERSIST_DAMAGED && s.phase != VMS_PERSIST_NEWER)
			assert_memory_equal(&s, &armed, sizeof(s));
	}
	printf("%zu damaged files\n", tried);
}

static void hostile(void **ctx)
{
	static const char *const texts[] = {
		"",
		"\n",
		"null",
		"[]",
		"{}",
		"1",
		"\"armed\"",
		"{",
		"{{{{{{{{",
		"[[[[[[[[[[[[[[[[[[[[",
		"{\"schema\":\"vmspec-persistence-state\"}",
		"{\"schema\":\"vmspec-persistence-state\",\"version\":1}",
		"{\"schema\":\"vmspec-persistence-state\",\"version\":0}",
		"{\"schema\":\"vmspec-persistence-state\",\"version\":\"1\"}",
		"{\"schema\":\"vmspec-persistence-state\",\"version\":1,\"phase\":\"armed\"}",
		"{\"schema\":1,\"version\":1}",
		"{\"schema\":\"vmspec-persistence-state\\u0000\",\"version\":1}",
		"{\"schema\":\"vmspec-persistence-state\",\"version\":1e99}",
		"{\"schema\":\"vmspec-persistence-state\",\"version\":1,\"nonce\":{\"a\":{\"b\":{\"c\":1}}}}",
	};
	struct fixture *f = *ctx;
	char *huge = calloc(1, 1 << 20);

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		put(f, texts[i], strlen(texts[i]));
		if (load(f) != VMS_PERSIST_DAMAGED)
			fail_msg("%s", texts[i]);
	}
	put(f, huge, 1 << 20);
	assert_int_equal(load(f), VMS_PERSIST_DAMAGED);
	memset(huge, '[', 60000);
	put(f, huge, 60000);
	assert_int_equal(load(f), VMS_PERSIST_DAMAGED);
	put(f, "\0\0\0", 3);
	assert_int_equal(load(f), VMS_PERSIST_DAMAGED);
	free(huge);
}

static void newer_version(void **ctx)
{
	static const char text[] =
		"{\"schema\":\"vmspec-persistence-state\",\"version\":2,\"phase\":\"armed\"}";
	struct fixture *f = *ctx;

	put(f, text, sizeof(text) - 1);
	assert_int_equal(load(f), VMS_PERSIST_NEWER);
}

/* A name, a length or a phase out of range, with a sum that is right. */
static void consistent(void **ctx)
{
	struct vms_persist_state bad, s;

	(void)ctx;
#define REFUSED(change)                                                                                      \
	do {                                                                                                 \
		bad = armed;                                                                                 \
		change;                                                                                      \
		_cleanup_free_ char *text = vms_state_format(&bad);                                          \
		assert_int_equal(vms_state_parse(text, strlen(text), &s), 0);                                \
		assert_int_equal(s.phase, VMS_PERSIST_DAMAGED);                                              \
	} while (0)
	REFUSED(bad.nonce[31] = '\0');
	REFUSED(bad.nonce[0] = '\0');
	REFUSED(bad.nonce[0] = 'X');
	REFUSED(bad.boot_id[0] = '\0');
	REFUSED(bad.boot_id[8] = '0');
	REFUSED(bad.identity.machine_id[3] = ' ');
	REFUSED(bad.phase = VMS_PERSIST_ABSENT);
	REFUSED(bad.phase = VMS_PERSIST_DAMAGED);
	REFUSED(bad.phase = VMS_PERSIST_JUDGED; bad.why = VMS_ROW_PENDING);
	REFUSED(bad.phase = VMS_PERSIST_UNARMED; bad.why = VMS_ROW_SURVIVED);
	REFUSED(bad.err = 5);
}

static void no_regular_file(void **ctx)
{
	struct fixture *f = *ctx;

	assert_int_equal(mkfifoat(f->fd, VMS_STATE_FILE, 0600), 0);
	assert_int_equal(load(f), VMS_PERSIST_DAMAGED);
	assert_int_equal(unlinkat(f->fd, VMS_STATE_FILE, 0), 0);
	assert_int_equal(mkdirat(f->fd, VMS_STATE_FILE, 0700), 0);
	assert_int_equal(load(f), VMS_PERSIST_DAMAGED);
	assert_int_equal(unlinkat(f->fd, VMS_STATE_FILE, AT_REMOVEDIR), 0);
	assert_int_equal(symlinkat("elsewhere", f->fd, VMS_STATE_FILE), 0);
	assert_int_equal(load(f), VMS_PERSIST_DAMAGED);
	assert_int_equal(unlinkat(f->fd, VMS_STATE_FILE, 0), 0);

	/* a state that others may write is nobody's state */
	assert_int_equal(vms_state_store(f->fd, &armed), 0);
	assert_int_equal(fchmodat(f->fd, VMS_STATE_FILE, 0666, 0), 0);
	assert_int_equal(load(f), VMS_PERSIST_DAMAGED);
}

static void kept_aside(void **ctx)
{
	struct fixture *f = *ctx;

	for (int i = 0; i < 10; i++) {
		_cleanup_free_ char *name = NULL;
		struct stat st;

		put(f, "old", 3);
		assert_int_equal(vms_state_set_aside(f->fd, &name), 0);
		assert_int_equal(fstatat(f->fd, name, &st, 0), 0);
		assert_int_equal(st.st_size, 3);
		assert_int_equal(load(f), VMS_PERSIST_ABSENT);
	}
	char *untouched = NULL;
	put(f, "eleventh", 8);
	assert_int_equal(vms_state_set_aside(f->fd, &untouched), -EEXIST);
	assert_null(untouched);
	assert_int_equal(load(f), VMS_PERSIST_DAMAGED);
}

static void locked(void **ctx)
{
	struct fixture *f = *ctx;
	int other;

	assert_int_equal(vms_state_open(f->dir, false, &other), 0);
	assert_int_equal(vms_state_lock(f->fd), 0);
	assert_int_equal(vms_state_lock(other), -EBUSY);
	assert_int_equal(flock(f->fd, LOCK_UN), 0);
	assert_int_equal(vms_state_lock(other), 0);
	close(other);
}

static void left_temporary(void **ctx)
{
	struct fixture *f = *ctx;
	int fd = openat(f->fd, VMS_STATE_FILE ".tmp", O_WRONLY | O_CREAT, 0600);

	assert_true(fd >= 0);
	close(fd);
	assert_int_equal(vms_state_store(f->fd, &armed), 0);
	assert_int_equal(load(f), VMS_PERSIST_ARMED);
	assert_int_equal(faccessat(f->fd, VMS_STATE_FILE ".tmp", F_OK, 0), -1);
}

static void directories(void **ctx)
{
	struct fixture *f = *ctx;
	_cleanup_free_ char *sub = vms_asprintf("%s/new", f->dir), *deep = vms_asprintf("%s/a/b", f->dir),
			    *file = vms_asprintf("%s/file", f->dir), *link = vms_asprintf("%s/link", f->dir);
	const char *fs = NULL;
	struct stat st;
	int fd = -1;

	assert_int_equal(vms_state_open(sub, false, &fd), -ENOENT);
	assert_int_equal(vms_state_open(sub, true, &fd), 0);
	assert_int_equal(fstat(fd, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0700);
	close(fd);
	assert_int_equal(vms_state_open(sub, true, &fd), 0);
	close(fd);
	assert_int_equal(vms_state_open(deep, true, &fd), -ENOENT);
	close(open(file, O_CREAT | O_WRONLY, 0600));
	assert_int_equal(vms_state_open(file, true, &fd), -ENOTDIR);
	assert_int_equal(symlink(sub, link), 0);
	assert_true(vms_state_open(link, true, &fd) < 0);

	if (vms_state_open("/dev/shm", false, &fd) == 0) {
		assert_int_equal(vms_state_durable(fd, &fs), -EMEDIUMTYPE);
		assert_string_equal(fs, "tmpfs");
		close(fd);
	}
	if (vms_state_open("/proc", false, &fd) == 0) {
		assert_true(vms_state_store(fd, &armed) < 0);
		close(fd);
	}
}

static void kexec_note(void **ctx)
{
	struct fixture *f = *ctx;
	char boot[40] = "untouched";

	assert_int_equal(vms_state_read_kexec(f->fd, boot), 0);
	assert_string_equal(boot, "");
	assert_int_equal(vms_state_note_kexec(f->fd, BOOT1), 0);
	assert_int_equal(vms_state_read_kexec(f->fd, boot), 0);
	assert_string_equal(boot, BOOT1);
	assert_int_equal(vms_state_note_kexec(f->fd, "../../etc/passwd"), 0);
	assert_int_equal(vms_state_read_kexec(f->fd, boot), 0);
	assert_string_equal(boot, "");
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(round_trip),	   T(cut_short_and_flipped), T(hostile),    T(newer_version),
		T(consistent),	   T(no_regular_file),	     T(kept_aside), T(locked),
		T(left_temporary), T(directories),	     T(kexec_note),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
