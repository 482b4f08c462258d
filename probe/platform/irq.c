/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The reader of /proc/interrupts; see irq.h. */
#include <ctype.h>
#include <errno.h>

#include "irq.h"

#define INTERRUPTS     "/proc/interrupts"
#define INTERRUPTS_MAX (8u << 20) /* 512 CPUs and some thousand rows */

unsigned irq_gic_version(const char *chip)
{
	const char *rest = startswith(chip, "GIC");

	if (!rest)
		return 0;
	/* "GIC" and "GIC-0", "GIC-1": the GICv2 driver's older names */
	if (*rest == '\0' || *rest == '-')
		return 2;
	/* "GICv5-PPI", "-SPI", "-LPI", "-IPI" */
	if (startswith(rest, "v5-"))
		return 5;
	/* "GICv2m-PCI-MSIX-...": message interrupts, on a GICv3 as well */
	if (rest[0] == 'v' && isdigit((unsigned char)rest[1]) && rest[2] == '\0')
		return (unsigned)(rest[1] - '0');
	return 0;
}

static unsigned count_columns(const char *line, size_t len)
{
	unsigned n = 0;

	for (size_t i = 0; i + 3 < len; i++)
		if (memcmp(line + i, "CPU", 3) == 0 && isdigit((unsigned char)line[i + 3]))
			n++;
	return n;
}

/* Past "N:" and the counts; *ret_counts: one of them is not 0. */
static const char *skip_counts(const char *row, unsigned n_cpus, bool *ret_counts)
{
	const char *p = strchr(row, ':');

	*ret_counts = false;
	if (!p)
		return NULL;
	p++;
	for (unsigned i = 0; i < n_cpus; i++) {
		char *end;

		p += strspn(p, " ");
		if (!isdigit((unsigned char)*p))
			return NULL;
		if (strtoull(p, &end, 10) > 0)
			*ret_counts = true;
		p = end;
	}
	return p + strspn(p, " ");
}

/* "Level     arch_timer", or the action alone where the kernel shows no trigger
 * (CONFIG_GENERIC_IRQ_SHOW_LEVEL). */
static const char *action_of(const char *rest)
{
	const char *trigger = startswith(rest, "Level")	 ? rest + 5
			      : startswith(rest, "Edge") ? rest + 4
							 : rest;

	return trigger + strspn(trigger, " ");
}

static void take_row(struct irq_facts *f, const char *row)
{
	char chip[64], tail[64];
	unsigned intid;
	bool counts;
	const char *rest = skip_counts(row, f->n_cpus, &counts);

	if (!rest || sscanf(rest, "%63s %9u %63[^\n]", chip, &intid, tail) != 3)
		return;
	if (streq(action_of(tail), "arch_timer")) {
		/* of two, as an AArch32 kernel has them for the physical timer, the one that ticks */
		if (f->timer_counts && !counts)
			return;
		int n = action_of(tail) > tail ? (int)strcspn(tail, " ") : 0;

		snprintf(f->timer_row, sizeof(f->timer_row), "%s %u %.*s%sarch_timer", chip, intid, n, tail,
			 n ? " " : "");
		snprintf(f->chip, sizeof(f->chip), "%s", chip);
		f->timer_intid = intid;
		f->timer_counts = counts;
		return;
	}
	f->others_count = f->others_count || counts;
	if (!f->timer_row[0] && !f->chip[0] && irq_gic_version(chip))
		snprintf(f->chip, sizeof(f->chip), "%s", chip);
}

/* "51:  1  ITS-MSI 49152 Edge      PCIe PME, aerdrv, pciehp": what is behind the trigger. */
static void take_actions(const char *row, char *ret, size_t size)
{
	const char *edge = strstr(row, "Edge "), *level = strstr(row, "Level "),
		   *at = edge	 ? edge + 5
			 : level ? level + 6
				 : strstr(row, "pciehp");

	snprintf(ret, size, "%s", at + strspn(at, " "));
}

bool irq_parse(const char *text, struct irq_facts *ret)
{
	struct irq_facts f = { 0 };
	const char *line;
	size_t len;

	if (!vms_next_line(&text, &line, &len))
		return false;
	f.n_cpus = count_columns(line, len);
	if (f.n_cpus == 0)
		return false;
	while (vms_next_line(&text, &line, &len)) {
		const char *p = line;
		_cleanup_free_ char *row = NULL;

		while (p < line + len && *p == ' ')
			p++;
		if (p == line + len || !isdigit((unsigned char)*p))
			continue;
		f.n_rows++;
		row = strndup(line, len);
		if (!row) {
			vms_no_memory();
			return false;
		}
		take_row(&f, row);
		if (!f.pciehp[0] && strstr(row, "pciehp"))
			take_actions(row, f.pciehp, sizeof(f.pciehp));
	}
	*ret = f;
	return true;
}

static int irq_load(struct vms_machine *m, void *facts)
{
	_cleanup_buf_ struct vms_buf text = { NULL, 0 };
	struct irq_facts *f = facts;
	int err = vms_root_read(m->root, INTERRUPTS, INTERRUPTS_MAX, &text);

	if (err == -ENOMEM)
		return err;
	if (err == 0 && !irq_parse(text.data, f))
		err = -EBADMSG;
	f->err = err;
	return 0;
}

const struct irq_facts *irq_read(struct vms_machine *m)
{
	return vms_machine_fact(m, VMS_FACT_GIC, sizeof(struct irq_facts), irq_load, NULL);
}
