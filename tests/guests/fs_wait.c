/* SPDX-License-Identifier: GPL-2.0-or-later */
/* File calls that wait, and are interrupted; directories read through small buffers. */
#include "guest.h"
#include <dirent.h>
#include <sys/file.h>
#include <sys/sendfile.h>
#include <sys/uio.h>

static void on_alarm(int sig)
{
	(void)sig;
}

#define INTERRUPTED(call)                                                                          \
	do {                                                                                       \
		ualarm(30000, 0);                                                                  \
		SHOW(call);                                                                        \
	} while (0)

static void small_buffers(void)
{
	char name[260] = "d/";
	unsigned char buf[400];

	mkdir("d", 0755);
	memset(name + 2, 'n', 255);
	close(open(name, O_CREAT | O_RDWR, 0600));
	close(open("d/a", O_CREAT | O_RDWR, 0600));
#ifdef __i386__
	const long nr = 141, reclen_at = 8;
#else
	const long nr = SYS_getdents, reclen_at = 16;
#endif
	for (int size = 12; size < 400; size += 20) {
		int fd = open("d", O_RDONLY | O_DIRECTORY), n = 0;
		unsigned short reclen;
		long ret;

		errno = 0;
		while ((ret = syscall(nr, fd, buf, size)) > 0)
			for (long at = 0; at < ret; at += reclen, n++)
				memcpy(&reclen, buf + at + reclen_at, 2);
		printf("size %d: %s", size, result(ret));
		if (!ret)
			printf(", entries %d", n);
		printf("\n");
		close(fd);
	}
}

int main(void)
{
	struct flock lk = {.l_type = F_WRLCK};
	struct flock64 lk64 = {.l_type = F_WRLCK};
	struct sigaction sa = {.sa_handler = on_alarm};
	int fd = open("lock", O_RDWR | O_CREAT, 0600), p[2], q[2], child;
	char *big = calloc(1, 1 << 20), c;
	struct iovec v = {&c, 1};

	small_buffers();
	fflush(stdout);
	if (pipe(p) || pipe(q))
		return 1;
	child = fork();
	if (!child) {
		int other = open("lock", O_RDWR);

		fcntl(other, F_SETLK, &lk);
		flock(other, LOCK_EX);
		if (write(p[1], "x", 1) == 1)
			pause();
		_exit(0);
	}
	SHOW(read(p[0], &c, 1));
	sigaction(SIGALRM, &sa, NULL);
	INTERRUPTED(fcntl(fd, F_SETLKW, &lk));
#ifdef F_OFD_SETLKW
	INTERRUPTED(fcntl(fd, F_OFD_SETLKW, &lk64));
#endif
	(void)lk64;
	INTERRUPTED(flock(fd, LOCK_EX));
	INTERRUPTED(read(p[0], &c, 1));
	mkfifo("fifo", 0600);
	INTERRUPTED(open("fifo", O_RDONLY));
	INTERRUPTED(readv(p[0], &v, 1));
	INTERRUPTED(splice(p[0], NULL, fd, NULL, 1, 0));
	INTERRUPTED(tee(p[0], q[1], 1, 0));
	INTERRUPTED(write(q[1], big, 1 << 20));
	INTERRUPTED(write(q[1], big, 1 << 20));
	kill(child, SIGKILL);
	wait(NULL);
	return 0;
}
