/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What /proc tells of a process's memory and of the call that it is in: pagemap, numa_maps,
 * map_files, syscall, and how much of maps and smaps one read gives. */
#include <dirent.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>

#include "guest.h"

#define PAGE 4096UL

static char text[1 << 18];

static long slurp(const char *path)
{
	int fd = open(path, O_RDONLY);
	long n, sum = 0;

	if (fd < 0)
		return -1;
	while ((n = read(fd, text + sum, sizeof(text) - 1 - (size_t)sum)) > 0)
		sum += n;
	close(fd);
	text[sum] = 0;
	return sum;
}

static int lines(const char *s)
{
	int n = 0;

	for (; *s; s++)
		n += *s == '\n';
	return n;
}

/* Whole lines of less than a page, however much is asked for. */
static void reads(const char *path, const char *end_of_record)
{
	static char part[1 << 16];
	int fd = open(path, O_RDONLY), bad_end = 0, large = 0, few = 0;
	long n, sum = 0, first = 0;

	while ((n = read(fd, part, sizeof(part) - 1)) > 0) {
		char *last;

		part[n] = 0;
		part[n - 1] = 0;
		last = strrchr(part, '\n');
		bad_end +=
			strncmp(last ? last + 1 : part, end_of_record, strlen(end_of_record)) != 0;
		large += n >= (long)PAGE;
		few += n < (long)PAGE / 4;
		if (!first)
			first = n;
		sum += n;
	}
	printf("%s: bad ends %d, large %d, too small %d\n", path, bad_end, large, few > 1);
	lseek(fd, 0, SEEK_SET);
	EXPECT(read(fd, part, 10) == 10);
	/* the rest of the record that has been begun, and more */
	n = read(fd, part, sizeof(part) - 1);
	printf("%s: whole %d\n", path, n > 0 && part[n - 1] == '\n');
	close(fd);
	EXPECT(sum > first);
}

static unsigned long long word(int fd, void *addr)
{
	unsigned long long w = 1;

	if (pread(fd, &w, 8, (off_t)((uintptr_t)addr / PAGE * 8)) != 8)
		return 1;
	return w >> 61; /* present, swapped, of a file */
}

static void pagemap(void)
{
	char *p = mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int fd = open("/proc/self/pagemap", O_RDONLY);
	unsigned long long w[6];

	p[0] = p[2 * PAGE] = 1;
	munmap(p + 3 * PAGE, PAGE);
	for (int i = 0; i < 4; i++)
		printf("page %d: %llx\n", i, word(fd, p + (size_t)i * PAGE));
	SHOW(pread(fd, w, sizeof(w), (off_t)((uintptr_t)p / PAGE * 8)));
	printf("%d %d %d %d\n", (int)(w[0] >> 61), (int)(w[1] >> 61), (int)(w[2] >> 61),
	       (int)(w[3] >> 61));
	printf("this code: %llx\n", word(fd, (void *)(uintptr_t)pagemap) & ~1ULL);
	SHOW(pread(fd, w, 8, 4));
	SHOW(pread(fd, w, 7, 0));
	SHOW(pread(fd, w, 0, 0));
	SHOW(pread(fd, w, 8, 0));
	SHOW(pread(fd, w, 8, sizeof(off_t) == 8 ? (off_t)(1ULL << 60) : 0x7ffffff8));
	SHOW(lseek(fd, 64, SEEK_SET));
	SHOW(read(fd, w, 16));
	SHOW(lseek(fd, 0, SEEK_CUR));
	SHOW(syscall(SYS_read, fd, 8, 16));
	close(fd);
	munmap(p, 3 * PAGE);
}

/* A reservation costs nothing, and so does asking how much of it is used. */
static void reservation(void)
{
	size_t n = sizeof(long) == 8 ? 1UL << 43 : 1UL << 30;
	char *p = mmap(NULL, n, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
		       -1, 0);
	long before, after;

	EXPECT(p != MAP_FAILED);
	slurp("/proc/self/statm");
	before = atol(strchr(text, ' '));
	for (int i = 0; i < 64; i++)
		p[n / 64 * (size_t)i] = 1;
	slurp("/proc/self/statm");
	after = atol(strchr(text, ' '));
	EXPECT(after - before >= 64 && after - before < 256);
	munmap(p, n);
}

