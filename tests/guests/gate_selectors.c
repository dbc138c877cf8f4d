/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What becomes of CS and SS, when they hold selectors of the LDT, at each gate: SYSCALL and
 * SYSENTER come back to the flat segments, INT 0x80 to what there was. What modify_ldt() does to
 * selectors that are in use: in the thread itself, and in another thread that executes no system
 * call. */
#define _GNU_SOURCE
#include <asm/ldt.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#define DATA_SEL 0x07 /* entry 0 */
#define CODE_SEL 0x0f /* entry 1 */

static int set(unsigned n, int contents, unsigned base, unsigned limit, int present)
{
	struct user_desc d = {.entry_number = n,
			      .base_addr = base,
			      .limit = limit,
			      .seg_32bit = 1,
			      .contents = (unsigned)contents & 3,
			      .limit_in_pages = 1,
			      .seg_not_present = !present,
			      .useable = 1};

	return (int)syscall(SYS_modify_ldt, 0x11, &d, sizeof(d));
}

/* One call with DATA_SEL in SS; what SS is behind it. */
#define SS_AROUND(gate, nr)                                                                        \
	({                                                                                         \
		unsigned sel_, flat_ = 0x2b;                                                       \
		int ax_;                                                                           \
		__asm__ volatile("mov %3, %%ss; mov %4, %%eax; " gate                              \
				 "; mov %%ss, %0; mov %2, %%ss"                                    \
				 : "=&r"(sel_), "=&a"(ax_)                                         \
				 : "r"(flat_), "r"(DATA_SEL), "i"(nr), "D"(vdso)                   \
				 : "rcx", "r11", "memory");                                        \
		printf("%-28s ss %#x%s\n", gate ", " #nr, sel_ & 0xffff, ax_ < 0 ? " error" : ""); \
	})

#ifdef __x86_64__
static void gates(void)
{
	unsigned vdso = 0;

	SS_AROUND("syscall", SYS_getppid);
	SS_AROUND("syscall", SYS_sched_yield);
	SS_AROUND("syscall", -1);
	SS_AROUND("syscall", 1000);
	SS_AROUND("int $0x80", 64);  /* getppid */
	SS_AROUND("int $0x80", 158); /* sched_yield */
}
#else
#undef SS_AROUND
#define AROUND(load, store, restore, gate, nr)                                                     \
	({                                                                                         \
		unsigned sel_, flat_ = 0x2b;                                                       \
		int ax_;                                                                           \
		__asm__ volatile(load "; mov %4, %%eax; " gate "; " store "; " restore             \
				 : "=&r"(sel_), "=&a"(ax_)                                         \
				 : "r"(flat_), "r"(DATA_SEL), "i"(nr), "D"(vdso)                   \
				 : "memory");                                                      \
		sel_;                                                                              \
	})
#define SS_AROUND(gate, nr)                                                                        \
	printf("%-28s ss %#x\n", gate ", " #nr,                                                    \
	       AROUND("mov %3, %%ss", "mov %%ss, %0", "mov %2, %%ss", gate, nr) & 0xffff)
#define CS_AROUND(gate, nr)                                                                        \
	printf("%-28s cs %#x\n", gate ", " #nr,                                                    \
	       AROUND("ljmp $0xf, $1f; 1:", "mov %%cs, %0", "ljmp $0x23, $2f; 2:", gate, nr) &     \
		       0xffff)

static void gates(void)
{
	unsigned long vdso = getauxval(AT_SYSINFO);

	SS_AROUND("call *%5", 64);
	SS_AROUND("call *%5", 158);
	SS_AROUND("call *%5", -1);
	SS_AROUND("int $0x80", 64);
	SS_AROUND("int $0x80", 158);
	CS_AROUND("call *%5", 64);
	CS_AROUND("call *%5", 158);
	CS_AROUND("call *%5", 1000);
	CS_AROUND("int $0x80", 64);
	CS_AROUND("int $0x80", 158);
}
#endif

static sigjmp_buf back;

static void on_fault(int sig)
{
	__asm__ volatile("mov %0, %%ss" : : "r"(0x2b));
	siglongjmp(back, sig);
}

#ifdef __x86_64__
#define LOW   MAP_32BIT
#define SPARE "gs" /* the other one is the C library's */
#else
#define LOW   0
#define SPARE "fs"
#endif

/* FS and GS keep the descriptor that they were loaded from, DS and ES take the new one. */
static void refresh(void)
{
	unsigned at[2];

	for (int i = 0; i < 2; i++) {
		char *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
			       MAP_PRIVATE | MAP_ANONYMOUS | LOW, -1, 0);

		*p = (char)('a' + i);
		at[i] = (unsigned)(unsigned long)p;
	}
	set(2, 0, at[0], 0xfffff, 1);
	for (int with_es = 0; with_es < 2; with_es++) {
		unsigned before, after, es;

		set(2, 0, at[0], 0xfffff, 1);
		__asm__ volatile("mov %0, %%" SPARE : : "r"(0x17));
		if (with_es)
			__asm__ volatile("mov %0, %%es" : : "r"(0x17));
		__asm__ volatile("movzbl %%" SPARE ":0, %0" : "=r"(before));
		{
			struct user_desc d = {.entry_number = 2,
					      .base_addr = at[1],
					      .limit = 0xfffff,
					      .seg_32bit = 1,
					      .limit_in_pages = 1};
			long ret;
#ifdef __x86_64__
			__asm__ volatile("syscall"
					 : "=a"(ret)
					 : "a"(SYS_modify_ldt), "D"(0x11), "S"(&d), "d"(sizeof(d))
					 : "rcx", "r11", "memory");
#else
			__asm__ volatile("int $0x80"
					 : "=a"(ret)
					 : "a"(SYS_modify_ldt), "b"(0x11), "c"(&d), "d"(sizeof(d))
					 : "memory");
#endif
			(void)ret;
		}
		__asm__ volatile("movzbl %%" SPARE ":0, %0; mov %%es, %1; mov %2, %%es"
				 : "=&r"(after), "=&r"(es)
				 : "r"(0x2b));
		__asm__ volatile("mov %0, %%" SPARE : : "r"(0));
		printf(SPARE " read %c and then %c, es %#x\n", before, after, es & 0xffff);
	}
}

