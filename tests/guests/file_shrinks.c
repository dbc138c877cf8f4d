/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A mapped file that another process makes shorter, unseen, while its pages are in use. */
#include "guest.h"
#include <setjmp.h>

enum { PAGE = 4096, PAGES = 64, GONE = 40 };

static sigjmp_buf back;
static char *map;

static void on_sigbus(int sig, siginfo_t *info, void *context)
{
	(void)context;
	printf("signal %d, code %d, at %d\n", sig, info->si_code,
	       (int)((char *)info->si_addr - map));
	siglongjmp(back, 1);
}

static void load(char *p)
{
	(void)*(volatile char *)p;
}

static void store(char *p)
{
	*(volatile char *)p = 1;
}

static void add(char *p)
{
	__asm__ volatile("lock incl %0" : "+m"(*(int *)p));
}

static void fill(char *p)
{
	size_t n = 64;

	__asm__ volatile("rep stosb" : "+D"(p), "+c"(n) : "a"(1) : "memory");
}

static void try(const char *what, void (*access)(char *), char *p)
{
	if (sigsetjmp(back, 1) == 0) {
		access(p);
		printf("%s: no fault\n", what);
	}
}

int main(void)
{
	static const struct {
		const char *name;
		void (*access)(char *);
	} all[] = {{"load", load}, {"store", store}, {"add", add}, {"fill", fill}};
	struct sigaction act = {.sa_sigaction = on_sigbus, .sa_flags = SA_SIGINFO};
	volatile int *step =
		mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	char name[] = "/tmp/guest.shrinks.XXXXXX";
	int fd = mkstemp(name);

	unlink(name);
	sigaction(SIGBUS, &act, NULL);
	for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++) {
		ftruncate(fd, PAGES * PAGE);
		map = mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
		memset(map, 'a', PAGES * PAGE);
		*step = 0;
		fflush(stdout);
		if (fork() == 0) {
			while (*step == 0)
				;
			ftruncate(fd, PAGE);
			*step = 2;
			_exit(0);
		}
		for (*step = 1; *step == 1;) /* no call, so that nothing of the CPU's is renewed */
			;
		try(all[i].name, all[i].access, map + GONE * PAGE + 12);
		try("again", store, map + GONE * PAGE + 20);
		wait(NULL);
		ftruncate(fd, PAGES * PAGE);
		printf("longer again: %d\n", map[GONE * PAGE + 12]);
		try("then", store, map + GONE * PAGE + 12);
		munmap(map, PAGES * PAGE);
	}
	return 0;
}
