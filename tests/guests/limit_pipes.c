/* SPDX-License-Identifier: GPL-2.0-or-later */
/* With an argument: opens thousands of pipes and forks forever, for a limit to end it, and writes
 * to the file every time how many milliseconds it has run. Without: nothing. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#define PIPES 9000

static long now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void fill(void)
{
	struct rlimit r;
	int p[2];

	getrlimit(RLIMIT_NOFILE, &r);
	r.rlim_cur = r.rlim_max;
	setrlimit(RLIMIT_NOFILE, &r);
	for (int i = 0; i < PIPES && pipe(p) == 0; i++)
		if (write(p[1], "x", 1) != 1)
			exit(1);
}

int main(int argc, char **argv)
{
	long start = now();
	FILE *f = argc > 1 ? fopen(argv[1], "w") : NULL;

	if (!f)
		return 0;
	fill();
	for (;;) {
		rewind(f);
		fprintf(f, "%8ld\n", now() - start);
		fflush(f);
		if (fork() == 0) {
			sleep(60);
			_exit(0);
		}
		usleep(1000);
	}
}
