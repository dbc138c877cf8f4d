/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Descriptors of files of /proc/self: what they are files of, and what they say when they are read
 * again, in parts, through other calls and by other processes. */
#include "guest.h"

#include <dirent.h>
#include <sys/resource.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/vfs.h>

static char text[1 << 16], again[1 << 16];

static const char *const names[] = {"maps",    "smaps", "smaps_rollup", "stat",	  "statm", "status",
				    "cmdline", "auxv",	"environ",	"limits", "mem"};

/* The link's target without the number: "/proc/N/maps". */
static void identity(const char *name)
{
	char path[64], link[64], target[128];
	struct stat a, b;
	struct statfs fs;
	ssize_t n;
	int fd, number = 0, at = 0;

	snprintf(path, sizeof(path), "/proc/self/%s", name);
	fd = open(path, O_RDONLY);
	if (fd < 0 || stat(path, &a) || fstat(fd, &b) || fstatfs(fd, &fs)) {
		printf("%s: %s\n", name, strerror(errno));
		return;
	}
	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = readlink(link, target, sizeof(target) - 1);
	target[n > 0 ? n : 0] = 0;
	sscanf(target, "/proc/%d%n", &number, &at);
	printf("%s: %s, mode %o, size %ld, same inode %d, fs %lx, own %d\n", name, target + at,
	       b.st_mode, (long)b.st_size, a.st_ino == b.st_ino && a.st_dev == b.st_dev,
	       (long)fs.f_type, number == getpid());
	SHOW(lseek(fd, 0, SEEK_END));
	SHOW(lseek(fd, 3, SEEK_SET));
	SHOW(lseek(fd, 0, SEEK_CUR));
	SHOW(write(fd, "x", 1));
	SHOW_OK(mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, fd, 0));
	close(fd);
}

static long slurp(int fd, char *to, size_t step)
{
	long n, sum = 0;

	while ((n = read(fd, to + sum, step)) > 0)
		sum += n;
	to[sum] = 0;
	return sum;
}

/* The gate area is in smaps as in maps; names stand in one column. */
static void format(void)
{
	int maps = open("/proc/self/maps", O_RDONLY), smaps = open("/proc/self/smaps", O_RDONLY);
	int rollup = open("/proc/self/smaps_rollup", O_RDONLY);
	char *name;

	slurp(maps, text, sizeof(text) - 1);
	slurp(smaps, again, sizeof(again) - 1);
	EXPECT(!strstr(text, "[vsyscall]") == !strstr(again, "[vsyscall]"));
	name = strstr(again, "[vsyscall]");
	if (name)
		puts(name);
	slurp(rollup, text, sizeof(text) - 1);
	printf("column %d\n", (int)strcspn(text, "["));
	close(maps);
	close(smaps);
	close(rollup);
}

static long pages_of(int fd)
{
	long n = pread(fd, text, sizeof(text) - 1, 0);

	text[n > 0 ? n : 0] = 0;
	return atol(text);
}

/* One that stays open tells what is now. */
static void live(void)
{
	int statm = open("/proc/self/statm", O_RDONLY), maps = open("/proc/self/maps", O_RDONLY);
	long before = pages_of(statm);
	char *p;

	p = mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	printf("%ld pages more\n", pages_of(statm) - before);
	EXPECT(slurp(maps, text, sizeof(text) - 1) > 100);
	EXPECT(mprotect(p + 4096, 4096, PROT_NONE) == 0);
	lseek(maps, 0, SEEK_SET);
	EXPECT(slurp(maps, again, sizeof(again) - 1) > (long)strlen(text));
	munmap(p, 1 << 20);
	close(statm);
	close(maps);
}

static void in_parts(void)
{
	int fd = open("/proc/self/limits", O_RDONLY), p[2], copy;
	struct iovec v[2] = {{again, 10}, {again + 10, 20}};
	off_t at = 5;

	EXPECT(slurp(fd, text, sizeof(text) - 1) > 500);
	lseek(fd, 0, SEEK_SET);
	EXPECT(slurp(fd, again, 7) == (long)strlen(text));
	EXPECT(strncmp(again, text, 40) == 0);
	SHOW(preadv(fd, v, 2, 0));
	EXPECT(memcmp(again, text, 30) == 0);
	lseek(fd, 6, SEEK_SET);
	SHOW(readv(fd, v, 2));
	EXPECT(memcmp(again, text + 6, 30) == 0);
	SHOW(lseek(fd, 0, SEEK_CUR));
	SHOW(pread(fd, again, 100, 1 << 20));
	SHOW(pread(fd, again, 0, 0));
	SHOW(syscall(SYS_pread64, fd, 16, 10, 0, 0));
	copy = open("copy", O_RDWR | O_CREAT | O_TRUNC, 0600);
	SHOW(sendfile(copy, fd, &at, 30));
	SHOW((long)at);
	SHOW(lseek(fd, 0, SEEK_CUR));
	lseek(fd, 0, SEEK_SET);
	SHOW(sendfile(copy, fd, NULL, 35));
	SHOW(lseek(fd, 0, SEEK_CUR));
	if (pipe(p))
		return;
	lseek(fd, 0, SEEK_SET);
	SHOW(syscall(SYS_splice, fd, NULL, p[1], NULL, 20, 0));
	SHOW(syscall(SYS_copy_file_range, fd, NULL, copy, NULL, 20, 0));
	close(copy);
	close(fd);
}

