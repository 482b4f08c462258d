/* SPDX-License-Identifier: GPL-2.0-or-later */
/* probe/image/guestdisk.c: from mounts, the boot loader's word or udev to the right disk. */
#include "fixture.h"
#include "image/guestdisk.h"
#include "mkimage.h"

#define PCI    "/sys/devices/pci0000:00/0000:00:02.0/virtio0/block"
#define ESP    "E:ID_PART_ENTRY_TYPE=c12a7328-f81f-11d2-ba4b-00a0c93ec93b\n"
#define LOADER "/sys/firmware/efi/efivars/LoaderDevicePartUUID-4a67b082-0a4c-41cf-b6c7-440b29bb8c4f"

/* A disk, or a partition of `disk`, in sysfs and in udev's database. */
static void put_block(struct fixture *f, const char *dir, const char *name, const char *devno, bool partition,
		      const char *udev)
{
	char path[256], link[256], uevent[128];

	snprintf(path, sizeof(path), "%s/%s/dev", dir, name);
	fixture_write(f, path, devno);
	snprintf(path, sizeof(path), "%s/%s/uevent", dir, name);
	snprintf(uevent, sizeof(uevent), "MAJOR=254\nDEVNAME=%s\nDEVTYPE=%s\n", name,
		 partition ? "partition" : "disk");
	fixture_write(f, path, uevent);
	if (partition) {
		snprintf(path, sizeof(path), "%s/%s/partition", dir, name);
		fixture_write(f, path, "1\n");
	} else {
		snprintf(path, sizeof(path), "%s/%s/slaves", dir, name);
		fixture_dir(f, path);
	}
	snprintf(path, sizeof(path), "%s/%s", dir, name);
	snprintf(link, sizeof(link), "/sys/dev/block/%s", devno);
	fixture_link(f, link, path);
	snprintf(link, sizeof(link), "/sys/class/block/%s", name);
	fixture_link(f, link, path);
	if (!udev)
		return;
	snprintf(path, sizeof(path), "/run/udev/data/b%s", devno);
	fixture_write(f, path, udev);
}

static void expect_disk(struct fixture *f, const char *disk, const char *words)
{
	struct vms_machine *m = fixture_machine(f);
	char *found = NULL, *why = NULL;

	assert_int_equal(guestdisk_find(m, &found, &why), 0);
	if (disk) {
		assert_non_null(found);
		assert_string_equal(found, disk);
	} else {
		assert_null(found);
		if (!strstr(why, words))
			fail_msg("\"%s\" does not say \"%s\"", why, words);
	}
	free(found);
	free(why);
}

static void mounted(void **state)
{
	struct fixture *f = *state;

	put_block(f, PCI, "vda", "254:0", false, "");
	put_block(f, PCI "/vda", "vda1", "254:1", true, "E:ID_PART_ENTRY_TYPE=other\n");
	put_block(f, PCI "/vda", "vda15", "254:15", true, ESP);
	put_block(f, PCI, "vdb", "254:16", false, "");
	put_block(f, PCI "/vdb", "vdb1", "254:17", true, "E:ID_PART_ENTRY_TYPE=other\n");
	fixture_write(f, "/proc/self/mountinfo",
		      "22 1 254:1 / / rw - ext4 /dev/vda1 rw\n"
		      "23 22 254:17 / /boot/efi rw,relatime shared:1 - vfat /dev/vdb1 rw\n"
		      "24 22 254:15 / /mnt/my\\040esp rw,relatime shared:1 - vfat /dev/vda15 rw\n");
	/* what udev knows is stronger than the place it is mounted at */
	expect_disk(f, PCI "/vda", NULL);
	/* another machine's disk, whose ESP somebody mounted to look into it: which of the two is this
	 * guest's? */
	put_block(f, PCI, "vdc", "254:32", false, "");
	put_block(f, PCI "/vdc", "vdc1", "254:33", true, ESP);
	fixture_write(f, "/proc/self/mountinfo",
		      "22 1 254:1 / / rw - ext4 /dev/vda1 rw\n"
		      "24 22 254:33 / /mnt rw,relatime shared:1 - vfat /dev/vdc1 rw\n");
	expect_disk(f, NULL, "more than one disk");
	fixture_write(f, "/proc/self/mountinfo",
		      "24 22 254:33 / /mnt rw,relatime shared:1 - vfat /dev/vdc1 rw\n"
		      "25 22 254:15 / /boot/EFI rw,relatime shared:1 - vfat /dev/vda15 rw\n");
	expect_disk(f, PCI "/vda", NULL);
}

static void nvme_without_udev(void **state)
{
	struct fixture *f = *state;

	put_block(f, "/sys/devices/pci0/nvme/nvme0", "nvme0n1", "259:0", false, NULL);
	put_block(f, "/sys/devices/pci0/nvme/nvme0/nvme0n1", "nvme0n1p1", "259:1", true, NULL);
	fixture_write(f, "/proc/self/mountinfo", "23 22 259:1 / /efi rw - vfat /dev/nvme0n1p1 rw\n");
	expect_disk(f, "/sys/devices/pci0/nvme/nvme0/nvme0n1", NULL);
}

