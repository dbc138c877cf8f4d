/* SPDX-License-Identifier: GPL-2.0-or-later */
/* clone(2) and clone3(2) of processes that share no memory: flags, ids, exit signals, errors. */
#include "guest.h"
#include <poll.h>
#include <sched.h>
#include <sys/resource.h>

#ifndef CLONE_PIDFD
#define CLONE_PIDFD 0x1000
#endif
#define CLEAR_SIGHAND 0x100000000ULL
#define INTO_CGROUP   0x200000000ULL
#define WALL	      0x40000000
#define WCLONE	      ((int)0x80000000)

struct args3 {
	uint64_t flags, pidfd, child_tid, parent_tid, exit_signal, stack, stack_size, tls, set_tid,
		set_tid_size, cgroup, more[4];
};

static int *ptid, *ctid, *pidfd;

static long raw_clone(unsigned long flags, void *stack, void *p, void *c, unsigned long tls)
{
#ifdef __i386__
	return syscall(SYS_clone, flags, stack, p, tls, c);
#else
	return syscall(SYS_clone, flags, stack, p, c, tls);
#endif
}

/* Clones a child that leaves with `code`; shows how the call went and how the child is waited
 * for. */
static void one(const char *what, unsigned long flags, int options)
{
	int status = 0;
	long pid;

	*ptid = *ctid = *pidfd = -7;
	fflush(stdout);
	errno = 0;
	pid = raw_clone(flags, NULL, ptid, ctid, 0);
	if (pid == 0)
		_exit(((flags & CLONE_CHILD_SETTID) && *ctid == getpid() ? 1 : 0) |
		      (*ptid == getpid() ? 2 : 0) | (getppid() > 1 ? 4 : 0));
	if (pid < 0) {
		printf("%s: %s\n", what, result(pid));
		return;
	}
	printf("%s: ptid %s\n", what,
	       *ptid == pid	     ? "set"
	       : flags & CLONE_PIDFD ? "fd"
	       : *ptid == -7	     ? "kept"
				     : "?");
	if (flags & CLONE_PIDFD) {
		struct pollfd p = {*ptid, POLLIN, 0};

		SHOW(poll(&p, 1, 10000));
		printf("cloexec %d\n", fcntl(*ptid, F_GETFD));
		close(*ptid);
	}
	EXPECT(waitpid((pid_t)pid, &status, options) == pid);
	printf("%s: ctid %s\n", what, *ctid == pid ? "set" : *ctid == -7 ? "kept" : "?");
	show_status(what, status);
}

static int caught;
static siginfo_t seen;

static void handler(int sig, siginfo_t *info, void *context)
{
	(void)context;
	caught = sig;
	seen = *info;
}

static void exit_signals(void)
{
	const int sigs[] = {SIGCHLD, SIGUSR1, 0, SIGRTMIN + 2};
	struct sigaction sa = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO};
	char what[40];

	sigaction(SIGUSR1, &sa, NULL);
	sigaction(SIGCHLD, &sa, NULL);
	sigaction(SIGRTMIN + 2, &sa, NULL);
	for (size_t i = 0; i < sizeof(sigs) / sizeof(sigs[0]); i++) {
		int status;
		pid_t pid;

		caught = 0;
		memset(&seen, 0, sizeof(seen));
		fflush(stdout);
		pid = (pid_t)raw_clone((unsigned long)sigs[i], NULL, NULL, NULL, 0);
		if (pid == 0)
			_exit(9);
		snprintf(what, sizeof(what), "exit signal %d", i == 3 ? -1 : sigs[i]);
		if (sigs[i] == SIGCHLD) {
			SHOW(waitpid(pid, &status, WNOHANG | WCLONE));
		} else {
			SHOW(waitpid(pid, &status, 0));
			SHOW(waitpid(-1, &status, 0));
		}
		while (waitpid(pid, &status, WALL) != pid)
			;
		show_status(what, status);
		if (sigs[i])
			printf("caught %d code %d pid %d status %d\n", caught == sigs[i],
			       seen.si_code, seen.si_pid == pid, seen.si_status);
		else
			printf("caught %d\n", caught);
		if (sigs[i] != SIGCHLD && sigs[i]) {
			pid = (pid_t)raw_clone((unsigned long)sigs[i], NULL, NULL, NULL, 0);
			if (pid == 0)
				_exit(1);
			do
				errno = 0;
			while (waitpid(-1, &status, WCLONE) != pid && errno == EINTR);
			show_status("__WCLONE", status);
		}
	}
	signal(SIGUSR1, SIG_DFL);
	signal(SIGCHLD, SIG_DFL);
}

