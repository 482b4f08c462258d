/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What was seen of a cell, but for its guest's document, as a JSON object: with both, a cell that was
 * run elsewhere is judged as if it had been run here.
 */
#include <errno.h>

#include "core/json_get.h"
#include "document/json.h"
#include "matrix.h"

static const char *const ends[] = {
	[VMS_CELL_NOT_RUN] = "not-run", [VMS_CELL_CANNOT] = "cannot", [VMS_CELL_VERDICT] = "verdict",
	[VMS_CELL_FAILED] = "failed",	[VMS_CELL_OPEN] = "open",
};
static const char *const causes[] = {
	[VMS_CAUSE_NONE] = "none",
	[VMS_CAUSE_IMAGE] = "image",
	[VMS_CAUSE_NO_FIRMWARE] = "no-firmware",
	[VMS_CAUSE_NO_HYPERVISOR] = "no-hypervisor",
	[VMS_CAUSE_HOST] = "host",
	[VMS_CAUSE_DRIVER] = "driver",
	[VMS_CAUSE_USER] = "user",
	[VMS_CAUSE_TIME] = "time",
	[VMS_CAUSE_STILL] = "still",
	[VMS_CAUSE_STOPPED] = "stopped",
	[VMS_CAUSE_POWERED_OFF] = "powered-off",
	[VMS_CAUSE_CRASHED] = "crashed",
	[VMS_CAUSE_PROCESS] = "process",
	[VMS_CAUSE_NO_TOOL] = "no-tool",
	[VMS_CAUSE_NO_LOGIN] = "no-login",
	[VMS_CAUSE_DOCUMENT] = "document",
};
static const char *const stages[] = {
	[VMS_STAGE_NONE] = "none",     [VMS_STAGE_FIRMWARE] = "firmware",   [VMS_STAGE_LOADER] = "loader",
	[VMS_STAGE_KERNEL] = "kernel", [VMS_STAGE_USERSPACE] = "userspace", [VMS_STAGE_LOGIN] = "login",
	[VMS_STAGE_AGENT] = "agent",
};
static const char *const descriptions[] = {
	[VMS_HW_DEFAULT] = "default", [VMS_HW_ACPI] = "acpi", [VMS_HW_DT] = "dt"
};
static const char *const buses[] = { [VMS_BUS_PCI] = "pci", [VMS_BUS_MMIO] = "mmio", [VMS_BUS_XEN] = "xen" };
static const char *const step_names[VMS_N_STEPS] = {
	[VMS_STEP_RESTART] = "restart",		[VMS_STEP_POWEROFF] = "poweroff",
	[VMS_STEP_REBOOT] = "reboot",		[VMS_STEP_COLD] = "cold",
	[VMS_STEP_HOTPLUG_BLK] = "hotplug-blk", [VMS_STEP_HOTPLUG_NET] = "hotplug-net",
};

static void put_true(struct vms_json *j, const char *key, bool value)
{
	if (value)
		vms_json_bool(j, key, true);
}

static void put_hardware(struct vms_json *j, const struct vms_cell *c)
{
	vms_json_object(j, "hardware");
	put_true(j, "default", c->standard);
	if (c->gic)
		vms_json_int(j, "gic", c->gic);
	vms_json_string(j, "description", descriptions[c->hw]);
	vms_json_string(j, "bus", buses[c->bus]);
	put_true(j, "aarch32", c->aarch32);
	put_true(j, "direct", c->direct);
	put_true(j, "vuart", c->vuart);
	if (c->firmware)
		vms_json_string(j, "firmware", c->firmware);
	vms_json_object_end(j);
}

static void put_steps(struct vms_json *j, const struct vms_cell *c)
{
	vms_json_object(j, "steps");
	for (size_t i = 0; i < VMS_N_STEPS; i++) {
		if (!c->steps[i].reason)
			continue;
		vms_json_object(j, step_names[i]);
		vms_json_string(j, "status", vms_status_name(c->steps[i].status));
		vms_json_string(j, "reason", c->steps[i].reason);
		vms_json_object_end(j);
	}
	vms_json_object_end(j);
}

static void put_plan(struct vms_json *j, const struct vms_cell *c)
{
	vms_json_array(j, "matrix");
	for (size_t i = 0; i < c->n_plan; i++) {
		vms_json_object(j, NULL);
		vms_json_string(j, "name", c->plan[i].name);
		put_hardware(j, &c->plan[i]);
		vms_json_object_end(j);
	}
	vms_json_array_end(j);
}

static int write_facts(const struct vms_cell *c, FILE *out)
{
	struct vms_json j;

	vms_json_open(&j, out, false);
	put_hardware(&j, c);
	if (c->n_plan)
		put_plan(&j, c);
	vms_json_string(&j, "end", ends[c->end]);
	vms_json_string(&j, "cause", causes[c->cause]);
	vms_json_string(&j, "stage", stages[c->stage]);
	if (c->reason)
		vms_json_string(&j, "reason", c->reason);
	vms_json_double(&j, "seconds", c->seconds);
	put_steps(&j, c);
	return vms_json_close(&j);
}

