/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Moving registers between the engine and the kernel's structures. */
#include "cpu/engine.h"
#include "cpu/unicorn_fp.h"
#include "cpu/unicorn_traps.h"

#include <stdlib.h>
#include <string.h>

#include "host/host.h"

static const int gpr_ids[] = {
	UC_X86_REG_R15, UC_X86_REG_R14,	   UC_X86_REG_R13, UC_X86_REG_R12, UC_X86_REG_RBP,
	UC_X86_REG_RBX, UC_X86_REG_R11,	   UC_X86_REG_R10, UC_X86_REG_R9,  UC_X86_REG_R8,
	UC_X86_REG_RAX, UC_X86_REG_RCX,	   UC_X86_REG_RDX, UC_X86_REG_RSI, UC_X86_REG_RDI,
	UC_X86_REG_RSP, UC_X86_REG_EFLAGS, UC_X86_REG_CS,  UC_X86_REG_SS,
};

/* Pointers to the fields of regs in the order of gpr_ids. */
static void gpr_pointers(struct pt_regs *regs, void **p)
{
	u64 *field = &regs->r15;

	for (int i = 0; i < 15; i++)
		p[i] = &field[i];
	p[15] = &regs->sp;
	p[16] = &regs->flags;
	p[17] = &regs->cs;
	p[18] = &regs->ss;
}

void engine_read_regs(struct pt_regs *regs)
{
	void *p[ARRAY_SIZE(gpr_ids)];

	regs->flags = regs->cs = regs->ss = 0; /* narrower than their fields */
	gpr_pointers(regs, p);
	uc_reg_read_batch(eng.uc, (int *)gpr_ids, p, ARRAY_SIZE(gpr_ids));
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
	eng.boot = false;
}

/* What IRET leaves of the registers: RF lasts no longer than an instruction, 32-bit code gets 32
 * bits, and null selectors become 0. */
static void after_iret(struct pt_regs *regs)
{
	struct cpu_segs segs;

	regs->flags &= ~(u64)X86_EFLAGS_RF;
	if (regs->cs != USER_CS) {
		regs->ip = (u32)regs->ip;
		regs->sp = (u32)regs->sp;
	}
	if (likely(!eng.null_segs))
		return;
	eng.null_segs = false;
	cpu_get_segs(&segs);
	segs.ds = segs.ds <= 3 ? 0 : segs.ds;
	segs.es = segs.es <= 3 ? 0 : segs.es;
	segs.fs = segs.fs <= 3 ? 0 : segs.fs;
	segs.gs = segs.gs <= 3 ? 0 : segs.gs;
	cpu_set_segs(&segs);
}

void cpu_set_regs(const struct pt_regs *regs)
{
	struct pt_regs copy = *regs;
	void *p[ARRAY_SIZE(gpr_ids)];

	if ((u16)*uc_x86_cs != (u16)regs->cs || (u16)*uc_x86_ss != (u16)regs->ss ||
	    eng.iret.vector >= 0 || unlikely(eng.ldt_seen != eng.ldt_changes))
		load_cs_ss((u16)regs->cs, (u16)regs->ss);
	copy.flags |= X86_EFLAGS_FIXED;
	if (unlikely((s64)(regs->ip << 16) >> 16 != (s64)regs->ip) && eng.iret.vector < 0 &&
	    regs->cs == USER_CS) {
		eng.iret.vector = X86_TRAP_GP;
		eng.iret.error = 0;
		eng.iret.cs = (u16)regs->cs;
		eng.iret.ss = (u16)regs->ss;
	}
	if (likely(eng.iret.vector < 0))
		after_iret(&copy);
	gpr_pointers(&copy, p);
	/* all but CS and SS */
	uc_reg_write_batch(eng.uc, (int *)gpr_ids, p, ARRAY_SIZE(gpr_ids) - 2);
	eng.ip = copy.ip;
}

/* ---- Gates ---- */

void cpu_gate_enter(enum gate gate, struct pt_regs *r)
{
	static const int syscall_ids[] = {UC_X86_REG_RAX, UC_X86_REG_EFLAGS, UC_X86_REG_RIP};
	static const int fast32_ids[] = {UC_X86_REG_RAX, UC_X86_REG_EFLAGS, UC_X86_REG_RBP,
					 UC_X86_REG_RSP, UC_X86_REG_RCX};
	void *fast32[] = {&r->ax, &r->flags, &r->bp, &r->sp, &r->cx};
	void *p[] = {&r->ax, &r->flags, &r->ip};

	switch (gate) {
	case GATE_SYSCALL:
		r->flags = 0;
		uc_reg_read_batch(eng.uc, (int *)syscall_ids, p, 3);
		r->ip += (u64)uc_x86_gate_length;
		r->cx = r->ip;
		r->r11 = r->flags;
		break;
	case GATE_SYSENTER:
	case GATE_SYSCALL32:
		r->flags = 0;
		r->cs = USER32_CS;
		uc_reg_read_batch(eng.uc, (int *)fast32_ids, fast32, ARRAY_SIZE(fast32));
		break;
	default:
		uc_reg_read(eng.uc, UC_X86_REG_RAX, &r->ax);
		break;
	}
}

