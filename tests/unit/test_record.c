/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A machine and its record give the same verdict, check by check; no identity
 * gets into the record; it is there whole or not at all, whatever the machine
 * shows and wherever the recording ends.
 */
#include "fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "spec/spec.h"

#define REL "6.1.0-50-arm64"

/* ---- helpers ---- */

/* The fixture's folder, emptied; what a test records goes to "%s.out". */
static char *out_of(struct fixture *f)
{
	char *out = vms_asprintf("%s.out", f->root);

	assert_non_null(out);
	return out;
}

static void shell(const char *fmt, ...) _printf_(1, 2);
static void shell(const char *fmt, ...)
{
	char *cmd = NULL;
	va_list ap;

	va_start(ap, fmt);
	assert_true(vasprintf(&cmd, fmt, ap) > 0);
	va_end(ap);
	assert_int_equal(system(cmd), 0);
	free(cmd);
}

static struct vms_verdict *judge(struct vms_machine *m, const char *profile)
{
	const struct vms_run_options opt = { .profile = vms_profile_find(profile) };
	struct vms_verdict *v = NULL;

	assert_non_null(opt.profile);
	assert_int_equal(vms_run(m, &opt, &v), 0);
	return v;
}

static void same_result(const char *id, const struct vms_result *a, const struct vms_result *b)
{
	bool same = a->status == b->status && streq(a->reason, b->reason) && a->n_evidence == b->n_evidence;

	for (size_t i = 0; same && i < a->n_evidence; i++)
		same = streq(a->evidence[i].source, b->evidence[i].source) &&
		       streq(a->evidence[i].value, b->evidence[i].value);
	if (!same)
		fail_msg("%s: %s: %s\nrecorded: %s: %s", id, vms_status_name(a->status), a->reason,
			 vms_status_name(b->status), b->reason);
}

/* Record the machine in `dir` and compare the two verdicts of both profiles. */
static void same_verdict(const char *dir, const char *out)
{
	static const char *const profiles[] = { "vmspec-1.0", "vmspec-2.0" };
	struct vms_machine *m = NULL;

	assert_int_equal(vms_machine_open_record(dir, &m), 0);
	assert_int_equal(vms_machine_record(m, out), 0);
	vms_machine_free(m);
	for (size_t p = 0; p < ARRAY_SIZE(profiles); p++) {
		struct vms_machine *a = NULL, *b = NULL;
		struct vms_verdict *x, *y;

		assert_int_equal(vms_machine_open_record(dir, &a), 0);
		assert_int_equal(vms_machine_open_record(out, &b), 0);
		x = judge(a, profiles[p]);
		y = judge(b, profiles[p]);
		assert_int_equal(x->n_rows, y->n_rows);
		assert_true(x->n_rows > 30);
		for (size_t i = 0; i < x->n_rows; i++)
			same_result(x->rows[i].check->id, &x->rows[i].result, &y->rows[i].result);
		assert_int_equal(x->outcome, y->outcome);
		vms_verdict_free(x);
		vms_verdict_free(y);
		vms_machine_free(a);
		vms_machine_free(b);
	}
}

/* The fixture as it is now, recorded with the same verdict; *ret_out is the record. */
static void records_alike(struct fixture *f, char **ret_out)
{
	*ret_out = out_of(f);
	shell("rm -rf '%s'", *ret_out);
	same_verdict(f->root, *ret_out);
}

static void drop(char *out)
{
	shell("rm -rf '%s'", out);
	free(out);
}

static const char *needle;
static unsigned n_seen;

static int look_for_needle(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	size_t n = strlen(needle);
	char target[PATH_MAX];
	ssize_t len;

	n_seen++;
	if (memmem(path + ftw->base, strlen(path + ftw->base), needle, n))
		fail_msg("%s is in the name %s", needle, path);
	if (type == FTW_SL && (len = readlink(path, target, sizeof(target))) > 0 &&
	    memmem(target, (size_t)len, needle, n))
		fail_msg("%s is where %s leads", needle, path);
	if (type == FTW_F && st->st_size) {
		_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC);
		_cleanup_free_ char *data = malloc((size_t)st->st_size);

		assert_non_null(data);
		assert_int_equal(read(fd, data, (size_t)st->st_size), st->st_size);
		if (memmem(data, (size_t)st->st_size, needle, n))
			fail_msg("%s is in %s", needle, path);
	}
	return 0;
}

