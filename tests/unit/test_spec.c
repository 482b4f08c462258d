/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The registry and the clause tables fit each other and the contract: every
 * check has its clause, every clause its checks or a reason why none, every
 * level is the one that was promised.
 */
#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "spec/spec.h"

static const struct vms_profile *profiles[2]; /* of the VM System Specification: 1.0, 2.0 */

/* The table of the contract: levels in 1.0 and 2.0. */
enum { o = VMS_LEVEL_NONE, M = VMS_MUST, S = VMS_SHOULD, y = VMS_MAY, i_ = VMS_INFO };
static const struct {
	const char *id;
	int level[2];
} contract[] = {
	{ "VMSPEC-IMAGE-GPT", { M, M } },
	{ "VMSPEC-IMAGE-GPT-BACKUP", { S, S } },
	{ "VMSPEC-IMAGE-ESP", { M, M } },
	{ "VMSPEC-IMAGE-ESP-FAT32", { M, M } },
	{ "VMSPEC-IMAGE-BOOTAA64", { M, M } },
	{ "VMSPEC-IMAGE-BOOTARM", { M, M } },
	{ "VMSPEC-IMAGE-NO-VARSTORE", { M, M } },
	{ "VMSPEC-IMAGE-NO-FIRMWARE", { S, S } },
	{ "VMSPEC-IMAGE-SIGNED", { i_, i_ } },
	{ "VMSPEC-IMAGE-SECTOR", { i_, i_ } },
	{ "VMSPEC-EFI", { M, M } },
	{ "VMSPEC-EFI-VERSION", { S, S } },
	{ "VMSPEC-EFI-RUNTIME", { M, M } },
	{ "VMSPEC-EFIVARIABLE", { M, M } },
	{ "VMSPEC-EFIVARIABLE-WRITE", { S, S } },
	{ "VMSPEC-EFIVARIABLE-STORE", { M, M } },
	{ "VMSPEC-EFIVARIABLE-PERSIST", { S, S } },
	{ "VMSPEC-EFI-RTC", { M, M } },
	{ "VMSPEC-EL1", { o, S } },
	{ "VMSPEC-EFI-DTB", { M, M } },
	{ "VMSPEC-EFI-ACPI", { o, M } },
	{ "VMSPEC-FDT-COMPLETE", { M, M } },
	{ "VMSPEC-ACPI-COMPLETE", { o, M } },
	{ "VMSPEC-HWDESC-AGREE", { i_, i_ } },
	{ "VMSPEC-ENUMERATION", { M, M } },
	{ "VMSPEC-CONSOLE", { M, o } },
	{ "VMSPEC-OS-SBSA-UART", { o, M } },
	{ "VMSPEC-GIC", { M, M } },
	{ "VMSPEC-GIC-CPUS", { M, i_ } },
	{ "VMSPEC-TIMER", { M, M } },
	{ "VMSPEC-PSCI", { o, M } },
	{ "VMSPEC-HOTPLUG", { S, S } },
	{ "VMSPEC-AARCH32-EL1", { S, y } },
	{ "VMSPEC-OS-EFI", { M, M } },
	{ "VMSPEC-OS-ACPI", { o, i_ } },
	{ "VMSPEC-OS-EFI-RTC", { M, M } },
	{ "VMSPEC-OS-DRIVER-PL011", { M, M } },
	{ "VMSPEC-OS-DRIVER-GICV2", { M, M } },
	{ "VMSPEC-OS-DRIVER-GICV3", { M, M } },
	{ "VMSPEC-OS-DRIVER-SBSA-UART", { o, M } },
	{ "VMSPEC-OS-DRIVER-VIRTIO-CONSOLE", { M, S } },
	{ "VMSPEC-OS-DRIVER-XEN-CONSOLE", { M, S } },
	{ "VMSPEC-OS-DRIVER-VIRTIO-PCI", { S, S } },
	{ "VMSPEC-OS-DRIVER-VIRTIO-MMIO", { S, S } },
	{ "VMSPEC-OS-DRIVER-VIRTIO-BLK", { S, S } },
	{ "VMSPEC-OS-DRIVER-VIRTIO-SCSI", { S, S } },
	{ "VMSPEC-OS-DRIVER-VIRTIO-NET", { S, S } },
	{ "VMSPEC-OS-DRIVER-VIRTIO-BALLOON", { S, S } },
	{ "VMSPEC-OS-DRIVER-XEN-BLK", { S, S } },
	{ "VMSPEC-OS-DRIVER-XEN-NET", { S, S } },
	{ "VMSPEC-OS-DRIVER-XEN-BALLOON", { S, S } },
	{ "VMSPEC-BOOT-DEFAULT", { M, M } },
	{ "VMSPEC-BOOT-GICV2", { M, M } },
	{ "VMSPEC-BOOT-GICV3", { M, M } },
	{ "VMSPEC-BOOT-DTB", { M, M } },
	{ "VMSPEC-BOOT-ACPI", { o, M } },
	{ "VMSPEC-BOOT-VIRTIO-PCI", { S, S } },
	{ "VMSPEC-BOOT-VIRTIO-MMIO", { S, S } },
	{ "VMSPEC-BOOT-AARCH32", { S, y } },
	{ "VMSPEC-BOOT-XENBUS", { S, S } },
	{ "VMSPEC-BOOT-POWER", { o, M } },
	{ "VMSPEC-BOOT-REBOOT", { S, S } },
	{ "VMSPEC-BOOT-COLD", { S, S } },
	{ "VMSPEC-BOOT-HOTPLUG-BLK", { S, S } },
	{ "VMSPEC-BOOT-HOTPLUG-NET", { S, S } },
};

