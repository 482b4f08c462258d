/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Identities in what is not plain text: flattened device tree (Devicetree
 * Specification, chapter 5), UEFI variables, ACPI tables, PCI configuration
 * space, boot loader menus, mount tables. Lengths and offsets stay.
 */
#include <ctype.h>
#include <errno.h>

#include "hwdesc/fdt_origin.h"
#include "record_copy.h"

enum { FDT_HEADER = 40, FDT_BEGIN_NODE = 1, FDT_END_NODE, FDT_PROP, FDT_NOP, FDT_END = 9 };

/* extended capability ID: Device Serial Number */
#define EXT_SERIAL_NUMBER 0x0003

static bool is_text(const char *data, size_t len)
{
	for (size_t i = 0; i + 1 < len; i++)
		if (data[i] < ' ' || data[i] > '~')
			return false;
	return len > 1 && data[len - 1] == '\0';
}

/* The value of one property, by its name. */
int scrub_fdt_property(struct recording *r, const char *path, char *data, size_t len)
{
	const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;

	if (streq(name, "kaslr-seed") || streq(name, "rng-seed")) {
		memset(data, 0, len);
		return 0;
	}
	if (streq(name, "local-mac-address") || streq(name, "mac-address"))
		return scrub_mac_bytes(r->scrub, (uint8_t *)data, len);
	if (streq(name, "serial-number") || strstr(name, "asset-tag") || streq(name, "system-id")) {
		if (is_text(data, len))
			return scrub_serial(r->scrub, data, len - 1);
		memset(data, 0, len);
		return 0;
	}
	if (streq(name, "bootargs"))
		scrub_parameters(data, len);
	return scrub_text(r->scrub, data, len);
}

/* One property at `off`; *ret_next is what follows it. False: damaged. */
static bool scrub_property_at(struct recording *r, struct vms_span tree, char *data, uint64_t strings,
			      uint64_t off, uint64_t *ret_next, int *ret_err)
{
	uint32_t len = 0, name = 0;
	char text[64] = "/";

	if (!span_be32(tree, off + 4, &len) || !span_be32(tree, off + 8, &name) ||
	    !span_has(tree, off + 12, len))
		return false;
	for (size_t i = 0; i + 2 < sizeof(text); i++) {
		uint8_t c;

		if (!span_u8(tree, strings + name + i, &c))
			return false;
		text[i + 1] = (char)c;
		text[i + 2] = '\0';
		if (!c)
			break;
	}
	*ret_err = scrub_fdt_property(r, text, data + off + 12, len);
	*ret_next = off + 12 + (((uint64_t)len + 3) & ~3ull);
	return true;
}

/*
 * A tree that is damaged is recorded all the same, for its damage is judged: all
 * properties up to there are looked at, and the forms of identities everywhere.
 */
int scrub_fdt(struct recording *r, _unused_ const char *path, char *data, size_t len)
{
	struct vms_span tree = vms_span(data, len);
	uint32_t off = 0, strings = 0, token = 0;
	int err = 0;

	if (!span_be32(tree, 8, &off) || !span_be32(tree, 12, &strings))
		return scrub_text(r->scrub, data, len);
	for (uint64_t at = off; !err && span_be32(tree, at, &token) && token != FDT_END;) {
		if (token == FDT_PROP) {
			if (!scrub_property_at(r, tree, data, strings, at, &at, &err))
				break;
		} else if (token == FDT_BEGIN_NODE && span_has(tree, at + 4, 1)) {
			at += 4 + ((strnlen(data + at + 4, len - at - 4) + 4) & ~3ull);
		} else if (token == FDT_END_NODE || token == FDT_NOP) {
			at += 4;
		} else {
			break;
		}
	}
	return err ? err : scrub_text(r->scrub, data, len);
}

