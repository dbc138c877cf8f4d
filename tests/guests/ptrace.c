/* SPDX-License-Identifier: GPL-2.0-or-later */
/* guest: musl O0 */
/* ptrace(2): a parent traces its children, and others. What is printed holds no ids or addresses.
 */
#include "guest.h"
#include <stddef.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/user.h>

#ifndef PTRACE_SEIZE
#define PTRACE_SEIZE 0x4206
#endif
#ifdef __x86_64__
#define AX(r)	   (r).rax
#define ORIG_AX(r) (r).orig_rax
#define IP(r)	   (r).rip
#define ARG0(r)	   (r).rdi
#define ARG1(r)	   (r).rsi
#define ARG2(r)	   (r).rdx
#define OFF_AX	   offsetof(struct user, regs.rax)
#else
#define AX(r)	   (r).eax
#define ORIG_AX(r) (r).orig_eax
#define IP(r)	   (r).eip
#define ARG0(r)	   (r).ebx
#define ARG1(r)	   (r).ecx
#define ARG2(r)	   (r).edx
#define OFF_AX	   offsetof(struct user, regs.eax)
#endif
#define pt(req, pid, addr, data) ptrace(req, pid, (void *)(long)(addr), (void *)(long)(data))

static void show_wait(const char *what, pid_t want)
{
	int status = 0;
	pid_t got = waitpid(want, &status, __WALL);

	printf("%s: ", what);
	if (got != want)
		printf("waitpid %s\n", got < 0 ? strerror(errno) : "of another");
	else if (WIFSTOPPED(status))
		printf("stopped by %d event %d\n", WSTOPSIG(status), status >> 16);
	else if (WIFEXITED(status))
		printf("exited %d\n", WEXITSTATUS(status));
	else
		printf("killed by %d\n", WTERMSIG(status));
	fflush(stdout);
}

static void show_info(pid_t pid)
{
	siginfo_t si;

	memset(&si, 0, sizeof(si));
	if (pt(PTRACE_GETSIGINFO, pid, 0, &si))
		printf("  no siginfo: %s\n", strerror(errno));
	else
		printf("  siginfo: signo %d code %d pid %s\n", si.si_signo, si.si_code,
		       si.si_pid == pid	       ? "own"
		       : si.si_pid == getpid() ? "tracer"
		       : si.si_pid	       ? "?"
					       : "0");
}

/* A child that stops itself at once, traced by us. */
static pid_t start(void (*body)(void))
{
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		ptrace(PTRACE_TRACEME, 0, 0, 0);
		raise(SIGSTOP);
		body();
		_exit(7);
	}
	show_wait("start", pid);
	return pid;
}

static volatile long word = (long)0x1122334455667788LL;
static volatile int handled;

static void on_usr1(int sig)
{
	handled = sig;
}

static void body_memory(void)
{
	_exit(word == 99 ? 42 : 1);
}

static void memory(void)
{
	pid_t pid = start(body_memory);
	long w;

	errno = 0;
	w = pt(PTRACE_PEEKDATA, pid, &word, 0);
	printf("peek %#lx errno %d\n", (unsigned long)w, errno);
	errno = 0;
	w = pt(PTRACE_PEEKDATA, pid, 8, 0);
	printf("peek nowhere %ld errno %d\n", w, errno);
	SHOW(pt(PTRACE_POKEDATA, pid, &word, 99));
	SHOW(pt(PTRACE_POKEDATA, pid, 8, 99));
	SHOW(pt(PTRACE_PEEKUSER, pid, 3, 0));
	SHOW(pt(PTRACE_PEEKUSER, pid, 100000, 0));
	SHOW(pt(PTRACE_CONT, pid, 0, 1000));
	SHOW(pt(PTRACE_SETOPTIONS, pid, 0, 0x40000000));
	SHOW(pt(12345, pid, 0, 0));
	SHOW(pt(PTRACE_CONT, pid, 0, 0));
	show_wait("memory", pid);
	SHOW(pt(PTRACE_CONT, pid, 0, 0));
}

