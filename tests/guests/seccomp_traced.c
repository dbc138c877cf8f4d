/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Filters and tracers: what a tracer is shown of a task's filters; a call that it has changed is
 * filtered again; a tracer that has gone leaves nothing behind. */
#include "guest.h"
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/user.h>

#define GET_FILTER   0x420c
#define GET_METADATA 0x420d
#define MANY	     3000

static struct sock_filter many[MANY], seen[4096];
static struct sock_filter few[] = {
	BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_getppid, 0, 1),
	BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRACE | 5),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_getpgid, 0, 1),
	BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | 71),
	BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
};

static long set_filter(struct sock_filter *f, unsigned short n, unsigned flags)
{
	struct sock_fprog prog = {n, f};

	return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &prog);
}

static long request(int req, pid_t pid, long addr, void *data)
{
	errno = 0;
	return ptrace(req, pid, addr, data);
}

static void show_filters(pid_t pid)
{
	for (long i = 0; i < 3; i++) {
		unsigned long long md[2] = {(unsigned long long)i, 7};
		long n;

		memset(seen, 0, sizeof(seen));
		SHOW(request(GET_FILTER, pid, i, NULL));
		n = request(GET_FILTER, pid, i, seen);
		if (n > 0)
			EXPECT(!memcmp(seen, i ? few : many, (size_t)n * sizeof(seen[0])));
		SHOW(request(GET_METADATA, pid, sizeof(md), md));
		printf("flags %llu\n", md[1]);
		SHOW(request(GET_METADATA, pid, 7, md));
	}
	SHOW(request(GET_FILTER, pid, 0, (void *)8));
}

static void shown(void)
{
	pid_t pid;

	for (int i = 0; i < MANY; i++)
		many[i] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
						       (unsigned)(i % 16) * 4);
	many[MANY - 1] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	fflush(stdout);
	pid = fork();
	if (!pid) {
		prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
		ptrace(PTRACE_TRACEME, 0, 0, 0);
		raise(SIGSTOP);
		set_filter(many, MANY, SECCOMP_FILTER_FLAG_LOG);
		set_filter(few, 6, 0);
		raise(SIGSTOP);
		_exit(0);
	}
	for (int i = 0; i < 2; i++) {
		waitpid(pid, NULL, 0);
		show_filters(pid);
		ptrace(PTRACE_CONT, pid, 0, 0);
	}
	waitpid(pid, NULL, 0);
}

static void set_nr(pid_t pid, long nr)
{
	struct user_regs_struct regs;

	ptrace(PTRACE_GETREGS, pid, 0, &regs);
#ifdef __x86_64__
	regs.orig_rax = (unsigned long)nr;
	regs.rax = (unsigned long)-31;
#else
	regs.orig_eax = nr;
	regs.eax = -31;
#endif
	ptrace(PTRACE_SETREGS, pid, 0, &regs);
}

/* getppid becomes another call: refused by the filter, let through, none at all, itself. */
static void changed(void)
{
	static const long calls[] = {SYS_getpgid, SYS_getuid, -1, SYS_getppid};
	unsigned long msg;
	int status;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (!pid) {
		prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
		ptrace(PTRACE_TRACEME, 0, 0, 0);
		raise(SIGSTOP);
		set_filter(few, 6, 0);
		for (int i = 0; i < 4; i++) {
			errno = 0;
			long ret = syscall(SYS_getppid, 0);
			int uid = (int)getuid();

			printf("%d: %s\n", i,
			       i == 1	? ret == uid ? "the user" : "?"
			       : i == 3 ? ret > 0 ? "the parent" : "?"
					: result(ret));
		}
		fflush(stdout);
		_exit(0);
	}
	waitpid(pid, &status, 0);
	ptrace(PTRACE_SETOPTIONS, pid, 0, PTRACE_O_TRACESECCOMP);
	for (int i = 0; i < 4; i++) {
		ptrace(PTRACE_CONT, pid, 0, 0);
		waitpid(pid, &status, 0);
		ptrace(PTRACE_GETEVENTMSG, pid, 0, &msg);
		printf("event %x, message %lu\n", status >> 8, msg);
		fflush(stdout);
		set_nr(pid, calls[i]);
	}
	ptrace(PTRACE_CONT, pid, 0, 0);
	waitpid(pid, &status, 0);
	show_status("the child", status);
}

