/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vmspec: judge a machine or a disk image by the VM System Specification for
 * ARM Processors, clause by clause.
 *
 *	open a subject  ->  vms_run()  ->  an immutable verdict  ->  a renderer
 *
 * Functions return 0 or -errno; what they give back through `ret_...` is left
 * untouched on failure. Destructors accept NULL. No function of the library
 * prints.
 */
#ifndef VMSPEC_H
#define VMSPEC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#define VMS_VERSION "0.2.0"
#define VMS_SCHEMA  "vmspec-verdict/1"

/* How a check ended. The names are those of vms_status_name(). */
enum vms_status {
	VMS_PASS,
	VMS_FAIL,
	VMS_UNKNOWN,
	VMS_PENDING,
	VMS_SKIP,
	VMS_WAIVED,
	VMS_N_STATUS,
};

/* What the specification asks. VMS_LEVEL_NONE: not in this version, not listed. */
enum vms_level {
	VMS_LEVEL_NONE,
	VMS_MUST,
	VMS_SHOULD,
	VMS_MAY,
	VMS_INFO,
};

/* Who can mend what a check found. */
enum vms_owner {
	VMS_OWNER_NONE,
	VMS_HYPERVISOR,
	VMS_IMAGE,
	VMS_GUEST_ADMIN,
	VMS_N_OWNER,
};

/* What is judged; bits, so that a check can name several. */
enum vms_kind {
	VMS_KIND_GUEST = 1 << 0,
	VMS_KIND_RECORD = 1 << 1,
	VMS_KIND_IMAGE = 1 << 2,
	VMS_KIND_BOOT_MATRIX = 1 << 3,
	VMS_KIND_FLEET = 1 << 4, /* several subjects, each with a verdict of its own */
};

enum vms_outcome {
	VMS_COMPLIANT,
	VMS_NONCOMPLIANT,
	VMS_INCONCLUSIVE,
};

/* "pass", "must", "hypervisor", "guest", "compliant": constant strings. */
const char *vms_status_name(enum vms_status s);
const char *vms_level_name(enum vms_level l);
const char *vms_owner_name(enum vms_owner o);
const char *vms_kind_name(enum vms_kind k);
const char *vms_outcome_name(enum vms_outcome o);

/* What was read, where. Both strings are printable UTF-8. */
struct vms_evidence {
	char *source;
	char *value;
};

/* What a result hangs on: the check at the beginning of a chain of needs. */
struct vms_cause {
	bool blocked;		/* another check did not pass: the rest tells which */
	const char *id;		/* constant; NULL: the profile has no such check */
	enum vms_status status; /* FAIL, UNKNOWN, PENDING, SKIP; WAIVED: failed, to be let be */
};

/* The result of one check. */
struct vms_result {
	enum vms_status status;
	char *reason;		       /* one line; never NULL in a verdict */
	struct vms_evidence *evidence; /* n_evidence of them */
	size_t n_evidence;
	enum vms_owner owner; /* VMS_OWNER_NONE: no remedy */
	char *advice;
	bool rights;		/* the advice is to look with more rights: vms_remedy_rights() */
	char *waiver;		/* the user's reason, when waived */
	char *until;		/* the last day of that, "2026-12-31"; NULL: it has none */
	struct vms_cause cause; /* of SKIP and UNKNOWN */
	int err;		/* -ENOMEM when the result could not be stated */
};

struct vms_check;   /* probe/core/check.h */
struct vms_profile; /* probe/core/profile.h */
struct vms_machine; /* probe/core/machine.h */
struct vms_image;   /* probe/image/image.h */
struct json_object; /* json-c */

/* One row of a verdict. */
struct vms_verdict_row {
	const struct vms_check *check;
	enum vms_level level; /* in the profile */
	const char *clause;   /* "vmspec-2.0/hardware-description/2"; NULL: none of its own */
	struct vms_result result;
};

/* Who was judged. Strings are owned; NULL when not known. */
struct vms_subject_info {
	enum vms_kind kind;
	char *name;
	char *arch;
	char *hypervisor;
	char *firmware;
};

/*
 * boot-matrix: what one guest said, and how far each thing was shown with it.
 * fleet: a subject.
 */
struct vms_cell_verdict {
	char *name;	/* "gicv3-acpi-pci"; of the subject */
	char *reason;	/* how it ended, one line; NULL in a fleet */
	char *facts;	/* of a boot matrix: what was seen of it (JSON, one line); NULL: not told */
	char *document; /* the verdict document of it (JSON, one line); NULL: it gave none */
	/*
	 * Status of this cell for the verdict's row of the same index; SKIP: nothing to do
	 * with it. In a fleet VMS_N_STATUS: its document does not list the check.
	 */
	enum vms_status *statuses;
	enum vms_outcome outcome; /* of the document; INCONCLUSIVE where there is none */
	/* boot matrix: MUSTs of its guest, which count for the pair: those that failed, by who owes them, and
	 * those that are open for a verdict about that owner (NONE: about everything) */
	unsigned failed[VMS_N_OWNER], open[VMS_N_OWNER];
};

/*
 * What a machine's verdict rests on, typed, for programs: numbers are 0 and strings NULL where it could not
 * be seen. Strings are owned.
 */
