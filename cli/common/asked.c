// SPDX-License-Identifier: GPL-2.0-or-later
/* The options about a verdict, which every program that gives one has. */
#include "cli.h"
#include "core/verdict.h"
#include "matrix/matrix.h"

int cli_set_profile(void *options, _unused_ const struct cli_option *row, const char *arg)
{
	struct cli_asked *a = options;

	return cli_find_profile(arg, &a->profile);
}

int cli_set_format(void *options, _unused_ const struct cli_option *row, const char *arg)
{
	const struct vms_format *format = vms_format_find(arg);
	struct nearest near = { .typed = arg };
	struct cli_asked *a = options;

	for (size_t i = 0; !format && vms_format_at(i); i++)
		nearest_try(&near, vms_format_at(i)->name);
	if (!format)
		return wrong_usage("there is no format '%s'%s; see %s --help", arg, nearest_hint(&near),
				   cli_tool);
	if (a->n_formats == CLI_MAX_DOCUMENTS)
		return wrong_usage("--format: at most %d of them", CLI_MAX_DOCUMENTS);
	a->format = a->formats[a->n_formats++] = format;
	return GO_ON;
}

static const char *format_word(size_t i)
{
	const struct vms_format *f = vms_format_at(i);

	return f ? f->name : NULL;
}

cli_word_fn cli_words(const struct cli_option *row)
{
	return row->set == cli_set_profile  ? vms_profile_name
	       : row->set == cli_set_format ? format_word
					    : NULL;
}

int cli_set_json(void *options, const struct cli_option *row, _unused_ const char *arg)
{
	return cli_set_format(options, row, "json");
}

int cli_set_output(void *options, const struct cli_option *row, const char *arg)
{
	struct cli_asked *a = options;

	if (a->n_outputs == CLI_MAX_DOCUMENTS)
		return wrong_usage("--output: at most %d of them", CLI_MAX_DOCUMENTS);
	a->output = a->outputs[a->n_outputs++] = streq(arg, "-") ? NULL : arg;
	return cli_need(row, arg);
}

int cli_set_failed(void *options, _unused_ const struct cli_option *row, _unused_ const char *arg)
{
	struct cli_asked *a = options;

	a->failed = true;
	return GO_ON;
}

int cli_set_verbose(void *options, _unused_ const struct cli_option *row, _unused_ const char *arg)
{
	struct cli_asked *a = options;

	a->verbose = true;
	return GO_ON;
}

int cli_set_strict(void *options, _unused_ const struct cli_option *row, _unused_ const char *arg)
{
	struct cli_asked *a = options;

	a->strict = true;
	return GO_ON;
}

int cli_set_owner(void *options, _unused_ const struct cli_option *row, const char *arg)
{
	struct cli_asked *a = options;

	for (int o = VMS_HYPERVISOR; o <= VMS_GUEST_ADMIN; o++)
		if (streq(arg, vms_owner_name((enum vms_owner)o))) {
			a->owner = (enum vms_owner)o;
			return GO_ON;
		}
	return wrong_usage("--owner is image, hypervisor or guest-admin, not '%s'", arg);
}

int cli_set_check(void *options, _unused_ const struct cli_option *row, const char *arg)
{
	struct cli_asked *a = options;

	for (;;) {
		size_t len = strcspn(arg, ",");
		_cleanup_free_ char *glob = strndup(arg, len);

		if (!glob || vms_strv_push(&a->globs, &a->n_globs, glob) < 0)
			return no_memory();
		if (!arg[len])
			return GO_ON;
		arg += len + 1;
	}
}

int cli_set_waive(void *options, _unused_ const struct cli_option *row, const char *arg)
{
	struct cli_asked *a = options;

	return waivers_add(&a->waivers, arg);
}

int cli_set_waivers(void *options, _unused_ const struct cli_option *row, const char *arg)
{
	struct cli_asked *a = options;

	return waivers_read(&a->waivers, arg);
}

void cli_asked_init(struct cli_asked *a)
{
	*a = (struct cli_asked){ .profile = vms_profile_default(), .format = vms_format_at(0) };
}

void cli_asked_clear(struct cli_asked *a)
{
	vms_strv_free(a->globs);
	waivers_clear(&a->waivers);
	*a = (struct cli_asked){ 0 };
}

void cli_run_options(const struct cli_asked *a, struct vms_run_options *ret)
{
	*ret = (struct vms_run_options){
		.profile = a->profile,
		.globs = (const char *const *)a->globs,
		.waivers = a->waivers.list,
		.n_waivers = a->waivers.n,
		.strict = a->strict,
		.owner = a->owner,
	};
}

/* Skipped only because of a check that is waived, and that is not listed itself. */
static bool waived_elsewhere(const struct vms_verdict *v, const char *id)
{
	for (size_t i = 0; i < v->n_rows; i++) {
		const struct vms_cause *cause = &v->rows[i].result.cause;

		if (cause->blocked && cause->status == VMS_WAIVED && cause->id && streq(cause->id, id))
			return true;
	}
	return false;
}

void cli_say_unused_waivers(const struct cli_asked *a, const struct vms_verdict *v,
			    const struct vms_matrix *m)
{
	for (size_t i = 0; i < a->waivers.n; i++) {
		const char *id = a->waivers.list[i].id;
		const struct vms_verdict_row *row = vms_verdict_find(v, id);

		if (row ? row->result.status == VMS_WAIVED
			: waived_elsewhere(v, id) || (m && vms_matrix_waived(m, id)))
			continue;
		if (row)
			complain("the waiver of %s did not apply: it is %s", id,
				 vms_status_name(row->result.status));
		else
			complain("the waiver of %s did not apply: %s", id,
				 m ? "it failed in no guest" : "this verdict does not list it");
	}
}
