/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Makes threads that stay until one cannot be made: says whether argv[1] of them ran, the first
 * included. After they have ended there is room again. Without an argument: makes two. */
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

static pthread_mutex_t hold = PTHREAD_MUTEX_INITIALIZER;

static void *stay(void *arg)
{
	pthread_mutex_lock(&hold);
	pthread_mutex_unlock(&hold);
	return arg;
}

static int start(int max, int *err)
{
	pthread_t t[64];
	int n = 0;

	*err = 0;
	pthread_mutex_lock(&hold);
	while (n < max && !*err) {
		*err = pthread_create(&t[n], NULL, stay, NULL);
		n += !*err;
	}
	pthread_mutex_unlock(&hold);
	for (int i = 0; i < n; i++)
		pthread_join(t[i], NULL);
	return n + 1;
}

int main(int argc, char **argv)
{
	int want = argc > 1 ? atoi(argv[1]) : 3, err;

	for (int round = 0; round < 3; round++) {
		int n = start(argc > 1 ? 64 : 2, &err);

		if (n > want || (argc > 1 && err != EAGAIN)) {
			printf("%d threads, error %d\n", n, err);
			return 1;
		}
	}
	printf("done\n");
	return 0;
}
