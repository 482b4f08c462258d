// SPDX-License-Identifier: GPL-2.0-or-later
/* Which firmware vmspec-boot takes: descriptors that mask, hide, are damaged or do not serve,
 * and files that a user names. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <sys/stat.h>
#include "boot/media/firmware.h"
#include "common/cli.h"

const char *const cli_tool = "test";

/* Two folders of descriptors, a and b, and files to be named. */
struct fixture_folders {
	char dir[32];
	char *said; /* on stderr, of the last call */
};

static char *at(const struct fixture_folders *x, const char *name)
{
	static char paths[4][128];
	static unsigned next;
	char *path = paths[next++ % ARRAY_SIZE(paths)];

	snprintf(path, sizeof(paths[0]), "%s/%s", x->dir, name);
	return path;
}

static void put(const struct fixture_folders *x, const char *name, const char *data)
{
	FILE *f = fopen(at(x, name), "w");

	assert_non_null(f);
	fputs(data, f);
	assert_int_equal(fclose(f), 0);
}

/* A descriptor of the usual kind; files are relative to the folder. */
static void describe(const struct fixture_folders *x, const char *name, const char *arch,
		     const char *features, const char *code, const char *vars)
{
	_cleanup_free_ char *json =
		vms_asprintf("{\"description\": \"d\", \"interface-types\": [\"uefi\"], \"mapping\": "
			     "{\"device\": \"flash\","
			     "\"executable\": {\"filename\": \"%s\", \"format\": \"raw\"},"
			     "\"nvram-template\": {\"filename\": \"%s\", \"format\": \"raw\"}},"
			     "\"targets\": [{\"architecture\": \"%s\", \"machines\": [\"virt-*\"]}],"
			     "\"features\": [%s], \"tags\": []}",
			     at(x, code), at(x, vars), arch, features);

	put(x, name, json);
}

static int setup(void **state)
{
	static struct fixture_folders x;

	strcpy(x.dir, "/tmp/vmspec-fw-XXXXXX");
	assert_non_null(mkdtemp(x.dir));
	assert_int_equal(mkdir(at(&x, "a"), 0755), 0);
	assert_int_equal(mkdir(at(&x, "b"), 0755), 0);
	put(&x, "CODE.fd", "code");
	put(&x, "VARS.fd", "vars");
	put(&x, "MS.fd", "keys");
	_cleanup_free_ char *path = vms_asprintf("%s/a:%s/none:%s/b", x.dir, x.dir, x.dir);
	setenv("VMSPEC_FIRMWARE_PATH", path, 1);
	*state = &x;
	return 0;
}

static int drop(const char *path, _unused_ const struct stat *st, _unused_ int type, _unused_ struct FTW *ftw)
{
	return remove(path);
}

static int teardown(void **state)
{
	struct fixture_folders *x = *state;

	free(x->said);
	x->said = NULL;
	return nftw(x->dir, drop, 8, FTW_DEPTH | FTW_PHYS);
}

/* stderr goes into x->said from begin to end. */
static int listen_begin(const struct fixture_folders *x)
{
	int keep = dup(2), fd = open(at(x, "stderr"), O_RDWR | O_CREAT | O_TRUNC, 0600);

	assert_true(keep >= 0 && fd >= 0);
	dup2(fd, 2);
	close(fd);
	return keep;
}

static void listen_end(struct fixture_folders *x, int keep)
{
	struct stat st;

	assert_int_equal(fstat(2, &st), 0);
	free(x->said);
	x->said = calloc(1, (size_t)st.st_size + 1);
	assert_int_equal(pread(2, x->said, (size_t)st.st_size, 0), st.st_size);
	dup2(keep, 2);
	close(keep);
}

static int find(struct fixture_folders *x, const char *arch, const char *machine, bool keys,
		struct boot_firmware *ret)
{
	int keep = listen_begin(x), err = boot_firmware_find(arch, machine, keys, ret);

	listen_end(x, keep);
	return err;
}

