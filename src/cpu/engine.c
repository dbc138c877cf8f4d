/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The Unicorn engine: configuration, TLB, hooks, the run. What is known about Unicorn's behaviour
 * and relied on here is checked by selftest.c. */
#include "cpu/debug.h"
#include "cpu/kept.h"
#include "cpu/registers.h"
#include "cpu/unicorn_access.h"
#include "cpu/unicorn_fp.h"
#include "cpu/unicorn_jump.h"
#include "cpu/unicorn_sse.h"
#include "cpu/unicorn_stop.h"
#include "cpu/unicorn_tlb.h"
#include "cpu/unicorn_traps.h"
#include "cpu/warm.h"

#include <string.h>

#include "host/host.h"

struct engine eng;

static void must(uc_err err, const char *what)
{
	if (err != UC_ERR_OK)
		fatal("the CPU engine failed: %s: %s", what, uc_strerror(err));
}

/* ---- TLB ---- */

static bool is_descriptor_table(guest_addr page)
{
	return page == KERNEL_GDT || (page >= KERNEL_LDT && page < KERNEL_LDT + LDT_SIZE);
}

static bool fill_kernel(u64 vaddr, uc_mem_type type, uc_tlb_entry *entry)
{
	entry->perms = UC_PROT_READ | UC_PROT_WRITE;
	if (vaddr >= INVAL_BASE) {
		entry->paddr = eng.inval_phys;
		entry->perms = UC_PROT_READ | UC_PROT_EXEC;
		return type == UC_MEM_FETCH && eng.inval_phys;
	}
	if (is_descriptor_table(vaddr) && type == UC_MEM_READ) {
		/* The program counter is not exact here: run() looks at the instruction. */
		entry->paddr = vaddr == KERNEL_GDT ? PHYS_GDT : PHYS_LDT + (vaddr - KERNEL_LDT);
		return eng.boot || eng.gdt_open;
	}
	if (!eng.boot)
		return false;
	if (vaddr == KERNEL_STACK) {
		entry->paddr = PHYS_STACK;
		return true;
	}
	entry->perms = UC_PROT_READ | UC_PROT_EXEC;
	entry->paddr = vaddr == KERNEL_STUB ? PHYS_STUB : PHYS_LAND;
	return vaddr == KERNEL_STUB || vaddr == KERNEL_LAND;
}

/* The engine's software TLB grows only when it is flushed while full; it is flushed once each time
 * as many misses as it has room for have been counted: of pages here and there, for memory that is
 * gone through once would have no use of a large one. */
static void count_fill(uc_engine *uc)
{
	if (likely(++eng.fills < eng.fills_limit))
		return;
	eng.fills = 0;
	if (eng.fills_limit < (1UL << 20)) {
		eng.fills_limit *= 2;
		uc_ctl_flush_tlb(uc);
	}
}

/* Code that writes to its own page, perhaps to the very next instruction: the rest of the
 * translated block must not run as it is. The access is refused, and cpu_run() lets the one
 * instruction do it. */
static bool writes_own_page(uc_engine *uc, guest_addr page)
{
	u64 ip;

	uc_reg_read(uc, UC_X86_REG_RIP, &ip);
	if ((code_address(ip) & PAGE_MASK) != page)
		return false;
	eng.smc_page = page;
	eng.miss_page = page;
	eng.miss_access = CPU_WRITE;
	return true;
}

/* When the guest goes on where one of its last misses was, what comes next is filled at the same
 * time, twice as much each time, but no more than a page beyond what there was the last time.
 * Returns whether it does. */
#define STREAMS	    4
#define AHEAD_LEAST 15
#define AHEAD_MOST  127

static bool fill_ahead(guest_addr page, enum cpu_access access)
{
	static struct {
		guest_addr next;
		u32 pages;
	} streams[STREAMS];
	static u32 turn;

	for (u32 i = 0; i < STREAMS; i++) {
		u32 n;

		if (page != streams[i].next)
			continue;
		n = streams[i].pages && eng.ops->ahead
			    ? eng.ops->ahead(page, access, streams[i].pages)
			    : 0;
		uc_x86_pages_ahead = n;
		streams[i].next = page + (n + 1) * PAGE_SIZE;
		if (n == streams[i].pages)
			streams[i].pages = MIN(2 * n + 1, AHEAD_MOST);
		else
			streams[i].pages = n ? n + 1 : 0; /* 0: not to be asked for once */
		return true;
	}
	turn++;
	streams[turn % STREAMS].next = page + PAGE_SIZE;
	streams[turn % STREAMS].pages = AHEAD_LEAST;
	return false;
}

