// SPDX-License-Identifier: GPL-2.0-or-later
/* --join: from documents to the verdict of the whole matrix, as if one process had run its cells. */
#include <errno.h>
#include "join.h"
#include "matrix/join.h"

static int take(struct documents *d, const struct vms_verdict *v, const char **ret_why)
{
	return vms_matrix_join_add(d->ctx, v, ret_why);
}

/* What was asked of the cells, where nothing else is asked of the whole: the selection ... */
static int select_told(const struct vms_matrix_join *j, const char *const **ret)
{
	size_t n = 0;
	const char **ids = calloc(j->image.n + j->told.n + 1, sizeof(*ids));

	if (!ids)
		return no_memory();
	for (size_t i = 0; i < j->image.n; i++)
		ids[n++] = j->image.rows[i].check->id;
	for (size_t i = 0; i < j->told.n; i++)
		ids[n++] = j->told.rows[i].check->id;
	*ret = ids;
	return GO_ON;
}

static void add_waivers(const struct vms_matrix_rows *rows, struct vms_waiver *list, size_t *n)
{
	for (size_t i = 0; i < rows->n; i++)
		if (rows->rows[i].result.status == VMS_WAIVED)
			list[(*n)++] =
				(struct vms_waiver){ rows->rows[i].check->id,
						     rows->rows[i].result.waiver ? rows->rows[i].result.waiver
										 : "",
						     rows->rows[i].result.until };
}

/* ... and what is to be let be. */
static int waive_told(const struct vms_matrix_join *j, struct vms_run_options *opt, struct vms_waiver **ret)
{
	size_t n = 0;
	struct vms_waiver *list = calloc(opt->n_waivers + j->image.n + j->told.n + 1, sizeof(*list));

	if (!list)
		return no_memory();
	for (; n < opt->n_waivers; n++)
		list[n] = opt->waivers[n];
	add_waivers(&j->image, list, &n);
	add_waivers(&j->told, list, &n);
	opt->waivers = *ret = list;
	opt->n_waivers = n;
	return GO_ON;
}

static int run(struct vms_matrix_join *j, const struct cli_asked *asked, struct vms_verdict **ret)
{
	_cleanup_free_ const char *const *ids = NULL;
	_cleanup_free_ struct vms_waiver *waivers = NULL;
	struct vms_run_options opt;
	int status = GO_ON, err;

	cli_run_options(asked, &opt);
	opt.profile = vms_profile_find(j->profile);
	if (!opt.profile) {
		complain("this version does not know the profile %s", j->profile);
		return EXIT_INCONCLUSIVE;
	}
	opt.strict = opt.strict || j->strict;
	opt.owner = opt.owner ? opt.owner : j->owner;
	if (j->partial && !opt.globs) {
		status = select_told(j, &ids);
		opt.globs = ids;
	}
	if (status == GO_ON)
		status = waive_told(j, &opt, &waivers);
	if (status != GO_ON)
		return status;
	err = vms_run_matrix(&j->matrix, &opt, ret);
	if (err == -EINVAL)
		return wrong_usage("--check: a pattern matches no check of a boot matrix by %s", j->profile);
	return err ? no_memory() : GO_ON;
}

static int judge(struct vms_matrix_join *j, const struct cli_asked *asked)
{
	struct delivery out;
	struct vms_verdict *v = NULL;
	size_t missing = 0;
	int status, failed, err = vms_matrix_join_end(j, &missing);

	if (err == -ENODATA) {
		complain("there is no document to join");
		return EXIT_INCONCLUSIVE;
	}
	if (err)
		return no_memory();
	if (missing)
		complain("%zu of %zu cells of the matrix are not among the documents", missing,
			 j->matrix.n_cells);
	status = run(j, asked, &v);
	if (status != GO_ON)
		return status;
	status = vms_verdict_exit_status(v);
	failed = deliver_open(&out, asked, false);
	if (failed < 0) {
		deliver_row(&out, v);
		cli_say_unused_waivers(asked, v, &j->matrix);
		failed = deliver_close(&out);
	}
	vms_verdict_free(v);
	return failed > 0 ? failed : status;
}

int boot_join(const struct cli_asked *asked, char *const *files, size_t n)
{
	struct vms_matrix_join j = { 0 };
	struct documents d = { .take = take, .ctx = &j };
	int status = documents_read(&d, files, n);

	if (!status)
		status = judge(&j, asked);
	if (d.bad && status != EXIT_USAGE)
		status = exit_worse(status, EXIT_INCONCLUSIVE);
	vms_matrix_join_clear(&j);
	return status;
}
