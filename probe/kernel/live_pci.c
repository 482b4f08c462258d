/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whether a register of a PCI function is wired, through /sys/bus/pci/devices/BDF/config: its complement is
 * written, read back, and what stood there is put back. Root alone may, and not under lockdown.
 */
#include <errno.h>
#include <fcntl.h>

#include "core/util.h"
#include "live_pci.h"

int vms_live_pci_writable(_unused_ struct vms_machine *m, const char *bdf, unsigned at, bool *ret)
{
	_cleanup_free_ char *path = vms_asprintf("/sys/bus/pci/devices/%s/config", bdf);
	_cleanup_close_ int fd = -1;
	uint8_t was, other, now;

	if (!path)
		return -ENOMEM;
	if (geteuid() != 0)
		return -EACCES;
	fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (pread(fd, &was, 1, at) != 1)
		return -EIO;
	other = (uint8_t)~was;
	if (pwrite(fd, &other, 1, at) != 1)
		return -EACCES;
	if (pread(fd, &now, 1, at) != 1 || pwrite(fd, &was, 1, at) != 1)
		return -EIO;
	*ret = now != was;
	return 0;
}
