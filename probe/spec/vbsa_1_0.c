/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Virtual Base System Architecture 1.0 (Arm DEN0150, 2025). Its rules name those of the Base System
 * Architecture (DEN0094); levels 1 and 2 are VBSA's own: level 1 is what every virtual environment
 * must give, level 2 stands here for information. Thresholds (PPI numbers, bits that PCI Express
 * wires, 16 bits of PASID) are those that Arm's own suite asks for (sysarch-acs, release 26.03).
 */
#include "core/util.h"
#include "spec.h"
#include "vbsa/chapter.h"

/* clang-format off */
#define M(id) { "VBSA-" id, VMS_MUST }
#define I(id) { "VBSA-" id, VMS_INFO }
#define END { NULL, VMS_LEVEL_NONE }
#define RULES(...) ((const struct vms_rule[]){ __VA_ARGS__, END })
#define CLAUSE(rule) "vbsa-1.0/" rule

#define FIRMWARE_ALONE "asks for accesses that a running system must not make; Arm's suite makes them in its place"
#define NO_MEASURE "the running system is not shown what it asks about"

static const struct vms_clause clauses[] = {
	/* Virtual PE */
	{ CLAUSE("V_L1PE_01"),
	  "the virtual PEs are as the BSA asks of PEs",
	  RULES(M("B_PE_01"), M("B_PE_02"), M("B_PE_03"), M("B_PE_04"), M("B_PE_06"), M("B_PE_07"), M("B_PE_08"),
		M("B_PE_10"), M("B_PE_13"), M("B_PE_14")),
	  "B_PE_05 (address size of all PEs alike): the ID register's field is hidden from programs" },
	{ CLAUSE("V_L1PE_02"), "a PMU of version 3 with its cycle counter", RULES(M("V_L1PE_02")), NULL },
	{ CLAUSE("V_L2PE_01"), "level 2: two event counters", RULES(I("V_L2PE_01")), NULL },

	/* Memory map */
	{ CLAUSE("V_L1MM_01"), "accesses to the memory map end in finite time, and as the BSA says", NULL, FIRMWARE_ALONE },
	{ CLAUSE("V_L1MM_02"), "devices reach all memory", NULL, FIRMWARE_ALONE },

	/* Virtual GIC */
	{ CLAUSE("V_L1GI_01"),
	  "the virtual GIC is as the BSA asks",
	  RULES(M("B_GIC_01"), M("B_GIC_02"), M("B_GIC_03"), M("B_GIC_05")), NULL },
	{ CLAUSE("V_L1PP_00"), "PPIs have the BSA's numbers", RULES(M("B_PPI_01")), NULL },

	/* Virtual SMMU */
	{ CLAUSE("V_L1SM_01"),
	  "virtual SMMUs are as the BSA asks",
	  RULES(M("B_SMMU_01"), M("B_SMMU_02"), M("B_SMMU_06")),
	  "B_SMMU_07 and B_SMMU_12: registers that only the SMMU's driver sees" },
	{ CLAUSE("V_L1SM_02"), "virtual SMMUs translate at stage 1", RULES(M("B_SMMU_08")), NULL },
	{ CLAUSE("V_L1SM_03"), "invalidation reaches the SMMU", NULL, NO_MEASURE },

	/* Timers */
	{ CLAUSE("V_L1TM_01"), "the physical and the virtual counter are there", RULES(M("V_L1TM_01")), NULL },
	{ CLAUSE("V_L1TM_02"), "they count at the BSA's least frequency",
	  NULL, "the frequency that CNTFRQ tells is what was written there; what it really is stands with the hypervisor" },
	{ CLAUSE("V_L1TM_03"), "time that a migration takes is accounted for", NULL, "only a migration can show it" },
	{ CLAUSE("V_L1TM_04"), "time passes evenly on all virtual PEs", RULES(M("V_L1TM_04")), NULL },

	/* Wake-up */
	{ CLAUSE("V_L1WK_01"), "wake-up from what the BSA calls its semantics", NULL, NO_MEASURE },
	{ CLAUSE("V_L1WK_02"), "timer interrupts wake a PE", RULES(M("V_L1WK_02")), NULL },
	{ CLAUSE("V_L1WK_03"), "further wake-up sources", NULL, NO_MEASURE },
	{ CLAUSE("V_L1WK_04"), "further wake-up sources, by device", NULL, NO_MEASURE },
	{ CLAUSE("V_L1WK_05"), "a PE goes on after it waited", RULES(M("V_L1WK_05")), NULL },
	{ CLAUSE("V_L1WK_06"), "power states that lose state", NULL, NO_MEASURE },
	{ CLAUSE("V_L1WK_07"), "wake-up from these", NULL, NO_MEASURE },
	{ CLAUSE("V_L1WK_08"), "what the hypervisor may do meanwhile", NULL, NO_MEASURE },
	{ CLAUSE("V_L1WK_09"), "PEs that are off", NULL, NO_MEASURE },

	/* Peripherals */
	{ CLAUSE("V_L1PR_01"),
	  "peripherals are as the BSA asks",
	  RULES(M("B_PER_01"), M("B_PER_02"), M("B_PER_03"), M("B_PER_05"), M("B_PER_06"), M("B_PER_12")),
	  "B_PER_04, _09, _10, _11: memory attributes of devices' accesses, which a program cannot see" },
	{ CLAUSE("V_L1PR_02"),
	  "PCI Express is as the BSA's annex asks",
	  RULES(M("PCI_IN_01"), M("PCI_IN_03"), M("PCI_IN_04"), M("PCI_IN_05"), M("PCI_IN_17"), M("PCI_IN_19"),
		M("PCI_IN_20"), M("PCI_MSI_1"), M("PCI_LI_01"), M("PCI_LI_03"), M("PCI_SM_02"), M("PCI_PP_03"),
		M("PCI_PP_04"), M("PCI_PAS_1")),
	  "PCI_IN_02, _06 to _16, _18, PCI_MM_*, PCI_MSI_2, PCI_LI_02, _04, PCI_SM_01, PCI_IC_*, PCI_IO, PCI_IEP, PCI_PTM, "
	  "PCI_PP_01, _02, _05: what happens on the bus when somebody accesses it, which would disturb a running system; "
	  "that a register's bit can't be written is not tried either" },

	/* Watchdog */
	{ CLAUSE("V_L2WD_01"), "level 2: a watchdog", RULES(I("V_L2WD_01")), NULL },
};
/* clang-format on */

static const struct vms_checks *const chapters[] = {
	&vms_checks_vbsa_vpe,
	&vms_checks_vbsa_vgic,
	&vms_checks_vbsa_vsmmu,
	&vms_checks_vbsa_vtimer,
	&vms_checks_vbsa_peripherals,
	&vms_checks_vbsa_pcie,
	NULL,
};

const struct vms_profile vms_profile_vbsa_1_0 = {
	.name = "vbsa-1.0",
	.title = "Virtual Base System Architecture 1.0 (Arm DEN0150, 2025)",
	.prefix = "VBSA-",
	.chapters = chapters,
	.no_aarch32 = "VBSA is about AArch64, and this machine runs AArch32",
	.clauses = clauses,
	.n_clauses = ARRAY_SIZE(clauses),
};
