/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Is there a serial console of the kind the specification names? Chapter The VM
 * Platform: PL011, virtio or Xen PV (1.0); a UART that meets the SBSA's minimum
 * (2.0), which the PL011 does.
 */
#include <errno.h>

#include "bus.h"
#include "console.h"
#include "chapter.h"
#include "hwdesc/acpi.h"
#include "hwdesc/fdt.h"
#include "kernel/remedy.h"

#define TTY_CLASS  "/sys/class/tty"
#define TTY_DRIVER "/proc/tty/driver/ttyAMA"

static int found_uart(struct console_facts *f, enum uart_kind kind, const char *source, const char *sign)
{
	f->uart = kind;
	f->uart_source = strdup(source);
	f->uart_sign = strdup(sign);
	return f->uart_source && f->uart_sign ? 0 : -ENOMEM;
}

/* "0: uart:SBSA mmio:0x09000000 irq:12 ..." or "uart:PL011 rev1": root only. */
static int uart_by_proc(struct vms_machine *m, struct console_facts *f)
{
	_cleanup_buf_ struct vms_buf text = { NULL, 0 };
	const char *at, *end;
	_cleanup_free_ char *word = NULL;

	if (vms_root_read(m->root, TTY_DRIVER, 1 << 16, &text) < 0 || !(at = strstr(text.data, "uart:")))
		return -ENOENT;
	end = at + strcspn(at, "\n");
	if ((size_t)(end - at) > 60)
		end = at + 60;
	word = strndup(at, (size_t)(end - at));
	if (!word)
		return -ENOMEM;
	if (startswith(word, "uart:SBSA"))
		return found_uart(f, UART_SBSA, TTY_DRIVER, word);
	if (startswith(word, "uart:PL011"))
		return found_uart(f, UART_PL011, TTY_DRIVER, word);
	return -ENOENT;
}

/* The driver of the port's device: world-readable. */
static int uart_by_driver(struct vms_machine *m, struct console_facts *f)
{
	_cleanup_free_ char *device = vms_asprintf(TTY_CLASS "/%s/device/driver", f->ttyama), *link = NULL;
	const char *name;
	int err = device ? vms_root_readlink(m->root, device, &link) : -ENOMEM;

	if (err < 0)
		return err == -ENOMEM ? err : -ENOENT;
	name = strrchr(link, '/');
	name = name ? name + 1 : link;
	if (streq(name, "sbsa-uart"))
		return found_uart(f, UART_SBSA, device, name);
	if (streq(name, "uart-pl011"))
		return found_uart(f, UART_PL011, device, name);
	return -ENOENT;
}

static int read_uart(struct vms_machine *m, struct console_facts *f)
{
	_cleanup_strv_ char **names = NULL;
	int err;

	f->tty_err = vms_root_list(m->root, TTY_CLASS, &names);
	if (f->tty_err < 0)
		return f->tty_err == -ENOMEM ? -ENOMEM : 0;
	for (char **name = names; *name && !f->ttyama; name++)
		if (startswith(*name, "ttyAMA") && !(f->ttyama = strdup(*name)))
			return -ENOMEM;
	if (!f->ttyama)
		return 0;
	f->uart = UART_UNNAMED;
	err = uart_by_proc(m, f);
	if (err == -ENOENT)
		err = uart_by_driver(m, f);
	return err == -ENOMEM ? err : 0;
}

/* "hvc0                 -W- (EC    )  229:0": names, one a line */
static int read_consoles(struct vms_machine *m, struct console_facts *f)
{
	_cleanup_buf_ struct vms_buf text = { NULL, 0 };
	const char *cursor, *line;
	size_t len;

	f->consoles_err = vms_root_read(m->root, "/proc/consoles", 1 << 16, &text);
	if (f->consoles_err < 0)
		return f->consoles_err == -ENOMEM ? -ENOMEM : 0;
	f->consoles = strdup("");
	for (cursor = text.data; f->consoles && vms_next_line(&cursor, &line, &len);) {
		int n = (int)strcspn(line, " \n");
		char *longer = vms_asprintf("%s%s%.*s", f->consoles, *f->consoles ? " " : "", n, line);

		free(f->consoles);
		f->consoles = longer;
		if (strncmp(line, "hvc", 3) == 0)
			f->hvc = true;
	}
	return f->consoles ? 0 : -ENOMEM;
}

static int console_load(struct vms_machine *m, void *facts)
{
	struct console_facts *f = facts;

	if (read_uart(m, f) < 0 || read_consoles(m, f) < 0)
		return -ENOMEM;
	/* what could not be looked at leaves an hvc console undecided */
	f->may_offer = bus_is_xen(m);
	f->xen = f->may_offer > 0;
	if (f->may_offer == 0)
		f->may_offer = bus_virtio_has_driver(m, "virtio_console");
	f->virtio_console = f->hvc && !f->xen && f->may_offer > 0;
	return 0;
}

