/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A test that fails: the report shows what it said, and its last system calls. */
#include <fcntl.h>
#include <stdio.h>

int main(void)
{
	if (open("no-such-file", O_RDONLY) < 0) {
		perror("no-such-file");
		return 1;
	}
	return 0;
}
