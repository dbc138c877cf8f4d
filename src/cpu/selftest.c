/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The engine's quirks that src/cpu/ relies on, seen to be as expected on the library in use. Works
 * on an engine of its own, which cpu_init() made over a small arena. */
#include "cpu/engine.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <xmmintrin.h>

#include "cpu/unicorn_stop.h"
#include "cpu/unicorn_tlb.h"
#include "cpu/unicorn_traps.h"
#include "host/host.h"

#define CODE_PAGE 0x30000UL
#define DATA_PAGE 0x40000UL
#define ROW_START 0x800000UL /* a row of pages that are read and written */
#define ROW_PAGES 64
#define TEST_SIZE (1UL << 24)

static u32 page_prot[16];
static int gate_seen;
static u64 gate_ip;

/* Guest pages 0x30000 and 0x40000 lie at the same offset of the arena. */
static bool test_fill(guest_addr page, enum cpu_access access, struct cpu_xlate *out)
{
	u64 index = page >> 16;

	if (page >= ROW_START && page < ROW_START + ROW_PAGES * PAGE_SIZE) {
		out->phys = page;
		out->prot = CPU_READ | CPU_WRITE;
		return access != CPU_EXEC;
	}
	if (index >= ARRAY_SIZE(page_prot) || (page & 0xffff) || !(page_prot[index] & access))
		return false;
	out->phys = page;
	out->prot = page_prot[index];
	return true;
}

static u32 test_ahead(guest_addr page, enum cpu_access access, u32 max)
{
	u64 left = (ROW_START + ROW_PAGES * PAGE_SIZE - page) / PAGE_SIZE - 1;

	(void)access;
	return page < ROW_START || page - ROW_START >= ROW_PAGES * PAGE_SIZE ? 0
									     : (u32)MIN(max, left);
}

static void test_gate(enum gate gate)
{
	struct pt_regs r = {0};

	gate_seen = (int)gate;
	cpu_gate_enter(gate, &r);
	gate_ip = r.ip;
	cpu_kick();
}

static struct cpu_exit run_code(const u8 *code, size_t n, u16 cs, struct pt_regs *regs)
{
	memcpy(eng.arena + CODE_PAGE, code, n);
	cpu_invalidate_code(CODE_PAGE, PAGE_SIZE);
	gate_seen = -1;
	regs->ip = CODE_PAGE;
	regs->cs = cs;
	regs->ss = USER_DS;
	regs->flags = X86_EFLAGS_IF | X86_EFLAGS_FIXED;
	regs->sp = DATA_PAGE + 0x800;
	cpu_set_regs(regs);
	return cpu_run();
}

static bool verbose_out;
static int failures;

static void expect(bool ok, const char *what)
{
	if (!ok)
		failures++;
	if (verbose_out || !ok)
		printf("%s - %s\n", ok ? "ok" : "not ok", what);
}

static void test_gates(void)
{
	static const u8 sysc[] = {0x0f, 0x05}, sysen[] = {0x0f, 0x34}, int80[] = {0xcd, 0x80};
	struct pt_regs r = {0};

	run_code(sysc, 2, USER_CS, &r);
	expect(gate_seen == GATE_SYSCALL && gate_ip == CODE_PAGE + 2, "SYSCALL from 64-bit code");
	run_code(int80, 2, USER_CS, &r);
	expect(gate_seen == GATE_INT80, "INT 0x80 from 64-bit code");
	run_code(int80, 2, USER32_CS, &r);
	expect(gate_seen == GATE_INT80, "INT 0x80 from 32-bit code");
	run_code(sysen, 2, USER32_CS, &r);
	expect(gate_seen == GATE_SYSENTER, "SYSENTER from 32-bit code");
	cpu_get_regs(&r);
	expect(r.ip == CODE_PAGE + 2, "the program counter is behind the gate's instruction");
	expect(r.cs == USER32_CS, "compatibility mode is kept");
}

