// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * QEMU's firmware descriptors, as docs/interop/firmware.json of QEMU defines them: folders of
 * JSON files, searched in order. A file masks one of the same name in an earlier folder, an
 * empty one hides it, and the names' order is the order of preference.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <sys/stat.h>
#include "core/json_get.h"
#include "core/json_print.h"
#include "descriptor.h"
#include "document/parse.h"

#define DESCRIPTOR_MAX 65536

struct listed {
	char **names, **paths;
	size_t n, n_paths;
};

static void listed_clear(struct listed *l)
{
	vms_strv_free(l->names);
	vms_strv_free(l->paths);
}

static int listed_add(struct listed *l, const char *folder, const char *name)
{
	_cleanup_free_ char *path = vms_asprintf("%s/%s", folder, name);
	int err;

	if (!path)
		return -ENOMEM;
	for (size_t i = 0; i < l->n; i++)
		if (streq(l->names[i], name)) {
			free(l->paths[i]);
			l->paths[i] = path;
			path = NULL;
			return 0;
		}
	err = vms_strv_push(&l->names, &l->n, name);
	return err ? err : vms_strv_push(&l->paths, &l->n_paths, path);
}

static bool is_json(const char *name)
{
	size_t n = strlen(name);

	return *name != '.' && n > 5 && streq(name + n - 5, ".json");
}

/* A folder that cannot be read has no descriptors for us. */
static int list_folder(struct listed *l, const char *folder)
{
	DIR *d = opendir(folder);
	const struct dirent *e;
	int err = 0;

	if (!d)
		return 0;
	while (!err && (e = readdir(d)))
		if (is_json(e->d_name))
			err = listed_add(l, folder, e->d_name);
	closedir(d);
	return err;
}

/* "DIR:DIR", the later masks. */
static char *search_path(void)
{
	const char *path = getenv("VMSPEC_FIRMWARE_PATH"), *config = getenv("XDG_CONFIG_HOME"),
		   *home = getenv("HOME");

	if (path)
		return strdup(path);
	if (config && *config == '/')
		return vms_asprintf("/usr/share/qemu/firmware:/etc/qemu/firmware:%s/qemu/firmware", config);
	if (home && *home == '/')
		return vms_asprintf("/usr/share/qemu/firmware:/etc/qemu/firmware:%s/.config/qemu/firmware",
				    home);
	return strdup("/usr/share/qemu/firmware:/etc/qemu/firmware");
}

static bool is_hidden(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && st.st_size == 0;
}

static const char *name_of(const char *path)
{
	return strrchr(path, '/') + 1; /* listed_add() put one there */
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(name_of(*(char *const *)a), name_of(*(char *const *)b));
}

int descriptor_list(char ***ret)
{
	_cleanup_(listed_clear) struct listed l = { .n = 0 };
	_cleanup_free_ char *path = search_path();
	_cleanup_strv_ char **kept = NULL;
	char *save = NULL;
	size_t n = 0;
	int err = 0;

	if (!path)
		return -ENOMEM;
	for (char *dir = strtok_r(path, ":", &save); dir && !err; dir = strtok_r(NULL, ":", &save))
		err = list_folder(&l, dir);
	if (l.n > 0)
		qsort(l.paths, l.n_paths, sizeof(*l.paths), compare_names);
	for (size_t i = 0; i < l.n_paths && !err; i++)
		if (!is_hidden(l.paths[i]))
			err = vms_strv_push(&kept, &n, l.paths[i]);
	if (err)
		return err;
	*ret = kept;
	kept = NULL;
	return 0;
}

/* At most DESCRIPTOR_MAX bytes into `buf`; how many, or -errno. */
static ssize_t read_bounded(const char *path, char *buf)
{
	/* a FIFO in that place must not hold us up */
	_cleanup_close_ int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	size_t len = 0;
	ssize_t n;

	if (fd < 0)
		return -errno;
	while (len <= DESCRIPTOR_MAX && (n = read(fd, buf + len, DESCRIPTOR_MAX + 1 - len)) != 0) {
		if (n < 0)
			return -errno;
		len += (size_t)n;
	}
	return len > DESCRIPTOR_MAX ? -EFBIG : (ssize_t)len;
}

