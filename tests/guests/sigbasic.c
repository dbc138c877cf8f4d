/* SPDX-License-Identifier: GPL-2.0-or-later */
/* musl */
/* Handlers: masks, nesting, flags, queueing order, the alternate stack, and leaving by siglongjmp.
 */
#include "guest.h"
#include <setjmp.h>
#include <ucontext.h>

static volatile sig_atomic_t count, depth, order[64], nr_order;
static sigjmp_buf jb;
static char *alt;

static void note(int sig)
{
	order[nr_order++] = sig;
	count++;
}

static void show_order(const char *what)
{
	printf("%s:", what);
	for (int i = 0; i < nr_order; i++)
		printf(" %d", order[i]);
	printf("\n");
	nr_order = 0;
}

static void install(int sig, void (*fn)(int), int flags)
{
	struct sigaction sa = {.sa_handler = fn, .sa_flags = flags};

	sigaction(sig, &sa, NULL);
}

static void nested(int sig)
{
	sigset_t now;

	sigprocmask(SIG_BLOCK, NULL, &now);
	order[nr_order++] = sig;
	depth++;
	if (++count < 4)
		raise(sig); /* blocked unless SA_NODEFER */
	if (sig == SIGUSR1 && depth == 1)
		raise(SIGUSR2);
	order[nr_order++] = -sig;
	printf("depth %d, blocked inside: %d\n", depth, sigismember(&now, sig));
	depth--;
}

static void info(int sig, siginfo_t *si, void *p)
{
	ucontext_t *uc = p;

	printf("signal %d code %d value %d pid %s uid %d, USR1 blocked before: %d\n", sig,
	       si->si_code, si->si_value.sival_int, si->si_pid == getpid() ? "mine" : "other",
	       (int)si->si_uid, sigismember(&uc->uc_sigmask, SIGUSR1));
}

static void on_alt(int sig)
{
	char here;
	stack_t ss;

	sigaltstack(NULL, &ss);
	printf("signal %d on the alternate stack: %d, flags %d\n", sig,
	       &here >= alt && &here < alt + 65536, ss.ss_flags);
	errno = 0;
	SHOW(sigaltstack(&ss, NULL));
}

static void jump(int sig)
{
	siglongjmp(jb, sig);
}

static volatile int endless = 1;
static char *volatile nowhere;

static int overflow(int n)
{
	volatile char big[4096];

	big[n & 4095] = 1;
	return (endless ? overflow(n + 1) : 0) + big[n & 4095];
}

static void masks(void)
{
	sigset_t set, old, pend;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigaddset(&set, SIGUSR2);
	sigaddset(&set, SIGKILL);
	sigprocmask(SIG_BLOCK, &set, &old);
	raise(SIGUSR2);
	raise(SIGUSR1);
	raise(SIGUSR1);
	sigpending(&pend);
	printf("pending: %d %d %d\n", sigismember(&pend, SIGUSR1), sigismember(&pend, SIGUSR2),
	       sigismember(&pend, SIGINT));
	sigprocmask(SIG_SETMASK, NULL, &set);
	printf("blocked: USR1 %d KILL %d\n", sigismember(&set, SIGUSR1),
	       sigismember(&set, SIGKILL));
	show_order("while blocked");
	sigprocmask(SIG_SETMASK, &old, NULL);
	show_order("unblocked");
}

static void realtime(void)
{
	sigset_t set, old;

	sigemptyset(&set);
	for (int i = 0; i < 4; i++) {
		struct sigaction sa = {.sa_sigaction = info, .sa_flags = SA_SIGINFO};
		sigfillset(&sa.sa_mask);
		sigaction(SIGRTMIN + i, &sa, NULL);
		sigaddset(&set, SIGRTMIN + i);
	}
	sigprocmask(SIG_BLOCK, &set, &old);
	for (int i = 0; i < 6; i++)
		sigqueue(getpid(), SIGRTMIN + (5 - i) % 3, (union sigval){.sival_int = i});
	kill(getpid(), SIGRTMIN + 3);
	sigprocmask(SIG_SETMASK, &old, NULL);
}