static int named(struct fixture_folders *x, const char *file, const char *vars, bool persistent,
		 struct boot_firmware *ret)
{
	int keep = listen_begin(x), err = boot_firmware_named(file, vars, persistent, "aarch64", ret);

	listen_end(x, keep);
	return err;
}

static void test_found(void **state)
{
	struct fixture_folders *x = *state;
	_cleanup_(boot_firmware_clear) struct boot_firmware f = { 0 };

	describe(x, "a/60-plain.json", "aarch64", "\"verbose-static\"", "CODE.fd", "VARS.fd");
	assert_int_equal(find(x, "aarch64", "virt", false, &f), 0);
	assert_string_equal(f.code, at(x, "CODE.fd"));
	assert_string_equal(f.vars_template, at(x, "VARS.fd"));
	assert_string_equal(f.code_format, "raw");
	assert_string_equal(f.vars_format, "raw");
	assert_string_equal(f.label, "CODE.fd");
	assert_true(f.flash && f.pad && !f.blank_store);
	assert_string_equal(x->said, "");
	boot_firmware_clear(&f);
	/* a bank that is full needs no padding */
	assert_int_equal(truncate(at(x, "CODE.fd"), BOOT_FLASH_BANK), 0);
	assert_int_equal(find(x, "aarch64", "virt-7.2", false, &f), 0);
	assert_false(f.pad);
}

static void test_other_target(void **state)
{
	struct fixture_folders *x = *state;
	struct boot_firmware f = { .label = x->dir };

	describe(x, "a/60-plain.json", "aarch64", "", "CODE.fd", "VARS.fd");
	assert_int_equal(find(x, "arm", "virt", false, &f), -ENOENT);
	assert_int_equal(find(x, "aarch64", "virtual", false, &f), -ENOENT);
	assert_int_equal(find(x, "aarch64", "sbsa-ref", false, &f), -ENOENT);
	assert_int_equal(find(x, "aarch64", "virt", true, &f), -ENOENT);
	assert_ptr_equal(f.label, x->dir); /* untouched */
	f.label = NULL;
	describe(x, "a/60-arm.json", "arm", "", "MS.fd", "VARS.fd");
	assert_int_equal(find(x, "arm", "virt-7.2", false, &f), 0);
	assert_string_equal(f.label, "MS.fd");
	boot_firmware_clear(&f);
}

/* Keys only when asked for; secure boot only where there is nothing else. */
static void test_preference(void **state)
{
	struct fixture_folders *x = *state;
	struct boot_firmware f = { 0 };

	describe(x, "a/40-enrolled.json", "aarch64", "\"enrolled-keys\", \"secure-boot\"", "MS.fd",
		 "VARS.fd");
	assert_int_equal(find(x, "aarch64", "virt", false, &f), -ENOENT);
	describe(x, "a/50-secure.json", "aarch64", "\"secure-boot\"", "VARS.fd", "VARS.fd");
	assert_int_equal(find(x, "aarch64", "virt", false, &f), 0);
	assert_string_equal(f.label, "VARS.fd");
	boot_firmware_clear(&f);
	describe(x, "a/60-plain.json", "aarch64", "", "CODE.fd", "VARS.fd");
	assert_int_equal(find(x, "aarch64", "virt", false, &f), 0);
	assert_string_equal(f.label, "CODE.fd");
	boot_firmware_clear(&f);
	assert_int_equal(find(x, "aarch64", "virt", true, &f), 0);
	assert_string_equal(f.label, "MS.fd");
	boot_firmware_clear(&f);
}

