/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel's ring buffer in one call, syslog(2) READ_ALL: lines of
 * "<PRIORITY>[    0.000000] TEXT". It begins where `dmesg --clear` left it, gives only
 * as much as fits, and has stamps only with printk.time=1: kmsg_live.c sees whether
 * this is all of the log, and reads it record by record where it is not.
 */
#include <ctype.h>
#include <errno.h>
#include <sys/klog.h>

#include "kmsg_live.h"

/* <linux/syslog.h> is the kernel's own */
#define READ_ALL    3
#define SIZE_BUFFER 10
#define LOG_MAX	    (16 << 20)

/* "<6>[    0.000000] text": where the stamp begins, and whether the kernel itself
 * said it (facility 0). NULL: no such line. */
static const char *behind_priority(const char *line, const char *end, bool *ret_own)
{
	const char *p = line, *close;
	unsigned prio = 0;

	if (p == end || *p++ != '<')
		return NULL;
	while (p < end && isdigit((unsigned char)*p) && prio < 100000)
		prio = prio * 10 + (unsigned)(*p++ - '0');
	if (end - p < 2 || p[0] != '>' || p[1] != '[')
		return NULL;
	/* "[    0.000000][    T1] text", with CONFIG_PRINTK_CALLER: not read here */
	close = memchr(p, ']', (size_t)(end - p));
	if (!close || close + 1 == end || close[1] != ' ')
		return NULL;
	*ret_own = prio >> 3 == 0;
	return p + 1;
}

int vms_syslog_to_log(char *text, size_t len, size_t *ret_len)
{
	const char *p = text, *end = text + len;
	char *out = text;

	while (p < end) {
		const char *nl = memchr(p, '\n', (size_t)(end - p)), *stamp;
		bool own;

		if (!nl)
			return -EBADMSG;
		stamp = behind_priority(p, nl, &own);
		if (!stamp)
			return -EBADMSG;
		if (own) {
			memmove(out, stamp, (size_t)(nl + 1 - stamp));
			out += nl + 1 - stamp;
		}
		p = nl + 1;
	}
	/* a NUL would hide what follows it */
	for (char *c = text; (c = memchr(c, '\0', (size_t)(out - c)));)
		*c = '?';
	*ret_len = (size_t)(out - text);
	return 0;
}

int vms_syslog_read(struct vms_buf *ret)
{
	int size = klogctl(SIZE_BUFFER, NULL, 0), n, err;
	_cleanup_free_ char *text = NULL;
	char *fit;
	size_t len;

	if (size < 0)
		return -errno;
	/* without the priorities and stamps; what is not written to costs nothing */
	size = MIN(size, LOG_MAX / 2) * 2;
	text = malloc((size_t)size + 1);
	if (!text)
		return -ENOMEM;
	n = klogctl(READ_ALL, text, size);
	if (n < 0)
		return -errno;
	err = vms_syslog_to_log(text, (size_t)n, &len);
	if (err < 0)
		return err;
	text[len] = '\0';
	/* what was not written to is of use elsewhere */
	fit = realloc(text, len + 1);
	*ret = (struct vms_buf){ fit ? fit : text, len };
	text = NULL;
	return 0;
}
