/* SPDX-License-Identifier: GPL-2.0-or-later */
/* guest: only: 64 */
/* The legacy vsyscall page: its calls, calls with bad pointers, jumps beside its entries, reads and
 * writes, and its line in /proc/self/maps. */
#include "guest.h"
#include <setjmp.h>
#include <sys/time.h>
#include <time.h>
#include <ucontext.h>

#define PAGE 0xffffffffff600000UL

typedef long call(void *, void *);
static sigjmp_buf back;

static void handler(int sig, siginfo_t *si, void *p)
{
	ucontext_t *uc = p;

	printf("  signal %d code %d addr %#lx err %#llx trapno %lld at %#llx\n", sig, si->si_code,
	       (unsigned long)si->si_addr, uc->uc_mcontext.gregs[REG_ERR],
	       uc->uc_mcontext.gregs[REG_TRAPNO],
	       (unsigned long long)uc->uc_mcontext.gregs[REG_RIP] >= PAGE
		       ? uc->uc_mcontext.gregs[REG_RIP]
		       : 0);
	siglongjmp(back, 1);
}

static void try_call(const char *what, unsigned long at, void *a, void *b)
{
	printf("%s\n", what);
	if (!sigsetjmp(back, 1))
		printf("  returned %ld\n", ((call *)at)(a, b));
}

int main(void)
{
	struct sigaction sa = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO | SA_NODEFER};
	struct timeval tv = {0}, tv2;
	struct timezone tz = {5, 5};
	unsigned cpu = ~0u, node = ~0u;
	time_t t = 0;
	char line[512];
	FILE *maps = fopen("/proc/self/maps", "r");
	volatile char *page = (char *)PAGE;

	while (fgets(line, sizeof(line), maps))
		if (strstr(line, "vsyscall"))
			fputs(line, stdout);
	fclose(maps);
	sigaction(SIGSEGV, &sa, NULL);
	sigaction(SIGILL, &sa, NULL);

	try_call("gettimeofday", PAGE, &tv, &tz);
	gettimeofday(&tv2, NULL);
	EXPECT(tv2.tv_sec - tv.tv_sec <= 10);
	printf("zone %d %d\n", tz.tz_minuteswest, tz.tz_dsttime);
	try_call("gettimeofday without pointers", PAGE, NULL, NULL);
	if (!sigsetjmp(back, 1)) {
		time_t r = ((call *)(PAGE + 0x400))(&t, NULL);

		EXPECT(r == t);
		EXPECT(tv2.tv_sec - t <= 10);
	}
	try_call("getcpu", PAGE + 0x800, &cpu, &node);
	EXPECT(cpu < 4096 && node < 4096);
	try_call("gettimeofday to bad memory", PAGE, (void *)8, NULL);
	try_call("time to bad memory", PAGE + 0x400, (void *)8, NULL);
	try_call("time to the kernel's memory", PAGE + 0x400, (void *)0xffff888000000000UL, NULL);
	try_call("getcpu to the vsyscall page", PAGE + 0x800, (void *)PAGE, NULL);
	try_call("the fourth entry", PAGE + 0xc00, NULL, NULL);
	try_call("beside an entry", PAGE + 1, NULL, NULL);
	try_call("at its end", PAGE + 0xfff, NULL, NULL);
	try_call("the page behind", PAGE + 0x1000, NULL, NULL);
	puts("read");
	if (!sigsetjmp(back, 1))
		printf("  %d\n", *page);
	puts("write");
	if (!sigsetjmp(back, 1))
		*page = 1;
	printf("as argument of write: %s\n", result(write(1, (void *)PAGE, 1)));
	return 0;
}
