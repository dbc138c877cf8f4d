/* SPDX-License-Identifier: GPL-2.0-or-later */
/* guest: musl */
/* Tries to get out of a sandbox; tests/cases/90-sandbox.sh runs it with the host's view of what it
 * is to reach: jail_escape SECRET-FILE PID SOCKET SHM-KEY. Every line that says ESCAPED is a hole.
 * The sandbox's root is writable and holds links that the host has made: abs, rel, dirlink. */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/ipc.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#define SECRET "the canary sings"

static int holes;

static void tell(const char *what, int escaped)
{
	printf("%s: %s\n", what, escaped ? "ESCAPED" : "held");
	holes += escaped != 0;
}

static int fd_has_secret(int fd)
{
	char buf[64] = "";
	int found = 0;

	if (fd < 0)
		return 0;
	if (read(fd, buf, sizeof(buf) - 1) > 0)
		found = strstr(buf, SECRET) != NULL;
	close(fd);
	return found;
}

static int reads(const char *path)
{
	return fd_has_secret(open(path, O_RDONLY));
}

/* What goes through links. */
static int follows(const char *path)
{
	struct stat st;

	return reads(path) || !truncate(path, 0) || !chmod(path, 0777) || !stat(path, &st) ||
	       !access(path, F_OK) || !chdir(path) || !chown(path, 0, 0);
}

/* By every call that could reveal, change or remove it. */
static int touches(const char *path)
{
	char other[64];

	if (follows(path) || !unlink(path))
		return 1;
	snprintf(other, sizeof(other), "/stolen.%d", getpid());
	if (!link(path, other) || !rename(path, other))
		return 1;
	if (linkat(AT_FDCWD, path, AT_FDCWD, other, AT_SYMLINK_FOLLOW) == 0)
		return reads(other);
	return 0;
}

static void by_paths(const char *secret)
{
	char path[4200];
	int root, up;

	tell("absolute path", touches(secret));
	snprintf(path, sizeof(path), "../../../../../../../../../..%s", secret);
	tell("dots", touches(path));
	snprintf(path, sizeof(path), "/proc/self/root%s", secret);
	tell("proc root", touches(path));
	snprintf(path, sizeof(path), "/proc/self/cwd/../../../../..%s", secret);
	tell("proc cwd", touches(path));
	snprintf(path, sizeof(path), "/proc/%d/root%s", getppid(), secret);
	tell("parent's root", touches(path));
	snprintf(path, sizeof(path), "/proc/1/root%s", secret);
	tell("init's root", touches(path));
	snprintf(path, sizeof(path), "/proc/thread-self/root/..%s", secret);
	tell("thread's root", touches(path));
	tell("absolute link", follows("/abs"));
	tell("relative link", follows("/rel"));
	tell("link to directory", touches("/dirlink/secret"));
	unlink("/mine");
	tell("own link", !symlink(secret, "/mine") && reads("/mine"));
	unlink("/mine");
	tell("link to proc", !symlink("/proc/self/root/../../..", "/mine") && reads("/mine"));
	root = open("/", O_PATH | O_DIRECTORY);
	up = openat(root, "..", O_PATH | O_DIRECTORY);
	tell("above the root", fd_has_secret(openat(up, secret + 1, O_RDONLY)));
	tell("fchdir above", !fchdir(up) && reads(secret + 1));
	for (int i = 0; i < 64; i++)
		if (chdir(".."))
			break;
	tell("chdir above", reads(secret + 1));
	close(up);
	close(root);
}

/* The well-known way out of chroot(2): a root below the working directory. */
static void by_chroot(const char *secret)
{
	pid_t child = fork();
	int status = 1;

	if (child == 0) {
		int fd = open("/", O_RDONLY | O_DIRECTORY);

		mkdir("/inner", 0755);
		if (chroot("/inner") == 0) {
			if (fchdir(fd))
				_exit(0);
			for (int i = 0; i < 64; i++)
				if (chdir(".."))
					break;
			if (chroot("."))
				_exit(0);
		}
		_exit(touches(secret));
	}
	waitpid(child, &status, 0);
	tell("chroot", WEXITSTATUS(status) != 0);
}

