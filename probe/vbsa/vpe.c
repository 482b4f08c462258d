/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * VBSA group vPE (V_L1PE_01, V_L1PE_02, V_L2PE_01): the virtual processing elements. What a rule asks of
 * every PE is asked of every CPU that the kernel shows. Arm Base System Architecture, B_PE_*.
 */
#include <errno.h>

#include "chapter.h"
#include "cpu.h"
#include "hw.h"
#include "hwdesc/acpi.h"
#include "kernel/cmdline.h"
#include "kernel/kmsg.h"
#include "kernel/options.h"
#include "platform/gic.h"

#define CPUINFO "/proc/cpuinfo"

static int no_cpus(const struct vbsa_cpus *c, struct vms_result *r)
{
	if (c->err == -EBADMSG)
		return vms_unknown(r, CPUINFO " names no CPU");
	return vms_blocked(r, CPUINFO, c->err);
}

/* Every CPU has all of `features` (ended by NULL). */
static int all_have(struct vms_machine *m, struct vms_result *r, const char *const *features,
		    const char *what)
{
	const struct vbsa_cpus *c = vbsa_cpus_read(m);

	if (!c)
		return -ENOMEM;
	if (c->err < 0)
		return no_cpus(c, r);
	for (size_t i = 0; i < c->n; i++) {
		for (const char *const *f = features; *f; f++) {
			int has = vbsa_cpu_has(&c->cpu[i], *f);

			if (has < 0)
				return vms_unknown(r, CPUINFO " does not tell the features of CPU %u",
						   c->cpu[i].number);
			if (has)
				continue;
			vms_evidence(r, CPUINFO, "CPU %u:%.160s", c->cpu[i].number, c->cpu[i].features);
			vms_remedy(r, VMS_HYPERVISOR, "give the VM a CPU model with %s", what);
			return vms_fail(r, "CPU %u lacks %s", c->cpu[i].number, *f);
		}
	}
	for (const char *const *f = features; *f; f++)
		vms_evidence(r, CPUINFO, "%s: all of %zu CPUs", *f, c->n);
	return vms_pass(r, "%zu CPUs have %s", c->n, what);
}

/* B_PE_01. The kernel compares the ID registers of each CPU with the first one's when it comes up. */
static int check_alike(struct vms_machine *m, struct vms_result *r)
{
	const struct vbsa_cpus *c = vbsa_cpus_read(m);
	_cleanup_free_ char *line = NULL;
	bool differ = false;
	int log;

	if (!c)
		return -ENOMEM;
	log = vms_kmsg_find(m, "SANITY CHECK: Unexpected variation in", &line);
	if (log == -ENOMEM)
		return log;
	if (log == 0) {
		vms_evidence(r, "kernel log", "%s", line);
		vms_remedy(r, VMS_HYPERVISOR, "give all CPUs of the VM the same model");
		return vms_fail(r, "the CPUs' ID registers differ in what the kernel takes to be the same");
	}
	if (c->err < 0)
		return no_cpus(c, r);
	for (size_t i = 0; i < c->n; i++) {
		if (i && c->cpu[i].midr == c->cpu[i - 1].midr)
			continue;
		differ |= i > 0;
		if (c->cpu[i].midr)
			vms_evidence(r, CPUINFO, "from CPU %u on: MIDR_EL1 0x%08x", c->cpu[i].number,
				     c->cpu[i].midr);
	}
	if (!differ && c->cpu[0].midr)
		return vms_pass(r, "%zu CPUs of one model", c->n);
	if (log == -ENOENT)
		return vms_pass(r, "%zu CPUs, and the kernel found no register that differs", c->n);
	return vms_unknown(
		r, differ ? "the CPUs are of several models, and the kernel's log, which would tell of "
			    "differences, is not whole"
			  : "neither the CPUs' models nor the whole kernel log are shown");
}

static int check_count(struct vms_machine *m, struct vms_result *r)
{
	return gic_judge_cpus(m, r);
}

static int check_simd(struct vms_machine *m, struct vms_result *r)
{
	static const char *const features[] = { "fp", "asimd", NULL };

	return all_have(m, r, features, "floating point and Advanced SIMD");
}

