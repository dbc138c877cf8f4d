/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Moving registers between the engine and the kernel's structures. */
#include "cpu/registers.h"
#include "cpu/unicorn_access.h"
#include "cpu/unicorn_fp.h"
#include "cpu/unicorn_traps.h"

#include <stdlib.h>
#include <string.h>

#include "host/host.h"

/* struct pt_regs has them in this order, and ip, cs, flags, sp, ss behind them. */
static const u8 pt_regs_order[15] = {
	GPR_R15, GPR_R14, GPR_R13, GPR_R12, GPR_RBP, GPR_RBX, GPR_R11, GPR_R10,
	GPR_R9,	 GPR_R8,  GPR_RAX, GPR_RCX, GPR_RDX, GPR_RSI, GPR_RDI,
};

void engine_read_regs(struct pt_regs *regs)
{
	u64 *field = &regs->r15;

	for (int i = 0; i < 15; i++)
		field[i] = engine_gpr[pt_regs_order[i]];
	regs->sp = engine_gpr[GPR_RSP];
	regs->flags = engine_eflags();
	regs->cs = (u16)*uc_x86_cs;
	regs->ss = (u16)*uc_x86_ss;
}

static void write_regs(const struct pt_regs *regs)
{
	const u64 *field = &regs->r15;

	for (int i = 0; i < 15; i++)
		engine_gpr[pt_regs_order[i]] = field[i];
	engine_gpr[GPR_RSP] = regs->sp;
	uc_reg_write(eng.uc, UC_X86_REG_EFLAGS, &regs->flags);
}

void cpu_get_regs(struct pt_regs *regs)
{
	engine_read_regs(regs);
	regs->ip = eng.ip;
	if (unlikely(eng.iret.vector >= 0)) {
		regs->cs = eng.iret.cs;
		regs->ss = eng.iret.ss;
	}
}

bool cpu_get_descriptor(u16 selector, u64 *desc)
{
	*desc = 0;
	if (selector <= 3 || (!(selector & 4) && selector >> 3 >= GDT_ENTRIES))
		return false;
	*desc = selector & 4 ? cpu_get_ldt(selector >> 3) : cpu_get_gdt(selector >> 3);
	return true;
}

#define DESC_TYPE(d) ((u32)((d) >> 40) & 15)
#define DESC_S(d)    ((u32)((d) >> 44) & 1)
#define DESC_DPL(d)  ((u32)((d) >> 45) & 3)
#define DESC_P(d)    ((u32)((d) >> 47) & 1)
#define DESC_L(d)    ((u32)((d) >> 53) & 1)
#define DESC_D(d)    ((u32)((d) >> 54) & 1)
#define TYPE_CODE    8
#define TYPE_CONFORM 4
#define TYPE_WRITE   2

/* The vector with which IRET to user mode would refuse a code or stack segment, or -1 (Intel SDM
 * vol. 2, IRET). The error code is the selector. */
static int iret_fault(u16 cs, u16 ss, u16 *error)
{
	u64 c, s;
	u32 type;

	cpu_get_descriptor(cs, &c);
	cpu_get_descriptor(ss, &s);
	type = DESC_TYPE(c);
	*error = cs & 0xfffc;
	if (!DESC_S(c) || !(type & TYPE_CODE) || (!(type & TYPE_CONFORM) && DESC_DPL(c) != 3) ||
	    (DESC_L(c) && DESC_D(c)))
		return X86_TRAP_GP;
	if (!DESC_P(c))
		return X86_TRAP_NP;
	*error = ss & 0xfffc;
	type = DESC_TYPE(s);
	if ((ss & 3) != 3 || !DESC_S(s) || (type & TYPE_CODE) || !(type & TYPE_WRITE) ||
	    DESC_DPL(s) != 3)
		return X86_TRAP_GP;
	return DESC_P(s) ? -1 : X86_TRAP_SS;
}

