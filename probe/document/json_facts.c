// SPDX-License-Identifier: GPL-2.0-or-later
/* "facts" of a machine's document: what could not be seen is absent. */
#include <string.h>

#include "core/util.h"
#include "json.h"

static void put_number(struct json_object *o, const char *key, size_t n, int *err)
{
	vms_json_put_int(o, key, (int64_t)n, err);
}

/* An object of two numbers and maybe a text. */
static struct json_object *version(unsigned major, unsigned minor, const char *vendor, int *err)
{
	struct json_object *o = vms_json_object(err);

	put_number(o, "major", major, err);
	put_number(o, "minor", minor, err);
	if (vendor)
		vms_json_put_string(o, "vendor", vendor, err);
	return o;
}

static struct json_object *consoles(const char *names, int *err)
{
	struct json_object *a = vms_json_array(err);

	while (*names) {
		size_t n = strcspn(names, " ");
		char name[64];

		snprintf(name, sizeof(name), "%.*s", (int)MIN(n, sizeof(name) - 1), names);
		if (n)
			vms_json_push(a, vms_json_string(name, err), err);
		names += n + (names[n] == ' ');
	}
	return a;
}

static struct json_object *one(const char *key, size_t n, int *err)
{
	struct json_object *o = vms_json_object(err);

	put_number(o, key, n, err);
	return o;
}

struct json_object *vms_json_facts(const struct vms_facts *f, int *err)
{
	struct json_object *o = vms_json_object(err), *in;

	if (f->gic_version)
		vms_json_put(o, "gic", one("version", f->gic_version, err), err);
	if (f->timer_interrupt)
		vms_json_put(o, "timer", one("interrupt", f->timer_interrupt, err), err);
	if (f->uefi_major)
		vms_json_put(o, "uefi", version(f->uefi_major, f->uefi_minor, f->uefi_vendor, err), err);
	if (f->described_by || f->fdt || f->no_acpi_support) {
		in = vms_json_object(err);
		if (f->described_by)
			vms_json_put_string(in, "used", f->described_by, err);
		if (f->fdt)
			vms_json_put_string(in, "fdt", f->fdt, err);
		if (f->no_acpi_support)
			vms_json_put_bool(in, "acpi_support", false, err);
		vms_json_put(o, "description", in, err);
	}
	if (f->psci)
		vms_json_put(o, "psci", version(f->psci_major, f->psci_minor, NULL, err), err);
	if (f->exception_level)
		put_number(o, "exception_level", f->exception_level, err);
	if (f->cpus_described || f->cpus_online) {
		in = vms_json_object(err);
		if (f->cpus_described)
			put_number(in, "described", f->cpus_described, err);
		if (f->cpus_online)
			put_number(in, "online", f->cpus_online, err);
		vms_json_put(o, "cpus", in, err);
	}
	if (f->consoles)
		vms_json_put(o, "consoles", consoles(f->consoles, err), err);
	if (f->kernel)
		vms_json_put_string(o, "kernel", f->kernel, err);
	if (f->os)
		vms_json_put_string(o, "os", f->os, err);
	return o;
}
