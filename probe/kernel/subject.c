/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who is judged: the host name, the platform, the kernel log; see subject.h. */
#include <errno.h>

#include "kmsg.h"
#include "platform.h"
#include "subject.h"

/* "efi: EFI v2.70 by EDK II" -> "EDK II 2.70" (the version is that of UEFI). */
static char *firmware_of(struct vms_machine *m)
{
	_cleanup_free_ char *line = NULL;
	char *version, *by;

	if (vms_kmsg_find(m, "efi: EFI v", &line) < 0)
		return NULL;
	version = strstr(line, "EFI v") + 5;
	by = strstr(version, " by ");
	if (!by)
		return NULL;
	*by = '\0';
	by += 4;
	return vms_asprintf("%s %s", by, version);
}

static char *name_of(struct vms_machine *m)
{
	struct vms_buf line;
	char *name;

	if (m->name &&
	    m->kind ==
		    VMS_KIND_RECORD) /* a record's host name is a stand-in, the same for all of one length */
		return vms_printable(m->name, strlen(m->name));
	if (vms_root_read_line(m->root, "/proc/sys/kernel/hostname", &line) < 0 &&
	    vms_root_read_line(m->root, "/etc/hostname", &line) < 0)
		return strdup("this machine");
	name = vms_printable(line.data, line.len);
	free(line.data);
	return name;
}

int vms_subject_read(struct vms_machine *m, struct vms_subject_info *ret)
{
	struct vms_subject_info s = { .kind = m->kind };

	s.name = name_of(m);
	s.arch = vms_printable(m->arch, strlen(m->arch));
	if (!s.name || !s.arch) {
		vms_subject_clear(&s);
		return -ENOMEM;
	}
	if (vms_machine_is_arm(m)) {
		const struct platform_facts *platform = platform_read(m);

		if (platform && platform->name)
			s.hypervisor = vms_asprintf("%s", platform->name);
		s.firmware = firmware_of(m);
	}
	*ret = s;
	return 0;
}