static bool hook_fill(uc_engine *uc, u64 vaddr, uc_mem_type type, uc_tlb_entry *entry, void *data)
{
	struct cpu_xlate x;
	enum cpu_access access;

	(void)data;
	/* those of a page that was read as the kernel reads are left over */
	uc_x86_pages_ahead = 0;
	if (unlikely(vaddr >= KERNEL_BASE || eng.boot)) {
		if (fill_kernel(vaddr, type, entry))
			return true;
		eng.miss_page = vaddr;
		eng.miss_access = type == UC_MEM_FETCH	 ? CPU_EXEC
				  : type == UC_MEM_WRITE ? CPU_WRITE
							 : CPU_READ;
		return false;
	}
	if (unlikely(warm_fill(vaddr, &entry->paddr))) {
		entry->perms = UC_PROT_READ | UC_PROT_EXEC;
		return true;
	}
	access = type == UC_MEM_FETCH ? CPU_EXEC : type == UC_MEM_WRITE ? CPU_WRITE : CPU_READ;
	if (unlikely(debug_refuses(vaddr, access)))
		return false;
	if (unlikely(!eng.ops->fill(vaddr, access, &x))) {
		eng.miss_page = vaddr;
		eng.miss_access = (int)access;
		return false;
	}
	entry->paddr = x.phys;
	if (likely(!(x.prot & CPU_EXEC))) {
		entry->perms = x.prot & CPU_WRITE ? UC_PROT_READ | UC_PROT_WRITE : UC_PROT_READ;
		if (unlikely(eng.debugging) || !fill_ahead(vaddr, access))
			count_fill(uc);
		return true;
	}
	count_fill(uc);
	if (access == CPU_EXEC)
		kept_open(vaddr, x.phys);
	if (!(x.prot & CPU_WRITE)) {
		/* ops->fill() hears of code before any of it is translated: a read opens nothing */
		entry->perms = access == CPU_EXEC ? debug_code_perms(vaddr) : UC_PROT_READ;
		return true;
	}
	/* Writable and executable: never both in the TLB at once, so that a write after
	 * translation is always seen here. */
	switch (access) {
	case CPU_EXEC:
		entry->perms = debug_code_perms(vaddr);
		break;
	case CPU_WRITE:
		if (!eng.stepping && writes_own_page(uc, vaddr))
			return false;
		cpu_invalidate_code(x.phys, PAGE_SIZE);
		entry->perms = UC_PROT_READ | UC_PROT_WRITE;
		break;
	default:
		entry->perms = UC_PROT_READ;
		break;
	}
	return true;
}

size_t engine_peek(guest_addr addr, void *dst, size_t n, int access)
{
	struct cpu_xlate x;
	size_t done = 0, part;

	while (done < n) {
		if (addr >= KERNEL_BASE ||
		    (!warm_fill(addr & PAGE_MASK, &x.phys) &&
		     !eng.ops->fill(addr & PAGE_MASK, (enum cpu_access)access, &x)))
			break;
		part = MIN(n - done, PAGE_SIZE - (addr & ~PAGE_MASK));
		if (host_copy((u8 *)dst + done, eng.arena + x.phys + (addr & ~PAGE_MASK), part))
			break;
		done += part;
		addr += part;
	}
	return done;
}

void cpu_flush_all(void)
{
	uc_x86_forget_targets();
	uc_ctl_flush_tlb(eng.uc);
}

/* Beyond this many pages flushing everything costs less than looking each one up. */
#define FLUSH_PAGES 32

void cpu_flush(guest_addr start, u64 len)
{
	guest_addr page = start & PAGE_MASK, end = start + len;

	if (!uc_x86_cpu || len > FLUSH_PAGES * PAGE_SIZE) {
		uc_ctl_flush_tlb(eng.uc);
		return;
	}
	for (; page < end; page += PAGE_SIZE)
		uc_x86_flush_page(page);
}

