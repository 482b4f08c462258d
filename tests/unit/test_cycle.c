/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The persistence cycle over a made-up machine: a folder of files for /proc, /sys
 * and /etc, a directory in efivarfs's place (written by the real libefivar, and all of it
 * again without it), and firmware that lies, is full, read-only or busy.
 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "core/machine.h"
#include "core/result.h"
#include "core/util.h"
#include "firmware/cycle.h"

#define BOOT1 "11111111-1111-4111-8111-111111111111"
#define BOOT2 "22222222-2222-4222-8222-222222222222"
#define BOOT3 "33333333-3333-4333-8333-333333333333"
#define MTC   "MTC-eb704011-1402-11d3-8e77-00a0c969723b"

struct fixture {
	char top[64];
	char state[96], vars[96], root[96];
	struct vms_varstore store;
	struct vms_machine *m;
};

static int sets, dels; /* SetVariable calls */
static int set_fails, del_fails;
static bool alone; /* written without libefivar */
enum { STORES, STORES_NOTHING, STORES_OTHER, OTHER_ATTRS, KEEPS_DELETED } firmware;

static int fake_set(const struct vms_varstore *s, const uint8_t *data, size_t len, uint32_t attrs)
{
	uint8_t other[VMS_VARIABLE_MAX] = { 1 };

	sets++;
	if (set_fails)
		return set_fails;
	if (firmware == STORES_NOTHING)
		return 0;
	return (alone ? vms_efivarfs_set : vms_varstore_set)(s, firmware == STORES_OTHER ? other : data, len,
							     firmware == OTHER_ATTRS ? 6 : attrs);
}

static int fake_del(const struct vms_varstore *s)
{
	dels++;
	if (del_fails)
		return del_fails;
	return firmware == KEEPS_DELETED ? 0 : (alone ? vms_efivarfs_del : vms_varstore_del)(s);
}

static void put(const char *dir, const char *name, const void *data, size_t len)
{
	_cleanup_free_ char *path = vms_asprintf("%s/%s", dir, name);

	for (char *p = path + 1; (p = strchr(p, '/')); p++) {
		*p = '\0';
		mkdir(path, 0755);
		*p = '/';
	}
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, data, len), (ssize_t)len);
	close(fd);
}

static void put_text(const char *dir, const char *name, const char *text)
{
	put(dir, name, text, strlen(text));
}

static void drop(const char *dir, const char *name)
{
	_cleanup_free_ char *path = vms_asprintf("%s/%s", dir, name);

	assert_int_equal(unlink(path), 0);
}

static bool there(const char *dir, const char *name)
{
	_cleanup_free_ char *path = vms_asprintf("%s/%s", dir, name);

	return access(path, F_OK) == 0;
}

/* A boot: boot_id and the firmware's counter; the machine is opened anew. */
static void boot(struct fixture *f, const char *boot_id, int mtc)
{
	const uint8_t counter[8] = { 7, 0, 0, 0, (uint8_t)mtc };

	put_text(f->root, "proc/sys/kernel/random/boot_id", boot_id);
	put(f->vars, MTC, counter, sizeof(counter));
	vms_machine_free(f->m);
	f->m = NULL;
	assert_int_equal(vms_machine_open_record(f->root, &f->m), 0);
}

static int setup(void **ctx)
{
	struct fixture *f = calloc(1, sizeof(*f));

	sets = dels = set_fails = del_fails = 0;
	firmware = STORES;
	/* libefivar looks once where variables are: the same folder for all tests */
	snprintf(f->top, sizeof(f->top), "/tmp/vmspec-cycle.%d", (int)getpid());
	if (mkdir(f->top, 0700) < 0)
		return -1;
	snprintf(f->state, sizeof(f->state), "%s/state", f->top);
	snprintf(f->vars, sizeof(f->vars), "%s/vars", f->top);
	snprintf(f->root, sizeof(f->root), "%s/root", f->top);
	f->store = (struct vms_varstore){ .dir = f->vars, .plain = true, .set = fake_set, .del = fake_del };
	put_text(f->root, "etc/machine-id", "0123456789abcdef0123456789abcdef\n");
	put_text(f->root, "sys/class/dmi/id/product_uuid", "AAAAAAAA-1111-2222-3333-444444444444\n");
	put_text(f->root, ".vmspec/machine", "aarch64\n");
	put_text(f->vars, "BootOrder-8be4df61-93ca-11d2-aa0d-00e098032b8c", "\7\0\0\0\0");
	boot(f, BOOT1, 1);
	*ctx = f;
	return 0;
}

