/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Secure computing: strict mode, filters and all their answers; system call user dispatch. */
#include "guest.h"
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <sys/utsname.h>
#include <sched.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <ucontext.h>

#define LOAD(field) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))
#define IF(value)   BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, 0, 1)
#define RET(value)  BPF_STMT(BPF_RET | BPF_K, value)
#define ALLOW	    RET(SECCOMP_RET_ALLOW)
#define PROG(name, ...)                                                                            \
	static struct sock_filter name##_insns[] = {__VA_ARGS__};                                  \
	static struct sock_fprog name = {sizeof(name##_insns) / sizeof(name##_insns[0]),           \
					 name##_insns}

#ifdef __x86_64__
#define ARCH   AUDIT_ARCH_X86_64
#define IP_REG REG_RIP
#define RESULT REG_RAX
#else
#define ARCH   AUDIT_ARCH_I386
#define IP_REG REG_EIP
#define RESULT REG_EAX
#endif

PROG(allow_all, ALLOW);
PROG(errnos, LOAD(nr), IF(SYS_getppid), RET(SECCOMP_RET_ERRNO | 77), IF(SYS_getuid),
     RET(SECCOMP_RET_ERRNO | 0), IF(SYS_getgid), RET(SECCOMP_RET_ERRNO | 0xffff), IF(SYS_umask),
     RET(SECCOMP_RET_TRACE | 1), IF(SYS_sync), RET(0x7fc00000), IF(SYS_getpgid),
     RET(SECCOMP_RET_LOG), ALLOW);
PROG(trap, LOAD(nr), IF(SYS_getppid), RET(SECCOMP_RET_TRAP | 1234), ALLOW);
PROG(kill_thread, LOAD(nr), IF(SYS_getppid), RET(SECCOMP_RET_KILL_THREAD), ALLOW);
PROG(kill_process, LOAD(nr), IF(SYS_getppid), RET(SECCOMP_RET_KILL_PROCESS), ALLOW);
PROG(unknown, LOAD(nr), IF(SYS_getppid), RET(0x12340000), ALLOW);
PROG(stricter, LOAD(nr), IF(SYS_getppid), RET(SECCOMP_RET_ERRNO | 5), IF(SYS_getuid),
     RET(SECCOMP_RET_ERRNO | 6), ALLOW);
/* arguments: lower half of the first one */
PROG(args, LOAD(nr), BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_getpgid, 0, 4), LOAD(args[0]),
     BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, 1000000, 0, 2), BPF_STMT(BPF_ALU | BPF_AND | BPF_K, 0xff),
     BPF_STMT(BPF_RET | BPF_A, 0), ALLOW);
PROG(arch, LOAD(arch), BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ARCH, 1, 0), RET(SECCOMP_RET_ERRNO | 99),
     ALLOW);
/* (5 * 7 + 1 << 2 >> 1 ^ 3 | 0x100) / 3 - 2, negated twice, by way of X and memory */
PROG(arith, LOAD(nr), BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_getppid, 0, 20),
     BPF_STMT(BPF_LD | BPF_IMM, 5), BPF_STMT(BPF_LDX | BPF_IMM, 7),
     BPF_STMT(BPF_ALU | BPF_MUL | BPF_X, 0), BPF_STMT(BPF_ALU | BPF_ADD | BPF_K, 1),
     BPF_STMT(BPF_ALU | BPF_LSH | BPF_K, 2), BPF_STMT(BPF_ALU | BPF_RSH | BPF_K, 1),
     BPF_STMT(BPF_ALU | BPF_XOR | BPF_K, 3), BPF_STMT(BPF_ALU | BPF_OR | BPF_K, 0x100),
     BPF_STMT(BPF_ST, 3), BPF_STMT(BPF_LD | BPF_W | BPF_LEN, 0), BPF_STMT(BPF_MISC | BPF_TAX, 0),
     BPF_STMT(BPF_STX, 5), BPF_STMT(BPF_LD | BPF_MEM, 3), BPF_STMT(BPF_LDX | BPF_MEM, 5),
     BPF_STMT(BPF_ALU | BPF_SUB | BPF_X, 0), BPF_STMT(BPF_ALU | BPF_DIV | BPF_K, 3),
     BPF_STMT(BPF_ALU | BPF_NEG, 0), BPF_STMT(BPF_ALU | BPF_NEG, 0),
     BPF_STMT(BPF_ALU | BPF_OR | BPF_K, SECCOMP_RET_ERRNO), BPF_STMT(BPF_RET | BPF_A, 0),
     BPF_STMT(BPF_MISC | BPF_TXA, 0), BPF_STMT(BPF_JMP | BPF_JA, 0), ALLOW);

