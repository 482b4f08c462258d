/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Real time clocks: the UEFI one (rtc-efi, which calls GetTime), and which of
 * them the system clock was set from. /sys/class/rtc, the kernel log.
 */
#ifndef VMS_RTC_H
#define VMS_RTC_H

#include "core/machine.h"

enum rtc_driver {
	RTC_DRIVER_UNSEEN, /* could not be seen whether the kernel has rtc-efi */
	RTC_DRIVER_THERE,  /* built in or loaded */
	RTC_DRIVER_MODULE, /* a module, not loaded */
	RTC_DRIVER_NOT_BUILT,
	RTC_DRIVER_KEPT, /* built in, and the command line keeps it from starting */
};

struct rtc_facts {
	int err;	/* listing /sys/class/rtc: 0, -ENOENT, could not look */
	char *efi_path; /* class folder of the UEFI RTC, NULL: none bound */
	char *efi_name; /* "rtc0" */
	/* its time now, seconds since the epoch, UTC */
	int now_err;
	int64_t now;
	/* "setting system clock to ... (N)" by rtc-efi: N, and the log's time stamp
	 * (-1: the log has none) */
	int boot_err;
	int64_t boot;
	double boot_uptime;
	/* time since boot at which `now` was read; -errno in uptime_err */
	int uptime_err;
	double uptime;
	bool uptime_at_least; /* of a record without it: when the last message was logged */
	/* the system clock at that time, and whether NTP or the like keeps it right */
	int clock_err;
	int64_t clock;
	int kept_err;
	bool kept;
	/* hctosys: the clock was set from it */
	int hctosys_err;
	bool hctosys;
	char *set_from;	      /* name of another RTC that the clock was set from; NULL: none seen */
	bool set_from_logged; /* the log says so; else its attribute hctosys */
	/* platform device rtc-efi.*: 0 there, -ENOENT absent, could not look */
	int platform_err;
	enum rtc_driver driver;
	char *driver_sign; /* what shows it; owned, NULL: none */
	/* CONFIG_RTC_HCTOSYS is not set, says this file; NULL: it is, or not seen. Owned. */
	char *no_hctosys;
	/* A kernel before 6.3 makes the device only where all four services for the time
	 * are promised. False also where its version is not known. */
	bool wants_wakeup;
	/* the RT properties table, in the line of EFI tables: 0 there, -ENOENT, could not look */
	int rtprop_err;
	char *rtprop; /* "RTPROP=0x7e575a98"; owned */
};

/* rtc_driver.c: the fields from `driver` on. -ENOMEM. */
int rtc_read_kernel(struct vms_machine *m, struct rtc_facts *f);

/* The facts of `m`, read once. NULL: -ENOMEM. */
const struct rtc_facts *rtc_read(struct vms_machine *m);

/* Does UEFI GetTime work? As a check's function (core/check.h). */
struct vms_result;
int rtc_judge(struct vms_machine *m, struct vms_result *r);

#endif
