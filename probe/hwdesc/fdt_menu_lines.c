/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Lines of boot loaders' menus: which name a device tree, which take in another menu. In GRUB's
 * language a command may be quoted, or be a variable's value.
 */
#include <ctype.h>
#include <strings.h>

#include "core/span.h"
#include "fdt_origin.h"

static bool is_space(char c)
{
	return c == ' ' || c == '\t';
}

static bool is_quote(char c)
{
	return c == '"' || c == '\'';
}

/* A command stands at the beginning of a line, behind one of these signs, or one of these words; maybe
 * quoted. */
static bool is_command_place(const char *line, size_t before)
{
	static const char *const words[] = { "then", "else", "do", "if", "elif", "while", "until", "eval" };

	if (before && is_quote(line[before - 1]))
		before--;
	while (before && is_space(line[before - 1]))
		before--;
	if (!before || strchr(";{&|!", line[before - 1]))
		return true;
	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		size_t n = strlen(words[i]);

		if (before >= n && memcmp(line + before - n, words[i], n) == 0 &&
		    (before == n || is_space(line[before - n - 1]) || line[before - n - 1] == ';'))
			return true;
	}
	return false;
}

/* What a command is given, if it stands at a command's place. NULL: it does not. */
static const char *argument_of(const char *line, size_t len, const char *command, size_t *ret_len)
{
	const size_t n = strlen(command);
	const char *at = line;

	while ((at = memmem(at, len - (size_t)(at - line), command, n))) {
		size_t off = (size_t)(at - line) + n, end;

		if (off < len && is_space(line[off]) && is_command_place(line, off - n)) {
			while (off < len && (is_space(line[off]) || line[off] == '"' || line[off] == '\''))
				off++;
			for (end = off; end < len && !is_space(line[end]) && !strchr("\"';\r", line[end]);)
				end++;
			*ret_len = end - off;
			return end > off ? line + off : NULL;
		}
		at += n;
	}
	return NULL;
}

const char *fdt_menu_sources(const char *line, size_t len, size_t *ret_len)
{
	static const char *const commands[] = { "source",
						".",
						"configfile",
						"normal",
						"extract_entries_source",
						"extract_entries_configfile",
						"legacy_source",
						"legacy_configfile",
						"syslinux_source",
						"syslinux_configfile" };
	size_t i;

	for (i = 0; i < len && is_space(line[i]);)
		i++;
	if (i == len || line[i] == '#')
		return NULL;
	for (size_t c = 0; c < ARRAY_SIZE(commands); c++) {
		const char *arg = argument_of(line, len, commands[c], ret_len);

		if (arg)
			return arg;
	}
	return NULL;
}

/* The command, or that name with "-overlay". */
static bool has_command(const char *line, size_t len, const char *command)
{
	const size_t n = strlen(command);
	const char *at = line;

	while ((at = memmem(at, len - (size_t)(at - line), command, n))) {
		size_t off = (size_t)(at - line), end = off + n;

		if (end + 8 < len && memcmp(line + end, "-overlay", 8) == 0)
			end += 8;
		if (end < len && is_quote(line[end]))
			end++;
		if (end < len && is_space(line[end]) && is_command_place(line, off))
			return true;
		at += n;
	}
	return false;
}

/* The same without quotes and backslashes: "device'tree'" is that command, too. */
static bool has_command_in_pieces(const char *line, size_t len, const char *command)
{
	char plain[1024];
	size_t n = 0;

	if (len > sizeof(plain) ||
	    (!memchr(line, '\'', len) && !memchr(line, '"', len) && !memchr(line, '\\', len)))
		return false;
	for (size_t i = 0; i < len; i++)
		if (!is_quote(line[i]) && line[i] != '\\')
			plain[n++] = line[i];
	return has_command(plain, n, command);
}

bool fdt_menu_has_command(const char *line, size_t len, const char *command)
{
	while (len && is_space(*line))
		line++, len--;
	return len && *line != '#' &&
	       (has_command(line, len, command) || has_command_in_pieces(line, len, command));
}

/* "KEY: value", in Limine's older menus "KEY=value". */
static bool has_key(const char *line, size_t len, const char *key)
{
	size_t n = strlen(key);

	if (len <= n || strncasecmp(line, key, n) != 0)
		return false;
	while (n < len && is_space(line[n]))
		n++;
	return n < len && (line[n] == ':' || line[n] == '=');
}

/* extlinux: "kernel /x.itb#configuration", or "fit": that image may bring a tree along. */
static bool names_fit(const char *line, size_t len)
{
	static const char *const words[] = { "kernel", "linux", "fit" };

	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		size_t n = strlen(words[i]);

		if (len <= n || strncasecmp(line, words[i], n) != 0 || !is_space(line[n]))
			continue;
		while (len && (is_space(line[len - 1]) || line[len - 1] == '\r'))
			len--;
		return i == 2 || memchr(line, '#', len) ||
		       (len > 4 && (strncasecmp(line + len - 4, ".itb", 4) == 0 ||
				    strncasecmp(line + len - 4, ".fit", 4) == 0));
	}
	return false;
}