/* Loads CS and SS as IRET does. What IRET refuses is kept until cpu_run() reports it. */
static void load_cs_ss(u16 cs, u16 ss)
{
	u16 old_ss = 0;

	eng.ldt_seen = eng.ldt_changes;
	eng.iret.vector = iret_fault(cs, ss, &eng.iret.error);
	if (eng.iret.vector >= 0) {
		eng.iret.cs = cs;
		eng.iret.ss = ss;
		return;
	}
	eng.boot = true; /* descriptor loads are the CPU's own here */
	eng.seen_64 |= cs == USER_CS;
	uc_x86_load_cs(cs);
	uc_reg_read(eng.uc, UC_X86_REG_SS, &old_ss);
	if (old_ss != ss || ss != USER_DS)
		uc_x86_load_seg(UC_X86_SS, ss);
	uc_x86_note_segments();
	eng.boot = false;
}

/* Where Linux goes back through for a stack segment of the LDT (entry_64.S,
 * native_irq_return_ldt). Each boot has another one. */
#define ESPFIX_STACK 0xffffff3000000000UL

/* The stack pointer that IRET leaves in compatibility mode: 32 bits, or 16 of them, and those above
 * are the kernel's then. Linux sees to it that its own have the user's bits 16 to 31. */
static u64 iret_sp(const struct pt_regs *regs)
{
	u64 desc;

	if (likely(!(regs->ss & SELECTOR_LDT)) || !cpu_get_descriptor((u16)regs->ss, &desc) ||
	    DESC_D(desc))
		return (u32)regs->sp;
	return ESPFIX_STACK | (u32)regs->sp;
}

/* What IRET leaves of the registers: RF lasts no longer than an instruction, 32-bit code gets 32
 * bits, and null selectors become 0. */
static void after_iret(struct pt_regs *regs)
{
	regs->flags &= ~(u64)X86_EFLAGS_RF;
	if (regs->cs != USER_CS) {
		regs->ip = (u32)regs->ip;
		regs->sp = iret_sp(regs);
	}
	if (unlikely(uc_x86_null_segs))
		uc_x86_clear_nulls();
}

void cpu_set_regs(const struct pt_regs *regs)
{
	struct pt_regs copy = *regs;

	if ((u16)*uc_x86_cs != (u16)regs->cs || (u16)*uc_x86_ss != (u16)regs->ss ||
	    eng.iret.vector >= 0 || unlikely(eng.ldt_seen != eng.ldt_changes))
		load_cs_ss((u16)regs->cs, (u16)regs->ss);
	copy.flags |= X86_EFLAGS_FIXED;
	eng.resume = regs->flags & X86_EFLAGS_RF;
	if (unlikely((s64)(regs->ip << 16) >> 16 != (s64)regs->ip) && eng.iret.vector < 0 &&
	    regs->cs == USER_CS) {
		eng.iret.vector = X86_TRAP_GP;
		eng.iret.error = 0;
		eng.iret.cs = (u16)regs->cs;
		eng.iret.ss = (u16)regs->ss;
	}
	if (likely(eng.iret.vector < 0))
		after_iret(&copy);
	write_regs(&copy);
	eng.ip = copy.ip;
}

/* ---- The engine's own words ---- */

const struct cpu_words *cpu_words(void)
{
	return (const struct cpu_words *)uc_x86_env();
}

void cpu_words_regs(const struct cpu_words *w, struct pt_regs *r)
{
	const u64 *g = w->gpr;

	*r = (struct pt_regs){.ax = g[0],
			      .cx = g[1],
			      .dx = g[2],
			      .bx = g[3],
			      .sp = g[4],
			      .bp = g[5],
			      .si = g[6],
			      .di = g[7],
			      .r8 = g[8],
			      .r9 = g[9],
			      .r10 = g[10],
			      .r11 = g[11],
			      .r12 = g[12],
			      .r13 = g[13],
			      .r14 = g[14],
			      .r15 = g[15],
			      .ip = w->ip};
}

/* ---- Gates ---- */