static int check_granule(struct vms_machine *m, struct vms_result *r)
{
	unsigned size = 0;
	int err = m->live->page_size ? m->live->page_size(m, &size) : -EOPNOTSUPP;
	const struct kernel_options *k = kernel_options(m);

	if (!k)
		return -ENOMEM;
	if (!err) {
		vms_evidence(r, "page size", "%u", size);
		if (size == 4096)
			return vms_pass(r, "the kernel runs with 4 KiB pages");
		return vms_unknown(
			r,
			"the kernel runs with pages of %u KiB, and does not show whether the CPUs have others",
			size / 1024);
	}
	if (kernel_option(k, OPTION_ARM64_4K_PAGES) == KCONFIG_BUILT_IN) {
		vms_evidence(r, "kernel configuration", "CONFIG_ARM64_4K_PAGES=y");
		return vms_pass(r, "the kernel is built for 4 KiB pages, and runs");
	}
	return vms_unknown(r, "the size of a page is not recorded");
}

static int check_crypto(struct vms_machine *m, struct vms_result *r)
{
	static const char *const features[] = { "aes", "pmull", "sha1", "sha2", NULL };

	return all_have(m, r, features,
			"AES, SHA-1 and SHA-256 instructions (unless export rules forbid them)");
}

static int check_endian(struct vms_machine *m, struct vms_result *r)
{
	vms_evidence(r, "uname", "%s", m->arch);
	if (streq(m->arch, "aarch64"))
		return vms_pass(r, "the kernel runs little endian");
	return vms_unknown(r, "the kernel runs big endian; whether the CPUs can do otherwise is not shown");
}

static int check_levels(struct vms_machine *m, struct vms_result *r)
{
	vms_evidence(r, "uname", "%s", m->arch);
	return vms_pass(r, "kernel and programs run in AArch64");
}

static int check_pmu_interrupt(struct vms_machine *m, struct vms_result *r)
{
	const struct vbsa_hw *hw = vbsa_hw_read(m);

	if (!hw)
		return -ENOMEM;
	if (!hw->by)
		return vms_blocked(r, "the hardware description", hw->err);
	vms_evidence(r, hw->by, "%u of %u CPUs have a PMU interrupt%s", hw->n_pmu, hw->n_cpus,
		     hw->n_pmu ? "" : ": none is named");
	if (hw->n_pmu && hw->n_pmu == hw->n_cpus)
		return vms_pass(r, "every CPU has one (INTID %u)", hw->pmu_intid);
	if (hw->madt_err)
		return vms_blocked(r, "/sys/firmware/acpi/tables/APIC", hw->madt_err);
	vms_remedy(r, VMS_HYPERVISOR, "give the VM a PMU, and describe its interrupt for every CPU");
	return vms_fail(r,
			hw->n_pmu ? "%s describes a PMU interrupt for some CPUs only"
				  : "%s describes no PMU interrupt",
			hw->by);
}

static int check_crc32(struct vms_machine *m, struct vms_result *r)
{
	static const char *const features[] = { "crc32", NULL };

	return all_have(m, r, features, "CRC32 instructions");
}

/* What the kernel is told to see instead of the CPU's own ID registers. */
static bool sve_is_hidden(const struct cmdline *c)
{
	return cmdline_last(c, "arm64.nosve") || cmdline_last(c, "id_aa64pfr0.sve");
}

/* B_PE_14: a kernel without SVE, or told to leave it, does not show it. */
static int check_sve2(struct vms_machine *m, struct vms_result *r)
{
	static const char *const features[] = { "sve2", NULL };
	const struct vbsa_cpus *c = vbsa_cpus_read(m);
	const struct kernel_options *k = kernel_options(m);
	const struct cmdline *cmdline = cmdline_read(m);
	unsigned arch = 8;

	if (!c || !k || !cmdline)
		return -ENOMEM;
	if (c->err < 0)
		return no_cpus(c, r);
	for (size_t i = 0; i < c->n && arch; i++) {
		unsigned of = vbsa_cpu_architecture(c->cpu[i].midr);

		if (vbsa_cpu_has(&c->cpu[i], "sve2") == 1)
			return all_have(m, r, features, "SVE2");
		arch = !of ? 0 : MAX(arch, of);
	}
	vms_evidence(r, CPUINFO, "MIDR_EL1 0x%08x", c->cpu[0].midr);
	if (arch == 8)
		return vms_skip(r, "the CPUs are Armv8 parts");
	if (!arch)
		return vms_unknown(
			r, "they show no SVE2, and whether the part is an Armv9 one is not known here");
	if (kernel_option(k, OPTION_ARM64_SVE) != KCONFIG_BUILT_IN)
		return vms_unknown(
			r,
			"an Armv9 part without SVE2, which a kernel without CONFIG_ARM64_SVE does not show");
	if (cmdline->err < 0 || sve_is_hidden(cmdline))
		return vms_unknown(r, "an Armv9 part without SVE2, which the kernel's command line may hide");
	vms_remedy(r, VMS_HYPERVISOR, "give the VM a CPU model with SVE2");
	return vms_fail(r, "the CPUs are Armv9 parts without SVE2");
}

