// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Which cells there are: --matrix names a preset, or values of axes that are all combined.
 * Every preset has a cell that leaves the hardware to the hypervisor.
 */
#include <errno.h>
#include "plan.h"

#define AXIS_MAX 8

enum axis { AXIS_GIC, AXIS_HW, AXIS_BUS, AXIS_ARCH, AXIS_FIRMWARE, N_AXES };

static const char *const axis_names[N_AXES] = { "gic", "hw", "bus", "arch", "firmware" };

static const struct axis_value {
	enum axis axis;
	const char *name;
	unsigned value;
} axis_values[] = {
	{ AXIS_GIC, "2", 2 },
	{ AXIS_GIC, "3", 3 },
	{ AXIS_GIC, "default", 0 },
	{ AXIS_HW, "acpi", VMS_HW_ACPI },
	{ AXIS_HW, "dt", VMS_HW_DT },
	{ AXIS_HW, "default", VMS_HW_DEFAULT },
	{ AXIS_BUS, "pci", VMS_BUS_PCI },
	{ AXIS_BUS, "mmio", VMS_BUS_MMIO },
	{ AXIS_ARCH, "aarch64", PLAN_AARCH64 },
	{ AXIS_ARCH, "aarch32", PLAN_AARCH32 },
};

struct axes {
	unsigned values[N_AXES][AXIS_MAX];
	const char *files[AXIS_MAX];
	size_t n[N_AXES];
};

static const struct plan_cell quick[] = {
	{ .once = true },
	{ .gic = 2, .hw = VMS_HW_DT },
	{ .gic = 3, .hw = VMS_HW_ACPI },
};
static const struct plan_cell spec_1_0[] = {
	{ .once = true },
	{ .gic = 2, .hw = VMS_HW_DT },
	{ .gic = 3, .hw = VMS_HW_DT },
	{ .gic = 2, .hw = VMS_HW_DT, .bus = VMS_BUS_MMIO },
	{ .hw = VMS_HW_DT, .arch = PLAN_AARCH32, .once = true },
};
static const struct plan_cell spec_2_0[] = {
	{ .once = true },
	{ .gic = 2, .hw = VMS_HW_DT },
	{ .gic = 2, .hw = VMS_HW_ACPI },
	{ .gic = 3, .hw = VMS_HW_DT },
	{ .gic = 3, .hw = VMS_HW_ACPI },
	{ .gic = 3, .hw = VMS_HW_DT, .bus = VMS_BUS_MMIO },
	{ .hw = VMS_HW_DT, .arch = PLAN_AARCH32, .once = true },
};

static const struct plan_preset presets[] = {
	{ "quick", quick, ARRAY_SIZE(quick) },
	{ "spec-2.0", spec_2_0, ARRAY_SIZE(spec_2_0) },
	{ "spec-1.0", spec_1_0, ARRAY_SIZE(spec_1_0) },
	{ .name = NULL },
};

const struct plan_preset *plan_find_preset(const struct plan_preset *list, const char *name)
{
	while (list->name && !streq(list->name, name))
		list++;
	return list->name ? list : NULL;
}

static int add_value(struct axes *axes, enum axis axis, const char *value, char *why, size_t size)
{
	size_t at = axes->n[axis];

	if (at == AXIS_MAX) {
		snprintf(why, size, "--matrix: too many values of %s", axis_names[axis]);
		return -EINVAL;
	}
	if (axis == AXIS_FIRMWARE && *value) {
		axes->files[axes->n[axis]++] = value;
		return 0;
	}
	for (size_t i = 0; i < ARRAY_SIZE(axis_values); i++) {
		bool again = false;

		if (axis_values[i].axis != axis || !streq(axis_values[i].name, value))
			continue;
		for (size_t j = 0; j < at; j++)
			again = again || axes->values[axis][j] == axis_values[i].value;
		if (!again)
			axes->values[axis][axes->n[axis]++] = axis_values[i].value;
		return 0;
	}
	snprintf(why, size, "--matrix: %s has no value '%s'", axis_names[axis], value);
	return -EINVAL;
}

/* "gic=2,3" */
static int take_word(struct axes *axes, char *word, char *why, size_t size)
{
	char *values = strchr(word, '='), *save = NULL;

	for (enum axis a = 0; values && a < N_AXES; a++) {
		size_t len = strlen(axis_names[a]);
		int err = 0;

		if ((size_t)(values - word) != len || memcmp(word, axis_names[a], len) != 0)
			continue;
		if (!values[1])
			break;
		for (char *v = strtok_r(values + 1, ",", &save); v && !err; v = strtok_r(NULL, ",", &save))
			err = add_value(axes, a, v, why, size);
		return err;
	}
	snprintf(why, size,
		 "--matrix: '%s' is no preset (quick, spec-2.0, spec-1.0) and no axis (gic=, hw=, bus=, "
		 "arch=, firmware=)",
		 word);
	return -EINVAL;
}