static int setup_alone(void **ctx)
{
	alone = true;
	return setup(ctx);
}

static int teardown(void **ctx)
{
	struct fixture *f = *ctx;
	char cmd[128];

	vms_machine_free(f->m);
	snprintf(cmd, sizeof(cmd), "rm -rf '%s'", f->top);
	free(f);
	return system(cmd);
}

enum what { ARM, CHECK, UNIT, DISARM, STATUS, KEXEC };

/* Run it; the status, with `done` and the phase checked. */
static void run(struct fixture *f, enum what what, bool done, enum vms_persist_phase phase,
		enum vms_status status)
{
	struct vms_cycle c = { .m = f->m, .store = &f->store, .state_dir = f->state };
	struct vms_cycle_report r = { 0 };
	int err;

	switch (what) {
	/* clang-format off */
	case ARM:    err = vms_cycle_arm(&c, &r); break;
	case CHECK:  err = vms_cycle_check(&c, false, &r); break;
	case UNIT:   err = vms_cycle_check(&c, true, &r); break;
	case DISARM: err = vms_cycle_disarm(&c, &r); break;
	case STATUS: err = vms_cycle_status(&c, &r); break;
	default:     err = vms_cycle_note_kexec(&c, &r); break;
		/* clang-format on */
	}
	assert_int_equal(err, 0);
	assert_non_null(r.result.reason);
	if (r.done != done || r.phase != phase || r.result.status != status)
		fail_msg("what %d: done %d phase %s status %s: %s", what, r.done,
			 vms_persist_phase_name(r.phase), vms_status_name(r.result.status), r.result.reason);
	vms_cycle_report_clear(&r);
}

static void arm(struct fixture *f)
{
	run(f, ARM, true, VMS_PERSIST_ARMED, VMS_PENDING);
}

static void whole_cycle(void **ctx)
{
	struct fixture *f = *ctx;

	run(f, CHECK, true, VMS_PERSIST_ABSENT, VMS_SKIP);
	run(f, STATUS, true, VMS_PERSIST_ABSENT, VMS_SKIP);
	assert_false(there(f->top, "state"));
	arm(f);
	arm(f); /* already */
	assert_int_equal(sets, 1);
	run(f, CHECK, true, VMS_PERSIST_ARMED, VMS_PENDING);
	run(f, STATUS, true, VMS_PERSIST_ARMED, VMS_PENDING);
	boot(f, BOOT2, 2);
	arm(f); /* judged by check only */
	run(f, STATUS, true, VMS_PERSIST_ARMED, VMS_PASS);
	assert_true(there(f->vars, VMS_VARIABLE_FILE));
	run(f, CHECK, true, VMS_PERSIST_JUDGED, VMS_PASS);
	assert_false(there(f->vars, VMS_VARIABLE_FILE));
	run(f, CHECK, true, VMS_PERSIST_JUDGED, VMS_PASS);
	assert_int_equal(sets + dels, 2);
	boot(f, BOOT3, 3);
	run(f, UNIT, true, VMS_PERSIST_JUDGED, VMS_PASS);
	assert_int_equal(sets + dels, 2);
	run(f, DISARM, true, VMS_PERSIST_ABSENT, VMS_SKIP);
	run(f, DISARM, true, VMS_PERSIST_ABSENT, VMS_SKIP);
	assert_int_equal(sets + dels, 2);
	assert_false(there(f->state, VMS_STATE_FILE));
	assert_true(there(f->vars, MTC));
	assert_true(there(f->vars, "BootOrder-8be4df61-93ca-11d2-aa0d-00e098032b8c"));
}

/* Does the evidence of the state as it stands say so? */
static bool says_no_firmware(struct fixture *f)
{
	struct vms_cycle c = { .m = f->m, .store = &f->store, .state_dir = f->state };
	struct vms_cycle_report r = { 0 };
	bool says = false;

	assert_int_equal(vms_cycle_status(&c, &r), 0);
	for (size_t i = 0; i < r.result.n_evidence; i++)
		says = says || streq(r.result.evidence[i].source, "firmware did not run");
	vms_cycle_report_clear(&r);
	return says;
}

