/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The persistence state as JSON. Every value is checked by type, length and
 * alphabet before it counts; a sum over all of them tells a damaged file from a
 * state, so that a flipped bit in the nonce is not taken for a lost variable.
 */
#include <errno.h>
#include <inttypes.h>
#include <json-c/json.h>

#include "core/json_get.h"
#include "core/json_print.h"
#include "core/util.h"
#include "document/parse.h"
#include "state_json.h"

#define SCHEMA "vmspec-persistence-state"

/* The members that are strings, with their alphabet. */
enum alphabet { HEX, BOOT_ID, PRINTABLE };

static const struct member {
	const char *key;
	size_t offset, size;
	enum alphabet alphabet;
} members[] = {
#define MEMBER(key, field, alphabet)                                                                         \
	{                                                                                                    \
		key, offsetof(struct vms_persist_state, field),                                              \
			sizeof(((struct vms_persist_state *)0)->field), alphabet                             \
	}
	MEMBER("nonce", nonce, HEX),
	MEMBER("boot_id", boot_id, BOOT_ID),
	MEMBER("kexec_boot", kexec_boot, BOOT_ID),
	MEMBER("judged_boot", judged_boot, BOOT_ID),
	MEMBER("machine_id", identity.machine_id, PRINTABLE),
	MEMBER("dmi_uuid", identity.dmi_uuid, PRINTABLE),
	MEMBER("instance_id", identity.instance_id, PRINTABLE),
	MEMBER("mtc", firmware.mtc, HEX),
	MEMBER("loader_time_init", firmware.loader_init, HEX),
};

bool vms_is_boot_id(const char *s)
{
	static const char dashes[] = "--------x----x----x----x------------";

	if (strlen(s) != 36)
		return false;
	for (size_t i = 0; i < 36; i++)
		if (dashes[i] == 'x' ? s[i] != '-' : !strchr("0123456789abcdef", s[i]))
			return false;
	return true;
}

static bool in_alphabet(const char *s, enum alphabet alphabet)
{
	if (!*s)
		return true;
	switch (alphabet) {
	case HEX:
		return s[strspn(s, "0123456789abcdef")] == '\0';
	case BOOT_ID:
		return vms_is_boot_id(s);
	default:
		for (; *s; s++)
			if (*s <= ' ' || *s > '~')
				return false;
		return true;
	}
}

/* FNV-1a, 64 bits: for accidents, not against people. */
static uint64_t sum_of(const char *text)
{
	uint64_t h = 0xcbf29ce484222325u;

	for (; *text && *text != '\n'; text++) {
		/* as json-c writes it, which made the first of these files */
		if (*text == '/')
			h = (h ^ '\\') * 0x100000001b3u;
		h = (h ^ (unsigned char)*text) * 0x100000001b3u;
	}
	return h;
}

static bool add(struct json_object *o, const char *key, struct json_object *value)
{
	if (value && json_object_object_add(o, key, value) == 0)
		return true;
	json_object_put(value);
	return false;
}

/* Without the sum. */
static struct json_object *state_to_json(const struct vms_persist_state *s)
{
	struct json_object *o = json_object_new_object();
	bool ok = o && add(o, "schema", json_object_new_string(SCHEMA)) &&
		  add(o, "version", json_object_new_int(VMS_STATE_VERSION)) &&
		  add(o, "phase", json_object_new_string(vms_persist_phase_name(s->phase))) &&
		  add(o, "why", json_object_new_string(vms_persist_row_name(s->why))) &&
		  add(o, "time", json_object_new_int64(s->time)) &&
		  add(o, "errno", json_object_new_int(s->err)) &&
		  add(o, "deleted", json_object_new_boolean(s->deleted)) &&
		  add(o, "rearm", json_object_new_boolean(s->rearm));

	for (size_t i = 0; ok && i < ARRAY_SIZE(members); i++)
		ok = add(o, members[i].key, json_object_new_string((const char *)s + members[i].offset));
	if (!ok) {
		json_object_put(o);
		return NULL;
	}
	return o;
}

/* The sum of a state, as it stands in the file. False: out of memory. */
static bool state_sum(struct json_object *o, char ret[17])
{
	_cleanup_free_ char *text = NULL;

	if (vms_json_text(o, &text) < 0)
		return false;
	snprintf(ret, 17, "%016" PRIx64, sum_of(text));
	return true;
}