/* No file, no name and no link of the record has it. */
static void nowhere(const char *out, const char *what)
{
	needle = what;
	n_seen = 0;
	assert_int_equal(nftw(out, look_for_needle, 32, FTW_PHYS), 0);
	assert_true(n_seen > 2);
}

static void path_is(const char *out, const char *path, bool there)
{
	_cleanup_free_ char *full = vms_asprintf("%s%s", out, path);
	struct stat st;

	assert_non_null(full);
	if ((lstat(full, &st) == 0) != there)
		fail_msg("%s is %s", full, there ? "not there" : "there");
}

/* Nothing of it, and nothing beside it. */
static void nothing_left(const char *out)
{
	shell("test -z \"$(ls -d '%s'* 2>/dev/null)\"", out);
}

/* ---- the recorded machines ---- */

static void five_records(void **state)
{
	static const char *const names[] = { "gicv3-acpi", "gicv2-dt", "uboot-dt", "xen-domu-direct",
					     "xen-domu-uefi-acpi" };
	struct fixture *f = *state;

	shell("tests/records/unpack '%s' gicv3-acpi gicv2-dt uboot-dt xen-domu-direct xen-domu-uefi-acpi >/dev/null",
	      f->root);
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		_cleanup_free_ char *dir = vms_asprintf("%s/%s", f->root, names[i]);
		_cleanup_free_ char *out = vms_asprintf("%s.new", dir),
				    *again = vms_asprintf("%s.again", dir);
		static const char *const identities[] = { "/etc/machine-id",
							  "/proc/sys/kernel/random/boot_id",
							  "/sys/hypervisor/uuid",
							  "/sys/class/dmi/id/product_uuid" };
		unsigned found = 0;

		same_verdict(dir, out);
		for (size_t k = 0; k < ARRAY_SIZE(identities); k++) {
			struct vms_root *root = NULL;
			struct vms_buf line;

			assert_int_equal(vms_root_open(dir, false, &root), 0);
			if (vms_root_read_line(root, identities[k], &line) == 0) {
				if (line.len >= 32 && !startswith(line.data, "00000000")) {
					nowhere(out, line.data);
					found++;
				}
				free(line.data);
			}
			vms_root_free(root);
		}
		assert_true(found > 0);
		/* stand-ins stand for themselves */
		same_verdict(out, again);
		shell("diff -r --no-dereference --exclude about '%s' '%s'", out,
		      again); /* when it was made */
	}
}

