/* SPDX-License-Identifier: GPL-2.0-or-later */
/* execve(2) of programs that no linker makes: segments that overlap, pages that the file does not
 * have, an absurd alignment, headers that no segment holds. Linux lets them run as far as they
 * come. */
#include "guest.h"
#include <elf.h>
#include <link.h>

#define BASE 0x400000
#define NAME "odd"

#ifdef __x86_64__
#define CLASS	ELFCLASS64
#define MACHINE EM_X86_64
static const unsigned char ends[] = {0xb8, 60, 0, 0, 0, 0xbf, 42, 0, 0, 0, 0x0f, 0x05};
static const unsigned char waits[] = {0xb8, 34, 0, 0, 0, 0x0f, 0x05, 0xeb, 0xf7};
#else
#define CLASS	ELFCLASS32
#define MACHINE EM_386
static const unsigned char ends[] = {0xb8, 1, 0, 0, 0, 0xbb, 42, 0, 0, 0, 0xcd, 0x80};
static const unsigned char waits[] = {0xb8, 29, 0, 0, 0, 0xcd, 0x80, 0xeb, 0xf7};
#endif

static struct image {
	ElfW(Ehdr) eh;
	ElfW(Phdr) head, text, data;
	char rest[0x3000];
} image;

/* Headers at 0, code at 0x1000, data at 0x2000 of the file and of the memory. */
static void fresh(int type, const void *code, size_t n)
{
	unsigned long base = type == ET_EXEC ? BASE : 0;
	ElfW(Phdr) part = {
		.p_type = PT_LOAD, .p_filesz = 0x1000, .p_memsz = 0x1000, .p_align = 0x1000};

	memset(&image, 0, sizeof(image));
	memcpy(image.eh.e_ident, ELFMAG, SELFMAG);
	image.eh.e_ident[EI_CLASS] = CLASS;
	image.eh.e_ident[EI_DATA] = ELFDATA2LSB;
	image.eh.e_ident[EI_VERSION] = EV_CURRENT;
	image.eh.e_type = type;
	image.eh.e_machine = MACHINE;
	image.eh.e_version = EV_CURRENT;
	image.eh.e_entry = base + 0x1000;
	image.eh.e_phoff = sizeof(image.eh);
	image.eh.e_ehsize = sizeof(image.eh);
	image.eh.e_phentsize = sizeof(part);
	image.eh.e_phnum = 3;
	image.head = image.text = image.data = part;
	image.head.p_vaddr = base;
	image.head.p_flags = PF_R;
	image.text.p_vaddr = base + 0x1000;
	image.text.p_offset = 0x1000;
	image.text.p_flags = PF_R | PF_X;
	image.data.p_vaddr = base + 0x2000;
	image.data.p_offset = 0x2000;
	image.data.p_flags = PF_R | PF_W;
	memcpy((char *)&image + 0x1000, code, n);
}

static pid_t start(size_t size)
{
	int fd = open(NAME, O_WRONLY | O_CREAT | O_TRUNC, 0755);
	pid_t pid;

	if (write(fd, &image, size) != (ssize_t)size)
		exit(1);
	close(fd);
	fflush(stdout);
	pid = fork();
	if (!pid) {
		execl(NAME, NAME, NULL);
		_exit(errno);
	}
	return pid;
}

static void run(const char *what, size_t size)
{
	int status;

	waitpid(start(size), &status, 0);
	show_status(what, status);
}

/* AT_PHDR of a program that waits, from where it lies. */
static void headers(const char *what)
{
	pid_t pid = start(0x3000);
	unsigned long v[2], phdr = 0, entry = 0;
	char path[40];
	int fd;

	sprintf(path, "/proc/%d/syscall", pid); /* in pause(2) it has been loaded */
	for (char line[8] = ""; atoi(line) != waits[1];) {
		usleep(1000);
		fd = open(path, O_RDONLY);
		if (read(fd, line, sizeof(line) - 1) <= 0)
			exit(1);
		close(fd);
	}
	sprintf(path, "/proc/%d/auxv", pid);
	fd = open(path, O_RDONLY);
	while (read(fd, v, sizeof(v)) == sizeof(v) && v[0]) {
		phdr = v[0] == AT_PHDR ? v[1] : phdr;
		entry = v[0] == AT_ENTRY ? v[1] : entry;
	}
	close(fd);
	printf("%s: at %#lx\n", what, phdr - (entry - image.eh.e_entry));
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

int main(void)
{
	fresh(ET_EXEC, ends, sizeof(ends));
	run("as it ought to be", 0x3000);
	image.head.p_memsz = 0x3000;
	run("bss below others", 0x3000);
	image.head.p_memsz = image.head.p_filesz = 0x2800;
	run("contents below others", 0x3000);
	fresh(ET_EXEC, ends, sizeof(ends));
	image.data.p_vaddr = image.text.p_vaddr;
	image.data.p_offset = 0x1000;
	run("data over the code", 0x3000);
	fresh(ET_EXEC, ends, sizeof(ends));
	run("without its data", 0x1800);
	run("without its code", 0x800);
	image.data.p_memsz = 0x1800;
	image.data.p_filesz = 0x800;
	run("without data to be filled up", 0x1800);
	fresh(ET_EXEC, ends, sizeof(ends));
	image.eh.e_entry = BASE + 0x8000;
	run("an entry point outside", 0x3000);
	fresh(ET_EXEC, ends, sizeof(ends));
	image.text.p_align = (ElfW(Addr))1 << (8 * sizeof(long) - 1);
	run("an alignment that does not count", 0x3000);
	fresh(ET_EXEC, ends, sizeof(ends));
	image.data.p_type = PT_INTERP;
	run("an interpreter without a name", 0x3000); /* EACCES: a directory */
	fresh(ET_DYN, waits, sizeof(waits));
	headers("headers");
	image.head.p_filesz = sizeof(image.eh);
	headers("headers of no segment");
	unlink(NAME);
	return 0;
}
