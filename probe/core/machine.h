/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A machine: a root to read files through, a table for the few facts that are
 * no file, and a cache of what the readers found (each fact is read once).
 */
#ifndef VMS_MACHINE_H
#define VMS_MACHINE_H

#include <stdint.h>
#include <time.h>
#include "../../include/vmspec.h"
#include "sysroot.h"

/* One device of the kernel's device model. */
struct vms_device {
	char *sysname; /* "vda", "rtc0", "ttyAMA0" */
	char *syspath; /* "/sys/devices/pci0000:00/..."; resolved */
};

/* Two readings of CNTVCT a moment apart, and CNTFRQ. CLOCK_MONOTONIC_RAW was read
 * before and after each, so the time between them lies in [ns_min, ns_max]. */
struct vms_counter {
	uint64_t first, second;
	uint64_t hz;
	uint64_t ns_min, ns_max;
};

/*
 * What every CPU was seen to do within a moment (20 ms): its counter read in turn on each, and a
 * short sleep on each. Counts of CPUs but for `reads` and `backwards`.
 */
struct vms_cpu_samples {
	unsigned online, sampled;  /* sampled: this process may run there, and there was time */
	unsigned reads, backwards; /* readings of CNTVCT; those that were less than one before */
	unsigned slept, woken;	   /* woken: its arch_timer row in /proc/interrupts counted on */
};

/*
 * What is no file. The live table asks the kernel, the recorded one reads
 * .vmspec/, tests plant faults. All return 0 or -errno (could not look).
 */
struct vms_live {
	/* `uname -m`. */
	int (*machine)(struct vms_machine *m, char **ret);
	/* The kernel's own log since boot, a line a message, "[    0.000000] text"; in a
	 * record any form (kernel/kmsg_line.h), maybe of several boots. *ret_whole: as far
	 * as it is known no message is missing between its first and its last. */
	int (*kernel_log)(struct vms_machine *m, struct vms_buf *ret, bool *ret_whole);
	/* Devices of a class ("rtc", "block", "net") or bus ("virtio", "xen"), sorted by
	 * name. -ENOENT: no such class or bus. */
	int (*devices)(struct vms_machine *m, const char *subsystem, struct vms_device **ret, size_t *ret_n);
	/* The syspath of a terminal by its name: "ttyAMA0". */
	int (*tty)(struct vms_machine *m, const char *name, char **ret);
	/* Two readings of the virtual counter. -EOPNOTSUPP: not from here. */
	int (*counter)(struct vms_machine *m, struct vms_counter *ret);
	/* -EOPNOTSUPP: not from here. */
	int (*cpu_samples)(struct vms_machine *m, struct vms_cpu_samples *ret);
	/* Can the byte at `at` of a PCI bridge's header, which is 0, be changed? Only for a register that PCI
	 * Express gives no function: ones are written, and 0 again. -EACCES: not by this process. */
	int (*pci_writable)(struct vms_machine *m, const char *bdf, unsigned at, bool *ret);
	/* Bytes of a page of memory, as the kernel manages it. */
	int (*page_size)(struct vms_machine *m, unsigned *ret);
	/* Seconds since boot when the record was made / now. */
	int (*uptime)(struct vms_machine *m, double *ret);
	/* Seconds since the epoch, UTC, by the system clock. */
	int (*clock)(struct vms_machine *m, time_t *ret);
	/* Does NTP, PTP or the like keep the system clock right, by the kernel's own word
	 * (adjtimex(2) without STA_UNSYNC)? */
	int (*clock_kept)(struct vms_machine *m, bool *ret);
	/* The modules in the initial ramdisk as a record lists them
	 * (guest/initrd_record.h); NULL or -errno: no such list, look into it. */
	int (*ramdisk)(struct vms_machine *m, struct vms_buf *ret);
};

/* What adjtimex(2) said of the machine that was recorded: "synchronized" or
 * "unsynchronized" in its first line. */
#define VMS_RECORD_TIMEX "/.vmspec/timex"
/* A record has this file where the log of the machine had gaps. */
#define VMS_RECORD_KMSG_PARTIAL "/.vmspec/kmsg.partial"

extern const struct vms_live vms_live_kernel;
extern const struct vms_live vms_live_record;

/* One slot a reader; the reader owns type and destructor. */
enum vms_fact {
	VMS_FACT_KMSG,
	VMS_FACT_PLATFORM,
	VMS_FACT_EFI,
	VMS_FACT_EFIVARS,
	VMS_FACT_RTC,
	VMS_FACT_FDT,
	VMS_FACT_ACPI,
	VMS_FACT_GIC,
	VMS_FACT_TIMER,
	VMS_FACT_PSCI,
	VMS_FACT_CONSOLE,
	VMS_FACT_BUS,
	VMS_FACT_DEVICES,
	VMS_FACT_DRIVERS,
	VMS_FACT_CMDLINE,
	VMS_FACT_KERNEL, /* options of its configuration */
	VMS_FACT_SYMBOLS,
	VMS_FACT_IMAGE,
	VMS_FACT_VBSA_CPUS,
	VMS_FACT_VBSA_HW,
	VMS_FACT_VBSA_PCI,
	VMS_FACT_VBSA_SAMPLES,
	VMS_N_FACTS,
};

struct vms_machine {
	struct vms_root *root;
	const struct vms_live *live;
	enum vms_kind kind; /* VMS_KIND_GUEST or VMS_KIND_RECORD */
	char *name;	    /* of a record: its folder; NULL: the live machine */
	char *arch;	    /* `uname -m`; "" when not known */
	struct {
		void *data;
		void (*free)(void *data);
	} facts[VMS_N_FACTS];
};

/*
 * Facts of a reader: the cached ones, or `size` zeroed bytes filled by `read`
 * and cached. Readers state what they could not see inside their facts; only
 * -ENOMEM gives NULL.
 */
void *vms_machine_fact(struct vms_machine *m, enum vms_fact which, size_t size,
		       int (*read)(struct vms_machine *m, void *facts), void (*clear)(void *facts));

/* "aarch64", or "armv8l", "armv7l" ... */
bool vms_machine_is_arm(const struct vms_machine *m);
bool vms_machine_is_aarch32(const struct vms_machine *m);

void vms_devices_free(struct vms_device *devices, size_t n);

#endif
