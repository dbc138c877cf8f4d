/* SPDX-License-Identifier: GPL-2.0-or-later */
/* musl */
/* System calls that fail: bad pointers, bad descriptors, bad numbers, in the kernel's order of
 * checks. Raw calls, so that no library looks first. */
#include "guest.h"
#include <sys/uio.h>
#include <time.h>

#define BAD		 ((void *)16)
#define CALL(nr, ...)	 SHOW(syscall(SYS_##nr, __VA_ARGS__))
#define CALL_OK(nr, ...) SHOW_OK(syscall(SYS_##nr, __VA_ARGS__))

static char longname[5000];

static void files(void)
{
	char buf[64];
	int fd = open("file", O_RDWR | O_CREAT, 0644), p[2];

	CALL(read, -1, buf, 1);
	CALL(read, -1, BAD, 1);
	CALL(write, fd, BAD, 1);
	CALL(write, fd, BAD, 0);
	CALL(write, fd, "12345678", 8);
	CALL(lseek, fd, 0, 0);
	CALL(read, fd, BAD, 4);
	CALL(read, fd, BAD, 0);
	CALL(read, fd, buf, 4);
	CALL(lseek, fd, 0, 9);
	CALL(lseek, fd, -5, 0);
	CALL(lseek, 77, 0, 0);
	CALL(open, BAD, 0);
	CALL(open, NULL, 0);
	CALL(open, "", 0);
	CALL(open, "missing", 0);
	CALL(open, "file/below", 0);
	CALL(open, "file", O_DIRECTORY);
	CALL(open, ".", O_RDWR);
	CALL(open, "file", O_CREAT | O_EXCL, 0644);
	CALL(open, longname, 0);
	CALL(openat, 99, "file", 0);
	CALL(openat, fd, "file", 0);
	CALL(close, 99);
	CALL(close, -1);
	CALL(dup, 99);
	CALL(dup2, 99, 5);
	CALL(dup2, fd, -1);
	CALL(dup3, fd, fd, 0);
	CALL(dup3, fd, 9, 12345);
	CALL(fcntl, 99, F_GETFD);
	CALL(fcntl, fd, 9999, 0);
	CALL(ioctl, fd, 0x5401, buf);
	CALL(ioctl, 99, 0x5401, buf);
	CALL(access, "missing", 0);
	CALL(access, "file", 64);
	CALL(access, BAD, 0);
	CALL(mkdir, "file", 0755);
	CALL(mkdir, BAD, 0755);
	CALL(rmdir, "file");
	CALL(rmdir, "missing");
	CALL(unlink, ".");
	CALL(unlink, "missing");
	CALL(rename, "missing", "other");
	CALL(rename, "file", BAD);
	CALL(link, "missing", "other");
	CALL(symlink, "", "other");
	CALL(readlink, "file", buf, 64);
	CALL(readlink, "missing", buf, 64);
	CALL(readlink, "file", buf, 0);
	CALL(chdir, "file");
	CALL(chdir, BAD);
	CALL(fchdir, fd);
	CALL(chmod, "missing", 0644);
	CALL(fchmod, 99, 0644);
	CALL(truncate, "missing", 0);
	CALL(ftruncate, 99, 0);
	CALL(getcwd, buf, 1);
	CALL(getcwd, BAD, 4096);
	CALL(pipe, BAD);
	CALL(pipe2, p, 12345);
	CALL(getdents64, fd, buf, 64);
	CALL(getdents64, 99, buf, 64);
	CALL(fsync, 99);
	CALL(flock, fd, 77);
	CALL(umask, 022);
	if (pipe(p))
		return;
	CALL(lseek, p[0], 0, 1);
	CALL(fsync, p[0]);
	CALL(write, p[0], "x", 1);
	CALL(read, p[1], buf, 1);
	close(p[0]);
	signal(SIGPIPE, SIG_IGN);
	CALL(write, p[1], "x", 1);
	close(p[1]);
	close(fd);
}

