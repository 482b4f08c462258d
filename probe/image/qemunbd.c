/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Starting and ending qemu-nbd. It takes its listening socket from us (LISTEN_FDS, as
 * systemd hands sockets on), so the connection is made before it runs. Unless backing
 * files are to be followed, it is told to have none and sees the image only as a
 * descriptor: a name in the image leads nowhere.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include "core/child.h"
#include "core/place.h"
#include "image/qemunbd.h"

#define LISTEN_FD 3 /* SD_LISTEN_FDS_START */
#define IMAGE_FD  4

/* A folder that only we can enter, for a socket: its path is short. It is where others may not put one of
 * theirs in its place. */
static int socket_folder(struct vms_place *ret_place, int *ret_fd, char *path, size_t size)
{
	const char *const folders[] = { getenv("TMPDIR"), "/tmp", "/var/tmp", "/dev/shm" };
	int r = -ENOENT;

	for (size_t i = 0; i < ARRAY_SIZE(folders); i++) {
		r = vms_folder_tmp(folders[i], 50, "vmspec", ret_place, ret_fd);
		if (r == 0)
			snprintf(path, size, "%s/%s/nbd", folders[i], ret_place->name);
		if (r == 0 || r == -ENOMEM)
			return r;
	}
	return r;
}

/* A socket in such a folder, connected, and gone again. */
static int socket_pair(int *ret_listen, int *ret_sock)
{
	_cleanup_(vms_place_close) struct vms_place place = VMS_PLACE_NONE;
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	_cleanup_close_ int server = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	_cleanup_close_ int client = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	_cleanup_close_ int folder = -1;
	int r;

	if (server < 0 || client < 0)
		return -errno;
	r = socket_folder(&place, &folder, address.sun_path, sizeof(address.sun_path));
	if (r < 0)
		return r;
	if (bind(server, (struct sockaddr *)&address, sizeof(address)) < 0 || listen(server, 1) < 0 ||
	    connect(client, (struct sockaddr *)&address, sizeof(address)) < 0)
		r = -errno;
	vms_folder_remove(place.fd, place.name, folder);
	if (r < 0)
		return r;
	*ret_listen = vms_take_fd(&server);
	*ret_sock = vms_take_fd(&client);
	return 0;
}

/* `s` as a JSON string. */
static char *json_quote(const char *s)
{
	char *out = malloc(strlen(s) * 6 + 3), *p = out;

	if (!out)
		return NULL;
	*p++ = '"';
	for (; *s; s++) {
		if ((unsigned char)*s < 0x20)
			p += sprintf(p, "\\u%04x", (unsigned)(unsigned char)*s);
		else if (*s == '"' || *s == '\\')
			*p++ = '\\', *p++ = *s;
		else
			*p++ = *s;
	}
	*p++ = '"';
	*p = '\0';
	return out;
}

/* The image as qemu's block layer is told of it. */
static char *image_option(const char *path, int fd, enum image_format format, bool backing)
{
	_cleanup_free_ char *real = backing ? realpath(path, NULL) : NULL, *name = NULL;
	struct stat st;
	bool device = fstat(fd, &st) == 0 && S_ISBLK(st.st_mode);
	char number[32];

	snprintf(number, sizeof(number), "/proc/self/fd/%d", IMAGE_FD);
	name = json_quote(real ? real : number);
	if (!name)
		return NULL;
	return vms_asprintf(
		"json:{\"driver\":\"%s\",%s\"file\":{\"driver\":\"%s\",\"filename\":%s,\"locking\":\"off\"}}",
		format_name(format),
		!backing && (format == FORMAT_QCOW2 || format == FORMAT_VMDK) ? "\"backing\":null," : "",
		device ? "host_device" : "file", name);
}

/* In the child: what systemd would say of the socket, and an end in any case. */
static void prepare_child(void)
{
	char pid[24];

	snprintf(pid, sizeof(pid), "%d", (int)getpid());
	setenv("LISTEN_FDS", "1", 1);
	setenv("LISTEN_PID", pid, 1);
	signal(SIGALRM, SIG_DFL);
	alarm(QEMUNBD_SECONDS); /* outlives the exec */
}

/* Its descriptors: the socket is LISTEN_FD, the image IMAGE_FD. */
static int start(int listen_fd, int image_fd, int error_fd, char *option, pid_t *ret_pid)
{
	_cleanup_close_ int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	const struct vms_program program = {
		.argv = (char *[]){ (char[]){ "qemu-nbd" }, (char[]){ "--read-only" },
				    (char[]){ "--shared=1" }, option, NULL },
		.fds = (const int[]){ null, null, error_fd, listen_fd, image_fd },
		.n_fds = IMAGE_FD + 1,
		.prepare = prepare_child,
	};

	return null < 0 ? -errno : vms_child_exec(&program, ret_pid);
}

const char *qemunbd_missing(int err, enum image_format format)
{
	static char text[128];

	if (err == -ENOENT && !vms_program_is_there("qemu-nbd"))
		snprintf(text, sizeof(text), "%s image: qemu-nbd is needed to read it (package qemu-utils)",
			 format_name(format));
	else
		snprintf(text, sizeof(text), "%s image: cannot start qemu-nbd: %s", format_name(format),
			 vms_error_text(err));
	return text;
}

int qemunbd_start(const char *path, int fd, enum image_format format, bool backing, struct qemunbd *ret,
		  int *ret_sock)
{
	_cleanup_free_ char *option = image_option(path, fd, format, backing);
	_cleanup_close_ int server = -1, sock = -1;
	int errors[2], r;
	pid_t pid;

	if (!option)
		return -ENOMEM;
	r = socket_pair(&server, &sock);
	if (r < 0)
		return r;
	if (pipe2(errors, O_CLOEXEC | O_NONBLOCK) < 0)
		return -errno;
	r = start(server, fd, errors[1], option, &pid);
	close(errors[1]);
	if (r < 0) {
		close(errors[0]);
		return r;
	}
	*ret = (struct qemunbd){ .pid = pid, .stderr_fd = errors[0] };
	*ret_sock = vms_take_fd(&sock);
	return 0;
}

void qemunbd_stop(struct qemunbd *server)
{
	if (server->pid <= 0)
		return;
	vms_child_kill(server->pid);
	close(server->stderr_fd);
	*server = (struct qemunbd){ .pid = 0 };
}

char *qemunbd_complaint(struct qemunbd *server)
{
	char text[512];
	const char *from = text;
	siginfo_t ended;
	ssize_t n;

	if (server->pid <= 0)
		return NULL;
	/* it ends by itself when it could not open the image; give it that moment */
	for (int i = 0; i < 50; i++) {
		ended.si_pid = 0;
		if (waitid(P_PID, (id_t)server->pid, &ended, WEXITED | WNOHANG | WNOWAIT) < 0 ||
		    ended.si_pid != 0)
			break;
		usleep(10000);
	}
	n = read(server->stderr_fd, text, sizeof(text) - 1);
	qemunbd_stop(server);
	if (n <= 0)
		return NULL;
	text[n] = '\0';
	text[strcspn(text, "\n")] = '\0';
	if (startswith(from, "qemu-nbd: "))
		from = startswith(from, "qemu-nbd: ");
	return strdup(from);
}
