/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Our one variable, on the live machine: written and deleted with libefivar, or by efivarfs alone
 * where that is not installed, and read back with our own reader. libefivar passes on EINTR, takes
 * its backend from the environment before main(), and says nothing about full or read-only
 * stores; this wrapper does. Serves "virtual firmware": variable services.
 *
 * The store is a small table, so that tests put a plain directory, or a firmware
 * that lies, in efivarfs's place.
 */
#ifndef VMS_EFIVARWRITE_H
#define VMS_EFIVARWRITE_H

#include "persistence.h"

/* The project's vendor GUID, for this one variable. */
#define VMS_VARIABLE_GUID "c806f04c-465d-4791-b25f-e7eb07dd6b14"
#define VMS_VARIABLE_NAME "VmspecPersist"
#define VMS_VARIABLE_FILE VMS_VARIABLE_NAME "-" VMS_VARIABLE_GUID
#define VMS_VARIABLE_MAX  127 /* bytes of data */

struct vms_varstore {
	const char *dir;
	bool plain; /* tests: a directory that is no efivarfs */
	/* One SetVariable each. 0 or -errno. */
	int (*set)(const struct vms_varstore *s, const uint8_t *data, size_t len, uint32_t attrs);
	int (*del)(const struct vms_varstore *s);
};
extern const struct vms_varstore vms_varstore_efivarfs;

/* libefivar on s->dir, or where it is not installed the next two; `del`: -ENOENT where there is none. */
int vms_varstore_set(const struct vms_varstore *s, const uint8_t *data, size_t len, uint32_t attrs);
int vms_varstore_del(const struct vms_varstore *s);

/* The same without libefivar: at most VMS_VARIABLE_MAX bytes of `data` with `attrs`, by one write.
 * What a refused write created is taken away again. */
int vms_efivarfs_set(const struct vms_varstore *s, const uint8_t *data, size_t len, uint32_t attrs);
int vms_efivarfs_del(const struct vms_varstore *s);

/* What its data says. */
enum vms_variable_kind {
	VMS_VARIABLE_FOREIGN, /* not written by us */
	VMS_VARIABLE_ARMED,   /* by a persistence cycle */
	VMS_VARIABLE_PROBE,   /* by a trial write (--write) that was cut off */
};

struct vms_variable {
	enum vms_variable_kind kind;
	uint32_t attrs;
	char nonce[VMS_PERSIST_NONCE_LEN + 1]; /* "": FOREIGN */
	char boot_id[40];
	uint8_t data[VMS_VARIABLE_MAX];
	size_t len;
};

/* The bytes of a variable, and back. The string is at most VMS_VARIABLE_MAX long. */
void vms_variable_format(enum vms_variable_kind kind, const char *nonce, const char *boot_id,
			 char ret[VMS_VARIABLE_MAX + 1]);
void vms_variable_parse(struct vms_variable *v);

/* A nonce from the kernel's random numbers. */
int vms_nonce(char ret[VMS_PERSIST_NONCE_LEN + 1]);

/*
 * The store's directory, held open. -ENODEV: it is there, but efivarfs is not
 * mounted on it; -ENOENT: not there; -EACCES ...
 */
int vms_varstore_open(const struct vms_varstore *s, int *ret_fd);

/*
 * Do the variable services answer: is there a variable, other than ours, that
 * can be read? 0; -ENODATA: none is listed (runtime services off); -errno of
 * reading the ones that are.
 */
int vms_varstore_answers(int dir_fd);

/* May it be written to? 0; -EROFS: mounted read-only; -ENOSPC: hardly any room is
 * left, as far as this kernel tells. */
int vms_varstore_writable(int dir_fd);

/* A variable's attributes and data. -ENOENT: absent, also an empty file;
 * -EBADMSG: shorter than its attributes; -EFBIG: more than `max` bytes. */
int vms_varstore_read(int dir_fd, const char *file, uint32_t *ret_attrs, uint8_t *ret_data, size_t max,
		      size_t *ret_len);

/* Our variable. -ENOENT: absent. What is too long for ours is FOREIGN. */
int vms_varstore_get(int dir_fd, struct vms_variable *ret);

/* What -errno of SetVariable means. Constant string. */
const char *vms_setvariable_error(int err);

/* Is -errno the firmware's own refusal, not a lack of room or permission? */
bool vms_setvariable_firmware_refused(int err);

#endif
