/* SPDX-License-Identifier: GPL-2.0-or-later */
/* libFuzzer: the input is an initial ramdisk, a unified kernel image, and the text
 * of a kernel configuration and of depmod's indexes. */
#include <string.h>
#include <sys/mman.h>

#include "core/util.h"
#include "fuzz.h"
#include "guest/initrd.h"
#include "kernel/kconfig.h"
#include "kernel/modules.h"
#include "guest/ramdisk.h"

static void search(int fd, uint64_t off, uint64_t size)
{
	struct initrd_module want[] = { { .name = "virtio_blk" }, { .name = "xen_blkfront" } };
	struct initrd_look look = { 0 };

	/* what could not be looked through has a reason */
	if (initrd_search(fd, off, size, "6.1.0", want, ARRAY_SIZE(want), &look) == 0 &&
	    (look.err != 0) != (look.why[0] != '\0'))
		__builtin_trap();
	for (size_t i = 0; i < ARRAY_SIZE(want); i++) {
		free(want[i].path);
		free(want[i].elsewhere);
	}
}

static void found(void *arg, size_t i, const char *path, size_t len, struct vms_span rest)
{
	size_t *sum = arg;

	*sum += i + rest.len + (rest.len ? rest.data[rest.len - 1] : 0) + len +
		(len ? (size_t)path[len - 1] : 0);
}

static void texts(const uint8_t *data, size_t size)
{
	struct kconfig_option options[] = { { .name = "ARM_GIC" }, { .name = "XEN_BALLOON" } };
	struct module want[] = { { .name = "virtio_blk" } };
	size_t sum = 0;
	bool whole;

	kconfig_scan(vms_span(data, size), options, ARRAY_SIZE(options), &whole);
	modules_scan(vms_span(data, size), want, ARRAY_SIZE(want), found, &sum);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_close_ int fd = memfd_create("ramdisk", MFD_CLOEXEC);
	struct uki_section s[UKI_INITRDS];
	size_t n = 0;

	if (fd < 0 || write(fd, data, size) != (ssize_t)size)
		return 0;
	search(fd, 0, size);
	if (uki_initrd(fd, size, "6.1.0", size & 1, s, &n) == 0)
		for (size_t i = 0; i < n; i++)
			search(fd, s[i].off, s[i].size);
	texts(data, size);
	return 0;
}
