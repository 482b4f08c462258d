/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What all CPUs do within a moment: the counter read in turn on each, and a short sleep on each, counted
 * in /proc/interrupts. 20 ms in all where CPUs are real; what there was no time for is told as not sampled.
 */
#include <errno.h>
#include <sched.h>
#include <sys/auxv.h>
#include <time.h>

#include "core/util.h"
#include "live_counter.h"
#include "live_cpus.h"

#define BUDGET_NS 20000000u
#define SLEEP_NS  30000
#define SLOW_NS	  400000000u /* what an emulated machine may take longer */
#define ROUNDS	  8
#define CPUS_MAX  4096
#define TABLE_MAX (8u << 20)

int vms_live_page_size(_unused_ struct vms_machine *m, unsigned *ret)
{
	long size = sysconf(_SC_PAGESIZE);

	if (size <= 0)
		return -ENOSYS;
	*ret = (unsigned)size;
	return 0;
}

bool vms_arch_timer_counts(const char *table, unsigned long long *counts, unsigned n)
{
	const char *line;
	size_t len;

	while (vms_next_line(&table, &line, &len)) {
		const char *p, *end = line + len;
		char *next;

		if (!memmem(line, len, "arch_timer", 10) || !(p = memchr(line, ':', len)))
			continue;
		p++;
		for (unsigned i = 0; i < n; i++, p = next) {
			counts[i] += strtoull(p, &next, 10);
			if (next == p || next > end)
				break;
		}
		return true;
	}
	return false;
}

#ifdef __aarch64__
static bool run_on(unsigned cpu)
{
	cpu_set_t *set = CPU_ALLOC(CPUS_MAX);
	size_t size = CPU_ALLOC_SIZE(CPUS_MAX);
	bool there;

	if (!set)
		return false;
	CPU_ZERO_S(size, set);
	CPU_SET_S(cpu, size, set);
	there = sched_setaffinity(0, size, set) == 0;
	CPU_FREE(set);
	return there;
}

static int add_counts(struct vms_machine *m, unsigned long long *counts)
{
	_cleanup_buf_ struct vms_buf table = { NULL, 0 };
	int err = vms_root_read(m->root, "/proc/interrupts", TABLE_MAX, &table);

	return err < 0 ? err : vms_arch_timer_counts(table.data, counts, CPUS_MAX) ? 0 : -ENODATA;
}

struct cpu_list {
	unsigned cpu[CPUS_MAX];
	unsigned n;
};

static int online_cpus(struct vms_machine *m, struct cpu_list *ret)
{
	_cleanup_buf_ struct vms_buf line = { NULL, 0 };
	int err = vms_root_read_line(m->root, "/sys/devices/system/cpu/online", &line);
	char *at;

	if (err < 0)
		return err;
	at = line.data;
	ret->n = 0;
	while (*at) {
		unsigned first = (unsigned)strtoul(at, &at, 10), last = first;

		if (*at == '-')
			last = (unsigned)strtoul(at + 1, &at, 10);
		for (unsigned c = first; c <= last && c < CPUS_MAX && ret->n < CPUS_MAX; c++)
			ret->cpu[ret->n++] = c;
		if (*at != ',')
			break;
		at++;
	}
	return ret->n ? 0 : -ENODATA;
}

/* One CPU after the other, round after round: a reading that is less than the one before went back. */
static void read_in_turn(const struct cpu_list *cpus, uint64_t until, bool *sampled,
			 struct vms_cpu_samples *s)
{
	uint64_t before = 0;

	/* the first round is a whole one also where a CPU is emulated, or this process was kept from running
	 * before it */
	for (unsigned round = 0; round < ROUNDS && (!round || vms_raw_ns() < until); round++) {
		for (unsigned i = 0; i < cpus->n && vms_raw_ns() < (round ? until : until + SLOW_NS); i++) {
			uint64_t v;

			if (!run_on(cpus->cpu[i]))
				continue;
			v = vms_read_cntvct();
			s->backwards += v < before;
			before = v;
			v = vms_read_cntvct();
			s->backwards += v < before;
			before = v;
			s->reads += 2;
			sampled[i] = true;
		}
	}
}

static void sleep_in_turn(const struct cpu_list *cpus, uint64_t until, struct vms_cpu_samples *s)
{
	for (unsigned i = 0; i < cpus->n && vms_raw_ns() < until + SLOW_NS; i++) {
		struct timespec t = { 0, SLEEP_NS };

		if (!run_on(cpus->cpu[i]))
			continue;
		nanosleep(&t, NULL);
		s->slept++;
	}
}

struct sampling {
	struct vms_machine *m;
	struct cpu_list cpus;
	unsigned long long before[CPUS_MAX], after[CPUS_MAX];
	bool sampled[CPUS_MAX];
	struct vms_cpu_samples s;
};

static int counters_in_turn(void *ctx)
{
	struct sampling *t = ctx;

	read_in_turn(&t->cpus, vms_raw_ns() + BUDGET_NS / 4, t->sampled, &t->s);
	return 0;
}

/* The columns of /proc/interrupts are the online CPUs, in order. */
static int sample(struct sampling *t)
{
	int err = online_cpus(t->m, &t->cpus);

	if (err < 0)
		return err;
	t->s.online = t->cpus.n;
	err = vms_read_trapped(counters_in_turn, t);
	if (err < 0)
		return err;
	for (unsigned i = 0; i < t->cpus.n; i++)
		t->s.sampled += t->sampled[i];
	err = add_counts(t->m, t->before);
	if (!err)
		sleep_in_turn(&t->cpus, vms_raw_ns() + BUDGET_NS / 2, &t->s);
	if (!err)
		err = add_counts(t->m, t->after);
	for (unsigned i = 0; !err && i < t->cpus.n; i++)
		t->s.woken += t->after[i] > t->before[i];
	return err == -ENOMEM ? err : 0;
}

int vms_live_cpu_samples(struct vms_machine *m, struct vms_cpu_samples *ret)
{
	_cleanup_free_ struct sampling *t = calloc(1, sizeof(*t));
	cpu_set_t *mask = CPU_ALLOC(CPUS_MAX);
	size_t size = CPU_ALLOC_SIZE(CPUS_MAX);
	int err = t && mask ? 0 : vms_no_memory();

	if (!err && sched_getaffinity(0, size, mask) < 0)
		err = -errno;
	if (!err) {
		t->m = m;
		err = sample(t);
		sched_setaffinity(0, size, mask);
	}
	if (mask)
		CPU_FREE(mask);
	if (!err)
		*ret = t->s;
	return err;
}
#else
int vms_live_cpu_samples(_unused_ struct vms_machine *m, _unused_ struct vms_cpu_samples *ret)
{
	return -EOPNOTSUPP;
}
#endif
