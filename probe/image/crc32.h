/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The CRC-32 that GPT headers and entry arrays carry (UEFI 2.10, 5.3.2; ISO 3309). */
#ifndef VMS_CRC32_H
#define VMS_CRC32_H

#include <stddef.h>
#include <stdint.h>

/* Feed `len` bytes; start with 0 and hand in the last result to go on. */
uint32_t vms_crc32(uint32_t crc, const void *data, size_t len);

#endif
