/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * libFuzzer: the input is a recorded machine. Its first byte chooses the profile; then come its
 * files, one after the other:
 *
 *	"= PATH LENGTH\n" and LENGTH bytes     a file      ("~ PATH LENGTH\n": a link to them; "/ PATH 0\n": a
 *folder)
 *
 * They are laid out in memory (a tmpfs), and only what differs from the input before is written, so that
 * a small change of a whole record costs little. There must be a verdict, and its documents.
 */
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "core/util.h"
#include "format/format.h"
#include "fuzz.h"
#include "vmspec.h"

#define MAX_ENTRIES 4096

struct entry {
	char path[256];
	char kind; /* '=', '~', '/' */
	uint8_t *data;
	size_t len;
};

struct tree {
	struct entry *e;
	size_t n;
};

static char top[] = "/dev/shm/vmspec-fuzz-XXXXXX";
static struct tree laid_out;

static int remove_one(const char *path, _unused_ const struct stat *st, _unused_ int flag,
		      _unused_ struct FTW *f)
{
	return remove(path);
}

static void remove_top(void)
{
	nftw(top, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* The header at `at`: its entry without data, and where the data begins. 0: there is none. */
static size_t read_header(const uint8_t *data, size_t size, size_t at, struct entry *ret, size_t *ret_len)
{
	const uint8_t *end = at < size ? memchr(data + at, '\n', MIN(size - at, sizeof(ret->path))) : NULL;
	char line[sizeof(ret->path) + 1], *space;
	size_t n;

	if (!end)
		return 0;
	n = (size_t)(end - data) - at;
	memcpy(line, data + at, n);
	line[n] = '\0';
	space = strrchr(line, ' ');
	if (strlen(line) != n || n < 5 || !strchr("=~/", line[0]) || line[1] != ' ' || !space ||
	    space <= line + 2)
		return 0;
	*space = '\0';
	ret->kind = line[0];
	snprintf(ret->path, sizeof(ret->path), "%s", line + 2);
	*ret_len = MIN(strtoul(space + 1, NULL, 10), size - (at + n + 1));
	return at + n + 1;
}

/* No ".", "..", empty or odd parts: the tree stays where it is. */
static bool is_inside(const char *path)
{
	for (const char *p = path; *p; p += strspn(p, "/")) {
		size_t n = strcspn(p, "/");

		if (n == 0 || n > 200 || (p[0] == '.' && (n == 1 || (n == 2 && p[1] == '.'))))
			return false;
		p += n;
	}
	return *path && path[strlen(path) - 1] != '/';
}

static void read_tree(const uint8_t *data, size_t size, struct tree *ret)
{
	size_t at = 1, len = 0;

	ret->e = calloc(MAX_ENTRIES, sizeof(*ret->e));
	ret->n = 0;
	while (ret->e && ret->n < MAX_ENTRIES) {
		struct entry *e = &ret->e[ret->n];

		at = read_header(data, size, at, e, &len);
		if (at == 0)
			return;
		e->len = len;
		e->data = malloc(len + 1);
		if (!e->data)
			return;
		memcpy(e->data, data + at, len);
		e->data[len] = '\0';
		at += len;
		if (is_inside(e->path))
			ret->n++;
		else
			free(e->data);
	}
}

static void clear_tree(struct tree *t)
{
	for (size_t i = 0; i < t->n; i++)
		free(t->e[i].data);
	free(t->e);
	*t = (struct tree){ 0 };
}

static bool same(const struct entry *a, const struct entry *b)
{
	return a->kind == b->kind && a->len == b->len && streq(a->path, b->path) &&
	       memcmp(a->data, b->data, a->len) == 0;
}

static void make_folders(int root, const char *path)
{
	char part[sizeof(laid_out.e->path)];

	for (const char *slash = path; (slash = strchr(slash, '/')); slash++) {
		snprintf(part, sizeof(part), "%.*s", (int)(slash - path), path);
		mkdirat(root, part, 0700);
	}
}

static void put(int root, const struct entry *e)
{
	make_folders(root, e->path);
	if (e->kind == '/')
		mkdirat(root, e->path, 0700);
	else if (e->kind == '~')
		(void)!symlinkat((const char *)e->data, root, e->path);
	else {
		int fd = openat(root, e->path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);

		if (fd >= 0) {
			(void)!write(fd, e->data, e->len);
			close(fd);
		}
	}
}

/* From what is laid out to `t`. Where entries came or went, anew; else what changed alone. */
static void lay_out(struct tree *t)
{
	bool alike = t->n == laid_out.n && t->n;
	int root;

	for (size_t i = 0; alike && i < t->n; i++)
		alike = t->e[i].kind == '=' && laid_out.e[i].kind == '='
				? streq(t->e[i].path, laid_out.e[i].path)
				: same(&t->e[i], &laid_out.e[i]);
	if (!alike) {
		remove_top();
		mkdir(top, 0700);
	}
	root = open(top, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	for (size_t i = 0; root >= 0 && i < t->n; i++)
		if (!alike || !same(&t->e[i], &laid_out.e[i]))
			put(root, &t->e[i]);
	if (root >= 0)
		close(root);
	clear_tree(&laid_out);
	laid_out = *t;
	*t = (struct tree){ 0 };
}

static void render(const struct vms_verdict *v, const char *format)
{
	const struct vms_format_options opt = { .tool = "fuzz", .width = 80 };
	FILE *f = fopen("/dev/null", "w");

	if (f && vms_render_all(vms_format_find(format), f, &v, 1, &opt) < 0)
		abort();
	if (f)
		fclose(f);
}

static void judge(unsigned profile)
{
	struct vms_run_options opt = { .profile = vms_profile_at(profile) };
	struct vms_machine *m = NULL;
	struct vms_verdict *v = NULL;

	if (!opt.profile)
		opt.profile = vms_profile_default();
	if (vms_machine_open_record(top, &m) < 0)
		return;
	if (vms_run(m, &opt, &v) < 0)
		abort();
	for (size_t i = 0; i < v->n_rows; i++) {
		const struct vms_result *r = &v->rows[i].result;

		if (!r->reason || !*r->reason || strchr(r->reason, '\n') || r->status >= VMS_N_STATUS)
			abort();
	}
	render(v, "json");
	render(v, "text");
	vms_verdict_free(v);
	vms_machine_free(m);
}

int LLVMFuzzerInitialize(_unused_ int *argc, _unused_ char ***argv)
{
	if (!mkdtemp(top)) {
		perror(top);
		exit(1);
	}
	atexit(remove_top);
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct tree t;

	if (size < 1)
		return 0;
	read_tree(data, size, &t);
	lay_out(&t);
	judge(data[0]);
	return 0;
}

/* Where the n-th entry's header and data stand; n counts round. False: there is none. */
static bool find_entry(const uint8_t *data, size_t size, unsigned n, size_t *ret_head, size_t *ret_at,
		       size_t *ret_len)
{
	struct entry e;

	for (unsigned pass = 0, count = 0; pass < 2; pass++) {
		size_t at = 1, len = 0, next;
		unsigned i = 0;

		for (; (next = read_header(data, size, at, &e, &len)); at = next + len, i++)
			if (pass && i == n % count) {
				*ret_head = at;
				*ret_at = next;
				*ret_len = len;
				return true;
			}
		count = i;
		if (!count)
			return false;
	}
	return false;
}

/* One file is changed, or one goes; its length is put right. */
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed)
{
	size_t head, at, len, now, rest, room, n;
	_cleanup_free_ uint8_t *out = NULL;
	char line[300];
	struct entry e;

	if (seed % 64 == 0 || size < 2 || !find_entry(data, size, seed / 64, &head, &at, &len))
		return LLVMFuzzerMutate(data, size, max_size);
	if (seed % 8 == 1)
		data[0] = (uint8_t)(seed >> 6) % 3;
	rest = size - at - len;
	if (seed % 16 == 2) { /* one that is not there */
		memmove(data + head, data + at + len, rest);
		return size - (at + len - head);
	}
	if (seed % 16 == 3)
		now = len / 2;
	else {
		room = MIN(max_size - (size - len) > 16 ? max_size - (size - len) - 16 : len, 1u << 16);
		room = MAX(room, len);
		out = malloc(room + 1);
		if (!out)
			return size;
		memcpy(out, data + at, len);
		now = LLVMFuzzerMutate(out, len, room ? room : 1);
	}
	read_header(data, size, head, &e, &n);
	n = (size_t)snprintf(line, sizeof(line), "%c %s %zu\n", e.kind, e.path, now);
	if (head + n + now + rest > max_size)
		return size;
	if (!out) {
		out = malloc(now + 1);
		if (!out)
			return size;
		memcpy(out, data + at, now);
	}
	memmove(data + head + n + now, data + at + len, rest);
	memcpy(data + head, line, n);
	memcpy(data + head + n, out, now);
	return head + n + now + rest;
}
