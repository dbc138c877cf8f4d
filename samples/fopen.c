/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From fopen(3) down to openat(2): the same file opened at each level of the ladder. Under
 * `trapgate trace -e trace=openat,read,write,close` all look alike, because they are. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static const char name[] = "fopen.txt";

static void show(const char *how, const char *text)
{
	printf("%-8s %s", how, text);
}

int main(void)
{
	char line[64] = "";
	ssize_t n;
	FILE *f;
	int fd;

	f = fopen(name, "w");
	if (!f || fputs("one line of text\n", f) < 0 || fclose(f)) {
		perror(name);
		return 1;
	}

	f = fopen(name, "r"); /* the C library: a buffer around a descriptor */
	if (!f || !fgets(line, sizeof(line), f))
		return 1;
	fclose(f);
	show("fopen", line);

	fd = open(name, O_RDONLY); /* a thin wrapper, which today makes openat */
	n = read(fd, line, sizeof(line) - 1);
	line[n < 0 ? 0 : n] = 0;
	close(fd);
	show("open", line);

	fd = (int)syscall(SYS_openat, AT_FDCWD, name, O_RDONLY); /* by number */
	n = syscall(SYS_read, fd, line, sizeof(line) - 1);
	line[n < 0 ? 0 : n] = 0;
	syscall(SYS_close, fd);
	show("syscall", line);

	return unlink(name);
}
