/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vmspecd's verdict beside one that could not look everywhere; see published.h. */
#include <errno.h>
#include <fcntl.h>
#include <json-c/json.h>
#include <sys/stat.h>

#include "json_get.h"
#include "profile.h"
#include "published.h"

#define FILE_NAME "verdict.json"
#define FILE_MAX  (1u << 20)
#define MAX_DEPTH 16

static bool owned_by(int fd, uid_t uid, mode_t type)
{
	struct stat st;

	return fstat(fd, &st) == 0 && (st.st_mode & S_IFMT) == type && st.st_uid == uid &&
	       !(st.st_mode & 022);
}

/* The bytes of a file that `uid` alone could write; NULL where there is none. */
static char *read_file(const char *dir, uid_t uid, size_t *ret_len)
{
	_cleanup_close_ int dir_fd = open(dir, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	_cleanup_close_ int fd = -1;
	char *text;
	size_t len = 0;

	if (dir_fd < 0 || !owned_by(dir_fd, uid, S_IFDIR))
		return NULL;
	fd = openat(dir_fd, FILE_NAME, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0 || !owned_by(fd, uid, S_IFREG))
		return NULL;
	text = malloc(FILE_MAX);
	while (text && len < FILE_MAX) {
		ssize_t n = read(fd, text + len, FILE_MAX - len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n == 0) {
			*ret_len = len;
			return text;
		}
		if (n < 0)
			break;
		len += (size_t)n;
	}
	free(text);
	return NULL;
}

static struct json_object *parse(const char *text, size_t len)
{
	struct json_tokener *tok = json_tokener_new_ex(MAX_DEPTH);
	struct json_object *o;

	if (!tok)
		return NULL;
	json_tokener_set_flags(tok, JSON_TOKENER_STRICT);
	o = json_tokener_parse_ex(tok, text, (int)len);
	json_tokener_free(tok);
	return o;
}

/* "" where there is no such string. */
static const char *get(struct json_object *o, const char *key)
{
	const char *s = vms_json_get_string(o, key);

	return s ? s : "";
}

struct json_object *vms_published_document(const char *dir, uid_t uid)
{
	size_t len = 0;
	_cleanup_free_ char *text = read_file(dir, uid, &len);
	struct json_object *doc = text ? parse(text, len) : NULL;

	if (doc && !streq(get(doc, "schema"), VMS_SCHEMA)) {
		json_object_put(doc);
		doc = NULL;
	}
	return doc;
}

static struct json_object *find_row(struct json_object *checks, const char *id)
{
	size_t n = json_object_array_length(checks);

	for (size_t i = 0; i < n; i++) {
		struct json_object *row = json_object_array_get_idx(checks, i);

		if (streq(get(row, "id"), id))
			return row;
	}
	return NULL;
}

static int add_row(struct vms_result *r, const char *source, struct json_object *row, const char *when)
{
	const char *status = get(row, "status"), *reason = get(row, "reason");
	_cleanup_free_ char *own = NULL;

	if (!*status || streq(status, vms_status_name(VMS_UNKNOWN)))
		return 0;
	own = strdup(r->reason ? r->reason : "");
	if (!own)
		return -ENOMEM;
	vms_evidence(r, source, "vmspecd, as root, at %s: %s: %s", when, status, reason);
	vms_unknown(r, "%s; vmspecd, as root, found at %s: %s", own, when, status);
	return r->err;
}

int vms_published_add_by(const char *dir, uid_t uid, struct vms_verdict *v)
{
	_cleanup_free_ char *source = vms_asprintf("%s/" FILE_NAME, dir);
	struct json_object *doc, *checks;
	int err = 0;

	if (!source)
		return -ENOMEM;
	doc = vms_published_document(dir, uid);
	checks = vms_json_get(doc, "checks", json_type_array);
	if (checks && streq(get(doc, "profile"), v->profile->name)) {
		for (size_t i = 0; !err && i < v->n_rows; i++) {
			struct json_object *row = find_row(checks, v->rows[i].check->id);

			if (row && v->rows[i].result.status == VMS_UNKNOWN)
				err = add_row(&v->rows[i].result, source, row, get(doc, "time"));
		}
	}
	json_object_put(doc);
	return err;
}

int vms_published_add(const char *dir, struct vms_verdict *v)
{
	return vms_published_add_by(dir, 0, v);
}
