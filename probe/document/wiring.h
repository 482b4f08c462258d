/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Inside wire.c and wire_read.c: what stands before the strings. */
#ifndef VMS_DOCUMENT_WIRING_H
#define VMS_DOCUMENT_WIRING_H

#include <stdint.h>

#define WIRE_NULL UINT32_MAX /* in place of a string's length, or of a check's place: none */

/* Then arch, hypervisor, firmware, and the rows. A string is its length and its bytes. */
struct wire_head {
	int64_t time;
	uint32_t n_rows, unused;
};

/* Then reason, advice, and source and value of each piece of evidence. */
struct wire_row {
	uint32_t check; /* its place among its profile's; each behind the one before */
	uint32_t status, owner;
	uint32_t blocked, cause, cause_status; /* struct vms_cause */
	uint32_t n_evidence;
};

#endif
