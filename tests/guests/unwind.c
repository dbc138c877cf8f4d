/* SPDX-License-Identifier: GPL-2.0-or-later */
/* libgcc's unwinder from signal handlers, through the frame and the trampoline that the handler
 * returns to (the vDSO's in 32-bit programs), into the interrupted functions; out of
 * __kernel_vsyscall when the signal came in a system call; and siglongjmp out of a handler. */
#include "guest.h"
#include <setjmp.h>
#include <unwind.h>

static sigjmp_buf back;
static volatile int depth, found;
static volatile int *volatile nowhere = (int *)8;
static uintptr_t outer_start, main_start;

int main(void);
static void outer(int how);

static _Unwind_Reason_Code step(struct _Unwind_Context *c, void *arg)
{
	uintptr_t fn = (uintptr_t)_Unwind_FindEnclosingFunction((void *)(_Unwind_GetIP(c) - 1));

	(void)arg;
	depth++;
	if (fn && fn == outer_start)
		found |= 1;
	if (fn && fn == main_start)
		found |= 2;
	return depth < 100 ? _URC_NO_REASON : _URC_END_OF_STACK;
}

static void trace(void)
{
	depth = found = 0;
	_Unwind_Backtrace(step, NULL);
	printf("unwound: outer %s main %s\n", found & 1 ? "yes" : "no", found & 2 ? "yes" : "no");
}

static void old_handler(int sig)
{
	printf("signal %d\n", sig);
	trace();
}

static void rt_handler(int sig, siginfo_t *si, void *uc)
{
	(void)si, (void)uc;
	printf("signal %d with siginfo\n", sig);
	trace();
	if (sig == SIGSEGV)
		siglongjmp(back, 1);
}

/* Without a restorer where the kernel offers one. */
static void set(int sig, void *handler, int flags)
{
#ifdef __i386__
	struct {
		unsigned long handler, flags, restorer, mask[2];
	} k = {(unsigned long)handler, (unsigned long)flags, 0, {0, 0}};

	syscall(SYS_rt_sigaction, sig, &k, NULL, 8);
#else
	struct sigaction sa = {.sa_flags = flags};

	sa.sa_sigaction = (void (*)(int, siginfo_t *, void *))handler;
	sigaction(sig, &sa, NULL);
#endif
}

__attribute__((noinline)) static void outer(int how)
{
	if (how == 0)
		raise(SIGUSR1);
	else if (how == 1)
		raise(SIGUSR2);
	else
		*nowhere = 1;
	__asm__ volatile("" ::: "memory");
}

int main(void)
{
	void (*volatile f)(int) = outer;

	outer_start = (uintptr_t)outer;
	main_start = (uintptr_t)main;
	set(SIGUSR1, old_handler, 0);
	set(SIGUSR2, rt_handler, SA_SIGINFO);
	set(SIGSEGV, rt_handler, SA_SIGINFO | SA_NODEFER);
	f(0);
	f(1);
	if (!sigsetjmp(back, 1))
		f(2);
	puts("back");
	return 0;
}
