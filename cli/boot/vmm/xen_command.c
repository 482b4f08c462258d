// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The commands of a Xen domain. The image is the read-only origin of a device-mapper snapshot, whose
 * changes go into a file of ours; the seed is a FAT image. Loop devices are let go as soon as a
 * device-mapper device holds them: the kernel frees them with it, so that what a run can leave
 * behind is a domain and device-mapper devices, all named vmspec-*.
 */
#include <errno.h>
#include <sys/stat.h>
#include "boot/media/espkernel.h"
#include "boot/media/fatimage.h"
#include "boot/media/firmware.h"
#include "image/image.h"
#include "xen_driver.h"

static void device_name(const struct xen *x, const char *what, char (*buf)[80])
{
	snprintf(*buf, sizeof(*buf), "%s-%s", x->name, what);
}

static bool is_block_device(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISBLK(st.st_mode);
}

static void add_loop(struct commands *c, const char *file, bool read_only, const char *variable)
{
	commands_new(c, "losetup");
	commands_words(c, "--find", "--show", NULL);
	if (read_only)
		commands_word(c, "--read-only");
	commands_word(c, "%s", file);
	commands_into(c, variable);
}

/* The device that holds it frees it. */
static void add_let_go(struct commands *c, const char *variable)
{
	commands_new(c, "losetup");
	commands_word(c, "--detach");
	commands_word(c, "$%s", variable);
	commands_expand(c);
}

static void add_mapped(struct commands *c, const char *name, bool read_only)
{
	commands_new(c, "dmsetup");
	commands_words(c, "create", name, NULL);
	if (read_only)
		commands_word(c, "--readonly");
	commands_word(c, "--table");
	commands_expand(c);
}

static int do_fat(char *const words[])
{
	return fat_image(words[1], words[2], "CIDATA");
}

static void add_disk(struct commands *c, const struct xen *x, const char *cow)
{
	const struct boot_setup *s = x->vm.cell->setup;
	unsigned long long sectors = s->image_bytes / 512;
	bool block = is_block_device(s->image);
	char name[80];

	device_name(x, "disk", &name);
	commands_fill(c, cow, (unsigned)(s->image_bytes >> 20) + 64);
	if (!block)
		add_loop(c, s->image, true, "origin");
	add_loop(c, cow, false, "changes");
	add_mapped(c, name, false);
	commands_word(c, "0 %llu snapshot %s $changes N 8", sectors, block ? s->image : "$origin");
	if (!block)
		add_let_go(c, "origin");
	add_let_go(c, "changes");
}

static void add_seed(struct commands *c, const struct xen *x, const char *image)
{
	char name[80];

	commands_new(c, "fat-image");
	commands_words(c, x->vm.seed, image, NULL);
	if (!c->err)
		c->list[c->n - 1].builtin = do_fat;
	add_loop(c, image, true, "seed");
	device_name(x, "seed", &name);
	add_mapped(c, name, true);
	commands_word(c, "0 %u linear $seed 0", FAT_IMAGE_SECTORS);
	add_let_go(c, "seed");
}

static void add_plug(struct commands *c, const struct xen *x, const char *file)
{
	char name[80];

	commands_fill(c, file, (VMM_PLUG_BYTES >> 20) + 1);
	add_loop(c, file, false, "plug");
	device_name(x, "plug", &name);
	add_mapped(c, name, false);
	commands_word(c, "0 %u linear $plug 0", VMM_PLUG_BYTES / 512);
	add_let_go(c, "plug");
}

/* A setting of the domain: xl.cfg(5). */
static void set_text(struct commands *c, const char *key, const char *value)
{
	commands_word(c, "%s=\"%s\"", key, value);
}

static void add_disks(struct commands *c, const struct xen *x, bool seed)
{
	char disk[80], seed_name[80];

	device_name(x, "disk", &disk);
	device_name(x, "seed", &seed_name);
	if (seed)
		commands_word(c, "disk=[\"phy:/dev/mapper/%s,%s,w\", \"phy:/dev/mapper/%s,%s,r\"]", disk,
			      XEN_DISK, seed_name, XEN_SEED);
	else
		commands_word(c, "disk=[\"phy:/dev/mapper/%s,%s,w\"]", disk, XEN_DISK);
}

