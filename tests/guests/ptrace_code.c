/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A tracer writes to memory of a stopped tracee that is code, too (as is every stack where programs
 * ask for that): the call that the tracee has stopped at is not interrupted, and what is executed
 * next is new. And what a tracer makes of a call that is about to be restarted. */
#include "guest.h"
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>

#ifdef __x86_64__
#define AX   rax
#define ARG2 rsi
#define ARG3 rdx
#else
#define AX   eax
#define ARG2 ecx
#define ARG3 edx
#endif

static const unsigned char give[] = {0xb8, 1, 0, 0, 0, 0xc3}; /* mov $1, %eax; ret */
static unsigned char *code;				      /* give, and a path at 64 */

static int call_code(void)
{
	int (*f)(void);

	memcpy(&f, &code, sizeof(f));
	return f();
}

static void by_vm(pid_t pid, size_t at, const void *what, size_t n)
{
	struct iovec local = {.iov_base = (void *)what, .iov_len = n};
	struct iovec remote = {.iov_base = code + at, .iov_len = n};

	if (process_vm_writev(pid, &local, 1, &remote, 1, 0) != (ssize_t)n)
		perror("process_vm_writev");
}

static void by_mem(pid_t pid, size_t at, const void *what, size_t n)
{
	char name[64];
	int fd;

	snprintf(name, sizeof(name), "/proc/%d/mem", pid);
	fd = open(name, O_RDWR);
	if (fd < 0 || pwrite64(fd, what, n, (off64_t)(uintptr_t)(code + at)) != (ssize_t)n)
		perror(name);
	close(fd);
}

static long ax_of(pid_t pid)
{
	struct user_regs_struct regs;

	ptrace(PTRACE_GETREGS, pid, 0, &regs);
	return (long)regs.AX;
}

static void writes(const char *how, void (*put)(pid_t, size_t, const void *, size_t))
{
	int status, calls = 0;
	pid_t pid;

	memcpy(code, give, sizeof(give));
	strcpy((char *)code + 64, "/nothing/here");
	pid = fork();
	if (pid == 0) {
		int before = call_code(), fd;

		ptrace(PTRACE_TRACEME, 0, 0, 0);
		raise(SIGSTOP);
		fd = (int)syscall(SYS_openat, AT_FDCWD, code + 64, O_RDONLY);
		_exit(before * 100 + call_code() * 10 + (fd >= 0));
	}
	waitpid(pid, &status, 0);
	ptrace(PTRACE_SETOPTIONS, pid, 0, PTRACE_O_TRACESYSGOOD);
	for (;;) {
		ptrace(PTRACE_SYSCALL, pid, 0, 0);
		waitpid(pid, &status, 0);
		if (!WIFSTOPPED(status))
			break;
		if (++calls == 1) {
			put(pid, 64, "/dev/null", 10);
			put(pid, 1, "\2", 1);
		}
		if (calls == 2)
			printf("%s: the call %s\n", how, ax_of(pid) >= 0 ? "is made" : "fails");
	}
	printf("%s: %d stops, exit code %d\n", how, calls, WEXITSTATUS(status));
}

/* A signal interrupts a read; the tracer changes where the restarted one reads to, and how much. */
static void restarted(void)
{
	static char text[2][8];
	struct user_regs_struct regs;
	int fds[2], status, stops = 0;
	pid_t pid;

	if (pipe(fds))
		return;
	pid = fork();
	if (pid == 0) {
		ptrace(PTRACE_TRACEME, 0, 0, 0);
		raise(SIGSTOP);
		syscall(SYS_read, fds[0], text[0], 6);
		printf("read \"%s\" and \"%s\"\n", text[0], text[1]);
		fflush(stdout);
		_exit(0);
	}
	waitpid(pid, &status, 0);
	ptrace(PTRACE_SETOPTIONS, pid, 0, PTRACE_O_TRACESYSGOOD);
	while (stops < 3) {
		ptrace(PTRACE_SYSCALL, pid, 0, 0);
		if (++stops == 2)
			kill(pid, SIGWINCH);
		waitpid(pid, &status, 0);
		if (stops != 2)
			continue;
		ptrace(PTRACE_GETREGS, pid, 0, &regs);
		printf("interrupted: %ld\n", (long)regs.AX);
		regs.ARG2 = (unsigned long)text[1];
		regs.ARG3 = 3;
		ptrace(PTRACE_SETREGS, pid, 0, &regs);
	}
	printf("then stopped by signal %d\n", WSTOPSIG(status));
	if (write(fds[1], "words", 5) != 5)
		perror("write");
	ptrace(PTRACE_CONT, pid, 0, 0);
	waitpid(pid, &status, 0);
}

int main(void)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	code = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1,
		    0);
	if (code == MAP_FAILED)
		return 77;
	writes("process_vm_writev", by_vm);
	writes("/proc/PID/mem", by_mem);
	restarted();
	return 0;
}
