/* SPDX-License-Identifier: GPL-2.0-or-later */
/* System calls that lead out of a sandbox (with arguments that do no harm where they succeed), one
 * after the other: `calls DIRECTORY PID ...`, see outside.c. By the table of the program's own
 * width, and where the paths can be reached by 32 bits through INT 0x80 as well. Says what gave
 * way; status 1 then. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/keyctl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "escape.h"

/* The call must fail, with one of these errors where want is not 0. */
static void fails(const char *way, long ret, int want, int or_else)
{
	int err = errno;

	if (ret >= 0) {
		escaped(way);
	} else if (want && err != want && err != or_else && err != ENOSYS) {
		printf("%s: errno %d\n", way, err);
		escaped(way);
	}
}

/* ---- Mounts and namespaces ---- */

#define NR_open_tree	 428
#define NR_move_mount	 429
#define NR_fsopen	 430
#define NR_fspick	 433
#define NR_pidfd_open	 434
#define NR_openat2	 437
#define NR_pidfd_getfd	 438
#define NR_mount_setattr 442

static void mounts(void)
{
	static const int spaces[] = {0x00020000, 0x02000000, 0x04000000, 0x08000000,
				     0x10000000, 0x20000000, 0x40000000, 0x00000080};
	static const char *const names[] = {"mnt", "net", "pid", "user", "ipc", "uts", "cgroup"};
	char path[100];
	int fd;

	fails("fsopen", syscall(NR_fsopen, "tmpfs", 0), EPERM, 0);
	fails("fspick", syscall(NR_fspick, AT_FDCWD, "/", 0), EPERM, 0);
	fails("open_tree", syscall(NR_open_tree, AT_FDCWD, "/", 1), EPERM, 0);
	fails("open_tree of a path", syscall(NR_open_tree, AT_FDCWD, secret, 0), 0, 0);
	fails("move_mount", syscall(NR_move_mount, AT_FDCWD, "/none", AT_FDCWD, "/none", 0), EPERM,
	      0);
	fails("mount_setattr", syscall(NR_mount_setattr, AT_FDCWD, "/", 0, "", 32), EPERM, EINVAL);
	fails("umount2", syscall(SYS_umount2, "/none", 2), EPERM, 0);
	fails("pivot_root", syscall(SYS_pivot_root, "/none", "/none"), EPERM, 0);
	fails("swapon", syscall(SYS_swapon, "/nothing", 0), EPERM, 0);
	for (unsigned i = 0; i < sizeof(spaces) / sizeof(spaces[0]); i++)
		fails("unshare", unshare(spaces[i]), EPERM, EINVAL);
	for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const int who[] = {1, (int)pid, (int)getppid(), (int)getpid()};

		for (int k = 0; k < 4; k++) {
			snprintf(path, sizeof(path), "/proc/%d/ns/%s", who[k], names[i]);
			fd = open(path, O_RDONLY);
			if (fd >= 0 && k < 3)
				escaped("another's namespace");
			if (fd >= 0)
				fails("setns", setns(fd, 0), EPERM, EINVAL);
			close(fd);
		}
	}
	fd = (int)syscall(NR_pidfd_open, getpid(), 0);
	if (fd >= 0)
		fails("setns of a pidfd", setns(fd, spaces[0]), EPERM, EINVAL);
	close(fd);
}

/* ---- Parts of the kernel that no guest needs ---- */