static void body_calls(void)
{
	long r = syscall(SYS_getppid);

	syscall(SYS_close, -1);
	syscall(SYS_exit_group, r == 1234 ? 5 : 6);
}

static void calls(void)
{
	pid_t pid = start(body_calls);
	struct user_regs_struct regs;
	int i;

	SHOW(pt(PTRACE_SETOPTIONS, pid, 0, PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEEXIT));
	for (i = 0; i < 12; i++) {
		int status;

		pt(PTRACE_SYSCALL, pid, 0, 0);
		waitpid(pid, &status, 0);
		if (!WIFSTOPPED(status))
			break;
		printf("stop %d event %d", WSTOPSIG(status), status >> 16);
		pt(PTRACE_GETREGS, pid, 0, &regs);
		if (WSTOPSIG(status) == (SIGTRAP | 0x80)) {
			long nr = (long)ORIG_AX(regs);

			if (nr == SYS_getppid && (long)AX(regs) != -ENOSYS) {
				AX(regs) = 1234;
				printf(" getppid returns");
				pt(PTRACE_SETREGS, pid, 0, &regs);
			} else {
				printf(" nr %s ax %ld",
				       nr == SYS_getppid      ? "getppid"
				       : nr == SYS_close      ? "close"
				       : nr == SYS_exit_group ? "exit_group"
							      : "other",
				       (long)AX(regs));
			}
		} else if (status >> 16 == PTRACE_EVENT_EXIT) {
			unsigned long msg = 0;

			pt(PTRACE_GETEVENTMSG, pid, 0, &msg);
			printf(" message %lx", msg);
		}
		printf("\n");
	}
	if (i == 12)
		kill(pid, SIGKILL);
	else
		printf("ended\n");
}

static void body_pause(void)
{
	signal(SIGUSR1, on_usr1);
	syscall(SYS_lseek, -1, 5, 7);
	syscall(SYS_pause);
	_exit(errno == EINTR && handled == SIGUSR1 ? 17 : 1);
}

/* Runs until the next stop at a call with this number. */
static void next_call(pid_t pid, long nr, int sig, struct user_regs_struct *regs)
{
	int status;

	do {
		pt(PTRACE_SYSCALL, pid, 0, sig);
		sig = 0;
		if (waitpid(pid, &status, 0) != pid || !WIFSTOPPED(status))
			return;
		pt(PTRACE_GETREGS, pid, 0, regs);
		if (!(WSTOPSIG(status) & 0x80))
			printf("signal %d, ax %ld\n", WSTOPSIG(status), (long)AX(*regs));
	} while (!(WSTOPSIG(status) & 0x80) || (long)ORIG_AX(*regs) != nr);
}

/* Arguments in their registers; a call that a signal interrupts while it is stopped. */
static void interrupted(void)
{
	pid_t pid = start(body_pause);
	struct user_regs_struct regs;

	SHOW(pt(PTRACE_SETOPTIONS, pid, 0, PTRACE_O_TRACESYSGOOD));
	next_call(pid, SYS_lseek, 0, &regs);
	printf("lseek(%d, %d, %d)\n", (int)ARG0(regs), (int)ARG1(regs), (int)ARG2(regs));
	next_call(pid, SYS_lseek, 0, &regs);
	printf("lseek returns %ld\n", (long)AX(regs));
	next_call(pid, SYS_pause, 0, &regs);
	kill(pid, SIGUSR1);
	next_call(pid, SYS_pause, 0, &regs);
	printf("pause returns %ld\n", (long)AX(regs));
	next_call(pid, SYS_pause, 0, &regs); /* takes the signal away */
	printf("pause again, ax %ld\n", (long)AX(regs));
	kill(pid, SIGUSR1);
	next_call(pid, SYS_pause, 0, &regs);
	printf("pause returns %ld\n", (long)AX(regs));
	SHOW(pt(PTRACE_CONT, pid, 0, 0));
	show_wait("signal", pid);
	SHOW(pt(PTRACE_CONT, pid, 0, SIGUSR1));
	show_wait("interrupted", pid);
}

