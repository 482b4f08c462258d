/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whether a register of a PCI bridge is wired to 0, through /sys/bus/pci/devices/BDF/config: ones are
 * written, read back, and the 0 that stood there is put back. Root alone may, and not under lockdown. Nothing
 * is written where the function is no bridge, does not answer, or holds another value than 0: that value
 * tells it already.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>

#include "core/util.h"
#include "live_pci.h"

#define HEADER_TYPE   0x0e
#define HEADER_BRIDGE 1

/* Between the two writes no signal may end this process. */
static int write_and_put_back(int fd, unsigned at, uint8_t *ret_now)
{
	const uint8_t ones = 0xff, was = 0;
	sigset_t all, before;
	uint8_t now = 0;
	bool wrote, seen, back = false;

	sigfillset(&all);
	if (sigprocmask(SIG_BLOCK, &all, &before) < 0)
		return -errno;
	wrote = pwrite(fd, &ones, 1, at) == 1;
	seen = wrote && pread(fd, &now, 1, at) == 1;
	for (unsigned i = 0; wrote && !back && i < 3; i++)
		back = pwrite(fd, &was, 1, at) == 1;
	sigprocmask(SIG_SETMASK, &before, NULL);
	if (!wrote)
		return -EACCES;
	if (!seen || !back)
		return -EIO;
	*ret_now = now;
	return 0;
}

int vms_pci_try_writable(int fd, unsigned at, bool *ret)
{
	uint8_t header[64], now = 0;
	int err;

	if (pread(fd, header, sizeof(header), 0) != sizeof(header))
		return -EIO;
	if ((header[0] == 0xff && header[1] == 0xff) || (header[HEADER_TYPE] & 0x7f) != HEADER_BRIDGE)
		return -ENODEV;
	if (at >= sizeof(header) || header[at])
		return -EINVAL;
	err = write_and_put_back(fd, at, &now);
	if (err < 0)
		return err;
	*ret = now != 0;
	return 0;
}

int vms_live_pci_writable(_unused_ struct vms_machine *m, const char *bdf, unsigned at, bool *ret)
{
	_cleanup_free_ char *path = vms_asprintf("/sys/bus/pci/devices/%s/config", bdf);
	_cleanup_close_ int fd = -1;

	if (!path)
		return -ENOMEM;
	if (geteuid() != 0)
		return -EACCES;
	fd = open(path, O_RDWR | O_CLOEXEC);
	return fd < 0 ? -errno : vms_pci_try_writable(fd, at, ret);
}