/* The program's break is an area of its own. */
static void heap(void)
{
	char *b = (char *)syscall(SYS_brk, 0), *line;

	syscall(SYS_brk, b + 4 * PAGE);
	slurp("/proc/self/maps");
	line = strstr(text, "[heap]");
	while (line && line > text && line[-1] != '\n')
		line--;
	EXPECT(line && strtoul(line, NULL, 16) + 8 * PAGE > (uintptr_t)b);
	slurp("/proc/self/numa_maps");
	EXPECT(strstr(text, " heap"));
	EXPECT(strstr(text, " stack"));
	EXPECT(strstr(text, "/proc_pages"));
	EXPECT(!strstr(text, "trapgate"));
}

static int entries(const char *path, char *names, size_t size)
{
	DIR *d = opendir(path);
	struct dirent *e;
	int n = 0;

	names[0] = 0;
	while (d && (e = readdir(d)))
		if (e->d_name[0] != '.') {
			n++;
			if (e->d_type != DT_LNK)
				printf("type %d\n", e->d_type);
			if (strlen(names) + strlen(e->d_name) + 2 < size)
				strcat(strcat(names, e->d_name), "\n");
		}
	if (d)
		closedir(d);
	return n;
}

static void map_files(void)
{
	static char names[1 << 16];
	char path[128], target[256], start[32], end[32];
	int n = entries("/proc/self/map_files", names, sizeof(names)), files = 0, mine = 0;
	int dir = open("/proc/self/map_files", O_RDONLY | O_DIRECTORY);
	struct stat st, exe;
	char *line, *save = NULL;

	stat("/proc/self/exe", &exe);
	slurp("/proc/self/maps");
	for (line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		unsigned long ino = 0;
		char *dash = strchr(line, '-');
		ssize_t len;

		if (sscanf(line, "%*s %*s %*s %*s %lu", &ino) != 1 || !ino || !dash)
			continue;
		files++;
		snprintf(start, sizeof(start), "%lx", strtoul(line, NULL, 16));
		snprintf(end, sizeof(end), "%lx", strtoul(dash + 1, NULL, 16));
		snprintf(path, sizeof(path), "/proc/self/map_files/%s-%s", start, end);
		len = readlink(path, target, sizeof(target) - 1);
		target[len > 0 ? len : 0] = 0;
		if (len > 0 && strstr(target, "/proc_pages") && strstr(names, start)) {
			mine++;
			EXPECT(lstat(path, &st) == 0 && S_ISLNK(st.st_mode));
			snprintf(path, sizeof(path), "%s-%s", start, end);
			EXPECT(readlinkat(dir, path, target, sizeof(target)) == len);
			if (fstatat(dir, path, &st, 0) == 0)
				EXPECT(st.st_ino == exe.st_ino);
		}
	}
	EXPECT(n == files);
	EXPECT(mine > 1);
	SHOW(readlink("/proc/self/map_files/1000-2000", target, sizeof(target)));
	SHOW(readlink("/proc/self/map_files/0400000-500000", target, sizeof(target)));
	SHOW(faccessat(dir, "12-34", F_OK, 0));
	close(dir);
}

/* The call that a child waits in, by its number and arguments. */
static void in_call(void)
{
	unsigned long arg[8] = {0};
	char path[64], byte;
	int p[2], nr = -2, far = 0;
	pid_t pid;

	if (pipe(p))
		return;
	pid = fork();
	if (pid == 0) {
		close(p[1]);
		syscall(SYS_read, p[0], &byte, 1UL);
		_exit(0);
	}
	snprintf(path, sizeof(path), "/proc/%d/syscall", pid);
	do /* until it is there */
		slurp(path);
	while (sscanf(text, "%d %lx %lx %lx %lx %lx %lx %lx %lx", &nr, &arg[0], &arg[1], &arg[2],
		      &arg[3], &arg[4], &arg[5], &arg[6], &arg[7]) != 9 ||
	       nr != SYS_read ||
	       (arg[6] - (uintptr_t)&byte + (1 << 16) > 1 << 17 && ++far < 100 && !usleep(10000)));
	EXPECT((int)arg[0] == p[0]);
	EXPECT(arg[1] == (uintptr_t)&byte);
	EXPECT(arg[2] == 1);
	EXPECT(arg[6] > (uintptr_t)&byte - (1 << 16) && arg[6] < (uintptr_t)&byte + (1 << 16));
	EXPECT(arg[7] != 0);
	snprintf(path, sizeof(path), "/proc/%d/maps", pid);
	slurp(path);
	EXPECT(strstr(text, "[vdso]") && strstr(text, "[stack]"));
	close(p[1]);
	waitpid(pid, NULL, 0);
	slurp("/proc/self/syscall");
	EXPECT(atoi(text) == SYS_read && lines(text) == 1);
}

