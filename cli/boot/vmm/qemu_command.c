// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The QEMU command line of a cell: the machine "virt" with what the cell asks for, and as
 * little else as a guest needs. Nothing of the host's configuration, no network beyond the
 * VM itself.
 */
#include <errno.h>
#include "boot/media/firmware.h"
#include "qemu_driver.h"

/* Files of a cell, in its folder, or where a person stands. */
struct files {
	const char *code; /* a copy of the firmware that fills its bank; NULL: it is taken as it is */
	const char *vars; /* NULL: the firmware has no store */
	char overlay[200], code_copy[200], vars_copy[200];
};

/* A file name inside an option: a comma in it stands twice. NULL: out of memory. */
static char *quoted(const char *file)
{
	char *out = malloc(2 * strlen(file) + 1), *p = out;

	for (; out && *file; file++) {
		*p++ = *file;
		if (*file == ',')
			*p++ = ',';
	}
	if (out)
		*p = '\0';
	return out;
}

static void add_file(struct commands *w, const char *option, const char *before, const char *file)
{
	_cleanup_free_ char *name = quoted(file);

	if (!name)
		w->err = -ENOMEM;
	commands_word(w, "%s", option);
	commands_word(w, "%s%s", before, name ? name : "");
}

const char *qemu_program(const struct boot_cell *cell)
{
	if (cell->setup->qemu)
		return cell->setup->qemu;
	/* under KVM a 64-bit host runs its AArch32 guests itself */
	return cell->facts->aarch32 && !cell->kvm ? "qemu-system-arm" : "qemu-system-aarch64";
}

static const char *cpu(const struct boot_cell *cell)
{
	if (cell->kvm)
		return cell->facts->aarch32 && sizeof(long) == 8 ? "host,aarch64=off" : "host";
	return cell->facts->aarch32 ? "cortex-a15" : "cortex-a57";
}

static void add_machine(struct commands *w, const struct boot_cell *cell)
{
	const struct vms_cell *c = cell->facts;
	static const char *const acpi[] = {
		[VMS_HW_DEFAULT] = "", [VMS_HW_ACPI] = ",acpi=on", [VMS_HW_DT] = ",acpi=off"
	};
	char gic[24] = "";

	if (c->gic)
		snprintf(gic, sizeof(gic), ",gic-version=%u", c->gic);
	commands_new(w, qemu_program(cell));
	commands_word(w, "-nodefaults");
	commands_word(w, "-no-user-config");
	commands_word(w, "-name");
	commands_word(w, "vmspec-%s", c->name);
	commands_word(w, "-accel");
	commands_word(w, "%s", cell->kvm ? "kvm" : "tcg");
	commands_word(w, "-machine");
	commands_word(w, "virt%s%s%s", c->aarch32 ? ",highmem=off" : "", gic, acpi[c->hw]);
	commands_word(w, "-cpu");
	commands_word(w, "%s", cpu(cell));
	commands_word(w, "-smp");
	commands_word(w, "%u", cell->setup->smp);
	commands_word(w, "-m");
	commands_word(w, "%u", cell->setup->memory);
	commands_word(w, "-display");
	commands_word(w, "none");
}

/* Else it is qcow2, which has its size from its making. */
static bool store_is_raw(const struct boot_firmware *f)
{
	return !f->vars_format || streq(f->vars_format, "raw");
}

static void add_firmware(struct commands *w, const struct boot_cell *cell, const struct files *files)
{
	const struct boot_firmware *f = cell->firmware;
	_cleanup_free_ char *code = NULL, *vars = NULL;

	if (!f)
		return;
	if (!f->flash) {
		commands_word(w, "-bios");
		commands_word(w, "%s", f->code);
		return;
	}
	code = vms_asprintf("if=pflash,unit=0,readonly=on,format=%s,file=", f->code_format);
	vars = vms_asprintf("if=pflash,unit=1,format=%s,file=", store_is_raw(f) ? "raw" : f->vars_format);
	if (!code || !vars) {
		w->err = -ENOMEM;
		return;
	}
	add_file(w, "-drive", code, files->code ? files->code : f->code);
	if (files->vars)
		add_file(w, "-drive", vars, files->vars);
}

/* The disk that is judged, from an overlay: the image itself is never written. */
static void add_disks(struct commands *w, const struct files *files, const char *seed, const char *bus)
{
	add_file(w, "-blockdev", "driver=file,node-name=disk-file,filename=", files->overlay);
	commands_word(w, "-blockdev");
	commands_word(w, "driver=qcow2,node-name=" QEMU_NODE_DISK ",file=disk-file");
	commands_word(w, "-device");
	commands_word(w, "virtio-blk-%s,drive=" QEMU_NODE_DISK ",bootindex=0", bus);
	if (seed) {
		add_file(w, "-blockdev", "driver=vvfat,node-name=seed,label=CIDATA,read-only=on,dir=", seed);
		commands_word(w, "-device");
		commands_word(w, "virtio-blk-%s,drive=seed", bus);
	}
	commands_word(w, "-object");
	commands_word(w, "rng-builtin,id=rng");
	commands_word(w, "-device");
	commands_word(w, "virtio-rng-%s,rng=rng", bus);
	/* a network that leads nowhere: what waits for an address gets one */
	commands_word(w, "-netdev");
	commands_word(w, "user,id=net,restrict=on");
	commands_word(w, "-device");
	commands_word(w, "virtio-net-%s,netdev=net,mac=52:54:00:76:6d:01%s", bus,
		      streq(bus, "pci") ? ",romfile=" : "");
}

