/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The verdict document, schema vmspec-verdict/1, and its parts that other documents have too. */
#ifndef VMS_DOCUMENT_JSON_H
#define VMS_DOCUMENT_JSON_H

#include <stdio.h>
#include "../../include/vmspec.h"
#include "core/json_print.h"
#include "core/json_write.h"

struct vms_facts;
/* The "facts" of a document. */
void vms_json_facts(struct vms_json *j, const struct vms_facts *f);
/* A result's evidence: [{"source", "value"}, ...], and who can mend it. */
void vms_json_evidence(struct vms_json *j, const struct vms_result *r);
void vms_json_remedy(struct vms_json *j, const struct vms_result *r);

/* The members of a verdict that `tool` gave ("vmspec-verify"), without cells or members. */
void vms_json_verdict(struct vms_json *j, const struct vms_verdict *v, const char *tool);
/* All of it, and a newline. -ENOMEM, -errno of writing. */
int vms_json_print_verdict(FILE *out, const struct vms_verdict *v, const char *tool, bool pretty);

#endif
