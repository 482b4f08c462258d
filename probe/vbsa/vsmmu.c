/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * VBSA group vSMMU (V_L1SM_01, V_L1SM_02): SMMUs, where there are some. What they are stands in IORT or the
 * device tree; what they can, in the words of Linux' drivers ("arm-smmu-v3 ...: ias 44-bit, oas 44-bit
 * (features 0x00008305)").
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
	vms_evidence(r, streq(hw->by, "FDT") ? "/sys/firmware/fdt" : "/sys/firmware/acpi/tables/IORT",
		     "%u SMMUv3, %u older", hw->n_smmu_v3, hw->n_smmu_v2);
	return 0;
}

/* What the drivers said of each SMMU when they found it. */
struct driver_words {
	unsigned n;		/* SMMUs that they told of */
	unsigned stage_1;	/* of these with stage 1 translation */
	unsigned least_oas;	/* SMMUv3: bits of the narrowest output address */
	unsigned long granules; /* SMMUv2: page sizes that all have */
	bool without;		/* one has no translation at all */
};

/* "ias 44-bit, oas 44-bit (features 0x00008305)": linux/drivers/iommu/arm/arm-smmu-v3,
 * ARM_SMMU_FEAT_TRANS_S1 */
#define FEATURE_STAGE_1 (1u << 9)

static void take_words(struct driver_words *w, const char *line)
{
	const char *features = strstr(line, "(features 0x"), *oas = strstr(line, "oas "),
		   *sizes = strstr(line, "page sizes: 0x");
	unsigned bits = 0;

	if (oas && features && sscanf(oas, "oas %9u-bit", &bits) == 1) {
		w->n++;
		w->stage_1 += (strtoul(features + 10, NULL, 16) & FEATURE_STAGE_1) != 0;
		w->least_oas = MIN(w->least_oas, bits);
	}
	/* SMMUv2: lines of their own, "Supported page sizes: 0x61311000" the last */
	w->stage_1 += strstr(line, "stage 1 translation") != NULL;
	if (sizes) {
		w->n++;
		w->granules &= strtoul(sizes + 12, NULL, 16);
	}
	w->without |= strstr(line, "no translation support") != NULL;
}

/* 0, and each line stands in the evidence; the log's error. */
static int driver_words(struct vms_machine *m, struct vms_result *r, struct driver_words *ret)
{
	struct driver_words w = { .least_oas = UINT32_MAX, .granules = ~0ul };
	const char *cursor = NULL;
	int err;

	for (;;) {
		_cleanup_free_ char *line = NULL;

		err = vms_kmsg_next(m, "arm-smmu", &cursor, &line);
		if (err < 0)
			break;
		if (strstr(line, "oas ") || strstr(line, "translation") || strstr(line, "page sizes"))
			vms_evidence(r, "kernel log", "%s", line);
		take_words(&w, line);
	}
	*ret = w;
	return err == -ENOENT ? 0 : err;
}

/* All SMMUs that are described were told of. */
static bool told_of_all(const struct driver_words *w, const struct vbsa_hw *hw)
{
	return w->n == hw->n_smmu_v2 + hw->n_smmu_v3;
}

/* Of SMMUs of both kinds it is B_SMMU_01 that speaks. */
static bool unlike(const struct vbsa_hw *hw, struct vms_result *r)
{
	if (!hw->n_smmu_v2 || !hw->n_smmu_v3)
		return false;
	vms_skip_because(r, "VBSA-B_SMMU_01", VMS_FAIL,
			 "needs VBSA-B_SMMU_01, which failed: the SMMUs are of different architectures");
	return true;
}

static int not_told(struct vms_result *r, const struct driver_words *w, const struct vbsa_hw *hw, int err)
{
	if (err < 0)
		return vms_kmsg_blocked(r, err);
	return vms_unknown(r, "the kernel's log tells what its driver found of %u of %u SMMUs", w->n,
			   hw->n_smmu_v2 + hw->n_smmu_v3);
}

static int check_alike(struct vms_machine *m, struct vms_result *r)
{
	const struct vbsa_hw *hw = NULL;
	int stated = present(m, r, &hw);

	if (stated)
		return stated < 0 ? stated : 0;
	if (hw->n_smmu_v2 && hw->n_smmu_v3) {
		vms_remedy(r, VMS_HYPERVISOR, "give the VM SMMUs of one revision");
		return vms_fail(r, "SMMUs of different architectures: %u SMMUv3 and %u older", hw->n_smmu_v3,
				hw->n_smmu_v2);
	}
	if (hw->n_smmu_v3 + hw->n_smmu_v2 == 1)
		return vms_pass(r, "one SMMU");
	return vms_unknown(r, "%u SMMUs of one kind; their minor revisions are not shown to a running system",
			   hw->n_smmu_v3 + hw->n_smmu_v2);
}

#define GRANULES 0x15000ul /* 4, 16 and 64 KiB */

/* SMMUv2's driver tells its page sizes, SMMUv3's does not, and neither does sysfs. Which granules the CPUs
 * have is hidden from programs, but for the one that the kernel runs with. */
