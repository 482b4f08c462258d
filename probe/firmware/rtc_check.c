/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Does UEFI GetTime work, is its time sane, and does it move on? Chapter Virtual
 * Firmware: the firmware supports the UEFI RTC. No waiting: today's reading is
 * held against the one in the boot log and the uptime.
 */
#include <errno.h>
#include <inttypes.h>

#include "core/devices.h"
#include "chapter.h"
#include "kernel/kmsg.h"
#include "rtc.h"

#define YEAR_2016 INT64_C(1451606400) /* 2016-01-01T00:00:00Z */
#define YEAR_2101 INT64_C(4133980800) /* 2101-01-01T00:00:00Z */
/* GetTime has a resolution of a second: less than this shows nothing */
#define LONG_ENOUGH 2.0

/* No rtc-efi is bound: does the firmware lack GetTime, or is it the kernel? */
static int judge_no_device(struct vms_result *r, const struct rtc_facts *f)
{
	if (f->err < 0 && f->err != -ENOENT)
		return vms_blocked(r, "/sys/class/rtc", f->err);
	vms_evidence(r, "/sys/class/rtc", "no rtc-efi");
	if (f->driver_sign)
		vms_evidence(r, "kernel", "%s", f->driver_sign);
	if (f->platform_err < 0 && f->platform_err != -ENOENT)
		return vms_blocked(r, "/sys/devices/platform", f->platform_err);
	vms_evidence(r, "/sys/devices/platform", "rtc-efi.0 %s", f->platform_err == 0 ? "is there, unbound" : "is absent");
	switch (f->driver) {
	case RTC_DRIVER_THERE:
		vms_remedy(r, VMS_HYPERVISOR, "support GetTime at run time (RT properties table, virtual RTC)");
		if (f->platform_err == 0)
			return vms_fail(r, "GetTime does not work: the kernel's driver could not bind");
		return vms_fail(r, "GetTime is not offered at run time: the kernel has the driver and found no device");
	case RTC_DRIVER_NOT_THERE:
		vms_remedy(r, VMS_GUEST_ADMIN, "modprobe rtc-efi, or run a kernel with CONFIG_RTC_DRV_EFI");
		return vms_unknown(r, "the kernel's rtc-efi driver is not there to ask GetTime");
	case RTC_DRIVER_UNSEEN:
		break;
	}
	vms_remedy(r, VMS_GUEST_ADMIN, "make the kernel's configuration readable (/boot/config-*, /proc/config.gz)");
	return vms_unknown(r, "no rtc-efi device, and it can't be seen whether the kernel has its driver");
}

/* The boot log has no reading: the system clock, kept by other means, will do
 * where the machine has been up long enough for a stopped clock to fall behind. */
static int judge_by_system_clock(struct vms_result *r, const struct rtc_facts *f)
{
	int64_t apart = f->now > f->clock ? f->now - f->clock : f->clock - f->now;

	if (f->clock_err == 0 && f->uptime_err == 0 && f->uptime > 60 && apart <= 2) {
		vms_evidence(r, "system clock", "%" PRId64 " s apart after %.0f s of uptime", apart, f->uptime);
		return vms_pass(r, "GetTime works, and keeps pace with the system clock");
	}
	return vms_kmsg_blocked(r, f->boot_err == -ENOENT ? -ENODATA : f->boot_err);
}

static int judge_movement(struct vms_result *r, const struct rtc_facts *f)
{
	double elapsed;

	if (f->boot_err < 0)
		return judge_by_system_clock(r, f);
	elapsed = f->uptime - f->boot_uptime;
	vms_evidence(r, "kernel log", "%" PRId64 " at boot, %.1f s after the kernel started", f->boot, f->boot_uptime);
	if (f->now > f->boot)
		return vms_pass(r, "GetTime works, and the time moves on");
	if (f->now < f->boot)
		return vms_unknown(r, "the UEFI clock reads earlier than at boot: it was set back since, "
				      "so one reading can't show that it moves on");
	if (f->uptime_err < 0 || elapsed < LONG_ENOUGH)
		return vms_unknown(r, "too soon after boot to see the UEFI clock move on");
	vms_remedy(r, VMS_HYPERVISOR, "let GetTime follow a real clock");
	return vms_fail(r, "the UEFI clock stands still at %" PRId64 ": no second in %.1f s or more", f->now, elapsed);
}

static int check_rtc(struct vms_machine *m, struct vms_result *r)
{
	const struct rtc_facts *f = rtc_read(m);

	if (!f)
		return -ENOMEM;
	if (!f->efi_path)
		return judge_no_device(r, f);
	if (f->now_err == -EIO || f->now_err == -EINVAL) {
		vms_evidence(r, f->efi_path, "%s", strerror(-f->now_err));
		vms_remedy(r, VMS_HYPERVISOR, "let GetTime give a valid time at run time");
		return vms_fail(r, "GetTime answers with an error");
	}
	if (f->now_err == -EBADMSG)
		return vms_unknown(r, "%s/since_epoch could not be understood", f->efi_path);
	if (f->now_err < 0)
		return vms_blocked(r, f->efi_path, f->now_err);
	vms_evidence(r, f->efi_path, "%s reads %" PRId64, f->efi_name, f->now);
	if (f->now < YEAR_2016 || f->now >= YEAR_2101) {
		if (f->boot_err == 0)
			vms_evidence(r, "kernel log", "%" PRId64 " at boot", f->boot);
		vms_remedy(r, VMS_HYPERVISOR, "let GetTime follow a real clock");
		if (f->boot_err == 0 && f->boot == f->now && f->uptime_err == 0 &&
		    f->uptime - f->boot_uptime >= LONG_ENOUGH)
			return vms_fail(r, "the UEFI clock stands still at %" PRId64 ", outside of 2016 to 2100", f->now);
		return vms_fail(r, "the UEFI clock reads %" PRId64 ", outside of 2016 to 2100", f->now);
	}
	return judge_movement(r, f);
}

static const struct vms_check checks[] = {
	{
		.id = "VMSPEC-EFI-RTC",
		.title = "UEFI GetTime works",
		.needs = { "VMSPEC-EFI-RUNTIME" },
		.kinds = VMS_KIND_MACHINE,
		.ahead = vms_devices_ahead,
		.machine_fn = check_rtc,
		.reads = "/sys/class/rtc (rtc-efi's time), the kernel log's \"setting system clock\", the uptime, the "
			 "kernel's configuration",
		.passes = "rtc-efi is bound, reads a time from 2016 to 2100, and the time moved on since boot",
		.fails = "the kernel has the driver and no device or can't bind it; the time is outside that range or stands still",
		.mends = "the hypervisor",
	},
};

VMS_CHECKS(vms_checks_rtc, "Virtual firmware", checks);