static void kernel(void)
{
	static const char *const devices[] = {"mem",	   "kmem",	  "port",	  "kmsg",
					      "kvm",	   "fuse",	  "vda",	  "sda",
					      "net/tun",   "loop0",	  "loop-control", "hpet",
					      "cpu/0/msr", "userfaultfd", "watchdog",	  "uinput"};
	static unsigned long attr[16];
	char path[64];

	fails("bpf", syscall(SYS_bpf, 0, attr, sizeof(attr)), EPERM, 0);
	fails("perf_event_open", syscall(SYS_perf_event_open, attr, -1, 0, -1, 0), EPERM, EACCES);
	fails("userfaultfd", syscall(SYS_userfaultfd, 0), EPERM, 0);
	fails("io_uring_setup", syscall(425, 4, attr), ENOSYS, EPERM);
	fails("fanotify_init", syscall(SYS_fanotify_init, 0, O_RDONLY), EPERM, 0);
	fails("add_key", syscall(SYS_add_key, "user", "trapgate", "x", 1, -3), EPERM, 0);
	fails("request_key", syscall(SYS_request_key, "user", "trapgate", "", 0), EPERM, 0);
	fails("keyctl", syscall(SYS_keyctl, KEYCTL_GET_KEYRING_ID, -5, 1), EPERM, 0);
	fails("syslog", syscall(SYS_syslog, 10, NULL, 0), EPERM, 0);
	fails("init_module", syscall(SYS_init_module, NULL, 0, ""), EPERM, 0);
	fails("finit_module", syscall(SYS_finit_module, 0, "", 0), EPERM, 0);
	fails("delete_module", syscall(SYS_delete_module, "trapgate_none", 0), EPERM, 0);
	fails("acct", syscall(SYS_acct, "/nothing"), EPERM, 0);
	fails("iopl", syscall(SYS_iopl, 3), EPERM, 0);
	fails("ioperm", syscall(SYS_ioperm, 0x80, 1, 1), EPERM, 0);
	fails("kexec_load", syscall(SYS_kexec_load, 0, 0, NULL, ~0UL), EPERM, 0);
	fails("quotactl", syscall(SYS_quotactl, 0x80000100, "/dev/vda", 0, NULL), 0, 0);
	for (unsigned i = 0; i < sizeof(devices) / sizeof(devices[0]); i++) {
		snprintf(path, sizeof(path), "/dev/%s", devices[i]);
		fails(path, open(path, O_RDONLY | O_NONBLOCK), 0, 0);
		fails(path, open(path, O_PATH), 0, 0);
	}
	if (mknod("node", S_IFCHR | 0666, makedev(1, 1)) == 0 ||
	    mknod("node", S_IFBLK | 0666, makedev(254, 0)) == 0 ||
	    mknod("/dev/node", S_IFCHR | 0666, makedev(1, 1)) == 0)
		escaped("mknod");
	for (int fd = 0; fd < 3; fd++) {
		fails("TIOCSTI", ioctl(fd, TIOCSTI, "x"), 0, 0);
		fails("TIOCLINUX", ioctl(fd, TIOCLINUX, "\6"), 0, 0);
		fails("TIOCCONS", ioctl(fd, TIOCCONS, 0), 0, 0);
	}
	for (int protocol = 1; protocol < 22; protocol++)
		if (protocol != 12 && protocol != 16)
			fails("netlink", socket(AF_NETLINK, SOCK_RAW, protocol), 0, 0);
	for (int family = 0; family < 46; family++)
		if (family != AF_UNIX && family != AF_INET && family != AF_INET6 &&
		    family != AF_NETLINK)
			fails("a socket's family", socket(family, SOCK_DGRAM, 0), 0, 0);
}

/* ---- Files ---- */

static void *flip(void *arg)
{
	char *path = arg, *slash = path + strlen(path) - strlen("/secret");

	for (int i = 0; i < 200000; i++)
		*(volatile char *)slash ^= '/' ^ 'x';
	return NULL;
}

static void files(void)
{
	struct {
		unsigned long flags, mode, resolve;
	} how = {0};
	char path[700], racing[600], buf[200];
	struct stat st;
	int fd = open("/tmp", O_TMPFILE | O_RDWR, 0600), in;
	pthread_t thread;

	snprintf(path, sizeof(path), "%s/made", dir);
	if (fd >= 0) {
		fails("linkat of a descriptor", linkat(fd, "", AT_FDCWD, path, AT_EMPTY_PATH), 0,
		      0);
		snprintf(buf, sizeof(buf), "/proc/self/fd/%d", fd);
		fails("linkat of /proc", linkat(AT_FDCWD, buf, AT_FDCWD, path, AT_SYMLINK_FOLLOW),
		      0, 0);
		close(fd);
	}
	fails("O_TMPFILE", open(dir, O_TMPFILE | O_RDWR, 0600), 0, 0);
	fails("openat2", syscall(NR_openat2, AT_FDCWD, secret, &how, sizeof(how)), 0, 0);
	fails("renameat2", syscall(SYS_renameat2, AT_FDCWD, "plain", AT_FDCWD, secret, 2), 0, 0);
	fails("link of a program", link("/bin/busybox", "linked"), 0, 0);
	fails("a read-only program", open("/bin/busybox", O_WRONLY), EROFS, ENOENT);
	if (stat("/usr/bin/env", &st) == 0)
		fails("chmod of a program", chmod("/usr/bin/env", st.st_mode & 07777), EROFS, 0);
	fails("an attribute", syscall(SYS_removexattr, "/usr/bin", "user.none"), EROFS, 0);
	in = inotify_init();
	fails("inotify", inotify_add_watch(in, dir, IN_ALL_EVENTS), 0, 0);
	fails("inotify", inotify_add_watch(in, secret, IN_ALL_EVENTS), 0, 0);
	close(in);
	fd = open("script", O_WRONLY | O_CREAT | O_TRUNC, 0755);
	dprintf(fd, "#!%s\n", secret);
	close(fd);
	if (fork() == 0) {
		execl("script", "script", NULL);
		execl(secret, "secret", NULL);
		_exit(errno == ENOENT ? 0 : 1);
	}
	wait(&fd);
	if (fd)
		escaped("an interpreter outside");
	/* the string changes between what is looked at and what is used */
	fd = open("plain", O_WRONLY | O_CREAT, 0600);
	close(fd);
	strcpy(racing, secret);
	pthread_create(&thread, NULL, flip, racing);
	for (int i = 0; i < 3000; i++)
		if (shows(open(racing, O_RDONLY)) || access(racing, F_OK) == 0) {
			escaped("a path that changes");
			break;
		}
	pthread_join(thread, NULL);
}

