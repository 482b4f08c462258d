/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * VMSPEC-OS-DRIVER-*: pass, fail and unknown over made-up machines, with real
 * initial ramdisks; and what must never make one fail.
 */
#include <errno.h>
#include <sys/stat.h>

#include "fixture.h"

#define REL    "6.1.0-50-arm64"
#define CONFIG "/boot/config-" REL
#define MODS   "/usr/lib/modules/" REL

static const char *const all[] = {
	"PL011",       "GICV2",		 "GICV3",	"SBSA-UART",  "VIRTIO-CONSOLE",
	"XEN-CONSOLE", "VIRTIO-PCI",	 "VIRTIO-MMIO", "VIRTIO-BLK", "VIRTIO-SCSI",
	"VIRTIO-NET",  "VIRTIO-BALLOON", "XEN-BLK",	"XEN-NET",    "XEN-BALLOON",
};

/* Several machines in one test: fixture_test() makes one. */
static struct fixture *fresh(void)
{
	void *state = NULL;
	struct fixture *f;

	assert_int_equal(fixture_setup(&state), 0);
	f = state;
	/* every kernel for arm64 has both GICs */
	fixture_write(f, "/.vmspec/machine", "armv7l\n");
	/* without UEFI the hypervisor may have loaded a ramdisk of its own */
	fixture_dir(f, "/sys/firmware/efi");
	return f;
}

static void drop(struct fixture *f)
{
	void *state = f;

	assert_int_equal(fixture_teardown(&state), 0);
}

/* Debian's: buses and disks are modules. */
static const char config[] =
	"CONFIG_ARM64=y\nCONFIG_ARM_GIC=y\nCONFIG_ARM_GIC_V3=y\nCONFIG_XEN_BLKDEV_FRONTEND=m\nCONFIG_VIRTIO_"
	"BLK=m\n"
	"CONFIG_VIRTIO_NET=m\nCONFIG_XEN_NETDEV_FRONTEND=m\nCONFIG_SERIAL_AMBA_PL011=y\nCONFIG_HVC_XEN=y\n"
	"CONFIG_SERIAL_AMBA_PL011_CONSOLE=y\n"
	"CONFIG_VIRTIO_CONSOLE=m\nCONFIG_VIRTIO_PCI=m\nCONFIG_VIRTIO_BALLOON=m\nCONFIG_VIRTIO_MMIO=m\n"
	"CONFIG_SCSI_VIRTIO=m\nCONFIG_XEN_BALLOON=y\nCONFIG_CRYPTO=y\n";
static const char dep[] =
	"kernel/drivers/block/virtio_blk.ko:\nkernel/drivers/block/xen-blkfront.ko:\nkernel/drivers/net/"
	"virtio_net.ko: a.ko\n"
	"kernel/drivers/net/xen-netfront.ko:\nkernel/drivers/char/virtio_console.ko:\n"
	"kernel/drivers/virtio/virtio_balloon.ko:\nkernel/drivers/virtio/virtio_pci.ko: kernel/b.ko\nkernel/drivers/scsi/virtio_scsi.ko: kernel/c-d.ko\n"
	"kernel/drivers/virtio/virtio_mmio.ko:\n";

static struct fixture *debian(void)
{
	struct fixture *r = fresh();

	fixture_write(r, "/proc/version", "Linux version " REL " (gcc) #1\n");
	fixture_write(r, CONFIG, config);
	fixture_write(r, MODS "/modules.builtin", "kernel/drivers/tty/serial/amba-pl011.ko\n");
	fixture_write(r, MODS "/modules.dep", dep);
	return r;
}

#define ID				"VMSPEC-OS-DRIVER-"
#define expect(r, name, status, reason) fixture_check(r, ID name, status, reason)
#define expect_evidence(r, name, status, reason, evidence)                                                   \
	fixture_check_evidence(r, ID name, status, reason, evidence)

/* `names`: those that have `status`, space between; all others have `rest`. */
static void expect_all(struct fixture *r, const char *names, enum vms_status status, enum vms_status rest)
{
	for (size_t i = 0; i < ARRAY_SIZE(all); i++) {
		char padded[32], list[300], id[64];

		snprintf(padded, sizeof(padded), " %s ", all[i]);
		snprintf(list, sizeof(list), " %s ", names);
		snprintf(id, sizeof(id), ID "%s", all[i]);
		fixture_check(r, id, strstr(list, padded) ? status : rest, "");
	}
}

#define EARLY "VIRTIO-PCI VIRTIO-MMIO VIRTIO-BLK VIRTIO-SCSI XEN-BLK"

