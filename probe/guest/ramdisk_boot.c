/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Is a ramdisk that lies in /boot the one that was booted? Without UEFI a hypervisor may have loaded the
 * kernel and a ramdisk of its own; GRUB says that it was there (BOOT_IMAGE), and the kernel's log how long
 * the ramdisk was. A kernel that was started by kexec has one of the other kernel's choice, wherever that
 * lies. See ramdisk.h. Reads /proc/cmdline, the kernel log, the device tree's /chosen.
 */
#include <errno.h>

#include "hwdesc/fdt.h"
#include "kernel/cmdline.h"
#include "kernel/kmsg.h"
#include "ramdisk.h"

/* what pages at both ends, of up to 64 KiB each, and gaps between parts may add or take */
#define SLACK (256u << 10)

/* "Freeing initrd memory: 34560K": whole pages. 0, -ENOENT: it does not say; -ENOMEM. */
static int read_length(struct vms_machine *m, uint64_t *ret)
{
	static const char words[] = "Freeing initrd memory: ";
	_cleanup_free_ char *line = NULL;
	int err = vms_kmsg_find(m, words, &line);
	char *end;

	if (err < 0)
		return err == -ENOMEM ? err : -ENOENT;
	*ret = strtoull(strstr(line, words) + strlen(words), &end, 10) << 10;
	return startswith(end, "K") || startswith(end, "k") ? 0 : -ENOENT;
}

static bool is_about(uint64_t a, uint64_t b)
{
	return (a > b ? a - b : b - a) <= SLACK;
}

/* One of them, or all together where they are parts. */
static bool has_length(const struct ramdisks *r, uint64_t length)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < r->n; i++) {
		if (!r->named && is_about(r->at[i].size, length))
			return true;
		sum += r->at[i].size;
	}
	return r->named && is_about(sum, length);
}

/* Without UEFI, and without a boot loader that is known to read the guest's disk. */
static bool may_be_direct(struct vms_machine *m, const struct cmdline *c)
{
	return vms_root_probe(m->root, "/sys/firmware/efi") == -ENOENT &&
	       !cmdline_next(c, "BOOT_IMAGE", NULL);
}

/* Who may have given the kernel another ramdisk, as a sentence. NULL: -ENOMEM. */
static char *who_else(const char *kexec)
{
	return kexec ? vms_asprintf("another kernel started this one (kexec: %s), and may have given it a "
				    "ramdisk of its own choice",
				    kexec)
		     : strdup("the kernel was not started by UEFI, so that the hypervisor may have loaded a "
			      "ramdisk of its own");
}

/* What is in them says nothing of this boot. */
static void forget(struct ramdisks *r)
{
	for (; r->n; r->n--) {
		close(r->at[r->n - 1].fd);
		free(r->at[r->n - 1].path);
	}
}

int ramdisks_of_this_boot(struct vms_machine *m, struct ramdisks *r)
{
	const struct fdt_facts *fdt = fdt_read(m);
	const struct cmdline *c = cmdline_read(m);
	_cleanup_free_ char *who = NULL;
	uint64_t length;
	int err;

	if (!fdt || !c)
		return -ENOMEM;
	if (!fdt->kexec && !may_be_direct(m, c))
		return 0;
	who = who_else(fdt->kexec);
	if (!who)
		return -ENOMEM;
	err = read_length(m, &length);
	if (err == -ENOMEM || (err == 0 && has_length(r, length)))
		return err;
	if (err == 0)
		err = ramdisks_blocked(
			r, vms_asprintf("the kernel was given one of %llu KiB, which %s is not: %s",
					(unsigned long long)(length >> 10), r->at[0].path, who));
	else
		err = ramdisks_blocked(r, vms_asprintf("%s may not be the one: %s", r->at[0].path, who));
	if (fdt->kexec)
		forget(r);
	return err;
}
