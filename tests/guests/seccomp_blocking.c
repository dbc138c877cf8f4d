/* SPDX-License-Identifier: GPL-2.0-or-later */
/* With a filter each call is looked at before it is made; calls that wait for something or give the
 * CPU away work all the same, in a process of one thread. */
#define _GNU_SOURCE
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

int main(void)
{
	struct sock_filter allow = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	struct sock_fprog prog = {.len = 1, .filter = &allow};
	struct timespec ts = {.tv_nsec = 1000};
	int fds[2], status = -1;
	char c = 0;

	setbuf(stdout, NULL);
	if (pipe(fds))
		return 1;
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	printf("filter: %d\n", prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &prog, 0, 0));
	printf("yield: %d\n", sched_yield());
	printf("poll: %d\n", poll(NULL, 0, 1));
	printf("sleep: %d\n", nanosleep(&ts, NULL));
	if (!fork()) {
		printf("yield of the child: %d\n", sched_yield());
		poll(NULL, 0, 10);
		_exit(write(fds[1], "x", 1) == 1 ? 7 : 8);
	}
	printf("read: %d\n", (int)read(fds[0], &c, 1));
	wait(&status);
	printf("%c, %d\n", c, WEXITSTATUS(status));
	return 0;
}