/* The engine forgets code by guest address only, and only if it can be fetched. A window of
 * kernel-half addresses, each used once, translates to the arena for that. */
void cpu_invalidate_code(u64 phys, u64 len)
{
	u64 window = INVAL_BASE + eng.inval_next;

	eng.inval_next += PAGE_SIZE;
	if (eng.inval_next == 1UL << 36) {
		eng.inval_next = 0;
		uc_ctl_flush_tlb(eng.uc);
	}
	eng.inval_phys = phys & PAGE_MASK;
	uc_x86_forget_targets();
	uc_ctl_remove_cache(eng.uc, window + (phys & ~PAGE_MASK),
			    window + (phys & ~PAGE_MASK) + len);
	eng.inval_phys = 0;
	kept_forget(phys, len);
}

/* ---- Hooks ---- */

static void hook_syscall(uc_engine *uc, void *data)
{
	(void)uc, (void)data;
	uc_x86_sse_leave(uc_x86_env());
	eng.ops->gate(GATE_SYSCALL);
}

static void hook_sysenter(uc_engine *uc, void *data)
{
	(void)uc, (void)data;
	uc_x86_sse_leave(uc_x86_env());
	eng.ops->gate(GATE_SYSENTER);
}

static void hook_intr(uc_engine *uc, u32 vector, void *data)
{
	(void)data;
	uc_x86_sse_leave(uc_x86_env());
	if (likely(vector == 0x80 && !eng.boot)) {
		eng.ops->gate(GATE_INT80);
		return;
	}
	eng.vector = (int)vector;
	uc_emu_stop(uc);
}

/* ---- Start ---- */

#define XSETBV_STUB 0x100
/* mov %eax,%ds; mov %eax,%es; iretq */
static const u8 stub[] = {0x8e, 0xd8, 0x8e, 0xc0, 0x48, 0xcf};
static const u8 landing[] = {0xcd, 0x80}; /* int $0x80 */

/* Enters user mode by IRETQ from a stub at CPL 0, and stops at the landing page. */
static void enter_user(u16 cs, u16 ss, u16 data_seg)
{
	u64 frame[5] = {KERNEL_LAND, cs, X86_EFLAGS_FIXED | X86_EFLAGS_IF, 0, ss};
	u64 rsp = KERNEL_STACK + 0x800, rax = data_seg;
	u32 got_cs = 0;

	must(uc_context_restore(eng.uc, eng.kernel), "uc_context_restore");
	memcpy(eng.arena + PHYS_STACK + 0x800, frame, sizeof(frame));
	uc_reg_write(eng.uc, UC_X86_REG_RSP, &rsp);
	uc_reg_write(eng.uc, UC_X86_REG_RAX, &rax);
	eng.boot = true;
	eng.vector = -1;
	must(uc_emu_start(eng.uc, KERNEL_STUB, 0, 0, 0), "entering user mode");
	eng.boot = false;
	uc_reg_read(eng.uc, UC_X86_REG_CS, &got_cs);
	if (eng.vector != 0x80 || (got_cs & 0xffff) != cs)
		fatal("the CPU engine failed: IRET to user mode ended with vector %d, CS %#x",
		      eng.vector, got_cs);
	uc_ctl_flush_tlb(eng.uc);
}

/* XCR0 has no register number in the engine's API: XSETBV at CPL 0. Enabled are x87 and SSE, all
 * that the engine has; the XSAVE area of signal frames says the same (task/fpstate.c). */
static void set_xcr0(void)
{
	static const u8 code[] = {0x0f, 0x01, 0xd1, 0xcd, 0x80}; /* xsetbv; int $0x80 */
	u64 xcr0 = 3;

	memcpy(eng.arena + PHYS_STUB + XSETBV_STUB, code, sizeof(code));
	uc_reg_write(eng.uc, UC_X86_REG_RAX, &xcr0); /* and rcx, rdx are 0 */
	eng.boot = true;
	eng.vector = -1;
	must(uc_emu_start(eng.uc, KERNEL_STUB + XSETBV_STUB, 0, 0, 0), "XSETBV");
	eng.boot = false;
	if (eng.vector != 0x80)
		fatal("the CPU engine failed: XSETBV ended with vector %d", eng.vector);
}

