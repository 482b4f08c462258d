/* SPDX-License-Identifier: GPL-2.0-or-later */
/* VBSA, virtual PEs: each rule passes, fails and is left open for its reason. */
#include "fixture_vbsa.h"

#define A57 0x411fd070
#define N2  0x410fd490 /* Neoverse N2, an Armv9 part */
#define ALL "fp asimd evtstrm aes pmull sha1 sha2 crc32 cpuid"

static const char *const two[] = { ALL, ALL, NULL };

static void features(struct fixture *f, const char *first, const char *second)
{
	fixture_cpus(f, A57, (const char *const[]){ first, second, NULL });
}

static void test_alike(void **state)
{
	struct fixture *f = *state;

	fixture_cpus(f, A57, two);
	fixture_check_evidence(f, "VBSA-B_PE_01", VMS_PASS, "2 CPUs of one model", "0x411fd070");
	/* big.LITTLE: the kernel compares what has to be alike */
	fixture_write(
		f, "/proc/cpuinfo",
		"processor : 0\nCPU implementer : 0x41\nCPU variant : 0x0\nCPU part : 0xd03\nCPU revision : 4\n"
		"processor : 1\nCPU implementer : 0x41\nCPU variant : 0x0\nCPU part : 0xd08\nCPU revision : 2\n");
	fixture_kmsg(f, true, "");
	fixture_check_evidence(f, "VBSA-B_PE_01", VMS_PASS, "found no register that differs", "0x410fd082");
	fixture_kmsg(f, false, "[  900.1] audit: something later\n");
	fixture_check(f, "VBSA-B_PE_01", VMS_UNKNOWN, "of several models");
	fixture_kmsg(
		f, true,
		"[    0.1] CPU features: SANITY CHECK: Unexpected variation in SYS_ID_AA64PFR0_EL1. Boot CPU: 0x1\n");
	fixture_check_evidence(f, "VBSA-B_PE_01", VMS_FAIL, "registers differ", "SYS_ID_AA64PFR0_EL1");
	fixture_remove(f, "/.vmspec/kmsg");
	fixture_write(f, "/proc/cpuinfo", "processor : 0\nprocessor : 1\n");
	fixture_check(f, "VBSA-B_PE_01", VMS_UNKNOWN, "neither the CPUs' models");
	fixture_remove(f, "/proc/cpuinfo");
	fixture_check(f, "VBSA-B_PE_01", VMS_UNKNOWN, "/proc/cpuinfo");
	fixture_write(f, "/proc/cpuinfo", "\n");
	fixture_check(f, "VBSA-B_PE_01", VMS_UNKNOWN, "names no CPU");
}

static void test_count(void **state)
{
	struct fixture *f = *state;

	fixture_gic(f, &(struct fixture_gic){ .version = 2, .cpus = 8 });
	fixture_write(f, "/sys/devices/system/cpu/online", "0-7\n");
	fixture_check(f, "VBSA-B_PE_02", VMS_PASS, NULL);
	fixture_gic(f, &(struct fixture_gic){ .version = 2, .cpus = 9 });
	fixture_write(f, "/sys/devices/system/cpu/online", "0-8\n");
	fixture_check(f, "VBSA-B_PE_02", VMS_FAIL, NULL);
	fixture_gic(f, &(struct fixture_gic){ .version = 3, .cpus = 9 });
	fixture_check(f, "VBSA-B_PE_02", VMS_PASS, NULL);
	fixture_remove(f, "/sys/devices/system/cpu/online");
	fixture_remove(f, "/proc/interrupts");
	fixture_remove(f, "/sys/firmware/acpi");
	fixture_check(f, "VBSA-B_PE_02", VMS_UNKNOWN, NULL);
}

/* Each rule about instructions, with the last CPU without one of them. */
static void test_instructions(void **state)
{
	static const struct {
		const char *id, *without, *lacks;
	} rules[] = {
		{ "VBSA-B_PE_03", "fp aes pmull sha1 sha2 crc32", "CPU 1 lacks asimd" },
		{ "VBSA-B_PE_03", "asimd aes pmull sha1 sha2 crc32", "CPU 1 lacks fp" },
		{ "VBSA-B_PE_06", "fp asimd pmull sha1 sha2 crc32", "CPU 1 lacks aes" },
		{ "VBSA-B_PE_06", "fp asimd aes pmull sha1 sha256 sha3 sha512 crc32", "CPU 1 lacks sha2" },
		{ "VBSA-B_PE_13", "fp asimd aes pmull sha1 sha2 crc32x", "CPU 1 lacks crc32" },
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < ARRAY_SIZE(rules); i++) {
		features(f, ALL, ALL);
		fixture_check(f, rules[i].id, VMS_PASS, "2 CPUs have");
		features(f, ALL, rules[i].without);
		fixture_check(f, rules[i].id, VMS_FAIL, rules[i].lacks);
		fixture_write(f, "/proc/cpuinfo", "processor : 0\nCPU part : 0xd07\n");
		fixture_check(f, rules[i].id, VMS_UNKNOWN, "does not tell the features of CPU 0");
		fixture_remove(f, "/proc/cpuinfo");
		fixture_check(f, rules[i].id, VMS_UNKNOWN, "/proc/cpuinfo");
	}
}

