// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vmspecd: judge this machine at boot, publish the verdict in /run/vmspec and the
 * journal, and again when a device comes or goes or on SIGHUP. In between it sleeps:
 * one epoll without a timer; the verdict is made in a child.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <time.h>

#include "command/command.h"
#include "core/child.h"
#include "daemon/daemon.h"
#include "spec/spec.h"

#define CHILD_SECONDS  60 /* a run-time service that hangs must not hold up the boot */
#define SETTLE_SECONDS 2  /* one verdict for the many events of one device */

struct daemon {
	struct daemon_options options;
	struct watch *watch;
	int epoll_fd, signal_fd, timer_fd;
	pid_t child; /* 0: none */
	enum publish_stage stage;
	bool again; /* when the child is done */
	bool stop;
};

static int watch_for(struct daemon *d, int fd)
{
	struct epoll_event e = { .events = EPOLLIN, .data.fd = fd };

	return epoll_ctl(d->epoll_fd, EPOLL_CTL_ADD, fd, &e) < 0 ? -errno : 0;
}

/* One shot; 0 turns it off. */
static void set_timer(struct daemon *d, time_t seconds)
{
	struct itimerspec t = { .it_value.tv_sec = seconds };

	timerfd_settime(d->timer_fd, 0, &t, NULL);
}

static void start_child(struct daemon *d, enum publish_stage stage)
{
	d->stage = stage;
	d->again = false;
	d->child = vms_child_fork();
	if (d->child < 0) {
		fprintf(stderr, TOOL ": no child: %s\n", vms_error_text(d->child));
		d->child = 0;
		notify_systemd("READY=1\nSTATUS=no verdict: out of memory or processes");
		return;
	}
	if (d->child == 0) {
		int status = publish_verdict(&d->options, stage);

		fflush(NULL);
		_exit(status);
	}
	set_timer(d, CHILD_SECONDS);
}

static void ready(bool whole)
{
	notify_systemd(whole ? "READY=1\nSTATUS=verdict published"
			     : "READY=1\nSTATUS=the last verdict did not end well");
}

static void child_done(struct daemon *d, bool whole)
{
	if (!whole)
		publish_clear(d->options.run_dir, d->child);
	d->child = 0;
	set_timer(d, 0);
	if (d->stage == PUBLISH_EARLY) {
		start_child(d, PUBLISH_BOOT);
		return;
	}
	ready(whole);
	if (d->again)
		start_child(d, PUBLISH_AGAIN);
}

