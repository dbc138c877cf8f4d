/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reaches for trapgate itself through /proc, and for processes outside by calls that name them in
 * their own way: `processes PID [ADDRESS]`, a process outside
 * and an address of trapgate's data. The environment of trapgate holds
 * HOST_SECRET, which is not in the guest's (the harness removes it inside). Says what gave way;
 * status 1 then. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

static int escapes;

static void escaped(const char *way, const char *what)
{
	printf("escaped: %s: %s\n", way, what);
	fflush(stdout);
	escapes++;
}

/* What is trapgate's and not the guest's: names in its maps, words of its command line. */
static void look_into(int fd, const char *way, const char *what)
{
	static char buf[1 << 20];
	size_t have = 0;
	ssize_t n;

	if (fd < 0)
		return;
	while (have < sizeof(buf) - 1 && (n = read(fd, buf + have, sizeof(buf) - 1 - have)) > 0)
		have += (size_t)n;
	close(fd);
	for (size_t i = 0; i < have; i++)
		if (!buf[i])
			buf[i] = ' ';
	buf[have] = 0;
	if (strstr(buf, "HOST_SECRET") || strstr(buf, "trapgate run") ||
	    strstr(buf, "libunicorn") || strstr(buf, "build/trapgate"))
		escaped(way, what);
}

/* Every way to a file of /proc that does not say its name. */
static void indirectly(int pid, const char *name)
{
	static const char *const form[] = {"/proc/%1$d/%3$s", "/proc/%1$d/task/%1$d/%3$s",
					   "/proc/%2$d/%3$s", "/proc/self/task/%2$d/%3$s",
					   "/proc/self/../%1$d/%3$s"};
	char path[120], again[60];
	int fd, dir;

	for (unsigned i = 0; i < sizeof(form) / sizeof(form[0]); i++) {
		snprintf(path, sizeof(path), form[i], pid, (int)syscall(SYS_gettid), name);
		look_into(open(path, O_RDONLY), "open", path);
		look_into(open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK), "O_NOFOLLOW", path);
		unlink("l");
		if (!symlink(path, "l"))
			look_into(open("l", O_RDONLY), "a link to", path);
		fd = open(path, O_PATH);
		snprintf(again, sizeof(again), "/proc/self/fd/%d", fd);
		look_into(open(again, O_RDONLY), "O_PATH", path);
		if (fd >= 0)
			look_into(openat(fd, "", O_RDONLY), "an empty name", path);
		close(fd);
		*strrchr(path, '/') = 0;
		dir = open(path, O_RDONLY | O_DIRECTORY);
		look_into(openat(dir, name, O_RDONLY), "openat in", path);
		if (!fchdir(dir)) {
			look_into(open(name, O_RDONLY), "the working directory", path);
			snprintf(again, sizeof(again), "../%d/%s", pid, name);
			look_into(open(again, O_RDONLY), "..", path);
		}
		close(dir);
		if (chdir("/tmp"))
			exit(2);
	}
}

static char here[] = "the guest's memory";

/* Memory of another process of the run: what is read at an address is the guest's or nothing. At
 * `address`, where the guest has nothing, trapgate has something that is not 0. */
static void memory_of(int pid, unsigned long address)
{
	char path[60], again[60], buf[sizeof(here)] = "";
	int fd, reopened;

	snprintf(path, sizeof(path), "/proc/%d/mem", pid);
	fd = open(path, O_PATH);
	snprintf(again, sizeof(again), "/proc/self/fd/%d", fd);
	for (int i = 0; i < 3; i++) {
		reopened = i == 2 ? open(path, O_RDWR) : open(again, i ? O_RDWR : O_RDONLY);
		if (reopened < 0)
			continue;
		if (pread(reopened, buf, sizeof(buf), (off_t)(unsigned long)here) > 0 &&
		    strcmp(buf, here) != 0)
			escaped("another memory", path);
		memset(buf, 0, sizeof(buf));
		if (address && pread(reopened, buf, 4, (off_t)address) > 0 &&
		    memcmp(buf, "\0\0\0", 4) != 0)
			escaped("trapgate's memory", path);
		close(reopened);
	}
	close(fd);
}

/* A file whose name says that it is the memory of a process. */
static void by_name(int pid)
{
	char name[60], buf[8] = "";
	int fd;

	snprintf(name, sizeof(name), "trapgate-proc-mem:%d", pid);
	fd = (int)syscall(SYS_memfd_create, name, 2 /* MFD_ALLOW_SEALING */);
	close(open("/proc/self/mem", O_RDONLY));
	if (fd >= 0 && pread(fd, buf, sizeof(buf), (off_t)(unsigned long)here) > 0)
		escaped("memfd_create", name);
	close(fd);
}

static void links(void)
{
	static const char *const name[] = {"exe", "cwd", "root", "fd/0", "fd/1"};
	char path[60], to[512];
	ssize_t n;
	int fd;

	for (unsigned i = 0; i < sizeof(name) / sizeof(name[0]); i++) {
		snprintf(path, sizeof(path), "/proc/self/%s", name[i]);
		fd = open(path, O_PATH | O_NOFOLLOW);
		n = readlinkat(fd, "", to, sizeof(to) - 1);
		to[n > 0 ? n : 0] = 0;
		if (strstr(to, "trapgate-") || strstr(to, "/build/trapgate"))
			escaped("readlinkat of a descriptor", to);
		close(fd);
		n = readlink(path, to, sizeof(to) - 1);
		to[n > 0 ? n : 0] = 0;
		if (strstr(to, "trapgate-") || strstr(to, "/build/trapgate"))
			escaped("readlink", to);
	}
	for (unsigned i = 0; i < 3; i++) {
		static const char *const file[] = {"maps", "smaps", "mounts"};

		snprintf(path, sizeof(path), "/proc/self/%s", file[i]);
		look_into(open(path, O_RDONLY), "a host path in", path);
	}
}

