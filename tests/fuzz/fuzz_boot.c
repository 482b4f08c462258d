/* SPDX-License-Identifier: GPL-2.0-or-later */
/* libFuzzer: the input is what a guest says on its console and its port, and what comes over QMP. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "boot/guest/agent.h"
#include "boot/guest/console.h"
#include "boot/vmm/qmp.h"

static void no_document(void *ctx, const char *json, size_t len)
{
	(void)ctx;
	assert(strlen(json) <= len);
}

static void no_event(void *ctx, const char *name, struct json_object *data)
{
	(void)ctx;
	(void)data;
	assert(name);
}

static void take_line(struct console *c, struct agent *a, struct qmp *q, char *line)
{
	const char *text = agent_line(line);

	console_line(c, line, false);
	console_line(c, line, true);
	qmp_line(q, line, strlen(line));
	if (text)
		agent_take(a, text);
	for (const char *p = c->last; *p; p++)
		assert(*p >= ' ' && *p <= '~');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct agent a = { .begun = 0, .document = no_document };
	struct qmp q = { .fd = -1, .id = 1, .event = no_event };
	char *text = malloc(size + 1), *save = NULL;
	struct console c;

	if (!text)
		return 0;
	memcpy(text, data, size);
	text[size] = '\0';
	console_reset(&c);
	for (char *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save))
		take_line(&c, &a, &q, line);
	assert(a.begun <= AGENT_BOOTS);
	agent_clear(&a);
	qmp_clear(&q);
	free(text);
	return 0;
}
