/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where U-Boot takes a device tree from on a disk, in place of its own or the hypervisor's:
 * boot scripts (boot.scr: `load ... ${fdt_addr_r}`, `bootefi ADDRESS TREE`), its environment
 * in a file, trees that lie where it looks for ${fdtfile} before it starts an EFI
 * application (config_distro_bootcmd.h, efi_get_distro_fdt_name(): /dtb, /, /dtb/current and
 * /dtbs of that partition). What ${fdtfile} is no OS can see. FIT images that bring a tree along
 * with what they start (`bootm`).
 */
#include <ctype.h>
#include <errno.h>
#include <strings.h>

#include "core/span.h"
#include "fdt_origin.h"
#include "kernel/esp.h"

#define TREE_DEPTH 3 /* "/dtb/current/VENDOR" */

static bool is_script(const char *name)
{
	static const char *const names[] = { "boot.scr", "boot.scr.uimg", "uboot.env", "uEnv.txt",
					     "uboot-redund.env" };

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (strcasecmp(name, names[i]) == 0)
			return true;
	return false;
}

static bool is_tree(const char *name)
{
	return fdt_ends_with(name, ".dtb");
}

/* A tree in a folder or below it. */
static int visit_trees(const struct fdt_visit *v, const char *dir, unsigned depth)
{
	_cleanup_strv_ char **names = NULL;
	int err = v->list(v->ctx, dir, &names);

	for (char **name = names; !err && name && *name; name++) {
		_cleanup_free_ char *path = vms_asprintf("%s/%s", dir, *name);

		if (!path)
			return -ENOMEM;
		if (is_tree(*name))
			err = v->tree(v->ctx, path);
		else if (depth < TREE_DEPTH && !fdt_ends_with(*name, ".dtbo"))
			err = visit_trees(v, path, depth + 1);
	}
	return err;
}

/* What U-Boot looks for in the top folder of a partition, or in its /boot. */
static int visit_top(const struct fdt_visit *v, const char *place)
{
	_cleanup_strv_ char **names = NULL;
	int err = v->list(v->ctx, *place ? place : "/", &names);

	for (char **name = names; !err && name && *name; name++) {
		_cleanup_free_ char *path = vms_asprintf("%s/%s", place, *name);

		if (!path)
			return -ENOMEM;
		if (is_script(*name))
			err = v->script(v->ctx, path);
		else if (is_tree(*name))
			err = v->tree(v->ctx, path);
		else if (strcasecmp(*name, "dtb") == 0 || strcasecmp(*name, "dtbs") == 0)
			err = visit_trees(v, path, 1);
		else
			err = v->fit(v->ctx, path);
	}
	return err;
}

int fdt_visit_uboot(const struct fdt_visit *v)
{
	int err = visit_top(v, "");

	for (unsigned i = 0; i < ESP_PLACES && !err; i++) {
		_cleanup_free_ char *boot = vms_asprintf("%s/boot", esp_place(i));

		err = boot ? visit_top(v, esp_place(i)) : -ENOMEM;
		if (!err)
			err = visit_top(v, boot);
	}
	return err;
}

/* ---- lines of a script ---- */

/* An image of U-Boot's has a header of 64 bytes; then come the lengths of the scripts in it. */
size_t fdt_script_header(const char *data, size_t len)
{
	return len >= 72 && memcmp(data, "\x27\x05\x19\x56", 4) == 0 ? 72 : 0;
}

/* The tree that U-Boot itself runs with is the firmware's. */
static bool is_own_tree(const char *word, size_t len)
{
	return memmem(word, len, "fdtcontroladdr", 14) != NULL;
}

/* A word of a command; an empty one is the end of the command. */
static const char *next_word(const char **line, size_t *left, size_t *ret_len)
{
	const char *word;
	size_t n = 0;

	while (*left && (isspace((unsigned char)**line) || !**line))
		(*line)++, (*left)--;
	word = *line;
	while (n < *left && word[n] && !isspace((unsigned char)word[n]) && word[n] != ';')
		n++;
	*ret_len = n;
	n += n == 0 && *left;
	*line += n;
	*left -= n;
	return word;
}

/* Something of a tree's that is not U-Boot's own: "${fdt_addr_r}", "fdtfile", "x.dtb". */
static bool is_of_tree(const char *word, size_t len)
{
	return memmem(word, len, "fdt", 3) || memmem(word, len, "dtb", 3);
}

static bool is_word(const char *word, size_t len, const char *which)
{
	return len == strlen(which) && memcmp(word, which, len) == 0;
}

/* The first argument of a command that may be, or bring along, a tree: 0: it is no such command;
 * of bootm the image is, which may be a FIT. */
static unsigned tree_argument(const char *word, size_t len)
{
	static const struct {
		const char *command;
		unsigned argument;
	} rows[] = { { "fdt", 1 },   { "bootefi", 2 }, { "booti", 3 }, { "bootz", 3 },
		     { "bootm", 1 }, { "sysboot", 1 }, { "pxe", 1 } };

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (is_word(word, len, rows[i].command))
			return rows[i].argument;
	return 0;
}

bool fdt_script_names_tree(const char *line, size_t len)
{
	unsigned from = 0, arguments = 0; /* the tree's place among the arguments; how many there were */

	while (len) {
		size_t n;
		const char *word = next_word(&line, &len, &n);
		unsigned command = tree_argument(word, n);

		if (n && *word == '#')
			break;
		if (n == 0)
			from = 0;
		else if (command)
			from = command, arguments = 0;
		else if (is_own_tree(word, n) || (from == 1 && is_word(word, n, "addr")))
			continue;
		else if (is_of_tree(word, n) || (from && ++arguments >= from))
			return true;
		/* what these take in was not searched */
		else if (is_word(word, n, "source") || is_word(word, n, "import"))
			return true;
	}
	return false;
}
