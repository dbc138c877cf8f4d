/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a vfork child maps of files and segments, locks and seals is its parent's, too: large files
 * to the end, shared ones for good, by descriptors that have been closed. */
#include "guest.h"

#include <sys/ipc.h>
#include <sys/shm.h>

#ifndef SYS_mseal
#define SYS_mseal 462
#endif
#define SIZE (8 << 20)

static char *whole, *written, *rest, *segment, *locked, *sealed, *twice;
static long sealed_ret;

static void *map(int flags, int fd, off_t off, size_t size)
{
	return mmap(NULL, size, PROT_READ | PROT_WRITE, flags, fd, off);
}

static void child(int fd)
{
	int id = shmget(IPC_PRIVATE, 20000, IPC_CREAT | 0600);

	whole = map(MAP_SHARED, fd, 0, SIZE);
	strcpy(whole + SIZE - 100, "by the child");
	written = map(MAP_PRIVATE, fd, 0, SIZE);
	strcpy(written + 5000, "private");
	rest = map(MAP_SHARED, fd, 4096, 8192);
	segment = shmat(id, NULL, 0);
	shmctl(id, IPC_RMID, NULL);
	strcpy(segment + 12000, "in the segment");
	locked = map(MAP_PRIVATE | MAP_ANONYMOUS, -1, 0, 16384);
	mlock(locked, 16384);
	munlock(locked + 8192, 4096);
	sealed = map(MAP_PRIVATE | MAP_ANONYMOUS, -1, 0, 4096);
	sealed_ret = syscall(SYS_mseal, sealed, 4096, 0);
	twice = map(MAP_SHARED, fd, 0, 4096);
	munmap(twice, 4096);
	close(fd);
}

/* VmLck of /proc/self/status, in pages. */
static long locked_pages(void)
{
	char text[4096], *at;
	int fd = open("/proc/self/status", O_RDONLY);
	ssize_t n = read(fd, text, sizeof(text) - 1);

	close(fd);
	text[n > 0 ? n : 0] = 0;
	at = strstr(text, "VmLck:");
	return at ? atol(at + 6) / 4 : -1;
}

static void show(int fd)
{
	char byte;

	printf("%s, %s, %d bytes the same\n", whole + SIZE - 100, written + 5000,
	       memcmp(whole + 4096, rest, 8192) == 0);
	strcpy(rest + 100, "by the parent");
	pread(fd, &byte, 1, 4096 + 103);
	printf("the file has %c, the other mapping %s\n", byte, whole + 4096 + 100);
	printf("%s\n", segment + 12000);
	SHOW(shmdt(segment));
	printf("locked %ld\n", locked_pages());
	if (!sealed_ret)
		SHOW(munmap(sealed, 4096) == -1 && errno == EPERM);
	else
		SHOW(munmap(sealed, 4096) == 0);
	SHOW(munmap(whole, SIZE));
	SHOW(munlockall());
	fflush(stdout);
}

static int once(volatile int exec)
{
	char name[] = "/tmp/vfork.XXXXXX";
	int fd = mkstemp(name), status = -1;
	pid_t pid;

	unlink(name);
	if (ftruncate(fd, SIZE))
		return 1;
	pwrite(fd, "text", 4, 6000);
	pid = vfork();
	if (!pid) {
		child(fd);
		if (exec)
			execl("/bin/true", "true", NULL);
		_exit(0);
	}
	waitpid(pid, &status, 0);
	printf("status %d, descriptor %d\n", status, fcntl(fd, F_GETFD));
	show(fd);
	return 0;
}

int main(void)
{
	return once(0) || once(1);
}
