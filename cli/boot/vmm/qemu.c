// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A cell's QEMU process: an overlay over the image, a private copy of the variable store, and
 * three sockets on which we listen before QEMU starts, so that no byte of the guest's is lost and
 * nothing need be tried again.
 */
#include <errno.h>
#include <sys/socket.h>
#include <sys/un.h>
#include "boot/guest/console.h"
#include "boot/clock.h"
#include "qemu.h"

static const char *const sockets[N_SOCKETS] = { "qmp", "console", "verdict" };

#define ANSWER_SECONDS 30

static struct vmm *qemu_open(const struct boot_cell *cell)
{
	struct qemu *q = calloc(1, sizeof(*q));

	if (!q)
		return NULL;
	q->vm = (struct vmm){ .ops = &vmm_qemu, .cell = cell };
	q->process.errors = -1;
	for (size_t i = 0; i < N_SOCKETS; i++)
		q->listeners[i] = -1;
	for (size_t i = 0; i < N_CHANNELS; i++)
		q->lines[i].fd = -1;
	qemu_listen(q);
	return &q->vm;
}

static enum vmm_fault qemu_prepare(struct vmm *vm)
{
	struct qemu *q = qemu_of(vm);
	_cleanup_free_ char *before = NULL, *log = NULL;
	enum vmm_fault fault;
	int err;

	fault = qemu_host_can(q);
	if (fault || !vm->keep)
		return fault;
	log = vms_asprintf("%s/qmp.log", vm->keep);
	before = vms_asprintf("%s/vars-before.fd", vm->keep);
	if (!log || !before)
		return VMM_NO_MEMORY;
	q->qmp.log = fopen(log, "we");
	err = q->vars ? copy_sparse(q->vars, before) : 0;
	return err ? vmm_fault(vm, VMM_NO_FILES, "%s: %s", before, strerror(-err)) : VMM_NO_FAULT;
}

static int listen_on(struct qemu *q, enum channel c)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -errno;
	q->listeners[c] = fd;
	snprintf(at.sun_path, sizeof(at.sun_path), "%s/%s", q->vm.dir, sockets[c]);
	unlink(at.sun_path);
	return bind(fd, (struct sockaddr *)&at, sizeof(at)) < 0 || listen(fd, 1) < 0 ? -errno : 0;
}

static void close_listeners(struct qemu *q)
{
	for (size_t i = 0; i < N_SOCKETS; i++) {
		if (q->listeners[i] >= 0)
			close(q->listeners[i]);
		q->listeners[i] = -1;
	}
}

/* A line of its stderr: the last one is kept. */
static void note_said(void *qemu, const char *line, size_t len)
{
	struct qemu *q = qemu;

	if (len > 0)
		console_clean(line, q->vm.errors, sizeof(q->vm.errors));
}

/* The first `n` of the channels, or the process's end. */
static enum vmm_fault accept_channels(struct qemu *q, size_t n_channels, double deadline)
{
	static const size_t max[N_SOCKETS] = { 1u << 20, 4096, 2u << 20 };

	for (size_t i = 0; i < n_channels;) {
		struct pollfd p[] = { { .fd = q->listeners[i], .events = POLLIN },
				      { .fd = q->lines[CHANNEL_ERRORS].fd, .events = POLLIN },
				      { .fd = q->vm.stop, .events = POLLIN } };
		double left = deadline - boot_now();
		int fd, n = poll(p, ARRAY_SIZE(p), left > 0 ? (int)(left * 1000) : 0);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return vmm_fault(&q->vm, VMM_NO_START, "%s", strerror(errno));
		if (n == 0 || p[2].revents)
			return p[2].revents ? VMM_STOPPED : VMM_SILENT;
		if (p[0].revents) {
			fd = accept4(q->listeners[i], NULL, NULL, SOCK_CLOEXEC);
			if (fd < 0)
				return vmm_fault(&q->vm, VMM_NO_START, "%s", strerror(errno));
			lines_open(&q->lines[i], fd, max[i]);
			i++;
		} else if (lines_read(&q->lines[CHANNEL_ERRORS], note_said, q) < 0) {
			return VMM_GONE;
		}
	}
	return VMM_NO_FAULT;
}

static void keep_command(const struct vmm *vm, char *const *argv)
{
	_cleanup_free_ char *path = vm->keep ? vms_asprintf("%s/command", vm->keep) : NULL;
	_cleanup_fclose_ FILE *f = path ? fopen(path, "we") : NULL;

	for (; f && *argv; argv++)
		fprintf(f, "%s\n", *argv);
}

enum vmm_fault qemu_launch(struct qemu *q, char *const argv[])
{
	int err = process_start(&q->process, argv);

	if (err)
		return vmm_fault(&q->vm, err == -ENOMEM ? VMM_NO_MEMORY : VMM_NO_PROGRAM, "%s: %s", argv[0],
				 strerror(-err));
	lines_open(&q->lines[CHANNEL_ERRORS], q->process.errors, 4096);
	q->process.errors = -1; /* the lines' now */
	return VMM_NO_FAULT;
}

static enum vmm_fault launch_cell(struct qemu *q)
{
	struct commands prepare = { 0 }, start = { 0 };
	_cleanup_strv_ char **argv = NULL;
	int err = qemu_commands(&q->vm, false, &prepare, &start);

	argv = err ? NULL : commands_take(&start);
	commands_clear(&prepare);
	commands_clear(&start);
	if (!argv)
		return VMM_NO_MEMORY;
	keep_command(&q->vm, argv);
	return qemu_launch(q, argv);
}

