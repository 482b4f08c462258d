// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Which files are to be judged: those of -i, what lies directly in a folder that is
 * named (with --recursive in all folders below it too), and the lines (or NUL-ended names, as `find -print0`
 * writes them) of
 * --files-from.
 */
#include <dirent.h>
#include <errno.h>
#include <sys/stat.h>
#include "image/fat.h"
#include "images.h"

#define FOLDERS_DEEP 64

static int list_add_folder(struct image_list *l, const char *folder, bool recursive, unsigned depth);

static int list_add(struct image_list *l, const char *path, bool maybe)
{
	if ((l->n & (l->n - 1)) == 0) { /* grow at powers of two */
		struct image_name *grown = reallocarray(l->names, MAX(l->n * 2, (size_t)8), sizeof(*grown));

		if (!grown)
			return no_memory();
		l->names = grown;
	}
	l->names[l->n].path = strdup(path);
	if (!l->names[l->n].path)
		return no_memory();
	l->names[l->n++].maybe = maybe;
	return GO_ON;
}

/* Names that promise a disk: such a file is judged whatever is in it. */
static bool named_like_disk(const char *name)
{
	static const char *const ends[] = { ".img",    ".raw",	   ".qcow2",   ".vmdk",	   ".vhdx",
					    ".vdi",    ".vhd",	   ".iso",     ".hdd",	   ".qed",
					    ".ova",    ".img.xz",  ".img.zst", ".img.gz",  ".img.bz2",
					    ".raw.xz", ".raw.zst", ".raw.gz",  ".raw.bz2", ".iso.xz",
					    ".iso.gz" };

	for (size_t i = 0; i < ARRAY_SIZE(ends); i++) {
		size_t n = strlen(name), m = strlen(ends[i]);

		if (n > m && fat_same_name(name + n - m, ends[i]))
			return true;
	}
	return false;
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static int not_hidden(const struct dirent *e)
{
	return e->d_name[0] != '.';
}

/* What lies in a folder: regular files (those that are no disks are left out later), and
 * with --recursive real folders. `type`: DT_REG, ...; DT_UNKNOWN where the file system does not say. */
static int list_add_entry(struct image_list *l, const char *path, unsigned char type, bool recursive,
			  unsigned depth)
{
	struct stat st;

	if (type == DT_REG)
		return list_add(l, path, !named_like_disk(path));
	if (recursive && lstat(path, &st) == 0 && S_ISDIR(st.st_mode)) /* links may lead round in circles */
		return depth < FOLDERS_DEEP ? list_add_folder(l, path, true, depth + 1) : GO_ON;
	/* what cannot be looked at is told with the others that cannot be read; a link that leads nowhere is
	 * nothing */
	if (stat(path, &st) == 0 ? S_ISREG(st.st_mode) : errno != ENOENT && errno != ELOOP)
		return list_add(l, path, !named_like_disk(path));
	return GO_ON;
}

static int list_add_folder(struct image_list *l, const char *folder, bool recursive, unsigned depth)
{
	struct dirent **entries;
	int n = scandir(folder, &entries, not_hidden, by_name), status = GO_ON;

	if (n < 0)
		return list_add(l, folder, false); /* it is told with the others that cannot be read */
	l->several = true;
	for (int i = 0; i < n; i++) {
		_cleanup_free_ char *path = vms_asprintf(
			"%s%s%s", folder, folder[strlen(folder) - 1] == '/' ? "" : "/", entries[i]->d_name);

		if (status == GO_ON)
			status = path ? list_add_entry(l, path, entries[i]->d_type, recursive, depth)
				      : no_memory();
		free(entries[i]);
	}
	free(entries);
	return status;
}

static int list_add_path(struct image_list *l, const char *path, bool recursive)
{
	struct stat st;

	if (*path && stat(path, &st) == 0 && S_ISDIR(st.st_mode))
		return list_add_folder(l, path, recursive, 0);
	return list_add(l, path, false);
}

/* A list that Windows wrote has CR at the end of each line; a name may end with one, too. */
static void strip_cr(char *line)
{
	size_t n = strlen(line);
	struct stat st;

	if (n > 0 && line[n - 1] == '\r' && lstat(line, &st) < 0)
		line[n - 1] = '\0';
}

/* Lines; or, where there is a NUL, names ended by NUL. */
static int list_add_lines(struct image_list *l, char *text, size_t len, bool recursive)
{
	char end = memchr(text, '\0', len) ? '\0' : '\n';

	for (char *p = text, *next; p < text + len; p = next + 1) {
		int status;

		next = memchr(p, end, (size_t)(text + len - p));
		if (!next)
			next = text + len; /* text[len] is there, and NUL */
		*next = '\0';
		if (end == '\n')
			strip_cr(p);
		if (!*p)
			continue;
		status = list_add_path(l, p, recursive);
		if (status != GO_ON)
			return status;
	}
	return GO_ON;
}

static int list_unread(const char *file, int err)
{
	complain("--files-from: cannot read %s: %s", file, vms_error_text(-err));
	return exit_opening(-err);
}

static int list_add_file(struct image_list *l, const char *file, bool recursive)
{
	bool in = streq(file, "-");
	_cleanup_fclose_ FILE *f = in ? fdopen(dup(STDIN_FILENO), "re") : fopen(file, "re");
	_cleanup_free_ char *text = NULL;
	size_t len = 0, room = 0;

	if (!f)
		return list_unread(file, errno);
	for (;;) {
		char *grown = realloc(text, room + 65537);
		size_t n;

		if (!grown)
			return no_memory();
		text = grown;
		room += 65536;
		n = fread(text + len, 1, room - len, f);
		len += n;
		if (len < room)
			break;
	}
	if (ferror(f))
		return list_unread(file, errno);
	text[len] = '\0';
	l->several = true;
	return list_add_lines(l, text, len, recursive);
}

/* Would `output` replace one of the images? By device and inode: names may be links. */
static int list_refuse(const struct image_list *l, const char *output)
{
	struct stat to, st;

	if (!output || stat(output, &to) < 0)
		return GO_ON;
	for (size_t i = 0; i < l->n; i++)
		if (stat(l->names[i].path, &st) == 0 &&
		    ((st.st_dev == to.st_dev && st.st_ino == to.st_ino) ||
		     (S_ISBLK(st.st_mode) && S_ISBLK(to.st_mode) && st.st_rdev == to.st_rdev)))
			return wrong_usage("--output %s is the image %s", output, l->names[i].path);
	return GO_ON;
}

int image_list_fill(struct image_list *l, const struct verify_options *o)
{
	int status = GO_ON;

	for (size_t i = 0; i < o->n_images && status == GO_ON; i++)
		status = list_add_path(l, o->images[i], o->recursive);
	if (status == GO_ON && o->files_from)
		status = list_add_file(l, o->files_from, o->recursive);
	l->several = l->several || l->n > 1;
	if (status == GO_ON)
		status = list_refuse(l, o->asked.output);
	for (size_t i = 0; i < o->asked.n_outputs && status == GO_ON; i++)
		status = list_refuse(l, o->asked.outputs[i]);
	return status;
}

void image_list_clear(struct image_list *l)
{
	for (size_t i = 0; i < l->n; i++)
		free(l->names[i].path);
	free(l->names);
	*l = (struct image_list){ .n = 0 };
}
