// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The ACPI tables of a machine, and whether its firmware published any.
 *
 * Reads /sys/firmware/acpi/tables/ (names for everybody, bytes for root),
 * /sys/firmware/efi/systab (0400) and the kernel log. systab lists what the
 * firmware handed over, also when Linux itself runs by a device tree.
 */
#include <errno.h>
#include <fcntl.h>
#include "acpi.h"
#include "kernel/kmsg.h"

#define TABLES	   "/sys/firmware/acpi/tables"
#define SYSTAB	   "/sys/firmware/efi/systab"
#define SYSTAB_MAX 65536
#define TABLES_MAX 256

/* ---- published? ---- */

static int published(struct acpi_facts *f, int answer, const char *by, char *how)
{
	char *source = strdup(by);

	if (!source || !how) {
		free(source);
		free(how);
		return -ENOMEM;
	}
	free(f->published_by);
	free(f->published_how);
	f->published = answer;
	f->published_by = source;
	f->published_how = how;
	return 0;
}

/* "NAME=value" and nothing but printable characters. */
static bool systab_line_sane(const char *line, size_t len)
{
	const char *eq = memchr(line, '=', len);

	for (size_t i = 0; i < len; i++) {
		if (line[i] < ' ' || line[i] > '~')
			return false;
	}
	return eq && eq != line;
}

/* 0 found, -ENOENT read and lacking, -EBADMSG no list of tables. */
static int systab_find(const struct vms_buf *text, const char *name, char **ret)
{
	const char *cursor = text->data, *line;
	size_t len;
	char *found = NULL;

	if (strlen(text->data) != text->len)
		return -EBADMSG;
	while (vms_next_line(&cursor, &line, &len)) {
		if (!systab_line_sane(line, len)) {
			free(found);
			return -EBADMSG;
		}
		if (!found && len > strlen(name) && memcmp(line, name, strlen(name)) == 0 &&
		    line[strlen(name)] == '=') {
			found = strndup(line, MIN(len, (size_t)64));
			if (!found)
				return -ENOMEM;
		}
	}
	if (!found)
		return -ENOENT;
	*ret = found;
	return 0;
}

/* systab's own answer is taken as it is; 0 when it gave one, else why not. */
static int ask_systab(struct vms_machine *m, struct acpi_facts *f)
{
	_cleanup_buf_ struct vms_buf text = { NULL, 0 };
	char *how = NULL;
	int err = vms_root_read(m->root, SYSTAB, SYSTAB_MAX, &text);

	if (err)
		return err;
	err = systab_find(&text, "ACPI20", &how);
	if (!err)
		return published(f, 0, SYSTAB, how);
	if (err != -ENOENT)
		return err;
	/* the kernel ends each line; a firmware without any table is rarer than a file that was emptied */
	if (!text.len || text.data[text.len - 1] != '\n')
		return -VMS_ECUT;
	return published(f, -ENOENT, SYSTAB, strdup("lists tables, no ACPI20"));
}

/* "efi: SMBIOS 3.0=0x7fed0000 ACPI 2.0=0x7c430018": 0 when the log gave an answer. */
static int ask_kmsg(struct vms_machine *m, struct acpi_facts *f)
{
	_cleanup_free_ char *line = NULL, *efi = NULL;
	int err = vms_kmsg_find(m, " ACPI 2.0=0x", &line);

	if (!err && startswith(line, "efi:"))
		return published(f, 0, "kernel log", vms_asprintf("%.200s", line));
	if (err && err != -ENOENT)
		return err;
	/* Lacking it says something only in a log of a kernel that found UEFI. */
	err = vms_kmsg_find(m, "efi: EFI v", &efi);
	if (err)
		return err == -ENOENT ? -ENODATA : err;
	return published(f, -ENOENT, "kernel log", strdup("no ACPI 2.0= among the EFI tables"));
}