#define EVENT_SOURCES "/sys/bus/event_source/devices"

/* The CPU PMU of the kernel: armv8_pmuv3_0 by ACPI, armv8_cortex_a57 and so on by device tree. */
static int find_pmu(struct vms_machine *m, char **ret)
{
	char *const *names = NULL;
	int err = vms_root_names(m->root, EVENT_SOURCES, &names);

	if (err < 0)
		return err;
	for (char *const *n = names; *n; n++) {
		if (!startswith(*n, "armv8_") && !startswith(*n, "armv9_"))
			continue;
		*ret = strdup(*n);
		return *ret ? 0 : -ENOMEM;
	}
	return -ENOENT;
}

static int check_pmuv3(struct vms_machine *m, struct vms_result *r)
{
	const struct vbsa_hw *hw = vbsa_hw_read(m);
	_cleanup_free_ char *pmu = NULL, *path = NULL, *line = NULL;
	int err = find_pmu(m, &pmu), event;

	if (!hw || err == -ENOMEM)
		return -ENOMEM;
	if (err < 0 && vms_kmsg_find(m, "hw perfevents: enabled with armv8", &line) == 0) {
		vms_evidence(r, "kernel log", "%s", line);
		return vms_pass(r, "the kernel drives a PMUv3");
	}
	if (!err) {
		path = vms_asprintf(EVENT_SOURCES "/%s/events/cpu_cycles", pmu);
		if (!path)
			return -ENOMEM;
		event = vms_root_probe(m->root, path);
		vms_evidence(r, EVENT_SOURCES, "%s", pmu);
		if (event == 0)
			return vms_pass(r, "%s counts cycles", pmu);
		return event == -ENOENT ? vms_unknown(r, "%s names no event for cycles", pmu)
					: vms_blocked(r, path, event);
	}
	if (hw->by && !hw->n_pmu && !hw->madt_err) {
		vms_evidence(r, hw->by, "no PMU interrupt");
		vms_remedy(r, VMS_HYPERVISOR, "give the VM a PMU");
		return vms_fail(r, "no PMU is described, and the kernel drives none");
	}
	if (err == -ENOENT)
		return vms_unknown(r, "the kernel drives no PMU, whether for want of one or of a driver");
	return vms_blocked(r, EVENT_SOURCES, err);
}

/* "enabled with armv8_pmuv3_0 PMU driver, 7 counters available": the cycle counter is one of them. From 6.10
 * on "7 (0,8000003f) counters available". */
static int check_counters(struct vms_machine *m, struct vms_result *r)
{
	_cleanup_free_ char *line = NULL;
	const char *at;
	unsigned n = 0;
	int err = vms_kmsg_find(m, "hw perfevents: enabled with armv8", &line);

	if (err == -ENOMEM)
		return err;
	if (err < 0)
		return vms_unknown(r,
				   "how many counters there are stands in the kernel's log alone, which %s",
				   err == -ENOENT ? "does not say it" : "is not whole");
	vms_evidence(r, "kernel log", "%s", line);
	at = strstr(line, "driver, ");
	if (!at || sscanf(at, "driver, %9u", &n) != 1 || !n)
		return vms_unknown(
			r, "the kernel's log tells the number of counters in words that are not known here");
	if (n - 1 >= 2)
		return vms_pass(r, "%u event counters besides the cycle counter", n - 1);
	vms_remedy(r, VMS_HYPERVISOR, "give the virtual PMU two event counters or more");
	return vms_fail(r, "%u event counters besides the cycle counter", n - 1);
}

#define BY_CPUINFO(id_, title_, fn, what)                                                                    \
	{                                                                                                    \
		.id = id_, .title = title_, .kinds = VMS_KIND_MACHINE, .machine_fn = fn, .reads = CPUINFO,   \
		.passes = "every CPU shows " what, .fails = "one does not", .mends = "the hypervisor",       \
	}