static void by_openat2(const char *secret)
{
	struct {
		unsigned long long flags, mode, resolve;
	} how = {O_RDONLY, 0, 0};
	int root = open("/", O_RDONLY | O_DIRECTORY), found = 0;

	for (how.resolve = 0; how.resolve < 0x40; how.resolve++) {
		found |= fd_has_secret((int)syscall(SYS_openat2, root, secret, &how, sizeof(how)));
		found |= fd_has_secret((int)syscall(SYS_openat2, root, "abs", &how, sizeof(how)));
		found |= fd_has_secret((int)syscall(SYS_openat2, root, "rel", &how, sizeof(how)));
		found |= fd_has_secret((int)syscall(SYS_openat2, root, "proc/1/root/etc/passwd",
						    &how, sizeof(how)));
	}
	tell("openat2", found);
	close(root);
}

static void by_handle(void)
{
	struct file_handle *h = malloc(sizeof(*h) + 128);
	int mount_id, fd;

	h->handle_bytes = 128;
	tell("name_to_handle_at", name_to_handle_at(AT_FDCWD, "/", h, &mount_id, 0) == 0);
	h->handle_bytes = 8;
	h->handle_type = 1;
	memset(h->f_handle, 0, 8);
	h->f_handle[0] = 2;
	fd = open_by_handle_at(AT_FDCWD, h, O_RDONLY);
	tell("open_by_handle_at", fd >= 0);
	free(h);
}

static void by_mounts(void)
{
	mkdir("/mnt", 0755);
	tell("mount", !mount("/", "/mnt", NULL, MS_BIND, NULL));
	tell("mount proc", !mount("proc", "/mnt", "proc", 0, NULL));
	tell("umount", !umount2("/proc", MNT_DETACH));
	tell("user namespace", !unshare(CLONE_NEWUSER | CLONE_NEWNS));
	tell("open_tree", syscall(428, AT_FDCWD, "/", 1) >= 0);
	tell("fsopen", syscall(430, "proc", 0) >= 0);
	tell("mknod", !mknod("/disk", S_IFBLK | 0600, 0xfe00));
	tell("fanotify", syscall(SYS_fanotify_init, 0, 0) >= 0);
}

static void by_processes(pid_t pid)
{
	char path[64], buf[16];
	struct iovec here = {buf, sizeof(buf)}, there = {(void *)0x400000, sizeof(buf)};
	struct rlimit lim;
	struct sched_param param = {0};
	int fd;

	tell("kill", !kill(pid, 0) || errno != ESRCH);
	tell("kill its group", !kill(-pid, SIGTERM));
	tell("tgkill", !syscall(SYS_tgkill, pid, pid, 0));
	tell("tkill", !syscall(SYS_tkill, pid, 0));
	tell("pidfd_open", syscall(434, pid, 0) >= 0);
	tell("ptrace", !ptrace(PTRACE_ATTACH, pid, NULL, NULL));
	tell("process_vm_readv", process_vm_readv(pid, &here, 1, &there, 1, 0) >= 0);
	tell("process_vm_writev", process_vm_writev(pid, &here, 1, &there, 1, 0) >= 0);
	tell("prlimit", !syscall(SYS_prlimit64, pid, RLIMIT_NOFILE, NULL, &lim));
	tell("sched_setscheduler", !sched_setscheduler(pid, SCHED_BATCH, &param));
	errno = 0;
	tell("getpriority", getpriority(PRIO_PROCESS, (id_t)pid) != -1 || errno != ESRCH);
	tell("setpriority", !setpriority(PRIO_PROCESS, (id_t)pid, 5));
	tell("setpriority of the user", !setpriority(PRIO_USER, 0, 5));
	tell("getpgid", getpgid(pid) >= 0);
	tell("kcmp", syscall(SYS_kcmp, pid, getpid(), 0, 0, 0) >= 0);
	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	tell("proc status", !access(path, F_OK));
	snprintf(path, sizeof(path), "/proc/%d", pid);
	tell("proc directory", !access(path, F_OK));
	fd = socket(AF_INET, SOCK_DGRAM, 0);
	if (fd < 0)
		fd = 0;
	tell("F_SETOWN", !fcntl(fd, F_SETOWN, pid));
	tell("FIOSETOWN", !ioctl(fd, 0x8901, &pid));
	if (fd)
		close(fd);
}

