/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Buffers of which the first bytes are good and the next are not, for files that take a buffer as a
 * whole; and what may not be mapped as code. */
#include <sys/eventfd.h>
#include <sys/socket.h>

#include "guest.h"

#define PAGE 4096

/* n bytes before a page that cannot be accessed. */
static char *before_hole(size_t n)
{
	char *p = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	memset(p, 0, PAGE);
	mprotect(p + PAGE, PAGE, PROT_NONE);
	return p + PAGE - n;
}

static void events(void)
{
	int fd = eventfd(5, EFD_NONBLOCK);
	uint64_t n;

	SHOW(write(fd, before_hole(4), 8));
	SHOW(write(fd, before_hole(8), 8));
	SHOW(write(fd, before_hole(8), 9));
	SHOW(read(fd, before_hole(4), 8));
	SHOW(read(fd, &n, sizeof(n)));
	close(fd);
	fd = open("f", O_RDWR | O_CREAT, 0600);
	SHOW(write(fd, before_hole(4), 8));
	SHOW(lseek(fd, 0, SEEK_CUR));
	SHOW(write(fd, before_hole(4), 0x20000));
	SHOW(lseek(fd, 0, SEEK_CUR));
	close(fd);
}

/* A record ends with its name's NUL; what fills it up is not written. */
static void entries(void)
{
	int fd;

	mkdir("d", 0755);
	close(open("d/x", O_CREAT, 0600));
	fd = open("d", O_RDONLY | O_DIRECTORY);
	for (int i = 0; i < 4; i++)
		SHOW(syscall(SYS_getdents64, fd, before_hole(23), PAGE));
	lseek(fd, 0, SEEK_SET);
	SHOW(syscall(SYS_getdents64, fd, before_hole(20), PAGE));
	close(fd);
}

/* A structure that is longer than the kernel's is looked at up to the first byte that is not 0. */
static void longer(void)
{
	uint32_t *attr = (uint32_t *)before_hole(256);

	attr[0] = 4096;
	SHOW(syscall(SYS_sched_setattr, 0, attr, 0));
	attr[40] = 1;
	SHOW(syscall(SYS_sched_setattr, 0, attr, 0));
	EXPECT(attr[0] < 256);
}

static void map(const char *what, int fd)
{
	static const int types[] = {MAP_PRIVATE, MAP_SHARED};

	for (size_t i = 0; i < 2; i++) {
		printf("%s, type %d\n", what, types[i]);
		SHOW_OK(mmap(NULL, PAGE, PROT_READ, types[i], fd, 0));
		SHOW_OK(mmap(NULL, PAGE, PROT_EXEC, types[i], fd, 0));
		SHOW_OK(mmap(NULL, PAGE, PROT_EXEC | PROT_WRITE, types[i], fd, 0));
	}
}

int main(void)
{
	int p[2], s[2];

	if (pipe(p) || socketpair(AF_UNIX, SOCK_STREAM, 0, s))
		return 1;
	events();
	entries();
	longer();
	map("pipe, reading", p[0]);
	map("pipe, writing", p[1]);
	map("socket", s[0]);
	map("eventfd", eventfd(0, 0));
	map("directory", open(".", O_RDONLY));
	map("proc", open("/proc/self/maps", O_RDONLY));
	return 0;
}
