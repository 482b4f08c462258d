/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The recorded twin of the live table: what was no file stands in .vmspec/ of
 * the record (machine, kmsg, uptime, clock, timex, initrd). Files that are missing there are
 * facts that cannot be looked at.
 */
#include <errno.h>
#include <math.h>

#include "devices.h"

#define KMSG_MAX	 (16u << 20)
#define PCI_LIST_MAX	 (1u << 20)
#define RAMDISK_LIST_MAX (8u << 20)

static int record_machine(struct vms_machine *m, char **ret)
{
	struct vms_buf line;
	int err = vms_root_read_line(m->root, "/.vmspec/machine", &line);

	if (err < 0)
		return err;
	if (line.len == 0 || strlen(line.data) != line.len) {
		vms_buf_clear(&line);
		return -EINVAL;
	}
	*ret = line.data;
	return 0;
}

static int record_kernel_log(struct vms_machine *m, struct vms_buf *ret, bool *ret_whole)
{
	struct vms_buf log;
	int err = vms_root_read(m->root, "/.vmspec/kmsg", KMSG_MAX, &log);

	if (err < 0)
		return err;
	/* NULs in a text log would hide what follows them */
	for (size_t i = 0; i < log.len; i++)
		if (log.data[i] == '\0')
			log.data[i] = '?';
	/* the machine itself had only a part of it, with a gap somewhere */
	*ret_whole = vms_root_probe(m->root, VMS_RECORD_KMSG_PARTIAL) != 0;
	*ret = log;
	return 0;
}

static int record_counter(_unused_ struct vms_machine *m, _unused_ struct vms_counter *ret)
{
	return -EOPNOTSUPP;
}

static int read_number(struct vms_machine *m, const char *path, double *ret)
{
	_cleanup_buf_ struct vms_buf line = { NULL, 0 };
	int err = vms_root_read_line(m->root, path, &line);
	char *end;
	double x;

	if (err < 0)
		return err;
	x = strtod(line.data, &end);
	if (end == line.data || !isfinite(x) || x < 0 || x > 1e11)
		return -EINVAL;
	*ret = x;
	return 0;
}

/* "online 2 sampled 2 reads 32 backwards 0 slept 2 woken 2" */
static int record_cpu_samples(struct vms_machine *m, struct vms_cpu_samples *ret)
{
	_cleanup_buf_ struct vms_buf line = { NULL, 0 };
	int err = vms_root_read_line(m->root, "/.vmspec/cpu_samples", &line);
	struct vms_cpu_samples s;

	if (err < 0)
		return err;
	if (sscanf(line.data, "online %9u sampled %9u reads %9u backwards %9u slept %9u woken %9u", &s.online,
		   &s.sampled, &s.reads, &s.backwards, &s.slept, &s.woken) != 6)
		return -EINVAL;
	*ret = s;
	return 0;
}

/* Lines "0000:00:01.0 0x1b 1". */
static int record_pci_writable(struct vms_machine *m, const char *bdf, unsigned at, bool *ret)
{
	_cleanup_buf_ struct vms_buf text = { NULL, 0 };
	int err = vms_root_read(m->root, "/.vmspec/pci_writable", PCI_LIST_MAX, &text);
	const char *cursor = text.data, *line;
	size_t len;

	if (err < 0)
		return err;
	while (vms_next_line(&cursor, &line, &len)) {
		char name[32];
		unsigned where, writable;

		if (sscanf(line, "%31s %x %u", name, &where, &writable) == 3 && streq(name, bdf) &&
		    where == at) {
			*ret = writable;
			return 0;
		}
	}
	return -ENODATA;
}

static int record_page_size(struct vms_machine *m, unsigned *ret)
{
	double size;
	int err = read_number(m, "/.vmspec/page_size", &size);

	if (err < 0)
		return err;
	*ret = (unsigned)size;
	return 0;
}

static int record_uptime(struct vms_machine *m, double *ret)
{
	int err = read_number(m, "/.vmspec/uptime", ret);

	return err < 0 ? read_number(m, "/proc/uptime", ret) : 0;
}

static int record_clock(struct vms_machine *m, time_t *ret)
{
	double seconds;
	int err = read_number(m, "/.vmspec/clock", &seconds);

	if (err < 0)
		return err;
	*ret = (time_t)seconds;
	return 0;
}

static int record_clock_kept(struct vms_machine *m, bool *ret)
{
	_cleanup_buf_ struct vms_buf text = { NULL, 0 };
	int err = vms_root_read(m->root, VMS_RECORD_TIMEX, 4096, &text);

	if (err < 0)
		return err;
	text.data[strcspn(text.data, "\r\n ")] = '\0';
	if (!streq(text.data, "synchronized") && !streq(text.data, "unsynchronized"))
		return -EINVAL;
	*ret = text.data[0] == 's';
	return 0;
}

static int record_ramdisk(struct vms_machine *m, struct vms_buf *ret)
{
	int err = vms_root_read(m->root, "/.vmspec/initrd", RAMDISK_LIST_MAX, ret);

	if (err == 0 && (!ret->len || ret->data[ret->len - 1] != '\n')) { /* a list of lines */
		vms_buf_clear(ret);
		err = -VMS_ECUT;
	}
	return err;
}

const struct vms_live vms_live_record = {
	.machine = record_machine,
	.kernel_log = record_kernel_log,
	.devices = vms_devices_by_links,
	.tty = vms_tty_by_link,
	.counter = record_counter,
	.cpu_samples = record_cpu_samples,
	.page_size = record_page_size,
	.pci_writable = record_pci_writable,
	.uptime = record_uptime,
	.clock = record_clock,
	.clock_kept = record_clock_kept,
	.ramdisk = record_ramdisk,
};
