/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Stand-ins: what names a machine goes, length and look stay, the same original
 * has the same stand-in everywhere, and what only looks a little alike is left.
 */
#include "record/record_copy.h"
#include "fixture.h"

static int setup(void **state)
{
	struct recording *r = calloc(1, sizeof(*r));

	assert_non_null(r);
	assert_int_equal(scrub_new(&r->scrub), 0);
	*state = r;
	return 0;
}

static int teardown(void **state)
{
	struct recording *r = *state;

	scrub_free(r->scrub);
	free(r);
	return 0;
}

/* Scrubbed as text, `before` reads `after`. In memory of just that size, so that
 * a sanitizer sees a step too far. */
static void text(struct recording *r, const char *before, const char *after)
{
	size_t len = strlen(before);
	_cleanup_free_ char *p = malloc(len ? len : 1), *whole = NULL;

	assert_non_null(p);
	memcpy(p, before, len);
	assert_int_equal(scrub_text(r->scrub, p, len), 0);
	whole = strndup(p, len);
	assert_non_null(whole);
	assert_string_equal(whole, after);
}

static void uuids(void **state)
{
	struct recording *r = *state;

	text(r, "root=UUID=0a1b2c3d-1111-2222-3333-444455556666 ro",
	     "root=UUID=00000000-0000-4000-8000-000000000001 ro");
	text(r, "F00DF00D-1111-2222-3333-444455556666", "00000000-0000-4000-8000-000000000002");
	/* the same one again, also in capitals and without separators */
	text(r, "0A1B2C3D-1111-2222-3333-444455556666", "00000000-0000-4000-8000-000000000001");
	text(r, "id 0a1b2c3d111122223333444455556666\n", "id 00000000000040008000000000000001\n");
	text(r, "UUID=1A2B-3C4D x", "UUID=0000-0003 x");
	text(r, "PARTUUID=deadbeef-02", "PARTUUID=00000000-04");
	/* no identities */
	text(r, "00000000-0000-0000-0000-000000000000", "00000000-0000-0000-0000-000000000000");
	text(r, "a0a1b2c3d-1111-2222-3333-444455556666", "a0a1b2c3d-1111-2222-3333-444455556666");
	text(r, "0a1b2c3d-1111-2222-3333-44445555666", "0a1b2c3d-1111-2222-3333-44445555666");
	text(r, "0a1b2c3d-1111-2222-3333-4444555566667", "0a1b2c3d-1111-2222-3333-4444555566667");
	text(r, "[mem 0x0000000004000000-0x000000007fffffff]", "[mem 0x0000000004000000-0x000000007fffffff]");
	text(r, "", "");
}

static void macs(void **state)
{
	struct recording *r = *state;

	text(r, "52:54:00:12:34:56\n", "02:00:00:00:00:01\n");
	text(r, "BOOTIF=01-52-54-00-aa-bb-cc", "BOOTIF=02-00-00-00-00-00-02");
	text(r, "eth0 52:54:00:12:34:56, again", "eth0 02:00:00:00:00:01, again");
	text(r, "enx525400123456: link up", "enx020000000001: link up");
	text(r, "00:00:00:00:00:00", "00:00:00:00:00:00");
	text(r, "ff:ff:ff:ff:ff:ff", "ff:ff:ff:ff:ff:ff");
	/* times, PCI addresses, short ones */
	text(r, "2026-11-20T23:38:16 UTC (1795217896)", "2026-11-20T23:38:16 UTC (1795217896)");
	text(r, "0000:00:01.0 pci0000:00 10-20-30-40-50", "0000:00:01.0 pci0000:00 10-20-30-40-50");
	text(r, "52:54:00:12:34:5", "52:54:00:12:34:5");
	text(r, "52:54:00:12:34:5g", "52:54:00:12:34:5g");
}

