/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Looking through a file for firmware. What stands at the end of one piece is kept and
 * looked at with the next. Serves "Virtual Firmware": the firmware is the hypervisor's.
 *
 * Four bytes alone turn up by chance in what is large enough, and in programs that look
 * for them themselves: a volume has a length in front of its signature, and in a program
 * a checksum that is right, too. A U-Boot's banner is a string of its own ("U-Boot
 * 2023.01 (Jan 09 2023 - ...)"), not a word in a text, a script or an environment.
 */
#include <ctype.h>
#include <inttypes.h>
#include "image/blob.h"

#define FV_SIGNATURE  40 /* offset of "_FVH" in a volume */
#define FV_HEAD_MIN   56
#define FV_LENGTH_MAX (4ull << 30)
#define FV_ALIGNED    4096
#define AFTER	      128 /* bytes behind a place that judging it takes */
#define BANNER_MAX    80

const uint8_t blob_nv_data_guid[16] = { 0x8d, 0x2b, 0xf1, 0xff, 0x96, 0x76, 0x8b, 0x4c,
					0xa9, 0x85, 0x27, 0x47, 0x07, 0x5b, 0x4f, 0x50 };

/* The header's 16-bit words add up to 0. */
static bool volume_sum(struct vms_span volume)
{
	uint16_t len = 0, word = 0, sum = 0;

	if (!span_le16(volume, 48, &len) || len < FV_HEAD_MIN || len % 2 || !span_has(volume, 0, len))
		return false;
	for (unsigned i = 0; i < len; i += 2) {
		span_le16(volume, i, &word);
		sum = (uint16_t)(sum + word);
	}
	return sum == 0;
}

/* `s` begins at the volume, which begins at byte `at` of the file. */
static bool is_volume(const struct blob *b, struct vms_span s, uint64_t at)
{
	uint64_t len = 0;

	span_le64(s, FV_SIGNATURE - 8, &len);
	if (b->program)
		return volume_sum(s);
	return at % FV_ALIGNED == 0 || (len >= FV_HEAD_MIN && len <= FV_LENGTH_MAX);
}

static void found_volume(struct blob *b, struct vms_span s, uint64_t at)
{
	if (!is_volume(b, s, at))
		return;
	if (!b->firmware[0])
		snprintf(b->firmware, sizeof(b->firmware), "a firmware volume (_FVH) at byte %" PRIu64, at);
	if (!b->store[0] && span_is(s, 16, blob_nv_data_guid, sizeof(blob_nv_data_guid)))
		snprintf(b->store, sizeof(b->store), "a firmware volume with variables at byte %" PRIu64, at);
}

/* "2023.01", after "U-Boot " or "U-Boot SPL ". */
static bool is_version(const char *p)
{
	size_t n = strspn(p, "0123456789");

	return n > 0 && p[n] == '.' && isdigit((unsigned char)p[n + 1]);
}

/* `s` begins at "U-Boot"; `before` is the byte in front of it. */
static void found_uboot(struct blob *b, struct vms_span s, uint8_t before)
{
	static const char *const phases[] = { "", "SPL ", "TPL ", "VPL " };
	char banner[BANNER_MAX + 1] = "";
	bool version = false;
	size_t n;

	if (b->program || b->firmware[0] || before == '\n' || before == '\r' || before == '\t' ||
	    (before >= 0x20 && before < 0x7f))
		return;
	for (n = 0; n < MIN(s.len, (size_t)BANNER_MAX) && s.data[n] >= 0x20 && s.data[n] < 0x7f; n++)
		banner[n] = (char)s.data[n];
	for (size_t i = 0; i < ARRAY_SIZE(phases); i++) {
		const char *rest = startswith(banner + strlen("U-Boot "), phases[i]);

		version = version || (rest && is_version(rest));
	}
	if (version)
		snprintf(b->firmware, sizeof(b->firmware), "a U-Boot (\"%.48s%s\")", banner,
			 n > 48 ? "..." : "");
}

