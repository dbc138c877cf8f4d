/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reaches for what lies outside of a sandbox: `outside DIRECTORY PID ABSTRACT-NAME SHMID`.
 * DIRECTORY/secret is a file of the host, PID a process, ABSTRACT-NAME a listening socket, SHMID a
 * System V segment. Says what gave way; status 1 then. Threads race where that could help. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <unistd.h>

#include "escape.h"

static void reads(const char *way, const char *path)
{
	struct stat st;
	char buf[64];

	if (shows(open(path, O_RDONLY)) || shows(open(path, O_RDWR)))
		escaped(way);
	if (stat(path, &st) == 0 || lstat(path, &st) == 0 || access(path, F_OK) == 0)
		escaped(way);
	if (readlink(path, buf, sizeof(buf)) >= 0 || truncate(path, 0) == 0 ||
	    chmod(path, 0777) == 0 || link(path, "linked") == 0 || rename(path, "moved") == 0 ||
	    unlink(path) == 0)
		escaped(way);
}

static void by_path(void)
{
	static const char *const prefix[] = {"",
					     "/proc/self/root",
					     "/proc/1/root",
					     "/proc/self/cwd/../../../../../..",
					     "/../../../../..",
					     "/proc/thread-self/root",
					     "/tmp/../..",
					     "/dev/../..",
					     "/dev/fd/../../../../.."};
	char path[1200];

	for (unsigned i = 0; i < sizeof(prefix) / sizeof(prefix[0]); i++) {
		snprintf(path, sizeof(path), "%s%s", prefix[i], secret);
		reads(prefix[i], path);
		unlink("link");
		if (symlink(path, "link") == 0 && shows(open("link", O_RDONLY)))
			escaped("symbolic link");
	}
	snprintf(path, sizeof(path), "/proc/%d/root%s", (int)pid, secret);
	reads("another's root", path);
	snprintf(path, sizeof(path), "/proc/%d/cwd/secret", (int)pid);
	reads("another's directory", path);
	snprintf(path, sizeof(path), "/proc/%d/root%s", (int)getppid(), secret);
	reads("the parent's root", path);
	for (int fd = 0; fd < 300; fd++) {
		snprintf(path, sizeof(path), "/proc/self/fd/%d/../../../../../..%s", fd, secret);
		if (fd > 2 && shows(openat(fd, secret + 1, O_RDONLY)))
			escaped("descriptor");
		if (shows(open(path, O_RDONLY)))
			escaped("/proc/self/fd");
	}
}

static void by_call(void)
{
	struct {
		unsigned bytes;
		int type;
		unsigned char handle[128];
	} h = {.bytes = 128};
	int mount_id, root = open("/", O_RDONLY | O_DIRECTORY);
	char path[800];

	if (syscall(SYS_name_to_handle_at, AT_FDCWD, secret, &h, &mount_id, 0) == 0)
		escaped("name_to_handle_at");
	h.bytes = 8;
	h.type = 1;
	memset(h.handle, 2, 8);
	if (syscall(SYS_open_by_handle_at, root, &h, O_RDONLY) >= 0)
		escaped("open_by_handle_at");
	if (mount("none", "/tmp", "tmpfs", 0, "") == 0 || mount("/", "/tmp", "", MS_BIND, "") == 0)
		escaped("mount");
	if (mkdir("deep", 0700) == 0 && chroot("deep") == 0) {
		fchdir(root);
		for (int i = 0; i < 40; i++)
			if (chdir(".."))
				break;
		snprintf(path, sizeof(path), ".%s", secret);
		if (shows(open(path, O_RDONLY)) ||
		    (chroot(".") == 0 && shows(open(secret, O_RDONLY))))
			escaped("chroot");
	}
	if (syscall(SYS_unshare, CLONE_NEWUSER | CLONE_NEWNS) == 0 && shows(open(secret, O_RDONLY)))
		escaped("unshare");
	if (syscall(SYS_pivot_root, "/", "/") == 0)
		escaped("pivot_root");
}

static volatile int racing = 1;

static void *swap_names(void *arg)
{
	while (racing) {
		rename("race/a/b", "race/b");
		rename("race/b", "race/a/b");
		unlink("race/l");
		mkdir("race/l", 0700);
		rmdir("race/l");
		if (symlink(dir, "race/l") && errno == ENOSPC)
			break;
	}
	return arg;
}

/* Far above a directory: with all of the secret's path, and what is left of it where the top is not
 * the host's. */
static void climb(const char *from, int dfd)
{
	struct stat st;
	char path[900];

	for (const char *s = secret; s; s = strchr(s + 1, '/')) {
		snprintf(path, sizeof(path), "%s../../../../../../../..%s", from, s);
		if (shows(openat(dfd, path, O_RDONLY)) || !fstatat(dfd, path, &st, 0) ||
		    !faccessat(dfd, path, F_OK, 0) || !fchmodat(dfd, path, 0777, 0))
			escaped("race of ..");
	}
}

