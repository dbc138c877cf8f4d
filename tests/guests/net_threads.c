/* SPDX-License-Identifier: GPL-2.0-or-later */
/* guest: musl */
/* Threads that make, connect and close sockets at once, and processes that do while one of them is
 * killed. */
#include "guest.h"
#include <netinet/in.h>
#include <pthread.h>
#include <sys/socket.h>

#define THREADS 4
#define ROUNDS	50

static struct sockaddr_in at;

static struct sockaddr_in loop(void)
{
	struct sockaddr_in a = {.sin_family = AF_INET};

	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	return a;
}

static int datagram(void)
{
	struct sockaddr_in a = loop();
	socklen_t len = sizeof(a);
	int fd = socket(AF_INET, SOCK_DGRAM, 0), ok;
	char c = 0;

	ok = !bind(fd, (void *)&a, len) && !getsockname(fd, (void *)&a, &len) &&
	     sendto(fd, "x", 1, 0, (void *)&a, len) == 1 && recv(fd, &c, 1, 0) == 1 && c == 'x';
	close(fd);
	return ok;
}

static int stream(void)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0), ok;
	char c = 0;

	ok = !connect(fd, (void *)&at, sizeof(at)) && send(fd, "y", 1, 0) == 1 &&
	     recv(fd, &c, 1, 0) == 1 && c == 'y';
	close(fd);
	return ok;
}

static void *client(void *arg)
{
	long *good = arg;

	for (int i = 0; i < ROUNDS; i++)
		*good += datagram() + stream();
	return NULL;
}

static void *server(void *arg)
{
	int listener = *(int *)arg;

	for (int i = 0; i < THREADS * ROUNDS; i++) {
		int fd = accept(listener, NULL, NULL);
		char c;

		if (recv(fd, &c, 1, 0) == 1)
			send(fd, &c, 1, MSG_NOSIGNAL);
		close(fd);
	}
	return NULL;
}

static void threads(void)
{
	pthread_t id[THREADS], serves;
	long good[THREADS] = {0};
	socklen_t len = sizeof(at);
	int listener = socket(AF_INET, SOCK_STREAM, 0);

	at = loop();
	SHOW(bind(listener, (void *)&at, len));
	SHOW(listen(listener, 64));
	SHOW(getsockname(listener, (void *)&at, &len));
	pthread_create(&serves, NULL, server, &listener);
	for (int i = 0; i < THREADS; i++)
		pthread_create(&id[i], NULL, client, &good[i]);
	for (int i = 0; i < THREADS; i++) {
		pthread_join(id[i], NULL);
		printf("thread %d: %ld\n", i, good[i]);
	}
	pthread_join(serves, NULL);
	close(listener);
}

/* What was killed leaves nothing locked. */
static void killed(void)
{
	int good = 0;

	for (int i = 0; i < 10; i++) {
		pid_t pid = fork();

		while (!pid)
			datagram();
		usleep(3000);
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
		good += datagram();
	}
	printf("after kills: %d\n", good);
}

int main(void)
{
	threads();
	killed();
	return 0;
}
