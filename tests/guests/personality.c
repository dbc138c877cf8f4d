/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a personality(2) changes: the next program's memory, names and timeouts, and what /proc
 * says of it. */
#include "guest.h"
#include <sys/personality.h>
#include <sys/select.h>
#include <sys/utsname.h>

/* Reads the first line of a file. */
static const char *line_of(const char *path)
{
	static char line[64];
	FILE *f = fopen(path, "r");

	if (!f || !fgets(line, sizeof(line), f))
		snprintf(line, sizeof(line), "no %s\n", path);
	if (f)
		fclose(f);
	return line;
}

/* The permissions of what the kernel itself maps for a program. */
static void show_kernels(void)
{
	FILE *f = fopen("/proc/self/maps", "r");
	char line[512], name[64], prot[8];

	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "%*s %7s %*s %*s %*s %63s", prot, name) == 2 && name[0] == '[' &&
		    strcmp(name, "[vsyscall]") != 0)
			printf("%s %s\n", name, prot);
	if (f)
		fclose(f);
}

static void show_page_zero(void)
{
	FILE *f = fopen("/proc/self/maps", "r");
	char line[512] = "";

	if (f && fgets(line, sizeof(line), f) && strtoull(line, NULL, 16) == 0)
		printf("page zero %.22s\n", strchr(line, '-'));
	if (f)
		fclose(f);
	SHOW(munmap(NULL, 4096));
	SHOW(mprotect(NULL, 4096, PROT_READ | PROT_WRITE));
}

static int next_program(void)
{
	struct timeval left = {0, 1000};
	struct utsname names;

	uname(&names);
	printf("%08x %s, /proc says %s", personality(0xffffffff), names.machine,
	       line_of("/proc/self/personality"));
	SHOW(select(0, NULL, NULL, NULL, &left));
	printf("left %ld\n", (long)left.tv_usec);
	show_kernels();
	show_page_zero();
	return 0;
}

static void with(char *program, unsigned long persona)
{
	pid_t pid;

	printf("-- %08lx\n", persona);
	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		char *const argv[] = {program, "next", NULL};

		personality(persona);
		execv("/proc/self/exe", argv);
		_exit(1);
	}
	waitpid(pid, NULL, 0);
}

/* /proc of another process. */
static void other(void)
{
	int told[2], go[2];
	char path[64], c;
	pid_t pid;

	pipe(told);
	pipe(go);
	pid = fork();
	if (pid == 0) {
		close(go[1]);
		personality(PER_LINUX32 | ADDR_NO_RANDOMIZE);
		write(told[1], "", 1);
		read(go[0], &c, 1);
		_exit(0);
	}
	read(told[0], &c, 1);
	snprintf(path, sizeof(path), "/proc/%d/personality", pid);
	printf("a child's: %s", line_of(path));
	close(go[1]);
	waitpid(pid, NULL, 0);
	snprintf(path, sizeof(path), "/proc/self/task/%d/personality", (int)getpid());
	printf("its own: %s", line_of(path));
}

int main(int argc, char **argv)
{
	static const unsigned long personas[] = {
		0,
		PER_LINUX32,
		MMAP_PAGE_ZERO,
		READ_IMPLIES_EXEC,
		STICKY_TIMEOUTS,
		PER_SVR4,
		PER_LINUX32 | READ_IMPLIES_EXEC | MMAP_PAGE_ZERO,
		ADDR_COMPAT_LAYOUT | SHORT_INODE,
	};

	if (argc > 1)
		return next_program();
	personality(0);
	other();
	for (size_t i = 0; i < sizeof(personas) / sizeof(*personas); i++)
		with(argv[0], personas[i]);
	return 0;
}