static void make_contexts(void)
{
	u64 zero = 0;

	must(uc_context_alloc(eng.uc, &eng.kernel), "uc_context_alloc");
	must(uc_context_save(eng.uc, eng.kernel), "uc_context_save");
	for (int compat = 0; compat < 2; compat++) {
		enter_user(compat ? USER32_CS : USER_CS, USER_DS, compat ? USER_DS : 0);
		uc_reg_write(eng.uc, UC_X86_REG_RAX, &zero);
		uc_reg_write(eng.uc, UC_X86_REG_RSP, &zero);
		if (!uc_x86_find_cs(!compat))
			fatal("the CPU engine failed: CS is not to be found");
		uc_x86_note_segments();
		must(uc_context_alloc(eng.uc, &eng.user[compat]), "uc_context_alloc");
		must(uc_context_save(eng.uc, eng.user[compat]), "uc_context_save");
	}
	engine_find_registers();
}

static void add_hooks(void)
{
	uc_hook h;

	must(uc_hook_add(eng.uc, &h, UC_HOOK_TLB_FILL, (void *)hook_fill, NULL, 1, 0),
	     "UC_HOOK_TLB_FILL");
	must(uc_hook_add(eng.uc, &h, UC_HOOK_INSN, (void *)hook_syscall, NULL, 1, 0,
			 UC_X86_INS_SYSCALL),
	     "UC_HOOK_INSN SYSCALL");
	must(uc_hook_add(eng.uc, &h, UC_HOOK_INSN, (void *)hook_sysenter, NULL, 1, 0,
			 UC_X86_INS_SYSENTER),
	     "UC_HOOK_INSN SYSENTER");
	must(uc_hook_add(eng.uc, &h, UC_HOOK_INTR, (void *)hook_intr, NULL, 1, 0), "UC_HOOK_INTR");
	uc_x86_translated = warm_translated;
}

void cpu_set_ports(const struct cpu_port_ops *ops)
{
	uc_x86_ports = ops;
}

static u32 limit_bits(u32 selector)
{
	u64 desc;

	return cpu_get_descriptor((u16)selector, &desc) ? (u32)(desc >> 32) & 0xf0000 : 0;
}

static bool bad_port(void)
{
	u64 ip;

	uc_reg_read(eng.uc, UC_X86_REG_RIP, &ip);
	return forbidden_port_io(ip);
}

static void segment_loaded(void)
{
	eng.gdt_open = false;
}

static bool bad_lock_at(unsigned long addr)
{
	return bad_lock(addr);
}

enum cpu_model cpu_model(void)
{
	return uc_x86_intel ? CPU_MODEL_INTEL : CPU_MODEL_AMD;
}

#define X86_CR4_TSD 0x4UL

