// SPDX-License-Identifier: GPL-2.0-or-later
/* What somebody meant who mistyped: the word at the smallest distance, if that is small. */
#include <ctype.h>

#include "nearest.h"
#include "util.h"

#define WORD_MAX 64

/* Levenshtein's distance, letters of either case alike; WORD_MAX where a word is longer. */
static unsigned distance(const char *a, const char *b)
{
	unsigned row[WORD_MAX + 1];
	size_t n = strlen(b);

	if (n > WORD_MAX || strlen(a) > WORD_MAX)
		return WORD_MAX;
	for (size_t j = 0; j <= n; j++)
		row[j] = (unsigned)j;
	for (size_t i = 1; *a; i++, a++) {
		unsigned diagonal = row[0];

		row[0] = (unsigned)i;
		for (size_t j = 1; j <= n; j++) {
			unsigned same =
				diagonal + (toupper((unsigned char)*a) != toupper((unsigned char)b[j - 1]));

			diagonal = row[j];
			row[j] = MIN(same, MIN(row[j], row[j - 1]) + 1);
		}
	}
	return row[n];
}

void nearest_try(struct nearest *n, const char *word)
{
	unsigned d = distance(n->typed, word);

	if (!n->word || d < n->distance) {
		n->word = word;
		n->distance = d;
	}
}

const char *nearest_hint(struct nearest *n)
{
	/* a third of the letters wrong is another word */
	if (!n->word || n->distance > 1 + strlen(n->typed) / 4 || n->distance >= strlen(n->word))
		return "";
	snprintf(n->hint, sizeof(n->hint), " (did you mean %.60s?)", n->word);
	return n->hint;
}
