/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * /dev/kmsg gives the kernel's ring buffer a record a read: "PRIORITY,SEQUENCE,
 * MICROSECONDS,FLAGS;TEXT\n KEY=VALUE..." (Documentation/ABI/testing/dev-kmsg).
 * Any root process can write into it: only facility 0 is the kernel's own. A system
 * call a record: where one call gives all of them, that one is taken.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>

#include "kmsg_live.h"

#define RECORD_MAX 8192
#define LOG_MAX	   (16u << 20)
#define EPIPE_MAX  100000

struct record {
	uint64_t prio, seq, usec;
	const char *text;
	int len;
};

static bool parse_record(const char *bytes, struct record *ret)
{
	const char *text = strchr(bytes, ';');
	struct record r;

	if (!text || sscanf(bytes, "%" SCNu64 ",%" SCNu64 ",%" SCNu64, &r.prio, &r.seq, &r.usec) != 3)
		return false;
	r.text = text + 1;
	r.len = (int)(strchrnul(r.text, '\n') - r.text);
	*ret = r;
	return true;
}

static bool from_kernel(const struct record *r)
{
	return r->prio >> 3 == 0;
}

/* "[    0.000000] TEXT\n" */
#define LINE	   "[%5" PRIu64 ".%06" PRIu64 "] %.*s\n"
#define LINE_OF(r) (r).usec / 1000000, (r).usec % 1000000, (r).len, (r).text

/* One record to a line of the log; also its sequence number. */
static bool put_record(FILE *log, const char *bytes, uint64_t *ret_seq)
{
	struct record r;

	if (!parse_record(bytes, &r))
		return false;
	*ret_seq = r.seq;
	if (from_kernel(&r))
		fprintf(log, LINE, LINE_OF(r));
	return true;
}

/*
 * The log of one call, is it all of it? The ring's first record, read after that
 * call, is the boot's first: nothing was overwritten until then. And the log begins
 * with it: nothing was cleared, nothing did not fit.
 */
static bool begins_with(const char *log, int fd)
{
	char record[RECORD_MAX + 1], line[RECORD_MAX + 64];
	ssize_t n = read(fd, record, RECORD_MAX);
	struct record r;

	if (n <= 0)
		return false;
	record[n] = '\0';
	if (!parse_record(record, &r) || r.seq != 0 || !from_kernel(&r))
		return false;
	snprintf(line, sizeof(line), LINE, LINE_OF(r));
	return startswith(log, line);
}

/* 0: all of the log. */
static int log_at_once(struct vms_buf *ret)
{
	_cleanup_buf_ struct vms_buf log = { NULL, 0 };
	_cleanup_close_ int fd = -1;
	int err = vms_syslog_read(&log);

	if (err < 0)
		return err;
	fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (!begins_with(log.data, fd))
		return -ENODATA;
	*ret = log;
	log.data = NULL;
	return 0;
}

static int read_ring(int fd, FILE *log, bool *ret_whole)
{
	char record[RECORD_MAX + 1];
	bool first = true, whole = true;
	uint64_t next = 0;

	for (unsigned lost = 0; lost < EPIPE_MAX && ftell(log) < (long)LOG_MAX;) {
		ssize_t n = read(fd, record, RECORD_MAX);
		uint64_t seq;

		if (n < 0 && (errno == EPIPE || errno == EINTR || errno == EINVAL)) {
			/* overwritten before we read it: the next record's number tells */
			lost++;
			continue;
		}
		if (n < 0 && errno != EAGAIN)
			return -errno;
		if (n <= 0)
			break;
		record[n] = '\0';
		if (!put_record(log, record, &seq))
			continue;
		/* counted from 0, one by one: a gap may hide just what is looked for */
		whole = whole && seq == next;
		next = seq + 1;
		first = false;
	}
	*ret_whole = whole && !first;
	return first ? -ENODATA : 0;
}

static int ring_log(struct vms_buf *ret, bool *ret_whole)
{
	_cleanup_close_ int fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	struct vms_buf buf = { NULL, 0 };
	FILE *log;
	int err;

	if (fd < 0)
		return -errno;
	log = vms_memstream(&buf.data, &buf.len);
	if (!log)
		return -ENOMEM;
	err = read_ring(fd, log, ret_whole);
	if (fclose(log) != 0 && !err)
		err = -ENOMEM;
	if (err < 0) {
		free(buf.data);
		return err;
	}
	*ret = buf;
	return 0;
}

int vms_kernel_log_live(struct vms_machine *m, struct vms_buf *ret, bool *ret_whole)
{
	struct vms_buf ring = { NULL, 0 }, journal = { NULL, 0 };
	bool ring_whole = false, journal_begins = false;
	int err = log_at_once(&ring);

	if (err == 0)
		ring_whole = true;
	else
		err = ring_log(&ring, &ring_whole);
	if (err == 0 && ring_whole) {
		*ret = ring;
		*ret_whole = true;
		return 0;
	}
	if (vms_journal_kernel_log(m, &journal, &journal_begins) == 0 && (journal_begins || err < 0)) {
		free(ring.data);
		*ret = journal;
		/* journald drops messages where the ring runs over before it reads them: what
		 * is not in the journal may have been said all the same */
		*ret_whole = false;
		return 0;
	}
	free(journal.data);
	if (err < 0)
		return err;
	*ret = ring;
	*ret_whole = false;
	return 0;
}
