/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Is the variable store part of the disk image? Chapter Virtual Firmware: it belongs
 * to the VM instance. A firmware without a store of its own keeps its variables in a
 * file on the EFI system partition: U-Boot in ubootefi.var, which it tells by the
 * variable RTStorageVolatile where they can be set at run time (EBBR 2.2); EDK II for x86
 * without flash in NvVars, which no EDK II for Arm has the code for.
 *
 * No file system can be written by firmware while an OS runs. So where SetVariable
 * works at run time and no RTStorageVolatile is there, the store is no such file.
 */
#include <errno.h>

#include "core/span.h"
#include "kernel/esp.h"
#include "kernel/kconfig.h"
#include "chapter.h"
#include "efi.h"
#include "efivars.h"

#define VOLATILE "RTStorageVolatile-b2ac5fc9-92b7-4acd-aeac-11e818c3130c"

enum esp_seen {
	ESP_NOT_MOUNTED,
	ESP_LISTED,
	ESP_BLOCKED, /* it may be there, `place` could not be listed */
};

struct store_facts {
	enum esp_seen esp;
	const char *place;	       /* where it was seen, or not */
	int err;		       /* ESP_BLOCKED */
	char *file;		       /* a store of the firmware's maker on it; owned */
	const struct store_name *made; /* whose that file is */
};

static const struct store_name {
	const char *name;
	const char *vendor; /* as it stands in the firmware's own name */
	bool x86;	    /* that firmware writes it on x86 alone */
} stores[] = {
	{ "ubootefi.var", "U-Boot", false },
	{ "NvVars", "EDK II", true },
};

static int look_into_esp(struct vms_machine *m, struct store_facts *s, unsigned place)
{
	char *const *names = NULL;
	int err = esp_list(m, place, &names);

	if (err == -ENOMEM)
		return err;
	if (err < 0) {
		if (err != -ENOENT && s->esp == ESP_NOT_MOUNTED) {
			s->esp = ESP_BLOCKED;
			s->place = esp_place(place);
			s->err = err;
		}
		return 0;
	}
	s->esp = ESP_LISTED;
	s->place = esp_place(place);
	for (size_t i = 0; i < ARRAY_SIZE(stores) && !s->file; i++) {
		const char *name = esp_find_name(names, stores[i].name);

		if (!name)
			continue;
		s->file = vms_asprintf("%s/%s", s->place, name);
		s->made = &stores[i];
		if (!s->file)
			return -ENOMEM;
	}
	return 0;
}

static int find_store(struct vms_machine *m, struct store_facts *s)
{
	int err = 0;

	for (unsigned i = 0; i < ESP_PLACES && !err && !s->file; i++)
		err = look_into_esp(m, s, i);
	return err;
}

/* One unit of UTF-16 as UTF-8; of a pair of surrogates nothing is made. */
static size_t put_utf8(char *to, unsigned unit)
{
	if (unit < 0x80)
		return to[0] = (char)unit, 1;
	if (unit < 0x800)
		return to[0] = (char)(0xc0 | unit >> 6), to[1] = (char)(0x80 | (unit & 0x3f)), 2;
	to[0] = (char)(0xe0 | unit >> 12);
	to[1] = (char)(0x80 | (unit >> 6 & 0x3f));
	to[2] = (char)(0x80 | (unit & 0x3f));
	return 3;
}

/* The name of a file, printable: U-Boot gives a C string, others UEFI's own, UTF-16. A C string
 * has a NUL at its end alone. NULL: -ENOMEM. */
static char *file_name(const struct vms_buf *data)
{
	struct vms_span raw = vms_buf_span(data);
	size_t len = strnlen(data->data, raw.len), n = 0;
	char text[3 * 200];
	uint16_t unit;

	if (len + 1 >= raw.len || raw.len % 2)
		return vms_printable(data->data, MIN(len, (size_t)200));
	for (size_t at = 0; at < 400 && span_le16(raw, at, &unit) && unit; at += 2)
		n += put_utf8(text + n, unit);
	return vms_printable(text, n);
}

/* The firmware's own word: 1: it names a file, which is in *ret; 0: it names none; -errno. */
static int read_volatile(struct vms_machine *m, char **ret)
{
	_cleanup_buf_ struct vms_buf data = { NULL, 0 };
	uint32_t attributes;
	int err = efivar_get(m, VOLATILE, &attributes, &data);

	if (err == -ENOENT)
		return 0;
	if (err < 0)
		return err;
	*ret = file_name(&data);
	if (!*ret)
		return -ENOMEM;
	return **ret ? 1 : -EBADMSG;
}

static int judge_file(struct vms_result *r, const struct store_facts *s, const char *vendor)
{
	vms_evidence(r, s->file, "there, as %s keeps its variables%s", s->made->vendor,
		     s->made->x86 ? " on x86" : "");
	if (!vendor)
		return vms_unknown(r, "%s lies on the ESP, and whose firmware this is can't be seen",
				   s->file);
	if (!strstr(vendor, s->made->vendor))
		return vms_pass(r, "the firmware is %s, whose store is not %s", vendor, s->file);
	if (s->made->x86) {
		vms_remedy(r, VMS_GUEST_ADMIN, "delete %s, boot twice, and see whether it comes back",
			   s->file);
		return vms_unknown(
			r,
			"%s lies on the ESP, which %s writes on x86 alone: a machine of that sort may "
			"have left it there",
			s->file, s->made->vendor);
	}
	vms_remedy(r, VMS_HYPERVISOR,
		   "keep the VM's variables in a store of their own (flash, a file on the host), "
		   "not on the disk of the image");
	return vms_fail(r, "the firmware keeps its variables in a file of the ESP, so in the image: %s",
			s->file);
}

