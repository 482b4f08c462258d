/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * libFuzzer: the input is a state file of the persistence cycle. What is taken for a
 * state is one: written and read again it is the same, and it is complete.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "firmware/state_json.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct vms_persist_state s, again;
	char *text;

	if (vms_state_parse((const char *)data, size, &s) < 0)
		return 0;
	if (s.phase == VMS_PERSIST_DAMAGED || s.phase == VMS_PERSIST_NEWER)
		return 0;
	assert(s.phase == VMS_PERSIST_UNARMED || (strlen(s.nonce) == VMS_PERSIST_NONCE_LEN && *s.boot_id));
	text = vms_state_format(&s);
	assert(text);
	assert(vms_state_parse(text, strlen(text), &again) == 0);
	assert(memcmp(&s, &again, sizeof(s)) == 0);
	free(text);
	return 0;
}
