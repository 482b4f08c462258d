/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What vmspecd, as root, has published about this machine: shown where somebody
 * else could not look. It stays `unknown` there, for it may have changed since.
 */
#ifndef VMS_PUBLISHED_H
#define VMS_PUBLISHED_H

#include <sys/types.h>
#include "../../include/vmspec.h"

/* The document dir/verdict.json, which nobody but `uid` can have written: folder and file are its own, no
 * links, and not others' to write; at most 1 MiB. NULL: there is none of that kind. The caller's to
 * json_object_put(). */
struct json_object *vms_published_document(const char *dir, uid_t uid);

/*
 * Add what dir/verdict.json says to the unknown rows of `v`: with its time, in reason
 * and evidence. A document that is not root's own, not whole, or of another profile
 * adds nothing. -ENOMEM.
 */
int vms_published_add(const char *dir, struct vms_verdict *v);

/* For tests: the document belongs to `uid`. */
int vms_published_add_by(const char *dir, uid_t uid, struct vms_verdict *v);

#endif
