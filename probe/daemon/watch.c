// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Block and network devices that come and go while the guest runs, by udev's
 * events, into RUN_DIR/hotplug: evidence for VMSPEC-HOTPLUG. Only those count whose
 * place on a PCI or Xen bus came or went with them: a module that was loaded late
 * makes the same events for a card that was there all along.
 */
#include <errno.h>
#include <libudev.h>
#include <time.h>

#include "daemon.h"

#define KEPT_LINES  16
#define KEPT_PLACES 32

struct watch {
	const struct daemon_options *options;
	struct udev *udev;
	struct udev_monitor *monitor;
	char *arrived[KEPT_PLACES]; /* places on a bus that came since we watch */
	char *left[KEPT_PLACES];    /* "block vdb /devices/...": gone, but its place is still there */
	size_t n_arrived, n_left;
	char *lines[KEPT_LINES]; /* as in the file, oldest first */
	size_t n_lines;
};

/* Takes `s`; the oldest goes where there is no room. */
static void keep(char **list, size_t *n, size_t max, char *s)
{
	if (!s)
		return;
	if (*n == max) {
		free(list[0]);
		memmove(list, list + 1, (max - 1) * sizeof(*list));
		(*n)--;
	}
	list[(*n)++] = s;
}

static void forget(char **list, size_t *n, size_t i)
{
	free(list[i]);
	memmove(list + i, list + i + 1, (*n - i - 1) * sizeof(*list));
	(*n)--;
}

/* Is `path` at or below `place`? */
static bool is_below(const char *path, const char *place)
{
	const char *rest = startswith(path, place);

	return rest && (*rest == '/' || *rest == '\0');
}

static void note(struct watch *w, const char *action, const char *device)
{
	time_t now = time(NULL);
	char when[32] = "?";
	struct tm tm;

	if (gmtime_r(&now, &tm))
		strftime(when, sizeof(when), "%Y-%m-%dT%H:%M:%SZ", &tm);
	keep(w->lines, &w->n_lines, KEPT_LINES, vms_asprintf("%s %s %.180s", when, action, device));
}

static void write_lines(const struct watch *w)
{
	_cleanup_free_ char *text = NULL;
	size_t len = 0;
	FILE *f = vms_memstream(&text, &len);
	int err;

	if (!f)
		return;
	for (size_t i = 0; i < w->n_lines; i++)
		fprintf(f, "%s\n", w->lines[i]);
	if (fclose(f) == EOF)
		return;
	err = publish_file(w->options->run_dir, "hotplug", text, len);
	if (err < 0)
		fprintf(stderr, TOOL ": hotplug: %s\n", vms_error_text(err));
}

static bool place_came_or_went(struct watch *w, const char *action, const char *path)
{
	bool noted = false;

	if (streq(action, "add"))
		keep(w->arrived, &w->n_arrived, KEPT_PLACES, strdup(path));
	if (!streq(action, "remove"))
		return false;
	for (size_t i = w->n_arrived; i-- > 0;)
		if (is_below(w->arrived[i], path))
			forget(w->arrived, &w->n_arrived, i);
	for (size_t i = w->n_left; i-- > 0;)
		if (is_below(strchr(w->left[i], '/'), path)) {
			note(w, "remove", w->left[i]);
			forget(w->left, &w->n_left, i);
			noted = true;
		}
	return noted;
}

static bool device_came_or_went(struct watch *w, const char *action, const char *subsystem, const char *name,
				const char *path)
{
	char *device = vms_asprintf("%s %s %s", subsystem, name, path);
	bool noted = false;

	if (!device)
		return false;
	if (streq(action, "remove") && *path == '/') {
		keep(w->left, &w->n_left, KEPT_PLACES, device);
		return false; /* noted when its place goes, too */
	}
	for (size_t i = 0; streq(action, "add") && !noted && i < w->n_arrived; i++)
		if (is_below(path, w->arrived[i])) {
			note(w, "add", device);
			noted = true;
		}
	free(device);
	return noted;
}

static bool read_event(struct watch *w, struct udev_device *d)
{
	const char *action = udev_device_get_action(d), *subsystem = udev_device_get_subsystem(d);
	const char *path = udev_device_get_devpath(d), *name = udev_device_get_sysname(d);
	const char *type = udev_device_get_devtype(d);

	/* SYNTH_UUID: asked for through a `uevent` file, as at boot */
	if (!action || !subsystem || !path || !name || udev_device_get_property_value(d, "SYNTH_UUID"))
		return false;
	if (streq(subsystem, "pci") || streq(subsystem, "xen"))
		return place_came_or_went(w, action, path);
	if (streq(subsystem, "block") && (!type || !streq(type, "disk")))
		return false;
	return device_came_or_went(w, action, subsystem, name, path);
}

bool watch_read(struct watch *w)
{
	struct udev_device *d;
	bool noted = false, lost;

	errno = 0;
	while ((d = udev_monitor_receive_device(w->monitor))) {
		noted |= read_event(w, d);
		udev_device_unref(d);
		errno = 0;
	}
	lost = errno == ENOBUFS; /* more came at once than the socket holds: nobody knows what */
	if (noted)
		write_lines(w);
	return noted || lost;
}

int watch_fd(const struct watch *w)
{
	return udev_monitor_get_fd(w->monitor);
}

void watch_close(struct watch *w)
{
	if (!w)
		return;
	while (w->n_arrived)
		free(w->arrived[--w->n_arrived]);
	while (w->n_left)
		free(w->left[--w->n_left]);
	while (w->n_lines)
		free(w->lines[--w->n_lines]);
	udev_monitor_unref(w->monitor);
	udev_unref(w->udev);
	free(w);
}

int watch_open(const struct daemon_options *o, struct watch **ret)
{
	static const char *const subsystems[] = { "block", "net", "pci", "xen" };
	struct watch *w = calloc(1, sizeof(*w));
	int err = 0;

	if (!w)
		return -ENOMEM;
	w->options = o;
	w->udev = udev_new();
	w->monitor = w->udev ? udev_monitor_new_from_netlink(w->udev, "udev") : NULL;
	if (!w->monitor)
		err = -ENOTSUP;
	for (size_t i = 0; !err && i < ARRAY_SIZE(subsystems); i++)
		err = udev_monitor_filter_add_match_subsystem_devtype(w->monitor, subsystems[i], NULL);
	if (!err)
		err = udev_monitor_enable_receiving(w->monitor);
	if (err < 0) {
		watch_close(w);
		return err;
	}
	*ret = w;
	return 0;
}
