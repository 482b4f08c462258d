// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The device tree of a machine, and who gave it to the kernel.
 *
 * Reads /sys/firmware/fdt, /sys/firmware/devicetree/base, /proc/cmdline and the
 * menus of GRUB and systemd-boot. Whether the tree came from the firmware cannot
 * be seen in the tree: a `dtb=` for the EFI stub, or a `devicetree` line of a
 * boot loader, puts another one in its place before Linux looks. So the tree
 * counts as the firmware's only where none of these is found.
 */
#include <errno.h>
#include "fdt.h"

#define FDT_PATH    "/sys/firmware/fdt"
#define BASE_PATH   "/sys/firmware/devicetree/base"
#define CONFIG_MAX  (1u << 20)
#define ENTRIES_MAX 64

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

/* 1: the command line names a tree; 0: it does not; -errno. */
static int origin_cmdline(struct vms_machine *m, struct fdt_facts *f)
{
	_cleanup_buf_ struct vms_buf cmdline = { NULL, 0 };
	const char *line = f->tree.bootargs, *word = NULL;
	_cleanup_free_ char *shown = NULL;
	size_t len = 0;
	int err = vms_root_read(m->root, "/proc/cmdline", CONFIG_MAX, &cmdline);

	if (err == -ENOMEM)
		return err;
	if (!err)
		line = cmdline.data;
	if (!line) {
		err = set_origin(
			f, FDT_ORIGIN_UNKNOWN,
			vms_asprintf("/proc/cmdline could not be searched for dtb=: %s", vms_blocker(err)));
		return err ? err : 1;
	}
	if (!find_word(line, "dtb=", &word, &len))
		return 0;
	shown = vms_printable(word, MIN(len, (size_t)200));
	if (!shown)
		return -ENOMEM;
	err = set_origin(
		f, FDT_ORIGIN_UNKNOWN,
		vms_asprintf("/proc/cmdline has %s: the kernel's EFI stub may have loaded that tree", shown));
	return err ? err : 1;
}

/* A line whose first word is `devicetree` (GRUB, systemd-boot), in an entry that may have been booted. */
static bool names_devicetree(const char *text)
{
	const char *line;
	size_t len;

	while (vms_next_line(&text, &line, &len)) {
		while (len && (*line == ' ' || *line == '\t'))
			line++, len--;
		if (len > 10 && memcmp(line, "devicetree", 10) == 0 && (line[10] == ' ' || line[10] == '\t'))
			return true;
	}
	return false;
}

/* A menu that cannot be read may name a tree: then nothing is proven. */
static int not_searched(struct fdt_facts *f, const char *path, int why)
{
	int err = set_origin(
		f, FDT_ORIGIN_UNKNOWN,
		vms_asprintf("%s could not be searched for a devicetree line: %s", path, vms_blocker(why)));

	return err ? err : 1;
}

/* As origin_cmdline(), for one file of a boot loader. */
static int origin_config(struct vms_machine *m, struct fdt_facts *f, const char *path)
{
	_cleanup_buf_ struct vms_buf text = { NULL, 0 };
	int err = vms_root_read(m->root, path, CONFIG_MAX, &text);

	if (err == -ENOENT || err == -VMS_ENOPARENT || err == -ENOMEM)
		return err == -ENOMEM ? err : 0;
	if (err)
		return not_searched(f, path, err);
	if (!names_devicetree(text.data))
		return 0;
	err = set_origin(f, FDT_ORIGIN_UNKNOWN,
			 vms_asprintf("%s has a devicetree line: the boot loader may have put that tree "
				      "in place of the firmware's",
				      path));
	return err ? err : 1;
}

static int origin_entries(struct vms_machine *m, struct fdt_facts *f, const char *dir)
{
	_cleanup_strv_ char **names = NULL;
	int err = vms_root_list(m->root, dir, &names);

	if (err == -ENOENT || err == -VMS_ENOPARENT || err == -ENOMEM)
		return err == -ENOMEM ? err : 0;
	if (err)
		return not_searched(f, dir, err);
	for (size_t i = 0; names[i] && i < ENTRIES_MAX; i++) {
		size_t n = strlen(names[i]);
		_cleanup_free_ char *path = NULL;

		if (n < 6 || !streq(names[i] + n - 5, ".conf"))
			continue;
		path = vms_asprintf("%s/%s", dir, names[i]);
		err = path ? origin_config(m, f, path) : -ENOMEM;
		if (err)
			return err;
	}
	return 0;
}

static int origin_loader(struct vms_machine *m, struct fdt_facts *f)
{
	static const char *const files[] = { "/boot/grub/grub.cfg", "/boot/grub2/grub.cfg" };
	static const char *const dirs[] = { "/boot/loader/entries", "/efi/loader/entries",
					    "/boot/efi/loader/entries" };
	int err = 0;

	for (size_t i = 0; !err && i < ARRAY_SIZE(files); i++)
		err = origin_config(m, f, files[i]);
	for (size_t i = 0; !err && i < ARRAY_SIZE(dirs); i++)
		err = origin_entries(m, f, dirs[i]);
	return err;
}

static int read_origin(struct vms_machine *m, struct fdt_facts *f)
{
	int err;

	if (f->err == 0 && f->tree.stub)
		return set_origin(f, FDT_ORIGIN_STUB,
				  strdup(f->tree.hypervisor.there ? "only /chosen and Xen's /hypervisor"
					 : f->tree.uefi ? "only /chosen: made by the kernel's EFI stub"
							: "nothing but /chosen at most"));
	if (f->err && f->base_err)
		return set_origin(f, FDT_ORIGIN_UNKNOWN, strdup("the tree could not be read"));
	err = origin_cmdline(m, f);
	if (!err)
		err = origin_loader(m, f);
	if (err)
		return err < 0 ? err : 0;
	return set_origin(f, FDT_ORIGIN_FIRMWARE,
			  strdup("describes hardware, and no sign of a boot loader's tree"));
}

static int load(struct vms_machine *m, void *facts)
{
	struct fdt_facts *f = facts;
	_cleanup_buf_ struct vms_buf blob = { NULL, 0 };

	f->source = strdup(FDT_PATH);
	if (!f->source)
		return -ENOMEM;
	f->err = vms_root_read(m->root, FDT_PATH, FDT_SIZE_MAX, &blob);
	if (!f->err)
		f->err = fdt_parse(vms_buf_span(&blob), &f->tree, &f->why);
	/* /cpus is in every tree that Linux can start with; the EFI stub makes none. */
	f->base_err = vms_root_probe(m->root, BASE_PATH "/cpus");
	if (f->err == -ENOMEM || f->base_err == -ENOMEM)
		return -ENOMEM;
	return read_origin(m, f);
}

static void clear(void *facts)
{
	struct fdt_facts *f = facts;

	fdt_tree_clear(&f->tree);
	free(f->origin_why);
	free(f->source);
}

const struct fdt_facts *fdt_read(struct vms_machine *m)
{
	return vms_machine_fact(m, VMS_FACT_FDT, sizeof(struct fdt_facts), load, clear);
}
