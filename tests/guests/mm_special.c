/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the kernel maps on its own: [vvar], [vvar_vclock] and [vdso] stay in one piece and of one
 * size, the data pages are no memory (for other processes, for advice, for locks). And the mark
 * that guard pages leave. */
#include "guest.h"
#include <sys/mman.h>
#include <sys/uio.h>

static unsigned long start, end;

static int find(const char *name)
{
	char line[512];
	FILE *f = fopen("/proc/self/maps", "r");

	start = end = 0;
	while (!start && fgets(line, sizeof(line), f))
		if (strstr(line, name))
			sscanf(line, "%lx-%lx", &start, &end);
	fclose(f);
	return start != 0;
}

static void show_flags(const char *what, unsigned long at)
{
	char line[512];
	unsigned long a, b;
	int in = 0;
	FILE *f = fopen("/proc/self/smaps", "r");

	while (fgets(line, sizeof(line), f))
		if (sscanf(line, "%lx-%lx ", &a, &b) == 2)
			in = at >= a && at < b;
		else if (in && !strncmp(line, "VmFlags", 7))
			printf("%s: %s", what, line);
	fclose(f);
}

static void show(const char *what, long ret)
{
	printf("%s: %s\n", what, ret == -1 ? strerror(errno) : "ok");
}

static void by_others(void *at)
{
	char buf[8];
	struct iovec own = {buf, sizeof(buf)}, there = {at, sizeof(buf)};
	int p[2], mem = open("/proc/self/mem", O_RDONLY);

	show("process_vm_readv", process_vm_readv(getpid(), &own, 1, &there, 1, 0));
	show("process_vm_writev", process_vm_writev(getpid(), &own, 1, &there, 1, 0));
	show("mem", syscall(SYS_pread64, mem, buf, sizeof(buf), at, 0));
	close(mem);
	if (pipe(p))
		exit(1);
	show("write", write(p[1], at, 8));
	show("read", read(p[0], at, 8));
	close(p[0]);
	close(p[1]);
}

/* Of an area with more than one page. */
static void cut(char *at, size_t len, int prot)
{
	show("munmap", munmap(at, 4096));
	show("munmap of the end", munmap(at + len - 4096, 8192));
	show("mprotect", mprotect(at, 4096, PROT_NONE));
	show("mprotect, the same", mprotect(at, 4096, prot));
	show("madvise", madvise(at, 4096, MADV_DONTFORK));
	show("madvise, the same", madvise(at, 4096, MADV_NORMAL));
	show("mremap, shorter", (long)mremap(at, len, 4096, 0));
	show("mremap", (long)mremap(at, 4096, 4096, MREMAP_MAYMOVE | MREMAP_FIXED, 0x50000000));
	show("mmap",
	     (long)mmap(at, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0));
	show("mlock", mlock(at, 4096));
}

static void advise(void *at, size_t len)
{
	char what[32];

	for (int advice = 0; advice < 26; advice++) {
		sprintf(what, "advice %d", advice);
		show(what, madvise(at, len, advice));
		if (advice == 10)
			madvise(at, len, MADV_DOFORK);
	}
	show("guard", madvise(at, len, 102));
	show("no guard", madvise(at, len, 103));
	madvise(at, len, MADV_NORMAL);
}

static void area(const char *name)
{
	char *at;
	size_t len;

	printf("%s %d\n", name, find(name));
	if (!start)
		return;
	at = (char *)start;
	len = end - start;
	show_flags("at first", start);
	by_others(at);
	if (name[2] == 'v') /* how long the code is is the kernel's own affair */
		cut(at, len, PROT_READ);
	for (int prot = 0; prot < 8; prot++) {
		char what[32];

		sprintf(what, "mprotect %d", prot);
		show(what, mprotect(at, len, prot));
	}
	mprotect(at, len, name[2] == 'v' ? PROT_READ : PROT_READ | PROT_EXEC);
	advise(at, len);
	show("mlock", mlock(at, len));
	show_flags("locked", start);
	show("munlock", munlock(at, len));
	show("longer", (long)mremap(at, len, len + 4096, MREMAP_MAYMOVE));
	show("duplicate", (long)mremap(at, 0, 4096, MREMAP_MAYMOVE));
	show("DONTUNMAP", (long)mremap(at, len, len, MREMAP_MAYMOVE | 4));
	show("moved", (long)mremap(at, len, len, MREMAP_MAYMOVE | MREMAP_FIXED, 0x50000000));
	find(name);
	show_flags("moved", start);
	show("munmap", munmap((void *)start, len));
}

int main(void)
{
	char *p = mmap(NULL, 4 * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	mlockall(MCL_CURRENT);
	find("[vdso]");
	show_flags("mlockall", start);
	munlockall();
	show("guard", madvise(p, 4096, 102));
	show_flags("guard", (unsigned long)p);
	show("no guard", madvise(p, 4096, 103));
	show_flags("no guard", (unsigned long)p);
	area("[vvar]");
	area("[vvar_vclock]");
#ifdef __x86_64__ /* i386 returns through it */
	area("[vdso]");
#endif
	return 0;
}
