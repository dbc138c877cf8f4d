/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Ways to die: the argument picks one. */
#include "guest.h"

static volatile int zero, endless = 1;
static char *volatile nowhere;

static int deeper(int n)
{
	volatile char frame[1024];

	frame[n & 1023] = (char)n;
	return (endless ? deeper(n + 1) : 0) + frame[n & 1023];
}

int main(int argc, char **argv)
{
	const char *how = argc > 1 ? argv[1] : "exit";

	printf("about to die: %s\n", how);
	fflush(stdout);
	if (!strcmp(how, "exit"))
		exit(300 + 7);
	if (!strcmp(how, "quit_group"))
		syscall(SYS_exit_group, -1);
	if (!strcmp(how, "raise"))
		raise(SIGUSR1);
	if (!strcmp(how, "kill"))
		kill(getpid(), SIGKILL);
	if (!strcmp(how, "abort"))
		abort();
	if (!strcmp(how, "null"))
		*nowhere = 1;
	if (!strcmp(how, "jump0"))
		((void (*)(void))(uintptr_t)nowhere)();
	if (!strcmp(how, "wild_jump"))
		((void (*)(void))(uintptr_t)(nowhere + 0x12345678))();
	if (!strcmp(how, "noexec"))
		((void (*)(void))(uintptr_t)&zero)();
	if (!strcmp(how, "hlt"))
		__asm__ volatile("hlt");
	if (!strcmp(how, "ud2"))
		__asm__ volatile("ud2");
	if (!strcmp(how, "int3"))
		__asm__ volatile("int3");
	if (!strcmp(how, "divide"))
		printf("%d\n", argc / zero);
	if (!strcmp(how, "overflow"))
		printf("%d\n", deeper(0));
	if (!strcmp(how, "write_text"))
		*(volatile char *)(uintptr_t)main = 1;
	printf("survived\n");
	return 1;
}
