// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Prometheus text exposition, for node_exporter's textfile collector. A metric's samples stand
 * together whatever the number of subjects, so that each metric is gathered in memory. A check
 * is one sample of value 1 that says its status in a label: an alert is
 * vmspec_check{level="must",status="fail"}, and it ends with the sample.
 */
#include <errno.h>
#include "suites.h"

enum metric {
	METRIC_CHECK,
	METRIC_CHECKS,
	METRIC_COMPLIANT,
	METRIC_VERDICT,
	METRIC_TIME,
	N_METRICS,
};

static const struct {
	const char *name, *help;
} metrics[N_METRICS] = {
	[METRIC_CHECK] = { "vmspec_check", "A check of the subject, by the status that it has now." },
	[METRIC_CHECKS] = { "vmspec_checks", "How many checks of the subject have the status." },
	[METRIC_COMPLIANT] = { "vmspec_compliant",
			       "1: compliant with the profile, no MUST failed and every one was decided." },
	[METRIC_VERDICT] = { "vmspec_verdict", "The verdict about the subject, by its name." },
	[METRIC_TIME] = { "vmspec_verdict_timestamp_seconds", "When the verdict was made." },
};

struct prometheus {
	struct names names;
	struct family {
		FILE *body;
		char *text;
		size_t len;
	} families[N_METRICS];
};

static void put_label(FILE *out, const char *name, const char *value)
{
	fprintf(out, ",%s=\"", name);
	for (; *value; value++) {
		if (*value == '"' || *value == '\\')
			putc('\\', out);
		putc((unsigned char)*value < 0x20 ? '?' : *value, out);
	}
	putc('"', out);
}

/* The labels that name the subject; a cell goes by its own name beside it. */
static FILE *open_sample(struct vms_render *r, enum metric m, const struct suite *s)
{
	struct prometheus *p = r->state;
	FILE *out = p->families[m].body;

	fprintf(out, "%s{kind=\"%s\"", metrics[m].name,
		s->cell ? "cell" : vms_kind_name(s->subject->subject.kind));
	put_label(out, "subject", s->name);
	put_label(out, "profile", s->subject->profile->name);
	return out;
}

static void put_check(struct vms_render *r, const struct suite *s, const struct vms_verdict_row *row)
{
	FILE *out = open_sample(r, METRIC_CHECK, s);

	put_label(out, "id", row->check->id);
	put_label(out, "chapter", case_chapter(s->v, row));
	put_label(out, "level", vms_level_name(row->level));
	put_label(out, "owner", row->result.owner == VMS_OWNER_NONE ? "" : vms_owner_name(row->result.owner));
	put_label(out, "status", vms_status_name(row->result.status));
	fputs("} 1\n", out);
}

static int put_suite(struct vms_render *r, const struct suite *s)
{
	enum vms_outcome outcome = s->v ? s->v->outcome : VMS_INCONCLUSIVE;
	FILE *out;

	for (size_t i = 0; s->v && i < s->v->n_rows; i++)
		put_check(r, s, &s->v->rows[i]);
	for (int status = 0; s->v && status < VMS_N_STATUS; status++) {
		out = open_sample(r, METRIC_CHECKS, s);
		put_label(out, "status", vms_status_name((enum vms_status)status));
		fprintf(out, "} %u\n", s->v->summary[status]);
	}
	out = open_sample(r, METRIC_COMPLIANT, s);
	fprintf(out, "} %d\n", outcome == VMS_COMPLIANT);
	out = open_sample(r, METRIC_VERDICT, s);
	put_label(out, "verdict", vms_outcome_name(outcome));
	fputs("} 1\n", out);
	out = open_sample(r, METRIC_TIME, s);
	fprintf(out, "} %lld\n", (long long)(s->v ? s->v->time : s->subject->time));
	return 0;
}

static int prometheus_begin(struct vms_render *r)
{
	struct prometheus *p = r->state;

	for (size_t i = 0; i < N_METRICS; i++) {
		struct family *f = &p->families[i];

		f->body = vms_memstream(&f->text, &f->len);
		if (!f->body)
			return -ENOMEM;
	}
	return 0;
}

static int prometheus_row(struct vms_render *r, const struct vms_verdict *v)
{
	return suites_each(v, &((struct prometheus *)r->state)->names, put_suite, r);
}

static int prometheus_end(struct vms_render *r)
{
	struct prometheus *p = r->state;

	for (size_t i = 0; i < N_METRICS; i++) {
		struct family *f = &p->families[i];

		if (fflush(f->body) == EOF || ferror(f->body))
			return -ENOMEM;
		if (f->len == 0)
			continue;
		fprintf(r->out, "# HELP %s %s\n# TYPE %s gauge\n", metrics[i].name, metrics[i].help,
			metrics[i].name);
		fwrite(f->text, 1, f->len, r->out);
	}
	return vms_format_written(r->out);
}

static void prometheus_clear(struct vms_render *r)
{
	struct prometheus *p = r->state;

	names_clear(&p->names);
	for (size_t i = 0; i < N_METRICS; i++) {
		if (p->families[i].body)
			fclose(p->families[i].body);
		free(p->families[i].text);
	}
}

const struct vms_format vms_format_prometheus = {
	.name = "prometheus",
	.what = "metrics for node_exporter's textfile collector",
	.state_size = sizeof(struct prometheus),
	.begin = prometheus_begin,
	.row = prometheus_row,
	.end = prometheus_end,
	.clear = prometheus_clear,
};
