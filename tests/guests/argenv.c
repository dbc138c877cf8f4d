/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Arguments and environment as they arrive, and that both may be written. */
#include "guest.h"

extern char **environ;

int main(int argc, char **argv)
{
	for (int i = 0; i < argc; i++)
		printf("argv[%d] = <%s>\n", i, argv[i]);
	EXPECT(argv[argc] == NULL);
	for (char **e = environ; *e; e++)
		if (strncmp(*e, "PATH=", 5) && strncmp(*e, "ASAN", 4))
			printf("env <%s>\n", *e);
	for (int i = 0; i + 1 < argc; i++)
		EXPECT(argv[i] + strlen(argv[i]) + 1 == argv[i + 1]);
	argv[0][0] = 'X';
	EXPECT(argv[0][0] == 'X');
	EXPECT(argc < 2 || environ[0] > argv[1]);
	return argc;
}
