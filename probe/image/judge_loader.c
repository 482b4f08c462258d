/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The checks on the boot loader at the removable media path. */
#include <errno.h>
#include <inttypes.h>
#include "image/judge.h"

#define ADVICE_LOADER                                                                                        \
	"install the boot loader to the removable media path (grub-install --removable, bootctl install)"

/* PE32+ or PE32, machine, subsystem; states fail, or returns false. */
static bool wrong_program(struct vms_result *r, const char *path, const struct pe_image *pe, bool plus,
			  uint16_t machine)
{
	char found[48], wanted[48];

	if (pe->machine != machine)
		vms_fail(r, "%s is for another machine: %s, not %s", path,
			 pe_machine_text(pe->machine, found), pe_machine_text(machine, wanted));
	else if (pe->plus != plus)
		vms_fail(r, "%s is %s, not %s", path, pe->plus ? "PE32+" : "PE32", plus ? "PE32+" : "PE32");
	else if (pe->subsystem != PE_SUBSYSTEM_EFI_APPLICATION)
		vms_fail(r, "%s is no EFI application (10): %s", path,
			 pe_subsystem_text(pe->subsystem, found));
	else
		return false;
	return true;
}

static int no_loader(const struct image_esp *esp, const struct image_loader *l, struct vms_result *r)
{
	vms_remedy(r, VMS_IMAGE, "%s", ADVICE_LOADER);
	if (!esp->others[0]) {
		vms_evidence(r, "\\EFI\\BOOT", "%s", l->why.text);
		return vms_fail(r, "%s", l->why.text);
	}
	vms_evidence(r, "\\EFI\\BOOT", "%s", esp->others);
	return vms_fail(r, "%s, only %s", l->why.text, esp->others);
}

static int check_loader(struct vms_image *image, struct vms_result *r, enum image_loader_kind which)
{
	static const struct {
		const char *path;
		bool plus;
		uint16_t machine;
	} wanted[] = {
		[IMAGE_AA64] = { "\\EFI\\BOOT\\BOOTAA64.EFI", true, PE_MACHINE_AARCH64 },
		[IMAGE_ARM] = { "\\EFI\\BOOT\\BOOTARM.EFI", false, PE_MACHINE_ARMNT },
	};
	const char *path = wanted[which].path;
	const struct image_loader *l;
	char machine[48], subsystem[48];
	int err;
	const struct image_esp *esp = judge_deciding(image, r, &err);

	if (!esp || esp->err < 0)
		return esp ? vms_skip(r, "the ESP cannot be read") : err;
	l = &esp->loaders[which];
	if (l->err == -ENOENT)
		return no_loader(esp, l, r);
	if (l->err < 0) {
		vms_remedy(r, VMS_IMAGE, "%s", ADVICE_LOADER);
		return judge_not_sound(image, r, l->err, &l->why, l->there ? path : NULL);
	}
	vms_evidence(r, path, "%s, %s, %s, %u sections, %" PRIu32 " bytes%s%s", l->pe.plus ? "PE32+" : "PE32",
		     pe_machine_text(l->pe.machine, machine), pe_subsystem_text(l->pe.subsystem, subsystem),
		     l->pe.n_sections, l->file.size, l->pe.kind ? ": " : "", l->pe.kind ? l->pe.kind : "");
	if (l->extra_clusters)
		vms_evidence(r, path, "its cluster chain goes on behind its last byte: harmless");
	if (l->pe.fixed_at)
		vms_evidence(r, path,
			     "it has no relocations and can only be loaded at address 0x%" PRIX64
			     ": firmware refuses it where that memory is not free",
			     l->pe.fixed_at);
	if (!l->pe.relocations_told)
		vms_evidence(r, path,
			     "fewer than 6 data directories, so no word about relocations: EDK II starts it, "
			     "U-Boot crashes");
	if (wrong_program(r, path, &l->pe, wanted[which].plus, wanted[which].machine)) {
		vms_remedy(r, VMS_IMAGE, "%s", ADVICE_LOADER);
		return 0;
	}
	return vms_pass(r, "%s is an EFI application for %s", path,
			which == IMAGE_AA64 ? "AArch64" : "AArch32");
}

int judge_bootaa64(struct vms_image *image, struct vms_result *r)
{
	int err = image_esps(image);

	if (err < 0)
		return err;
	if (image->arch == VMS_IMAGE_AARCH32)
		return vms_skip(r, "judged for AArch32 (--arch)");
	if (image_is_aarch32(image))
		return vms_skip(r, "an image for AArch32: BOOTARM.EFI is there and BOOTAA64.EFI is not");
	return check_loader(image, r, IMAGE_AA64);
}

int judge_bootarm(struct vms_image *image, struct vms_result *r)
{
	int err = image_esps(image);
	const struct image_esp *esp;

	if (err < 0)
		return err;
	esp = image_deciding_esp(image);
	if (image->arch == VMS_IMAGE_AARCH64)
		return vms_skip(r, "judged for AArch64 (--arch)");
	if (image->arch == VMS_IMAGE_AUTO && esp && esp->err == 0 && !esp->loaders[IMAGE_ARM].there)
		return vms_skip(r, "no BOOTARM.EFI: not meant for AArch32");
	return check_loader(image, r, IMAGE_ARM);
}

static int unsigned_loader(struct vms_result *r, const char *path)
{
	vms_evidence(r, path, "no certificate table");
	return vms_skip(r, "%s is not signed: where Secure Boot is on, firmware answers \"Access Denied\"",
			path);
}

int judge_signed(struct vms_image *image, struct vms_result *r)
{
	const struct image_loader *l;
	struct pe_signature s;
	const char *path;
	int err;
	const struct image_esp *esp = judge_deciding(image, r, &err);

	if (!esp)
		return err;
	l = image_loader(image);
	path = image_is_aarch32(image) ? "\\EFI\\BOOT\\BOOTARM.EFI" : "\\EFI\\BOOT\\BOOTAA64.EFI";
	if (!l || l->err == -EBADMSG || l->err == -ENOENT)
		return vms_skip(r, "there is no sound loader");
	if (l->err < 0)
		return judge_cannot_read(image, r, l->err);
	err = image_read_signature(esp, l, &s);
	if (err < 0)
		return err;
	if (s.err == -ENOENT)
		return unsigned_loader(r, path);
	for (unsigned i = 0; i < MIN(s.n, SIGNERS_MAX); i++)
		vms_evidence(r, path, "signed by %s", s.signers[i]);
	if (s.err == 0)
		return vms_pass(r, "%s is signed by %s", path, s.signers[0]);
	if (s.err == -EBADMSG)
		return vms_unknown(r, "%s carries a signature that cannot be made out: %s", path, s.why.text);
	return judge_cannot_read(image, r, s.err);
}