static void test_modes(void)
{
	/* 32-bit: 48 is DEC EAX; 64-bit: a REX prefix of the NOP */
	static const u8 code[] = {0x48, 0x90, 0xcd, 0x80};
	struct pt_regs r = {.ax = 5};

	run_code(code, 4, USER32_CS, &r);
	cpu_get_regs(&r);
	expect(r.ax == 4, "CS 0x23 runs 32-bit code");
	r.ax = 5;
	run_code(code, 4, USER_CS, &r);
	cpu_get_regs(&r);
	expect(r.ax == 5, "CS 0x33 runs 64-bit code");
}

static void test_exceptions(void)
{
	static const u8 div0[] = {0x31, 0xc9, 0xf7, 0xf1}, ud2[] = {0x0f, 0x0b}, hlt[] = {0xf4};
	static const u8 load[] = {0x8b, 0x04, 0x25, 0x04,
				  0x00, 0x05, 0x00}; /* mov eax, [0x50004] */
	static const u8 int3[] = {0xcc}, int5[] = {0xcd, 0x05};
	struct pt_regs r = {0};
	struct cpu_exit e;

	for (int i = 0; i < 4; i++) {
		e = run_code(div0, 4, USER_CS, &r);
		expect(e.reason == CPU_EXIT_EXCEPTION && e.vector == X86_TRAP_DE,
		       "a division by zero is #DE, however often");
	}
	cpu_get_regs(&r);
	expect(r.ip == CODE_PAGE + 2, "a fault leaves the program counter at the instruction");
	e = run_code(ud2, 2, USER_CS, &r);
	expect(e.vector == X86_TRAP_UD, "UD2 is #UD");
	e = run_code(hlt, 1, USER_CS, &r);
	expect(e.vector == X86_TRAP_GP, "HLT at CPL 3 is #GP");
	e = run_code(int3, 1, USER_CS, &r);
	cpu_get_regs(&r);
	expect(e.vector == X86_TRAP_BP && r.ip == CODE_PAGE + 1, "INT3 is a trap");
	e = run_code(int5, 2, USER_CS, &r);
	cpu_get_regs(&r);
	expect(e.vector == X86_TRAP_GP && e.error_code == 5 * 8 + 2 && r.ip == CODE_PAGE,
	       "INT 5 is #GP");
	e = run_code(load, 7, USER_CS, &r);
	expect(e.vector == X86_TRAP_PF && e.fault_addr == 0x50004 && e.error_code == 4,
	       "a refused load is #PF with its exact address");
}

/* A function that is rewritten again and again must run its new code. */
static void test_self_modifying(void)
{
	/* mov byte [rip+4], cl (the immediate of the next instruction); mov al, imm; int 0x80 */
	static const u8 code[] = {0x88, 0x0d, 0x01, 0x00, 0x00, 0x00, 0xb0, 0x00, 0xcd, 0x80};
	int stale = 0;

	page_prot[CODE_PAGE >> 16] = CPU_READ | CPU_WRITE | CPU_EXEC;
	memcpy(eng.arena + CODE_PAGE, code, sizeof(code));
	cpu_invalidate_code(CODE_PAGE, PAGE_SIZE);
	cpu_flush_all();
	for (int i = 0; i < 200; i++) {
		struct pt_regs r = {.cx = (u64)i & 0xff};

		r.ip = CODE_PAGE, r.cs = USER_CS, r.ss = USER_DS, r.sp = DATA_PAGE + 0x800;
		cpu_set_regs(&r);
		cpu_run();
		cpu_get_regs(&r);
		stale += (r.ax & 0xff) != ((u64)i & 0xff);
	}
	page_prot[CODE_PAGE >> 16] = CPU_READ | CPU_EXEC;
	cpu_flush_all();
	expect(stale == 0, "a store into code is seen by the next run of that code");
}