/* By name, over both folders; a later folder masks, an empty file hides. */
static void test_folders(void **state)
{
	struct fixture_folders *x = *state;
	struct boot_firmware f = { 0 };

	describe(x, "a/20-x.json", "aarch64", "", "CODE.fd", "VARS.fd");
	describe(x, "b/10-y.json", "aarch64", "", "MS.fd", "VARS.fd");
	assert_int_equal(find(x, "aarch64", "virt", false, &f), 0);
	assert_string_equal(f.label, "MS.fd");
	boot_firmware_clear(&f);
	put(x, "b/10-y.json", "");
	assert_int_equal(find(x, "aarch64", "virt", false, &f), 0);
	assert_string_equal(f.label, "CODE.fd");
	boot_firmware_clear(&f);
	describe(x, "b/20-x.json", "aarch64", "", "VARS.fd", "MS.fd");
	assert_int_equal(find(x, "aarch64", "virt", false, &f), 0);
	assert_string_equal(f.label, "VARS.fd");
	boot_firmware_clear(&f);
	assert_int_equal(symlink("/dev/null", at(x, "b/30.json")), 0);
	put(x, "a/00.json~", "no descriptor by its name");
	put(x, "b/20-x.json", "");
	assert_int_equal(find(x, "aarch64", "virt", false, &f), -ENOENT);
	assert_string_equal(x->said, "");
}

/* What is not whole is passed over, and a damaged one is told, once. */
static void test_damaged(void **state)
{
	static const char *const damaged[] = {
		"{",
		"[]",
		"no json",
		"{\"interface-types\": [\"uefi\"], \"targets\": [{\"architecture\": \"aarch64\", "
		"\"machines\": [\"virt\"]}]}",
		"{\"interface-types\": [\"uefi\"], \"mapping\": {\"device\": \"flash\", \"executable\": "
		"\"x\"},"
		" \"targets\": [{\"architecture\": \"aarch64\", \"machines\": [\"virt-*\"]}]}",
	};
	struct fixture_folders *x = *state;
	struct boot_firmware f = { 0 };
	_cleanup_free_ char *big = malloc(70000);

	describe(x, "a/60-plain.json", "aarch64", "", "CODE.fd", "VARS.fd");
	for (size_t i = 0; i < ARRAY_SIZE(damaged); i++) {
		_cleanup_free_ char *name = vms_asprintf("b/1%zu.json", i);

		put(x, name, damaged[i]);
		assert_int_equal(find(x, "aarch64", "virt", false, &f), 0);
		assert_string_equal(f.label, "CODE.fd");
		boot_firmware_clear(&f);
		assert_non_null(strstr(x->said, name));
		assert_int_equal(find(x, "aarch64", "virt", false, &f), 0);
		boot_firmware_clear(&f);
		assert_string_equal(x->said, "");
	}
	memset(big, ' ', 69999);
	big[69999] = '\0';
	put(x, "b/20.json", big);
	assert_int_equal(mkdir(at(x, "b/21.json"), 0755), 0);
	assert_int_equal(find(x, "aarch64", "virt", false, &f), 0);
	boot_firmware_clear(&f);
	assert_non_null(strstr(x->said, "b/20.json is passed over: File too large"));
	assert_non_null(strstr(x->said, "b/21.json is passed over: Is a directory"));
}

/* The places of a descriptor where a value stands, and what stands there in a good one. */
enum place {
	DESCRIPTION,
	TYPES,
	TYPE,
	MAPPING,
	DEVICE,
	MODE,
	CODE,
	CODE_FILE,
	CODE_FORMAT,
	STORE,
	STORE_FILE,
	STORE_FORMAT,
	TARGETS,
	TARGET,
	ARCHITECTURE,
	MACHINES,
	MACHINE,
	FEATURES,
	FEATURE,
	WHOLE,
	N_PLACES
};