static void body_skip(void)
{
	long r = syscall(SYS_getpid);

	if (r != -1 || errno != EPERM)
		_exit(1);
	_exit((int)syscall(SYS_getuid, 0) == getpid() ? 11 : 2);
}

/* Another call in a call's place, and none. */
static void replace(void)
{
	pid_t pid = start(body_skip);
	struct user_regs_struct regs;
	int status, seen = 0;

	while (pt(PTRACE_SYSCALL, pid, 0, 0) == 0 && waitpid(pid, &status, 0) == pid &&
	       WIFSTOPPED(status)) {
		pt(PTRACE_GETREGS, pid, 0, &regs);
		if ((long)ORIG_AX(regs) == SYS_getpid && seen == 0) {
			ORIG_AX(regs) = -1;
			pt(PTRACE_SETREGS, pid, 0, &regs);
			seen = 1;
		} else if (seen == 1) {
			printf("skipped call: ax %ld\n", (long)AX(regs));
			AX(regs) = -EPERM;
			pt(PTRACE_SETREGS, pid, 0, &regs);
			seen = 2;
		} else if (seen == 2 && (long)ORIG_AX(regs) == SYS_getuid) {
			ORIG_AX(regs) = SYS_getpid;
			pt(PTRACE_SETREGS, pid, 0, &regs);
			seen = 3;
		}
	}
	printf("replace: %d\n", WEXITSTATUS(status));
}

static void body_signals(void)
{
	sigset_t set;

	signal(SIGUSR1, on_usr1);
	signal(SIGUSR2, SIG_IGN);
	raise(SIGUSR1);
	if (handled != SIGUSR1)
		_exit(1);
	raise(SIGUSR2);
	raise(SIGTERM); /* which the tracer takes away */
	handled = 0;
	raise(SIGHUP); /* becomes SIGUSR1 */
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigprocmask(SIG_BLOCK, &set, NULL);
	raise(SIGSTOP);
	_exit(handled == SIGUSR1 ? 9 : 2);
}

static void signals(void)
{
	pid_t pid = start(body_signals);

	show_info(pid);
	SHOW(pt(PTRACE_CONT, pid, 0, 0));
	show_wait("usr1", pid);
	show_info(pid);
	SHOW(pt(PTRACE_CONT, pid, 0, SIGUSR1));
	show_wait("usr2", pid);
	SHOW(pt(PTRACE_CONT, pid, 0, SIGUSR2));
	show_wait("term", pid);
	SHOW(pt(PTRACE_CONT, pid, 0, 0));
	show_wait("hup", pid);
	SHOW(pt(PTRACE_CONT, pid, 0, SIGUSR1));
	show_wait("stop", pid);
	SHOW(pt(PTRACE_CONT, pid, 0, SIGSTOP));
	show_wait("group stop", pid);
	show_info(pid);
	SHOW(pt(PTRACE_CONT, pid, 0, 0));
	show_wait("signals", pid);
}

static void body_step(void)
{
	asm volatile("nop; nop; nop; int3; nop" ::: "memory");
	_exit(3);
}

static void body_block(void)
{
	asm volatile("int3; jmp 1f; ud2; 1: nop" ::: "memory");
	_exit(3);
}

/* A block that is one jump: it ends behind that on CPUs that can step blocks and on those that
 * cannot. */
static void blocks(void)
{
	pid_t pid = start(body_block);
	struct user_regs_struct regs, next;

	pt(PTRACE_CONT, pid, 0, 0);
	show_wait("int3", pid);
	pt(PTRACE_GETREGS, pid, 0, &regs);
	SHOW(pt(PTRACE_SINGLEBLOCK, pid, 0, 0));
	show_wait("block", pid);
	show_info(pid);
	pt(PTRACE_GETREGS, pid, 0, &next);
	printf("went %ld, TF %ld\n", (long)(IP(next) - IP(regs)), (long)(next.eflags >> 8 & 1));
	SHOW(pt(PTRACE_CONT, pid, 0, 0));
	show_wait("end", pid);
}

