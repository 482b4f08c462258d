/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which platform; see platform.h. The order is from what is said on purpose to what
 * gives itself away: Xen (whose guests may show the SMBIOS of the host), SMBIOS, the
 * device tree's /hypervisor, VMBus, ACPI's OEM and devices, the tree's nodes, fw_cfg, the options the
 * kernel was started with; then the log's word for the mechanism (KVM), and at last
 * whether it is a virtual machine at all.
 */
#include <ctype.h>
#include <errno.h>

#include "cmdline.h"
#include "kmsg.h"
#include "platform.h"

static const char *const names[PLATFORM_N] = {
	[PLATFORM_BARE_METAL] = "none (bare metal)",
	[PLATFORM_VM] = "vm-other",
	[PLATFORM_KVM] = "kvm",
	[PLATFORM_QEMU] = "qemu",
	[PLATFORM_CLOUD_HYPERVISOR] = "cloud-hypervisor",
	[PLATFORM_FIRECRACKER] = "firecracker",
	[PLATFORM_LIBKRUN] = "libkrun",
	[PLATFORM_CROSVM] = "crosvm",
	[PLATFORM_APPLE] = "apple",
	[PLATFORM_PARALLELS] = "parallels",
	[PLATFORM_VMWARE] = "vmware",
	[PLATFORM_VIRTUALBOX] = "oracle",
	[PLATFORM_BHYVE] = "bhyve",
	[PLATFORM_GUNYAH] = "gunyah",
	[PLATFORM_MICROSOFT] = "microsoft",
	[PLATFORM_AMAZON] = "amazon",
	[PLATFORM_GOOGLE] = "google",
	[PLATFORM_ORACLE_CLOUD] = "oracle",
	[PLATFORM_XEN] = "xen",
	[PLATFORM_XEN_CONTROL] = "xen",
};

int platform_found(struct platform_facts *f, enum platform p, const char *source, const char *sign)
{
	f->platform = p;
	f->name = names[p];
	f->source = source;
	f->sign = vms_printable(sign, strlen(sign));
	return f->sign ? 0 : -ENOMEM;
}

/* ---- Xen ---- */

/* XENFEAT_dom0 (public/features.h): the domain that has the hardware. */
#define XENFEAT_DOM0 11

static bool is_control_domain(struct vms_machine *m)
{
	_cleanup_buf_ struct vms_buf features = { NULL, 0 }, capabilities = { NULL, 0 };

	if (vms_root_read_line(m->root, "/sys/hypervisor/properties/features", &features) == 0)
		return strtoul(features.data, NULL, 16) >> XENFEAT_DOM0 & 1;
	return vms_root_read_line(m->root, "/proc/xen/capabilities", &capabilities) == 0 &&
	       strstr(capabilities.data, "control_d");
}

static int by_xen(struct vms_machine *m, struct platform_facts *f)
{
	enum platform which = is_control_domain(m) ? PLATFORM_XEN_CONTROL : PLATFORM_XEN;
	_cleanup_buf_ struct vms_buf type = { NULL, 0 };
	char *const *devices = NULL;

	if (vms_root_read_line(m->root, "/sys/hypervisor/type", &type) == 0)
		return streq(type.data, "xen") ? platform_found(f, which, "/sys/hypervisor/type", "xen")
					       : -ENOENT;
	/* the bus stands empty on other hypervisors; with devices on it, it is Xen's */
	if (vms_root_names(m->root, "/sys/bus/xen/devices", &devices) == 0 && devices[0])
		return platform_found(f, which, "/sys/bus/xen/devices", devices[0]);
	return -ENOENT;
}

/* ---- Hyper-V ---- */

static int by_log(struct vms_machine *m, struct platform_facts *f, enum platform p, const char *needle)
{
	_cleanup_free_ char *line = NULL;
	int err = vms_kmsg_find(m, needle, &line);

	return err == 0 ? platform_found(f, p, "kernel log", line) : err == -ENOMEM ? err : -ENOENT;
}

