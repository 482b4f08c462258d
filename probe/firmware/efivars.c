/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Do the variable services answer? Chapter Virtual Firmware: UEFI compliant.
 * Reading goes through efivarfs itself, live and replayed alike.
 */
#include <errno.h>

#include "kernel/kmsg.h"
#include "chapter.h"
#include "core/span.h"
#include "efi.h"
#include "efivars.h"

/* Each read is several calls into the firmware: so many answers are enough to see
 * that it answers, so many attempts enough to see that it does not. */
#define ANSWERS_ENOUGH 4
#define TRIES_AT_MOST  64

int efivar_get(struct vms_machine *m, const char *name_guid, uint32_t *ret_attributes,
	       struct vms_buf *ret_data)
{
	_cleanup_free_ char *path = vms_asprintf(EFIVARS_DIR "/%s", name_guid);
	struct vms_buf raw;
	int err = path ? vms_root_read(m->root, path, EFIVAR_MAX, &raw) : -ENOMEM;
	uint32_t attributes = 0;

	if (err < 0)
		return err;
	if (raw.len == 0 || !span_le32(vms_buf_span(&raw), 0, &attributes)) {
		err = raw.len ? -EBADMSG : -ENOENT;
		vms_buf_clear(&raw);
		return err;
	}
	memmove(raw.data, raw.data + 4, raw.len - 4 + 1);
	raw.len -= 4;
	*ret_attributes = attributes;
	*ret_data = raw;
	return 0;
}

static int try_variables(struct vms_machine *m, struct efivars_facts *f, char *const *names)
{
	for (char *const *name = names; *name; name++, f->n++) {
		_cleanup_buf_ struct vms_buf data = { NULL, 0 };
		uint32_t attributes;
		int err;

		if (f->n_read >= ANSWERS_ENOUGH || f->n_tried >= TRIES_AT_MOST)
			continue;
		f->n_tried++;
		err = efivar_get(m, *name, &attributes, &data);
		if (err == -ENOMEM)
			return err;
		if (err == 0)
			f->n_read++;
		else if (!f->read_err) {
			f->read_err = err;
			f->read_name = vms_strdup(*name);
		}
	}
	return 0;
}

/* "... /sys/firmware/efi/efivars ... - efivarfs efivarfs rw" */
static void look_for_mount(struct vms_machine *m, struct efivars_facts *f)
{
	const char *text = vms_root_mountinfo(m->root), *line;
	size_t len;

	if (!text)
		return;
	f->mounted = EFIVARS_NOT_MOUNTED;
	while (vms_next_line(&text, &line, &len)) {
		_cleanup_free_ char *copy = vms_strndup(line, len);
		const char *super;

		if (!copy || !strstr(copy, " " EFIVARS_DIR " "))
			continue;
		super = strstr(copy, " - efivarfs ");
		if (!super)
			continue;
		f->mounted = EFIVARS_MOUNTED;
		super = strrchr(super, ' ');
		/* the sixth field: options of this mount */
		f->mount_read_only =
			strstr(copy, " " EFIVARS_DIR " ro ") || strstr(copy, " " EFIVARS_DIR " ro,");
		f->read_only = super && (streq(super, " ro") || startswith(super, " ro,"));
	}
}

static int efivars_load(struct vms_machine *m, void *facts)
{
	char *const *names = NULL;
	struct efivars_facts *f = facts;

	f->err = vms_root_names(m->root, EFIVARS_DIR, &names);
	if (f->err == -ENOMEM)
		return -ENOMEM;
	look_for_mount(m, f);
	return f->err == 0 ? try_variables(m, f, names) : 0;
}

static void efivars_clear(void *facts)
{
	struct efivars_facts *f = facts;

	free(f->read_name);
}

const struct efivars_facts *efivars_read(struct vms_machine *m)
{
	return vms_machine_fact(m, VMS_FACT_EFIVARS, sizeof(struct efivars_facts), efivars_load,
				efivars_clear);
}

/* The firmware said by its RT properties table that it has no variable services,
 * and the kernel registered none. */