/* Its stops at calls would be SIGTRAPs that nobody takes. */
static void tracer_goes(void)
{
	int status, p[2];
	pid_t pid, tracer;
	char c;

	if (pipe(p))
		return;
	fflush(stdout);
	pid = fork();
	if (!pid) {
		while (read(p[0], &c, 1) == 1 && c != 'e')
			for (int i = 0; i < 200; i++)
				getppid();
		_exit(0);
	}
	for (int i = 0; i < 10; i++) {
		tracer = fork();
		if (!tracer) {
			ptrace(PTRACE_ATTACH, pid, 0, 0);
			waitpid(pid, &status, 0);
			for (int n = 0; n < 5 + i; n++) {
				ptrace(PTRACE_SYSCALL, pid, 0, 0);
				if (write(p[1], "x", 1) != 1)
					break;
				waitpid(pid, &status, 0);
			}
			_exit(0);
		}
		waitpid(tracer, &status, 0);
		if (write(p[1], "xxx", 3) != 3)
			break;
	}
	if (write(p[1], "e", 1) != 1)
		printf("no line\n");
	waitpid(pid, &status, 0);
	show_status("a tracee whose tracers have gone", status);
}

/* A signal that comes while PTRACE_EVENT_SECCOMP stops a call interrupts that call. */

static void handler(int sig)
{
	(void)sig;
}

static void interrupted_calls(void)
{
	static struct sock_filter traced[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_nanosleep, 3, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_restart_syscall, 2, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_read, 1, 0),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRACE),
	};
	struct sigaction sa = {.sa_handler = handler};
	long moment[2] = {0, 1000000};
	int fds[2];
	char c;

	alarm(60);
	pipe(fds);
	sigaction(SIGUSR1, &sa, NULL);
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	ptrace(PTRACE_TRACEME, 0, 0, 0);
	raise(SIGSTOP);
	set_filter(traced, 6, 0);
	SHOW(syscall(SYS_nanosleep, moment, NULL));
	SHOW(syscall(SYS_nanosleep, moment, NULL));
	SHOW(read(fds[0], &c, 1));
	exit(0);
}

static void interrupted(void)
{
	int status, nth = 0, sig;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (!pid)
		interrupted_calls();
	waitpid(pid, &status, 0);
	ptrace(PTRACE_SETOPTIONS, pid, 0, PTRACE_O_TRACESECCOMP | PTRACE_O_EXITKILL);
	ptrace(PTRACE_CONT, pid, 0, 0);
	while (waitpid(pid, &status, 0) == pid && WIFSTOPPED(status)) {
		struct user_regs_struct regs;

		sig = WSTOPSIG(status);
		if (status >> 16) {
			ptrace(PTRACE_GETREGS, pid, 0, &regs);
#ifdef __x86_64__
			printf("stopped in call %ld\n", (long)regs.orig_rax);
#else
			printf("stopped in call %ld\n", regs.orig_eax);
#endif
			if (nth != 1) /* restart_syscall(2) */
				kill(pid, nth ? SIGUSR1 : SIGSTOP);
			nth++;
			sig = 0;
		} else {
			printf("signal %d\n", sig);
			sig = sig == SIGSTOP ? 0 : sig;
		}
		fflush(stdout);
		ptrace(PTRACE_CONT, pid, 0, (void *)(long)sig);
	}
	show_status("interrupted", status);
}

int main(void)
{
	shown();
	changed();
	tracer_goes();
	interrupted();
	return 0;
}
