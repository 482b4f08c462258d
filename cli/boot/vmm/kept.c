// SPDX-License-Identifier: GPL-2.0-or-later
/* Logs under --keep: what a guest says has no end of its own, so they have one. */
#include <errno.h>
#include "core/util.h"
#include "kept.h"

int kept_open(struct kept *k, const char *dir, const char *name)
{
	_cleanup_free_ char *path = dir ? vms_asprintf("%s/%s", dir, name) : NULL;

	*k = (struct kept){ .file = path ? fopen(path, "we") : NULL };
	if (dir && !path)
		return -ENOMEM;
	return dir && !k->file ? -errno : 0;
}

void kept_write(struct kept *k, const char *data, size_t len)
{
	size_t room = (size_t)(KEPT_MAX - k->bytes);

	if (!k->file || room == 0)
		return;
	fwrite(data, 1, MIN(len, room), k->file);
	k->bytes += MIN(len, room);
	if (len >= room)
		fprintf(k->file, "\n[vmspec-boot keeps no more than %u MiB]\n", KEPT_MAX >> 20);
	fflush(k->file); /* of a run that is killed, too */
}

void kept_raw(void *kept, const char *data, size_t len)
{
	kept_write(kept, data, len);
}

void kept_close(struct kept *k)
{
	if (k->file)
		fclose(k->file);
	*k = (struct kept){ 0 };
}
