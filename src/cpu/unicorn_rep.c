/* SPDX-License-Identifier: GPL-2.0-or-later */
/* REP MOVS and REP STOS, of which the engine translates one turn and jumps back: 3 to 10
 * nanoseconds for each byte. A call is emitted before the turn, which does those of as many whole
 * pages as are mapped and in the TLB or get there; what is left, and every fault, is the engine's.
 *
 * It must be a call of one of the engine's own helpers: that of VMLOAD, which is undefined at CPL 3
 * before it gets to it. */
#include "cpu/unicorn_rep.h"

#include <stdint.h>
#include <string.h>

#include "cpu/unicorn_align.h"
#include "cpu/unicorn_fp.h"
#include "cpu/unicorn_state.h"
#include "cpu/unicorn_traps.h"

#define PAGE	     4096UL
#define USER_MMU_IDX 1
#define ACCESS_LOAD  0
#define ACCESS_STORE 1
#define AT_ONCE	     (1UL << 20) /* turns: then interrupts get theirs */
#define MOVES	     0x10	 /* in the helper's argument, beside the width */
#define LIMITED	     (UC_X86_HF_LIMIT(UC_X86_ES) | UC_X86_HF_LIMIT(UC_X86_DS))
#define RAX	     0
#define RCX	     1
#define RSI	     6
#define RDI	     7

void *tlb_vaddr_to_host_x86_64(struct cpu_env *env, unsigned long addr, int access, int mmu_idx);

/* The mask of an address; 0: segments that are not flat, or 16-bit code. */
static uint64_t address_mask(const struct uc_x86_state *s)
{
	switch (s->hflags & UC_X86_HF_MODE) {
	case UC_X86_HF_USER_64:
		return ~0UL;
	case UC_X86_HF_USER_32:
		if (s->hflags & UC_X86_HF_CS32 && !(s->hflags & LIMITED))
			return 0xffffffff;
	}
	return 0;
}

static unsigned long in_page(unsigned long addr)
{
	return PAGE - (addr & (PAGE - 1));
}

/* Element by element, as the instruction says, where the two overlap so that it can be seen. */
static void move(unsigned char *to, const unsigned char *from, unsigned long size, unsigned width)
{
	if ((uintptr_t)to - (uintptr_t)from >= size) {
		memmove(to, from, size);
		return;
	}
	for (unsigned long i = 0; i < size; i += width)
		memmove(to + i, from + i, width);
}

static void store(unsigned char *to, const uint64_t *value, unsigned long size, unsigned width)
{
	if (width == 1) {
		memset(to, (int)*value, size);
		return;
	}
	for (unsigned long i = 0; i < size; i += width)
		memcpy(to + i, value, width);
}

/* Up to `most` turns, within a page. Returns how many it did. */
static unsigned long turns(struct cpu_env *env, struct uc_x86_state *s, uint64_t mask, int what,
			   unsigned long most)
{
	unsigned width = (unsigned)what & ~MOVES;
	unsigned long dst = s->regs[RDI] & mask, src = s->regs[RSI] & mask, room = in_page(dst);
	unsigned char *to, *from = NULL;

	if (what & MOVES && in_page(src) < room)
		room = in_page(src);
	most = room / width < most ? room / width : most;
	if (!most)
		return 0;
	if (what & MOVES) {
		from = tlb_vaddr_to_host_x86_64(env, src, ACCESS_LOAD, USER_MMU_IDX);
		if (!from)
			return 0;
	}
	to = tlb_vaddr_to_host_x86_64(env, dst, ACCESS_STORE, USER_MMU_IDX);
	if (!to)
		return 0;
	if (what & MOVES) {
		move(to, from, most * width, width);
		s->regs[RSI] = (src + most * width) & mask;
	} else
		store(to, &s->regs[RAX], most * width, width);
	s->regs[RDI] = (dst + most * width) & mask;
	s->regs[RCX] = ((s->regs[RCX] & mask) - most) & mask;
	return most;
}

void __wrap_helper_vmload_x86_64(struct cpu_env *env, int what);
void __wrap_helper_vmload_x86_64(struct cpu_env *env, int what)
{
	struct uc_x86_state *s = uc_x86_state(env);
	uint64_t mask = s && s->df == 1 ? address_mask(s) : 0;
	unsigned long left = AT_ONCE, done = 1;

	while (done && left && s->regs[RCX] & mask) {
		unsigned long count = s->regs[RCX] & mask;

		done = turns(env, s, mask, what, count < left ? count : left);
		left -= done;
	}
}

void uc_x86_emit_rep(void *ctx, unsigned width, bool moves)
{
	int what = (int)width | (moves ? MOVES : 0);

	if (uc_x86_tf || uc_x86_ac || !ctx)
		return;
	uc_x86_emit_call_value(ctx, (void *)(uintptr_t)__wrap_helper_vmload_x86_64, what);
}