static void steps(void)
{
	pid_t pid = start(body_step);
	struct user_regs_struct regs, next;
	long code;

	SHOW(pt(PTRACE_CONT, pid, 0, 0));
	show_wait("int3", pid);
	show_info(pid);
	pt(PTRACE_GETREGS, pid, 0, &regs);
	printf("at %#lx\n", pt(PTRACE_PEEKTEXT, pid, IP(regs) - 1, 0) & 0xffff);
	SHOW(pt(PTRACE_SINGLESTEP, pid, 0, 0));
	show_wait("step", pid);
	show_info(pid);
	pt(PTRACE_GETREGS, pid, 0, &next);
	printf("went %ld, TF %ld\n", (long)(IP(next) - IP(regs)), (long)(next.eflags >> 8 & 1));
	/* a breakpoint in the program's text, on the instruction after the next */
	code = pt(PTRACE_PEEKTEXT, pid, IP(regs), 0);
	SHOW(pt(PTRACE_POKETEXT, pid, IP(regs), (code & ~0xffL) | 0xcc));
	IP(next) = IP(regs) - 1 - 3;
	SHOW(pt(PTRACE_SETREGS, pid, 0, &next));
	SHOW(pt(PTRACE_CONT, pid, 0, 0));
	show_wait("first int3 again", pid);
	SHOW(pt(PTRACE_CONT, pid, 0, 0));
	show_wait("breakpoint", pid);
	SHOW(pt(PTRACE_POKETEXT, pid, IP(regs), code));
	pt(PTRACE_GETREGS, pid, 0, &next);
	IP(next) = IP(regs);
	pt(PTRACE_SETREGS, pid, 0, &next);
	SHOW(pt(PTRACE_CONT, pid, 0, 0));
	show_wait("steps", pid);
}

static void body_fork(void)
{
	pid_t pid = fork();
	int status;

	if (pid == 0)
		_exit(21);
	waitpid(pid, &status, 0);
	_exit(WEXITSTATUS(status));
}

static void forks(void)
{
	pid_t pid = start(body_fork), child;
	unsigned long msg = 0;

	SHOW(pt(PTRACE_SETOPTIONS, pid, 0, PTRACE_O_TRACEFORK));
	SHOW(pt(PTRACE_CONT, pid, 0, 0));
	show_wait("fork", pid);
	SHOW(pt(PTRACE_GETEVENTMSG, pid, 0, &msg));
	child = (pid_t)msg;
	show_wait("child", child);
	show_info(child);
	SHOW(pt(PTRACE_CONT, pid, 0, 0));
	SHOW(pt(PTRACE_CONT, child, 0, 0));
	show_wait("child's end", child);
	show_wait("its SIGCHLD", pid);
	SHOW(pt(PTRACE_CONT, pid, 0, SIGCHLD));
	show_wait("fork's end", pid);
}

static char *self;

static void body_exec(void)
{
	execl(self, self, "child", (char *)NULL);
	_exit(1);
}

static void execs(void)
{
	unsigned long msg = 0;
	pid_t pid = start(body_exec);

	SHOW(pt(PTRACE_CONT, pid, 0, 0));
	show_wait("exec's SIGTRAP", pid);
	show_info(pid);
	SHOW(pt(PTRACE_CONT, pid, 0, 0));
	show_wait("exec", pid);
	pid = start(body_exec);
	SHOW(pt(PTRACE_SETOPTIONS, pid, 0, PTRACE_O_TRACEEXEC));
	SHOW(pt(PTRACE_CONT, pid, 0, 0));
	show_wait("exec event", pid);
	SHOW(pt(PTRACE_GETEVENTMSG, pid, 0, &msg));
	printf("message %s\n", msg == (unsigned long)pid ? "pid" : "?");
	SHOW(pt(PTRACE_DETACH, pid, 0, 0));
	show_wait("exec", pid);
}

