// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A cell's files and its QEMU process: an overlay over the image, a private copy of the
 * variable store, the seed, three sockets on which we listen before QEMU starts, so that no
 * byte of the guest's is lost and nothing need be tried again.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include "cell.h"
#include "seed.h"

static const char *const sockets[N_SOCKETS] = { "qmp", "console", "verdict" };

static int _printf_(3, 4) trouble(struct cell_run *run, int err, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(run->trouble, sizeof(run->trouble), fmt, ap);
	va_end(ap);
	return err;
}

static bool is_zero(const char *buf, size_t len)
{
	return len > 0 && buf[0] == '\0' && memcmp(buf, buf + 1, len - 1) == 0;
}

/* Holes stay holes: a flash bank is mostly empty. `fill`: the copy is at least as long. */
static int copy_store(const char *from, const char *to, off_t fill)
{
	_cleanup_close_ int in = open(from, O_RDONLY | O_CLOEXEC);
	_cleanup_close_ int out = in < 0 ? -1 : open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	off_t size = 0;
	char buf[65536];
	ssize_t n;
	int err = 0;

	if (in < 0 || out < 0)
		return -errno;
	while (!err && (n = read(in, buf, sizeof(buf))) != 0) {
		if (n < 0)
			return -errno;
		size += n;
		if (!is_zero(buf, (size_t)n))
			err = vms_write_all(out, buf, (size_t)n);
		else if (lseek(out, n, SEEK_CUR) < 0)
			err = -errno;
	}
	if (!err && ftruncate(out, MAX(size, fill)) < 0)
		err = -errno;
	return err;
}

static int make_blank(const char *path)
{
	_cleanup_close_ int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	return fd < 0 || ftruncate(fd, BOOT_FLASH_BANK) < 0 ? -errno : 0;
}

/* QEMU takes firmware in flash only as large as the bank. */
static int prepare_code(struct cell_run *run)
{
	const struct boot_firmware *f = run->cell->firmware;
	int err;

	if (!f->flash || !f->pad)
		return 0;
	run->files.code = vms_asprintf("%s/code.fd", run->files.dir);
	if (!run->files.code)
		return -ENOMEM;
	err = copy_store(f->code, run->files.code, BOOT_FLASH_BANK);
	return err ? trouble(run, err, "no copy of the firmware %s: %s", f->code, strerror(-err)) : 0;
}

static int prepare_store(struct cell_run *run)
{
	const struct boot_firmware *f = run->cell->firmware;
	_cleanup_free_ char *before = NULL;
	int err;

	if (!f->flash || !(f->vars_template || f->blank_store))
		return 0;
	run->files.vars = vms_asprintf("%s/vars.fd", run->files.dir);
	if (!run->files.vars)
		return -ENOMEM;
	err = f->vars_template ? copy_store(f->vars_template, run->files.vars,
					    qemu_store_is_raw(f) ? BOOT_FLASH_BANK : 0)
			       : make_blank(run->files.vars);
	if (err)
		return trouble(run, err, "no copy of the variable store %s: %s",
			       f->vars_template ? f->vars_template : "", strerror(-err));
	if (!run->keep)
		return 0;
	before = vms_asprintf("%s/vars-before.fd", run->keep);
	return before ? copy_store(run->files.vars, before, 0) : -ENOMEM;
}

static int prepare_overlay(struct cell_run *run)
{
	const struct boot_setup *s = run->cell->setup;
	char said[256] = "";
	char *const argv[] = { (char[]){ "qemu-img" },
			       (char[]){ "create" },
			       (char[]){ "-q" },
			       (char[]){ "-f" },
			       (char[]){ "qcow2" },
			       (char[]){ "-F" },
			       strdupa(s->image_format),
			       (char[]){ "-b" },
			       strdupa(s->image),
			       run->files.overlay,
			       NULL };
	int err = process_run(argv, said, sizeof(said));

	if (err < 0)
		return trouble(run, err, "qemu-img: %s", strerror(-err));
	return err ? trouble(run, -EIO, "no overlay over the image: %s", said) : 0;
}

