/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Serial consoles as the kernel shows them; see console.h.
 */
#include <errno.h>

#include "bus.h"
#include "console.h"

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
	char *const *names = NULL;
	int err;

	f->tty_err = vms_root_names(m->root, TTY_CLASS, &names);
	if (f->tty_err < 0)
		return f->tty_err == -ENOMEM ? -ENOMEM : 0;
	for (char *const *name = names; *name && !f->ttyama; name++)
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
		if (strncmp(line, "hvc", 3) == 0) {
			f->hvc = true;
			f->hvc_numbers |= 1u << (strtoul(line + 3, NULL, 10) & 31);
		}
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
