/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the ACPI tables say: /sys/firmware/acpi/tables/ (0400 each), and whether
 * the firmware published any: ACPI20= in /sys/firmware/efi/systab, the kernel
 * log's "ACPI 2.0=". Serves the chapter Hardware Description, and the platform
 * checks that compare what the kernel uses with what is described.
 *
 * ACPI Specification 6.5 chapter 5; SPCR, DBG2, MCFG of their own documents.
 */
#ifndef VMS_ACPI_H
#define VMS_ACPI_H

#include "core/machine.h"
#include "core/result.h"
#include "core/span.h"

#define ACPI_TABLE_MAX	(1u << 20)  /* bytes of a table that is decoded */
#define ACPI_STREAM_MAX (16u << 20) /* bytes of a DSDT or SSDT that is summed up */

/* What is wrong with one table; "" nothing. One line, printable. */
struct acpi_defect {
	char text[96];
};

/* GIC CPU interface (MADT type 11): one CPU. */
struct acpi_cpu {
	uint32_t uid;
	uint64_t mpidr; /* affinity fields of MPIDR_EL1 */
	bool enabled;
	bool online_capable; /* not enabled, may come by hot-plug */
	bool parked;	     /* a mailbox of the parking protocol starts it */
};

struct acpi_fadt {
	unsigned major, minor; /* 5.1: 5, 1 */
	bool hw_reduced;       /* flags bit 20 */
	bool psci, psci_hvc;   /* ARM_BOOT_ARCH bits 0 and 1 */
	uint64_t dsdt;	       /* X_DSDT, else DSDT */
	/* A field that must be 0 with reduced hardware and is not; NULL: none. */
	const char *not_zero;
};

struct acpi_madt {
	struct acpi_cpu *cpus;
	size_t n_cpus; /* GICC structures */
	size_t n_enabled;
	bool gicd;	       /* distributor (type 12) there */
	unsigned gicd_version; /* as it says: 1, 2, 3, 4; 0: to be found out */
	uint64_t gicd_base;
	unsigned n_gicr;       /* redistributors (type 14) of some size, or usable GICC with their own */
	bool cpu_interface;    /* which a GICv2 needs: an address of it in a usable GICC, or in the table's
				  header (ACPI 6.5, 5.2.12.14) */
	unsigned n_its;	       /* type 15 */
	unsigned n_irs;	       /* type 28: interrupt routing service of a GICv5, which has no distributor */
	uint64_t irs_base;     /* of the first that has one; 0: none has */
	unsigned n_msi_frames; /* type 13 */
};

/* GSIVs; 0: not named */
struct acpi_gtdt {
	unsigned secure_el1, el1, virt, el2;
};

struct acpi_uart {
	unsigned type; /* SPCR interface type / DBG2 port subtype */
	uint64_t base; /* generic address */
	uint8_t space; /* its address space: 0 memory, 1 I/O */
	char name[64]; /* DBG2: name in the namespace; "" none */
};

#define ACPI_MAX_DBG2 8
struct acpi_dbg2 {
	unsigned n;			      /* devices; may be more than are kept */
	struct acpi_uart uart[ACPI_MAX_DBG2]; /* port type 0x8000 (serial) alone */
	unsigned n_uarts;
};

struct acpi_mcfg {
	unsigned n;	/* entries */
	uint64_t base;	/* of the first that has one; 0: none has */
	bool backwards; /* a region's last bus stands before its first */
};

/*
 * Decode one table, header included, from bytes that are not trusted. What is
 * wrong with it is told in *ret_defect; what could be decoded is filled in all
 * the same. Bounded work. -ENOMEM alone.
 */
int acpi_parse_fadt(struct vms_span t, struct acpi_fadt *ret, struct acpi_defect *ret_defect);
int acpi_parse_madt(struct vms_span t, struct acpi_madt *ret, struct acpi_defect *ret_defect);
int acpi_parse_gtdt(struct vms_span t, struct acpi_gtdt *ret, struct acpi_defect *ret_defect);
int acpi_parse_spcr(struct vms_span t, struct acpi_uart *ret, struct acpi_defect *ret_defect);
int acpi_parse_dbg2(struct vms_span t, struct acpi_dbg2 *ret, struct acpi_defect *ret_defect);
int acpi_parse_mcfg(struct vms_span t, struct acpi_mcfg *ret, struct acpi_defect *ret_defect);
void acpi_madt_clear(struct acpi_madt *madt);

/* The header's length and the sum of all bytes, for a table whose file is
 * named `name` ("APIC", "SSDT1"). */
void acpi_check_header(struct vms_span t, const char *name, struct acpi_defect *ret_defect);

/* The same for a table that was not kept: its first 36 bytes, its size, and the
 * sum of all its bytes. */
void acpi_check_stream(struct vms_span head, uint64_t size, uint8_t sum, const char *name,
		       struct acpi_defect *ret_defect);

#define ACPI_UART_DCC 0x0f

/* What SPCR and DBG2 mean by an interface type: "PL011", "SBSA", "16550" ... */
const char *acpi_uart_name(unsigned type);
/* A PL011 (3) or an SBSA generic UART (0x0d, 0x0e). */
bool acpi_uart_is_sbsa(unsigned type);

/* One file of /sys/firmware/acpi/tables. */
struct acpi_table {
	char name[16]; /* of the file: "FACP", "SSDT1" */
	int err;       /* 0, or why it could not be read */
	uint64_t size; /* bytes in the file */
	uint8_t revision;
	struct acpi_defect defect;
};

struct acpi_facts {
	/* Did the firmware publish ACPI 2.0 tables? 0 yes; -ENOENT no; other
	 * -errno could not look. `published_by` is the source, `published_how`
	 * what stands there; owned. */
	int published;
	char *published_by, *published_how;

	/* Are tables shown? 0; -ENOENT: the kernel does not use them; -errno. */
	int err;
	struct acpi_table *tables;
	size_t n_tables;

	/* For each: 0 decoded, -ENOENT not among the tables, -EBADMSG: too short
	 * to hold what is decoded, -errno could not be read. */
	int fadt_err, madt_err, gtdt_err, spcr_err, dbg2_err, mcfg_err;
	struct acpi_fadt fadt;
	struct acpi_madt madt;
	struct acpi_gtdt gtdt;
	struct acpi_uart spcr;
	struct acpi_dbg2 dbg2;
	struct acpi_mcfg mcfg;
};

/* The facts of `m`, read once. NULL: -ENOMEM. */
const struct acpi_facts *acpi_read(struct vms_machine *m);

/* The first table with this signature, or NULL. */
const struct acpi_table *acpi_find(const struct acpi_facts *f, const char *name);

/* Somebody else than the firmware who may have put tables there, as a sentence; NULL: nobody is seen.
 * -ENOMEM. */
int acpi_read_origin(struct vms_machine *m, char **ret_why) _must_check_;

#endif
