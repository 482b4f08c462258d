/* SPDX-License-Identifier: GPL-2.0-or-later */
/* probe/image/format.c and source.c: formats by their bytes, names in images, the sandbox. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <cmocka.h>
#include "image/sandbox.h"
#include "image/source.h"
#include "mkimage.h"

static void put_be(uint8_t *p, int n, uint64_t v)
{
	while (n-- > 0) {
		p[n] = (uint8_t)v;
		v >>= 8;
	}
}

static enum image_format detect(const uint8_t *p, size_t len)
{
	struct vms_span bytes = vms_span(p, len);
	enum image_format f = N_FORMATS;
	struct vms_disk d;

	vms_disk_init_span(&d, &bytes);
	assert_int_equal(format_detect(&d, &f), 0);
	vms_disk_clear(&d);
	return f;
}

static void by_magic(void **state)
{
	static const struct {
		const char *magic;
		size_t off, len;
		enum image_format format;
	} cases[] = {
		{ "QFI\xfb", 0, 4, FORMAT_QCOW2 },
		{ "KDMV", 0, 4, FORMAT_VMDK },
		{ "COWD", 0, 4, FORMAT_VMDK },
		{ "# Disk DescriptorFile", 0, 21, FORMAT_VMDK },
		{ "vhdxfile", 0, 8, FORMAT_VHDX },
		{ "\x7f\x10\xda\xbe", 64, 4, FORMAT_VDI },
		{ "conectix", 0, 8, FORMAT_VPC },
		{ "\xfd"
		  "7zXZ\0",
		  0, 6, FORMAT_XZ },
		{ "\x28\xb5\x2f\xfd", 0, 4, FORMAT_ZSTD },
		{ "\x1f\x8b\x08", 0, 3, FORMAT_GZIP },
		{ "BZh", 0, 3, FORMAT_BZIP2 },
		{ "hello", 0, 5, FORMAT_RAW },
	};
	struct mk m = mk_image(512);

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		uint8_t p[128] = { 0 };

		memcpy(p + cases[i].off, cases[i].magic, cases[i].len);
		assert_int_equal(detect(p, sizeof(p)), cases[i].format);
		assert_int_equal(detect(p, cases[i].off + cases[i].len), cases[i].format);
		assert_int_equal(detect(p, cases[i].off + cases[i].len - 1), FORMAT_RAW);
		assert_non_null(format_name(cases[i].format));
	}
	assert_int_equal(detect((const uint8_t *)"", 0), FORMAT_RAW);
	/* a guest may write a magic in front of its partition table: it stays a disk */
	memcpy(m.bytes, "QFI\xfb", 4);
	assert_int_equal(detect(m.bytes, m.len), FORMAT_RAW);
	mk_free(&m);
}

static int alone(const uint8_t *p, size_t len, enum image_format f, struct vms_why *why)
{
	struct vms_span bytes = vms_span(p, len);
	struct vms_disk d;
	int r;

	vms_disk_init_span(&d, &bytes);
	r = format_stands_alone(&d, f, why);
	vms_disk_clear(&d);
	return r;
}

static void qcow2_names(void **state)
{
	uint8_t p[512] = "QFI\xfb";
	struct vms_why why;

	(void)state;
	put_be(p + 4, 4, 3);
	assert_int_equal(alone(p, sizeof(p), FORMAT_QCOW2, &why), 0);
	put_be(p + 8, 8, 200);
	put_be(p + 16, 4, 11);
	memcpy(p + 200, "/etc/shadowXXXX", 15);
	assert_int_equal(alone(p, sizeof(p), FORMAT_QCOW2, &why), -EBADMSG);
	assert_non_null(strstr(why.text, "/etc/shadow,"));
	/* a name that is not there, or endless: still refused */
	put_be(p + 8, 8, UINT64_MAX - 5);
	put_be(p + 16, 4, UINT32_MAX);
	assert_int_equal(alone(p, sizeof(p), FORMAT_QCOW2, &why), -EBADMSG);
	put_be(p + 8, 8, 0);
	put_be(p + 72, 8, 4);
	assert_int_equal(alone(p, sizeof(p), FORMAT_QCOW2, &why), -EBADMSG);
	assert_non_null(strstr(why.text, "another file"));
	put_be(p + 72, 8, 0);
	put_be(p + 32, 4, 2);
	assert_int_equal(alone(p, sizeof(p), FORMAT_QCOW2, &why), -EBADMSG);
	assert_non_null(strstr(why.text, "encrypted"));
	assert_int_equal(alone(p, 4, FORMAT_QCOW2, &why), 0); /* qemu says what is wrong with it */
}

