/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What this boot shows of the persistence cycle; see observe.h. */
#include <ctype.h>
#include <errno.h>

#include "kernel/kmsg.h"
#include "core/result.h"
#include "efi.h"
#include "efivars.h"
#include "observe.h"

#define MTC_FILE    "MTC-eb704011-1402-11d3-8e77-00a0c969723b"
#define LOADER_FILE "LoaderTimeInitUSec-4a67b082-0a4c-41cf-b6c7-440b29bb8c4f"
#define COUNTER_MAX 48

/* One line, if it is no longer than `size` - 1 and free of white space and control
 * characters; "" else. */
static int read_id(struct vms_root *root, const char *path, char *ret, size_t size)
{
	_cleanup_buf_ struct vms_buf b = { NULL, 0 };
	int err = vms_root_read_line(root, path, &b);

	ret[0] = '\0';
	if (err < 0)
		return err;
	if (b.len == 0 || b.len >= size)
		return -EBADMSG;
	for (size_t i = 0; i < b.len; i++)
		if (b.data[i] <= ' ' || b.data[i] > '~')
			return -EBADMSG;
	memcpy(ret, b.data, b.len + 1);
	return 0;
}

/* A machine-id or UUID that is all one digit stands for "not set". */
static bool is_placeholder(const char *id)
{
	size_t same = strspn(id, (char[]){ id[0], '-', '\0' });

	return id[same] == '\0';
}

/* Not there, or no identity: nothing to compare. Else why it could not be read. */
static int hard_error(int err)
{
	return err == -ENOENT || err == -VMS_ENOPARENT || err == -EBADMSG ? 0 : err;
}

/*
 * cloud-init writes the one in /run in each boot; the other is that of the last boot,
 * maybe of the machine that this disk was copied from, until cloud-init has run.
 */
static int read_instance_id(struct vms_root *root, char *ret, size_t size)
{
	int err = read_id(root, "/run/cloud-init/.instance-id", ret, size), enabled;

	if (hard_error(err) < 0 || !err)
		return err;
	enabled = vms_root_probe(root, "/run/cloud-init/enabled");
	if (hard_error(enabled) < 0 || !enabled)
		return enabled;
	return read_id(root, "/var/lib/cloud/data/instance-id", ret, size);
}

static void observe_identity(struct vms_root *root, struct vms_observed *o)
{
	struct vms_persist_identity *id = &o->seen.identity;

	o->machine_id_err =
		hard_error(read_id(root, "/etc/machine-id", id->machine_id, sizeof(id->machine_id)));
	if (strlen(id->machine_id) != 32 || is_placeholder(id->machine_id))
		id->machine_id[0] = '\0';
	o->dmi_uuid_err = hard_error(
		read_id(root, "/sys/class/dmi/id/product_uuid", id->dmi_uuid, sizeof(id->dmi_uuid)));
	if (strlen(id->dmi_uuid) != 36 || is_placeholder(id->dmi_uuid))
		id->dmi_uuid[0] = '\0';
	for (char *p = id->dmi_uuid; *p; p++)
		*p = (char)tolower((unsigned char)*p);
	o->instance_id_err = hard_error(read_instance_id(root, id->instance_id, sizeof(id->instance_id)));
}

void vms_observe_known_identity(const struct vms_persist_state *st, struct vms_observed *o)
{
	int err = 0;

	if (*st->identity.machine_id && o->machine_id_err)
		err = o->machine_id_err;
	else if (*st->identity.dmi_uuid && o->dmi_uuid_err)
		err = o->dmi_uuid_err;
	else if (*st->identity.instance_id && o->instance_id_err)
		err = o->instance_id_err;
	if (err && !o->store_err) {
		o->store_err = err;
		o->seen.variable = VMS_PVAR_UNSEEN;
	}
}

/* Absent, or of a kind that we do not know: "". -errno: it could not be looked at, so
 * that nobody may say that it has changed. */
static int read_counter(int store_fd, const char *file, char *ret, size_t size)
{
	uint8_t data[COUNTER_MAX];
	uint32_t attrs;
	size_t len;
	int err = vms_varstore_read(store_fd, file, &attrs, data, sizeof(data), &len);

	ret[0] = '\0';
	if (err == -ENOENT || err == -EFBIG || err == -EBADMSG)
		return 0;
	if (err < 0)
		return err;
	for (size_t i = 0; 2 * len < size && i < len; i++)
		snprintf(ret + 2 * i, 3, "%02x", data[i]);
	return 0;
}

int vms_observe_variable(struct vms_observed *o)
{
	int err = vms_varstore_get(o->store_fd, &o->variable);

	o->seen.variable = err == 0 ? VMS_PVAR_THERE : err == -ENOENT ? VMS_PVAR_GONE : VMS_PVAR_UNSEEN;
	o->seen.nonce[0] = o->seen.variable_boot[0] = '\0';
	if (err)
		return err;
	o->seen.attrs = o->variable.attrs;
	/* a trial write has a nonce too, but not one that was armed */
	if (o->variable.kind == VMS_VARIABLE_ARMED)
		memcpy(o->seen.nonce, o->variable.nonce, sizeof(o->seen.nonce));
	memcpy(o->seen.variable_boot, o->variable.boot_id, sizeof(o->seen.variable_boot));
	return 0;
}

/* 0 also where our variable is not in it. */
static int observe_store(const struct vms_varstore *store, struct vms_observed *o)
{
	int err = vms_varstore_open(store, &o->store_fd);

	if (!err)
		err = vms_varstore_answers(o->store_fd);
	if (!err)
		err = vms_observe_variable(o);
	return o->store_fd >= 0 && err == -ENOENT ? 0 : err;
}

