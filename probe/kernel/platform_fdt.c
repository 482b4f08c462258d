/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whose machine by the device tree: /hypervisor and the root's compatible. First by
 * /sys/firmware/devicetree/base, which everybody may read, then by the blob.
 */
#include <errno.h>
#include <libfdt.h>

#include "platform.h"

#define BASE	 "/sys/firmware/devicetree/base"
#define BLOB	 "/sys/firmware/fdt"
#define BLOB_MAX (2u << 20) /* arm64 MAX_FDT_SIZE */

/* Strings that end in NUL, to one line. */
static char *join(const char *data, size_t len)
{
	char *line;

	while (len > 0 && data[len - 1] == '\0')
		len--;
	line = vms_printable(data, len);
	if (!line)
		return NULL;
	/* vms_printable() shows the NUL between two of them */
	for (char *at; (at = strstr(line, "\\x00"));) {
		*at = ' ';
		memmove(at + 1, at + 4, strlen(at + 4) + 1);
	}
	return line;
}

static char *of_blob(struct vms_machine *m, const char *path)
{
	_cleanup_buf_ struct vms_buf blob = { NULL, 0 };
	const char *data;
	int node, len = 0;

	/* the buffer is malloc's, so aligned as libfdt wants it */
	if (vms_root_read(m->root, BLOB, BLOB_MAX, &blob) < 0 || fdt_check_full(blob.data, blob.len) != 0)
		return NULL;
	node = fdt_path_offset(blob.data, path);
	data = node >= 0 ? fdt_getprop(blob.data, node, "compatible", &len) : NULL;
	return data && len > 0 ? join(data, (size_t)len) : NULL;
}

static char *compatible_of(struct vms_machine *m, const char *path)
{
	_cleanup_free_ char *file = vms_asprintf(BASE "%s/compatible", streq(path, "/") ? "" : path);
	_cleanup_buf_ struct vms_buf text = { NULL, 0 };

	if (file && vms_root_read(m->root, file, 4096, &text) == 0 && text.len > 0)
		return join(text.data, text.len);
	return of_blob(m, path);
}

char *platform_fdt_compatible(struct vms_machine *m)
{
	return compatible_of(m, "/");
}

int platform_by_fdt_hypervisor(struct vms_machine *m, struct platform_facts *f)
{
	static const struct {
		const char *part;
		enum platform platform;
	} rows[] = {
		{ "xen,xen", PLATFORM_XEN },	      { "linux,kvm", PLATFORM_KVM },
		{ "vmware", PLATFORM_VMWARE },	      { "gunyah-hypervisor", PLATFORM_GUNYAH },
		{ "microsoft,", PLATFORM_MICROSOFT },
	};
	_cleanup_free_ char *compatible = compatible_of(m, "/hypervisor");

	if (!compatible)
		return -ENOENT;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (strstr(compatible, rows[i].part))
			return platform_found(f, rows[i].platform, BASE "/hypervisor", compatible);
	return platform_found(f, PLATFORM_VM, BASE "/hypervisor", compatible);
}

/* A node's name that is, or that begins so. */
struct node_name {
	const char *name;
	bool whole;
};

static bool has_node(char *const *nodes, const struct node_name *which)
{
	for (; *nodes; nodes++)
		if (which->whole ? streq(*nodes, which->name) : startswith(*nodes, which->name) != NULL)
			return true;
	return false;
}

/*
 * By the names of nodes at the top, which each VMM's own code gives them; its root says
 * linux,dummy-virt like all others'. Cloud Hypervisor (arch/src/aarch64/fdt.rs): a GIC and a
 * clock without addresses, an RTC by that name, PCI and no virtio-mmio. It may have QEMU's fw_cfg,
 * so it is asked for before that. crosvm (aarch64/src/fdt.rs): a clock of a name that is no
 * address. FreeBSD's bhyve names itself.
 */
int platform_by_fdt_nodes(struct vms_machine *m, struct platform_facts *f)
{
	static const struct {
		enum platform platform;
		struct node_name has[5], lacks;
	} rows[] = {
		{ PLATFORM_CLOUD_HYPERVISOR,
		  { { "intc", true },
		    { "apb-pclk", true },
		    { "rtc@", false },
		    { "pl061@", false },
		    { "pci@", false } },
		  { "virtio_mmio@", false } },
		{ PLATFORM_CROSVM, { { "pclk@3M", true }, { "rtc@", false } }, { "fw-cfg@", false } },
	};
	_cleanup_free_ char *board = compatible_of(m, "/");
	char *const *nodes = NULL;

	if (board && strstr(board, "freebsd,bhyve"))
		return platform_found(f, PLATFORM_BHYVE, "device tree, compatible", board);
	if (vms_root_names(m->root, BASE, &nodes) < 0)
		return -ENOENT;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		bool all = !has_node(nodes, &rows[i].lacks);

		for (size_t k = 0; k < ARRAY_SIZE(rows[i].has) && rows[i].has[k].name; k++)
			all = all && has_node(nodes, &rows[i].has[k]);
		if (all)
			return platform_found(f, rows[i].platform, BASE, rows[i].has[0].name);
	}
	return -ENOENT;
}

/* "uart@40003000", "serial@40002000": in the first 64 KiB behind 1 GiB? */
static bool is_at_1_gib(const char *node)
{
	const char *at = startswith(node, "uart@4000") ?: startswith(node, "serial@4000");

	return at && strlen(at) == 4 && streq(at + 1, "000");
}

/*
 * Firecracker: no board, no tables, and a 16550 among the devices that begin at 1 GiB,
 * where others have their memory.
 */
int platform_by_fdt_uart(struct vms_machine *m, struct platform_facts *f)
{
	_cleanup_free_ char *board = NULL;
	char *const *nodes = NULL;

	if (vms_root_names(m->root, BASE, &nodes) < 0)
		return -ENOENT;
	for (char *const *node = nodes; *node; node++) {
		_cleanup_free_ char *path = NULL, *compatible = NULL;

		if (!is_at_1_gib(*node))
			continue;
		path = vms_asprintf("/%s", *node);
		compatible = path ? compatible_of(m, path) : NULL;
		board = compatible_of(m, "/");
		if (board && strstr(board, "linux,dummy-virt") && compatible && strstr(compatible, "ns16550"))
			return platform_found(f, PLATFORM_FIRECRACKER, BASE, *node);
		return -ENOENT;
	}
	return -ENOENT;
}
