/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Descriptors in all places where a trace with -yy says what they are, and calls that a seccomp
 * filter answers. tests/cases/60-trace.sh sets strace's lines and trapgate's side by side. */
#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

static void pass_fds(int to, int from)
{
	union {
		struct cmsghdr h;
		char room[CMSG_SPACE(2 * sizeof(int))];
	} c = {.h = {CMSG_LEN(2 * sizeof(int)), SOL_SOCKET, SCM_RIGHTS}};
	struct iovec iov = {"x", 1};
	struct msghdr m = {.msg_iov = &iov, .msg_iovlen = 1, .msg_control = &c};
	char got;

	m.msg_controllen = sizeof(c);
	((int *)(void *)CMSG_DATA(&c.h))[0] = to;
	((int *)(void *)CMSG_DATA(&c.h))[1] = from;
	sendmsg(to, &m, 0);
	iov.iov_base = &got;
	recvmsg(from, &m, 0);
}

static void inet(int family, int type)
{
	struct sockaddr_in6 six = {.sin6_family = AF_INET6, .sin6_addr = in6addr_loopback};
	struct sockaddr_in four = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
	void *a = family == AF_INET ? (void *)&four : (void *)&six;
	socklen_t n = family == AF_INET ? sizeof(four) : sizeof(six);
	int s = socket(family, type, 0), c = socket(family, type, 0);

	fsync(s);
	bind(s, a, n);
	if (type == SOCK_STREAM)
		listen(s, 1);
	getsockname(s, a, &n);
	fsync(s);
	connect(c, a, n);
	fsync(c);
	close(s);
	close(c);
}

static void sockets(void)
{
	int types[] = {SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET}, v[2];
	socklen_t n = (socklen_t)-1;
	struct sockaddr_un un;

	for (int i = 0; i < 3; i++) {
		socketpair(AF_UNIX, types[i], 0, v);
		pass_fds(v[0], v[1]);
		getsockname(v[0], (struct sockaddr *)&un, &n);
		close(v[0]);
		close(v[1]);
	}
	inet(AF_INET, SOCK_STREAM);
	inet(AF_INET, SOCK_DGRAM);
	inet(AF_INET6, SOCK_STREAM);
	socket(AF_UNIX, SOCK_RAW | 0x60, 0);
	socket(AF_CAN, SOCK_RAW, 1);
	socket(AF_AX25, SOCK_RAW, 0);
}

static void waits(void)
{
	struct timeval now = {0, 0};
	struct pollfd p[2];
	fd_set in, out;
	int v[2];

	if (pipe(v) != 0)
		return;
	p[0] = (struct pollfd){v[0], POLLIN, 0};
	p[1] = (struct pollfd){v[1], POLLOUT, 0};
	poll(p, 2, 0);
	FD_ZERO(&in);
	FD_ZERO(&out);
	FD_SET(v[0], &in);
	FD_SET(v[1], &out);
	select(v[1] + 1, &in, &out, NULL, &now);
	close(v[0]);
	close(v[1]);
}

#ifndef CLONE_PIDFD
#define CLONE_PIDFD 0x1000
#endif

static void child_by_pidfd(void)
{
	int fd = -1, status;
	long self = syscall(434, getpid(), 0), there; /* pidfd_open */
	long pid = syscall(SYS_clone, CLONE_PIDFD | SIGCHLD, 0, &fd, 0, 0);

	if (pid == 0)
		_exit(0);
	waitpid((pid_t)pid, &status, 0);
	close(fd);
	there = syscall(438, self, 0, 0); /* pidfd_getfd */
	close((int)there);
	close((int)self);
}

static void handler(int sig)
{
	(void)sig;
}

#define ANSWER(nr, what)                                                                           \
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (nr), 0, 1), BPF_STMT(BPF_RET | BPF_K, (what))

static void filtered(void)
{
	struct sock_filter f[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 0),
		ANSWER(SYS_getppid, SECCOMP_RET_TRAP | 77),
		ANSWER(SYS_getuid, SECCOMP_RET_ERRNO | 6),
		ANSWER(SYS_getpgrp, SECCOMP_RET_KILL_PROCESS),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog prog = {sizeof(f) / sizeof(*f), f};
	int status;

	signal(SIGSYS, handler);
	if (fork() == 0) {
		prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
		prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &prog);
		syscall(SYS_getppid);
		syscall(SYS_getuid);
		syscall(SYS_getpgrp);
		_exit(0);
	}
	wait(&status);
	printf("ended by %d\n", WIFSIGNALED(status) ? WTERMSIG(status) : 0);
}

int main(void)
{
	ioctl(open("/proc/self/ns/pid", O_RDONLY), 0xb701 /* NS_GET_USERNS */);
	sockets();
	waits();
	child_by_pidfd();
	filtered();
	return 0;
}