static void test_granule(void **state)
{
	struct fixture *f = *state;

	fixture_check(f, "VBSA-B_PE_04", VMS_UNKNOWN, "not recorded");
	fixture_write(f, "/.vmspec/page_size", "4096\n");
	fixture_check(f, "VBSA-B_PE_04", VMS_PASS, "4 KiB");
	/* never a failure: the CPUs may have others */
	fixture_write(f, "/.vmspec/page_size", "65536\n");
	fixture_check(f, "VBSA-B_PE_04", VMS_UNKNOWN, "pages of 64 KiB");
	fixture_remove(f, "/.vmspec/page_size");
	fixture_write(f, "/proc/version", "Linux version 6.1.0-9-arm64\n");
	fixture_write(f, "/proc/sys/kernel/osrelease", "6.1.0-9-arm64\n");
	fixture_write(f, "/boot/config-6.1.0-9-arm64", "CONFIG_ARM64=y\nCONFIG_ARM64_4K_PAGES=y\n");
	fixture_check_evidence(f, "VBSA-B_PE_04", VMS_PASS, "built for 4 KiB", "CONFIG_ARM64_4K_PAGES");
	fixture_write(f, "/boot/config-6.1.0-9-arm64", "CONFIG_ARM64=y\nCONFIG_ARM64_64K_PAGES=y\n");
	fixture_check(f, "VBSA-B_PE_04", VMS_UNKNOWN, NULL);
}

static void test_endian_and_levels(void **state)
{
	struct fixture *f = *state;

	fixture_check(f, "VBSA-B_PE_07", VMS_PASS, "little endian");
	fixture_check(f, "VBSA-B_PE_08", VMS_PASS, "AArch64");
	fixture_write(f, "/.vmspec/machine", "aarch64_be\n");
	fixture_check(f, "VBSA-B_PE_07", VMS_UNKNOWN, "big endian");
}

static void test_pmu_interrupt(void **state)
{
	struct fixture *f = *state;

	fixture_gic(f, &(struct fixture_gic){ .version = 3, .cpus = 2, .pmu = 23 });
	fixture_check_evidence(f, "VBSA-B_PE_10", VMS_PASS, "INTID 23", "2 of 2 CPUs");
	fixture_gic(f, &(struct fixture_gic){ .version = 3, .cpus = 2 });
	fixture_check(f, "VBSA-B_PE_10", VMS_FAIL, "MADT describes no PMU interrupt");
	fixture_gic(f, &(struct fixture_gic){ .version = 3, .cpus = 2, .pmu = 23, .last_without_pmu = true });
	fixture_check(f, "VBSA-B_PE_10", VMS_FAIL, "for some CPUs only");
	/* what stands behind the damage may have one */
	fixture_gic(f, &(struct fixture_gic){
			       .version = 3, .cpus = 2, .pmu = 23, .last_without_pmu = true, .cut = true });
	fixture_check(f, "VBSA-B_PE_10", VMS_UNKNOWN, "damaged");
	/* GICv5: the kind in the upper bits */
	fixture_gic(f, &(struct fixture_gic){ .version = 3, .cpus = 2, .pmu = 1u << 29 | 23 });
	fixture_check(f, "VBSA-B_PE_10", VMS_PASS, "INTID 23");
	fixture_remove(f, "/sys/firmware/acpi");
	fixture_check(f, "VBSA-B_PE_10", VMS_UNKNOWN, "the hardware description");
	fixture_fdt(f, &(struct fixture_tree){ .cpus = 2, .gic = "arm,gic-v3" });
	fixture_check(f, "VBSA-B_PE_10", VMS_FAIL, "FDT describes no PMU interrupt");
}

