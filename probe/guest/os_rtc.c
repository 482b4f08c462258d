/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Does the guest take its time from the UEFI RTC? Chapter VM Images: the guest
 * OS relies on the UEFI RTC API. /sys/class/rtc/rtcN/hctosys, the kernel log.
 */
#include <errno.h>

#include "chapter.h"
#include "firmware/rtc.h"

/* No UEFI RTC is bound: the kernel's doing, or that of a firmware that offers none? */
static int judge_unbound(struct vms_result *r, const struct rtc_facts *f)
{
	if (f->err < 0 && f->err != -ENOENT)
		return vms_blocked(r, "/sys/class/rtc", f->err);
	vms_evidence(r, "/sys/class/rtc", "no rtc-efi");
	if (f->driver_sign)
		vms_evidence(r, "kernel", "%s", f->driver_sign);
	switch (f->driver) {
	case RTC_DRIVER_NOT_BUILT:
		vms_remedy(r, VMS_IMAGE, "build the kernel with CONFIG_RTC_DRV_EFI=y");
		return vms_fail(r, "the kernel was built without CONFIG_RTC_DRV_EFI");
	case RTC_DRIVER_KEPT:
		vms_remedy(r, VMS_GUEST_ADMIN, "boot without initcall_blacklist=efi_rtc_driver_init");
		return vms_fail(r, "the kernel's command line keeps its rtc-efi driver from starting");
	case RTC_DRIVER_MODULE:
		if (f->platform_err < 0 && f->platform_err != -ENOENT)
			return vms_blocked(r, "/sys/devices/platform", f->platform_err);
		/* what is loaded for a device is not, where the firmware gave the kernel none */
		if (f->platform_err < 0)
			return vms_unknown(r, "the kernel's rtc-efi is a module, and there is no device that "
					      "would have it loaded");
		vms_remedy(r, VMS_IMAGE,
			   "load rtc-efi early (/etc/modules-load.d, initial ramdisk), or build the "
			   "kernel with CONFIG_RTC_DRV_EFI=y");
		return vms_fail(r, "the kernel's rtc-efi is a module that is not loaded");
	case RTC_DRIVER_THERE:
		if (f->platform_err < 0 && f->platform_err != -ENOENT)
			return vms_blocked(r, "/sys/devices/platform", f->platform_err);
		if (f->wants_wakeup && f->platform_err == -ENOENT && f->rtprop_err != -ENOENT) {
			r->cause = (struct vms_cause){ .blocked = true,
						       .id = "VMSPEC-EFI-RTC",
						       .status = VMS_UNKNOWN };
			return vms_unknown(
				r, "needs VMSPEC-EFI-RTC, which is unknown: the kernel has the driver, "
				   "and no device for it");
		}
		return vms_unknown(r, "the kernel has the driver, and no device for it");
	case RTC_DRIVER_UNSEEN:
		break;
	}
	vms_remedy(r, VMS_GUEST_ADMIN,
		   "make the kernel's configuration readable (/boot/config-*, /proc/config.gz)");
	return vms_unknown(r, "no rtc-efi is bound, and it can't be seen whether the kernel has its driver");
}

static int judge_other(struct vms_result *r, const struct rtc_facts *f)
{
	if (f->set_from_logged)
		vms_evidence(r, "kernel log", "%s: setting system clock", f->set_from);
	else
		vms_evidence(r, "/sys/class/rtc", "hctosys is 1 for %s", f->set_from);
	vms_remedy(r, VMS_IMAGE,
		   "let the kernel set its clock from rtc-efi: CONFIG_RTC_HCTOSYS_DEVICE names a number, and "
		   "the "
		   "driver of the other clock came first");
	return vms_fail(r, "the system clock was set from %s, not from the UEFI RTC", f->set_from);
}

/* A firmware whose clock does not work fails alone: the guest owes it nothing. */
static int gettime_failed(struct vms_machine *m, bool *ret)
{
	struct vms_result seen = { 0 };
	int err = rtc_judge(m, &seen);

	*ret = !err && seen.status == VMS_FAIL;
	err = seen.err ? seen.err : err;
	vms_result_clear(&seen);
	return err == -ENOMEM ? err : 0;
}

static int check_os_rtc(struct vms_machine *m, struct vms_result *r)
{
	const struct rtc_facts *f = rtc_read(m);
	bool failed;

	if (!f || gettime_failed(m, &failed) < 0)
		return -ENOMEM;
	if (failed)
		return vms_skip_because(r, "VMSPEC-EFI-RTC", VMS_FAIL, "needs VMSPEC-EFI-RTC, which failed");
	if (!f->efi_path)
		return judge_unbound(r, f);
	if (f->boot_err == 0) {
		vms_evidence(r, "kernel log", "rtc-efi set the system clock");
		return vms_pass(r, "the system clock was set from the UEFI RTC");
	}
	if (f->hctosys && !f->set_from_logged) {
		vms_evidence(r, f->efi_path, "hctosys is 1");
		return vms_pass(r, "the system clock was set from the UEFI RTC");
	}
	if (f->set_from)
		return judge_other(r, f);
	if (f->no_hctosys) {
		vms_evidence(r, f->no_hctosys, "CONFIG_RTC_HCTOSYS is not set");
		vms_remedy(r, VMS_IMAGE, "build the kernel with CONFIG_RTC_HCTOSYS=y");
		return vms_unknown(
			r,
			"the kernel sets no clock by itself (CONFIG_RTC_HCTOSYS is not set), and whether a "
			"program did (hwclock --hctosys) can't be seen");
	}
	if (f->hctosys_err < 0 && f->hctosys_err != -ENOENT)
		return vms_blocked(r, f->efi_path, f->hctosys_err);
	return vms_unknown(r, "it can't be seen which clock the system time was set from");
}

static const struct vms_check checks[] = {
	{
		.id = "VMSPEC-OS-EFI-RTC",
		.title = "guest takes its time from the UEFI RTC",
		/* not VMSPEC-EFI-RTC: a kernel without the driver leaves that one unknown, and
		 * that is the answer here */
		.needs = { "VMSPEC-EFI-RUNTIME" },
		.kinds = VMS_KIND_MACHINE,
		.machine_fn = check_os_rtc,
		.reads = "/sys/class/rtc/*/hctosys; the kernel log's \"setting system clock\"; the kernel's "
			 "configuration, command line and modules",
		.passes = "rtc-efi is bound, and the system clock was set from it",
		.fails = "the system clock was set from another RTC; the kernel has no rtc-efi driver, or "
			 "has not loaded it",
		.mends = "the image",
	},
};

VMS_CHECKS(vms_checks_os_rtc, "Guest OS in the image", checks);