static long seccomp(unsigned op, unsigned flags, void *arg)
{
	return syscall(SYS_seccomp, op, flags, arg);
}

static void install(struct sock_fprog *prog)
{
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	SHOW(seccomp(SECCOMP_SET_MODE_FILTER, 0, prog));
}

static void checks(void)
{
	static struct sock_filter bad[][3] = {
		{BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 1), ALLOW, ALLOW},
		{BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 64), ALLOW, ALLOW},
		{BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 60), ALLOW, ALLOW},
		{BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 0), ALLOW, ALLOW},
		{BPF_STMT(BPF_LD | BPF_W | BPF_IND, 0), ALLOW, ALLOW},
		{BPF_STMT(BPF_ALU | BPF_MOD | BPF_K, 2), ALLOW, ALLOW},
		{BPF_STMT(BPF_ALU | BPF_DIV | BPF_K, 0), ALLOW, ALLOW},
		{BPF_STMT(BPF_ALU | BPF_LSH | BPF_K, 32), ALLOW, ALLOW},
		{BPF_STMT(BPF_LD | BPF_MEM, 16), ALLOW, ALLOW},
		{BPF_STMT(BPF_LD | BPF_MEM, 2), ALLOW, ALLOW},
		{BPF_STMT(BPF_ST, 2), BPF_STMT(BPF_LD | BPF_MEM, 2), ALLOW},
		{BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 1, 0, 2), ALLOW, ALLOW},
		{BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 1, 0, 1), ALLOW, ALLOW},
		{BPF_STMT(BPF_JMP | BPF_JA, 2), ALLOW, ALLOW},
		{ALLOW, ALLOW, BPF_STMT(BPF_LD | BPF_IMM, 0)},
		{{0xffff, 0, 0, 0}, ALLOW, ALLOW},
		{BPF_STMT(BPF_RET | BPF_X, 0), ALLOW, ALLOW},
	};
	struct sock_fprog p = {0, bad[0]};
	unsigned action = SECCOMP_RET_TRAP;

	SHOW(prctl(PR_GET_SECCOMP));
	SHOW(seccomp(SECCOMP_SET_MODE_STRICT, 1, NULL));
	SHOW(seccomp(SECCOMP_SET_MODE_STRICT, 0, &p));
	SHOW(seccomp(99, 0, NULL));
	SHOW(seccomp(SECCOMP_SET_MODE_FILTER, 0, NULL));
	SHOW(seccomp(SECCOMP_SET_MODE_FILTER, 0, &p));
	p.len = 4097;
	SHOW(seccomp(SECCOMP_SET_MODE_FILTER, 0, &p));
	SHOW(seccomp(SECCOMP_SET_MODE_FILTER, 1 << 20, &p));
	SHOW(seccomp(SECCOMP_SET_MODE_FILTER, 32, &allow_all));
	SHOW(seccomp(SECCOMP_SET_MODE_FILTER, 9, &allow_all));
	SHOW(seccomp(SECCOMP_GET_ACTION_AVAIL, 0, &action));
	SHOW(seccomp(SECCOMP_GET_ACTION_AVAIL, 1, &action));
	SHOW(seccomp(SECCOMP_GET_ACTION_AVAIL, 0, NULL));
	action = 0x12340000;
	SHOW(seccomp(SECCOMP_GET_ACTION_AVAIL, 0, &action));
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	p.len = 3;
	p.filter = (void *)16;
	SHOW(seccomp(SECCOMP_SET_MODE_FILTER, 0, &p));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		p.filter = bad[i];
		printf("program %zu: ", i);
		SHOW(seccomp(SECCOMP_SET_MODE_FILTER, 0, &p));
	}
	SHOW(prctl(PR_GET_SECCOMP));
	SHOW(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &allow_all));
	SHOW(seccomp(SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &allow_all));
	SHOW(seccomp(SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_LOG, &allow_all));
	SHOW(prctl(PR_GET_SECCOMP));
	SHOW(seccomp(SECCOMP_SET_MODE_STRICT, 0, NULL));
	SHOW(prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT));
}

static void unprivileged(void)
{
	if (getuid() == 0)
		setuid(12345);
	SHOW(seccomp(SECCOMP_SET_MODE_FILTER, 0, &allow_all));
	install(&allow_all);
}

