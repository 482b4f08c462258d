/* SPDX-License-Identifier: GPL-2.0-or-later */
/* All checks, in the order in which they are printed. */
#include "registry.h"

static const struct vms_checks *const registry[] = {
	&vms_checks_image,
	&vms_checks_efi,     &vms_checks_efivars, &vms_checks_persist, &vms_checks_rtc,
	&vms_checks_el1,     &vms_checks_hwdesc,  &vms_checks_enumeration, &vms_checks_console, &vms_checks_gic,
	&vms_checks_timer,   &vms_checks_psci,    &vms_checks_hotplug, &vms_checks_aarch32,
	&vms_checks_os,      &vms_checks_os_rtc,  &vms_checks_drivers,
	&vms_checks_boot,
};

size_t vms_n_checks(void)
{
	size_t n = 0;

	for (size_t i = 0; i < ARRAY_SIZE(registry); i++)
		n += registry[i]->n;
	return n;
}

const struct vms_check *vms_check_at(size_t at)
{
	for (size_t i = 0; i < ARRAY_SIZE(registry); i++) {
		if (at < registry[i]->n)
			return &registry[i]->checks[at];
		at -= registry[i]->n;
	}
	return NULL;
}

const char *vms_check_chapter(const struct vms_check *c)
{
	for (size_t i = 0; i < ARRAY_SIZE(registry); i++)
		if (c >= registry[i]->checks && c < registry[i]->checks + registry[i]->n)
			return registry[i]->chapter;
	return "";
}

const struct vms_check *vms_check_find(const char *id)
{
	for (size_t i = 0; i < ARRAY_SIZE(registry); i++)
		for (size_t j = 0; j < registry[i]->n; j++)
			if (streq(registry[i]->checks[j].id, id))
				return &registry[i]->checks[j];
	return NULL;
}