static void identities_stay_out(void **state)
{
	static const char *const secret[] = {
		"0123456789abcdef0123456789abcdee",
		"52:54:00:ab:cd:ef",
		"525400abcdef",
		"SN-4711-XYZ",
		"prod-web-17",
		"deadbeef-1234-4234-8234-123456789abc",
		"A1B2-C3D4",
		"DISK0815-A",
		"Tag-12345678",
	};
	struct fixture *f = *state;
	char *out;

	fixture_write(f, "/etc/machine-id", "0123456789abcdef0123456789abcdee\n");
	fixture_write(f, "/proc/sys/kernel/hostname", "prod-web-17\n");
	fixture_write(f, "/etc/hostname", "prod-web-17\n");
	fixture_write(f, "/proc/cmdline",
		      "root=UUID=deadbeef-1234-4234-8234-123456789abc boot=UUID=A1B2-C3D4 "
		      "systemd.machine_id=0123456789abcdef0123456789abcdee ip=::::prod-web-17:\n");
	fixture_kmsg(f, true,
		     "[    1.0] virtio_net virtio0 enx525400abcdef: renamed from eth0\n"
		     "[    1.1] usb 1-1: SerialNumber: SN-4711-XYZ\n"
		     "[    1.2] eth0: 52:54:00:ab:cd:ef, disk DISK0815-A\n");
	fixture_write(f, "/sys/devices/virtual/dmi/id/product_serial", "SN-4711-XYZ\n");
	fixture_write(f, "/sys/devices/virtual/dmi/id/chassis_asset_tag", "Tag-12345678\n");
	fixture_write(f, "/sys/devices/virtual/dmi/id/product_uuid",
		      "deadbeef-1234-4234-8234-123456789abc\n");
	fixture_link(f, "/sys/class/dmi/id", "../../devices/virtual/dmi/id");
	fixture_write(f, "/sys/firmware/dmi/tables/DMI", "SN-4711-XYZ");
	fixture_write(f, "/sys/devices/pci0000:00/0000:00:01.0/net/enx525400abcdef/address",
		      "52:54:00:ab:cd:ef\n");
	fixture_link(f, "/sys/class/net/enx525400abcdef",
		     "../../devices/pci0000:00/0000:00:01.0/net/enx525400abcdef");
	fixture_write(f, "/sys/devices/pci0000:00/0000:00:02.0/block/vda/serial", "DISK0815-A");
	fixture_link(f, "/sys/class/block/vda", "../../devices/pci0000:00/0000:00:02.0/block/vda");
	fixture_write_bytes(f, "/sys/firmware/efi/efivars/Boot0000-8be4df61-93ca-11d2-aa0d-00e098032b8c",
			    "\7\0\0\0SN-4711-XYZ", 15);
	records_alike(f, &out);
	for (size_t i = 0; i < ARRAY_SIZE(secret); i++)
		nowhere(out, secret[i]);
	path_is(out, "/sys/firmware/efi/efivars/Boot0000-8be4df61-93ca-11d2-aa0d-00e098032b8c", true);
	path_is(out, "/sys/class/net/enx020000000001", true);
	path_is(out, "/sys/devices/pci0000:00/0000:00:01.0/net/enx020000000001/address", true);
	/* also the kernel log still begins where it began */
	shell("grep -q 'Booting Linux' '%s/.vmspec/kmsg'", out);
	drop(out);
}

/* ---- the initial ramdisk ---- */

static void ramdisk(struct fixture *f, const char *path, const char *modules, const char *pack)
{
	fixture_dir(f, "/sys/firmware/efi");
	fixture_write(f, path, "");
	shell("set -e; t=$(mktemp -d); d=$t/usr/lib/modules/" REL "/kernel; mkdir -p $d\n"
	      "for m in %s; do echo x > $d/$m; done; cd $t; find . | cpio -o -H newc --quiet | %s > '%s%s'; "
	      "rm -rf $t",
	      modules, pack, f->root, path);
}

static void expect_recorded(const char *out, const char *id, enum vms_status status)
{
	const struct vms_check *c = vms_check_find(id);
	struct vms_result r = { .status = VMS_UNKNOWN };
	struct vms_machine *m = NULL;

	assert_non_null(c);
	assert_int_equal(vms_machine_open_record(out, &m), 0);
	assert_int_equal(c->machine_fn(m, &r), 0);
	if (r.status != status)
		fail_msg("%s: %s: %s", id, vms_status_name(r.status), r.reason);
	vms_result_clear(&r);
	vms_machine_free(m);
}

