/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How a check states what it found; see result.h. */
#include <errno.h>

#include "result.h"
#include "sysroot.h"

/* A reason or a piece of evidence stays one readable line. */
#define TEXT_MAX 1000

static char *format_text(const char *fmt, va_list ap) __attribute__((format(printf, 1, 0)));
static char *format_text(const char *fmt, va_list ap)
{
	_cleanup_free_ char *raw = NULL;
	size_t len;

	if (vasprintf(&raw, fmt, ap) < 0) {
		raw = NULL;
		vms_no_memory();
		return NULL;
	}
	len = strlen(raw);
	if (len > TEXT_MAX) {
		len = TEXT_MAX - 3;
		/* not in the middle of a character */
		while (len > TEXT_MAX - 7 && ((unsigned char)raw[len] & 0xc0) == 0x80)
			len--;
		memcpy(raw + len, "...", 3);
		len += 3;
	}
	return vms_printable(raw, len);
}

static int state(struct vms_result *r, enum vms_status status, const char *fmt, va_list ap)
	__attribute__((format(printf, 3, 0)));
static int state(struct vms_result *r, enum vms_status status, const char *fmt, va_list ap)
{
	char *reason = format_text(fmt, ap);

	if (!reason)
		return r->err = -ENOMEM;
	free(r->reason);
	r->reason = reason;
	r->status = status;
	return 0;
}

#define STATE(name, status)                                                                                  \
	int name(struct vms_result *r, const char *fmt, ...)                                                 \
	{                                                                                                    \
		va_list ap;                                                                                  \
		int err;                                                                                     \
                                                                                                             \
		va_start(ap, fmt);                                                                           \
		err = state(r, status, fmt, ap);                                                             \
		va_end(ap);                                                                                  \
		return err;                                                                                  \
	}

STATE(vms_pass, VMS_PASS)
STATE(vms_fail, VMS_FAIL)
STATE(vms_unknown, VMS_UNKNOWN)
STATE(vms_pending, VMS_PENDING)
STATE(vms_skip, VMS_SKIP)

int vms_skip_because(struct vms_result *r, const char *id, enum vms_status status, const char *fmt, ...)
{
	va_list ap;
	int err;

	va_start(ap, fmt);
	err = state(r, VMS_SKIP, fmt, ap);
	va_end(ap);
	r->cause = (struct vms_cause){ .blocked = true, .id = id, .status = status };
	return err;
}

const char *vms_blocker(int err)
{
	switch (err) {
	case -ENOMEM: /* no fact of the machine: the run ends with it */
		vms_no_memory();
		return vms_error_text(err);
	case -EACCES:
	case -EPERM:
		return "permission denied (to all but root, or by a container, a security module or lockdown)";
	case -VMS_EMASKED:
		return "something else is mounted there (a container's mask?), or it is not mounted";
	case -VMS_ENOPARENT:
		return "its directory is not there to be looked into";
	case -ENOENT:
		return "not there";
	case -VMS_ECUT:
		return "empty or cut short";
	case -ENOLINK:
		return "a symbolic link that leads nowhere";
	case -EFBIG:
		return "absurdly large";
	case -EBADMSG:
		return "damaged";
	case -EISDIR:
		return "a directory where a file should be";
	case -ENOTDIR:
		return "not a directory";
	case -ENXIO:
		return "not a regular file";
	case -ELOOP:
		return "symbolic links go round in a circle";
	case -EOPNOTSUPP:
		return "can only be looked at on the live machine";
	default:
		return vms_error_text(err);
	}
}

int vms_blocked(struct vms_result *r, const char *path, int err)
{
	if (err == -ENOMEM)
		return r->err = vms_no_memory();
	if ((err == -EACCES || err == -EPERM || err == -VMS_EMASKED) && !r->advice)
		vms_remedy_rights(r);
	return vms_unknown(r, "cannot read %s: %s", path, vms_blocker(err));
}

void vms_evidence(struct vms_result *r, const char *source, const char *fmt, ...)
{
	struct vms_evidence *grown = reallocarray(r->evidence, r->n_evidence + 1, sizeof(*grown));
	struct vms_evidence e = { NULL, NULL };
	va_list ap;

	if (!grown) {
		r->err = -ENOMEM;
		return;
	}
	r->evidence = grown;
	va_start(ap, fmt);
	e.value = format_text(fmt, ap);
	va_end(ap);
	e.source = vms_printable(source, strlen(source));
	if (!e.value || !e.source) {
		free(e.value);
		free(e.source);
		r->err = -ENOMEM;
		return;
	}
	grown[r->n_evidence++] = e;
}

void vms_remedy(struct vms_result *r, enum vms_owner owner, const char *fmt, ...)
{
	char *advice;
	va_list ap;

	va_start(ap, fmt);
	advice = format_text(fmt, ap);
	va_end(ap);
	if (!advice) {
		r->err = -ENOMEM;
		return;
	}
	free(r->advice);
	r->advice = advice;
	r->owner = owner;
	r->rights = false;
}

void vms_remedy_rights(struct vms_result *r)
{
	vms_remedy(r, VMS_GUEST_ADMIN, "run vmspec-verify as root, outside of any container");
	r->rights = true;
}

static int copy_text(const char *from, char **to)
{
	if (from && !(*to = strdup(from)))
		return -ENOMEM;
	return 0;
}

int vms_result_copy(const struct vms_result *from, struct vms_result *to)
{
	int err = copy_text(from->reason, &to->reason);

	if (!err)
		err = copy_text(from->advice, &to->advice);
	if (!err)
		err = copy_text(from->waiver, &to->waiver);
	if (!err)
		err = copy_text(from->until, &to->until);
	for (size_t i = 0; !err && i < from->n_evidence; i++) {
		vms_evidence(to, from->evidence[i].source, "%s", from->evidence[i].value);
		err = to->err;
	}
	to->status = from->status;
	to->owner = from->owner;
	to->cause = from->cause;
	to->rights = from->rights;
	return err;
}

void vms_result_clear(struct vms_result *r)
{
	for (size_t i = 0; i < r->n_evidence; i++) {
		free(r->evidence[i].source);
		free(r->evidence[i].value);
	}
	free(r->evidence);
	free(r->reason);
	free(r->advice);
	free(r->waiver);
	free(r->until);
	*r = (struct vms_result){ .status = VMS_UNKNOWN };
}
