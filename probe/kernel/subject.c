/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who is judged: /sys/hypervisor/type, DMI, the kernel log; see subject.h. */
#include <errno.h>

#include "kmsg.h"
#include "subject.h"

/* SMBIOS system vendor or product -> the name systemd-detect-virt gives it. */
static const struct {
	const char *text, *name;
} dmi_names[] = {
	{ "KVM", "kvm" },
	{ "Amazon EC2", "amazon" },
	{ "QEMU", "qemu" },
	{ "VMware", "vmware" },
	{ "VMW", "vmware" },
	{ "innotek GmbH", "oracle" },
	{ "VirtualBox", "oracle" },
	{ "Xen", "xen" },
	{ "Parallels", "parallels" },
	{ "BHYVE", "bhyve" },
	{ "Microsoft Corporation Virtual Machine", "microsoft" },
	{ "Apple Virtualization", "apple" },
	{ "Google Compute Engine", "google" },
	{ "OpenStack", "kvm" },
	{ "Hetzner", "kvm" },
	{ "Alibaba Cloud", "kvm" },
};

static char *read_dmi(struct vms_machine *m, const char *name)
{
	_cleanup_free_ char *path = vms_asprintf("/sys/class/dmi/id/%s", name);
	struct vms_buf line;

	if (!path || vms_root_read_line(m->root, path, &line) < 0)
		return NULL;
	return line.data;
}

static char *hypervisor_of_dmi(struct vms_machine *m)
{
	_cleanup_free_ char *vendor = read_dmi(m, "sys_vendor"), *product = read_dmi(m, "product_name");
	_cleanup_free_ char *both = vms_asprintf("%s %s", vendor ? vendor : "", product ? product : "");

	/* "c7g.metal": the same vendor, and nobody in between */
	if (both && startswith(both, "Amazon EC2 ") && strstr(both, ".metal"))
		return strdup("none (bare metal)");
	for (size_t i = 0; both && i < ARRAY_SIZE(dmi_names); i++)
		if (strstr(both, dmi_names[i].text))
			return strdup(dmi_names[i].name);
	return NULL;
}

/* QEMU's fw_cfg device: its driver, or its node in the device tree. Guests of a
 * firmware without SMBIOS tables (U-Boot) show nothing else. */
static bool has_fw_cfg(struct vms_machine *m)
{
	_cleanup_strv_ char **nodes = NULL;

	if (vms_root_probe(m->root, "/sys/firmware/qemu_fw_cfg") == 0)
		return true;
	if (vms_root_list(m->root, "/sys/firmware/devicetree/base", &nodes) < 0)
		return false;
	for (char **node = nodes; *node; node++)
		if (startswith(*node, "fw-cfg@"))
			return true;
	return false;
}

static bool log_has(struct vms_machine *m, const char *needle)
{
	_cleanup_free_ char *line = NULL;

	return vms_kmsg_find(m, needle, &line) == 0;
}

static char *hypervisor_of(struct vms_machine *m)
{
	struct vms_buf type = { NULL, 0 };
	char *name;

	if (vms_root_read_line(m->root, "/sys/hypervisor/type", &type) == 0 && type.len) {
		name = vms_printable(type.data, type.len);
		free(type.data);
		return name;
	}
	free(type.data);
	if (log_has(m, "smccc: KVM: hypervisor services detected"))
		return strdup("kvm");
	name = hypervisor_of_dmi(m);
	if (name)
		return name;
	if (has_fw_cfg(m))
		return strdup("qemu");
	/* no virtual machine that we know of, and the kernel was given EL2 */
	if (log_has(m, "All CPU(s) started at EL2"))
		return strdup("none (bare metal)");
	return NULL;
}

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

	if (vms_root_read_line(m->root, "/proc/sys/kernel/hostname", &line) < 0 &&
	    vms_root_read_line(m->root, "/etc/hostname", &line) < 0)
		return strdup(m->kind == VMS_KIND_RECORD ? "recorded machine" : "this machine");
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
		s.hypervisor = hypervisor_of(m);
		s.firmware = firmware_of(m);
	}
	*ret = s;
	return 0;
}
