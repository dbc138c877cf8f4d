/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Indirect jumps, calls and returns. Translated code asks a helper for the block at the new program
 * counter; programs with many calls spend a third of their time in it. Its answers are kept here,
 * by program counter and the state that makes a block another one.
 *
 * They hold as long as no block is dropped and no page that has code is mapped elsewhere. All of
 * that is asked for by trapgate, which then says so (uc_x86_forget_targets()), but one: the
 * engine's buffer of translations is full. It starts again at its beginning then, so that the next
 * block does not lie behind the one before. */
#include "cpu/unicorn_jump.h"

#include <stddef.h>
#include <stdint.h>

#include "cpu/unicorn_state.h"
#include "cpu/unicorn_traps.h"

#define RETADDR() ((uintptr_t)__builtin_return_address(0))

_Bool cpu_restore_state_x86_64(void *cpu, uintptr_t retaddr, _Bool will_exit);

/* Those of EFLAGS that make a block another one: IOPL, TF, RF, VM, AC */
#define BLOCK_EFLAGS 0x73100UL
#define EFLAGS_USER  0x202u /* IF, and the bit that is always set */

struct target {
	uint64_t key; /* the program counter, and above it the turn */
	void *code;
};

/* A program starts with few: each page of the table that it writes to is a page to be copied in a
 * new process. */
#define TARGETS_MAX (1u << 14)
#define TARGETS_MIN (1u << 8)

static struct target target[TARGETS_MAX];
static unsigned targets = TARGETS_MIN; /* in use */
static unsigned lost;		       /* this turn's answers in whose place others came */

#define PC_BITS 47 /* of addresses of user space */
#define TURN	(1UL << PC_BITS)
static uint64_t turn = TURN; /* answers of before do not count */
static unsigned state;	     /* the flags that the blocks of this turn have */
static bool usable;
static const void *first_block, *last_block;

/* Where the translated code is left. When there is no code at the target, the CPU's place is
 * already there, and this tells where it came from. */
static uintptr_t last_jump;

void uc_x86_find_state(const unsigned *was, const unsigned *now)
{
	const struct uc_x86_state *s = (const void *)now, *first = (const void *)was;

	usable = (first->hflags & UC_X86_HF_MODE) == UC_X86_HF_USER_64 &&
		 (s->hflags & UC_X86_HF_MODE) == UC_X86_HF_USER_32 &&
		 (const volatile unsigned *)&s->segs[UC_X86_CS].selector == uc_x86_cs &&
		 !s->segs[UC_X86_CS].base && (s->eflags & EFLAGS_USER) == EFLAGS_USER;
}

struct uc_x86_state *uc_x86_state(struct cpu_env *env)
{
	return usable ? (struct uc_x86_state *)(void *)env : NULL;
}

void uc_x86_forget_targets(void)
{
	turn += TURN;
	lost = 0;
	if (turn)
		return;
	turn = TURN;
	for (unsigned i = 0; i < TARGETS_MAX; i++)
		target[i].key = 0;
}

void uc_x86_new_targets(void)
{
	uc_x86_forget_targets();
	targets = TARGETS_MIN;
}

/* What is not found again because it lies elsewhere now is asked for again. */
static void grow(void)
{
	if (targets == TARGETS_MAX || ++lost < 8 * targets)
		return;
	targets *= 4;
	lost = 0;
}

void uc_x86_block_begins(const void *tb)
{
	if (!first_block)
		first_block = tb;
	if (tb <= last_block)
		uc_x86_forget_targets();
	last_block = tb;
}

static unsigned place_of(uint64_t pc)
{
	return (unsigned)(pc ^ pc >> 12) & (targets - 1);
}

void *__real_helper_lookup_tb_ptr_x86_64(struct cpu_env *env);
void *__wrap_helper_lookup_tb_ptr_x86_64(struct cpu_env *env);

static __attribute__((noinline)) void *ask(struct cpu_env *env, uint64_t pc, unsigned flags)
{
	const struct uc_x86_state *s = (const void *)env;
	void *code = __real_helper_lookup_tb_ptr_x86_64(env);
	struct target *t;

	/* What is not behind a block is the way out of translated code: there is none yet. */
	if (!usable || s->segs[UC_X86_CS].base || (const void *)code <= first_block ||
	    !first_block || pc >= TURN)
		return code;
	if (flags != state)
		uc_x86_forget_targets();
	state = flags;
	t = &target[place_of(pc)];
	if ((t->key & ~(TURN - 1)) == turn && t->key != pc + turn)
		grow();
	*t = (struct target){.key = pc + turn, .code = code};
	return code;
}

void *__wrap_helper_lookup_tb_ptr_x86_64(struct cpu_env *env)
{
	const struct uc_x86_state *s = (const void *)env;
	uint64_t pc = s->eip;
	unsigned flags = (unsigned)(s->hflags | (s->eflags & BLOCK_EFLAGS));
	const struct target *t = &target[place_of(pc)];

	last_jump = RETADDR();
	if (__builtin_expect(t->key == pc + turn && pc < TURN && flags == state &&
				     !s->segs[UC_X86_CS].base,
			     1))
		return t->code;
	return ask(env, pc, flags);
}

void uc_x86_forget_jump(void)
{
	last_jump = 0;
}

bool uc_x86_unwind_jump(void)
{
	uintptr_t from = last_jump;

	last_jump = 0;
	return from && uc_x86_cpu && cpu_restore_state_x86_64(uc_x86_cpu, from, 0);
}
