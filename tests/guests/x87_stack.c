/* SPDX-License-Identifier: GPL-2.0-or-later */
/* x87 instructions on random registers, some of them empty, with random values, denormal and
 * unsupported ones among them, rounding and precision: a hash of the status word, the tags, the
 * registers and the memory for each opcode. And stack faults that are not masked. */
#include "guest.h"
#include <setjmp.h>
#include <ucontext.h>

typedef unsigned char u8;
typedef unsigned long long u64;

static u8 in[512] __attribute__((aligned(16))), out[512] __attribute__((aligned(16)));
static u8 kept[512] __attribute__((aligned(16))), mem[128] __attribute__((aligned(16)));
static u8 *code;
static u64 state;

static u64 rnd(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state;
}

static void random_80(u8 *p)
{
	static const u64 mantissas[] = {0x8000000000000000, 0xc000000000000000, 0xffffffffffffffff,
					0x8000000000000001, 0xa000000000000000, 0x8000008000000000};
	u64 m = rnd() | 1ULL << 63;
	unsigned e = (unsigned)(rnd() % 0x7fff);

	switch (rnd() % 10) {
	case 0:
		m = e = 0;
		break;
	case 1: /* denormal */
		m = rnd() >> 1, e = 0;
		break;
	case 2: /* pseudo-denormal */
		e = 0;
		break;
	case 3:
		m = 1ULL << 63, e = 0x7fff;
		break;
	case 4:
		m = 0xc000000000000000 | rnd() >> 2, e = 0x7fff;
		break;
	case 5:
		m = 0x8000000000000001 | rnd() >> 3, e = 0x7fff;
		break;
	case 6: /* unsupported */
		m = rnd() >> 1, e++;
		break;
	case 7:
	case 8:
		m = mantissas[rnd() % 6], e = 0x3fff + (unsigned)(rnd() % 64) - 20;
		break;
	}
	e |= (unsigned)(rnd() & 1) << 15;
	memcpy(p, &m, 8);
	memcpy(p + 8, &e, 2);
}

static u64 random_64(void)
{
	switch (rnd() % 5) {
	case 0:
		return rnd() & 0x800fffffffffffff;
	case 1:
		return (rnd() & 0x807fffff) << 32 | (rnd() & 0x807fffff);
	case 2:
		return 0x7ff0000000000000 | (rnd() & 0x8008000000000001);
	case 3:
		return 0x7f8000007f800000 | (rnd() & 0x8040000180400001);
	default:
		return rnd();
	}
}

static void random_state(int empty, int unmask)
{
	static const unsigned precision[] = {0, 2, 3, 3};
	unsigned cw = 0x7f | (unsigned)(rnd() % 4) << 10 | precision[rnd() % 4] << 8;
	unsigned sw = (unsigned)(rnd() % 8) << 11 | (rnd() & 0x4700), tags = 0xff;
	unsigned mxcsr = 0x1f80;

	if (unmask)
		cw ^= rnd() & 0x3f;

	for (int i = 0; i < 8; i++) {
		random_80(in + 32 + 16 * i);
		if ((int)(rnd() % 100) < empty)
			tags &= ~(1U << i);
	}
	memcpy(in, &cw, 2);
	memcpy(in + 2, &sw, 2);
	in[4] = (u8)tags;
	memcpy(in + 24, &mxcsr, 4);
	for (int i = 0; i < 128; i += 8) {
		u64 v = random_64();

		memcpy(mem + i, &v, 8);
	}
	if (rnd() & 1)
		random_80(mem);
}

static u64 hash(u64 h, const void *p, size_t n)
{
	for (const u8 *b = p; n--; b++)
		h = (h ^ *b) * 1099511628211;
	return h;
}

static void run(unsigned op, unsigned modrm)
{
	unsigned flags = (unsigned)rnd() & 0xfff; /* for FCMOV: what is compared */

	code[0] = (u8)op;
	code[1] = (u8)modrm;
	code[2] = 0xc3;
	/* the address is in edi; some instructions set ax or the flags */
	__asm__ volatile(
		"fxsave %2; fxrstor %1; cmp %5, %6; call *%3; fxsave %0; fninit; fxrstor %2"
		: "=m"(out)
		: "m"(in), "m"(kept), "d"(code), "D"(mem), "c"(flags & 0x3f), "S"(flags >> 6)
		: "ax", "memory", "cc");
}

