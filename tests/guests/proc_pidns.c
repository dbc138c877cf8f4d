/* SPDX-License-Identifier: GPL-2.0-or-later */
/* /proc/self in a PID namespace where /proc is still the older one's, and so has other numbers: as
 * behind unshare(1) with -p and without --mount-proc. */
#include "guest.h"
#include <dirent.h>
#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

static void entries(const char *dir)
{
	unsigned found = 0;
	struct dirent *e;
	struct stat st;
	DIR *d = opendir(dir);

	if (!d) {
		perror(dir);
		return;
	}
	while ((e = readdir(d))) {
		if (e->d_name[0] == '.')
			continue;
		if (fstatat(dirfd(d), e->d_name, &st, 0))
			printf("%s: %s is not there\n", dir, e->d_name);
		found |= 1u << (atoi(e->d_name) & 31);
	}
	closedir(d);
	printf("%s: %#x\n", dir, found);
}

static char *contents(const char *name)
{
	static char buf[1 << 16];
	int fd = open(name, O_RDONLY);
	ssize_t n = 0, got = fd < 0 ? -1 : 0;

	while (fd >= 0 && n < (ssize_t)sizeof(buf) - 1 &&
	       (got = read(fd, buf + n, sizeof(buf) - 1 - (size_t)n)) > 0)
		n += got;
	buf[n] = 0;
	close(fd);
	printf("%s: %s\n", name, got < 0 ? strerror(errno) : "read");
	return buf;
}

/* A child: by its number in /proc, and as a tracee, which ends once. */
static void child_of_ours(const char *base)
{
	char number[16] = "", name[64];
	int to[2], from[2], status;
	pid_t pid;

	if (pipe(to) || pipe(from))
		return;
	pid = fork();
	if (pid == 0) {
		ssize_t n = readlink("/proc/self", number, sizeof(number) - 1);

		if (write(from[1], number, n > 0 ? (size_t)n : 0) != n ||
		    read(to[0], number, 1) != 1)
			_exit(1);
		_exit(7);
	}
	if (read(from[0], number, sizeof(number) - 1) <= 0)
		return;
	snprintf(name, sizeof(name), "/proc/%s", number);
	if (chdir(name))
		perror(name);
	printf("child: pid %d, the same number: %d\n", pid, atoi(number) == pid);
	printf("maps: %d\n", strstr(contents("maps"), base) != NULL);
	printf("stat: %d\n", atoi(contents("stat")) == atoi(number));
	printf("PTRACE_SEIZE: %ld\n", (long)ptrace(PTRACE_SEIZE, pid, 0, 0));
	if (write(to[1], "x", 1) != 1)
		perror("write");
	printf("waitpid: %d", waitpid(-1, &status, __WALL));
	printf(" %#x\n", status);
	printf("waitpid: %d", waitpid(-1, &status, __WALL));
	printf(" %s\n", strerror(errno));
}

static void look(const char *self)
{
	const char *base = strrchr(self, '/');
	char name[64], number[16] = "", link[4096] = "";
	const char *const dirs[] = {"/proc/self", "/proc/thread-self", name};

	base = base ? base + 1 : self;
	printf("pid %d\n", getpid());
	if (readlink("/proc/self", number, sizeof(number) - 1) < 0)
		perror("/proc/self");
	printf("the same number: %d\n", atoi(number) == getpid());
	entries("/proc/self/fd");
	entries("/proc/self/fdinfo");
	snprintf(name, sizeof(name), "/proc/%s", number);
	for (size_t i = 0; i < sizeof(dirs) / sizeof(dirs[0]); i++) {
		if (chdir(dirs[i]) || readlink("exe", link, sizeof(link) - 1) < 0)
			perror(dirs[i]);
		printf("exe: %d\n", !strcmp(strrchr(link, '/') + 1, base));
		printf("cmdline: %d\n", !strcmp(contents("cmdline"), self));
		printf("maps: %d\n", strstr(contents("maps"), base) != NULL);
		printf("stat: %d\n", atoi(contents("stat")) == atoi(number));
		printf("status: %d\n", strstr(contents("status"), base) != NULL);
	}
	fflush(stdout);
	child_of_ours(base);
	fflush(stdout);
	execl("/proc/self/exe", self, "again", NULL);
	perror("/proc/self/exe");
}

int main(int argc, char **argv)
{
	pid_t pid;

	if (argc > 1) {
		printf("executed %s\n", argv[1]);
		return 0;
	}
	syscall(SYS_close_range, 3, ~0u, 0);
	if (unshare(CLONE_NEWPID) && unshare(CLONE_NEWUSER | CLONE_NEWPID))
		return 77;
	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		look(argv[0]);
		return 1;
	}
	waitpid(pid, NULL, 0);
	return 0;
}