static void answers(void)
{
	install(&errnos);
	SHOW(syscall(SYS_getppid));
	SHOW(syscall(SYS_getuid));
	SHOW(syscall(SYS_getgid));
	SHOW(syscall(SYS_umask, 0));
	SHOW(syscall(SYS_sync));
	SHOW_OK(syscall(SYS_getpgid, 0));
	install(&stricter);
	SHOW(syscall(SYS_getppid));
	SHOW(syscall(SYS_getuid));
	SHOW(syscall(99999));
	fflush(stdout);
	if (fork() == 0) {
		SHOW(syscall(SYS_getppid));
		fflush(stdout);
		_exit(0);
	}
	wait(NULL);
}

static void arguments(void)
{
	install(&args);
	SHOW(syscall(SYS_getpgid, 5) == 5 ? 0L : -1L);
	SHOW_OK(syscall(SYS_getpgid, 2000000));
	SHOW(syscall(SYS_getpgid, 0) < 0 ? -1L : 0L);
}

static volatile int caught, code, err, nr, at_ip, in_a, old_ax;
static volatile unsigned got_arch;

static void on_sys(int sig, siginfo_t *info, void *context)
{
	ucontext_t *uc = context;

	caught = sig;
	code = info->si_code;
	err = info->si_errno;
	nr = info->si_syscall;
	got_arch = info->si_arch;
	at_ip = (uintptr_t)info->si_call_addr == (uintptr_t)uc->uc_mcontext.gregs[IP_REG];
	old_ax = (int)uc->uc_mcontext.gregs[RESULT];
	uc->uc_mcontext.gregs[RESULT] = 4321;
}

static void traps(void)
{
	struct sigaction sa = {.sa_sigaction = on_sys, .sa_flags = SA_SIGINFO};

	sigaction(SIGSYS, &sa, NULL);
	install(&trap);
	SHOW(syscall(SYS_getppid));
	printf("signal %d code %d errno %d nr %d arch %x at ip %d ax %d\n", caught, code, err,
	       nr == SYS_getppid, got_arch, at_ip, old_ax == SYS_getppid);
	caught = 0;
	errno = 0;
	printf("int80 %ld", int80(64, 1, 2, 3, 4, 5) == getppid() ? 1L : 0L);
	printf(" caught %d nr %d arch %x\n", caught, nr, got_arch);
}

static void trap_blocked(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGSYS);
	sigprocmask(SIG_BLOCK, &set, NULL);
	install(&trap);
	fflush(stdout);
	syscall(SYS_getppid);
	printf("alive\n");
}

static void trap_default(void)
{
	signal(SIGSYS, SIG_IGN);
	install(&trap);
	fflush(stdout);
	syscall(SYS_getppid);
	printf("alive\n");
}

static void killed(struct sock_fprog *prog)
{
	signal(SIGSYS, _exit);
	install(prog);
	fflush(stdout);
	syscall(SYS_getppid);
	printf("alive\n");
}

static void killed_thread(void)
{
	killed(&kill_thread);
}

static void killed_process(void)
{
	killed(&kill_process);
}

static void killed_unknown(void)
{
	killed(&unknown);
}

static void architectures(void)
{
	install(&arch);
	SHOW_OK(syscall(SYS_getppid));
	SHOW(int80(64, 0, 0, 0, 0, 0) > 0 ? 1L : 0L);
}

static void arithmetic(void)
{
	install(&arith);
	SHOW(syscall(SYS_getppid));
}

static void strict(void)
{
	prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT);
	write(1, "written\n", 8);
	syscall(SYS_exit, 7);
}

static void strict_kill(void)
{
	SHOW(seccomp(SECCOMP_SET_MODE_STRICT, 0, NULL));
	write(1, "written\n", 8);
	getpid();
	syscall(SYS_getppid);
	write(1, "alive\n", 6);
}

static void inherited(void)
{
	char *argv[] = {"seccomp", "again", NULL};

	install(&stricter);
	fflush(stdout);
	execv("/proc/self/exe", argv);
	printf("exec failed\n");
}

static volatile char selector;

static void on_dispatch(int sig, siginfo_t *info, void *context)
{
	ucontext_t *uc = context;

	selector = 0;
	caught = sig;
	code = info->si_code;
	nr = info->si_syscall;
	uc->uc_mcontext.gregs[RESULT] = 99;
}

