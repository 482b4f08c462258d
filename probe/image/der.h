/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * As much DER as a signer's name takes (ITU-T X.690): one element after the other, each
 * inside the one around it. Lengths of up to four bytes; no indefinite ones, which DER has
 * not either. No recursion, nothing is copied.
 */
#ifndef VMS_DER_H
#define VMS_DER_H

#include "core/span.h"

enum der_tag {
	DER_INTEGER = 0x02,
	DER_OID = 0x06,
	DER_UTF8 = 0x0c,
	DER_PRINTABLE = 0x13,
	DER_T61 = 0x14,
	DER_IA5 = 0x16,
	DER_BMP = 0x1e,
	DER_SEQUENCE = 0x30,
	DER_SET = 0x31,
	DER_CONTEXT_0 = 0xa0,
};

struct der {
	uint8_t tag;
	struct vms_span whole, content; /* with and without tag and length */
};

/* Take the first element off *rest. False: there is none, or it is not well formed. */
static inline bool der_next(struct vms_span *rest, struct der *ret)
{
	uint64_t len, head = 2;
	uint8_t tag, first;

	if (!span_u8(*rest, 0, &tag) || !span_u8(*rest, 1, &first) || (tag & 0x1f) == 0x1f)
		return false;
	len = first;
	if (first & 0x80) {
		head += first & 0x7f;
		if (head < 3 || head > 6 || !span_has(*rest, 0, head))
			return false;
		len = 0;
		for (uint64_t i = 2; i < head; i++)
			len = len << 8 | rest->data[i];
	}
	if (!span_has(*rest, head, len))
		return false;
	ret->tag = tag;
	ret->whole = vms_span(rest->data, (size_t)(head + len));
	ret->content = vms_span(rest->data + head, (size_t)len);
	*rest = vms_span(rest->data + head + len, rest->len - (size_t)(head + len));
	return true;
}

/* The same, and it must have this tag. */
static inline bool der_take(struct vms_span *rest, uint8_t tag, struct der *ret)
{
	struct vms_span after = *rest;
	struct der e;

	if (!der_next(&after, &e) || e.tag != tag)
		return false;
	*rest = after;
	*ret = e;
	return true;
}

#endif
