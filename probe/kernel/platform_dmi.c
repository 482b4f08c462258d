/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whose machine by SMBIOS: /sys/class/dmi/id, world-readable (but the serial
 * numbers). What the cloud or the hypervisor wrote there stands above the log's word
 * for the mechanism: people call it "Google", not "KVM".
 */
#include <errno.h>

#include "kmsg.h"
#include "platform.h"

#define DMI "/sys/class/dmi/id"

/* Where both are given, both must fit; the first row that fits tells. */
static const struct {
	const char *vendor;  /* begins the system's vendor; NULL: any */
	const char *product; /* is in the product's name; NULL: any */
	enum platform platform;
	const char *name; /* NULL: the platform's */
} rows[] = {
	/* "c7g.metal", "m7gd.metal-24xl": the same vendor, and nobody in between */
	{ "Amazon EC2", ".metal", PLATFORM_BARE_METAL, NULL },
	{ "Amazon EC2", NULL, PLATFORM_AMAZON, NULL },
	{ "Google", "Google Compute Engine", PLATFORM_GOOGLE, NULL },
	{ "Microsoft Corporation", "Virtual Machine", PLATFORM_MICROSOFT, NULL },
	{ "VMware", NULL, PLATFORM_VMWARE, NULL },
	{ "VMW", NULL, PLATFORM_VMWARE, NULL },
	{ "Parallels", NULL, PLATFORM_PARALLELS, NULL },
	{ "Apple", "Apple Virtualization", PLATFORM_APPLE, NULL },
	{ "innotek GmbH", NULL, PLATFORM_VIRTUALBOX, NULL },
	{ NULL, "VirtualBox", PLATFORM_VIRTUALBOX, NULL },
	{ "Cloud Hypervisor", NULL, PLATFORM_CLOUD_HYPERVISOR, NULL },
	{ NULL, "cloud-hypervisor", PLATFORM_CLOUD_HYPERVISOR, NULL },
	{ NULL, "crosvm", PLATFORM_CROSVM, NULL },
	{ "BHYVE", NULL, PLATFORM_BHYVE, NULL },
	{ NULL, "BHYVE", PLATFORM_BHYVE, NULL },
	{ "Xen", NULL, PLATFORM_XEN, NULL },
	/* QEMU says so where it runs by KVM, and systemd-detect-virt calls that "kvm" */
	{ "QEMU", "KVM", PLATFORM_QEMU, "kvm" },
	{ "QEMU", NULL, PLATFORM_QEMU, NULL },
	/* clouds and managers over KVM, whose VM nobody but they can change */
	{ "OpenStack", NULL, PLATFORM_KVM, NULL },
	{ NULL, "OpenStack", PLATFORM_KVM, NULL },
	{ "Hetzner", NULL, PLATFORM_KVM, NULL },
	{ "Alibaba Cloud", NULL, PLATFORM_KVM, NULL },
	{ "Tencent Cloud", NULL, PLATFORM_KVM, NULL },
	{ "Huawei Cloud", NULL, PLATFORM_KVM, NULL },
	{ "Nutanix", "AHV", PLATFORM_KVM, NULL },
	{ "Scaleway", "SCW", PLATFORM_KVM, NULL },
	{ "Exoscale", NULL, PLATFORM_KVM, NULL },
	{ "UpCloud", NULL, PLATFORM_KVM, NULL },
	{ "netcup", "KVM Server", PLATFORM_KVM, NULL },
	{ "oVirt", NULL, PLATFORM_KVM, NULL },
	{ "KubeVirt", NULL, PLATFORM_KVM, NULL },
	{ NULL, "KubeVirt", PLATFORM_KVM, NULL },
	{ NULL, "KVM", PLATFORM_KVM, NULL },
};

static char *read_dmi(struct vms_machine *m, const char *name)
{
	_cleanup_free_ char *path = vms_asprintf(DMI "/%s", name);
	struct vms_buf line;

	if (!path || vms_root_read_line(m->root, path, &line) < 0)
		return strdup("");
	return line.data;
}

/* Google's machines without a hypervisor have the names of its VMs, and not their bit of SMBIOS either; its
 * VMs run by KVM, which says so to the kernel. */
static bool is_google_metal(struct vms_machine *m)
{
	_cleanup_free_ char *kvm = NULL, *el2 = NULL;

	return vms_kmsg_find(m, "smccc: KVM: hypervisor services detected", &kvm) == -ENOENT &&
	       vms_kmsg_find(m, "All CPU(s) started at EL2", &el2) == 0;
}

/* Oracle's cloud leaves QEMU's names in place, and puts its own on the chassis; its
 * machines without a hypervisor have the vendor of the hardware beside it. */
static bool is_oracle_cloud(struct vms_machine *m)
{
	_cleanup_free_ char *tag = read_dmi(m, "chassis_asset_tag");

	return tag && streq(tag, "OracleCloud.com");
}

int platform_by_dmi(struct vms_machine *m, struct platform_facts *f)
{
	_cleanup_free_ char *vendor = read_dmi(m, "sys_vendor"), *product = read_dmi(m, "product_name"),
			    *sign = NULL;
	size_t i = 0;
	int err;

	if (!vendor || !product)
		return -ENOMEM;
	while (i < ARRAY_SIZE(rows) && ((rows[i].vendor && !startswith(vendor, rows[i].vendor)) ||
					(rows[i].product && !strstr(product, rows[i].product))))
		i++;
	if (i == ARRAY_SIZE(rows))
		return -ENOENT;
	sign = vms_asprintf("%s %s", vendor, product);
	if (!sign)
		return -ENOMEM;
	err = platform_found(f, rows[i].platform, DMI, sign);
	if (!err && rows[i].platform == PLATFORM_QEMU && is_oracle_cloud(m)) {
		free(f->sign);
		err = platform_found(f, PLATFORM_ORACLE_CLOUD, DMI "/chassis_asset_tag", "OracleCloud.com");
	} else if (!err && rows[i].platform == PLATFORM_GOOGLE && is_google_metal(m)) {
		free(f->sign);
		err = platform_found(f, PLATFORM_BARE_METAL, DMI, sign);
	} else if (!err && rows[i].name) {
		f->name = rows[i].name;
	}
	return err;
}

/* U-Boot and others fill the fields with words that name nobody. */
bool platform_dmi_has_vendor(struct vms_machine *m)
{
	_cleanup_free_ char *vendor = read_dmi(m, "sys_vendor");

	return vendor && *vendor && !startswith(vendor, "Unknown") && !startswith(vendor, "To Be Filled") &&
	       !startswith(vendor, "System manufacturer") && !startswith(vendor, "Not Specified");
}
