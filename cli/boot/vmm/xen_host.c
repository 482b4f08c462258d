// SPDX-License-Identifier: GPL-2.0-or-later
/* Is this a Xen control domain, and which Xen runs it? */
#include <errno.h>
#include <fcntl.h>
#include "xen_driver.h"

bool xen_is_control_domain(void)
{
	_cleanup_close_ int fd = open("/proc/xen/capabilities", O_RDONLY | O_CLOEXEC);
	char text[64];
	ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);

	if (n < 0)
		return false;
	text[n] = '\0';
	return strstr(text, "control_d") != NULL;
}

int xen_version(char **ret, char *said, size_t size)
{
	char *const argv[] = { (char[]){ "xl" }, (char[]){ "info" }, (char[]){ "xen_version" }, NULL };
	int status = process_run(argv, said, size);

	if (status < 0)
		return status;
	if (status || !*said)
		return -ENOEXEC;
	*ret = strndup(said, strcspn(said, " \n"));
	return *ret ? 0 : -ENOMEM;
}