void cpu_gate_args(enum gate gate, u64 *args, u32 n)
{
	static const int ids[3][6] = {
		{UC_X86_REG_RDI, UC_X86_REG_RSI, UC_X86_REG_RDX, UC_X86_REG_R10, UC_X86_REG_R8,
		 UC_X86_REG_R9},
		{UC_X86_REG_RBX, UC_X86_REG_RCX, UC_X86_REG_RDX, UC_X86_REG_RSI, UC_X86_REG_RDI,
		 UC_X86_REG_RBP},
		{UC_X86_REG_RBX, UC_X86_REG_RBP, UC_X86_REG_RDX, UC_X86_REG_RSI, UC_X86_REG_RDI,
		 UC_X86_REG_RBP},
	};
	static const u8 set[GATE_COUNT] = {
		[GATE_SYSCALL] = 0, [GATE_SYSENTER] = 1, [GATE_INT80] = 1, [GATE_SYSCALL32] = 2};
	void *p[] = {&args[0], &args[1], &args[2], &args[3], &args[4], &args[5]};

	if (n)
		uc_reg_read_batch(eng.uc, (int *)ids[set[gate]], p, (int)n);
}

void cpu_gate_sysret(const struct pt_regs *r)
{
	static const int ids[] = {UC_X86_REG_RAX, UC_X86_REG_RCX, UC_X86_REG_R11};
	void *p[] = {(void *)&r->ax, (void *)&r->cx, (void *)&r->r11};

	uc_reg_write_batch(eng.uc, (int *)ids, p, 3);
}

void cpu_gate_iret(const struct pt_regs *r)
{
	uc_reg_write(eng.uc, UC_X86_REG_RAX, &r->ax);
}

static bool all_regs;

void cpu_gate_all_regs(void)
{
	all_regs = true;
}

/* r8 to r15 come last: they are seen by 64-bit code only. */
void cpu_gate_sysret32(const struct pt_regs *r)
{
	static const int ids[] = {UC_X86_REG_RAX, UC_X86_REG_RCX, UC_X86_REG_RBP, UC_X86_REG_RSP,
				  UC_X86_REG_RIP, UC_X86_REG_R11, UC_X86_REG_R8,  UC_X86_REG_R9,
				  UC_X86_REG_R10, UC_X86_REG_R12, UC_X86_REG_R13, UC_X86_REG_R14,
				  UC_X86_REG_R15};
	u64 ip = (u32)r->ip - (u64)uc_x86_gate_length; /* which the engine adds */
	void *p[] = {
		(void *)&r->ax,	 (void *)&r->cx,  (void *)&r->bp, (void *)&r->sp,  &ip,
		(void *)&r->r11, (void *)&r->r8,  (void *)&r->r9, (void *)&r->r10, (void *)&r->r12,
		(void *)&r->r13, (void *)&r->r14, (void *)&r->r15};

	uc_reg_write_batch(eng.uc, (int *)ids, p, unlikely(eng.seen_64 || all_regs) ? 13 : 5);
}

