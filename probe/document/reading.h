/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Inside the reader of documents: typed members, and its parts. */
#ifndef VMS_DOCUMENT_READING_H
#define VMS_DOCUMENT_READING_H

#include "core/json_get.h"
#include "core/profile.h"
#include "core/util.h"
#include "parse.h"
#include "read.h"

/* A document that is being read. */
struct reading {
	struct vms_verdict *v;
	const char *why; /* what is wrong with it */
};

/* -EBADMSG, because of `why`; the first one stays. */
int reading_refuse(struct reading *r, const char *why);
/* The same of what vms_json_parse() said; its other errors stay. */
int reading_refuse_json(struct reading *r, int err);

/* A copy of it; *ret stays NULL where there is none. -ENOMEM. */
int reading_copy(struct json_object *o, const char *key, char **ret);
/* Where `name` stands among those of 0 to n-1; n: nowhere. */
int reading_enum(const char *name, int n, const char *(*name_of)(int));

/* read_rows.c: for reading_enum(). */
const char *reading_owner_name(int i);
/* read_rows.c: "checks". */
int reading_rows(struct reading *r, struct json_object *checks);

/* `id` as the registry has it, or as a check of its own that v->foreign keeps. NULL: -ENOMEM. */
const struct vms_check *reading_check(struct vms_verdict *v, const char *id, const char *title);

/* The profile of that name, or one of its own that v->foreign keeps. -ENOMEM. */
int reading_profile(struct vms_verdict *v, const char *name);

/* read_cells.c: the elements of "cells" or "members", as text. */
int reading_cells(struct reading *r, const char *text, size_t len);

/* read.c: the tree of a document without cells. Keeps a reference to it. */
int reading_head(struct reading *r, struct json_object *doc);

#endif
