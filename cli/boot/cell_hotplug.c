// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A disk and a network card put into a running guest and taken out again, through QMP's
 * device_add and device_del; the guest tells when it sees them come and go. Both at once:
 * the guest waits five seconds before it lets a PCIe device go.
 */
#include "cell.h"

struct plug {
	enum vms_cell_step step;
	const char *what; /* for people */
	const char *id;
	double added, removed; /* when QEMU was asked; 0: not yet */
	bool over;
};

struct plugs {
	struct plug blk, net;
};

static bool hotplug_ready(const struct cell_run *run)
{
	return cell_boot(run)->hotplug;
}

static const struct agent_plug *seen(const struct cell_run *run, const struct plug *p)
{
	return p->step == VMS_STEP_HOTPLUG_BLK ? &cell_boot(run)->blk : &cell_boot(run)->net;
}

static bool deleted(const struct cell_run *run, const struct plug *p)
{
	return p->step == VMS_STEP_HOTPLUG_BLK ? run->gone_blk : run->gone_net;
}

/* A refusal is QEMU's word about our request: it decides nothing about the guest. */
static void ask(struct cell_run *run, struct plug *p, const char *command, struct json_object *arguments)
{
	enum wait w = cell_command(run, command, arguments);

	if (w == WAIT_REACHED && !run->qmp.reply.failed)
		return;
	p->over = true;
	if (w == WAIT_REACHED)
		vms_cell_step(run->facts, p->step, VMS_UNKNOWN, "QEMU refused %s of %s: %s", command, p->what,
			      run->qmp.reply.error);
	else
		cell_step_missed(run, p->step, w, command);
}

static void plug_in(struct cell_run *run, struct plugs *p)
{
	p->blk.added = boot_now();
	ask(run, &p->blk, "device_add",
	    qmp_arguments("driver", "virtio-blk-pci", "id", QEMU_PLUG_BLK, "drive", "plug-blk", "bus",
			  "slot-blk", "serial", QEMU_PLUG_SERIAL, NULL));
	p->net.added = boot_now();
	ask(run, &p->net, "device_add",
	    qmp_arguments("driver", "virtio-net-pci", "id", QEMU_PLUG_NET, "netdev", "plug-net", "bus",
			  "slot-net", "mac", QEMU_PLUG_MAC, "romfile", "", NULL));
}

/* Something for us to do, or to note: a device was seen to come, or has gone for good. */
static bool ripe(const struct cell_run *run, const struct plug *p)
{
	const struct agent_plug *a = seen(run, p);

	if (p->over)
		return false;
	return p->removed ? a->removed && deleted(run, p) : a->added > 0;
}

static void go_on(struct cell_run *run, struct plug *p)
{
	const struct agent_plug *a = seen(run, p);

	if (!ripe(run, p))
		return;
	if (!p->removed) {
		p->removed = boot_now();
		ask(run, p, "device_del", qmp_arguments("id", p->id, NULL));
		return;
	}
	p->over = true;
	vms_cell_step(run->facts, p->step, VMS_PASS,
		      "seen by the guest as %s %.1f s after device_add, gone %.1f s after device_del",
		      a->name, a->added - p->added, a->removed - p->removed);
}

static bool something_ripe(const struct cell_run *run)
{
	return ripe(run, &run->plugs->blk) || ripe(run, &run->plugs->net);
}

static void missed(struct cell_run *run, struct plug *p, enum wait w)
{
	const struct agent_plug *a = seen(run, p);

	if (p->over)
		return;
	if (w != WAIT_TIME)
		cell_step_missed(run, p->step, w, p->what);
	else if (!a->added)
		vms_cell_step(run->facts, p->step, VMS_FAIL,
			      "the guest did not see %s within %.0f s of device_add", p->what,
			      boot_now() - p->added);
	else if (!a->removed)
		vms_cell_step(run->facts, p->step, VMS_FAIL,
			      "the guest, which saw %s come as %s, did not let it go within %.0f s", p->what,
			      a->name, boot_now() - p->removed);
	else
		vms_cell_step(run->facts, p->step, VMS_FAIL,
			      "%s left the guest, but QEMU did not say DEVICE_DELETED", p->what);
}

void cell_hotplug(struct cell_run *run)
{
	struct plugs p = { .blk = { VMS_STEP_HOTPLUG_BLK, "the disk", QEMU_PLUG_BLK, 0, 0, false },
			   .net = { VMS_STEP_HOTPLUG_NET, "the network card", QEMU_PLUG_NET, 0, 0, false } };
	double deadline = run->deadline;
	enum wait w = cell_wait(run, hotplug_ready);

	if (w != WAIT_REACHED) {
		cell_step_missed(run, VMS_STEP_HOTPLUG_BLK, w, "hot-plug");
		cell_step_missed(run, VMS_STEP_HOTPLUG_NET, w, "hot-plug");
		return;
	}
	run->deadline = boot_now() + (run->cell->kvm ? 60 : 120);
	run->plugs = &p;
	plug_in(run, &p);
	while (w == WAIT_REACHED && !(p.blk.over && p.net.over)) {
		w = cell_wait(run, something_ripe);
		if (w == WAIT_REACHED) {
			go_on(run, &p.blk);
			go_on(run, &p.net);
		}
	}
	missed(run, &p.blk, w);
	missed(run, &p.net, w);
	run->deadline = deadline;
	run->plugs = NULL;
}
