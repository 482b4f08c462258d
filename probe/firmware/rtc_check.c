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
#define DAY	  INT64_C(86400)
/* GetTime has a resolution of a second: less than this shows nothing */
#define LONG_ENOUGH 2.0
/* How old the system clock in the RTC may be, and a little for a busy machine. */
#define WRITTEN_EVERY (11 * 60 + 10)
/* Clocks that agree: two readings of whole seconds, a moment apart. */
#define AGREE 2
/* Zones of local time lie at multiples of this, at most 14 hours off. */
#define ZONE_STEP INT64_C(900)
#define ZONE_MAX  (14 * INT64_C(3600))

/* The kernel has the driver and found no device: masked off, but maybe not GetTime. */
static int judge_not_offered(struct vms_machine *m, struct vms_result *r, const struct rtc_facts *f)
{
	_cleanup_free_ char *uboot = NULL;
	int err = vms_kmsg_find(m, " by Das U-Boot", &uboot);

	if (err == -ENOMEM)
		return err;
	if (err == 0) {
		vms_evidence(r, "kernel log", "%s", uboot);
		vms_remedy(r, VMS_HYPERVISOR, "boot the VM by a firmware that offers GetTime at run time");
		return vms_fail(
			r,
			"U-Boot, which is the firmware, offers no GetTime at run time (its RT properties table "
			"never names it)");
	}
	if (f->wants_wakeup && f->rtprop_err != -ENOENT) {
		if (f->rtprop)
			vms_evidence(r, "kernel log",
				     "%s: a table tells which runtime services work; Linux does not show it",
				     f->rtprop);
		vms_remedy(r, VMS_IMAGE,
			   "run a kernel of 6.3 or later, which asks for GetTime and SetTime alone");
		return vms_unknown(
			r,
			"a kernel before 6.3 makes no rtc-efi unless all four services for the time are "
			"promised: GetTime may work, and %s",
			f->rtprop ? "which of them the firmware left out is not shown"
				  : "the kernel log cannot tell whether the firmware left some out");
	}
	vms_remedy(r, VMS_HYPERVISOR, "support GetTime at run time (RT properties table, virtual RTC)");
	return vms_fail(r,
			"GetTime is not offered at run time: the kernel has the driver and found no device");
}

/* No rtc-efi is bound: does the firmware lack GetTime, or is it the kernel? */
static int judge_no_device(struct vms_machine *m, struct vms_result *r, const struct rtc_facts *f)
{
	if (f->err < 0 && f->err != -ENOENT)
		return vms_blocked(r, "/sys/class/rtc", f->err);
	vms_evidence(r, "/sys/class/rtc", "no rtc-efi");
	if (f->driver_sign)
		vms_evidence(r, "kernel", "%s", f->driver_sign);
	if (f->platform_err < 0 && f->platform_err != -ENOENT)
		return vms_blocked(r, "/sys/devices/platform", f->platform_err);
	vms_evidence(r, "/sys/devices/platform", "rtc-efi %s",
		     f->platform_err == 0 ? "is there, unbound" : "is absent");
	switch (f->driver) {
	case RTC_DRIVER_THERE:
		/* a kernel that has the driver has the class, be it empty */
		if (f->err == -ENOENT)
			return vms_blocked(r, "/sys/class/rtc", -ENODATA);
		if (f->platform_err != 0)
			return judge_not_offered(m, r, f);
		vms_remedy(r, VMS_HYPERVISOR,
			   "support GetTime at run time (RT properties table, virtual RTC)");
		return vms_fail(r, "GetTime does not work: the kernel's driver could not bind");
	case RTC_DRIVER_MODULE:
		/* the kernel makes the device, driver or not, where the services for the time are promised */
		if (f->platform_err != 0) {
			vms_remedy(r, VMS_HYPERVISOR,
				   "support GetTime at run time (RT properties table, virtual RTC)");
			return vms_unknown(
				r, "the kernel's rtc-efi driver is a module, and there is no device that "
				   "would have it loaded: GetTime may not be offered, and nobody asks it");
		}
		vms_remedy(r, VMS_GUEST_ADMIN, "modprobe rtc-efi");
		return vms_unknown(
			r, "the kernel's rtc-efi driver is a module that is not loaded: nobody asks GetTime");
	case RTC_DRIVER_KEPT:
		vms_remedy(r, VMS_GUEST_ADMIN, "boot without initcall_blacklist=efi_rtc_driver_init");
		return vms_unknown(r, "the kernel's command line keeps its rtc-efi driver from starting: "
				      "nobody asks GetTime");
	case RTC_DRIVER_NOT_BUILT:
		vms_remedy(r, VMS_IMAGE, "build the kernel with CONFIG_RTC_DRV_EFI=y");
		return vms_unknown(r, "the kernel was built without CONFIG_RTC_DRV_EFI: nobody asks GetTime");
	case RTC_DRIVER_UNSEEN:
		break;
	}
	vms_remedy(r, VMS_GUEST_ADMIN,
		   "make the kernel's configuration readable (/boot/config-*, /proc/config.gz)");
	return vms_unknown(r, "no rtc-efi device, and it can't be seen whether the kernel has its driver");
}