/* One that waits in a call, and one that runs. */
static void attaches(int seize)
{
	int fds[2];
	char c = 'x';
	pid_t pid;

	if (pipe(fds))
		return;
	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		if (read(fds[0], &c, 1) != 1)
			_exit(1);
		for (volatile int i = 0; handled != 55; i++)
			;
		_exit(13);
	}
	usleep(20000);
	printf("%s\n", seize ? "seize" : "attach");
	SHOW(pt(seize ? PTRACE_SEIZE : PTRACE_ATTACH, pid, 0, 0));
	if (seize) /* it runs */
		SHOW(pt(PTRACE_CONT, pid, 0, 0));
	if (seize)
		SHOW(pt(PTRACE_INTERRUPT, pid, 0, 0));
	show_wait("stop", pid);
	if (!seize)
		show_info(pid);
	SHOW(pt(PTRACE_ATTACH, pid, 0, 0));
	SHOW(pt(PTRACE_CONT, pid, 0, 0));
	if (write(fds[1], &c, 1) != 1)
		exit(1);
	usleep(20000);
	if (seize)
		SHOW(pt(PTRACE_INTERRUPT, pid, 0, 0));
	else
		kill(pid, SIGUSR1);
	show_wait("running", pid);
	SHOW(pt(PTRACE_POKEDATA, pid, &handled, 55));
	SHOW(pt(PTRACE_DETACH, pid, 0, 0));
	show_wait("end", pid);
	SHOW(pt(PTRACE_DETACH, pid, 0, 0));
	close(fds[0]);
	close(fds[1]);
}

static int ready[2];

static void body_listen(void)
{
	char c;

	if (read(ready[0], &c, 1) == 1)
		raise(SIGSTOP);
	while (syscall(SYS_getuid) != 77)
		;
	_exit(5);
}

/* A group-stop that the tracer lets be; a call that is emulated. */
static void listens(void)
{
	struct user_regs_struct regs;
	pid_t pid;

	if (pipe(ready))
		return;
	fflush(stdout);
	pid = fork();
	if (pid == 0)
		body_listen();
	SHOW(pt(PTRACE_SEIZE, pid, 0, 0x40000000));
	SHOW(pt(PTRACE_SEIZE, pid, 1, 0));
	SHOW(pt(PTRACE_SEIZE, pid, 0, PTRACE_O_TRACESYSGOOD));
	if (write(ready[1], "x", 1) != 1)
		exit(1);
	show_wait("stop", pid);
	SHOW(pt(0x4208 /* PTRACE_LISTEN */, pid, 0, 0));
	SHOW(pt(PTRACE_CONT, pid, 0, SIGSTOP));
	show_wait("group stop", pid);
	SHOW(pt(0x4208, pid, 0, 0));
	SHOW(pt(PTRACE_CONT, pid, 0, 0));
	SHOW(pt(PTRACE_INTERRUPT, pid, 0, 0));
	show_wait("interrupted", pid);
	SHOW(pt(0x4208, pid, 0, 0));
	kill(pid, SIGCONT);
	show_wait("continued", pid);
	SHOW(pt(0x4208, pid, 0, 0));
	SHOW(pt(PTRACE_INTERRUPT, pid, 0, 0));
	show_wait("interrupted", pid);
	SHOW(pt(PTRACE_CONT, pid, 0, 0));
	show_wait("SIGCONT", pid);
	SHOW(pt(31 /* PTRACE_SYSEMU */, pid, 0, 0));
	show_wait("call", pid);
	pt(PTRACE_GETREGS, pid, 0, &regs);
	printf("getuid %d\n", (long)ORIG_AX(regs) == SYS_getuid);
	AX(regs) = 77;
	pt(PTRACE_SETREGS, pid, 0, &regs);
	SHOW(pt(PTRACE_CONT, pid, 0, 0));
	show_wait("emulated", pid);
	close(ready[0]);
	close(ready[1]);
}

static void body_regs(void)
{
	asm volatile("int3" ::: "memory");
	_exit(1);
}

