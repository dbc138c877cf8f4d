/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Processes that join groups: that of their parent, whose leader may be of another sort, one whose
 * leader has ended, and some that are none. */
#include "guest.h"
#include <limits.h>
#include <sys/wait.h>

static void join(const char *what, pid_t pid, pid_t group)
{
	int ret = setpgid(pid, group);

	printf("%s: %d%s%s\n", what, ret, ret ? " " : "", ret ? strerror(errno) : "");
	fflush(stdout);
}

int main(void)
{
	pid_t parents = getpgrp(), leader, member;
	int hold[2];

	if (pipe(hold))
		return 1;
	leader = fork();
	if (leader == 0) {
		join("a group of its own", 0, 0);
		join("the parent's", 0, parents);
		join("its own again", 0, getpid());
		_exit(0);
	}
	waitpid(leader, NULL, 0);
	leader = fork();
	if (leader == 0) {
		setpgid(0, 0);
		member = fork();
		if (member == 0) {
			char c;

			close(hold[1]);
			_exit(read(hold[0], &c, 1) != 0);
		}
		_exit(0);
	}
	waitpid(leader, NULL, 0);
	member = fork();
	if (member == 0) {
		join("one whose leader has ended", 0, leader);
		printf("it is there: %d\n", getpgrp() == leader);
		join("the parent's", 0, parents);
		join("none", 0, 0x3ffffff);
		join("of no process", 0x3ffffff, 0);
		join("a negative one", 0, -1);
		join("a negative one of no process", 0x3ffffff, -1);
		fflush(stdout);
		_exit(0);
	}
	waitpid(member, NULL, 0);
	close(hold[1]);
	SHOW(kill(INT_MIN, 0)); /* no group has that number, and no int its opposite */
	return 0;
}
