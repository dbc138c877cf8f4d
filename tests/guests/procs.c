/* SPDX-License-Identifier: GPL-2.0-or-later */
/* musl */
/* fork, vfork, execve, posix_spawn, wait: memory is copied, descriptors are shared, statuses
 * arrive. Executes itself in several roles. */
#include "guest.h"
#include <spawn.h>
#include <sys/resource.h>

extern char **environ;
static char *me;
static int shared = 1;

static int role(int argc, char **argv)
{
	if (!strcmp(argv[1], "args")) {
		for (int i = 0; i < argc; i++)
			printf("  %s<%s>", i ? "" : "args ", i ? argv[i] : "self");
		printf(" VAR=%s\n", getenv("VAR") ? getenv("VAR") : "(none)");
		return 11;
	}
	if (!strcmp(argv[1], "signals")) {
		struct sigaction a, b, c;
		sigset_t set;

		sigaction(SIGUSR1, NULL, &a);
		sigaction(SIGUSR2, NULL, &b);
		sigaction(SIGTERM, NULL, &c);
		sigprocmask(SIG_BLOCK, NULL, &set);
		printf("handler reset %d, ignored stays %d, default %d, mask stays %d\n",
		       a.sa_handler == SIG_DFL, b.sa_handler == SIG_IGN, c.sa_handler == SIG_DFL,
		       sigismember(&set, SIGINT));
		return 0;
	}
	if (!strcmp(argv[1], "fds")) {
		printf("fd 5 %s, fd 6 %s\n", fcntl(5, F_GETFD) < 0 ? "closed" : "open",
		       fcntl(6, F_GETFD) < 0 ? "closed" : "open");
		return 0;
	}
	if (!strcmp(argv[1], "die"))
		raise(atoi(argv[2]));
	return 99;
}

static int wait_for(const char *what, pid_t pid)
{
	int status = -1;

	if (waitpid(pid, &status, 0) != pid)
		printf("%s: %s\n", what, strerror(errno));
	else
		show_status(what, status);
	return status;
}

static void forks(void)
{
	int p[2], fd = open("shared", O_RDWR | O_CREAT, 0600), sum = 0;
	char c;
	pid_t pid;

	if (pipe(p))
		return;
	pid = fork();
	if (pid == 0) {
		shared = 2;
		if (write(fd, "child", 5) == 5 && write(p[1], "!", 1) == 1)
			_exit(getppid() > 1 ? 7 : 8);
		_exit(1);
	}
	SHOW(read(p[0], &c, 1));
	wait_for("fork", pid);
	printf("memory %d, offset %ld\n", shared, (long)lseek(fd, 0, SEEK_CUR));
	for (int i = 0; i < 8; i++)
		if (fork() == 0)
			_exit(i);
	for (int i = 0, st; i < 8; i++)
		if (wait(&st) > 0)
			sum += WEXITSTATUS(st);
	printf("sum of statuses %d\n", sum);
	SHOW(wait(NULL));
	pid = fork();
	if (pid == 0) {
		if (fork() == 0)
			_exit(21);
		int st;
		wait(&st);
		_exit(WEXITSTATUS(st) + 1);
	}
	wait_for("grandchild", pid);
	close(fd);
	close(p[0]);
	close(p[1]);
}

static void vforks(void)
{
	volatile int seen = 0;
	pid_t pid = vfork();

	if (pid == 0) {
		seen = 5;
		_exit(6);
	}
	wait_for("vfork", pid);
	printf("vfork ran first: %s\n", seen == 5 || seen == 0 ? "yes" : "no");
	pid = vfork();
	if (pid == 0) {
		execl(me, me, "args", "by vfork", NULL);
		_exit(126);
	}
	wait_for("vfork and exec", pid);
	pid = vfork();
	if (pid == 0) {
		execl("./missing", "missing", NULL);
		_exit(errno);
	}
	wait_for("vfork and failed exec", pid);
}

static void execs(void)
{
	char *env[] = {"VAR=new", NULL}, *av[] = {me, "args", "", "two words", NULL};
	sigset_t set;
	pid_t pid = fork();

	if (pid == 0) {
		execve(me, av, env);
		_exit(126);
	}
	wait_for("execve", pid);
	pid = fork();
	if (pid == 0) {
		signal(SIGUSR1, (void (*)(int))(uintptr_t)forks);
		signal(SIGUSR2, SIG_IGN);
		sigemptyset(&set);
		sigaddset(&set, SIGINT);
		sigprocmask(SIG_BLOCK, &set, NULL);
		execl(me, me, "signals", NULL);
	}
	wait_for("signals over exec", pid);
	pid = fork();
	if (pid == 0) {
		dup2(1, 5);
		dup3(1, 6, O_CLOEXEC);
		execl(me, me, "fds", NULL);
	}
	wait_for("descriptors over exec", pid);
	pid = fork();
	if (pid == 0)
		execl(me, me, "die", "11", NULL);
	wait_for("exec and die", pid);
	SHOW(execl(".", ".", NULL));
	SHOW(execl("shared", "shared", NULL));
	chmod("shared", 0755);
	SHOW(execl("shared", "shared", NULL));
	SHOW(execl("missing", "missing", NULL));
	SHOW(unlink("shared"));
}

static void spawns(void)
{
	char *av[] = {me, "args", "spawned", NULL};
	posix_spawn_file_actions_t fa;
	struct rusage ru;
	siginfo_t si;
	pid_t pid;

	int err = posix_spawn(&pid, me, NULL, NULL, av, environ);

	wait_for("posix_spawn", pid);
	printf("posix_spawn = %d\n", err);
	posix_spawn_file_actions_init(&fa);
	posix_spawn_file_actions_addopen(&fa, 1, "spawned", O_WRONLY | O_CREAT, 0640);
	SHOW(posix_spawn(&pid, me, &fa, NULL, av, environ));
	wait_for("posix_spawn to a file", pid);
	SHOW(posix_spawn(&pid, "./missing", NULL, NULL, av, environ));
	pid = fork();
	if (pid == 0)
		_exit(33);
	memset(&si, 0, sizeof(si));
	SHOW(waitid(P_PID, (id_t)pid, &si, WEXITED | WNOWAIT));
	printf("signal %d code %d status %d pid %d\n", si.si_signo, si.si_code, si.si_status,
	       si.si_pid == pid);
	SHOW_OK(wait4(pid, NULL, 0, &ru));
	EXPECT(ru.ru_utime.tv_sec < 5);
}

int main(int argc, char **argv)
{
	me = argv[0];
	if (argc > 1)
		return role(argc, argv);
	setvbuf(stdout, NULL, _IONBF, 0);
	forks();
	vforks();
	execs();
	spawns();
	return 3;
}