void cpu_gate_enter(enum gate gate, struct pt_regs *r)
{
	const u64 *gpr = engine_gpr;

	r->ax = gpr[GPR_RAX];
	switch (gate) {
	case GATE_SYSCALL:
		r->flags = engine_eflags();
		r->ip = gpr[GPR_RIP] + (u64)uc_x86_gate_length;
		r->cx = r->ip;
		r->r11 = r->flags;
		break;
	case GATE_SYSENTER:
	case GATE_SYSCALL32:
		r->flags = engine_eflags();
		r->cs = USER32_CS;
		r->bp = gpr[GPR_RBP];
		r->sp = gpr[GPR_RSP];
		r->cx = gpr[GPR_RCX];
		break;
	case GATE_INT80:
		r->ip = gpr[GPR_RIP]; /* behind the instruction already */
		break;
	default:
		break;
	}
}

void cpu_gate_args(enum gate gate, u64 *args, u32 n)
{
	static const u8 order[GATE_COUNT][6] = {
		[GATE_SYSCALL] = {GPR_RDI, GPR_RSI, GPR_RDX, GPR_R10, GPR_R8, GPR_R9},
		[GATE_SYSENTER] = {GPR_RBX, GPR_RCX, GPR_RDX, GPR_RSI, GPR_RDI, GPR_RBP},
		[GATE_INT80] = {GPR_RBX, GPR_RCX, GPR_RDX, GPR_RSI, GPR_RDI, GPR_RBP},
		[GATE_SYSCALL32] = {GPR_RBX, GPR_RBP, GPR_RDX, GPR_RSI, GPR_RDI, GPR_RBP},
	};

	for (u32 i = 0; i < n; i++)
		args[i] = engine_gpr[order[gate][i]];
}

void cpu_gate_sysret(const struct pt_regs *r)
{
	engine_gpr[GPR_RAX] = r->ax;
	engine_gpr[GPR_RCX] = r->cx;
	engine_gpr[GPR_R11] = r->r11;
}

void cpu_gate_iret(const struct pt_regs *r)
{
	engine_gpr[GPR_RAX] = r->ax;
	if (unlikely(uc_x86_null_segs))
		uc_x86_clear_nulls();
}

static bool all_regs;

void cpu_gate_all_regs(void)
{
	all_regs = true;
}

void cpu_gate_iret32(const struct pt_regs *r)
{
	engine_gpr[GPR_RAX] = r->ax;
	engine_gpr[GPR_RCX] = r->cx;
	engine_gpr[GPR_RBP] = r->bp;
	engine_gpr[GPR_RSP] = r->sp;
	/* Less what the engine adds. It looks for the place to go on at behind every gate, so it
	 * need not leave its loop, as it would for uc_reg_write(). */
	engine_gpr[GPR_RIP] = (u32)r->ip - (u64)uc_x86_gate_length;
	uc_x86_gate_tf = r->flags & X86_EFLAGS_TF;
}

/* r8 to r15 are seen by 64-bit code only. */
void cpu_gate_sysret32(const struct pt_regs *r)
{
	if (unlikely(eng.seen_64 || all_regs)) {
		engine_gpr[GPR_R8] = r->r8;
		engine_gpr[GPR_R9] = r->r9;
		engine_gpr[GPR_R10] = r->r10;
		engine_gpr[GPR_R11] = r->r11;
		engine_gpr[GPR_R12] = r->r12;
		engine_gpr[GPR_R13] = r->r13;
		engine_gpr[GPR_R14] = r->r14;
		engine_gpr[GPR_R15] = r->r15;
	}
	cpu_gate_iret32(r);
}

bool cpu_gate_flat(u16 cs)
{
	return (u16)*uc_x86_cs == cs && (u16)*uc_x86_ss == USER_DS;
}

bool cpu_gate_long_mode(void)
{
	return (u16)*uc_x86_cs == USER_CS;
}

/* ---- Segments ---- */

static const int seg_ids[] = {UC_X86_REG_DS, UC_X86_REG_ES,	 UC_X86_REG_FS,
			      UC_X86_REG_GS, UC_X86_REG_FS_BASE, UC_X86_REG_GS_BASE};