/* `value` stands in one of the places. */
static char *describe_with(const struct fixture_folders *x, enum place place, const char *value)
{
	_cleanup_free_ char *code = vms_asprintf("\"%s\"", at(x, "CODE.fd")),
			    *vars = vms_asprintf("\"%s\"", at(x, "VARS.fd"));
#define OR(p, good) (place == (p) ? value : (good))
	_cleanup_free_ char *types = vms_asprintf("[%s]", OR(TYPE, "\"uefi\""));
	_cleanup_free_ char *executable = vms_asprintf("{\"filename\":%s,\"format\":%s}", OR(CODE_FILE, code),
						       OR(CODE_FORMAT, "\"raw\""));
	_cleanup_free_ char *store = vms_asprintf("{\"filename\":%s,\"format\":%s}", OR(STORE_FILE, vars),
						  OR(STORE_FORMAT, "\"raw\""));
	_cleanup_free_ char *mapping = vms_asprintf(
		"{\"device\":%s,\"mode\":%s,\"executable\":%s,\"nvram-template\":%s}",
		OR(DEVICE, "\"flash\""), OR(MODE, "\"split\""), OR(CODE, executable), OR(STORE, store));
	_cleanup_free_ char *machines = vms_asprintf("[%s]", OR(MACHINE, "\"virt-*\""));
	_cleanup_free_ char *target = vms_asprintf("{\"architecture\":%s,\"machines\":%s}",
						   OR(ARCHITECTURE, "\"aarch64\""), OR(MACHINES, machines));
	_cleanup_free_ char *targets = vms_asprintf("[%s]", OR(TARGET, target));
	_cleanup_free_ char *features = vms_asprintf("[%s]", OR(FEATURE, "\"verbose-static\""));
	_cleanup_free_ char *whole = vms_asprintf(
		"{\"description\":%s,\"interface-types\":%s,\"mapping\":%s,\"targets\":%s,\"features\":%s}",
		OR(DESCRIPTION, "\"d\""), OR(TYPES, types), OR(MAPPING, mapping), OR(TARGETS, targets),
		OR(FEATURES, features));

	return strdup(OR(WHOLE, whole));
#undef OR
}

/* Every type of JSON in every place where one may stand: what it takes to boot is there, or it is passed
 * over. */
static void test_every_type(void **state)
{
	static const char *const values[] = { "null",	   "true", "0",	    "-7",
					      "1.5",	   "\"\"", "\"a\"", "[]",
					      "[null,{}]", "[[]]", "{}",    "{\"filename\":null}" };
	struct fixture_folders *x = *state;

	for (enum place p = 0; p < N_PLACES; p++)
		for (size_t i = 0; i < ARRAY_SIZE(values); i++) {
			_cleanup_free_ char *json = describe_with(x, p, values[i]);
			bool no_text = values[i][0] != '"';
			/* nobody needs these; a mode that is no text is none, as in descriptors of before
			 * QEMU 6.1 */
			bool serves =
				p == DESCRIPTION || p == FEATURES || p == FEATURE || (p == MODE && no_text);
			struct boot_firmware f = { 0 };

			put(x, "a/60-any.json", json);
			if (find(x, "aarch64", "virt", false, &f) != (serves ? 0 : -ENOENT))
				fail_msg("%s", json);
			boot_firmware_clear(&f);
		}
}

