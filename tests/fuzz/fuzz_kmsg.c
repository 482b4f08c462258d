/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * libFuzzer: the input is a kernel log, in whatever form it was kept. What is found in it is one line of
 * it, and is found at a place that the log has.
 */
#include <errno.h>
#include <stdlib.h>

#include "core/machine.h"
#include "fuzz.h"
#include "kernel/kmsg.h"

static struct vms_span input;

static int give_log(_unused_ struct vms_machine *m, struct vms_buf *ret, bool *ret_whole)
{
	ret->data = malloc(input.len + 1);
	if (!ret->data)
		return -ENOMEM;
	ret->len = 0;
	for (size_t i = 0; i < input.len; i++)
		ret->data[ret->len++] = input.data[i] ? (char)input.data[i] : '?';
	ret->data[ret->len] = '\0';
	*ret_whole = true;
	return 0;
}

static void look_for(struct vms_machine *m, const char *needle)
{
	_cleanup_free_ char *line = NULL;
	const char *cursor = NULL;
	double at = 0;
	int err = vms_kmsg_find_at(m, needle, &line, &at);

	if ((err == 0) != (line != NULL) ||
	    (line && (!strstr(line, needle) || strchr(line, '\n') || at < -1)))
		abort();
	for (unsigned i = 0; !err && i < 20; i++) {
		char *next = NULL;

		err = vms_kmsg_next(m, needle, &cursor, &next);
		if ((err == 0) != (next != NULL))
			abort();
		free(next);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct vms_live live = vms_live_record;
	struct vms_machine *m = NULL;
	double last = 0;

	/* any folder: nothing is read there */
	if (vms_machine_open_record("/", &m) < 0)
		abort();
	input = vms_span(data, size);
	live.kernel_log = give_log;
	m->live = &live;
	look_for(m, "psci: PSCIv");
	look_for(m, "e");
	(void)!vms_kmsg_last(m, &last);
	vms_machine_free(m);
	return 0;
}
