// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A flattened device tree: is it one, who is it of, what is its console. Works
 * on bytes alone; fdt_read.c fetches them. Serves VMSPEC-EFI-DTB and
 * VMSPEC-FDT-COMPLETE.
 */
#include <errno.h>
#include <libfdt.h>
#include "fdt_index.h"

#define STRING_MAX    256 /* of what is shown */
#define PROP_NAME_MAX 255 /* the specification says 31, real trees have a little more */

bool fdt_is_compatible(const char *compatible, const char *which)
{
	size_t n = strlen(which);

	for (const char *s = compatible; s && *s; s += strcspn(s, " "), s += *s == ' ') {
		if (strncmp(s, which, n) == 0 && (s[n] == ' ' || s[n] == '\0'))
			return true;
	}
	return false;
}

/* One string; what is not a NUL-terminated one is cut at its end. */
static int take_string(const struct fdt_index *x, uint32_t node, const char *name, size_t max, char **ret)
{
	struct vms_span s;
	char *out;

	if (node == FDT_NO_NODE || !fdt_index_prop(x, node, name, &s))
		return 0;
	out = vms_printable((const char *)s.data, strnlen((const char *)s.data, MIN(s.len, max)));
	if (!out)
		return -ENOMEM;
	*ret = out;
	return 0;
}

static void node_clear(struct fdt_node *n)
{
	free(n->path);
	free(n->compatible);
}

/* Where `stdout-path` leads: a path or an alias, then maybe ":115200n8". */
static uint32_t resolve_stdout(const struct fdt_index *x, const char *s, size_t len)
{
	uint32_t aliases = fdt_index_child(x, 0, "aliases", 7);
	char name[64];
	struct vms_span to;

	if (len && s[0] == '/')
		return fdt_index_by_path(x, s, len);
	/* One look, and what stands there must be a path: no alias of an alias. */
	if (aliases == FDT_NO_NODE || !len || len >= sizeof(name))
		return FDT_NO_NODE;
	memcpy(name, s, len);
	name[len] = '\0';
	if (strlen(name) != len || !fdt_index_prop(x, aliases, name, &to))
		return FDT_NO_NODE;
	return fdt_index_by_path(x, (const char *)to.data, strnlen((const char *)to.data, to.len));
}

static int read_stdout(const struct fdt_index *x, uint32_t chosen, struct fdt_tree *t)
{
	const char *prop = "stdout-path";
	struct vms_span s;
	size_t len, path_len;
	const char *text;
	uint32_t node;

	if (!fdt_index_prop(x, chosen, prop, &s) &&
	    !fdt_index_prop(x, chosen, prop = "linux,stdout-path", &s))
		return 0;
	text = (const char *)s.data;
	len = strnlen(text, s.len);
	path_len = memchr(text, ':', len) ? (size_t)((const char *)memchr(text, ':', len) - text) : len;
	t->console_chosen = true;
	node = resolve_stdout(x, text, path_len);
	if (node == FDT_NO_NODE)
		return fdt_add_dangling(t, x, chosen, prop, 0);
	if (path_len < len) {
		t->console_options = vms_printable(text + path_len + 1, MIN(len - path_len - 1, (size_t)32));
		if (!t->console_options)
			return -ENOMEM;
	}
	if (x->nodes[node].disabled)
		return 0;
	return fdt_take_console(x, node, t);
}

/* Another kernel's mark: of each that it starts, or of one that is to look into its crash. */
static const char *find_kexec(const struct fdt_index *x, uint32_t chosen)
{
	static const char *const marks[] = { "linux,booted-from-kexec", "linux,elfcorehdr",
					     "linux,usable-memory-range" };
	struct vms_span s;

	for (size_t i = 0; i < ARRAY_SIZE(marks); i++)
		if (fdt_index_prop(x, chosen, marks[i], &s))
			return marks[i];
	return NULL;
}

static int read_chosen(const struct fdt_index *x, struct fdt_tree *t)
{
	uint32_t chosen = fdt_index_child(x, 0, "chosen", 6);
	struct vms_span s;
	int err;

	if (chosen == FDT_NO_NODE)
		return 0;
	t->uefi = fdt_index_prop(x, chosen, "linux,uefi-system-table", &s);
	t->kexec = find_kexec(x, chosen);
	err = take_string(x, chosen, "bootargs", 4096, &t->bootargs);
	if (!err)
		err = take_string(x, chosen, "u-boot,version", STRING_MAX, &t->uboot);
	return err ? err : read_stdout(x, chosen, t);
}

