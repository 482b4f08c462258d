/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * libFuzzer: the input is a verdict.json that vmspecd is said to have published. What it says is shown beside
 * what is unknown, and changes no status.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/published.h"
#include "core/run.h"
#include "core/util.h"
#include "fuzz.h"

static char folder[] = "/dev/shm/vmspec-fuzz-XXXXXX";

static void remove_folder(void)
{
	if (chdir(folder) == 0)
		unlink("verdict.json");
	rmdir(folder);
}

int LLVMFuzzerInitialize(_unused_ int *argc, _unused_ char ***argv)
{
	if (!mkdtemp(folder)) {
		perror(folder);
		exit(1);
	}
	atexit(remove_folder);
	return 0;
}

static int nobody_looks(_unused_ void *ctx, _unused_ const struct vms_check *c, struct vms_result *r)
{
	return vms_unknown(r, "not looked at");
}

static void publish(const uint8_t *data, size_t size)
{
	_cleanup_free_ char *path = vms_asprintf("%s/verdict.json", folder);
	_cleanup_close_ int fd = path ? open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600) : -1;

	if (fd < 0 || write(fd, data, size) != (ssize_t)size)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct vms_run_options opt = { .profile = vms_profile_default() };
	const struct vms_run_subject subject = { .kind = VMS_KIND_GUEST, .run = nobody_looks };
	struct vms_verdict *v = NULL;

	publish(data, size);
	if (vms_run_subject(&subject, &opt, &v) < 0)
		abort();
	if (vms_published_add_by(folder, geteuid(), v) < 0)
		abort();
	for (size_t i = 0; i < v->n_rows; i++) {
		const struct vms_result *r = &v->rows[i].result;

		if (r->status != VMS_UNKNOWN || !r->reason || strchr(r->reason, '\n'))
			abort();
	}
	vms_verdict_free(v);
	return 0;
}