int descriptor_read(const char *path, struct json_object **ret)
{
	_cleanup_free_ char *buf = malloc(DESCRIPTOR_MAX + 1);
	ssize_t len = buf ? read_bounded(path, buf) : -ENOMEM;
	struct json_object *o = NULL;
	int err = len < 0 ? (int)len : vms_json_parse(buf, (size_t)len, &o);

	if (err)
		return err;
	if (!json_object_is_type(o, json_type_object)) {
		json_object_put(o);
		return -EBADMSG;
	}
	*ret = o;
	return 0;
}

/* Does the list `key` hold a string for which `match` holds? */
static bool any(struct json_object *o, const char *key, bool (*match)(const char *item, const char *with),
		const char *with)
{
	struct json_object *list = vms_json_get(o, key, json_type_array);

	for (size_t i = 0; i < vms_json_items(list); i++) {
		struct json_object *item = json_object_array_get_idx(list, i);

		if (json_object_is_type(item, json_type_string) && match(json_object_get_string(item), with))
			return true;
	}
	return false;
}

static bool same(const char *item, const char *with)
{
	return streq(item, with);
}

/* `machine` without a version is an alias of the newest "machine-VERSION". */
static bool machine_matches(const char *glob, const char *machine)
{
	const char *rest = startswith(glob, machine);

	return fnmatch(glob, machine, 0) == 0 || (rest && *rest == '-');
}

bool descriptor_serves(struct json_object *o, const char *qemu_arch, const char *machine)
{
	struct json_object *targets = vms_json_get(o, "targets", json_type_array);

	if (!any(o, "interface-types", same, "uefi"))
		return false;
	for (size_t i = 0; targets && i < json_object_array_length(targets); i++) {
		struct json_object *target = json_object_array_get_idx(targets, i);
		const char *arch = vms_json_get_string(target, "architecture");

		if (arch && streq(arch, qemu_arch) &&
		    (!machine || any(target, "machines", machine_matches, machine)))
			return true;
	}
	return false;
}

bool descriptor_has_feature(struct json_object *o, const char *feature)
{
	return any(o, "features", same, feature);
}

/* { "filename": "/...", "format": "raw" }. The format becomes a word of QEMU's command line. */
static int take_file(struct json_object *o, const char *key, char **ret, char **ret_format)
{
	struct json_object *file = vms_json_get(o, key, json_type_object);
	const char *name = vms_json_get_string(file, "filename"),
		   *format = vms_json_get_string(file, "format");

	if (!name || !*name || !format)
		return -EBADMSG;
	if (!streq(format, "raw") && !streq(format, "qcow2"))
		return -EOPNOTSUPP;
	*ret = strdup(name);
	*ret_format = strdup(format);
	return *ret && *ret_format ? 0 : -ENOMEM;
}

static int take_flash(struct json_object *mapping, struct boot_firmware *f)
{
	const char *mode = vms_json_get_string(mapping, "mode"); /* since QEMU 6.1 */
	int err;

	if (mode && !streq(mode, "split") && !streq(mode, "stateless"))
		return -EOPNOTSUPP;
	f->flash = true;
	err = take_file(mapping, "executable", &f->code, &f->code_format);
	if (err || (mode && streq(mode, "stateless")))
		return err;
	return take_file(mapping, "nvram-template", &f->vars_template, &f->vars_format);
}

static int take_memory(struct json_object *mapping, struct boot_firmware *f)
{
	const char *name = vms_json_get_string(mapping, "filename");

	if (!name || !*name)
		return -EBADMSG;
	f->code = strdup(name);
	f->code_format = strdup("raw");
	return f->code && f->code_format ? 0 : -ENOMEM;
}

int descriptor_files(struct json_object *o, struct boot_firmware *ret)
{
	_cleanup_(boot_firmware_clear) struct boot_firmware f = { 0 };
	struct json_object *mapping = vms_json_get(o, "mapping", json_type_object);
	const char *device = vms_json_get_string(mapping, "device");
	int err = -EOPNOTSUPP;

	if (!device)
		return -EBADMSG;
	if (streq(device, "flash"))
		err = take_flash(mapping, &f);
	else if (streq(device, "memory"))
		err = take_memory(mapping, &f);
	if (err)
		return err;
	*ret = f;
	f = (struct boot_firmware){ 0 };
	return 0;
}
