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
#include "efivars.h"
#include "hwdesc/fdt.h"
#include "kernel/cmdline.h"

#define EFI_RTC_DEVICE "/sys/devices/platform/rtc-efi.0"
#define EFI_DIR	       "/sys/firmware/efi"
#define FDT_PROPERTY   "/sys/firmware/devicetree/base/chosen/linux,uefi-system-table"
/* systemd's boot loader and stub: what the firmware's system table says of itself */
#define LOADER_GUID "-4a67b082-0a4c-41cf-b6c7-440b29bb8c4f"
#define LOADER_TYPE "LoaderFirmwareType" LOADER_GUID
#define LOADER_INFO "LoaderFirmwareInfo" LOADER_GUID

bool efi_parse_version(const char *text, unsigned *ret_major, unsigned *ret_minor)
{
	unsigned major, minor;
	int n = 0, digits_at = 0;
	const char *rest;

	/* scanf takes signs and white space, versions have none */
	if (!isdigit((unsigned char)*text) ||
	    sscanf(text, "%2u.%n%4u%n", &major, &digits_at, &minor, &n) != 2 ||
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

/* A variable of UTF-16 text, as far as it is ASCII. NULL: none such. */
static char *loader_text(struct vms_machine *m, const char *name_guid)
{
	_cleanup_buf_ struct vms_buf data = { NULL, 0 };
	uint32_t attributes;
	size_t n = 0;

	if (efivar_get(m, name_guid, &attributes, &data) < 0)
		return NULL;
	while (2 * n + 1 < data.len && data.data[2 * n] >= ' ' && data.data[2 * n] <= '~' &&
	       !data.data[2 * n + 1]) {
		data.data[n] = data.data[2 * n];
		n++;
	}
	return n ? vms_strndup(data.data, n) : NULL;
}

/* "UEFI 2.70", and "EDK II 1.00": its vendor and the vendor's revision. */
static void read_loader(struct vms_machine *m, struct efi_facts *f)
{
	_cleanup_free_ char *type = loader_text(m, LOADER_TYPE), *info = loader_text(m, LOADER_INFO);
	const char *version = type ? startswith(type, "UEFI ") : NULL;
	char *revision = info ? strrchr(info, ' ') : NULL;

	if (info && !f->vendor) {
		if (revision && revision != info && isdigit((unsigned char)revision[1]))
			*revision = '\0';
		f->vendor = info;
		info = NULL;
	}
	if (f->version_err == 0 || !version || !efi_parse_version(version, &f->major, &f->minor))
		return;
	f->version_err = 0;
	f->version_source = EFIVARS_DIR "/" LOADER_TYPE;
	f->version_line = type;
	type = NULL;
}

static int read_version(struct vms_machine *m, struct efi_facts *f)
{
	_cleanup_free_ char *line = NULL;
	const char *at, *by;

	f->version_err = vms_kmsg_find(m, "efi: EFI v", &f->version_line);
	if (f->version_err == -ENOMEM)
		return -ENOMEM;
	f->version_source = "kernel log";
	at = f->version_err == 0 ? strstr(f->version_line, "EFI v") : NULL;
	if (at)
		efi_parse_version(at + 5, &f->major, &f->minor);
	by = at ? strstr(at, " by ") : NULL;
	if (by) {
		f->vendor = strdup(by + 4);
		if (!f->vendor)
			return -ENOMEM;
	}
	if (!at || !by)
		read_loader(m, f);
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

/* The word of the kernel's command line that turns the services off, as parse_efi_cmdline() takes one after
 * the other. NULL: none does. */
static const struct cmdline_word *switched_off_by(const struct cmdline *c)
{
	const struct cmdline_word *off = NULL;

	for (size_t i = 0; i < c->n && !c->word[i].inits; i++) {
		const struct cmdline_word *w = &c->word[i];
		bool efi = streq(w->name, "efi");

		if (streq(w->name, "noefi") || (efi && cmdline_lists(w, "noruntime")))
			off = w;
		if (efi && cmdline_lists(w, "runtime"))
			off = NULL;
	}
	return off;
}

/*
 * What the variables say of the services, where the log does not: one that can be read was
 * read now. A listing was made when efivarfs was mounted, and the device for the clock when
 * the kernel started: where every variable answers with an error, the services may be off
 * since a fault. 1: they are there; 0: nothing; -EIO; -ENOMEM.
 */
static int asked_variables(struct vms_machine *m)
{
	const struct efivars_facts *v = efivars_read(m);

	if (!v)
		return -ENOMEM;
	if (v->n_read)
		return 1;
	return v->n_tried && v->read_err == -EIO ? -EIO : 0;
}

static bool variables_listed(struct vms_machine *m)
{
	const struct efivars_facts *v = efivars_read(m);

	return v && v->err == 0 && v->n > 0;
}

/*
 * Before 6.2 an arm64 kernel had no way out of a fault in the firmware: an oops of
 * the thread that calls it, told by the name of its work queue.
 */
static int find_oops(struct vms_machine *m, char **ret_line)
{
	_cleanup_free_ char *oops = NULL, *queue = NULL;
	double oops_at = -1, queue_at = -1;
	int err = vms_kmsg_find_at(m, "Workqueue: efi_rts_wq", &queue, &queue_at);

	if (err == 0)
		err = vms_kmsg_find_at(m, "Internal error: ", &oops, &oops_at);
	if (err < 0)
		return err;
	if (oops_at < 0 || queue_at < oops_at || queue_at > oops_at + 1)
		return -ENOENT;
	*ret_line = vms_take_string(&queue);
	return 0;
}

/* What the log says of the services. 0: `f` has it; -ENOENT and the like: nothing. */
static int runtime_by_log(struct vms_machine *m, struct efi_facts *f)
{
	static const struct {
		const char *needle;
		enum efi_runtime means;
	} signs[] = {
		{ "EFI runtime services will be disabled", EFI_RUNTIME_SWITCHED_OFF },
		{ "EFI runtime services have been disabled", EFI_RUNTIME_SWITCHED_OFF },
		{ "UEFI virtual mapping missing or invalid", EFI_RUNTIME_BROKEN },
		/* arm64 since 6.2; x86 and the call queue */
		{ "in EFI runtime service", EFI_RUNTIME_FAULTED },
		{ "disabled EFI Runtime Services", EFI_RUNTIME_FAULTED },
		{ "EFI Runtime Services are disabled", EFI_RUNTIME_FAULTED },
		{ NULL, EFI_RUNTIME_FAULTED }, /* the oops */
		{ "EFI runtime services access via paravirt", EFI_RUNTIME_THERE },
		{ "Remapping and enabling EFI services", EFI_RUNTIME_THERE },
		{ "Registered efivars operations", EFI_RUNTIME_THERE },
	};
	int err = -ENOENT;

	for (size_t i = 0; i < ARRAY_SIZE(signs); i++) {
		_cleanup_free_ char *line = NULL;

		err = signs[i].needle ? vms_kmsg_find(m, signs[i].needle, &line) : find_oops(m, &line);
		if (err == 0)
			return runtime_is(f, signs[i].means, "kernel log", line);
		if (err == -ENOMEM)
			return err;
	}
	return err;
}

static int read_runtime(struct vms_machine *m, struct efi_facts *f)
{
	const struct cmdline *cmdline = cmdline_read(m);
	const struct cmdline_word *off;
	int asked;

	if (!cmdline)
		return -ENOMEM;
	f->runtime_err = runtime_by_log(m, f);
	if (f->runtime_err == 0 || f->runtime_err == -ENOMEM)
		return f->runtime_err;
	asked = asked_variables(m);
	if (asked < 0)
		return asked == -ENOMEM ? asked : 0;
	/* the kernel makes this device when the services for the time are there */
	if (vms_root_probe(m->root, EFI_RTC_DEVICE) == 0)
		return runtime_is(f, EFI_RUNTIME_THERE, EFI_RTC_DEVICE, "present");
	if (asked || variables_listed(m))
		return runtime_is(f, EFI_RUNTIME_THERE, EFI_DIR "/efivars", "shows variables");
	off = switched_off_by(cmdline);
	return off ? runtime_is(f, EFI_RUNTIME_SWITCHED_OFF, "/proc/cmdline", off->text) : 0;
}

static int read_fdt_property(struct vms_machine *m, struct efi_facts *f)
{
	const struct fdt_facts *fdt = fdt_read(m);

	if (!fdt)
		return -ENOMEM;
	f->fdt_source = fdt->source;
	if (fdt->err == 0)
		return fdt->tree.uefi ? 0 : -ENOENT;
	if (vms_root_probe(m->root, FDT_PROPERTY) == 0) {
		f->fdt_source = "/sys/firmware/devicetree/base";
		return 0;
	}
	/* a tree that is not shown, or not to be read, does not say no */
	return fdt->err == -ENOENT ? -ENODATA : fdt->err;
}

static int efi_load(struct vms_machine *m, void *facts)
{
	_cleanup_free_ char *line = NULL;
	struct efi_facts *f = facts;

	f->sysfs_err = vms_root_probe(m->root, EFI_DIR);
	f->fdt_err = read_fdt_property(m, f);
	if (f->sysfs_err == -ENOMEM || f->fdt_err == -ENOMEM || read_version(m, f) < 0)
		return -ENOMEM;
	f->rt_properties = vms_kmsg_find(m, "RTPROP=", &line) == 0;
	return read_runtime(m, f);
}

static void efi_clear(void *facts)
{
	struct efi_facts *f = facts;

	free(f->version_line);
	free(f->vendor);
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
		vms_evidence(r, f->version_source, "%s", f->version_line);
	if (f->sysfs_err == 0) {
		vms_evidence(r, EFI_DIR, "present");
		return vms_pass(r, "booted by UEFI");
	}
	if (f->fdt_err == 0) {
		vms_evidence(r, f->fdt_source, "/chosen/linux,uefi-system-table is there");
		return vms_pass(r, "booted by UEFI: the EFI stub left its system table in the device tree");
	}
	if (f->version_err == 0)
		return vms_pass(r, streq(f->version_source, "kernel log")
					   ? "booted by UEFI: the kernel greeted it"
					   : "booted by UEFI: the boot loader noted its version");
	/* where a container hides the first, this is still the machine's; the kernel makes it of EFI alone */
	if (f->sysfs_err != -ENOENT && vms_root_probe(m->root, EFI_RTC_DEVICE) == 0) {
		vms_evidence(r, EFI_RTC_DEVICE, "present");
		return vms_pass(r, "booted by UEFI: the kernel has its device for UEFI's clock");
	}
	if (f->sysfs_err != -ENOENT)
		return vms_blocked(r, EFI_DIR, f->sysfs_err);
	vms_evidence(r, EFI_DIR, "absent");
	if (f->fdt_err != -ENOENT && !f->log_says_none) {
		if (f->fdt_err == -ENODATA)
			return vms_unknown(r, "%s is absent, and no device tree is shown that could tell",
					   EFI_DIR);
		return vms_blocked(r, "/sys/firmware/fdt", f->fdt_err);
	}
	if (f->fdt_err == -ENOENT)
		vms_evidence(r, f->fdt_source, "no /chosen/linux,uefi-system-table");
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
		return vms_unknown(r,
				   "the kernel log does not tell which UEFI version the firmware declares");
	if (f->version_err < 0)
		return vms_kmsg_blocked(r, f->version_err);
	vms_evidence(r, f->version_source, "%s", f->version_line);
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
		vms_remedy(r, VMS_HYPERVISOR,
			   "let the firmware's memory map mark its runtime regions (EFI_MEMORY_RUNTIME)");
		return vms_fail(r, "the firmware left no usable mapping of its runtime services");
	case EFI_RUNTIME_FAULTED:
		vms_remedy(r, VMS_HYPERVISOR,
			   "ship firmware whose runtime services touch only memory that its map "
			   "gives them; a reboot brings them back until the next fault");
		return vms_fail(r, "a runtime service faulted, and the kernel turned the services off");
	case EFI_RUNTIME_SWITCHED_OFF:
		vms_remedy(r, VMS_GUEST_ADMIN,
			   "boot without efi=noruntime or noefi (a PREEMPT_RT kernel: with efi=runtime)");
		return vms_unknown(r, "the kernel was told not to use the runtime services (efi=noruntime, "
				      "noefi, or PREEMPT_RT)");
	case EFI_RUNTIME_UNSEEN:
		break;
	}
	if (f->runtime_err == -ENOENT)
		return vms_unknown(
			r, "neither the kernel log nor sysfs shows whether the runtime services are there");
	return vms_kmsg_blocked(r, f->runtime_err);
}

static const struct vms_check checks[] = {
	{
		.id = "VMSPEC-EFI",
		.title = "booted by UEFI",
		.kinds = VMS_KIND_MACHINE,
		.machine_fn = check_efi,
		.reads =
			"/sys/firmware/efi; /chosen/linux,uefi-system-table in /sys/firmware/fdt or "
			"/sys/firmware/devicetree/base; the kernel log; LoaderFirmwareType, where systemd's boot "
			"loader or stub left it; where a container hides these, /sys/devices/platform/rtc-efi.0",
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
		.reads = "the kernel log's line \"efi: EFI v2.70 by ...\"; LoaderFirmwareType, where "
			 "systemd's boot loader or stub left it",
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
		.fails =
			"the kernel says that the firmware left no usable mapping, or that a service faulted",
		.mends = "the hypervisor; the admin where the kernel was told not to use them (then it is "
			 "unknown)",
	},
};

VMS_CHECKS(vms_checks_efi, "Virtual firmware", checks);