static const struct vms_check checks[] = {
	{
		.id = "VBSA-B_PE_01",
		.title = "all CPUs of the same architecture",
		.kinds = VMS_KIND_MACHINE,
		.machine_fn = check_alike,
		.reads = CPUINFO "; the kernel's log (\"SANITY CHECK\")",
		.passes = "the CPUs are of one model, or the kernel found no ID register that differs",
		.fails = "it found one",
		.mends = "the hypervisor",
	},
	{
		.id = "VBSA-B_PE_02",
		.title = "no more CPUs than the GIC serves",
		.kinds = VMS_KIND_MACHINE,
		.machine_fn = check_count,
		.reads = "as VMSPEC-GIC-CPUS",
		.passes = "8 CPUs or fewer, or a GICv3",
		.fails = "more than 8 CPUs run on a GICv2",
		.mends = "the hypervisor",
	},
	BY_CPUINFO("VBSA-B_PE_03", "floating point and Advanced SIMD", check_simd, "fp and asimd"),
	{
		.id = "VBSA-B_PE_04",
		.title = "4 KiB translation granule",
		.kinds = VMS_KIND_MACHINE,
		.machine_fn = check_granule,
		.reads = "the size of a page; the kernel's configuration",
		.passes = "the kernel runs with 4 KiB pages",
		.fails = "never: with other pages it is left open",
		.mends = "the hypervisor",
	},
	BY_CPUINFO("VBSA-B_PE_06", "AES, SHA-1 and SHA-256 instructions", check_crypto,
		   "aes, pmull, sha1 and sha2"),
	{
		.id = "VBSA-B_PE_07",
		.title = "little endian",
		.kinds = VMS_KIND_MACHINE,
		.machine_fn = check_endian,
		.reads = "uname",
		.passes = "the kernel runs little endian",
		.fails = "never: for a big-endian kernel it is left open",
		.mends = "the hypervisor",
	},
	{
		.id = "VBSA-B_PE_08",
		.title = "AArch64 at EL1 and EL0",
		.kinds = VMS_KIND_MACHINE,
		.machine_fn = check_levels,
		.reads = "uname",
		.passes =
			"this program runs, in AArch64, on a kernel that does; an AArch32 guest is no subject of this profile",
		.fails = "never",
		.mends = "the hypervisor",
	},
	{
		.id = "VBSA-B_PE_10",
		.title = "a PMU overflow interrupt for every CPU",
		.kinds = VMS_KIND_MACHINE,
		.machine_fn = check_pmu_interrupt,
		.reads = "MADT (performance interrupt of each GICC), or the pmu node of the device tree",
		.passes = "it is described for every CPU",
		.fails = "it is not",
		.mends = "the hypervisor",
	},
	BY_CPUINFO("VBSA-B_PE_13", "CRC32 instructions", check_crc32, "crc32"),
	{
		.id = "VBSA-B_PE_14",
		.title = "SVE2 on Armv9 CPUs",
		.kinds = VMS_KIND_MACHINE,
		.machine_fn = check_sve2,
		.reads = CPUINFO "; the kernel's configuration and command line",
		.passes = "every CPU shows sve2",
		.fails = "an Armv9 part does not, and the kernel would show it",
		.mends = "the hypervisor",
	},
	{
		.id = "VBSA-V_L1PE_02",
		.title = "PMUv3 with its cycle counter",
		.needs = { "VBSA-B_PE_10" },
		.kinds = VMS_KIND_MACHINE,
		.machine_fn = check_pmuv3,
		.reads = EVENT_SOURCES "; the kernel's log",
		.passes = "the kernel drives it, and it counts cycles",
		.fails = "none is described, and none is driven",
		.mends = "the hypervisor",
	},
	{
		.id = "VBSA-V_L2PE_01",
		.title = "two event counters at least",
		.needs = { "VBSA-V_L1PE_02" },
		.kinds = VMS_KIND_MACHINE,
		.machine_fn = check_counters,
		.reads = "the kernel's log (\"hw perfevents\")",
		.passes = "two or more besides the cycle counter",
		.fails = "fewer",
		.mends = "the hypervisor",
	},
};

VMS_CHECKS(vms_checks_vbsa_vpe, "Virtual PE", checks);
