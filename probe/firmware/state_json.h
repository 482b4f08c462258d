/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The state of the persistence cycle as JSON text; see state.h. */
#ifndef VMS_STATE_JSON_H
#define VMS_STATE_JSON_H

#include "state.h"

/* The text of a state, with a newline; NULL when out of memory. */
char *vms_state_format(const struct vms_persist_state *state);

#endif