static void ramdisk_is_listed(void **state)
{
	struct fixture *f = *state;
	char *out;

	fixture_write(f, "/proc/sys/kernel/osrelease", REL "\n");
	fixture_write(f, "/boot/config-" REL,
		      "CONFIG_ARM64=y\nCONFIG_VIRTIO_BLK=m\nCONFIG_VIRTIO_PCI=m\n"
		      "CONFIG_VIRTIO_NET=m\nCONFIG_XEN_BLKDEV_FRONTEND=m\n");
	fixture_write(f, "/usr/lib/modules/" REL "/modules.builtin", "kernel/a.ko\n");
	fixture_write(f, "/usr/lib/modules/" REL "/modules.dep",
		      "kernel/virtio_blk.ko:\nkernel/virtio_pci.ko:\nkernel/virtio_net.ko:\nkernel/"
		      "xen-blkfront.ko:\n");
	fixture_write(f, "/usr/lib/modules/" REL "/kernel/virtio_net.ko", "module");
	fixture_link(f, "/lib", "usr/lib");
	ramdisk(f, "/boot/initrd.img-" REL, "virtio_blk.ko virtio_pci.ko", "gzip");
	records_alike(f, &out);
	path_is(out, "/boot/initrd.img-" REL, false);
	path_is(out, "/usr/lib/modules/" REL "/kernel/virtio_net.ko", true);
	path_is(out, "/usr/lib/modules/" REL "/kernel/virtio_blk.ko", false);
	expect_recorded(out, "VMSPEC-OS-DRIVER-VIRTIO-BLK", VMS_PASS);
	expect_recorded(out, "VMSPEC-OS-DRIVER-VIRTIO-NET", VMS_PASS);
	expect_recorded(out, "VMSPEC-OS-DRIVER-XEN-BLK", VMS_FAIL);
	drop(out);
	/* damaged: what was found before is true, what was not is unknown */
	ramdisk(f, "/boot/initrd.img-" REL, "virtio_blk.ko virtio_pci.ko", "head -c 900");
	records_alike(f, &out);
	expect_recorded(out, "VMSPEC-OS-DRIVER-XEN-BLK", VMS_UNKNOWN);
	drop(out);
	/* two that differ, and parts that the command line names */
	ramdisk(f, "/boot/initrd.img-" REL, "virtio_blk.ko", "cat");
	ramdisk(f, "/boot/initrd-" REL, "virtio_pci.ko", "cat");
	records_alike(f, &out);
	drop(out);
	fixture_write(f, "/proc/cmdline", "initrd=\\initrd-" REL " initrd=\\initrd.img-" REL "\n");
	records_alike(f, &out);
	expect_recorded(out, "VMSPEC-OS-DRIVER-VIRTIO-BLK", VMS_PASS);
	expect_recorded(out, "VMSPEC-OS-DRIVER-VIRTIO-PCI", VMS_PASS);
	drop(out);
}

/* ---- whose the device tree is ---- */

static void tells_alike(struct fixture *f, enum vms_status status)
{
	char *out;

	records_alike(f, &out);
	expect_recorded(out, "VMSPEC-EFI-DTB", status);
	nowhere(out, "hushed");
	drop(out);
}

/* The record tells the same of it, and holds no more. */
static void whose_tree(void **state)
{
	static const char option[] =
		"\7\0\0\0\1\0\0\0\x38\0S\0E\0\0\0"
		"\4\4\x0a\0hushed\x7f\xff\4\0"
		"\4\3\x14\0\xd5\x21\xb6\xb1\x9c\xf1\xa5\x41\x83\x0b\xd9\x15\x2c\x69\xaa\xe0"
		"\4\4\x0a\0hushed\x7f\xff\4\0\x7f\xff\4\0\x7f\xff\4\0hushed";
	const char *boot0001 = "/sys/firmware/efi/efivars/Boot0001-8be4df61-93ca-11d2-aa0d-00e098032b8c";
	struct fixture *f = *state;

	shell("tests/records/unpack '%s' uboot-dt >/dev/null && mv '%s'/uboot-dt '%s.u' && cp -a '%s.u/.' '%s/' && "
	      "rm -r '%s.u'",
	      f->root, f->root, f->root, f->root, f->root, f->root);
	fixture_write(f, "/boot/grub/grub.cfg", "set d=linux\nset x=hushed\nlinux \\\n$x hushed\n$d /x\n");
	tells_alike(f, VMS_PASS);
	fixture_write(f, "/boot/grub/grub.cfg", "set d=devicetree\n$d x\npassword hushed\n");
	tells_alike(f, VMS_UNKNOWN);
	fixture_remove(f, "/boot/grub");
	shell("printf '/dts-v1/; / { images { fdt { type = \"flat_dt\"; data = \"%%090dhushed\"; }; }; };' 0 | "
	      "dtc -q -I dts -O dtb -o '%s/boot/x.itb'",
	      f->root);
	tells_alike(f, VMS_UNKNOWN);
	fixture_remove(f, "/boot/x.itb");
	fixture_write_bytes(f, boot0001, option, sizeof(option) - 1);
	tells_alike(f, VMS_PASS);
	fixture_write_bytes(f, "/sys/firmware/efi/efivars/BootCurrent-8be4df61-93ca-11d2-aa0d-00e098032b8c",
			    "\6\0\0\0\1\0", 6);
	tells_alike(f, VMS_UNKNOWN);
}