static void lost(void **ctx)
{
	struct fixture *f = *ctx;

	arm(f);
	boot(f, BOOT2, 1); /* a fresh store counts from 1 again */
	assert_true(says_no_firmware(f));
	drop(f->vars, VMS_VARIABLE_FILE);
	assert_false(says_no_firmware(f));
	run(f, CHECK, true, VMS_PERSIST_JUDGED, VMS_FAIL);
	run(f, CHECK, true, VMS_PERSIST_JUDGED, VMS_FAIL);
	arm(f); /* a new cycle */
	boot(f, BOOT3, 2);
	run(f, CHECK, true, VMS_PERSIST_JUDGED, VMS_PASS);
}

/* Whose firmware keeps variables in memory is said where it is known, and no status changes by it. */
static void lost_in_memory(void **ctx)
{
	static const char xen[] = "sys/hypervisor/type", log[] = ".vmspec/kmsg",
			  by[] = "[    0.000000] Booting Linux on physical CPU 0x0\n"
				 "[    0.000000] Linux version 6.1.0\n[    0.000000] efi: EFI v2.70 by %s\n";
	static const struct {
		const char *hypervisor, *firmware;
		bool known;
	} cases[] = { { "xen\n", "EDK II", true },
		      { "xen\n", "Das U-Boot", false },
		      { "none\n", "EDK II", false } };
	struct fixture *f = *ctx;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct vms_cycle c = { .store = &f->store, .state_dir = f->state };
		struct vms_cycle_report r = { 0 };
		char text[256];

		snprintf(text, sizeof(text), by, cases[i].firmware);
		put_text(f->root, xen, cases[i].hypervisor);
		put_text(f->root, log, text);
		boot(f, BOOT1, 1);
		arm(f);
		drop(f->vars, VMS_VARIABLE_FILE);
		boot(f, BOOT2, 1);
		c.m = f->m;
		assert_int_equal(vms_cycle_check(&c, false, &r), 0);
		assert_int_equal(r.result.status, VMS_FAIL);
		assert_non_null(strstr(r.result.reason, "did not survive the guest reboot"));
		assert_int_equal(!!strstr(r.result.reason, "EDK II for Xen keeps"), cases[i].known);
		assert_int_equal(!!strstr(r.result.advice, "EDK II for Xen"), cases[i].hypervisor[0] == 'x');
		vms_cycle_report_clear(&r);
		run(f, DISARM, true, VMS_PERSIST_ABSENT, VMS_SKIP);
	}
}

static void emptied_file_is_lost(void **ctx)
{
	struct fixture *f = *ctx;

	arm(f);
	boot(f, BOOT2, 2);
	put(f->vars, VMS_VARIABLE_FILE, "", 0);
	run(f, CHECK, true, VMS_PERSIST_JUDGED, VMS_FAIL);
}

static void older_store(void **ctx)
{
	static const char old[] = "\7\0\0\0vmspec1p fedcba9876543210fedcba9876543210 " BOOT3;
	struct fixture *f = *ctx;

	arm(f);
	boot(f, BOOT2, 2);
	put(f->vars, VMS_VARIABLE_FILE, old, sizeof(old) - 1);
	run(f, CHECK, true, VMS_PERSIST_JUDGED, VMS_FAIL);
	assert_false(there(f->vars, VMS_VARIABLE_FILE));
}

static void other_attributes(void **ctx)
{
	struct fixture *f = *ctx;
	_cleanup_free_ char *path = vms_asprintf("%s/%s", f->vars, VMS_VARIABLE_FILE);

	arm(f);
	boot(f, BOOT2, 2);
	int fd = open(path, O_WRONLY);
	assert_int_equal(write(fd, "\6", 1), 1);
	close(fd);
	run(f, CHECK, true, VMS_PERSIST_JUDGED, VMS_FAIL);
}

static void kexec(void **ctx)
{
	struct fixture *f = *ctx;

	run(f, KEXEC, true, VMS_PERSIST_ABSENT, VMS_SKIP);
	arm(f);
	run(f, KEXEC, true, VMS_PERSIST_ARMED, VMS_SKIP);
	boot(f, BOOT2, 9); /* the note alone must do */
	run(f, UNIT, true, VMS_PERSIST_ARMED, VMS_UNKNOWN);
	run(f, CHECK, true, VMS_PERSIST_ARMED, VMS_UNKNOWN);
	boot(f, BOOT3, 10); /* a real reboot */
	run(f, UNIT, true, VMS_PERSIST_JUDGED, VMS_PASS);
	assert_int_equal(sets + dels, 2);
}