char *vms_state_format(const struct vms_persist_state *state)
{
	_cleanup_json_ struct json_object *o = state_to_json(state);
	char *text = NULL;
	char sum[17];

	if (!o || !state_sum(o, sum) || !add(o, "sum", json_object_new_string(sum)))
		return NULL;
	return vms_json_text(o, &text) < 0 ? NULL : text;
}

/* A string member without NULs; NULL where there is none. */
static const char *get_string(struct json_object *o, const char *key)
{
	struct json_object *v = vms_json_get(o, key, json_type_string);
	const char *s = vms_json_get_string(o, key);

	return s && strlen(s) == (size_t)json_object_get_string_len(v) ? s : NULL;
}

static bool get_bool(struct json_object *o, const char *key, bool *ret)
{
	if (!vms_json_get(o, key, json_type_boolean))
		return false;
	*ret = vms_json_get_true(o, key);
	return true;
}

static bool get_members(struct json_object *o, struct vms_persist_state *s)
{
	for (size_t i = 0; i < ARRAY_SIZE(members); i++) {
		const char *text = get_string(o, members[i].key);

		if (!text || strlen(text) >= members[i].size || !in_alphabet(text, members[i].alphabet))
			return false;
		memcpy((char *)s + members[i].offset, text, strlen(text) + 1);
	}
	return true;
}

static bool get_names(struct json_object *o, struct vms_persist_state *s)
{
	const char *phase = get_string(o, "phase"), *why = get_string(o, "why");

	if (!phase || !why)
		return false;
	for (s->phase = VMS_PERSIST_INTENT; s->phase < VMS_PERSIST_DAMAGED; s->phase++)
		if (streq(phase, vms_persist_phase_name(s->phase)))
			break;
	for (s->why = 0; s->why < VMS_N_ROWS; s->why++)
		if (streq(why, vms_persist_row_name(s->why)))
			break;
	return s->phase < VMS_PERSIST_DAMAGED && s->why < VMS_N_ROWS;
}

/* What each phase cannot do without. */
static bool is_consistent(const struct vms_persist_state *s)
{
	if (s->phase == VMS_PERSIST_UNARMED)
		return s->why >= VMS_ROW_COPIED && s->why != VMS_ROW_SURVIVED && s->why != VMS_ROW_GONE;
	if (strlen(s->nonce) != VMS_PERSIST_NONCE_LEN || !*s->boot_id)
		return false;
	if (s->phase == VMS_PERSIST_JUDGED)
		return s->why == VMS_ROW_SURVIVED || s->why == VMS_ROW_GONE || s->why == VMS_ROW_ATTRIBUTES ||
		       s->why == VMS_ROW_OTHER_NONCE;
	return true;
}

/* 0; -EBADMSG; -ENOMEM. */
static int state_from_json(struct json_object *o, struct vms_persist_state *ret)
{
	struct vms_persist_state s = { 0 };
	const char *sum = get_string(o, "sum");
	_cleanup_json_ struct json_object *again = NULL;
	int64_t err = 0;
	char expected[17];

	if (!sum || !get_members(o, &s) || !get_names(o, &s) || !vms_json_get_int(o, "time", &s.time) ||
	    !vms_json_get_int(o, "errno", &err) || err > 0 || err < -4095 ||
	    !get_bool(o, "deleted", &s.deleted) || !get_bool(o, "rearm", &s.rearm) || !is_consistent(&s))
		return -EBADMSG;
	s.err = (int)err;
	again = state_to_json(&s);
	if (!again || !state_sum(again, expected))
		return -ENOMEM;
	if (!streq(sum, expected))
		return -EBADMSG;
	*ret = s;
	return 0;
}

int vms_state_parse(const char *text, size_t len, struct vms_persist_state *ret)
{
	_cleanup_json_ struct json_object *o = NULL;
	int err = vms_json_parse(text, len, &o);
	const char *schema;
	int64_t version;

	if (err == -ENOMEM)
		return err;
	*ret = (struct vms_persist_state){ .phase = VMS_PERSIST_DAMAGED };
	if (!json_object_is_type(o, json_type_object))
		return 0;
	schema = get_string(o, "schema");
	if (!schema || !streq(schema, SCHEMA) || !vms_json_get_int(o, "version", &version))
		return 0;
	if (version > VMS_STATE_VERSION)
		ret->phase = VMS_PERSIST_NEWER;
	else if (version == VMS_STATE_VERSION && state_from_json(o, ret) == -ENOMEM)
		return -ENOMEM;
	return 0;
}
