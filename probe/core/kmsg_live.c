/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * /dev/kmsg gives the kernel's ring buffer a record a read: "PRIORITY,SEQUENCE,
 * MICROSECONDS,FLAGS;TEXT\n KEY=VALUE..." (Documentation/ABI/testing/dev-kmsg).
 * Any root process can write into it: only facility 0 is the kernel's own.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>

#include "kmsg_live.h"

#define RECORD_MAX 8192
#define LOG_MAX (16u << 20)
#define EPIPE_MAX 100000

/* One record to "[    0.000000] TEXT\n"; also its sequence number. */
static bool put_record(FILE *log, char *record, uint64_t *ret_seq)
{
	uint64_t prio, seq, usec;
	char *text = strchr(record, ';'), *end;

	if (!text || sscanf(record, "%" SCNu64 ",%" SCNu64 ",%" SCNu64, &prio, &seq, &usec) != 3)
		return false;
	*ret_seq = seq;
	if (prio >> 3 != 0)
		return true;
	text++;
	end = strchrnul(text, '\n');
	fprintf(log, "[%5" PRIu64 ".%06" PRIu64 "] %.*s\n", usec / 1000000, usec % 1000000, (int)(end - text),
		text);
	return true;
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
	log = open_memstream(&buf.data, &buf.len);
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
	int err = ring_log(&ring, &ring_whole);

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
