/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Is there a serial console of the kind the specification names? Chapter The VM
 * Platform: PL011, virtio or Xen PV (1.0); a UART that meets the SBSA's minimum
 * (2.0), which the PL011 does.
 */
#include <errno.h>

#include "bus.h"
#include "chapter.h"
#include "console.h"
#include "kernel/options.h"
#include "kernel/remedy.h"
#include "uart.h"

static void tell(struct vms_result *r, const struct console_facts *f)
{
	if (f->uart_sign)
		vms_evidence(r, f->uart_source, "%s", f->uart_sign);
	else if (f->tty_err == 0)
		vms_evidence(r, TTY_CLASS, "%s", f->ttyama ? f->ttyama : "no ttyAMA");
	if (f->consoles)
		vms_evidence(r, "/proc/consoles", "%s", *f->consoles ? f->consoles : "none");
}

static const char *uart_name(enum uart_kind kind)
{
	return kind == UART_SBSA    ? "an SBSA generic UART"
	       : kind == UART_PL011 ? "a PL011"
				    : "a PL011 or SBSA generic UART";
}

/* `tty` is one of the names of /proc/consoles. */
static bool is_console(const struct console_facts *f, const char *tty)
{
	size_t n = strlen(tty);

	for (const char *at = f->consoles; (at = strstr(at, tty)); at += n)
		if ((at == f->consoles || at[-1] == ' ') && (at[n] == ' ' || at[n] == '\0'))
			return true;
	return false;
}

static void tell_xen(struct vms_machine *m, struct vms_result *r)
{
	const struct platform_facts *p = platform_read(m);

	if (p && p->sign)
		vms_evidence(r, p->source, "%s", p->sign);
}

/* CONFIG_HVC_DCC: the CPU's debug channel takes hvc0 before any driver of a hypervisor's
 * console, which then is hvc1. */
static bool dcc_owns_hvc0(struct vms_machine *m, struct vms_result *r, const struct console_facts *f)
{
	const struct kernel_options *k = kernel_options(m);

	if (f->hvc_numbers != 1u || !k || kernel_option(k, OPTION_HVC_DCC) != KCONFIG_BUILT_IN)
		return false;
	vms_evidence(r, k->config.path, "CONFIG_HVC_DCC=y");
	return true;
}

static int judge_hvc(struct vms_machine *m, struct vms_result *r, const struct console_facts *f)
{
	if (f->virtio_console) {
		vms_remedy(r, VMS_IMAGE, "build the kernel without CONFIG_HVC_DCC, or use the console hvc1");
		return vms_unknown(
			r, "hvc0 may be the CPU's debug channel (CONFIG_HVC_DCC) and not the virtio console");
	}
	if (f->may_offer < 0)
		return vms_blocked(r, "/sys/bus/virtio/devices", f->may_offer);
	(void)m;
	vms_remedy(r, VMS_GUEST_ADMIN, "see in the kernel log which driver registered the hvc console");
	return vms_unknown(r, "what stands behind the hvc console could not be seen");
}

/* A virtio console that this kernel has no driver for: a device of ID 3 on virtio's bus, or where its
 * transport has none either, the PCI function of one (1af4:1043; 1003 transitional). 1; 0; -errno: could not
 * look at *ret_bus. */
static int undriven_virtio_console(struct vms_machine *m, struct vms_result *r, const char **ret_bus)
{
	static const struct {
		const char *bus, *devices, *vendor, *device;
	} rows[] = {
		{ "virtio", "/sys/bus/virtio/devices", NULL, "0x0003" },
		{ "pci", "/sys/bus/pci/devices", "0x1af4", "0x1043" },
		{ "pci", "/sys/bus/pci/devices", "0x1af4", "0x1003" },
	};
	int found = 0;

	for (size_t i = 0; i < ARRAY_SIZE(rows) && found == 0; i++) {
		_cleanup_free_ char *name = NULL;

		*ret_bus = rows[i].devices;
		found = bus_find_id(m, rows[i].bus, rows[i].vendor, rows[i].device, &name);
		if (found > 0)
			vms_evidence(r, rows[i].devices, "%s: a virtio console, and no driver", name);
	}
	return found;
}

/* None of the right kind is at work: is a UART described that has no driver here? */
static int judge_none(struct vms_machine *m, struct vms_result *r, enum remedy_topic topic,
		      const char *reason)
{
	enum uart_described d;
	const char *where = NULL;
	int why = 0, err = uart_described(m, r, &d, &where, &why);

	if (err < 0)
		return err;
	if (d == UART_DESCRIBED_PL011 || d == UART_DESCRIBED_SBSA)
		/* the check of the SBSA UART's driver is 2.0's alone, as that of the UART is */
		return uart_judge_undriven(m, r,
					   d == UART_DESCRIBED_SBSA && topic == REMEDY_UART
						   ? "VMSPEC-OS-DRIVER-SBSA-UART"
						   : "VMSPEC-OS-DRIVER-PL011");
	if (d == UART_UNSEEN) {
		vms_remedy_rights(r);
		return vms_unknown(
			r, "no such UART is driven, and whether one is described can't be seen: %s: %s",
			where, vms_blocker(why));
	}
	vms_remedy_for(m, r, topic);
	return vms_fail(r, "%s", reason);
}

