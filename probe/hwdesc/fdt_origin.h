/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who gave the kernel its device tree: what boot loaders have been told. */
#ifndef VMS_FDT_ORIGIN_H
#define VMS_FDT_ORIGIN_H

#include <errno.h>
#include "fdt.h"

#define FDT_MENU_MAX	  (1u << 20) /* bytes of a menu */
#define FDT_VARIABLES_MAX 64u	     /* commands that are variables; of one more it is not asked what it is */
#define FDT_IMAGE_MAX	  8192u	     /* bytes of an image: its headers and section table */

/* Fill origin and origin_why of `f`, whose tree was read. -ENOMEM. */
int fdt_read_origin(struct vms_machine *m, struct fdt_facts *f);

/* The tree below the folder `base` of /sys/firmware/devicetree as a blob. -errno of what could
 * not be read; -EFBIG, -ELOOP, -EBADMSG: it is no tree that Linux takes. */
int fdt_rebuild(struct vms_machine *m, const char *base, struct vms_buf *ret) _must_check_;

/*
 * All places where boot loaders have their menus, and images that may carry a tree.
 * `list` gives the names in a folder, NULL where there is none; each function goes on
 * with 0 and ends the walk with anything else, which is returned.
 */
struct fdt_visit {
	void *ctx;
	struct vms_root *root; /* GRUB's menus are read for the files that they source */
	int (*list)(void *ctx, const char *dir, char ***ret_names);
	int (*menu)(void *ctx, const char *path);
	int (*image)(void *ctx, const char *path);
	int (*driver)(void *ctx, const char *path);	/* for UEFI, that publishes a tree */
	int (*unresolved)(void *ctx, const char *menu); /* it sources what only GRUB knows the place of */
	int (*too_many)(void *ctx, const char *dir);	/* more files in it than are looked at */
	int (*script)(void *ctx, const char *path);	/* U-Boot's */
	int (*tree)(void *ctx, const char *path);	/* that U-Boot may load */
	int (*fit)(void *ctx, const char *path);	/* a file that may be a FIT image */
};
int fdt_visit_grub(const struct fdt_visit *v); /* GRUB's menus alone */
int fdt_visit_menus(const struct fdt_visit *v);
int fdt_visit_images(const struct fdt_visit *v);
int fdt_visit_kernel(const struct fdt_visit *v); /* the running one's, where GRUB has it from */
int fdt_visit_drivers(const struct fdt_visit *v);
int fdt_visit_uboot(const struct fdt_visit *v);

/* Did GRUB start this kernel, by the word that it puts on the command line? *ret: that word, owned, NULL: it
 * did not, or the command line cannot be read. -ENOMEM. */
int fdt_started_by_grub(struct vms_machine *m, char **ret);

/* Has a file's name that ending, in either case as on FAT, and something before it? */
bool fdt_ends_with(const char *name, const char *ending);

/* A line of GRUB's that has this command, or its -overlay, with an argument. */
bool fdt_menu_has_command(const char *line, size_t len, const char *command);

/* A line that names a device tree or an overlay: of GRUB and of boot loader entries;
 * `extlinux`: of that. */
bool fdt_menu_names_tree(const char *line, size_t len, bool extlinux);

/* A line of GRUB's whose command is a variable, or hidden in one (eval): the variable's name, empty
 * where it is not the whole word. */
bool fdt_menu_runs_variable(const char *line, size_t len, struct vms_span *ret_name);
/* A line that gives this variable a value. */
bool fdt_menu_sets(const char *line, size_t len, struct vms_span name, struct vms_span *ret_value);
/* Is there such a command that may be `command`, by what the menu gives the variable? */
bool fdt_menu_hides_command(const struct vms_buf *menu, const char *command);

/* A line of U-Boot's scripts that may put another tree in place of the one it runs with. */
bool fdt_script_names_tree(const char *line, size_t len);
/* The bytes before the first line. */
size_t fdt_script_header(const char *data, size_t len);

/* What is asked of a load option, the data of a variable Boot####. */
struct fdt_option {
	bool tree;    /* a path of a device tree for U-Boot is in it */
	bool disk;    /* the application lies on a partition or a CD */
	bool network; /* it comes from the network */
};
/* False: it is no load option. */
bool fdt_option_read(struct vms_span option, struct fdt_option *ret);

/* A node of its device paths. */
struct fdt_path_node {
	uint8_t type, subtype;
	bool is_vendor; /* a vendor's media node: its data begin with a GUID */
	struct vms_span data;
};
/* Where the paths stand; false: it is no load option. */
bool fdt_option_paths(struct vms_span option, uint64_t *ret_at, uint64_t *ret_end);
/* The node at *at, which goes on to the next; false: there is none. */
bool fdt_option_node(struct vms_span option, uint64_t *at, uint64_t end, struct fdt_path_node *ret);

/* A FIT image without the properties that are more than a few bytes. -ENOENT: it is none;
 * -EBADMSG: a broken one; -EFBIG: more in it than is looked at; -ENOMEM. */
int fdt_fit_reduce(int fd, uint64_t size, struct vms_buf *ret) _must_check_;
/* Does it hold a device tree for what it starts? */
bool fdt_fit_has_tree(const struct vms_buf *reduced);

/* A line of GRUB's that sources another file (source, ., configfile, normal): its argument,
 * without quotes; NULL: it is none. */
const char *fdt_menu_sources(const char *line, size_t len, size_t *ret_len);

/* Does a PE image have a section .dtb or .dtbauto? From its first bytes. */
bool fdt_image_has_tree(struct vms_span head);
/* And a kernel? */
bool fdt_image_is_unified(struct vms_span head);

#endif
