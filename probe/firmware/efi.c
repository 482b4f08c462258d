/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * UEFI as the kernel met it. Chapter Virtual Firmware: the VM is UEFI compliant,
 * of version 2.4 (spec 1.0) or 2.6 (spec 2.0), and offers runtime services.
 */
#include <ctype.h>
#include <errno.h>

#include "kernel/kmsg.h"
#include "kernel/remedy.h"
#include "chapter.h"
#include "core/profile.h"
#include "efi.h"
#include "hwdesc/fdt.h"

#define EFI_DIR "/sys/firmware/efi"
#define FDT_PROPERTY "/sys/firmware/devicetree/base/chosen/linux,uefi-system-table"

bool efi_parse_version(const char *text, unsigned *ret_major, unsigned *ret_minor)
{
	unsigned major, minor;
	int n = 0, digits_at = 0;
	const char *rest;

	/* scanf takes signs and white space, versions have none */
	if (!isdigit((unsigned char)*text) || sscanf(text, "%2u.%n%4u%n", &major, &digits_at, &minor, &n) != 2 ||
	    !isdigit((unsigned char)text[digits_at]) || isdigit((unsigned char)text[n]) || major == 0)
		return false;
	rest = text + n;
	/* "2.3.1" and "2.10" say the minor version; "2.31", "2.70" and "2.100" are
	 * revisions in tenths. "2.10" as a revision would be UEFI 2.1, which no Arm
	 * firmware ever was. */
	if (*rest != '.' && n - digits_at >= 2 && (minor >= 20 || minor == 0))
		minor /= 10;
	*ret_major = major;
	*ret_minor = minor;
	return true;
}

static int read_version(struct vms_machine *m, struct efi_facts *f)
{
	_cleanup_free_ char *line = NULL;
	const char *at;

	f->version_err = vms_kmsg_find(m, "efi: EFI v", &f->version_line);
	if (f->version_err == -ENOMEM)
		return -ENOMEM;
	if (f->version_err == 0) {
		at = strstr(f->version_line, "EFI v");
		if (at)
			efi_parse_version(at + 5, &f->major, &f->minor);
	}
	if (vms_kmsg_find(m, "efi: UEFI not found", &line) == 0)
		f->log_says_none = true;
	return 0;
}

static int runtime_is(struct efi_facts *f, enum efi_runtime runtime, const char *source, const char *sign)
{
	f->runtime = runtime;
	f->runtime_source = strdup(source);
	f->runtime_sign = strdup(sign);
	return f->runtime_source && f->runtime_sign ? 0 : -ENOMEM;
}

static bool word_in(const char *line, const char *word)
{
	size_t n = strlen(word);

	for (const char *p = line; (p = strstr(p, word)); p += n)
		if ((p == line || p[-1] == ' ') && (p[n] == '\0' || p[n] == ' ' || p[n] == ','))
			return true;
	return false;
}

/* The kernel command line turns the services off for itself. */
static bool switched_off_by_option(struct vms_machine *m)
{
	_cleanup_buf_ struct vms_buf cmdline = { NULL, 0 };

	if (vms_root_read_line(m->root, "/proc/cmdline", &cmdline) < 0)
		return false;
	return word_in(cmdline.data, "efi=noruntime") || word_in(cmdline.data, "noefi");
}

/* efivarfs is mounted and shows variables: somebody answers. */
static bool variables_listed(struct vms_machine *m)
{
	_cleanup_strv_ char **names = NULL;

	return vms_root_list(m->root, EFI_DIR "/efivars", &names) == 0 && names[0];
}