static int64_t apart(const struct rtc_facts *f)
{
	return f->now > f->clock ? f->now - f->clock : f->clock - f->now;
}

/* After that time a clock that stands still, or nearly, has fallen behind. */
static bool keeps_pace(const struct rtc_facts *f)
{
	return f->clock_err == 0 && f->uptime_err == 0 && f->uptime > 60 && apart(f) <= AGREE;
}

/*
 * A system clock that NTP keeps right is written into the RTC every 11 minutes
 * (CONFIG_RTC_SYSTOHC): one that stands still agrees with it after that, and falls behind it
 * until the next time. So neither shows that it moves.
 */
static bool is_written_by_kernel(const struct rtc_facts *f)
{
	return f->kept_err == 0 && f->kept;
}

/* It agrees with the system clock: because it moves on, or because it was set a moment ago? */
static int judge_agreement(struct vms_result *r, const struct rtc_facts *f, const char *moves)
{
	vms_evidence(r, "system clock", "%" PRId64 " s apart after %.0f s of uptime", apart(f), f->uptime);
	if (!is_written_by_kernel(f))
		return vms_pass(r, "%s", moves);
	vms_evidence(r, "adjtimex", "the system clock is kept right by NTP or the like");
	vms_remedy(r, VMS_GUEST_ADMIN, "look again with the right to read the kernel log, soon after a boot");
	return vms_unknown(r, "the UEFI clock agrees with the system clock, which the kernel writes into it "
			      "every 11 minutes: without a reading at boot to compare with, that does not "
			      "show that it moves on");
}

/* The system clock is kept by other means than this RTC. */
static int judge_by_system_clock(struct vms_result *r, const struct rtc_facts *f)
{
	if (keeps_pace(f))
		return judge_agreement(r, f, "GetTime works, and keeps pace with the system clock");
	if (f->boot_err != -ENOENT)
		return vms_kmsg_blocked(r, f->boot_err);
	if (f->clock_err == 0 && apart(f) > AGREE)
		return vms_unknown(
			r,
			"the kernel log has no reading of the UEFI clock at boot, and it is %" PRId64
			" s off the system clock: one reading can't show that it moves on",
			apart(f));
	return vms_unknown(
		r, "the kernel log has no reading of the UEFI clock at boot: too soon to see it move on");
}

/* A guest that keeps local time in it, set by hwclock or timedatectl since boot. */
static bool is_local_time(const struct rtc_facts *f)
{
	int64_t off = f->clock_err == 0 ? apart(f) : 0, rest = off % ZONE_STEP;

	return off >= ZONE_STEP - AGREE && off <= ZONE_MAX + AGREE &&
	       (rest <= AGREE || rest >= ZONE_STEP - AGREE);
}

/*
 * It reads what the system clock does, and not what it would read had it gone on since boot: somebody set
 * it by that (hwclock --systohc, NTP's kernel), maybe a moment ago.
 */
