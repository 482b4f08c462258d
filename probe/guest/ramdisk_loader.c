/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The initial ramdisk that a boot loader's own entry names (UAPI.1, Boot Loader
 * Specification: systemd-boot, GRUB of Fedora and openSUSE), or that lies beside the
 * kernel GRUB started (BOOT_IMAGE on the command line); see ramdisk.h. Reads
 * /proc/cmdline, loader/entries of /boot and the ESP.
 */
#include <errno.h>

#include "core/result.h"
#include "kernel/cmdline.h"
#include "ramdisk.h"

#define ENTRY_MAX   (64u << 10)
#define MAX_ENTRIES 1024 /* of one folder */

/* "(hd0,gpt2)/vmlinuz": the path alone. NULL: GRUB did not start it. */
static char *boot_image(const struct cmdline *c)
{
	const struct cmdline_word *w = cmdline_next(c, "BOOT_IMAGE", NULL);
	const char *p = w ? w->value : NULL, *close = p && *p == '(' ? strchr(p, ')') : NULL;

	p = close ? close + 1 : p;
	return p && *p == '/' ? vms_strdup(p) : NULL;
}

/* ---- entries of the Boot Loader Specification ------------------------------------ */

struct entry {
	char *linux_path, *version, *initrds; /* initrds: paths, a space between */
};

static void entry_clear(struct entry *e)
{
	free(e->linux_path);
	free(e->version);
	free(e->initrds);
}

/* Of GRUB's variables ("$tuned_initrd") nobody knows what they hold. */
static int add_initrds(struct entry *e, const char *p, size_t len)
{
	const char *end = p + len;

	while (p < end) {
		size_t n = strcspn(p, " \t\n");
		char *joined;

		n = MIN(n, (size_t)(end - p));
		if (n > 0 && *p != '$') {
			joined = vms_asprintf("%s%s%.*s", e->initrds ? e->initrds : "", e->initrds ? " " : "",
					      (int)n, p);
			if (!joined)
				return vms_no_memory();
			free(e->initrds);
			e->initrds = joined;
		}
		p += n + 1;
	}
	return 0;
}

static int take(char **to, const char *p, size_t len)
{
	if (*to)
		return 0;
	*to = vms_strndup(p, len);
	return *to ? 0 : -ENOMEM;
}

static int read_entry(const char *text, struct entry *e)
{
	const char *line;
	size_t len;
	int err = 0;

	while (!err && vms_next_line(&text, &line, &len)) {
		size_t key = strcspn(line, " \t\n"), gap;
		const char *value;

		if (key >= len)
			continue;
		gap = strspn(line + key, " \t");
		value = line + key + gap;
		len -= key + gap;
		while (len > 0 && (value[len - 1] == ' ' || value[len - 1] == '\r'))
			len--;
		if (key == 5 && startswith(line, "linux"))
			err = take(&e->linux_path, value, len);
		else if (key == 7 && startswith(line, "version"))
			err = take(&e->version, value, len);
		else if (key == 6 && startswith(line, "initrd"))
			err = add_initrds(e, value, len);
	}
	return err;
}

/* "/6.1.0-5/linux", "/vmlinuz-6.1.0-5": not that of 6.1.0-50. */
static bool names_release(const char *path, const char *release)
{
	const char *p = strstr(path, release);
	size_t n = strlen(release);

	return p && p > path && strchr("/-", p[-1]) && (p[n] == '\0' || p[n] == '/' || p[n] == '.');
}

/* Of the kernel that runs? Its file as GRUB names it, else its release in the path. */
static bool is_ours(const struct entry *e, const char *image, const char *release)
{
	if (!e->linux_path || !e->initrds)
		return false;
	if (image)
		return ends_with(image, e->linux_path) || ends_with(e->linux_path, image);
	return (e->version && streq(e->version, release)) || names_release(e->linux_path, release);
}

/* Relative to the partition that the entry lies on, or to the root. */
static int try_initrds(struct vms_machine *m, struct ramdisks *r, const char *mount, const char *initrds)
{
	int err = 0;

	r->named = true;
	for (const char *p = initrds; *p && err >= 0; p += strspn(p, " ")) {
		size_t n = strcspn(p, " "), slashes = strspn(p, "/");
		_cleanup_free_ char *root = vms_asprintf("/%.*s", (int)(n - slashes), p + slashes);
		_cleanup_free_ char *path = root ? vms_asprintf("%s%s", mount, root) : NULL;

		if (!path || !root)
			return vms_no_memory();
		err = ramdisks_try(m, r, path);
		if (err == 0)
			err = ramdisks_try(m, r, root);
		if (err == 0)
			err = ramdisks_blocked(
				r, vms_asprintf("the boot loader's entry names %s, which is not to be "
						"seen below %s",
						root, mount));
		p += n;
	}
	return err < 0 ? err : 0;
}

struct choice {
	char *initrds, *mount;
	bool differ;
	char *unseen; /* entries that could not be looked at, and why */
};

/* GRUB, which `image` tells of, has its entries in /boot; the ESP's are systemd-boot's. */
static int note_unseen(struct choice *c, const char *path, const char *image, int err)
{
	if (err == -ENOMEM || vms_is_absent(err) || c->unseen ||
	    (image && !startswith(path, "/boot/loader/")))
		return err == -ENOMEM ? err : 0;
	c->unseen = vms_asprintf("%s: %s", path, vms_blocker(err));
	return c->unseen ? 0 : -ENOMEM;
}