static void regsets(void)
{
	pid_t pid = start(body_regs);
	char buf[1024];
	struct iovec iov = {buf, sizeof(buf)};
	struct user_regs_struct regs;

	SHOW(pt(PTRACE_CONT, pid, 0, 0));
	show_wait("int3", pid);
	SHOW(pt(PTRACE_GETREGSET, pid, 1, &iov));
	printf("general registers: %zu bytes\n", iov.iov_len);
	SHOW(pt(PTRACE_GETREGS, pid, 0, &regs));
	printf("the same: %d\n", memcmp(&regs, buf, sizeof(regs)) == 0);
	iov.iov_len = sizeof(buf);
	SHOW(pt(PTRACE_GETREGSET, pid, 2, &iov));
	printf("fp registers: %zu bytes\n", iov.iov_len);
	iov.iov_len = 12;
	SHOW(pt(PTRACE_GETREGSET, pid, 1, &iov));
	iov.iov_len = sizeof(buf);
	SHOW(pt(PTRACE_GETREGSET, pid, 12345, &iov));
	SHOW(pt(PTRACE_POKEUSER, pid, OFF_AX, 77));
	SHOW(pt(PTRACE_PEEKUSER, pid, OFF_AX, 0));
	SHOW(pt(PTRACE_KILL, pid, 0, 0));
	show_wait("killed", pid);
}

/* A tracer that goes away lets its tracees go on, or takes them along. */
static void orphans(void)
{
	int fds[2], status;
	char c = 0;
	pid_t middle;

	if (pipe(fds))
		return;
	fflush(stdout);
	middle = fork();
	if (middle == 0) {
		pid_t pid = fork();

		if (pid == 0) {
			ptrace(PTRACE_TRACEME, 0, 0, 0);
			raise(SIGSTOP);
			if (write(fds[1], "y", 1) != 1)
				_exit(1);
			_exit(0);
		}
		waitpid(pid, &status, 0);
		_exit(0); /* without PTRACE_CONT */
	}
	waitpid(middle, &status, 0);
	close(fds[1]);
	SHOW(read(fds[0], &c, 1));
	printf("orphan: %c\n", c);
	close(fds[0]);
}

/* A tracee that is let go can be traced again at once. */
static void again(void)
{
	int status, bad = 0, p[2];
	char byte;
	pid_t pid;

	for (int i = 0; i < 20; i++) {
		if (pipe(p))
			return;
		fflush(stdout);
		pid = fork();
		if (pid == 0) {
			close(p[1]);
			ptrace(PTRACE_TRACEME, 0, 0, 0);
			raise(SIGSTOP);
			_exit(read(p[0], &byte, 1) == 0 ? 3 : 4);
		}
		waitpid(pid, &status, 0);
		bad += ptrace(PTRACE_DETACH, pid, 0, 0) != 0;
		bad += ptrace(PTRACE_DETACH, pid, 0, 0) != -1 || errno != ESRCH;
		bad += ptrace(PTRACE_ATTACH, pid, 0, 0) != 0;
		bad += waitpid(pid, &status, 0) != pid || !WIFSTOPPED(status);
		bad += ptrace(PTRACE_DETACH, pid, 0, 0) != 0;
		close(p[0]);
		close(p[1]);
		bad += waitpid(pid, &status, 0) != pid || status != 0x300;
	}
	printf("again: %d wrong\n", bad);
}

int main(int argc, char **argv)
{
	setvbuf(stdout, NULL, _IOLBF, 1 << 16);
	self = argv[0];
	if (argc > 1)
		return 33;
	SHOW(ptrace(PTRACE_CONT, getpid(), 0, 0));
	SHOW(ptrace(PTRACE_ATTACH, getpid(), 0, 0));
	SHOW(ptrace(PTRACE_ATTACH, -1, 0, 0));
	memory();
	calls();
	interrupted();
	replace();
	signals();
	steps();
	blocks();
	forks();
	execs();
	attaches(0);
	attaches(1);
	listens();
	regsets();
	orphans();
	again();
	return 0;
}