static int judge_set(struct vms_result *r, const struct rtc_facts *f)
{
	vms_evidence(r, "system clock", "%" PRId64 " s apart after %.0f s of uptime", apart(f), f->uptime);
	vms_remedy(r, VMS_GUEST_ADMIN, "look again soon after a boot, before the clock is set");
	return vms_unknown(r, "the UEFI clock was set since boot and agrees with the system clock, by which "
			      "it may have been set a moment ago: that does not show that it moves on");
}

/* It was years off at boot, and was set: no VM is paused for so long. */
static bool was_years_off(const struct rtc_facts *f, double moved, double elapsed)
{
	return !f->uptime_at_least && moved - elapsed > 180.0 * DAY;
}

/* It went on by less than half of the time that went by. */
static int judge_slow(struct vms_result *r, const struct rtc_facts *f, double elapsed)
{
	if (f->clock_err == 0 && apart(f) <= AGREE)
		return judge_set(r, f);
	if (f->now > f->boot && is_local_time(f))
		return vms_unknown(r,
				   "the UEFI clock was set to local time since boot, %" PRId64
				   " s off the system clock: one reading can't show that it moves on",
				   apart(f));
	vms_remedy(r, VMS_HYPERVISOR, "let GetTime follow a real clock");
	if (f->now == f->boot)
		return vms_fail(r, "the UEFI clock stands still at %" PRId64 ": no second in %.1f s or more",
				f->now, elapsed);
	return vms_fail(r, "the UEFI clock hardly moves: it went on by %" PRId64 " s in %.1f s or more",
			f->now - f->boot, elapsed);
}

/* Years off is wrong only if the system clock is right. */
static int judge_date(struct vms_result *r, const struct rtc_facts *f)
{
	vms_evidence(r, "system clock", "reads %" PRId64 ", %" PRId64 " s apart%s", f->clock, apart(f),
		     f->kept_err ? ""
		     : f->kept	 ? ", kept right by NTP or the like (adjtimex)"
				 : ", not synchronized (adjtimex)");
	if (f->kept_err == 0 && f->kept) {
		vms_remedy(r, VMS_HYPERVISOR, "let GetTime give today's date");
		return vms_fail(
			r, "the UEFI clock is %" PRId64 " days off the system clock, which is kept right",
			apart(f) / DAY);
	}
	vms_remedy(r, VMS_GUEST_ADMIN, "look again when NTP has set the system clock");
	return vms_unknown(r,
			   "the UEFI clock is %" PRId64
			   " days off the system clock, and it can't be seen which of "
			   "them is right",
			   apart(f) / DAY);
}

static int judge_movement(struct vms_result *r, const struct rtc_facts *f)
{
	bool timed = f->boot_err == 0 && f->uptime_err == 0 && f->boot_uptime >= 0;
	double elapsed = timed ? f->uptime - f->boot_uptime : 0;
	double moved = (double)f->now - (double)f->boot;

	if (f->boot_err == 0 && f->boot_uptime >= 0)
		vms_evidence(r, "kernel log", "%" PRId64 " at boot, %.1f s after the kernel started", f->boot,
			     f->boot_uptime);
	else if (f->boot_err == 0)
		vms_evidence(r, "kernel log", "%" PRId64 " at boot", f->boot);
	/* both readings are cut to whole seconds */
	if (timed && moved >= 0 && moved < elapsed / 2 && moved + LONG_ENOUGH <= elapsed)
		return judge_slow(r, f, elapsed);
	if (f->clock_err == 0 && apart(f) > DAY)
		return judge_date(r, f);
	if (f->boot_err < 0)
		return judge_by_system_clock(r, f);
	if (timed && f->clock_err == 0 && apart(f) <= AGREE && was_years_off(f, moved, elapsed))
		return judge_set(r, f);
	if (moved < 0)
		return vms_unknown(r, "the UEFI clock reads earlier than at boot: it was set back since, "
				      "so one reading can't show that it moves on");
	if (is_written_by_kernel(f) && f->clock_err == 0 && f->clock - f->now > AGREE &&
	    f->clock - f->now <= WRITTEN_EVERY) {
		vms_evidence(r, "system clock",
			     "%" PRId64 " s ahead, kept right by NTP or the like (adjtimex)",
			     f->clock - f->now);
		vms_remedy(r, VMS_GUEST_ADMIN, "look again soon after a boot");
		return vms_unknown(r,
				   "the UEFI clock is %" PRId64
				   " s behind a system clock that the kernel writes "
				   "into it every 11 minutes: it may stand still since then",
				   f->clock - f->now);
	}
	if (!timed && f->uptime_err == 0 && moved + LONG_ENOUGH < f->uptime / 2)
		return vms_unknown(
			r,
			"the kernel log has no time stamps: since its reading of the UEFI clock that "
			"went on by %.0f s, and how long that is ago can't be told",
			moved);
	if (moved == 0)
		return vms_unknown(r, "too soon after boot to see the UEFI clock move on");
	if (timed && !f->uptime_at_least && moved > elapsed + 60)
		vms_evidence(r, "uptime",
			     "%.0f s less went by than on the UEFI clock: the VM was paused, or the "
			     "clock was set",
			     moved - elapsed);
	return vms_pass(r, "GetTime works, and the time moves on");
}

