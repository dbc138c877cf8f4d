/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Benchmarks of sockets: net NAME. Prints nanoseconds: of 64 KiB through a TCP connection, of one
 * request with its answer, of one connection made and closed. Both sides are this program, at
 * throughput on two CPUs, else, as they take turns, on one: where the scheduler happens to put them
 * makes more difference than what is measured. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define CHUNK	    65536
#define CHUNKS	    8000
#define ROUNDS	    10000
#define CONNECTIONS 2000

static char data[CHUNK];

static uint64_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static void must(int ok, const char *what)
{
	if (ok)
		return;
	perror(what);
	exit(1);
}

/* Stays on one of the CPUs that there are, counted from 0; on the last if there are fewer. */
static void stay_on(int n)
{
	cpu_set_t all, mine;

	must(!sched_getaffinity(0, sizeof(all), &all), "sched_getaffinity");
	CPU_ZERO(&mine);
	for (int cpu = 0; cpu < CPU_SETSIZE && n >= 0; cpu++) {
		if (!CPU_ISSET(cpu, &all))
			continue;
		CPU_ZERO(&mine);
		CPU_SET(cpu, &mine);
		n--;
	}
	must(!sched_setaffinity(0, sizeof(mine), &mine), "sched_setaffinity");
}

/* Makes the other side, on a CPU of its own if apart. */
static bool other_side(bool apart)
{
	bool child = fork() == 0;

	stay_on(child && apart ? 1 : 0);
	return child;
}

static int listener(struct sockaddr_in *a)
{
	socklen_t len = sizeof(*a);
	int s = socket(AF_INET, SOCK_STREAM, 0);

	*a = (struct sockaddr_in){.sin_family = AF_INET};
	a->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	must(s >= 0 && !bind(s, (struct sockaddr *)a, sizeof(*a)) && !listen(s, 128) &&
		     !getsockname(s, (struct sockaddr *)a, &len),
	     "listen");
	return s;
}

static int connected(const struct sockaddr_in *a)
{
	int on = 1, s = socket(AF_INET, SOCK_STREAM, 0);

	must(s >= 0 && !connect(s, (const struct sockaddr *)a, sizeof(*a)), "connect");
	setsockopt(s, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	return s;
}

static int accepted(int s)
{
	int on = 1, c = accept(s, NULL, NULL);

	must(c >= 0, "accept");
	setsockopt(c, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	return c;
}

/* Returns each byte to its sender. */
static void echo(int s)
{
	char buf[64];
	ssize_t n;

	while ((n = recv(s, buf, sizeof(buf), 0)) > 0)
		must(send(s, buf, (size_t)n, 0) == n, "send");
}

static uint64_t ask(int s)
{
	char buf[64] = "request";

	for (int i = 0; i < ROUNDS; i++)
		must(send(s, buf, 32, 0) == 32 && recv(s, buf, 32, MSG_WAITALL) == 32, "answer");
	return ROUNDS;
}

static uint64_t throughput(void)
{
	struct sockaddr_in a;
	int s = listener(&a);

	if (other_side(true)) {
		s = accepted(s);
		while (recv(s, data, CHUNK, 0) > 0)
			;
		exit(0);
	}
	s = connected(&a);
	for (int i = 0; i < CHUNKS; i++)
		must(send(s, data, CHUNK, 0) == CHUNK, "send");
	close(s);
	wait(NULL);
	return CHUNKS;
}

static uint64_t tcp(void)
{
	struct sockaddr_in a;
	int s = listener(&a);

	if (other_side(false)) {
		echo(accepted(s));
		exit(0);
	}
	return ask(connected(&a));
}

static uint64_t local(void)
{
	int s[2];

	must(!socketpair(AF_UNIX, SOCK_STREAM, 0, s), "socketpair");
	if (other_side(false)) {
		close(s[0]);
		echo(s[1]);
		exit(0);
	}
	close(s[1]);
	return ask(s[0]);
}

static uint64_t connections(void)
{
	struct sockaddr_in a;
	int s = listener(&a);
	char c;

	if (other_side(false)) {
		for (int i = 0; i < CONNECTIONS; i++)
			close(accepted(s));
		exit(0);
	}
	for (int i = 0; i < CONNECTIONS; i++) {
		int fd = connected(&a);

		must(recv(fd, &c, 1, 0) == 0, "recv");
		close(fd);
	}
	return CONNECTIONS;
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		uint64_t (*fn)(void);
	} all[] = {
		{"throughput", throughput},
		{"tcp", tcp},
		{"local", local},
		{"connections", connections},
	};
	uint64_t start = now(), n;

	for (size_t i = 0; argc > 1 && i < sizeof(all) / sizeof(all[0]); i++) {
		if (strcmp(all[i].name, argv[1]) != 0)
			continue;
		n = all[i].fn();
		printf("%llu\n", (unsigned long long)((now() - start) / n));
		return 0;
	}
	fprintf(stderr, "usage: net throughput|tcp|local|connections\n");
	return 2;
}
