/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Waiting for children and sending signals. */
#include "guest.h"
#include <sys/resource.h>

#define BAD	      ((void *)16)
#define CALL(nr, ...) SHOW(syscall(SYS_##nr, __VA_ARGS__))

static pid_t child(int status, int stop)
{
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		if (stop)
			raise(SIGSTOP);
		if (stop > 1)
			pause();
		_exit(status);
	}
	return pid;
}

static void plain(void)
{
	struct rusage ru;
	int status = 77;
	pid_t pid = child(3, 0);

	memset(&ru, 0xff, sizeof(ru));
	EXPECT(wait4(pid, &status, 0, &ru) == pid);
	show_status("child", status);
	EXPECT(ru.ru_maxrss >= 0 && ru.ru_nswap == 0);
	SHOW(wait4(pid, &status, 0, NULL));
	SHOW(wait4(-1, NULL, WNOHANG, NULL));
	SHOW(wait4(-1, NULL, 0x12345678, NULL));
	pid = child(4, 0);
	CALL(wait4, pid, BAD, 0, NULL);
	SHOW(waitpid(pid, &status, 0));
#ifdef __i386__
	pid = child(9, 0);
	EXPECT(syscall(SYS_waitpid, pid, &status, 0) == pid);
	show_status("waitpid", status);
#endif
}

static void stops(void)
{
	int status;
	pid_t pid = child(6, 2);

	EXPECT(waitpid(pid, &status, WUNTRACED) == pid);
	show_status("child", status);
	SHOW(waitpid(pid, &status, WNOHANG | WUNTRACED));
	SHOW(kill(pid, SIGCONT));
	EXPECT(waitpid(pid, &status, WCONTINUED) == pid);
	show_status("child", status);
	SHOW(kill(pid, SIGTERM));
	EXPECT(waitpid(pid, &status, 0) == pid);
	show_status("child", status);
}

static void ids(void)
{
	struct rusage ru;
	siginfo_t info;
	pid_t pid = child(11, 0);

	memset(&info, 0xff, sizeof(info));
	SHOW(waitid(P_PID, pid, &info, WEXITED | WNOWAIT));
	EXPECT(info.si_pid == pid && info.si_uid == getuid());
	printf("%d %d %d\n", info.si_signo, info.si_code, info.si_status);
	SHOW(syscall(SYS_waitid, P_ALL, 0, &info, WEXITED, &ru));
	EXPECT(info.si_pid == pid && ru.ru_maxrss >= 0);
	memset(&info, 0xff, sizeof(info));
	SHOW(waitid(P_ALL, 0, &info, WEXITED | WNOHANG));
	printf("%d %d %d\n", info.si_signo, info.si_code, info.si_pid);
	SHOW(waitid(P_ALL, 0, &info, 0));
	SHOW(waitid(55, 0, &info, WEXITED));
	pid = child(0, 1);
	memset(&info, 0xff, sizeof(info));
	SHOW(waitid(P_PID, pid, &info, WSTOPPED));
	printf("%d %d %d\n", info.si_signo, info.si_code, info.si_status);
	memset(&info, 0xff, sizeof(info));
	SHOW(waitid(P_PID, pid, &info, WEXITED | WNOHANG));
	printf("%d %d %d\n", info.si_signo, info.si_code, info.si_pid);
	kill(pid, SIGKILL);
	SHOW(waitid(P_PID, pid, &info, WEXITED));
	printf("%d %d %d\n", info.si_signo, info.si_code, info.si_status);
}

static volatile int got, got_code, got_value, got_pid;

static void handler(int sig, siginfo_t *info, void *context)
{
	(void)context;
	got = sig;
	got_code = info->si_code;
	got_value = info->si_value.sival_int;
	got_pid = info->si_pid;
}

static void report(const char *what)
{
	printf("%s: signal %d code %d from self %d\n", what, got, got_code, got_pid == getpid());
	got = got_code = got_pid = 0;
}

static void sending(void)
{
	struct sigaction sa = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO};
	union sigval v = {.sival_int = 4711};
	siginfo_t info;

	sigaction(SIGUSR1, &sa, NULL);
	sigaction(SIGRTMIN, &sa, NULL);
	SHOW(kill(getpid(), SIGUSR1));
	report("kill");
	SHOW(syscall(SYS_tgkill, getpid(), getpid(), SIGUSR1));
	report("tgkill");
	SHOW(syscall(SYS_tkill, getpid(), SIGRTMIN));
	report("tkill");
	SHOW(sigqueue(getpid(), SIGRTMIN, v));
	printf("value %d\n", got_value);
	report("sigqueue");
	memset(&info, 0, sizeof(info));
	info.si_signo = SIGUSR1;
	info.si_code = -7;
	info.si_value.sival_int = 815;
	info.si_pid = getpid();
	SHOW(syscall(SYS_rt_tgsigqueueinfo, getpid(), getpid(), SIGUSR1, &info));
	printf("value %d\n", got_value);
	report("rt_tgsigqueueinfo");
	CALL(kill, getpid(), 0);
	CALL(kill, getpid(), 65);
	CALL(kill, 0x7fffffff, SIGTERM);
	CALL(tgkill, getpid(), 0, SIGTERM);
	CALL(tgkill, -1, 1, SIGTERM);
	CALL(tkill, -1, 0);
	CALL(rt_sigqueueinfo, getpid(), SIGUSR1, BAD);
	info.si_code = 0;
	SHOW(syscall(SYS_rt_sigqueueinfo, getppid(), 0, &info));
}

static void pidfds(void)
{
	siginfo_t info;
	pid_t pid = child(0, 1);
	int status, fd = (int)syscall(SYS_pidfd_open, pid, 0);

	EXPECT(fd > 2);
	EXPECT(waitpid(pid, &status, WUNTRACED) == pid);
	SHOW(syscall(SYS_pidfd_send_signal, fd, 0, NULL, 0));
	SHOW(syscall(SYS_pidfd_send_signal, fd, SIGTERM, NULL, 99));
	SHOW(syscall(SYS_pidfd_send_signal, fd, SIGTERM, BAD, 0));
	SHOW(syscall(SYS_pidfd_send_signal, fd, SIGTERM, NULL, 0));
	SHOW(syscall(SYS_pidfd_send_signal, fd, SIGCONT, NULL, 0));
	SHOW(waitid(3, fd, &info, WEXITED)); /* P_PIDFD */
	printf("%d %d\n", info.si_code, info.si_status);
	SHOW(syscall(SYS_pidfd_open, -1, 0));
	SHOW(syscall(SYS_pidfd_open, getpid(), 99));
	SHOW(syscall(SYS_pidfd_getfd, fd, 0, 1));
	close(fd);
}

int main(void)
{
	in_child("plain", plain);
	in_child("stops", stops);
	in_child("ids", ids);
	in_child("sending", sending);
	in_child("pidfds", pidfds);
	return 0;
}
