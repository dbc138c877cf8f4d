/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Debug registers: DR0 to DR3 and DR7 of the running thread.
 *
 * Breakpoints on instructions are translated into the code. A page with data breakpoints is never
 * in the engine's TLB: the instruction that gets there is executed on its own, and tells what it
 * reads and writes (unicorn_access.c). */
#include "cpu/debug.h"

#include <string.h>

#include "cpu/unicorn_access.h"
#include "cpu/unicorn_traps.h"

/* DR7 (SDM vol. 3, 18.2.4): two enable bits for each breakpoint, and above bit 16 four bits, R/W
 * and LEN. */
#define DR7_ENABLED(dr7, n) ((dr7) >> (2 * (n)) & 3)
#define DR7_RW(dr7, n)	    ((u32)((dr7) >> (16 + 4 * (n))) & 3)
#define DR7_LEN(dr7, n)	    ((u32)((dr7) >> (18 + 4 * (n))) & 3)

void cpu_set_debug(const struct cpu_debug *d)
{
	static const u8 length[] = {1, 2, 8, 4};
	const struct cpu_debug was = eng.debug;

	if (!memcmp(d, &was, sizeof(was)))
		return;
	eng.debug = *d;
	eng.debugging = false;
	for (int i = 0; i < 4; i++) {
		struct uc_x86_breakpoint *b = &uc_x86_breakpoint[i];
		u32 rw = DR7_RW(d->dr7, i);

		b->addr = d->addr[i];
		b->len = length[DR7_LEN(d->dr7, i)];
		b->kind = !DR7_ENABLED(d->dr7, i) ? UC_X86_BP_OFF
			  : rw == 0		  ? UC_X86_BP_EXEC
			  : rw == 1		  ? UC_X86_BP_WRITE
						  : UC_X86_BP_READ_WRITE;
		eng.debugging |= b->kind != UC_X86_BP_OFF;
	}
	uc_x86_breakpoints_changed();
	cpu_flush_all();
}

/* Whether the page has data breakpoints. None reaches into another page: each lies at a multiple of
 * its length. */
static bool debug_page(guest_addr page)
{
	for (int i = 0; i < 4; i++) {
		const struct uc_x86_breakpoint *b = &uc_x86_breakpoint[i];

		if (b->kind >= UC_X86_BP_WRITE && (b->addr & PAGE_MASK) == page)
			return true;
	}
	return false;
}

bool debug_refuses(guest_addr page, enum cpu_access access)
{
	if (likely(!eng.debugging) || access == CPU_EXEC || eng.stepping || !debug_page(page))
		return false;
	eng.watch = true;
	eng.miss_page = page;
	eng.miss_access = (int)access;
	return true;
}

u32 debug_code_perms(guest_addr page)
{
	return unlikely(eng.debugging) && debug_page(page) ? UC_PROT_EXEC
							   : UC_PROT_READ | UC_PROT_EXEC;
}

bool debug_resumes(void)
{
	return eng.debugging && eng.resume && uc_x86_is_breakpoint(eng.ip);
}

u32 debug_hits(void)
{
	return eng.debugging ? uc_x86_hits : 0;
}

void debug_close_pages(void)
{
	if (likely(!eng.debugging))
		return;
	for (int i = 0; i < 4; i++)
		if (uc_x86_breakpoint[i].kind >= UC_X86_BP_WRITE)
			uc_x86_flush_page(uc_x86_breakpoint[i].addr & PAGE_MASK);
}

/* Whether a breakpoint among these bits of DR6 is one on an instruction. */
static bool faults(u32 dr6)
{
	for (int i = 0; i < 4; i++)
		if (dr6 >> i & 1 && uc_x86_breakpoint[i].kind == UC_X86_BP_EXEC)
			return true;
	return false;
}

void debug_exception(struct cpu_exit *e, guest_addr from)
{
	e->dr6 = uc_x86_trap.dr6 ? uc_x86_trap.dr6 : DR6_STEP;
	/* a fault, or a trap in the middle of a repeated instruction that had begun with RF */
	if (faults(e->dr6) || (eng.resume && eng.ip == from))
		engine_set_rf();
}