static void test_fpu(void)
{
	struct cpu_fxstate fx, back;

	memset(&fx, 0, sizeof(fx));
	fx.cwd = 0x27f;
	fx.swd = 3 << 11;
	fx.twd = 0x18;
	fx.mxcsr = 0x3f80;
	for (int i = 0; i < 64; i++)
		fx.xmm_space[i] = 0x01010101u * (u32)i;
	fx.st_space[1] = 0x80000000u;
	fx.st_space[2] = 0x3fff;
	cpu_set_fpu(&fx);
	cpu_get_fpu(&back);
	expect(back.cwd == fx.cwd && back.swd == fx.swd && back.twd == fx.twd, "x87 control words");
	expect(back.mxcsr == fx.mxcsr, "MXCSR");
	expect(!memcmp(back.xmm_space, fx.xmm_space, sizeof(fx.xmm_space)), "XMM registers");
	expect(!memcmp(back.st_space, fx.st_space, sizeof(fx.st_space)), "x87 stack");
	cpu_reset_fpu();
}

/* Flags and traps of SSE and the x87: unicorn_fp.c. */
static void test_fp_exceptions(void)
{
	static const u8 code[] = {0x0f, 0x57, 0xc0,		      /* xorps xmm0, xmm0 */
				  0x0f, 0x5e, 0xc0,		      /* divps xmm0, xmm0 */
				  0xd9, 0xee, 0xd9, 0xe8, 0xde, 0xf1, /* fldz; fld1; fdivrp */
				  0xd9, 0xd0,			      /* fnop */
				  0xcd, 0x80};
	static const u8 store[] = {0x0f, 0x57, 0xc0, 0x0f, 0x5e, 0xc0, /* as above */
				   0x0f, 0xae, 0x1c, 0x24,	       /* stmxcsr [rsp] */
				   0x8b, 0x04, 0x24,		       /* mov eax, [rsp] */
				   0xcd, 0x80};
	struct pt_regs r = {0};
	struct cpu_fxstate fx;
	struct cpu_exit e;

	cpu_reset(false);
	run_code(code, sizeof(code), USER_CS, &r);
	cpu_get_fpu(&fx);
	expect(fx.mxcsr == 0x1f81 && (fx.swd & 0x80ff) == 4,
	       "floating-point exceptions leave their flags");
	cpu_reset_fpu();
	run_code(store, sizeof(store), USER_CS, &r);
	cpu_get_regs(&r);
	expect((u32)r.ax == 0x1f81, "STMXCSR knows of them");
	cpu_reset_fpu();
	cpu_get_fpu(&fx);
	fx.mxcsr = 0x1f00;
	fx.cwd = 0x37b;
	cpu_set_fpu(&fx);
	e = run_code(code, sizeof(code), USER_CS, &r);
	cpu_get_regs(&r);
	expect(e.vector == X86_TRAP_XF && r.ip == CODE_PAGE + 3, "an unmasked one of SSE is #XM");
	fx.mxcsr = 0x1f80;
	cpu_set_fpu(&fx);
	e = run_code(code, sizeof(code), USER_CS, &r);
	cpu_get_regs(&r);
	expect(e.vector == X86_TRAP_MF && r.ip == CODE_PAGE + 12, "an unmasked one of x87 is #MF");
	cpu_reset(false);
}

static void test_segments(void)
{
	/* mov eax, gs:[0] ; int 0x80 */
	static const u8 code[] = {0x65, 0xa1, 0x00, 0x00, 0x00, 0x00, 0xcd, 0x80};
	/* mov gs, ecx ; mov eax, gs:[0] ; int 0x80 */
	static const u8 load[] = {0x8e, 0xe9, 0x65, 0xa1, 0x00, 0x00, 0x00, 0x00, 0xcd, 0x80};
	struct pt_regs r = {.cx = 12 * 8 + 3};
	u32 magic = 0x12345678;

	memcpy(eng.arena + DATA_PAGE + 0x100, &magic, 4);
	/* base DATA_PAGE + 0x100, limit 4 GiB, 32-bit data, DPL 3 */
	cpu_set_gdt(12, 0xffffUL | 0x040100UL << 16 | 0xf3UL << 40 | 0xfUL << 48 | 0xcUL << 52);
	run_code(load, sizeof(load), USER32_CS, &r);
	cpu_get_regs(&r);
	expect((u32)r.ax == magic, "a GDT entry gives GS its base");
	r.ax = 0;
	run_code(code, sizeof(code), USER32_CS, &r);
	cpu_get_regs(&r);
	expect((u32)r.ax == magic, "GS stays loaded");
	cpu_reset(false);
	cpu_set_fs_base(0x1234567890UL);
	expect(cpu_get_fs_base() == 0x1234567890UL, "FS base");
}

