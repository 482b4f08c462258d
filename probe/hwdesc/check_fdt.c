// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * VMSPEC-EFI-DTB and VMSPEC-FDT-COMPLETE, over the facts of fdt.h: the firmware
 * publishes a device tree, and it describes the whole machine.
 */
#include <errno.h>
#include "fdt.h"
#include "core/profile.h"
#include "core/run.h"
#include "hwdesc.h"
#include "kernel/kmsg.h"
#include "kernel/remedy.h"

#define FDT  "/sys/firmware/fdt"
#define BASE "/sys/firmware/devicetree/base"

#define BOOTING	       "Booting Linux on physical CPU "
#define MPIDR_AFFINITY 0xff00ffffffull
#define MPIDRS_MAX     512 /* each CPU is compared with so many */

static int no_tree_visible(const struct fdt_facts *f, struct vms_result *r)
{
	switch (f->err) {
	case -EBADMSG:
		vms_remedy(r, VMS_GUEST_ADMIN, "look at it with dtc -I dtb %s", FDT);
		return vms_unknown(r, "%s is no valid device tree: %s", FDT, f->why);
	case -EFBIG:
		return vms_unknown(r, "%s is bigger than 2 MiB, more than Linux takes", FDT);
	case -ENOENT:
		return vms_unknown(
			r, "Linux shows no %s (it leaves it away when its checksum changed while booting)",
			FDT);
	default:
		return vms_blocked(r, FDT, f->err);
	}
}

static int origin_unknown(const struct fdt_facts *f, struct vms_result *r)
{
	vms_remedy(r, VMS_GUEST_ADMIN,
		   f->kexec ? "boot once by the firmware, without kexec"
			    : "boot once without a device tree of your own");
	return vms_unknown(r, "who published the device tree cannot be told: %s", f->origin_why);
}

int hwdesc_check_efi_dtb(struct vms_machine *m, struct vms_result *r)
{
	const struct fdt_facts *f = fdt_read(m);

	if (!f)
		return -ENOMEM;
	if (f->err == -EBADMSG || f->err == -EFBIG || (f->err && f->base_err))
		return no_tree_visible(f, r);
	if (f->err)
		vms_evidence(r, BASE, "has /cpus: Linux was started with a tree that describes hardware");
	else if (f->by_base)
		vms_evidence(r, BASE, "%u nodes at the top, %s", f->tree.n_top,
			     f->tree.compatible ? f->tree.compatible : "no compatible");
	else if (f->origin == FDT_ORIGIN_STUB)
		vms_evidence(r, FDT, "%u bytes, %s", f->tree.size, f->origin_why);
	else
		vms_evidence(r, FDT, "%u bytes, %u nodes at the top, %s%s%s", f->tree.size, f->tree.n_top,
			     f->tree.compatible ? f->tree.compatible : "no compatible",
			     f->tree.uboot ? ", from U-Boot " : "", f->tree.uboot ? f->tree.uboot : "");
	switch (f->origin) {
	case FDT_ORIGIN_FIRMWARE:
		return vms_pass(r, "the firmware published a device tree");
	case FDT_ORIGIN_STUB:
		vms_remedy_for(m, r, REMEDY_FDT);
		return vms_fail(r, "the firmware published no device tree that describes hardware: %s",
				f->origin_why);
	default:
		return origin_unknown(f, r);
	}
}

/* ---- complete? ---- */

/* The CPU that booted, by the kernel's first words. False: not seen. */
static bool boot_cpu(struct vms_machine *m, uint64_t *ret_mpidr)
{
	_cleanup_free_ char *line = NULL;
	const char *at;

	if (vms_kmsg_find(m, BOOTING, &line) < 0)
		return false;
	at = strstr(line, BOOTING);
	*ret_mpidr = strtoull(at + strlen(BOOTING), NULL, 0) & MPIDR_AFFINITY;
	return true;
}

/* A method that Linux has no code for starts no CPU: arm64 knows these two. */
static bool method_known(struct vms_machine *m, const struct fdt_cpu *cpu)
{
	return vms_machine_is_aarch32(m) || streq(cpu->enable, "psci") ||
	       (streq(cpu->enable, "spin-table") && cpu->release);
}

