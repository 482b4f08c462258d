/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the flattened device tree says: /sys/firmware/fdt (0400), the very blob
 * that the kernel was started with. Serves the chapter Hardware Description, and
 * the platform checks that compare what the kernel uses with what is described.
 *
 * Devicetree Specification 0.4; bindings of Linux (arm,gic*, arm,armv8-timer, psci).
 */
#ifndef VMS_FDT_H
#define VMS_FDT_H

#include "core/machine.h"
#include "core/result.h"
#include "core/span.h"

/* The kernel takes no bigger tree (arm64 MAX_FDT_SIZE). */
#define FDT_SIZE_MAX (2u << 20)

struct fdt_cpu {
	uint64_t mpidr;	 /* `reg`: the affinity fields of MPIDR_EL1 */
	bool reg;	 /* it has one that can be read */
	bool enabled;	 /* false: status = "disabled"; can be brought up later */
	char enable[24]; /* enable-method of the CPU or of /cpus: "psci", "spin-table"; "" none */
	bool release;	 /* cpu-release-addr is there, which spin-table needs */
};

/* A device of the tree. Strings are owned and printable. */
struct fdt_node {
	bool there;	  /* and not disabled */
	char *path;	  /* "/pl011@9000000" */
	char *compatible; /* all of them, a space between: ask fdt_is_compatible() */
};

struct fdt_timer {
	struct fdt_node node; /* arm,armv8-timer or arm,armv7-timer */
	bool wired;	      /* it has interrupts at all */
	bool orphaned;	      /* and no interrupt-parent, so that they lead to no controller */
	bool decoded;	      /* and they are a GIC's, so that 0 below means "not named" */
	/* INTIDs (PPI n is n + 16); 0: not named */
	unsigned secure, phys, virt, hyp;
};

struct fdt_psci {
	struct fdt_node node;
	char method[8];	  /* "hvc", "smc"; "" none */
	unsigned version; /* by compatible: 0x0001 "arm,psci", 0x0002, 0x10000 */
	bool cpu_on;	  /* the function's number, which 0.1 leaves to the tree */
};

/* A reference to a node that is not there. */
struct fdt_dangling {
	char *where;	  /* "/intc@8000000: interrupt-parent" */
	uint32_t phandle; /* 0: the reference is a path or cut short */
};
#define FDT_MAX_DANGLING 8

/* What one tree describes. Filled by fdt_parse() from bytes alone. */
struct fdt_tree {
	uint32_t size;	   /* totalsize of the header */
	unsigned n_top;	   /* nodes below the root */
	bool stub;	   /* only /chosen, and at most Xen's /hypervisor */
	char *compatible;  /* of the root, as in fdt_node */
	bool uefi;	   /* /chosen/linux,uefi-system-table */
	char *bootargs;	   /* /chosen/bootargs; NULL: none */
	char *uboot;	   /* /chosen/u-boot,version; NULL: none */
	const char *kexec; /* the property of /chosen that another kernel put there; NULL: none */
	struct fdt_cpu *cpus;
	size_t n_cpus;
	struct fdt_node gic;
	bool gic_controls;    /* it has the property interrupt-controller, without which Linux takes none */
	unsigned gic_regions; /* of its `reg` */
	unsigned gic_wanted;  /* the distributor's, and a GICv2's CPU interface or a GICv3's redistributors */
	unsigned gic_version; /* 1, 2, 3, 5; 0: no GIC known to us */
	struct fdt_timer timer;
	struct fdt_psci psci;
	struct fdt_node console;       /* where stdout-path leads; else the first UART */
	struct fdt_node pl011;	       /* first PL011 or SBSA generic UART, console or not */
	bool console_chosen;	       /* stdout-path is there */
	char *console_options;	       /* after the ':' of stdout-path; NULL: none */
	uint64_t console_base;	       /* its address; 0: not known */
	bool console_is_uart;	       /* one of those that are known here */
	bool console_reg;	       /* it has a `reg` */
	struct fdt_node pci;	       /* first PCI host bridge */
	struct fdt_node hypervisor;    /* xen,xen */
	unsigned n_pci, n_virtio_mmio; /* those that have an address */
	unsigned n_simple_bus;
	struct fdt_dangling dangling[FDT_MAX_DANGLING];
	unsigned n_dangling; /* may be more than are kept */
};

/*
 * Read a tree from bytes (any alignment, not trusted). -EBADMSG: no valid tree,
 * *ret_why is a constant string that says why; -EFBIG; -ENOMEM. Takes time and
 * memory in proportion to the size.
 */
int fdt_parse(struct vms_span blob, struct fdt_tree *ret, const char **ret_why);
void fdt_tree_clear(struct fdt_tree *tree);

/* Is `which` one of the strings of a joined compatible? NULL-safe. */
bool fdt_is_compatible(const char *compatible, const char *which);

/* Who gave the kernel this tree. */
enum fdt_origin {
	FDT_ORIGIN_UNKNOWN,  /* a boot loader may have put its own in place */
	FDT_ORIGIN_FIRMWARE, /* a real tree, and no sign of anybody else */
	FDT_ORIGIN_STUB,     /* the kernel's EFI stub: the firmware published none */
};

struct fdt_facts {
	/* 0: `tree` is filled. -ENOENT: no file; -EBADMSG: no valid tree (`why`);
	 * other -errno: could not look. */
	int err;
	const char *why;
	struct fdt_tree tree;
	enum fdt_origin origin;
	char *origin_why; /* one line */
	char *kexec;	  /* how it shows that another kernel started this one, one line; NULL: no sign */
	char *source;	  /* what was read: the blob, or `by_base` the folder of its nodes */
	bool by_base;	  /* its sizes are not those of the firmware's */
	/* The kernel unflattened a tree that describes hardware, by
	 * /sys/firmware/devicetree/base: 0; -ENOENT: no; -errno could not look. */
	int base_err;
};

/* The facts of `m`, read once. NULL: -ENOMEM. */
const struct fdt_facts *fdt_read(struct vms_machine *m);

/* The tree when it is readable and describes hardware, whoever gave it; else NULL. */
static inline const struct fdt_tree *fdt_hardware(const struct fdt_facts *f)
{
	return f && f->err == 0 && !f->tree.stub ? &f->tree : NULL;
}

#endif
