/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A machine: its architecture, facts that are read once, and what a namespace hides of it. */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "fixture.h"

static void expect_arch(struct fixture *f, const char *arch, bool arm, bool aarch32)
{
	const struct vms_machine *m = fixture_machine(f);

	assert_string_equal(m->arch, arch);
	assert_int_equal(vms_machine_is_arm(m), arm);
	assert_int_equal(vms_machine_is_aarch32(m), aarch32);
}

static void test_arch(void **state)
{
	static const struct {
		const char *machine;
		bool arm, aarch32;
	} cases[] = {
		{ "aarch64", true, false },  { "aarch64_be", true, false }, { "armv8l", true, true },
		{ "armv7l", true, true },    { "arm64", true, false },	    { "x86_64", false, false },
		{ "riscv64", false, false }, { "i686", false, false },
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		fixture_write(f, "/.vmspec/machine", cases[i].machine);
		expect_arch(f, cases[i].machine, cases[i].arm, cases[i].aarch32);
	}
}

/* A 32-bit program on an arm64 kernel is told armv8l. */
static void test_compat_program(void **state)
{
	struct fixture *f = *state;

	fixture_write(f, "/.vmspec/machine", "armv8l\n");
	fixture_write(f, "/sys/firmware/efi/fw_platform_size", "64\n");
	expect_arch(f, "aarch64", true, false);
	fixture_write(f, "/sys/firmware/efi/fw_platform_size", "32\n");
	expect_arch(f, "armv8l", true, true);
	/* where a container hides the firmware, and without UEFI */
	fixture_remove(f, "/sys/firmware");
	fixture_write(f, "/sys/devices/system/cpu/modalias", "cpu:type:aarch64:feature:,0000,0001\n");
	expect_arch(f, "aarch64", true, false);
	fixture_write(f, "/sys/devices/system/cpu/modalias", "cpu:type:v8l:feature:,0000,0001\n");
	expect_arch(f, "armv8l", true, true);
	fixture_write(f, "/proc/sys/kernel/arch", "aarch64\n");
	expect_arch(f, "aarch64", true, false);
	fixture_write(f, "/proc/sys/kernel/arch", "arm\n");
	expect_arch(f, "armv8l", true, true);
}

/* qemu-user tells its program that it runs on Arm, beside the /proc and /sys of what it runs on. */
static void test_emulated_program(void **state)
{
	struct fixture *f = *state;

	fixture_write(f, "/.vmspec/machine", "aarch64\n");
	fixture_write(f, "/sys/devices/system/cpu/modalias",
		      "cpu:type:x86,ven0000fam0006mod008F:feature:,0000\n");
	expect_arch(f, "x86", false, false);
	fixture_write(f, "/proc/sys/kernel/arch", "x86_64\n");
	expect_arch(f, "x86_64", false, false);
	fixture_write(f, "/proc/sys/kernel/arch", "aarch64\n");
	expect_arch(f, "aarch64", true, false);
	fixture_write(f, "/.vmspec/machine", "armv7l\n");
	fixture_write(f, "/proc/sys/kernel/arch", "riscv\n");
	expect_arch(f, "riscv", false, false);
}

#define NAMESPACE_AHEAD 1000000.0

/* In a time namespace that is 1,000,000 s ahead. 0: the machine's uptime is told; 1: it is not; 2: none was
 * made. */
static int uptime_in_namespace(double machine)
{
	struct vms_machine *m;
	double uptime = 0;
	pid_t pid;
	int status, fd;

	if (unshare(CLONE_NEWUSER | 0x80 /* CLONE_NEWTIME */) < 0)
		return 2;
	fd = open("/proc/self/timens_offsets", O_WRONLY | O_CLOEXEC);
	if (fd < 0 || dprintf(fd, "boottime %.0f 0\n", NAMESPACE_AHEAD) < 0)
		return 2;
	/* the offsets of a namespace that this process is not in */
	if (vms_machine_open_live(&m) < 0)
		return 1;
	if (vms_root_probe(m->root, "/proc/self/timens_offsets") < 0) /* an emulator with a root of its own */
		return 2;
	if (m->live->uptime(m, &uptime) != -EXDEV)
		return 1;
	vms_machine_free(m);
	pid = fork();
	if (pid == 0) {
		struct timespec t;

		clock_gettime(CLOCK_BOOTTIME, &t);
		_exit((double)t.tv_sec < machine + NAMESPACE_AHEAD - 1 || vms_machine_open_live(&m) < 0 ||
		      m->live->uptime(m, &uptime) < 0 || uptime < machine - 2 || uptime > machine + 600);
	}
	return waitpid(pid, &status, 0) == pid && status == 0 ? 0 : 1;
}

