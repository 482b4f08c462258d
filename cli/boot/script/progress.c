// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What goes on, for people, on stderr: on a terminal one live line a cell (stage, seconds,
 * the last line of its console); elsewhere a plain line when a cell comes to another stage.
 */
#include <sys/ioctl.h>
#include "boot/clock.h"
#include "core/util.h"
#include "progress.h"

static void enter(struct boot_cell *cell, const char *stage, bool ended)
{
	struct boot_progress *p = &cell->progress;

	pthread_mutex_lock(&p->lock);
	p->stage = stage;
	if (!p->started)
		p->started = boot_now();
	if (p->plain)
		fprintf(stderr, "%s: %.0f s: %s\n", cell->facts->name, boot_now() - p->started, stage);
	if (ended)
		p->took = boot_now() - p->started;
	pthread_mutex_unlock(&p->lock);
}

void progress_stage(struct boot_cell *cell, const char *stage)
{
	enter(cell, stage, false);
}

void progress_ended(struct boot_cell *cell, bool verdict)
{
	enter(cell, verdict ? "done" : "ended", true);
}

void progress_last_line(struct boot_cell *cell, const char *line)
{
	pthread_mutex_lock(&cell->progress.lock);
	snprintf(cell->progress.last, sizeof(cell->progress.last), "%s", line);
	pthread_mutex_unlock(&cell->progress.lock);
}

/* A copy to show; its lock is not one. */
static struct boot_progress look(struct boot_cell *cell)
{
	struct boot_progress now;

	pthread_mutex_lock(&cell->progress.lock);
	memcpy(&now, &cell->progress, sizeof(now));
	pthread_mutex_unlock(&cell->progress.lock);
	return now;
}

static double seconds(const struct boot_progress *p)
{
	return p->took ? p->took : p->started ? boot_now() - p->started : 0;
}

static unsigned width(void)
{
	struct winsize size;

	return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 20 ? size.ws_col : 80;
}

void display_paint(struct display *d)
{
	unsigned columns = width();

	if (d->painted)
		fprintf(stderr, "\033[%uA", d->painted);
	for (size_t i = 0; i < d->n; i++) {
		struct boot_progress p = look(&d->cells[i]);
		char line[512];

		snprintf(line, sizeof(line), "%-22s %5.0f s  %-21s  %s", d->cells[i].facts->name, seconds(&p),
			 p.stage ? p.stage : "waits",
			 p.took && d->cells[i].facts->reason ? d->cells[i].facts->reason : p.last);
		fprintf(stderr, "\r\033[K%.*s\n", (int)columns - 1, line);
	}
	d->painted = (unsigned)d->n;
}
