/* SPDX-License-Identifier: GPL-2.0-or-later */
/* pidfds, waiting by all kinds of ids, kcmp, namespaces, and what is refused. */
#include "guest.h"
#include <poll.h>
#include <sched.h>
#include <sys/ptrace.h>
#include <sys/resource.h>

#ifndef P_PIDFD
#define P_PIDFD 3
#endif
#define BAD	  ((void *)16)
#define CALL(...) SHOW(syscall(__VA_ARGS__))
#define OPEN	  434
#define SEND	  424
#define GETFD	  438
#define MRELEASE  448

static pid_t child(int status, int wait_first)
{
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		if (wait_first)
			pause();
		_exit(status);
	}
	return pid;
}

static void show_info(const siginfo_t *info, pid_t pid)
{
	printf("signo %d errno %d code %d status %d pid %s uid %d\n", info->si_signo,
	       info->si_errno, info->si_code, info->si_status,
	       info->si_pid == pid ? "right"
	       : info->si_pid	   ? "WRONG"
				   : "0",
	       info->si_uid == getuid());
}

static void pidfds(void)
{
	pid_t pid = child(12, 1);
	int fd = (int)syscall(OPEN, pid, 0), p[2], got;
	struct pollfd pfd = {fd, POLLIN, 0};
	siginfo_t info;

	printf("cloexec %d\n", fcntl(fd, F_GETFD));
	CALL(OPEN, 0, 0);
	CALL(OPEN, -1, 0);
	CALL(OPEN, 999999999, 0);
	CALL(OPEN, pid, 1);
	SHOW(poll(&pfd, 1, 0));
	memset(&info, 0, sizeof(info));
	SHOW(waitid(P_PIDFD, (id_t)fd, &info, WEXITED | WNOHANG));
	show_info(&info, pid);
	CALL(SEND, fd, 0, NULL, 0);
	CALL(SEND, fd, 65, NULL, 0);
	CALL(SEND, fd, 0, NULL, 1 << 20);
	CALL(SEND, fd, SIGUSR1, BAD, 0);
	CALL(SEND, 0, 0, NULL, 0);
	CALL(SEND, 999, 0, NULL, 0);
	memset(&info, 0, sizeof(info));
	CALL(SEND, fd, SIGUSR1, &info, 0);
	info.si_signo = SIGTERM;
	info.si_code = SI_QUEUE;
	CALL(SEND, fd, SIGTERM, &info, 0);
	SHOW(poll(&pfd, 1, 20000));
	memset(&info, 0, sizeof(info));
	SHOW(waitid(P_PIDFD, (id_t)fd, &info, WEXITED | WNOWAIT));
	show_info(&info, pid);
	SHOW(waitid(P_PIDFD, (id_t)fd, &info, WEXITED));
	show_info(&info, pid);
	SHOW(waitid(P_PIDFD, (id_t)fd, &info, WEXITED));
	SHOW(waitid(P_PIDFD, 0, &info, WEXITED));
	SHOW(waitid(P_PIDFD, 999, &info, WEXITED));
	CALL(SEND, fd, 0, NULL, 0);
	CALL(GETFD, fd, 0, 0);
	CALL(MRELEASE, fd, 0);
	CALL(MRELEASE, 0, 0);
	CALL(MRELEASE, fd, 1);
	close(fd);
	fd = (int)syscall(OPEN, getpid(), 0);
	CALL(GETFD, fd, 999, 0);
	CALL(GETFD, fd, 0, 1);
	CALL(GETFD, 0, 0, 0);
	pipe(p);
	got = (int)syscall(GETFD, fd, p[1], 0);
	printf("%zd bytes, cloexec %d\n", write(got, "abc", 3), fcntl(got, F_GETFD));
	/* nothing of the emulator's own is to be had */
	for (int i = got + 1, n = 0; i < 70000; i++)
		if ((got = (int)syscall(GETFD, fd, i, 0)) >= 0)
			printf("descriptor number %d\n", ++n);
	close(fd);
}

