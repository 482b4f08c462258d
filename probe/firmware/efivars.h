/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * UEFI variables as efivarfs shows them (Documentation/filesystems/efivarfs.rst):
 * a file NAME-GUID each, four bytes of attributes (little endian), then the data.
 */
#ifndef VMS_EFIVARS_H
#define VMS_EFIVARS_H

#include "core/machine.h"

#define EFIVARS_DIR "/sys/firmware/efi/efivars"
#define EFIVAR_MAX  (1u << 20) /* bytes of one variable; firmware allows far less */

enum efivars_mounted {
	EFIVARS_MOUNT_UNSEEN, /* no mount table to look into */
	EFIVARS_MOUNTED,
	EFIVARS_NOT_MOUNTED,
};

struct efivars_facts {
	int err;	 /* the listing: 0, -ENOENT, could not look */
	size_t n;	 /* variables listed */
	size_t n_tried;	 /* read, up to a bound */
	size_t n_read;	 /* of those, with attributes */
	int read_err;	 /* the first that could not be read; 0: none */
	char *read_name; /* and its name */
	enum efivars_mounted mounted;
	bool read_only;	      /* the file system is: superblock option "ro" */
	bool mount_read_only; /* this mount of it is */
};

/* The facts of `m`, read once. NULL: -ENOMEM. */
const struct efivars_facts *efivars_read(struct vms_machine *m);

/*
 * One variable, by "NAME-GUID". A file without content counts as absent (it is
 * one that was created and never written). 0; -ENOENT: no such variable;
 * -EBADMSG: shorter than its attributes; other -errno: could not look.
 */
int efivar_get(struct vms_machine *m, const char *name_guid, uint32_t *ret_attributes,
	       struct vms_buf *ret_data) _must_check_;

#endif
