/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Copying out of a machine into a record so that each path that is copied gives
 * there what it gives here: there, absent, or the error it could not be looked at
 * with. Symlinks on the way are copied as such.
 */
#ifndef VMS_RECORD_COPY_H
#define VMS_RECORD_COPY_H

#include "core/machine.h"
#include "record_scrub.h"
#include "record_tree.h"

struct recording {
	struct vms_machine *m;
	struct record_tree tree;
	struct scrub *scrub;
	void *plain; /* tsearch() tree of paths that are no symlinks */
	void *done;  /* ... of device folders that were copied */
};

/* What a file holds, and so how it is freed of identities. */
typedef int (*scrub_fn)(struct recording *r, const char *path, char *data, size_t len);

int scrub_as_text(struct recording *r, const char *path, char *data, size_t len);
int scrub_as_parameters(struct recording *r, const char *path, char *data, size_t len);
int scrub_as_serial(struct recording *r, const char *path, char *data, size_t len);
int scrub_as_host(struct recording *r, const char *path, char *data, size_t len);
int scrub_nothing(struct recording *r, const char *path, char *data, size_t len);

/* record_blob.c: binary data. */
int scrub_fdt(struct recording *r, const char *path, char *data, size_t len);
int scrub_fdt_property(struct recording *r, const char *path, char *data, size_t len);
int scrub_efi_variable(struct recording *r, const char *path, char *data, size_t len);
int scrub_acpi_table(struct recording *r, const char *path, char *data, size_t len);
int scrub_pci_config(struct recording *r, const char *path, char *data, size_t len);
int keep_devicetree_lines(struct recording *r, const char *path, char *data, size_t len);
int keep_script_lines(struct recording *r, const char *path, char *data, size_t len);
int keep_mount_lines(struct recording *r, const char *path, char *data, size_t len);

/* What all of these return: 0 also where the source could not be read, which is
 * then told in the record. Else -errno of writing, -ENOMEM. */

/* A file of at most `max` bytes. */
int copy_file(struct recording *r, const char *path, size_t max, scrub_fn fn) _must_check_;

/* A file that must only be there. */
int copy_presence(struct recording *r, const char *path) _must_check_;

/* A directory: *ret_names are what is in it, NULL where it could not be listed. */
int copy_dir(struct recording *r, const char *path, char ***ret_names) _must_check_;

/* A symlink, and no more; whatever else is there is left out. */
int copy_link(struct recording *r, const char *path) _must_check_;

/* Where `path` leads, the symlinks on the way copied; *ret NULL: not to be seen. */
int copy_way(struct recording *r, const char *path, char **ret) _must_check_;

/* Write what is no file of the machine; `text` is scrubbed. */
int write_text(struct recording *r, const char *path, char *text, size_t len) _must_check_;
int write_error(struct recording *r, const char *path, int err) _must_check_;

/* Remember `path`; false: it was already. -ENOMEM through *ret_err. */
bool first_time(void **tree, const char *path, int *ret_err);

/* record_sys.c */
int record_devices(struct recording *r) _must_check_;
int record_clock_now(struct recording *r) _must_check_;

#endif
