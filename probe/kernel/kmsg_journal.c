/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * This boot's kernel messages in the journal, for when the ring buffer has
 * forgotten its beginning. libsystemd is opened only then.
 */
#include <errno.h>
#include <inttypes.h>
#include <systemd/sd-journal.h>

#include "core/dl.h"
#include "kmsg_live.h"

VMS_DLOPEN_NOTE(libsystemd, "{\"feature\":\"journal\",\"description\":\"kernel messages that left the ring "
			    "buffer\",\"priority\":\"recommended\",\"soname\":[\"libsystemd.so.0\"]}");

#define MESSAGES_MAX 200000
#define LOG_MAX	     (16u << 20)

static struct {
	void *handle;
	int (*open)(sd_journal **ret, int flags);
	void (*close)(sd_journal *j);
	int (*add_match)(sd_journal *j, const void *data, size_t size);
	int (*next)(sd_journal *j);
	int (*get_data)(sd_journal *j, const char *field, const void **data, size_t *length);
} sd;

static int load(void)
{
	const struct vms_dl_symbol symbols[] = {
		{ "sd_journal_open", &sd.open },	   { "sd_journal_close", &sd.close },
		{ "sd_journal_add_match", &sd.add_match }, { "sd_journal_next", &sd.next },
		{ "sd_journal_get_data", &sd.get_data },   { NULL, NULL },
	};

	return vms_dl_open(&sd.handle, "libsystemd.so.0", symbols);
}

/* "_BOOT_ID=" and the boot id without its dashes. */
static int boot_match(struct vms_machine *m, char ret[64])
{
	_cleanup_buf_ struct vms_buf id = { NULL, 0 };
	int err = vms_root_read_line(m->root, "/proc/sys/kernel/random/boot_id", &id);
	size_t n;

	if (err < 0)
		return err;
	strcpy(ret, "_BOOT_ID=");
	n = strlen(ret);
	for (const char *c = id.data; *c && n < 63; c++)
		if (*c != '-')
			ret[n++] = *c;
	ret[n] = '\0';
	return 0;
}

static uint64_t stamp(sd_journal *j)
{
	static const char key[] = "_SOURCE_MONOTONIC_TIMESTAMP=";
	char number[24] = "";
	const void *data;
	size_t len;

	if (sd.get_data(j, "_SOURCE_MONOTONIC_TIMESTAMP", &data, &len) < 0 || len < sizeof(key) - 1)
		return 0;
	len -= sizeof(key) - 1;
	memcpy(number, (const char *)data + sizeof(key) - 1, MIN(len, sizeof(number) - 1));
	return strtoull(number, NULL, 10);
}

/* What a process wrote into /dev/kmsg is not the kernel's own (facility 0). */
static bool from_kernel(sd_journal *j)
{
	static const char own[] = "SYSLOG_FACILITY=0";
	const void *data;
	size_t len;

	if (sd.get_data(j, "SYSLOG_FACILITY", &data, &len) < 0)
		return true;
	return len == sizeof(own) - 1 && memcmp(data, own, len) == 0;
}

static int read_messages(sd_journal *j, FILE *log, bool *ret_begins)
{
	bool begins = false;
	unsigned n = 0;

	while (n < MESSAGES_MAX && ftell(log) < (long)LOG_MAX && sd.next(j) > 0) {
		const char *text;
		const void *data;
		uint64_t usec;
		size_t len;

		if (!from_kernel(j) || sd.get_data(j, "MESSAGE", &data, &len) < 0 || len < 8)
			continue;
		text = (const char *)data + 8;
		len -= 8;
		if (n++ < 4 &&
		    (memmem(text, len, "Booting Linux", 13) || memmem(text, len, "Linux version ", 14)))
			begins = true;
		usec = stamp(j);
		fprintf(log, "[%5" PRIu64 ".%06" PRIu64 "] %.*s\n", usec / 1000000, usec % 1000000, (int)len,
			text);
	}
	*ret_begins = begins;
	return n ? 0 : -ENODATA;
}

int vms_journal_kernel_log(struct vms_machine *m, struct vms_buf *ret, bool *ret_begins)
{
	struct vms_buf buf = { NULL, 0 };
	sd_journal *j = NULL;
	FILE *log = NULL;
	char boot[64];
	int err = load();

	if (err == 0)
		err = boot_match(m, boot);
	if (err == 0)
		err = sd.open(&j, SD_JOURNAL_LOCAL_ONLY);
	if (err < 0)
		return err;
	log = vms_memstream(&buf.data, &buf.len);
	if (!log || sd.add_match(j, "_TRANSPORT=kernel", 0) < 0 || sd.add_match(j, boot, 0) < 0)
		err = -ENOMEM;
	else
		err = read_messages(j, log, ret_begins);
	if (log && fclose(log) != 0 && !err)
		err = -ENOMEM;
	sd.close(j);
	if (err < 0) {
		free(buf.data);
		return err;
	}
	*ret = buf;
	return 0;
}
