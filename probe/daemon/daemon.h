/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vmspecd: a current verdict on every boot, without a socket to talk to. The
 * verdict is made in a child process, so that what stays is a few pages that
 * sleep until the kernel has something to say.
 */
#ifndef VMS_DAEMON_H
#define VMS_DAEMON_H

#include "core/util.h"
#include "vmspec.h"

#define TOOL	     "vmspecd"
#define RUN_DIR	     "/run/vmspec"
#define VERDICT_FILE "verdict.json"

/* The journal's messages; their explanations stand in systemd/vmspec.catalog. */
#define MSG_VERDICT	"dbb3f55c17a647aea5fb06bc45f1e9c5"
#define MSG_PERSISTENCE "1f0f0dbfa3aa4be6a5bd8ef41b0d2a6b"

struct daemon_options {
	const char *run_dir;
	const char *state_dir;
	const struct vms_profile *profile;
	bool no_write; /* VMSPEC-EFIVARIABLE-WRITE only by what the persistence cycle has shown */
};

/* notify.c: datagrams to systemd, in its documented formats; no library. Where
 * nobody listens nothing happens. */
void notify_systemd(const char *state);
struct journal_field {
	const char *name, *value;
};
/* Returns false where there is no journal, so that the caller says it elsewhere. */
bool journal_send(const struct journal_field *fields, size_t n);

/* publish.c: judge this machine and publish the verdict; runs in a child. Returns
 * its exit status. `stage`: what is published when. */
enum publish_stage {
	PUBLISH_EARLY, /* without what asks the firmware: it may hang */
	PUBLISH_BOOT,  /* everything, with a trial write where it is due */
	PUBLISH_AGAIN, /* everything, nothing written */
};
int publish_verdict(const struct daemon_options *o, enum publish_stage stage);

/* The folder, made where it is missing. -EACCES: somebody else's, or others may write there; -errno. */
int open_run_dir(const char *run_dir, int *ret_fd);
/* `text` as RUN_DIR/name, 0644, whole or not at all. 0 or -errno. */
int publish_file(const char *run_dir, const char *name, const char *text, size_t len);
/* Take away what a child that was killed had begun of its document. */
void publish_clear(const char *run_dir, pid_t pid);

/* boot.c: what the boot unit and the kexec unit run. Exit status. */
int boot_check(const struct daemon_options *o);
int note_kexec(const struct daemon_options *o);

/* watch.c: block and network devices that come and go with their place on a bus. */
struct watch;
int watch_open(const struct daemon_options *o, struct watch **ret);
void watch_close(struct watch *w); /* NULL-safe */
int watch_fd(const struct watch *w);
/* Read what there is. True: something was noted in RUN_DIR/hotplug, or events were lost. */
bool watch_read(struct watch *w);

#endif
