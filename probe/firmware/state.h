/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The state of the persistence cycle on disk: persistence.json (0600) in the
 * state directory. Replaced atomically and on stable storage before a store
 * returns, so that whoever is killed, or loses power, leaves the old state or
 * the new one. Its contents are not trusted: what cannot be read as a state
 * is `damaged`, never armed.
 */
#ifndef VMS_STATE_H
#define VMS_STATE_H

#include "persistence.h"

#define VMS_STATE_FILE	  "persistence.json"
#define VMS_STATE_KEXEC	  "kexec" /* the boot that noted a kexec */
#define VMS_STATE_VERSION 1

/*
 * The state directory, held open. `create`: made (0700) where it is missing and
 * its parent is there. -ENOENT, -EACCES, -ENOTDIR, -ELOOP: a symlink.
 * -EUCLEAN: it belongs to neither root nor us, or others may write there: they may put any state there.
 * -EACCES also where somebody else's link lies on the way to it (place.h).
 */
int vms_state_open(const char *dir, bool create, int *ret_fd);

/*
 * Will what is written here be there after a reboot? 0; -EMEDIUMTYPE: a file
 * system in memory or an overlay, *ret_fs names it; -EROFS; other -errno.
 */
int vms_state_durable(int dir_fd, const char **ret_fs);

/* Keep other copies out until dir_fd is closed. Waits up to five seconds; -EBUSY. */
int vms_state_lock(int dir_fd);

/*
 * What the file says: ABSENT where there is none, DAMAGED, NEWER. -errno: the
 * file could not be looked at, and nothing is known.
 */
int vms_state_load(int dir_fd, struct vms_persist_state *ret);

/* On -errno the file holds the old state or the new one. */
int vms_state_store(int dir_fd, const struct vms_persist_state *state);

/* Rename the file to "persistence.json.kept[.N]", never over another; *ret_name
 * is the new name. -EEXIST: too many are kept already. */
int vms_state_set_aside(int dir_fd, char **ret_name);

/* Delete the state and a kexec note. 0 also where there was none. */
int vms_state_remove(int dir_fd);

/* The boot that noted a kexec; "" where none did, or the note is no boot_id. -errno:
 * there may be a note, and it could not be looked at. */
int vms_state_read_kexec(int dir_fd, char ret_boot_id[40]);

/* Note that `boot_id` is about to kexec. */
int vms_state_note_kexec(int dir_fd, const char *boot_id);

/* The state in `len` bytes of JSON; DAMAGED or NEWER where it is none. -ENOMEM: not known. */
int vms_state_parse(const char *text, size_t len, struct vms_persist_state *ret);

/* 36 characters as /proc/sys/kernel/random/boot_id gives them. */
bool vms_is_boot_id(const char *s);

#endif
