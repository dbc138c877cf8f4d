/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A test that makes as many processes as it can, each in a session of its own. Where their number
 * is limited it finds that out; all of them are ended with it. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int main(void)
{
	for (;;) {
		pid_t pid = fork();

		if (pid == 0)
			setsid();
		if (pid < 0) {
			fprintf(stderr, "fork: %s\n", strerror(errno));
			for (;;)
				pause();
		}
	}
}
