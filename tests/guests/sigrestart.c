/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a handler finds in its frame when it interrupted a system call, for each kind of restart and
 * through each gate: the address of the call and its number, or the one behind it and -EINTR; that
 * what the handler changes there counts; and that sigreturn restarts nothing. */
#include "guest.h"
#include <limits.h>
#include <linux/futex.h>
#include <poll.h>
#include <stdbool.h>
#include <sys/auxv.h>
#include <sys/select.h>
#include <sys/time.h>
#include <time.h>
#include <ucontext.h>

#ifdef __x86_64__
#define AX REG_RAX
#define IP REG_RIP
#define SP REG_RSP
#else
#define AX REG_EAX
#define IP REG_EIP
#define SP REG_ESP
#endif

/* The call of the given gate lies between the two labels of that gate. */
enum gate { NATIVE, FAST, GATES };
#ifdef __x86_64__
extern char native_insn[], native_after[];
long call_native(long nr, long a, long b, long c, long d, long e);
__asm__(".text\n"
	"call_native:\n"
	"	mov %rdi, %rax; mov %rsi, %rdi; mov %rdx, %rsi; mov %rcx, %rdx; mov %r8, %r10\n"
	"	mov %r9, %r8\n"
	"native_insn: syscall\n"
	"native_after: ret\n");
#else
extern char native_insn[], native_after[];
long call_native(long nr, long a, long b, long c, long d, long e);
long call_fast(long nr, long a, long b, long c, long d, long e);
unsigned long fast_entry;
__asm__(".text\n"
	".macro args\n"
	"	push %ebx; push %esi; push %edi\n"
	"	mov 16(%esp), %eax; mov 20(%esp), %ebx; mov 24(%esp), %ecx; mov 28(%esp), %edx\n"
	"	mov 32(%esp), %esi; mov 36(%esp), %edi\n"
	".endm\n"
	"call_native:\n"
	"	args\n"
	"native_insn: int $0x80\n"
	"native_after:\n"
	"	pop %edi; pop %esi; pop %ebx; ret\n"
	"call_fast:\n"
	"	args\n"
	"	call *fast_entry\n"
	"	pop %edi; pop %esi; pop %ebx; ret\n");
#endif

static enum gate gate;
static long nr_now;
static volatile int restarts, eintrs, others, ticks, change, changed;
static int fds[2];

/* Where the kernel would go on: before (restart) or after the call. In the vDSO it is behind the
 * INT 0x80 that follows the instruction of the gate, or at it. */
static bool is_before(unsigned long ip)
{
#ifdef __i386__
	if (gate == FAST)
		return ip - fast_entry < 16 && !memcmp((void *)ip, "\xcd\x80\x5d\x5a\x59", 5);
#endif
	return ip == (unsigned long)native_insn;
}

static bool is_after(unsigned long ip)
{
#ifdef __i386__
	if (gate == FAST)
		return ip - fast_entry < 16 && !memcmp((void *)ip, "\x5d\x5a\x59", 3);
#endif
	return ip == (unsigned long)native_after;
}

static void tick(int sig, siginfo_t *si, void *p)
{
	ucontext_t *uc = p;
	unsigned long ip = (unsigned long)uc->uc_mcontext.gregs[IP];
	long ax = (long)uc->uc_mcontext.gregs[AX];

	(void)sig, (void)si;
	ticks++;
	if (changed) /* a busy machine: the next tick before the next instruction */
		return;
	if (is_before(ip) && ax == nr_now)
		restarts++;
	else if (is_after(ip) && ax == -EINTR)
		eintrs++;
	else if ((is_before(ip) || is_after(ip)) && ax < 0)
		others++;
	if (is_after(ip) && ax == -EINTR && change) {
		uc->uc_mcontext.gregs[AX] = change; /* like an ERESTART code, too: it is none now */
		change = 0;
		changed = 1;
	}
	if (restarts >= 2 && write(fds[1], "x", 1) != 1)
		_exit(9);
}

static long do_call(long nr, long a, long b, long c, long d, long e)
{
	nr_now = nr;
#ifdef __i386__
	if (gate == FAST)
		return call_fast(nr, a, b, c, d, e);
#endif
	return call_native(nr, a, b, c, d, e);
}

static void timer(int on)
{
	struct itimerval it = {{0, on ? 4000 : 0}, {0, on ? 4000 : 0}};

	setitimer(ITIMER_REAL, &it, NULL);
}

static void show(const char *what, int flags, long nr, long a, long b, long c, long d, long e)
{
	struct sigaction sa = {.sa_sigaction = tick, .sa_flags = SA_SIGINFO | flags};
	char buf[64];
	long ret;

	sigaction(SIGALRM, &sa, NULL);
	restarts = eintrs = others = changed = 0;
	timer(1);
	do
		ret = do_call(nr, a, b, c, d, e);
	while (ret >= 0 && !restarts && !eintrs && !others && nr != SYS_read);
	timer(0);
	if (nr == SYS_read) /* drain */
		while (poll(&(struct pollfd){fds[0], POLLIN, 0}, 1, 0) == 1 &&
		       read(fds[0], buf, sizeof(buf)) > 0)
			;
	printf("%s%s: returned %ld, restarted %s, EINTR %s, else %d\n", what,
	       flags ? " SA_RESTART" : "", ret,
	       eintrs	  ? "no"
	       : restarts ? "yes"
			  : "no",
	       eintrs ? "yes" : "no", others);
}

static void all(void)
{
	static int word;
	static char byte;
	struct {
		long sec, nsec;
	} old = {100, 0};
	struct pollfd pfd = {fds[0], POLLIN, 0};
	unsigned long mask[2] = {0, 0};
	struct timeval tv = {100, 0};
	fd_set set;
	long out;

	for (int flags = 0; flags <= SA_RESTART; flags += SA_RESTART) {
		show("read", flags, SYS_read, fds[0], (long)&byte, 1, 0, 0);
		show("nanosleep", flags, SYS_nanosleep, (long)&old, 0, 0, 0, 0);
		show("clock_nanosleep", flags, SYS_clock_nanosleep, CLOCK_MONOTONIC, 0, (long)&old,
		     0, 0);
		show("poll", flags, SYS_poll, (long)&pfd, 1, 100000, 0, 0);
		show("pause", flags, SYS_pause, 0, 0, 0, 0, 0);
		show("rt_sigsuspend", flags, SYS_rt_sigsuspend, (long)mask, 8, 0, 0, 0);
		show("futex with timeout", flags, SYS_futex, (long)&word, FUTEX_WAIT, 0, (long)&old,
		     0);
		FD_ZERO(&set);
		FD_SET(fds[0], &set);
#ifdef __x86_64__
		show("select", flags, SYS_select, fds[0] + 1, (long)&set, 0, 0, (long)&tv);
#else
		show("select", flags, SYS__newselect, fds[0] + 1, (long)&set, 0, 0, (long)&tv);
#endif
	}
	printf("restart_syscall: %ld\n", do_call(SYS_restart_syscall, 0, 0, 0, 0, 0));
	for (int code = 512; code <= 516; code++) {
		change = -code;
		show("changed", 0, SYS_pause, 0, 0, 0, 0, 0);
	}
	change = 77;
	out = 0;
	show("changed", 0, SYS_pause, out, 0, 0, 0, 0);
}

int main(void)
{
	if (pipe(fds))
		return 1;
#ifdef __i386__
	fast_entry = getauxval(AT_SYSINFO);
#endif
	for (gate = NATIVE; gate < (sizeof(long) == 8 ? FAST : GATES); gate++) {
		printf("-- gate %d\n", gate);
		all();
	}
	return 0;
}