static void serials(void **state)
{
	struct recording *r = *state;
	char value[] = "QM-00AB12\n";

	assert_int_equal(scrub_serial(r->scrub, value, strlen(value)), 0);
	assert_string_equal(value, "XX-XXXXX1\n");
	text(r, "usb 1-1: SerialNumber: QM-00AB12\n", "usb 1-1: SerialNumber: XX-XXXXX1\n");
	text(r, "Mfr=1, Product=2, SerialNumber=3", "Mfr=1, Product=2, SerialNumber=3");
	text(r, "Serial\t\t: 10000000abcdef01\n", "Serial\t\t: XXXXXXXXXXXXXXX2\n");
	text(r, "Serial\t\t: 0000000000000000\n", "Serial\t\t: 0000000000000000\n");
	/* learnt ones also within text, as words */
	assert_int_equal(scrub_learn_serial(r->scrub, "AB12CD34EF"), 0);
	text(r, "disk AB12CD34EF, not xAB12CD34EF", "disk XXXXXXXXX3, not xAB12CD34EF");
	/* too plain to be replaced wherever they stand */
	assert_int_equal(scrub_learn_serial(r->scrub, "virtio"), 0);
	assert_int_equal(scrub_learn_serial(r->scrub, "12345678"), 0);
	text(r, "virtio 12345678", "virtio 12345678");
}

static void hosts(void **state)
{
	struct recording *r = *state;
	char name[] = "build7.example.org\n", local[] = "localhost", none[] = "(none)";

	scrub_host(name, strlen(name));
	assert_string_equal(name, "hostho.sthosth.ost\n");
	scrub_host(local, strlen(local));
	assert_string_equal(local, "localhost");
	scrub_host(none, strlen(none));
	assert_string_equal(none, "(none)");
	text(r, "systemd.hostname=abc quiet", "systemd.hostname=hos quiet");
	text(r, "ds=nocloud;h=vm;i=1", "ds=nocloud;h=ho;i=1");
	assert_int_equal(scrub_learn_host(r->scrub, "web-17"), 0);
	text(r, "ip=::::web-17:eth0 root=/dev/web-17/root", "ip=::::hostho:eth0 root=/dev/hostho/root");
	/* a host that bears the name of a thing */
	assert_int_equal(scrub_learn_host(r->scrub, "debian"), 0);
	text(r, "initrd=\\debian\\initrd", "initrd=\\debian\\initrd");
}

static void device_tree_properties(void **state)
{
	struct recording *r = *state;
	char seed[] = "\x01\x02\x03", mac[] = "\x52\x54\x00\x12\x34\x56", serial[] = "SN-4711";

	assert_int_equal(scrub_fdt_property(r, "/base/chosen/rng-seed", seed, 3), 0);
	assert_memory_equal(seed, "\0\0\0", 3);
	text(r, "52:54:00:12:34:56", "02:00:00:00:00:01");
	assert_int_equal(scrub_fdt_property(r, "local-mac-address", mac, 6), 0);
	assert_memory_equal(mac, "\x02\0\0\0\0\x01", 6);
	assert_int_equal(scrub_fdt_property(r, "/base/serial-number", serial, sizeof(serial)), 0);
	assert_memory_equal(serial, "XX-XXX1", 8);
}

/* A version 17 tree of one node; the property's value stands at 76. */
static const char tree[] =
	"\xd0\x0d\xfe\xed\0\0\0\x78\0\0\0\x38\0\0\0\x5c\0\0\0\x28\0\0\0\x11\0\0\0\x10\0\0\0\0\0\0\0\x1c\0\0\0"
	"\x24"
	"\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"		 /* memory reservations */
	"\0\0\0\x01\0\0\0\0\0\0\0\x03\0\0\0\x08\0\0\0\0" /* begin, "", property of 8 bytes, name at 0 */
	"SECRET42\0\0\0\x02\0\0\0\x09"
	"serial-number\0rng-seed\0kaslr\0";

static void flattened_tree(void **state)
{
	struct recording *r = *state;

	for (size_t cut = 0; cut < sizeof(tree); cut++) {
		_cleanup_free_ char *p = malloc(cut ? cut : 1);

		assert_non_null(p);
		memcpy(p, tree, cut);
		assert_int_equal(scrub_fdt(r, "/sys/firmware/fdt", p, cut), 0);
		/* from where the property's name can be told */
		if (cut >= 0x5c + sizeof("serial-number"))
			assert_null(memmem(p, cut, "SECRET42", 8));
	}
	/* each byte damaged once: no crash, and it ends */
	for (size_t i = 0; i < 2 * sizeof(tree); i++) {
		_cleanup_free_ char *p = malloc(sizeof(tree));

		assert_non_null(p);
		memcpy(p, tree, sizeof(tree));
		p[i / 2] = i % 2 ? (char)0xff : '\x01';
		assert_int_equal(scrub_fdt(r, "/sys/firmware/fdt", p, sizeof(tree)), 0);
	}
}

