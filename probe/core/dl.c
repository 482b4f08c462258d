/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Late opening of libraries; see dl.h. */
#include <dlfcn.h>
#include <errno.h>
#include <string.h>

#include "dl.h"
#include "util.h"

#ifdef VMS_STATIC
int vms_dl_link(void **handle, const char *soname _unused_, const struct vms_dl_symbol *symbols)
{
	for (const struct vms_dl_symbol *s = symbols; s->name; s++)
		memcpy(s->slot, &s->name, sizeof(s->name));
	*handle = handle;
	return 0;
}

/* A static program that opens a library would bring a second libc into itself. */
int vms_dl_open(void **handle _unused_, const char *soname _unused_,
		const struct vms_dl_symbol *symbols _unused_)
{
	return -ENOENT;
}
#else
int vms_dl_link(void **handle, const char *soname, const struct vms_dl_symbol *symbols)
{
	return vms_dl_open(handle, soname, symbols);
}

/* Why dlopen(3) failed: by its words alone (not translated where nobody called setlocale). */
static int why_not(void)
{
	const char *why = dlerror();

	/* "cannot create shared object descriptor", "cannot allocate symbol search list: ..." */
	if (!why || strstr(why, ": cannot create ") || strstr(why, ": cannot allocate ") ||
	    strstr(why, strerror(ENOMEM)))
		return vms_no_memory();
	if (strstr(why, strerror(EMFILE)) || strstr(why, strerror(ENFILE)))
		return -EMFILE;
	return -ENOENT;
}

int vms_dl_open(void **handle, const char *soname, const struct vms_dl_symbol *symbols)
{
	void *h = *handle;

	if (h)
		return 0;
	h = dlopen(soname, RTLD_NOW | RTLD_NODELETE);
	if (!h)
		return why_not();
	for (const struct vms_dl_symbol *s = symbols; s->name; s++) {
		void *f = dlsym(h, s->name);

		if (!f) {
			dlclose(h);
			return -ENOSYS;
		}
		memcpy(s->slot, &f, sizeof(f));
	}
	*handle = h;
	return 0;
}
#endif
