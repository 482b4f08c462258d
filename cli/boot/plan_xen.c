// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Which cells there are on Xen: with EDK II or another UEFI as the domain's kernel (--firmware),
 * with ACPI beside the device tree or without, and booted directly; with an SBSA UART or without. A
 * preset has those for which there is something to boot.
 */
#include <errno.h>
#include "plan.h"

static const struct plan_cell quick[] = {
	{ .hw = VMS_HW_DT, .bus = VMS_BUS_XEN },
	{ .hw = VMS_HW_ACPI, .bus = VMS_BUS_XEN, .once = true },
	{ .hw = VMS_HW_DT, .bus = VMS_BUS_XEN, .direct = true, .once = true },
};
static const struct plan_cell whole[] = {
	{ .hw = VMS_HW_DT, .bus = VMS_BUS_XEN },
	{ .hw = VMS_HW_ACPI, .bus = VMS_BUS_XEN },
	{ .hw = VMS_HW_ACPI, .bus = VMS_BUS_XEN, .vuart = true, .once = true },
	{ .hw = VMS_HW_DT, .bus = VMS_BUS_XEN, .direct = true },
};

static const struct plan_preset presets[] = {
	{ "quick", quick, ARRAY_SIZE(quick) },
	{ "spec-2.0", whole, ARRAY_SIZE(whole) },
	{ "spec-1.0", whole, ARRAY_SIZE(whole) },
	{ .name = NULL },
};

/* What the words ask for; a bit a value. */
struct wanted {
	unsigned hw, vuart;
};

static const struct {
	const char *word; /* "hw=" */
	const char *value;
	bool vuart; /* of which axis */
	unsigned bit;
} values[] = {
	{ "hw=", "dt", false, 1 << 0 },	    { "hw=", "acpi", false, 1 << 1 },
	{ "hw=", "direct", false, 1 << 2 }, { "vuart=", "off", true, 1 << 0 },
	{ "vuart=", "on", true, 1 << 1 },
};

static bool take_value(struct wanted *w, const char *word, const char *value)
{
	for (size_t i = 0; i < ARRAY_SIZE(values); i++) {
		unsigned *axis = values[i].vuart ? &w->vuart : &w->hw;

		if (!startswith(word, values[i].word) || !streq(value, values[i].value))
			continue;
		*axis |= values[i].bit;
		return true;
	}
	return false;
}

static bool take_word(struct wanted *w, const char *word)
{
	_cleanup_free_ char *copy = strdup(word);
	char *save = NULL, *list = copy ? strchr(copy, '=') : NULL;
	bool good = list && list[1];

	for (char *v = good ? strtok_r(list + 1, ",", &save) : NULL; v && good;
	     v = strtok_r(NULL, ",", &save))
		good = take_value(w, word, v);
	return good;
}

static void combine(const struct wanted *w, struct plan *plan)
{
	unsigned hw = w->hw ? w->hw : 1, vuart = w->vuart ? w->vuart : 1;

	for (unsigned h = 0; h < 3; h++)
		for (unsigned u = 0; u < 2; u++)
			if (hw & 1u << h && vuart & 1u << u)
				plan_add(plan, (struct plan_cell){ .bus = VMS_BUS_XEN,
								   .hw = h == 1 ? VMS_HW_ACPI : VMS_HW_DT,
								   .direct = h == 2,
								   .vuart = u == 1 });
}

static bool take_preset(const char *name, const struct plan_wish *wish, struct plan *plan)
{
	const struct plan_preset *p = plan_find_preset(presets, name);

	for (size_t i = 0; p && i < p->n; i++)
		if (p->cells[i].direct ? wish->has_kernel : wish->firmware != NULL)
			plan_add(plan, p->cells[i]);
	/* without firmware the direct boot shows all that can be shown */
	if (plan->n == 1)
		plan->cells[0].once = false;
	return p != NULL;
}

/* --device-tree, as for QEMU's guests: ACPI is left out. */
static void apply_wish(const struct plan_wish *wish, struct plan *plan)
{
	size_t n = plan->n;

	plan->n = 0;
	for (size_t i = 0; i < n; i++) {
		struct plan_cell c = plan->cells[i];

		if (wish->dt_only)
			c.hw = VMS_HW_DT;
		if (!c.direct)
			c.firmware = wish->firmware;
		plan_add(plan, c);
	}
}

int plan_make_xen(const struct plan_wish *wish, struct plan *ret, char *why, size_t size)
{
	char *const *words = wish->words;
	struct plan plan = { .n = 0 };
	struct wanted wanted = { 0 };

	if (wish->no_gicv3 || wish->mmio) {
		snprintf(why, size, "--no-3 and --mmio are about QEMU's guests");
		return -EINVAL;
	}
	if (!words || !*words) {
		take_preset("quick", wish, &plan);
	} else if (words[1] || !take_preset(words[0], wish, &plan)) {
		for (char *const *w = words; *w; w++)
			if (!take_word(&wanted, *w)) {
				snprintf(why, size,
					 "--matrix: '%s' is no preset (quick, spec-2.0, spec-1.0) and no "
					 "axis of "
					 "Xen (hw=dt,acpi,direct vuart=off,on)",
					 *w);
				return -EINVAL;
			}
		combine(&wanted, &plan);
	}
	apply_wish(wish, &plan);
	if (plan.n == 0) {
		snprintf(why, size,
			 "there is nothing to boot on Xen: name a UEFI for its domains (--firmware) or a "
			 "--kernel; the image's ESP holds no kernel that a boot loader entry names");
		return -EINVAL;
	}
	*ret = plan;
	return 0;
}
