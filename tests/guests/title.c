/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What /proc/self/cmdline and a parent's look show of arguments that a program writes over, as
 * setproctitle(3) does: into its environment, shorter, longer than a page. */
#include "guest.h"
#include <sys/prctl.h>

static void show(const char *what, const char *path)
{
	static char text[16384];
	int fd = open(path, O_RDONLY);
	long n = read(fd, text, sizeof(text));

	printf("%s: %ld bytes, ", what, n);
	for (long i = 0; i < n && i < 80; i++)
		putchar(text[i] ? text[i] : '|');
	n = pread(fd, text, 5, 3);
	printf("; from 3: %ld %.*s\n", n, (int)n, text);
	close(fd);
}

static void show_self(const char *what)
{
	show(what, "/proc/self/cmdline");
}

static char *end_of(char *s)
{
	return s + strlen(s);
}

/* A child, for its parent to look at. */
static void of_a_child(char *first, char *end)
{
	int told[2], go[2];
	char path[64], c;
	pid_t pid;

	pipe(told);
	pipe(go);
	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		close(go[1]);
		memset(first, 0, (size_t)(end - first));
		*end = '.';
		strcpy(first, "child: working");
		write(told[1], "", 1);
		read(go[0], &c, 1);
		_exit(0);
	}
	read(told[0], &c, 1);
	snprintf(path, sizeof(path), "/proc/%d/cmdline", pid);
	show("a child", path);
	close(go[1]);
	waitpid(pid, NULL, 0);
}

int main(int argc, char **argv)
{
	static char big[3 * 4096];
	char *const args[] = {"title", "one", "two", "three", NULL};
	char *env[] = {"FIRST=aaaaaaaaaaaa", "SECOND=bbbbbbbbbbb", big, NULL};
	char *end, *last;

	memset(big, 'b', sizeof(big) - 1);
	if (argc < 4) {
		execve("/proc/self/exe", args, env);
		return 1;
	}
	end = end_of(argv[argc - 1]);
	last = end_of(environ[2]);
	show_self("at first");
	of_a_child(argv[0], end);
	memset(argv[0], 'x', (size_t)(end - argv[0]));
	show_self("written over, with the last NUL");
	*end = 'y';
	show_self("without it");
	memset(argv[0], 'z', 40);
	show_self("into the environment");
	strcpy(argv[0], "short");
	show_self("shorter");
	*end = 0;
	show_self("with the NUL again");
	memset(argv[0], 'w', (size_t)(last - argv[0]) + 1);
	show_self("longer than a page");
	argv[0][0] = 0;
	show_self("nothing");
	argv[0][0] = 'w';
	prctl(PR_SET_MM, PR_SET_MM_ENV_START, environ[1], 0, 0);
	show_self("with the environment elsewhere");
	return 0;
}
