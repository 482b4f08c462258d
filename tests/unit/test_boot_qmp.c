// SPDX-License-Identifier: GPL-2.0-or-later
/* Lines out of sockets, and QEMU's machine protocol over them. */
#include <errno.h>
#include <sys/socket.h>
#include "fixture.h"
#include "boot/guest/lines.h"
#include "boot/vmm/qmp.h"

static char got[1024];

static void note_line(void *ctx, const char *line, size_t len)
{
	(void)ctx;
	assert_int_equal(strlen(line), len);
	snprintf(got + strlen(got), sizeof(got) - strlen(got), "[%.40s]", line);
}

static void put(int fd, const char *text)
{
	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
}

static void test_lines(void **state)
{
	struct lines l;
	int s[2];

	(void)state;
	got[0] = '\0';
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, s), 0);
	lines_open(&l, s[0], 20);
	put(s[1], "one\r\ntw");
	assert_int_equal(lines_read(&l, note_line, NULL), 0);
	assert_string_equal(lines_partial(&l), "tw");
	put(s[1], "o\n\nlast");
	assert_int_equal(lines_read(&l, note_line, NULL), 0);
	assert_string_equal(got, "[one][two][]");
	close(s[1]);
	assert_int_equal(lines_read(&l, note_line, NULL), -EPIPE);
	assert_string_equal(got, "[one][two][][last]");
	assert_int_equal(l.fd, -1);
	lines_close(&l);
}

static void test_lines_without_end(void **state)
{
	struct lines l;
	int s[2];

	(void)state;
	got[0] = '\0';
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, s), 0);
	lines_open(&l, s[0], 4);
	for (unsigned i = 0; i < 3; i++) {
		put(s[1], "0123456789");
		assert_int_equal(lines_read(&l, note_line, NULL), 0);
	}
	assert_string_equal(lines_partial(&l), "");
	put(s[1], "end\nnext\n");
	assert_int_equal(lines_read(&l, note_line, NULL), 0);
	assert_string_equal(got, "[0123][next]");
	lines_close(&l);
	close(s[1]);
}

static unsigned events;

static void note_event(void *ctx, const char *name, struct json_object *data)
{
	(void)ctx;
	(void)data;
	events += streq(name, "RESET");
}

static void feed(struct qmp *q, const char *line)
{
	qmp_line(q, line, strlen(line));
}

static void test_qmp(void **state)
{
	struct qmp q = { .event = note_event };
	char sent[256];
	ssize_t n;
	int s[2];

	(void)state;
	events = 0;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, s), 0);
	q.fd = s[0];
	assert_int_equal(qmp_send(&q, "device_del", qmp_arguments("id", "a\"b", NULL)), 0);
	n = read(s[1], sent, sizeof(sent) - 1);
	assert_true(n > 0);
	sent[n] = '\0';
	assert_string_equal(sent,
			    "{\"execute\":\"device_del\",\"id\":1,\"arguments\":{\"id\":\"a\\\"b\"}}\n");
	feed(&q, "{\"QMP\": {}}");
	feed(&q, "{\"event\": \"RESET\", \"data\": {\"guest\": true}}");
	feed(&q, "{\"return\": {}, \"id\": 7}");
	feed(&q, "no JSON");
	feed(&q, "[[[[");
	feed(&q, "");
	assert_false(q.reply.done);
	assert_int_equal(events, 1);
	feed(&q, "{\"return\": {\"x\": 1}, \"id\": 1}");
	assert_true(q.reply.done && !q.reply.failed && q.reply.value);
	assert_int_equal(qmp_send(&q, "quit", NULL), 0);
	assert_false(q.reply.done);
	feed(&q, "{\"error\": {\"class\": \"GenericError\", \"desc\": \"no\"}, \"id\": 2}");
	assert_true(q.reply.done && q.reply.failed);
	assert_string_equal(q.reply.error, "no");
	close(s[1]);
	assert_int_equal(qmp_send(&q, "quit", NULL), -EPIPE);
	qmp_clear(&q);
	close(s[0]);
}

static void note_object(void *ctx, const char *name, struct json_object *data)
{
	(void)ctx;
	assert_non_null(name);
	assert_true(!data || json_object_is_type(data, json_type_object));
	events++;
}

/* What stands around the value, and the value. */
static void feed_value(struct qmp *q, const char *const around[2], const char *value)
{
	char line[100];

	snprintf(line, sizeof(line), "%s%s%s", around[0], value, around[1]);
	feed(q, line);
}

/* Every type of JSON in every place of a message. */
static void test_qmp_types(void **state)
{
	static const char *const values[] = { "null", "true", "7", "1.5", "\"x\"", "[]", "{}", "[null]" };
	static const char *const forms[][2] = { { "", "" },
						{ "{\"event\": ", "}" },
						{ "{\"event\": \"x\", \"data\": ", "}" },
						{ "{\"return\": {}, \"id\": ", "}" } };
	static const char *const answers[][2] = { { "{\"return\": ", ", \"id\": 1}" },
						  { "{\"error\": {\"desc\": ", "}, \"id\": 1}" } };

	static const char *const error[2] = { "{\"error\": ", ", \"id\": 1}" };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(values); i++) {
		struct qmp q = { .event = note_object, .id = 1 };

		events = 0;
		for (size_t f = 0; f < ARRAY_SIZE(forms); f++)
			feed_value(&q, forms[f], values[i]);
		assert_false(q.reply.done);
		assert_int_equal(events, i == 4 ? 2 : 1);
		feed_value(&q, error, values[i]);
		assert_int_equal(q.reply.done, i == 6); /* an error is an object */
		qmp_clear(&q);
		for (size_t f = 0; f < ARRAY_SIZE(answers); f++) {
			feed_value(&q, answers[f], values[i]);
			assert_true(q.reply.done && q.reply.failed == (f == 1));
			qmp_clear(&q);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_lines_without_end),
		cmocka_unit_test(test_qmp),
		cmocka_unit_test(test_qmp_types),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
