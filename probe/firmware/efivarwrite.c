/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Writing and deleting our variable with libefivar; see efivarwrite.h. */
#include <efivar/efivar.h>
#include <errno.h>

#include "core/dl.h"
#include "core/util.h"
#include "efivarwrite.h"

#define SET_TRIES 5 /* EINTR comes before the firmware is called: nothing was written */

VMS_DLOPEN_NOTE(efivar, "{\"feature\":\"efivar\",\"description\":\"writing a UEFI variable\","
			"\"priority\":\"recommended\",\"soname\":[\"libefivar.so.1\"]}");

static int (*dl_supported)(void);
static int (*dl_set)(efi_guid_t guid, const char *name, uint8_t *data, size_t size, uint32_t attrs,
		     mode_t mode);
static int (*dl_del)(efi_guid_t guid, const char *name);

static const efi_guid_t guid =
	EFI_GUID(0xc806f04c, 0x465d, 0x4791, 0xb25f, 0xe7, 0xeb, 0x07, 0xdd, 0x6b, 0x14);

/*
 * libefivar chooses where variables are in a constructor, from the environment.
 * It is therefore opened late, in an environment that we made.
 */
static int efivar_open(const struct vms_varstore *s)
{
	static const struct vms_dl_symbol symbols[] = {
		{ "efi_variables_supported", &dl_supported },
		{ "efi_set_variable", &dl_set },
		{ "efi_del_variable", &dl_del },
		{ NULL, NULL },
	};
	static void *handle;
	_cleanup_free_ char *dir = vms_asprintf("%s/", s->dir);
	int err;

	if (!dir)
		return -ENOMEM;
	if (unsetenv("LIBEFIVAR_OPS") < 0 || setenv("EFIVARFS_PATH", dir, 1) < 0)
		return -errno;
	err = vms_dl_open(&handle, "libefivar.so.1", symbols);
	if (err < 0)
		return -ELIBACC;
	return dl_supported() ? 0 : -ENOSYS;
}

/* libefivar promises -1 and errno. */
static int set_errno(int rc)
{
	if (rc >= 0)
		return 0;
	return errno > 0 ? -errno : -EIO;
}

int vms_varstore_set(const struct vms_varstore *s, const uint8_t *data, size_t len, uint32_t attrs)
{
	uint8_t copy[VMS_VARIABLE_MAX];
	int err = len <= sizeof(copy) ? efivar_open(s) : -EMSGSIZE;

	if (err == -ELIBACC)
		return vms_efivarfs_set(s, data, len, attrs);
	if (err < 0)
		return err;
	memcpy(copy, data, len);
	for (int i = 0; i < SET_TRIES; i++) {
		errno = 0;
		err = set_errno(dl_set(guid, VMS_VARIABLE_NAME, copy, len, attrs, 0600));
		if (err != -EINTR)
			break;
	}
	return err;
}

int vms_varstore_del(const struct vms_varstore *s)
{
	int err = efivar_open(s);

	if (err == -ELIBACC)
		return vms_efivarfs_del(s);
	if (err < 0)
		return err;
	for (int i = 0; i < SET_TRIES; i++) {
		errno = 0;
		err = set_errno(dl_del(guid, VMS_VARIABLE_NAME));
		if (err != -EINTR)
			break;
	}
	return err;
}

const struct vms_varstore vms_varstore_efivarfs = {
	.dir = "/sys/firmware/efi/efivars",
	.set = vms_varstore_set,
	.del = vms_varstore_del,
};

bool vms_setvariable_firmware_refused(int err)
{
	/* efi_status_to_err(): WRITE_PROTECTED, DEVICE_ERROR, INVALID_PARAMETER or UNSUPPORTED */
	return err == -EROFS || err == -EIO || err == -EINVAL;
}

const char *vms_setvariable_error(int err)
{
	switch (err) {
	case -ENOSPC:
		return "the variable store is full";
	case -EROFS:
		return "the firmware calls its variables write-protected";
	case -EIO:
		return "the firmware reports a device error";
	case -EINVAL:
		return "the firmware refuses it as invalid or unsupported";
	case -ENOSYS:
	case -ENODEV:
		return "there is no window to the variable services (efivarfs not mounted?)";
	case -EACCES:
	case -EPERM:
		return "permission denied (root is needed; a security module, lockdown or a container may "
		       "forbid it)";
	case -EINTR:
		return "interrupted each time";
	default:
		return strerrordesc_np(-err) ?: "an unknown error";
	}
}
