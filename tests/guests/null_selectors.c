/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Null selectors with a privilege level: IRET makes 0 of them, on the way back from INT 0x80 and
 * from exceptions; SYSRET leaves them alone (but interrupts may come: that is not asked). */
#include "guest.h"

#ifdef __x86_64__
#define FREE "gs" /* not the C library's */
#else
#define FREE "fs"
#endif

static unsigned in_handler;

static void on_trap(int sig)
{
	(void)sig;
	__asm__ volatile("mov %%" FREE ", %0" : "=r"(in_handler));
}

#define AFTER(reg, insn)                                                                           \
	({                                                                                         \
		unsigned now_, was_;                                                               \
		__asm__ volatile("mov %%" reg ", %1; mov %2, %%" reg "; mov $20, %%eax; " insn     \
				 "; mov %%" reg ", %0; mov %1, %%" reg                             \
				 : "=&r"(now_), "=&r"(was_)                                        \
				 : "r"(null)                                                       \
				 : "eax", "memory");                                               \
		now_;                                                                              \
	})

int main(void)
{
	signal(SIGTRAP, on_trap);
	for (unsigned null = 0; null < 4; null++) {
		printf("%u: int80 %u", null, AFTER(FREE, "int $0x80"));
		printf(", int3 %u", AFTER(FREE, "int3"));
		printf(", in its handler %u", in_handler);
#ifdef __x86_64__
		printf(", ds %u", AFTER("ds", "int $0x80"));
		printf(", es %u", AFTER("es", "int $0x80"));
#endif
		printf("\n");
	}
	return 0;
}
