/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What ptrace(2) tells and changes besides registers and memory: pending signals, the system call,
 * the dispatch of system calls. */
#include "guest.h"
#include <stdbool.h>
#include <stddef.h>
#include <sys/ptrace.h>
#include <sys/utsname.h>

#define PEEK_SHARED 1
enum {
	PEEKSIGINFO = 0x4209,
	GET_INFO = 0x420e,
	SET_DISPATCH = 0x4210,
	GET_DISPATCH,
	SET_INFO,
};

struct peek_args {
	uint64_t off;
	uint32_t flags;
	int32_t nr;
};

struct dispatch {
	uint64_t mode, selector, offset, len;
};

struct call_info {
	uint8_t op, reserved;
	uint16_t flags;
	uint32_t arch;
	uint64_t ip, sp;
	union {
		struct {
			uint64_t nr, args[6];
		} entry;
		struct {
			int64_t rval;
			uint8_t is_error;
		} exit;
		uint64_t most[8];
	};
};

static long request(long what, pid_t pid, void *addr, void *data)
{
	return syscall(SYS_ptrace, what, pid, addr, data);
}

static void stop_of(pid_t pid, const char *what)
{
	int status = 0;

	waitpid(pid, &status, 0);
	printf("%s: %x\n", what, status);
	if (WIFEXITED(status) != (what[0] == 'e'))
		exit(1);
}

/* ---- Signals ---- */

static void queue(int sig, int value, bool shared)
{
	siginfo_t info = {.si_signo = sig, .si_code = SI_QUEUE, .si_value = {.sival_int = value}};

	if (shared)
		syscall(SYS_rt_sigqueueinfo, getpid(), sig, &info);
	else
		syscall(SYS_rt_tgsigqueueinfo, getpid(), getpid(), sig, &info);
}

static void has_signals(void)
{
	sigset_t all;

	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, NULL);
	ptrace(PTRACE_TRACEME, 0, NULL, NULL);
	/* in order of their numbers: where they came in another, ours are as they would be taken */
	raise(SIGUSR1); /* by tgkill */
	syscall(SYS_kill, getpid(), SIGUSR2);
	for (int i = 0; i < 40; i++)
		queue(40, i, true);
	queue(41, 100, true);
	for (int i = 0; i < 3; i++)
		queue(42, 200 + i, false);
	raise(SIGSTOP);
	for (int i = 0; i < 46; i++) { /* none is lost, and they are in order */
		siginfo_t info;
		int sig = sigwaitinfo(&all, &info);

		if (i % 9 == 0 || i > 39)
			printf("%d:%d ", sig, sig < 40 ? 0 : info.si_value.sival_int);
	}
	printf("\n");
	fflush(stdout);
	_exit(0);
}

static void peek(pid_t pid, uint64_t off, uint32_t flags, int32_t nr)
{
	struct peek_args args = {off, flags, nr};
	static siginfo_t info[64];
	long n;

	memset(info, 0, sizeof(info));
	errno = 0;
	n = request(PEEKSIGINFO, pid, &args, info);
	printf("from %llu, flags %u, %d: %s;", (unsigned long long)off, flags, nr, result(n));
	for (long i = 0; i < n; i++)
		if (i < 3 || i > n - 3)
			printf(" %d/%d/%d", info[i].si_signo, info[i].si_code,
			       info[i].si_code == SI_QUEUE ? info[i].si_value.sival_int : 0);
	printf("\n");
}

static void signals(void)
{
	struct peek_args args = {0, 0, 2};
	pid_t pid = fork();

	if (!pid)
		has_signals();
	stop_of(pid, "stopped");
	peek(pid, 1, PEEK_SHARED, 10);
	peek(pid, 1, PEEK_SHARED, 35);
	peek(pid, 30, PEEK_SHARED, 5);
	peek(pid, 43, PEEK_SHARED, 5);
	peek(pid, ~0ULL, PEEK_SHARED, 5);
	peek(pid, 0, 0, 10);
	peek(pid, 0, 0, 0);
	peek(pid, 0, 0, -1);
	peek(pid, 0, 2, 1);
	SHOW(request(PEEKSIGINFO, pid, (void *)1, NULL));
	SHOW(request(PEEKSIGINFO, pid, &args, (void *)1));
	ptrace(PTRACE_CONT, pid, NULL, NULL);
	stop_of(pid, "ended");
}

