/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Libraries that only some runs need are opened when they are needed: linking
 * them all costs more than a whole verdict. An ELF note (.note.dlopen, the
 * uapi-group's "ELF dlopen metadata") tells packagers about each.
 */
#ifndef VMS_DL_H
#define VMS_DL_H

#include <stddef.h>

struct vms_dl_symbol {
	const char *name;
	void *slot; /* address of a function pointer */
};

/*
 * Open `soname` once and fill all `symbols` (ended by a NULL name); *handle
 * keeps it. 0; -ENOENT: no such library here; -ENOSYS: it lacks a symbol; -ENOMEM, -EMFILE.
 */
int vms_dl_open(void **handle, const char *soname, const struct vms_dl_symbol *symbols);

/*
 * As vms_dl_open(), for a library that a static build (make STATIC=1) has inside, where
 * nothing is opened and nothing can be absent. Its symbols are all named by VMS_DL_SYMBOL:
 * a function of the library's header, and the member of the same name in `lib`.
 */
#ifdef VMS_STATIC
#define VMS_DL_SYMBOL(lib, function)                                                                         \
	{                                                                                                    \
		(const char *)(const void *)(function), &(lib).function                                      \
	}
#else
#define VMS_DL_SYMBOL(lib, function)                                                                         \
	{                                                                                                    \
#function, &(lib).function                                                                   \
	}
#endif
#define VMS_DL_SYMBOLS_END                                                                                   \
	{                                                                                                    \
		NULL, NULL                                                                                   \
	}
int vms_dl_link(void **handle, const char *soname, const struct vms_dl_symbol *symbols);

/* The note: one a library, at file scope. `json` is one object of the metadata's array. */
#ifdef VMS_STATIC
#define VMS_DLOPEN_NOTE(ident, json) _Static_assert(sizeof(json) > 1, #ident " is not opened")
#else
#define VMS_DLOPEN_NOTE(ident, json)                                                                         \
	__attribute__((used, section(".note.dlopen"), aligned(4))) static const struct {                     \
		unsigned n_namesz, n_descsz, n_type;                                                         \
		char name[4];                                                                                \
		_Alignas(4) char desc[sizeof("[" json "]")];                                                 \
	} vms_dlopen_note_##ident = { 4, sizeof("[" json "]"), 0x407c0c0aU, "FDO", "[" json "]" }
#endif

#endif
