/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What identities look like in text: UUIDs (RFC 9562), machine-id(5), MAC addresses. */
#ifndef VMS_RECORD_FORMS_H
#define VMS_RECORD_FORMS_H

#include "core/util.h"

#define UUID_LEN	    36
#define ID_DIGITS	    32
#define MAC_GROUPS	    6
#define HARDWARE_GROUPS_MAX 20 /* InfiniBand */

bool form_is_hex(char c);

/* Zeros or f's alone name nothing; separators don't count. */
bool form_is_plain(const char *p, size_t len);

/* How many hex digits, or letters and digits, there are from `p` on. */
size_t form_hex_run(const char *p, const char *end);
size_t form_word_run(const char *p, const char *end);

/* 8-4-4-4-12 hex digits, and there the word ends. */
bool form_is_uuid(const char *p, const char *end);

/* The length of "52:54:00:12:34:56" or a longer one, also with '-'; 0: no such thing. */
size_t form_mac(const char *p, const char *end);

/* The length of what follows "UUID=" (of FAT and MBR disks: 1234-ABCD); `text` is
 * where the text begins. 0: no such thing. */
size_t form_short_uuid(const char *text, const char *p, const char *end);

#endif
