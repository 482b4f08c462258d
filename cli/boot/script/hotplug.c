// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A disk and a network card put into a running guest and taken out again; the guest tells when it
 * sees them come and go. Both at once: the guest waits five seconds before it lets a PCIe device go.
 *
 * What a guest misses is counted by its own looks, not by the host's clock: a machine that is emulated, or
 * crowded, is slow, and not deaf. xl comes back when a device is there or gone, which is part of no guest's
 * time.
 */
#include <math.h>
#include "run.h"

#define LOOKS	    12 /* five seconds or more each, as agent.sh has them */
#define VMM_SECONDS 60 /* for the hypervisor to say that what left the guest is gone */

struct plug {
	enum vms_cell_step step;
	enum vmm_device device;
	const char *what;      /* for people */
	double added, removed; /* when the hypervisor was asked; 0: not yet */
	double answered;       /* when it had done what it was asked last */
	unsigned looks;	       /* of the guest's at that time */
	bool over;
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
	p->answered = boot_now();
	p->looks = run_boot(run)->looks;
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

/* Until when the hypervisor has time to say that what left the guest is gone; without an end before that. */
static double kept_until(const struct run *run, const struct plug *p)
{
	const struct agent_plug *a = seen(run, p);

	if (p->over || !p->removed || !a->removed || run->vm->unplugged[p->device])
		return HUGE_VAL;
	return MAX(a->removed, p->answered) + VMM_SECONDS;
}

/* The guest has looked often enough. */
static void give_up(struct run *run, struct plug *p)
{
	const struct agent_plug *a = seen(run, p);
	double seconds = boot_now() - p->answered;
	bool looked;

	if (seconds < 1) /* what it told before the answer comes now */
		p->looks = run_boot(run)->looks;
	looked = run_boot(run)->looks - p->looks >= LOOKS;
	if (p->over || ripe(run, p))
		return;
	if (boot_now() >= kept_until(run, p))
		vms_cell_step(run->facts, p->step, VMS_FAIL,
			      "%s left the guest, but %s did not say that it is gone", p->what,
			      run->vm->ops->title);
	else if (!looked || a->removed)
		return;
	else if (!a->added)
		vms_cell_step(run->facts, p->step, VMS_FAIL, "the guest did not see %s within %.0f s of %s",
			      p->what, seconds, run->vm->ops->plug_word);
	else
		vms_cell_step(run->facts, p->step, VMS_FAIL,
			      "the guest, which saw %s come as %s, did not let it go within %.0f s", p->what,
			      a->name, seconds);
	p->over = true;
}

static void missed(struct run *run, struct plug *p, enum wait w)
{
	if (p->over)
		return;
	if (w == WAIT_TIME)
		vms_cell_step(run->facts, p->step, VMS_UNKNOWN,
			      "%s %s when the cell's %u s were up (--timeout)", p->what,
			      seen(run, p)->added ? "was not seen to go" : "was not seen to come",
			      run->timeout);
	else
		outcome_step_missed(run, p->step, w, p->what);
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

/* For news, or until the hypervisor's time is up. */
static enum wait wait_for_news(struct run *run, const struct plug *blk, const struct plug *net)
{
	double deadline = run->deadline;
	enum wait w;

	note_news(run);
	run->deadline = MIN(deadline, MIN(kept_until(run, blk), kept_until(run, net)));
	w = run_wait(run, has_news);
	run->deadline = deadline;
	/* whatever else it has to tell, the cell's time counts */
	return boot_now() >= deadline && w == WAIT_REACHED ? WAIT_TIME
	       : boot_now() < deadline && w == WAIT_TIME   ? WAIT_REACHED
							   : w;
}

bool step_hotplug(struct run *run)
{
	struct plug blk = { .step = VMS_STEP_HOTPLUG_BLK, .device = VMM_DISK, .what = "the disk" },
		    net = { .step = VMS_STEP_HOTPLUG_NET, .device = VMM_NIC, .what = "the network card" };
	enum wait w = run_wait(run, is_ready);

	if (w != WAIT_REACHED) {
		outcome_step_missed(run, blk.step, w, "hot-plug");
		outcome_step_missed(run, net.step, w, "hot-plug");
		return false;
	}
	plug_in(run, &blk);
	plug_in(run, &net);
	while (w == WAIT_REACHED && !(blk.over && net.over)) {
		go_on(run, &blk);
		go_on(run, &net);
		give_up(run, &blk);
		give_up(run, &net);
		if (!(blk.over && net.over) && !ripe(run, &blk) && !ripe(run, &net))
			w = wait_for_news(run, &blk, &net);
	}
	missed(run, &blk, w);
	missed(run, &net, w);
	return true;
}
