/* SPDX-License-Identifier: GPL-2.0-or-later */
/* QEMU's machine protocol (docs/interop/qmp-spec): one JSON object a line, by json-c. */
#ifndef VMS_BOOT_QMP_H
#define VMS_BOOT_QMP_H

#include <json-c/json.h>
#include <stdio.h>
#include "core/json_get.h"
#include "core/util.h"
#include "kept.h"

/* A command's end: what it returned, or QEMU's own words. */
struct qmp_reply {
	bool done, failed;
	char error[200];
	struct json_object *value; /* of "return"; owned */
};

struct qmp {
	int fd;		 /* borrowed */
	struct kept log; /* every message, as it went */
	unsigned id;	 /* of the last command */
	struct qmp_reply reply;
	/* an event came; `data` is an object or NULL */
	void (*event)(void *ctx, const char *name, struct json_object *data);
	void *ctx;
};

/* Send a command; `arguments` (may be NULL) is taken over. The answer comes by qmp_line().
 * 0; -errno of writing; -ENOMEM. */
int qmp_send(struct qmp *q, const char *command, struct json_object *arguments);

/* A line of QEMU's: an event, or the reply to the last command. What is neither is left out. */
void qmp_line(void *qmp, const char *line, size_t len);

void qmp_clear(struct qmp *q);

/* {"key": "value", ...}: pairs of strings, ended by NULL. NULL: out of memory. */
struct json_object *qmp_arguments(const char *key, ...);

#endif