void cpu_gate_iret32(const struct pt_regs *r)
{
	static const int ids[] = {UC_X86_REG_RAX, UC_X86_REG_RCX, UC_X86_REG_RBP, UC_X86_REG_RSP,
				  UC_X86_REG_RIP};
	u64 ip = (u32)r->ip - (u64)uc_x86_gate_length;
	void *p[] = {(void *)&r->ax, (void *)&r->cx, (void *)&r->bp, (void *)&r->sp, &ip};

	uc_reg_write_batch(eng.uc, (int *)ids, p, ARRAY_SIZE(ids));
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

	eng.null_segs =
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

struct fpu_values {
	u8 fp[8][10];
	u8 xmm[16][16];
	u16 cw, sw, tw, fop;
	u64 fip, fdp;
	u32 mxcsr;
};

#define FPU_REGS (8 + 16 + 7)

static void fpu_list(struct fpu_values *v, int *ids, void **p)
{
	int n = 0;

	for (int i = 0; i < 8; i++, n++) {
		ids[n] = UC_X86_REG_FP0 + i;
		p[n] = v->fp[i];
	}
	for (int i = 0; i < 16; i++, n++) {
		ids[n] = (i < 8 ? UC_X86_REG_XMM0 : UC_X86_REG_XMM8 - 8) + i;
		p[n] = v->xmm[i];
	}
	ids[n] = UC_X86_REG_FPCW, p[n++] = &v->cw;
	ids[n] = UC_X86_REG_FPSW, p[n++] = &v->sw;
	ids[n] = UC_X86_REG_FPTAG, p[n++] = &v->tw;
	ids[n] = UC_X86_REG_MXCSR, p[n++] = &v->mxcsr;
	ids[n] = UC_X86_REG_FOP, p[n++] = &v->fop;
	ids[n] = UC_X86_REG_FIP, p[n++] = &v->fip;
	ids[n] = UC_X86_REG_FDP, p[n++] = &v->fdp;
}

void cpu_get_fpu(struct cpu_fxstate *fx)
{
	struct fpu_values v;
	int ids[FPU_REGS], top;
	void *p[FPU_REGS];

	memset(&v, 0, sizeof(v));
	memset(fx, 0, sizeof(*fx));
	fpu_list(&v, ids, p);
	uc_x86_fp_sync();
	uc_reg_read_batch(eng.uc, ids, p, FPU_REGS);
	fx->cwd = v.cw;
	fx->swd = v.sw;
	for (int i = 0; i < 8; i++) /* abridged: a bit per register that is not empty */
		fx->twd |= (u16)((((v.tw >> (2 * i)) & 3) != 3) << i);
	fx->fop = v.fop;
	fx->rip = v.fip;
	fx->rdp = v.fdp;
	fx->mxcsr = v.mxcsr;
	fx->mxcsr_mask = 0xffff;
	top = (v.sw >> 11) & 7;
	for (int i = 0; i < 8; i++)
		memcpy((u8 *)fx->st_space + 16 * i, v.fp[(top + i) & 7], 10);
	memcpy(fx->xmm_space, v.xmm, sizeof(v.xmm));
}

void cpu_set_fpu(const struct cpu_fxstate *fx)
{
	struct fpu_values v;
	int ids[FPU_REGS], top = (fx->swd >> 11) & 7;
	void *p[FPU_REGS];

	memset(&v, 0, sizeof(v));
	fpu_list(&v, ids, p);
	v.cw = fx->cwd;
	v.sw = fx->swd;
	for (int i = 0; i < 8; i++) {
		if (!(fx->twd >> i & 1))
			v.tw |= (u16)(3 << (2 * i));
		memcpy(v.fp[(top + i) & 7], (const u8 *)fx->st_space + 16 * i, 10);
	}
	v.fop = fx->fop;
	v.fip = fx->rip;
	v.fdp = fx->rdp;
	v.mxcsr = fx->mxcsr & 0xffff;
	memcpy(v.xmm, fx->xmm_space, sizeof(v.xmm));
	uc_reg_write_batch(eng.uc, ids, p, FPU_REGS);
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

void cpu_reset(bool compat)
{
	for (int i = GDT_TLS_MIN; i <= GDT_TLS_MAX; i++)
		cpu_set_gdt(i, 0);
	memset(eng.arena + PHYS_LDT, 0, eng.ldt_used);
	eng.ldt_used = 0;
	uc_context_restore(eng.uc, eng.user[compat]);
	eng.ldt_seen = eng.ldt_changes;
	eng.iret.vector = -1;
	eng.seen_64 = !compat;
	uc_x86_fp_reset();
	cpu_reset_fpu();
	eng.ip = 0;
}

/* ---- Contexts ---- */

struct cpu_context {
	uc_context *uc;
	u64 ip;
	u32 ldt_seen;
	struct refused_iret iret;
};

struct cpu_context *cpu_context_new(void)
{
	struct cpu_context *c = calloc(1, sizeof(*c));

	if (!c || uc_context_alloc(eng.uc, &c->uc) != UC_ERR_OK)
		fatal("out of memory");
	return c;
}

void cpu_context_save(struct cpu_context *c)
{
	uc_context_save(eng.uc, c->uc);
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
	uc_context_restore(eng.uc, c->uc);
	eng.ip = c->ip;
	eng.ldt_seen = c->ldt_seen;
	eng.iret = c->iret;
	if (unlikely(eng.ldt_seen != eng.ldt_changes))
		reload_after_ldt_change();
}