static void flag_matrix(void)
{
	one("SIGCHLD", SIGCHLD, 0);
	one("PARENT_SETTID", SIGCHLD | CLONE_PARENT_SETTID, 0);
	one("CHILD_SETTID", SIGCHLD | CLONE_CHILD_SETTID, 0);
	one("CHILD_CLEARTID", SIGCHLD | CLONE_CHILD_CLEARTID, 0);
	one("SETTID both", SIGCHLD | CLONE_CHILD_SETTID | CLONE_PARENT_SETTID, 0);
	one("PIDFD", SIGCHLD | CLONE_PIDFD, 0);
	one("PIDFD and PARENT_SETTID", SIGCHLD | CLONE_PIDFD | CLONE_PARENT_SETTID, 0);
	one("PIDFD and DETACHED", SIGCHLD | CLONE_PIDFD | CLONE_DETACHED, 0);
	one("VFORK without VM", SIGCHLD | CLONE_VFORK, 0);
	one("FS and FILES", SIGCHLD | CLONE_FS | CLONE_FILES, 0);
	one("SYSVSEM and IO", SIGCHLD | CLONE_SYSVSEM | CLONE_IO, 0);
	one("UNTRACED, PTRACE", SIGCHLD | CLONE_UNTRACED | CLONE_PTRACE, 0);
	one("DETACHED", SIGCHLD | CLONE_DETACHED, 0);
	one("SIGHAND without VM", SIGCHLD | CLONE_SIGHAND, 0);
	one("THREAD without SIGHAND", CLONE_THREAD, 0);
	one("THREAD without VM", CLONE_THREAD | CLONE_SIGHAND, 0);
	one("NEWNS and FS", SIGCHLD | CLONE_NEWNS | CLONE_FS, 0);
	one("NEWUSER and FS", SIGCHLD | CLONE_NEWUSER | CLONE_FS, 0);
	one("NEWIPC and SYSVSEM", SIGCHLD | CLONE_NEWIPC | CLONE_SYSVSEM, 0);
	one("NEWUTS", SIGCHLD | CLONE_NEWUTS, 0);
	one("NEWIPC", SIGCHLD | CLONE_NEWIPC, 0);
	one("NEWNS", SIGCHLD | CLONE_NEWNS, 0);
	one("NEWUSER", SIGCHLD | CLONE_NEWUSER, 0);
	one("NEWNET", SIGCHLD | CLONE_NEWNET, 0);
	one("NEWCGROUP", SIGCHLD | CLONE_NEWCGROUP, 0);
	one("exit signal 65", 65, WALL);
	one("exit signal 255", 255, WALL);
}

/* What FS and FILES share, and what their absence does not. */
static void sharing(void)
{
	char cwd[64];
	int status, fd;

	for (int share = 0; share < 2; share++) {
		pid_t pid;

		chdir("/");
		umask(022);
		fd = open("/dev/null", O_RDONLY);
		fflush(stdout);
		pid = (pid_t)raw_clone(SIGCHLD | (share ? CLONE_FS | CLONE_FILES : 0), NULL, NULL,
				       NULL, 0);
		if (pid == 0) {
			chdir("/dev");
			umask(07);
			close(fd);
			_exit(dup2(1, 77) == 77 ? 0 : 1);
		}
		waitpid(pid, &status, 0);
		show_status("sharing", status);
		printf("cwd %s, umask %o\n", getcwd(cwd, sizeof(cwd)), umask(022));
		SHOW(fcntl(fd, F_GETFD));
		SHOW(fcntl(77, F_GETFD));
		close(77);
		close(fd);
	}
	chdir("/");
}