/* An axis that nobody spoke of has the one value that leaves it alone. */
static size_t count(const struct axes *axes, enum axis a)
{
	return MAX(axes->n[a], (size_t)1);
}

static unsigned value_of(const struct axes *axes, enum axis a, size_t at)
{
	return axes->n[a] ? axes->values[a][at] : 0;
}

static int combine(const struct axes *axes, struct plan *plan, char *why, size_t size)
{
	size_t total = 1, at[N_AXES];

	for (enum axis a = 0; a < N_AXES; a++)
		total *= count(axes, a);
	if (total > PLAN_MAX) {
		snprintf(why, size, "--matrix: %zu cells are more than %d", total, PLAN_MAX);
		return -EINVAL;
	}
	for (size_t i = 0; i < total; i++) {
		size_t rest = i;

		for (int a = N_AXES - 1; a >= 0; a--) { /* the last axis changes fastest */
			at[a] = rest % count(axes, (enum axis)a);
			rest /= count(axes, (enum axis)a);
		}
		plan->cells[plan->n++] = (struct plan_cell){
			.gic = value_of(axes, AXIS_GIC, at[AXIS_GIC]),
			.hw = (enum vms_cell_hw)value_of(axes, AXIS_HW, at[AXIS_HW]),
			.bus = (enum vms_cell_bus)value_of(axes, AXIS_BUS, at[AXIS_BUS]),
			.arch = (enum plan_arch)value_of(axes, AXIS_ARCH, at[AXIS_ARCH]),
			.firmware = axes->n[AXIS_FIRMWARE] ? axes->files[at[AXIS_FIRMWARE]] : NULL,
		};
	}
	return 0;
}

static bool take_preset(const char *name, struct plan *plan)
{
	const struct plan_preset *p = plan_find_preset(presets, name);

	for (size_t i = 0; p && i < p->n; i++)
		plan_add(plan, p->cells[i]);
	return p != NULL;
}

static bool same(const struct plan_cell *a, const struct plan_cell *b)
{
	return a->gic == b->gic && a->hw == b->hw && a->bus == b->bus && a->arch == b->arch &&
	       a->direct == b->direct && a->vuart == b->vuart && a->firmware == b->firmware;
}

void plan_add(struct plan *plan, struct plan_cell c)
{
	for (size_t i = 0; i < plan->n; i++)
		if (same(&plan->cells[i], &c))
			return;
	plan->cells[plan->n++] = c;
}

/* The options of 2016 narrow what there is. */
static void apply_wish(const struct plan_wish *wish, struct plan *plan)
{
	size_t n = plan->n;

	plan->n = 0;
	for (size_t i = 0; i < n; i++) {
		struct plan_cell c = plan->cells[i];

		if (wish->no_gicv3 && c.gic == 3)
			continue;
		if (wish->dt_only)
			c.hw = VMS_HW_DT;
		if (wish->mmio)
			c.bus = VMS_BUS_MMIO;
		if (!c.firmware)
			c.firmware = wish->firmware;
		plan_add(plan, c);
	}
}

int plan_make(const struct plan_wish *wish, struct plan *ret, char *why, size_t size)
{
	static char nothing[] = "quick";
	char *quick_word[] = { nothing, NULL },
	     **words = wish->words && *wish->words ? wish->words : quick_word;
	struct plan plan = { .n = 0 };
	struct axes axes = { .n = { 0 } };
	int err = 0;

	if (words[1] || !take_preset(words[0], &plan)) {
		for (char **w = words; *w && !err; w++)
			err = take_word(&axes, *w, why, size);
		if (!err)
			err = combine(&axes, &plan, why, size);
	}
	if (err)
		return err;
	apply_wish(wish, &plan);
	if (plan.n == 0) {
		snprintf(why, size, "the matrix is empty");
		return -EINVAL;
	}
	*ret = plan;
	return 0;
}

char *plan_cell_name(const struct plan_cell *c, bool aarch32, const char *firmware)
{
	static const char *const hw[] = {
		[VMS_HW_DEFAULT] = "default", [VMS_HW_ACPI] = "acpi", [VMS_HW_DT] = "dt"
	};
	const char *tail = aarch32 ? "-aarch32" : "", *dash = firmware ? "-" : "";
	char gic[16];

	if (!firmware)
		firmware = "";
	if (c->bus == VMS_BUS_XEN)
		return vms_asprintf("xen-%s%s%s%s",
				    c->direct		   ? "direct"
				    : c->hw == VMS_HW_ACPI ? "uefi-acpi"
							   : "uefi-dt",
				    c->vuart ? "-vuart" : "", dash, firmware);
	if (!c->gic && c->hw == VMS_HW_DEFAULT && c->bus == VMS_BUS_PCI)
		return vms_asprintf("default%s%s%s", tail, dash, firmware);
	snprintf(gic, sizeof(gic), c->gic ? "gicv%u" : "gic", c->gic);
	return vms_asprintf("%s-%s-%s%s%s%s", gic, hw[c->hw], c->bus == VMS_BUS_PCI ? "pci" : "mmio", tail,
			    dash, firmware);
}