static enum vmm_fault listen_and_launch(struct qemu *q, size_t n_channels, char *const argv[])
{
	int err = 0;

	for (enum channel c = 0; !err && c < n_channels; c++)
		err = listen_on(q, c);
	if (err)
		return vmm_fault(&q->vm, VMM_NO_FILES, "no sockets in %s: %s", q->vm.dir, strerror(-err));
	return argv ? qemu_launch(q, argv) : launch_cell(q);
}

enum vmm_fault qemu_connect(struct qemu *q, size_t n_channels, char *const argv[], double deadline)
{
	enum vmm_fault fault;

	q->vm.end = VMM_RUNS;
	q->vm.powered_off = false;
	q->vm.said[0] = q->vm.errors[0] = '\0';
	fault = listen_and_launch(q, n_channels, argv);
	if (!fault) {
		fault = accept_channels(q, n_channels, deadline);
		q->qmp.fd = q->lines[CHANNEL_QMP].fd;
	}
	close_listeners(q);
	if (fault == VMM_GONE)
		qemu_note_end(q);
	if (!fault)
		fault = qemu_ask(q, "qmp_capabilities", NULL, boot_now() + ANSWER_SECONDS);
	return fault == VMM_GONE ? VMM_NO_START : fault;
}

static enum vmm_fault qemu_start(struct vmm *vm, double deadline)
{
	return qemu_connect(qemu_of(vm), N_SOCKETS, NULL, deadline);
}

static void qemu_kill(struct vmm *vm)
{
	struct qemu *q = qemu_of(vm);

	process_kill(&q->process);
	for (size_t i = 0; i < N_CHANNELS; i++)
		lines_close(&q->lines[i]);
}

static const struct {
	const char *id;
} plugs[VMM_N_DEVICES] = { { "vmspec-blk" }, { "vmspec-net" } };

enum vmm_device qemu_device(const char *id)
{
	enum vmm_device d = 0;

	while (d < VMM_N_DEVICES && !streq(plugs[d].id, id))
		d++;
	return d;
}

static enum vmm_fault qemu_plug(struct vmm *vm, enum vmm_device device)
{
	struct json_object *a =
		device == VMM_DISK
			? qmp_arguments("driver", "virtio-blk-pci", "id", plugs[device].id, "drive",
					QEMU_BACKEND_DISK, "bus", "slot-blk", "serial", VMM_PLUG_SERIAL, NULL)
			: qmp_arguments("driver", "virtio-net-pci", "id", plugs[device].id, "netdev",
					QEMU_BACKEND_NIC, "bus", "slot-net", "mac", VMM_PLUG_MAC, "romfile",
					"", NULL);

	return qemu_ask(qemu_of(vm), "device_add", a, boot_now() + ANSWER_SECONDS);
}

static enum vmm_fault qemu_unplug(struct vmm *vm, enum vmm_device device)
{
	return qemu_ask(qemu_of(vm), "device_del", qmp_arguments("id", plugs[device].id, NULL),
			boot_now() + ANSWER_SECONDS);
}

static bool qemu_disk_operations(struct vmm *vm, long long *ret)
{
	struct qemu *q = qemu_of(vm);
	struct json_object *list;
	long long total = 0;
	bool known = false;

	if (qemu_ask(q, "query-blockstats", NULL, boot_now() + 10))
		return false;
	list = q->qmp.reply.value;
	for (size_t i = 0; i < vms_json_items(list); i++) {
		struct json_object *disk = json_object_array_get_idx(list, i);
		struct json_object *stats = vms_json_get(disk, "stats", json_type_object);
		const char *node = vms_json_get_string(disk, "node-name");
		int64_t reads = 0, writes = 0;

		if (!node || !streq(node, QEMU_NODE_DISK) || !stats)
			continue;
		known = true;
		vms_json_get_int(stats, "rd_operations", &reads);
		vms_json_get_int(stats, "wr_operations", &writes);
		total += reads + writes;
	}
	if (known)
		*ret = total;
	return known;
}

static void qemu_type(struct vmm *vm, const char *text)
{
	struct qemu *q = qemu_of(vm);
	_cleanup_free_ char *line = vms_asprintf("%s\n", text);

	/* a console that takes nothing shows in that nothing comes of it */
	if (line && send(q->lines[CHANNEL_CONSOLE].fd, line, strlen(line), MSG_NOSIGNAL) < 0)
		note_said(q, "the console takes no input", 1);
}

static void qemu_close(struct vmm *vm)
{
	struct qemu *q = qemu_of(vm);

	if (vm->keep && q->vars) {
		_cleanup_free_ char *after = vms_asprintf("%s/vars-after.fd", vm->keep);

		if (after)
			copy_sparse(q->vars, after);
	}
	if (q->qmp.log)
		fclose(q->qmp.log);
	qmp_clear(&q->qmp);
	free(q->vars);
	free(vm->keep);
	free(q);
}

const struct vmm_ops vmm_qemu = {
	.name = "qemu",
	.title = "QEMU",
	.plug_word = "device_add",
	.unplug_word = "device_del",
	.open = qemu_open,
	.commands = qemu_commands,
	.prepare = qemu_prepare,
	.start = qemu_start,
	.kill = qemu_kill,
	.plug = qemu_plug,
	.unplug = qemu_unplug,
	.watch = qemu_watch,
	.events = qemu_events,
	.disk_operations = qemu_disk_operations,
	.type = qemu_type,
	.close = qemu_close,
};