static int by_vmbus(struct vms_machine *m, struct platform_facts *f)
{
	char *const *devices = NULL;
	int err;

	if (vms_root_names(m->root, "/sys/bus/vmbus/devices", &devices) == 0 && devices[0])
		return platform_found(f, PLATFORM_MICROSOFT, "/sys/bus/vmbus/devices", "not empty");
	/* the host's build, as it was called; in kernels of 2026 the hypervisor's */
	err = by_log(m, f, PLATFORM_MICROSOFT, "Hyper-V: Host Build");
	return err == -ENOENT ? by_log(m, f, PLATFORM_MICROSOFT, "Hyper-V: Hypervisor Build") : err;
}

/* ---- ACPI ---- */

static const struct {
	const char *oem; /* as long as the table's field, without the blanks at its end */
	enum platform platform;
} oems[] = {
	{ "BOCHS", PLATFORM_QEMU },	 { "CLOUDH", PLATFORM_CLOUD_HYPERVISOR },
	{ "AMAZON", PLATFORM_AMAZON },	 { "Google", PLATFORM_GOOGLE },
	{ "APPLE", PLATFORM_APPLE },	 { "FIRECK", PLATFORM_FIRECRACKER },
	{ "CROSVM", PLATFORM_CROSVM },	 { "VRTUAL", PLATFORM_MICROSOFT },
	{ "PRLS", PLATFORM_PARALLELS },	 { "VMWARE", PLATFORM_VMWARE },
	{ "VBOX", PLATFORM_VIRTUALBOX }, { "BHYVE", PLATFORM_BHYVE },
	{ "Xen", PLATFORM_XEN },
};

/* `oem`: six characters, filled up with blanks or NUL. */
static int by_oem(struct platform_facts *f, const char *oem, const char *source)
{
	size_t len = 6;

	while (len > 0 && (oem[len - 1] == ' ' || oem[len - 1] == '\0'))
		len--;
	for (size_t i = 0; i < ARRAY_SIZE(oems); i++)
		if (strlen(oems[i].oem) == len && memcmp(oem, oems[i].oem, len) == 0)
			return platform_found(f, oems[i].platform, source, oems[i].oem);
	return -ENOENT;
}

/* "ACPI: RSDP 0x000000007C430018 000024 (v02 BOCHS )": the table is root's to read. */
static int by_acpi_log(struct vms_machine *m, struct platform_facts *f)
{
	_cleanup_free_ char *line = NULL;
	int err = vms_kmsg_find(m, "ACPI: RSDP ", &line);
	const char *oem = err == 0 ? strstr(line, "(v") : NULL;

	if (err == -ENOMEM)
		return err;
	if (!oem || strlen(oem) < 11)
		return -ENOENT;
	return by_oem(f, oem + 5, "kernel log, ACPI: RSDP");
}

static int by_acpi(struct vms_machine *m, struct platform_facts *f)
{
	static const char fadt_path[] = "/sys/firmware/acpi/tables/FACP";
	_cleanup_buf_ struct vms_buf fadt = { NULL, 0 };
	int err = -ENOENT;

	if (vms_root_probe(m->root, "/sys/bus/acpi/devices/QEMU0002:00") == 0)
		return platform_found(f, PLATFORM_QEMU, "/sys/bus/acpi/devices", "QEMU0002:00");
	/* OEMID: bytes 10 to 15 of every table's header */
	if (vms_root_read(m->root, fadt_path, 1 << 16, &fadt) == 0 && fadt.len >= 16)
		err = by_oem(f, fadt.data + 10, fadt_path);
	return err == -ENOENT ? by_acpi_log(m, f) : err;
}

/* ---- QEMU and libkrun without tables of theirs ---- */

/* QEMU's fw_cfg device: its driver, or its node in the device tree. Guests of a
 * firmware without SMBIOS tables (U-Boot) show nothing else. */
static int by_fw_cfg(struct vms_machine *m, struct platform_facts *f)
{
	char *const *nodes = NULL;

	if (vms_root_probe(m->root, "/sys/firmware/qemu_fw_cfg") == 0)
		return platform_found(f, PLATFORM_QEMU, "/sys/firmware/qemu_fw_cfg", "there");
	if (vms_root_names(m->root, "/sys/firmware/devicetree/base", &nodes) < 0)
		return -ENOENT;
	for (char *const *node = nodes; *node; node++)
		if (startswith(*node, "fw-cfg@"))
			return platform_found(f, PLATFORM_QEMU, "/sys/firmware/devicetree/base", *node);
	return -ENOENT;
}

