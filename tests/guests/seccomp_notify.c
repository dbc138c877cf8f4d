/* SPDX-License-Identifier: GPL-2.0-or-later */
/* System calls that a supervisor answers: SECCOMP_RET_USER_NOTIF. */
#include "guest.h"
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <pthread.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>

#ifdef __x86_64__
#define ARCH AUDIT_ARCH_X86_64
#else
#define ARCH AUDIT_ARCH_I386
#endif

static struct sock_filter insns[] = {
	BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_setpgid, 0, 1),
	BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_getpgid, 0, 1),
	BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | 512),
	BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
};
static struct sock_fprog prog = {sizeof(insns) / sizeof(insns[0]), insns};
static int line[2];

static long set_filter(unsigned flags)
{
	return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &prog);
}

static void send_fd(int fd)
{
	char space[CMSG_SPACE(sizeof(int))] = {0}, byte = 1;
	struct iovec iov = {&byte, 1};
	struct msghdr msg = {.msg_iov = &iov,
			     .msg_iovlen = 1,
			     .msg_control = space,
			     .msg_controllen = sizeof(space)};
	struct cmsghdr *c = CMSG_FIRSTHDR(&msg);

	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(c), &fd, sizeof(fd));
	sendmsg(line[1], &msg, 0);
}

static int get_fd(void)
{
	char space[CMSG_SPACE(sizeof(int))], byte;
	struct iovec iov = {&byte, 1};
	struct msghdr msg = {.msg_iov = &iov,
			     .msg_iovlen = 1,
			     .msg_control = space,
			     .msg_controllen = sizeof(space)};
	int fd = -1;

	if (recvmsg(line[0], &msg, 0) == 1 && CMSG_FIRSTHDR(&msg))
		memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&msg)), sizeof(fd));
	return fd;
}

static volatile int handled;

static void on_signal(int sig)
{
	handled = sig;
	if (write(line[1], "s", 1) != 1)
		_exit(9);
}

static int child_fn(int (*fn)(void), unsigned flags)
{
	long fd;

	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	fd = set_filter(SECCOMP_FILTER_FLAG_NEW_LISTENER | flags);
	if (fd < 0)
		_exit(99);
	send_fd((int)fd);
	close((int)fd);
	_exit(fn());
}

static pid_t child(int (*fn)(void), unsigned flags, int *fd)
{
	pid_t pid;

	fflush(stdout);
	socketpair(AF_UNIX, SOCK_STREAM, 0, line);
	pid = fork();
	if (!pid)
		child_fn(fn, flags);
	*fd = get_fd();
	return pid;
}

static void end(const char *what, pid_t pid, int fd)
{
	int status = 0;

	close(fd);
	waitpid(pid, &status, 0);
	show_status(what, status);
	close(line[0]);
	close(line[1]);
}

static void show(const struct seccomp_notif *n, pid_t pid)
{
	printf("call %s, arch %s, from %s, flags %u, arguments %lld %llx %llx\n",
	       n->data.nr == SYS_setpgid ? "setpgid" : "?", n->data.arch == ARCH ? "right" : "?",
	       (pid_t)n->pid == pid ? "the child" : "?", n->flags, (long long)n->data.args[0],
	       (unsigned long long)n->data.args[1], (unsigned long long)n->data.args[2]);
	EXPECT(n->data.instruction_pointer != 0);
}

static void answer(int fd, const struct seccomp_notif *n, long long val, int error, unsigned flags)
{
	struct seccomp_notif_resp r = {.id = n->id, .val = val, .error = error, .flags = flags};

	SHOW(ioctl(fd, SECCOMP_IOCTL_NOTIF_SEND, &r));
}

static struct seccomp_notif receive(int fd)
{
	struct seccomp_notif n;

	memset(&n, 0, sizeof(n));
	if (ioctl(fd, SECCOMP_IOCTL_NOTIF_RECV, &n))
		printf("nothing received: %s\n", strerror(errno));
	return n;
}

static long call(long a, long b, long c)
{
	errno = 0;
	return syscall(SYS_setpgid, a, b, c);
}

static int answers(void)
{
	int bad = 0;

	bad |= call(1, 0x12345678, 3) != 77;
	bad |= (call(2, 0, 0) != -1 || errno != EBADMSG) << 1;
	bad |= (call(-3, 0, 0) != -1 || errno != ESRCH) << 2; /* made after all */
	bad |= (call(4, 0, 0) != -1 || errno != 512) << 3;
	bad |= (syscall(SYS_getpgid, 0) != -1 || errno != 512) << 4;
	return bad;
}