void cpu_init(const struct cpu_ops *ops, void *arena, u64 size, enum cpu_model model)
{
	uc_x86_mmr gdtr = {.base = KERNEL_GDT, .limit = GDT_ENTRIES * 8 - 1};
	u64 cr0 = 0, cr4 = 0;

	static const struct uc_x86_ops ops_of_traps = {.limit_bits = limit_bits,
						       .bad_lock = bad_lock_at,
						       .bad_base = writes_bad_base,
						       .stack = far_transfer_stack,
						       .flushes_line = flushes_line,
						       .enters = enters,
						       .bad_port = bad_port,
						       .x87_pointers = x87_pointers,
						       .load_x87_pointers = load_x87_pointers,
						       .segment_loaded = segment_loaded};

	uc_x86_ops = &ops_of_traps;
	umip_init();
	uc_x86_intel = model == CPU_MODEL_INTEL;
	eng.iret.vector = -1;
	eng.ops = ops;
	eng.arena = arena;
	eng.arena_size = size;
	eng.fills_limit = 256;
	if (!uc_x86_fp_init())
		fatal("the CPU engine failed: MXCSR or the x87 registers are not to be found");
	uc_x86_x87_init();
	must(uc_open(UC_ARCH_X86, UC_MODE_64, &eng.uc), "uc_open");
	must(uc_ctl_set_cpu_model(eng.uc,
				  model == CPU_MODEL_AMD ? UC_CPU_X86_EPYC : UC_CPU_X86_HASWELL),
	     "CPU model");
	must(uc_ctl_tlb_mode(eng.uc, UC_TLB_VIRTUAL), "TLB mode");
	/* Full, it is cleared by writing zeros to all of it. */
	must(uc_ctl_set_tcg_buffer_size(eng.uc, 256U << 20), "translation buffer");
	must(uc_ctl_exits_enable(eng.uc), "exits");
	must(uc_mem_map_ptr(eng.uc, 0, size, UC_PROT_ALL, arena), "mapping the arena");
	memcpy(eng.arena + PHYS_STUB, stub, sizeof(stub));
	memcpy(eng.arena + PHYS_LAND, landing, sizeof(landing));
	engine_write_gdt();
	add_hooks();
	must(uc_reg_write(eng.uc, UC_X86_REG_GDTR, &gdtr), "GDTR");
	engine_load_ldtr(0);
	uc_reg_read(eng.uc, UC_X86_REG_CR0, &cr0);
	cr0 |= 0x2 | 0x10 | 0x20 | 0x10000 | 0x40000; /* MP, ET, NE, WP, AM */
	must(uc_reg_write(eng.uc, UC_X86_REG_CR0, &cr0), "CR0");
	uc_reg_read(eng.uc, UC_X86_REG_CR4, &cr4);
	cr4 |= 0x200 | 0x400 | 0x10000 | 0x40000; /* OSFXSR, OSXMMEXCPT, FSGSBASE, OSXSAVE */
	must(uc_reg_write(eng.uc, UC_X86_REG_CR4, &cr4), "CR4");
	if (ops->boot)
		engine_boot(ops->boot);
	set_xcr0();
	make_contexts();
	cpu_reset(false);
}

void cpu_set_tsd(bool on)
{
	uc_context *kept[] = {eng.kernel, eng.user[0], eng.user[1]};
	u64 cr4 = 0;

	uc_reg_read(eng.uc, UC_X86_REG_CR4, &cr4);
	cr4 = on ? cr4 | X86_CR4_TSD : cr4 & ~X86_CR4_TSD;
	must(uc_reg_write(eng.uc, UC_X86_REG_CR4, &cr4), "CR4");
	for (size_t i = 0; i < ARRAY_SIZE(kept); i++)
		must(uc_context_reg_write(kept[i], UC_X86_REG_CR4, &cr4), "CR4");
	regs_forget_fresh();
	uc_x86_note_segments();
}

/* ---- Run ---- */

void cpu_kick(void)
{
	uc_x86_want_stop(true);
	uc_emu_stop(eng.uc);
}

void cpu_watch_pause(const u32 *word)
{
	uc_x86_pause_word = word;
}

void cpu_stop_at_cpuid(bool on)
{
	uc_x86_cpuid_stops = on;
}

bool cpu_take_pause(void)
{
	bool paused = uc_x86_paused;

	uc_x86_paused = false;
	return paused;
}

void cpu_kick_from_signal(void)
{
	uc_x86_stop_from_signal();
}

static bool canonical(guest_addr addr)
{
	return (s64)(addr << 16) >> 16 == (s64)addr;
}

static void page_fault(struct cpu_exit *e)
{
	bool stack = false;

	if (eng.miss_access == CPU_EXEC && !canonical(eng.ip)) {
		/* The CPU refuses the jump; the engine has made it. */
		if (uc_x86_unwind_jump()) {
			uc_reg_read(eng.uc, UC_X86_REG_RIP, &eng.ip);
			undo_branch(eng.ip);
		}
		e->vector = X86_TRAP_GP;
		return;
	}
	if (eng.miss_access != CPU_EXEC && forbidden_port_io(eng.ip)) {
		e->vector = X86_TRAP_GP;
		return;
	}
	e->fault_addr = fault_address(eng.ip, eng.miss_page, eng.miss_access, &stack);
	if (uc_x86_trap.touching && canonical(e->fault_addr))
		e->fault_addr = uc_x86_trap.touched;
	if (!canonical(e->fault_addr)) {
		e->vector = stack ? X86_TRAP_SS : X86_TRAP_GP;
		return;
	}
	e->vector = X86_TRAP_PF;
	e->error_code = 4; /* U/S; P is for those to say who know the page */
	if (eng.miss_access == CPU_WRITE)
		e->error_code |= 2;
	if (eng.miss_access == CPU_EXEC)
		e->error_code |= 16;
}

