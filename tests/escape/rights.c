/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An accomplice outside sends descriptors over standard input, a UNIX socket: what can be reached
 * from them? `rights` is the guest; `rights DIRECTORY PID COMMAND...` the accomplice, which starts
 * the command with the socket and sends DIRECTORY (as it is and O_PATH), DIRECTORY/secret (O_PATH),
 * a pidfd of PID, and directories of /proc. Status 1 and lines where something gave way. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { DIR_FD, DIR_PATH, FILE_PATH, PIDFD, PROC_DIR, PROC_PID, PROC_MEM, COUNT };

static int escapes;

static void escaped(const char *way, int i)
{
	printf("escaped: %s, descriptor %d\n", way, i);
	fflush(stdout);
	escapes++;
}

/* ---- The accomplice ---- */

static void send_all(int s, int *fd)
{
	char buf[CMSG_SPACE(COUNT * sizeof(int))] = "", byte = 0;
	struct iovec iov = {&byte, 1};
	struct msghdr m = {.msg_iov = &iov,
			   .msg_iovlen = 1,
			   .msg_control = buf,
			   .msg_controllen = sizeof(buf)};
	struct cmsghdr *c = CMSG_FIRSTHDR(&m);

	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(COUNT * sizeof(int));
	memcpy(CMSG_DATA(c), fd, COUNT * sizeof(int));
	if (sendmsg(s, &m, 0) < 0)
		perror("sendmsg");
}

static int accomplice(char **argv)
{
	char path[600];
	int s[2], status, fd[COUNT], child;

	snprintf(path, sizeof(path), "%s/secret", argv[1]);
	fd[DIR_FD] = open(argv[1], O_RDONLY | O_DIRECTORY);
	fd[DIR_PATH] = open(argv[1], O_PATH);
	fd[FILE_PATH] = open(path, O_PATH);
	fd[PIDFD] = (int)syscall(434, atoi(argv[2]), 0);
	fd[PROC_DIR] = open("/proc", O_RDONLY | O_DIRECTORY);
	snprintf(path, sizeof(path), "/proc/%s", argv[2]);
	fd[PROC_PID] = open(path, O_RDONLY | O_DIRECTORY);
	snprintf(path, sizeof(path), "/proc/%s/mem", argv[2]);
	fd[PROC_MEM] = open(path, O_PATH);
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, s))
		return 2;
	child = fork();
	if (!child) {
		dup2(s[1], 0);
		close(s[0]);
		close(s[1]);
		for (int i = 0; i < COUNT; i++)
			close(fd[i]);
		execvp(argv[3], argv + 3);
		_exit(127);
	}
	send_all(s[0], fd);
	waitpid(child, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 2;
}

/* ---- The guest ---- */

static int receive(int *fd)
{
	char buf[CMSG_SPACE(COUNT * sizeof(int))], byte;
	struct iovec iov = {&byte, 1};
	struct msghdr m = {.msg_iov = &iov,
			   .msg_iovlen = 1,
			   .msg_control = buf,
			   .msg_controllen = sizeof(buf)};

	if (recvmsg(0, &m, 0) != 1 || !CMSG_FIRSTHDR(&m))
		return -1;
	memcpy(fd, CMSG_DATA(CMSG_FIRSTHDR(&m)), COUNT * sizeof(int));
	return 0;
}

