/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copies of the program of which a byte of the code differs, on either side of a page's end that an
 * instruction lies across, executed by turns: each has its own code. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* mov $0x11111111, %eax; ret: three bytes of it on one page, three on the next */
extern const unsigned char before_across[], across[];
__asm__(".text\n.balign 4096\n.skip 4085, 0xcc\nbefore_across: .skip 8, 0xcc\n"
	"across: .byte 0xb8, 0x11, 0x11, 0x11, 0x11, 0xc3\n"
	".skip 4093, 0xcc\n");

static unsigned char *find(unsigned char *file, size_t size)
{
	for (size_t i = 8; i + 16 < size; i++)
		if (!memcmp(file + i - 8, before_across, 22))

			return file + i;
	return NULL;
}

static void copy(const char *name, int at)
{
	int in = open("/proc/self/exe", O_RDONLY),
	    out = open(name, O_WRONLY | O_CREAT | O_TRUNC, 0755);
	struct stat st;
	unsigned char *file, *code;

	if (in < 0 || out < 0 || fstat(in, &st) || !(file = malloc(st.st_size)) ||
	    read(in, file, st.st_size) != st.st_size || !(code = find(file, st.st_size))) {
		perror(name);
		exit(1);
	}
	if (at)
		code[at] = 0x22;
	if (write(out, file, st.st_size) != st.st_size)
		perror("write");
	free(file);
	close(in);
	close(out);
}

int main(int argc, char **argv)
{
	static const char *const names[] = {"./patched.0", "./patched.1", "./patched.2"};
	static const int at[] = {0, 2, 4};
	unsigned (*fn)(void) = (unsigned (*)(void))across;
	int status;

	if (argc > 1) {
		printf("%s: %#x\n", argv[0], fn());
		if (argc > 2) { /* executes the next one without a fork */
			fflush(stdout);
			execv(argv[2], argv + 2);
			return 1;
		}
		return 0;
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	for (int i = 0; i < 3; i++)
		copy(names[i], at[i]);
	for (int i = 0; i < 24; i++) {
		pid_t pid = fork();

		if (!pid) {
			const char *first = names[i % 3], *second = names[(i / 3 + 1) % 3];

			fn();
			execl(first, first, "then", second, "last", (char *)NULL);
			_exit(1);
		}
		waitpid(pid, &status, 0);
		if (status)
			printf("status %#x\n", status);
	}
	for (int i = 0; i < 3; i++)
		unlink(names[i]);
	return 0;
}
