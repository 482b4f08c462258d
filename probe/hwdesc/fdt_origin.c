/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who gave the kernel its device tree; see fdt_origin.h.
 *
 * Reads /proc/cmdline, the menus of boot loaders, unified kernel images, U-Boot's scripts
 * and the kernel log. Whether the tree came from the firmware cannot be seen in the tree: a `dtb=` for
 * the EFI stub, a `devicetree` line of a boot loader or a tree inside the image puts
 * another one in its place before Linux looks. So the tree counts as the firmware's
 * only where none of these is found.
 */
#include <errno.h>

#include "core/span.h"
#include "fdt_search.h"
#include "kernel/cmdline.h"
#include "kernel/esp.h"
#include "kernel/kmsg.h"

#define OVERLAYS "/sys/kernel/config/device-tree/overlays"

/* The word of a command line that begins with `prefix`. */
static bool find_word(const char *line, const char *prefix, const char **ret, size_t *ret_len)
{
	for (const char *s = line; *s;) {
		size_t n = strcspn(s, " \t\n");

		if (startswith(s, prefix)) {
			*ret = s;
			*ret_len = n;
			return true;
		}
		s += n + strspn(s + n, " \t\n");
	}
	return false;
}

static int set_origin(struct fdt_facts *f, enum fdt_origin origin, char *why)
{
	if (!why)
		return -ENOMEM;
	free(f->origin_why);
	f->origin_why = why;
	f->origin = origin;
	return 0;
}

int fdt_found(struct fdt_facts *f, char *why)
{
	int err = set_origin(f, FDT_ORIGIN_UNKNOWN, why);

	return err ? err : 1;
}

/* 1: the command line names a tree; 0: it does not; -errno. */
static int origin_cmdline(struct vms_machine *m, struct fdt_facts *f)
{
	const struct cmdline *c = cmdline_read(m);
	const char *line = f->tree.bootargs, *word = NULL;
	_cleanup_free_ char *shown = NULL, *said = NULL;
	size_t len = 0;

	if (!c)
		return -ENOMEM;
	if (!c->err)
		line = c->line.data;
	if (!line) {
		return fdt_found(f, vms_asprintf("/proc/cmdline could not be searched for dtb=: %s",
						 vms_blocker(c->err)));
	}
	/* a serial console that saw it; the command line may be another's since (bootconfig, kexec) */
	if (vms_kmsg_find(m, "EFI stub: Using DTB from command line", &said) == 0) {
		return fdt_found(f, vms_asprintf("the log says \"%s\"", said));
	}
	if (!find_word(line, "dtb=", &word, &len))
		return 0;
	shown = vms_printable(word, MIN(len, (size_t)200));
	if (!shown)
		return -ENOMEM;
	return fdt_found(
		f,
		vms_asprintf("/proc/cmdline has %s: the kernel's EFI stub may have loaded that tree", shown));
}

/* What a kernel was given that was started by another, that one's command line and menu said. 1: so it is; 0;
 * -ENOMEM. */
static int origin_kexec(struct fdt_facts *f)
{
	if (!f->kexec)
		return 0;
	return fdt_found(f, vms_asprintf("another kernel started this one (kexec: %s), and what that one was "
					 "started with can't be seen",
					 f->kexec));
}

/* ---- menus and images ---- */

int fdt_not_read(struct fdt_search *s, const char *path, int why)
{
	if (why == -ENOMEM)
		return why;
	if (vms_is_absent(why))
		return 0;
	return fdt_found(
		s->f, vms_asprintf("%s could not be searched for a device tree: %s", path, vms_blocker(why)));
}

static int search_too_many(void *ctx, const char *dir)
{
	struct fdt_search *s = ctx;
	return fdt_found(
		s->f, vms_asprintf("there are more files in %s than were searched for a device tree", dir));
}

static int search_list(void *ctx, const char *dir, char ***ret_names)
{
	struct fdt_search *s = ctx;
	int err = vms_root_list(s->m->root, dir, ret_names);

	return err ? fdt_not_read(s, dir, err) : 0;
}

/* GRUB's menus have any name where another sources them; those of the others have theirs. */
static bool is_grubs(const char *path)
{
	return !strstr(path, "/extlinux") && !strstr(path, "/entries/") && !strstr(path, "imine.conf");
}

