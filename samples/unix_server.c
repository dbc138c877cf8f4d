/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A conversation over a socket in the file system.
 *
 *	unix_server server PATH		binds, listens, serves one client, ends
 *	unix_server client PATH TEXT	connects, sends TEXT, prints the answer
 *	unix_server			both, in two processes
 *
 * The server answers each message with its length and the text reversed. A 32-bit build makes
 * socketcall(2) of each of these calls (or, with a newer C library, the direct ones). */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

static int fail(const char *what)
{
	perror(what);
	return 1;
}

static struct sockaddr_un address(const char *path)
{
	struct sockaddr_un a = {.sun_family = AF_UNIX};

	snprintf(a.sun_path, sizeof(a.sun_path), "%s", path);
	return a;
}

/* A socket that listens at path, or -1. */
static int listen_at(const char *path)
{
	struct sockaddr_un a = address(path);
	int s = socket(AF_UNIX, SOCK_STREAM, 0);

	if (s < 0 || bind(s, (struct sockaddr *)&a, sizeof(a)) || listen(s, 1))
		return -1;
	return s;
}

static int serve(int s)
{
	char in[256], out[600];
	ssize_t n;
	int c = accept(s, NULL, NULL);

	if (c < 0)
		return fail("accept");
	while ((n = read(c, in, sizeof(in))) > 0) {
		int at = snprintf(out, sizeof(out), "%zd bytes: ", n);

		for (ssize_t i = 0; i < n; i++)
			out[at + i] = in[n - 1 - i];
		if (write(c, out, (size_t)(at + n)) != at + n)
			return fail("write");
	}
	close(c);
	close(s);
	return n < 0 ? fail("read") : 0;
}

static int server(const char *path)
{
	int s = listen_at(path), ret;

	if (s < 0)
		return fail(path);
	printf("listening\n");
	fflush(stdout);
	ret = serve(s);
	unlink(path);
	printf("served one client\n");
	return ret;
}

static int client(const char *path, const char *text)
{
	struct sockaddr_un a = address(path);
	char answer[600];
	ssize_t n;
	int s = -1;

	/* The server may not be there yet: ask again for up to ten seconds. */
	for (int i = 0; i < 500; i++) {
		s = socket(AF_UNIX, SOCK_STREAM, 0);
		if (s < 0)
			return fail("socket");
		if (!connect(s, (struct sockaddr *)&a, sizeof(a)))
			break;
		close(s);
		s = -1;
		if (errno != ENOENT && errno != ECONNREFUSED)
			break;
		usleep(20000);
	}
	if (s < 0)
		return fail("connect");
	if (write(s, text, strlen(text)) < 0)
		return fail("write");
	n = read(s, answer, sizeof(answer));
	if (n < 0)
		return fail("read");
	printf("answer: %.*s\n", (int)n, answer);
	close(s);
	close(s);
	return 0;
}

static int both(void)
{
	const char *path = "unix_server.sock";
	int s, status = 0;
	pid_t pid;

	unlink(path);
	s = listen_at(path);
	if (s < 0)
		return fail(path);
	fflush(stdout);
	pid = fork();
	if (pid == 0)
		return serve(s);
	close(s);
	if (client(path, "redrum") || waitpid(pid, &status, 0) != pid)
		return 1;
	unlink(path);
	printf("server ended with %d\n", WEXITSTATUS(status));
	return 0;
}

int main(int argc, char **argv)
{
	if (argc == 1)
		return both();
	if (argc == 3 && !strcmp(argv[1], "server"))
		return server(argv[2]);
	if (argc == 4 && !strcmp(argv[1], "client"))
		return client(argv[2], argv[3]);
	fprintf(stderr, "usage: unix_server [server PATH | client PATH TEXT]\n");
	return 2;
}
