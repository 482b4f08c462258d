/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where the initial ramdisk of the running kernel lies: as the kernel's command
 * line says (the EFI stub's initrd=), else in the image that systemd-stub started, else as the boot
 * loader's entry says, else beside
 * the kernel that the boot loader started, else where distributions put the one of
 * that release or inside a unified kernel image on the ESP.
 */
#ifndef VMS_RAMDISK_H
#define VMS_RAMDISK_H

#include "core/machine.h"

#define RAMDISK_MAX 8

/* A file, or the .initrd section of one. */
struct ramdisk {
	char *path; /* owned */
	int fd;
	uint64_t off, size;
	bool section;	      /* of a unified kernel image */
	const char *recorded; /* NULL; or there is no fd, and this lists the modules */
};

struct ramdisks {
	struct ramdisk at[RAMDISK_MAX];
	size_t n;
	/* The command line names them: all of `at` together are the ramdisk. Else
	 * each is one that may have been booted. */
	bool named;
	/* Nothing names them: whatever looks like one, to be told by what is in it. */
	bool guessed;
	/* No entry of a boot loader is to be seen, and the place alone does not tell that this
	 * is all of the ramdisk: ostree loads overlays beside the one of a deployment, a
	 * file without a release in its name (Arch) may go with another kernel, and a command line that
	 * cannot be read may name any. */
	bool loose;
	/* Set: the ramdisk could not be found or opened, and why; owned. */
	char *why;
	char *list; /* what `recorded` points into; owned */
};

/* -ENOMEM alone is returned. `release`: NULL when not known. */
int ramdisks_find(struct vms_machine *m, const char *release, struct ramdisks *ret) _must_check_;
void ramdisks_clear(struct ramdisks *r);

/*
 * The .initrd sections of a unified kernel image, one for each of its profiles, when its
 * .uname is `release`. `started`: this is known to be the image that was started, and may lack a
 * .uname, as older tools left it. -ENOENT: no such section, or of another release; -EBADMSG: no PE;
 * -errno of reading.
 */
#define UKI_INITRDS 4
struct uki_section {
	uint64_t off, size;
};
int uki_initrd(int fd, uint64_t size, const char *release, bool started, struct uki_section *ret,
	       size_t *ret_n);

/* ---- what ramdisk_*.c share ---------------------------------------------------- */

/* One path: 1 added, 0 absent, -ENOMEM. One that cannot be opened is named in `why`, and
 * counts as added. */
int ramdisks_try(struct vms_machine *m, struct ramdisks *r, const char *path) _must_check_;

/* A file that is open, or a section of it; takes `fd`. The same file by another path is not
 * taken twice. -ENOMEM. */
int ramdisks_add(struct ramdisks *r, const char *path, int fd, uint64_t off, uint64_t size,
		 bool section) _must_check_;

/* The first thing that stood in the way is the one to name; takes `why`. -ENOMEM. */
int ramdisks_blocked(struct ramdisks *r, char *why) _must_check_;

/* Where the ESP, or the extended boot loader partition, is mounted. */
#define RAMDISK_ESPS 3
extern const char *const ramdisk_esps[RAMDISK_ESPS];

/* As the boot loader says: entries of the Boot Loader Specification, BOOT_IMAGE. 0, also
 * where it says nothing; -ENOMEM. */
int ramdisks_of_loader(struct vms_machine *m, struct ramdisks *r, const char *release) _must_check_;

/* Those inside the unified images of that release on the ESP; 0 or -ENOMEM. */
int ramdisks_of_images(struct vms_machine *m, struct ramdisks *r, const char *release) _must_check_;

/* Where systemd-stub started the kernel: that of its image, or why it is not to be seen. 0, also where the
 * stub was not there; -ENOMEM. */
int ramdisks_of_stub(struct vms_machine *m, struct ramdisks *r, const char *release) _must_check_;

/* Of those that were found by their places: may the kernel have been given another one by the hypervisor, by
 * firmware that is none of UEFI, or by the kernel that started it? Where that can't be ruled out, it stands
 * in the way. 0 or -ENOMEM. */
int ramdisks_of_this_boot(struct vms_machine *m, struct ramdisks *r) _must_check_;

/* Where distributions put the one of a release. */
int ramdisks_of_release(struct vms_machine *m, struct ramdisks *r, const char *release) _must_check_;

#endif