bool fdt_menu_names_tree(const char *line, size_t len, bool extlinux)
{
	static const char *const words[] = { "fdt",	   "fdtdir",	    "fdtoverlays",
					     "devicetree", "devicetreedir", "devicetree-overlay" };

	while (len && is_space(*line))
		line++, len--;
	if (!len || *line == '#')
		return false;
	if (fdt_menu_has_command(line, len, "devicetree"))
		return true;
	/* Limine: "dtb_path: boot():/board.dtb", for all entries "global_dtb: ..." */
	if (has_key(line, len, "dtb_path") || has_key(line, len, "global_dtb"))
		return true;
	if (extlinux && names_fit(line, len))
		return true;
	for (size_t i = 0; extlinux && i < ARRAY_SIZE(words); i++) {
		size_t n = strlen(words[i]);

		if (len > n && strncasecmp(line, words[i], n) == 0 && is_space(line[n]))
			return true;
	}
	return false;
}

/* ---- variables of GRUB's ---- */

static bool is_name(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

/* Where the word begins in which `at` stands. */
static size_t word_begin(const char *line, size_t at)
{
	while (at && !is_space(line[at - 1]) && !strchr(";|&", line[at - 1]))
		at--;
	while (is_quote(line[at]) || line[at] == '{' || line[at] == '!')
		at++;
	return at;
}

/* "$name" or "${name}" at a command's place; of a word that has more in it no name is given. */
static bool is_variable_command(const char *line, size_t len, size_t at, struct vms_span *ret_name)
{
	size_t begin = word_begin(line, at), name = at + 1, end;
	bool braces = name < len && line[name] == '{';

	if (begin > at || memchr(line + begin, '=', at - begin) || !is_command_place(line, begin))
		return false;
	name += braces;
	for (end = name; end < len && is_name(line[end]);)
		end++;
	*ret_name = vms_span(line + name, end - name);
	end += braces && end < len;
	if (end < len && is_quote(line[end]))
		end++;
	if (begin != at || (end < len && !is_space(line[end]) && !strchr(";}\r", line[end])))
		ret_name->len = 0;
	return true;
}

bool fdt_menu_runs_variable(const char *line, size_t len, struct vms_span *ret_name)
{
	size_t n;
	const char *arg = argument_of(line, len, "eval", &n);

	for (size_t at = 0; at < len && line[at] != '#'; at++)
		if (line[at] == '$' && is_variable_command(line, len, at, ret_name))
			return true;
	*ret_name = vms_span(line, 0);
	return arg && memchr(arg, '$', len - (size_t)(arg - line));
}

bool fdt_menu_sets(const char *line, size_t len, struct vms_span name, struct vms_span *ret_value)
{
	const char *at = line;

	while ((at = memmem(at, len - (size_t)(at - line), name.data, name.len))) {
		size_t begin = (size_t)(at - line), value = begin + name.len, end;

		at += name.len;
		if (value >= len || line[value] != '=' || (begin && is_name(line[begin - 1])))
			continue;
		for (end = ++value;
		     end < len && !is_space(line[end]) && line[end] != ';' && line[end] != '\r';)
			end++;
		while (value < end && is_quote(line[value]) && is_quote(line[end - 1]))
			value++, end -= end > value;
		*ret_value = vms_span(line + value, end - value);
		return true;
	}
	return false;
}

/* A word that is known: no other variable, not that command. */
static bool is_other_command(struct vms_span value, const char *command)
{
	for (size_t i = 0; i < value.len; i++)
		if (!is_name((char)value.data[i]) && value.data[i] != '-' && value.data[i] != '.')
			return false;
	return value.len && !memmem(value.data, value.len, command, strlen(command)) &&
	       !(value.len == 4 && memcmp(value.data, "eval", 4) == 0);
}

/* Is each value that the menu gives this variable another command? */
static bool is_harmless(const struct vms_buf *menu, struct vms_span name, const char *command)
{
	const char *cursor = menu->data, *line;
	bool set = false;
	size_t len;

	while (name.len && vms_next_line(&cursor, &line, &len)) {
		struct vms_span value;

		if (!fdt_menu_sets(line, len, name, &value))
			continue;
		if (!is_other_command(value, command))
			return false;
		set = true;
	}
	return set;
}

bool fdt_menu_hides_command(const struct vms_buf *menu, const char *command)
{
	const char *cursor = menu->data, *line;
	bool continued = false;
	unsigned n = 0;
	size_t len;

	while (vms_next_line(&cursor, &line, &len)) {
		bool goes_on = len && line[len - 1] == '\\';
		struct vms_span name;

		if (!continued && fdt_menu_runs_variable(line, len, &name) &&
		    (n++ == FDT_VARIABLES_MAX || !is_harmless(menu, name, command)))
			return true;
		continued = goes_on;
	}
	return false;
}