static void kexec_without_a_note(void **ctx)
{
	struct fixture *f = *ctx;

	arm(f);
	boot(f, BOOT2, 1);
	run(f, UNIT, true, VMS_PERSIST_ARMED, VMS_UNKNOWN);
	boot(f, BOOT3, 2);
	run(f, UNIT, true, VMS_PERSIST_JUDGED, VMS_PASS);
}

static void copied(void **ctx)
{
	struct fixture *f = *ctx;

	arm(f);
	boot(f, BOOT2, 2);
	put_text(f->root, "sys/class/dmi/id/product_uuid", "bbbbbbbb-1111-2222-3333-444444444444\n");
	run(f, UNIT, true, VMS_PERSIST_ARMED, VMS_UNKNOWN); /* armed anew */
	assert_int_equal(sets, 2);
	assert_int_equal(dels, 0);
	boot(f, BOOT3, 3);
	run(f, UNIT, true, VMS_PERSIST_JUDGED, VMS_PASS);
}

/* What could not be armed anew in one boot is tried again in the next. */
static void copied_and_refused(void **ctx)
{
	struct fixture *f = *ctx;

	arm(f);
	boot(f, BOOT2, 2);
	put_text(f->root, "sys/class/dmi/id/product_uuid", "bbbbbbbb-1111-2222-3333-444444444444\n");
	set_fails = -ENOSPC;
	run(f, UNIT, true, VMS_PERSIST_UNARMED, VMS_UNKNOWN);
	set_fails = 0;
	boot(f, BOOT3, 3);
	run(f, UNIT, true, VMS_PERSIST_ARMED, VMS_UNKNOWN);
}

static void copied_and_checked_by_hand(void **ctx)
{
	struct fixture *f = *ctx;

	arm(f);
	boot(f, BOOT2, 2);
	put_text(f->root, "run/cloud-init/.instance-id", "i-other\n");
	put_text(f->root, "etc/machine-id", "1123456789abcdef0123456789abcdef\n");
	run(f, CHECK, true, VMS_PERSIST_UNARMED, VMS_UNKNOWN);
	assert_false(there(f->vars, VMS_VARIABLE_FILE));
	run(f, CHECK, true, VMS_PERSIST_UNARMED, VMS_UNKNOWN); /* never arms */
	assert_int_equal(sets, 1);
	run(f, UNIT, true, VMS_PERSIST_ARMED, VMS_UNKNOWN); /* the unit does, also later */
}

static void damaged_state(void **ctx)
{
	struct fixture *f = *ctx;
	struct stat st;
	_cleanup_free_ char *kept = vms_asprintf("%s/%s.kept", f->state, VMS_STATE_FILE);

	arm(f);
	boot(f, BOOT2, 2);
	put_text(f->state, VMS_STATE_FILE, "{ \"phase\": \"armed\"");
	run(f, STATUS, true, VMS_PERSIST_DAMAGED, VMS_UNKNOWN);
	run(f, UNIT, true, VMS_PERSIST_UNARMED, VMS_UNKNOWN);
	assert_int_equal(stat(kept, &st), 0);
	assert_int_equal(st.st_size, 18);
	run(f, CHECK, true, VMS_PERSIST_UNARMED, VMS_UNKNOWN);
	assert_int_equal(sets + dels, 1);
	arm(f); /* replaces what was left over */
	boot(f, BOOT3, 3);
	run(f, CHECK, true, VMS_PERSIST_JUDGED, VMS_PASS);
}

static void services_off(void **ctx)
{
	struct fixture *f = *ctx;
	_cleanup_free_ char *aside = vms_asprintf("%s.off", f->vars);

	arm(f);
	boot(f, BOOT2, 2);
	assert_int_equal(rename(f->vars, aside), 0);
	run(f, CHECK, true, VMS_PERSIST_ARMED, VMS_UNKNOWN); /* no directory */
	run(f, ARM, false, 0, VMS_UNKNOWN);
	mkdir(f->vars, 0755);
	run(f, CHECK, true, VMS_PERSIST_ARMED, VMS_UNKNOWN); /* an empty one: efi=noruntime */
	run(f, DISARM, false, VMS_PERSIST_UNARMED, VMS_UNKNOWN);
	assert_int_equal(rmdir(f->vars), 0);
	assert_int_equal(rename(aside, f->vars), 0);
	run(f, DISARM, true, VMS_PERSIST_ABSENT, VMS_SKIP);
	assert_false(there(f->vars, VMS_VARIABLE_FILE));
}