/* As above, of ACPI tables. */
static void whose_tables(void **state)
{
	struct fixture *f = *state;
	char *out;

	fixture_write(f, "/sys/firmware/efi/systab", "ACPI20=0x7c430018\n");
	fixture_write(f, "/boot/grub/grub.cfg", "set a=acpi\npassword hushed\nacpi /x.aml\n");
	records_alike(f, &out);
	expect_recorded(out, "VMSPEC-EFI-ACPI", VMS_UNKNOWN);
	nowhere(out, "hushed");
	drop(out);
	fixture_write(f, "/boot/grub/grub.cfg", "set a=other\n$a\n#acpi /x.aml\n");
	records_alike(f, &out);
	expect_recorded(out, "VMSPEC-EFI-ACPI", VMS_PASS);
	drop(out);
}

/* A file where a folder should be is one in the record, too. */
static void files_for_folders(void **state)
{
	struct fixture *f = *state;
	struct vms_root *root = NULL;
	char **names = NULL, *out;

	fixture_remove(f, "/sys/firmware");
	fixture_write(f, "/sys/firmware", "hushed");
	fixture_write(f, "/efi", "hushed");
	fixture_remove(f, "/proc");
	fixture_write(f, "/proc", "hushed");
	records_alike(f, &out);
	assert_int_equal(vms_root_open(out, false, &root), 0);
	assert_int_equal(vms_root_probe(root, "/sys/firmware"), 0);
	assert_int_equal(vms_root_probe(root, "/sys/firmware/dmi"), -ENOTDIR);
	assert_int_equal(vms_root_probe(root, "/sys/firmware/efi/systab"), -ENOTDIR);
	assert_int_equal(vms_root_probe(root, "/efi"), 0);
	assert_int_equal(vms_root_list(root, "/efi", &names), -ENOTDIR);
	assert_int_equal(vms_root_list(root, "/efi/EFI", &names), -ENOTDIR);
	assert_int_equal(vms_root_probe(root, "/proc/kallsyms"), -ENOTDIR);
	vms_root_free(root);
	nowhere(out, "hushed");
	drop(out);
}

/* A list that nobody wrote: no crash, nothing found that it does not name. */
static void hostile_lists(void **state)
{
	static const char *const lists[] = {
		"",
		"\n\n\n",
		"\tmodule x/virtio_blk.ko\n",
		"/a",
		"/a\n\tblocked",
		"/a\n\tblocked \n\tblocked EWHAT x",
		"/a\n\tentries 99999999999999999999999999\n",
		"why \nwhy x\n",
		"/a\n/a\n/a\n/a\n/a\n/a\n/a\n/a\n/a\n/a\n",
		"parts\nparts\n\tsection\n",
	};
	struct fixture *f = *state;

	fixture_write(f, "/proc/sys/kernel/osrelease", REL "\n");
	fixture_write(f, "/boot/config-" REL, "CONFIG_ARM64=y\nCONFIG_VIRTIO_BLK=m\n");
	for (size_t i = 0; i < ARRAY_SIZE(lists); i++) {
		struct vms_verdict *v;

		fixture_write(f, "/.vmspec/initrd", lists[i]);
		v = judge(fixture_machine(f), "vmspec-2.0");
		for (size_t k = 0; k < v->n_rows; k++)
			if (streq(v->rows[k].check->id, "VMSPEC-OS-DRIVER-VIRTIO-BLK"))
				assert_int_not_equal(v->rows[k].result.status, VMS_PASS);
		vms_verdict_free(v);
	}
}