static void by_listing(pid_t pid)
{
	DIR *d = opendir("/proc");
	struct dirent *e;
	int found = 0;

	while (d && (e = readdir(d)))
		found |= atoi(e->d_name) == pid || !strcmp(e->d_name, "1");
	if (d)
		closedir(d);
	tell("listing of processes", found);
}

static void by_ipc(const char *socket_path, key_t key)
{
	struct sockaddr_un un = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	strcpy(un.sun_path, socket_path);
	tell("socket path", !connect(fd, (struct sockaddr *)&un, sizeof(un)));
	strcpy(un.sun_path + 1, "trapgate-outside");
	un.sun_path[0] = 0;
	tell("abstract socket",
	     !connect(fd, (struct sockaddr *)&un, 3 + (socklen_t)strlen("trapgate-outside")));
	close(fd);
	tell("shared memory", shmget(key, 4096, 0600) >= 0);
	tell("keyring", syscall(SYS_keyctl, 0, -5, 0) >= 0);
	tell("add_key", syscall(SYS_add_key, "user", "k", "v", 1, -4) >= 0);
	tell("TIOCSTI", !ioctl(0, TIOCSTI, "x"));
	tell("bpf", syscall(SYS_bpf, 0, NULL, 0) >= 0);
}

/* trapgate's own descriptors must not be there. */
static void by_descriptors(const char *secret)
{
	char path[64];
	int found = 0, open_ones = 0;

	for (int fd = 3; fd < 70000; fd++) {
		struct stat st;
		int copy;

		if (!fstat(fd, &st) && S_ISDIR(st.st_mode))
			found |= fd_has_secret(openat(fd, secret + 1, O_RDONLY));
		copy = dup(fd);
		if (copy >= 0) {
			open_ones++;
			close(copy);
		}
	}
	tell("inherited directories", found);
	tell("inherited descriptors", open_ones);
	for (int fd = 1000; fd < 70000; fd += 1) {
		snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
		found |= !access(path, F_OK);
	}
	tell("trapgate's descriptors in /proc", found);
}

/* ---- Races: a name changes between a directory and a link that leads out ---- */

static volatile int stop;
static char out_dir[4096];

static void *swap(void *arg)
{
	(void)arg;
	while (!stop) {
		syscall(SYS_renameat2, AT_FDCWD, "/race", AT_FDCWD, "/race2", 2 /* EXCHANGE */);
		if (errno == EINVAL || errno == ENOSYS)
			break;
	}
	return NULL;
}

static void by_race(void)
{
	pthread_t thread;
	int found = 0, tries = 0;
	pid_t child;

	unlink("/race");
	mkdir("/race", 0755);
	rmdir("/race2");
	unlink("/race2");
	if (symlink(out_dir, "/race2"))
		perror("race2");
	child = fork();
	if (child == 0)
		for (;;)
			swap(NULL);
	pthread_create(&thread, NULL, swap, NULL);
	for (; tries < 3000 && !found; tries++) {
		found |= reads("/race/secret");
		found |= reads("/race/../race/./secret");
	}
	stop = 1;
	pthread_join(thread, NULL);
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	tell("rename race", found);
}

int main(int argc, char **argv)
{
	char *slash;

	if (argc < 5)
		return 2;
	snprintf(out_dir, sizeof(out_dir), "%s", argv[1]);
	slash = strrchr(out_dir, '/');
	*slash = 0;
	setvbuf(stdout, NULL, _IOLBF, 0);
	by_paths(argv[1]);
	by_chroot(argv[1]);
	by_openat2(argv[1]);
	by_handle();
	by_mounts();
	by_processes(atoi(argv[2]));
	by_listing(atoi(argv[2]));
	by_ipc(argv[3], (key_t)strtol(argv[4], NULL, 0));
	by_descriptors(argv[1]);
	by_race();
	printf("%s\n", holes ? "holes" : "no hole");
	return holes != 0;
}