/* Never armed: the blocker is named by what the kernel was told, not by what it looks like. */
static void told_not_to(void **ctx)
{
	struct fixture *f = *ctx;
	_cleanup_free_ char *aside = vms_asprintf("%s.off", f->vars);

	put_text(f->root, "proc/cmdline", "root=/dev/vda2 efi=noruntime\n");
	assert_int_equal(rename(f->vars, aside), 0);
	for (int empty = 0; empty < 2; empty++) {
		struct vms_cycle c = { .m = f->m, .store = &f->store, .state_dir = f->state };
		struct vms_cycle_report seen = { 0 }, armed = { 0 };

		assert_int_equal(vms_cycle_status(&c, &seen), 0);
		assert_int_equal(seen.result.status, VMS_SKIP);
		assert_non_null(strstr(seen.result.reason, "efi=noruntime"));
		assert_int_equal(vms_cycle_arm(&c, &armed), 0);
		assert_int_equal(armed.result.status, VMS_UNKNOWN);
		assert_non_null(strstr(armed.result.reason, "efi=noruntime"));
		vms_cycle_report_clear(&seen);
		vms_cycle_report_clear(&armed);
		if (!empty)
			assert_int_equal(mkdir(f->vars, 0755), 0);
	}
}

static void wrong_file_system(void **ctx)
{
	struct fixture *f = *ctx;

	f->store.plain = false; /* a directory that is no efivarfs */
	run(f, ARM, false, 0, VMS_UNKNOWN);
	assert_false(there(f->top, "state"));
	f->store.plain = true;
	snprintf(f->state, sizeof(f->state), "/dev/shm/vmspec-cycle.%d", (int)getpid());
	run(f, ARM, false, VMS_PERSIST_ABSENT, VMS_UNKNOWN);
	rmdir(f->state);
	assert_int_equal(sets, 0);
}

static void refusals(void **ctx)
{
	static const int errs[] = { -ENOSPC, -EROFS, -EINVAL, -EIO, -ENOSYS, -EACCES, -EINTR };
	struct fixture *f = *ctx;

	for (size_t i = 0; i < ARRAY_SIZE(errs); i++) {
		set_fails = errs[i];
		run(f, ARM, false, VMS_PERSIST_UNARMED, VMS_UNKNOWN);
		run(f, CHECK, true, VMS_PERSIST_UNARMED, VMS_UNKNOWN);
		boot(f, i % 2 ? BOOT1 : BOOT2, 2 + (int)i);
		run(f, UNIT, true, VMS_PERSIST_UNARMED, VMS_UNKNOWN);
		assert_false(there(f->vars, VMS_VARIABLE_FILE));
	}
	set_fails = 0;
	arm(f);
}

static void firmware_that_lies(void **ctx)
{
	struct fixture *f = *ctx;

	for (firmware = STORES_NOTHING; firmware <= OTHER_ATTRS; firmware++) {
		run(f, ARM, false, VMS_PERSIST_UNARMED, VMS_UNKNOWN);
		assert_false(there(f->vars, VMS_VARIABLE_FILE));
	}
	firmware = STORES;
	arm(f);
	boot(f, BOOT2, 2);
	firmware = KEEPS_DELETED;
	run(f, CHECK, true, VMS_PERSIST_JUDGED, VMS_PASS);
	assert_true(there(f->vars, VMS_VARIABLE_FILE));
	firmware = STORES;
	run(f, CHECK, true, VMS_PERSIST_JUDGED, VMS_PASS); /* tries again */
	assert_false(there(f->vars, VMS_VARIABLE_FILE));
}

static void two_copies(void **ctx)
{
	struct fixture *f = *ctx;
	char first[96];

	arm(f);
	memcpy(first, f->state, sizeof(first));
	snprintf(f->state, sizeof(f->state), "%s/state2", f->top);
	run(f, ARM, false, VMS_PERSIST_ABSENT, VMS_UNKNOWN); /* the other one's is there */
	boot(f, BOOT2, 2);
	arm(f); /* left over from an earlier boot */
	memcpy(f->state, first, sizeof(first));
	run(f, CHECK, true, VMS_PERSIST_UNARMED, VMS_UNKNOWN); /* overwritten: no failure of the store */
	snprintf(f->state, sizeof(f->state), "%s/state2", f->top);
	boot(f, BOOT3, 3);
	run(f, CHECK, true, VMS_PERSIST_JUDGED, VMS_PASS);
}