static volatile int urged;

static void on_urg(int sig)
{
	urged = sig;
}

/* The group and the session of the caller hold processes outside: the harness looks whether its
 * own group got SIGURG. */
static void signals(int pid)
{
	struct {
		int type, pid;
	} owner = {1, pid}, group = {2, getpgrp()};
	int fd = (int)syscall(434 /* pidfd_open */, getpid(), 0), p[2], arg;
	unsigned cap[2] = {0x20080522, 0}, caps[6];

	signal(SIGURG, on_urg);
	if (fd >= 0)
		syscall(424 /* pidfd_send_signal */, fd, SIGURG, NULL, 4 /* PROCESS_GROUP */);
	syscall(424, -10000 /* PIDFD_SELF_THREAD */, SIGURG, NULL, 4);
	syscall(424, -10001, SIGURG, NULL, 4);
	kill(0, SIGURG);
	kill(-getpgrp(), SIGURG);
	killpg(0, SIGURG);
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, p))
		return;
	/* A process group that was made outside of the PID namespace has the number 0. */
	if (fcntl(p[0], F_SETOWN, pid) == 0 ||
	    (getpgrp() && fcntl(p[0], F_SETOWN, -getpgrp()) == 0))
		escaped("F_SETOWN", "outside");
	if (fcntl(p[0], 15, &owner) == 0 || (group.pid && fcntl(p[0], 15, &group) == 0))
		escaped("F_SETOWN_EX", "outside");
	arg = pid;
	if (ioctl(p[0], 0x8901, &arg) == 0 || ioctl(p[0], 0x8902, &arg) == 0)
		escaped("FIOSETOWN", "outside");
	cap[1] = (unsigned)pid;
	if (syscall(SYS_capget, cap, caps) == 0)
		escaped("capget", "outside");
	if (prctl(62, 2 /* PR_SCHED_CORE_SHARE_TO */, pid, 0, 0) == 0)
		escaped("PR_SCHED_CORE", "outside");
}

/* The owner changes between the question and the answer. */
static struct {
	int type, pid;
} shared_owner = {1, 0};
static volatile int racing = 1;

static int change(void *arg)
{
	int outside = *(int *)arg, self = getppid();

	while (racing) {
		__atomic_store_n(&shared_owner.pid, outside, __ATOMIC_SEQ_CST);
		__atomic_store_n(&shared_owner.pid, self, __ATOMIC_SEQ_CST);
	}
	return 0;
}

static void race(int pid)
{
	static char stack[65536] __attribute__((aligned(16)));
	int p[2], child = clone(change, stack + sizeof(stack), CLONE_VM | SIGCHLD, &pid);

	if (child < 0 || socketpair(AF_UNIX, SOCK_STREAM, 0, p))
		return;
	for (int i = 0; i < 1000; i++) {
		fcntl(p[0], 15, &shared_owner);
		if (fcntl(p[0], F_GETOWN) == pid) {
			escaped("a race", "F_SETOWN_EX");
			break;
		}
		ioctl(p[0], 0x8901, &shared_owner.pid);
		if (fcntl(p[0], F_GETOWN) == pid) {
			escaped("a race", "FIOSETOWN");
			break;
		}
	}
	racing = 0;
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
}

/* A process that ends, executes and changes its mappings all the time is looked at meanwhile. */
static void moving(unsigned long address)
{
	int child = fork();

	if (!child) {
		for (;;)
			for (int i = 0; i < 200; i++) {
				char *m = mmap(NULL, 4096, i & 1 ? PROT_READ : PROT_NONE,
					       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

				if (i == 199)
					munmap(m, 4096 * 200);
			}
	}
	for (int i = 0; i < 60; i++)
		memory_of(child, address);
	kill(child, SIGKILL);
	for (int i = 0; i < 20; i++) /* a zombie */
		memory_of(child, address);
	indirectly(child, "environ");
	indirectly(child, "maps");
	waitpid(child, NULL, 0);
}

int main(int argc, char **argv)
{
	static const char *const file[] = {"environ",	"maps",	     "smaps",	  "cmdline", "auxv",
					   "numa_maps", "map_files", "mountinfo", "stack"};
	int pid, child;
	unsigned long address;

	if (argc < 2 || getenv("HOST_SECRET") || chdir("/tmp"))
		return 2;
	pid = atoi(argv[1]);
	address = argc > 2 ? strtoul(argv[2], NULL, 16) : 0;
	child = fork();
	if (!child) {
		pause();
		_exit(0);
	}
	for (unsigned i = 0; i < sizeof(file) / sizeof(file[0]); i++) {
		indirectly(getpid(), file[i]);
		indirectly(child, file[i]);
		indirectly(pid, file[i]);
		indirectly(getppid(), file[i]);
	}
	memory_of(getpid(), address);
	memory_of(child, address);
	memory_of(pid, address);
	by_name(pid);
	by_name(child);
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	links();
	moving(address);
	race(pid);
	signals(pid);
	printf("%d escapes\n", escapes);
	return escapes != 0;
}
