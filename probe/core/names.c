/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The words of the contract for the library's enumerations. */
#include "util.h"
#include "vmspec.h"

const char *vms_status_name(enum vms_status s)
{
	static const char *const names[VMS_N_STATUS] = { "pass",    "fail", "unknown",
							 "pending", "skip", "waived" };

	return (unsigned)s < VMS_N_STATUS ? names[s] : "unknown";
}

const char *vms_level_name(enum vms_level l)
{
	static const char *const names[] = { "none", "must", "should", "may", "info" };

	return (unsigned)l < ARRAY_SIZE(names) ? names[l] : "none";
}

const char *vms_owner_name(enum vms_owner o)
{
	static const char *const names[] = { "none", "hypervisor", "image", "guest-admin" };

	return (unsigned)o < ARRAY_SIZE(names) ? names[o] : "none";
}

const char *vms_kind_name(enum vms_kind k)
{
	switch (k) {
	case VMS_KIND_GUEST:
		return "guest";
	case VMS_KIND_RECORD:
		return "record";
	case VMS_KIND_IMAGE:
		return "image";
	case VMS_KIND_BOOT_MATRIX:
		return "boot-matrix";
	case VMS_KIND_FLEET:
		return "fleet";
	}
	return "guest";
}

const char *vms_outcome_name(enum vms_outcome o)
{
	static const char *const names[] = { "compliant", "noncompliant", "inconclusive" };

	return (unsigned)o < ARRAY_SIZE(names) ? names[o] : "inconclusive";
}
