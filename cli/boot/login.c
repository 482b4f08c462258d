// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Images without cloud-init (--exec-via=serial-login): log in at the console's prompt and
 * start the agent from there, once in every boot.
 */
#include <sys/socket.h>
#include "cell.h"
#include "seed.h"

enum { SENT_NOTHING, SENT_USER, SENT_PASSWORD, SENT_COMMAND };

static void type_line(struct cell_run *run, const char *text)
{
	_cleanup_free_ char *line = vms_asprintf("%s\n", text);

	/* a console that takes nothing shows in that nothing comes of it */
	if (line && send(run->lines[CHANNEL_CONSOLE].fd, line, strlen(line), MSG_NOSIGNAL) < 0)
		snprintf(run->trouble, sizeof(run->trouble), "the console takes no input");
}

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

void cell_login(struct cell_run *run, const char *text)
{
	static const char *const user[] = { "login:", NULL }, *const password[] = { "assword:", NULL },
				 *const shell[] = { "#", "$", NULL };
	const struct boot_setup *s = run->cell->setup;
	char clean[160];

	if (s->exec != EXEC_SERIAL_LOGIN)
		return;
	console_clean(text, clean, sizeof(clean));
	if (run->login > SENT_NOTHING && run->login < SENT_COMMAND && is_refused(clean)) {
		snprintf(run->login_refused, sizeof(run->login_refused), "%s", clean);
	} else if (run->login == SENT_NOTHING && ends_in(clean, user)) {
		type_line(run, s->user);
		run->login = SENT_USER;
	} else if (run->login == SENT_USER && ends_in(clean, password)) {
		if (s->password)
			type_line(run, s->password);
		else
			snprintf(run->login_refused, sizeof(run->login_refused), "it asks for a password");
		run->login = SENT_PASSWORD;
	} else if ((run->login == SENT_USER || run->login == SENT_PASSWORD) && ends_in(clean, shell)) {
		_cleanup_free_ char *command = vms_asprintf("(%s) > /dev/null 2>&1 &", boot_seed_start);

		if (command)
			type_line(run, command);
		run->login = SENT_COMMAND;
	}
}