static void reap(struct daemon *d)
{
	int status;
	pid_t pid;

	while ((pid = vms_child_ended(&status)) > 0)
		if (pid == d->child)
			child_done(d, WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static void publish_again(struct daemon *d)
{
	if (d->child)
		d->again = true;
	else
		start_child(d, PUBLISH_AGAIN);
}

static void reload(struct daemon *d)
{
	char text[80];
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	snprintf(text, sizeof(text), "RELOADING=1\nMONOTONIC_USEC=%lld",
		 (long long)t.tv_sec * 1000000 + t.tv_nsec / 1000);
	notify_systemd(text);
	publish_again(d);
}

static void on_signal(struct daemon *d)
{
	struct signalfd_siginfo info;

	while (read(d->signal_fd, &info, sizeof(info)) == (ssize_t)sizeof(info))
		switch (info.ssi_signo) {
		case SIGCHLD:
			reap(d);
			break;
		case SIGHUP:
			reload(d);
			break;
		default:
			d->stop = true;
		}
}

/* Either the child took too long, or devices have settled. A child that hangs in the
 * firmware cannot even be killed: it is left alone, and what is known stays published. */
static void on_timer(struct daemon *d)
{
	uint64_t ticks;

	if (read(d->timer_fd, &ticks, sizeof(ticks)) != (ssize_t)sizeof(ticks))
		return;
	if (!d->child) {
		start_child(d, PUBLISH_AGAIN);
		return;
	}
	fprintf(stderr, TOOL ": no verdict within %d s: the firmware's run-time services may hang\n",
		CHILD_SECONDS);
	kill(d->child, SIGKILL);
	child_done(d, false);
}

static void on_devices(struct daemon *d)
{
	if (!watch_read(d->watch))
		return;
	if (d->child)
		d->again = true;
	else
		set_timer(d, SETTLE_SECONDS);
}

static int setup(struct daemon *d)
{
	sigset_t set;
	int err;

	sigemptyset(&set);
	for (size_t i = 0; i < 4; i++)
		sigaddset(&set, (const int[]){ SIGCHLD, SIGHUP, SIGTERM, SIGINT }[i]);
	sigprocmask(SIG_BLOCK, &set, NULL);
	d->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	d->signal_fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	d->timer_fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	if (d->epoll_fd < 0 || d->signal_fd < 0 || d->timer_fd < 0)
		return -errno;
	err = watch_for(d, d->signal_fd);
	if (!err)
		err = watch_for(d, d->timer_fd);
	if (err < 0)
		return err;
	/* without udev (a container): everything but the watching */
	err = watch_open(&d->options, &d->watch);
	if (err < 0) {
		fprintf(stderr, TOOL ": devices that come and go are not seen: %s\n", vms_error_text(err));
		return err == -ENOMEM ? err : 0;
	}
	return watch_for(d, watch_fd(d->watch));
}

/* Without the right to do that, judging would be for nobody. What else is wrong with the
 * folder may be mended while we run. */
static int can_publish(const char *run_dir)
{
	_cleanup_close_ int fd = -1;
	int err = open_run_dir(run_dir, &fd);

	if (err)
		return err == -EACCES || err == -EPERM || err == -EROFS ? err : 0;
	return faccessat(fd, ".", W_OK | X_OK, 0) < 0 ? -errno : 0;
}

/* It may be writing: it gets a moment for that. One that hangs in the firmware is left to the kernel. */
static void end_child(struct daemon *d)
{
	int status;

	if (!d->child)
		return;
	kill(d->child, SIGTERM);
	for (int i = 0; i < 100; i++) {
		if (vms_child_ended(&status) == d->child)
			return;
		usleep(10000);
	}
	kill(d->child, SIGKILL); /* it may be stopped */
	publish_clear(d->options.run_dir, d->child);
}

static int run_daemon(const struct daemon_options *o)
{
	struct daemon d = { .options = *o };
	int err = can_publish(o->run_dir);

	if (err < 0) {
		fprintf(stderr, TOOL ": cannot publish in %s: %s\n", o->run_dir, vms_error_text(err));
		return 4;
	}
	err = setup(&d);
	if (err < 0) {
		fprintf(stderr, TOOL ": %s\n", vms_error_text(err));
		return 4;
	}
	start_child(&d, PUBLISH_EARLY);
	while (!d.stop) {
		struct epoll_event e;

		if (epoll_wait(d.epoll_fd, &e, 1, -1) != 1)
			continue;
		if (e.data.fd == d.signal_fd)
			on_signal(&d);
		else if (e.data.fd == d.timer_fd)
			on_timer(&d);
		else
			on_devices(&d);
	}
	notify_systemd("STOPPING=1");
	end_child(&d);
	watch_close(d.watch);
	close(d.epoll_fd);
	close(d.signal_fd);
	close(d.timer_fd);
	return 0;
}

/* What the command line asks for. */
struct asked {
	struct daemon_options daemon;
	int (*once)(const struct daemon_options *o); /* what is done instead of staying; NULL: stay */
	const char *once_name;
};

static int set_profile(void *options, _unused_ const struct cli_option *row, const char *arg)
{
	return cli_find_profile(arg, &((struct asked *)options)->daemon.profile);
}

static int set_no_write(void *options, _unused_ const struct cli_option *row, _unused_ const char *arg)
{
	((struct asked *)options)->daemon.no_write = true;
	return GO_ON;
}

static int set_state_dir(void *options, const struct cli_option *row, const char *arg)
{
	((struct asked *)options)->daemon.state_dir = arg;
	return cli_need(row, arg);
}

static int set_run_dir(void *options, const struct cli_option *row, const char *arg)
{
	((struct asked *)options)->daemon.run_dir = arg;
	return cli_need(row, arg);
}

static int set_once(void *options, const struct cli_option *row, _unused_ const char *arg)
{
	struct asked *a = options;

	if (a->once_name && !streq(a->once_name, row->name))
		return wrong_usage("--%s and --%s do not go together", a->once_name, row->name);
	a->once_name = row->name;
	a->once = streq(row->name, "boot-check") ? boot_check : note_kexec;
	return GO_ON;
}

static int set_help(void *options, const struct cli_option *row, const char *arg);

static const struct cli_option rows[] = {
	{ "profile", 0, "NAME", 1, "the specification", set_profile },
	{ "no-write", 0, NULL, 1, "write no UEFI variable to judge\nVMSPEC-EFIVARIABLE-WRITE", set_no_write },
	{ "state-dir", 0, "DIR", 1, "of the persistence cycle\n(default " VMS_STATE_DIR ")", set_state_dir },
	{ "run-dir", 0, "DIR", 1, "where to publish (default " RUN_DIR ")", set_run_dir },
	{ "boot-check", 0, NULL, 1, "end or renew the persistence cycle after a boot,\nthen exit", set_once },
	{ "note-kexec", 0, NULL, 1, "note in the state that a kexec is about to come,\nthen exit", set_once },
	{ "help", 'h', NULL, 1, "show this help", set_help },
	{ "version", 'V', NULL, 1, "show the version", cli_set_version },
};

static cli_word_fn words(const struct cli_option *row)
{
	return row->set == set_profile ? vms_profile_name : NULL;
}

static const struct cli_table table = {
	.rows = rows,
	.n = ARRAY_SIZE(rows),
	.head = "Usage: vmspecd [OPTION]...\n"
		"Judge this machine at boot and publish the verdict in " RUN_DIR " and the journal.\n\n",
	.tail = "",
	.words = words,
};

static int set_help(_unused_ void *options, _unused_ const struct cli_option *row, _unused_ const char *arg)
{
	return cli_print_help(&table);
}

const char *const cli_tool = TOOL;

int main(int argc, char **argv)
{
	struct asked a = { .daemon = { RUN_DIR, VMS_STATE_DIR, vms_profile_default(), false } };
	int status;

	output_guard();
	status = cli_parse(&table, &a, argc, argv);
	if (status != GO_ON)
		return status;
	return a.once ? a.once(&a.daemon) : run_daemon(&a.daemon);
}
