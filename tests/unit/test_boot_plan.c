// SPDX-License-Identifier: GPL-2.0-or-later
/* Which cells a matrix has, and what they are called. */
#include "fixture.h"
#include "boot/plan.h"

static char why[200];

/* The cells' names, separated by blanks. */
static const char *plan_of(struct plan_wish wish, const char *words)
{
	static char names[4096];
	_cleanup_strv_ char **list = NULL;
	_cleanup_free_ char *copy = strdup(words);
	struct plan plan;
	char *save = NULL;
	size_t n = 0;

	assert_non_null(copy);
	for (char *w = strtok_r(copy, " ", &save); w; w = strtok_r(NULL, " ", &save))
		assert_int_equal(vms_strv_push(&list, &n, w), 0);
	wish.words = list;
	names[0] = why[0] = '\0';
	if (plan_make(&wish, &plan, why, sizeof(why)) != 0)
		return NULL;
	for (size_t i = 0; i < plan.n; i++) {
		const struct plan_cell *c = &plan.cells[i];
		_cleanup_free_ char *name = plan_cell_name(c, c->arch == PLAN_AARCH32, c->firmware);

		assert_non_null(name);
		strncat(names, i ? " " : "", sizeof(names) - strlen(names) - 1);
		strncat(names, name, sizeof(names) - strlen(names) - 1);
		strncat(names, c->once ? "*" : "", sizeof(names) - strlen(names) - 1);
	}
	return names;
}

#define NO_WISH ((struct plan_wish){ 0 })

static void test_presets(void **state)
{
	(void)state;
	assert_string_equal(plan_of(NO_WISH, ""), "default* gicv2-dt-pci gicv3-acpi-pci");
	assert_string_equal(plan_of(NO_WISH, "quick"), "default* gicv2-dt-pci gicv3-acpi-pci");
	assert_string_equal(plan_of(NO_WISH, "spec-1.0"),
			    "default* gicv2-dt-pci gicv3-dt-pci gicv2-dt-mmio gic-dt-pci-aarch32*");
	assert_string_equal(plan_of(NO_WISH, "spec-2.0"),
			    "default* gicv2-dt-pci gicv2-acpi-pci gicv3-dt-pci gicv3-acpi-pci gicv3-dt-mmio "
			    "gic-dt-pci-aarch32*");
}

static void test_axes(void **state)
{
	(void)state;
	assert_string_equal(plan_of(NO_WISH, "gic=2,3 hw=acpi,dt"),
			    "gicv2-acpi-pci gicv2-dt-pci gicv3-acpi-pci gicv3-dt-pci");
	assert_string_equal(plan_of(NO_WISH, "bus=pci,mmio"), "default gic-default-mmio");
	assert_string_equal(plan_of(NO_WISH, "gic=3,3 arch=aarch64,aarch32"),
			    "gicv3-default-pci gicv3-default-pci-aarch32");
	assert_string_equal(plan_of(NO_WISH, "firmware=a.fd,b.fd"), "default-a.fd default-b.fd");
}

static void test_options_of_2016(void **state)
{
	(void)state;
	assert_string_equal(plan_of((struct plan_wish){ .no_gicv3 = true }, ""), "default* gicv2-dt-pci");
	assert_string_equal(plan_of((struct plan_wish){ .dt_only = true }, ""),
			    "gic-dt-pci* gicv2-dt-pci gicv3-dt-pci");
	assert_string_equal(plan_of((struct plan_wish){ .mmio = true, .firmware = "x.fd" }, "gic=2,3"),
			    "gicv2-default-mmio-x.fd gicv3-default-mmio-x.fd");
	assert_null(plan_of((struct plan_wish){ .no_gicv3 = true }, "gic=3"));
}

static void test_wrong_words(void **state)
{
	static const char *const wrong[] = { "fast",	"gic=4",       "gic=",	     "gic",
					     "cpu=max", "quick gic=3", "hw=acpi,,x", "=2",
					     "bus=isa", "firmware=",   "gic=2=3" };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++)
		if (plan_of(NO_WISH, wrong[i]) || !*why)
			fail_msg("%s is taken: %s", wrong[i], why);
}

static void test_too_many(void **state)
{
	(void)state;
	assert_null(plan_of(NO_WISH, "gic=2,3,default hw=acpi,dt,default bus=pci,mmio firmware=a,b,c,d"));
	assert_non_null(strstr(why, "more than 64"));
	assert_null(plan_of(NO_WISH, "firmware=1,2,3,4,5,6,7,8,9"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_presets),		cmocka_unit_test(test_axes),
		cmocka_unit_test(test_options_of_2016), cmocka_unit_test(test_wrong_words),
		cmocka_unit_test(test_too_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