/* Left out: what the manuals call undefined, and what stores addresses or has other tests.
 */
static int skipped(unsigned op, unsigned modrm)
{
	unsigned reg = modrm >> 3 & 7;

	if (modrm < 0xc0)
		return (op == 0xd9 && (reg >= 4 || reg == 1)) ||
		       (op == 0xdd && reg >= 4 && reg != 7) ||
		       (op == 0xdb && (reg == 4 || reg == 6));
	switch (op) {
	case 0xd9: /* FXCH, FLD, FCHS, FABS, FTST, the constants, and those of a group of their own
		    */
		return !(modrm < 0xd0 || modrm == 0xe0 || modrm == 0xe1 || modrm == 0xe4 ||
			 (modrm >= 0xe8 && modrm <= 0xee) || modrm >= 0xf0);
	case 0xda:
		return modrm >= 0xe0 && modrm != 0xe9;
	case 0xde:
		return modrm >= 0xd0 && modrm < 0xe0 && modrm != 0xd9;
	case 0xdb:
		return (modrm >= 0xe0 && modrm < 0xe8) || modrm > 0xf7;
	case 0xdd:
		return modrm < 0xd0 || modrm >= 0xf0;
	case 0xdf:
		return modrm < 0xe8 || modrm > 0xf7;
	default:
		return 0;
	}
}

static void fuzz(int empty, int unmask)
{
	for (unsigned op = 0xd8; op <= 0xdf; op++)
		for (unsigned modrm = 0; modrm < 256; modrm++) {
			u64 h = 14695981039346656037ULL;

			if ((modrm < 0xc0 && (modrm & 0xc7) != 7) || skipped(op, modrm))
				continue;
			state = (op * 256 + modrm) * 1000003ULL + 12345;
			for (int k = 0; k < 24; k++) {
				random_state(empty, unmask);
				run(op, modrm);
				h = hash(h, out + 2, 3);
				for (int i = 0; i < 8; i++)
					h = hash(h, out + 32 + 16 * i, 10);
				h = hash(h, mem, sizeof(mem));
			}
			printf("%02x %02x, %d%% empty%s: %016llx\n", op, modrm, empty,
			       unmask ? ", some unmasked" : "", h);
		}
}

static sigjmp_buf back;

static void on_fpe(int sig, siginfo_t *si, void *p)
{
	const ucontext_t *uc = p;

	memcpy(out, uc->uc_mcontext.fpregs, 32);
#ifdef __i386__ /* the legacy layout comes first */
	memcpy(out, (const char *)uc->uc_mcontext.fpregs + 112, 32);
#endif
	printf("signal %d code %d, sw %02x%02x tags %02x\n", sig, si->si_code, out[3], out[2],
	       out[4]);
	siglongjmp(back, 1);
}

#define UNMASKED(ins)                                                                              \
	({                                                                                         \
		unsigned short cw = 0x37e;                                                         \
		printf("%s: ", ins);                                                               \
		if (!sigsetjmp(back, 1)) {                                                         \
			__asm__ volatile("fninit; fldcw %0; " ins "; fwait" ::"m"(cw));            \
			printf("nothing\n");                                                       \
		}                                                                                  \
		__asm__ volatile("fninit");                                                        \
	})

int main(void)
{
	struct sigaction sa = {.sa_sigaction = on_fpe, .sa_flags = SA_SIGINFO};

	code = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1,
		    0);
	fuzz(0, 0);
	fuzz(30, 0);
	fuzz(10, 1);
	sigaction(SIGFPE, &sa, NULL);
	setvbuf(stdout, NULL, _IOLBF, 0);
	UNMASKED("fld %%st(3)");
	UNMASKED("fld1; fadd %%st(1), %%st");
	UNMASKED("fld1; fld1; fld1; fld1; fld1; fld1; fld1; fld1; fldz");
	UNMASKED("fld1; fstp %%st(0); fstp %%st(0)");
	UNMASKED("fldz; fldz; fdivp");
	UNMASKED("fld1; fxch %%st(2)");
	UNMASKED("fld1; fcompp");
	return 0;
}
