/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Each function of the vDSO, found by name in the image, against the system call. */
#include "guest.h"
#include <elf.h>
#include <link.h>
#include <sys/auxv.h>
#include <sys/time.h>
#include <time.h>

static uintptr_t base;

static void *find(const char *name)
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
		if (sym[i].st_shndx && !strcmp(str + sym[i].st_name, name))
			return (void *)(base + sym[i].st_value);
	return NULL;
}

static int ordered(struct timespec a, struct timespec b)
{
	return a.tv_sec < b.tv_sec || (a.tv_sec == b.tv_sec && a.tv_nsec <= b.tv_nsec);
}

/* The clock never goes back between the two ways of reading it. */
static void clocks(void)
{
	int (*fn)(int, struct timespec *) = find("__vdso_clock_gettime");
	static const int ids[] = {CLOCK_REALTIME, CLOCK_MONOTONIC,	  CLOCK_MONOTONIC_RAW,
				  CLOCK_BOOTTIME, CLOCK_MONOTONIC_COARSE, CLOCK_PROCESS_CPUTIME_ID};

	EXPECT(fn != NULL);
	for (unsigned i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
		struct timespec a, b, c;
		int back = 0;

		for (int n = 0; n < 200; n++) {
			fn(ids[i], &a);
			syscall(SYS_clock_gettime, ids[i], &b);
			fn(ids[i], &c);
			back += !ordered(a, b) + !ordered(b, c);
		}
		printf("clock %d: %s\n", ids[i], back && ids[i] != CLOCK_REALTIME ? "BACK" : "on");
	}
	printf("no such clock: %d\n", fn(1000, &(struct timespec){0, 0}));
}

static void random_numbers(void)
{
	long (*fn)(void *, size_t, unsigned, void *, size_t) = find("__vdso_getrandom");
	unsigned params[16], zeros = 0;
	char buf[64] = {0};

	printf("getrandom: %s\n", fn ? "there" : "not there");
	if (!fn)
		return;
	memset(params, 0xff, sizeof(params));
	printf("parameters: %ld", fn(NULL, 0, 0, params, ~0UL));
	for (int i = 0; i < 16; i++)
		printf(" %u", params[i]);
	printf("\nwithout state: %ld\n", fn(buf, sizeof(buf), 0, NULL, 0));
	for (unsigned i = 0; i < sizeof(buf); i++)
		zeros += !buf[i];
	EXPECT(zeros < 32);
}

int main(void)
{
	int (*res)(int, struct timespec *);
	int (*tod)(struct timeval *, struct timezone *);
	long (*cpu)(unsigned *, unsigned *, void *);
	time_t (*now)(time_t *);
	struct timespec r1 = {0}, r2 = {0};
	unsigned c = ~0u, n = ~0u;
	struct timeval tv;

	base = getauxval(AT_SYSINFO_EHDR);
	clocks();
	random_numbers();
	res = find("__vdso_clock_getres");
	EXPECT(res && !res(CLOCK_MONOTONIC, &r1) &&
	       !syscall(SYS_clock_getres, CLOCK_MONOTONIC, &r2) && r1.tv_nsec == r2.tv_nsec);
	tod = find("__vdso_gettimeofday");
	now = find("__vdso_time");
	EXPECT(tod && !tod(&tv, NULL) && now && now(NULL) - tv.tv_sec <= 60);
	cpu = find("__vdso_getcpu");
	if (cpu) /* 32-bit programs have it since Linux 6.7 */
		EXPECT(!cpu(&c, &n, NULL) && c < 8192 && n < 1024);
	EXPECT(find("no_such_function") == NULL);
	return 0;
}
