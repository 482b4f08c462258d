/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Does the guest take its time from the UEFI RTC? Chapter VM Images: the guest
 * OS relies on the UEFI RTC API. /sys/class/rtc/rtcN/hctosys, the kernel log.
 */
#include <errno.h>

#include "chapter.h"
#include "firmware/rtc.h"

static int check_os_rtc(struct vms_machine *m, struct vms_result *r)
{
	const struct rtc_facts *f = rtc_read(m);

	if (!f)
		return -ENOMEM;
	if (!f->efi_path)
		return vms_unknown(r, "no rtc-efi is bound");
	if (f->boot_err == 0) {
		vms_evidence(r, "kernel log", "rtc-efi set the system clock");
		return vms_pass(r, "the system clock was set from the UEFI RTC");
	}
	if (f->hctosys) {
		vms_evidence(r, f->efi_path, "hctosys is 1");
		return vms_pass(r, "the system clock was set from the UEFI RTC");
	}
	if (f->set_from) {
		vms_evidence(r, "kernel", "the system clock was set from %s", f->set_from);
		vms_remedy(r, VMS_IMAGE, "let the kernel set its clock from rtc-efi (CONFIG_RTC_HCTOSYS_DEVICE, probe order)");
		return vms_fail(r, "the system clock was set from %s, not from the UEFI RTC", f->set_from);
	}
	if (f->hctosys_err < 0 && f->hctosys_err != -ENOENT)
		return vms_blocked(r, f->efi_path, f->hctosys_err);
	return vms_unknown(r, "it can't be seen which clock the system time was set from");
}

static const struct vms_check checks[] = {
	{
		.id = "VMSPEC-OS-EFI-RTC",
		.title = "guest takes its time from the UEFI RTC",
		.needs = { "VMSPEC-EFI-RTC" },
		.kinds = VMS_KIND_MACHINE,
		.machine_fn = check_os_rtc,
		.reads = "/sys/class/rtc/*/hctosys; the kernel log's \"setting system clock\"",
		.passes = "rtc-efi is bound, and the system clock was set from it",
		.fails = "the system clock was set from another RTC",
		.mends = "the image",
	},
};

VMS_CHECKS(vms_checks_os_rtc, "Guest OS in the image", checks);
