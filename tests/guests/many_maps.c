/* SPDX-License-Identifier: GPL-2.0-or-later */
/* As many mappings as there can be, and then life goes on. */
#include "guest.h"

#define MOST 65530 /* vm.max_map_count by default; fewer are for what is mapped anyway */

int main(void)
{
	static char *maps[MOST + 1];
	int fd = memfd_create("page", 0);
	size_t n = 0;
	pid_t pid;
	int status;

	if (ftruncate(fd, 4096))
		return 1;
	while (n < MOST + 1) {
		maps[n] = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
		if (maps[n] == MAP_FAILED)
			break;
		n++;
	}
	printf("%s\n", n > MOST ? "no limit" : strerror(errno));
	EXPECT(n > MOST - 400);
	for (size_t i = 0; i < 32; i++)
		munmap(maps[--n], 4096);
	for (int i = 0; i < 200; i++) { /* code that was not executed before */
		char text[64];

		snprintf(text, sizeof(text), "%g %a", i * 1.1, i * 0.7);
		if (i % 50 == 7)
			printf("%s\n", text);
	}
	EXPECT(malloc(100000) != NULL);
	fflush(stdout);
	pid = fork();
	if (!pid)
		_exit(maps[0] != NULL && maps[n - 1][0] == 0 ? 4 : 5);
	waitpid(pid, &status, 0);
	show_status("child", status);
	return 0;
}