/* ---- Processes ---- */

static void processes(void)
{
	struct iovec iov = {dir, 8};
	struct sched_param param = {0};
	unsigned long set[16] = {1};
	char path[64];
	int fd;

	fails("pidfd_open", syscall(NR_pidfd_open, pid, 0), ESRCH, 0);
	fails("pidfd_open of init", syscall(NR_pidfd_open, 1, 0), ESRCH, 0);
	fails("PTRACE_SEIZE", ptrace(PTRACE_SEIZE, pid, 0, 0), 0, 0);
	fails("PTRACE_ATTACH", ptrace(PTRACE_ATTACH, pid, 0, 0), 0, 0);
	fails("process_vm_readv", process_vm_readv(pid, &iov, 1, &iov, 1, 0), 0, 0);
	fails("sched_setaffinity", syscall(SYS_sched_setaffinity, pid, sizeof(set), set), 0, 0);
	fails("sched_setscheduler", syscall(SYS_sched_setscheduler, pid, 0, &param), 0, 0);
	fails("ioprio_set", syscall(SYS_ioprio_set, 1, pid, 0x4007), 0, 0);
	fails("setpgid", setpgid(pid, 0), 0, 0);
	fails("migrate_pages", syscall(SYS_migrate_pages, pid, 0, set, set), 0, 0);
	fails("get_robust_list", syscall(SYS_get_robust_list, pid, set, set + 1), 0, 0);
	fails("kcmp", syscall(SYS_kcmp, pid, getpid(), 0, 0, 0), 0, 0);
	snprintf(path, sizeof(path), "/proc/%d", (int)pid);
	fails("/proc of another", open(path, O_PATH), ENOENT, 0);
	snprintf(path, sizeof(path), "/proc/%d/mem", (int)pid);
	fails("memory of another", open(path, O_RDWR), ENOENT, 0);
	/* a program in memory is a guest too: natively it would see the secret */
	fd = (int)syscall(SYS_memfd_create, "program", 1);
	if (fd >= 0 && fork() == 0) {
		int self = open("/proc/self/exe", O_RDONLY);
		char block[4096], *argv[] = {"memory", "look", secret, NULL}, *envp[] = {NULL};
		ssize_t n;

		while ((n = read(self, block, sizeof(block))) > 0)
			if (write(fd, block, (size_t)n) != n)
				_exit(0);
		syscall(SYS_execveat, fd, "", argv, envp, AT_EMPTY_PATH);
		_exit(0);
	}
	wait(&fd);
	if (fd)
		escaped("a program in memory");
}

/* ---- The other table ---- */

#ifdef __x86_64__
static long int80(long nr, long a, long b, long c)
{
	long ret;

	__asm__ volatile("int $0x80"
			 : "=a"(ret)
			 : "a"(nr), "b"(a), "c"(b), "d"(c)
			 : "memory", "r8", "r9", "r10", "r11");
	return (int)ret;
}

static void other_table(void)
{
	char *low = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
	long at = (long)low;

	if (low == MAP_FAILED)
		return;
	strcpy(low, secret);
	if (int80(5, at, O_RDONLY, 0) >= 0 || int80(295, AT_FDCWD, at, O_RDONLY) >= 0 ||
	    int80(33, at, F_OK, 0) == 0 || int80(195, at, at + 2048, 0) == 0)
		escaped("a path by INT 0x80");
	strcpy(low, "/tmp");
	if (int80(61, at, 0, 0) == 0) /* chroot: ".." from the old root */
		if (shows(open(secret, O_RDONLY)))
			escaped("chroot by INT 0x80");
	if (int80(52, at, 2, 0) == 0 || int80(217, at, at, 0) == 0 ||
	    int80(310, 0x20000, 0, 0) == 0 || int80(346, 0, 0x20000, 0) == 0 ||
	    int80(37, pid, 0, 0) == 0 || int80(270, pid, pid, 0) == 0 || int80(26, 16, pid, 0) == 0)
		escaped("a call by INT 0x80");
	munmap(low, 4096);
}
#else
static void other_table(void)
{
}
#endif

int main(int argc, char **argv)
{
	if (argc == 3)
		return shows(open(argv[2], O_RDONLY));
	if (argc < 3)
		return 2;
	snprintf(dir, sizeof(dir), "%s", argv[1]);
	snprintf(secret, sizeof(secret), "%s/secret", dir);
	pid = atoi(argv[2]);
	mounts();
	kernel();
	files();
	processes();
	other_table();
	printf("%d escapes\n", escapes);
	return escapes != 0;
}