static int read_runtime(struct vms_machine *m, struct efi_facts *f)
{
	static const struct {
		const char *needle;
		enum efi_runtime means;
	} log_signs[] = {
		{ "EFI runtime services will be disabled", EFI_RUNTIME_SWITCHED_OFF },
		{ "UEFI virtual mapping missing or invalid", EFI_RUNTIME_BROKEN },
		{ "EFI runtime services access via paravirt", EFI_RUNTIME_THERE },
		{ "Remapping and enabling EFI services", EFI_RUNTIME_THERE },
		{ "Registered efivars operations", EFI_RUNTIME_THERE },
	};

	for (size_t i = 0; i < ARRAY_SIZE(log_signs); i++) {
		_cleanup_free_ char *line = NULL;
		int err = vms_kmsg_find(m, log_signs[i].needle, &line);

		if (err == 0)
			return runtime_is(f, log_signs[i].means, "kernel log", line);
		if (err == -ENOMEM)
			return -ENOMEM;
		f->runtime_err = err;
	}
	/* the kernel makes this device when the services for the time are there */
	if (vms_root_probe(m->root, "/sys/devices/platform/rtc-efi.0") == 0)
		return runtime_is(f, EFI_RUNTIME_THERE, "/sys/devices/platform/rtc-efi.0", "present");
	if (variables_listed(m))
		return runtime_is(f, EFI_RUNTIME_THERE, EFI_DIR "/efivars", "shows variables");
	if (switched_off_by_option(m))
		return runtime_is(f, EFI_RUNTIME_SWITCHED_OFF, "/proc/cmdline", "efi=noruntime or noefi");
	return 0;
}

static int read_fdt_property(struct vms_machine *m)
{
	const struct fdt_facts *fdt = fdt_read(m);

	if (!fdt)
		return -ENOMEM;
	if (fdt->err == 0)
		return fdt->tree.uefi ? 0 : -ENOENT;
	if (vms_root_probe(m->root, FDT_PROPERTY) == 0)
		return 0;
	/* a tree that is not shown, or not to be read, does not say no */
	return fdt->err == -ENOENT ? -ENODATA : fdt->err;
}

static int efi_load(struct vms_machine *m, void *facts)
{
	_cleanup_free_ char *line = NULL;
	struct efi_facts *f = facts;

	f->sysfs_err = vms_root_probe(m->root, EFI_DIR);
	f->fdt_err = read_fdt_property(m);
	if (f->sysfs_err == -ENOMEM || f->fdt_err == -ENOMEM || read_version(m, f) < 0)
		return -ENOMEM;
	f->rt_properties = vms_kmsg_find(m, "RTPROP=", &line) == 0;
	return read_runtime(m, f);
}

static void efi_clear(void *facts)
{
	struct efi_facts *f = facts;

	free(f->version_line);
	free(f->runtime_source);
	free(f->runtime_sign);
}

const struct efi_facts *efi_read(struct vms_machine *m)
{
	return vms_machine_fact(m, VMS_FACT_EFI, sizeof(struct efi_facts), efi_load, efi_clear);
}

static int check_efi(struct vms_machine *m, struct vms_result *r)
{
	const struct efi_facts *f = efi_read(m);

	if (!f)
		return -ENOMEM;
	if (f->version_line)
		vms_evidence(r, "kernel log", "%s", f->version_line);
	if (f->sysfs_err == 0) {
		vms_evidence(r, EFI_DIR, "present");
		return vms_pass(r, "booted by UEFI");
	}
	if (f->fdt_err == 0) {
		vms_evidence(r, "/sys/firmware/fdt", "/chosen/linux,uefi-system-table is there");
		return vms_pass(r, "booted by UEFI: the EFI stub left its system table in the device tree");
	}
	if (f->version_err == 0)
		return vms_pass(r, "booted by UEFI: the kernel greeted it");
	if (f->sysfs_err != -ENOENT)
		return vms_blocked(r, EFI_DIR, f->sysfs_err);
	vms_evidence(r, EFI_DIR, "absent");
	if (f->fdt_err != -ENOENT && !f->log_says_none) {
		if (f->fdt_err == -ENODATA)
			return vms_unknown(r, "%s is absent, and no device tree is shown that could tell", EFI_DIR);
		return vms_blocked(r, "/sys/firmware/fdt", f->fdt_err);
	}
	if (f->fdt_err == -ENOENT)
		vms_evidence(r, "/sys/firmware/fdt", "no /chosen/linux,uefi-system-table");
	if (f->log_says_none)
		vms_evidence(r, "kernel log", "efi: UEFI not found.");
	vms_remedy_for(m, r, REMEDY_UEFI);
	return vms_fail(r, "not booted by UEFI");
}

