/* SPDX-License-Identifier: GPL-2.0-or-later */
/* mremap(2) of the vDSO: calls through the moved image, the way back from signal handlers, system
 * calls through the moved __kernel_vsyscall; then its end by munmap(2). */
#include "guest.h"
#include <elf.h>
#include <link.h>
#include <sys/auxv.h>
#include <time.h>

static volatile int handled;

static void handler(int sig)
{
	handled += sig;
}

static void rt_handler(int sig, siginfo_t *si, void *uc)
{
	(void)si, (void)uc;
	handled += 100 * sig;
}

/* What the kernel's own struct sigaction looks like: no restorer, so that 32-bit handlers return
 * through the vDSO. */
static void raise_both(void)
{
#ifdef __i386__
	struct {
		unsigned long handler, flags, restorer, mask[2];
	} k = {(unsigned long)handler, 0, 0, {0, 0}};

	syscall(SYS_rt_sigaction, SIGUSR1, &k, NULL, 8);
	k.handler = (unsigned long)rt_handler;
	k.flags = SA_SIGINFO;
	syscall(SYS_rt_sigaction, SIGUSR2, &k, NULL, 8);
#else
	struct sigaction sa = {.sa_sigaction = rt_handler, .sa_flags = SA_SIGINFO};

	signal(SIGUSR1, handler);
	sigaction(SIGUSR2, &sa, NULL);
#endif
	handled = 0;
	raise(SIGUSR1);
	raise(SIGUSR2);
	printf("handled %d\n", handled);
}

static unsigned long vdso_size(const char *name, unsigned long at)
{
	FILE *f = fopen("/proc/self/maps", "r");
	unsigned long a, b, size = 0;
	char line[512];

	while (fgets(line, sizeof(line), f))
		if (strstr(line, name) && sscanf(line, "%lx-%lx", &a, &b) == 2 && a == at)
			size = b - a;
	fclose(f);
	return size;
}

/* System call 20/39 through the place that AT_SYSINFO points to, wherever the image now is. */
static long by_sysinfo(unsigned long moved_by)
{
#ifdef __i386__
	long ret;
	unsigned long entry = getauxval(AT_SYSINFO) + moved_by;

	__asm__ volatile("call *%1" : "=a"(ret) : "r"(entry), "0"(SYS_getpid) : "memory");
	return ret;
#else
	(void)moved_by;
	return syscall(SYS_getpid);
#endif
}

typedef int clock_fn(int, struct timespec *);

static clock_fn *find_clock(unsigned long base)
{
	ElfW(Ehdr) *eh = (void *)base;
	ElfW(Phdr) *ph = (void *)(base + eh->e_phoff);
	ElfW(Dyn) *dyn = NULL;
	ElfW(Sym) *sym = NULL;
	const char *str = NULL;
	const uint32_t *hash = NULL;

	for (int i = 0; i < eh->e_phnum; i++)
		if (ph[i].p_type == PT_DYNAMIC)
			dyn = (void *)(base + ph[i].p_offset);
	for (; dyn && dyn->d_tag; dyn++) {
		if (dyn->d_tag == DT_SYMTAB)
			sym = (void *)(base + dyn->d_un.d_ptr);
		if (dyn->d_tag == DT_STRTAB)
			str = (void *)(base + dyn->d_un.d_ptr);
		if (dyn->d_tag == DT_HASH)
			hash = (void *)(base + dyn->d_un.d_ptr);
	}
	for (uint32_t i = 0; hash && i < hash[1]; i++)
		if (!strcmp(str + sym[i].st_name, "__vdso_clock_gettime"))
			return (clock_fn *)(base + sym[i].st_value);
	return NULL;
}

int main(void)
{
	unsigned long base = getauxval(AT_SYSINFO_EHDR), size = vdso_size("[vdso]", base);
	unsigned long to, moved;
	struct timespec ts = {0};
	clock_fn *fn;

	EXPECT(base && size);
	EXPECT(!memcmp((void *)base, ELFMAG, SELFMAG));
	EXPECT(by_sysinfo(0) == getpid());
	fn = find_clock(base);
	EXPECT(fn && !fn(CLOCK_MONOTONIC, &ts) && ts.tv_sec + ts.tv_nsec);
	raise_both();

	to = (unsigned long)mmap(NULL, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	moved = (unsigned long)mremap((void *)base, size, size, MREMAP_MAYMOVE | MREMAP_FIXED, to);
#ifdef __i386__
	/* The C library keeps AT_SYSINFO in its thread control block. */
	__asm__ volatile("mov %0, %%gs:0x10" ::"r"(getauxval(AT_SYSINFO) + to - base));
#endif
	EXPECT(moved == to);
	EXPECT(vdso_size("[vdso]", to) == size);
	EXPECT(by_sysinfo(to - base) == getpid());
	raise_both();
	EXPECT(!memcmp((void *)to, ELFMAG, SELFMAG));
	EXPECT(mprotect((void *)to, size, PROT_READ | PROT_WRITE | PROT_EXEC) == 0);
	((char *)to)[8] = 7;
	raise_both();
	fflush(stdout);
#ifdef __x86_64__
	EXPECT(munmap((void *)to, size) == 0);
	raise_both();
#endif
	return 0;
}
