// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The seed: cloud-init's NoCloud data source is a file system labelled CIDATA with meta-data
 * and user-data. Our user-data puts a script where cloud-init runs it in every boot
 * (scripts-per-boot, the last stage); that mounts the seed again and runs agent.sh from it.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include "seed.h"

/* agent.sh, as it stands in the source tree. */
__asm__(".section .rodata\n"
	".global boot_agent, boot_agent_end\n"
	"boot_agent: .incbin \"cli/boot/guest/agent.sh\"\n"
	"boot_agent_end: .byte 0\n"
	".previous\n");
extern const char boot_agent[], boot_agent_end[];

#define MOUNTED "/run/vmspec-seed"
const char boot_seed_start[] =
	"mkdir -p " MOUNTED " && mount -o ro LABEL=CIDATA " MOUNTED " && sh " MOUNTED "/agent.sh";

static const char user_data[] = "#cloud-config\n"
				"write_files:\n"
				"- path: /var/lib/cloud/scripts/per-boot/vmspec-boot\n"
				"  permissions: '0755'\n"
				"  content: |\n"
				"    #!/bin/sh\n"
				"    %s\n";

static int write_file(int dir, const char *name, const char *data, size_t len, mode_t mode)
{
	_cleanup_close_ int fd = openat(dir, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);

	return fd < 0 ? -errno : vms_write_all(fd, data, len);
}

static int write_text(int dir, const char *name, const char *text)
{
	return write_file(dir, name, text, strlen(text), 0644);
}

static int copy_file(int from, int to, const char *name)
{
	_cleanup_close_ int in = openat(from, name, O_RDONLY | O_CLOEXEC);
	_cleanup_close_ int out = openat(to, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0755);
	char buf[65536];
	ssize_t n;
	int err = 0;

	if (in < 0 || out < 0)
		return -errno;
	while (!err && (n = read(in, buf, sizeof(buf))) != 0)
		err = n < 0 ? -errno : vms_write_all(out, buf, (size_t)n);
	return err;
}

static int write_tools(int dir, const char *tools)
{
	_cleanup_close_ int from = open(tools, O_RDONLY | O_DIRECTORY | O_CLOEXEC), to = -1;

	if (from < 0 || mkdirat(dir, "tools", 0755) < 0)
		return -errno;
	to = openat(dir, "tools", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return to < 0 ? -errno : copy_file(from, to, "vmspec-verify");
}

int boot_seed_write(const struct boot_cell *cell, const char *path, const char *tools,
		    const struct seed_marks *marks)
{
	_cleanup_free_ char *plug = vms_asprintf("plug_serial=%s plug_sectors=%u plug_mac=%s\n",
						 marks->serial, marks->bytes / 512, marks->mac);
	_cleanup_free_ char *meta =
		vms_asprintf("instance-id: vmspec-%s\nlocal-hostname: vmspec-boot\n", cell->facts->name);
	_cleanup_free_ char *user = vms_asprintf(user_data, boot_seed_start);
	_cleanup_close_ int dir = -1;
	int err;

	if (!meta || !user || !plug)
		return -ENOMEM;
	if (mkdir(path, 0755) < 0)
		return -errno;
	dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0)
		return -errno;
	err = write_text(dir, "meta-data", meta);
	if (!err)
		err = write_text(dir, "user-data", user);
	if (!err)
		err = write_text(dir, "plan", cell->once ? "once\n" : "full\n");
	if (!err)
		err = write_text(dir, "plug", plug);
	if (!err)
		err = write_text(dir, "profile", cell->setup->profile);
	if (!err)
		err = write_file(dir, "agent.sh", boot_agent, (size_t)(boot_agent_end - boot_agent), 0755);
	if (!err && tools)
		err = write_tools(dir, tools);
	return err;
}

char *boot_seed_tools(const struct boot_cell *cell)
{
	char *path;

	if (!cell->setup->guest_tools)
		return NULL;
	path = vms_asprintf("%s/%s", cell->setup->guest_tools, cell->facts->aarch32 ? "arm" : "aarch64");
	if (path && access(path, R_OK | X_OK) == 0)
		return path;
	free(path);
	return NULL;
}
