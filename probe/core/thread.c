/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Threads for what takes long; see thread.h. */
#include <signal.h>

#include "thread.h"

int vms_thread_start(pthread_t *ret, void *(*fn)(void *arg), void *arg)
{
	sigset_t all, old;
	int err;

	sigfillset(&all);
	err = pthread_sigmask(SIG_SETMASK, &all, &old);
	if (err)
		return -err;
	err = pthread_create(ret, NULL, fn, arg);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	return -err;
}