static void console_clear(void *facts)
{
	struct console_facts *f = facts;

	free(f->ttyama);
	free(f->uart_source);
	free(f->uart_sign);
	free(f->consoles);
}

const struct console_facts *console_read(struct vms_machine *m)
{
	return vms_machine_fact(m, VMS_FACT_CONSOLE, sizeof(struct console_facts), console_load,
				console_clear);
}

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

/* A UART of the right kind is described, and the kernel does not drive it: the VM has
 * one, the kernel lacks the driver (VMSPEC-OS-DRIVER-PL011). 1, 0, -ENOMEM. */
static int described_uart(struct vms_machine *m, struct vms_result *r)
{
	const struct acpi_facts *acpi = acpi_read(m);
	const struct fdt_facts *fdt = fdt_read(m);
	const struct fdt_tree *tree = fdt_hardware(fdt);

	if (!acpi || !fdt)
		return -ENOMEM;
	if (acpi->spcr_err == 0 && acpi_uart_is_sbsa(acpi->spcr.type)) {
		vms_evidence(r, "/sys/firmware/acpi/tables/SPCR", "%s", acpi_uart_name(acpi->spcr.type));
		return 1;
	}
	if (tree && tree->console.there &&
	    (fdt_is_compatible(tree->console.compatible, "arm,pl011") ||
	     fdt_is_compatible(tree->console.compatible, "arm,sbsa-uart"))) {
		vms_evidence(r, "/sys/firmware/fdt", "%s: %s", tree->console.path, tree->console.compatible);
		return 1;
	}
	return 0;
}

/* There is one, and it is silent: the guest has to mend it. */
static int undriven(struct vms_result *r)
{
	vms_remedy(r, VMS_IMAGE, "run a kernel with CONFIG_SERIAL_AMBA_PL011");
	return vms_fail(r, "a UART of the right kind is described, and the kernel does not drive it");
}

static int check_console(struct vms_machine *m, struct vms_result *r)
{
	const struct console_facts *f = console_read(m);
	int described;

	if (!f)
		return -ENOMEM;
	tell(r, f);
	/* amba-pl011.c alone names its ports ttyAMA */
	if (f->ttyama)
		return vms_pass(r, "the console is %s (%s)", uart_name(f->uart), f->ttyama);
	if (f->xen && f->hvc) {
		vms_evidence(r, "/sys/hypervisor/type", "xen");
		return vms_pass(r, "there is a Xen PV console");
	}
	if (f->virtio_console) {
		vms_evidence(r, "/sys/bus/virtio/devices", "driven by virtio_console");
		return vms_pass(r, "there is a virtio console");
	}
	if (f->tty_err < 0)
		return vms_blocked(r, TTY_CLASS, f->tty_err);
	if (f->consoles_err < 0)
		return vms_blocked(r, "/proc/consoles", f->consoles_err);
	if (f->hvc)
		return vms_unknown(r, "what stands behind the hvc console could not be seen");
	if (f->may_offer > 0)
		return vms_unknown(r, "%s may offer a console, and the kernel uses none",
				   f->xen ? "Xen" : "a virtio serial device");
	if (f->may_offer < 0)
		return vms_blocked(r, "/sys/bus/virtio/devices", f->may_offer);
	described = described_uart(m, r);
	if (described)
		return described < 0 ? described : undriven(r);
	vms_remedy_for(m, r, REMEDY_CONSOLE);
	return vms_fail(r, "no PL011, virtio or Xen PV console");
}

static int check_uart(struct vms_machine *m, struct vms_result *r)
{
	const struct console_facts *f = console_read(m);
	int described;

	if (!f)
		return -ENOMEM;
	tell(r, f);
	if (f->ttyama)
		return vms_pass(r, "the kernel drives %s (%s)", uart_name(f->uart), f->ttyama);
	if (f->tty_err < 0)
		return vms_blocked(r, TTY_CLASS, f->tty_err);
	described = described_uart(m, r);
	if (described)
		return described < 0 ? described : undriven(r);
	vms_remedy_for(m, r, REMEDY_UART);
	return vms_fail(r, "no SBSA generic UART or PL011 is driven by the kernel");
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
		.reads = "/sys/class/tty, /proc/tty/driver/ttyAMA, the driver of the port",
		.passes = "the kernel drives such a UART as ttyAMA",
		.fails = "there is no ttyAMA (a 16550 is not an SBSA UART)",
		.mends = "the hypervisor; the image where such a UART is described and its kernel does not drive it",
	},
};

VMS_CHECKS(vms_checks_console, "VM platform", checks);
