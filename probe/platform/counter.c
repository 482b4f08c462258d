/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Readings of the virtual counter; see counter.h. */
#include "counter.h"

#define TRIES 3
/* parts of a hundred by which CNTVCT may run off CNTFRQ; NTP slews far less */
#define RATE_PERCENT 2

static bool at_rate(const struct vms_counter *c)
{
	double ns = (double)(c->second - c->first) * 1e9 / (double)c->hz;

	return ns >= (double)c->ns_min * (100 - RATE_PERCENT) / 100 &&
	       ns <= (double)c->ns_max * (100 + RATE_PERCENT) / 100;
}

/* One odd reading may be a preempted or migrated VM: only the same thing three
 * times over is evidence. */
enum counter_state counter_read(struct vms_machine *m, struct vms_counter *c)
{
	enum counter_state state = COUNTER_UNSEEN;

	for (int i = 0; i < TRIES; i++) {
		enum counter_state seen;

		if (m->live->counter(m, c) < 0)
			return COUNTER_UNSEEN;
		seen = c->second <= c->first ? COUNTER_STANDS
		       : c->hz && at_rate(c) ? COUNTER_RUNS
					     : COUNTER_OFF_RATE;
		if (seen == COUNTER_RUNS)
			return seen;
		if (i > 0 && seen != state)
			return COUNTER_UNSEEN;
		state = seen;
	}
	return state;
}