/* VBSA 1.0: the rules that a running guest can decide. */
static const struct {
	const char *id;
	enum vms_level level;
} vbsa[] = {
	{ "VBSA-B_PE_01", VMS_MUST },	{ "VBSA-B_PE_02", VMS_MUST },	{ "VBSA-B_PE_03", VMS_MUST },
	{ "VBSA-B_PE_04", VMS_MUST },	{ "VBSA-B_PE_06", VMS_MUST },	{ "VBSA-B_PE_07", VMS_MUST },
	{ "VBSA-B_PE_08", VMS_MUST },	{ "VBSA-B_PE_10", VMS_MUST },	{ "VBSA-B_PE_13", VMS_MUST },
	{ "VBSA-B_PE_14", VMS_MUST },	{ "VBSA-V_L1PE_02", VMS_MUST }, { "VBSA-B_GIC_01", VMS_MUST },
	{ "VBSA-B_GIC_02", VMS_MUST },	{ "VBSA-B_GIC_03", VMS_MUST },	{ "VBSA-B_GIC_05", VMS_MUST },
	{ "VBSA-B_PPI_01", VMS_MUST },	{ "VBSA-B_SMMU_01", VMS_MUST }, { "VBSA-B_SMMU_02", VMS_MUST },
	{ "VBSA-B_SMMU_06", VMS_MUST }, { "VBSA-B_SMMU_08", VMS_MUST }, { "VBSA-V_L1TM_01", VMS_MUST },
	{ "VBSA-V_L1TM_04", VMS_MUST }, { "VBSA-V_L1WK_02", VMS_MUST }, { "VBSA-V_L1WK_05", VMS_MUST },
	{ "VBSA-B_PER_01", VMS_MUST },	{ "VBSA-B_PER_02", VMS_MUST },	{ "VBSA-B_PER_03", VMS_MUST },
	{ "VBSA-B_PER_05", VMS_MUST },	{ "VBSA-B_PER_06", VMS_MUST },	{ "VBSA-B_PER_12", VMS_MUST },
	{ "VBSA-PCI_IN_01", VMS_MUST }, { "VBSA-PCI_IN_03", VMS_MUST }, { "VBSA-PCI_IN_04", VMS_MUST },
	{ "VBSA-PCI_IN_05", VMS_MUST }, { "VBSA-PCI_IN_17", VMS_MUST }, { "VBSA-PCI_IN_19", VMS_MUST },
	{ "VBSA-PCI_IN_20", VMS_MUST }, { "VBSA-PCI_MSI_1", VMS_MUST }, { "VBSA-PCI_LI_01", VMS_MUST },
	{ "VBSA-PCI_LI_03", VMS_MUST }, { "VBSA-PCI_SM_02", VMS_MUST }, { "VBSA-PCI_PP_03", VMS_MUST },
	{ "VBSA-PCI_PP_04", VMS_MUST }, { "VBSA-PCI_PAS_1", VMS_MUST }, { "VBSA-V_L2PE_01", VMS_INFO },
	{ "VBSA-V_L2WD_01", VMS_INFO },
};

static void test_vbsa_rules_are_decided(void **state)
{
	const struct vms_profile *p = vms_profile_find("vbsa-1.0");

	(void)state;
	assert_non_null(p);
	assert_int_equal(vms_profile_n_checks(p), ARRAY_SIZE(vbsa));
	for (size_t i = 0; i < ARRAY_SIZE(vbsa); i++) {
		const char *clause = NULL;

		if (!vms_check_find(vbsa[i].id))
			fail_msg("no check %s", vbsa[i].id);
		assert_int_equal(vms_profile_level(p, vbsa[i].id, &clause), vbsa[i].level);
		assert_non_null(clause);
		assert_int_equal(vms_profile_level(profiles[0], vbsa[i].id, NULL), VMS_LEVEL_NONE);
	}
}