/* The host bridge of Apple's Virtualization framework, whose VMs have neither tables nor a tree that
 * names them where it loads a kernel directly. */
static int by_host_bridge(struct vms_machine *m, struct platform_facts *f)
{
	static const char bridge[] = "/sys/bus/pci/devices/0000:00:00.0";
	_cleanup_buf_ struct vms_buf vendor = { NULL, 0 }, device = { NULL, 0 };

	if (vms_root_read_line(m->root, "/sys/bus/pci/devices/0000:00:00.0/vendor", &vendor) < 0 ||
	    vms_root_read_line(m->root, "/sys/bus/pci/devices/0000:00:00.0/device", &device) < 0 ||
	    !streq(vendor.data, "0x106b") || !streq(device.data, "0x1a05"))
		return -ENOENT;
	return platform_found(f, PLATFORM_APPLE, bridge, "106b:1a05");
}

/* libkrun starts its guests with an init of its own. */
static int by_cmdline(struct vms_machine *m, struct platform_facts *f)
{
	const struct cmdline *c = cmdline_read(m);
	const struct cmdline_word *init = c ? cmdline_last(c, "init") : NULL;

	if (!init || !streq_or_null(init->value, "/init.krun"))
		return c ? -ENOENT : -ENOMEM;
	return platform_found(f, PLATFORM_LIBKRUN, "/proc/cmdline", "init=/init.krun");
}

static int by_kvm(struct vms_machine *m, struct platform_facts *f)
{
	return by_log(m, f, PLATFORM_KVM, "smccc: KVM: hypervisor services detected");
}

/* ---- a virtual machine at all? ---- */

static bool has_virtio(struct vms_machine *m)
{
	char *const *devices = NULL;

	return vms_root_names(m->root, "/sys/bus/virtio/devices", &devices) == 0 && devices[0];
}

/* "linux,dummy-virt" is the compatible of boards that are none. A VM may have EL2 too
 * (nested virtualization), so EL2 makes bare metal only of a machine that names its
 * maker and shows no device of a VM. */
static int by_board(struct vms_machine *m, struct platform_facts *f)
{
	_cleanup_free_ char *compatible = platform_fdt_compatible(m);

	if (compatible && strstr(compatible, "linux,dummy-virt"))
		return platform_found(f, PLATFORM_VM, "device tree, compatible", compatible);
	if (by_log(m, f, PLATFORM_VM, "Machine model: linux,dummy-virt") == 0)
		return 0;
	if ((!compatible && !platform_dmi_has_vendor(m)) || has_virtio(m))
		return -ENOENT;
	return by_log(m, f, PLATFORM_BARE_METAL, "All CPU(s) started at EL2");
}

static int platform_load(struct vms_machine *m, void *facts)
{
	static int (*const ways[])(struct vms_machine * m, struct platform_facts * f) = {
		by_xen,		platform_by_dmi, platform_by_fdt_hypervisor,
		by_vmbus,	by_acpi,	 platform_by_fdt_nodes,
		by_fw_cfg,	by_cmdline,	 platform_by_fdt_uart,
		by_host_bridge, by_kvm,		 by_board,
	};
	struct platform_facts *f = facts;
	int err = -ENOENT;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(ways) && err == -ENOENT; i++)
		err = ways[i](m, f);
	/* a cloud may have put its own name into SMBIOS: nobody else gives that QEMU its options */
	if (!err && f->platform == PLATFORM_QEMU && ways[i - 1] != platform_by_dmi &&
	    platform_dmi_has_vendor(m))
		f->platform = PLATFORM_VM;
	return err == -ENOENT ? 0 : err;
}

static void platform_clear(void *facts)
{
	struct platform_facts *f = facts;

	free(f->sign);
}

const struct platform_facts *platform_read(struct vms_machine *m)
{
	return vms_machine_fact(m, VMS_FACT_PLATFORM, sizeof(struct platform_facts), platform_load,
				platform_clear);
}

enum platform platform_of(struct vms_machine *m)
{
	const struct platform_facts *f = platform_read(m);

	return f ? f->platform : PLATFORM_UNKNOWN;
}
