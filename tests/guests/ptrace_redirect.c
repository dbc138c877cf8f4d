/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A tracer sends a stopped tracee elsewhere, as debuggers do to call a function: the system calls
 * there have their own arguments. And what orig_ax is for numbers that are none. */
#include "guest.h"
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <sys/wait.h>

#ifdef __x86_64__
#define IP rip
#define SP rsp
#define NR orig_rax
#else
#define IP eip
#define SP esp
#define NR orig_eax
#endif

static int fds[2];

static void elsewhere(void)
{
	char text[32] = "elsewhere\n";
	long pid = syscall(SYS_getpid), tid = syscall(SYS_gettid);

	syscall(SYS_write, fds[1], text, 10);
	syscall(SYS_tgkill, pid, tid, SIGSTOP);
	syscall(SYS_write, fds[1], "no\n", 3);
	_exit(1);
}

static void redirect(void)
{
	struct user_regs_struct regs, other;
	char buf[64] = "";
	int status;
	pid_t pid;

	if (pipe(fds))
		return;
	pid = fork();
	if (pid == 0) {
		ptrace(PTRACE_TRACEME, 0, 0, 0);
		raise(SIGSTOP);
		if (write(fds[1], "back\n", 5) != 5)
			_exit(2);
		_exit(0);
	}
	waitpid(pid, &status, 0);
	ptrace(PTRACE_GETREGS, pid, 0, &regs);
	other = regs;
	other.IP = (unsigned long)elsewhere;
	other.SP = ((other.SP - 512) & ~15UL) - sizeof(long);
	ptrace(PTRACE_SETREGS, pid, 0, &other);
	ptrace(PTRACE_CONT, pid, 0, 0);
	waitpid(pid, &status, 0);
	printf("stopped %d by %d\n", WIFSTOPPED(status), WSTOPSIG(status));
	ptrace(PTRACE_SETREGS, pid, 0, &regs);
	ptrace(PTRACE_CONT, pid, 0, 0);
	waitpid(pid, &status, 0);
	if (read(fds[0], buf, sizeof(buf) - 1) < 0)
		return;
	printf("%sended %#x\n", buf, (unsigned)status);
}

static void numbers(void)
{
	static const unsigned long nrs[] = {
#ifdef __x86_64__
		0x100000027, 0x8000000000000027,
#endif
		0xffffffc0,  -64UL,
		5000,	     0x40000027,
		0xffffffff,  -1UL};
	struct user_regs_struct regs;
	int status, entry = 0;
	pid_t pid = fork();

	if (pid == 0) {
		ptrace(PTRACE_TRACEME, 0, 0, 0);
		raise(SIGSTOP);
		for (size_t i = 0; i < sizeof(nrs) / sizeof(nrs[0]); i++) {
			unsigned long ax = nrs[i];
#ifdef __x86_64__
			__asm__ volatile("syscall" : "+a"(ax)::"rcx", "r11", "memory");
			ax = nrs[i];
			__asm__ volatile("int $0x80"
					 : "+a"(ax)::"r8", "r9", "r10", "r11", "memory");
#else
			__asm__ volatile("int $0x80" : "+a"(ax)::"memory");
#endif
		}
		_exit(0);
	}
	waitpid(pid, &status, 0);
	for (;;) {
		ptrace(PTRACE_SYSCALL, pid, 0, 0);
		waitpid(pid, &status, 0);
		if (!WIFSTOPPED(status))
			break;
		entry = !entry;
		ptrace(PTRACE_GETREGS, pid, 0, &regs);
#ifdef __x86_64__
		printf("%s orig_ax %#llx ax %lld\n", entry ? "entry" : "exit", regs.orig_rax,
		       (long long)regs.rax == pid ? 0 : (long long)regs.rax);
#else
		printf("%s orig_ax %#lx ax %ld\n", entry ? "entry" : "exit", regs.orig_eax,
		       regs.eax == pid ? 0 : regs.eax);
#endif
	}
}

int main(void)
{
	redirect();
	numbers();
	return 0;
}