static bool promised(const char *id)
{
	for (size_t i = 0; i < ARRAY_SIZE(vbsa); i++)
		if (streq(vbsa[i].id, id))
			return true;
	for (size_t i = 0; i < ARRAY_SIZE(contract); i++)
		if (streq(contract[i].id, id))
			return true;
	return false;
}

static void test_levels_are_those_of_the_contract(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(contract); i++)
		for (size_t p = 0; p < ARRAY_SIZE(profiles); p++) {
			int level = (int)vms_profile_level(profiles[p], contract[i].id, NULL);

			if (level != contract[i].level[p])
				fail_msg("%s in %s: %s", contract[i].id, profiles[p]->name,
					 vms_level_name((enum vms_level)level));
		}
}

static void test_every_promise_is_kept(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(contract); i++)
		if (!vms_check_find(contract[i].id))
			fail_msg("no check %s", contract[i].id);
}

static void test_ids_are_unique(void **state)
{
	(void)state;
	for (size_t i = 0; i < vms_n_checks(); i++) {
		const struct vms_check *c = vms_check_at(i);

		if (!promised(c->id))
			fail_msg("%s is not in the contract", c->id);
		assert_ptr_equal(vms_check_find(c->id), c);
		for (const char *p = c->id; *p; p++)
			assert_true(isupper((unsigned char)*p) || isdigit((unsigned char)*p) || *p == '-' ||
				    *p == '_');
	}
	assert_null(vms_check_at(vms_n_checks()));
	assert_null(vms_check_find("VMSPEC-NO-SUCH"));
	for (size_t p = 0; p < ARRAY_SIZE(profiles); p++) {
		assert_string_equal(vms_profile_chapter(profiles[p], vms_check_find("VMSPEC-GIC")),
				    "VM platform");
		assert_string_equal(vms_profile_chapter(profiles[p], &(struct vms_check){ 0 }), "");
		assert_null(vms_profile_check_at(profiles[p], vms_profile_n_checks(profiles[p])));
	}
}

static void test_rows_are_filled(void **state)
{
	(void)state;
	for (size_t i = 0; i < vms_n_checks(); i++) {
		const struct vms_check *c = vms_check_at(i);
		const char *const texts[] = { c->title, c->reads, c->passes, c->fails, c->mends };

		for (size_t t = 0; t < ARRAY_SIZE(texts); t++)
			if (!texts[t] || strlen(texts[t]) < 5 || strchr(texts[t], '\n'))
				fail_msg("%s: text %zu", c->id, t);
		assert_true(c->kinds != 0);
		/* the kinds say which function there has to be: one */
		assert_int_equal(!!c->machine_fn + !!c->asked_fn + !!c->image_fn + !!c->matrix_fn, 1);
		if (c->kinds & VMS_KIND_RECORD)
			assert_true(c->machine_fn || c->asked_fn);
		if (c->kinds & VMS_KIND_IMAGE)
			assert_non_null(c->image_fn);
		/* a matrix judges the image, and what became of it, and nothing else does the latter */
		assert_int_equal(!!(c->kinds & VMS_KIND_BOOT_MATRIX), !c->machine_fn && !c->asked_fn);
		assert_int_equal(c->kinds == VMS_KIND_BOOT_MATRIX, !!c->matrix_fn);
		assert_int_equal(!!startswith(c->id, "VMSPEC-IMAGE-"), !!c->image_fn);
		assert_int_equal(!!startswith(c->id, "VMSPEC-BOOT-"), !!c->matrix_fn);
	}
}

/* Steps down from `c` to its deepest need; a circle never ends. */
static unsigned depth(const struct vms_check *c, unsigned steps)
{
	unsigned deepest = steps;

	if (steps > vms_n_checks())
		fail_msg("%s needs itself", c->id);
	for (size_t i = 0; i < VMS_MAX_NEEDS && c->needs[i]; i++) {
		const struct vms_check *need = vms_check_find(c->needs[i]);

		if (!need)
			fail_msg("%s needs %s, which is none", c->id, c->needs[i]);
		deepest = MAX(deepest, depth(need, steps + 1));
	}
	return deepest;
}