/* By SetVariable at run time, as far as efivarfs shows it. *ret; -ENOMEM. */
static int settable(struct vms_machine *m, const struct efivars_facts *f, const struct efi_facts *efi,
		    bool *ret)
{
	_cleanup_free_ char *release = NULL;
	int err = kernel_release(m->root, &release);

	if (err == -ENOMEM)
		return err;
	*ret = f->mounted == EFIVARS_MOUNTED && !f->read_only;
	/* before 5.8 efivarfs is read-write whatever the firmware's RT properties table says: one that U-Boot
	 * makes says no */
	if ((!efi->vendor || strstr(efi->vendor, "U-Boot")) && kernel_is_before(release, 5, 8))
		*ret = false;
	return 0;
}

/* Nothing was found: was everything looked at? */
static int judge_none(struct vms_result *r, const struct store_facts *s, const struct efivars_facts *f,
		      int err_listed, bool can_set)
{
	if (can_set && err_listed == 0) {
		if (s->file)
			vms_evidence(r, s->file, "there, and no store that could be written at run time");
		vms_evidence(r, "/proc/self/mountinfo",
			     f->mount_read_only ? "efivarfs itself is read-write (this mount of it is not)"
						: "efivarfs is mounted read-write");
		return vms_pass(
			r,
			"variables can be set at run time, and no RTStorageVolatile says that the store is a "
			"file of the ESP");
	}
	if (s->esp == ESP_LISTED && err_listed == 0)
		return vms_pass(r, "no RTStorageVolatile, and no store on the ESP");
	if (err_listed < 0)
		return vms_blocked(r, EFIVARS_DIR, err_listed);
	if (s->esp == ESP_BLOCKED)
		return vms_blocked(r, s->place, s->err);
	vms_remedy(r, VMS_GUEST_ADMIN, "mount the ESP (/boot/efi or /efi) and look again");
	return vms_unknown(r, "the ESP is not mounted, or not recorded: a store on it would not be seen");
}

/* Could the variables be listed? An empty folder is efivarfs that is not mounted. */
static int listed(const struct efivars_facts *f)
{
	if (f->err < 0)
		return f->err;
	return f->n ? 0 : -ENODEV;
}

static int judge(struct vms_machine *m, struct vms_result *r, struct store_facts *s)
{
	const struct efivars_facts *f = efivars_read(m);
	const struct efi_facts *efi = efi_read(m);
	_cleanup_free_ char *named = NULL;
	int err, err_listed;
	bool can_set;

	if (!f || !efi || settable(m, f, efi, &can_set) < 0)
		return -ENOMEM;
	err = read_volatile(m, &named);
	err_listed = err < 0 ? err : listed(f);
	if (err == -ENOMEM || err == -EBADMSG)
		return err == -ENOMEM ? err : vms_unknown(r, VOLATILE " could not be understood");
	if (err > 0) {
		vms_evidence(r, EFIVARS_DIR "/" VOLATILE, "%s", named);
		vms_remedy(r, VMS_HYPERVISOR,
			   "keep the VM's variables in a store of their own (flash, a file on the "
			   "host), not on the disk of the image");
		return vms_fail(r,
				"the firmware keeps its variables in a file of the ESP, so in the image: %s",
				named);
	}
	if (err_listed == 0)
		vms_evidence(r, EFIVARS_DIR, "%zu variables, no RTStorageVolatile", f->n);
	err = find_store(m, s);
	if (err < 0)
		return err;
	if (s->esp == ESP_LISTED && !s->file)
		vms_evidence(r, s->place, "no ubootefi.var, no NvVars");
	if (s->file && (!can_set || err_listed < 0 || s->made->x86))
		return judge_file(r, s, efi->vendor);
	return judge_none(r, s, f, err_listed, can_set);
}

static int check_store(struct vms_machine *m, struct vms_result *r)
{
	struct store_facts s = { .esp = ESP_NOT_MOUNTED };
	int err = judge(m, r, &s);

	free(s.file);
	return err;
}

static const struct vms_check checks[] = {
	{
		.id = "VMSPEC-EFIVARIABLE-STORE",
		.title = "the variable store is not part of the image",
		.needs = { "VMSPEC-EFIVARIABLE" },
		.kinds = VMS_KIND_MACHINE,
		.machine_fn = check_store,
		.reads =
			"RTStorageVolatile in " EFIVARS_DIR
			"; the names in the mounted ESP (/boot/efi, /efi, /boot, "
			"/boot/firmware); whether efivarfs is mounted read-write; the firmware's name; the kernel's release",
		.passes = "the firmware names no file, and either variables can be set at run time or the "
			  "ESP holds no "
			  "store of this firmware",
		.fails = "RTStorageVolatile names a file; ubootefi.var lies on the ESP under a U-Boot that "
			 "cannot set variables at run time",
		.mends = "the hypervisor, by firmware with a store of its own",
	},
};

VMS_CHECKS(vms_checks_store, "Virtual firmware", checks);
