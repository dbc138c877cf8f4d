/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A web server of one thread that waits with epoll, and clients that keep it busy.
 *
 *	epoll_server serve PORT [ADDRESS]	serves until SIGTERM; port 0: the kernel picks one;
 *						prints the port
 *	epoll_server load PORT CONNECTIONS REQUESTS
 *						keeps that many connections open until so many
 *						answers have come; prints how many, and per second
 *	epoll_server				both: 8 connections, 200 requests */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define EVENTS	     256
#define REQUEST_SIZE 2048

static const char answer[] = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"
			     "Connection: keep-alive\r\nContent-Length: 14\r\n\r\nhello, client\n";
static const char request[] = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";

/* What a connection has read and not yet understood, by descriptor. */
struct client {
	size_t len;
	char data[REQUEST_SIZE];
};
static struct client **clients;
static size_t nr_clients;

static int fail(const char *what)
{
	perror(what);
	return 1;
}

static void more_descriptors(void)
{
	struct rlimit r;

	if (getrlimit(RLIMIT_NOFILE, &r) == 0) {
		r.rlim_cur = r.rlim_max < 65536 ? r.rlim_max : 65536;
		setrlimit(RLIMIT_NOFILE, &r);
	}
}

static int watch(int poller, int fd, unsigned int events)
{
	struct epoll_event ev = {.events = events, .data.fd = fd};

	return epoll_ctl(poller, EPOLL_CTL_ADD, fd, &ev);
}

static int listen_at(const char *address, int *port)
{
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons((unsigned short)*port)};
	socklen_t len = sizeof(a);
	int on = 1, s = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (s < 0 || inet_pton(AF_INET, address, &a.sin_addr) != 1 ||
	    setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) ||
	    bind(s, (struct sockaddr *)&a, sizeof(a)) || listen(s, 1024) ||
	    getsockname(s, (struct sockaddr *)&a, &len))
		return -1;
	*port = ntohs(a.sin_port);
	return s;
}

static struct client *client_of(int fd)
{
	if ((size_t)fd >= nr_clients) {
		size_t n = (size_t)fd * 2 + 16;

		clients = realloc(clients, n * sizeof(*clients));
		if (!clients)
			exit(fail("realloc"));
		memset(clients + nr_clients, 0, (n - nr_clients) * sizeof(*clients));
		nr_clients = n;
	}
	if (!clients[fd])
		clients[fd] = calloc(1, sizeof(*clients[fd]));
	if (!clients[fd])
		exit(fail("calloc"));
	return clients[fd];
}

static void accept_all(int poller, int s)
{
	int fd, on = 1;

	while ((fd = accept4(s, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
		client_of(fd)->len = 0;
		watch(poller, fd, EPOLLIN | EPOLLET);
	}
}

/* Answers the requests that are complete. False when the connection is at its end. */
static int answer_all(int fd, struct client *c)
{
	char *end;

	c->data[c->len] = 0;
	while ((end = strstr(c->data, "\r\n\r\n"))) {
		if (send(fd, answer, sizeof(answer) - 1, MSG_NOSIGNAL) != sizeof(answer) - 1)
			return 0;
		end += 4;
		c->len -= (size_t)(end - c->data);
		memmove(c->data, end, c->len + 1);
	}
	return c->len < REQUEST_SIZE - 1;
}

static void serve_client(int fd)
{
	struct client *c = client_of(fd);
	ssize_t n;

	for (;;) {
		n = recv(fd, c->data + c->len, REQUEST_SIZE - 1 - c->len, 0);
		if (n < 0 && errno == EAGAIN)
			return;
		if (n <= 0)
			break;
		c->len += (size_t)n;
		if (!answer_all(fd, c))
			break;
	}
	close(fd);
}

static int serve(int s)
{
	struct epoll_event ev[EVENTS];
	int poller = epoll_create1(EPOLL_CLOEXEC), signals;
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signals = signalfd(-1, &set, SFD_CLOEXEC);
	if (poller < 0 || signals < 0 || watch(poller, s, EPOLLIN) ||
	    watch(poller, signals, EPOLLIN))
		return fail("epoll");
	for (;;) {
		int n = epoll_wait(poller, ev, EVENTS, -1);

		if (n < 0 && errno != EINTR)
			return fail("epoll_wait");
		for (int i = 0; i < n; i++) {
			int fd = ev[i].data.fd;

			if (fd == signals)
				return 0;
			if (fd == s)
				accept_all(poller, s);
			else
				serve_client(fd);
		}
	}
}

static int connect_to(int port)
{
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons((unsigned short)port)};
	int on = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (fd < 0 || connect(fd, (struct sockaddr *)&a, sizeof(a)) ||
	    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)))
		exit(fail("connect"));
	return fd;
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int load(int port, int connections, long requests, int quiet)
{
	int poller = epoll_create1(EPOLL_CLOEXEC);
	struct epoll_event ev[EVENTS];
	long sent = 0, done = 0;
	double start = now();

	for (int i = 0; i < connections; i++) {
		int fd = connect_to(port);

		watch(poller, fd, EPOLLIN);
		sent += send(fd, request, sizeof(request) - 1, MSG_NOSIGNAL) > 0;
	}
	while (done < sent) {
		int n = epoll_wait(poller, ev, EVENTS, 10000);

		if (n <= 0)
			return fail("no answer");
		for (int i = 0; i < n; i++) {
			char buf[sizeof(answer)];
			int fd = ev[i].data.fd;
			ssize_t got = recv(fd, buf, sizeof(answer) - 1, MSG_WAITALL);

			if (got != sizeof(answer) - 1 || memcmp(buf, answer, (size_t)got) != 0)
				return fail("a wrong answer");
			done++;
			if (sent < requests)
				sent += send(fd, request, sizeof(request) - 1, MSG_NOSIGNAL) > 0;
		}
	}
	if (quiet)
		printf("%d connections, %ld answers\n", connections, done);
	else
		printf("%ld answers, %.0f per second\n", done, (double)done / (now() - start));
	return 0;
}

static int both(void)
{
	int port = 0, status, s = listen_at("127.0.0.1", &port), ret;
	pid_t pid;

	if (s < 0)
		return fail("listen");
	pid = fork();
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGTERM); /* not left behind when the other side fails */
		_exit(serve(s));
	}
	close(s);
	ret = load(port, 8, 200, 1);
	kill(pid, SIGTERM);
	waitpid(pid, &status, 0);
	return ret || status;
}

int main(int argc, char **argv)
{
	int port = argc > 2 ? atoi(argv[2]) : 0, s;

	more_descriptors();
	if (argc >= 3 && !strcmp(argv[1], "serve")) {
		s = listen_at(argc > 3 ? argv[3] : "127.0.0.1", &port);
		if (s < 0)
			return fail("listen");
		printf("%d\n", port);
		fflush(stdout);
		return serve(s);
	}
	if (argc == 5 && !strcmp(argv[1], "load"))
		return load(port, atoi(argv[3]), atol(argv[4]), 0);
	if (argc > 1)
		return fprintf(stderr, "usage: epoll_server [serve PORT [ADDRESS]]\n"), 2;
	return both();
}
