// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Images without cloud-init (--exec-via=serial-login): log in at the console's prompt and
 * start the agent from there, once in every boot.
 */
#include "console.h"
#include "core/util.h"
#include "login.h"
#include "seed.h"

static bool ends_in(const char *text, const char *const *tails)
{
	size_t len = strlen(text);

	for (; *tails; tails++) {
		size_t n = strlen(*tails);

		if (len >= n && memcmp(text + len - n, *tails, n) == 0)
			return true;
	}
	return false;
}

static bool is_refused(const char *text)
{
	static const char *const words[] = { "Login incorrect", "PAM Failure", "Authentication failure",
					     "incorrect password" };

	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (strcasestr(text, words[i]))
			return true;
	return false;
}

void login_begin(struct login *l)
{
	l->sent = SENT_NOTHING;
}

static void start_agent(struct login *l)
{
	_cleanup_free_ char *command = vms_asprintf("(%s) > /dev/null 2>&1 &", boot_seed_start);

	if (command)
		l->type(l->ctx, command);
	l->sent = SENT_COMMAND;
}

void login_take(struct login *l, const char *text)
{
	static const char *const user[] = { "login:", NULL }, *const password[] = { "assword:", NULL },
				 *const shell[] = { "#", "$", NULL };
	char clean[160];

	if (!l->user)
		return;
	console_clean(text, clean, sizeof(clean));
	if (l->sent > SENT_NOTHING && l->sent < SENT_COMMAND && is_refused(clean)) {
		snprintf(l->refused, sizeof(l->refused), "%s", clean);
	} else if (l->sent == SENT_NOTHING && ends_in(clean, user)) {
		l->type(l->ctx, l->user);
		l->sent = SENT_USER;
	} else if (l->sent == SENT_USER && ends_in(clean, password)) {
		if (l->password)
			l->type(l->ctx, l->password);
		else
			snprintf(l->refused, sizeof(l->refused), "it asks for a password");
		l->sent = SENT_PASSWORD;
	} else if ((l->sent == SENT_USER || l->sent == SENT_PASSWORD) && ends_in(clean, shell)) {
		start_agent(l);
	}
}
