/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Starting and ending qemu-nbd. It takes its listening socket from us (LISTEN_FDS, as
 * systemd hands sockets on), so the connection is made before it runs. Unless backing
 * files are to be followed, it is told to have none and sees the image only as a
 * descriptor: a name in the image leads nowhere.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include "image/qemunbd.h"

#define LISTEN_FD 3 /* SD_LISTEN_FDS_START */
#define IMAGE_FD  4

/* A socket in a folder that only we can enter, connected, and gone again. */
static int socket_pair(int *ret_listen, int *ret_sock)
{
	const char *tmp = getenv("TMPDIR");
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	_cleanup_close_ int server = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	_cleanup_close_ int client = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	char folder[80];
	int r = 0;

	if (!tmp || tmp[0] != '/' || strlen(tmp) > 50)
		tmp = "/tmp";
	snprintf(folder, sizeof(folder), "%s/vmspec-XXXXXX", tmp);
	if (server < 0 || client < 0 || !mkdtemp(folder))
		return -errno;
	snprintf(address.sun_path, sizeof(address.sun_path), "%s/nbd", folder);
	if (bind(server, (struct sockaddr *)&address, sizeof(address)) < 0 || listen(server, 1) < 0 ||
	    connect(client, (struct sockaddr *)&address, sizeof(address)) < 0)
		r = -errno;
	unlink(address.sun_path);
	rmdir(folder);
	if (r < 0)
		return r;
	*ret_listen = server;
	*ret_sock = client;
	server = client = -1;
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

/* In the child. Descriptors are moved out of each other's way first. */
static void child(int listen_fd, int image_fd, int error_fd, const char *option, pid_t parent)
	__attribute__((noreturn));
static void child(int listen_fd, int image_fd, int error_fd, const char *option, pid_t parent)
{
	int null = open("/dev/null", O_RDWR);
	char pid[24];

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(126);
	listen_fd = fcntl(listen_fd, F_DUPFD, 10);
	image_fd = fcntl(image_fd, F_DUPFD, 10);
	error_fd = fcntl(error_fd, F_DUPFD, 10);
	if (null < 0 || dup2(null, 0) < 0 || dup2(null, 1) < 0 || dup2(error_fd, 2) < 0 ||
	    dup2(listen_fd, LISTEN_FD) < 0 || dup2(image_fd, IMAGE_FD) < 0)
		_exit(126);
	for (int fd = IMAGE_FD + 1; fd < 256; fd++) /* sockets of other workers, the output */
		close(fd);
	snprintf(pid, sizeof(pid), "%d", (int)getpid());
	setenv("LISTEN_FDS", "1", 1);
	setenv("LISTEN_PID", pid, 1);
	signal(SIGPIPE, SIG_DFL);
	signal(SIGXFSZ, SIG_DFL);
	signal(SIGALRM, SIG_DFL);
	alarm(QEMUNBD_SECONDS); /* outlives the exec */
	execlp("qemu-nbd", "qemu-nbd", "--read-only", "--shared=1", option, NULL);
	_exit(errno == ENOENT ? 127 : 126);
}

/* Is there one? Asked before, so that the answer is a clear one. */
static bool is_installed(void)
{
	const char *path = getenv("PATH");

	for (path = path ? path : "/usr/bin:/bin"; *path;) {
		size_t n = strcspn(path, ":");
		_cleanup_free_ char *file = vms_asprintf("%.*s/qemu-nbd", (int)n, path);

		if (file && access(file, X_OK) == 0)
			return true;
		path += n + (path[n] == ':');
	}
	return false;
}

const char *qemunbd_missing(int err, enum image_format format)
{
	static char text[128];

	if (err == -ENOENT)
		snprintf(text, sizeof(text), "%s image: qemu-nbd is needed to read it (package qemu-utils)",
			 format_name(format));
	else
		snprintf(text, sizeof(text), "%s image: cannot start qemu-nbd: %s", format_name(format),
			 strerror(-err));
	return text;
}

int qemunbd_start(const char *path, int fd, enum image_format format, bool backing, struct qemunbd *ret,
		  int *ret_sock)
{
	_cleanup_free_ char *option = image_option(path, fd, format, backing);
	_cleanup_close_ int server = -1;
	int sock = -1, errors[2], r;
	pid_t pid, self = getpid();

	if (!option)
		return -ENOMEM;
	if (!is_installed())
		return -ENOENT;
	r = socket_pair(&server, &sock);
	if (r < 0)
		return r;
	if (pipe2(errors, O_CLOEXEC | O_NONBLOCK) < 0) {
		r = -errno;
		close(sock);
		return r;
	}
	pid = fork();
	if (pid == 0)
		child(server, fd, errors[1], option, self);
	r = pid < 0 ? -errno : 0;
	close(errors[1]);
	if (r < 0) {
		close(errors[0]);
		close(sock);
		return r;
	}
	*ret = (struct qemunbd){ .pid = pid, .stderr_fd = errors[0] };
	*ret_sock = sock;
	return 0;
}

void qemunbd_stop(struct qemunbd *server)
{
	if (server->pid <= 0)
		return;
	kill(server->pid, SIGKILL);
	while (waitpid(server->pid, NULL, 0) < 0 && errno == EINTR)
		;
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
