/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * VBSA group vSMMU (V_L1SM_01, V_L1SM_02): SMMUs, where there are some. What they are stands in IORT or the device tree;
 * what they can, in the words of Linux' driver ("arm-smmu-v3 ...: ias 44-bit, oas 44-bit").
 */
#include <errno.h>

#include "chapter.h"
#include "hw.h"
#include "kernel/kmsg.h"

/* 0: the check goes on, with SMMUs; 1: a result is stated. */
static int present(struct vms_machine *m, struct vms_result *r, const struct vbsa_hw **ret)
{
	const struct vbsa_hw *hw = vbsa_hw_read(m);

	if (!hw)
		return -ENOMEM;
	*ret = hw;
	if (!hw->by || (hw->smmu_err && hw->smmu_err != -ENOENT)) {
		vms_blocked(r, "the hardware description", hw->by ? hw->smmu_err : hw->err);
		return 1;
	}
	if (!hw->n_smmu_v2 && !hw->n_smmu_v3) {
		vms_skip(r, "no SMMU is described");
		return 1;
	}
	vms_evidence(r, streq(hw->by, "FDT") ? "/sys/firmware/fdt" : "/sys/firmware/acpi/tables/IORT", "%u SMMUv3, %u older",
		     hw->n_smmu_v3, hw->n_smmu_v2);
	return 0;
}

/* What the driver said first; 0, or could not look. */
static int driver_line(struct vms_machine *m, struct vms_result *r, const char *words, char **ret)
{
	int err = vms_kmsg_find(m, words, ret);

	if (err == 0)
		vms_evidence(r, "kernel log", "%s", *ret);
	return err;
}

static int check_alike(struct vms_machine *m, struct vms_result *r)
{
	const struct vbsa_hw *hw = NULL;
	int stated = present(m, r, &hw);

	if (stated)
		return stated < 0 ? stated : 0;
	if (hw->n_smmu_v2 && hw->n_smmu_v3) {
		vms_remedy(r, VMS_HYPERVISOR, "give the VM SMMUs of one revision");
		return vms_fail(r, "SMMUs of different architectures: %u SMMUv3 and %u older", hw->n_smmu_v3, hw->n_smmu_v2);
	}
	if (hw->n_smmu_v3 + hw->n_smmu_v2 == 1)
		return vms_pass(r, "one SMMU");
	return vms_unknown(r, "%u SMMUs of one kind; their minor revisions are not shown to a running system",
			   hw->n_smmu_v3 + hw->n_smmu_v2);
}

/* SMMUv2's driver tells its page sizes ("Supported page sizes: 0x61311000"), SMMUv3's does not. */
static int check_granules(struct vms_machine *m, struct vms_result *r)
{
	_cleanup_free_ char *line = NULL;
	const struct vbsa_hw *hw = NULL;
	int stated = present(m, r, &hw), err;
	const char *at;

	if (stated)
		return stated < 0 ? stated : 0;
	err = driver_line(m, r, "Supported page sizes: 0x", &line);
	if (err == -ENOMEM)
		return err;
	if (err < 0 || hw->n_smmu_v3)
		return vms_unknown(r, "which granules an SMMU has stands in registers that only its driver sees");
	at = strstr(line, "sizes: ");
	if (strtoul(at + 7, NULL, 0) & 0x1000)
		return vms_pass(r, "4 KiB is among the driver's page sizes");
	vms_remedy(r, VMS_HYPERVISOR, "give the VM an SMMU with the CPUs' granules");
	return vms_fail(r, "the SMMU has no 4 KiB granule");
}

