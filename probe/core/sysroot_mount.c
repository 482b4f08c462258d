/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Is a place in /proc or /sys the kernel's own? Containers mount tmpfs over
 * /sys/firmware, bind /dev/null over files of /proc, or mount procfs with
 * subset=pid; what is seen there says nothing about the machine.
 */
#include <errno.h>

#include "sysroot_internal.h"

/* Undo \040 and the like, in place. */
static void unescape(char *s)
{
	char *out = s;

	while (*s) {
		if (s[0] == '\\' && s[1] >= '0' && s[1] <= '3' && s[2] >= '0' && s[2] <= '7' && s[3] >= '0' &&
		    s[3] <= '7') {
			*out++ = (char)((s[1] - '0') << 6 | (s[2] - '0') << 3 | (s[3] - '0'));
			s += 4;
		} else {
			*out++ = *s++;
		}
	}
	*out = '\0';
}

/* "ID PARENT MAJ:MIN ROOT POINT OPTIONS [TAG...] - TYPE SOURCE SUPER" (proc(5)).
 * Words are cut at single spaces: SOURCE may be empty. */
static bool parse_line(char *line, struct vms_mount *ret)
{
	char *word = strsep(&line, " "), *point, *type, *super;

	for (int i = 0; word && i < 4; i++)
		word = strsep(&line, " ");
	point = word;
	while (word && !streq(word, "-"))
		word = strsep(&line, " ");
	type = strsep(&line, " ");
	super = strsep(&line, " ") ? strsep(&line, " ") : NULL;
	if (!point || !type)
		return false;
	unescape(point);
	*ret = (struct vms_mount){ point, type, super ? super : "" };
	return true;
}

/* Only mounts over /proc and /sys matter here. */
static bool of_interest(const char *line)
{
	return strstr(line, " /sys") || strstr(line, " /proc");
}

static void parse_mounts(struct vms_root *root)
{
	const char *text = vms_root_mountinfo(root);
	char *copy, *save = NULL;
	size_t room = 0;

	root->mounts_read = true;
	/* the words are cut out of a copy that lives as long as the root */
	copy = text ? strdup(text) : NULL;
	if (text && !copy)
		vms_no_memory();
	if (!copy)
		return;
	for (char *line = strtok_r(copy, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		struct vms_mount m;

		if (!of_interest(line) || !parse_line(line, &m))
			continue;
		if (root->n_mounts == room) {
			struct vms_mount *grown;

			room = room ? 2 * room : 16;
			grown = reallocarray(root->mounts, room, sizeof(*grown));
			if (!grown) {
				vms_no_memory();
				break;
			}
			root->mounts = grown;
		}
		root->mounts[root->n_mounts++] = m;
	}
	root->mounts_text = copy;
}

static bool lies_in(const char *path, const char *dir)
{
	const char *rest = startswith(path, dir);

	return rest && (*rest == '\0' || *rest == '/');
}

static bool kernels_own(const struct vms_mount *m, bool sys)
{
	static const char *const in_sys[] = { "sysfs",	 "efivarfs", "securityfs", "debugfs",
					      "tracefs", "pstore",   "bpf",	   "cgroup",
					      "cgroup2", "configfs", "fusectl",	   "selinuxfs" };

	if (!sys)
		return streq(m->type, "proc") || streq(m->type, "binfmt_misc") || streq(m->type, "xenfs") ||
		       streq(m->type, "autofs") || streq(m->type, "nfsd");
	for (size_t i = 0; i < ARRAY_SIZE(in_sys); i++)
		if (streq(m->type, in_sys[i]))
			return true;
	return false;
}

int vms_root_foreign_mount(struct vms_root *root, const char *path)
{
	bool sys = lies_in(path, "/sys");
	const struct vms_mount *best = NULL;

	if (!sys && !lies_in(path, "/proc"))
		return 0;
	if (!root->mounts_read)
		parse_mounts(root);
	/* the innermost mount that covers the path; of several on one point the last */
	for (size_t i = 0; i < root->n_mounts; i++) {
		const struct vms_mount *m = &root->mounts[i];

		if (lies_in(path, m->point) && (!best || strlen(m->point) >= strlen(best->point)))
			best = m;
	}
	if (!best)
		return root->live ? -VMS_EMASKED : 0;
	if (!kernels_own(best, sys))
		return -VMS_EMASKED;
	/* such a procfs shows processes only */
	if (!sys && strstr(best->super, "subset=pid") && !lies_in(path, "/proc/self"))
		return -VMS_EMASKED;
	return 0;
}