/* A ramdisk with these modules, at `path` of the record; `pack` is a filter. */
static void ramdisk(struct fixture *r, const char *path, const char *modules, const char *pack)
{
	char cmd[1500];

	fixture_write_bytes(r, path, "", 0);
	snprintf(cmd, sizeof(cmd),
		 "set -e; t=$(mktemp -d); d=$t/usr/lib/modules/" REL "/kernel; mkdir -p $d\n"
		 "for m in %s; do echo x > $d/$m; done; cd $t; find . | cpio -o -H newc --quiet | %s > "
		 "'%s%s'; rm -rf $t",
		 modules, pack, r->root, path);
	assert_int_equal(system(cmd), 0);
}

static void no_ramdisk(void **state _unused_)
{
	struct fixture *r = debian();

	expect_all(r, EARLY, VMS_UNKNOWN, VMS_PASS);
	expect(r, "VIRTIO-BLK", VMS_UNKNOWN, "initial ramdisk");
	expect_evidence(r, "VIRTIO-NET", VMS_PASS, "module on disk", "CONFIG_VIRTIO_NET=m");
	expect(r, "GICV2", VMS_PASS, "built into");
	expect_evidence(r, "PL011", VMS_PASS, "built into", "CONFIG_SERIAL_AMBA_PL011_CONSOLE=y");
	drop(r);
}

static void in_ramdisk(void **state _unused_)
{
	static const char *const packs[] = { "cat", "gzip", "xz", "zstd", "lz4 -l", "bzip2" };
	struct fixture *r = debian();

	for (size_t i = 0; i < ARRAY_SIZE(packs); i++) {
		ramdisk(r, "/boot/initrd.img-" REL, "virtio_blk.ko virtio-pci.ko.xz b.ko", packs[i]);
		expect_all(r, "VIRTIO-MMIO VIRTIO-SCSI XEN-BLK", VMS_FAIL, VMS_PASS);
		expect_evidence(r, "VIRTIO-PCI", VMS_PASS, "in the initial ramdisk",
				"kernel/virtio-pci.ko.xz");
		expect(r, "XEN-BLK", VMS_FAIL, "nor in the initial ramdisk");
	}
	ramdisk(r, "/boot/initrd.img-" REL,
		"virtio_blk.ko virtio-pci.ko virtio_mmio.ko xen-blkfront.ko virtio_scsi.ko b.ko.gz c_d.ko.zst",
		"zstd -q");
	expect_all(r, "", VMS_FAIL, VMS_PASS);
	/* without what one depends on; a command line that nobody may read may name another that has it */
	ramdisk(r, "/boot/initrd.img-" REL,
		"virtio_blk.ko virtio-pci.ko virtio_mmio.ko xen-blkfront.ko virtio_scsi.ko b.ko.gz",
		"zstd -q");
	fixture_write(r, "/proc/cmdline", "root=LABEL=root ro\n");
	expect(r, "VIRTIO-SCSI", VMS_FAIL, "c_d");
	fixture_remove(r, "/proc/cmdline");
	fixture_link(r, "/proc/cmdline", ".vmspec-unreadable/EACCES");
	expect(r, "VIRTIO-SCSI", VMS_UNKNOWN, "");
	expect(r, "VIRTIO-BLK", VMS_PASS, "");
	drop(r);
}

/* Where distributions put it, and where the command line says it is. */
static void ramdisk_places(void **state _unused_)
{
	static const struct {
		const char *path, *extra, *text;
	} t[] = {
		{ "/boot/initrd.img-" REL, NULL, NULL },
		{ "/boot/initramfs-" REL ".img", NULL, NULL },
		{ "/boot/initrd-" REL, NULL, NULL },
		{ "/boot/initramfs-linux.img", MODS "/pkgbase", "linux\n" },
		{ "/boot/initramfs-arm64", NULL, NULL },
		{ "/boot/efi/0123/" REL "/initrd", "/etc/machine-id", "0123\n" },
		{ "/efi/debian/" REL "/initrd", "/etc/kernel/entry-token", "debian\n" },
		{ "/boot/efi/debian/initrd", "/proc/cmdline",
		  "root=/dev/vda initrd=\\debian\\initrd quiet\n" },
		{ "/efi/i", "/proc/cmdline", "initrd=\\i\n" },
		{ "/run/booted-system/initrd", NULL, NULL },
	};

	for (size_t i = 0; i < ARRAY_SIZE(t); i++) {
		struct fixture *r = debian();

		if (t[i].extra)
			fixture_write(r, t[i].extra, t[i].text);
		ramdisk(r, t[i].path, "virtio_blk.ko", "gzip");
		expect_evidence(r, "VIRTIO-BLK", VMS_PASS, "in the initial ramdisk", t[i].path);
		expect(r, "VIRTIO-PCI", VMS_FAIL, "nor in the initial ramdisk");
		drop(r);
	}
}

