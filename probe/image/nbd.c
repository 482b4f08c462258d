/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A disk behind an NBD server: qcow2, vmdk, vhdx, vdi as qemu-nbd shows them. The socket
 * is connected already; libnbd speaks on it, and is opened only when it is needed.
 */
#include <errno.h>
#include <libnbd.h>
#include <stdlib.h>
#include "core/dl.h"
#include "image/source.h"

VMS_DLOPEN_NOTE(nbd, "{\"feature\":\"image-formats\",\"description\":\"disk images other than raw\","
		     "\"priority\":\"suggested\",\"soname\":[\"libnbd.so.0\"]}");

static struct {
	void *handle;
	int error; /* of opening it */
	struct nbd_handle *(*create)(void);
	void (*close)(struct nbd_handle *h);
	int (*connect_socket)(struct nbd_handle *h, int sock);
	int64_t (*get_size)(struct nbd_handle *h);
	int (*pread)(struct nbd_handle *h, void *buf, size_t count, uint64_t offset, uint32_t flags);
	const char *(*get_error)(void);
	int (*get_errno)(void);
} nbd;

struct nbd_source {
	struct nbd_handle *handle;
	uint64_t size;
};

#define GNUTLS_BEGINS_NOT "GNUTLS_NO_IMPLICIT_INIT"

int nbd_prepare(void)
{
	static const struct vms_dl_symbol symbols[] = {
		{ "nbd_create", &nbd.create },
		{ "nbd_close", &nbd.close },
		{ "nbd_connect_socket", &nbd.connect_socket },
		{ "nbd_get_size", &nbd.get_size },
		{ "nbd_pread", &nbd.pread },
		{ "nbd_get_error", &nbd.get_error },
		{ "nbd_get_errno", &nbd.get_errno },
		{ NULL, NULL },
	};

	/* No TLS is spoken here: GnuTLS, which comes with libnbd, need not begin while it is loaded. Where it
	 * has no memory for that, it writes to stderr for itself. */
	if (setenv(GNUTLS_BEGINS_NOT, "1", 1) < 0)
		return -ENOMEM;
	nbd.error = vms_dl_open(&nbd.handle, "libnbd.so.0", symbols);
	unsetenv(GNUTLS_BEGINS_NOT);
	return nbd.error == -ENOMEM ? -ENOMEM : 0;
}

static int nbd_error(void)
{
	int err = nbd.get_errno();

	return err > 0 && err != ENOMEM ? -err : -EIO;
}

/* Some formats are only served in whole sectors; 4096 suits all. */
#define ALIGN 4096

static int nbd_read(void *ctx, uint64_t off, void *buf, size_t len)
{
	struct nbd_source *s = ctx;
	uint64_t start = off - off % ALIGN, end = MIN(off + len + (ALIGN - 1), s->size);
	_cleanup_free_ uint8_t *whole = NULL;

	if (end < s->size)
		end -= end % ALIGN;
	if (start == off && end == off + len)
		return nbd.pread(s->handle, buf, len, off, 0) == 0 ? 0 : nbd_error();
	whole = malloc((size_t)(end - start));
	if (!whole)
		return -ENOMEM;
	if (nbd.pread(s->handle, whole, (size_t)(end - start), start, 0) < 0)
		return nbd_error();
	memcpy(buf, whole + (off - start), len);
	return 0;
}

static void nbd_free(void *source)
{
	struct nbd_source *s = source;

	nbd.close(s->handle);
	free(s);
}

int nbd_attach(struct vms_image *image, int fd)
{
	struct nbd_source *s;
	int64_t size;

	if (nbd.error < 0) {
		close(fd);
		return source_block(image, "%s image: libnbd is needed to read it (package libnbd0)",
				    format_name(image->format));
	}
	s = calloc(1, sizeof(*s));
	if (!s || !(s->handle = nbd.create())) {
		free(s);
		close(fd);
		return -ENOMEM;
	}
	image->source = s;
	image->source_free = nbd_free;
	if (nbd.connect_socket(s->handle, fd) < 0 || (size = nbd.get_size(s->handle)) < 0)
		return source_block(image, "%s image: %s", format_name(image->format), nbd.get_error());
	s->size = (uint64_t)size;
	vms_disk_init(&image->disk, s->size, nbd_read, s);
	return 0;
}
