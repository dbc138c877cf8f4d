/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lists of tests, and programs as such. */
#include <elf.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/host.h"
#include "test/test.h"

const char *const test_gate_names[TG_COUNT] = {"default", "sysenter", "syscall", "int80"};
const char *const outcome_names[OUTCOMES] = {"passed", "failed", "skipped"};

void *test_alloc(void *p, size_t n)
{
	p = realloc(p, n);
	if (!p)
		fatal("out of memory");
	return p;
}

char *test_printf(const char *fmt, ...)
{
	va_list ap;
	char *text;
	int n;

	va_start(ap, fmt);
	n = vasprintf(&text, fmt, ap);
	va_end(ap);
	if (n < 0)
		fatal("out of memory");
	return text;
}

void list_add(char ***list, char *text)
{
	size_t n = 0;

	while (*list && (*list)[n])
		n++;
	*list = test_alloc(*list, (n + 2) * sizeof(**list));
	(*list)[n] = text;
	(*list)[n + 1] = NULL;
}

void tests_add(struct tests *tests, const struct test *t)
{
	tests->v = test_alloc(tests->v, (tests->n + 1) * sizeof(*tests->v));
	tests->v[tests->n++] = *t;
}

/* The first bytes of a regular file that may be executed; 0 if it is none. */
static size_t head_of_program(const char *path, unsigned char *head, size_t n)
{
	struct stat st;
	ssize_t got;
	int fd;

	/* What is no file might block when it is opened. */
	if (stat(path, &st) < 0 || !S_ISREG(st.st_mode) || access(path, X_OK) < 0)
		return 0;
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return 0;
	got = read(fd, head, n);
	close(fd);
	return got > 0 ? (size_t)got : 0;
}

bool test_is_program(const char *path)
{
	unsigned char head[sizeof(Elf32_Ehdr)] = {0};
	size_t n = head_of_program(path, head, sizeof(head));
	Elf32_Ehdr h; /* its beginning is the same in both classes */

	if (n >= 2 && memcmp(head, "#!", 2) == 0)
		return true;
	if (n < sizeof(h) || memcmp(head, ELFMAG, SELFMAG) != 0)
		return false;
	memcpy(&h, head, sizeof(h));
	return (h.e_type == ET_EXEC || h.e_type == ET_DYN) &&
	       (h.e_machine == EM_X86_64 || h.e_machine == EM_386);
}

bool test_is_elf32(const char *path)
{
	unsigned char head[EI_NIDENT] = {0};

	return head_of_program(path, head, sizeof(head)) == sizeof(head) &&
	       memcmp(head, ELFMAG, SELFMAG) == 0 && head[EI_CLASS] == ELFCLASS32;
}
