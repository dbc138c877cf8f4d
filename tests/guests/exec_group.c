/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Once a child has executed a program its parent cannot move it to another process group: what
 * setpgid(2) and /proc/PID/stat tell of that. */
#include "guest.h"

static int forked_only(pid_t pid)
{
	char path[40], line[512] = "";
	unsigned long flags = 0;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	fd = open(path, O_RDONLY);
	if (read(fd, line, sizeof(line) - 1) > 0)
		sscanf(strrchr(line, ')'), ") %*c %*d %*d %*d %*d %*d %lu", &flags);
	close(fd);
	return (flags & 0x40) != 0;
}

static void move(const char *what, pid_t pid)
{
	printf("%s\n", what);
	EXPECT(pid > 0);
	printf("forked only: %d\n", forked_only(pid));
	SHOW(setpgid(pid, pid));
	SHOW(setpgid(pid, 0));
	SHOW(setpgid(pid, -1));
	SHOW(setpgid(pid, 999999999));
	printf("a group of its own: %d\n", getpgid(pid) == pid);
	kill(pid, SIGKILL);
	SHOW_OK(waitpid(pid, NULL, 0));
}

int main(int argc, char **argv)
{
	char pipe_fd[12], byte = 'x';
	int ready[2];
	pid_t pid;

	if (argc > 1) {
		write(atoi(argv[1]), &byte, 1);
		for (;;)
			pause();
	}
	pipe(ready);
	snprintf(pipe_fd, sizeof(pipe_fd), "%d", ready[1]);
	SHOW(setpgid(getpid(), getpgrp()));

	pid = fork();
	if (pid == 0)
		for (;;)
			pause();
	move("forked", pid);

	pid = fork();
	if (pid == 0)
		execl("/proc/self/exe", "child", pipe_fd, NULL);
	read(ready[0], &byte, 1);
	move("executed", pid);

	pid = vfork();
	if (pid == 0) {
		execl("/proc/self/exe", "child", pipe_fd, NULL);
		_exit(1);
	}
	read(ready[0], &byte, 1);
	move("executed after vfork", pid);
	return 0;
}
