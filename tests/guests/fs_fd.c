/* SPDX-License-Identifier: GPL-2.0-or-later */
/* guest: musl */
/* Descriptors: duplicating, flags, locks, closing ranges; memfd, inotify, handles. */
#include "guest.h"
#include <sys/file.h>
#include <sys/inotify.h>

static void dups(void)
{
	int fd = open("f", O_RDWR | O_CREAT, 0600), p[2];

	SHOW(fd);
	SHOW(dup(fd));
	SHOW(dup2(fd, 20));
	SHOW(dup2(fd, fd));
	SHOW(dup3(fd, 21, O_CLOEXEC));
	SHOW(fcntl(21, F_GETFD));
	SHOW(fcntl(20, F_GETFD));
	SHOW(fcntl(fd, F_DUPFD, 30));
	SHOW(fcntl(fd, F_DUPFD_CLOEXEC, 30));
	SHOW(fcntl(31, F_GETFD));
	SHOW(fcntl(fd, F_DUPFD, -1));
	SHOW(fcntl(20, F_SETFD, FD_CLOEXEC));
	SHOW(fcntl(20, F_GETFD));
	SHOW(fcntl(fd, F_SETFL, O_APPEND | O_NONBLOCK));
	printf("%o\n", fcntl(fd, F_GETFL));
	printf("%o\n", fcntl(20, F_GETFL));
	SHOW(syscall(SYS_close_range, 20, 30, 0));
	SHOW(fcntl(20, F_GETFD));
	SHOW(fcntl(31, F_GETFD));
	SHOW(syscall(SYS_close_range, 4, ~0u, 0));
	SHOW(fcntl(31, F_GETFD));
	SHOW(syscall(SYS_close_range, 5, 4, 0));
	SHOW(syscall(SYS_close_range, 4, 5, 0x80));
	SHOW(pipe2(p, O_CLOEXEC | O_NONBLOCK));
	SHOW(p[0]);
	SHOW(fcntl(p[0], F_GETFD));
	printf("%o %o\n", fcntl(p[0], F_GETFL), fcntl(p[1], F_GETFL));
	SHOW(fcntl(p[0], F_GETPIPE_SZ));
	SHOW(fcntl(p[0], F_SETPIPE_SZ, 4096));
	char c;
	SHOW(read(p[0], &c, 1));
	SHOW(fcntl(fd, F_SETOWN, getpid()));
	SHOW(fcntl(fd, F_GETOWN) == getpid());
	struct f_owner_ex own = {0, 0};
	SHOW(fcntl(fd, F_GETOWN_EX, &own));
	printf("%d %d\n", own.type, own.pid == getpid());
	SHOW(fcntl(fd, F_GETSIG));
	/* Every descriptor can be closed, and the process lives on. */
	for (int i = 3; i < 2000; i++)
		close(i);
	SHOW(open("f", O_RDONLY));
	SHOW(close(3));
	SHOW(syscall(SYS_open, "f", O_RDWR | O_NOFOLLOW));
	printf("%o\n", fcntl(3, F_GETFL));
	close(3);
}

static void conflict(void)
{
	int fd = open("lock", O_RDWR);
	struct flock l = {.l_type = F_WRLCK, .l_start = 5, .l_len = 10};
	struct flock64 l64 = {.l_type = F_RDLCK, .l_start = 12, .l_len = 0};

	SHOW(fcntl(fd, F_SETLK, &l));
	SHOW(fcntl(fd, F_GETLK, &l));
	printf("%d %d %ld %ld %d\n", l.l_type, l.l_whence, (long)l.l_start, (long)l.l_len,
	       l.l_pid == getppid());
	SHOW(fcntl(fd, F_GETLK64, &l64));
	printf("%d %d %ld %ld %d\n", l64.l_type, l64.l_whence, (long)l64.l_start, (long)l64.l_len,
	       l64.l_pid == getppid());
	SHOW(flock(fd, LOCK_SH | LOCK_NB));
#ifdef F_OFD_SETLK
	l64 = (struct flock64){.l_type = F_WRLCK, .l_start = 6, .l_len = 1};
	SHOW(fcntl(fd, F_OFD_SETLK, &l64));
	l64.l_pid = 5;
	SHOW(fcntl(fd, F_OFD_SETLK, &l64));
#endif
	l64 = (struct flock64){.l_type = F_WRLCK, .l_start = 5000000000LL, .l_len = 10};
	SHOW(fcntl(fd, F_SETLK64, &l64));
}