/* ---- hostile machines ---- */

static void unreadable_is_not_absent(void **state)
{
	struct fixture *f = *state;
	char *out;

	fixture_link(f, "/sys/firmware/fdt", VMS_UNREADABLE "EACCES");
	fixture_link(f, "/sys/firmware/efi/efivars", VMS_UNREADABLE "EPERM");
	fixture_link(f, "/sys/class", VMS_UNREADABLE "EREMOTE");
	fixture_link(f, "/proc/consoles", VMS_UNREADABLE "EACCES");
	fixture_link(f, "/.vmspec/kmsg", VMS_UNREADABLE "EPERM");
	fixture_check(f, "VMSPEC-CONSOLE", VMS_UNKNOWN, NULL);
	records_alike(f, &out);
	path_is(out, "/sys/firmware/fdt", true);
	path_is(out, "/.vmspec/kmsg", true);
	expect_recorded(out, "VMSPEC-CONSOLE", VMS_UNKNOWN);
	drop(out);
}

static void what_no_machine_shows(void **state)
{
	struct fixture *f = *state;
	char full[PATH_MAX], deep[3000] = "/sys/devices", *out;

	fixture_fifo(f, "/proc/cmdline");
	fixture_fifo(f, "/sys/firmware/efi/efivars/X-00000000-0000-0000-0000-000000000000");
	fixture_dir(f, "/proc/version");
	fixture_link(f, "/proc/modules", "modules");
	fixture_link(f, "/sys/class/tty", "../class/tty");
	fixture_link(f, "/sys/class/rtc", "../../../../../../../../../../etc");
	fixture_link(f, "/sys/class/net/a", "b");
	fixture_link(f, "/sys/class/net/b", "a");
	fixture_link(f, "/sys/class/block/new\nline", "../../devices/x");
	fixture_link(f, "/sys/bus/pci/devices/file", "/proc/consoles");
	fixture_write(f, "/proc/consoles", "ttyAMA0 -W- (EC) 204:64\n");
	fixture_write(f, "/sys/bus/xen", "no folder");
	fixture_write(f, "/sys/firmware/fdt", "");
	snprintf(full, sizeof(full), "%s/sys/firmware/fdt", f->root);
	assert_int_equal(truncate(full, 1 << 30), 0);
	for (int i = 0; i < 60; i++)
		strcat(deep, "/a");
	strcat(deep, "/uevent");
	fixture_write(f, deep, "X=1\n");
	fixture_link(f, "/sys/bus/platform/devices/deep",
		     "../../../devices/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a");
	records_alike(f, &out);
	/* the source's /etc, not this machine's */
	path_is(out, "/etc/passwd", false);
	path_is(out, "/sys/firmware/fdt", true);
	shell("test $(du -sk '%s' | cut -f1) -lt 4096", out);
	drop(out);
}

/* ---- whole or not at all ---- */

static void existing_name(void **state)
{
	struct fixture *f = *state;
	_cleanup_free_ char *out = out_of(f);

	shell("mkdir '%s'", out);
	assert_int_equal(vms_machine_record(fixture_machine(f), out), -EEXIST);
	shell("rmdir '%s' && echo kept > '%s'", out, out);
	assert_int_equal(vms_machine_record(fixture_machine(f), out), -EEXIST);
	shell("grep -q kept '%s' && rm '%s' && ln -s nowhere '%s'", out, out, out);
	assert_int_equal(vms_machine_record(fixture_machine(f), out), -EEXIST);
	shell("rm '%s'", out);
	nothing_left(out);
	assert_int_equal(vms_machine_record(fixture_machine(f), "/nonexistent/a/b"), -ENOENT);
	assert_int_equal(vms_machine_record(fixture_machine(f), ""), -ENOENT);
}

