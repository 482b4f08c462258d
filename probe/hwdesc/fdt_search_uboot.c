/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Did U-Boot, which may be the firmware, load a device tree? Reads its name in the kernel log,
 * systemd-boot's variables, the tree and DMI; what fdt_uboot.c finds on the disk; the load option
 * that was started (BootCurrent, Boot####); and whether the boot came from a disk at all:
 * a script that U-Boot gets by DHCP leaves nothing behind.
 */
#include <errno.h>
#include <unistd.h>

#include "core/span.h"
#include "fdt_search.h"
#include "kernel/cmdline.h"
#include "kernel/esp.h"
#include "kernel/kmsg.h"

#define EFIVARS	    "/sys/firmware/efi/efivars"
#define GLOBAL_GUID "8be4df61-93ca-11d2-aa0d-00e098032b8c"
#define LOADER_GUID "4a67b082-0a4c-41cf-b6c7-440b29bb8c4f"
/* what systemd-boot and its stub wrote down of the firmware's name, in UTF-16 */
#define LOADER_INFO EFIVARS "/LoaderFirmwareInfo-" LOADER_GUID
#define LOADER_NAME EFIVARS "/LoaderInfo-" LOADER_GUID
/* and of the partition that they were started from */
#define LOADER_PART  EFIVARS "/LoaderDevicePartUUID-" LOADER_GUID
#define BOOT_CURRENT EFIVARS "/BootCurrent-" GLOBAL_GUID
#define BIOS_VENDOR  "/sys/class/dmi/id/bios_vendor"
#define OPTION_MAX   65536

int fdt_search_script(void *ctx, const char *path)
{
	struct fdt_search *s = ctx;
	_cleanup_buf_ struct vms_buf text = { NULL, 0 };
	int err = vms_root_read(s->m->root, path, FDT_MENU_MAX, &text);
	const char *line, *end;
	bool found = false;

	if (err)
		return fdt_not_read(s, path, err);
	end = text.data + text.len;
	for (line = text.data + fdt_script_header(text.data, text.len); line < end && !found;) {
		const char *nl = memchr(line, '\n', (size_t)(end - line)), *stop = nl ? nl : end;

		found = fdt_script_names_tree(line, (size_t)(stop - line));
		line = stop + 1;
	}
	if (!found)
		return 0;
	return fdt_found(s->f,
			 vms_asprintf("%s has commands for a device tree: %s, may have put that one in place "
				      "of the firmware's",
				      path, s->uboot));
}

int fdt_search_tree(void *ctx, const char *path)
{
	struct fdt_search *s = ctx;
	return fdt_found(s->f, vms_asprintf("%s lies where %s, looks for a tree to load (${fdtfile})", path,
					    s->uboot));
}

int fdt_search_fit(void *ctx, const char *path)
{
	struct fdt_search *s = ctx;
	_cleanup_buf_ struct vms_buf fit = { NULL, 0 };
	_cleanup_close_ int fd = -1;
	uint64_t size = 0;
	int err = vms_root_open_file(s->m->root, path, &fd, &size);

	if (!err)
		err = fdt_fit_reduce(fd, size, &fit);
	/* a folder, no FIT, or one that is broken and so never started */
	if (err == -EISDIR || err == -ENXIO || err == -EBADMSG)
		return 0;
	if (err)
		return fdt_not_read(s, path, err);
	if (!fdt_fit_has_tree(&fit))
		return 0;
	return fdt_found(s->f, vms_asprintf("%s is a FIT image that holds a device tree, and %s, may have "
					    "started it",
					    path, s->uboot));
}

static const char uboot_is[] = "U-Boot, which is the firmware",
		  uboot_may_be[] = "U-Boot, which may be the firmware";

/* Is the firmware U-Boot? By its name; NULL: it is another. */
static const char *uboot_words(struct vms_machine *m, const struct fdt_tree *t)
{
	_cleanup_free_ char *greeting = NULL;
	_cleanup_buf_ struct vms_buf text = { NULL, 0 }, vendor = { NULL, 0 };

	if (vms_kmsg_find(m, "efi: EFI v", &greeting) == 0 && strstr(greeting, " by "))
		return strstr(greeting, "U-Boot") ? uboot_is : NULL;
	if (vms_root_read(m->root, LOADER_INFO, 4096, &text) == 0 && text.len > 8)
		return memmem(text.data, text.len, "U\0-\0B\0o\0o\0t", 11) ? uboot_is : NULL;
	if (t->uboot)
		return uboot_is;
	if (vms_root_read_line(m->root, BIOS_VENDOR, &vendor) == 0 && vendor.len)
		return strstr(vendor.data, "U-Boot") ? uboot_is : NULL;
	return uboot_may_be;
}

/* ---- what was started, and from where ---- */

/* The load option that was started: 0; -ENOENT: none, or it says nothing; -errno. */
static int read_current(struct vms_machine *m, struct fdt_option *ret, char name[16])
{
	_cleanup_buf_ struct vms_buf number = { NULL, 0 }, option = { NULL, 0 };
	_cleanup_free_ char *path = NULL;
	uint16_t n;
	int err = vms_root_read(m->root, BOOT_CURRENT, 4096, &number);

	if (err)
		return vms_is_absent(err) ? -ENOENT : err;
	if (!span_le16(vms_buf_span(&number), 4, &n))
		return -ENOENT;
	snprintf(name, 16, "Boot%04X", n);
	path = vms_asprintf(EFIVARS "/%s-" GLOBAL_GUID, name);
	if (!path)
		return -ENOMEM;
	err = vms_root_read(m->root, path, OPTION_MAX, &option);
	if (err)
		return vms_is_absent(err) ? -ENOENT : err;
	return option.len > 4 && fdt_option_read(vms_span(option.data + 4, option.len - 4), ret) ? 0
												 : -ENOENT;
}

static bool is_started_by_network(const struct cmdline *c)
{
	/* as GRUB names the kernel that it loaded; PXELINUX's and U-Boot's `pxe` word */
	static const char *const words[] = { "BOOT_IMAGE=(tftp", "BOOT_IMAGE=(http", "BOOT_IMAGE=(pxe",
					     "BOOT_IMAGE=tftp:", "BOOT_IMAGE=http:", "BOOTIF=",
					     "root=/dev/nfs",	 "nfsroot=",	     "netroot=" };

	for (size_t i = 0; i < ARRAY_SIZE(words) * c->n; i++)
		if (startswith(c->word[i / ARRAY_SIZE(words)].text, words[i % ARRAY_SIZE(words)]))
			return true;
	return false;
}

/* GRUB names the kernel as its menu does, which it has read from where the kernel lies, too. */
static bool is_started_by_grub_from_disk(struct vms_machine *m, const struct cmdline *c)
{
	const struct cmdline_word *w = cmdline_next(c, "BOOT_IMAGE", NULL);
	const char *name = w ? w->value : NULL;
	_cleanup_free_ char *below = NULL;

	if (!name)
		return false;
	if (startswith(name, "(hd"))
		return true;
	if (*name != '/')
		return false;
	below = vms_asprintf("/boot%s", name);
	return vms_root_probe(m->root, name) == 0 || (below && vms_root_probe(m->root, below) == 0);
}

enum start { START_UNSEEN, START_DISK, START_NETWORK };

static enum start started_from(struct vms_machine *m, const struct cmdline *c,
			       const struct fdt_option *option)
{
	if (vms_root_probe(m->root, LOADER_PART) == 0 || (option && option->disk))
		return START_DISK;
	if ((option && option->network) || is_started_by_network(c))
		return START_NETWORK;
	return is_started_by_grub_from_disk(m, c) ? START_DISK : START_UNSEEN;
}

/* The boot manager's option, and what nothing on the disk tells of. */
static int search_start(struct fdt_search *s)
{
	const struct cmdline *cmdline = cmdline_read(s->m);
	struct fdt_option option = { 0 };
	char name[16];
	int err = read_current(s->m, &option, name);
	enum start start;

	if (err && err != -ENOENT)
		return fdt_not_read(s, BOOT_CURRENT, err);
	if (!err && option.tree) {
		return fdt_found(s->f,
				 vms_asprintf("%s, the boot option that was started, has a path of a device "
					      "tree: %s, may have loaded that one",
					      name, s->uboot));
	}
	if (!cmdline)
		return -ENOMEM;
	start = started_from(s->m, cmdline, err ? NULL : &option);
	if (start == START_DISK || (start == START_UNSEEN && s->uboot != uboot_is))
		return 0;
	return fdt_found(s->f,
			 vms_asprintf("%s, where %s, may have got a script or a tree that nothing "
				      "here tells of",
				      start == START_NETWORK ? "this boot came from the network"
							     : "nothing tells whether this boot came from a "
							       "disk or the network",
				      s->uboot));
}

static bool esp_is_seen(struct vms_machine *m)
{
	char *const *names = NULL;

	for (unsigned i = 0; i < ESP_PLACES; i++)
		if (esp_list(m, i, &names) == 0)
			return true;
	return false;
}

bool fdt_variables_hidden(struct vms_machine *m)
{
	char *const *names = NULL;
	int err = vms_root_names(m->root, EFIVARS, &names);

	/* a kernel without EFI has no such folder */
	return err < 0 ? !vms_is_absent(err) : !names[0];
}

bool fdt_is_made_by_vmm(const struct fdt_tree *t)
{
	return fdt_is_compatible(t->compatible, "linux,dummy-virt") ||
	       fdt_is_compatible(t->compatible, "freebsd,bhyve") ||
	       fdt_is_compatible(t->compatible, "xen,xenvm");
}

/* What lies on an ESP that is not mounted nobody has searched. */
static int search_unseen_esp(struct fdt_search *s)
{
	const char *who = s->uboot == uboot_is				 ? "U-Boot, which is the firmware,"
			  : vms_root_probe(s->m->root, LOADER_NAME) == 0 ? "systemd-boot, by an entry on it,"
									 : NULL;

	if (!who || fdt_is_made_by_vmm(&s->f->tree) || esp_is_seen(s->m))
		return 0;
	return fdt_found(
		s->f, vms_asprintf("the ESP is not mounted, from which %s may have loaded that tree", who));
}

int fdt_search_uboot(const struct fdt_visit *v)
{
	struct fdt_search *s = v->ctx;
	int err = 0;

	s->uboot = uboot_words(s->m, &s->f->tree);
	if (s->uboot) {
		err = fdt_visit_uboot(v);
		if (!err)
			err = search_start(s);
	}
	return err ? err : search_unseen_esp(s);
}
