/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Stand-ins for what names one machine: UUIDs, machine-id, MAC addresses, serial
 * numbers, host name. A stand-in has the length and the look of what it stands
 * for, and the same original has the same one everywhere in a record; they are
 * numbered in the order in which the originals turn up. Everything is replaced
 * in place, so that offsets and lengths in binary data stay true.
 */
#ifndef VMS_RECORD_SCRUB_H
#define VMS_RECORD_SCRUB_H

#include <stdint.h>
#include "core/util.h"

struct scrub;

int scrub_new(struct scrub **ret);
void scrub_free(struct scrub *s);

/* Text, or binary data with text in it: whatever has the form of a UUID, a
 * machine-id or a MAC address, what follows words like "SerialNumber:", and the
 * words that were learnt. -ENOMEM. */
int scrub_text(struct scrub *s, char *text, size_t len) _must_check_;

/* All of it is a serial number, or an asset tag: letters and digits go. */
int scrub_serial(struct scrub *s, char *text, size_t len) _must_check_;

/* The whole line is a host name. "localhost" and "(none)" name nobody. */
void scrub_host(char *text, size_t len);

/* record_cmdline.c: a command line: network addresses, hosts and secrets in its parameters.
 * ... and where one stands in a kernel log. */
void scrub_parameters(char *text, size_t len);
void scrub_logged_parameters(char *text, size_t len);

/* How many UUIDs and machine-ids, MAC addresses, serial numbers were replaced so far. */
void scrub_counts(const struct scrub *s, unsigned counts[3]);

/* Six or more bytes that are a MAC address, in binary. */
int scrub_mac_bytes(struct scrub *s, uint8_t *bytes, size_t len) _must_check_;

/* Learn a serial number or host name, so that it is also replaced as a word within
 * text. Short or plain words, which a log is full of, are not learnt. */
int scrub_learn_serial(struct scrub *s, const char *word) _must_check_;
int scrub_learn_host(struct scrub *s, const char *name) _must_check_;

#endif