/* Well-formed, and nothing for us: not a word about it. */
static void test_not_for_us(void **state)
{
	static const char *const others[] = {
		"{\"interface-types\": [\"bios\"], \"targets\": []}",
		"{\"interface-types\": [\"uefi\"], \"targets\": [{\"architecture\": \"x86_64\", "
		"\"machines\": [\"pc-q35-*\"]}]}",
		"{\"interface-types\": \"uefi\", \"targets\": {}}",
		"{\"interface-types\": [\"uefi\"], \"targets\": [7, null, {}, {\"architecture\": 1}]}",
		"{\"interface-types\": [\"uefi\"], \"mapping\": {\"device\": \"kernel\", \"filename\": "
		"\"/x\"},"
		" \"targets\": [{\"architecture\": \"aarch64\", \"machines\": [\"virt-*\"]}]}",
		"{\"interface-types\": [\"uefi\"], \"mapping\": {\"device\": \"flash\", \"mode\": "
		"\"combined\","
		" \"executable\": {\"filename\": \"/dev/null\", \"format\": \"raw\"}},"
		" \"targets\": [{\"architecture\": \"aarch64\", \"machines\": [\"virt-*\"]}]}",
		"{\"interface-types\": [\"uefi\"], \"mapping\": {\"device\": \"flash\", \"mode\": "
		"\"stateless\","
		" \"executable\": {\"filename\": \"/etc/passwd\", \"format\": \"raw,file=/etc/shadow\"}},"
		" \"targets\": [{\"architecture\": \"aarch64\", \"machines\": [\"virt-*\"]}]}",
	};
	struct fixture_folders *x = *state;
	struct boot_firmware f = { 0 };

	for (size_t i = 0; i < ARRAY_SIZE(others); i++) {
		put(x, "a/10.json", others[i]);
		assert_int_equal(find(x, "aarch64", "virt", false, &f), -ENOENT);
		assert_string_equal(x->said, "");
	}
	describe(x, "a/10.json", "aarch64", "", "GONE.fd", "VARS.fd");
	assert_int_equal(find(x, "aarch64", "virt", false, &f), -ENOENT);
	describe(x, "a/10.json", "aarch64", "", "CODE.fd", "GONE.fd");
	assert_int_equal(find(x, "aarch64", "virt", false, &f), -ENOENT);
	describe(x, "a/10.json", "aarch64", "", "CODE.fd", "a");
	assert_int_equal(find(x, "aarch64", "virt", false, &f), -ENOENT);
}

static void test_no_store(void **state)
{
	struct fixture_folders *x = *state;
	struct boot_firmware f = { 0 };
	_cleanup_free_ char *memory =
		vms_asprintf("{\"interface-types\": [\"uefi\"], \"mapping\": {\"device\": \"memory\","
			     "\"filename\": \"%s\"}, \"targets\": [{\"architecture\": \"aarch64\","
			     "\"machines\": [\"virt-*\"]}]}",
			     at(x, "MS.fd"));

	put(x, "a/10.json", memory);
	assert_int_equal(find(x, "aarch64", "virt", false, &f), 0);
	assert_false(f.flash || f.pad || f.blank_store);
	assert_null(f.vars_template);
	boot_firmware_clear(&f);
	/* one with a store goes before it */
	describe(x, "a/60-plain.json", "aarch64", "", "CODE.fd", "VARS.fd");
	assert_int_equal(find(x, "aarch64", "virt", false, &f), 0);
	assert_string_equal(f.label, "CODE.fd");
	boot_firmware_clear(&f);
}

static void test_named_alone(void **state)
{
	struct fixture_folders *x = *state;
	struct boot_firmware f = { 0 };

	assert_int_equal(named(x, at(x, "CODE.fd"), NULL, false, &f), 0);
	assert_false(f.flash || f.blank_store || f.pad);
	assert_string_equal(f.label, "CODE.fd");
	boot_firmware_clear(&f);
	assert_int_equal(named(x, at(x, "CODE.fd"), NULL, true, &f), 0);
	assert_true(f.flash && f.blank_store && f.pad && !f.vars_template);
	boot_firmware_clear(&f);
	put(x, "store.qcow2", "QFI\xfb...");
	assert_int_equal(named(x, at(x, "CODE.fd"), at(x, "store.qcow2"), true, &f), 0);
	assert_true(f.flash && !f.blank_store);
	assert_string_equal(f.vars_format, "qcow2");
	boot_firmware_clear(&f);
}

/* A file that a descriptor knows: by the name as typed before by what it leads to, and without
 * keys before with them. */
