/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Instructions that ask for all of their memory operand before they do anything, where the engine's
 * helpers go from byte to byte and stop half-way, or touch only a part of it: FXSAVE and the like,
 * MASKMOVQ, CLFLUSH. */
#include "cpu/unicorn_touch.h"

#include "cpu/unicorn_align.h"
#include "cpu/unicorn_fp.h"

#define RETADDR()    ((uintptr_t)__builtin_return_address(0))
#define PAGE	     4096UL
#define USER_MMU_IDX 1
#define ACCESS_LOAD  0
#define ACCESS_STORE 1

void *probe_access_x86_64(struct cpu_env *env, unsigned long addr, int size, int access,
			  int mmu_idx, uintptr_t retaddr);
_Bool cpu_restore_state_x86_64(void *cpu, uintptr_t retaddr, _Bool will_exit);

static void touch(struct cpu_env *env, unsigned long addr, bool write, uintptr_t retaddr)
{
	uc_x86_trap.touched = addr;
	uc_x86_trap.touching = true;
	probe_access_x86_64(env, addr, 1, write ? ACCESS_STORE : ACCESS_LOAD, USER_MMU_IDX,
			    retaddr);
	uc_x86_trap.touching = false;
}

void uc_x86_touch(struct cpu_env *env, unsigned long addr, unsigned long size, bool write,
		  uintptr_t retaddr)
{
	unsigned long last = addr + size - 1;

	touch(env, addr, write, retaddr);
	if ((addr ^ last) & -PAGE)
		touch(env, last & -PAGE, write, retaddr);
}

/* AMD's CPUs were seen to ask for the first `head` bytes, and then for the last. */
void uc_x86_touch_state(struct cpu_env *env, unsigned long addr, unsigned long head,
			unsigned long size, bool write, uintptr_t retaddr)
{
	if (head)
		uc_x86_touch(env, addr, head, write, retaddr);
	if (!uc_x86_intel)
		touch(env, addr + size - 1, write, retaddr);
	uc_x86_touch(env, addr, size, write, retaddr);
}

/* ---- MASKMOVQ, MASKMOVDQU: with a mask of zeros too ---- */

#define MASKMOV(name, size)                                                                        \
	void __real_helper_##name##_x86_64(struct cpu_env *env, void *d, void *s,                  \
					   unsigned long addr);                                    \
	void __wrap_helper_##name##_x86_64(struct cpu_env *env, void *d, void *s,                  \
					   unsigned long addr);                                    \
	void __wrap_helper_##name##_x86_64(struct cpu_env *env, void *d, void *s,                  \
					   unsigned long addr)                                     \
	{                                                                                          \
		UC_X86_CALLS_HELPER();                                                             \
		uc_x86_touch(env, addr, size, true, RETADDR());                                    \
		__real_helper_##name##_x86_64(env, d, s, addr);                                    \
	}

MASKMOV(maskmov_mmx, 8)
MASKMOV(maskmov_xmm, 16)

/* ---- CLFLUSH, ENTER, and INS and OUTS with REP ----
 *
 * The first is nothing to the engine; the others look at the port even if the count is 0. A call is
 * emitted before them. It must be of one of the engine's own helpers: that of CLTS, which is #GP at
 * CPL 3 before it gets to it. */

void __wrap_helper_clts_x86_64(struct cpu_env *env);
void __wrap_helper_clts_x86_64(struct cpu_env *env)
{
	unsigned long addr, end;

	cpu_restore_state_x86_64(uc_x86_cpu, RETADDR(), 0);
	if (uc_x86_ops->flushes_line(&addr)) {
		touch(env, addr, false, RETADDR());
	} else if (uc_x86_ops->enters(&addr, &end)) { /* writes there, in a way */
		touch(env, addr, true, RETADDR());
		touch(env, end, true, RETADDR());
	} else if (uc_x86_ops->bad_port()) {
		uc_x86_raise_gp(env, RETADDR());
	}
}

void uc_x86_emit_look(void *ctx)
{
	uc_x86_emit_call(ctx, (void *)(uintptr_t)__wrap_helper_clts_x86_64, NULL);
}
