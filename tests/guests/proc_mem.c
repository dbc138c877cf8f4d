/* SPDX-License-Identifier: GPL-2.0-or-later */
/* /proc/self/mem: one's own memory as a file. */
#include "guest.h"

#include <sched.h>
#include <sys/uio.h>

static char text[] = "some text";
static const char constant[32] = "a constant";

/* A child's, that waits meanwhile. */
static void others(void)
{
	static const char *const names[] = {"/proc/%d/mem", "/proc/%d/task/%d/mem"};
	static volatile int value = 1, untouched[16384];
	static const volatile int fixed = 2;

	for (int i = 0; i < 2; i++) {
		int go[2], fd, status, new_value = 77 + i;
		char name[64], c;
		pid_t child;

		if (pipe(go))
			return;
		fflush(stdout);
		child = fork();
		if (!child) {
			close(go[1]);
			if (read(go[0], &c, 1) < 0)
				_exit(1);
			printf("%d %d %d\n", value, fixed, untouched[8192]);
			fflush(stdout);
			_exit(0);
		}
		snprintf(name, sizeof(name), names[i], child, child);
		fd = open(name, O_RDWR);
		SHOW(pwrite64(fd, &new_value, 4, (off64_t)(uintptr_t)&value));
		SHOW(pwrite64(fd, &new_value, 4, (off64_t)(uintptr_t)&fixed));
		SHOW(pwrite64(fd, &new_value, 4, (off64_t)(uintptr_t)&untouched[8192]));
		SHOW(pread64(fd, &new_value, 4, (off64_t)(uintptr_t)&value));
		SHOW(pwrite64(fd, &new_value, 4, 16));
		close(go[1]);
		waitpid(child, &status, 0);
		show_status("child", status);
		SHOW(pwrite64(fd, &new_value, 4, (off64_t)(uintptr_t)&value));
		close(fd);
		close(go[0]);
	}
	SHOW(value);
}

/* Code of a child that runs it, or has run it and waits. */
static void code_of_others(int waits, int by_call)
{
	static const unsigned char code[] = {0xb8, 1, 0, 0, 0, 0xc3}; /* mov $1, %eax; ret */
	const int rwx = PROT_READ | PROT_WRITE | PROT_EXEC;
	unsigned char *p = mmap(NULL, 4096, rwx, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), two = 2;
	volatile int *runs =
		mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct iovec from = {&two, 1}, to = {p + 1, 1};
	int (*answer)(void) = (int (*)(void))(uintptr_t)p, go[2], status;
	char name[64], c;
	pid_t child;

	memcpy(p, code, sizeof(code));
	if (!by_call)
		mprotect(p, 4096, PROT_READ | PROT_EXEC);
	if (pipe(go))
		return;
	fflush(stdout);
	child = fork();
	if (!child) {
		close(go[1]);
		*runs = answer();
		if (waits && read(go[0], &c, 1) < 0)
			_exit(9);
		while (!waits && answer() == 1)
			;
		_exit(answer());
	}
	while (!*runs)
		sched_yield();
	if (by_call) {
		SHOW(process_vm_writev(child, &from, 1, &to, 1, 0));
	} else {
		int fd;

		snprintf(name, sizeof(name), "/proc/%d/mem", child);
		fd = open(name, O_RDWR);
		SHOW(pwrite64(fd, &two, 1, (off64_t)(uintptr_t)(p + 1)));
		close(fd);
	}
	close(go[1]);
	waitpid(child, &status, 0);
	show_status("child", status);
	close(go[0]);
	munmap(p, 4096);
}

int main(void)
{
	int fd = open("/proc/self/mem", O_RDWR), ro = open("/proc/self/mem", O_RDONLY), copy;
	char buf[64] = "", *volatile bad = (char *)8;
	char *none = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	strcpy(none, "hidden");
	mprotect(none, 4096, PROT_NONE);
	munmap(none + 4096, 4096);
	SHOW(pread64(fd, buf, sizeof(text), (off64_t)(uintptr_t)text));
	printf("%s\n", buf);
	SHOW(pwrite64(fd, "SOME", 4, (off64_t)(uintptr_t)text));
	printf("%s\n", text);
	SHOW(pwrite64(fd, "A CON", 5, (off64_t)(uintptr_t)constant));
	printf("%s\n", *(const char *volatile *)&(const char *){constant});
	SHOW(pread64(fd, buf, 7, (off64_t)(uintptr_t)none));
	printf("%s\n", buf);
	SHOW(pread64(fd, buf, 64, (off64_t)(uintptr_t)none + 4090));
	SHOW(pread64(fd, buf, 7, (off64_t)(uintptr_t)none + 4096));
	SHOW(pread64(fd, buf, 7, 16));
	SHOW(pread64(fd, bad, 7, (off64_t)(uintptr_t)text));
	SHOW(pread64(fd, buf, 0, 16));
	SHOW(pwrite64(ro, "x", 1, (off64_t)(uintptr_t)text));
	EXPECT(lseek64(ro, (off64_t)(uintptr_t)text, SEEK_SET) == (off64_t)(uintptr_t)text);
	copy = dup(ro);
	SHOW(read(copy, buf, 5));
	SHOW(read(ro, buf + 5, 4));
	printf("%.9s\n", buf);
	SHOW(close(fd));
	SHOW(close(ro));
	SHOW(close(copy));
	SHOW(symlink("/proc/self/mem", "other-name"));
	fd = open("other-name", O_RDWR);
	SHOW(pread64(fd, buf, sizeof(text), (off64_t)(uintptr_t)text));
	printf("%s\n", buf);
	SHOW(unlink("other-name"));
	fflush(stdout);
	others();
	for (int i = 0; i < 4; i++)
		code_of_others(i & 1, i & 2);
	return 0;
}
