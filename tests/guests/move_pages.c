/* SPDX-License-Identifier: GPL-2.0-or-later */
/* move_pages(2): where pages are, moves that stay on the node, another process's pages. */
#include "guest.h"

#define N 150 /* several of the kernel's chunks */

static void *pages[N];
static int nodes[N], status[N];

static void show(int pid, unsigned long n, int *to, int flags)
{
	long ret;

	for (int i = 0; i < N; i++)
		status[i] = 77;
	errno = 0;
	ret = syscall(SYS_move_pages, pid, n, pages, to, status, flags);
	printf("%lu pages, flags %d: %s:", n, flags, result(ret));
	for (int i = 0; i < N; i++)
		printf(" %d", status[i]);
	printf("\n");
}

static void other_process(void)
{
	int go[2];
	pid_t pid;
	char c;

	if (pipe(go))
		return;
	pid = fork();
	if (pid == 0) {
		close(go[1]);
		_exit((int)read(go[0], &c, 1));
	}
	close(go[0]);
	show(pid, N, NULL, 0);
	show(pid, N, NULL, 2);
	close(go[1]);
	waitpid(pid, NULL, 0);
	SHOW(syscall(SYS_move_pages, pid, N, pages, NULL, status, 0));
}

int main(void)
{
	char *p = mmap(NULL, 4096 * N, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char *list = edge() + 4096 - 20 * sizeof(void *);

	for (int i = 0; i < N; i++) {
		pages[i] = i % 7 == 5 ? (void *)0x1000 : i % 5 == 3 ? NULL : p + i * 4096;
		if (i % 3 == 0)
			p[i * 4096] = 1;
	}
	show(0, N, NULL, 0);
	show(0, N, nodes, 0);
	show(0, 7, nodes, 2);
	nodes[30] = 3;
	show(0, N, nodes, 2);
	show(0, 5, NULL, 0x100);
	show(0, 0, NULL, 1);
	for (int i = 0; i < 20; i++)
		memcpy(list + (unsigned)i * sizeof(void *), &pages[i], sizeof(void *));
	SHOW(syscall(SYS_move_pages, 0, 20, list, NULL, status, 0));
	SHOW(syscall(SYS_move_pages, 0, 30, list, NULL, status, 0));
	printf("%d %d %d\n", status[0], status[15], status[16]);
	SHOW(syscall(SYS_move_pages, 0, 30, list, nodes, status, 2));
	other_process();
	return 0;
}
