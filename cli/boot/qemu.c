// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The QEMU command line of a cell: the machine "virt" with what the cell asks for, and as
 * little else as a guest needs. Nothing of the host's configuration, no network beyond the
 * VM itself.
 */
#include <errno.h>
#include <sys/utsname.h>
#include "process.h"
#include "qemu.h"

struct words {
	char **list;
	size_t n;
	int err;
};

static void _printf_(2, 3) add(struct words *w, const char *fmt, ...)
{
	char *word = NULL;
	va_list ap;
	int n;

	if (w->err)
		return;
	va_start(ap, fmt);
	n = vasprintf(&word, fmt, ap);
	va_end(ap);
	if (n < 0)
		word = NULL;
	w->err = word ? vms_strv_push(&w->list, &w->n, word) : -ENOMEM;
	free(word);
}

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

static void add_file(struct words *w, const char *option, const char *before, const char *file)
{
	_cleanup_free_ char *name = quoted(file);

	if (!name)
		w->err = -ENOMEM;
	add(w, "%s", option);
	add(w, "%s%s", before, name ? name : "");
}

bool qemu_can_kvm(bool aarch32)
{
	struct utsname u;

	if (uname(&u) < 0 || access("/dev/kvm", R_OK | W_OK) < 0)
		return false;
	return startswith(u.machine, "aarch64") || (aarch32 && startswith(u.machine, "armv"));
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

static void add_machine(struct words *w, const struct boot_cell *cell)
{
	const struct vms_cell *c = cell->facts;
	static const char *const acpi[] = {
		[VMS_HW_DEFAULT] = "", [VMS_HW_ACPI] = ",acpi=on", [VMS_HW_DT] = ",acpi=off"
	};
	char gic[24] = "";

	if (c->gic)
		snprintf(gic, sizeof(gic), ",gic-version=%u", c->gic);
	add(w, "%s", qemu_program(cell));
	add(w, "-nodefaults");
	add(w, "-no-user-config");
	add(w, "-name");
	add(w, "vmspec-%s", c->name);
	add(w, "-accel");
	add(w, "%s", cell->kvm ? "kvm" : "tcg");
	add(w, "-machine");
	add(w, "virt%s%s%s", c->aarch32 ? ",highmem=off" : "", gic, acpi[c->hw]);
	add(w, "-cpu");
	add(w, "%s", cpu(cell));
	add(w, "-smp");
	add(w, "%u", cell->setup->smp);
	add(w, "-m");
	add(w, "%u", cell->setup->memory);
	add(w, "-display");
	add(w, "none");
}

bool qemu_store_is_raw(const struct boot_firmware *f)
{
	return !f->vars_format || streq(f->vars_format, "raw");
}

static void add_firmware(struct words *w, const struct boot_cell *cell, const struct boot_files *files)
{
	const struct boot_firmware *f = cell->firmware;
	_cleanup_free_ char *code = NULL, *vars = NULL;

	if (!f)
		return;
	if (!f->flash) {
		add(w, "-bios");
		add(w, "%s", f->code);
		return;
	}
	code = vms_asprintf("if=pflash,unit=0,readonly=on,format=%s,file=", f->code_format);
	vars = vms_asprintf("if=pflash,unit=1,format=%s,file=",
			    qemu_store_is_raw(f) ? "raw" : f->vars_format);
	if (!code || !vars) {
		w->err = -ENOMEM;
		return;
	}
	add_file(w, "-drive", code, files->code ? files->code : f->code);
	if (files->vars)
		add_file(w, "-drive", vars, files->vars);
}

/* The disk that is judged, from an overlay: the image itself is never written. */
static void add_disks(struct words *w, const struct boot_files *files, const char *bus)
{
	add_file(w, "-blockdev", "driver=file,node-name=disk-file,filename=", files->overlay);
	add(w, "-blockdev");
	add(w, "driver=qcow2,node-name=disk,file=disk-file");
	add(w, "-device");
	add(w, "virtio-blk-%s,drive=disk,bootindex=0", bus);
	if (files->seed) {
		add_file(w, "-blockdev",
			 "driver=vvfat,node-name=seed,label=CIDATA,read-only=on,dir=", files->seed);
		add(w, "-device");
		add(w, "virtio-blk-%s,drive=seed", bus);
	}
	add(w, "-object");
	add(w, "rng-builtin,id=rng");
	add(w, "-device");
	add(w, "virtio-rng-%s,rng=rng", bus);
	/* a network that leads nowhere: what waits for an address gets one */
	add(w, "-netdev");
	add(w, "user,id=net,restrict=on");
	add(w, "-device");
	add(w, "virtio-net-%s,netdev=net,mac=52:54:00:76:6d:01%s", bus, streq(bus, "pci") ? ",romfile=" : "");
}

static void add_channels(struct words *w, const struct boot_files *files, const char *bus)
{
	_cleanup_free_ char *log = quoted(files->console);

	if (!log)
		w->err = -ENOMEM;
	add(w, "-chardev");
	add(w, "socket,id=qmp,path=%s/qmp", files->dir);
	add(w, "-mon");
	add(w, "chardev=qmp,mode=control");
	add(w, "-chardev");
	add(w, "socket,id=console,path=%s/console,logappend=on,logfile=%s", files->dir, log ? log : "");
	add(w, "-serial");
	add(w, "chardev:console");
	add(w, "-device");
	add(w, "virtio-serial-%s", bus);
	add(w, "-chardev");
	add(w, "socket,id=verdict,path=%s/verdict", files->dir);
	add(w, "-device");
	add(w, "virtserialport,chardev=verdict,name=org.vmspec.verdict");
}

/* Two slots that can take a device while the guest runs, and what goes into them. */
static void add_slots(struct words *w)
{
	add(w, "-device");
	add(w, "pcie-root-port,id=slot-blk,chassis=1,slot=1");
	add(w, "-device");
	add(w, "pcie-root-port,id=slot-net,chassis=2,slot=2");
	add(w, "-blockdev");
	add(w, "driver=null-co,node-name=plug-blk,size=1048576,read-zeroes=on");
	add(w, "-netdev");
	add(w, "hubport,id=plug-net,hubid=0");
}

int qemu_command(const struct boot_cell *cell, const struct boot_files *files, bool channels, char ***ret)
{
	const char *bus = cell->facts->bus == VMS_BUS_MMIO ? "device" : "pci";
	struct words w = { 0 };

	add_machine(&w, cell);
	add_firmware(&w, cell, files);
	add_disks(&w, files, bus);
	if (channels) {
		add_channels(&w, files, bus);
	} else {
		add(&w, "-serial");
		add(&w, "mon:stdio");
	}
	/* where nothing is to be plugged, the machine stays as the hypervisor makes it */
	if (cell->facts->bus == VMS_BUS_PCI && !cell->once)
		add_slots(&w);
	if (w.err) {
		vms_strv_free(w.list);
		return w.err;
	}
	*ret = w.list;
	return 0;
}

char *qemu_version(const struct boot_cell *cell)
{
	char said[200] = "";
	char *const argv[] = { strdupa(qemu_program(cell)), (char[]){ "--version" }, NULL };
	const char *v;

	if (process_run(argv, said, sizeof(said)) != 0)
		return NULL;
	v = strstr(said, "version ");
	return v ? strndup(v + 8, strcspn(v + 8, " \n")) : NULL;
}
