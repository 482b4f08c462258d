/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What somebody meant who mistyped. */
#ifndef VMS_NEAREST_H
#define VMS_NEAREST_H

/* Of the words tried, the one that `typed` is nearest to. */
struct nearest {
	const char *typed, *word;
	unsigned distance;
	char hint[100];
};
void nearest_try(struct nearest *n, const char *word);
/* " (did you mean VMSPEC-GIC?)"; "": nothing is near. */
const char *nearest_hint(struct nearest *n);

#endif
