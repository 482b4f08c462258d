/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * persist-driver TOP arm|check|unit|disarm|status|kexec|write: one step of the persistence
 * cycle over TOP/root (a made-up machine), TOP/vars (a directory in efivarfs's place,
 * written by libefivar, with VMSPEC_NO_LIBEFIVAR set without it) and TOP/state, for faults to be
 * injected into. Prints
 * "STATUS PHASE NONCE REASON"; the getppid() in it says where its own work begins.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "core/util.h"
#include "firmware/cycle.h"

/* fsync is a point of failure like any other, but waiting for the disk each time is not needed. */
int fsync(int fd)
{
	return getenv("VMSPEC_FSYNC") ? (int)syscall(SYS_fsync, fd) : 0;
}

static int unit(const struct vms_cycle *c, struct vms_cycle_report *ret)
{
	return vms_cycle_check(c, true, ret);
}

static int check(const struct vms_cycle *c, struct vms_cycle_report *ret)
{
	return vms_cycle_check(c, false, ret);
}

static int try_write(const struct vms_cycle *c, struct vms_cycle_report *ret)
{
	ret->done = true;
	return vms_cycle_write(c, VMS_WRITE_ALWAYS, &ret->result);
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		int (*run)(const struct vms_cycle *c, struct vms_cycle_report *ret);
	} steps[] = {
		{ "arm", vms_cycle_arm },
		{ "check", check },
		{ "unit", unit },
		{ "disarm", vms_cycle_disarm },
		{ "status", vms_cycle_status },
		{ "kexec", vms_cycle_note_kexec },
		{ "write", try_write },
	};
	char root[200], vars[200], state[200];
	bool alone = getenv("VMSPEC_NO_LIBEFIVAR");
	struct vms_varstore store = { vars, true, alone ? vms_efivarfs_set : vms_varstore_set,
				      alone ? vms_efivarfs_del : vms_varstore_del };
	struct vms_cycle c = { .store = &store, .state_dir = state };
	struct vms_persist_state st = { 0 };
	struct vms_cycle_report r = { 0 };
	int err = -EINVAL;

	if (argc != 3)
		return 2;
	snprintf(root, sizeof(root), "%.150s/root", argv[1]);
	snprintf(vars, sizeof(vars), "%.150s/vars", argv[1]);
	snprintf(state, sizeof(state), "%.150s/state", argv[1]);
	getppid();
	err = vms_machine_open_record(root, &c.m);
	for (size_t i = 0; !err && i < ARRAY_SIZE(steps); i++)
		if (streq(steps[i].name, argv[2]))
			err = steps[i].run(&c, &r);
	if (!err && streq(argv[2], "status"))
		(void)vms_cycle_state(&c, &st);
	printf("%s %s %s %d %s\n", err ? "error" : vms_status_name(r.result.status),
	       vms_persist_phase_name(r.phase), *st.nonce ? st.nonce : "-", r.done,
	       r.result.reason ? r.result.reason : strerror(-err));
	vms_cycle_report_clear(&r);
	vms_machine_free(c.m);
	return err ? 4 : 0;
}