static void test_time_namespace(_unused_ void **state)
{
	struct timespec t;
	int status;
	pid_t pid;

	assert_int_equal(clock_gettime(CLOCK_BOOTTIME, &t), 0);
	pid = fork();
	if (pid == 0)
		_exit(uptime_in_namespace((double)t.tv_sec));
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	if (WEXITSTATUS(status) == 2)
		skip();
	assert_int_equal(WEXITSTATUS(status), 0);
}

static void test_arch_from_cpuinfo(void **state)
{
	struct fixture *f = *state;

	fixture_remove(f, "/.vmspec/machine");
	expect_arch(f, "", false, false);
	fixture_write(f, "/proc/cpuinfo",
		      "processor\t: 0\nFeatures\t: fp asimd evtstrm\nCPU implementer\t: 0x41\n");
	expect_arch(f, "aarch64", true, false);
	fixture_write(f, "/proc/cpuinfo",
		      "processor\t: 0\nFeatures\t: half thumb neon vfpv4\nCPU implementer\t: 0x41\n");
	expect_arch(f, "armv7l", true, true);
	fixture_write(f, "/proc/cpuinfo", "processor\t: 0\nvendor_id\t: GenuineIntel\n");
	expect_arch(f, "x86", false, false);
	/* empty, or with a NUL: not recorded */
	fixture_write(f, "/.vmspec/machine", "\n");
	expect_arch(f, "x86", false, false);
	fixture_write_bytes(f, "/.vmspec/machine", "aarch64\0x", 9);
	expect_arch(f, "x86", false, false);
}

struct counted {
	int n;
	char *owned;
};
static int reads, clears, outcome;

static int counted_read(struct vms_machine *m, void *facts)
{
	struct counted *c = facts;

	(void)m;
	assert_int_equal(c->n, 0);
	c->n = ++reads;
	c->owned = strdup("owned");
	return outcome;
}

static void counted_clear(void *facts)
{
	struct counted *c = facts;

	clears++;
	free(c->owned);
}

static void test_facts_are_read_once(void **state)
{
	struct vms_machine *m = fixture_machine(*state);
	const struct counted *first, *second;

	reads = clears = outcome = 0;
	first = vms_machine_fact(m, VMS_FACT_BUS, sizeof(*first), counted_read, counted_clear);
	second = vms_machine_fact(m, VMS_FACT_BUS, sizeof(*first), counted_read, counted_clear);
	assert_ptr_equal(first, second);
	assert_int_equal(reads, 1);
	fixture_machine(*state);
	assert_int_equal(clears, 1);
}

/* What a reader had put together when memory ran out is freed; it may be tried again. */
static void test_failed_read(void **state)
{
	struct vms_machine *m = fixture_machine(*state);

	reads = clears = 0;
	outcome = -ENOMEM;
	assert_null(vms_machine_fact(m, VMS_FACT_BUS, sizeof(struct counted), counted_read, counted_clear));
	assert_int_equal(clears, 1);
	outcome = 0;
	assert_non_null(
		vms_machine_fact(m, VMS_FACT_BUS, sizeof(struct counted), counted_read, counted_clear));
	assert_int_equal(reads, 2);
}

static void test_open_record(void **state)
{
	struct vms_machine *m = NULL;
	struct fixture *f = *state;
	char path[128];

	snprintf(path, sizeof(path), "%s/.vmspec/machine", f->root);
	assert_int_equal(vms_machine_open_record(path, &m), -ENOTDIR);
	assert_int_equal(vms_machine_open_record("/nonexistent-vmspec", &m), -ENOENT);
	assert_null(m);
	vms_machine_free(NULL);
	vms_devices_free(NULL, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(test_arch),
		fixture_test(test_compat_program),
		fixture_test(test_emulated_program),
		cmocka_unit_test(test_time_namespace),
		fixture_test(test_arch_from_cpuinfo),
		fixture_test(test_facts_are_read_once),
		fixture_test(test_failed_read),
		fixture_test(test_open_record),
	};

	return cmocka_run_group_tests_name("machine", tests, NULL, NULL);
}
