/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Looking things up in the kernel's log; see kmsg.h. */
#include <errno.h>

#include "kmsg.h"
#include "core/result.h"

struct kmsg_facts {
	struct vms_buf log;
	bool whole;
	int err; /* the log could not be read */
};

static int kmsg_load(struct vms_machine *m, void *facts)
{
	struct kmsg_facts *k = facts;

	k->err = m->live->kernel_log(m, &k->log, &k->whole);
	return k->err == -ENOMEM ? -ENOMEM : 0;
}

static void kmsg_clear(void *facts)
{
	struct kmsg_facts *k = facts;

	vms_buf_clear(&k->log);
}

static struct kmsg_facts *kmsg_read(struct vms_machine *m)
{
	return vms_machine_fact(m, VMS_FACT_KMSG, sizeof(struct kmsg_facts), kmsg_load, kmsg_clear);
}

/* "[    1.234567] text" -> text and 1.234567 (0 where there is no stamp). */
static const char *skip_stamp(const char *line, const char *end, double *ret_seconds)
{
	const char *close = line < end && *line == '[' ? memchr(line, ']', (size_t)(end - line)) : NULL;

	*ret_seconds = 0;
	if (!close)
		return line;
	*ret_seconds = strtod(line + 1, NULL);
	close++;
	return close < end && *close == ' ' ? close + 1 : close;
}

int vms_kmsg_find_at(struct vms_machine *m, const char *needle, char **ret, double *ret_seconds)
{
	const struct kmsg_facts *k = kmsg_read(m);
	const char *hit, *line, *end;
	double seconds;
	char *copy;

	if (!k)
		return -ENOMEM;
	if (k->err < 0)
		/* a log that is not there is a log that could not be read */
		return k->err == -ENOENT ? -ENODATA : k->err;
	hit = strstr(k->log.data, needle);
	if (!hit)
		return k->whole ? -ENOENT : -ENODATA;
	line = hit;
	while (line > k->log.data && line[-1] != '\n')
		line--;
	end = strchrnul(hit, '\n');
	line = skip_stamp(line, end, &seconds);
	copy = strndup(line, (size_t)(end - line));
	if (!copy)
		return -ENOMEM;
	*ret = copy;
	*ret_seconds = seconds;
	return 0;
}

int vms_kmsg_find(struct vms_machine *m, const char *needle, char **ret)
{
	double seconds;

	return vms_kmsg_find_at(m, needle, ret, &seconds);
}

int vms_kmsg_last(struct vms_machine *m, double *ret_seconds)
{
	const struct kmsg_facts *k = kmsg_read(m);
	const char *line, *end;

	if (!k)
		return -ENOMEM;
	if (k->err < 0)
		return k->err;
	end = k->log.data + k->log.len;
	/* the last line that carries a stamp */
	for (line = end; line > k->log.data;) {
		const char *stop = line;
		double seconds;

		do
			line--;
		while (line > k->log.data && line[-1] != '\n');
		if (*line == '[' && skip_stamp(line, stop, &seconds) != line) {
			*ret_seconds = seconds;
			return 0;
		}
	}
	return -ENODATA;
}

int vms_kmsg_blocked(struct vms_result *r, int err)
{
	if (err == -ENODATA) {
		vms_remedy(r, VMS_GUEST_ADMIN, "look soon after a boot, or keep this boot's kernel log in the journal");
		return vms_unknown(r, "the kernel log cannot tell: its beginning is gone, or it was not recorded");
	}
	return vms_blocked(r, "the kernel log", err);
}
