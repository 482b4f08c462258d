/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A made-up machine for unit tests: a temporary tree that mirrors absolute
 * paths, opened as a record, with a `live` table of its own that tests may plant
 * faults in. Paths are absolute as the machine sees them; folders on the way to
 * a file are made. What goes wrong in a helper fails the test.
 */
#ifndef VMS_TEST_FIXTURE_H
#define VMS_TEST_FIXTURE_H

/* cmocka.h wants these before it */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "core/machine.h"

struct fixture {
	char root[64];			   /* the tree, a folder of its own */
	enum vms_kind kind;		   /* VMS_KIND_RECORD; a test may say VMS_KIND_GUEST */
	const struct vms_profile *profile; /* vmspec-2.0 */
	struct vms_live live;		   /* a copy of vms_live_record */
	struct vms_machine *m;		   /* of the last fixture_machine(); NULL: none yet */
};

/* cmocka's setup and teardown: *state is a struct fixture of an aarch64 machine
 * with empty /sys, /proc and /sys/firmware. */
int fixture_setup(void **state);
int fixture_teardown(void **state);
#define fixture_test(f) cmocka_unit_test_setup_teardown(f, fixture_setup, fixture_teardown)

void fixture_write(struct fixture *f, const char *path, const char *text);
void fixture_write_bytes(struct fixture *f, const char *path, const void *bytes, size_t len);
void fixture_link(struct fixture *f, const char *path, const char *target);
void fixture_dir(struct fixture *f, const char *path);
void fixture_fifo(struct fixture *f, const char *path);
/* With all that is below it; nothing there is well, too. */
void fixture_remove(struct fixture *f, const char *path);

/* A file of a packed machine of tests/records, to be freed by the caller. False:
 * it is not there, or the test was not started from the top folder. */
bool fixture_recorded(struct fixture *f, const char *name, const char *path, uint8_t **ret, size_t *ret_len);

/* The kernel log; `whole`: it begins with the kernel's first message. */
void fixture_kmsg(struct fixture *f, bool whole, const char *text);

/* The tree as it is now, opened afresh: nothing is remembered from before. */
struct vms_machine *fixture_machine(struct fixture *f);

/* Run one check over the tree as it is now, without what it needs. The status is
 * `status`, and the reason holds `reason` (NULL: any). */
void fixture_check_at(struct fixture *f, const char *id, enum vms_status status, const char *reason,
		      const char *file, int line);
#define fixture_check(f, id, status, reason) fixture_check_at(f, id, status, reason, __FILE__, __LINE__)

/* As fixture_check; a piece of evidence also holds `evidence`. */
void fixture_check_evidence_at(struct fixture *f, const char *id, enum vms_status status, const char *reason,
			       const char *evidence, const char *file, int line);
#define fixture_check_evidence(f, id, status, reason, evidence)                                              \
	fixture_check_evidence_at(f, id, status, reason, evidence, __FILE__, __LINE__)

#endif
