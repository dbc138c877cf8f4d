/* SPDX-License-Identifier: GPL-2.0-or-later */
/* guest: musl */
/* /proc as a program sees itself and its child in it. */
#include "guest.h"

#include <elf.h>
#include <sys/auxv.h>

static char buf[1 << 16];

static long slurp_at(int dfd, const char *path)
{
	int fd = openat(dfd, path, O_RDONLY);
	long n = 0, got;

	if (fd < 0)
		return -1;
	while ((got = read(fd, buf + n, sizeof(buf) - 1 - (size_t)n)) > 0)
		n += got;
	buf[n] = 0;
	close(fd);
	return n;
}

static long slurp(const char *path)
{
	return slurp_at(AT_FDCWD, path);
}

/* The line of maps that holds an address: its permissions and the last part of its name. */
static void show_area(const char *what, const char *path, unsigned long addr)
{
	char *save = NULL;

	slurp(path);
	for (char *l = strtok_r(buf, "\n", &save); l; l = strtok_r(NULL, "\n", &save)) {
		unsigned long start, end;
		char perms[8], name[400] = "";
		const char *slash;

		if (sscanf(l, "%lx-%lx %7s %*s %*s %*s %399s", &start, &end, perms, name) < 3 ||
		    addr < start || addr >= end)
			continue;
		slash = strrchr(name, '/');
		slash = slash ? slash + 1 : name;
		printf("%s: %s %s\n", what, perms,
		       strncmp(slash, "proc_self", 9) == 0 ? "program" : slash);
		return;
	}
	printf("%s: not mapped\n", what);
}

static unsigned long status_kb(const char *name)
{
	const char *at = strstr(buf, name);

	return at ? strtoul(at + strlen(name), NULL, 10) : 0;
}

static unsigned long stat_field(int n)
{
	char *s = strrchr(buf, ')');

	for (int field = 2; s && field < n; field++)
		s = strchr(s + 1, ' ');
	return s ? strtoul(s + 1, NULL, 10) : 0;
}