void cpu_get_segs(struct cpu_segs *s)
{
	void *p[] = {&s->ds, &s->es, &s->fs, &s->gs, &s->fs_base, &s->gs_base};

	uc_reg_read_batch(eng.uc, (int *)seg_ids, p, ARRAY_SIZE(p));
}

/* Loads one segment register unless it holds the selector of a descriptor that never changes; a
 * selector that would fault becomes null, as in the kernel's loadsegment(). */
static void load_seg(enum uc_x86_seg reg, int id, u16 selector)
{
	u16 now = 0;

	uc_reg_read(eng.uc, id, &now);
	if (now == selector && !(selector & 4) && selector >> 3 < GDT_TLS_MIN)
		return;
	if (!uc_x86_load_seg(reg, selector))
		uc_x86_load_seg(reg, 0);
}

static bool null_not_0(u16 selector)
{
	return selector - 1u < 3;
}

void cpu_set_segs(const struct cpu_segs *s)
{
	bool boot = eng.boot;

	uc_x86_null_segs =
		null_not_0(s->ds) || null_not_0(s->es) || null_not_0(s->fs) || null_not_0(s->gs);
	eng.boot = true; /* descriptor loads are the CPU's own here */
	load_seg(UC_X86_DS, UC_X86_REG_DS, s->ds);
	load_seg(UC_X86_ES, UC_X86_REG_ES, s->es);
	load_seg(UC_X86_FS, UC_X86_REG_FS, s->fs);
	load_seg(UC_X86_GS, UC_X86_REG_GS, s->gs);
	eng.boot = boot;
	if (s->fs <= 3)
		cpu_set_fs_base(s->fs_base);
	if (s->gs <= 3)
		cpu_set_gs_base(s->gs_base);
}

void cpu_reload_segs(u16 selector)
{
	static const struct {
		enum uc_x86_seg reg;
		int id;
	} all[] = {{UC_X86_DS, UC_X86_REG_DS},
		   {UC_X86_ES, UC_X86_REG_ES},
		   {UC_X86_FS, UC_X86_REG_FS},
		   {UC_X86_GS, UC_X86_REG_GS}};

	eng.boot = true;
	for (size_t i = 0; i < ARRAY_SIZE(all); i++) {
		u16 now = 0;

		uc_reg_read(eng.uc, all[i].id, &now);
		if (now == selector)
			load_seg(all[i].reg, all[i].id, selector);
	}
	eng.boot = false;
}

void cpu_refresh_ldt_segs(void)
{
	struct cpu_segs s;

	cpu_get_segs(&s);
	eng.boot = true;
	if (s.ds & SELECTOR_LDT)
		load_seg(UC_X86_DS, UC_X86_REG_DS, s.ds);
	if (s.es & SELECTOR_LDT)
		load_seg(UC_X86_ES, UC_X86_REG_ES, s.es);
	eng.boot = false;
}

u64 cpu_get_fs_base(void)
{
	u64 base = 0;

	uc_reg_read(eng.uc, UC_X86_REG_FS_BASE, &base);
	return base;
}

u64 cpu_get_gs_base(void)
{
	u64 base = 0;

	uc_reg_read(eng.uc, UC_X86_REG_GS_BASE, &base);
	return base;
}

void cpu_set_fs_base(u64 base)
{
	uc_reg_write(eng.uc, UC_X86_REG_FS_BASE, &base);
}

void cpu_set_gs_base(u64 base)
{
	uc_reg_write(eng.uc, UC_X86_REG_GS_BASE, &base);
}

/* ---- FPU ---- */

/* What of the x87 and SSE state is not in engine_fp and engine_xmm. */
struct fpu_words {
	u16 cw, sw, tw, fop;
	u64 fip, fdp;
	u32 mxcsr;
};

static const int fpu_ids[] = {UC_X86_REG_FPCW, UC_X86_REG_FPSW, UC_X86_REG_FPTAG, UC_X86_REG_MXCSR,
			      UC_X86_REG_FOP,  UC_X86_REG_FIP,	UC_X86_REG_FDP};