static void private_folder(void **state)
{
	struct fixture *f = *state;
	char *out = vms_asprintf("%s.out///", f->root);
	struct stat st;

	assert_non_null(out);
	assert_int_equal(vms_machine_record(fixture_machine(f), out), 0);
	assert_int_equal(stat(out, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0700);
	*strchr(out, '\0') = '\0';
	out[strlen(out) - 3] = '\0';
	drop(out);
	out = out_of(f);
	nothing_left(out);
	free(out);
}

static int die_uptime(struct vms_machine *m, double *ret)
{
	(void)m, (void)ret;
	raise(SIGKILL);
	return -EIO;
}

static int die_log(struct vms_machine *m, struct vms_buf *ret, bool *ret_whole)
{
	(void)m, (void)ret, (void)ret_whole;
	raise(SIGKILL);
	return -EIO;
}

static int die_ramdisk(struct vms_machine *m, struct vms_buf *ret)
{
	(void)m, (void)ret;
	raise(SIGKILL);
	return -EIO;
}

static void killed_half_way(void **state)
{
	struct fixture *f = *state;
	_cleanup_free_ char *out = out_of(f);

	for (int i = 0; i < 3; i++) {
		int status;
		pid_t pid;

		f->live = vms_live_record;
		if (i == 0)
			f->live.uptime = die_uptime;
		else if (i == 1)
			f->live.kernel_log = die_log;
		else
			f->live.ramdisk = die_ramdisk;
		fixture_machine(f);
		pid = fork();
		assert_true(pid >= 0);
		if (pid == 0) {
			vms_machine_record(f->m, out);
			_exit(0);
		}
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
		path_is(out, "", false);
	}
	shell("rm -rf '%s'.??????", out);
}

static int no_memory(struct vms_machine *m, struct vms_buf *ret, bool *ret_whole)
{
	(void)m, (void)ret, (void)ret_whole;
	return -ENOMEM;
}

static void failure_leaves_nothing(void **state)
{
	struct fixture *f = *state;
	_cleanup_free_ char *out = out_of(f);

	f->live.kernel_log = no_memory;
	assert_int_equal(vms_machine_record(fixture_machine(f), out), -ENOMEM);
	nothing_left(out);
}

static void full_disk(void **state)
{
	struct fixture *f = *state;
	_cleanup_free_ char *disk = vms_asprintf("%s.disk", f->root), *out = vms_asprintf("%s/r", disk);
	_cleanup_free_ char *log = malloc(2 << 20);

	assert_non_null(disk);
	assert_non_null(out);
	assert_non_null(log);
	assert_int_equal(mkdir(disk, 0700), 0);
	if (mount("tmpfs", disk, "tmpfs", 0, "size=1m") < 0) {
		rmdir(disk);
		skip();
	}
	memset(log, 'x', 2 << 20);
	log[(2 << 20) - 1] = '\0';
	fixture_kmsg(f, true, log);
	assert_int_equal(vms_machine_record(fixture_machine(f), out), -ENOSPC);
	nothing_left(out);
	assert_int_equal(umount(disk), 0);
	assert_int_equal(rmdir(disk), 0);
}

/* This machine, whatever it is: it can be recorded, and the record be judged. */
static void live_machine(void **state)
{
	struct fixture *f = *state;
	struct vms_machine *m = NULL;
	struct vms_verdict *v;
	char *out = out_of(f);

	assert_int_equal(vms_machine_open_live(&m), 0);
	assert_int_equal(vms_machine_record(m, out), 0);
	vms_machine_free(m);
	assert_int_equal(vms_machine_open_record(out, &m), 0);
	assert_true(m->arch[0]);
	v = judge(m, "vmspec-2.0");
	assert_true(v->n_rows > 30);
	vms_verdict_free(v);
	vms_machine_free(m);
	drop(out);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		fixture_test(five_records),
		fixture_test(identities_stay_out),
		fixture_test(whose_tree),
		fixture_test(whose_tables),
		fixture_test(files_for_folders),
		fixture_test(ramdisk_is_listed),
		fixture_test(hostile_lists),
		fixture_test(unreadable_is_not_absent),
		fixture_test(what_no_machine_shows),
		fixture_test(existing_name),
		fixture_test(private_folder),
		fixture_test(killed_half_way),
		fixture_test(failure_leaves_nothing),
		fixture_test(full_disk),
		fixture_test(live_machine),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