/* ---- What the linker has put between the engine's own functions (mk/program.mk) ---- */

#define RUN(r, ...)                                                                                \
	({                                                                                         \
		static const u8 code_[] = {__VA_ARGS__};                                           \
		run_code(code_, sizeof(code_), USER_CS, r);                                        \
	})

static void test_decoder(void)
{
	struct pt_regs r = {.bx = DATA_PAGE + 8};

	expect(RUN(&r, 0x0f, 0x28, 0x03).vector == X86_TRAP_GP, "a misaligned MOVAPS is #GP");
	expect(RUN(&r, 0x0f, 0x10, 0x03, 0xcd, 0x80).reason == CPU_EXIT_KICK,
	       "a misaligned MOVUPS is none");
	expect(RUN(&r, 0xf0, 0x90).vector == X86_TRAP_UD, "LOCK NOP is #UD");
	RUN(&r, 0x48, 0x0f, 0x05);
	expect(gate_seen == GATE_SYSCALL && gate_ip == CODE_PAGE + 3,
	       "a prefix of SYSCALL belongs to it");
}

/* An atomic operation on memory that is not aligned cannot be done as one, and shows by that the
 * way it was translated. */
static void test_atomic(void)
{
	struct pt_regs r = {.bx = DATA_PAGE + 0x100};

	uc_x86_split_locks = false;
	cpu_flush_all();
	RUN(&r, 0xf0, 0xff, 0x03, 0xcd, 0x80); /* lock incl (%rbx) */
	expect(!uc_x86_split_locks, "the first LOCKed access to a page is atomic for the host");
	r.bx++;
	RUN(&r, 0xf0, 0xff, 0x03, 0xcd, 0x80);
	expect(uc_x86_split_locks, "LOCKed instructions are translated to atomic ones");
	uc_x86_split_locks = false;
	uc_ctl_flush_tb(eng.uc);
	expect(RUN(&r, 0xf0, 0x0f, 0xc7, 0x0b, 0xcd, 0x80).reason == CPU_EXIT_KICK,
	       "CMPXCHG8B need not be aligned");
	uc_ctl_flush_tb(eng.uc);
}

static void test_privileges(void)
{
	struct pt_regs r = {.ax = 1UL << 63, .cx = USER_DS};

	expect(RUN(&r, 0xec).vector == X86_TRAP_GP, "IN is #GP");
	expect(RUN(&r, 0xee).vector == X86_TRAP_GP, "OUT is #GP");
	expect(RUN(&r, 0xf3, 0x48, 0x0f, 0xae, 0xd0).vector == X86_TRAP_GP,
	       "WRFSBASE of an address that is not canonical is #GP");
	expect(RUN(&r, 0xff, 0xe0).vector == X86_TRAP_GP, "a jump to one is #GP");
	cpu_get_regs(&r);
	expect(r.ip == CODE_PAGE, "at the jump");
	uc_x86_intel = false;
	RUN(&r, 0x0f, 0x02, 0xc1, 0xcd, 0x80); /* lar %ecx, %eax */
	cpu_get_regs(&r);
	expect((r.ax & 0xf0000) == 0xf0000, "LAR of an AMD CPU shows limit bits");
	expect(RUN(&r, 0x0f, 0x34).vector == X86_TRAP_UD, "SYSENTER of an AMD CPU is #UD");
	uc_x86_intel = true;
}

static void test_single_step(void)
{
	static const u8 code[] = {0x9d, 0x0f, 0x05}; /* popf; syscall */
	u64 flags = X86_EFLAGS_FIXED | X86_EFLAGS_TF;
	struct pt_regs r = {0};
	struct cpu_exit e;

	memcpy(eng.arena + DATA_PAGE + 0x800, &flags, sizeof(flags));
	e = run_code(code, sizeof(code), USER_CS, &r);
	expect(e.reason == CPU_EXIT_KICK && gate_seen == GATE_SYSCALL,
	       "a single step's trap does not come right behind SYSCALL");
}

