/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Is it a guest's verdict by the schema? */
#ifndef VMS_MATRIX_DOCUMENT_H
#define VMS_MATRIX_DOCUMENT_H

#include <json-c/json.h>
#include "../../include/vmspec.h"

/* Does `doc`, whose strings are clean, keep vmspec-verdict-1.schema.json, and is it about a guest? */
bool document_holds(struct json_object *doc);

/* The status of that name. */
bool document_status(const char *name, enum vms_status *ret);

#endif