/* CLONE_PARENT: the child is the parent's brother. */
static void parent(void)
{
	int status = 0, pipes[2];
	pid_t pid, brother = 0;

	pipe(pipes);
	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		brother = (pid_t)raw_clone(CLONE_PARENT, NULL, NULL, NULL, 0);
		if (brother == 0)
			_exit(33);
		write(pipes[1], &brother, sizeof(brother));
		_exit(waitpid(brother, NULL, WALL) == -1 && errno == ECHILD ? 3 : 4);
	}
	read(pipes[0], &brother, sizeof(brother));
	EXPECT(waitpid(pid, &status, 0) == pid);
	show_status("child", status);
	EXPECT(waitpid(brother, &status, WALL) == brother);
	show_status("brother", status);
	close(pipes[0]);
	close(pipes[1]);
}

static long clone3(struct args3 *a, size_t size)
{
	return syscall(435, a, size);
}

static void three(const char *what, struct args3 *a, size_t size)
{
	int status;
	long pid;

	fflush(stdout);
	errno = 0;
	pid = clone3(a, size);
	if (pid == 0)
		_exit(5);
	printf("clone3 %s: %s\n", what, pid < 0 ? result(pid) : "ok");
	if (pid > 0) {
		waitpid((pid_t)pid, &status, WALL);
		show_status(what, status);
	}
}

