/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Load options of UEFI's boot manager, the variables Boot#### (UEFI 2.10, 3.1.3): attributes,
 * the length of a list of device paths, a description in UTF-16, that list. Its first path is
 * the application's; U-Boot's `eficonfig` and `efidebug boot add` put others behind it, which
 * begin with a vendor's media node: of an initial ramdisk, and (since 2025.01) of a device tree
 * that U-Boot loads before it starts the application.
 */
#include "core/span.h"
#include "fdt_origin.h"

/* b1b621d5-f19c-41a5-830b-d9152c69aae0, that of the device tree's configuration table, too */
static const uint8_t tree_guid[16] = { 0xd5, 0x21, 0xb6, 0xb1, 0x9c, 0xf1, 0xa5, 0x41,
				       0x83, 0x0b, 0xd9, 0x15, 0x2c, 0x69, 0xaa, 0xe0 };

enum { DP_MESSAGING = 3, DP_MEDIA = 4, DP_END = 0x7f };
enum { DP_HARD_DRIVE = 1, DP_CDROM = 2, DP_VENDOR = 3, DP_END_ENTIRE = 0xff };

bool fdt_option_paths(struct vms_span option, uint64_t *ret_at, uint64_t *ret_end)
{
	uint16_t len = 0, letter = 0;
	uint64_t at = 6;

	if (!span_le16(option, 4, &len))
		return false;
	do {
		if (!span_le16(option, at, &letter))
			return false;
		at += 2;
	} while (letter);
	if (!span_has(option, at, len))
		return false;
	*ret_at = at;
	*ret_end = at + len;
	return true;
}

bool fdt_option_node(struct vms_span option, uint64_t *at, uint64_t end, struct fdt_path_node *ret)
{
	uint16_t len = 0;

	if (*at + 4 > end || !span_le16(option, *at + 2, &len) || len < 4 || len > end - *at)
		return false;
	*ret = (struct fdt_path_node){ .type = option.data[*at],
				       .subtype = option.data[*at + 1],
				       .data = { option.data + *at + 4, len - 4u } };
	ret->is_vendor = ret->type == DP_MEDIA && ret->subtype == DP_VENDOR;
	*at += len;
	return true;
}

/* MAC, IPv4, IPv6, URI, Wi-Fi */
static bool is_network(const struct fdt_path_node *n)
{
	static const uint8_t subtypes[] = { 11, 12, 13, 24, 28 };

	return n->type == DP_MESSAGING && memchr(subtypes, n->subtype, sizeof(subtypes));
}

bool fdt_option_read(struct vms_span option, struct fdt_option *ret)
{
	bool first = true, network = false;
	struct fdt_path_node n;
	uint64_t at, end;

	if (!fdt_option_paths(option, &at, &end))
		return false;
	*ret = (struct fdt_option){ 0 };
	while (fdt_option_node(option, &at, end, &n)) {
		if (n.is_vendor && span_is(n.data, 0, tree_guid, sizeof(tree_guid)))
			ret->tree = true;
		if (first && n.type == DP_MEDIA && (n.subtype == DP_HARD_DRIVE || n.subtype == DP_CDROM))
			ret->disk = true;
		network |= first && is_network(&n);
		first &= n.type != DP_END || n.subtype != DP_END_ENTIRE;
	}
	/* a disk behind a network (iSCSI) is a disk */
	ret->network = network && !ret->disk;
	return true;
}