static int search_menu(void *ctx, const char *path)
{
	struct fdt_search *s = ctx;
	_cleanup_buf_ struct vms_buf text = { NULL, 0 };
	int err = vms_root_read(s->m->root, path, FDT_MENU_MAX, &text);
	const char *cursor = text.data, *line;
	size_t len;

	if (err)
		return fdt_not_read(s, path, err);
	while (vms_next_line(&cursor, &line, &len)) {
		if (!fdt_menu_names_tree(line, len, strstr(path, "/extlinux") != NULL))
			continue;
		return fdt_found(
			s->f, vms_asprintf("%s has a devicetree line: the boot loader may have put that tree "
					   "in place of the firmware's",
					   path));
	}
	s->n_menus++;
	s->n_grub += is_grubs(path);
	if (!is_grubs(path) || !fdt_menu_hides_command(&text, "devicetree"))
		return 0;
	return fdt_found(s->f, vms_asprintf("%s runs a command that only GRUB knows (a variable): it may be "
					    "devicetree",
					    path));
}

static int search_unresolved(void *ctx, const char *menu)
{
	struct fdt_search *s = ctx;
	return fdt_found(s->f, vms_asprintf("%s sources a menu whose place only GRUB knows (a variable): it "
					    "may have a devicetree line",
					    menu));
}

/* What GRUB was told where none of its menus is to be seen nobody knows; a board's tree may be a file. 1: so
 * it is; 0; -ENOMEM. */
static int search_grub_unseen(struct fdt_search *s)
{
	_cleanup_free_ char *image = NULL;
	int err = s->n_grub || fdt_is_made_by_vmm(&s->f->tree) ? 0 : fdt_started_by_grub(s->m, &image);

	if (err || !image)
		return err;
	return fdt_found(s->f, vms_asprintf("GRUB started this kernel (%s), and none of its menus is to be "
					    "seen: it may have a devicetree line",
					    image));
}

static int read_head(struct vms_machine *m, const char *path, uint8_t *head, size_t *ret_len)
{
	_cleanup_close_ int fd = -1;
	uint64_t size;
	ssize_t n;
	int err = vms_root_open_file(m->root, path, &fd, &size);

	if (err)
		return err;
	n = pread(fd, head, FDT_IMAGE_MAX, 0);
	if (n < 0)
		return -errno;
	*ret_len = (size_t)n;
	return 0;
}

static int search_image(void *ctx, const char *path)
{
	struct fdt_search *s = ctx;
	uint8_t head[FDT_IMAGE_MAX];
	size_t len = 0;
	int err = read_head(s->m, path, head, &len);

	if (err)
		return fdt_not_read(s, path, err);
	s->n_unified += fdt_image_is_unified(vms_span(head, len));
	if (!fdt_image_has_tree(vms_span(head, len)))
		return 0;
	return fdt_found(
		s->f,
		vms_asprintf("%s carries a device tree: the stub in it (systemd-stub, stubble) may have put "
			     "it in place of the firmware's",
			     path));
}

static int search_driver(void *ctx, const char *path)
{
	struct fdt_search *s = ctx;
	return fdt_found(
		s->f,
		vms_asprintf("%s, which systemd-boot loads, puts a tree in place of the firmware's", path));
}

/* The image that was started may lie on a partition that is not mounted, or be gone. 1: so it is, or nobody
 * could look; 0; -ENOMEM. */
static int search_started_image(struct fdt_search *s)
{
	_cleanup_free_ char *name = NULL, *path = NULL;
	int err = esp_started_image(s->m->root, &name, &path);

	if (err)
		return fdt_not_read(s, name ? name : ESP_STUB_IMAGE, err);
	if (!name || path)
		return 0;
	return fdt_found(
		s->f, vms_asprintf("systemd-stub started %s, which is not to be seen (its partition is not "
				   "mounted, or it is gone): it may carry a device tree",
				   name));
}

/* The stub's variable is not there; but there is none at all, and no sign of who else started a kernel with a
 * board's tree. 0, 1, -ENOMEM. */
static int variables_hidden(struct fdt_search *s)
{
	_cleanup_free_ char *image = NULL;
	int err;

	if (!fdt_variables_hidden(s->m) || fdt_is_made_by_vmm(&s->f->tree))
		return 0;
	err = fdt_started_by_grub(s->m, &image);
	return err ? err : !image;
}

