/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * GUID partition table: protective MBR, headers, entries (UEFI 2.10, 5.2.3 and 5.3).
 * Serves "VM Image Format": the disk must be partitioned with a GPT, and the ESP's
 * type GUID is given.
 */
#ifndef VMS_GPT_H
#define VMS_GPT_H

#include "image/disk.h"

#define GPT_GUID_LEN 16

/* The ESP's type GUID C12A7328-F81F-11D2-BA4B-00A0C93EC93B as it stands on the disk. */
extern const uint8_t gpt_type_esp[GPT_GUID_LEN];

struct gpt_entry {
	uint8_t type[GPT_GUID_LEN];
	uint8_t id[GPT_GUID_LEN];
	uint64_t first, last; /* LBA, both inclusive */
	uint64_t attributes;
	uint32_t number; /* from 1, as tools print it */
};

/* "No Block IO Protocol" (UEFI 2.10, 5.3.3): firmware does not look into the partition. */
#define GPT_ATTRIBUTE_IGNORE (1u << 1)

struct gpt_header {
	uint32_t sector; /* bytes */
	uint64_t my_lba, alternate_lba, first_usable, last_usable, entries_lba;
	uint32_t n_entries, entry_size, entries_crc;
	uint8_t disk_id[GPT_GUID_LEN];
};

struct gpt_table {
	struct gpt_header header;
	struct gpt_entry *used; /* entries with a type, in table order */
	size_t n_used;
	uint64_t pmbr_sectors; /* SizeInLBA of the protective record */
	bool pmbr_active;      /* its boot flag is set: some firmware ignores the record then */
	bool hybrid;	       /* the MBR has other partitions too */
};

/*
 * The protective MBR, the primary header and its entries. -EBADMSG: broken, the
 * first thing found wrong in *why; -EFBIG: the table says it is larger than any
 * that is read here (why says it); other -errno: could not look.
 */
int gpt_read(struct vms_disk *d, struct gpt_table *ret, struct vms_why *why);
void gpt_clear(struct gpt_table *t);

/*
 * The backup at the last LBA: valid, and agreeing with the primary. As gpt_read.
 * The disk's size must be known.
 */
int gpt_check_backup(struct vms_disk *d, const struct gpt_table *t, struct vms_why *why);

/* What is the matter with a table that gpt_read() calls broken: what can be done about it. */
enum gpt_trouble {
	GPT_LOST,	/* nothing of it can be used */
	GPT_PMBR,	/* the GPT itself is sound, the protective MBR is not */
	GPT_CUT,	/* it describes a larger disk */
	GPT_HAS_BACKUP, /* the backup at the last LBA is sound */
};

struct gpt_diagnosis {
	enum gpt_trouble trouble;
	uint32_t sector;
	uint64_t backup_lba; /* GPT_HAS_BACKUP */
	bool no_backup;	     /* GPT_CUT: the header names itself as the backup: written without one */
};
void gpt_diagnose(struct vms_disk *d, struct gpt_diagnosis *ret);

bool gpt_entry_is(const struct gpt_entry *e, const uint8_t type[GPT_GUID_LEN]);

/* As GUIDs are written: "C12A7328-F81F-...". `buf` has 37 bytes. */
void gpt_guid_text(const uint8_t guid[GPT_GUID_LEN], char buf[37]);

#endif
