/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A process of two threads, both in calls, that ends in one of the ways of which the threads cannot
 * tell themselves. "kill": by SIGKILL; "exec": the second thread executes another program. */
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char *how;
static int line[2];

static void *second(void *arg)
{
	char c;

	if (strcmp(how, "exec") == 0) {
		usleep(20000);
		execl("/proc/self/exe", "trace_ends", (char *)NULL);
	}
	return read(line[0], &c, 1) == 1 ? arg : NULL;
}

int main(int argc, char **argv)
{
	pthread_t t;

	if (argc < 2)
		return puts("nothing to end") < 0;
	how = argv[1];
	if (pipe(line) != 0 || pthread_create(&t, NULL, second, NULL) != 0)
		return 1;
	if (strcmp(how, "kill") == 0) {
		usleep(20000);
		kill(getpid(), SIGKILL);
	}
	pause();
	return 1;
}
