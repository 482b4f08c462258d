// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The QEMU driver: an overlay over the image, a private copy of the variable store, and a process
 * that is asked over QMP.
 */
#include <errno.h>
#include <sys/socket.h>
#include <sys/un.h>
#include "boot/guest/console.h"
#include "boot/clock.h"
#include "qemu_driver.h"

static struct vmm *qemu_open(const struct boot_cell *cell)
{
	struct qemu *q = calloc(1, sizeof(*q));

	if (!q)
		return NULL;
	q->vm = (struct vmm)VMM_OF(&vmm_qemu, cell);
	q->process.errors = -1;
	for (size_t i = 0; i < N_SOCKETS; i++)
		q->listeners[i] = -1;
	for (size_t i = 0; i < N_CHANNELS; i++)
		q->lines[i].fd = -1;
	qemu_listen(q);
	return &q->vm;
}

/* The variable store as it is. */
static int keep_store(const struct qemu *q, const char *name)
{
	_cleanup_close_ int fd = q->vars ? kept_create(q->vm.keep_fd, name, 0600) : -1;

	return !q->vars ? 0 : fd < 0 ? fd : copy_sparse(q->vars, fd);
}

static enum vmm_fault qemu_prepare(struct vmm *vm)
{
	struct qemu *q = qemu_of(vm);
	enum vmm_fault fault;
	int err;

	fault = qemu_host_can(q);
	if (fault || !vm->keep)
		return fault;
	err = kept_open(&q->qmp.log, vm->keep_fd, "qmp.log");
	if (!err)
		err = kept_open(&q->console, vm->keep_fd, "console.log");
	if (!err)
		err = keep_store(q, "vars-before.fd");
	return err ? vmm_fault(vm, VMM_NO_FILES, "%s: %s", vm->keep, vms_error_text(err)) : VMM_NO_FAULT;
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

/* A guest that keeps QEMU busy has its own time for that, no more. */
static double answer_by(const struct vmm *vm)
{
	return MIN(boot_now() + ANSWER_SECONDS, MAX(vm->deadline, boot_now() + 1));
}

static enum vmm_fault qemu_plug(struct vmm *vm, enum vmm_device device)
{
	struct json_object *a =
		device == VMM_DISK
			? qmp_arguments("driver", "virtio-blk-pci", "id", qemu_plug_ids[device], "drive",
					QEMU_BACKEND_DISK, "bus", "slot-blk", "serial", VMM_PLUG_SERIAL, NULL)
			: qmp_arguments("driver", "virtio-net-pci", "id", qemu_plug_ids[device], "netdev",
					QEMU_BACKEND_NIC, "bus", "slot-net", "mac", VMM_PLUG_MAC, "romfile",
					"", NULL);

	return qemu_ask(qemu_of(vm), "device_add", a, answer_by(vm));
}

static enum vmm_fault qemu_unplug(struct vmm *vm, enum vmm_device device)
{
	return qemu_ask(qemu_of(vm), "device_del", qmp_arguments("id", qemu_plug_ids[device], NULL),
			answer_by(vm));
}

static bool qemu_disk_operations(struct vmm *vm, long long *ret)
{
	struct qemu *q = qemu_of(vm);
	struct json_object *list;
	long long total = 0;
	bool known = false;

	if (qemu_ask(q, "query-blockstats", NULL, answer_by(vm)))
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
		snprintf(vm->errors, sizeof(vm->errors), "the console takes no input");
}

static void qemu_close(struct vmm *vm)
{
	struct qemu *q = qemu_of(vm);

	if (vm->keep)
		keep_store(q, "vars-after.fd");
	kept_close(&q->qmp.log);
	kept_close(&q->console);
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