static void groups(void)
{
	siginfo_t info;
	int status, go[2];
	pid_t pid;

	pipe(go);
	pid = child(3, 1);
	SHOW(setpgid(pid, pid));
	SHOW_OK(getpgid(pid));
	EXPECT(getpgid(pid) == pid);
	memset(&info, 0, sizeof(info));
	SHOW(waitid(P_PGID, (id_t)pid, &info, WEXITED | WNOHANG));
	show_info(&info, pid);
	kill(-pid, SIGSTOP);
	SHOW(waitid(P_PGID, (id_t)pid, &info, WSTOPPED | WEXITED));
	show_info(&info, pid);
	kill(-pid, SIGCONT);
	SHOW(waitid(P_PGID, (id_t)pid, &info, WCONTINUED));
	show_info(&info, pid);
	kill(pid, SIGSTOP);
	EXPECT(waitpid(-pid, &status, WUNTRACED) == pid);
	show_status("by group", status);
	kill(pid, SIGKILL);
	SHOW(waitid(P_ALL, 0, &info, WEXITED));
	show_info(&info, pid);
	pid = child(1, 0);
	SHOW(waitid(P_PGID, 0, &info, WEXITED));
	show_info(&info, pid);
	SHOW(setpgid(0, 999999999));
	SHOW(setpgid(999999999, 0));
	SHOW(setpgid(-1, 0));
	SHOW(setpgid(0, -1));
	SHOW(getpgid(-1));
	SHOW(getsid(999999999));
	SHOW(waitid(P_PGID, -1, &info, WEXITED));
	SHOW(waitid(P_PID, 0, &info, WEXITED));
	SHOW(waitid(P_ALL, 0, NULL, 0x80));
	SHOW(waitid(P_ALL, 0, BAD, WEXITED | WNOHANG));
	SHOW(kill(-999999999, 0));
	if ((pid = fork()) == 0) {
		EXPECT(setsid() == getpid());
		EXPECT(getpgrp() == getpid() && getsid(0) == getpid());
		SHOW(setsid());
		fflush(stdout);
		_exit(0);
	}
	waitpid(pid, &status, 0);
	signal(SIGCHLD, SIG_IGN);
	child(1, 0);
	SHOW(wait(&status));
	signal(SIGCHLD, SIG_DFL);
}

static void priorities(void)
{
	SHOW(getpriority(PRIO_PROCESS, 0));
	SHOW(setpriority(PRIO_PROCESS, 0, 3));
	SHOW(getpriority(PRIO_PROCESS, 0));
	SHOW(setpriority(PRIO_PGRP, 999999999, 3));
	SHOW(getpriority(9, 0));
	SHOW(setpriority(PRIO_USER, 999999, 0));
	SHOW(setpriority(PRIO_PROCESS, 0, 100));
	SHOW(getpriority(PRIO_PROCESS, 0));
	SHOW_OK(syscall(SYS_ioprio_get, 1, 0));
	CALL(SYS_ioprio_set, 1, 0, 2 << 13 | 3);
	CALL(SYS_ioprio_get, 1, 0);
	CALL(SYS_ioprio_set, 9, 0, 0);
}

static void comparing(void)
{
	pid_t me = getpid(), pid = child(0, 1);
	int fd = dup(1);

	for (int type = 1; type < 7; type++) {
		printf("%d: %ld\n", type, syscall(SYS_kcmp, me, me, type, 0, 0));
		printf("%d: %d\n", type, syscall(SYS_kcmp, me, pid, type, 0, 0) > 0);
	}
	CALL(SYS_kcmp, me, me, 0, 1, fd);
	CALL(SYS_kcmp, me, pid, 0, 1, fd);
	CALL(SYS_kcmp, me, me, 0, 1, 999);
	CALL(SYS_kcmp, me, me, 99, 0, 0);
	CALL(SYS_kcmp, me, 999999999, 1, 0, 0);
	kill(pid, SIGKILL);
	wait(NULL);
}

static void namespaces(void)
{
	char name[65] = "";

	CALL(SYS_unshare, 0);
	CALL(SYS_unshare, CLONE_FILES | CLONE_FS | CLONE_SYSVSEM);
	CALL(SYS_unshare, 1);
	CALL(SYS_unshare, CLONE_THREAD);
	CALL(SYS_unshare, CLONE_VM | CLONE_SIGHAND);
	CALL(SYS_unshare, CLONE_NEWUTS);
	SHOW(sethostname("guest", 5));
	gethostname(name, 64);
	printf("%d\n", !strcmp(name, "guest"));
	CALL(SYS_setns, 1, 0);
	CALL(SYS_setns, 999, 0);
	int fd = open("/proc/self/ns/uts", O_RDONLY);
	CALL(SYS_setns, fd, CLONE_NEWIPC);
	CALL(SYS_setns, fd, CLONE_NEWUTS);
	CALL(SYS_unshare, CLONE_NEWUSER);
	CALL(SYS_unshare, CLONE_NEWPID);
}

static void refused(void)
{
	CALL(SYS_restart_syscall);
	CALL(SYS_ptrace, PTRACE_ATTACH, 999999999, 0, 0);
	CALL(SYS_ptrace, PTRACE_PEEKDATA, 999999999, 0, 0);
	CALL(SYS_acct, "/does/not/exist");
}

int main(void)
{
	in_child("pidfds", pidfds);
	in_child("groups", groups);
	in_child("priorities", priorities);
	in_child("comparing", comparing);
	in_child("namespaces", namespaces);
	in_child("refused", refused);
	return 0;
}
