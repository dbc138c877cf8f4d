/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A TCP echo over the loopback interface.
 *
 *	tcp_echo server FILE		listens at a port that the kernel picks, writes its number
 *					to FILE, echoes for one client, ends
 *	tcp_echo client FILE TEXT	reads the port from FILE, sends TEXT, prints the echo
 *	tcp_echo			both, in two processes */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static int fail(const char *what)
{
	perror(what);
	return 1;
}

static struct sockaddr_in loopback(int port)
{
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons((unsigned short)port)};

	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	return a;
}

/* A socket that listens, and its port; or -1. */
static int listen_any(int *port)
{
	struct sockaddr_in a = loopback(0);
	socklen_t len = sizeof(a);
	int s = socket(AF_INET, SOCK_STREAM, 0), on = 1;

	if (s < 0 || setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) ||
	    bind(s, (struct sockaddr *)&a, sizeof(a)) || listen(s, 1) ||
	    getsockname(s, (struct sockaddr *)&a, &len))
		return -1;
	*port = ntohs(a.sin_port);
	return s;
}

static int serve(int s)
{
	struct sockaddr_in peer;
	socklen_t len = sizeof(peer);
	char buf[1024], text[INET_ADDRSTRLEN];
	ssize_t n;
	int c = accept(s, (struct sockaddr *)&peer, &len);

	if (c < 0)
		return fail("accept");
	inet_ntop(AF_INET, &peer.sin_addr, text, sizeof(text));
	printf("a client from %s\n", text);
	while ((n = recv(c, buf, sizeof(buf), 0)) > 0)
		if (send(c, buf, (size_t)n, MSG_NOSIGNAL) != n)
			return fail("send");
	close(c);
	close(s);
	return n < 0 ? fail("recv") : 0;
}

static int talk(int port, const char *text)
{
	struct sockaddr_in a = loopback(port);
	int s = socket(AF_INET, SOCK_STREAM, 0), on = 1;
	size_t want = strlen(text), got = 0;
	char buf[1024];
	ssize_t n;

	if (s < 0 || setsockopt(s, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)))
		return fail("socket");
	if (connect(s, (struct sockaddr *)&a, sizeof(a)))
		return fail("connect");
	if (send(s, text, want, MSG_NOSIGNAL) != (ssize_t)want || shutdown(s, SHUT_WR))
		return fail("send");
	while (got < sizeof(buf) && (n = recv(s, buf + got, sizeof(buf) - got, 0)) > 0)
		got += (size_t)n;
	printf("echo: %.*s\n", (int)got, buf);
	close(s);
	return got == want ? 0 : 1;
}

static int server(const char *file)
{
	int port, s = listen_any(&port), ret;
	char tmp[4096];
	FILE *f;

	if (s < 0)
		return fail("listen");
	/* Under another name first: the file appears with the number in it. */
	snprintf(tmp, sizeof(tmp), "%s.tmp", file);
	f = fopen(tmp, "w");
	if (!f || fprintf(f, "%d\n", port) < 0 || fclose(f) || rename(tmp, file))
		return fail(file);
	ret = serve(s);
	unlink(file);
	return ret;
}

static int client(const char *file, const char *text)
{
	int port = 0;

	for (int i = 0; i < 500 && !port; i++) {
		FILE *f = fopen(file, "r");

		if (!f || fscanf(f, "%d", &port) != 1)
			usleep(20000);
		if (f)
			fclose(f);
	}
	return port ? talk(port, text) : fail(file);
}

static int both(void)
{
	int port, s = listen_any(&port), status = 0, ret;
	pid_t pid;

	if (s < 0)
		return fail("listen");
	fflush(stdout);
	pid = fork();
	if (pid == 0)
		return serve(s);
	close(s);
	ret = talk(port, "over the wire and back");
	if (waitpid(pid, &status, 0) != pid)
		return fail("waitpid");
	printf("server ended with %d\n", WEXITSTATUS(status));
	return ret;
}

int main(int argc, char **argv)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (argc == 1)
		return both();
	if (argc == 3 && !strcmp(argv[1], "server"))
		return server(argv[2]);
	if (argc == 4 && !strcmp(argv[1], "client"))
		return client(argv[2], argv[3]);
	fprintf(stderr, "usage: tcp_echo [server FILE | client FILE TEXT]\n");
	return 2;
}
