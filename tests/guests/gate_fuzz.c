/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An attacker's view of the gates: random registers and flags, random bytes around the instruction,
 * thousands of times, from a fixed seed. A line for each batch holds a digest of all that could be
 * seen; a number as argument prints the cases of that batch (100: of all), so that the first one
 * that differs is found. */
#include "box.h"
#include <sys/auxv.h>

#define BATCH	32
#define BATCHES 100

static uint64_t state = 0x9e3779b97f4a7c15;
static unsigned long vdso;

static uint64_t rnd(void) /* xorshift64* */
{
	state ^= state >> 12;
	state ^= state << 25;
	state ^= state >> 27;
	return state * 0x2545f4914f6cdd1d;
}

static uint64_t digest;

static void mix(uint64_t v)
{
	digest = (digest ^ v) * 0x100000001b3;
	digest ^= digest >> 29;
}

/* Numbers that do no harm whatever their arguments are: in the 64-bit table getpid (39) and
 * sched_yield (24), in the 32-bit one (20) getpid; the rest are beyond both. */
static unsigned long number(int table32)
{
	uint64_t r = rnd();

	switch (r % 8) {
	case 0:
		return (table32 ? 20UL : 39UL) | (unsigned long)(rnd() & 0xffffffff00000000);
	case 1:
		return 0x40000000UL | (unsigned long)(rnd() & 0xffff);
	case 2:
		return (unsigned long)(rnd() | 0x80000000);
	default:
		return (unsigned long)((rnd() & 0xffffffff3fffffff) | 0x10000);
	}
}

/* Not what might be an address in a 32-bit program's vDSO, which normal() hides. */
static unsigned long any(void)
{
	return BOX_CS == 0x23 ? (unsigned long)rnd() & 0x7fffffff : (unsigned long)rnd();
}

/* A value of the kinds that matter: small, a pointer, the edges of the address space, anything. */
static unsigned long value(void)
{
	static const uint64_t edges[] = {
		0,	    0x7fffffffffff, 0x800000000000, 0xffff800000000000, 0xffffffffffffffff,
		0xffffffff, 0x80000000,	    0x7ffffffff000, 0xffffe000};
	uint64_t r = rnd();

	switch (r % 4) {
	case 0:
		return (unsigned long)edges[(r >> 8) % (sizeof(edges) / sizeof(edges[0]))];
	case 1:
		return BOX_STACK + (unsigned long)((r >> 8) & 0xffff);
	default:
		return any();
	}
}

/* All user flags but AC, which would make handlers fault. */
#define FUZZ_FLAGS 0x204dd5u

static const unsigned char gates[][4] = {
	{2, 0x0f, 0x05},       {2, 0xcd, 0x80},	      {2, 0x0f, 0x34},
	{3, 0x66, 0xcd, 0x80}, {3, 0xf3, 0x0f, 0x05}, {3, 0x66, 0x0f, 0x05},
};

static unsigned long normal(unsigned long v)
{
	if (v - vdso < 0x4000)
		return 0x76640000;
	if (v == (unsigned long)getpid())
		return 0x71d;
	return v;
}

static void note(int verbose)
{
	for (int i = 0; i < box_nsignals; i++) {
		struct box_signal *s = &box_signals[i];

		for (int r = 0; r < BOX_REGS; r++)
			s->regs.r[r] = normal(s->regs.r[r]);
		s->regs.ip = normal(s->regs.ip);
		s->addr = normal(s->addr);
		mix((uint64_t)s->sig << 32 | (uint64_t)(unsigned)s->code << 16 |
		    (unsigned)s->trapno);
		mix(s->err);
		mix(s->addr);
		mix(s->regs.ip);
		mix(s->regs.flags);
		mix(s->regs.cs);
		for (int r = 0; r < BOX_REGS; r++)
			mix(s->regs.r[r]);
	}
	if (verbose)
		box_show("");
}

static void one(int verbose)
{
	unsigned char code[16];
	const unsigned char *gate = gates[rnd() % (sizeof(gates) / sizeof(gates[0]))];
	int op = gate[gate[0]];
	size_t n = 0;

	box_defaults();
	for (int i = 0; i < BOX_REGS; i++)
		if (BOX_CS == 0x33 || i != SP)
			box_in.r[i] = value();
	box_in.flags = 0x202 | (unsigned)(rnd() & FUZZ_FLAGS);
	if (BOX_CS == 0x33 && rnd() % 4 == 0)
		box_in.cs = 0x23;
	if (box_in.cs == 0x23)
		box_in.r[SP] = BOX_SP + (unsigned long)(rnd() % 64 * 4);
	box_in.ip = BOX_CODE + 0x1000 + (unsigned long)(rnd() & 0xff0);
	while (rnd() % 3 == 0 && n < 6)
		code[n++] = 0x90;
	/* A fast 32-bit gate returns to the vDSO, which only a 32-bit program's stack is ready for.
	 */
	if (BOX_CS == 0x33 && ((op == 0x05 && box_in.cs == 0x23) || op == 0x34))
		op = 0x80, gate = gates[1];
	for (int i = 1; i <= gate[0]; i++)
		code[n++] = gate[i];
	if (rnd() % 4 == 0)
		code[n++] = 0x90;
	box_in.r[AX] = number(op != 0x05 || box_in.cs == 0x23);
	if (box_in.cs == 0x23) {
		unsigned *stack = (unsigned *)box_in.r[SP];

		stack[0] = (unsigned)any(), stack[1] = (unsigned)any(), stack[2] = (unsigned)any();
		stack[3] = (unsigned)(box_in.ip + n); /* the end of the box */
		if (op == 0x34)
			box_in.r[BP] = box_in.r[SP];
	}
	if (verbose) {
		printf("code");
		for (size_t i = 0; i < n; i++)
			printf(" %02x", code[i]);
		printf(" in cs %#lx flags %#lx", box_in.cs, box_in.flags);
		for (int r = 0; r < BOX_REGS; r++)
			printf(" %s %#lx", box_name(r), box_in.r[r]);
	}
	box_run(code, n);
	note(verbose);
}

int main(int argc, char **argv)
{
	int wanted = argc > 1 ? atoi(argv[1]) : -1;

	box_init();
	box_limit = 10;
	vdso = getauxval(AT_SYSINFO_EHDR) - 0x1000;
	setvbuf(stdout, NULL, _IOFBF, 65536);
	for (int b = 0; b < BATCHES; b++) {
		digest = 0xcbf29ce484222325;
		for (int i = 0; i < BATCH; i++)
			one(b == wanted || wanted == BATCHES);
		printf("batch %d: %016llx\n", b, (unsigned long long)digest);
	}
	fflush(stdout);
	return 0;
}