static void efi_variables(void **state)
{
	struct recording *r = *state;
	char boot[] = "\x07\0\0\0secret", mtc[] = "\x07\0\0\0\x05\0\0\0", empty[1] = "";

	assert_int_equal(scrub_efi_variable(r, "/e/Boot0000-8be4df61-93ca-11d2-aa0d-00e098032b8c", boot, 10),
			 0);
	assert_memory_equal(boot, "\x07\0\0\0\0\0\0\0\0\0", 10);
	assert_int_equal(scrub_efi_variable(r, "/e/MTC-eb704011-1402-11d3-8e77-00a0c969723b", mtc, 8), 0);
	assert_memory_equal(mtc, "\x07\0\0\0\x05\0\0\0", 8);
	assert_int_equal(scrub_efi_variable(r, "/e/Boot0000-x", empty, 0), 0);
}

/* Where the stub's image lies tells who gave the tree; a machine's ID in it tells who the machine is. */
static void stub_image(void **state)
{
	static const char id[] = "0123456789abcdef0123456789abcdef";
	struct recording *r = *state;
	char plain[] = "\x06\0\0\0\\\0x\0.\0e\0f\0i\0\0", named[4 + 2 * sizeof(id)] = "\x06";

	assert_int_equal(scrub_efi_variable(r, "/e/StubImageIdentifier-x", plain, sizeof(plain)), 0);
	assert_memory_equal(plain + 4, "\\\0x\0.\0e\0f\0i\0", 12);
	for (size_t i = 0; i < sizeof(id); i++)
		named[4 + 2 * i] = id[i];
	assert_int_equal(scrub_efi_variable(r, "/e/StubImageIdentifier-x", named, sizeof(named)), 0);
	assert_memory_equal(named + 4, (char[2 * sizeof(id)]){ 0 }, 2 * sizeof(id));
}

static void acpi_tables(void **state)
{
	struct recording *r = *state;
	char msdm[64], apic[64];

	memset(msdm, 'K', sizeof(msdm));
	memset(apic, 'K', sizeof(apic));
	msdm[9] = (char)(uint8_t)(3 - 63 * 'K'); /* the sum is 3: a bad checksum stays as bad */
	assert_int_equal(span_sum8(vms_span(msdm, sizeof(msdm))), 3);
	assert_int_equal(scrub_acpi_table(r, "/sys/firmware/acpi/tables/MSDM", msdm, sizeof(msdm)), 0);
	assert_int_equal(span_sum8(vms_span(msdm, sizeof(msdm))), 3);
	assert_null(memchr(msdm + 36, 'K', sizeof(msdm) - 36));
	assert_int_equal(scrub_acpi_table(r, "/sys/firmware/acpi/tables/APIC", apic, sizeof(apic)), 0);
	assert_int_equal(apic[40], 'K');
}

static void pci_and_mounts(void **state)
{
	struct recording *r = *state;
	char config[300], mounts[] = "/dev/vda1 / ext4 rw 0 0\n/dev/vdb /home/jane ext4 rw 0 0\n";
	char info[] = "22 1 254:1 / / rw - ext4 /dev/vda1 rw\n30 22 254:2 / /srv/x rw - ext4 /dev/vdb rw\n";
	char menu[] = "password_pbkdf2 root x\n\tdevicetree /a.dtb\n";

	memset(config, 7, sizeof(config));
	memcpy(config + 256, "\x03\x00\x01\x00SERIALNO", 12); /* Device Serial Number, the last */
	assert_int_equal(scrub_pci_config(r, "/config", config, sizeof(config)), 0);
	assert_int_equal(config[255], 7);
	assert_int_equal(config[256], 3);
	assert_memory_equal(config + 260, "\0\0\0\0\0\0\0\0", 8);
	assert_int_equal(config[268], 7);
	assert_int_equal(keep_mount_lines(r, "/proc/mounts", mounts, strlen(mounts)), 0);
	assert_non_null(strstr(mounts, "/dev/vda1 / ext4"));
	assert_null(strstr(mounts, "jane"));
	assert_int_equal(keep_mount_lines(r, "/proc/self/mountinfo", info, strlen(info)), 0);
	assert_non_null(strstr(info, " / / rw"));
	assert_null(strstr(info, "/srv"));
	assert_int_equal(keep_devicetree_lines(r, "/boot/grub/grub.cfg", menu, strlen(menu)), 0);
	assert_null(strstr(menu, "pbkdf2"));
	assert_non_null(strstr(menu, "\tdevicetree /a.dtb\n"));
}