static void basic(void)
{
	struct pollfd p = {.events = POLLIN | POLLOUT};
	struct seccomp_notif n;
	struct seccomp_notif_resp r = {0};
	uint64_t id;
	int fd;
	pid_t pid = child(answers, 0, &fd);

	p.fd = fd;
	EXPECT(fcntl(fd, F_GETFD) == 0);
	poll(&p, 1, -1);
	EXPECT(p.revents == POLLIN);
	memset(&n, 1, sizeof(n));
	SHOW(ioctl(fd, SECCOMP_IOCTL_NOTIF_RECV, &n));
	n = receive(fd);
	show(&n, pid);
	SHOW(poll(&p, 1, 0));
	EXPECT(p.revents == POLLOUT);
	id = n.id;
	SHOW(ioctl(fd, SECCOMP_IOCTL_NOTIF_ID_VALID, &id));
	id += 1000;
	SHOW(ioctl(fd, SECCOMP_IOCTL_NOTIF_ID_VALID, &id));
	r.id = id;
	SHOW(ioctl(fd, SECCOMP_IOCTL_NOTIF_SEND, &r));
	answer(fd, &n, 1, 0, 0xf0);
	answer(fd, &n, 1, 0, SECCOMP_USER_NOTIF_FLAG_CONTINUE);
	answer(fd, &n, 77, 0, 0);
	n = receive(fd);
	answer(fd, &n, 0, -EBADMSG, 0);
	n = receive(fd);
	answer(fd, &n, 0, 0, SECCOMP_USER_NOTIF_FLAG_CONTINUE);
	n = receive(fd);
	answer(fd, &n, 0, -512, 0);
	poll(&p, 1, -1);
	EXPECT(p.revents & POLLHUP);
	SHOW(ioctl(fd, SECCOMP_IOCTL_NOTIF_RECV, memset(&n, 0, sizeof(n))));
	end("answers", pid, fd);
}

static int with_fds(void)
{
	char buf[3] = {0};
	long fd = call(0, 0, 0);

	if (fd < 0 || read((int)fd, buf, 2) != 2 || strcmp(buf, "ab"))
		return 1;
	if (call(0, 0, 0) != 40 || read(40, buf, 2) != 2 || strcmp(buf, "cd"))
		return 2;
	fd = call(0, 0, 0);
	if (fd < 0 || !(fcntl((int)fd, F_GETFD) & FD_CLOEXEC) || read((int)fd, buf, 2) != 2)
		return 3;
	return strcmp(buf, "ef") ? 4 : 0;
}

static void descriptors(void)
{
	struct seccomp_notif_addfd a = {0};
	struct seccomp_notif n;
	int fd, p[2];
	long new_fd;
	pid_t pid = child(with_fds, 0, &fd);

	if (pipe(p) || write(p[1], "abcdef", 6) != 6)
		return;
	n = receive(fd);
	a.id = n.id;
	a.srcfd = (unsigned)p[0];
	a.newfd = 40;
	SHOW(ioctl(fd, SECCOMP_IOCTL_NOTIF_ADDFD, &a));
	a.newfd = 0;
	a.flags = 0x80;
	SHOW(ioctl(fd, SECCOMP_IOCTL_NOTIF_ADDFD, &a));
	a.flags = 0;
	a.srcfd = 999;
	SHOW(ioctl(fd, SECCOMP_IOCTL_NOTIF_ADDFD, &a));
	a.srcfd = (unsigned)p[0];
	new_fd = ioctl(fd, SECCOMP_IOCTL_NOTIF_ADDFD, &a);
	EXPECT(new_fd > 2);
	answer(fd, &n, new_fd, 0, 0);
	n = receive(fd);
	a.id = n.id;
	a.flags = SECCOMP_ADDFD_FLAG_SETFD;
	a.newfd = 40;
	SHOW(ioctl(fd, SECCOMP_IOCTL_NOTIF_ADDFD, &a));
	answer(fd, &n, 40, 0, 0);
	n = receive(fd);
	a.id = n.id;
	a.flags = SECCOMP_ADDFD_FLAG_SEND;
	a.newfd = 0;
	a.newfd_flags = O_CLOEXEC;
	EXPECT(ioctl(fd, SECCOMP_IOCTL_NOTIF_ADDFD, &a) > 2);
	close(p[0]);
	close(p[1]);
	end("with descriptors", pid, fd);
}

