// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The Xen driver: domains by xl, from a control domain. PV disks have no serial number, there is no
 * port for the agent: it speaks on the console.
 */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include "boot/clock.h"
#include "xen_driver.h"

/* Where xenconsoled keeps what guests say; VMSPEC_XEN_LOGS=DIR takes its place. */
#define LOGS "/var/log/xen/console"

/* A network card that leads nowhere: xl waits until its script says that it is there. */
static const char vif_script[] =
	"#!/bin/sh\n"
	"[ \"$1\" != online ] || xenstore-write \"$XENBUS_PATH/hotplug-status\" connected\n";

static struct vmm *xen_open(const struct boot_cell *cell)
{
	const char *logs = getenv("VMSPEC_XEN_LOGS");
	struct xen *x = calloc(1, sizeof(*x));

	if (!x)
		return NULL;
	x->vm = (struct vmm)VMM_OF(&vmm_xen, cell);
	x->process.errors = -1;
	x->events.fd = x->console.fd = -1;
	snprintf(x->name, sizeof(x->name), "vmspec-%d-%s", (int)getpid(), cell->facts->name);
	for (char *c = x->name; *c; c++) /* a firmware's name may be part of it */
		if (!isalnum((unsigned char)*c) && !strchr("-_.", *c))
			*c = '_';
	x->log = vms_asprintf("%s/guest-%s.log", logs && *logs ? logs : LOGS, x->name);
	if (!x->log) {
		free(x);
		return NULL;
	}
	return &x->vm;
}

static int write_script(const struct vmm *vm)
{
	_cleanup_free_ char *path = vms_asprintf("%s/vif", vm->dir);
	_cleanup_close_ int fd = path ? open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0700) : -1;

	if (!path)
		return -ENOMEM;
	return fd < 0 ? -errno : vms_write_all(fd, vif_script, strlen(vif_script));
}

static enum vmm_fault xen_prepare(struct vmm *vm)
{
	int err = write_script(vm);

	if (!err)
		err = kept_open(&xen_of(vm)->kept, vm->keep ? vm->keep_fd : -1, "console.log");
	return err ? vmm_fault(vm, VMM_NO_FILES, "%s: %s", vm->dir, vms_error_text(err)) : VMM_NO_FAULT;
}

static enum vmm_fault launch(struct xen *x)
{
	struct commands prepare = { 0 }, start = { 0 };
	_cleanup_strv_ char **argv = NULL;
	int err = xen_commands(&x->vm, false, &prepare, &start);

	argv = err ? NULL : commands_take(&start);
	commands_clear(&prepare);
	commands_clear(&start);
	if (!argv)
		return VMM_NO_MEMORY;
	vmm_keep_command(&x->vm, argv);
	err = process_start(&x->process, argv);
	if (err)
		return vmm_fault(&x->vm, err == -ENOMEM ? VMM_NO_MEMORY : VMM_NO_PROGRAM, "%s: %s", argv[0],
				 vms_error_text(err));
	lines_open(&x->events, x->process.errors, 4096);
	x->process.errors = -1; /* the lines' now */
	return VMM_NO_FAULT;
}

/* Until the log of its console is there: xenconsoled makes it when the domain runs. */
static enum vmm_fault await_console(struct xen *x, double deadline)
{
	while (access(x->log, R_OK) < 0) {
		struct pollfd fds[] = { { .fd = x->events.fd, .events = POLLIN },
					{ .fd = x->vm.stop, .events = POLLIN } };
		enum vmm_fault fault;

		if (poll(fds, ARRAY_SIZE(fds), 100) < 0 && errno != EINTR)
			return vmm_fault(&x->vm, VMM_NO_START, "%s", vms_error_text(-errno));
		if (fds[1].revents)
			return VMM_STOPPED;
		fault = fds[0].revents ? xen_events(&x->vm, fds) : VMM_NO_FAULT;
		if (fault)
			return fault == VMM_GONE ? VMM_NO_START : fault;
		if (boot_now() > deadline)
			return vmm_fault(&x->vm, VMM_NO_START,
					 "there is no %s: start xenconsoled with --log=guest", x->log);
	}
	return VMM_NO_FAULT;
}

static enum vmm_fault xen_start(struct vmm *vm, double deadline)
{
	struct xen *x = xen_of(vm);
	enum vmm_fault fault;

	vm->end = VMM_RUNS;
	vm->powered_off = false;
	vm->said[0] = vm->errors[0] = '\0';
	x->shutdown_code = -1;
	x->ended = 0;
	fault = launch(x);
	return fault ? fault : await_console(x, MIN(deadline, boot_now() + 60));
}

/* All of it, whatever happens: what xl restarts meanwhile is destroyed, too. */
static void xen_kill(struct vmm *vm)
{
	struct xen *x = xen_of(vm);
	char said[200];
	char *const destroy[] = { (char[]){ "xl" }, (char[]){ "destroy" }, x->name, NULL };
	bool ran = x->process.pid != 0;

	process_kill(&x->process);
	lines_close(&x->events);
	if (ran)
		process_run(destroy, said, sizeof(said));
}