static void test_named_known(void **state)
{
	struct fixture_folders *x = *state;
	struct boot_firmware f = { 0 };

	assert_int_equal(symlink("CODE.fd", at(x, "CODE.ms.fd")), 0);
	describe(x, "a/40-enrolled.json", "aarch64", "\"enrolled-keys\"", "CODE.ms.fd", "MS.fd");
	describe(x, "a/60-plain.json", "aarch64", "", "CODE.fd", "VARS.fd");
	assert_int_equal(named(x, at(x, "CODE.fd"), NULL, true, &f), 0);
	assert_string_equal(f.vars_template, at(x, "VARS.fd"));
	assert_true(f.flash && !f.blank_store);
	boot_firmware_clear(&f);
	assert_int_equal(named(x, at(x, "CODE.ms.fd"), NULL, false, &f), 0);
	assert_string_equal(f.vars_template, at(x, "MS.fd"));
	assert_string_equal(f.label, "CODE.ms.fd");
	boot_firmware_clear(&f);
	assert_int_equal(symlink("CODE.fd", at(x, "other.fd")), 0);
	assert_int_equal(named(x, at(x, "other.fd"), NULL, false, &f), 0);
	assert_string_equal(f.vars_template, at(x, "VARS.fd"));
	assert_string_equal(f.code, at(x, "other.fd"));
	boot_firmware_clear(&f);
	assert_int_equal(named(x, at(x, "CODE.fd"), at(x, "MS.fd"), false, &f), 0);
	assert_string_equal(f.vars_template, at(x, "MS.fd"));
	boot_firmware_clear(&f);
}

static void test_named_descriptor(void **state)
{
	struct fixture_folders *x = *state;
	struct boot_firmware f = { 0 };

	describe(x, "mine.json", "aarch64", "\"enrolled-keys\"", "MS.fd", "VARS.fd");
	assert_int_equal(named(x, at(x, "mine.json"), NULL, false, &f), 0);
	assert_string_equal(f.label, "MS.fd");
	assert_string_equal(f.vars_template, at(x, "VARS.fd"));
	boot_firmware_clear(&f);
	describe(x, "mine.json", "arm", "", "MS.fd", "VARS.fd");
	assert_int_equal(named(x, at(x, "mine.json"), NULL, false, &f), -EINVAL);
	assert_non_null(strstr(x->said, "describes no UEFI firmware for qemu-system-aarch64"));
	put(x, "mine.json", "{");
	assert_int_equal(named(x, at(x, "mine.json"), NULL, false, &f), -EBADMSG);
	assert_non_null(strstr(x->said, "it is damaged"));
	describe(x, "mine.json", "aarch64", "", "GONE.fd", "VARS.fd");
	assert_int_equal(named(x, at(x, "mine.json"), NULL, false, &f), -ENOENT);
	assert_non_null(strstr(x->said, "GONE.fd"));
}

static void test_named_wrongly(void **state)
{
	struct fixture_folders *x = *state;
	struct boot_firmware f = { 0 };

	put(x, "empty.fd", "");
	assert_int_equal(mkfifo(at(x, "fifo"), 0600), 0);
	assert_int_equal(named(x, at(x, "none.fd"), NULL, false, &f), -ENOENT);
	assert_non_null(strstr(x->said, "none.fd: No such file"));
	assert_int_equal(named(x, at(x, "a"), NULL, false, &f), -EISDIR);
	assert_non_null(strstr(x->said, "Is a directory"));
	assert_int_equal(named(x, at(x, "empty.fd"), NULL, false, &f), -ENODATA);
	assert_non_null(strstr(x->said, "is empty"));
	assert_int_equal(named(x, at(x, "fifo"), NULL, false, &f), -EINVAL);
	assert_int_equal(named(x, at(x, "CODE.fd"), at(x, "none"), false, &f), -ENOENT);
	assert_non_null(strstr(x->said, "the variable store"));
	assert_int_equal(named(x, "", NULL, false, &f), -ENOENT);
}

#define fw_test(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		fw_test(test_found),	   fw_test(test_other_target),	   fw_test(test_preference),
		fw_test(test_folders),	   fw_test(test_damaged),	   fw_test(test_not_for_us),
		fw_test(test_every_type),  fw_test(test_no_store),	   fw_test(test_named_alone),
		fw_test(test_named_known), fw_test(test_named_descriptor), fw_test(test_named_wrongly),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