static volatile int turn;

static void *other_thread(void *arg)
{
	(void)arg;
	for (int i = 0; i < 3; i++) {
		while (turn != 1)
			;
		set(0, 0, 0, 0xfffff, i == 2);
		turn = 0;
	}
	return NULL;
}

/* SS and CS are loaded again when another thread has changed the LDT. */
static void threads(void)
{
	struct sigaction sa = {.sa_handler = on_fault, .sa_flags = SA_ONSTACK | SA_NODEFER};
	pthread_t t;
	int sig;

	sigaction(SIGSEGV, &sa, NULL);
	sigaction(SIGBUS, &sa, NULL);
	pthread_create(&t, NULL, other_thread, NULL);
	for (volatile int i = 0; i < 3; i++) {
		set(0, 0, 0, 0xfffff, 1);
		sig = sigsetjmp(back, 1);
		if (!sig) {
			__asm__ volatile("mov %0, %%ss" : : "r"(DATA_SEL));
			turn = 1;
			while (turn)
				;
			__asm__ volatile("mov %0, %%ss" : : "r"(0x2b));
		}
		while (turn)
			;
		printf("%d: %s\n", i, sig ? "faulted" : "went on");
	}
	pthread_join(t, NULL);
}

int main(void)
{
	setbuf(stdout, NULL);
	if (set(0, 0, 0, 0xfffff, 1) || set(1, 2, 0, 0xfffff, 1))
		printf("no LDT\n");
	gates();
	refresh();
	threads();
	return 0;
}
