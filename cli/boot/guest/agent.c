// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What agent.sh tells from inside the guest. None of it is trusted: lengths are bounded,
 * documents are parsed, and whatever makes no sense is left out.
 */
#include <errno.h>
#include "agent.h"
#include "boot/clock.h"
#include "core/json_get.h"
#include "core/util.h"
#include "document/parse.h"

#define PARTS_MAX (2u << 20)

const char *agent_line(const char *line)
{
	return startswith(line, AGENT_MARKER);
}

void agent_clear(struct agent *a)
{
	free(a->parts);
	a->parts = NULL;
	a->n_parts = 0;
}

static void take_part(struct agent *a, const char *part)
{
	size_t len = strlen(part);
	char *parts;

	if (a->n_parts + len > PARTS_MAX)
		return;
	parts = realloc(a->parts, a->n_parts + len + 1);
	if (!parts) {
		vms_no_memory();
		return;
	}
	a->parts = parts;
	memcpy(parts + a->n_parts, part, len + 1);
	a->n_parts += len;
}

static int base64_value(char c)
{
	static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const char *p = c ? strchr(alphabet, c) : NULL;

	return p ? (int)(p - alphabet) : -1;
}

/* In place; what is no base64 is passed over. Returns the length. */
static size_t base64_decode(char *s)
{
	unsigned bits = 0, value = 0;
	size_t n = 0;

	for (const char *p = s; *p; p++) {
		int v = base64_value(*p);

		if (v < 0)
			continue;
		value = value << 6 | (unsigned)v;
		bits += 6;
		if (bits >= 8) {
			bits -= 8;
			s[n++] = (char)(value >> bits);
		}
	}
	s[n] = '\0';
	return n;
}

/* What a step of the persistence cycle tells; anything but a text is no reason, and no status. */
static void take_step_object(struct agent_step *step, struct json_object *o)
{
	const char *reason = vms_json_get_string(o, "reason"), *status = vms_json_get_string(o, "status");
	if (reason) /* printable, as all strings that are read */
		snprintf(step->reason, sizeof(step->reason), "%s", reason);
	step->done = vms_json_get_true(o, "done");
	for (int s = 0; status && s < VMS_N_STATUS; s++)
		if (streq(status, vms_status_name((enum vms_status)s)))
			step->status = (enum vms_status)s;
}

static void take_step(struct agent_step *step, const char *json, size_t len)
{
	_cleanup_json_ struct json_object *o = NULL;

	if (vms_json_parse(json, len, &o) == -ENOMEM)
		vms_no_memory();
	*step = (struct agent_step){ .came = true, .status = VMS_UNKNOWN };
	snprintf(step->reason, sizeof(step->reason), "the guest told nothing that can be read");
	take_step_object(step, o);
}

static void take_document(struct agent *a, struct agent_boot *b, const char *word, const char *json)
{
	size_t len = strlen(json);

	if (!*json && a->parts) {
		len = base64_decode(a->parts);
		json = a->parts;
	}
	if (*word == 'v') {
		b->verdict = true;
		a->document(a->ctx, json, len);
	} else {
		take_step(*word == 'a' ? &b->arm : &b->check, json, len);
	}
	agent_clear(a);
}

static void take_plug(struct agent_boot *b, const char *text)
{
	struct agent_plug *p = startswith(text, "blk ") ? &b->blk : startswith(text, "net ") ? &b->net : NULL;
	const char *what = p ? text + 4 : text, *name = startswith(what, "add ");

	if (streq(text, "ready")) {
		b->hotplug = true;
	} else if (streq(text, "looked")) {
		b->looks++;
	} else if (p && name && !p->added) {
		p->added = boot_now();
		snprintf(p->name, sizeof(p->name), "%.31s", name);
	} else if (p && p->added && streq(what, "remove")) {
		p->removed = boot_now();
	}
}

static void take_begin(struct agent *a, unsigned number, const char *how)
{
	agent_clear(a);
	if (a->begun < AGENT_BOOTS)
		a->boots[a->begun++] =
			(struct agent_boot){ .number = number, .by_console = streq(how, "console") };
}

static void take_word(struct agent *a, struct agent_boot *b, const char *word, size_t n, const char *arg)
{
#define IS(w) (n == sizeof(w) - 1 && memcmp(word, w, n) == 0)
	if (IS("part")) {
		take_part(a, arg);
	} else if (IS("verdict") || IS("arm") || IS("check")) {
		take_document(a, b, word, arg);
	} else if (IS("hotplug")) {
		take_plug(b, arg);
	} else if (IS("reboot")) {
		b->reboot = true;
	} else if (IS("poweroff")) {
		b->poweroff = true;
	} else if (IS("no-tool")) {
		b->no_tool = true;
		snprintf(b->no_tool_why, sizeof(b->no_tool_why), "%.159s", arg);
	}
#undef IS
}

void agent_take(struct agent *a, const char *text)
{
	char *rest;
	unsigned long number = strtoul(text, &rest, 10);
	const char *word = *rest == ' ' ? rest + 1 : rest;
	size_t n = strcspn(word, " ");
	const char *arg = word[n] ? word + n + 1 : "";

	if (number == 0 || number > 1000)
		return;
	a->told++;
	if (n == 5 && memcmp(word, "begin", n) == 0)
		take_begin(a, (unsigned)number, arg);
	else if (a->begun && a->boots[a->begun - 1].number == number)
		take_word(a, &a->boots[a->begun - 1], word, n, arg);
}
