/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Advice in the words of the platform at hand: one table of topics and platforms, so
 * that no check speaks of QEMU's options to somebody on Hyper-V. What reads the same
 * everywhere needs no topic: vms_remedy() (core/result.h).
 */
#ifndef VMS_REMEDY_H
#define VMS_REMEDY_H

#include "core/result.h"
#include "platform.h"

enum remedy_topic {
	REMEDY_UEFI,	      /* the VM is not booted by UEFI firmware */
	REMEDY_EL1,	      /* its CPUs are not started at EL1 */
	REMEDY_FDT,	      /* the firmware publishes no device tree */
	REMEDY_ACPI,	      /* ... no ACPI tables */
	REMEDY_SETVARIABLE,   /* variables can't be written at run time */
	REMEDY_VARSTORE_KEPT, /* a variable is lost with a reboot, or with the VM's process */
	REMEDY_GIC,	      /* the GIC is too old, or none is described */
	REMEDY_GIC_CPUS,      /* more CPUs than a GICv2 serves */
	REMEDY_CONSOLE,	      /* no PL011, virtio or Xen PV console */
	REMEDY_UART,	      /* no SBSA UART or PL011 */
	REMEDY_HOTPLUG,	      /* no bus takes devices while the guest runs */
	REMEDY_TIMER,	      /* no virtual timer, or none is described */
	REMEDY_COUNTER,	      /* its counter stands, runs off its rate, or is no clocksource */
	REMEDY_PSCI,	      /* no PSCI 0.2 or later */
	REMEDY_PSCI_CPU_ON,   /* a CPU that PSCI did not start */
	REMEDY_RESET,	      /* the guest's reboot does not start it anew */
	REMEDY_POWEROFF,      /* the guest's power-off does not end it */
	REMEDY_N,
};

/* What to do about `topic` on `p`, and who can; constant strings. */
const char *remedy_words(enum platform p, enum remedy_topic topic, enum vms_owner *ret_owner);

/* State that in a result over the machine `m`. */
void vms_remedy_for(struct vms_machine *m, struct vms_result *r, enum remedy_topic topic);

/* After a check of `m`: where there is no VM, no hypervisor owes anything. */
void remedy_settle(struct vms_machine *m, struct vms_result *r);

#endif