static void judge_methods(struct vms_machine *m, const struct fdt_tree *t, struct hwdesc_list *l)
{
	for (size_t i = 0; i < t->n_cpus; i++) {
		const struct fdt_cpu *cpu = &t->cpus[i];

		if (!*cpu->enable || method_known(m, cpu))
			continue;
		hwdesc_add(l, "CPU 0x%llx is to be enabled by %s%s", (unsigned long long)cpu->mpidr,
			   cpu->enable,
			   streq(cpu->enable, "spin-table") ? ", without cpu-release-addr"
							    : ", which is no method");
		return;
	}
}

/* Linux takes no CPU without an MPIDR, and of two with the same the first. */
static void judge_mpidrs(const struct fdt_tree *t, struct hwdesc_list *l)
{
	for (size_t i = 0; i < t->n_cpus; i++) {
		if (!t->cpus[i].reg)
			return hwdesc_add(l, "a CPU has no reg, so no MPIDR");
		for (size_t k = 0; k < i && k < MPIDRS_MAX; k++)
			if (t->cpus[k].mpidr == t->cpus[i].mpidr)
				return hwdesc_add(l, "two CPUs have the MPIDR 0x%llx",
						  (unsigned long long)t->cpus[i].mpidr);
	}
}

/* One CPU may lack a method: the one that boots. */
static bool lacks_method(struct vms_machine *m, const struct fdt_tree *t, size_t without)
{
	uint64_t boot = 0;

	if (without > 1)
		return true;
	if (without == 0 || t->n_cpus < 2 || !boot_cpu(m, &boot))
		return false;
	for (size_t i = 0; i < t->n_cpus; i++)
		if (!*t->cpus[i].enable && t->cpus[i].mpidr == boot)
			return false;
	return true;
}

static void judge_cpus(struct vms_machine *m, const struct fdt_tree *t, struct hwdesc_list *l)
{
	size_t without = 0, by_psci = 0;

	if (!t->n_cpus)
		return hwdesc_add(l, "no CPU");
	for (size_t i = 0; i < t->n_cpus; i++) {
		without += t->cpus[i].enable[0] == '\0';
		by_psci += streq(t->cpus[i].enable, "psci");
	}
	if (by_psci && !t->psci.node.there)
		return hwdesc_add(l, "CPUs are to be enabled by PSCI, and there is no PSCI node");
	if (t->psci.node.there && !streq(t->psci.method, "hvc") && !streq(t->psci.method, "smc"))
		hwdesc_add(l, "the PSCI node names no method to call it by");
	if (by_psci && t->psci.version == 0x1 && !t->psci.cpu_on)
		hwdesc_add(l, "the node of PSCI 0.1 names no function that starts a CPU (cpu_on)");
	judge_methods(m, t, l);
	judge_mpidrs(t, l);
	if (t->psci.node.there) {
		/* The one that boots needs no method, and 32-bit Linux takes PSCI for all. */
		if (lacks_method(m, t, without) && !vms_machine_is_aarch32(m))
			hwdesc_add(l, "%zu of %zu CPUs have no enable-method", without, t->n_cpus);
	} else if (without == t->n_cpus || lacks_method(m, t, without)) {
		hwdesc_add(l, "neither PSCI nor another enable-method for %zu of %zu CPUs", without,
			   t->n_cpus);
	}
}

static void judge_console(const struct fdt_tree *t, bool virtio_will_do, struct hwdesc_list *l)
{
	if (t->console.there) {
		if (t->console_is_uart && !t->console_reg)
			hwdesc_add(l, "the UART %s has no address", t->console.path);
		return;
	}
	if (t->hypervisor.there || (virtio_will_do && (t->n_virtio_mmio || t->n_pci)))
		return;
	hwdesc_add(l,
		   t->console_chosen ? "no console (stdout-path leads to none that is there)" : "no console");
}

static void judge_refs(const struct fdt_tree *t, struct hwdesc_list *l)
{
	for (size_t i = 0; i < t->n_dangling && i < FDT_MAX_DANGLING; i++) {
		const struct fdt_dangling *d = &t->dangling[i];

		if (d->phandle)
			hwdesc_add(l, "%s refers to 0x%x, which is no node", d->where, d->phandle);
		else
			hwdesc_add(l, "%s leads nowhere or is cut short", d->where);
	}
	if (t->n_dangling > FDT_MAX_DANGLING)
		hwdesc_add(l, "and %u more such references", t->n_dangling - FDT_MAX_DANGLING);
}

