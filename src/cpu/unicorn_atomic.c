/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Makes LOCKed instructions atomic, and fences fences, for the host.
 *
 * Unicorn translates them to a load and a store, for it knows of one CPU only. But guest processes
 * share memory, each with an engine of its own, and the host kernel changes futex words
 * (FUTEX_LOCK_PI, FUTEX_WAKE_OP, robust lists) while the engine runs. The translator's functions
 * for atomic operations have a second form, for several CPUs, that they choose by a flag of the
 * block being translated: they are called here with that flag set. Where the translation context
 * keeps the flags is read from the code of one of them. */
#include "cpu/unicorn_align.h"
#include "cpu/unicorn_stop.h"
#include "cpu/unicorn_traps.h"

#define CF_PARALLEL 0x80000u

struct tcg;

bool uc_x86_split_locks;

static unsigned flags_at; /* offset in the translation context; 0: not known yet, ~0: not found */

int __real_tcg_gen_atomic_cmpxchg_i64_x86_64(struct tcg *, long, long, long, long, long, unsigned);

/* The first load relative to the first argument, and CF_PARALLEL as an operand soon after it. */
static unsigned find_flags(void)
{
	const unsigned char *code =
		(const unsigned char *)(unsigned long)__real_tcg_gen_atomic_cmpxchg_i64_x86_64;

	for (int i = 0; i < 128; i++) {
		if (code[i] != 0x8b || (code[i + 1] & 0xc7) != 0x47) /* mov disp8(%rdi), %reg */
			continue;
		for (int j = i + 3; j < i + 35; j++)
			if (!code[j] && !code[j + 1] && code[j + 2] == 8 && !code[j + 3])
				return code[i + 2];
	}
	return ~0U;
}

static unsigned *flags_of(struct tcg *t)
{
	static unsigned nowhere;

	if (!flags_at)
		flags_at = find_flags();
	return flags_at == ~0U || uc_x86_split_locks ? &nowhere
						     : (unsigned *)(void *)((char *)t + flags_at);
}

void __wrap_tcg_gen_atomic_cmpxchg_i64_x86_64(struct tcg *t, long ret, long addr, long cmp,
					      long new_value, long idx, unsigned memop);
void __wrap_tcg_gen_atomic_cmpxchg_i64_x86_64(struct tcg *t, long ret, long addr, long cmp,
					      long new_value, long idx, unsigned memop)
{
	unsigned *flags = flags_of(t), was = *flags;

	uc_x86_before_atomic(t, addr, memop);
	*flags |= CF_PARALLEL;
	__real_tcg_gen_atomic_cmpxchg_i64_x86_64(t, ret, addr, cmp, new_value, idx, memop);
	*flags = was;
}

#define ATOMIC(op)                                                                                 \
	void __real_tcg_gen_atomic_##op##_i64_x86_64(struct tcg *, long, long, long, long,         \
						     unsigned);                                    \
	void __wrap_tcg_gen_atomic_##op##_i64_x86_64(struct tcg *, long, long, long, long,         \
						     unsigned);                                    \
	void __wrap_tcg_gen_atomic_##op##_i64_x86_64(struct tcg *t, long ret, long addr, long val, \
						     long idx, unsigned memop)                     \
	{                                                                                          \
		unsigned *flags = flags_of(t), was = *flags;                                       \
                                                                                                   \
		uc_x86_before_atomic(t, addr, memop);                                              \
		*flags |= CF_PARALLEL;                                                             \
		__real_tcg_gen_atomic_##op##_i64_x86_64(t, ret, addr, val, idx, memop);            \
		*flags = was;                                                                      \
	}

ATOMIC(fetch_add)
ATOMIC(fetch_and)
ATOMIC(fetch_or)
ATOMIC(fetch_xor)
ATOMIC(add_fetch)
ATOMIC(and_fetch)
ATOMIC(or_fetch)
ATOMIC(xor_fetch)
ATOMIC(xchg)

/* MFENCE: for one CPU it is nothing. */
void __real_tcg_gen_mb_x86_64(struct tcg *t, unsigned type);
void __wrap_tcg_gen_mb_x86_64(struct tcg *t, unsigned type);
void __wrap_tcg_gen_mb_x86_64(struct tcg *t, unsigned type)
{
	unsigned *flags = flags_of(t), was = *flags;

	*flags |= CF_PARALLEL;
	__real_tcg_gen_mb_x86_64(t, type);
	*flags = was;
}

/* CMPXCHG8B and CMPXCHG16B change ZF alone. The engine's translator does not tell their helpers
 * where the other flags are at that point: the state of the instruction does. */
_Bool cpu_restore_state_x86_64(void *cpu, uintptr_t retaddr, _Bool will_exit);

void helper_cmpxchg8b_x86_64(void *env, unsigned long addr);
void __real_helper_cmpxchg8b_unlocked_x86_64(void *env, unsigned long addr);
void __wrap_helper_cmpxchg8b_unlocked_x86_64(void *env, unsigned long addr);
void __wrap_helper_cmpxchg8b_unlocked_x86_64(void *env, unsigned long addr)
{
	UC_X86_CALLS_HELPER();
	cpu_restore_state_x86_64(uc_x86_cpu, uc_x86_called_from, 0);
	if (__builtin_expect(addr & 7, 0))
		__real_helper_cmpxchg8b_unlocked_x86_64(env, addr);
	else
		helper_cmpxchg8b_x86_64(env, addr);
}

void helper_cmpxchg16b_x86_64(void *env, unsigned long addr);
void __wrap_helper_cmpxchg16b_unlocked_x86_64(void *env, unsigned long addr);
void __wrap_helper_cmpxchg16b_unlocked_x86_64(void *env, unsigned long addr)
{
	UC_X86_CALLS_HELPER();
	cpu_restore_state_x86_64(uc_x86_cpu, uc_x86_called_from, 0);
	helper_cmpxchg16b_x86_64(env, addr); /* #GP where it is not aligned */
}

/* Four bytes: what a futex has. */
static const unsigned no_word;
const volatile unsigned *uc_x86_locked_word = &no_word;
void (*uc_x86_before_locked)(void);

unsigned __real_helper_atomic_cmpxchgl_le_x86_64(void *env, unsigned long addr, unsigned cmp,
						 unsigned value, unsigned oi);
unsigned __wrap_helper_atomic_cmpxchgl_le_x86_64(void *env, unsigned long addr, unsigned cmp,
						 unsigned value, unsigned oi);
unsigned __wrap_helper_atomic_cmpxchgl_le_x86_64(void *env, unsigned long addr, unsigned cmp,
						 unsigned value, unsigned oi)
{
	if (__builtin_expect(*uc_x86_locked_word, 0))
		uc_x86_before_locked();
	UC_X86_CALLS_HELPER();
	return __real_helper_atomic_cmpxchgl_le_x86_64(env, addr, cmp, value, oi);
}

unsigned __real_helper_atomic_xchgl_le_x86_64(void *env, unsigned long addr, unsigned value,
					      unsigned oi);
unsigned __wrap_helper_atomic_xchgl_le_x86_64(void *env, unsigned long addr, unsigned value,
					      unsigned oi);
unsigned __wrap_helper_atomic_xchgl_le_x86_64(void *env, unsigned long addr, unsigned value,
					      unsigned oi)
{
	if (__builtin_expect(*uc_x86_locked_word, 0))
		uc_x86_before_locked();
	UC_X86_CALLS_HELPER();
	return __real_helper_atomic_xchgl_le_x86_64(env, addr, value, oi);
}