/* B_SMMU_06 is about memory above 48 bits: the kernel's own map tells whether there is some. */
static int check_addresses(struct vms_machine *m, struct vms_result *r)
{
	_cleanup_buf_ struct vms_buf map = { NULL, 0 };
	const struct vbsa_hw *hw = NULL;
	unsigned long long highest = 0;
	const char *text, *line;
	int stated = present(m, r, &hw), err;
	size_t len;

	if (stated)
		return stated < 0 ? stated : 0;
	err = vms_root_read(m->root, "/proc/iomem", 4u << 20, &map);
	if (err < 0)
		return vms_blocked(r, "/proc/iomem", err);
	text = map.data;
	while (vms_next_line(&text, &line, &len)) {
		unsigned long long first, last;
		char name[32];

		if (sscanf(line, "%llx-%llx : %31[^\n]", &first, &last, name) == 3 && streq(name, "System RAM"))
			highest = MAX(highest, last);
	}
	/* without privilege all addresses are shown as 0 */
	if (!highest) {
		vms_remedy_rights(r);
		return vms_unknown(r, "/proc/iomem shows no addresses of memory");
	}
	vms_evidence(r, "/proc/iomem", "highest System RAM 0x%llx", highest);
	if (highest < 1ull << 48)
		return vms_skip(r, "no memory lies above 48 bits");
	if (!hw->n_smmu_v2)
		return vms_unknown(r, "there is memory above 48 bits; whether each SMMUv3 reaches it stands in registers that only "
				      "its driver sees");
	vms_remedy(r, VMS_HYPERVISOR, "give the VM an SMMUv3 with 52-bit addresses");
	return vms_fail(r, "memory lies above 48 bits, which an SMMU before version 3 does not reach");
}

static int check_stage_1(struct vms_machine *m, struct vms_result *r)
{
	_cleanup_free_ char *line = NULL, *other = NULL;
	const struct vbsa_hw *hw = NULL;
	int stated = present(m, r, &hw), err;

	if (stated)
		return stated < 0 ? stated : 0;
	err = driver_line(m, r, hw->n_smmu_v3 ? "arm-smmu-v3" : "stage 1 translation", &line);
	if (err == -ENOMEM)
		return err;
	if (err == 0 && (!hw->n_smmu_v3 || strstr(line, "oas")))
		return vms_pass(r, "its driver took it for stage 1 translation");
	/* the SMMUv3 driver's first words can be of something else */
	if (hw->n_smmu_v3 && driver_line(m, r, "-bit, oas ", &other) == 0)
		return vms_pass(r, "its driver took it for translation");
	if (vms_kmsg_find(m, "no translation support", &other) == 0) {
		vms_remedy(r, VMS_HYPERVISOR, "give the VM an SMMU with stage 1 translation");
		return vms_fail(r, "its driver found no translation support");
	}
	return vms_unknown(r, "the kernel's log does not say what the SMMU's driver found");
}

#define SMMU_READS "IORT or the device tree; the kernel's log"

static const struct vms_check checks[] = {
	{
		.id = "VBSA-B_SMMU_01",
		.title = "all SMMUs of one revision",
		.kinds = VMS_KIND_MACHINE,
		.machine_fn = check_alike,
		.reads = SMMU_READS,
		.passes = "there is one",
		.fails = "SMMUv3 stand beside older ones",
		.mends = "the hypervisor",
	},
	{
		.id = "VBSA-B_SMMU_02",
		.title = "SMMUs have the CPUs' granules",
		.kinds = VMS_KIND_MACHINE,
		.machine_fn = check_granules,
		.reads = SMMU_READS,
		.passes = "4 KiB is among the page sizes that the driver tells",
		.fails = "it is not",
		.mends = "the hypervisor",
	},
	{
		.id = "VBSA-B_SMMU_06",
		.title = "SMMUs reach memory above 48 bits",
		.kinds = VMS_KIND_MACHINE,
		.machine_fn = check_addresses,
		.reads = SMMU_READS "; /proc/iomem",
		.passes = "never: an SMMUv3's own width is not shown; without such memory it is skipped",
		.fails = "there is such memory, and an SMMU before version 3",
		.mends = "the hypervisor",
	},
	{
		.id = "VBSA-B_SMMU_08",
		.title = "SMMUs translate at stage 1",
		.kinds = VMS_KIND_MACHINE,
		.machine_fn = check_stage_1,
		.reads = SMMU_READS,
		.passes = "the driver took it for that",
		.fails = "the driver found no translation",
		.mends = "the hypervisor",
	},
};

VMS_CHECKS(vms_checks_vbsa_vsmmu, "Virtual SMMU", checks);
