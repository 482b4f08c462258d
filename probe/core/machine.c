/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A machine: root, live table, cache of facts; see machine.h. */
#include <errno.h>

#include "machine.h"

bool vms_machine_is_aarch32(const struct vms_machine *m)
{
	return startswith(m->arch, "arm") && !startswith(m->arch, "arm64");
}

bool vms_machine_is_arm(const struct vms_machine *m)
{
	return startswith(m->arch, "aarch64") || startswith(m->arch, "arm");
}

/* /proc/cpuinfo tells Arm from others where `uname -m` was not recorded. */
static char *arch_from_cpuinfo(struct vms_machine *m)
{
	_cleanup_buf_ struct vms_buf cpuinfo = { NULL, 0 };

	if (vms_root_read(m->root, "/proc/cpuinfo", 4 << 20, &cpuinfo) < 0)
		return strdup("");
	if (!strstr(cpuinfo.data, "CPU implementer"))
		return strdup(strstr(cpuinfo.data, "vendor_id") ? "x86" : "");
	/* the arm64 kernel names Advanced SIMD "asimd", the arm one "neon" */
	return strdup(strstr(cpuinfo.data, " asimd") ? "aarch64" : "armv7l");
}

/*
 * What the kernel says it is made for, whoever asks: /proc/sys/kernel/arch (6.1 and later), else its CPUs'
 * modalias, "cpu:type:aarch64:feature:...". "": neither tells.
 */
static char *kernel_arch(struct vms_machine *m)
{
	_cleanup_buf_ struct vms_buf arch = { NULL, 0 }, alias = { NULL, 0 };
	const char *type;

	if (vms_root_read_line(m->root, "/proc/sys/kernel/arch", &arch) == 0 && arch.data[0])
		return vms_printable(arch.data, strlen(arch.data));
	if (vms_root_read_line(m->root, "/sys/devices/system/cpu/modalias", &alias) < 0)
		return strdup("");
	type = startswith(alias.data, "cpu:type:");
	return strdup(!type			     ? ""
		      : startswith(type, "aarch64:") ? "aarch64"
		      : startswith(type, "x86,")     ? "x86"
						     : "");
}

/*
 * uname tells a program what it is to believe. A 32-bit one on an arm64 kernel is told "armv8l"
 * (PER_LINUX32), and one that is emulated (qemu-user: a container of arm64 on another machine) that it
 * runs on Arm, beside the other machine's /proc and /sys. The size of the EFI firmware, where there is one,
 * is that of the kernel, too.
 */
static char *correct_arch(struct vms_machine *m, char *uname_machine)
{
	_cleanup_buf_ struct vms_buf size = { NULL, 0 };
	_cleanup_free_ char *kernel = NULL;
	char *arch;

	if (!startswith(uname_machine, "aarch64") && !startswith(uname_machine, "arm"))
		return uname_machine;
	kernel = kernel_arch(m);
	if (!kernel || (kernel[0] && !startswith(kernel, "aarch64") && !startswith(kernel, "arm"))) {
		arch = kernel;
		kernel = NULL;
	} else if (streq(uname_machine, "armv8l") &&
		   (startswith(kernel, "aarch64") ||
		    (vms_root_read_line(m->root, "/sys/firmware/efi/fw_platform_size", &size) == 0 &&
		     streq(size.data, "64")))) {
		arch = strdup("aarch64");
	} else {
		return uname_machine;
	}
	free(uname_machine);
	return arch;
}

static int machine_open(const char *dir, enum vms_kind kind, const struct vms_live *live,
			struct vms_machine **ret)
{
	struct vms_machine *m = calloc(1, sizeof(*m));
	unsigned failures = vms_no_memory_count();
	int err;

	if (!m)
		return -ENOMEM;
	m->kind = kind;
	m->live = live;
	err = vms_root_open(dir, kind == VMS_KIND_GUEST, &m->root);
	if (err < 0) {
		free(m);
		return err;
	}
	if (live->machine(m, &m->arch) < 0)
		m->arch = arch_from_cpuinfo(m);
	if (m->arch)
		m->arch = correct_arch(m, m->arch);
	if (!m->arch || vms_no_memory_count() != failures) {
		vms_machine_free(m);
		return -ENOMEM;
	}
	*ret = m;
	return 0;
}

int vms_machine_open_live(struct vms_machine **ret)
{
	return machine_open("/", VMS_KIND_GUEST, &vms_live_kernel, ret);
}

int vms_machine_open_record(const char *dir, struct vms_machine **ret)
{
	_cleanup_free_ char *path = realpath(dir, NULL);
	int err = path || errno != ENOMEM ? machine_open(dir, VMS_KIND_RECORD, &vms_live_record, ret)
					  : vms_no_memory();

	if (err)
		return err;
	(*ret)->name = strdup(path && path[1] ? strrchr(path, '/') + 1 : "recorded machine");
	if ((*ret)->name)
		return 0;
	vms_machine_free(*ret);
	*ret = NULL;
	return -ENOMEM;
}

void vms_machine_free(struct vms_machine *m)
{
	if (!m)
		return;
	for (size_t i = 0; i < VMS_N_FACTS; i++) {
		if (m->facts[i].free)
			m->facts[i].free(m->facts[i].data);
		free(m->facts[i].data);
	}
	vms_root_free(m->root);
	free(m->arch);
	free(m->name);
	free(m);
}

void *vms_machine_fact(struct vms_machine *m, enum vms_fact which, size_t size,
		       int (*read)(struct vms_machine *m, void *facts), void (*clear)(void *facts))
{
	void *data = m->facts[which].data;

	if (data)
		return data;
	data = calloc(1, size);
	if (!data) {
		vms_no_memory();
		return NULL;
	}
	if (read(m, data) < 0) { /* -ENOMEM alone */
		vms_no_memory();
		if (clear)
			clear(data);
		free(data);
		return NULL;
	}
	m->facts[which].data = data;
	m->facts[which].free = clear;
	return data;
}
