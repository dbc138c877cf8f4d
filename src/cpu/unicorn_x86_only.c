/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Keeps Unicorn's other architectures out of trapgate.
 *
 * uc_open() in libunicorn.a names the start-up and register functions of every architecture, and
 * each of them drags in a whole CPU emulator. The linker takes an archive's member only for a
 * symbol that is still undefined: these definitions come first, so only the x86 ones are taken.
 * None of them can be called, for trapgate opens nothing but UC_ARCH_X86. */
#include <stdlib.h>

#define ABSENT(name)                                                                               \
	_Noreturn void name(void);                                                                 \
	_Noreturn void name(void)                                                                  \
	{                                                                                          \
		abort();                                                                           \
	}

#define ABSENT_ARCH(arch)                                                                          \
	ABSENT(uc_init_##arch)                                                                     \
	ABSENT(reg_read_##arch)                                                                    \
	ABSENT(reg_write_##arch)

ABSENT_ARCH(aarch64)
ABSENT_ARCH(arm)
ABSENT_ARCH(m68k)
ABSENT_ARCH(mips)
ABSENT_ARCH(mips64)
ABSENT_ARCH(mips64el)
ABSENT_ARCH(mipsel)
ABSENT_ARCH(ppc)
ABSENT_ARCH(ppc64)
ABSENT_ARCH(riscv32)
ABSENT_ARCH(riscv64)
ABSENT_ARCH(s390x)
ABSENT_ARCH(sparc)
ABSENT_ARCH(sparc64)
ABSENT_ARCH(tricore)

/* ---- Stopping a run from a signal handler ----
 *
 * uc_emu_stop() must not be called from a signal handler. It leaves a stale program counter
 * behind when blocks jump straight to each other; and a stop that comes while uc_emu_start() sets
 * out is forgotten. A handler must make the code leave only between blocks, where the program
 * counter is put right as long as no stop has been requested yet: by two of the three fields that
 * cpu_exit() sets. The stop is requested when that has happened, around cpu_exec(), which
 * uc_emu_start() calls until it has a reason to stop. The linker's --wrap puts the functions here
 * between Unicorn's own. The fields' places are found out by watching cpu_exit() at work. */
#include <sched.h>
#include <string.h>
#include <sys/mman.h>

#include "cpu/unicorn_fp.h"
#include "cpu/unicorn_state.h"
#include "cpu/unicorn_stop.h"
#include "cpu/unicorn_jump.h"
#include "cpu/unicorn_sse.h"
#include "cpu/unicorn_traps.h"

struct uc_struct;

#define EXCP_INTERRUPT 0x10000 /* Unicorn's: cpu_exec() was asked to return */
#define EXCP_ATOMIC    0x10005 /* an atomic operation cannot be done as one */

void tb_flush_x86_64(unsigned char *cpu);

int __real_cpu_exec_x86_64(struct uc_struct *uc, unsigned char *cpu);
int __wrap_cpu_exec_x86_64(struct uc_struct *uc, unsigned char *cpu);
void cpu_exit(unsigned char *cpu);
int uc_emu_stop(struct uc_struct *uc);

unsigned uc_x86_stop_word;
unsigned char *uc_x86_cpu;
static unsigned char *volatile exit_request; /* a byte: look at me between blocks */
static unsigned short *volatile icount_high; /* negative: leave at the start of a block */

#define WORDS 8192 /* of a struct CPUState, more than it has */

/* cpu_exit() on a CPU whose every pointer points into `target`, each to a place of its own, shows
 * which byte it sets and through which pointer it writes. */
static void find_fields(unsigned char *cpu)
{
	static unsigned long long fake[WORDS], target[WORDS];
	unsigned char *bytes = (unsigned char *)fake;

	for (int i = 0; i < WORDS; i++)
		fake[i] = (unsigned long long)(unsigned long)&target[i];
	cpu_exit(bytes);
	for (int i = 0; i < WORDS; i++) {
		unsigned long long was = (unsigned long long)(unsigned long)&target[i];

		for (int b = 0; fake[i] != was && b < 8; b++)
			if (!exit_request && bytes[8 * i + b] != (unsigned char)(was >> 8 * b))
				exit_request = cpu + 8 * i + b;
		if (target[i])
			icount_high = *(unsigned short **)(void *)(cpu + 8 * i) + 1;
	}
}

int __wrap_cpu_exec_x86_64(struct uc_struct *uc, unsigned char *cpu)
{
	int ret = EXCP_INTERRUPT;

	if (!exit_request) {
		uc_x86_cpu = cpu;
		find_fields(cpu);
	}
	if (!uc_x86_stop_wanted())
		ret = __real_cpu_exec_x86_64(uc, cpu);
	while (ret == EXCP_ATOMIC) { /* see unicorn_fp.c and unicorn_atomic.c */
		if (!uc_x86_fp_wants_traps())
			uc_x86_split_locks = true;
		uc_x86_forget_targets();
		tb_flush_x86_64(cpu);
		ret = __real_cpu_exec_x86_64(uc, cpu);
	}
	uc_x86_sse_leave(uc_x86_env());
	if (uc_x86_stop_wanted())
		uc_emu_stop(uc);
	return ret;
}

void uc_x86_stop_from_signal(void)
{
	uc_x86_want_stop(true);
	if (exit_request && icount_high) {
		__atomic_store_n(exit_request, 1, __ATOMIC_RELAXED);
		__atomic_store_n(icount_high, 0xffff, __ATOMIC_RELAXED);
	}
}

static const unsigned never;
const unsigned *uc_x86_pause_word = &never;
bool uc_x86_paused;
bool uc_x86_cpuid_stops;

/* Leaves the translated code in any case. The thread that is waited for may wait for the host's CPU
 * that this one keeps busy. */
#define PAUSES 32
void __real_helper_pause_x86_64(void *env, int length);
void __wrap_helper_pause_x86_64(void *env, int length);
void __wrap_helper_pause_x86_64(void *env, int length)
{
	static unsigned pauses;

	if (__atomic_load_n(uc_x86_pause_word, __ATOMIC_RELAXED)) {
		uc_x86_paused = true;
		uc_x86_want_stop(true);
	} else if (uc_x86_pause_word != &never && ++pauses % PAUSES == 0) {
		sched_yield();
	}
	__real_helper_pause_x86_64(env, length);
}

/* Of XSAVE's parts the engine's CPU models list AVX, which XCR0 does not have. Beyond the last leaf
 * CPUID tells of the last one, this. */
#define LEAF_XSTATE	0xd
#define LEAF_HYPERVISOR 0x40000000
#define XCR0_PARTS	3
#define XSAVE_BYTES	576
enum { RAX, RCX, RDX, RBX };

static void describe_xstate(struct uc_x86_state *s, uint32_t part)
{
	if (part == 0) {
		s->regs[RAX] &= XCR0_PARTS;
		s->regs[RCX] = XSAVE_BYTES;
	} else if (part > 1) {
		s->regs[RAX] = s->regs[RCX] = s->regs[RDX] = s->regs[RBX] = 0;
	}
}

void __real_helper_cpuid_x86_64(void *env);
void __wrap_helper_cpuid_x86_64(void *env);
void __wrap_helper_cpuid_x86_64(void *env)
{
	struct uc_x86_state *s = uc_x86_state(env);
	uint32_t leaf = s ? (uint32_t)s->regs[RAX] : 0, part = s ? (uint32_t)s->regs[RCX] : 0;

	if (uc_x86_cpuid_stops)
		uc_x86_stop_from_signal();
	__real_helper_cpuid_x86_64(env);
	if (leaf >= LEAF_XSTATE && leaf < LEAF_HYPERVISOR)
		describe_xstate(s, part);
}

/* Unicorn's translator calls this after every load and store to emit one more look at icount_high:
 * leaving there, in the middle of a block, would run the first half of the block again. This
 * definition comes before Unicorn's, so that only the start of a block looks. */
void check_exit_request_x86_64(void *tcg_ctx);
void check_exit_request_x86_64(void *tcg_ctx)
{
	(void)tcg_ctx;
}

/* For each block that it translates, Unicorn walks the whole TLB twice to make stores into the
 * block's page slow. Here no page is writable and executable in the TLB at once, and what was
 * translated from a page is dropped before the page becomes writable (engine.c): there is nothing
 * to find, and starting a small program spends a twelfth of its time on looking. */
void tlb_reset_dirty_by_vaddr_x86_64(void *cpu, unsigned long long start,
				     unsigned long long length);
void tlb_reset_dirty_by_vaddr_x86_64(void *cpu, unsigned long long start, unsigned long long length)
{
	(void)cpu;
	(void)start;
	(void)length;
}

void tlb_protect_code_x86_64(void *uc, unsigned long long ram_addr);
void tlb_protect_code_x86_64(void *uc, unsigned long long ram_addr)
{
	(void)uc;
	(void)ram_addr;
}

/* The hash table of blocks starts with room for 32768, two megabytes to be cleared at every start.
 * It grows by itself. */
void __real_qht_init(void *ht, void *cmp, size_t n_elems, unsigned mode);
void __wrap_qht_init(void *ht, void *cmp, size_t n_elems, unsigned mode);
void __wrap_qht_init(void *ht, void *cmp, size_t n_elems, unsigned mode)
{
	__real_qht_init(ht, cmp, n_elems > 2048 ? 2048 : n_elems, mode);
}

void tlb_flush_page_x86_64(unsigned char *cpu, unsigned long page);

void uc_x86_flush_page(unsigned long page)
{
	tlb_flush_page_x86_64(uc_x86_cpu, page);
}

/* When all translations are dropped, their buffer is cleared by writing zeros to all of its 256
 * MiB. It is private memory of the engine's own: the kernel can give zeros when they are asked for.
 */
#define BIG (16UL << 20)

void *__real_memset(void *p, int c, size_t n);
void *__wrap_memset(void *p, int c, size_t n);
void *__wrap_memset(void *p, int c, size_t n)
{
	unsigned long at = (unsigned long)p, first = (at + 4095) & ~4095UL,
		      end = (at + n) & ~4095UL;

	if (__builtin_expect(n < BIG || c, 1) || madvise((void *)first, end - first, MADV_DONTNEED))
		return __real_memset(p, c, n);
	__real_memset(p, 0, first - at);
	__real_memset((void *)end, 0, at + n - end);
	return p;
}
