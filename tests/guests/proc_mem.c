/* SPDX-License-Identifier: GPL-2.0-or-later */
/* /proc/self/mem: one's own memory as a file. */
#include "guest.h"

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
	return 0;
}