static int check_console(struct vms_machine *m, struct vms_result *r)
{
	const struct console_facts *f = console_read(m);
	const char *bus;
	int undriven;

	if (!f)
		return -ENOMEM;
	tell(r, f);
	/* amba-pl011.c alone names its ports ttyAMA */
	if (f->ttyama && f->consoles && !is_console(f, f->ttyama))
		return vms_pass(r, "there is %s (%s), which this kernel does not use as its console",
				uart_name(f->uart), f->ttyama);
	if (f->ttyama)
		return vms_pass(r, "the console is %s (%s)", uart_name(f->uart), f->ttyama);
	if (f->xen && f->hvc) {
		tell_xen(m, r);
		return vms_pass(r, "there is a Xen PV console");
	}
	if (f->virtio_console && !dcc_owns_hvc0(m, r, f)) {
		vms_evidence(r, "/sys/bus/virtio/devices", "driven by virtio_console");
		return vms_pass(r, "there is a virtio console");
	}
	if (f->tty_err < 0)
		return vms_blocked(r, TTY_CLASS, f->tty_err);
	if (f->consoles_err < 0)
		return vms_blocked(r, "/proc/consoles", f->consoles_err);
	if (f->hvc && !(f->may_offer == 0 && dcc_owns_hvc0(m, r, f)))
		return judge_hvc(m, r, f);
	if (f->may_offer > 0)
		return vms_unknown(r, "%s may offer a console, and the kernel uses none",
				   f->xen ? "Xen" : "a virtio serial device");
	if (f->may_offer < 0)
		return vms_blocked(r, "/sys/bus/virtio/devices", f->may_offer);
	undriven = undriven_virtio_console(m, r, &bus);
	if (undriven == -ENOMEM)
		return undriven;
	if (undriven < 0)
		return vms_blocked(r, bus, undriven);
	if (undriven) {
		vms_remedy(
			r, VMS_IMAGE,
			"give the kernel the driver of virtio consoles (CONFIG_VIRTIO_CONSOLE), and load it");
		return vms_unknown(r, "there is a virtio console, and this kernel has no driver at work that "
				      "would show it as one");
	}
	return judge_none(m, r, REMEDY_CONSOLE, "no PL011, virtio or Xen PV console");
}

static int check_uart(struct vms_machine *m, struct vms_result *r)
{
	const struct console_facts *f = console_read(m);

	if (!f)
		return -ENOMEM;
	tell(r, f);
	if (f->ttyama)
		return vms_pass(r, "the kernel drives %s (%s)", uart_name(f->uart), f->ttyama);
	if (f->tty_err < 0)
		return vms_blocked(r, TTY_CLASS, f->tty_err);
	return judge_none(m, r, REMEDY_UART,
			  "no SBSA generic UART or PL011 is driven by the kernel, and none is described");
}

static const struct vms_check checks[] = {
	{
		.id = "VMSPEC-CONSOLE",
		.title = "PL011, virtio or Xen PV console",
		.kinds = VMS_KIND_MACHINE,
		.machine_fn = check_console,
		.reads = "/sys/class/tty, /proc/tty/driver/ttyAMA, /proc/consoles, /sys/hypervisor/type, "
			 "/sys/bus/virtio",
		.passes = "one of the three is there",
		.fails = "all places could be looked at, and none of them has one",
		.mends = "the hypervisor",
	},
	{
		.id = "VMSPEC-OS-SBSA-UART",
		.title = "SBSA generic UART or PL011",
		.kinds = VMS_KIND_MACHINE,
		.machine_fn = check_uart,
		.reads = "/sys/class/tty, /proc/tty/driver/ttyAMA, the driver of the port; SPCR, DBG2, ACPI "
			 "devices or the FDT; "
			 "the kernel's configuration",
		.passes = "the kernel drives such a UART as ttyAMA",
		.fails = "there is no ttyAMA, and no such UART is described (a 16550 is not an SBSA UART), "
			 "or the kernel has its "
			 "driver and does not drive it",
		.mends =
			"the hypervisor; the image where such a UART is described and its kernel has no "
			"driver (then it is skipped). VBSA 1.0 takes a 16550, too; this specification does not",
	},
};

VMS_CHECKS(vms_checks_console, "VM platform", checks);