/* Only systemd-stub takes a tree out of an image, and it says that it was there. */
static int search_images(const struct fdt_visit *v)
{
	struct fdt_search *s = v->ctx;
	int stub = vms_root_probe(s->m->root, ESP_STUB), hidden = stub == -ENOENT ? variables_hidden(s) : 0,
	    err;

	if (hidden < 0 || (stub == -ENOENT && !hidden))
		return hidden;
	err = fdt_visit_images(v);
	if (!err)
		err = search_started_image(s);
	if (!err && hidden && !s->n_unified && !s->n_menus)
		return fdt_found(s->f,
				 strdup("efivarfs shows no variable, so that no boot loader is to be seen: "
					"one may have put that tree there"));
	if (err || stub || s->n_unified)
		return err;
	return fdt_found(
		s->f,
		strdup("systemd-stub started an image that is not to be seen (the ESP is not mounted, or it lies "
		       "elsewhere): it may carry a device tree"));
}

/* A board's tree may be one out of the kernel's own file; those of virtual machines are not in there. */
static int search_kernel(const struct fdt_visit *v)
{
	struct fdt_search *s = v->ctx;

	return fdt_is_made_by_vmm(&s->f->tree) ? 0 : fdt_visit_kernel(v);
}

/* An overlay that the guest put on the tree while it runs: of what is shown, nobody knows what
 * was the firmware's. 1: there is one; 0; -errno. */
static int search_overlays(struct fdt_search *s)
{
	_cleanup_strv_ char **names = NULL;
	_cleanup_free_ char *line = NULL;
	int err = vms_root_list(s->m->root, OVERLAYS, &names);

	if (err == -ENOMEM)
		return err;
	if (err == 0 && names[0])
		return fdt_found(s->f, vms_asprintf("%s has an overlay, %s", OVERLAYS, names[0]));
	if (vms_kmsg_find(s->m, "OF: overlay: ", &line) == 0)
		return fdt_found(s->f, vms_asprintf("the kernel log tells of an overlay: %s", line));
	return 0;
}

/* Nothing but /chosen: whoever made it, there was none to be passed on. */
static int origin_stub(struct vms_machine *m, struct fdt_facts *f)
{
	_cleanup_free_ char *line = NULL;
	const char *why = "nothing but /chosen at most";

	if (f->tree.hypervisor.there)
		why = "only /chosen and Xen's /hypervisor";
	else if (vms_kmsg_find(m, "EFI stub: Using DTB from configuration table", &line) == 0)
		why = "only /chosen: made by a boot loader (GRUB) or the hypervisor, the kernel's EFI stub "
		      "found it "
		      "in the configuration table";
	else if (f->tree.uefi)
		why = "only /chosen: made by the kernel's EFI stub";
	return set_origin(f, FDT_ORIGIN_STUB, strdup(why));
}

int fdt_read_origin(struct vms_machine *m, struct fdt_facts *f)
{
	struct fdt_search s = { .m = m, .f = f };
	const struct fdt_visit v = {
		.ctx = &s,
		.root = m->root,
		.list = search_list,
		.menu = search_menu,
		.image = search_image,
		.driver = search_driver,
		.unresolved = search_unresolved,
		.too_many = search_too_many,
		.script = fdt_search_script,
		.tree = fdt_search_tree,
		.fit = fdt_search_fit,
	};
	int err;

	if (f->err && f->base_err)
		return set_origin(f, FDT_ORIGIN_UNKNOWN, strdup("the tree could not be read"));
	err = origin_kexec(f);
	if (!err && f->err == 0 && f->tree.stub)
		return origin_stub(m, f);
	if (!err)
		err = origin_cmdline(m, f);
	if (!err)
		err = fdt_visit_menus(&v);
	if (!err)
		err = search_grub_unseen(&s);
	if (!err)
		err = search_images(&v);
	if (!err)
		err = search_kernel(&v);
	if (!err)
		err = fdt_visit_drivers(&v);
	if (!err)
		err = fdt_search_uboot(&v);
	if (!err)
		err = search_overlays(&s);
	if (err)
		return err < 0 ? err : 0;
	return set_origin(f, FDT_ORIGIN_FIRMWARE,
			  strdup("describes hardware, and no sign of a boot loader's tree"));
}
