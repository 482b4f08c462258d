/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Drivers seen at work; see running.h. */
#include <ctype.h>
#include <errno.h>

#include "running.h"

#define TEXT_MAX    (4u << 20)
#define MAX_DEVICES 256 /* of one bus */

/* Takes `source` and `value`, also on failure. The first proof of a driver stays. */
static int add(struct running *r, const char *driver, char *source, char *value)
{
	char *name = strdup(driver);

	if (!source || !value || !name || r->n == RUNNING_MAX || running_find(r, driver)) {
		int err = source && value && name ? 0 : -ENOMEM;

		free(source);
		free(value);
		free(name);
		return err;
	}
	r->proofs[r->n++] = (struct running_proof){ name, source, value };
	return 0;
}

const struct running_proof *running_find(const struct running *r, const char *driver)
{
	for (size_t i = 0; i < r->n; i++)
		if (streq(r->proofs[i].driver, driver))
			return &r->proofs[i];
	return NULL;
}

/* "LABEL: COUNT COUNT ... CHIP ...": the chip's name. */
static const char *interrupt_chip(const char *line, size_t len, size_t *ret_len)
{
	const char *p = memchr(line, ':', len), *end = line + len, *word;

	for (p = p ? p + 1 : end; p < end; p = word) {
		while (p < end && *p == ' ')
			p++;
		word = p;
		while (word < end && *word != ' ')
			word++;
		for (const char *c = p; c < word; c++) {
			if (!isdigit((unsigned char)*c)) {
				*ret_len = (size_t)(word - p);
				return p;
			}
		}
	}
	return NULL;
}

static bool word_is(const char *word, size_t len, const char *what)
{
	return strlen(what) == len && memcmp(word, what, len) == 0;
}

/* Which driver a line of /proc/interrupts shows; NULL: none that is asked for.
 * The GICv2 driver named its chip "GIC", then "GIC-0", then "GICv2". */
static const char *interrupt_driver(const char *line, size_t len)
{
	static const char console[] = "hvc_console";
	size_t n = 0, c = sizeof(console) - 1;
	const char *chip = interrupt_chip(line, len, &n);

	if (!chip)
		return NULL;
	if (word_is(chip, n, "GICv3"))
		return RUNNING_GICV3;
	if (word_is(chip, n, "GICv2") || word_is(chip, n, "GIC") ||
	    (n == 5 && memcmp(chip, "GIC-", 4) == 0 && isdigit((unsigned char)chip[4])))
		return RUNNING_GICV2;
	/* an event channel of Xen that the hvc driver waits for */
	if (n >= 7 && memcmp(chip, "xen-dyn", 7) == 0 && len > c && memcmp(line + len - c, console, c) == 0)
		return RUNNING_XEN_CONSOLE;
	return NULL;
}

static char *one_line(const char *p, size_t len)
{
	char *s = malloc(len + 1), *to = s;

	for (size_t i = 0; s && i < len; i++)
		if (p[i] != ' ' || (to > s && to[-1] != ' '))
			*to++ = p[i];
	if (s)
		*to = '\0';
	return s;
}

static int look_at_interrupts(struct vms_machine *m, struct running *r)
{
	_cleanup_buf_ struct vms_buf b = { NULL, 0 };
	int err = vms_root_read(m->root, "/proc/interrupts", TEXT_MAX, &b);
	const char *cursor = b.data, *line;
	size_t len;

	if (err < 0)
		return err == -ENOMEM ? err : 0;
	while (vms_next_line(&cursor, &line, &len)) {
		const char *driver = interrupt_driver(line, len);

		if (!driver || running_find(r, driver))
			continue;
		err = add(r, driver, strdup("/proc/interrupts"), one_line(line, len));
		if (err < 0)
			return err;
	}
	return 0;
}

/* The driver that a device's `driver` link names. */
static int look_at_link(struct vms_machine *m, struct running *r, char *path)
{
	_cleanup_free_ char *source = path, *target = NULL;
	const char *name;
	int err;

	if (!path)
		return -ENOMEM;
	err = vms_root_readlink(m->root, path, &target);
	if (err < 0)
		return err == -ENOMEM ? err : 0;
	name = strrchr(target, '/');
	name = name ? name + 1 : target;
	if (!*name || running_find(r, name))
		return 0;
	source = NULL;
	return add(r, name, path, vms_asprintf("driver %s", name));
}

static int look_at_bus(struct vms_machine *m, struct running *r, const char *bus, bool parents)
{
	_cleanup_free_ char *dir = vms_asprintf("/sys/bus/%s/devices", bus);
	struct vms_device *devices = NULL;
	size_t n = 0;
	int err = dir ? m->live->devices(m, bus, &devices, &n) : -ENOMEM;

	if (err < 0)
		return err == -ENOMEM ? err : 0;
	for (size_t i = 0; i < MIN(n, MAX_DEVICES) && err == 0; i++) {
		err = look_at_link(m, r, vms_asprintf("%s/%s/driver", dir, devices[i].sysname));
		/* the transport: the link leads to .../0000:00:01.0/virtio0 */
		if (err == 0 && parents)
			err = look_at_link(m, r, vms_asprintf("%s/%s/../driver", dir, devices[i].sysname));
	}
	vms_devices_free(devices, n);
	return err;
}

