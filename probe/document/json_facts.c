// SPDX-License-Identifier: GPL-2.0-or-later
/* "facts" of a machine's document: what could not be seen is absent. */
#include <string.h>

#include "core/util.h"
#include "json.h"

static void put_number(struct vms_json *j, const char *key, size_t n)
{
	vms_json_int(j, key, (int64_t)n);
}

/* An object of two numbers and maybe a text. */
static void put_version(struct vms_json *j, const char *key, unsigned major, unsigned minor,
			const char *vendor)
{
	vms_json_object(j, key);
	put_number(j, "major", major);
	put_number(j, "minor", minor);
	if (vendor)
		vms_json_string(j, "vendor", vendor);
	vms_json_object_end(j);
}

static void put_consoles(struct vms_json *j, const char *names)
{
	vms_json_array(j, "consoles");
	while (*names) {
		size_t n = strcspn(names, " ");
		char name[64];

		snprintf(name, sizeof(name), "%.*s", (int)MIN(n, sizeof(name) - 1), names);
		if (n)
			vms_json_string(j, NULL, name);
		names += n + (names[n] == ' ');
	}
	vms_json_array_end(j);
}

static void put_one(struct vms_json *j, const char *key, const char *member, size_t n)
{
	vms_json_object(j, key);
	put_number(j, member, n);
	vms_json_object_end(j);
}

static void put_description(struct vms_json *j, const struct vms_facts *f)
{
	vms_json_object(j, "description");
	if (f->described_by)
		vms_json_string(j, "used", f->described_by);
	if (f->fdt)
		vms_json_string(j, "fdt", f->fdt);
	if (f->no_acpi_support)
		vms_json_bool(j, "acpi_support", false);
	vms_json_object_end(j);
}

static void put_cpus(struct vms_json *j, const struct vms_facts *f)
{
	vms_json_object(j, "cpus");
	if (f->cpus_described)
		put_number(j, "described", f->cpus_described);
	if (f->cpus_online)
		put_number(j, "online", f->cpus_online);
	vms_json_object_end(j);
}

void vms_json_facts(struct vms_json *j, const struct vms_facts *f)
{
	vms_json_object(j, "facts");
	if (f->gic_version)
		put_one(j, "gic", "version", f->gic_version);
	if (f->timer_interrupt)
		put_one(j, "timer", "interrupt", f->timer_interrupt);
	if (f->uefi_major)
		put_version(j, "uefi", f->uefi_major, f->uefi_minor, f->uefi_vendor);
	if (f->described_by || f->fdt || f->no_acpi_support)
		put_description(j, f);
	if (f->psci)
		put_version(j, "psci", f->psci_major, f->psci_minor, NULL);
	if (f->exception_level)
		put_number(j, "exception_level", f->exception_level);
	if (f->cpus_described || f->cpus_online)
		put_cpus(j, f);
	if (f->consoles)
		put_consoles(j, f->consoles);
	if (f->kernel)
		vms_json_string(j, "kernel", f->kernel);
	if (f->os)
		vms_json_string(j, "os", f->os);
	vms_json_object_end(j);
}
