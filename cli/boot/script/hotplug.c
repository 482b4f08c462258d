// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A disk and a network card put into a running guest and taken out again; the guest tells when it
 * sees them come and go. Both at once: the guest waits five seconds before it lets a PCIe device go.
 */
#include "run.h"

struct plug {
	enum vms_cell_step step;
	enum vmm_device device;
	const char *what;      /* for people */
	double added, removed; /* when the hypervisor was asked; 0: not yet */
	bool over;
	bool cut; /* the cell's time ends before that of a device */
};

static const struct agent_plug *seen(const struct run *run, const struct plug *p)
{
	return p->device == VMM_DISK ? &run_boot(run)->blk : &run_boot(run)->net;
}

/* What was told before anybody asked is about something else. */
static void forget(struct run *run, const struct plug *p)
{
	struct agent_boot *b = &run->guest.agent.boots[run->at];

	*(p->device == VMM_DISK ? &b->blk : &b->net) = (struct agent_plug){ 0 };
	run->vm->unplugged[p->device] = false;
}

/* Something for us to do, or to note: a device was seen to come, or has gone for good. */
static bool ripe(const struct run *run, const struct plug *p)
{
	const struct agent_plug *a = seen(run, p);

	if (p->over)
		return false;
	return p->removed ? a->removed && run->vm->unplugged[p->device] : a->added > 0;
}

/* A refusal is the hypervisor's word about our request: it decides nothing about the guest. */
static void take_answer(struct run *run, struct plug *p, enum vmm_fault fault, const char *what)
{
	if (!fault)
		return;
	p->over = true;
	if (fault == VMM_REFUSED)
		vms_cell_step(run->facts, p->step, VMS_UNKNOWN, "%s refused %s of %s: %s",
			      run->vm->ops->title, what, p->what, run->vm->said);
	else
		outcome_step_missed(run, p->step, run_fault(run, fault), what);
}

static void plug_in(struct run *run, struct plug *p)
{
	forget(run, p);
	p->added = boot_now();
	take_answer(run, p, run->vm->ops->plug(run->vm, p->device), run->vm->ops->plug_word);
}

static void go_on(struct run *run, struct plug *p)
{
	const struct agent_plug *a = seen(run, p);

	if (!ripe(run, p))
		return;
	if (!p->removed) {
		p->removed = boot_now();
		take_answer(run, p, run->vm->ops->unplug(run->vm, p->device), run->vm->ops->unplug_word);
		return;
	}
	p->over = true;
	vms_cell_step(run->facts, p->step, VMS_PASS,
		      "seen by the guest as %s %.1f s after %s, gone %.1f s after %s", a->name,
		      a->added - p->added, run->vm->ops->plug_word, a->removed - p->removed,
		      run->vm->ops->unplug_word);
}

static void missed(struct run *run, struct plug *p, enum wait w)
{
	const struct agent_plug *a = seen(run, p);

	if (p->over)
		return;
	if (w != WAIT_TIME)
		outcome_step_missed(run, p->step, w, p->what);
	else if (p->cut)
		vms_cell_step(run->facts, p->step, VMS_UNKNOWN,
			      "%s %s when the cell's %u s were up (--timeout)", p->what,
			      a->added ? "was not seen to go" : "was not seen to come", run->timeout);
	else if (!a->added)
		vms_cell_step(run->facts, p->step, VMS_FAIL, "the guest did not see %s within %.0f s of %s",
			      p->what, boot_now() - p->added, run->vm->ops->plug_word);
	else if (!a->removed)
		vms_cell_step(run->facts, p->step, VMS_FAIL,
			      "the guest, which saw %s come as %s, did not let it go within %.0f s", p->what,
			      a->name, boot_now() - p->removed);
	else
		vms_cell_step(run->facts, p->step, VMS_FAIL,
			      "%s left the guest, but %s did not say that it is gone", p->what,
			      run->vm->ops->title);
}

static bool is_ready(const struct run *run)
{
	return run_boot(run)->hotplug;
}

/* Any news: what it is about is looked at after each. */
static bool has_news(const struct run *run)
{
	return run->guest.agent.told != run->told ||
	       run->vm->unplugged[VMM_DISK] != run->was_unplugged[VMM_DISK] ||
	       run->vm->unplugged[VMM_NIC] != run->was_unplugged[VMM_NIC];
}

static void note_news(struct run *run)
{
	run->told = run->guest.agent.told;
	memcpy(run->was_unplugged, run->vm->unplugged, sizeof(run->was_unplugged));
}

bool step_hotplug(struct run *run)
{
	struct plug blk = { .step = VMS_STEP_HOTPLUG_BLK, .device = VMM_DISK, .what = "the disk" },
		    net = { .step = VMS_STEP_HOTPLUG_NET, .device = VMM_NIC, .what = "the network card" };
	double deadline = run->deadline;
	enum wait w = run_wait(run, is_ready);

	if (w != WAIT_REACHED) {
		outcome_step_missed(run, blk.step, w, "hot-plug");
		outcome_step_missed(run, net.step, w, "hot-plug");
		return false;
	}
	run->deadline = boot_now() + (run->cell->kvm ? 60 : 120);
	blk.cut = net.cut = run->deadline > deadline;
	run->deadline = MIN(run->deadline, deadline);
	plug_in(run, &blk);
	plug_in(run, &net);
	while (w == WAIT_REACHED && !(blk.over && net.over)) {
		go_on(run, &blk);
		go_on(run, &net);
		note_news(run);
		if (boot_now() >= run->deadline) /* whatever else it has to tell */
			w = WAIT_TIME;
		else if (!(blk.over && net.over) && !ripe(run, &blk) && !ripe(run, &net))
			w = run_wait(run, has_news);
	}
	missed(run, &blk, w);
	missed(run, &net, w);
	run->deadline = deadline;
	return true;
}