static void locks(void)
{
	int fd = open("lock", O_RDWR | O_CREAT, 0600);
	struct flock l = {.l_type = F_WRLCK, .l_start = 3, .l_len = 10};
	struct flock64 l64 = {.l_type = F_WRLCK, .l_start = 4000000000LL, .l_len = 500000000};

	SHOW(fcntl(fd, F_SETLK, &l));
	SHOW(fcntl(fd, F_SETLKW, &l));
	SHOW(fcntl(fd, F_SETLK64, &l64));
	SHOW(flock(fd, LOCK_EX));
	in_child("conflict", conflict);
	SHOW(flock(fd, LOCK_UN));
	l.l_type = F_UNLCK;
	SHOW(fcntl(fd, F_SETLK, &l));
	l.l_type = 77;
	SHOW(fcntl(fd, F_SETLK, &l));
	SHOW(fcntl(fd, F_SETLK, (void *)16));
	SHOW(fcntl(99, F_SETLK, (void *)16));
#ifdef __i386__
	/* A lock that the small layout cannot tell. */
	int32_t small[4] = {1, 2147483647, 0, 0};
	SHOW(syscall(55, fd, 5, small));
	printf("%d %d %d\n", small[0], small[1], small[2]);
#endif
	close(fd);
}

static void wait_for_lock(void)
{
	int fd = open("lock", O_RDWR), p[2];
	struct flock l = {.l_type = F_WRLCK};
	char c;

	fcntl(fd, F_SETLK, &l);
	if (pipe(p))
		return;
	fflush(stdout);
	if (!fork()) {
		int other = open("lock", O_RDWR);

		if (write(p[1], "x", 1) != 1)
			_exit(1);
		_exit(fcntl(other, F_SETLKW, &l) ? 2 : 7);
	}
	if (read(p[0], &c, 1) != 1)
		return;
	usleep(20000);
	l.l_type = F_UNLCK;
	fcntl(fd, F_SETLK, &l);
	int status;
	wait(&status);
	show_status("waiter", status);
	close(fd);
}

static void watch(void)
{
	char buf[1024] __attribute__((aligned(8)));
	int fd = inotify_init1(IN_NONBLOCK), n;

	SHOW(inotify_add_watch(fd, "missing", IN_ALL_EVENTS));
	SHOW(inotify_add_watch(fd, ".", IN_CREATE | IN_DELETE));
	SHOW(read(fd, buf, sizeof(buf)));
	close(open("new", O_CREAT | O_WRONLY, 0600));
	unlink("new");
	SHOW(n = read(fd, buf, sizeof(buf)));
	for (int at = 0; at < n;) {
		struct inotify_event *e = (void *)(buf + at);

		printf("%d %x %s\n", e->wd, e->mask, e->len ? e->name : "");
		at += sizeof(*e) + e->len;
	}
	SHOW(inotify_rm_watch(fd, 5));
	SHOW(inotify_rm_watch(fd, 1));
	close(fd);
}

static void memfd(void)
{
	int fd = syscall(SYS_memfd_create, "name", 3);
	char buf[64] = {0};

	SHOW(fd >= 0);
	SHOW(write(fd, "mem", 3));
	SHOW(fcntl(fd, F_ADD_SEALS, F_SEAL_GROW));
	SHOW(write(fd, "mem", 3));
	SHOW(fcntl(fd, F_GET_SEALS));
	char path[64];
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	SHOW(readlink(path, buf, sizeof(buf)));
	printf("%s\n", buf);
	SHOW(syscall(SYS_memfd_create, "name", 0x1000000));
	SHOW(syscall(SYS_memfd_create, 8, 0x24));
	SHOW(syscall(SYS_memfd_create, 8, 1));
	close(fd);
}

int main(void)
{
	umask(022);
	dups();
	locks();
	wait_for_lock();
	watch();
	memfd();
	return 0;
}
