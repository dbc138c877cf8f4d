/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whose a tracee is: the tracer waits for its end before its parent can; a thread traces what it
 * has forked, and no longer than it lives; a program that a thread executes. And what setpgid(2)
 * says of a child that has executed one. */
#include "guest.h"
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/ptrace.h>
#include <sys/user.h>

#ifdef __x86_64__
#define ORIG_AX offsetof(struct user_regs_struct, orig_rax)
#else
#define ORIG_AX offsetof(struct user_regs_struct, orig_eax)
#endif

static int status;

static void wait_for(const char *what, pid_t pid)
{
	if (waitpid(pid, &status, __WALL) != pid)
		printf("%s: %s\n", what, strerror(errno));
	else if (WIFSTOPPED(status) && status >> 16)
		printf("%s: stopped by %d, event %d\n", what, WSTOPSIG(status), status >> 16);
	else
		show_status(what, status);
}

static void traced(void)
{
	ptrace(PTRACE_TRACEME, 0, 0, 0);
	raise(SIGSTOP);
}

static pid_t start(void (*run)(void))
{
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (!pid) {
		traced();
		run();
		_exit(7);
	}
	wait_for("start", pid);
	return pid;
}

/* ---- Tracer and parent ---- */

static void wait_for_own_child(void)
{
	pid_t pid = fork();
	int st;

	if (!pid)
		_exit(99);
	waitpid(pid, &st, 0);
	_exit(WEXITSTATUS(st));
}

static void grandchild(void)
{
	pid_t pid = start(wait_for_own_child), own;
	unsigned long message;
	siginfo_t info;

	ptrace(PTRACE_SETOPTIONS, pid, 0, PTRACE_O_TRACEFORK);
	ptrace(PTRACE_CONT, pid, 0, 0);
	wait_for("fork", pid);
	ptrace(PTRACE_GETEVENTMSG, pid, 0, &message);
	own = (pid_t)message;
	wait_for("grandchild", own);
	ptrace(PTRACE_CONT, own, 0, 0);
	ptrace(PTRACE_CONT, pid, 0, 0);
	SHOW(waitid(P_PID, (id_t)own, &info, WEXITED | WNOWAIT));
	EXPECT(info.si_code == CLD_EXITED && info.si_status == 99);
	usleep(50000);
	SHOW(waitpid(pid, &status, WNOHANG)); /* its wait has not ended */
	wait_for("grandchild", own);
	wait_for("SIGCHLD", pid);
	ptrace(PTRACE_CONT, pid, 0, 0);
	wait_for("child", pid);
}

/* The parent of a process that another one traces is told of stops by job control, and of their
 * ends. */
static void job_control(void)
{
	volatile int *step =
		mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pid_t pid, tracer;
	siginfo_t info = {0};

	fflush(stdout);
	pid = fork();
	if (!pid)
		for (;;)
			pause();
	tracer = fork();
	if (!tracer) {
		ptrace(PTRACE_SEIZE, pid, 0, 0);
		*step = 1;
		while (waitpid(pid, &status, __WALL) == pid && WIFSTOPPED(status))
			if (WSTOPSIG(status) == SIGSTOP && status >> 16)
				ptrace(PTRACE_LISTEN, pid, 0, 0);
			else
				ptrace(PTRACE_CONT, pid, 0, status >> 16 ? 0 : WSTOPSIG(status));
		_exit(WTERMSIG(status));
	}
	while (!*step)
		usleep(100);
	SHOW(waitpid(pid, &status, WNOHANG | WUNTRACED | WCONTINUED));
	kill(pid, SIGSTOP);
	SHOW(waitid(P_PID, (id_t)pid, &info, WSTOPPED | WNOWAIT));
	EXPECT(info.si_code == CLD_STOPPED && info.si_status == SIGSTOP && info.si_pid == pid);
	EXPECT(waitpid(-1, &status, WUNTRACED) == pid);
	show_status("parent", status);
	SHOW(waitpid(pid, &status, WNOHANG | WUNTRACED));
	kill(pid, SIGCONT);
	EXPECT(waitpid(pid, &status, WCONTINUED) == pid);
	show_status("parent", status);
	kill(pid, SIGTERM);
	EXPECT(waitpid(tracer, &status, 0) == tracer);
	show_status("tracer", status);
	wait_for("parent", pid);
}

/* ---- Threads ---- */

static pid_t by_thread;

static void nothing(void)
{
}

static void *forks(void *unused)
{
	(void)unused;
	by_thread = start(nothing);
	return NULL;
}

static void forking_thread(void)
{
	pthread_t t;

	pthread_create(&t, NULL, forks, NULL);
	pthread_join(t, NULL);
	wait_for("let go", by_thread);
	SHOW(ptrace(PTRACE_CONT, by_thread, 0, 0));
}

static void *executes(void *unused)
{
	char *argv[] = {(char *)"true", NULL};

	execv("/bin/true", argv);
	return unused;
}

static void thread_executes(void)
{
	pthread_t t;

	pthread_create(&t, NULL, executes, NULL);
	pthread_join(t, NULL);
}

static void show_call(pid_t pid)
{
	long nr = ptrace(PTRACE_PEEKUSER, pid, ORIG_AX, 0);

	printf("call: %s\n", nr == SYS_execve ? "execve" : "another");
}