/* As Linux tells a stub from a real tree: only /chosen, and Xen's node, do not count. */
static void read_top(const struct fdt_index *x, struct fdt_tree *t)
{
	t->stub = true;
	for (uint32_t i = 1; i < x->n; i = x->nodes[i].end) {
		const char *name = fdt_get_name(x->fdt, x->nodes[i].off, NULL);

		t->n_top++;
		if (name && streq(name, "chosen"))
			continue;
		if (name && streq(name, "hypervisor") && fdt_index_compatible(x, i, "xen,xen"))
			continue;
		t->stub = false;
	}
}

static int read_tree(const struct fdt_index *x, struct fdt_tree *t)
{
	struct vms_span s;
	int err = 0;

	read_top(x, t);
	if (fdt_index_prop(x, 0, "compatible", &s))
		err = fdt_join_strings(s, &t->compatible);
	if (!err)
		err = read_chosen(x, t);
	if (!err)
		err = fdt_read_nodes(x, t);
	return err ? err : fdt_check_refs(x, t);
}

/* ---- from bytes ---- */

/*
 * libfdt looks for the end of a property's name for each property anew: names
 * without an end would make it walk the strings block a hundred thousand times.
 */
static bool names_are_short(struct vms_span blob)
{
	uint32_t off = 0, len = 0;
	struct vms_span strings;
	size_t run = 0;

	if (!span_be32(blob, 12, &off) || !span_be32(blob, 32, &len) || !span_sub(blob, off, len, &strings))
		return false;
	for (size_t i = 0; i < strings.len; i++) {
		run = strings.data[i] ? run + 1 : 0;
		if (run > PROP_NAME_MAX)
			return false;
	}
	return true;
}

/*
 * What fdt_check_full() must not be given. dtc has written version 17 since 2007;
 * with a version below 16 libfdt 1.6.1 follows a null pointer when the root's
 * name has no '/', and before 17 the header did not say how long the blocks are.
 */
static const char *damage(struct vms_span blob)
{
	uint32_t magic = 0, size = 0, version = 0, off = 0;

	if (!span_be32(blob, 0, &magic) || magic != FDT_MAGIC)
		return "it does not begin with the magic number of a device tree";
	if (!span_has(blob, 0, sizeof(struct fdt_header)))
		return "it ends inside its header";
	if (!span_be32(blob, 4, &size) || size > blob.len)
		return "it is shorter than its header says";
	if (!span_be32(blob, 20, &version) || version < 17)
		return "its format is older than version 17";
	if (!span_be32(blob, 8, &off) || off % 4) /* libfdt 1.6.1 reads its words as they lie */
		return "its structure block is not aligned";
	if (!span_be32(blob, 16, &off) || off % 8) /* and the map's as 64-bit ones: SIGBUS on armv7 */
		return "its memory reservation map is not aligned";
	return names_are_short(blob) ? NULL : "its block of property names is damaged";
}

int fdt_parse(struct vms_span blob, struct fdt_tree *ret, const char **ret_why)
{
	struct fdt_index x = { 0 };
	struct fdt_tree t = { 0 };
	_cleanup_free_ void *copy = NULL;
	const char *why;
	int err;

	if (blob.len > FDT_SIZE_MAX) {
		*ret_why = "it is bigger than 2 MiB, more than Linux takes";
		return -EFBIG;
	}
	why = damage(blob);
	if (why) {
		*ret_why = why;
		return -EBADMSG;
	}
	copy = malloc(blob.len); /* aligned for any type: libfdt asks for 8 bytes */
	if (!copy)
		return -ENOMEM;
	memcpy(copy, blob.data, blob.len);
	err = fdt_check_full(copy, blob.len);
	if (err) {
		*ret_why = fdt_strerror(err);
		return -EBADMSG;
	}
	t.size = fdt_totalsize(copy);
	err = fdt_index_make(copy, t.size, &x);
	if (!err)
		err = read_tree(&x, &t);
	if (err) {
		if (err == -EBADMSG)
			*ret_why = "its structure is damaged";
		fdt_tree_clear(&t);
	} else {
		*ret = t;
	}
	fdt_index_clear(&x);
	return err;
}

void fdt_tree_clear(struct fdt_tree *t)
{
	struct fdt_node *const nodes[] = { &t->gic,   &t->timer.node, &t->psci.node, &t->console,
					   &t->pl011, &t->pci,	      &t->hypervisor };

	for (size_t i = 0; i < ARRAY_SIZE(nodes); i++)
		node_clear(nodes[i]);
	for (size_t i = 0; i < FDT_MAX_DANGLING; i++)
		free(t->dangling[i].where);
	free(t->compatible);
	free(t->bootargs);
	free(t->uboot);
	free(t->console_options);
	free(t->cpus);
	*t = (struct fdt_tree){ 0 };
}
