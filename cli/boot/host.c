// SPDX-License-Identifier: GPL-2.0-or-later
/* Who runs the guests here, and whether anything can be booted at all: if not, it is said once. */
#include <errno.h>
#include "core/util.h"
#include "image/image.h"
#include "host.h"
#include "vmm/qemu_driver.h"
#include "vmm/xen_driver.h"

/* Nothing can be booted: said once, with what mends it, and each cell's reason. */
static int block_cells(struct pair *s, enum vms_cell_cause cause, const char *why, const char *mend)
{
	complain("%s%s", why, mend);
	for (size_t i = 0; i < s->plan.n; i++) {
		struct vms_cell *c = &s->matrix.cells[i];

		free(c->reason);
		c->cause = cause;
		c->reason = vms_printable(why, strlen(why));
		if (!c->reason)
			return no_memory();
	}
	return GO_ON;
}

int host_check_image(struct pair *s)
{
	const char *blocked = vms_image_blocked(s->image);
	_cleanup_free_ char *why = NULL;

	if (blocked)
		why = vms_asprintf("%s: the image cannot be read: %s", s->o->image, blocked);
	else if (format_is_compressed(s->image->format))
		why = vms_asprintf("%s: the image is compressed (%s): unpack it to boot it", s->o->image,
				   format_name(s->image->format));
	else
		return GO_ON;
	return why ? block_cells(s, VMS_CAUSE_IMAGE, why, "") : no_memory();
}

/* A QEMU that cannot be started starts no cell. *ret_version: "7.2.22"; NULL: none. */
static int check_qemu(struct pair *s, char **ret_version)
{
	const char *program = qemu_program(&s->cells[0]);
	const char *mend = "";
	char said[200] = "";
	_cleanup_free_ char *why = NULL;
	int err = qemu_version(program, ret_version, said, sizeof(said));

	if (!err)
		return GO_ON;
	if (err == -ENOMEM)
		return no_memory();
	if (err == -ENOENT && !s->o->qemu) {
		why = vms_asprintf("QEMU cannot be started: there is no %s", program);
		mend = "; it is in the package qemu-system-arm (Debian, Ubuntu), qemu-system-aarch64 "
		       "(Fedora, Alpine) or qemu-arm (SUSE)";
	} else if (err == -ENOEXEC)
		why = vms_asprintf("QEMU cannot be started: %s --version says no QEMU version%s%s", program,
				   *said ? ", but: " : "", said);
	else
		why = vms_asprintf("QEMU cannot be started: %s: %s", program, vms_error_text(err));
	return why ? block_cells(s, VMS_CAUSE_NO_HYPERVISOR, why, mend) : no_memory();
}

/* The same for Xen. Only raw images can be a domain's disk as they are. */
static int check_xen(struct pair *s, char **ret_version)
{
	const char *mend = "";
	char said[200] = "";
	_cleanup_free_ char *why = NULL;
	int err = xen_version(ret_version, said, sizeof(said));

	if (err == -ENOMEM)
		return no_memory();
	if (err == -ENOENT) {
		why = strdup("Xen cannot be driven: there is no xl");
		mend = "; it is in the package xen-utils (Debian, Ubuntu), xen-runtime (Fedora) or xen-tools "
		       "(SUSE)";
	} else if (err)
		why = vms_asprintf("Xen cannot be driven: xl info: %s",
				   err == -ENOEXEC && *said ? said : vms_error_text(err));
	else if (!streq(s->setup.image_format, "raw"))
		why = vms_asprintf(
			"%s: the image is %s, and Xen's block devices are raw: convert it to boot it "
			"(qemu-img convert -O raw)",
			s->o->image, s->setup.image_format);
	else
		return GO_ON;
	return why ? block_cells(s, VMS_CAUSE_NO_HYPERVISOR, why, mend) : no_memory();
}

/* "QEMU emulator version 7.2.22 (Debian ...)": who runs the guests. */
int host_describe(struct pair *s)
{
	struct vms_matrix *m = &s->matrix;
	const char *accel = s->plan.n && s->cells[0].kvm ? "kvm" : "tcg";
	_cleanup_free_ char *version = NULL;
	bool xen = s->setup.vmm == VMS_VMM_XEN;
	int status = xen ? check_xen(s, &version) : check_qemu(s, &version);

	if (status != GO_ON)
		return status;
	m->image = s->image;
	m->name = vms_printable(s->o->image, strlen(s->o->image));
	m->hypervisor =
		xen ? vms_asprintf("xen%s%s", version ? " " : "", version ? version : "")
		    : vms_asprintf("qemu%s%s (%s)", version ? " " : "", version ? version : "", accel);
	return m->name && m->hypervisor ? GO_ON : no_memory();
}