static void test_sve2(void **state)
{
	struct fixture *f = *state;

	fixture_cpus(f, A57, two);
	fixture_check(f, "VBSA-B_PE_14", VMS_SKIP, "Armv8 parts");
	fixture_cpus(f, N2, (const char *const[]){ "fp asimd sve sve2", "fp asimd sve sve2", NULL });
	fixture_check(f, "VBSA-B_PE_14", VMS_PASS, "SVE2");
	fixture_cpus(f, N2, (const char *const[]){ "fp asimd sve sve2", "fp asimd sve", NULL });
	fixture_check(f, "VBSA-B_PE_14", VMS_FAIL, "CPU 1 lacks sve2");
	/* a kernel may hide it */
	fixture_cpus(f, N2, two);
	fixture_check(f, "VBSA-B_PE_14", VMS_UNKNOWN, "CONFIG_ARM64_SVE");
	fixture_write(f, "/proc/version", "Linux version 6.1.0-9-arm64\n");
	fixture_write(f, "/proc/sys/kernel/osrelease", "6.1.0-9-arm64\n");
	fixture_write(f, "/boot/config-6.1.0-9-arm64", "CONFIG_ARM64=y\nCONFIG_ARM64_SVE=y\n");
	fixture_check(f, "VBSA-B_PE_14", VMS_UNKNOWN, "command line");
	fixture_write(f, "/proc/cmdline", "root=/dev/vda1 arm64.nosve\n");
	fixture_check(f, "VBSA-B_PE_14", VMS_UNKNOWN, "command line");
	fixture_write(f, "/proc/cmdline", "root=/dev/vda1 id_aa64pfr0.sve=0\n");
	fixture_check(f, "VBSA-B_PE_14", VMS_UNKNOWN, "command line");
	fixture_write(f, "/proc/cmdline", "root=/dev/vda1 -- arm64.nosve\n");
	fixture_check(f, "VBSA-B_PE_14", VMS_FAIL, "Armv9 parts without SVE2");
	fixture_write(f, "/proc/cmdline", "root=/dev/vda1\n");
	fixture_check(f, "VBSA-B_PE_14", VMS_FAIL, "Armv9 parts without SVE2");
	/* QEMU's max, Apple's: no part that is known */
	fixture_cpus(f, 0x000f0510, two);
	fixture_check(f, "VBSA-B_PE_14", VMS_UNKNOWN, "not known here");
	fixture_remove(f, "/proc/cpuinfo");
	fixture_check(f, "VBSA-B_PE_14", VMS_UNKNOWN, "/proc/cpuinfo");
}

#define PMU  "/sys/bus/event_source/devices/armv8_pmuv3_0"
#define LINE "[    0.5] hw perfevents: enabled with armv8_pmuv3_0 PMU driver, "

static void test_pmuv3(void **state)
{
	struct fixture *f = *state;

	fixture_write(f, PMU "/events/cpu_cycles", "event=0x11\n");
	fixture_check_evidence(f, "VBSA-V_L1PE_02", VMS_PASS, "counts cycles", "armv8_pmuv3_0");
	fixture_remove(f, PMU "/events/cpu_cycles");
	fixture_check(f, "VBSA-V_L1PE_02", VMS_UNKNOWN, "no event for cycles");
	fixture_remove(f, PMU);
	fixture_kmsg(f, true, "");
	fixture_check(f, "VBSA-V_L1PE_02", VMS_UNKNOWN, "whether for want of one or of a driver");
	fixture_gic(f, &(struct fixture_gic){ .version = 3, .cpus = 2, .pmu = 23 });
	fixture_check(f, "VBSA-V_L1PE_02", VMS_UNKNOWN, "for want of one or of a driver");
	fixture_gic(f, &(struct fixture_gic){ .version = 3, .cpus = 2 });
	fixture_check(f, "VBSA-V_L1PE_02", VMS_FAIL, "no PMU is described");
	fixture_kmsg(f, true, LINE "7 counters available\n");
	fixture_check(f, "VBSA-V_L1PE_02", VMS_PASS, "drives a PMUv3");
}

static void test_counters(void **state)
{
	struct fixture *f = *state;

	fixture_kmsg(f, true, LINE "7 counters available\n");
	fixture_check(f, "VBSA-V_L2PE_01", VMS_PASS, "6 event counters");
	fixture_kmsg(f, true, LINE "7 (0,8000003f) counters available\n");
	fixture_check(f, "VBSA-V_L2PE_01", VMS_PASS, "6 event counters");
	fixture_kmsg(f, true, LINE "2 counters available\n");
	fixture_check(f, "VBSA-V_L2PE_01", VMS_FAIL, "1 event counters");
	fixture_kmsg(f, true, LINE "several counters\n");
	fixture_check(f, "VBSA-V_L2PE_01", VMS_UNKNOWN, "in words that are not known");
	fixture_kmsg(f, true, "");
	fixture_check(f, "VBSA-V_L2PE_01", VMS_UNKNOWN, "does not say it");
	fixture_kmsg(f, false, "[  900.1] audit: something later\n");
	fixture_check(f, "VBSA-V_L2PE_01", VMS_UNKNOWN, "not whole");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(test_alike),
		fixture_test(test_count),
		fixture_test(test_instructions),
		fixture_test(test_granule),
		fixture_test(test_endian_and_levels),
		fixture_test(test_pmu_interrupt),
		fixture_test(test_sve2),
		fixture_test(test_pmuv3),
		fixture_test(test_counters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