static void partial(void)
{
	char *e = edge();
	struct iovec v[3] = {{e + 4090, 6}, {e + 4096, 10}, {e, 5}};
	int p[2];

	if (pipe(p))
		return;
	memcpy(e + 4086, "0123456789", 10);
	CALL(write, p[1], e + 4086, 10);
	CALL(write, p[1], e + 4090, 20);
	CALL(read, p[0], e, 10);
	CALL(writev, p[1], v, 3);
	CALL(writev, p[1], v + 1, 2);
	CALL(writev, p[1], v, -1);
	CALL(writev, p[1], v, 2000);
	CALL(writev, p[1], e + 4096, 1);
	CALL(writev, p[1], e, 0);
	v[0].iov_len = (size_t)-1;
	CALL(writev, p[1], v, 1);
	memcpy(e + 4090, "nozero", 6);
	CALL(open, e + 4090, 0);
	CALL(stat, e + 4090, e);
	CALL(mkdir, e + 4090, 0755);
	strcpy(e + 4090, "zeroe");
	CALL(open, e + 4090, 0);
	CALL(uname, e + 4000);
	CALL(uname, BAD);
	CALL(pipe, e + 4092);
	CALL(getrlimit, 3, e + 4092);
	CALL(getrandom, e + 4090, 20, 0);
	CALL(getrandom, e, 6, 0x100);
	memcpy(e + 4090, "nozero", 6);
	CALL(execve, e + 4090, NULL, NULL);
	CALL(execve, "missing", NULL, NULL);
	CALL(execve, "file", BAD, NULL);
	CALL(execve, ".", NULL, NULL);
	CALL(execve, "file", NULL, NULL);
	munmap(e, 4096);
	close(p[0]);
	close(p[1]);
}

static void others(void)
{
	struct timespec ts = {0, 1000000000}, past = {-1, 0};
	char buf[512];
	int status;

	CALL(nanosleep, &ts, NULL);
	CALL(nanosleep, &past, NULL);
	CALL(nanosleep, BAD, NULL);
	CALL(clock_gettime, 12345, buf);
	CALL(clock_gettime, 0, BAD);
	CALL(clock_getres, 12345, buf);
	CALL(gettimeofday, BAD, NULL);
	CALL(kill, getpid(), 65);
	CALL(kill, getpid(), 0);
	CALL(kill, 0x7ffffffe, 0);
	CALL(tgkill, -1, 1, 0);
	CALL(wait4, -1, &status, 0, NULL);
	CALL(wait4, -1, &status, 0x1000, NULL);
	CALL(waitid, 99, 0, buf, WEXITED, NULL);
	CALL(waitid, P_ALL, 0, buf, 0, NULL);
	CALL(rt_sigaction, SIGKILL, buf, NULL, 8);
	CALL(rt_sigaction, 65, NULL, buf, 8);
	CALL(rt_sigaction, 0, NULL, buf, 8);
	CALL(rt_sigaction, SIGINT, NULL, buf, 7);
	CALL(rt_sigaction, SIGINT, BAD, NULL, 8);
	CALL(rt_sigprocmask, 9, NULL, buf, 8);
	CALL(rt_sigprocmask, 9, buf, NULL, 8);
	CALL(rt_sigprocmask, 0, BAD, NULL, 8);
	CALL(rt_sigprocmask, 0, NULL, buf, 4);
	CALL(sigaltstack, BAD, NULL);
	CALL(getpgid, 0x7ffffffe);
	CALL(setpgid, 0, -2);
	CALL(getsid, 0x7ffffffe);
	CALL(getpriority, 9, 0);
	CALL(getrlimit, 99, buf);
	CALL(getrusage, 99, buf);
	CALL(getitimer, 9, buf);
	CALL(setitimer, 0, BAD, NULL);
	CALL(prctl, 123456, 0, 0, 0, 0);
	CALL(personality, 0xffffffff);
	CALL(sched_getaffinity, 0, 0, buf);
	CALL(sysinfo, BAD);
	CALL(times, BAD);
	CALL(uname, buf);
	CALL(poll, BAD, 1, 0);
	CALL(poll, NULL, 0, 0);
	CALL(socket, 99, 1, 0);
	CALL(socket, 1, 99, 0);
	CALL(bind, 99, buf, 16);
	CALL(getsockname, 0, buf, BAD);
	CALL(epoll_create, 0);
	CALL(epoll_create1, 99);
	CALL(epoll_ctl, 1, 1, 2, BAD);
	CALL(eventfd2, 1, 0x123);
	CALL(madvise, 0, 4096, 9999);
	CALL(munmap, 1, 4096);
	CALL(munmap, 4096, 0);
	CALL(mprotect, 1, 4096, 0);
	CALL(mprotect, 0x10000, 4096, 0);
	CALL(mremap, 0x10000, 4096, 8192, 0);
	CALL_OK(brk, 0);
	CALL(setuid, -1);
}

static void numbers(void)
{
	static const long none[] = {-1, 1000, 5000, 0x7fffffff, -2, 470 + 100, 0x3fffffff};

	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++) {
		errno = 0;
		long ret = syscall(none[i], 1, 2, 3);
		printf("call %ld = %s\n", none[i], result(ret));
	}
}

int main(void)
{
	memset(longname, 'x', sizeof(longname) - 1);
	files();
	partial();
	others();
	numbers();
	return 0;
}