/* A directory moves up while ".." is looked up in it; a directory becomes a link. */
static void by_race(const char *where)
{
	pthread_t t;
	int fd;

	racing = 1;
	if (chdir(where))
		return;
	mkdir("race", 0700);
	mkdir("race/a", 0700);
	mkdir("race/a/b", 0700);
	mkdir("race/a/b/c", 0700);
	fd = open("race/a/b/c", O_PATH);
	pthread_create(&t, NULL, swap_names, NULL);
	for (int i = 0; i < 500; i++) {
		climb("race/a/b/c/", AT_FDCWD);
		climb("", fd);
		if (shows(open("race/l/secret", O_RDONLY)))
			escaped("race of a link");
	}
	racing = 0;
	pthread_join(t, NULL);
	close(fd);
}

static void by_process(void)
{
	char buf[8];
	struct iovec mine = {buf, 8}, theirs = {(void *)0x400000, 8};
	struct rlimit r;
	siginfo_t info = {.si_code = SI_QUEUE};
	int fd;

	/* harmless where they get through: SIGURG is ignored */
	if (kill(pid, 0) == 0 || kill(pid, SIGURG) == 0)
		escaped("kill");
	if (kill(-pid, 0) == 0 || kill(getppid(), SIGURG) == 0)
		escaped("kill of a group");
	if (syscall(SYS_tkill, pid, 0) == 0 || syscall(SYS_tgkill, pid, pid, 0) == 0)
		escaped("tgkill");
	if (syscall(SYS_rt_sigqueueinfo, pid, SIGURG, &info) == 0 ||
	    syscall(SYS_rt_tgsigqueueinfo, pid, pid, SIGURG, &info) == 0)
		escaped("rt_sigqueueinfo");
	fd = (int)syscall(434 /* pidfd_open */, pid, 0);
	if (fd >= 0)
		escaped("pidfd_open");
	if (syscall(SYS_ptrace, 16 /* PTRACE_ATTACH */, pid, 0, 0) == 0)
		escaped("ptrace");
	if (syscall(SYS_process_vm_readv, pid, &mine, 1L, &theirs, 1L, 0L) > 0 ||
	    syscall(SYS_process_vm_writev, pid, &mine, 1L, &theirs, 1L, 0L) > 0)
		escaped("process_vm");
	if (syscall(SYS_prlimit64, pid, RLIMIT_CORE, NULL, &r) == 0)
		escaped("prlimit");
	if (getpriority(PRIO_PROCESS, (id_t)pid) != -1 ||
	    setpriority(PRIO_PROCESS, (id_t)pid, 19) == 0)
		escaped("setpriority");
	if (syscall(SYS_sched_getaffinity, pid, sizeof(buf), buf) > 0 ||
	    sched_getscheduler(pid) >= 0)
		escaped("sched");
	if (getpgid(pid) >= 0 || getsid(pid) >= 0 || setpgid(0, pid) == 0)
		escaped("process groups");
	if (syscall(SYS_kcmp, pid, getpid(), 0, 0, 0) >= 0)
		escaped("kcmp");
}

static void by_object(const char *name, int shmid)
{
	struct sockaddr_un a = {.sun_family = AF_UNIX};
	struct shmid_ds ds;
	int s = socket(AF_UNIX, SOCK_STREAM, 0);

	snprintf(a.sun_path + 1, sizeof(a.sun_path) - 1, "%s", name);
	if (connect(s, (void *)&a, (socklen_t)(sizeof(sa_family_t) + 1 + strlen(name))) == 0)
		escaped("abstract socket");
	if (shmid >= 0 &&
	    (shmat(shmid, NULL, SHM_RDONLY) != (void *)-1 || shmctl(shmid, IPC_STAT, &ds) == 0))
		escaped("System V shared memory");
	if (syscall(SYS_keyctl, 0, -3, 1, 0, 0) >= 0 ||
	    syscall(SYS_add_key, "user", "x", "y", 1, -3) >= 0)
		escaped("keyring");
	if (ioctl(0, TIOCSTI, "x") == 0)
		escaped("TIOCSTI");
	if (syscall(SYS_bpf, 5, NULL, 0) == 0 || socket(AF_PACKET, SOCK_RAW, 0) >= 0)
		escaped("bpf or packets");
	for (int protocol = 0; protocol < 32; protocol++)
		if (protocol != 0 && protocol != 12 && protocol != 16 &&
		    socket(AF_NETLINK, SOCK_RAW, protocol) >= 0)
			escaped("netlink");
}

int main(int argc, char **argv)
{
	if (argc != 5)
		return 2;
	snprintf(dir, sizeof(dir), "%s", argv[1]);
	snprintf(secret, sizeof(secret), "%s/secret", dir);
	pid = atoi(argv[2]);
	if (chdir("/tmp"))
		return 2;
	by_path();
	by_race("/");
	by_race("/tmp");
	by_process();
	by_object(argv[3], atoi(argv[4]));
	by_call();
	printf("%d escapes\n", escapes);
	return escapes != 0;
}
