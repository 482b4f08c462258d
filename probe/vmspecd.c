// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vmspecd: judge this machine at boot, publish the verdict in /run/vmspec and the
 * journal, and again when a device comes or goes or on SIGHUP. In between it sleeps:
 * one epoll without a timer; the verdict is made in a child.
 */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <time.h>

#include "core/child.h"
#include "core/nearest.h"
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

	signal(SIGXFSZ, SIG_IGN); /* a limit of file sizes is an error of writing */
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
	struct stat st;

	if (mkdir(run_dir, 0755) < 0 && (errno == EACCES || errno == EPERM || errno == EROFS))
		return -errno;
	if (stat(run_dir, &st) < 0 || !S_ISDIR(st.st_mode))
		return 0;
	return access(run_dir, W_OK | X_OK) < 0 ? -errno : 0;
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
	if (d.child)
		kill(d.child, SIGTERM);
	watch_close(d.watch);
	close(d.epoll_fd);
	close(d.signal_fd);
	close(d.timer_fd);
	return 0;
}

static int help(FILE *f)
{
	fputs("Usage: vmspecd [OPTION]...\n"
	      "Judge this machine at boot and publish the verdict in " RUN_DIR " and the journal.\n\n"
	      "  --profile NAME     the specification: ",
	      f);
	for (size_t i = 0; vms_profile_name(i); i++)
		fprintf(f, "%s%s%s", i ? ", " : "", vms_profile_name(i), i ? "" : " (default)");
	fputs("\n  --no-write         write no UEFI variable to judge VMSPEC-EFIVARIABLE-WRITE\n"
	      "  --state-dir DIR    of the persistence cycle (default " VMS_STATE_DIR ")\n"
	      "  --run-dir DIR      where to publish (default " RUN_DIR ")\n"
	      "  --boot-check       end or renew the persistence cycle after a boot, then exit\n"
	      "  --note-kexec       note in the state that a kexec is about to come, then exit\n"
	      "  -h, --help\n"
	      "  -V, --version\n",
	      f);
	return ferror(f) || fflush(f) == EOF ? 4 : 0;
}

static int wrong_usage(const char *what, const char *argument, const char *hint)
{
	fprintf(stderr, TOOL ": %s '%s'%s\nTry '" TOOL " --help'.\n", what, argument, hint);
	return 2;
}

enum { HELP = 'h', VERSION = 'V', PROFILE = 256, NO_WRITE, STATE, RUN, BOOT, KEXEC };
static const struct option longs[] = {
	{ "help", no_argument, NULL, HELP },
	{ "version", no_argument, NULL, VERSION },
	{ "profile", required_argument, NULL, PROFILE },
	{ "no-write", no_argument, NULL, NO_WRITE },
	{ "state-dir", required_argument, NULL, STATE },
	{ "run-dir", required_argument, NULL, RUN },
	{ "boot-check", no_argument, NULL, BOOT },
	{ "note-kexec", no_argument, NULL, KEXEC },
	{ NULL, 0, NULL, 0 },
};

/* getopt said '?' or ':' about `arg`. */
static int wrong_option(int c, const char *arg)
{
	struct nearest near = { .typed = arg };
	char words[ARRAY_SIZE(longs)][24];

	if (c == ':')
		return wrong_usage("an argument is missing after", arg, "");
	if (optopt >= PROFILE)
		return wrong_usage("no argument belongs to", arg, "");
	for (size_t i = 0; longs[i].name; i++) {
		snprintf(words[i], sizeof(words[i]), "--%s", longs[i].name);
		nearest_try(&near, words[i]);
	}
	return wrong_usage("unknown option", arg, nearest_hint(&near));
}

static int no_profile(const char *name)
{
	struct nearest near = { .typed = name };

	for (size_t i = 0; vms_profile_name(i); i++)
		nearest_try(&near, vms_profile_name(i));
	return wrong_usage("there is no profile", name, nearest_hint(&near));
}

int main(int argc, char **argv)
{
	struct daemon_options o = { RUN_DIR, VMS_STATE_DIR, vms_profile_default(), false };
	int (*once)(const struct daemon_options *o) = NULL;
	int c;

	opterr = 0;
	while ((c = getopt_long(argc, argv, ":hV", longs, NULL)) != -1)
		switch (c) {
		case HELP:
			return help(stdout);
		case VERSION:
			return puts(TOOL " " VMS_VERSION) == EOF ? 4 : 0;
		case PROFILE:
			o.profile = vms_profile_find(optarg);
			if (!o.profile)
				return no_profile(optarg);
			break;
		case NO_WRITE:
			o.no_write = true;
			break;
		case STATE:
			o.state_dir = optarg;
			break;
		case RUN:
			o.run_dir = optarg;
			break;
		case BOOT:
			once = boot_check;
			break;
		case KEXEC:
			once = note_kexec;
			break;
		default:
			return wrong_option(c, argv[optind - 1]);
		}
	if (optind < argc)
		return wrong_usage("unexpected argument", argv[optind], "");
	return once ? once(&o) : run_daemon(&o);
}
