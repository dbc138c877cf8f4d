/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Threads whose calls overlap, and one that is in a call when the process ends. */
#include <pthread.h>
#include <unistd.h>

static int line[2];

static void *speak(void *arg)
{
	char c;

	if (read(line[0], &c, 1) != 1 || write(1, "spoken\n", 7) != 7)
		_exit(1);
	return arg;
}

static void *rest(void *arg)
{
	if (write(line[1], "r", 1) == 1)
		pause();
	return arg;
}

int main(void)
{
	pthread_t t[2];
	char c;

	if (pipe(line) != 0)
		return 1;
	for (int i = 0; i < 2; i++)
		pthread_create(&t[i], NULL, speak, NULL);
	usleep(20000);
	if (write(line[1], "ab", 2) != 2)
		return 1;
	for (int i = 0; i < 2; i++)
		pthread_join(t[i], NULL);
	pthread_create(&t[0], NULL, rest, NULL);
	if (read(line[0], &c, 1) != 1)
		return 1;
	usleep(20000);
	return 3;
}