/* Work grows with the text, not with its square. */
static void many(void **state)
{
	struct recording *r = *state;
	size_t n = 100000, line = 37;
	_cleanup_free_ char *p = malloc(n * line + 1);

	assert_non_null(p);
	for (size_t i = 0; i < n; i++)
		snprintf(p + i * line, line + 1, "%08zx-1111-2222-3333-444455556666\n", i + 1);
	assert_int_equal(scrub_text(r->scrub, p, n * line), 0);
	assert_memory_equal(p, "00000000-0000-4000-8000-000000000001\n", line);
	assert_memory_equal(p + 65534 * line, "00000000-0000-4000-8000-00000000ffff\n", line);
	assert_null(strstr(p, "-1111-"));
}

/* Addresses, hosts and secrets go; what the checks read stays. */
static void parameters(_unused_ void **state)
{
	static const struct {
		const char *line, *scrubbed;
	} cases[] = {
		{ "console=ttyAMA0,115200 root=/dev/vda2 initrd=\\initrd.img-6.1 iommu.passthrough=1",
		  "console=ttyAMA0,115200 root=/dev/vda2 initrd=\\initrd.img-6.1 iommu.passthrough=1" },
		{ "earlycon=pl011,0x9000000 acpi=force", "earlycon=pl011,0x9000000 acpi=force" },
		{ "ip=10.1.2.3::10.1.2.1:255.255.255.0:web7:eth0:off quiet",
		  "ip=00.0.0.0::00.0.0.0:000.000.000.0:xxx0:xxx0:xxx quiet" },
		{ "rd.neednet=1 rd.ip=dhcp nfsroot=10.0.0.9:/srv",
		  "rd.neednet=1 rd.ip=xxxx nfsroot=00.0.0.0:/xxx" },
		{ "ds=nocloud;s=http://me:pw1@seed.example.org:80/a/",
		  "ds=nocloud;s=http://xx:xx0@xxxx.xxxxxxx.xxx:00/a/" },
		{ "syslog=192.168.7.20:514 v6=fe80::1:2 version=1.2.3.4.5",
		  "syslog=000.000.0.00:514 v6=xx00::0:0 version=1.2.3.4.5" },
		{ "my_password=\"a b\" API_TOKEN=s3cr3t script=10",
		  "my_password=\"x x\" API_TOKEN=x0xx0x script=10" },
		{ "root=iscsi:me:pw1@198.51.100.3::3260::iqn.x:vol rd.luks.key=/k1 keyboard=de monkey=7",
		  "root=iscsi:xx:xx0@000.00.000.0::0000::xxx.x:xxx rd.luks.key=/x0 keyboard=de monkey=7" },
		{ "ds=nocloud;h=web7;i=i-0a1 systemd.hostname=web7 BOOTIF=01-52-54-00-12-34-5f",
		  "ds=nocloud;h=xxx0;i=x-0x0 systemd.hostname=xxx0 BOOTIF=00-00-00-00-00-00-0x" },
		{ "x.opts=user,pass=p1,vers=3.0 root=UUID=6b1b36aa-0001 systemd.machine_id=0a1b",
		  "x.opts=user,pass=x0,vers=3.0 root=UUID=6b1b36aa-0001 systemd.machine_id=0x0x" },
		{ "systemd.set_credential=vmm.pw:hunter2\n", "systemd.set_credential=xxx.xx:xxxxxx0\n" },
	};
	char log[] =
		"[0.0] Kernel command line: ip=10.0.0.7 quiet\n[0.1] efi: EFI v2.70 by EDK II 10.0.0.7\n";

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		_cleanup_free_ char *text = strdup(cases[i].line);

		assert_non_null(text);
		scrub_parameters(text, strlen(text));
		assert_string_equal(text, cases[i].scrubbed);
	}
	scrub_logged_parameters(log, strlen(log));
	assert_string_equal(log, "[0.0] Kernel command line: ip=00.0.0.0 quiet\n"
				 "[0.1] efi: EFI v2.70 by EDK II 10.0.0.7\n");
}

#define scrub_test(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		scrub_test(uuids),
		scrub_test(macs),
		scrub_test(serials),
		scrub_test(hosts),
		scrub_test(device_tree_properties),
		scrub_test(flattened_tree),
		scrub_test(efi_variables),
		scrub_test(stub_image),
		scrub_test(acpi_tables),
		scrub_test(pci_and_mounts),
		scrub_test(many),
		scrub_test(parameters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
