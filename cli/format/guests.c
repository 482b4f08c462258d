// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What stands below the verdict of a boot matrix: the guests that are not compliant
 * themselves. That an image boots everywhere says nothing of what it finds there, and
 * nobody shall read the one and overlook the other.
 */
#include <errno.h>
#include "core/check.h"
#include "core/util.h"
#include "core/verdict.h"
#include "document/read.h"
#include "text.h"

/* "VMSPEC-A VMSPEC-B": the checks of that level that failed. NULL: out of memory. */
static char *failed_checks(const struct vms_verdict *v, enum vms_level level)
{
	char *text = strdup("");

	for (size_t i = 0; text && i < v->n_rows; i++) {
		const struct vms_verdict_row *row = &v->rows[i];
		char *more;

		if (row->result.status != VMS_FAIL || row->level != level)
			continue;
		more = vms_asprintf("%s%s%s", text, *text ? ", " : "", row->check->id);
		free(text);
		text = more;
	}
	return text;
}

/* What broke each guest that is not compliant; NULL for the others. */
static int read_faults(const struct vms_guests *guests, char **faults, size_t *ret_n)
{
	*ret_n = 0;
	for (size_t i = 0; i < guests->n; i++) {
		if (!guests->verdicts[i] || guests->verdicts[i]->outcome != VMS_NONCOMPLIANT)
			continue;
		++*ret_n;
		faults[i] = failed_checks(guests->verdicts[i], VMS_MUST);
		if (faults[i] && !*faults[i]) { /* it was judged with --strict */
			free(faults[i]);
			faults[i] = failed_checks(guests->verdicts[i], VMS_SHOULD);
		}
		if (!faults[i])
			return -ENOMEM;
	}
	return 0;
}

/* The cells from `first` on that broke by the same, in one line. */
static void put_same(struct paper *p, const struct vms_verdict *v, char **faults, size_t first)
{
	_cleanup_free_ char *fault = faults[first];

	paper_tab(p, 2);
	for (size_t i = first; i < v->n_cells; i++) {
		if (!faults[i] || !streq(faults[i], fault))
			continue;
		if (i == first) {
			paper_wrap(p, INK_BOLD, 4, v->cells[i].name);
		} else {
			paper_put(p, INK_PLAIN, ",");
			paper_more(p, INK_BOLD, 4, v->cells[i].name);
			free(faults[i]);
			faults[i] = NULL;
		}
	}
	faults[first] = NULL;
	paper_put(p, INK_PLAIN, ":");
	paper_more(p, INK_PLAIN, 4, fault);
	paper_newline(p);
}

/* Appends `id` to a list of distinct ones. */
static int note(char **list, unsigned *n, const char *id)
{
	size_t len = strlen(id);
	char *longer;

	for (const char *at = *list; (at = strstr(at, id)); at += len)
		if (at[len] == '\0' || at[len] == ',')
			return 0;
	longer = vms_asprintf("%s%s%s", *list, **list ? ", " : "", id);
	if (!longer)
		return -ENOMEM;
	free(*list);
	*list = longer;
	++*n;
	return 0;
}

/* The MUSTs that failed, of the pair and of its guests, which `owner` owes. */
static int owed(const struct vms_verdict *v, const struct vms_guests *guests, enum vms_owner owner,
		char **list, unsigned *n)
{
	int err = 0;

	for (size_t g = 0; g <= guests->n && !err; g++) {
		const struct vms_verdict *of = g < guests->n ? guests->verdicts[g] : v;

		for (size_t i = 0; of && i < of->n_rows && !err; i++)
			if (of->rows[i].result.owner == owner && of->rows[i].level == VMS_MUST &&
			    of->rows[i].result.status == VMS_FAIL)
				err = note(list, n, of->rows[i].check->id);
	}
	return err;
}

/* Nobody knows of a MUST, of the pair or of a cell's guest, that may be for `owner` to mend. */
static bool undecided(const struct vms_verdict *v, enum vms_owner owner)
{
	struct vms_verdict asked = *v;

	asked.owner = owner;
	for (size_t i = 0; i < v->n_rows; i++)
		if (vms_row_weight(&asked, &v->rows[i]) == VMS_WEIGHT_OPEN)
			return true;
	for (size_t i = 0; i < v->n_cells; i++)
		if (v->cells[i].open[owner])
			return true;
	return false;
}

/* "(VMSPEC-A, VMSPEC-B)", broken between two where the line is full. */
static int put_list(struct paper *p, const char *list)
{
	_cleanup_free_ char *text = vms_asprintf("(%s)", list);
	char *word, *rest = text;

	if (!text)
		return -ENOMEM;
	while ((word = strsep(&rest, " ")))
		paper_more(p, INK_PLAIN, 2, word);
	return 0;
}

int vms_text_whose(struct paper *p, const struct vms_verdict *v, const struct vms_guests *guests)
{
	/* the image's publisher reads this first */
	static const enum vms_owner owners[] = { VMS_IMAGE, VMS_HYPERVISOR, VMS_GUEST_ADMIN, VMS_OWNER_NONE };
	bool first = true;
	int err;

	for (size_t o = 0; o < ARRAY_SIZE(owners); o++) {
		enum vms_owner owner = owners[o];
		_cleanup_free_ char *list = strdup("");
		unsigned n = 0;
		char buf[64];

		if (!list || owed(v, guests, owner, &list, &n) < 0)
			return -ENOMEM;
		if (!n && (owner == VMS_GUEST_ADMIN || owner == VMS_OWNER_NONE))
			continue;
		snprintf(buf, sizeof(buf),
			 "%s:", owner == VMS_OWNER_NONE ? "not said whose" : vms_owner_name(owner));
		if (!first)
			paper_put(p, INK_PLAIN, ";");
		if (first)
			paper_wrap(p, INK_BOLD, 2, buf);
		else
			paper_more(p, INK_BOLD, 2, buf);
		first = false;
		if (!n) {
			if (undecided(v, owner))
				paper_more(p, INK_YELLOW, 2, "not decided");
			else
				paper_more(p, INK_GREEN, 2, "compliant");
			continue;
		}
		snprintf(buf, sizeof(buf), "%u MUST failed", n);
		paper_more(p, INK_RED_BOLD, 2, buf);
		err = put_list(p, list);
		if (err < 0)
			return err;
	}
	paper_newline(p);
	return 0;
}

int vms_text_guests(struct paper *p, const struct vms_verdict *v, const struct vms_guests *guests)
{
	_cleanup_free_ char **faults = calloc(guests->n + 1, sizeof(*faults));
	size_t n = 0;
	char buf[64];
	int err = faults ? read_faults(guests, faults, &n) : -ENOMEM;

	if (!err && n > 0) {
		snprintf(buf, sizeof(buf), "in %zu of %zu cells:", n, guests->n);
		paper_put(p, INK_PLAIN, "the guest itself is");
		paper_more(p, INK_RED_BOLD, 2, "NOT COMPLIANT");
		paper_more(p, INK_PLAIN, 2, buf);
		paper_newline(p);
	}
	for (size_t i = 0; faults && i < guests->n; i++) {
		if (!err && faults[i])
			put_same(p, v, faults, i);
		free(faults[i]);
	}
	return err;
}