/* mcopy -i IMAGE@@OFFSET ::/PATH FILE */
static int do_esp_copy(char *const words[])
{
	_cleanup_free_ char *image = strdup(words[2]);
	char *at = image ? strstr(image, "@@") : NULL;
	uint64_t esp;

	if (!at)
		return image ? -EINVAL : -ENOMEM;
	for (char *later; (later = strstr(at + 2, "@@"));)
		at = later; /* of the image's own name */
	esp = strtoull(at + 2, NULL, 10);
	*at = '\0';
	return esp_copy(image, esp, words[3] + 2, words[4]);
}

static void add_esp_copy(struct commands *c, const struct boot_setup *s, const char *file, const char *dir,
			 const char *to)
{
	commands_new(c, "mcopy");
	commands_word(c, "-i");
	commands_word(c, "%s@@%llu", s->image, (unsigned long long)s->esp);
	commands_word(c, "::%s", file);
	commands_word(c, "%s/%s", dir, to);
	if (!c->err)
		c->list[c->n - 1].builtin = do_esp_copy;
}

static void add_kernel_files(struct commands *c, const struct boot_cell *cell, const char *dir)
{
	const struct boot_setup *s = cell->setup;

	if (!cell->facts->direct || !s->from_esp)
		return;
	add_esp_copy(c, s, s->kernel, dir, "kernel");
	if (s->initrd)
		add_esp_copy(c, s, s->initrd, dir, "initrd");
}

static void set_file(struct commands *c, const char *key, const struct boot_setup *s, const char *file,
		     const char *dir, const char *copy)
{
	if (s->from_esp)
		commands_word(c, "%s=\"%s/%s\"", key, dir, copy);
	else
		set_text(c, key, file);
}

static void add_kernel(struct commands *c, const struct boot_cell *cell, const char *dir)
{
	const struct boot_setup *s = cell->setup;

	if (!cell->facts->direct) {
		set_text(c, "kernel", cell->firmware->code);
		return;
	}
	set_file(c, "kernel", s, s->kernel, dir, "kernel");
	if (s->initrd)
		set_file(c, "ramdisk", s, s->initrd, dir, "initrd");
	/* the PV console is where the agent is heard: the last console= is /dev/console */
	commands_word(c, "extra=\"%s%sconsole=hvc0\"", s->append ? s->append : "", s->append ? " " : "");
}

static void add_domain(struct commands *c, const struct xen *x, const char *dir, bool shown)
{
	const struct boot_cell *cell = x->vm.cell;

	commands_new(c, "xl");
	commands_words(c, "create", shown ? "-c" : "-F", "/dev/null", NULL);
	set_text(c, "name", x->name);
	set_text(c, "type", "pvh");
	add_kernel(c, cell, dir);
	commands_word(c, "memory=%u", cell->setup->memory);
	commands_word(c, "vcpus=%u", cell->setup->smp);
	if (cell->facts->hw == VMS_HW_ACPI)
		commands_word(c, "acpi=1");
	if (cell->facts->vuart)
		set_text(c, "vuart", "sbsa_uart");
	set_text(c, "on_poweroff", "destroy");
	set_text(c, "on_reboot", "restart");
	set_text(c, "on_crash", "destroy");
	add_disks(c, x, !shown && x->vm.seed);
}

int xen_commands(struct vmm *vm, bool shown, struct commands *prepare, struct commands *start)
{
	const struct xen *x = xen_of(vm);
	const char *dir = shown ? "." : vm->dir;
	_cleanup_free_ char *cow = vms_asprintf("%s/changes", dir), *seed = vms_asprintf("%s/seed.img", dir),
			    *plug = vms_asprintf("%s/plug", dir);

	if (!cow || !seed || !plug)
		return -ENOMEM;
	add_disk(prepare, x, cow);
	if (!shown && vm->seed)
		add_seed(prepare, x, seed);
	if (!vm->cell->once)
		add_plug(prepare, x, plug);
	add_kernel_files(prepare, vm->cell, dir);
	add_domain(start, x, dir, shown);
	return prepare->err ? prepare->err : start->err;
}

void xen_removal(const struct xen *x, struct commands *c)
{
	static const char *const devices[] = { "disk", "seed", "plug" };

	commands_new(c, "xl");
	commands_words(c, "destroy", x->name, NULL);
	for (size_t i = 0; i < ARRAY_SIZE(devices); i++) {
		char name[80];

		device_name(x, devices[i], &name);
		commands_new(c, "dmsetup");
		commands_words(c, "remove", "--retry", name, NULL);
	}
}