static void judge_tree(struct vms_machine *m, const struct fdt_tree *t, bool virtio_will_do,
		       struct hwdesc_list *l)
{
	judge_cpus(m, t, l);
	if (!t->gic.there)
		hwdesc_add(l, "no GIC");
	else if (!t->gic_controls)
		hwdesc_add(l, "the GIC's node is no interrupt-controller");
	else if (!t->gic_regions && t->gic_version < 5) /* a GICv5 has them in its parts */
		hwdesc_add(l, "the GIC has no addresses");
	else if (t->gic_regions < t->gic_wanted && t->gic_version < 5)
		hwdesc_add(l, "the GIC has no address of its %s",
			   t->gic_version == 3 ? "redistributors" : "CPU interface");
	if (!t->timer.node.there)
		hwdesc_add(l, "no generic timer");
	else if (!t->timer.wired)
		hwdesc_add(l, "the timer has no interrupts");
	else if (t->timer.orphaned)
		hwdesc_add(l, "the timer's interrupts have no interrupt-parent");
	else if (t->timer.decoded && !t->timer.virt)
		hwdesc_add(l, "the timer names no virtual interrupt");
	judge_console(t, virtio_will_do, l);
	if (!t->n_pci && !t->n_virtio_mmio && !t->n_simple_bus && !t->hypervisor.there)
		hwdesc_add(l, "no bus that has an address");
	judge_refs(t, l);
}

static void tell_tree(const struct fdt_facts *f, struct vms_result *r)
{
	const struct fdt_tree *t = &f->tree;

	if (t->n_cpus)
		vms_evidence(r, f->source, "%zu CPU%s, enable-method %s", t->n_cpus,
			     t->n_cpus == 1 ? "" : "s",
			     t->cpus[0].enable[0] ? t->cpus[0].enable : "not named");
	if (t->gic.there)
		vms_evidence(r, f->source, "GICv%u at %s (%s)", t->gic_version, t->gic.path,
			     t->gic.compatible);
	if (t->timer.node.there)
		vms_evidence(r, f->source, "timer %s, INTID %u virtual, %u physical",
			     t->timer.node.compatible, t->timer.virt, t->timer.phys);
	if (t->psci.node.there)
		vms_evidence(r, f->source, "PSCI %s by %s", t->psci.node.compatible,
			     t->psci.method[0] ? t->psci.method : "no method");
	if (t->console.there)
		vms_evidence(r, f->source, "console %s (%s)", t->console.path, t->console.compatible);
	if (t->hypervisor.there)
		vms_evidence(r, f->source, "Xen's %s (%s)", t->hypervisor.path, t->hypervisor.compatible);
	vms_evidence(r, f->source, "buses: %u PCI, %u virtio,mmio, %u simple-bus", t->n_pci, t->n_virtio_mmio,
		     t->n_simple_bus);
}

static const char *console_and_bus(const struct fdt_tree *t)
{
	if (t->console.there)
		return "console and buses";
	return t->hypervisor.there ? "Xen's console and bus" : "a virtio console's bus";
}

/* A version that takes a virtio console for one is served by that console's bus. */
static bool takes_virtio_console(const struct vms_run_options *opt)
{
	return opt->profile && vms_profile_level(opt->profile, "VMSPEC-CONSOLE", NULL) != VMS_LEVEL_NONE;
}

int hwdesc_check_fdt_complete(struct vms_machine *m, const struct vms_run_options *opt, struct vms_result *r)
{
	const struct fdt_facts *f = fdt_read(m);
	struct hwdesc_list wrong = { .len = 0 };

	if (!f)
		return -ENOMEM;
	if (f->err)
		return no_tree_visible(f, r);
	tell_tree(f, r);
	judge_tree(m, &f->tree, takes_virtio_console(opt), &wrong);
	if (!wrong.n)
		return vms_pass(r,
				"the device tree describes CPUs, GIC, timer, %s, and its references resolve",
				console_and_bus(&f->tree));
	vms_remedy(r, VMS_HYPERVISOR, "describe what is missing in the device tree");
	return vms_fail(r, "the device tree is not complete: %s", wrong.text);
}
