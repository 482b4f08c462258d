/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An image on a matrix of virtual hardware: what was seen of each cell, as facts. The
 * driver (cli/boot/) fills them in, the checks VMSPEC-BOOT-* judge them; nothing here
 * starts a machine. Strings are owned and one printable line; NULL: not known.
 */
#ifndef VMS_MATRIX_H
#define VMS_MATRIX_H

#include <json-c/json.h>
#include "core/check.h"

/* How the way to a guest's verdict ended. */
enum vms_cell_end {
	VMS_CELL_NOT_RUN, /* not begun, cut short, or it could not be looked at: `reason` says why */
	VMS_CELL_CANNOT,  /* the host's hardware cannot: `reason` */
	VMS_CELL_VERDICT, /* the guest gave its verdict */
	VMS_CELL_FAILED,  /* it did not boot: `reason` names the stage and what was seen last */
	VMS_CELL_OPEN,	  /* it came up, or was on its way up, and gave no verdict: `reason` */
};

/* Why it ended so, where it gave no verdict. */
enum vms_cell_cause {
	VMS_CAUSE_NONE,		 /* it gave its verdict, or nothing is known */
	VMS_CAUSE_IMAGE,	 /* the image cannot be read, or not be booted as it is */
	VMS_CAUSE_NO_FIRMWARE,	 /* none was found */
	VMS_CAUSE_NO_HYPERVISOR, /* its program cannot be started */
	VMS_CAUSE_HOST,		 /* the host's hardware lacks what the cell asks for */
	VMS_CAUSE_DRIVER,	 /* it could not be prepared or driven */
	VMS_CAUSE_USER,		 /* ended by the user */
	VMS_CAUSE_TIME,		 /* still on its way when the time was up */
	VMS_CAUSE_STILL,	 /* nothing happened any more */
	VMS_CAUSE_STOPPED,	 /* the console shows that the boot came to an end */
	VMS_CAUSE_POWERED_OFF,	 /* the guest powered off */
	VMS_CAUSE_CRASHED,	 /* the hypervisor says that the guest crashed */
	VMS_CAUSE_PROCESS,	 /* the hypervisor's process ended */
	VMS_CAUSE_NO_TOOL,	 /* up, with nothing to run inside */
	VMS_CAUSE_NO_LOGIN,	 /* up, and nobody can or was to log in */
	VMS_CAUSE_DOCUMENT,	 /* what came as its verdict is none */
};

/* How far a boot has come. */
enum vms_cell_stage {
	VMS_STAGE_NONE, /* no word of anybody's */
	VMS_STAGE_FIRMWARE,
	VMS_STAGE_LOADER,
	VMS_STAGE_KERNEL,
	VMS_STAGE_USERSPACE,
	VMS_STAGE_LOGIN,
	VMS_STAGE_AGENT, /* vmspec-verify's run inside */
};

/* What the firmware is asked to publish; DEFAULT: whatever the hypervisor does. */
enum vms_cell_hw { VMS_HW_DEFAULT, VMS_HW_ACPI, VMS_HW_DT };
enum vms_cell_bus { VMS_BUS_PCI, VMS_BUS_MMIO, VMS_BUS_XEN };

enum vms_vmm { VMS_VMM_QEMU, VMS_VMM_XEN };

/* What was tried in a cell once it was up, in this order. */
enum vms_cell_step {
	VMS_STEP_RESTART,     /* the guest's own reboot ended as asked */
	VMS_STEP_POWEROFF,    /* ... and its power-off */
	VMS_STEP_REBOOT,      /* the variable after the guest's reboot */
	VMS_STEP_COLD,	      /* ... and in a new process with the same variable store */
	VMS_STEP_HOTPLUG_BLK, /* a disk seen to come and go */
	VMS_STEP_HOTPLUG_NET, /* a network card seen to come and go */
	VMS_N_STEPS,
};

/* VMS_SKIP: was not to be tried here. VMS_UNKNOWN: not reached, or could not be looked at. */
struct vms_step_result {
	enum vms_status status; /* PASS, FAIL, UNKNOWN, SKIP */
	char *reason;		/* NULL only while nothing was stated */
};

/* A row of the guest's own verdict. */
struct vms_cell_row {
	char *id;
	enum vms_status status;
	char *reason;
};

struct vms_cell {
	char *name;    /* "gicv3-acpi-pci" */
	bool standard; /* the hypervisor's default hardware */
	unsigned gic;  /* 2 or 3; 0: the hypervisor's choice */
	enum vms_cell_hw hw;
	enum vms_cell_bus bus;
	bool aarch32;
	bool direct;	/* its kernel was started without UEFI */
	bool vuart;	/* Xen: with an SBSA UART */
	char *firmware; /* "AAVMF_CODE.fd" */
	/* run by itself: all cells of its matrix in order, with name and hardware; NULL: its matrix is
	 * here */
	struct vms_cell *plan;
	size_t n_plan;