static void deleted_by_hand(void **ctx)
{
	struct fixture *f = *ctx;

	arm(f);
	drop(f->vars, VMS_VARIABLE_FILE);
	arm(f); /* else the reboot would be blamed */
	assert_true(there(f->vars, VMS_VARIABLE_FILE));
	boot(f, BOOT2, 2);
	run(f, CHECK, true, VMS_PERSIST_JUDGED, VMS_PASS);
}

static void write_check(struct fixture *f, enum vms_write_policy policy, enum vms_status status)
{
	struct vms_cycle c = { .m = f->m, .store = &f->store, .state_dir = f->state };
	struct vms_result r = { 0 };

	assert_int_equal(vms_cycle_write(&c, policy, &r), 0);
	if (r.status != status)
		fail_msg("%s: %s", vms_status_name(r.status), r.reason);
	vms_result_clear(&r);
}

static void trial_writes(void **ctx)
{
	struct fixture *f = *ctx;

	write_check(f, VMS_WRITE_NEVER, VMS_SKIP);
	assert_int_equal(sets + dels, 0);
	write_check(f, VMS_WRITE_ALWAYS, VMS_PASS);
	assert_int_equal(sets + dels, 2);
	assert_false(there(f->vars, VMS_VARIABLE_FILE));
	assert_false(there(f->top, "state"));
	arm(f);
	write_check(f, VMS_WRITE_ALWAYS, VMS_PENDING);
	assert_int_equal(sets + dels, 3);
	boot(f, BOOT2, 2);
	run(f, CHECK, true, VMS_PERSIST_JUDGED, VMS_PASS);
	write_check(f, VMS_WRITE_NEVER, VMS_PASS);
	write_check(f, VMS_WRITE_UNLESS_KNOWN, VMS_PASS);
	assert_int_equal(sets + dels, 4);
	run(f, DISARM, true, VMS_PERSIST_ABSENT, VMS_SKIP);

	set_fails = -ENOSPC;
	write_check(f, VMS_WRITE_ALWAYS, VMS_UNKNOWN);
	set_fails = -EACCES;
	write_check(f, VMS_WRITE_ALWAYS, VMS_UNKNOWN);
	set_fails = -EIO;
	write_check(f, VMS_WRITE_ALWAYS, VMS_FAIL);
	set_fails = 0;
	for (firmware = STORES_NOTHING; firmware <= KEEPS_DELETED; firmware++)
		write_check(f, VMS_WRITE_ALWAYS, VMS_FAIL);
	/* the last one left our variable: it is replaced, and taken away */
	firmware = STORES;
	assert_true(there(f->vars, VMS_VARIABLE_FILE));
	write_check(f, VMS_WRITE_ALWAYS, VMS_PASS);
	assert_false(there(f->vars, VMS_VARIABLE_FILE));
}

static void failed_writes_are_remembered(void **ctx)
{
	struct fixture *f = *ctx;

	firmware = STORES_NOTHING;
	run(f, ARM, false, VMS_PERSIST_UNARMED, VMS_UNKNOWN);
	write_check(f, VMS_WRITE_NEVER, VMS_FAIL);
	firmware = STORES;
	set_fails = -ENOSPC;
	run(f, ARM, false, VMS_PERSIST_UNARMED, VMS_UNKNOWN);
	write_check(f, VMS_WRITE_NEVER, VMS_UNKNOWN);
	/* what another machine's firmware did says nothing about this one's */
	set_fails = -EIO;
	run(f, ARM, false, VMS_PERSIST_UNARMED, VMS_UNKNOWN);
	write_check(f, VMS_WRITE_NEVER, VMS_FAIL);
	put_text(f->root, "etc/machine-id", "1123456789abcdef0123456789abcdef\n");
	write_check(f, VMS_WRITE_NEVER, VMS_SKIP);
}