static void exec_by_thread(void)
{
	pid_t pid = start(thread_executes);

	ptrace(PTRACE_SETOPTIONS, pid, 0, PTRACE_O_TRACEEXEC | PTRACE_O_EXITKILL);
	ptrace(PTRACE_CONT, pid, 0, 0);
	/* the thread is not traced */
	kill(pid, SIGKILL);
	wait_for("killed", pid);

	pid = start(thread_executes);
	ptrace(PTRACE_SETOPTIONS, pid, 0, PTRACE_O_TRACEEXEC | PTRACE_O_TRACECLONE);
	ptrace(PTRACE_CONT, pid, 0, 0);
	wait_for("clone", pid);
	unsigned long thread;

	ptrace(PTRACE_GETEVENTMSG, pid, 0, &thread);
	wait_for("thread", (pid_t)thread);
	ptrace(PTRACE_CONT, pid, 0, 0);
	ptrace(PTRACE_CONT, thread, 0, 0);
	wait_for("exec", pid);
	show_call(pid);
	SHOW(setpgid(pid, pid));
	SHOW(setpgid(pid, -1));
	ptrace(PTRACE_CONT, pid, 0, 0);
	wait_for("end", pid);
}

/* ---- SIGKILL, with an event for the tracer ---- */

static int line[2];

static void writes(void)
{
	if (write(line[1], "x", 1) != 1)
		_exit(1);
	for (;;)
		pause();
}

static void loops(void)
{
	for (;;)
		;
}

static void killed(const char *what, void (*run)(void), bool at_call)
{
	pid_t pid = start(run);
	unsigned long message = 0;

	printf("%s\n", what);
	ptrace(PTRACE_SETOPTIONS, pid, 0, PTRACE_O_TRACEEXIT);
	ptrace(at_call ? PTRACE_SYSCALL : PTRACE_CONT, pid, 0, 0);
	if (at_call)
		wait_for("call", pid);
	else
		usleep(20000);
	kill(pid, SIGKILL);
	do /* older kernels show the end of the call, at times */
		waitpid(pid, &status, 0);
	while (WIFSTOPPED(status) && status >> 16 != PTRACE_EVENT_EXIT);
	show_status("SIGKILL", status);
	ptrace(PTRACE_GETEVENTMSG, pid, 0, &message);
	printf("message %lx\n", message);
	ptrace(PTRACE_CONT, pid, 0, 0);
	wait_for("end", pid);
}

static void kills(void)
{
	char c;

	if (pipe2(line, O_NONBLOCK))
		return;
	killed("at a call", writes, true);
	SHOW(read(line[0], &c, 1)); /* which is not made */
	killed("in a call", writes, false);
	killed("in a loop", loops, false);
}

/* ---- Stops ---- */

static void spin(void)
{
	for (;;)
		pause();
}

static void group_stop(void)
{
	siginfo_t info = {0};
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (!pid)
		spin();
	SHOW(setpgid(pid, pid));
	SHOW(ptrace(PTRACE_SEIZE, pid, 0, 0));
	kill(-pid, SIGSTOP); /* it has a group of its own */
	wait_for("SIGSTOP", pid);
	ptrace(PTRACE_CONT, pid, 0, SIGSTOP);
	wait_for("group", pid);
	ptrace(PTRACE_GETSIGINFO, pid, 0, &info);
	printf("signal %d, code %x\n", info.si_signo, info.si_code);
	ptrace(PTRACE_LISTEN, pid, 0, 0);
	kill(-pid, SIGCONT);
	wait_for("goes on", pid);
	ptrace(PTRACE_GETSIGINFO, pid, 0, &info);
	printf("signal %d, code %x\n", info.si_signo, info.si_code);
	kill(pid, SIGKILL);
	wait_for("end", pid);
}

/* A page of a file that cannot be written is written in a copy, if it is private. */
static void pokes(void)
{
	int fd = open("page", O_RDWR | O_CREAT, 0600);
	void *shared, *own;
	pid_t pid;

	if (ftruncate(fd, 4096))
		return;
	shared = mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0);
	own = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, fd, 0);
	pid = start(nothing);
	SHOW(ptrace(PTRACE_POKEDATA, pid, shared, 1));
	SHOW(ptrace(PTRACE_POKEDATA, pid, own, 1));
	kill(pid, SIGKILL);
	wait_for("end", pid);
	SHOW(*(char *)shared);
}

static void one_call(void)
{
	_exit(syscall(SYS_getppid) == 42 ? 0 : 1);
}

/* A call that is emulated is not a step. */
static void emulated_step(void)
{
	pid_t pid = start(one_call);
	siginfo_t info;

	do {
		ptrace(32 /* PTRACE_SYSEMU_SINGLESTEP */, pid, 0, 0);
		waitpid(pid, &status, 0);
	} while (WIFSTOPPED(status) && ptrace(PTRACE_PEEKUSER, pid, ORIG_AX, 0) != SYS_getppid);
	ptrace(32, pid, 0, 0);
	wait_for("step", pid);
	ptrace(PTRACE_GETSIGINFO, pid, 0, &info);
	printf("code %d, call %ld\n", info.si_code, ptrace(PTRACE_PEEKUSER, pid, ORIG_AX, 0));
	kill(pid, SIGKILL);
	wait_for("end", pid);
}

int main(void)
{
	grandchild();
	job_control();
	forking_thread();
	exec_by_thread();
	kills();
	group_stop();
	pokes();
	emulated_step();
	return 0;
}