static void add_channels(struct commands *w, const struct vmm *vm, const char *bus)
{
	commands_word(w, "-chardev");
	commands_word(w, "socket,id=qmp,path=%s/qmp", vm->dir);
	commands_word(w, "-mon");
	commands_word(w, "chardev=qmp,mode=control");
	commands_word(w, "-chardev");
	commands_word(w, "socket,id=console,path=%s/console", vm->dir);
	commands_word(w, "-serial");
	commands_word(w, "chardev:console");
	commands_word(w, "-device");
	commands_word(w, "virtio-serial-%s", bus);
	commands_word(w, "-chardev");
	commands_word(w, "socket,id=verdict,path=%s/verdict", vm->dir);
	commands_word(w, "-device");
	commands_word(w, "virtserialport,chardev=verdict,name=org.vmspec.verdict");
}

/* Two slots that can take a device while the guest runs, and what goes into them. */
static void add_slots(struct commands *w)
{
	commands_word(w, "-device");
	commands_word(w, "pcie-root-port,id=slot-blk,chassis=1,slot=1");
	commands_word(w, "-device");
	commands_word(w, "pcie-root-port,id=slot-net,chassis=2,slot=2");
	commands_word(w, "-blockdev");
	commands_word(w, "driver=null-co,node-name=" QEMU_BACKEND_DISK ",size=%u,read-zeroes=on",
		      VMM_PLUG_BYTES);
	commands_word(w, "-netdev");
	commands_word(w, "hubport,id=" QEMU_BACKEND_NIC ",hubid=0");
}

static void name_file(char (*buf)[200], const struct vmm *vm, bool shown, const char *name)
{
	snprintf(*buf, sizeof(*buf), "%s%s%s", shown ? "" : vm->dir, shown ? "" : "/", name);
}

static void name_files(struct files *files, const struct vmm *vm, bool shown)
{
	const struct boot_firmware *f = vm->cell->firmware;

	name_file(&files->overlay, vm, shown, "overlay.qcow2");
	name_file(&files->code_copy, vm, shown, "code.fd");
	name_file(&files->vars_copy, vm, shown, "vars.fd");
	files->code = f->flash && f->pad ? files->code_copy : NULL;
	files->vars = f->flash && (f->vars_template || f->blank_store) ? files->vars_copy : NULL;
}

static void add_preparation(struct commands *c, const struct boot_cell *cell, const struct files *files)
{
	const struct boot_firmware *f = cell->firmware;

	commands_new(c, "qemu-img");
	commands_words(c, "create", "-q", "-f", "qcow2", "-F", cell->setup->image_format, "-b",
		       cell->setup->image, files->overlay, NULL);
	if (files->code) { /* QEMU takes firmware in flash only as large as the bank */
		commands_copy(c, f->code, files->code);
		commands_fill(c, files->code, BOOT_FLASH_BANK >> 20);
	}
	if (files->vars && f->vars_template)
		commands_copy(c, f->vars_template, files->vars);
	if (files->vars && store_is_raw(f))
		commands_fill(c, files->vars, BOOT_FLASH_BANK >> 20);
}

int qemu_commands(struct vmm *vm, bool shown, struct commands *prepare, struct commands *start)
{
	const struct boot_cell *cell = vm->cell;
	const char *bus = cell->facts->bus == VMS_BUS_MMIO ? "device" : "pci";
	struct files files = { 0 };

	name_files(&files, vm, shown);
	add_preparation(prepare, cell, &files);
	add_machine(start, cell);
	add_firmware(start, cell, &files);
	add_disks(start, &files, shown ? NULL : vm->seed, bus);
	if (shown) {
		commands_word(start, "-serial");
		commands_word(start, "mon:stdio");
	} else {
		add_channels(start, vm, bus);
	}
	/* where nothing is to be plugged, the machine stays as the hypervisor makes it */
	if (cell->facts->bus == VMS_BUS_PCI && !cell->once)
		add_slots(start);
	if (!shown && files.vars && !qemu_of(vm)->vars) {
		qemu_of(vm)->vars = strdup(files.vars);
		if (!qemu_of(vm)->vars)
			return -ENOMEM;
	}
	return prepare->err ? prepare->err : start->err;
}