/* An ESP on a RAID 1: one of the disks below it. */
static void below_layers(void **state)
{
	struct fixture *f = *state;

	put_block(f, "/sys/devices/platform/mmc0/block", "mmcblk0", "179:0", false, "");
	put_block(f, "/sys/devices/platform/mmc0/block/mmcblk0", "mmcblk0p1", "179:1", true, "");
	put_block(f, "/sys/devices/virtual/block", "md0", "9:0", false, NULL);
	fixture_link(f, "/sys/devices/virtual/block/md0/slaves/mmcblk0p1",
		     "/sys/devices/platform/mmc0/block/mmcblk0/mmcblk0p1");
	fixture_write(f, "/proc/self/mountinfo", "23 22 9:0 / /boot/efi rw - vfat /dev/md0 rw\n");
	expect_disk(f, "/sys/devices/platform/mmc0/block/mmcblk0", NULL);
}

static void loader_says(void **state)
{
	static const char id[] = "0F2B1A3C-1111-2222-3333-444455556666";
	struct fixture *f = *state;
	uint8_t value[4 + 2 * sizeof(id)] = { 6 };

	put_block(f, PCI, "vda", "254:0", false, "");
	put_block(f, PCI "/vda", "vda1", "254:1", true, ESP);
	put_block(f, PCI, "vdb", "254:16", false, "");
	put_block(f, PCI "/vdb", "vdb1", "254:17", true, ESP);
	fixture_write(f, "/proc/self/mountinfo", "22 1 0:30 / / rw - btrfs /dev/mapper/root rw\n");
	expect_disk(f, NULL, "more than one disk");
	for (size_t i = 0; i < sizeof(id); i++)
		value[4 + 2 * i] = (uint8_t)id[i];
	fixture_write_bytes(f, LOADER, value, sizeof(value));
	fixture_write(f, "/dev/vdb1", "");
	fixture_link(f, "/dev/disk/by-partuuid/0f2b1a3c-1111-2222-3333-444455556666", "../../vdb1");
	expect_disk(f, PCI "/vdb", NULL);
	/* a damaged variable is no word at all */
	value[6] = '/';
	fixture_write_bytes(f, LOADER, value, sizeof(value));
	expect_disk(f, NULL, "more than one disk");
}

static void only_one(void **state)
{
	struct fixture *f = *state;

	fixture_write(f, "/proc/self/mountinfo", "22 1 254:1 / / rw - ext4 /dev/vda1 rw\n");
	expect_disk(f, NULL, "cannot be told");
	put_block(f, PCI, "vda", "254:0", false, "");
	put_block(f, PCI "/vda", "vda2", "254:2", true, ESP);
	expect_disk(f, PCI "/vda", NULL);
}

/* By the runner: these checks have no machine of their own. */
static void expect_verdict(struct fixture *f, const char *id, enum vms_status status, const char *words)
{
	const char *const globs[] = { id, NULL };
	struct vms_run_options opt = { .profile = vms_profile_default(), .globs = globs };
	struct vms_verdict *v;

	assert_int_equal(vms_run(fixture_machine(f), &opt, &v), 0);
	assert_int_equal(v->n_rows, 1);
	if (v->rows[0].result.status != status || !strstr(v->rows[0].result.reason, words))
		fail_msg("%s: %s: %s", id, vms_status_name(v->rows[0].result.status),
			 v->rows[0].result.reason);
	vms_verdict_free(v);
}

static void judged(void **state)
{
	struct fixture *f = *state;
	struct mk m = mk_image_of(512, 65525);

	f->kind = VMS_KIND_GUEST;
	put_block(f, PCI, "vda", "254:0", false, "");
	put_block(f, PCI "/vda", "vda1", "254:1", true, ESP);
	fixture_write(f, "/proc/self/mountinfo", "23 22 254:1 / /efi rw - vfat /dev/vda1 rw\n");
	expect_verdict(f, "VMSPEC-IMAGE-GPT", VMS_UNKNOWN, "the disk of the EFI system partition, /dev/vda");
	fixture_write_bytes(f, "/dev/vda", m.bytes, m.len);
	expect_verdict(f, "VMSPEC-IMAGE-GPT", VMS_PASS, "512-byte");
	expect_verdict(f, "VMSPEC-IMAGE-BOOTAA64", VMS_PASS, "EFI application");
	mk_cluster(&m, MK_BOOT)[64] = 0xe5;
	fixture_write_bytes(f, "/dev/vda", m.bytes, m.len);
	expect_verdict(f, "VMSPEC-IMAGE-BOOTAA64", VMS_FAIL, "has no BOOTAA64.EFI");
	mk_free(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(mounted),	   fixture_test(nvme_without_udev), fixture_test(below_layers),
		fixture_test(loader_says), fixture_test(only_one),	    fixture_test(judged),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
