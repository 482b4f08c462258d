/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Memory with fewer page faults; see heap.h. */
#include <malloc.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "heap.h"

#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23
#endif

#define PIECE_MAX (1 << 20) /* larger ones are mapped, and given back, by themselves */
#define KEEP_MAX  (64 << 20)
#define START	  (128u << 10)
#define WORTH	  (32u << 10) /* less than a few faults: not worth the call */

static bool kept;

void vms_heap_populate(void *p, size_t n)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	uintptr_t begin = ((uintptr_t)p + page - 1) / page * page, end = ((uintptr_t)p + n) / page * page;

	if (n >= WORTH && begin < end)
		(void)madvise((void *)begin, end - begin, MADV_POPULATE_WRITE);
}

void vms_heap_keep(void)
{
	/* 0 from an allocator that cannot: a sanitizer's, or 32 bits wide */
	kept = mallopt(M_MMAP_THRESHOLD, PIECE_MAX) == 1 && mallopt(M_TRIM_THRESHOLD, KEEP_MAX) == 1;
	vms_heap_warm(START);
}

void vms_heap_warm(size_t n)
{
	void *p = kept && n < PIECE_MAX ? malloc(n) : NULL;

	if (p)
		vms_heap_populate(p, n);
	free(p);
}
