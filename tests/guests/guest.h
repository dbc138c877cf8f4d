/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Helpers for test guests. A guest prints only what is the same at every run: no pids, addresses
 * or times. Its output under trapgate is compared with its output on the host kernel. */
#ifndef GUEST_H
#define GUEST_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

/* kill() to a process that was not to be had, where -1 stands for all processes there are. */
static inline int kill_one(pid_t pid, int sig)
{
	if (pid == -1) {
		fprintf(stderr, "a child that does not exist was to be killed\n");
		abort();
	}
	return kill(pid, sig);
}
#define kill(pid, sig) kill_one(pid, sig)

/* A result with the name of the error: "3", "-1 ENOENT". */
static inline const char *result(long ret)
{
	static char s[8][64];
	static int i;
	int err = errno;

	i = (i + 1) % 8;
	if (ret == -1)
		snprintf(s[i], sizeof(s[i]), "-1 errno %d (%s)", err, strerror(err));
	else
		snprintf(s[i], sizeof(s[i]), "%ld", ret);
	return s[i];
}

/* Shows a call that returns something stable, as text and result. */
#define SHOW(call)                                                                                 \
	do {                                                                                       \
		errno = 0;                                                                         \
		long ret_ = (long)(call);                                                          \
		printf("%s = %s\n", #call, result(ret_));                                          \
	} while (0)

/* The same for calls whose good result varies (an address, a pid): only "ok" or the error. */
#define SHOW_OK(call)                                                                              \
	do {                                                                                       \
		errno = 0;                                                                         \
		long ret_ = (long)(call);                                                          \
		printf("%s = %s\n", #call, ret_ == -1 ? result(ret_) : "ok");                      \
	} while (0)

/* Says what did not hold; the native run shows that it ought to. */
#define EXPECT(cond) printf("%s: %s\n", #cond, (cond) ? "yes" : "NO")

/* How a child ended. */
static inline void show_status(const char *what, int status)
{
	if (WIFEXITED(status))
		printf("%s: exited %d\n", what, WEXITSTATUS(status));
	else if (WIFSIGNALED(status))
		printf("%s: killed by %d\n", what, WTERMSIG(status));
	else if (WIFSTOPPED(status))
		printf("%s: stopped by %d\n", what, WSTOPSIG(status));
	else if (WIFCONTINUED(status))
		printf("%s: continued\n", what);
	fflush(stdout);
}

/* Runs fn in a child and shows how it ended. */
static inline void in_child(const char *what, void (*fn)(void))
{
	int status = 0;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		fn();
		fflush(stdout);
		_exit(0);
	}
	waitpid(pid, &status, 0);
	show_status(what, status);
}

/* Until a process has been found asleep several times in a row: it waits in a call. */
static inline void until_asleep(pid_t pid)
{
	char path[40], line[512];

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	for (int n = 0; n < 4;) {
		int fd = open(path, O_RDONLY);
		ssize_t len = read(fd, line, sizeof(line) - 1);

		close(fd);
		if (len <= 0)
			return;
		line[len] = 0;
		n = strstr(line, ") S") ? n + 1 : 0;
		usleep(3000);
	}
}

/* Two pages of which only the first is there. */
static inline char *edge(void)
{
	char *p = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	munmap(p + 4096, 4096);
	return p;
}

/* int 0x80 with up to six arguments, in either mode: the 32-bit table. */
static inline long int80(long nr, long a, long b, long c, long d, long e)
{
	long ret;

	__asm__ volatile("int $0x80"
			 : "=a"(ret)
			 : "0"(nr), "b"(a), "c"(b), "d"(c), "S"(d), "D"(e)
			 : "memory");
	return ret;
}

#endif