static void fpu_pointers(struct fpu_words *v, void **p)
{
	p[0] = &v->cw;
	p[1] = &v->sw;
	p[2] = &v->tw;
	p[3] = &v->mxcsr;
	p[4] = &v->fop;
	p[5] = &v->fip;
	p[6] = &v->fdp;
}

#define ST_SIZE 16 /* in struct cpu_fxstate and in the engine */

static const int pointer_ids[] = {UC_X86_REG_FOP, UC_X86_REG_FIP, UC_X86_REG_FDP,
				  UC_X86_REG_FCS, UC_X86_REG_FDS, UC_X86_REG_RIP};

/* The engine keeps the place of the last x87 instruction, and not its opcode. Intel's CPUs look at
 * that only when there was an exception (SDM vol. 1, 8.1.9.1). */
void x87_pointers(struct uc_x86_pointers *p, bool exception)
{
	u16 fop = 0;
	u64 rip = 0;
	int op = 0, second = 0;
	void *to[] = {&fop, &p->ip, &p->dp, &p->cs, &p->ds, &rip};

	*p = (struct uc_x86_pointers){0};
	uc_reg_read_batch(eng.uc, (int *)pointer_ids, to, ARRAY_SIZE(to));
	if (p->ip && (exception || !uc_x86_intel))
		op = engine_opcode(p->ip, &second);
	p->fop = (op & 0xf8) == 0xd8 && second >= 0 ? (u32)(op & 7) << 8 | (u32)second : fop;
	p->wide = has_rex_w(rip);
}

void load_x87_pointers(const struct uc_x86_pointers *p)
{
	struct uc_x86_pointers copy = *p;
	u16 fop = (u16)p->fop;
	void *from[] = {&fop, &copy.ip, &copy.dp, &copy.cs, &copy.ds};

	uc_reg_write_batch(eng.uc, (int *)pointer_ids, from, ARRAY_SIZE(from));
}

#define X87_ES 0x80

/* As in store_pointers() of unicorn_fp.c. */
static void get_pointers(struct cpu_fxstate *fx)
{
	struct uc_x86_pointers p = {0};

	if (uc_x86_intel || fx->swd & X87_ES)
		x87_pointers(&p, fx->swd & X87_ES);
	fx->fop = (u16)p.fop;
	fx->rip = p.ip;
	fx->rdp = p.dp;
}

void cpu_get_fpu(struct cpu_fxstate *fx)
{
	struct fpu_words v = {0};
	void *p[ARRAY_SIZE(fpu_ids)];
	u32 top;

	memset(fx, 0, sizeof(*fx));
	fpu_pointers(&v, p);
	uc_x86_fp_sync();
	uc_reg_read_batch(eng.uc, (int *)fpu_ids, p, ARRAY_SIZE(fpu_ids));
	fx->cwd = v.cw;
	fx->swd = v.sw;
	for (int i = 0; i < 8; i++) /* abridged: a bit per register that is not empty */
		fx->twd |= (u16)((((v.tw >> (2 * i)) & 3) != 3) << i);
	get_pointers(fx);
	fx->mxcsr = v.mxcsr;
	fx->mxcsr_mask = 0xffff;
	top = (v.sw >> 11) & 7;
	for (u32 i = 0; i < 8; i++)
		memcpy((u8 *)fx->st_space + ST_SIZE * i, engine_fp + ST_SIZE * ((top + i) & 7), 10);
	for (u32 i = 0; i < 16; i++)
		memcpy((u8 *)fx->xmm_space + 16 * i, engine_xmm + i * engine_xmm_stride, 16);
}