struct query { /* struct procmap_query */
	uint64_t size, query_flags, query_addr;
	uint64_t start, end, flags, page_size, offset, inode;
	uint32_t major, minor, name_size, build_id_size;
	uint64_t name_addr, build_id_addr;
};

static struct query ask(int fd, uint64_t flags, uint64_t addr, char *name, uint32_t room)
{
	struct query q = {.size = sizeof(q), .query_flags = flags, .query_addr = addr};
	int ret;

	q.name_size = room;
	q.name_addr = (uintptr_t)name;
	errno = 0;
	ret = ioctl(fd, _IOC(_IOC_READ | _IOC_WRITE, 'f', 17, sizeof(q)), &q);
	printf("query: %s, flags %x, page %d, name of %d\n", result(ret), (int)q.flags,
	       (int)q.page_size, q.name_size > 8 && q.name_size < 200 ? 9 : (int)q.name_size);
	return q;
}

/* PROCMAP_QUERY of Linux 6.11. */
static void queries(void)
{
	int fd = open("/proc/self/maps", O_RDONLY);
	char *p = mmap(NULL, 3 * PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	static char name[4096];
	struct query q;

	munmap(p + PAGE, PAGE);
	q = ask(fd, 0, (uintptr_t)p + 5, NULL, 0);
	EXPECT(errno || q.end == (uintptr_t)p + PAGE);
	ask(fd, 0, (uintptr_t)p + PAGE, NULL, 0);
	q = ask(fd, 0x10, (uintptr_t)p + PAGE, NULL, 0);
	EXPECT(errno || q.start == (uintptr_t)p + 2 * PAGE);
	q = ask(fd, 4, (uintptr_t)queries, name, sizeof(name));
	EXPECT(errno || (strstr(name, "/proc_pages") && q.inode));
	ask(fd, 2, (uintptr_t)queries, name, sizeof(name));
	ask(fd, 0, (uintptr_t)queries, name, 3);
	q = ask(fd, 0x30, 0, name, sizeof(name));
	EXPECT(errno || strstr(name, "/proc_pages"));
	q = ask(fd, 0, (uintptr_t)&q, name, sizeof(name));
	EXPECT(errno || !strcmp(name, "[stack]"));
	ask(fd, 0x40, 0, NULL, 0);
	ask(fd, 0, (uintptr_t)p, name, 0);
	ask(fd, 0, (uintptr_t)queries, (char *)8, 100);
	close(fd);
	munmap(p, 3 * PAGE);
}

/* A process that has unmapped everything, and cannot even see that it has. */
static void emptied(void)
{
	char path[64];
	int status;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (!pid) {
		ptrace(PTRACE_TRACEME, 0, NULL, NULL);
		for (unsigned long all = sizeof(long) == 8 ? (1UL << 47) - PAGE : -PAGE;;
		     all -= PAGE)
			munmap(NULL, all);
	}
	waitpid(pid, &status, 0);
	show_status("emptied", status);
	snprintf(path, sizeof(path), "/proc/%d/smaps_rollup", pid);
	slurp(path);
	text[strcspn(text, "\n")] = 0;
	puts(text);
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
}

/* Memory shared with children is dirty as soon as it is written, as a file that is read is not. */
static void shared_is_dirty(void)
{
	char *at = mmap(NULL, 16 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	unsigned long start, end;
	FILE *f = fopen("/proc/self/smaps", "r");
	char line[512];
	int in = 0;

	memset(at, 1, 16 * PAGE);
	while (fgets(line, sizeof(line), f)) {
		if (sscanf(line, "%lx-%lx ", &start, &end) == 2)
			in = (unsigned long)at >= start && (unsigned long)at < end;
		else if (in &&
			 (strstr(line, "Clean") || strstr(line, "Dirty") || strstr(line, "Rss")))
			printf("shared: %s", line);
	}
	fclose(f);
	munmap(at, 16 * PAGE);
}

int main(void)
{
	char *many = mmap(NULL, 400 * PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	setvbuf(stdout, NULL, _IOLBF, 0);
	for (int i = 0; i < 400; i += 2)
		mprotect(many + (size_t)i * PAGE, PAGE, PROT_NONE);
	reads("/proc/self/maps", "");
	reads("/proc/self/smaps", "VmFlags:");
	munmap(many, 400 * PAGE);
	shared_is_dirty();
	pagemap();
	reservation();
	heap();
	map_files();
	in_call();
	queries();
	emptied();
	return 0;
}
