/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What takes long may be begun in a thread, beside the checks that come first, where the
 * running machine is judged. Such a thread has its own memory and descriptors until it is
 * joined: it touches neither a machine, nor its root, nor its facts.
 */
#ifndef VMS_THREAD_H
#define VMS_THREAD_H

#include <pthread.h>

/* A thread that no signal is handled in. -errno: there is none; do it at once, then. */
int vms_thread_start(pthread_t *ret, void *(*fn)(void *arg), void *arg);

#endif