static int check_granules(struct vms_machine *m, struct vms_result *r)
{
	const struct vbsa_hw *hw = NULL;
	int stated = present(m, r, &hw), err;
	struct driver_words w;
	unsigned page = 0;

	if (stated || unlike(hw, r))
		return stated < 0 ? stated : 0;
	err = driver_words(m, r, &w);
	if (err == -ENOMEM)
		return err;
	if (hw->n_smmu_v3) {
		vms_remedy(
			r, VMS_GUEST_ADMIN,
			"ask whoever makes the VM which granules its SMMU has; waive the rule where it has all");
		return vms_unknown(
			r, "which granules an SMMUv3 has stands in a register that only its driver sees");
	}
	if (err < 0 || !told_of_all(&w, hw))
		return not_told(r, &w, hw, err);
	if ((w.granules & GRANULES) == GRANULES)
		return vms_pass(r, "the SMMUs have all granules: 4, 16 and 64 KiB");
	if (!m->live->page_size || m->live->page_size(m, &page) < 0)
		page = 0;
	if (!page || (w.granules & page))
		return vms_unknown(
			r,
			"the SMMUs lack a granule (page sizes 0x%lx), and whether the CPUs have it is not shown",
			w.granules);
	vms_remedy(r, VMS_HYPERVISOR, "give the VM an SMMU with the CPUs' granules");
	return vms_fail(r, "an SMMU lacks the granule that the kernel runs with, %u KiB", page / 1024);
}

/* B_SMMU_06 is about memory above 48 bits: the kernel's own map tells whether there is some. */
static int check_addresses(struct vms_machine *m, struct vms_result *r)
{
	_cleanup_buf_ struct vms_buf map = { NULL, 0 };
	const struct vbsa_hw *hw = NULL;
	unsigned long long highest = 0;
	int stated = present(m, r, &hw), err;
	const char *text, *line;
	struct driver_words w;
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

		if (sscanf(line, "%llx-%llx : %31[^\n]", &first, &last, name) == 3 &&
		    streq(name, "System RAM"))
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
	err = hw->n_smmu_v2 ? 0 : driver_words(m, r, &w);
	if (err == -ENOMEM)
		return err;
	if (!hw->n_smmu_v2 && (err < 0 || !told_of_all(&w, hw)))
		return not_told(r, &w, hw, err);
	if (!hw->n_smmu_v2 && w.least_oas >= 52)
		return vms_pass(r, "memory lies above 48 bits, and each SMMU's addresses have %u",
				w.least_oas);
	vms_remedy(r, VMS_HYPERVISOR, "give the VM an SMMUv3 with 52-bit addresses");
	return vms_fail(
		r, hw->n_smmu_v2 ? "memory lies above 48 bits, which an SMMU before version 3 does not reach"
				 : "memory lies above 48 bits, which an SMMU does not reach");
}

static int check_stage_1(struct vms_machine *m, struct vms_result *r)
{
	const struct vbsa_hw *hw = NULL;
	int stated = present(m, r, &hw), err;
	struct driver_words w;

	if (stated || unlike(hw, r))
		return stated < 0 ? stated : 0;
	err = driver_words(m, r, &w);
	if (err == -ENOMEM)
		return err;
	/* without the whole log a line of its own may be what is gone */
	if (w.without || (!err && w.stage_1 < w.n)) {
		vms_remedy(r, VMS_HYPERVISOR, "give the VM an SMMU with stage 1 translation");
		return vms_fail(r, w.without ? "the driver of an SMMU found no translation support"
					     : "an SMMU has no stage 1 translation");
	}
	if (err < 0 || !told_of_all(&w, hw))
		return not_told(r, &w, hw, err);
	return vms_pass(r, "%u SMMU%s with stage 1 translation", w.n, w.n == 1 ? "" : "s");
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
		.passes =
			"an SMMU before version 3 has 4, 16 and 64 KiB, by its driver's words; an SMMUv3's granules are told "
			"neither in the log nor in sysfs, and are left open",
		.fails = "the granule that the kernel runs with is not among them",
		.mends = "the hypervisor",
	},
	{
		.id = "VBSA-B_SMMU_06",
		.title = "SMMUs reach memory above 48 bits",
		.kinds = VMS_KIND_MACHINE,
		.machine_fn = check_addresses,
		.reads = SMMU_READS "; /proc/iomem",
		.passes =
			"each has 52-bit output addresses, by its driver's words (\"oas\"); without such memory it is skipped",
		.fails = "there is such memory, and an SMMU with fewer, or one before version 3",
		.mends = "the hypervisor",
	},
	{
		.id = "VBSA-B_SMMU_08",
		.title = "SMMUs translate at stage 1",
		.kinds = VMS_KIND_MACHINE,
		.machine_fn = check_stage_1,
		.reads = SMMU_READS,
		.passes = "the driver found it in each (\"features\", bit 9; \"stage 1 translation\")",
		.fails = "the driver found none in one",
		.mends = "the hypervisor",
	},
};

VMS_CHECKS(vms_checks_vbsa_vsmmu, "Virtual SMMU", checks);