static void test_needs_exist_and_are_acyclic(void **state)
{
	unsigned deepest = 0;

	(void)state;
	for (size_t i = 0; i < vms_n_checks(); i++)
		deepest = MAX(deepest, depth(vms_check_at(i), 0));
	assert_in_range(deepest, 2, 8);
}

static bool is_info(const struct vms_profile *p, const char *id)
{
	for (const struct vms_rule *r = p->info; r->check; r++)
		if (streq(r->check, id))
			return r->level == VMS_INFO;
	return false;
}

static void test_every_check_has_a_clause(void **state)
{
	(void)state;
	for (size_t i = 0; i < vms_n_checks(); i++)
		for (size_t p = 0; p < ARRAY_SIZE(profiles); p++) {
			const char *id = vms_check_at(i)->id, *clause = "untouched";
			enum vms_level level = vms_profile_level(profiles[p], id, &clause);

			assert_ptr_not_equal(clause, "untouched");
			if (level == VMS_LEVEL_NONE || is_info(profiles[p], id))
				assert_null(clause);
			else if (!clause || !startswith(clause, profiles[p]->name))
				fail_msg("%s has no clause in %s", id, profiles[p]->name);
		}
}

static void check_rules(const struct vms_rule *rules, bool info)
{
	for (const struct vms_rule *r = rules; r && r->check; r++) {
		if (!promised(r->check) || !vms_check_find(r->check))
			fail_msg("a clause names %s", r->check);
		assert_int_equal(r->level == VMS_INFO, info);
		assert_int_not_equal(r->level, VMS_LEVEL_NONE);
	}
}

static void test_clauses(void **state)
{
	(void)state;
	for (size_t p = 0; p < ARRAY_SIZE(profiles); p++) {
		const struct vms_profile *profile = profiles[p];

		for (size_t i = 0; i < profile->n_clauses; i++) {
			const struct vms_clause *c = &profile->clauses[i];

			check_rules(c->rules, false);
			if ((!c->rules || !c->rules->check) &&
			    (!c->undecidable || strlen(c->undecidable) < 10))
				fail_msg("%s has neither a check nor a reason", c->id);
			assert_true(strlen(c->text) > 10);
			assert_non_null(startswith(c->id, profile->name));
			for (size_t j = 0; j < i; j++)
				assert_string_not_equal(profile->clauses[j].id, c->id);
		}
		check_rules(profile->info, true);
	}
}

/* A check stands in one clause only, so that its level is not a matter of order. */
static void test_one_clause_a_check(void **state)
{
	(void)state;
	for (size_t p = 0; p < ARRAY_SIZE(profiles); p++)
		for (size_t i = 0; i < ARRAY_SIZE(contract); i++) {
			unsigned n = is_info(profiles[p], contract[i].id);

			for (size_t c = 0; c < profiles[p]->n_clauses; c++)
				for (const struct vms_rule *r = profiles[p]->clauses[c].rules; r && r->check;
				     r++)
					n += streq(r->check, contract[i].id);
			assert_int_equal(n, contract[i].level[p] != o);
		}
}

static void test_profiles(void **state)
{
	(void)state;
	assert_ptr_equal(vms_profile_default(), vms_profile_find("vmspec-2.0"));
	for (size_t i = 0; vms_profile_at(i); i++) {
		assert_string_equal(vms_profile_name(i), vms_profile_at(i)->name);
		assert_ptr_equal(vms_profile_find(vms_profile_name(i)), vms_profile_at(i));
		assert_true(vms_profile_n_checks(vms_profile_at(i)) > 0);
	}
	assert_ptr_equal(vms_profile_at(0), vms_profile_default());
	assert_null(vms_profile_find("vmspec-3.0"));
	assert_null(vms_profile_find(""));
	assert_int_equal(profiles[0]->least_uefi_minor, 4);
	assert_int_equal(profiles[1]->least_uefi_minor, 6);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_levels_are_those_of_the_contract),
		cmocka_unit_test(test_every_promise_is_kept),
		cmocka_unit_test(test_ids_are_unique),
		cmocka_unit_test(test_vbsa_rules_are_decided),
		cmocka_unit_test(test_rows_are_filled),
		cmocka_unit_test(test_needs_exist_and_are_acyclic),
		cmocka_unit_test(test_every_check_has_a_clause),
		cmocka_unit_test(test_clauses),
		cmocka_unit_test(test_one_clause_a_check),
		cmocka_unit_test(test_profiles),
	};

	profiles[0] = vms_profile_find("vmspec-1.0");
	profiles[1] = vms_profile_find("vmspec-2.0");
	return cmocka_run_group_tests_name("spec", tests, NULL, NULL);
}