static void vmdk_names(void **state)
{
	static uint8_t p[2048] = "KDMV";
	struct vms_why why;

	(void)state;
	/* one of many parts has no descriptor, or room for one */
	assert_int_equal(alone(p, sizeof(p), FORMAT_VMDK, &why), -EBADMSG);
	assert_non_null(strstr(why.text, "a part of a disk"));
	mk64(p + 12, 0);
	mk64(p + 28, 1);
	/* no disk of its own: qemu takes it from the files that the descriptor names */
	assert_int_equal(alone(p, sizeof(p), FORMAT_VMDK, &why), -EBADMSG);
	assert_non_null(strstr(why.text, "names of other files"));
	mk64(p + 12, 98304);
	mk64(p + 36, 2);
	assert_int_equal(alone(p, sizeof(p), FORMAT_VMDK, &why), -EBADMSG);
	assert_non_null(strstr(why.text, "a part of a disk"));
	strcpy((char *)p + 512, "# Disk DescriptorFile\nCID=1\nparentCID=ffffffff\n");
	assert_int_equal(alone(p, sizeof(p), FORMAT_VMDK, &why), 0);
	strcpy((char *)p + 512, "# Disk DescriptorFile\nparentCID=12345678\n");
	assert_int_equal(alone(p, sizeof(p), FORMAT_VMDK, &why), -EBADMSG);
	mk64(p + 28, UINT64_MAX);
	assert_int_equal(alone(p, sizeof(p), FORMAT_VMDK, &why), -EBADMSG);
	mk64(p + 28, 1);
	mk64(p + 36, UINT64_MAX);
	assert_int_equal(alone(p, sizeof(p), FORMAT_VMDK, &why), -EBADMSG);
	mk64(p + 36, 100);
	assert_int_equal(alone(p, sizeof(p), FORMAT_VMDK, &why), -EBADMSG);
	memcpy(p, "# Di", 4);
	assert_int_equal(alone(p, sizeof(p), FORMAT_VMDK, &why), -EBADMSG);
	assert_non_null(strstr(why.text, "names other files"));
}

/* A fixed VHD: the disk ends before the footer. */
static void vhd_footer(void **state)
{
	struct mk m = mk_image(512);
	struct vms_span bytes;
	struct vms_disk d;
	uint64_t size = 0;

	(void)state;
	m.bytes = realloc(m.bytes, m.len + 512);
	assert_non_null(m.bytes);
	memset(m.bytes + m.len, 0, 512);
	memcpy(m.bytes + m.len, "conectix", 8);
	m.bytes[m.len + 63] = 2;
	bytes = vms_span(m.bytes, m.len + 512);
	vms_disk_init_span(&d, &bytes);
	assert_int_equal(format_strip_vhd_footer(&d, &size), 0);
	assert_int_equal(size, m.len);
	m.bytes[m.len + 63] = 3;
	vms_disk_clear(&d);
	vms_disk_init_span(&d, &bytes);
	assert_int_equal(format_strip_vhd_footer(&d, &size), 0);
	assert_int_equal(size, m.len + 512);
	vms_disk_clear(&d);
	mk_free(&m);
}

static void looks_like_disk(void **state)
{
	struct mk m = mk_image(512);
	struct vms_span bytes = vms_span("0123  file.img\n", 15);
	struct vms_disk d;
	bool disk = true;

	(void)state;
	vms_disk_init_span(&d, &bytes);
	assert_int_equal(format_looks_like_disk(&d, &disk), 0);
	assert_false(disk);
	vms_disk_clear(&d);
	bytes = vms_span(m.bytes, m.len);
	vms_disk_init_span(&d, &bytes);
	assert_int_equal(format_looks_like_disk(&d, &disk), 0);
	assert_true(disk);
	vms_disk_clear(&d);
	mk_free(&m);
}

/* In a process of its own: nothing can be opened, connected or executed any more, while
 * what is open can be read. The exit status says what went wrong; 99: no filter here. */
static int locked_up(int fd)
{
	char c;

	if (vms_sandbox_enter() < 0)
		return 99;
	if (open("/etc/passwd", O_RDONLY) >= 0 || errno != EPERM)
		return 1;
	if (socket(AF_UNIX, SOCK_STREAM, 0) >= 0 || errno != EPERM)
		return 2;
	if (execl("/bin/true", "true", (char *)NULL) == 0 || errno != EPERM)
		return 3;
	if (fork() >= 0 || errno != EPERM)
		return 4;
	if (unlink("/tmp/vmspec-not-there") == 0 || errno != EPERM)
		return 5;
	if (kill(getppid(), 0) == 0)
		return 6;
	return pread(fd, &c, 1, 0) == 1 ? 0 : 7;
}

static void sandbox(void **state)
{
	int fd = open("/proc/self/exe", O_RDONLY), status = 0;
	pid_t pid = fork();

	(void)state;
	if (pid == 0)
		_exit(locked_up(fd));
	assert_true(pid > 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	close(fd);
	assert_true(WIFEXITED(status));
	if (WEXITSTATUS(status) == 99)
		skip(); /* an emulated process, a kernel without seccomp */
	assert_int_equal(WEXITSTATUS(status), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(by_magic),   cmocka_unit_test(qcow2_names),	 cmocka_unit_test(vmdk_names),
		cmocka_unit_test(vhd_footer), cmocka_unit_test(looks_like_disk), cmocka_unit_test(sandbox),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