void cpu_set_fpu(const struct cpu_fxstate *fx)
{
	struct fpu_words v = {0};
	void *p[ARRAY_SIZE(fpu_ids)];
	u32 top = (fx->swd >> 11) & 7;

	fpu_pointers(&v, p);
	v.cw = fx->cwd;
	v.sw = fx->swd;
	for (u32 i = 0; i < 8; i++) {
		if (!(fx->twd >> i & 1))
			v.tw |= (u16)(3 << (2 * i));
		memcpy(engine_fp + ST_SIZE * ((top + i) & 7),
		       (const u8 *)fx->st_space + ST_SIZE * i, 10);
	}
	v.fop = fx->fop;
	v.fip = fx->rip;
	v.fdp = fx->rdp;
	v.mxcsr = fx->mxcsr & 0xffff;
	for (u32 i = 0; i < 16; i++)
		memcpy(engine_xmm + i * engine_xmm_stride, (const u8 *)fx->xmm_space + 16 * i, 16);
	uc_reg_write_batch(eng.uc, (int *)fpu_ids, p, ARRAY_SIZE(fpu_ids));
	uc_x86_fp_loaded();
}

void cpu_reset_fpu(void)
{
	struct cpu_fxstate fx;

	memset(&fx, 0, sizeof(fx));
	fx.cwd = 0x37f;
	fx.mxcsr = 0x1f80;
	cpu_set_fpu(&fx);
}

/* ---- Contexts ---- */

/* Of the engine's CPUX86State what precedes the end of XMM15. Behind it are MSRs, which all threads
 * have in common, registers that no CPU model here has, and what only counts within an instruction:
 * two thirds, which would move from cache to cache whenever another thread takes its turn. */
struct cpu_context {
	u64 ip;
	u32 ldt_seen;
	struct refused_iret iret;
	u8 state[];
};

struct cpu_context *cpu_context_new(void)
{
	struct cpu_context *c = calloc(1, sizeof(*c) + uc_x86_end_of_xmm);

	if (!c)
		fatal("out of memory");
	return c;
}

void cpu_context_save(struct cpu_context *c)
{
	memcpy(c->state, uc_x86_env(), uc_x86_end_of_xmm);
	c->ip = eng.ip;
	c->ldt_seen = eng.ldt_seen;
	c->iret = eng.iret;
}

/* Another thread changed the LDT. Linux interrupts all CPUs that use it, which loads DS and ES
 * again (refresh_ldt_segments()), and CS and SS on the way back; FS and GS keep what they had. */
static void reload_after_ldt_change(void)
{
	u16 cs = (u16)*uc_x86_cs, ss = (u16)*uc_x86_ss;

	cpu_refresh_ldt_segs();
	if ((cs | ss) & SELECTOR_LDT)
		load_cs_ss(cs, ss);
	eng.ldt_seen = eng.ldt_changes;
}

void cpu_context_load(const struct cpu_context *c)
{
	memcpy(uc_x86_env(), c->state, uc_x86_end_of_xmm);
	eng.ip = c->ip;
	eng.ldt_seen = c->ldt_seen;
	eng.iret = c->iret;
	if (unlikely(eng.ldt_seen != eng.ldt_changes))
		reload_after_ldt_change();
}

/* ---- A new program ---- */

/* What programs begin with, of the engine's state that is a thread's own. */
static struct cpu_context *fresh[2];

void regs_forget_fresh(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(fresh); i++) {
		free(fresh[i]);
		fresh[i] = NULL;
	}
}

void cpu_reset(bool compat)
{
	for (int i = GDT_TLS_MIN; i <= GDT_TLS_MAX; i++)
		cpu_set_gdt(i, 0);
	memset(eng.arena + PHYS_LDT, 0, eng.ldt_used);
	eng.ldt_used = 0;
	if (fresh[compat]) {
		memcpy(uc_x86_env(), fresh[compat]->state, uc_x86_end_of_xmm);
	} else {
		uc_context_restore(eng.uc, eng.user[compat]);
		fresh[compat] = cpu_context_new();
		cpu_context_save(fresh[compat]);
	}
	eng.ldt_seen = eng.ldt_changes;
	eng.iret.vector = -1;
	eng.seen_64 = !compat;
	cpu_set_debug(&(struct cpu_debug){.dr7 = 0});
	uc_x86_fp_reset();
	cpu_reset_fpu();
	eng.ip = 0;
}
