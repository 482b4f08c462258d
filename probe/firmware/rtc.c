/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The reader of real time clocks; see rtc.h. The check over it is in rtc_check.c. */
#include <errno.h>
#include <inttypes.h>

#include "kernel/kmsg.h"
#include "rtc.h"

#define PLATFORM_DIR "/sys/devices/platform"

static char *attribute(struct vms_machine *m, const char *dir, const char *name, int *ret_err)
{
	_cleanup_free_ char *path = vms_asprintf("%s/%s", dir, name);
	struct vms_buf line;
	int err = path ? vms_root_read_attribute(m->root, path, &line) : -ENOMEM;

	if (ret_err)
		*ret_err = err;
	return err < 0 ? NULL : line.data;
}

static bool parse_epoch(const char *text, int64_t *ret)
{
	char *end;
	long long v;

	errno = 0;
	v = strtoll(text, &end, 10);
	if (end == text || errno || *end != '\0')
		return false;
	*ret = v;
	return true;
}

/* since_epoch, or date and time: each read of them is a GetTime. */
static void read_now(struct vms_machine *m, struct rtc_facts *f)
{
	_cleanup_free_ char *epoch = attribute(m, f->efi_path, "since_epoch", &f->now_err);
	_cleanup_free_ char *date = NULL, *time = NULL;
	struct tm tm = { 0 };

	if (epoch && parse_epoch(epoch, &f->now))
		return;
	if (epoch)
		f->now_err = -EBADMSG;
	date = attribute(m, f->efi_path, "date", NULL);
	time = attribute(m, f->efi_path, "time", NULL);
	if (!date || !time || sscanf(date, "%4d-%2d-%2d", &tm.tm_year, &tm.tm_mon, &tm.tm_mday) != 3 ||
	    sscanf(time, "%2d:%2d:%2d", &tm.tm_hour, &tm.tm_min, &tm.tm_sec) != 3)
		return;
	tm.tm_year -= 1900;
	tm.tm_mon -= 1;
	f->now = timegm(&tm);
	f->now_err = 0;
}

/* "rtc-efi rtc-efi.0: setting system clock to 2026-11-20T23:38:16 UTC (1795217896)" */
static void read_boot(struct vms_machine *m, struct rtc_facts *f)
{
	_cleanup_free_ char *line = NULL;
	const char *paren;
	int64_t at;

	f->boot_err = vms_kmsg_find_at(m, ": setting system clock to ", &line, &f->boot_uptime);
	if (f->boot_err < 0)
		return;
	if (!strstr(line, "rtc-efi")) {
		/* "rtc-pl031 9010000.pl031: setting ...": set from another one */
		free(f->set_from); /* the log tells driver and device */
		f->set_from = vms_strndup(line, strcspn(line, ":"));
		f->set_from_logged = true;
		f->boot_err = -ENOENT;
		return;
	}
	paren = strrchr(line, '(');
	if (!paren || sscanf(paren, "(%" SCNd64 ")", &at) != 1) {
		f->boot_err = -EBADMSG;
		return;
	}
	f->boot = at;
}

static int read_one(struct vms_machine *m, struct rtc_facts *f, const struct vms_device *d)
{
	int err;
	_cleanup_free_ char *name = attribute(m, d->syspath, "name", &err);
	_cleanup_free_ char *hctosys = NULL;
	bool efi = strstr(d->syspath, "/rtc-efi") || (name && startswith(name, "rtc-efi"));

	if (err == -ENOMEM)
		return err;

	hctosys = attribute(m, d->syspath, "hctosys", &err);
	if (efi && !f->efi_path) {
		f->efi_path = strdup(d->syspath);
		f->efi_name = strdup(d->sysname);
		f->hctosys_err = err;
		f->hctosys = hctosys && streq(hctosys, "1");
		if (!f->efi_path || !f->efi_name)
			return -ENOMEM;
	} else if (!efi && hctosys && streq(hctosys, "1") && !f->set_from) {
		f->set_from = strdup(name ? name : d->sysname);
		if (!f->set_from)
			return -ENOMEM;
	}
	return err == -ENOMEM ? err : 0;
}

static int read_platform(struct vms_machine *m, struct rtc_facts *f)
{
	char *const *names = NULL;

	f->platform_err = vms_root_names(m->root, PLATFORM_DIR, &names);
	if (f->platform_err < 0)
		return f->platform_err == -ENOMEM ? -ENOMEM : 0;
	f->platform_err = -ENOENT;
	for (char *const *name = names; *name; name++)
		if (startswith(*name, "rtc-efi"))
			f->platform_err = 0;
	return 0;
}

static int rtc_load(struct vms_machine *m, void *facts)
{
	struct vms_device *devices = NULL;
	struct rtc_facts *f = facts;
	size_t n = 0;
	time_t clock;
	int err = 0;

	f->now_err = f->boot_err = f->uptime_err = f->clock_err = f->hctosys_err = f->kept_err = -ENODATA;
	f->err = m->live->devices(m, "rtc", &devices, &n);
	if (f->err == -ENOMEM)
		return -ENOMEM;
	for (size_t i = 0; i < n && !err; i++)
		err = read_one(m, f, &devices[i]);
	vms_devices_free(devices, n);
	if (err < 0)
		return err;
	read_boot(m, f);
	if (!f->efi_path) {
		err = read_platform(m, f);
		return err < 0 ? err : rtc_read_kernel(m, f);
	}
	if (f->boot_err < 0 && !f->hctosys && !f->set_from && rtc_read_kernel(m, f) < 0)
		return -ENOMEM;
	read_now(m, f);
	f->uptime_err = m->live->uptime(m, &f->uptime);
	/* a record without an uptime was made no earlier than its last log line */
	f->uptime_at_least = f->uptime_err < 0;
	if (f->uptime_at_least)
		f->uptime_err = vms_kmsg_last(m, &f->uptime);
	f->clock_err = m->live->clock(m, &clock);
	if (f->clock_err == 0)
		f->clock = clock;
	f->kept_err = m->live->clock_kept(m, &f->kept);
	return 0;
}

static void rtc_clear(void *facts)
{
	struct rtc_facts *f = facts;

	free(f->efi_path);
	free(f->efi_name);
	free(f->set_from);
	free(f->driver_sign);
	free(f->no_hctosys);
	free(f->rtprop);
}

const struct rtc_facts *rtc_read(struct vms_machine *m)
{
	return vms_machine_fact(m, VMS_FACT_RTC, sizeof(struct rtc_facts), rtc_load, rtc_clear);
}