/* Between two readings of the variable the cloud's identity must not be last boot's. */
static void stale_instance_id(void **ctx)
{
	struct fixture *f = *ctx;

	put_text(f->root, "var/lib/cloud/data/instance-id", "i-1\n");
	put_text(f->root, "run/cloud-init/.instance-id", "i-1\n");
	arm(f);
	boot(f, BOOT2, 2);
	drop(f->root, "run/cloud-init/.instance-id");
	put_text(f->root, "run/cloud-init/enabled", "");
	put_text(f->root, "var/lib/cloud/data/instance-id", "i-2\n");
	run(f, STATUS, true, VMS_PERSIST_ARMED, VMS_PASS); /* not known yet */
	drop(f->root, "run/cloud-init/enabled");
	run(f, STATUS, true, VMS_PERSIST_ARMED, VMS_UNKNOWN);
}

static size_t size_of_ours(const struct fixture *f)
{
	_cleanup_free_ char *path = vms_asprintf("%s/%s", f->vars, VMS_VARIABLE_FILE);
	struct stat st;

	assert_int_equal(stat(path, &st), 0);
	return (size_t)st.st_size;
}

/* What the writer without libefivar puts there is what our reader reads; it leaves nothing half. */
static void efivarfs_alone(void **ctx)
{
	static const uint8_t text[VMS_VARIABLE_MAX + 1] = "some bytes";
	struct fixture *f = *ctx;
	struct rlimit had;
	_cleanup_free_ char *link = NULL;
	struct vms_variable v;
	int fd;

	assert_int_equal(vms_efivarfs_del(&f->store), -ENOENT);
	assert_int_equal(vms_efivarfs_set(&f->store, text, VMS_VARIABLE_MAX + 1, 7), -EMSGSIZE);
	assert_false(there(f->vars, VMS_VARIABLE_FILE));
	assert_int_equal(vms_efivarfs_set(&f->store, text, VMS_VARIABLE_MAX, 7), 0);
	assert_int_equal(size_of_ours(f), 4 + VMS_VARIABLE_MAX);
	/* a shorter one replaces all of it */
	assert_int_equal(vms_efivarfs_set(&f->store, text, 10, 3), 0);
	assert_int_equal(size_of_ours(f), 14);
	assert_int_equal(vms_varstore_open(&f->store, &fd), 0);
	assert_int_equal(vms_varstore_get(fd, &v), 0);
	close(fd);
	assert_true(v.attrs == 3 && v.len == 10 && memcmp(v.data, text, 10) == 0);
	/* a refused write: what was there stays, and what was not there does not come to be */
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &had), 0);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &(struct rlimit){ 0, had.rlim_max }), 0);
	assert_int_equal(vms_efivarfs_set(&f->store, text, 20, 7), -EFBIG);
	assert_int_equal(size_of_ours(f), 14);
	assert_int_equal(vms_efivarfs_del(&f->store), 0);
	assert_int_equal(vms_efivarfs_set(&f->store, text, 20, 7), -EFBIG);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &had), 0);
	assert_false(there(f->vars, VMS_VARIABLE_FILE));
	/* never through a link, never where efivarfs is not */
	link = vms_asprintf("%s/%s", f->vars, VMS_VARIABLE_FILE);
	assert_int_equal(symlink("/etc/passwd", link), 0);
	assert_int_equal(vms_efivarfs_set(&f->store, text, 10, 7), -ELOOP);
	f->store.plain = false;
	assert_int_equal(vms_efivarfs_set(&f->store, text, 10, 7), -ENODEV);
	assert_int_equal(vms_efivarfs_del(&f->store), -ENODEV);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		/* clang-format off */
		T(whole_cycle), T(lost), T(lost_in_memory), T(emptied_file_is_lost), T(older_store), T(other_attributes), T(kexec),
		T(kexec_without_a_note), T(copied), T(copied_and_refused), T(copied_and_checked_by_hand), T(damaged_state),
		T(services_off), T(wrong_file_system), T(refusals), T(firmware_that_lies), T(two_copies),
		T(told_not_to),
		T(deleted_by_hand), T(trial_writes), T(failed_writes_are_remembered), T(stale_instance_id),
		T(efivarfs_alone),
		/* clang-format on */
	};
	struct CMUnitTest all[2 * ARRAY_SIZE(tests)];

	memcpy(all, tests, sizeof(tests));
	memcpy(all + ARRAY_SIZE(tests), tests, sizeof(tests));
	/* all the same where libefivar is not there */
	for (size_t i = ARRAY_SIZE(tests); i < ARRAY_SIZE(all); i++)
		all[i].setup_func = setup_alone;
	return cmocka_run_group_tests_name("cycle", all, NULL, NULL);
}