static void dispatch(void)
{
	struct sigaction sa = {.sa_sigaction = on_dispatch, .sa_flags = SA_SIGINFO};

	sigaction(SIGSYS, &sa, NULL);
	SHOW(prctl(59, 1, 10, -5L, 0));
	SHOW(prctl(59, 1, 0, 0, &selector));
	SHOW_OK(syscall(SYS_getppid));
	selector = 1;
	long ret = syscall(SYS_getppid);
	printf("%ld: signal %d code %d nr %d\n", ret, caught, code, nr == SYS_getppid);
	fflush(stdout);
	if (fork() == 0) {
		selector = 1;
		_exit(getppid() > 0 ? 11 : 12);
	}
	int status;
	wait(&status);
	show_status("child", status);
	SHOW(prctl(59, 0, 0, 0, 0));
	selector = 1;
	SHOW_OK(syscall(SYS_getppid));
	prctl(59, 1, 0, 0, &selector);
	fflush(stdout);
	selector = 7;
	syscall(SYS_getppid);
}

static int go[2], done[2];

static void *thread(void *own)
{
	char c;

	if (own) {
		prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
		seccomp(SECCOMP_SET_MODE_FILTER, 0, &allow_all);
	}
	write(done[1], "x", 1);
	read(go[0], &c, 1);
	errno = 0;
	long ret = syscall(SYS_getppid);
	printf("thread: %d %d\n", ret > 0 ? 1 : (int)ret, errno);
	return NULL;
}

/* A filter for all threads, unless one has filters of its own. */
static void threads(void)
{
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	for (int own = 0; own < 2; own++) {
		pthread_t t;
		char c;

		pipe(go);
		pipe(done);
		pthread_create(&t, NULL, thread, own ? &t : NULL);
		read(done[0], &c, 1);
		long ret = seccomp(SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC,
				   own ? &kill_thread : &stricter);
		printf("TSYNC %d\n", ret > 0 ? 1 : (int)ret);
		if (own)
			SHOW(seccomp(SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC | 16,
				     &kill_thread));
		write(go[1], "x", 1);
		pthread_join(t, NULL);
	}
	SHOW(syscall(SYS_getppid));
}

static void *killed_alone(void *strict)
{
	if (strict) {
		prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT);
		syscall(SYS_getppid);
	} else {
		seccomp(SECCOMP_SET_MODE_FILTER, 0, &kill_thread);
		syscall(SYS_getppid);
		syscall(SYS_getuid);
	}
	printf("not reached\n");
	fflush(stdout);
	return NULL;
}

/* The thread ends, without a destructor and a status; the process goes on. */
static void thread_alone(void)
{
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	for (long strict_too = 0; strict_too < 2; strict_too++) {
		pthread_t t;

		pthread_create(&t, NULL, killed_alone, (void *)strict_too);
		printf("join %d\n", pthread_join(t, NULL));
	}
}

static volatile int leader_is_there = 1;

static void *survivor(void *arg)
{
	(void)arg;
	while (leader_is_there)
		sched_yield();
	syscall(SYS_exit, 5);
	return NULL;
}

/* The process's status is that of its last thread. */
static void leader_alone(void)
{
	pthread_t t;

	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	fflush(stdout);
	syscall(SYS_set_tid_address, &leader_is_there);
	pthread_create(&t, NULL, survivor, NULL);
	killed_alone(NULL);
}

static pthread_t leader;

static void *syncs(void *arg)
{
	(void)arg;
	pthread_join(leader, NULL);
	SHOW(seccomp(SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &allow_all));
	exit(4);
}

/* The filters of a first thread that has ended are in nobody's way, since Linux 6.11. */
static void leader_gone(void)
{
	struct utsname u;
	pthread_t t;

	if (uname(&u) || strverscmp(u.release, "6.11") < 0)
		return;
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	leader = pthread_self();
	pthread_create(&t, NULL, syncs, NULL);
	seccomp(SECCOMP_SET_MODE_FILTER, 0, &allow_all);
	pthread_exit(NULL);
}

int main(int argc, char **argv)
{
	(void)argv;
	setvbuf(stdout, NULL, _IOFBF, 1 << 16);
	if (argc > 1) {
		SHOW(syscall(SYS_getppid));
		SHOW(syscall(SYS_getuid));
		return 0;
	}
	in_child("checks", checks);
	in_child("unprivileged", unprivileged);
	in_child("answers", answers);
	in_child("arguments", arguments);
	in_child("traps", traps);
	in_child("trap blocked", trap_blocked);
	in_child("trap ignored", trap_default);
	in_child("kill thread", killed_thread);
	in_child("kill process", killed_process);
	in_child("unknown action", killed_unknown);
	in_child("architectures", architectures);
	in_child("arithmetic", arithmetic);
	in_child("strict", strict);
	in_child("strict, killed", strict_kill);
	in_child("inherited", inherited);
	in_child("threads", threads);
	in_child("a thread killed", thread_alone);
	in_child("the leader killed", leader_alone);
	in_child("the leader gone", leader_gone);
	in_child("dispatch", dispatch);
	return 0;
}
