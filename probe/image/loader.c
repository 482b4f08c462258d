/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The removable media path: \EFI\BOOT\BOOTAA64.EFI and BOOTARM.EFI (UEFI 2.10,
 * 3.5.1.1). Reads the directories, the loader's cluster chain and its PE headers;
 * the loader itself is not read: sections that end inside the file, and a chain that
 * holds the file's size, show that it is whole.
 */
#include <errno.h>
#include "image/image.h"

static const char *const loader_names[IMAGE_N_LOADERS] = { "BOOTAA64.EFI", "BOOTARM.EFI" };

/* The bytes of one file, for the PE reader. */
struct file_source {
	const struct fat_volume *volume;
	const struct fat_file *file;
};

static int file_read(void *ctx, uint64_t off, void *buf, size_t len)
{
	const struct file_source *s = ctx;
	struct vms_why why;

	return fat_read(s->volume, s->file, off, buf, len, &why);
}

int image_read_pe(const struct fat_volume *v, const struct fat_file *f, struct pe_image *ret,
		  struct vms_why *why)
{
	struct file_source source = { v, f };
	struct vms_disk bytes;
	int r;

	vms_disk_init(&bytes, f->size, file_read, &source);
	r = pe_read(&bytes, ret, why);
	vms_disk_clear(&bytes);
	return r;
}

int image_read_signature(const struct image_esp *esp, const struct image_loader *l, struct pe_signature *ret)
{
	struct file_source source = { &esp->fat, &l->file };
	struct vms_disk bytes;
	int r;

	vms_disk_init(&bytes, l->file.size, file_read, &source);
	r = pe_read_signature(&bytes, l->pe.cert_offset, l->pe.cert_size, ret);
	vms_disk_clear(&bytes);
	return r;
}

static int loader_judge(const struct image_esp *esp, struct image_loader *l)
{
	int r;

	if (l->file.directory)
		return vms_broken(&l->why, "it is a directory");
	r = fat_check_chain(&esp->fat, &l->file, &l->extra_clusters, &l->why);
	return r < 0 ? r : image_read_pe(&esp->fat, &l->file, &l->pe, &l->why);
}

/* One entry of \EFI\BOOT. */
static int loader_visit(void *ctx, const struct fat_file *f)
{
	static const struct {
		const char *name, *machine;
	} others[] = {
		{ "BOOTAA64.EFI", "AArch64" },	    { "BOOTARM.EFI", "AArch32" },
		{ "BOOTX64.EFI", "x86-64" },	    { "BOOTIA32.EFI", "x86" },
		{ "BOOTIA64.EFI", "Itanium" },	    { "BOOTRISCV64.EFI", "RISC-V 64" },
		{ "BOOTRISCV32.EFI", "RISC-V 32" }, { "BOOTLOONGARCH64.EFI", "LoongArch 64" },
	};
	struct image_esp *esp = ctx;

	for (unsigned i = 0; i < IMAGE_N_LOADERS; i++) {
		struct image_loader *l = &esp->loaders[i];

		if (l->there || (!fat_same_name(f->name, loader_names[i]) &&
				 !fat_same_name(f->short_name, loader_names[i])))
			continue;
		l->there = true;
		l->file = *f;
	}
	for (size_t i = 0; i < ARRAY_SIZE(others); i++) {
		size_t n = strlen(esp->others);

		if (fat_same_name(f->name, others[i].name))
			snprintf(esp->others + n, sizeof(esp->others) - n, "%s%s (for %s)", n ? ", " : "",
				 others[i].name, others[i].machine);
	}
	return 0;
}

/* A directory below `parent` on the way to the loader. */
static int boot_directory(const struct image_esp *esp, uint32_t parent, const char *name, const char *shown,
			  uint32_t *ret, struct vms_why *why)
{
	struct vms_why detail = { "" };
	struct fat_file f;
	int r = fat_find(&esp->fat, parent, name, &f, &detail);

	if (r == 0 && !f.directory)
		return vms_broken(why, "%s is a file, not a directory", shown);
	if (r == 0)
		r = fat_check_directory(&esp->fat, f.first, &detail);
	if (r == -ENOENT)
		snprintf(why->text, sizeof(why->text), "the ESP has no directory %s", shown);
	else if (r == -EBADMSG)
		return vms_broken(why, "the directory %s cannot be read: %.180s", shown, detail.text);
	else if (r == 0)
		*ret = f.first;
	return r;
}

/* List \EFI\BOOT; the reason why that cannot be done counts for every loader. */
static int boot_list(struct image_esp *esp, struct vms_why *why)
{
	uint32_t efi = 0, boot = 0;
	struct vms_why detail;
	int r = boot_directory(esp, esp->fat.root, "EFI", "\\EFI", &efi, why);

	if (r == 0)
		r = boot_directory(esp, efi, "BOOT", "\\EFI\\BOOT", &boot, why);
	if (r < 0)
		return r;
	r = fat_list(&esp->fat, boot, loader_visit, esp, &detail);
	if (r == -EBADMSG || r == -EFBIG)
		return vms_broken(why, "the directory \\EFI\\BOOT cannot be read: %.180s", detail.text);
	return r;
}

int image_read_loaders(struct image_esp *esp)
{
	struct vms_why why = { "" };
	int r = boot_list(esp, &why);

	for (unsigned i = 0; i < IMAGE_N_LOADERS; i++) {
		struct image_loader *l = &esp->loaders[i];

		l->why = why;
		l->err = r;
		if (r == 0 && l->there) {
			l->err = loader_judge(esp, l);
		} else if (r == 0) {
			l->err = -ENOENT;
			snprintf(l->why.text, sizeof(l->why.text), "\\EFI\\BOOT has no %s", loader_names[i]);
		}
		if (l->err == -ENXIO)
			l->err = vms_broken(&l->why, "the image ends inside it");
		if (l->err == -ENOMEM)
			return -ENOMEM;
	}
	return 0;
}