/* The engine counts how deep calls of uc_emu_start() are nested, and one will not return. Where it
 * counts is read from uc_emu_start()'s code: the only place that takes 1 from a field, `subl $1,
 * disp32(%reg)`. */
void cpu_abandoned(void)
{
	const u8 *code = (const u8 *)(uintptr_t)uc_emu_start;
	u32 at, *depth;

	eng.stepping = eng.gdt_open = false;
	uc_x86_one_insn = false;
	for (int i = 0; i < 1024; i++) {
		if (code[i] != 0x83 || (code[i + 1] & 0xf8) != 0xa8 || code[i + 6] != 1)
			continue;
		memcpy(&at, code + i + 2, sizeof(at));
		depth = (u32 *)(void *)((u8 *)eng.uc + at);
		if (at < 1U << 16 && !(at & 3) && *depth == 1)
			*depth = 0;
		return;
	}
}

void cpu_watch_locked(const u32 *word, void (*fn)(void))
{
	static const u32 none;

	uc_x86_before_locked = fn;
	uc_x86_locked_word = word ? word : &none;
}

/* Executes the instruction at ip alone, by the trap flag. */
static uc_err step(void)
{
	u64 flags = 0;
	bool own, loads;
	int second, op;
	uc_err err;

	uc_reg_read(eng.uc, UC_X86_REG_EFLAGS, &flags);
	own = flags & X86_EFLAGS_TF;
	op = engine_opcode(eng.ip, &second);
	loads = op == 0xcf || op == 0x9d; /* iret, popf */
	flags = (u32)flags | X86_EFLAGS_TF;
	uc_reg_write(eng.uc, UC_X86_REG_EFLAGS, &flags);
	eng.stepping = true;
	eng.vector = -1;
	uc_x86_hits = 0;
	uc_x86_borrows_tf = !own;
	err = uc_emu_start(eng.uc, eng.ip, 0, 0, 0);
	uc_x86_borrows_tf = false;
	eng.stepping = false;
	uc_reg_read(eng.uc, UC_X86_REG_RIP, &eng.ip);
	if (eng.vector == X86_TRAP_DB) {
		uc_x86_trap.dr6 |= debug_hits() | (own ? DR6_STEP : 0);
		eng.vector = uc_x86_trap.dr6 ? X86_TRAP_DB : -1;
	}
	if (own || (loads && err == UC_ERR_OK && eng.vector < 0))
		return err;
	uc_reg_read(eng.uc, UC_X86_REG_EFLAGS, &flags);
	flags = (u32)flags & ~X86_EFLAGS_TF;
	uc_reg_write(eng.uc, UC_X86_REG_EFLAGS, &flags);
	return err;
}

/* Whether the run stopped only because an instruction has to be executed on its own. */
static bool must_step(uc_err err)
{
	bool refused = err != UC_ERR_OK && eng.vector < 0;

	eng.gdt_open =
		refused && loads_descriptor(eng.ip) &&
		(eng.watch || (is_descriptor_table(eng.miss_page) && eng.miss_access == CPU_READ));
	return refused && (eng.smc_page || eng.gdt_open || eng.watch);
}

/* A step for what must_step() says. */
static uc_err step_open(void)
{
	uc_err err;

	eng.smc_page = 0;
	eng.watch = false;
	eng.miss_page = ~0UL;
	err = step();
	if (eng.gdt_open) {
		eng.gdt_open = false;
		eng.seen_64 |= cpu_gate_long_mode();
		uc_ctl_flush_tlb(eng.uc);
	}
	debug_close_pages();
	return err;
}

/* Goes past a breakpoint that RF keeps from being met, to the end of a repeated instruction. */
static uc_err step_over_breakpoint(void)
{
	guest_addr ip = eng.ip;
	uc_err err;

	uc_x86_resume = true;
	do {
		eng.gdt_open = loads_descriptor(eng.ip);
		err = step_open();
	} while (err == UC_ERR_OK && eng.vector < 0 && eng.ip == ip && !uc_x86_stop_wanted() &&
		 is_repeated(ip));
	uc_x86_resume = false;
	return err;
}