/* Two readers of one open file share its position; another process still reads about this one. */
static void shared(void)
{
	int fd = open("/proc/self/status", O_RDONLY), other = dup(fd), number = 0, status;
	char buf[8192], *pid;

	SHOW(read(fd, buf, 5));
	SHOW(lseek(other, 0, SEEK_CUR));
	fflush(stdout);
	if (fork() == 0) {
		long n = pread(other, buf, sizeof(buf) - 1, 0);

		buf[n > 0 ? n : 0] = 0;
		pid = strstr(buf, "\nPid:");
		if (pid)
			number = atoi(pid + 5);
		_exit(number == getppid() ? 7 : 8);
	}
	wait(&status);
	show_status("child", status);
	close(other);
	close(fd);
}

/* A child opens its own and sends it; once the child is gone there is nothing to read. */
static void passed_on(void)
{
	union {
		struct cmsghdr h;
		char room[CMSG_SPACE(sizeof(int))];
	} c = {.h = {.cmsg_len = CMSG_LEN(sizeof(int)),
		     .cmsg_level = SOL_SOCKET,
		     .cmsg_type = SCM_RIGHTS}};
	char byte = 0;
	struct iovec v = {&byte, 1};
	struct msghdr m = {
		.msg_iov = &v, .msg_iovlen = 1, .msg_control = &c, .msg_controllen = sizeof(c)};
	int s[2], fd, status;
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, s))
		return;
	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		fd = open("/proc/self/cmdline", O_RDONLY);
		memcpy(CMSG_DATA(&c.h), &fd, sizeof(fd));
		if (sendmsg(s[1], &m, 0) != 1)
			_exit(1);
		_exit(read(s[1], &byte, 1) == 1 ? 0 : 2);
	}
	SHOW(recvmsg(s[0], &m, 0));
	memcpy(&fd, CMSG_DATA(&c.h), sizeof(fd));
	EXPECT(read(fd, text, sizeof(text)) > 0 && strstr(text, "proc_fd"));
	SHOW_OK(write(s[0], &byte, 1));
	waitpid(pid, &status, 0);
	show_status("sender", status);
	SHOW(pread(fd, text, sizeof(text), 0));
	close(fd);
}

static void memory(void)
{
	static char here[64] = "0123456789";
	int fd = open("/proc/self/mem", O_RDWR);
	struct iovec v[2] = {{again, 3}, {again + 3, 4}};

	SHOW(pwrite(fd, "ab", 2, (off_t)(uintptr_t)(here + 2)));
	EXPECT(lseek(fd, (off_t)(uintptr_t)(here + 5), SEEK_SET) == (off_t)(uintptr_t)(here + 5));
	SHOW(write(fd, "cd", 2));
	puts(here);
	SHOW(preadv(fd, v, 2, (off_t)(uintptr_t)here));
	printf("%.7s\n", again);
	SHOW(pread(fd, again, 4, 16));
	close(fd);
}

/* However one came to the descriptor, and whatever else was closed, and what the number is of when
 * it is used again. */
static void copied(void)
{
	struct rlimit lim = {10000, 10000};
	long fds[5];
	char own[64];

	snprintf(own, sizeof(own), "Pid:\t%d\n", getpid());
	if (getrlimit(RLIMIT_NOFILE, &lim) || lim.rlim_cur < 10000) {
		lim.rlim_cur = lim.rlim_max < 10000 ? lim.rlim_max : 10000;
		setrlimit(RLIMIT_NOFILE, &lim);
	}
	fds[0] = open("/proc/self/status", O_RDONLY);
	fds[1] = dup((int)fds[0]);
	fds[2] = dup2((int)fds[1], 77);
	fds[3] = syscall(SYS_dup3, (int)fds[2], 78, O_CLOEXEC);
	fds[4] = fcntl((int)fds[3], F_DUPFD, lim.rlim_cur > 9500 ? 9500 : 90);
	for (int i = 0; i < 5; i++) {
		lseek((int)fds[i], 0, SEEK_SET);
		slurp((int)fds[i], text, sizeof(text) - 1);
		printf("copy %d: own %d\n", i, strstr(text, own) != NULL);
		close((int)fds[i]);
	}
	fds[0] = open("/dev/null", O_RDONLY);
	SHOW(read((int)fds[0], text, 10));
	close((int)fds[0]);
}

/* The size of the directory of descriptors is their number. */
static void sizes(void)
{
	int fd = open("/proc/self/fd", O_RDONLY | O_DIRECTORY);
	DIR *d = opendir("/proc/self/fd");
	long listed = 0;
	struct statx x;
	struct stat st;

	while (readdir(d))
		listed++;
	listed -= 2; /* . and .. */
	SHOW(stat("/proc/self/fd", &st));
	printf("%ld\n", (long)st.st_size - listed);
	SHOW(fstat(fd, &st));
	printf("%ld\n", (long)st.st_size - listed);
	SHOW(fstatat(fd, "", &st, AT_EMPTY_PATH));
	printf("%ld\n", (long)st.st_size - listed);
	SHOW(fstatat(fd, ".", &st, AT_SYMLINK_NOFOLLOW));
	printf("%ld\n", (long)st.st_size - listed);
	SHOW(statx(AT_FDCWD, "/proc/thread-self/fd", 0, STATX_SIZE, &x));
	printf("%ld\n", (long)x.stx_size - listed);
	SHOW(statx(fd, "", AT_EMPTY_PATH, STATX_SIZE, &x));
	printf("%ld\n", (long)x.stx_size - listed);
	SHOW(stat("/proc/self/fdinfo", &st));
	printf("%ld\n", (long)st.st_size);
	closedir(d);
	close(fd);
}

int main(void)
{
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		identity(names[i]);
	format();
	live();
	in_parts();
	shared();
	passed_on();
	memory();
	copied();
	sizes();
	return 0;
}