/* /proc/tty/driver is root's; ttyAMA0 in sysfs anybody's. Only amba-pl011 has ttyAMA. */
static int look_at_uart(struct vms_machine *m, struct running *r)
{
	static const char source[] = "/proc/tty/driver/ttyAMA", port[] = "/sys/class/tty/ttyAMA0";
	_cleanup_buf_ struct vms_buf b = { NULL, 0 };
	int err = vms_root_read(m->root, source, TEXT_MAX, &b);
	const char *uart;
	size_t len;

	if (err == -ENOMEM)
		return err;
	uart = err == 0 ? strstr(b.data, "uart:") : NULL;
	if (!uart)
		return vms_root_probe(m->root, port) == 0
			       ? add(r, RUNNING_PL011, strdup(port), strdup("there"))
			       : 0;
	len = strcspn(uart, " \n");
	if (len == strlen("uart:SBSA") && startswith(uart, "uart:SBSA"))
		err = add(r, RUNNING_SBSA, strdup(source), strndup(uart, len));
	return err < 0 ? err : add(r, RUNNING_PL011, strdup(source), strndup(uart, len));
}

/* The last mount over "/" counts. */
static int look_at_root(struct vms_machine *m, struct running *r)
{
	_cleanup_buf_ struct vms_buf b = { NULL, 0 };
	int err = vms_root_read(m->root, "/proc/mounts", TEXT_MAX, &b);
	const char *cursor = b.data, *line;
	size_t len;

	if (err < 0)
		return err == -ENOMEM ? err : 0;
	while (vms_next_line(&cursor, &line, &len)) {
		const char *at = memmem(line, len, " / ", 3);

		if (at && memchr(line, ' ', len) == at)
			r->root_is_ramdisk =
				len > (size_t)(at - line) + 10 && memcmp(at + 3, "rootfs ", 7) == 0;
	}
	return 0;
}

/* "26 1 254:2 / / rw,relatime - ext4 /dev/vda2 rw": the last one over "/" counts. NULL: no
 * disk, or -ENOMEM. */
static char *root_device(struct vms_machine *m)
{
	const char *text = vms_root_mountinfo(m->root), *line;
	char *found = NULL, device[64], over[8];
	size_t len;

	while (text && vms_next_line(&text, &line, &len)) {
		_cleanup_free_ char *copy = strndup(line, len);
		const char *super = copy ? strstr(copy, " - ") : NULL;

		if (!super || sscanf(copy, "%*s %*s %*s %*s %7s", over) != 1 || !streq(over, "/"))
			continue;
		free(found);
		found = NULL;
		if (sscanf(super, " - %*s /dev/%63s", device) == 1 && !strchr(device, '/'))
			found = strdup(device);
	}
	return found;
}

int running_root_lies_on(struct vms_machine *m, const char *driver, char **ret)
{
	_cleanup_free_ char *device = root_device(m), *at = NULL;
	_cleanup_free_ char *link = device ? vms_asprintf("/sys/class/block/%s", device) : NULL;
	int err = link ? vms_root_realpath(m->root, link, &at) : -ENOENT;

	if (err < 0)
		return err == -ENOMEM ? err : 0;
	for (char *slash = strrchr(at, '/'); slash && slash > at; slash = strrchr(at, '/')) {
		_cleanup_free_ char *path = vms_asprintf("%s/driver", at), *target = NULL;
		const char *name;

		if (!path)
			return -ENOMEM;
		err = vms_root_readlink(m->root, path, &target);
		if (err == -ENOMEM)
			return err;
		name = err == 0 ? strrchr(target, '/') : NULL;
		if (name && streq(name + 1, driver)) {
			*ret = at;
			at = NULL;
			return 1;
		}
		*slash = '\0';
	}
	return 0;
}

bool running_loaded(const struct running *r, const char *module)
{
	const char *cursor = r->modules.data, *line;
	size_t len, n = strlen(module);

	if (r->modules_err < 0)
		return false;
	while (vms_next_line(&cursor, &line, &len))
		if (len > n && line[n] == ' ' && memcmp(line, module, n) == 0)
			return true;
	return false;
}

/* A kernel without CONFIG_MODULES has no /proc/modules; a /proc that shows processes alone
 * (subset=pid) has no interrupts either. */
static void look_at_modules(struct vms_machine *m, struct running *r)
{
	r->modules_err = vms_root_read(m->root, "/proc/modules", TEXT_MAX, &r->modules);
	if (r->modules_err != -ENOENT || vms_root_probe(m->root, "/proc/interrupts") != 0)
		return;
	r->modules = (struct vms_buf){ strdup(""), 0 };
	r->monolithic = r->modules.data != NULL;
	r->modules_err = r->monolithic ? 0 : -ENOMEM;
}

int running_read(struct vms_machine *m, struct running *ret)
{
	struct running r = { .n = 0 };
	int err;

	look_at_modules(m, &r);
	err = r.modules_err == -ENOMEM ? -ENOMEM : look_at_interrupts(m, &r);
	if (err == 0)
		err = look_at_uart(m, &r);
	if (err == 0)
		err = look_at_bus(m, &r, "virtio", true);
	if (err == 0)
		err = look_at_bus(m, &r, "xen", false);
	if (err == 0 && vms_root_probe(m->root, "/sys/devices/system/xen_memory") == 0)
		err = add(&r, RUNNING_XEN_BALLOON, strdup("/sys/devices/system/xen_memory"), strdup("there"));
	if (err == 0)
		err = look_at_root(m, &r);
	if (err < 0) {
		running_clear(&r);
		return err;
	}
	*ret = r;
	return 0;
}

void running_clear(struct running *r)
{
	for (size_t i = 0; i < r->n; i++) {
		free(r->proofs[i].source);
		free(r->proofs[i].value);
		free(r->proofs[i].driver);
	}
	vms_buf_clear(&r->modules);
	r->n = 0;
}