/* A block is translated before any of it runs, and may reach into the next page. When there is no
 * code there, what comes before has to be executed first: in blocks of one instruction. */
static bool cut_short(uc_err err)
{
	return err != UC_ERR_OK && eng.vector < 0 && eng.miss_access == CPU_EXEC &&
	       eng.miss_page == (code_address(eng.ip) & PAGE_MASK) + PAGE_SIZE;
}

static uc_err start(void)
{
	uc_err err = uc_emu_start(eng.uc, eng.ip, 0, 0, 0);

	eng.ip = engine_gpr[GPR_RIP];
	if (unlikely(cut_short(err))) {
		eng.miss_page = ~0UL;
		uc_x86_one_insn = true;
		err = uc_emu_start(eng.uc, eng.ip, 0, 0, 0);
		uc_x86_one_insn = false;
		uc_reg_read(eng.uc, UC_X86_REG_RIP, &eng.ip);
	}
	return err;
}

/* Goes on with the descriptor tables open until a segment register is loaded. */
static uc_err start_open(void)
{
	uc_err err;

	eng.miss_page = ~0UL;
	err = start();
	if (eng.gdt_open)
		uc_ctl_flush_tlb(eng.uc);
	eng.gdt_open = false;
	return err;
}

static uc_err run(void)
{
	uc_err err;

	eng.vector = -1;
	eng.smc_page = 0;
	eng.watch = false;
	eng.miss_page = ~0UL;
	uc_x86_trap = (struct uc_x86_trap){0};
	uc_x86_forget_jump();
	uc_x86_after_sysenter = false;
	if (unlikely(debug_resumes())) {
		err = step_over_breakpoint();
		if (uc_x86_stop_wanted() || eng.vector >= 0 || err != UC_ERR_OK)
			return err;
	}
	err = start();
	while (unlikely(must_step(err))) {
		if (eng.gdt_open && !eng.smc_page && !eng.watch && loads_segment(eng.ip)) {
			/* no step: that of MOV SS includes the next instruction */
			err = start_open();
			continue;
		}
		err = step_open();
		if (uc_x86_stop_wanted() || eng.vector >= 0 || err != UC_ERR_OK)
			break;
		err = start();
	}
	return err;
}

/* The CPU saves faults with RF set, so that a breakpoint on the instruction is not met again. */
void engine_set_rf(void)
{
	u64 flags = 0;

	uc_reg_read(eng.uc, UC_X86_REG_EFLAGS, &flags);
	flags |= X86_EFLAGS_RF;
	uc_reg_write(eng.uc, UC_X86_REG_EFLAGS, &flags);
}

struct cpu_exit cpu_run(void)
{
	struct cpu_exit e = {.reason = CPU_EXIT_KICK, .vector = -1};
	guest_addr ip, from = eng.ip;
	uc_err err;

	if (unlikely(eng.iret.vector >= 0)) {
		e.reason = CPU_EXIT_EXCEPTION;
		e.vector = eng.iret.vector;
		e.error_code = eng.iret.error;
		return e;
	}
	err = run();
	if (err == UC_ERR_OK && uc_x86_stop_wanted() && eng.vector < 0) {
		uc_x86_want_stop(false);
		eng.resume = false;
		return e;
	}
	e.reason = CPU_EXIT_EXCEPTION;
	ip = eng.ip;
	if (eng.vector < 0 && err == UC_ERR_INSN_INVALID)
		eng.vector = undefined_opcode(&eng.ip);
	if (eng.vector >= 0) {
		e.vector = eng.vector;
		e.error_code = uc_x86_trap.error_code;
	} else if (err == UC_ERR_OK) {
		e.vector = X86_TRAP_GP; /* HLT; the engine stopped by itself */
	} else {
		page_fault(&e);
	}
	if (unlikely(uc_x86_trap.stepped_off))
		undo_branch(eng.ip);
	e.icebp = e.vector == X86_TRAP_DB && eng.ip != ip;
	if (e.vector == X86_TRAP_DB && !e.icebp)
		debug_exception(&e, from);
	else if (e.vector != X86_TRAP_DB && e.vector != X86_TRAP_BP && e.vector != X86_TRAP_OF)
		engine_set_rf();
	eng.resume = false;
	return e;
}