static enum vmm_fault run_xl(struct vmm *vm, const char *verb, const char *what, const char *more)
{
	char said[sizeof(vm->said) - 20] = "";
	char *const argv[] = { (char[]){ "xl" },
			       strdupa(verb),
			       xen_of(vm)->name,
			       strdupa(what),
			       more ? strdupa(more) : NULL,
			       NULL };
	int status = process_run(argv, said, sizeof(said));

	if (status < 0)
		return vmm_fault(vm, VMM_NO_PROGRAM, "xl: %s", vms_error_text(status));
	return status ? vmm_fault(vm, VMM_REFUSED, "%s", said) : VMM_NO_FAULT;
}

static enum vmm_fault xen_plug(struct vmm *vm, enum vmm_device device)
{
	_cleanup_free_ char *disk = vms_asprintf("phy:/dev/mapper/%s-plug,%s,w", xen_of(vm)->name, XEN_PLUG);
	_cleanup_free_ char *script = vms_asprintf("script=%s/vif", vm->dir);

	if (!disk || !script)
		return VMM_NO_MEMORY;
	return device == VMM_DISK ? run_xl(vm, "block-attach", disk, NULL)
				  : run_xl(vm, "network-attach", "mac=" VMM_PLUG_MAC, script);
}

/* xl comes back when the guest has let it go. */
static enum vmm_fault xen_unplug(struct vmm *vm, enum vmm_device device)
{
	enum vmm_fault fault = device == VMM_DISK ? run_xl(vm, "block-detach", XEN_PLUG, NULL)
						  : run_xl(vm, "network-detach", VMM_PLUG_MAC, NULL);

	vm->unplugged[device] = !fault;
	return fault;
}

/* Reads and writes of the device that the guest's disk is: Documentation/block/stat.rst of the kernel. */
static bool xen_disk_operations(struct vmm *vm, long long *ret)
{
	_cleanup_free_ char *device = vms_asprintf("/dev/mapper/%s-disk", xen_of(vm)->name);
	_cleanup_free_ char *path = NULL;
	_cleanup_fclose_ FILE *f = NULL;
	uint64_t reads, writes;
	struct stat st;

	if (!device || stat(device, &st) < 0 || !S_ISBLK(st.st_mode))
		return false;
	path = vms_asprintf("/sys/dev/block/%u:%u/stat", major(st.st_rdev), minor(st.st_rdev));
	f = path ? fopen(path, "re") : NULL;
	if (!f || fscanf(f, "%" SCNu64 " %*u %*u %*u %" SCNu64, &reads, &writes) != 2)
		return false;
	*ret = (long long)reads + (long long)writes;
	return true;
}

/* Its console is a terminal that xenconsoled reads from, named in the store. */
static void xen_type(struct vmm *vm, const char *text)
{
	char said[200] = "", tty[200] = "";
	char *const domid[] = { (char[]){ "xl" }, (char[]){ "domid" }, xen_of(vm)->name, NULL };
	_cleanup_free_ char *line = vms_asprintf("%s\n", text);
	_cleanup_close_ int fd = -1;

	if (process_run(domid, said, sizeof(said)) == 0) {
		_cleanup_free_ char *key = vms_asprintf("/local/domain/%s/console/tty", said);
		char *const read_tty[] = { (char[]){ "xenstore-read" }, key, NULL };

		if (key && process_run(read_tty, tty, sizeof(tty)) == 0)
			fd = open(tty, O_WRONLY | O_NOCTTY | O_CLOEXEC);
	}
	if (fd < 0 || !line || vms_write_all(fd, line, strlen(line)) < 0)
		snprintf(vm->errors, sizeof(vm->errors), "the console takes no input");
}

static void remove_devices(const struct xen *x)
{
	struct commands c = { 0 };
	char said[200];

	xen_removal(x, &c);
	for (size_t i = 0; i < c.n; i++) /* one that is not there is no reason to leave the next */
		process_run(c.list[i].words, said, sizeof(said));
	commands_clear(&c);
}

/* xenconsoled writes one for the console and one for the vuart. */
static void remove_logs(const struct xen *x)
{
	_cleanup_free_ char *vuart = strndup(x->log, strlen(x->log) - strlen(".log"));
	_cleanup_free_ char *path = vuart ? vms_asprintf("%s-vuart0.log", vuart) : NULL;

	unlink(x->log);
	if (path && x->vm.cell->facts->vuart)
		unlink(path);
}

static void xen_close(struct vmm *vm)
{
	struct xen *x = xen_of(vm);

	if (vm->dir) { /* else it was only shown */
		xen_keep_console(x);
		remove_devices(x);
		remove_logs(x);
	}
	lines_close(&x->console);
	free(x->log);
	free(vm->keep);
	free(x);
}

const struct vmm_ops vmm_xen = {
	.name = "xen",
	.title = "xl",
	.plug_word = "attach",
	.unplug_word = "detach",
	.open = xen_open,
	.commands = xen_commands,
	.prepare = xen_prepare,
	.start = xen_start,
	.kill = xen_kill,
	.plug = xen_plug,
	.unplug = xen_unplug,
	.watch = xen_watch,
	.events = xen_events,
	.disk_operations = xen_disk_operations,
	.type = xen_type,
	.close = xen_close,
};
