/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Takes much memory that is mapped nowhere: files of memfd_create(2), in two processes; with an
 * argument, System V segments, until there are no more (status 3). */
#define _GNU_SOURCE
#include <string.h>
#include <sys/mman.h>
#include <sys/shm.h>
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

int main(int argc, char **argv)
{
	int fd = -1;

	(void)argv;
	if (argc > 1)
		return segments();
	fork();
	for (unsigned i = 0; i < sizeof(block); i += 4096)
		block[i] = 1;
	for (int i = 0; i < MANY; i++) {
		if (i % 50 == 0)
			fd = (int)syscall(SYS_memfd_create, "hog", 0);
		if (write(fd, block, sizeof(block)) != sizeof(block))
			return 1;
	}
	sleep(20); /* somebody will have noticed by then */
	return 0;
}
