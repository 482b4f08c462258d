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

static void put_number(struct json_object *o, const char *key, double value, int *err)
{
	char text[32];

	snprintf(text, sizeof(text), "%.1f", value);
	vms_json_put_double(o, key, value, text, err);
}

static void put_true(struct json_object *o, const char *key, bool value, int *err)
{
	if (value)
		vms_json_put_bool(o, key, true, err);
}

static struct json_object *hardware(const struct vms_cell *c, int *err)
{
	struct json_object *o = vms_json_object(err);

	put_true(o, "default", c->standard, err);
	if (c->gic)
		vms_json_put_int(o, "gic", c->gic, err);
	vms_json_put_string(o, "description", descriptions[c->hw], err);
	vms_json_put_string(o, "bus", buses[c->bus], err);
	put_true(o, "aarch32", c->aarch32, err);
	put_true(o, "direct", c->direct, err);
	put_true(o, "vuart", c->vuart, err);
	if (c->firmware)
		vms_json_put_string(o, "firmware", c->firmware, err);
	return o;
}

static struct json_object *steps_object(const struct vms_cell *c, int *err)
{
	struct json_object *o = vms_json_object(err);

	for (size_t i = 0; i < VMS_N_STEPS; i++) {
		struct json_object *step;

		if (!c->steps[i].reason)
			continue;
		step = vms_json_object(err);
		vms_json_put_string(step, "status", vms_status_name(c->steps[i].status), err);
		vms_json_put_string(step, "reason", c->steps[i].reason, err);
		vms_json_put(o, step_names[i], step, err);
	}
	return o;
}

static struct json_object *plan(const struct vms_cell *c, int *err)
{
	struct json_object *list = vms_json_array(err);

	for (size_t i = 0; i < c->n_plan; i++) {
		struct json_object *o = vms_json_object(err);

		vms_json_put_string(o, "name", c->plan[i].name, err);
		vms_json_put(o, "hardware", hardware(&c->plan[i], err), err);
		vms_json_push(list, o, err);
	}
	return list;
}

int vms_cell_facts(const struct vms_cell *c, char **ret)
{
	_cleanup_json_ struct json_object *o = NULL;
	int err = 0;

	o = vms_json_object(&err);
	vms_json_put(o, "hardware", hardware(c, &err), &err);
	if (c->n_plan)
		vms_json_put(o, "matrix", plan(c, &err), &err);
	vms_json_put_string(o, "end", ends[c->end], &err);
	vms_json_put_string(o, "cause", causes[c->cause], &err);
	vms_json_put_string(o, "stage", stages[c->stage], &err);
	if (c->reason)
		vms_json_put_string(o, "reason", c->reason, &err);
	put_number(o, "seconds", c->seconds, &err);
	vms_json_put(o, "steps", steps_object(c, &err), &err);
	return err ? err : vms_json_text(o, ret);
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