static int prepare_seed(struct cell_run *run)
{
	_cleanup_free_ char *tools = NULL;
	int err;

	if (run->cell->setup->exec == EXEC_NONE)
		return 0;
	tools = boot_seed_tools(run->cell);
	run->files.seed = vms_asprintf("%s/seed", run->files.dir);
	if (!run->files.seed)
		return -ENOMEM;
	err = boot_seed_write(run->cell, run->files.seed, tools);
	return err ? trouble(run, err, "the seed cannot be written: %s", strerror(-err)) : 0;
}

/* A short path: a socket's name has 108 bytes. */
static int make_folder(struct cell_run *run)
{
	const char *tmp = getenv("TMPDIR");
	char *dir;

	if (!tmp || *tmp != '/' || strlen(tmp) > 60)
		tmp = "/tmp";
	dir = vms_asprintf("%s/vmspec-boot-XXXXXX", tmp);
	if (!dir || !mkdtemp(dir)) {
		int err = dir ? -errno : -ENOMEM;

		free(dir);
		return trouble(run, err, "no folder in %s: %s", tmp, strerror(-err));
	}
	run->files.dir = dir;
	return 0;
}

static int make_keep(struct cell_run *run)
{
	if (!run->cell->setup->keep)
		return 0;
	run->keep = vms_asprintf("%s/%s", run->cell->setup->keep, run->facts->name);
	if (!run->keep)
		return -ENOMEM;
	if (mkdir(run->keep, 0777) < 0 && errno != EEXIST)
		return trouble(run, -errno, "%s: %s", run->keep, strerror(errno));
	return 0;
}

int cell_prepare(struct cell_run *run)
{
	int err = make_folder(run);
	_cleanup_free_ char *log = NULL;

	if (!err)
		err = make_keep(run);
	if (err)
		return err;
	run->files.overlay = vms_asprintf("%s/overlay.qcow2", run->files.dir);
	run->files.console = vms_asprintf("%s/console.log", run->keep ? run->keep : run->files.dir);
	log = vms_asprintf("%s/qmp.log", run->keep ? run->keep : run->files.dir);
	if (!run->files.overlay || !run->files.console || !log)
		return -ENOMEM;
	run->qmp.log = run->keep ? fopen(log, "we") : NULL;
	err = prepare_overlay(run);
	if (!err)
		err = prepare_code(run);
	if (!err)
		err = prepare_store(run);
	if (!err)
		err = prepare_seed(run);
	return err;
}

static int listen_on(struct cell_run *run, enum channel c)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -errno;
	run->listeners[c] = fd;
	snprintf(at.sun_path, sizeof(at.sun_path), "%s/%s", run->files.dir, sockets[c]);
	unlink(at.sun_path);
	return bind(fd, (struct sockaddr *)&at, sizeof(at)) < 0 || listen(fd, 1) < 0 ? -errno : 0;
}

static void close_listeners(struct cell_run *run)
{
	for (size_t i = 0; i < N_SOCKETS; i++) {
		if (run->listeners[i] >= 0)
			close(run->listeners[i]);
		run->listeners[i] = -1;
	}
}

