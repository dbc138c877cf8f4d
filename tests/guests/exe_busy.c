/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A program that runs cannot be written: this one, and a copy of it that a child runs. */
#include "guest.h"

static void copy_self(const char *to)
{
	static char buf[1 << 16];
	int in = open("/proc/self/exe", O_RDONLY), out = open(to, O_WRONLY | O_CREAT, 0755);
	ssize_t n;

	while ((n = read(in, buf, sizeof(buf))) > 0)
		if (write(out, buf, (size_t)n) != n)
			break;
	close(in);
	close(out);
}

static void try(const char *path)
{
	SHOW_OK(open(path, O_WRONLY));
	SHOW_OK(open(path, O_RDWR));
	SHOW_OK(open(path, O_RDONLY | O_TRUNC));
	SHOW_OK(open(path, O_WRONLY | O_CREAT | O_EXCL, 0700));
	SHOW_OK(open(path, O_RDWR | O_DIRECTORY));
	SHOW_OK(creat(path, 0700));
	SHOW(truncate(path, 0));
	SHOW(truncate(path, -1));
	SHOW_OK(open(path, O_RDONLY));
}

int main(int argc, char **argv)
{
	int to[2], from[2];
	char c = 0;

	if (argc > 1) {
		c = write(1, "x", 1) != 1;
		return c || read(0, &c, 1) != 1;
	}
	try("/proc/self/exe");
	copy_self("copy");
	SHOW(symlink("copy", "link"));
	if (pipe(to) || pipe(from))
		return 1;
	if (fork() == 0) {
		dup2(to[0], 0);
		dup2(from[1], 1);
		execl("./copy", argv[0], "child", NULL);
		_exit(1);
	}
	SHOW(read(from[0], &c, 1));
	try("copy");
	try("link");
	SHOW_OK(open("link", O_WRONLY | O_NOFOLLOW));
	SHOW(write(to[1], "x", 1));
	wait(NULL);
	SHOW_OK(open("copy", O_WRONLY));
	SHOW(truncate("copy", 5));
	return 0;
}