	enum vms_cell_end end;
	enum vms_cell_cause cause;
	enum vms_cell_stage stage; /* of the boot that was to give the verdict */
	char *reason;
	double seconds; /* from the start of its first process to the end of the last */
	struct vms_step_result steps[VMS_N_STEPS];

	char *document;		   /* the guest's verdict (JSON); NULL: none came */
	struct vms_cell_row *rows; /* its checks */
	size_t n_rows;
	char *outcome;	      /* "noncompliant" */
	unsigned gic_seen;    /* by the guest, of its document's facts: 4 is 3 and more; 0: not told */
	bool no_acpi_support; /* its kernel was built without ACPI, by the same */
	unsigned failed[VMS_N_OWNER]; /* MUSTs of its guest, by who owes them */
	unsigned open[VMS_N_OWNER];   /* those that could not be decided, for a verdict about that owner */
};

/* Results of checks, owned. */
struct vms_matrix_rows {
	struct vms_verdict_row *rows;
	size_t n;
};

struct vms_matrix {
	enum vms_vmm vmm;	 /* whose guests these are */
	char *name;		 /* of the image */
	char *hypervisor;	 /* "qemu 7.2.17 (tcg)" */
	struct vms_image *image; /* for VMSPEC-IMAGE-*; borrowed */
	/* NULL, or the rows of those, judged elsewhere, in the image's stead; borrowed */
	const struct vms_matrix_rows *judged;
	bool no_bootarm; /* told elsewhere, too: the image has no loader for AArch32 */
	struct vms_cell *cells;
	size_t n_cells;
};

/* What the cell's own hardware, a factor that the user chose, took away from its guest: what the guest then
 * fails for the want of it is nobody's failure. */
enum {
	VMS_TOOK_ACPI = 1 << 0,	   /* hw=dt */
	VMS_TOOK_UEFI = 1 << 1,	   /* a direct boot */
	VMS_TOOK_HOTPLUG = 1 << 2, /* virtio-mmio without PCIe slots */
};
static inline unsigned vms_cell_took(const struct vms_cell *cell)
{
	return (cell->hw == VMS_HW_DT || cell->direct ? VMS_TOOK_ACPI : 0) |
	       (cell->direct ? VMS_TOOK_UEFI : 0) | (cell->bus == VMS_BUS_MMIO ? VMS_TOOK_HOTPLUG : 0);
}

/*
 * document.c: take what a guest sent as its verdict. It is not trusted: at most 1 MiB
 * of JSON, a vmspec-verdict/1 document about a guest with the keys the schema asks for;
 * every string is made one printable line. Fills document, rows and outcome.
 * -EBADMSG: no such document; -ENOMEM.
 */
int vms_cell_take_document(struct vms_cell *cell, const char *json, size_t len);

/* Its guest's verdict, if one came, with the waivers of `opt` and as strict as that: failures that are let be
 * become VMS_WAIVED. -ENOMEM. */
int vms_cell_ask(struct vms_cell *cell, const struct vms_run_options *opt);

/* Was a failure of the check `id` let be in a guest? */
bool vms_matrix_waived(const struct vms_matrix *m, const char *id);

/* cell_facts.c: what was seen of it but for its name and document, as a JSON object in one line. -ENOMEM. */
int vms_cell_facts(const struct vms_cell *cell, char **ret);
/* Fill a cell, whose name is left, from such an object; its document is then to be taken. -EBADMSG: it is
 * none; -ENOMEM: the cell is as it was. */
int vms_cell_take_facts(struct vms_cell *cell, struct json_object *facts);

/* The row of a check in the guest's verdict; NULL: it has none. */
const struct vms_cell_row *vms_cell_row(const struct vms_cell *cell, const char *id);

/* State a step (printf). The first statement of FAIL stays. Returns 0 or -ENOMEM. */
int vms_cell_step(struct vms_cell *cell, enum vms_cell_step step, enum vms_status status, const char *fmt,
		  ...) _printf_(4, 5);

/* cell.c: name and hardware of `from` into `to`, which is empty. -ENOMEM: to be cleared. */
int vms_cell_copy_hardware(const struct vms_cell *from, struct vms_cell *to);
void vms_cell_clear(struct vms_cell *cell);

/* run_matrix.c in core: judge it; as vms_run(). The verdict's cells are copies. */
int vms_run_matrix(struct vms_matrix *m, const struct vms_run_options *opt, struct vms_verdict **ret);

#endif
