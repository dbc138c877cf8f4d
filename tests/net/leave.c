/* SPDX-License-Identifier: GPL-2.0-or-later */
/* leave PID: tries to get out of the network: into that of process PID, or at its sockets. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static const char *result(long ret)
{
	return ret < 0 ? strerror(errno) : "done";
}

int main(int argc, char **argv)
{
	int pid = argc > 1 ? atoi(argv[1]) : 1, fd;
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/ns/net", pid);
	fd = open(path, O_RDONLY);
	if (fd >= 0)
		printf("setns, any kind: %s\n", result(setns(fd, 0)));
	if (fd >= 0)
		printf("setns, network: %s\n", result(setns(fd, CLONE_NEWNET)));
	fd = (int)syscall(SYS_pidfd_open, pid, 0);
	printf("setns, pidfd: %s\n", result(setns(fd, CLONE_NEWNET)));
	printf("setns, pidfd, two kinds: %s\n", result(setns(fd, CLONE_NEWNET | CLONE_NEWUTS)));
	printf("pidfd_getfd: %s\n", result(syscall(SYS_pidfd_getfd, fd, 0, 0)));
	return 0;
}
