/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The same getpid through every gate that the mode has. Run it under `trapgate trace --gate` to
 * see the doors: a 64-bit program has SYSCALL with the 64-bit table and, on kernels that still run
 * 32-bit programs, INT 0x80 with the 32-bit table; a 32-bit program has INT 0x80 and, through the
 * vDSO, SYSENTER. */
#include <stdio.h>
#include <sys/auxv.h>
#include <unistd.h>

#define NR32_getpid 20 /* in the 32-bit table */
#define NR64_getpid 39 /* in the 64-bit table */

static long by_int80(void)
{
	long ret;

	__asm__ volatile("int $0x80" : "=a"(ret) : "0"(NR32_getpid) : "memory");
	return ret;
}

#ifdef __x86_64__
static long by_syscall(void)
{
	long ret;

	/* The instruction writes the return address to rcx and the flags to r11. */
	__asm__ volatile("syscall" : "=a"(ret) : "0"(NR64_getpid) : "rcx", "r11", "memory");
	return ret;
}
#else
static long by_sysenter(void)
{
	unsigned long vsyscall = getauxval(AT_SYSINFO);
	long ret;

	if (!vsyscall)
		return -1;
	__asm__ volatile("call *%2" : "=a"(ret) : "0"(NR32_getpid), "S"(vsyscall) : "memory");
	return ret;
}
#endif

int main(void)
{
	long pid = getpid();

#ifdef __x86_64__
	printf("SYSCALL:  %s\n", by_syscall() == pid ? "my pid" : "something else");
#else
	printf("SYSENTER: %s\n", by_sysenter() == pid ? "my pid" : "something else");
#endif
	printf("INT 0x80: %s\n", by_int80() == pid ? "my pid" : "something else");
	return 0;
}