static int opens(int fd)
{
	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

static void from_directory(int d, const char *name, int i)
{
	struct {
		unsigned long long flags, mode, resolve;
	} how = {O_RDONLY, 0, 0};
	char path[80];
	struct stat st;

	if (opens(openat(d, name, O_RDONLY)) ||
	    (i != PROC_DIR && opens(openat(d, ".", O_RDONLY))) ||
	    (i != PROC_DIR && opens(openat(d, "..", O_PATH))))
		escaped("openat", i);
	for (int r = 0; r < 0x40; r++) {
		how.resolve = (unsigned long long)r;
		if (opens((int)syscall(437, d, name, &how, sizeof(how))))
			escaped("openat2", i);
	}
	if (fstatat(d, name, &st, 0) == 0 || faccessat(d, name, F_OK, 0) == 0)
		escaped("fstatat", i);
	if (mkdirat(d, "made", 0700) == 0 || unlinkat(d, name, 0) == 0 ||
	    symlinkat("x", d, "made") == 0 || opens(openat(d, "made", O_CREAT | O_RDWR, 0600)) ||
	    opens(openat(d, ".", O_TMPFILE | O_RDWR, 0600)))
		escaped("making", i);
	if (linkat(d, name, AT_FDCWD, "linked", 0) == 0 ||
	    renameat(d, name, AT_FDCWD, "moved") == 0)
		escaped("linkat", i);
	for (unsigned k = 0; k < 4; k++) {
		static const char *const form[] = {"/proc/self/fd/%d/%s", "/dev/fd/%d/%s",
						   "/proc/self/fd/%d/./%s",
						   "/proc/self/fd/%d/../%s"};

		snprintf(path, sizeof(path), form[k], d, name);
		if (opens(open(path, O_RDONLY)) || stat(path, &st) == 0)
			escaped(form[k], i);
	}
	snprintf(path, sizeof(path), "/proc/self/fd/%d", d);
	if (i != PROC_DIR && (chdir(path) == 0 || fchdir(d) == 0)) {
		if (opens(open(name, O_RDONLY)))
			escaped("the working directory", i);
		else
			escaped("fchdir", i);
		if (chdir("/tmp"))
			exit(2);
	}
	if (chroot(path) == 0)
		escaped("chroot", i);
	if (fchmod(d, 0777) == 0 || fchown(d, 1, 1) == 0)
		escaped("fchmod", i);
}

static void from_file(int f, int i)
{
	char path[40];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", f);
	if (opens(open(path, O_RDONLY)) || opens(open(path, O_RDWR)) ||
	    opens(open(path, O_WRONLY)) || truncate(path, 0) == 0 || chmod(path, 0777) == 0)
		escaped("opening again", i);
	unlink("linked");
	if (linkat(AT_FDCWD, path, AT_FDCWD, "linked", AT_SYMLINK_FOLLOW) == 0 ||
	    linkat(f, "", AT_FDCWD, "linked", AT_EMPTY_PATH) == 0)
		escaped("linkat", i);
}

static void from_pidfd(int p)
{
	if (syscall(424, p, SIGURG, NULL, 0) == 0 || syscall(424, p, 0, NULL, 0) == 0)
		escaped("pidfd_send_signal", PIDFD);
	if (opens((int)syscall(438, p, 0, 0)))
		escaped("pidfd_getfd", PIDFD);
	if (syscall(308, p, 0) == 0)
		escaped("setns", PIDFD);
	for (int k = 1; k < 11; k++)
		if (opens(ioctl(p, _IO(0xff, k), 0)))
			escaped("a namespace of it", PIDFD);
}

/* A number that was that of something inside becomes that of something outside. */
static void known_number(int outside)
{
	int file = open("mine", O_CREAT | O_RDWR, 0600), dir = open("inside", O_DIRECTORY);

	for (int i = 0; i < 4; i++) {
		dup2(file, 70);
		if (fchmod(70, 0600) || fchmod(70, 0640))
			exit(2);
		if (i & 1)
			close(70);
		if (i & 2 ? fcntl(outside, F_DUPFD, 70) < 0 : dup2(outside, 70) < 0)
			exit(2);
		if (fchmod(i == 2 ? 71 : 70, 0777) == 0 || futimens(i == 2 ? 71 : 70, NULL) == 0)
			escaped("the number of a file", i);
		dup2(dir, 70);
		if (fchdir(70) || fchdir(70) || fchdir(70))
			exit(2);
		dup2(outside, 70);
		if (fchdir(70) == 0)
			escaped("the number of a directory", i);
		close(70);
		close(71);
	}
	if (chdir("/tmp"))
		exit(2);
}

/* The same of one that open(2) has given. */
static void opened_number(int outside)
{
	struct stat st;

	for (int i = 0; i < 3; i++) {
		int n = open("inside", O_RDONLY | O_DIRECTORY);

		if (fchdir(n) || fchdir(n) || chdir("/tmp") || fstatat(n, "secret", &st, 0) == 0)
			exit(2);
		if (i == 1)
			close(n);
		else if (i == 2)
			syscall(436 /* close_range */, n, n, 0);
		if (i ? fcntl(outside, F_DUPFD, n) != n : dup2(outside, n) != n)
			exit(2);
		if (fchdir(n) == 0 || fstatat(n, "secret", &st, 0) == 0 ||
		    fstatat(n, "secret", &st, AT_SYMLINK_NOFOLLOW) == 0 ||
		    opens(openat(n, "secret", O_RDONLY)) || opens(openat(n, ".", O_RDONLY)))
			escaped("the number of an opened directory", i);
		close(n);
	}
}

/* What looks in descriptor n, which is `outside` again. */
static void look_in(int n, int how)
{
	struct stat st;

	if (fchdir(n) == 0 || fstatat(n, "secret", &st, 0) == 0 || fchmod(n, 0777) == 0 ||
	    opens(openat(n, "secret", O_RDONLY)) || opens(openat(n, ".", O_RDONLY)))
		escaped("the number of a copy", how);
}

/* What is known of a descriptor is known of its copies, and not of what takes their places. */
static void copied_number(int outside)
{
	int made = open("inside/new", O_CREAT | O_RDWR, 0600);
	int dir = open("inside", O_RDONLY | O_DIRECTORY);
	struct stat st;

	for (int i = 0; i < 6; i++) {
		int from = i & 1 ? made : dir;
		int n = i < 2 ? dup(from) : i < 4 ? fcntl(from, F_DUPFD, 80) : dup2(from, 81);

		if (fchmod(n, 0700) || (from == dir && fstatat(n, "new", &st, 0)))
			exit(2);
		if (dup2(outside, n) != n)
			exit(2);
		look_in(n, i);
		if (dup2(n, 82) != 82)
			exit(2);
		look_in(82, i);
		if (dup2(from, 82) != 82 || (from == dir && fstatat(82, "new", &st, 0)))
			exit(2);
		close(82);
		if (fcntl(n, F_DUPFD, 82) != 82)
			exit(2);
		look_in(82, i);
		close(82);
		close(n);
	}
	close(made);
	close(dir);
	unlink("inside/new");
}

/* Other threads exchange the descriptor between the question and the answer. */
static volatile int racing = 1;
static int turn[3];

static void *exchange(void *arg)
{
	while (racing) {
		int fd;

		dup2(turn[1], turn[0]);
		dup2(turn[2], turn[0]);
		close(turn[0]);
		fd = open("/tmp/inside", O_RDONLY | O_DIRECTORY); /* that number, mostly */
		dup2(turn[2], turn[0]);
		if (fd != turn[0])
			close(fd);
	}
	return arg;
}

static int exchange_process(void *arg)
{
	exchange(arg);
	return 0;
}

/* Who exchanges it: of two processes that do not share their memory, neither sees what the other
 * learns and forgets of their descriptors. */
enum racer { THREAD, PROCESS, OTHER_MEMORY };

static void race(int outside, enum racer racer)
{
	static char stack[65536] __attribute__((aligned(16)));
	struct {
		unsigned long long flags, mode, resolve;
	} how = {O_RDONLY, 0, 8 /* RESOLVE_BENEATH */};
	char path[80];
	struct stat st;
	pthread_t t;
	int child = 0;

	turn[1] = open("inside", O_RDONLY | O_DIRECTORY);
	turn[0] = dup(turn[1]);
	turn[2] = outside;
	snprintf(path, sizeof(path), "/proc/self/fd/%d/secret", turn[0]);
	racing = 1;
	if (racer != THREAD)
		child = clone(exchange_process, stack + sizeof(stack),
			      (racer == PROCESS ? CLONE_VM : 0) | CLONE_FILES | SIGCHLD, NULL);
	else
		pthread_create(&t, NULL, exchange, NULL);
	for (int i = 0; i < 1000; i++) {
		how.resolve = i & 1 ? 8 : 0x10;
		if (opens((int)syscall(437, turn[0], "secret", &how, sizeof(how))) ||
		    opens(openat(turn[0], "secret", O_RDONLY)) ||
		    fstatat(turn[0], "secret", &st, 0) == 0 || opens(open(path, O_RDONLY))) {
			escaped("a race", racer);
			break;
		}
		if (fchdir(turn[0]) == 0 && opens(open("secret", O_RDONLY))) {
			escaped("a race of fchdir", racer);
			break;
		}
		while (chdir("/tmp"))
			; /* its descriptor, too, may be exchanged */
	}
	racing = 0;
	if (child) {
		while (kill(child, SIGKILL))
			; /* and what tells trapgate who that is */
		waitpid(child, NULL, 0);
	} else {
		pthread_join(t, NULL);
	}
	close(turn[0]);
	close(turn[1]);
}

int main(int argc, char **argv)
{
	int fd[COUNT];

	if (argc > 3)
		return accomplice(argv);
	if (chdir("/tmp") || receive(fd))
		return 2;
	mkdir("inside", 0700);
	from_directory(fd[DIR_FD], "secret", DIR_FD);
	from_directory(fd[DIR_PATH], "secret", DIR_PATH);
	from_directory(fd[PROC_DIR], "1/environ", PROC_DIR);
	from_directory(fd[PROC_PID], "environ", PROC_PID);
	from_file(fd[FILE_PATH], FILE_PATH);
	from_file(fd[PROC_MEM], PROC_MEM);
	from_pidfd(fd[PIDFD]);
	known_number(fd[DIR_FD]);
	opened_number(fd[DIR_FD]);
	copied_number(fd[DIR_FD]);
	race(fd[DIR_FD], THREAD);
	race(fd[DIR_FD], PROCESS);
	race(fd[DIR_FD], OTHER_MEMORY);
	printf("%d escapes\n", escapes);
	return escapes != 0;
}
