/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * CPUs that run, and what the kernel's log says of those that do not; see cpus.h. The
 * log's words are those of arch/arm64/kernel/{smp,psci}.c and arch/arm/kernel/smp.c.
 */
#include <ctype.h>
#include <errno.h>
#include <limits.h>

#include "core/result.h"
#include "cpus.h"
#include "irq.h"
#include "kernel/cmdline.h"
#include "kernel/kmsg.h"

#define CPU_DIR "/sys/devices/system/cpu"

void cpu_set_clear(struct cpu_set *s)
{
	free(s->in);
	*s = (struct cpu_set){ 0 };
}

static int cpu_set_add(struct cpu_set *s, unsigned from, unsigned to)
{
	if (to >= s->n) {
		uint8_t *grown = realloc(s->in, to + 1);

		if (!grown)
			return vms_no_memory();
		memset(grown + s->n, 0, to + 1 - s->n);
		s->in = grown;
		s->n = to + 1;
	}
	for (unsigned i = from; i <= to; i++) {
		s->count += !s->in[i];
		s->in[i] = 1;
	}
	return 0;
}

int cpu_set_parse(const char *list, struct cpu_set *ret)
{
	struct cpu_set s = { 0 };
	int err = 0;

	while (*list && !err) {
		unsigned from, to;
		int used = 0;

		/* scanf takes signs and white space, the kernel writes none */
		err = -EBADMSG;
		if (!isdigit((unsigned char)*list))
			break;
		if (sscanf(list, "%9u-%9u%n", &from, &to, &used) != 2) {
			if (sscanf(list, "%9u%n", &from, &used) != 1)
				break;
			to = from;
		}
		if (to < from || to >= CPUS_MAX || (list[used] && (list[used] != ',' || !list[used + 1])))
			break;
		err = cpu_set_add(&s, from, to);
		list += used + (list[used] == ',');
	}
	if (err < 0) {
		cpu_set_clear(&s);
		return err;
	}
	*ret = s;
	return 0;
}

int cpu_set_read(struct vms_machine *m, const char *name, struct cpu_set *ret)
{
	_cleanup_free_ char *path = vms_asprintf(CPU_DIR "/%s", name);
	_cleanup_buf_ struct vms_buf list = { NULL, 0 };
	int err = path ? vms_root_read_line(m->root, path, &list) : -ENOMEM;

	return err < 0 ? err : cpu_set_parse(list.data, ret);
}

int cpus_online(struct vms_machine *m, unsigned *ret)
{
	struct cpu_set online = { 0 };
	int err = cpu_set_read(m, "online", &online);
	const struct irq_facts *irq;

	if (err == 0 && online.count) {
		*ret = online.count;
		cpu_set_clear(&online);
		return 0;
	}
	irq = irq_read(m);
	if (!irq)
		return -ENOMEM;
	if (irq->err < 0)
		return err < 0 ? err : irq->err;
	*ret = irq->n_cpus;
	return 0;
}

/* ---- why is a CPU offline? ---- */

enum event { EVENT_NONE, EVENT_FAILED, EVENT_GAVE_UP, EVENT_RAN };

/* The last that the log has of a CPU. */
struct last_event {
	enum event event;
	const char *at; /* in the log */
};

/* Behind or before the number in "CPU3". */
static const struct {
	const char *needle;
	enum event event;
} words[] = {
	{ "psci: failed to boot CPU", EVENT_FAILED },
	{ ": failed to come online", EVENT_FAILED },
	{ ": failed to boot: ", EVENT_FAILED },
	{ ": failed in unknown state", EVENT_FAILED },
	{ ": died during early boot", EVENT_GAVE_UP },
	{ ": is stuck in kernel", EVENT_GAVE_UP },
	{ ": does not support ", EVENT_GAVE_UP },
	{ ": will not boot", EVENT_GAVE_UP },
	{ ": Booted secondary processor", EVENT_RAN },
	{ " killed (polled ", EVENT_RAN },
	{ ": shutdown", EVENT_RAN },
};

/* "CPU3: failed to come online" to 3; CPUS_MAX: no such message. */
static unsigned cpu_of(const char *line, const char *needle)
{
	const char *at = strstr(line, needle), *digits = at;

	if (!at)
		return CPUS_MAX;
	if (*needle == ':' || *needle == ' ')
		while (digits > line && isdigit((unsigned char)digits[-1]))
			digits--;
	else
		digits = at + strlen(needle);
	if (digits < line + 3 || memcmp(digits - 3, "CPU", 3) != 0 || !isdigit((unsigned char)*digits))
		return CPUS_MAX;
	return (unsigned)MIN(strtoul(digits, NULL, 10), CPUS_MAX);
}

/* What the log has last of each CPU. What ends the log: -ENOENT, -ENODATA, -errno. */
static int read_events(struct vms_machine *m, struct last_event *events, unsigned n)
{
	int err = -ENOENT;

	for (size_t i = 0; i < ARRAY_SIZE(words) && (err == -ENOENT || err == -ENODATA); i++) {
		const char *cursor = NULL;

		for (;;) {
			_cleanup_free_ char *line = NULL;
			unsigned cpu;

			err = vms_kmsg_next(m, words[i].needle, &cursor, &line);
			if (err < 0)
				break;
			cpu = cpu_of(line, words[i].needle);
			if (cpu < n && (!events[cpu].at || cursor > events[cpu].at))
				events[cpu] = (struct last_event){ words[i].event, cursor };
		}
	}
	return err;
}