static int read_published(struct vms_machine *m, struct acpi_facts *f)
{
	int systab = ask_systab(m, f), err;

	if (systab == 0 || systab == -ENOMEM)
		return systab;
	/* Linux on Arm shows tables only when the firmware handed over the RSDP. */
	if (f->err == 0 && f->n_tables)
		return published(f, 0, TABLES, vms_asprintf("%zu tables", f->n_tables));
	err = ask_kmsg(m, f);
	if (err == 0 || err == -ENOMEM)
		return err;
	/* no systab, and a log that cannot tell */
	return published(f, systab == -ENOENT ? -ENOMSG : systab, SYSTAB, strdup(""));
}

/* ---- the tables ---- */

/* DSDT and SSDT are code: only their header and the sum of their bytes count. */
static bool is_code(const char *name)
{
	return strncmp(name, "DSDT", 4) == 0 || strncmp(name, "SSDT", 4) == 0;
}

/* FACS has neither a checksum nor the common header (5.2.10). */
static bool has_header(const char *name)
{
	return !startswith(name, "FACS");
}

/* The kernel gives as many bytes as the table's header says: with fewer, this is not all that it gave. */
static bool is_cut(struct vms_span head, uint64_t size)
{
	uint32_t len = 0;

	return !span_le32(head, 4, &len) || size < len;
}

static int read_code(struct vms_machine *m, const char *path, struct acpi_table *t)
{
	uint8_t head[36], chunk[4096];
	_cleanup_close_ int fd = -1;
	uint64_t size = 0, total = 0;
	uint8_t sum = 0;
	int err = vms_root_open_file(m->root, path, &fd, &size);

	if (err)
		return err;
	for (;;) {
		ssize_t n = read(fd, chunk, sizeof(chunk));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			break;
		for (size_t i = total; i < sizeof(head) && i - total < (size_t)n; i++)
			head[i] = chunk[i - total];
		sum = (uint8_t)(sum + span_sum8(vms_span(chunk, (size_t)n)));
		total += (uint64_t)n;
		if (total > ACPI_STREAM_MAX)
			return -EFBIG;
	}
	t->size = total;
	if (is_cut(vms_span(head, MIN(total, sizeof(head))), total))
		return -VMS_ECUT;
	acpi_check_stream(vms_span(head, MIN(total, sizeof(head))), total, sum, t->name, &t->defect);
	if (total > 8)
		t->revision = head[8];
	return 0;
}

/* Of several tables with one signature Linux uses the first, and names it "APIC1". */
static bool is_first(const struct acpi_table *t, const char *signature)
{
	const char *rest = startswith(t->name, signature);

	return rest && (streq(rest, "") || streq(rest, "1"));
}

/* Decode what the checks ask about. */
static int decode(struct acpi_facts *f, struct acpi_table *t, struct vms_span s)
{
	struct acpi_defect *d = &t->defect;

	if (is_first(t, "FACP"))
		return acpi_parse_fadt(s, &f->fadt, d);
	if (is_first(t, "APIC") && !f->madt.cpus)
		return acpi_parse_madt(s, &f->madt, d);
	if (is_first(t, "GTDT"))
		return acpi_parse_gtdt(s, &f->gtdt, d);
	if (is_first(t, "SPCR"))
		return acpi_parse_spcr(s, &f->spcr, d);
	if (is_first(t, "DBG2"))
		return acpi_parse_dbg2(s, &f->dbg2, d);
	if (is_first(t, "MCFG"))
		return acpi_parse_mcfg(s, &f->mcfg, d);
	return 0;
}