static void sizes(void)
{
	unsigned long size, vsize, pages;
	char *big =
		mmap(NULL, 64 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	memset(big, 1, 16 << 20);
	slurp("/proc/self/status");
	size = status_kb("VmSize:");
	EXPECT(size > 64 * 1024 && size < 128 * 1024);
	EXPECT(status_kb("VmRSS:") > 16 * 1024 && status_kb("VmRSS:") < 40 * 1024);
	EXPECT(status_kb("VmData:") >= 64 * 1024 && status_kb("VmData:") < 100 * 1024);
	EXPECT(status_kb("VmStk:") > 100 && status_kb("VmStk:") < 300);
	EXPECT(status_kb("VmPeak:") >= size);
	EXPECT(strncmp(buf, "Name:\tproc_self", 15) == 0);
	slurp("/proc/self/stat");
	vsize = stat_field(23);
	EXPECT(vsize / 1024 == size);
	EXPECT(stat_field(26) < (unsigned long)&slurp_at &&
	       (unsigned long)&slurp_at < stat_field(27));
	EXPECT(stat_field(28) > (unsigned long)&vsize);
	EXPECT(strncmp(buf + strcspn(buf, "("), "(proc_self", 10) == 0);
	slurp("/proc/self/statm");
	pages = strtoul(buf, NULL, 10);
	EXPECT(pages == vsize / 4096);
	munmap(big, 64 << 20);
}

static void words(void)
{
	unsigned long want = getauxval(AT_ENTRY), seen = 0;
	long n = slurp("/proc/self/auxv");

	printf("auxv: %ld bytes\n", n);
	for (long i = 0; i + 2 * (long)sizeof(long) <= n; i += 2 * (long)sizeof(long))
		if (*(unsigned long *)(buf + i) == AT_ENTRY)
			seen = *(unsigned long *)(buf + i + (long)sizeof(long));
	EXPECT(seen == want);
	n = slurp("/proc/self/cmdline");
	EXPECT(n > 10 && strstr(buf, "proc_self"));
	setenv("LATER", "1", 1);
	n = slurp("/proc/self/environ");
	EXPECT(n > 0 && !memmem(buf, (size_t)n, "LATER", 5));
}

static void ways_in(void)
{
	char path[64], exe[256], again[256];
	int proc = open("/proc", O_RDONLY | O_DIRECTORY);
	int self = open("/proc/self", O_RDONLY | O_DIRECTORY);
	long n = readlink("/proc/self/exe", exe, sizeof(exe) - 1);
	struct stat a, b;

	exe[n] = 0;
	EXPECT(strstr(exe, "proc_self") != NULL);
	snprintf(path, sizeof(path), "/proc/%d/exe", getpid());
	SHOW_OK(readlink(path, again, sizeof(again)) == n && !memcmp(exe, again, (size_t)n) ? 0
											    : -1);
	SHOW(readlinkat(self, "exe", again, sizeof(again)) == n);
	SHOW(readlinkat(proc, "self/exe", again, sizeof(again)) == n);
	SHOW(stat("/proc/self/exe", &a));
	SHOW(stat(exe, &b));
	EXPECT(a.st_ino == b.st_ino && a.st_dev == b.st_dev);
	EXPECT(lstat("/proc/self/exe", &a) == 0 && S_ISLNK(a.st_mode));
	EXPECT(slurp_at(self, "cmdline") > 10 && strstr(buf, "proc_self"));
	EXPECT(slurp_at(proc, "self/maps") > 10 && strstr(buf, "proc_self"));
	EXPECT(slurp_at(proc, "thread-self/maps") > 10 && strstr(buf, "proc_self"));
	snprintf(path, sizeof(path), "/proc/self/task/%d/maps", getpid());
	EXPECT(slurp(path) > 10 && strstr(buf, "[stack]"));
	SHOW(chdir("/proc/self"));
	EXPECT(slurp("maps") > 10 && strstr(buf, "proc_self"));
	EXPECT(slurp("./status") > 10 && strstr(buf, "Name:\tproc_self"));
	SHOW(chdir("/"));
	SHOW(open("/proc/self/maps", O_WRONLY));
	SHOW(open("/proc/self/maps", O_RDONLY | O_DIRECTORY));
	SHOW(open("/proc/self/no-such-file", O_RDONLY));
	SHOW(slurp("/proc/self/comm") > 0 && !strncmp(buf, "proc_self", 9));
	SHOW(slurp("/proc/self/limits") > 0 && strstr(buf, "Max stack size"));
}

static void other(void)
{
	char path[64];
	int status, fd[2];
	pid_t pid;

	SHOW(pipe(fd));
	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		char c;

		close(fd[1]);
		if (read(fd[0], &c, 1) < 0)
			_exit(1);
		_exit(0);
	}
	snprintf(path, sizeof(path), "/proc/%d/maps", pid);
	show_area("child's program", path, (unsigned long)&slurp_at);
	show_area("child's stack", path, (unsigned long)&status);
	snprintf(path, sizeof(path), "/proc/%d/cmdline", pid);
	EXPECT(slurp(path) > 10 && strstr(buf, "proc_self"));
	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	EXPECT(slurp(path) > 10 && status_kb("VmSize:") < 64 * 1024);
	snprintf(path, sizeof(path), "/proc/%d/exe", pid);
	EXPECT(readlink(path, buf, sizeof(buf)) > 0);
	close(fd[1]);
	waitpid(pid, &status, 0);
	show_status("child", status);
	snprintf(path, sizeof(path), "/proc/%d/maps", pid);
	SHOW(open(path, O_RDONLY));
}

int main(void)
{
	static int data = 1;
	int local;

	show_area("text", "/proc/self/maps", (unsigned long)&slurp_at);
	show_area("data", "/proc/self/maps", (unsigned long)&data);
	show_area("stack", "/proc/self/maps", (unsigned long)&local);
	show_area("heap", "/proc/self/maps", (unsigned long)sbrk(8192));
	show_area("vdso", "/proc/self/maps", getauxval(AT_SYSINFO_EHDR));
	show_area("nothing", "/proc/self/maps", 4096);
	sizes();
	words();
	ways_in();
	other();
	return 0;
}