/* What checks ask of a variable beyond its being there. */
/* Boot####: what its paths are made of, not what they lead to. */
static bool keep_boot_option(char *data, size_t len)
{
	struct vms_span option = vms_span(data, len);
	struct fdt_path_node node;
	uint64_t at, end;

	if (!fdt_option_paths(option, &at, &end))
		return false;
	/* the description, up to its end */
	for (uint64_t i = 6; i + 2 < at; i += 2)
		data[i] = ' ', data[i + 1] = '\0';
	while (fdt_option_node(option, &at, end, &node))
		if (!node.is_vendor)
			memset(data + (node.data.data - option.data), 0, node.data.len);
	memset(data + at, 0, len - (size_t)at);
	return true;
}

static bool is_boot_option(const char *name)
{
	return startswith(name, "Boot") && strspn(name + 4, "0123456789ABCDEF") == 4 && name[8] == '-';
}

/* StubImageIdentifier: a path in UTF-16, whose last name may begin with the machine's ID. */
static bool keep_stub_image(const char *data, size_t len)
{
	size_t hex = 0;

	for (size_t i = 0; i + 1 < len && hex < 32; i += 2)
		hex = isxdigit((unsigned char)data[i]) && !data[i + 1] ? hex + 1 : 0;
	return hex < 32;
}

int scrub_efi_variable(_unused_ struct recording *r, const char *path, char *data, size_t len)
{
	static const char *const kept[] = {
		"MTC-",
		"LoaderFirmwareInfo-",
		"LoaderFirmwareType-",
		"LoaderInfo-",
		"LoaderFeatures-",
		"LoaderTimeInitUSec-",
		"LoaderTimeExecUSec-",
		"SecureBoot-",
		"SetupMode-",
		"BootOrder-",
		"BootCurrent-",
		"RTStorageVolatile-",
		"OsIndications",
		"PlatformLang",
	};
	const char *name = strrchr(path, '/') + 1;

	for (size_t i = 0; i < ARRAY_SIZE(kept); i++)
		if (startswith(name, kept[i]))
			return 0;
	/* the first four bytes are its attributes */
	if (len > 4 && is_boot_option(name) && keep_boot_option(data + 4, len - 4))
		return 0;
	if (len > 4 && startswith(name, "StubImageIdentifier-") && keep_stub_image(data + 4, len - 4))
		return 0;
	if (len > 4)
		memset(data + 4, 0, len - 4);
	return 0;
}

/*
 * MSDM and SLIC carry licence keys: only the header stays, and a checksum that is
 * as right or wrong as before. TPM logs, serial numbers of NVDIMMs (NFIT) likewise.
 */
int scrub_acpi_table(_unused_ struct recording *r, const char *path, char *data, size_t len)
{
	static const char *const secret[] = { "MSDM", "SLIC", "NFIT" };
	const char *name = strrchr(path, '/') + 1;

	for (size_t i = 0; i < ARRAY_SIZE(secret); i++) {
		uint8_t before = span_sum8(vms_span(data, len)), after;

		if (!startswith(name, secret[i]) || len <= 36)
			continue;
		memset(data + 36, 0, len - 36);
		after = span_sum8(vms_span(data, len));
		data[9] = (char)(uint8_t)(data[9] + before - after);
	}
	return 0;
}

/* Behind the first 256 bytes lie extended capabilities, a serial number among them. */
int scrub_pci_config(_unused_ struct recording *r, _unused_ const char *path, char *data, size_t len)
{
	struct vms_span config = vms_span(data, len);
	uint32_t header = 0;

	for (unsigned i = 0, at = 0x100; at >= 0x100 && i < 480 && span_le32(config, at, &header);
	     i++, at = header >> 20 & 0xffc)
		if ((header & 0xffff) == EXT_SERIAL_NUMBER && span_has(config, at + 4ull, 8))
			memset(data + at + 4, 0, 8);
	return 0;
}

/* Blank out the lines that are not wanted. */
static void keep_lines(char *data, size_t len, bool (*wanted)(const char *line, size_t len))
{
	char *end = data + len;

	for (char *line = data; line < end;) {
		char *nl = memchr(line, '\n', (size_t)(end - line)), *stop = nl ? nl : end;

		if (!wanted(line, (size_t)(stop - line)))
			memset(line, ' ', (size_t)(stop - line));
		line = stop + 1;
	}
}