static bool masked_off(struct vms_machine *m)
{
	const struct efi_facts *efi = efi_read(m);
	_cleanup_free_ char *line = NULL;

	return efi && efi->rt_properties &&
	       vms_kmsg_find(m, "Registered efivars operations", &line) == -ENOENT;
}

/* No variable is listed: is there none, or are they not shown? */
static int judge_empty(struct vms_machine *m, struct vms_result *r, const struct efivars_facts *f)
{
	vms_evidence(r, EFIVARS_DIR, "no variables");
	if (f->mounted == EFIVARS_MOUNTED) {
		vms_evidence(r, "/proc/self/mountinfo", "efivarfs is mounted");
		vms_remedy(r, VMS_HYPERVISOR, "let GetNextVariableName list the variables at run time");
		return vms_fail(r, "the firmware lists not a single variable");
	}
	if (masked_off(m)) {
		vms_evidence(r, "kernel log",
			     "RTPROP is published, and no variable services were registered");
		vms_remedy(r, VMS_HYPERVISOR, "support GetVariable and GetNextVariableName at run time");
		return vms_fail(r, "the firmware masks off the variable services at run time");
	}
	vms_remedy(r, VMS_GUEST_ADMIN, "mount -t efivarfs efivarfs " EFIVARS_DIR);
	if (f->mounted == EFIVARS_NOT_MOUNTED)
		return vms_unknown(r, "efivarfs is not mounted");
	return vms_unknown(r, "no variables are shown, and it can't be seen whether efivarfs is mounted");
}

static int check_variables(struct vms_machine *m, struct vms_result *r)
{
	const struct efivars_facts *f = efivars_read(m);

	if (!f)
		return -ENOMEM;
	if (f->err == -ENOENT) {
		vms_remedy(r, VMS_GUEST_ADMIN, "run a kernel with CONFIG_EFIVAR_FS");
		return vms_unknown(r, EFIVARS_DIR " is not there: no window to the variables");
	}
	if (f->err < 0)
		return vms_blocked(r, EFIVARS_DIR, f->err);
	if (f->n == 0)
		return judge_empty(m, r, f);
	vms_evidence(r, EFIVARS_DIR, "%zu variables listed, %zu of %zu tried could be read", f->n, f->n_read,
		     f->n_tried);
	if (f->n_read > 0)
		return vms_pass(r, "variables can be listed and read");
	if (f->read_err == -ENOENT || f->read_err == -EBADMSG)
		return vms_unknown(r, "variables are listed, and their files are empty or cut short");
	if (f->n_tried < f->n) {
		vms_remedy(r, VMS_GUEST_ADMIN, "read the others, as `efivar -l` and `efivar -p` do");
		return vms_unknown(
			r, "none of the %zu variables tried could be read, and %zu more were not tried",
			f->n_tried, f->n - f->n_tried);
	}
	if (f->read_err == -EIO) {
		vms_evidence(r, f->read_name ? f->read_name : EFIVARS_DIR,
			     "the firmware answers with an error");
		vms_remedy(r, VMS_HYPERVISOR, "let GetVariable answer at run time");
		return vms_fail(r, "variables are listed, and none of them can be read");
	}
	return vms_blocked(r, f->read_name ? f->read_name : EFIVARS_DIR, f->read_err);
}

static const struct vms_check checks[] = {
	{
		.id = "VMSPEC-EFIVARIABLE",
		.title = "variable services answer",
		.needs = { "VMSPEC-EFI-RUNTIME" },
		.kinds = VMS_KIND_MACHINE,
		.machine_fn = check_variables,
		.reads = EFIVARS_DIR " (the listing and the variables in it); the kernel log",
		.passes = "variables are listed, and they can be read",
		.fails =
			"efivarfs is mounted and empty, no listed variable can be read, or the firmware masks the services off",
		.mends = "the hypervisor; the admin where efivarfs is not mounted (then it is unknown)",
	},
};

VMS_CHECKS(vms_checks_efivars, "Virtual firmware", checks);