static int weigh_entry(struct vms_machine *m, const char *path, const char *mount, const char *image,
		       const char *release, struct choice *c)
{
	_cleanup_buf_ struct vms_buf text = { NULL, 0 };
	_cleanup_(entry_clear) struct entry e = { 0 };
	int err = vms_root_read(m->root, path, ENTRY_MAX, &text);

	if (err < 0)
		return note_unseen(c, path, image, err);
	err = read_entry(text.data, &e);
	if (err < 0 || !is_ours(&e, image, release))
		return err;
	if (c->initrds) {
		c->differ |= !streq(c->initrds, e.initrds);
		return 0;
	}
	c->initrds = e.initrds;
	e.initrds = NULL;
	c->mount = vms_strdup(mount);
	return c->mount ? 0 : -ENOMEM;
}

static int weigh_entries(struct vms_machine *m, const char *image, const char *release, struct choice *c)
{
	int err = 0;

	for (size_t i = 0; i < RAMDISK_ESPS && err == 0; i++) {
		_cleanup_free_ char *dir = vms_asprintf("%s/loader/entries", ramdisk_esps[i]);
		char *const *names = NULL;

		if (!dir)
			return vms_no_memory();
		err = vms_root_names(m->root, dir, &names);
		if (err < 0) {
			err = note_unseen(c, dir, image, err);
			continue;
		}
		for (size_t k = 0; names[k] && k < MAX_ENTRIES && err == 0; k++) {
			_cleanup_free_ char *path = vms_asprintf("%s/%s", dir, names[k]);

			if (!path)
				return vms_no_memory();
			if (ends_with(names[k], ".conf"))
				err = weigh_entry(m, path, ramdisk_esps[i], image, release, c);
		}
	}
	return err;
}

/* Two entries of one kernel with different ramdisks: nobody knows which was chosen. *ret_unseen: owned. */
static int of_entries(struct vms_machine *m, struct ramdisks *r, const char *image, const char *release,
		      char **ret_unseen)
{
	struct choice c = { 0 };
	int err = weigh_entries(m, image, release, &c);

	if (err == 0 && c.initrds && !c.differ)
		err = try_initrds(m, r, c.mount, c.initrds);
	free(c.initrds);
	free(c.mount);
	*ret_unseen = c.unseen;
	return err;
}

/* ---- beside BOOT_IMAGE ------------------------------------------------------------ */

static const char *suffix_of(const char *base)
{
	static const char *const stems[] = { "vmlinuz-", "vmlinux-", "Image-", "kernel-", "linux-" };

	for (size_t i = 0; i < ARRAY_SIZE(stems); i++)
		if (startswith(base, stems[i]))
			return base + strlen(stems[i]);
	return NULL;
}

static int beside(struct vms_machine *m, struct ramdisks *r, const char *dir, const char *base)
{
	static const char *const named[] = { "initrd.img-%s", "initramfs-%s.img", "initrd-%s",
					     "initrd-%s.img", "initramfs-%s",	  "booster-%s.img" };
	static const char *const plain[] = { "initrd.img", "initrd", "initramfs.img", "initramfs-linux.img" };
	const char *suffix = suffix_of(base);
	size_t n = suffix ? ARRAY_SIZE(named) : ARRAY_SIZE(plain);
	int err = 0;

	for (size_t i = 0; i < n && err >= 0; i++) {
		const char *form = suffix ? named[i] : plain[i], *gap = strstr(form, "%s");
		_cleanup_free_ char *path =
			gap ? vms_asprintf("%s/%.*s%s%s", dir, (int)(gap - form), form, suffix, gap + 2)
			    : vms_asprintf("%s/%s", dir, form);

		err = path ? ramdisks_try(m, r, path) : -ENOMEM;
	}
	return err < 0 ? err : 0;
}

/* GRUB's path begins at its partition: "/vmlinuz" of /boot, "/@/boot/vmlinuz" of a
 * subvolume. */
static int of_boot_image(struct vms_machine *m, struct ramdisks *r, char *image)
{
	char *slash = strrchr(image, '/'), *boot = strstr(image, "/boot/");
	_cleanup_free_ char *below = NULL;
	int err;

	*slash = '\0';
	below = vms_asprintf("/boot%s", image);
	if (!below)
		return vms_no_memory();
	err = beside(m, r, boot ? boot : image, slash + 1);
	if (err == 0 && r->n == 0)
		err = beside(m, r, below, slash + 1);
	r->loose = strstr(image, "/ostree/") != NULL;
	return err;
}

int ramdisks_of_loader(struct vms_machine *m, struct ramdisks *r, const char *release)
{
	const struct cmdline *c = cmdline_read(m);
	_cleanup_free_ char *image = c ? boot_image(c) : NULL, *unseen = NULL;
	int err;

	if (!c)
		return -ENOMEM;
	err = of_entries(m, r, image, release, &unseen);
	if (err == 0 && !r->named && image)
		err = of_boot_image(m, r, image);
	/* one of these may name another ramdisk, or a further one */
	if (err == 0 && unseen)
		err = ramdisks_blocked(r, vms_take_string(&unseen));
	if (c->err < 0 && !r->named)
		r->loose = true;
	return err;
}
