/* SPDX-License-Identifier: GPL-2.0-or-later */
/* /proc/interrupts of many machines, and of none. */
#include <errno.h>

#include "fixture.h"
#include "platform/cpus.h"
#include "platform/irq.h"

static void test_versions(void **state)
{
	static const struct {
		const char *chip;
		unsigned version;
	} cases[] = {
		/* clang-format off */
		{ "GICv3", 3 },  { "GICv2", 2 }, { "GIC-0", 2 }, { "GIC", 2 },    { "GIC-1", 2 },
		{ "GICv5", 5 },  { "GICv1", 1 }, { "AIC", 0 },   { "", 0 },       { "GICv", 0 },
		{ "GICv2m", 0 }, { "GICv2m-PCI-MSIX-0000:00:02.0", 0 },           { "ITS-PCI-MSI", 0 },
		{ "gicv3", 0 },  { "GICx", 0 },  { "GICv99999999999999999999", 0 }, { "bcm2836-timer", 0 },
		/* clang-format on */
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		assert_int_equal(irq_gic_version(cases[i].chip), cases[i].version);
}

static void test_tables(void **state)
{
	static const struct {
		const char *text;
		unsigned n_cpus;
		const char *chip, *timer_row;
		unsigned intid;
		bool counts;
	} cases[] = {
		{ "           CPU0       CPU1       \n"
		  " 10:       3614       3609     GICv3  27 Level     arch_timer\n"
		  " 12:        100          0     GICv3  33 Level     uart-pl011\n"
		  "IPI0:         1          2       Rescheduling interrupts\n",
		  2, "GICv3", "GICv3 27 Level arch_timer", 27, true },
		{ "           CPU0\n 11:          0     GIC-0  27 Level     arch_timer\n", 1, "GIC-0",
		  "GIC-0 27 Level arch_timer", 27, false },
		/* arm without CONFIG_GENERIC_IRQ_SHOW_LEVEL */
		{ "           CPU0\n 11:          9     GIC  27  arch_timer\n", 1, "GIC", "GIC 27 arch_timer",
		  27, true },
		{ "           CPU0\n 4:          9     AIC-FIQ   1 Level     arch_timer\n", 1, "AIC-FIQ",
		  "AIC-FIQ 1 Level arch_timer", 1, true },
		/* a GICv3 with GICv2m frames, no timer row: the message chip tells nothing */
		{ "           CPU0\n 20:     5  GICv2m-PCI-MSIX-0000:00:02.0   1 Edge      virtio0-input\n"
		  " 21:     5  GICv3  40 Level      ttyS0\n",
		  1, "GICv3", "", 0, false },
		/* names that only look alike */
		{ "           CPU0\n 20:     5  GICv3  40 Level      arch_timer2\n", 1, "GICv3", "", 0,
		  false },
		{ "           CPU0\n 20:     5  GICv3  40 Edge      arch_mem_timer\n", 1, "GICv3", "", 0,
		  false },
		/* rows cut short, counts missing, negative, garbage */
		{ "           CPU0 CPU1\n 20:     5\n 21:\n 22: 1 -2 GICv3 27 Level arch_timer\n:\n 23 24\n"
		  " 24: 1 x GICv3 27 Level arch_timer\n",
		  2, "", "", 0, false },
		{ "           CPU0\n 5: 99999999999999999999999 GICv3 27 Level arch_timer\n", 1, "GICv3",
		  "GICv3 27 Level arch_timer", 27, true },
		/* of two rows the one that ticks */
		{ "           CPU0\n 24: 9 GICv3 29 Level arch_timer\n 25: 0 GICv3 30 Level arch_timer\n", 1,
		  "GICv3", "GICv3 29 Level arch_timer", 29, true },
		{ "           CPU0\n 24: 0 GICv3 29 Level arch_timer\n 25: 9 GICv3 30 Level arch_timer\n", 1,
		  "GICv3", "GICv3 30 Level arch_timer", 30, true },
		{ "CPU0", 1, "", "", 0, false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct irq_facts f;

		assert_true(irq_parse(cases[i].text, &f));
		assert_int_equal(f.n_cpus, cases[i].n_cpus);
		assert_string_equal(f.chip, cases[i].chip);
		assert_string_equal(f.timer_row, cases[i].timer_row);
		assert_int_equal(f.timer_intid, cases[i].intid);
		assert_int_equal(f.timer_counts, cases[i].counts);
	}
}

static void test_no_table(void **state)
{
	struct irq_facts f = { .n_cpus = 77 };

	(void)state;
	assert_false(irq_parse("", &f));
	assert_false(irq_parse("\n", &f));
	assert_false(irq_parse("garbage\nCPU0\n", &f));
	assert_int_equal(f.n_cpus, 77);
}

/* 512 columns, a chip and an action longer than any. */
static void test_many_cpus(void **state)
{
	size_t len = 0;
	char *text = NULL, word[200];
	FILE *out = open_memstream(&text, &len);
	struct irq_facts f;

	(void)state;
	for (unsigned i = 0; i < 512; i++)
		fprintf(out, " %10s%u", "CPU", i);
	memset(word, 'G', sizeof(word) - 1);
	word[sizeof(word) - 1] = '\0';
	for (unsigned row = 0; row < 2; row++) {
		fprintf(out, "\n%u:", row);
		for (unsigned i = 0; i < 512; i++)
			fprintf(out, " %10u", i == 511);
		fprintf(out, row ? " GICv3 27 Level arch_timer" : " %s 1 Level %s", word, word);
	}
	fclose(out);
	assert_true(irq_parse(text, &f));
	assert_int_equal(f.n_cpus, 512);
	assert_string_equal(f.chip, "GICv3");
	assert_true(f.timer_counts);
	free(text);
}

static void test_cpus_online(void **state)
{
	static const struct {
		const char *list;
		unsigned n;
	} cases[] = {
		/* clang-format off */
		{ "0\n", 1 },       { "0-1\n", 2 },  { "0-3,5,8-9\n", 7 }, { "0-511\n", 512 },
		/* not understood: the columns of /proc/interrupts */
		{ "\n", 3 },        { "x\n", 3 },    { "-1\n", 3 },        { "3-1\n", 3 },   { "0-\n", 3 },
		{ "0-4294967295\n", 3 }, { "0,,1\n", 3 }, { "0;1\n", 3 },  { " 0\n", 3 },    { "+1\n", 3 },
		{ "0--1\n", 3 },    { "99999999999999999999\n", 3 },
		/* clang-format on */
	};
	struct fixture *f = *state;
	unsigned n;

	fixture_write(f, "/proc/interrupts", "  CPU0 CPU1 CPU2\n");
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		fixture_write(f, "/sys/devices/system/cpu/online", cases[i].list);
		assert_int_equal(cpus_online(fixture_machine(f), &n), 0);
		if (n != cases[i].n)
			fail_msg("\"%s\": %u", cases[i].list, n);
	}
	fixture_remove(f, "/proc/interrupts");
	n = 77;
	assert_int_equal(cpus_online(fixture_machine(f), &n), -EBADMSG);
	fixture_remove(f, "/sys/devices/system/cpu/online");
	assert_int_equal(cpus_online(fixture_machine(f), &n), -ENOENT);
	fixture_remove(f, "/sys/devices");
	assert_int_equal(cpus_online(fixture_machine(f), &n), -ENODATA);
	assert_int_equal(n, 77);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_versions), cmocka_unit_test(test_tables),
		cmocka_unit_test(test_no_table), cmocka_unit_test(test_many_cpus),
		fixture_test(test_cpus_online),
	};

	return cmocka_run_group_tests_name("irq", tests, NULL, NULL);
}