static void waits(void)
{
	struct timespec ts = {0, 1000000};
	sigset_t set, old;
	siginfo_t si;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigaddset(&set, SIGUSR2);
	sigprocmask(SIG_BLOCK, &set, &old);
	SHOW(sigtimedwait(&set, &si, &ts));
	raise(SIGUSR2);
	SHOW(sigtimedwait(&set, &si, &ts));
	printf("code %d\n", si.si_code);
	sigqueue(getpid(), SIGUSR1, (union sigval){.sival_int = 42});
	SHOW(sigwaitinfo(&set, &si));
	printf("code %d value %d\n", si.si_code, si.si_value.sival_int);
	raise(SIGUSR1);
	SHOW(sigsuspend(&old));
	sigprocmask(SIG_SETMASK, NULL, &set);
	printf("after sigsuspend USR1 is blocked: %d\n", sigismember(&set, SIGUSR1));
	show_order("suspended");
	sigprocmask(SIG_SETMASK, &old, NULL);
}

int main(void)
{
	struct sigaction sa = {.sa_sigaction = info, .sa_flags = SA_SIGINFO}, was;
	stack_t ss = {0};
	int got;

	setvbuf(stdout, NULL, _IONBF, 0);
	install(SIGUSR1, note, 0);
	install(SIGUSR2, note, 0);
	raise(SIGUSR1);
	printf("count %d\n", count);
	nr_order = 0;
	masks();

	install(SIGUSR1, nested, 0);
	install(SIGUSR2, nested, 0);
	count = 0;
	raise(SIGUSR1);
	show_order("nested");
	install(SIGUSR1, nested, SA_NODEFER);
	depth = 1;
	count = 0;
	raise(SIGUSR1);
	show_order("SA_NODEFER");

	install(SIGUSR1, note, SA_RESETHAND);
	raise(SIGUSR1);
	sigaction(SIGUSR1, NULL, &was);
	EXPECT(was.sa_handler == SIG_DFL);
	nr_order = 0;

	sigaction(SIGUSR1, &sa, NULL);
	raise(SIGUSR1);
	kill(getpid(), SIGUSR1);
	sigqueue(getpid(), SIGUSR1, (union sigval){.sival_int = 9});
	sigaction(SIGUSR1, NULL, &was);
	printf("flags %#x handler mine %d\n", was.sa_flags & ~0x4000000, was.sa_sigaction == info);
	realtime();
	install(SIGUSR1, note, 0);
	install(SIGUSR2, note, 0);
	waits();

	alt = malloc(65536);
	ss.ss_sp = alt;
	ss.ss_size = 65536;
	SHOW(sigaltstack(&ss, NULL));
	install(SIGUSR1, on_alt, SA_ONSTACK);
	raise(SIGUSR1);
	sigaltstack(NULL, &ss);
	printf("outside: flags %d size %d\n", ss.ss_flags, (int)ss.ss_size);
	ss.ss_size = 100;
	SHOW(sigaltstack(&ss, NULL));

	install(SIGSEGV, jump, SA_ONSTACK);
	got = sigsetjmp(jb, 1);
	if (!got)
		overflow(0);
	printf("stack overflow caught: signal %d\n", got);
	got = sigsetjmp(jb, 1);
	if (!got)
		*(volatile int *)(nowhere + 8) = 1;
	printf("caught again: signal %d\n", got);
	ss.ss_flags = SS_DISABLE;
	SHOW(sigaltstack(&ss, NULL));

	install(SIGUSR1, jump, 0);
	for (volatile int i = 0; i < 3; i++)
		if (!sigsetjmp(jb, 1))
			raise(SIGUSR1);
		else
			printf("out %d\n", i);
	signal(SIGUSR1, SIG_IGN);
	SHOW(raise(SIGUSR1));
	return 0;
}
