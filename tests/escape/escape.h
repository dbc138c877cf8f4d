/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the programs that reach out of a sandbox have in common. */
#ifndef TRAPGATE_TESTS_ESCAPE_H
#define TRAPGATE_TESTS_ESCAPE_H

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int escapes;
static char dir[512], secret[600];
static pid_t pid;

static void escaped(const char *way)
{
	printf("escaped: %s\n", way);
	fflush(stdout);
	escapes++;
}

/* Whether a descriptor shows the secret; it is closed. */
static int shows(int fd)
{
	char buf[64];
	ssize_t n;

	if (fd < 0)
		return 0;
	n = read(fd, buf, sizeof(buf));
	close(fd);
	return n >= 6 && !memcmp(buf, "secret", 6);
}

#endif
