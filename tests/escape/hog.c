/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Takes much memory that is mapped nowhere: files of memfd_create(2), in two processes. */
#define _GNU_SOURCE
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#define MANY 300 /* MiB, in each process */

static char block[1 << 20];

int main(void)
{
	int fd = -1;

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
