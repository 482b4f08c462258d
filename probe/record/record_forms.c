/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What identities look like; see record_forms.h. */
#include <ctype.h>
#include <stdint.h>

#include "record_forms.h"

bool form_is_hex(char c)
{
	return isxdigit((unsigned char)c);
}

bool form_is_plain(const char *p, size_t len)
{
	char first = '\0';

	for (size_t i = 0; i < len; i++) {
		char c = (char)tolower((unsigned char)p[i]);

		if (!form_is_hex(c))
			continue;
		if (c != '0' && c != 'f')
			return false;
		if (first && c != first)
			return false;
		first = c;
	}
	return true;
}

size_t form_hex_run(const char *p, const char *end)
{
	size_t n = 0;

	while (p + n < end && form_is_hex(p[n]))
		n++;
	return n;
}

size_t form_word_run(const char *p, const char *end)
{
	size_t n = 0;

	while (p + n < end && isalnum((unsigned char)p[n]))
		n++;
	return n;
}

bool form_is_uuid(const char *p, const char *end)
{
	static const uint8_t groups[] = { 8, 4, 4, 4, 12 };

	if (end - p < UUID_LEN)
		return false;
	for (size_t g = 0; g < ARRAY_SIZE(groups); g++) {
		if (form_hex_run(p, p + groups[g]) != groups[g])
			return false;
		p += groups[g];
		if (g < ARRAY_SIZE(groups) - 1 && *p++ != '-')
			return false;
	}
	return p == end || !isalnum((unsigned char)*p);
}

size_t form_mac(const char *p, const char *end)
{
	size_t groups = 0, len = 0;
	char separator = '\0';

	for (;;) {
		if (form_hex_run(p + len, end) != 2)
			return 0;
		len += 2;
		groups++;
		if (p + len == end || (p[len] != ':' && p[len] != '-'))
			break;
		if (separator && p[len] != separator)
			break;
		if (p + len + 1 == end || !form_is_hex(p[len + 1]))
			break;
		separator = p[len++];
	}
	if (p + len < end && isalnum((unsigned char)p[len]))
		return 0;
	return groups >= MAC_GROUPS && groups <= HARDWARE_GROUPS_MAX + 1 ? len : 0;
}

size_t form_short_uuid(const char *text, const char *p, const char *end)
{
	size_t n = 0;

	if (p - text < 5 || strncasecmp(p - 5, "UUID=", 5) != 0)
		return 0;
	while (p + n < end && (form_is_hex(p[n]) || p[n] == '-'))
		n++;
	return n >= 8 ? n : 0;
}