int vms_cell_facts(const struct vms_cell *c, char **ret)
{
	char *text = NULL;
	size_t len = 0;
	FILE *f = vms_memstream(&text, &len);
	int err = f ? write_facts(c, f) : -ENOMEM;

	if (f && fclose(f) != 0)
		err = -ENOMEM;
	if (err) {
		free(text);
		return -ENOMEM;
	}
	*ret = text;
	return 0;
}

/* The place of a member's text in a list; -EBADMSG: it is none of them. */
static int index_of(struct json_object *o, const char *key, const char *const *names, size_t n, size_t *ret)
{
	const char *text = vms_json_get_string(o, key);

	for (size_t i = 0; text && i < n; i++)
		if (names[i] && streq(names[i], text)) {
			*ret = i;
			return 0;
		}
	return -EBADMSG;
}

static int copy_text(struct json_object *o, const char *key, char **to)
{
	const char *text = vms_json_get_string(o, key);

	if (!text)
		return 0;
	*to = vms_printable(text, strlen(text));
	return *to ? 0 : -ENOMEM;
}

static int read_hardware(struct json_object *o, struct vms_cell *c)
{
	int64_t gic = 0;
	size_t hw, bus;

	if (index_of(o, "description", descriptions, ARRAY_SIZE(descriptions), &hw) ||
	    index_of(o, "bus", buses, ARRAY_SIZE(buses), &bus))
		return -EBADMSG;
	vms_json_get_int(o, "gic", &gic);
	c->hw = (enum vms_cell_hw)hw;
	c->bus = (enum vms_cell_bus)bus;
	c->gic = gic == 2 || gic == 3 ? (unsigned)gic : 0;
	c->standard = vms_json_get_true(o, "default");
	c->aarch32 = vms_json_get_true(o, "aarch32");
	c->direct = vms_json_get_true(o, "direct");
	c->vuart = vms_json_get_true(o, "vuart");
	return copy_text(o, "firmware", &c->firmware);
}

static int read_step(struct json_object *o, struct vms_step_result *to)
{
	const char *status = vms_json_get_string(o, "status");
	int s = 0;

	while (s < VMS_N_STATUS && (!status || !streq(status, vms_status_name((enum vms_status)s))))
		s++;
	if (s == VMS_N_STATUS)
		return -EBADMSG;
	to->status = (enum vms_status)s;
	return copy_text(o, "reason", &to->reason);
}

static int read_steps(struct json_object *o, struct vms_cell *c)
{
	int err = 0;

	for (size_t i = 0; !err && i < VMS_N_STEPS; i++) {
		struct json_object *step = vms_json_get(o, step_names[i], json_type_object);

		if (step)
			err = read_step(step, &c->steps[i]);
	}
	return err;
}

#define PLAN_MAX 4096

static int read_plan(struct json_object *list, struct vms_cell *c)
{
	size_t n = vms_json_items(list);

	if (n == 0)
		return 0;
	if (n > PLAN_MAX)
		return -EBADMSG;
	c->plan = calloc(n, sizeof(*c->plan));
	if (!c->plan)
		return -ENOMEM;
	while (c->n_plan < n) {
		struct vms_cell *to = &c->plan[c->n_plan];
		struct json_object *o = json_object_array_get_idx(list, c->n_plan++);
		int err = copy_text(o, "name", &to->name);

		if (!err)
			err = read_hardware(vms_json_get(o, "hardware", json_type_object), to);
		if (!err && !to->name)
			err = -EBADMSG;
		if (err)
			return err;
	}
	return 0;
}

int vms_cell_take_facts(struct vms_cell *cell, struct json_object *o)
{
	struct json_object *seconds = vms_json_get(o, "seconds", json_type_double);
	struct vms_cell c = { .seconds = seconds ? json_object_get_double(seconds) : 0 };
	size_t end, cause, stage;
	int64_t whole;
	int err;

	if (!seconds && vms_json_get_int(o, "seconds", &whole)) /* 41 is a double, too */
		c.seconds = (double)whole;

	if (index_of(o, "end", ends, ARRAY_SIZE(ends), &end) ||
	    index_of(o, "cause", causes, ARRAY_SIZE(causes), &cause) ||
	    index_of(o, "stage", stages, ARRAY_SIZE(stages), &stage))
		return -EBADMSG;
	c.end = (enum vms_cell_end)end;
	c.cause = (enum vms_cell_cause)cause;
	c.stage = (enum vms_cell_stage)stage;
	err = read_hardware(vms_json_get(o, "hardware", json_type_object), &c);
	if (!err)
		err = copy_text(o, "reason", &c.reason);
	if (!err)
		err = read_plan(vms_json_get(o, "matrix", json_type_array), &c);
	if (!err)
		err = read_steps(vms_json_get(o, "steps", json_type_object), &c);
	if (err) {
		vms_cell_clear(&c);
		return err;
	}
	c.name = cell->name;
	cell->name = NULL;
	vms_cell_clear(cell);
	*cell = c;
	return 0;
}
