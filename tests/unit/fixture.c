/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A made-up machine for unit tests; see fixture.h. */
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <sys/stat.h>

#include "spec/spec.h"
#include "fixture.h"

static void full_path(struct fixture *f, const char *path, char ret[PATH_MAX])
{
	int n = snprintf(ret, PATH_MAX, "%s%s", f->root, path);

	assert_true(path[0] == '/' && n > 0 && n < PATH_MAX);
}

/* The folders above `path`, where they lack. */
static void make_parents(struct fixture *f, const char *path, char ret[PATH_MAX])
{
	full_path(f, path, ret);
	for (char *slash = ret + strlen(f->root) + 1; (slash = strchr(slash, '/')); slash++) {
		*slash = '\0';
		if (mkdir(ret, 0755) < 0)
			assert_int_equal(errno, EEXIST);
		*slash = '/';
	}
}

int fixture_setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	const char *tmp = getenv("TMPDIR");

	assert_non_null(f);
	snprintf(f->root, sizeof(f->root), "%.40s/vmspec-unit-XXXXXX", tmp ? tmp : "/tmp");
	assert_non_null(mkdtemp(f->root));
	f->kind = VMS_KIND_RECORD;
	f->profile = vms_profile_default();
	f->live = vms_live_record;
	*state = f;
	fixture_write(f, "/.vmspec/machine", "aarch64\n");
	fixture_dir(f, "/proc");
	fixture_dir(f, "/sys/firmware");
	return 0;
}

int fixture_teardown(void **state)
{
	struct fixture *f = *state;

	vms_machine_free(f->m);
	fixture_remove(f, "/");
	free(f);
	return 0;
}

void fixture_write_bytes(struct fixture *f, const char *path, const void *bytes, size_t len)
{
	char full[PATH_MAX];
	FILE *file;

	make_parents(f, path, full);
	file = fopen(full, "we");
	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, len, file), len);
	assert_int_equal(fclose(file), 0);
}

void fixture_write(struct fixture *f, const char *path, const char *text)
{
	fixture_write_bytes(f, path, text, strlen(text));
}

void fixture_link(struct fixture *f, const char *path, const char *target)
{
	char full[PATH_MAX];

	make_parents(f, path, full);
	unlink(full);
	assert_int_equal(symlink(target, full), 0);
}

void fixture_dir(struct fixture *f, const char *path)
{
	char full[PATH_MAX];

	make_parents(f, path, full);
	if (mkdir(full, 0755) < 0)
		assert_int_equal(errno, EEXIST);
}

void fixture_fifo(struct fixture *f, const char *path)
{
	char full[PATH_MAX];

	make_parents(f, path, full);
	assert_int_equal(mkfifo(full, 0644), 0);
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st, (void)type, (void)ftw;
	return remove(path);
}

void fixture_remove(struct fixture *f, const char *path)
{
	char full[PATH_MAX];

	full_path(f, path, full);
	if (nftw(full, remove_one, 16, FTW_DEPTH | FTW_PHYS) < 0)
		assert_int_equal(errno, ENOENT);
}

bool fixture_recorded(struct fixture *f, const char *name, const char *path, uint8_t **ret, size_t *ret_len)
{
	char text[PATH_MAX];
	struct stat st;
	FILE *file;

	snprintf(text, sizeof(text), "tests/records/unpack '%s/.records' '%s'", f->root, name);
	if (access("tests/records/unpack", X_OK) < 0 || system(text) != 0)
		return false;
	snprintf(text, sizeof(text), "%s/.records/%s%s", f->root, name, path);
	file = fopen(text, "re");
	if (!file)
		return false;
	assert_int_equal(fstat(fileno(file), &st), 0);
	*ret_len = (size_t)st.st_size;
	*ret = malloc(*ret_len + 1);
	assert_non_null(*ret);
	assert_int_equal(fread(*ret, 1, *ret_len, file), *ret_len);
	fclose(file);
	return true;
}

void fixture_kmsg(struct fixture *f, bool whole, const char *text)
{
	_cleanup_free_ char *log = vms_asprintf(
		"%s%s",
		whole ? "[    0.000000] Booting Linux on physical CPU 0x0000000000 [0x411fd070]\n" : "",
		text);

	assert_non_null(log);
	fixture_write(f, "/.vmspec/kmsg", log);
}

struct vms_machine *fixture_machine(struct fixture *f)
{
	vms_machine_free(f->m);
	f->m = NULL;
	assert_int_equal(vms_machine_open_record(f->root, &f->m), 0);
	f->m->live = &f->live;
	f->m->kind = f->kind;
	return f->m;
}

static bool has_evidence(const struct vms_result *r, const char *evidence)
{
	for (size_t i = 0; i < r->n_evidence; i++)
		if (strstr(r->evidence[i].value, evidence) || strstr(r->evidence[i].source, evidence))
			return true;
	return false;
}

void fixture_check_evidence_at(struct fixture *f, const char *id, enum vms_status status, const char *reason,
			       const char *evidence, const char *file, int line)
{
	const struct vms_check *c = vms_check_find(id);
	struct vms_result r = { .status = VMS_UNKNOWN };
	int err;

	if (!c || (!c->machine_fn && !c->asked_fn))
		fail_msg("%s:%d: no check %s of machines", file, line, id);
	fixture_machine(f);
	err = c->asked_fn ? c->asked_fn(f->m, &(struct vms_run_options){ .profile = f->profile }, &r)
			  : c->machine_fn(f->m, &r);
	if (err < 0 || r.err < 0 || !r.reason)
		_fail(file, line);
	if (r.status != status || (reason && !strstr(r.reason, reason)) ||
	    (evidence && !has_evidence(&r, evidence))) {
		print_error("%s: %s: %s\n", id, vms_status_name(r.status), r.reason);
		for (size_t i = 0; i < r.n_evidence; i++)
			print_error("  %s: %s\n", r.evidence[i].source, r.evidence[i].value);
		print_error("expected %s, \"%s\", evidence \"%s\"\n", vms_status_name(status),
			    reason ? reason : "", evidence ? evidence : "");
		_fail(file, line);
	}
	/* a failure says who can mend it */
	if (r.status == VMS_FAIL)
		_assert_true(r.owner != VMS_OWNER_NONE && r.advice != NULL, "a failure names a remedy", file,
			     line);
	vms_result_clear(&r);
}

void fixture_check_at(struct fixture *f, const char *id, enum vms_status status, const char *reason,
		      const char *file, int line)
{
	fixture_check_evidence_at(f, id, status, reason, NULL, file, line);
}
