/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Takes much memory that is mapped nowhere: files of memfd_create(2), in two processes; with an
 * argument, "segments" of System V, until there are no more (status 3), "pipes", "sockets", or
 * files in a directory ("scratch", DIRECTORY) or that are removed there ("removed", DIRECTORY). */
#define _GNU_SOURCE
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#define MANY 300 /* MiB, in each process */

static char block[1 << 20];

static int segments(void)
{
	for (int i = 0; i < MANY / 10; i++) {
		int id = shmget(IPC_PRIVATE, 10 << 20, IPC_CREAT | 0600);
		char *p = id < 0 ? (char *)-1 : shmat(id, 0, 0);

		if (p == (char *)-1)
			return 3;
		memset(p, 1, 10 << 20);
		shmdt(p);
	}
	return 0;
}

/* Each holds what is written to it until it is full. */
static int buffers(int sockets)
{
	for (int i = 0; i < 450; i++) {
		int end[2];

		if (sockets ? socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, end)
			    : pipe2(end, O_NONBLOCK))
			return 1;
		if (!sockets)
			fcntl(end[1], F_SETPIPE_SZ, 1 << 20);
		while (write(end[1], block, sizeof(block) / 4) > 0)
			;
	}
	sleep(20);
	return 0;
}

static int scratch(const char *dir, int removed)
{
	int fd = chdir(dir) ? -1 : open("hog", O_CREAT | O_WRONLY, 0600);

	if (removed)
		unlink("hog");
	for (int i = 0; i < MANY; i++)
		if (write(fd, block, sizeof(block)) != sizeof(block))
			return 1;
	sleep(20);
	return 0;
}

int main(int argc, char **argv)
{
	int fd = -1;

	for (unsigned i = 0; i < sizeof(block); i += 4096)
		block[i] = 1;
	if (argc > 2)
		return scratch(argv[2], !strcmp(argv[1], "removed"));
	if (argc > 1)
		return strcmp(argv[1], "segments") ? buffers(!strcmp(argv[1], "sockets"))
						   : segments();
	fork();
	for (int i = 0; i < MANY; i++) {
		if (i % 50 == 0)
			fd = (int)syscall(SYS_memfd_create, "hog", 0);
		if (write(fd, block, sizeof(block)) != sizeof(block))
			return 1;
	}
	sleep(20); /* somebody will have noticed by then */
	return 0;
}
