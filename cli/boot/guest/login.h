/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Logging in at the console's prompt, to start the agent from there once in every boot. */
#ifndef VMS_BOOT_LOGIN_H
#define VMS_BOOT_LOGIN_H

enum login_sent { SENT_NOTHING, SENT_USER, SENT_PASSWORD, SENT_COMMAND };

struct login {
	const char *user, *password; /* user NULL: nobody logs in; password NULL: none */
	enum login_sent sent;	     /* in this boot */
	char refused[160];	     /* what was said to it; "": nothing so far */
	/* types a line on the console */
	void (*type)(void *ctx, const char *line);
	void *ctx;
};

/* Another boot: anew. */
void login_begin(struct login *l);
/* A line of the console, or what stands there waiting for an answer. */
void login_take(struct login *l, const char *text);

#endif