/* The messages about one CPU, to evidence. */
static int tell_events(struct vms_machine *m, struct vms_result *r, unsigned cpu)
{
	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		const char *cursor = NULL;

		while (words[i].event != EVENT_RAN) {
			_cleanup_free_ char *line = NULL;
			int err = vms_kmsg_next(m, words[i].needle, &cursor, &line);

			if (err == -ENOMEM)
				return err;
			if (err < 0)
				break;
			if (cpu_of(line, words[i].needle) != cpu)
				continue;
			vms_evidence(r, "kernel log", "%s", line);
			break;
		}
	}
	return 0;
}

/* Was the kernel told to leave CPUs alone, and has it started as many as it may? (nr_cpus= makes them
 * impossible: then nothing is missing.) */
static bool told_to_start_fewer(const struct cmdline *c, const struct cpu_set *asked,
				const struct cpu_set *online, struct vms_result *r)
{
	static const char *const options[] = { "maxcpus", "nosmp", "nosmt" };

	for (size_t i = 0; i < ARRAY_SIZE(options); i++) {
		const struct cmdline_word *w = cmdline_last(c, options[i]);
		unsigned long most = w && w->value ? strtoul(w->value, NULL, 0) : ULONG_MAX;

		if (!w || (i == 0 && (most >= asked->count || online->count < most)))
			continue;
		vms_evidence(r, "/proc/cmdline", "%s", w->text);
		return true;
	}
	return false;
}

static enum cpus_started judge_offline(const struct cpu_set *asked, const struct cpu_set *online,
				       const struct last_event *events, bool fewer, unsigned *ret_cpu)
{
	enum cpus_started state = CPUS_ALL;

	for (unsigned cpu = 0; cpu < asked->n; cpu++) {
		enum cpus_started one;

		if (!asked->in[cpu] || cpu_set_has(online, cpu))
			continue;
		/* "failed to come online" stands before the word of why; one that ran was
		 * taken offline by somebody in the guest */
		one = events[cpu].event == EVENT_GAVE_UP  ? CPUS_GAVE_UP
		      : events[cpu].event == EVENT_RAN	  ? CPUS_ALL
		      : events[cpu].event == EVENT_FAILED ? CPUS_FAILED
		      : fewer				  ? CPUS_ALL
							  : CPUS_UNTOLD;
		if (one == CPUS_ALL || (state != CPUS_ALL && one != CPUS_FAILED))
			continue;
		state = one;
		*ret_cpu = cpu;
		if (one == CPUS_FAILED)
			break;
	}
	return state;
}

/* The CPUs that are there to be started: those "enabled" (6.11 and later: where CPUs may come by hot-plug,
 * arm64 has all of them present, and PSCI denies those that did not come yet), else those "present", else all
 * that are possible. */
static int read_asked(struct vms_machine *m, struct cpu_set *ret)
{
	static const char *const names[] = { "enabled", "present", "possible" };
	int err = -ENOENT;

	for (size_t i = 0; i < ARRAY_SIZE(names) && err < 0 && err != -ENOMEM; i++) {
		struct cpu_set s = { 0 };

		err = cpu_set_read(m, names[i], &s);
		if (err == 0 && !s.count)
			err = -ENODATA;
		if (err == 0)
			*ret = s;
		else
			cpu_set_clear(&s);
	}
	return err;
}

int cpus_started(struct vms_machine *m, struct vms_result *r, enum cpus_started *ret, unsigned *ret_cpu,
		 int *ret_err)
{
	_cleanup_(cpu_set_clear) struct cpu_set online = { 0 }, asked = { 0 };
	_cleanup_free_ struct last_event *events = NULL;
	const struct cmdline *cmdline = cmdline_read(m);
	int err = cmdline ? cpu_set_read(m, "online", &online) : -ENOMEM, log_err;

	if (!err)
		err = read_asked(m, &asked);
	if (err == -ENOMEM)
		return err;
	if (err < 0) {
		*ret = CPUS_UNSEEN;
		*ret_err = err;
		return 0;
	}
	vms_evidence(r, CPU_DIR, "%u of %u CPUs run", online.count, asked.count);
	*ret = CPUS_ALL;
	if (online.count >= asked.count)
		return 0;
	events = calloc(asked.n, sizeof(*events));
	if (!events)
		return -ENOMEM;
	log_err = read_events(m, events, asked.n);
	if (log_err == -ENOMEM)
		return log_err;
	*ret = judge_offline(&asked, &online, events, told_to_start_fewer(cmdline, &asked, &online, r),
			     ret_cpu);
	if (*ret == CPUS_FAILED || *ret == CPUS_GAVE_UP)
		return tell_events(m, r, *ret_cpu);
	if (*ret == CPUS_UNTOLD && log_err != -ENOENT) {
		*ret = CPUS_UNSEEN;
		*ret_err = log_err;
	}
	return 0;
}