static int judge_out_of_range(struct vms_result *r, const struct rtc_facts *f)
{
	if (f->boot_err == 0)
		vms_evidence(r, "kernel log", "%" PRId64 " at boot", f->boot);
	vms_remedy(r, VMS_HYPERVISOR, "let GetTime follow a real clock");
	if (f->boot_err == 0 && f->boot == f->now && f->uptime_err == 0 && f->boot_uptime >= 0 &&
	    f->uptime - f->boot_uptime >= LONG_ENOUGH)
		return vms_fail(r, "the UEFI clock stands still at %" PRId64 ", outside of 2016 to 2100",
				f->now);
	return vms_fail(r, "the UEFI clock reads %" PRId64 ", outside of 2016 to 2100", f->now);
}

int rtc_judge(struct vms_machine *m, struct vms_result *r)
{
	const struct rtc_facts *f = rtc_read(m);

	if (!f)
		return -ENOMEM;
	if (!f->efi_path)
		return judge_no_device(m, r, f);
	/* of the attribute, not of the folder it is in */
	if ((f->now_err == -EIO || f->now_err == -EINVAL) && vms_root_probe(m->root, f->efi_path) == 0) {
		vms_evidence(r, f->efi_path, "%s", vms_error_text(f->now_err));
		vms_remedy(r, VMS_HYPERVISOR, "let GetTime give a valid time at run time");
		return vms_fail(r, "GetTime answers with an error");
	}
	if (f->now_err == -EBADMSG)
		return vms_unknown(r, "%s/since_epoch could not be understood", f->efi_path);
	if (f->now_err < 0)
		return vms_blocked(r, f->efi_path, f->now_err);
	vms_evidence(r, f->efi_path, "%s reads %" PRId64, f->efi_name, f->now);
	if (f->now < YEAR_2016 || f->now >= YEAR_2101)
		return judge_out_of_range(r, f);
	return judge_movement(r, f);
}

static const struct vms_check checks[] = {
	{
		.id = "VMSPEC-EFI-RTC",
		.title = "UEFI GetTime works",
		.needs = { "VMSPEC-EFI-RUNTIME" },
		.kinds = VMS_KIND_MACHINE,
		.machine_fn = rtc_judge,
		.reads = "/sys/class/rtc (rtc-efi's time), the kernel log's \"setting system clock\", the "
			 "uptime, the "
			 "system clock and whether NTP keeps it right (adjtimex), the kernel's version, "
			 "configuration and command line",
		.passes =
			"rtc-efi is bound, reads a time from 2016 to 2100, and the time moved on since boot",
		.fails = "the kernel has the driver and no device or can't bind it; the time is outside that "
			 "range, "
			 "moved by less than half of the uptime, or is a day off a system clock that NTP "
			 "keeps right",
		.mends =
			"the hypervisor; the image where its kernel has no driver (then it is unknown). EBBR makes GetTime "
			"optional at run time: firmware made by it alone may fail here",
	},
};

/* The image or the admin may have to make it seen; that it works is the hypervisor's. */
VMS_CHECKS_OWED(vms_checks_rtc, "Virtual firmware", checks, VMS_OWED_BY(VMS_HYPERVISOR));
