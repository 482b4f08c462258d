/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which platform is this: whose virtual machine, or none? Asked for the subject's
 * name, for what advice fits (remedy.h), and before a register of a virtual device is
 * tried (vbsa/pci.h). No check may pass or fail by it.
 */
#ifndef VMS_PLATFORM_H
#define VMS_PLATFORM_H

#include "core/machine.h"

enum platform {
	PLATFORM_UNKNOWN,    /* nothing tells, not even whether it is a VM */
	PLATFORM_BARE_METAL, /* no virtual machine */
	PLATFORM_VM,  /* a virtual machine; whose does not show, or is nobody's with advice of its own */
	PLATFORM_KVM, /* KVM; by which program does not show */
	PLATFORM_QEMU,
	PLATFORM_CLOUD_HYPERVISOR,
	PLATFORM_FIRECRACKER,
	PLATFORM_LIBKRUN,
	PLATFORM_CROSVM,
	PLATFORM_APPLE, /* Apple's Virtualization framework */
	PLATFORM_PARALLELS,
	PLATFORM_VMWARE,
	PLATFORM_VIRTUALBOX,
	PLATFORM_BHYVE,
	PLATFORM_GUNYAH,
	PLATFORM_MICROSOFT, /* Hyper-V, Azure */
	PLATFORM_AMAZON,
	PLATFORM_GOOGLE,
	PLATFORM_ORACLE_CLOUD,
	PLATFORM_XEN,	      /* a guest of Xen */
	PLATFORM_XEN_CONTROL, /* Xen's control domain: it has the hardware, and makes the guests */
	PLATFORM_N,
};

struct platform_facts {
	enum platform platform;
	/* What people call it: "qemu", "amazon", "none (bare metal)"; NULL: unknown. The
	 * names are those of systemd-detect-virt(1) where it has one. */
	const char *name;
	/* What told, for evidence: "/sys/class/dmi/id", and what stood there. `sign` is
	 * NULL where it is unknown. */
	const char *source;
	char *sign;
};

/* The facts of `m`, read once. NULL: -ENOMEM. */
const struct platform_facts *platform_read(struct vms_machine *m);

/* The platform alone; PLATFORM_UNKNOWN also when out of memory. */
enum platform platform_of(struct vms_machine *m);

/* For platform.c alone: by SMBIOS (platform_dmi.c) and by the device tree
 * (platform_fdt.c). 0: `f` is filled; -ENOENT: they do not tell; -ENOMEM. */
int platform_by_dmi(struct vms_machine *m, struct platform_facts *f);
int platform_by_fdt_hypervisor(struct vms_machine *m, struct platform_facts *f);
int platform_by_fdt_nodes(struct vms_machine *m, struct platform_facts *f);
int platform_by_fdt_uart(struct vms_machine *m, struct platform_facts *f);

/* SMBIOS gives the system a vendor that has a meaning. */
bool platform_dmi_has_vendor(struct vms_machine *m);

/* The root's "compatible" of the device tree, joined by spaces; NULL: none can be seen. */
char *platform_fdt_compatible(struct vms_machine *m);

/* Fill `f`; -ENOMEM. */
int platform_found(struct platform_facts *f, enum platform p, const char *source, const char *sign);

#endif