/* ---- Dispatch ---- */

static void show_dispatch(pid_t pid)
{
	struct dispatch d = {9, 9, 9, 9};

	SHOW(request(GET_DISPATCH, pid, (void *)sizeof(d), &d));
	printf("mode %d, selector %d, from %llx, %llx\n", (int)d.mode, d.selector != 0,
	       (unsigned long long)d.offset, (unsigned long long)d.len);
}

static char selector;

static void dispatch(void)
{
	struct dispatch on = {1, (uintptr_t)&selector, 0x1000, 0x7000000};
	struct dispatch wrong = {0, 0, 1, 0}, off = {0};
	pid_t pid = fork();

	if (!pid) {
		ptrace(PTRACE_TRACEME, 0, NULL, NULL);
		raise(SIGSTOP);
		_exit(getppid() == 0);
	}
	stop_of(pid, "stopped");
	show_dispatch(pid);
	SHOW(request(SET_DISPATCH, pid, (void *)sizeof(on), &wrong));
	SHOW(request(SET_DISPATCH, pid, (void *)(sizeof(on) - 1), &on));
	SHOW(request(SET_DISPATCH, pid, (void *)sizeof(on), (void *)1));
	SHOW(request(SET_DISPATCH, pid, (void *)sizeof(on), &on));
	show_dispatch(pid);
	SHOW(request(SET_DISPATCH, pid, (void *)sizeof(on), &off));
	show_dispatch(pid);
	ptrace(PTRACE_CONT, pid, NULL, NULL);
	stop_of(pid, "ended");
}

/* ---- The call ---- */

static void set_info(pid_t pid, struct call_info info, size_t size)
{
	SHOW(request(SET_INFO, pid, (void *)size, &info));
}

static void next(pid_t pid, struct call_info *info)
{
	ptrace(PTRACE_SYSCALL, pid, NULL, NULL);
	stop_of(pid, "call");
	request(GET_INFO, pid, (void *)sizeof(*info), info);
}

static void calls(void)
{
	struct call_info info, other;
	pid_t pid = fork();
	long got;

	if (!pid) {
		ptrace(PTRACE_TRACEME, 0, NULL, NULL);
		raise(SIGSTOP);
		got = syscall(SYS_getppid);
		printf("getppid said %ld\n", got);
		got = syscall(SYS_getppid);
		printf("getppid said %s\n", result(got));
		fflush(stdout);
		_exit(0);
	}
	stop_of(pid, "stopped");
	ptrace(PTRACE_SETOPTIONS, pid, NULL, PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL);
	do
		next(pid, &info);
	while (info.op != 1 || info.entry.nr != SYS_getppid);
	other = info;
	other.flags = 1;
	set_info(pid, other, sizeof(info));
	other = info;
	other.op = 2;
	set_info(pid, other, sizeof(info));
	other = info;
	other.entry.nr = 0x100000000;
	set_info(pid, other, sizeof(info));
	set_info(pid, info, sizeof(info) - 1);
	info.entry.nr = SYS_dup3; /* EINVAL: the two are one */
	info.entry.args[0] = info.entry.args[1] = 1;
	info.entry.args[2] = 0;
	set_info(pid, info, sizeof(info));
	next(pid, &other);
	printf("op %d, rval %lld, error %d\n", other.op, (long long)other.exit.rval,
	       other.exit.is_error);
	other.exit.rval = 77;
	other.exit.is_error = 0;
	set_info(pid, other, sizeof(other));
	do
		next(pid, &info);
	while (info.op != 1 || info.entry.nr != SYS_getppid);
	info.entry.nr = -1;
	info.entry.args[0] = 5;
	set_info(pid, info, sizeof(info));
	next(pid, &info);
	printf("op %d, rval %lld, error %d\n", info.op, (long long)info.exit.rval,
	       info.exit.is_error);
	info.exit.rval = -5;
	info.exit.is_error = 1;
	set_info(pid, info, sizeof(info));
	ptrace(PTRACE_DETACH, pid, NULL, NULL);
	stop_of(pid, "ended");
}

int main(void)
{
	struct utsname u;
	int major = 0, minor = 0;

	signals();
	uname(&u);
	sscanf(u.release, "%d.%d", &major, &minor);
	if (major > 6 || (major == 6 && minor >= 4))
		dispatch();
	if (major > 6 || (major == 6 && minor >= 16))
		calls();
	return 0;
}