/* Several on the command line are one; what it names and is not there is unknown. */
static void command_line(void **state _unused_)
{
	struct fixture *r = debian();

	fixture_write(r, "/proc/cmdline", "initrd=\\a.img initrd=\\b.img\n");
	ramdisk(r, "/boot/initrd.img-" REL, "virtio_blk.ko virtio_pci.ko virtio_mmio.ko", "gzip");
	expect(r, "VIRTIO-BLK", VMS_UNKNOWN, "initrd=\\a.img, which is not to be seen");
	ramdisk(r, "/boot/efi/b.img", "virtio_blk.ko", "xz");
	expect(r, "VIRTIO-BLK", VMS_PASS, "");
	expect(r, "VIRTIO-PCI", VMS_UNKNOWN, "initrd=\\a.img");
	ramdisk(r, "/boot/efi/a.img", "virtio_pci.ko b.ko", "zstd -q");
	expect_all(r, "VIRTIO-MMIO VIRTIO-SCSI XEN-BLK", VMS_FAIL, VMS_PASS);
	drop(r);
}

/* Two that may have been booted. */
static void candidates(void **state _unused_)
{
	struct fixture *r = debian();

	fixture_write(r, "/etc/machine-id", "0123\n");
	ramdisk(r, "/boot/initrd.img-" REL, "virtio_blk.ko virtio_pci.ko", "gzip");
	ramdisk(r, "/boot/efi/0123/" REL "/initrd", "virtio_blk.ko virtio_mmio.ko", "gzip");
	expect(r, "VIRTIO-BLK", VMS_PASS, "");
	expect(r, "VIRTIO-PCI", VMS_UNKNOWN, "differ");
	expect(r, "VIRTIO-MMIO", VMS_UNKNOWN, "differ");
	expect(r, "XEN-BLK", VMS_FAIL, "");
	drop(r);
}

/* What is wrong with the ramdisk never makes a check fail. */
static void bad_ramdisks(void **state _unused_)
{
	struct fixture *r = debian();
	char full[200];

	snprintf(full, sizeof(full), "%s/boot/initrd.img-" REL, r->root);
	ramdisk(r, "/boot/initrd.img-" REL, "virtio_blk.ko", "gzip | head -c -40");
	expect_all(r, EARLY, VMS_UNKNOWN, VMS_PASS);
	fixture_write(r, "/boot/initrd.img-" REL, "hello world, this is no ramdisk\n");
	expect_all(r, EARLY, VMS_UNKNOWN, VMS_PASS);
	expect(r, "XEN-BLK", VMS_UNKNOWN, "neither cpio");
	fixture_remove(r, "/boot/initrd.img-" REL);
	fixture_fifo(r, "/boot/initrd.img-" REL);
	expect(r, "XEN-BLK", VMS_UNKNOWN, "initrd.img-" REL);
	fixture_remove(r, "/boot/initrd.img-" REL);
	fixture_dir(r, "/boot/initrd.img-" REL);
	expect(r, "XEN-BLK", VMS_UNKNOWN, "directory");
	fixture_remove(r, "/boot/initrd.img-" REL);
	ramdisk(r, "/boot/initrd.img-" REL, "virtio_blk.ko", "sed s/" REL "/5.0.0-99-arm64/g");
	expect(r, "VIRTIO-BLK", VMS_UNKNOWN, "modules of 5.0.0-99-arm64");
	if (geteuid() != 0) {
		assert_int_equal(chmod(full, 0), 0);
		expect(r, "VIRTIO-BLK", VMS_UNKNOWN, "permission denied");
	}
	drop(r);
}