static void test_approximations(void)
{
	struct pt_regs r = {.bx = DATA_PAGE + 0x200};
	float in[4] = {3, 7, 0.1f, -11}, want[4];
	struct cpu_fxstate fx;

	memcpy(eng.arena + DATA_PAGE + 0x200, in, sizeof(in));
	_mm_storeu_ps(want, _mm_rcp_ps(_mm_loadu_ps(in)));
	RUN(&r, 0x0f, 0x53, 0x03, 0xcd, 0x80); /* rcpps (%rbx), %xmm0 */
	cpu_get_fpu(&fx);
	expect(!memcmp(fx.xmm_space, want, sizeof(want)), "RCPPS is that of the host's CPU");
}

static void test_ahead_of_misses(void)
{
	static const u8 code[] = {
		0xfe, 0x06,				  /* incb (%rsi) */
		0x48, 0x81, 0xc6, 0x00, 0x10, 0x00, 0x00, /* add $4096,%rsi */
		0xff, 0xc9,				  /* dec %ecx */
		0x75, 0xf3,				  /* jnz */
		0xcd, 0x80,
	};
	unsigned long before = uc_x86_filled_ahead;
	bool right = true;

	memset(eng.arena + ROW_START, 0, ROW_PAGES * PAGE_SIZE);
	cpu_flush_all();
	for (int i = 0; i < 2; i++) {
		struct pt_regs r = {.si = ROW_START, .cx = ROW_PAGES};

		run_code(code, sizeof(code), USER_CS, &r);
	}
	for (u64 i = 0; i < ROW_PAGES; i++)
		right &= eng.arena[ROW_START + i * PAGE_SIZE] == 2;
	expect(right, "memory gone through page by page");
	expect(uc_x86_filled_ahead - before > ROW_PAGES / 2, "the TLB is filled ahead of misses");
}

static volatile int ticks;

static void on_tick(int sig)
{
	(void)sig;
	if (++ticks < 500)
		cpu_kick_from_signal();
	else
		cpu_kick(); /* of no use otherwise; this one ends the test */
}

static void test_stop(void)
{
	struct itimerval often = {{0, 1000}, {0, 1000}}, never = {{0, 0}, {0, 0}};
	struct sigaction sa = {.sa_handler = on_tick}, old;
	struct pt_regs r = {0};
	struct cpu_exit e;

	ticks = 0;
	sigaction(SIGALRM, &sa, &old);
	setitimer(ITIMER_REAL, &often, NULL);
	e = RUN(&r, 0xeb, 0xfe); /* jmp . */
	setitimer(ITIMER_REAL, &never, NULL);
	sigaction(SIGALRM, &old, NULL);
	expect(e.reason == CPU_EXIT_KICK && ticks < 500, "a signal handler stops an endless loop");
	cpu_reset(false);
}

int cpu_selftest(bool verbose)
{
	static const struct cpu_ops ops = {
		.fill = test_fill, .ahead = test_ahead, .gate = test_gate};
	void *arena = mmap(NULL, TEST_SIZE, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (arena == MAP_FAILED)
		fatal("out of address space");
	verbose_out = verbose;
	failures = 0;
	page_prot[CODE_PAGE >> 16] = CPU_READ | CPU_EXEC;
	page_prot[DATA_PAGE >> 16] = CPU_READ | CPU_WRITE;
	cpu_init(&ops, arena, TEST_SIZE, CPU_MODEL_INTEL);
	if (verbose)
		printf("# %s\n", cpu_engine_version());
	test_gates();
	test_modes();
	test_exceptions();
	test_self_modifying();
	test_fpu();
	test_fp_exceptions();
	test_segments();
	test_decoder();
	test_atomic();
	test_privileges();
	test_single_step();
	test_approximations();
	test_ahead_of_misses();
	test_stop();
	return failures;
}