static int interrupted(void)
{
	signal(SIGUSR1, on_signal); /* SA_RESTART */
	return call(1, 2, 3) == 5 && handled ? 0 : 1;
}

static void signals(unsigned flags)
{
	struct seccomp_notif n;
	uint64_t id;
	char byte;
	int fd;
	pid_t pid = child(interrupted, flags, &fd);

	n = receive(fd);
	kill(pid, SIGUSR1);
	if (flags) { /* wait killable: nothing of it until the answer */
		usleep(20000);
		answer(fd, &n, 5, 0, 0);
	} else {
		if (read(line[0], &byte, 1) != 1)
			printf("no handler\n");
		id = n.id;
		SHOW(ioctl(fd, SECCOMP_IOCTL_NOTIF_ID_VALID, &id));
		answer(fd, &n, 4, 0, 0);
		n = receive(fd);
		show(&n, pid);
		answer(fd, &n, 5, 0, 0);
	}
	end("a signal comes", pid, fd);
}

static int alone(void)
{
	char byte;

	if (read(line[1], &byte, 1) != 1)
		return 3;
	return call(0, 0, 0) == -1 && errno == ENOSYS ? 0 : 1;
}

static int waits(void)
{
	return (int)call(0, 0, 0);
}

static void ends(void)
{
	struct seccomp_notif n;
	int fd;
	pid_t pid = child(alone, 0, &fd);

	close(fd);
	if (write(line[0], "x", 1) != 1)
		printf("no line\n");
	end("nobody listens", pid, -1);
	pid = child(waits, 0, &fd);
	n = receive(fd);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	answer(fd, &n, 0, 0, 0);
	close(fd);
	pid = child(waits, 0, &fd);
	n = receive(fd);
	close(fd);
	end("the supervisor goes", pid, -1);
}

static void *thread(void *arg)
{
	(void)arg;
	return (void *)call(6, 0, 0);
}

static int in_thread(void)
{
	pthread_t t;
	void *p;

	pthread_create(&t, NULL, thread, NULL);
	pthread_join(t, &p);
	return (int)(intptr_t)p;
}

static void threads(void)
{
	struct seccomp_notif n;
	int fd;
	pid_t pid = child(in_thread, 0, &fd);

	n = receive(fd);
	EXPECT((pid_t)n.pid != pid && n.data.args[0] == 6);
	answer(fd, &n, 21, 0, 0);
	end("a thread asks", pid, fd);
}

static void setting_up(void)
{
	unsigned action = SECCOMP_RET_USER_NOTIF;
	struct seccomp_notif_sizes sizes;
	int fd;

	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	SHOW(syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action));
	SHOW(syscall(SYS_seccomp, SECCOMP_GET_NOTIF_SIZES, 0, &sizes));
	printf("%u %u %u\n", sizes.seccomp_notif, sizes.seccomp_notif_resp, sizes.seccomp_data);
	SHOW(syscall(SYS_seccomp, SECCOMP_GET_NOTIF_SIZES, 1, &sizes));
	SHOW(syscall(SYS_seccomp, SECCOMP_GET_NOTIF_SIZES, 0, NULL));
	SHOW(set_filter(SECCOMP_FILTER_FLAG_NEW_LISTENER | SECCOMP_FILTER_FLAG_TSYNC));
	SHOW(set_filter(1 << 5)); /* wait killable, without a listener */
	SHOW(set_filter(0));
	EXPECT(call(0, 0, 0) == -1 && errno == ENOSYS);
	fd = (int)set_filter(SECCOMP_FILTER_FLAG_NEW_LISTENER);
	EXPECT(fd > 2 && fcntl(fd, F_GETFD) == FD_CLOEXEC);
	SHOW(set_filter(SECCOMP_FILTER_FLAG_NEW_LISTENER));
	SHOW(set_filter(0));
	EXPECT(call(0, 0, 0) == -1 && errno == ENOSYS); /* the newest filter has no listener */
}

int main(void)
{
	in_child("setting up", setting_up);
	basic();
	descriptors();
	signals(0);
	signals(1 << 5);
	ends();
	threads();
	return 0;
}