static int observe_counters(struct vms_observed *o)
{
	struct vms_persist_firmware *f = &o->seen.firmware;
	int err = read_counter(o->store_fd, MTC_FILE, f->mtc, sizeof(f->mtc));

	return err < 0 ? err : read_counter(o->store_fd, LOADER_FILE, f->loader_init, sizeof(f->loader_init));
}

void vms_observe_never_armed(const struct vms_cycle *c, struct vms_observed *ret)
{
	struct vms_observed o = { .store_fd = -1 };

	o.store_err = observe_store(c->store, &o);
	if (o.store_err)
		o.seen.variable = VMS_PVAR_UNSEEN;
	*ret = o;
}

void vms_observe(const struct vms_cycle *c, int state_fd, struct vms_observed *ret)
{
	struct vms_observed o = { .store_fd = -1 };

	o.boot_err = read_id(c->m->root, "/proc/sys/kernel/random/boot_id", o.seen.boot_id,
			     sizeof(o.seen.boot_id));
	if (!o.boot_err && !vms_is_boot_id(o.seen.boot_id))
		o.boot_err = -EBADMSG;
	if (o.boot_err)
		o.seen.boot_id[0] = '\0';
	observe_identity(c->m->root, &o);
	o.store_err = observe_store(c->store, &o);
	if (!o.store_err)
		o.store_err = observe_counters(&o);
	if (!o.store_err && state_fd >= 0)
		o.store_err = vms_state_read_kexec(state_fd, o.seen.kexec_note);
	if (o.store_err)
		o.seen.variable = VMS_PVAR_UNSEEN;
	*ret = o;
}

void vms_observed_clear(struct vms_observed *o)
{
	if (o->store_fd >= 0)
		close(o->store_fd);
	o->store_fd = -1;
}

/* The kernel was told not to use the runtime services, as VMSPEC-EFI-RUNTIME says it. */
static bool switched_off(struct vms_machine *m)
{
	const struct efi_facts *f = efi_read(m);

	return f && f->runtime == EFI_RUNTIME_SWITCHED_OFF;
}

const char *vms_store_blocker(struct vms_machine *m, int err)
{
	if ((err == -ENOENT || err == -ENODEV || err == -ENODATA) && switched_off(m))
		return "the kernel was told not to use the runtime services (efi=noruntime, noefi, or PREEMPT_RT)";
	switch (err) {
	case -ENOENT:
		return "no /sys/firmware/efi/efivars: not booted by UEFI, or the kernel has no run-time "
		       "services";
	case -ENODEV:
		return "efivarfs is not mounted on /sys/firmware/efi/efivars";
	case -ENODATA:
		return "efivarfs lists no variable: the kernel runs without EFI run-time services "
		       "(efi=noruntime?)";
	default:
		return vms_blocker(err);
	}
}

int vms_store_read_only_by_firmware(struct vms_machine *m)
{
	const struct efivars_facts *f = efivars_read(m);
	_cleanup_free_ char *line = NULL;

	if (!f || f->mounted != EFIVARS_MOUNTED || !f->read_only)
		return 0;
	return vms_kmsg_find(m, "RTPROP=", &line) == 0;
}

/* "same", "differs", or which of the two is not known. */
static const char *compare(const char *then, const char *now)
{
	if (!*then)
		return *now ? "not known when armed" : NULL;
	if (!*now)
		return "not known now";
	return strcmp(then, now) == 0 ? "same" : "differs";
}

static void evidence_pair(struct vms_result *r, const char *source, const char *then, const char *now)
{
	const char *verdict = compare(then, now);

	if (verdict)
		vms_evidence(r, source, "%s", verdict);
}

void vms_observe_evidence(struct vms_machine *m, const struct vms_persist_state *st,
			  const struct vms_observed *o, struct vms_result *r)
{
	const struct vms_persist_seen *se = &o->seen;
	bool compares = st->phase == VMS_PERSIST_ARMED;
	const char *sign;

	if (o->store_err)
		vms_evidence(r, "/sys/firmware/efi/efivars", "%s", vms_store_blocker(m, o->store_err));
	else if (se->variable == VMS_PVAR_GONE)
		vms_evidence(r, VMS_VARIABLE_FILE, "not there; other variables can be read");
	else
		vms_evidence(r, VMS_VARIABLE_FILE, "attributes 0x%x, nonce %s%s", se->attrs,
			     *se->nonce ? se->nonce : "none of ours",
			     compares ? strcmp(se->nonce, st->nonce) ? ", not the one armed"
								     : ", the one armed"
				      : "");
	if (!compares)
		return;
	vms_evidence(r, "boot_id", "armed in %s, now %s", st->boot_id,
		     *se->boot_id ? se->boot_id : "not readable");
	if (strcmp(st->boot_id, se->boot_id) == 0)
		return;
	if (*st->firmware.mtc && *se->firmware.mtc)
		vms_evidence(r, MTC_FILE, "%s when armed, %s now", st->firmware.mtc, se->firmware.mtc);
	if (*st->firmware.loader_init)
		evidence_pair(r, "LoaderTimeInitUSec", st->firmware.loader_init, se->firmware.loader_init);
	/* a new store restarts MTC: that is no sign where our variable is gone with the old one */
	sign = se->variable == VMS_PVAR_GONE ? NULL : vms_persist_no_firmware_sign(st, se);
	if (sign)
		vms_evidence(r, "firmware did not run", "%s", sign);
	evidence_pair(r, "/etc/machine-id", st->identity.machine_id, se->identity.machine_id);
	evidence_pair(r, "DMI product UUID", st->identity.dmi_uuid, se->identity.dmi_uuid);
	evidence_pair(r, "cloud instance-id", st->identity.instance_id, se->identity.instance_id);
}
