/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Small things every room uses: cleanup attributes, string tests. */
#ifndef VMS_UTIL_H
#define VMS_UTIL_H

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define _cleanup_(f)   __attribute__((cleanup(f)))
#define _printf_(a, b) __attribute__((format(printf, a, b)))
#define _must_check_   __attribute__((warn_unused_result))
#define _unused_       __attribute__((unused))

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define MIN(a, b)     ((a) < (b) ? (a) : (b))
#define MAX(a, b)     ((a) > (b) ? (a) : (b))

static inline void vms_freep(void *p)
{
	free(*(void **)p);
}
#define _cleanup_free_ _cleanup_(vms_freep)

static inline void vms_closep(const int *fd)
{
	if (*fd >= 0)
		close(*fd);
}
#define _cleanup_close_ _cleanup_(vms_closep)

static inline void vms_fclosep(FILE **f)
{
	if (*f)
		fclose(*f);
}
#define _cleanup_fclose_ _cleanup_(vms_fclosep)

/* What a variable with a cleanup holds, which it holds no more: it is handed on. */
static inline int vms_take_fd(int *fd)
{
	int taken = *fd;

	*fd = -1;
	return taken;
}

static inline char *vms_take_string(char **s)
{
	char *taken = *s;

	*s = NULL;
	return taken;
}

/* A NULL-terminated vector of strings; NULL-safe. */
void vms_strv_free(char **strv);
static inline void vms_strv_freep(char ***strv)
{
	vms_strv_free(*strv);
}
#define _cleanup_strv_ _cleanup_(vms_strv_freep)

/* Append `s` (copied) to a vector whose length is *n. -ENOMEM. */
int vms_strv_push(char ***strv, size_t *n, const char *s);

static inline bool streq(const char *a, const char *b)
{
	return strcmp(a, b) == 0;
}

/* The same, where NULL is equal to NULL alone. */
static inline bool streq_or_null(const char *a, const char *b)
{
	return a && b ? streq(a, b) : a == b;
}

/* `s` after `prefix`, or NULL. */
static inline const char *startswith(const char *s, const char *prefix)
{
	size_t n = strlen(prefix);

	return strncmp(s, prefix, n) == 0 ? s + n : NULL;
}

/* Does `s` end so? And in either case, as names on FAT do. */
bool ends_with(const char *s, const char *ending);
bool ends_with_nocase(const char *s, const char *ending);

/* Is what the descriptor stands for on a file system that is mounted read-only? 0; -EROFS; -errno. */
int vms_mounted_writable(int fd);

/* All of `len` bytes, however many calls it takes. -errno of writing. */
int vms_write_all(int fd, const char *data, size_t len);

/*
 * Out of memory is no fact of a machine. Readers take much of what cannot be read for absent; whoever sees an
 * allocation fail notes it here, and a run in which that happened ends with -ENOMEM, whatever was made of it.
 * Returns -ENOMEM; the count is of this thread, and only grows.
 */
void vms_note_no_memory(void);
static inline int vms_no_memory(void)
{
	vms_note_no_memory();
	return -ENOMEM;
}
unsigned vms_no_memory_count(void);

/* strdup(3), strndup(3): NULL when out of memory, which is noted. */
char *vms_strdup(const char *s);
char *vms_strndup(const char *s, size_t n);

/* What -errno `err` says: strerror(3), and "out of memory". */
const char *vms_error_text(int err);

/* Its name, "EACCES"; "EIO" where it has none. And the -errno of a name: 0 where no error is called so. */
const char *vms_error_name(int err);
int vms_error_named(const char *name, size_t len);

/* Remove a folder of our own with all that is in it, as far as that can be done. Follows no link. NULL-safe.
 */
void vms_remove_tree(const char *dir);
/* What is in it. */
void vms_empty_folder(int fd);

/*
 * open_memstream(3), whose stream of the C library loses what there was no memory for and goes on without a
 * sign of it (glibc 2.36): here ferror() and fclose() tell. *ret is NUL-terminated, whole after fflush() or
 * fclose(), and the caller's to free after the latter. NULL: out of memory.
 */
FILE *vms_memstream(char **ret, size_t *ret_len);

/* printf to a new string; NULL when out of memory. */
char *vms_asprintf(const char *fmt, ...) _printf_(1, 2);

/*
 * The next line of *cursor (a NUL-terminated text) without its newline:
 * *ret_line points into the text and is *ret_len long. False at the end.
 */
bool vms_next_line(const char **cursor, const char **ret_line, size_t *ret_len);

/* How long the UTF-8 sequence at `s` (of at most `len` bytes) is that may be printed as it stands; 0: there
 * is none. Of ASCII there is none. */
size_t vms_utf8_sequence(const char *s, size_t len);

/* A copy that is safe to print: valid UTF-8 kept, control characters and
 * other bytes as \xNN. NULL when out of memory. */
char *vms_printable(const char *s, size_t len);

#endif