/* A flat image tree names whose each of its images is: a property of that value. `before`: the
 * 12 bytes of its token, length and name. */
static void found_fit(struct blob *b, struct vms_span s, struct vms_span before)
{
	static const char *const whose[] = { "u-boot", "arm-trusted-firmware" };
	uint32_t token = 0, len = 0;

	if (b->firmware[0] || !span_be32(before, 0, &token) || !span_be32(before, 4, &len) || token != 3)
		return;
	for (size_t i = 0; i < ARRAY_SIZE(whose); i++)
		if (len == strlen(whose[i]) + 1 && span_is(s, 0, whose[i], len))
			snprintf(b->firmware, sizeof(b->firmware), "firmware in a FIT image (os = \"%s\")",
				 whose[i]);
}

enum looked_for { VOLUMES, BANNERS, FIT_OWNERS };

/* A place of the word; `s` is all that is at hand, which begins at byte `start` of the file. */
static void found(struct blob *b, struct vms_span s, uint64_t start, size_t at, enum looked_for what)
{
	struct vms_span here = vms_span(s.data + at, s.len - at);

	if (what == BANNERS)
		found_uboot(b, here, at > 0 ? s.data[at - 1] : 0);
	else if (what == VOLUMES && at >= FV_SIGNATURE)
		found_volume(b, vms_span(s.data + at - FV_SIGNATURE, s.len - at + FV_SIGNATURE),
			     start + at - FV_SIGNATURE);
	else if (what == FIT_OWNERS && at >= 12)
		found_fit(b, here, vms_span(s.data + at - 12, 12));
}

/* As memmem(), for a word whose first byte is rare. */
static const uint8_t *next_place(struct vms_span s, size_t at, const char *word, size_t len)
{
	while (span_has(s, at, len)) {
		const uint8_t *p = memchr(s.data + at, word[0], s.len - at - len + 1);

		if (!p || memcmp(p, word, len) == 0)
			return p;
		at = (size_t)(p - s.data) + 1;
	}
	return NULL;
}

/* Each place of `word` in the piece that was not looked at yet. */
static void look_for(struct blob *b, struct vms_span s, uint64_t start, const char *word, uint64_t end,
		     enum looked_for what)
{
	size_t len = strlen(word), at = 0;

	for (;;) {
		const uint8_t *p = next_place(s, at, word, len);

		if (!p)
			return;
		at = (size_t)(p - s.data);
		if (start + at >= end)
			return;
		if (start + at >= b->done)
			found(b, s, start, at, what);
		at++;
	}
}

/* What the first bytes say: an image of U-Boot's older kind with U-Boot in it (uImage: the
 * header's `os` is 17), and whether this is one of the newer kind. */
static void look_at_head(struct blob *b, struct vms_span head)
{
	if (span_is(head, 0, "\x27\x05\x19\x56", 4) && span_is(head, 28, "\x11", 1))
		snprintf(b->firmware, sizeof(b->firmware), "a U-Boot in an image for U-Boot (uImage)");
	b->fit = span_is(head, 0, "\xd0\x0d\xfe\xed", 4);
}

void blob_piece(struct blob *b, uint64_t off, size_t len, bool last)
{
	struct vms_span s = vms_span(blob_room(b) - b->kept, b->kept + len);
	uint64_t start = off - b->kept, end = off + len;
	size_t keep = MIN(s.len, (size_t)BLOB_KEEP);

	if (!last)
		end = len > AFTER ? end - AFTER : start;
	if (off == 0)
		look_at_head(b, s);
	look_for(b, s, start, "_FVH", end, VOLUMES);
	look_for(b, s, start, "U-Boot ", end, BANNERS);
	if (b->fit) {
		look_for(b, s, start, "u-boot", end, FIT_OWNERS);
		look_for(b, s, start, "arm-trusted-firmware", end, FIT_OWNERS);
	}
	b->done = MAX(b->done, end);
	memmove(blob_room(b) - keep, s.data + s.len - keep, keep);
	b->kept = keep;
}