#define THREE(size, ...)                                                                           \
	do {                                                                                       \
		struct args3 a_ = {__VA_ARGS__};                                                   \
		three(#__VA_ARGS__, &a_, size);                                                    \
	} while (0)

static void sizes(void)
{
	int set[2] = {2, 3}, cg;
	uint64_t set_addr = (uintptr_t)set;

	THREE(64, .exit_signal = SIGCHLD);
	THREE(0, .exit_signal = SIGCHLD);
	THREE(63, .exit_signal = SIGCHLD);
	THREE(72, .exit_signal = SIGCHLD);
	THREE(88, .exit_signal = SIGCHLD);
	THREE(96, .exit_signal = SIGCHLD);
	THREE(96, .exit_signal = SIGCHLD, .more = {1});
	THREE(4097, .exit_signal = SIGCHLD);
	SHOW(clone3(NULL, 64));
	SHOW(clone3((void *)16, 88));
	SHOW(clone3((void *)16, 3));
	THREE(88, .flags = 1);
	THREE(88, .flags = SIGCHLD);
	THREE(88, .flags = 1ULL << 40);
	THREE(88, .flags = CLONE_DETACHED, .exit_signal = SIGCHLD);
	THREE(88, .exit_signal = 65);
	THREE(88, .exit_signal = 256 + SIGCHLD);
	THREE(88, .exit_signal = 0);
	THREE(88, .flags = CLONE_PARENT, .exit_signal = SIGCHLD);
	THREE(88, .flags = CLONE_THREAD | CLONE_SIGHAND | CLONE_VM, .exit_signal = SIGCHLD);
	THREE(88, .flags = CLONE_THREAD, .exit_signal = 0);
	THREE(88, .flags = CLONE_SIGHAND, .exit_signal = SIGCHLD);
	THREE(88, .exit_signal = SIGCHLD, .stack = 4096);
	THREE(88, .exit_signal = SIGCHLD, .stack_size = 4096);
	THREE(88, .exit_signal = SIGCHLD, .set_tid_size = 1);
	THREE(88, .exit_signal = SIGCHLD, .set_tid = set_addr);
	THREE(88, .exit_signal = SIGCHLD, .set_tid = set_addr, .set_tid_size = 33);
	THREE(88, .exit_signal = SIGCHLD, .set_tid = set_addr, .set_tid_size = 2);
	THREE(88, .exit_signal = SIGCHLD, .set_tid = 16, .set_tid_size = 1);
	set[0] = 1;
	THREE(88, .exit_signal = SIGCHLD, .set_tid = set_addr, .set_tid_size = 1);
	set[0] = -1;
	THREE(88, .exit_signal = SIGCHLD, .set_tid = set_addr, .set_tid_size = 1);
	THREE(88, .flags = INTO_CGROUP, .exit_signal = SIGCHLD, .cgroup = 1ULL << 32);
	THREE(80, .flags = INTO_CGROUP, .exit_signal = SIGCHLD);
	THREE(88, .flags = INTO_CGROUP, .exit_signal = SIGCHLD, .cgroup = 999);
	cg = open("/", O_RDONLY);
	THREE(88, .flags = INTO_CGROUP, .exit_signal = SIGCHLD, .cgroup = (uint64_t)cg);
	close(cg);
	THREE(88, .flags = CLEAR_SIGHAND | CLONE_SIGHAND | CLONE_VM, .exit_signal = SIGCHLD);
	THREE(88, .flags = CLONE_PIDFD | CLONE_PARENT_SETTID, .exit_signal = SIGCHLD,
	      .pidfd = (uintptr_t)pidfd, .parent_tid = (uintptr_t)pidfd);
	*pidfd = -1;
	THREE(88, .flags = CLONE_PIDFD | CLONE_PARENT_SETTID, .exit_signal = SIGCHLD,
	      .pidfd = (uintptr_t)pidfd, .parent_tid = (uintptr_t)ptid);
	EXPECT(*pidfd > 2 && *ptid > 2);
	close(*pidfd);
	THREE(88, .flags = CLONE_PIDFD, .exit_signal = SIGCHLD, .pidfd = 16);
	THREE(88, .flags = CLONE_PARENT_SETTID, .exit_signal = SIGCHLD, .parent_tid = 16);
	THREE(88, .flags = CLONE_CHILD_SETTID, .exit_signal = SIGCHLD, .child_tid = 16);
	THREE(88, .flags = CLONE_NEWPID, .exit_signal = SIGCHLD);
}

static void clear_sighand(void)
{
	struct args3 a = {.flags = CLEAR_SIGHAND, .exit_signal = SIGCHLD};
	struct sigaction sa;
	int status;
	long pid;

	signal(SIGUSR1, SIG_IGN);
	signal(SIGUSR2, (void (*)(int))exit);
	fflush(stdout);
	pid = clone3(&a, 88);
	if (pid == 0) {
		sigaction(SIGUSR1, NULL, &sa);
		printf("USR1 %s\n", sa.sa_handler == SIG_IGN ? "ignored" : "not ignored");
		sigaction(SIGUSR2, NULL, &sa);
		printf("USR2 %s\n", sa.sa_handler == SIG_DFL ? "default" : "not default");
		fflush(stdout);
		raise(SIGUSR1);
		raise(SIGUSR2);
		_exit(0);
	}
	if (pid > 0) {
		waitpid((pid_t)pid, &status, 0);
		show_status("clear_sighand", status);
	}
	signal(SIGUSR1, SIG_DFL);
	signal(SIGUSR2, SIG_DFL);
}

static void namespaces(void)
{
	int status;
	pid_t pid;

	fflush(stdout);
	pid = (pid_t)raw_clone(SIGCHLD | CLONE_NEWPID, NULL, NULL, NULL, 0);
	if (pid == 0) {
		printf("pid %d ppid %d tid %ld\n", getpid(), getppid(), syscall(SYS_gettid));
		printf("kill: %d\n", kill(getpid(), 0));
		fflush(stdout);
		pid = fork();
		if (pid == 0) {
			printf("pid %d ppid %d\n", getpid(), getppid());
			fflush(stdout);
			_exit(1);
		}
		waitpid(pid, &status, 0);
		_exit(pid == 2 ? WEXITSTATUS(status) : 9);
	}
	if (pid < 0) {
		printf("no pid namespace: %s\n", result(pid));
		return;
	}
	waitpid(pid, &status, 0);
	show_status("pid namespace", status);
}

int main(void)
{
	int *shared = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	ptid = shared, ctid = shared + 1, pidfd = shared + 2;
	flag_matrix();
	exit_signals();
	sharing();
	parent();
	sizes();
	clear_sighand();
	namespaces();
	return 0;
}