static bool is_asked_for(const char *line, size_t len)
{
	size_t n;

	return fdt_menu_names_tree(line, len, true) || fdt_menu_has_command(line, len, "acpi") ||
	       fdt_menu_sources(line, len, &n);
}

/* A line that goes on in the next one. */
static bool goes_on(const char *line, size_t len)
{
	return len && line[len - 1] == '\\';
}

struct commands {
	struct vms_span names[FDT_VARIABLES_MAX];
	unsigned n;
};

/* The variables that a menu runs as commands. */
static void find_commands(const char *menu, struct commands *c)
{
	const char *cursor = menu, *line;
	struct vms_span name;
	bool continued = false;
	size_t n;

	while (c->n < FDT_VARIABLES_MAX && vms_next_line(&cursor, &line, &n)) {
		if (!continued && fdt_menu_runs_variable(line, n, &name) && name.len)
			c->names[c->n++] = name;
		continued = goes_on(line, n);
	}
}

/* A line that tells what such a variable is. */
static bool sets_command(const struct commands *c, const char *line, size_t len)
{
	struct vms_span value;

	for (unsigned i = 0; i < c->n; i++)
		if (fdt_menu_sets(line, len, c->names[i], &value))
			return true;
	return false;
}

/* A boot loader's menu may hold passwords; asked for is whether it names a tree, ACPI tables, or a
 * menu that may. A line that goes on is left, with its backslash. */
int keep_devicetree_lines(struct recording *r, _unused_ const char *path, char *data, size_t len)
{
	const char *cursor = data, *line;
	struct commands commands = { .n = 0 };
	struct vms_span name;
	bool continued = false;
	size_t n;

	find_commands(data, &commands);
	while (vms_next_line(&cursor, &line, &n)) {
		bool more = goes_on(line, n);

		if (!is_asked_for(line, n) && !sets_command(&commands, line, n) &&
		    (continued || !fdt_menu_runs_variable(line, n, &name)))
			memset(data + (line - data), ' ', n - more);
		continued = more;
	}
	return scrub_text(r->scrub, data, len);
}

int keep_script_lines(struct recording *r, _unused_ const char *path, char *data, size_t len)
{
	size_t header = fdt_script_header(data, len);

	keep_lines(data + header, len - header, fdt_script_names_tree);
	return scrub_text(r->scrub, data, len);
}

/* "/" itself, and what is mounted for the system; not what users mount where. */
static bool is_system_point(const char *point, size_t len)
{
	static const char *const points[] = {
		"/sys", "/proc", "/dev", "/boot", "/efi", "/run", "/usr", "/var"
	};

	for (size_t i = 0; i < ARRAY_SIZE(points); i++) {
		size_t n = strlen(points[i]);

		if (len >= n && memcmp(point, points[i], n) == 0 && (len == n || (point[n] == '/' && i < 4)))
			return true;
	}
	return len == 1 && *point == '/';
}

/* Is field `at` of the line, from 0, the place of the system's own mounts? */
static bool is_system_mount(const char *line, size_t len, unsigned at)
{
	const char *end = line + len, *stop;

	for (; line < end; line = stop + 1) {
		stop = memchr(line, ' ', (size_t)(end - line));
		if (!stop)
			stop = end;
		if (at-- == 0)
			return is_system_point(line, (size_t)(stop - line));
	}
	return false;
}

/* proc(5): the second field of /proc/mounts, the fifth of mountinfo. */
static bool in_mounts(const char *line, size_t len)
{
	return is_system_mount(line, len, 1);
}

static bool in_mountinfo(const char *line, size_t len)
{
	return is_system_mount(line, len, 4);
}

int keep_mount_lines(struct recording *r, const char *path, char *data, size_t len)
{
	keep_lines(data, len, streq(path, "/proc/mounts") ? in_mounts : in_mountinfo);
	return scrub_text(r->scrub, data, len);
}
