/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Did a UEFI variable survive a reboot? The table that decides it, as a pure
 * function: (state, what is seen now) -> (result, next state, action). It does
 * no I/O and keeps nothing, so every row is a unit test.
 * Serves "virtual firmware": persistent variable storage is strongly recommended.
 */
#ifndef VMS_PERSISTENCE_H
#define VMS_PERSISTENCE_H

#include "../../include/vmspec.h"

#define VMS_PERSIST_NONCE_LEN 32  /* hex digits: 128 random bits */
#define VMS_PERSIST_ATTRS     0x7 /* non-volatile, boot-service and run-time access */

/* What the state file says. */
enum vms_persist_phase {
	VMS_PERSIST_ABSENT,  /* never armed, or disarmed */
	VMS_PERSIST_INTENT,  /* about to write the variable */
	VMS_PERSIST_ARMED,   /* written and read back */
	VMS_PERSIST_JUDGED,  /* a check ended in pass or fail; `why` says which */
	VMS_PERSIST_UNARMED, /* was armed or should have been; `why` says what came in between */
	VMS_PERSIST_DAMAGED, /* there, and not readable as a state */
	VMS_PERSIST_NEWER,   /* written by a newer version */
	VMS_PERSIST_N_PHASES,
};

/* The row of the table that a decision rests on; also what a state remembers of one. */
enum vms_persist_row {
	VMS_ROW_NEVER_ARMED,
	VMS_ROW_PENDING,     /* armed in this boot */
	VMS_ROW_COPIED,	     /* armed by another machine */
	VMS_ROW_NO_FIRMWARE, /* another boot, but the firmware did not run in between */
	VMS_ROW_SURVIVED,
	VMS_ROW_ATTRIBUTES, /* nonce right, attributes not */
	VMS_ROW_OTHER_NONCE,
	VMS_ROW_OVERWRITTEN, /* armed anew in this boot, by another state directory */
	VMS_ROW_GONE,
	VMS_ROW_CUT_OFF, /* only the intent is there */
	VMS_ROW_DAMAGED,
	VMS_ROW_NEWER,
	VMS_ROW_NOT_SEEN,   /* services off, unreadable, or no boot_id */
	VMS_ROW_REFUSED,    /* arming: SetVariable failed */
	VMS_ROW_NOT_STORED, /* arming: SetVariable said success and stored something else, or nothing */
	VMS_ROW_DISARMED,   /* disarming had begun */
	VMS_N_ROWS,
};

/* Who this machine is. "": not there, or could not be read. */
struct vms_persist_identity {
	char machine_id[40];
	char dmi_uuid[40];
	char instance_id[132];
};

/* What changes each time the firmware runs, as hex digits. "": not there. */
struct vms_persist_firmware {
	char mtc[20];	       /* EDK II's monotonic counter */
	char loader_init[100]; /* systemd-boot's LoaderTimeInitUSec */
};

struct vms_persist_state {
	enum vms_persist_phase phase;
	char nonce[VMS_PERSIST_NONCE_LEN + 1];
	char boot_id[40];    /* the boot it was armed in */
	char kexec_boot[40]; /* the last boot known to have come without the firmware; "" */
	struct vms_persist_identity identity;
	struct vms_persist_firmware firmware;
	int64_t time;		  /* when it was armed, seconds since the epoch: for people only */
	enum vms_persist_row why; /* JUDGED, UNARMED */
	char judged_boot[40];	  /* JUDGED: the boot that it was judged in */
	bool deleted;		  /* JUDGED: our variable is gone again */
	int err;		  /* REFUSED: the -errno of SetVariable; JUDGED: of deleting */
	bool rearm;		  /* UNARMED: the boot unit arms anew */
};

enum vms_persist_variable {
	VMS_PVAR_UNSEEN, /* the variable services do not answer, or could not be asked */
	VMS_PVAR_GONE,	 /* they answer, and it is not there */
	VMS_PVAR_THERE,
};

/* What this boot shows. */
struct vms_persist_seen {
	char boot_id[40]; /* "": could not be read */
	struct vms_persist_identity identity;
	struct vms_persist_firmware firmware;
	char kexec_note[40]; /* the boot that noted a kexec; "": none did */
	enum vms_persist_variable variable;
	uint32_t attrs;
	char nonce[VMS_PERSIST_NONCE_LEN + 1]; /* "": its bytes are not ours */
	char variable_boot[40];		       /* the boot that wrote it, as it says; "" */
};

enum vms_persist_action {
	VMS_PERSIST_KEEP,      /* nothing to do */
	VMS_PERSIST_STORE,     /* write the next state */
	VMS_PERSIST_CLEAR,     /* write the next state, then delete our variable */
	VMS_PERSIST_FINISH,    /* the same, then write that it is deleted */
	VMS_PERSIST_SET_ASIDE, /* rename the state file, then write the next state */
};

struct vms_persist_decision {
	enum vms_persist_row row;
	enum vms_status status;
	enum vms_persist_action action;
	bool rearm; /* the boot unit arms anew */
	struct vms_persist_state next;
};

void vms_persist_decide(const struct vms_persist_state *state, const struct vms_persist_seen *seen,
			struct vms_persist_decision *ret);

/* One line for people, and the row's name in the state file. Constant strings. */
const char *vms_persist_reason(enum vms_persist_row row);
const char *vms_persist_row_name(enum vms_persist_row row);
const char *vms_persist_phase_name(enum vms_persist_phase phase);

/* A known identity that is another one now; NULL: none is. Constant string. */
const char *vms_persist_identity_differs(const struct vms_persist_identity *then,
					 const struct vms_persist_identity *now);

/* What shows that the firmware did not run since; NULL: nothing does. Constant string. */
const char *vms_persist_no_firmware_sign(const struct vms_persist_state *state,
					 const struct vms_persist_seen *seen);

#endif
