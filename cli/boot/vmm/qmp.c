// SPDX-License-Identifier: GPL-2.0-or-later
/* QEMU's machine protocol (docs/interop/qmp-spec): one JSON object a line, by json-c. */
#include <errno.h>
#include <sys/socket.h>
#include "document/parse.h"
#include "qmp.h"

void qmp_clear(struct qmp *q)
{
	json_object_put(q->reply.value);
	q->reply = (struct qmp_reply){ 0 };
}

struct json_object *qmp_arguments(const char *key, ...)
{
	struct json_object *o = json_object_new_object();
	va_list ap;

	if (!o)
		vms_no_memory();
	va_start(ap, key);
	for (; o && key; key = va_arg(ap, const char *)) {
		struct json_object *value = json_object_new_string(va_arg(ap, const char *));

		if (!value || json_object_object_add(o, key, value) != 0) {
			json_object_put(value);
			json_object_put(o);
			o = NULL;
			vms_no_memory();
		}
	}
	va_end(ap);
	return o;
}

static void qmp_log(struct qmp *q, const char *from, const char *line, size_t len)
{
	kept_write(&q->log, from, 2);
	kept_write(&q->log, line, len);
}

/* MSG_NOSIGNAL: a QEMU that died is an error, not our end. */
static int send_all(int fd, const char *text, size_t len)
{
	while (len > 0) {
		ssize_t n = send(fd, text, len, MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		text += n;
		len -= (size_t)n;
	}
	return 0;
}

int qmp_send(struct qmp *q, const char *command, struct json_object *arguments)
{
	_cleanup_free_ char *line = NULL, *args = NULL;
	int err = arguments ? vms_json_text(arguments, &args) : 0; /* with its line's end */

	qmp_clear(q);
	if (!err)
		line = vms_asprintf("{\"execute\":\"%s\",\"id\":%u,\"arguments\":%.*s}\n", command, ++q->id,
				    args ? (int)strcspn(args, "\n") : 2, args ? args : "{}");
	json_object_put(arguments);
	if (!line)
		return -ENOMEM;
	qmp_log(q, "> ", line, strlen(line));
	return send_all(q->fd, line, strlen(line));
}

static void take_reply(struct qmp *q, struct json_object *o)
{
	struct json_object *error = vms_json_get(o, "error", json_type_object), *value = NULL;
	const char *desc = vms_json_get_string(error, "desc");
	int64_t id;

	if (!vms_json_get_int(o, "id", &id) || id != q->id || q->reply.done)
		return;
	if (error) {
		q->reply.failed = true;
		snprintf(q->reply.error, sizeof(q->reply.error), "%s", desc ? desc : "no reason");
	} else if (json_object_object_get_ex(o, "return", &value)) {
		q->reply.value = json_object_get(value); /* of any type */
	} else {
		return;
	}
	q->reply.done = true;
}

void qmp_line(void *qmp, const char *line, size_t len)
{
	struct qmp *q = qmp;
	_cleanup_json_ struct json_object *o = NULL;
	const char *event;

	qmp_log(q, "< ", line, len);
	kept_write(&q->log, "\n", 1);
	if (vms_json_parse(line, len, &o) == -ENOMEM)
		vms_no_memory();
	event = vms_json_get_string(o, "event");
	if (event)
		q->event(q->ctx, event, vms_json_get(o, "data", json_type_object));
	else
		take_reply(q, o);
}