struct vms_facts {
	unsigned gic_version;
	unsigned timer_interrupt;	 /* INTID that the kernel uses */
	unsigned uefi_major, uefi_minor; /* halves of the table's revision: 2, 70 for UEFI 2.7 */
	char *uefi_vendor;
	const char *described_by; /* what the kernel runs by: "acpi", "fdt" */
	bool no_acpi_support;	  /* the kernel is known to be built without ACPI */
	const char *fdt;	  /* who made the device tree: "firmware", "stub", "unknown", "none" */
	bool psci;
	unsigned psci_major, psci_minor;
	unsigned exception_level; /* all CPUs started at */
	size_t cpus_described, cpus_online;
	char *consoles; /* "ttyAMA0 tty0": names, a space between */
	char *kernel;	/* release */
	char *os;	/* PRETTY_NAME of os-release */
};

struct vms_verdict {
	const struct vms_profile *profile;
	time_t time; /* when it was made, seconds since the epoch, UTC */
	struct vms_subject_info subject;
	enum vms_outcome outcome;
	bool partial;	      /* a selection only (--check) */
	bool strict;	      /* SHOULD was counted as MUST */
	enum vms_owner owner; /* only what this party has to mend was counted; NONE: everything */
	unsigned summary[VMS_N_STATUS];
	struct vms_verdict_row *rows;
	size_t n_rows;
	struct vms_facts *facts;	/* guest, record; NULL: none */
	struct vms_cell_verdict *cells; /* n_cells; only a boot matrix and a fleet have some */
	size_t n_cells;
	/* Only where the verdict was read from a document (probe/document/read.h): */
	struct json_object *document; /* that document, without its cells */
	void **foreign;		      /* checks and a profile that this version does not know */
	size_t n_foreign;
};

void vms_verdict_free(struct vms_verdict *v);

/* A failure that the user said to let be. */
struct vms_waiver {
	const char *id;
	const char *reason;
	const char *until; /* its last day, "2026-12-31"; NULL: it has none */
};

/* The profiles: by number (the default is 0; NULL at the end), by name (NULL: no such
 * profile). The name by number, for tables of words. */
const struct vms_profile *vms_profile_at(size_t i);
const struct vms_profile *vms_profile_find(const char *name);
const struct vms_profile *vms_profile_default(void);
const char *vms_profile_name(size_t i);

/* May VMSPEC-EFIVARIABLE-WRITE create and delete its one variable? */
enum vms_write_policy {
	VMS_WRITE_NEVER,	/* the default */
	VMS_WRITE_UNLESS_KNOWN, /* if no persistence cycle has shown it already */
	VMS_WRITE_ALWAYS,	/* if none is armed */
};

#define VMS_STATE_DIR "/var/lib/vmspec"

/* What a run is asked for. All strings are borrowed. */
struct vms_run_options {
	const struct vms_profile *profile; /* must be set */
	const char *const *globs;	   /* NULL-terminated; NULL: all checks */
	const struct vms_waiver *waivers;
	size_t n_waivers;
	bool strict;	      /* SHOULD counts as MUST */
	enum vms_owner owner; /* what others have to mend does not count; NONE: everything */
	/* machines: where the state of the persistence cycle is (NULL: VMS_STATE_DIR), and
	 * what may be written */
	const char *state_dir;
	enum vms_write_policy write;
	/* how an earlier trial write of this boot ended, and its reason; NULL: there was none */
	enum vms_status written;
	const char *written_reason;
};

/*
 * Judge `m`. Runs each selected check, and the checks that it needs, once.
 * -EINVAL: a glob matches no check that the profile lists for this subject, or there is
 * no profile.
 * -ENOMEM. Never fails because of what the machine looks like.
 */
int vms_run(struct vms_machine *m, const struct vms_run_options *opt, struct vms_verdict **ret);

/* Which removable media path an image must have. AUTO: AArch32 where only BOOTARM.EFI
 * is there, else AArch64. */
enum vms_image_arch {
	VMS_IMAGE_AUTO,
	VMS_IMAGE_AARCH64,
	VMS_IMAGE_AARCH32,
};

struct vms_image_options {
	enum vms_image_arch arch;
	bool backing; /* follow backing and data files that an image names */
	bool whole;   /* decompress a compressed image to its end: its backup GPT is judged then */
};

/*
 * A disk image: raw file or block device; qcow2, vmdk, vhdx, vdi through qemu-nbd;
 * a raw image compressed as .xz, .zst, .gz or .bz2. -ENOMEM. An image that cannot be
 * read is opened all the same, and judged `unknown` in everything.
 */
int vms_image_open(const char *path, const struct vms_image_options *opt, struct vms_image **ret);
void vms_image_free(struct vms_image *image);

/* Why nothing of the image can be read, for people; NULL: it can be. */
const char *vms_image_blocked(const struct vms_image *image);

/* Judge `image`; as vms_run(). */
int vms_run_image(struct vms_image *image, const struct vms_run_options *opt, struct vms_verdict **ret);

/* Exit status of the contract: 0 compliant, 1 not, 3 inconclusive. */
int vms_verdict_exit_status(const struct vms_verdict *v);

/* The machine this process runs on. -ENOMEM, -errno of opening "/". */
int vms_machine_open_live(struct vms_machine **ret);

/* A recorded machine: a tree that mirrors absolute paths, facts that are no
 * file in .vmspec/. -ENOTDIR, -ENOENT, -EACCES, -ENOMEM. */
int vms_machine_open_record(const char *dir, struct vms_machine **ret);

void vms_machine_free(struct vms_machine *m);

/* Record `m` into `dir`, which must not exist; identities are replaced by
 * stand-ins of the same length. -EEXIST, -errno of writing. */
int vms_machine_record(struct vms_machine *m, const char *dir);
/* The same, as `name` in a folder that is held open. */
int vms_machine_record_at(struct vms_machine *m, int folder_fd, const char *name);

#endif