/* All three, or the process's end. */
static int accept_channels(struct cell_run *run)
{
	static const size_t max[N_SOCKETS] = { 1u << 20, 4096, 2u << 20 };

	for (size_t i = 0; i < N_SOCKETS;) {
		struct pollfd p[] = { { .fd = run->listeners[i], .events = POLLIN },
				      { .fd = run->lines[CHANNEL_ERRORS].fd, .events = POLLIN },
				      { .fd = run->stop, .events = POLLIN } };
		double left = run->deadline - boot_now();
		int fd, n = poll(p, ARRAY_SIZE(p), left > 0 ? (int)(left * 1000) : 0);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0 || p[2].revents)
			return n < 0 ? -errno : p[2].revents ? -ECANCELED : -ETIMEDOUT;
		if (p[0].revents) {
			fd = accept4(run->listeners[i], NULL, NULL, SOCK_CLOEXEC);
			if (fd < 0)
				return -errno;
			lines_open(&run->lines[i], fd, max[i]);
			i++;
		} else if (lines_read(&run->lines[CHANNEL_ERRORS], cell_note_said, run) < 0) {
			return -EPIPE;
		}
	}
	return 0;
}

static void keep_command(const struct cell_run *run, char *const *argv)
{
	_cleanup_free_ char *path = run->keep ? vms_asprintf("%s/command", run->keep) : NULL;
	_cleanup_fclose_ FILE *f = path ? fopen(path, "we") : NULL;

	for (; f && *argv; argv++)
		fprintf(f, "%s\n", *argv);
}

static int launch(struct cell_run *run)
{
	_cleanup_strv_ char **argv = NULL;
	int err = qemu_command(run->cell, &run->files, true, &argv);

	if (err)
		return err;
	keep_command(run, argv);
	err = process_start(&run->process, argv);
	if (err)
		return trouble(run, err, "%s cannot be run: %s", argv[0], strerror(-err));
	lines_open(&run->lines[CHANNEL_ERRORS], run->process.errors, 4096);
	run->process.errors = -1; /* the lines' now */
	return 0;
}

int cell_start(struct cell_run *run)
{
	char how[80];
	int err = 0;

	console_reset(&run->console);
	run->reset = run->shutdown = false;
	run->said[0] = '\0';
	run->login = 0;
	run->marked = run->sampled = (struct disk_ops){ 0 };
	for (enum channel c = 0; !err && c < N_SOCKETS; c++)
		err = listen_on(run, c);
	if (err)
		err = trouble(run, err, "no sockets in %s: %s", run->files.dir, strerror(-err));
	else
		err = launch(run);
	if (!err) {
		err = accept_channels(run);
		run->life = boot_now();
		run->qmp.fd = run->lines[CHANNEL_QMP].fd;
		if (err == -EPIPE) {
			process_reap(&run->process);
			process_describe(&run->process, how, sizeof(how));
			trouble(run, err, "QEMU %s before the guest started%s%s", how, *run->said ? ": " : "",
				run->said);
		} else if (err) {
			trouble(run, err, "QEMU did not start: %s", strerror(-err));
		}
	}
	close_listeners(run);
	if (!err && cell_command(run, "qmp_capabilities", NULL) != WAIT_REACHED)
		err = trouble(run, -EIO, "QEMU does not answer");
	return err;
}

void cell_kill(struct cell_run *run)
{
	process_kill(&run->process);
	for (size_t i = 0; i < N_CHANNELS; i++)
		lines_close(&run->lines[i]);
}

static void remove_folder(const char *dir)
{
	char said[64];
	char *const argv[] = { (char[]){ "rm" }, (char[]){ "-rf" }, (char[]){ "--" }, strdupa(dir), NULL };

	process_run(argv, said, sizeof(said));
}

void cell_clean_up(struct cell_run *run)
{
	cell_kill(run);
	if (run->keep && run->files.vars) {
		_cleanup_free_ char *after = vms_asprintf("%s/vars-after.fd", run->keep);

		if (after)
			copy_store(run->files.vars, after, 0);
	}
	if (run->qmp.log)
		fclose(run->qmp.log);
	qmp_clear(&run->qmp);
	agent_clear(&run->agent);
	if (run->files.dir)
		remove_folder(run->files.dir);
	free(run->files.dir);
	free(run->files.overlay);
	free(run->files.code);
	free(run->files.vars);
	free(run->files.seed);
	free(run->files.console);
	free(run->keep);
}