/* Each option not set: its own checks fail, and no other. */
static void not_set(void **state _unused_)
{
	static const struct {
		const char *option, *module, *fails;
	} t[] = {
		{ "SERIAL_AMBA_PL011", "amba-pl011", "PL011 SBSA-UART" },
		{ "ARM_GIC", NULL, "GICV2" },
		{ "ARM_GIC_V3", NULL, "GICV3" },
		{ "VIRTIO_CONSOLE", "virtio_console", "VIRTIO-CONSOLE" },
		{ "HVC_XEN", NULL, "XEN-CONSOLE" },
		{ "VIRTIO_PCI", "virtio_pci", "VIRTIO-PCI" },
		{ "VIRTIO_MMIO", "virtio_mmio", "VIRTIO-MMIO" },
		{ "VIRTIO_BLK", "virtio_blk", "VIRTIO-BLK" },
		{ "SCSI_VIRTIO", "virtio_scsi", "VIRTIO-SCSI" },
		{ "VIRTIO_NET", "virtio_net", "VIRTIO-NET" },
		{ "VIRTIO_BALLOON", "virtio_balloon", "VIRTIO-BALLOON" },
		{ "XEN_BLKDEV_FRONTEND", "xen-blkfront", "XEN-BLK" },
		{ "XEN_NETDEV_FRONTEND", "xen-netfront", "XEN-NET" },
		{ "XEN_BALLOON", NULL, "XEN-BALLOON" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(t); i++) {
		struct fixture *r = debian();
		char cmd[700];

		ramdisk(r, "/boot/initrd.img-" REL,
			"virtio_blk.ko virtio_pci.ko virtio_mmio.ko xen-blkfront.ko virtio_scsi.ko b.ko c-d.ko",
			"gzip");
		snprintf(cmd, sizeof(cmd),
			 "cd %s && sed -i 's/^CONFIG_%s=.*/# CONFIG_%s is not set/' .%s && "
			 "sed -i '/%s.ko/d' ." MODS "/modules.dep ." MODS "/modules.builtin",
			 r->root, t[i].option, t[i].option, CONFIG, t[i].module ? t[i].module : "NOTHING");
		assert_int_equal(system(cmd), 0);
		expect_all(r, t[i].fails, VMS_FAIL, VMS_PASS);
		/* the line gone altogether: the same, as the configuration is whole */
		snprintf(cmd, sizeof(cmd), "sed -i '/CONFIG_%s is not/d' %s%s", t[i].option, r->root, CONFIG);
		assert_int_equal(system(cmd), 0);
		expect_all(r, t[i].fails, VMS_FAIL, VMS_PASS);
		drop(r);
	}
}

/* "Not mentioned" says nothing in a file that is not whole, or of another machine. */
static void not_a_whole_config(void **state _unused_)
{
	struct fixture *r = debian();

	fixture_write(r, CONFIG, "CONFIG_ARM64=y\nCONFIG_ARM_GIC=y\n");
	expect(r, "GICV2", VMS_PASS, "");
	expect(r, "GICV3", VMS_UNKNOWN, "not a whole configuration");
	expect(r, "XEN-CONSOLE", VMS_UNKNOWN, "not a whole configuration");
	fixture_write(r, CONFIG, "CONFIG_X86_64=y\nCONFIG_CRYPTO=y\n");
	expect(r, "GICV3", VMS_UNKNOWN, "not a whole configuration");
	expect(r, "VIRTIO-NET", VMS_PASS, "module on disk");
	fixture_write(r, CONFIG, "");
	expect(r, "GICV3", VMS_UNKNOWN, CONFIG);
	drop(r);
}

/* A module that is configured and nowhere to be found. */
static void modules_gone(void **state _unused_)
{
	struct fixture *r = debian();

	fixture_write(r, MODS "/modules.dep", "kernel/a.ko:\n");
	expect(r, "VIRTIO-NET", VMS_UNKNOWN, "initial ramdisk");
	ramdisk(r, "/boot/initrd.img-" REL, "virtio_balloon.ko", "gzip");
	expect(r, "VIRTIO-NET", VMS_FAIL, "nor a module on disk");
	expect(r, "VIRTIO-BALLOON", VMS_UNKNOWN, "modules.dep does not list it");
	fixture_write(r, MODS "/modules.dep", "kernel/a.ko:\nkernel/virtio_balloon.ko:\n");
	fixture_dir(r, MODS "/kernel");
	expect(r, "VIRTIO-BALLOON", VMS_PASS, "in the initial ramdisk");
	/* the index cannot be read */
	fixture_remove(r, MODS "/modules.dep");
	expect(r, "VIRTIO-NET", VMS_UNKNOWN, "modules.dep");
	/* the index names it, the file is gone */
	fixture_write(r, MODS "/modules.dep", dep);
	fixture_dir(r, MODS "/kernel/drivers/net");
	expect_evidence(r, "VIRTIO-NET", VMS_FAIL, "nor a module on disk", "virtio_net.ko: gone");
	fixture_write(r, MODS "/kernel/drivers/net/virtio_net.ko", "x");
	expect(r, "VIRTIO-NET", VMS_PASS, "module on disk");
	drop(r);
}

/* No configuration: the indexes prove something for what can be a module. */
static void no_config(void **state _unused_)
{
	struct fixture *r = debian();

	fixture_remove(r, CONFIG);
	/* selected by every arm64 kernel */
	fixture_write(r, "/.vmspec/machine", "aarch64\n");
	expect(r, "GICV2", VMS_PASS, "every kernel for arm64");
	expect(r, "GICV3", VMS_PASS, "every kernel for arm64");
	fixture_write(r, "/.vmspec/machine", "armv7l\n");
	expect_all(r, "PL011 SBSA-UART GICV2 GICV3 XEN-CONSOLE XEN-BALLOON " EARLY, VMS_UNKNOWN, VMS_PASS);
	fixture_write(r, "/proc/consoles", "tty0 -WU (EC p  ) 4:1\nttyAMA0 -W- (EC a) 204:64\n");
	expect_all(r, "GICV2 GICV3 XEN-CONSOLE XEN-BALLOON " EARLY, VMS_UNKNOWN, VMS_PASS);
	expect(r, "GICV2", VMS_UNKNOWN, "no configuration of the kernel");
	ramdisk(r, "/boot/initrd.img-" REL, "virtio_blk.ko virtio_pci.ko b.ko xen-blkfront.ko", "gzip");
	expect(r, "XEN-BLK", VMS_PASS, "in the initial ramdisk");
	/* modules.builtin lists every driver that could be a module and is none */
	expect(r, "VIRTIO-MMIO", VMS_FAIL, "nor in the initial ramdisk");
	fixture_remove(r, MODS "/modules.builtin");
	expect(r, "VIRTIO-MMIO", VMS_UNKNOWN, "no configuration of the kernel");
	drop(r);
}

/* Without a configuration: functions of built-in drivers, and drivers that are registered. */
static void seen_inside(void **state _unused_)
{
	struct fixture *r = fresh();

	fixture_write(r, "/.vmspec/machine", "armv7l\n");
	fixture_write(r, "/proc/version", "Linux version " REL " (gcc) #1\n");
	fixture_write(r, "/proc/kallsyms",
		      "0000000000000000 T _text\n0000000000000000 t pl011_startup\n"
		      "0000000000000000 t virtblk_probe\t[virtio_blk]\n0000000000000000 t netfront_probe_\n"
		      "0000000000000000 t virtnet_probe\n0000000000000000 T gic_cpu_if_down\n"
		      "0000000000000000 t xen_hvc_init\n0000000000000000 T balloon_set_new_target\n"
		      "0000000000000000 t virtio_mmio_probe");
	expect_all(r, "VIRTIO-NET GICV2 XEN-CONSOLE XEN-BALLOON", VMS_PASS, VMS_UNKNOWN);
	expect_evidence(r, "VIRTIO-NET", VMS_PASS, "built into the kernel", "virtnet_probe");
	fixture_write(r, "/proc/kallsyms",
		      "0 t pl011_startup\n0 t pl011_console_setup\n0 t blkfront_probe\n");
	expect_all(r, "PL011 SBSA-UART XEN-BLK", VMS_PASS, VMS_UNKNOWN);
	fixture_remove(r, "/proc/kallsyms");
	/* registered, with a list of modules that lacks it */
	fixture_dir(r, "/sys/bus/virtio/drivers/virtio_blk");
	fixture_dir(r, "/sys/bus/pci/drivers/virtio-pci");
	expect_all(r, "", VMS_PASS, VMS_UNKNOWN);
	fixture_write(r, "/proc/modules", "virtio_pci 1 1 - Live 0x0\n");
	expect_all(r, "VIRTIO-BLK", VMS_PASS, VMS_UNKNOWN);
	expect(r, "VIRTIO-BLK", VMS_PASS, "registered, and no module");
	drop(r);
}

/* Modules where nobody looks, file systems inside, what the kernel cannot unpack. */
static void odd_ramdisks(void **state _unused_)
{
	struct fixture *r = debian();
	char cmd[900];

	ramdisk(r, "/boot/initrd.img-" REL, "virtio_blk.ko xen-blkfront.ko",
		"sed s,usr/lib/modules,opt/lib/modulus,");
	expect(r, "VIRTIO-BLK", VMS_UNKNOWN, "outside of lib/modules");
	expect(r, "VIRTIO-MMIO", VMS_UNKNOWN, "outside of lib/modules");
	fixture_write_bytes(r, "/boot/initrd.img-" REL, "", 0);
	snprintf(cmd, sizeof(cmd),
		 "set -e; t=$(mktemp -d); d=$t/usr/lib/modules/" REL
		 "; mkdir -p $d; echo x > $d/virtio_blk.ko\n"
		 "{ printf hsqs; head -c 5000 /dev/zero; } > $t/root.img; cd $t\n"
		 "find . | LC_ALL=C sort | cpio -o -H newc --quiet | gzip > '%s/boot/initrd.img-" REL
		 "'; rm -rf $t",
		 r->root);
	assert_int_equal(system(cmd), 0);
	expect(r, "XEN-BLK", VMS_UNKNOWN, "file system of its own (squashfs, root.img)");
	expect(r, "VIRTIO-BLK", VMS_PASS, "in the initial ramdisk");
	ramdisk(r, "/boot/initrd.img-" REL, "virtio_blk.ko", "gzip");
	expect(r, "XEN-BLK", VMS_FAIL, "nor in the initial ramdisk");
	snprintf(cmd, sizeof(cmd), "echo '# CONFIG_RD_GZIP is not set' >> %s%s", r->root, CONFIG);
	assert_int_equal(system(cmd), 0);
	expect(r, "XEN-BLK", VMS_UNKNOWN, "CONFIG_RD_GZIP is not set");
	ramdisk(r, "/boot/initrd.img-" REL, "virtio_blk.ko", "xz");
	expect(r, "XEN-BLK", VMS_FAIL, "nor in the initial ramdisk");
	snprintf(cmd, sizeof(cmd), "echo 'CONFIG_INITRAMFS_SOURCE=\"/x.cpio\"' >> %s%s", r->root, CONFIG);
	assert_int_equal(system(cmd), 0);
	expect(r, "XEN-BLK", VMS_UNKNOWN, "inside the kernel");
	expect(r, "VIRTIO-BLK", VMS_PASS, "");
	drop(r);
}

/* What the boot loader's own entry names, or what lies beside the kernel it started. */
static void boot_loaders(void **state _unused_)
{
	struct fixture *r = debian();

	fixture_write(r, "/proc/cmdline",
		      "BOOT_IMAGE=(hd0,gpt2)/ostree/x-1/vmlinuz-" REL " root=UUID=1 ro\n");
	ramdisk(r, "/boot/ostree/x-1/initramfs-" REL ".img", "virtio_blk.ko", "gzip");
	ramdisk(r, "/boot/initramfs-" REL ".img", "xen-blkfront.ko", "gzip");
	expect(r, "VIRTIO-BLK", VMS_PASS, "in the initial ramdisk");
	expect(r, "XEN-BLK", VMS_FAIL, "");
	/* an entry is the word of the boot loader itself; its variables nobody knows */
	fixture_write(r, "/boot/loader/entries/a.conf",
		      "title Fedora\nversion " REL "\nlinux /ostree/x-1/vmlinuz-" REL
		      "\ninitrd /a.img /b.img $tuned_initrd\noptions root=UUID=1 ro\n");
	fixture_write(r, "/boot/loader/entries/rescue.conf", "linux /vmlinuz-0-rescue\ninitrd /c.img\n");
	ramdisk(r, "/boot/a.img", "virtio_mmio.ko", "gzip");
	expect(r, "XEN-BLK", VMS_UNKNOWN, "names /b.img");
	ramdisk(r, "/b.img", "xen-blkfront.ko", "zstd -q");
	expect_all(r, "VIRTIO-PCI VIRTIO-SCSI VIRTIO-BLK", VMS_FAIL, VMS_PASS);
	/* a second entry of that kernel: nobody knows which was chosen */
	fixture_write(r, "/boot/loader/entries/b.conf", "linux /ostree/x-1/vmlinuz-" REL "\ninitrd /c.img\n");
	expect(r, "VIRTIO-BLK", VMS_PASS, "");
	drop(r);
	r = debian();
	fixture_write(r, "/efi/loader/entries/a.conf", "version " REL "\nlinux /0/l\ninitrd /0/i\n");
	ramdisk(r, "/efi/0/i", "virtio_blk.ko", "gzip");
	expect(r, "VIRTIO-BLK", VMS_PASS, "");
	drop(r);
	/* an entry of another release is none of ours */
	r = debian();
	fixture_write(r, "/efi/loader/entries/a.conf", "linux /0/" REL "-next/l\ninitrd /0/i\n");
	ramdisk(r, "/efi/0/i", "virtio_blk.ko", "gzip");
	expect(r, "VIRTIO-BLK", VMS_UNKNOWN, "no initial ramdisk of");
	drop(r);
	/* nothing names it: whose modules are in it decides */
	r = debian();
	ramdisk(r, "/boot/initramfs.gz", "virtio_blk.ko", "gzip");
	ramdisk(r, "/boot/initramfs-next.gz", "xen-blkfront.ko", "sed s/" REL "/6.2.0-99-arm64/g | gzip");
	ramdisk(r, "/boot/initramfs-rescue.gz", "xen-blkfront.ko", "gzip");
	expect(r, "VIRTIO-BLK", VMS_PASS, "");
	expect(r, "XEN-BLK", VMS_FAIL, "");
	drop(r);
}

static void blacklisted(void **state _unused_)
{
	struct fixture *r = debian();

	fixture_write(r, "/proc/cmdline",
		      "quiet module_blacklist=foo,virtio-net,bar modprobe.blacklist=xen_netfront\n");
	expect_evidence(r, "VIRTIO-NET", VMS_FAIL, "command line", "module_blacklist=foo,virtio-net,bar");
	expect(r, "XEN-NET", VMS_FAIL, "command line");
	expect(r, "VIRTIO-BALLOON", VMS_PASS, "");
	/* at work all the same */
	fixture_write(r, "/proc/modules", "virtio_net 1 1 - Live 0x0\n");
	expect(r, "VIRTIO-NET", VMS_PASS, "loaded");
	/* what is built in is no module */
	fixture_write(r, "/proc/cmdline", "module_blacklist=amba_pl011,virtio_netx\n");
	expect(r, "PL011", VMS_PASS, "");
	drop(r);
}

/* The configuration is in a module that nobody loaded. */
static void config_in_a_module(void **state _unused_)
{
	struct fixture *r = debian();

	fixture_remove(r, CONFIG);
	fixture_write(r, MODS "/modules.dep", "kernel/kernel/configs.ko.xz:\n");
	expect(r, "XEN-CONSOLE", VMS_UNKNOWN, "no configuration");
	fixture_write(r, "/usr/lib/ostree-boot/config-" REL, config);
	expect(r, "XEN-CONSOLE", VMS_PASS, "built into");
	drop(r);
}

/* After an upgrade, until the next boot. */
static void next_kernel(void **state _unused_)
{
	struct fixture *r = debian();

	fixture_remove(r, MODS);
	fixture_write(r, "/usr/lib/modules/6.1.0-51-arm64/modules.dep", dep);
	expect(r, "VIRTIO-NET", VMS_UNKNOWN, "only modules of 6.1.0-51-arm64 are installed");
	expect(r, "VIRTIO-BLK", VMS_UNKNOWN, "only modules of 6.1.0-51-arm64 are installed");
	expect(r, "GICV2", VMS_PASS, "");
	drop(r);
}

static void contradiction(void **state _unused_)
{
	struct fixture *r = debian();

	fixture_write(r, MODS "/modules.builtin", "kernel/drivers/net/virtio_net.ko\n");
	fixture_write(r, CONFIG, "CONFIG_ARM64=y\n# CONFIG_VIRTIO_NET is not set\nCONFIG_CRYPTO=y\n");
	expect(r, "VIRTIO-NET", VMS_UNKNOWN, "contradict");
	drop(r);
}

/* Nothing but what is seen at work: no configuration, no modules. */
static void at_work(void **state _unused_)
{
	struct fixture *r = fresh();

	fixture_write(r, "/proc/version", "Linux version " REL " (gcc) #1\n");
	expect_all(r, "", VMS_PASS, VMS_UNKNOWN);
	fixture_write(r, "/proc/interrupts",
		      "           CPU0       CPU1\n 10:  3  4     GICv3  27 Level     arch_timer\n"
		      " 13:  3  4  xen-dyn-lateeoi     Edge    -event     hvc_console\nErr:          0\n");
	expect_all(r, "GICV3 XEN-CONSOLE", VMS_PASS, VMS_UNKNOWN);
	fixture_write(r, "/proc/interrupts",
		      " 10:  3  4 GIC-0  27 Level  GICv3\n 11: 2 1 GICv2m 27 hvc_console\n");
	expect_all(r, "GICV2", VMS_PASS, VMS_UNKNOWN);
	fixture_remove(r, "/proc/interrupts");
	fixture_write(r, "/proc/tty/driver/ttyAMA",
		      "serinfo:1.0 driver revision:\n0: uart:SBSA mmio:0x09000000\n");
	expect(r, "PL011", VMS_UNKNOWN, "console cannot be seen");
	fixture_write(r, "/proc/consoles", "ttyAMA0 -W- (EC a) 204:64\n");
	expect_all(r, "PL011 SBSA-UART", VMS_PASS, VMS_UNKNOWN);
	fixture_write(r, "/proc/tty/driver/ttyAMA",
		      "serinfo:1.0 driver revision:\n0: uart:PL011 rev1 mmio:0x09000000\n");
	expect_all(r, "PL011 SBSA-UART", VMS_PASS, VMS_UNKNOWN);
	fixture_write(r, "/proc/version", "Linux version 3.16.0-4-arm64 (gcc) #1\n");
	expect(r, "PL011", VMS_PASS, "at work");
	expect(r, "SBSA-UART", VMS_UNKNOWN, "4.2");
	fixture_remove(r, "/proc/tty");
	fixture_dir(r, "/sys/class/tty/ttyAMA0");
	expect_all(r, "PL011", VMS_PASS, VMS_UNKNOWN);
	fixture_remove(r, "/sys");
	fixture_remove(r, "/proc/consoles");
	fixture_dir(r, "/sys/devices/system/xen_memory");
	expect_all(r, "XEN-BALLOON", VMS_PASS, VMS_UNKNOWN);
	drop(r);
}

/* Devices on the virtio and Xen buses; built in, or loaded from where? */
static void buses_at_work(void **state _unused_)
{
	struct fixture *r = fresh();

	fixture_write(r, "/proc/version", "Linux version " REL " (gcc) #1\n");
	fixture_link(r, "/sys/bus/virtio/devices/virtio0", "../../../devices/pci0/virtio0");
	fixture_link(r, "/sys/devices/pci0/virtio0/driver", "../../../bus/virtio/drivers/virtio_blk");
	fixture_link(r, "/sys/devices/pci0/driver", "../../bus/pci/drivers/virtio-pci");
	fixture_link(r, "/sys/bus/virtio/devices/virtio1", "../../../devices/mmio/virtio1");
	fixture_link(r, "/sys/devices/mmio/virtio1/driver", "../../../bus/virtio/drivers/virtio_net");
	/* whether they are built in cannot be seen */
	expect_all(r, "VIRTIO-NET", VMS_PASS, VMS_UNKNOWN);
	fixture_write(r, "/proc/modules", "virtio_blk 1 1 - Live 0x0\nvirtio_balloon 1 1 - Live 0x0\n");
	expect_all(r, "VIRTIO-NET VIRTIO-PCI VIRTIO-BALLOON", VMS_PASS, VMS_UNKNOWN);
	expect(r, "VIRTIO-PCI", VMS_PASS, "no module");
	fixture_write(r, "/proc/mounts", "rootfs / rootfs rw 0 0\n/dev/vda1 / ext4 rw 0 0\n");
	expect(r, "VIRTIO-BLK", VMS_UNKNOWN, "");
	fixture_write(r, "/proc/mounts", "rootfs / rootfs rw 0 0\nproc /proc proc rw 0 0\n");
	expect(r, "VIRTIO-BLK", VMS_PASS, "still is the initial ramdisk");
	fixture_remove(r, "/sys");
	fixture_link(r, "/sys/bus/xen/devices/vbd-1/driver", "../../bus/xen/drivers/vbd");
	fixture_link(r, "/sys/bus/xen/devices/vif-0/driver", "../../bus/xen/drivers/vif");
	fixture_write(r, "/proc/modules", "ext4 1 1 - Live 0x0\n");
	expect_all(r, "XEN-BLK XEN-NET", VMS_PASS, VMS_UNKNOWN);
	drop(r);
}

static void driver_in_log(void **state _unused_)
{
	struct fixture *r = fresh();

	fixture_write(r, "/proc/version", "Linux version " REL " (gcc) #1\n");
	fixture_write(r, "/.vmspec/kmsg",
		      "[    0.000000] Booting Linux on physical CPU 0x0\n"
		      "[    0.142386] Serial: AMBA PL011 UART driver\n"
		      "[    0.542386] printk: console [ttyAMA0] enabled\n");
	expect_all(r, "PL011 SBSA-UART", VMS_PASS, VMS_UNKNOWN);
	drop(r);
}

/* Nothing is there at all; folders, FIFOs and nonsense instead of files. */
static void absurd(void **state _unused_)
{
	struct fixture *r = fresh();

	expect_all(r, "", VMS_PASS, VMS_UNKNOWN);
	fixture_write(r, "/proc/version", "Linux version " REL " (gcc) #1\n");
	fixture_dir(r, "/proc/interrupts");
	fixture_dir(r, "/proc/modules");
	fixture_dir(r, "/proc/cmdline");
	fixture_write(r, "/sys/bus/virtio/devices", "a file");
	fixture_dir(r, MODS "/modules.builtin");
	fixture_fifo(r, MODS "/modules.dep");
	fixture_write_bytes(r, CONFIG, "\0\0\0\0CONFIG_\0\n", 13);
	expect_all(r, "", VMS_PASS, VMS_UNKNOWN);
	fixture_link(r, "/boot/initrd.img-" REL, "initrd.img-" REL);
	expect_all(r, "", VMS_PASS, VMS_UNKNOWN);
	drop(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_ramdisk),
		cmocka_unit_test(in_ramdisk),
		cmocka_unit_test(ramdisk_places),
		cmocka_unit_test(command_line),
		cmocka_unit_test(candidates),
		cmocka_unit_test(bad_ramdisks),
		cmocka_unit_test(not_set),
		cmocka_unit_test(not_a_whole_config),
		cmocka_unit_test(modules_gone),
		cmocka_unit_test(no_config),
		cmocka_unit_test(contradiction),
		cmocka_unit_test(at_work),
		cmocka_unit_test(buses_at_work),
		cmocka_unit_test(driver_in_log),
		cmocka_unit_test(absurd),
		cmocka_unit_test(seen_inside),
		cmocka_unit_test(odd_ramdisks),
		cmocka_unit_test(boot_loaders),
		cmocka_unit_test(next_kernel),
		cmocka_unit_test(blacklisted),
		cmocka_unit_test(config_in_a_module),
	};

	return cmocka_run_group_tests_name("drivers", tests, NULL, NULL);
}