static int check_version(struct vms_machine *m, const struct vms_run_options *opt, struct vms_result *r)
{
	const struct efi_facts *f = efi_read(m);
	unsigned least = opt->profile->least_uefi_minor;

	if (!f)
		return -ENOMEM;
	if (f->version_err == -ENOENT)
		return vms_unknown(r, "the kernel log does not tell which UEFI version the firmware declares");
	if (f->version_err < 0)
		return vms_kmsg_blocked(r, f->version_err);
	vms_evidence(r, "kernel log", "%s", f->version_line);
	if (f->major == 0)
		return vms_unknown(r, "the version in the kernel log could not be understood");
	if (f->major > 2 || (f->major == 2 && f->minor >= least))
		return vms_pass(r, "the firmware declares UEFI %u.%u", f->major, f->minor);
	vms_remedy(r, VMS_HYPERVISOR, "ship firmware that keeps UEFI 2.%u or later", least);
	return vms_fail(r, "the firmware declares UEFI %u.%u, older than 2.%u", f->major, f->minor, least);
}

static int check_runtime(struct vms_machine *m, struct vms_result *r)
{
	const struct efi_facts *f = efi_read(m);

	if (!f)
		return -ENOMEM;
	if (f->runtime_sign)
		vms_evidence(r, f->runtime_source, "%s", f->runtime_sign);
	switch (f->runtime) {
	case EFI_RUNTIME_THERE:
		return vms_pass(r, "the runtime services are there");
	case EFI_RUNTIME_BROKEN:
		vms_remedy(r, VMS_HYPERVISOR, "let the firmware's memory map mark its runtime regions (EFI_MEMORY_RUNTIME)");
		return vms_fail(r, "the firmware left no usable mapping of its runtime services");
	case EFI_RUNTIME_SWITCHED_OFF:
		vms_remedy(r, VMS_GUEST_ADMIN,
			   "boot without efi=noruntime or noefi (a PREEMPT_RT kernel: with efi=runtime)");
		return vms_unknown(r, "the kernel was told not to use the runtime services (efi=noruntime, noefi, or PREEMPT_RT)");
	case EFI_RUNTIME_UNSEEN:
		break;
	}
	if (f->runtime_err == -ENOENT)
		return vms_unknown(r, "neither the kernel log nor sysfs shows whether the runtime services are there");
	return vms_kmsg_blocked(r, f->runtime_err);
}

static const struct vms_check checks[] = {
	{
		.id = "VMSPEC-EFI",
		.title = "booted by UEFI",
		.kinds = VMS_KIND_MACHINE,
		.machine_fn = check_efi,
		.reads = "/sys/firmware/efi; /chosen/linux,uefi-system-table in /sys/firmware/fdt; the "
			 "kernel log",
		.passes = "one of them shows that UEFI handed over to the kernel",
		.fails = "/sys/firmware/efi is absent, and the device tree or the log says that there was no "
			 "UEFI",
		.mends = "the hypervisor: start the VM with UEFI firmware",
	},
	{
		.id = "VMSPEC-EFI-VERSION",
		.title = "firmware declares a recent enough UEFI",
		.needs = { "VMSPEC-EFI" },
		.kinds = VMS_KIND_MACHINE,
		.asked_fn = check_version,
		.reads = "the kernel log's line \"efi: EFI v2.70 by ...\"",
		.passes = "2.6 or later (vmspec-1.0: 2.4 or later)",
		.fails = "an older version is declared",
		.mends = "the hypervisor: newer firmware",
	},
	{
		.id = "VMSPEC-EFI-RUNTIME",
		.title = "runtime services are there",
		.needs = { "VMSPEC-EFI" },
		.kinds = VMS_KIND_MACHINE,
		.machine_fn = check_runtime,
		.reads = "the kernel log; /sys/devices/platform/rtc-efi.0; /sys/firmware/efi/efivars; "
			 "/proc/cmdline",
		.passes = "the kernel enabled them, or a service is seen at work",
		.fails = "the kernel says that the firmware left no usable mapping",
		.mends = "the hypervisor; the admin where the kernel was told not to use them (then it is "
			 "unknown)",
	},
};

VMS_CHECKS(vms_checks_efi, "Virtual firmware", checks);