static int read_table(struct vms_machine *m, struct acpi_facts *f, struct acpi_table *t)
{
	_cleanup_free_ char *path = vms_asprintf(TABLES "/%s", t->name);
	_cleanup_buf_ struct vms_buf buf = { NULL, 0 };
	uint8_t revision = 0;

	if (!path)
		return -ENOMEM;
	if (is_code(t->name)) {
		t->err = read_code(m, path, t);
		return 0;
	}
	t->err = vms_root_read(m->root, path, ACPI_TABLE_MAX, &buf);
	if (t->err)
		return t->err == -ENOMEM ? -ENOMEM : 0;
	t->size = buf.len;
	if (is_cut(vms_buf_span(&buf), buf.len)) {
		t->err = -VMS_ECUT;
		return 0;
	}
	if (has_header(t->name))
		acpi_check_header(vms_buf_span(&buf), t->name, &t->defect);
	if (span_u8(vms_buf_span(&buf), 8, &revision))
		t->revision = revision;
	return decode(f, t, vms_buf_span(&buf));
}

/* A table's file is named by its signature, and a number where there are several. */
static bool is_table_name(const char *name)
{
	size_t n = strlen(name);

	if (n < 4 || n >= sizeof(((struct acpi_table *)NULL)->name))
		return false;
	for (size_t i = 0; i < n; i++) {
		bool digit = name[i] >= '0' && name[i] <= '9';

		if (!digit && (i >= 4 || !((name[i] >= 'A' && name[i] <= 'Z') || name[i] == '_')))
			return false;
	}
	return true;
}

static int read_tables(struct vms_machine *m, struct acpi_facts *f)
{
	char *const *names = NULL;
	size_t n = 0;
	int err;

	f->err = vms_root_names(m->root, TABLES, &names);
	/* a kernel that runs without ACPI has not even the directory above; one that has it uses tables */
	if (f->err == -VMS_ENOPARENT && vms_root_probe(m->root, "/sys/firmware/acpi") == -ENOENT)
		f->err = -ENOENT;
	else if (f->err == -ENOENT)
		f->err = -VMS_ENOPARENT;
	if (f->err)
		return f->err == -ENOMEM ? -ENOMEM : 0;
	while (names[n])
		n++;
	f->tables = calloc(n + 1, sizeof(*f->tables));
	if (!f->tables)
		return -ENOMEM;
	for (size_t i = 0; names[i] && f->n_tables < TABLES_MAX; i++) {
		struct acpi_table *t = &f->tables[f->n_tables];

		if (!is_table_name(names[i])) /* data/, dynamic/ */
			continue;
		snprintf(t->name, sizeof(t->name), "%s", names[i]);
		f->n_tables++;
		err = read_table(m, f, t);
		if (err)
			return err;
	}
	return 0;
}

const struct acpi_table *acpi_find(const struct acpi_facts *f, const char *name)
{
	for (size_t i = 0; i < f->n_tables; i++) {
		if (is_first(&f->tables[i], name))
			return &f->tables[i];
	}
	return NULL;
}

static int table_err(const struct acpi_facts *f, const char *name, size_t least)
{
	const struct acpi_table *t = acpi_find(f, name);

	if (f->err || !t)
		return f->err ? f->err : -ENOENT;
	if (t->err)
		return t->err;
	return t->size < least ? -EBADMSG : 0;
}

static int load(struct vms_machine *m, void *facts)
{
	struct acpi_facts *f = facts;
	int err = read_tables(m, f);

	if (err)
		return err;
	f->fadt_err = table_err(f, "FACP", 132);
	f->madt_err = table_err(f, "APIC", 44);
	f->gtdt_err = table_err(f, "GTDT", 80);
	f->spcr_err = table_err(f, "SPCR", 52);
	f->dbg2_err = table_err(f, "DBG2", 44);
	f->mcfg_err = table_err(f, "MCFG", 60);
	return read_published(m, f);
}

static void clear(void *facts)
{
	struct acpi_facts *f = facts;

	acpi_madt_clear(&f->madt);
	free(f->tables);
	free(f->published_by);
	free(f->published_how);
}

const struct acpi_facts *acpi_read(struct vms_machine *m)
{
	return vms_machine_fact(m, VMS_FACT_ACPI, sizeof(struct acpi_facts), load, clear);
}
