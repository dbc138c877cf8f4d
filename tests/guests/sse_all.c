/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What every SSE and MMX instruction computes: registers, flags and MXCSR for chosen and random
 * operands, roundings, DAZ and FTZ, from registers and from memory. One line an instruction, with a
 * sum of all results. */
#include "guest.h"
#include <setjmp.h>

static sigjmp_buf back;

static void on_sigill(int sig)
{
	(void)sig;
	siglongjmp(back, 1);
}

static uint64_t seed = 88172645463325252;

static uint64_t rnd(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	return seed ^= seed << 17;
}

static struct in {
	uint64_t dst[2], src[2];
	uint32_t mxcsr;
	int32_t ax, dx, fill;
} in __attribute__((aligned(16)));

static struct out {
	uint64_t xmm[2], mmx, gpr;
	uint32_t mxcsr, flags, cx;
} out;

/* Numbers of both precisions: zeros, denormals, the ends of ranges, integers' ends, infinities and
 * NaNs. */
static const uint64_t special[] = {
	0,
	0x8000000000000000,
	0x000fffffffffffff,
	0x0010000000000000,
	0x3ff0000000000000,
	0x3ff8000000000001,
	0xc1e0000000000000,
	0x43e0000000000000,
	0x41dfffffffe00000,
	0x7fefffffffffffff,
	0x7ff0000000000000,
	0xfff8000000000000,
	0x7ff0000000000001,
	0x380fffffe0000000,
	0x47efffffffffffff,
	0x007fffff00800000,
	0x3f80000000000001,
	0x4f0000005f000000,
	0x7f7fffffff800000,
	0x7fc000017f800001,
	0x3fc00000bf000000,
	0x0000000f00000003,
};

#define SPECIALS (sizeof(special) / sizeof(special[0]))

static uint64_t operand(void)
{
	uint64_t r = rnd();

	switch (r >> 60) {
	case 0 ... 9:
		return special[(r >> 8) % SPECIALS];
	case 10:
		return special[(r >> 8) % SPECIALS] << 32 | special[(r >> 16) % SPECIALS] >> 32;
	case 11: /* of the same size */
		return 0x3fe0000000000000 + (rnd() & 0x803fffffffffffff);
	case 12:
		return 0x3f0000003f800000 + (rnd() & 0x80ffffff80ffffff);
	default:
		return rnd();
	}
}

static unsigned char *code;

static void call(void)
{
#ifdef __x86_64__
	uint64_t ax = 0;
#else
	uint32_t ax = 0;
#endif
	unsigned long cx = (uint32_t)in.src[0];

	__asm__ volatile("call *%[code]"
			 : "+a"(ax), "+c"(cx)
			 : "D"(&in), "S"(&out), [code] "r"(code)
			 : "memory", "cc", "edx", "xmm0", "xmm1", "mm0", "mm1");
	out.gpr = ax;
}

/* movups xmm0, [rdi]; movups xmm1, [rdi + 16]; movq mm0, [rdi]; movq mm1, [rdi + 16]; ldmxcsr
 * [rdi + 32]; mov eax, [rdi + 36]; mov edx, [rdi + 40]; the instruction; movups [rsi], xmm0; movq
 * [rsi + 16], mm0; stmxcsr [rsi + 32]; pushf; pop rdx; mov [rsi + 36], edx; mov [rsi + 40], ecx;
 * emms; ret. Flags and xmm0's neighbour do not matter. */
static void build(const unsigned char *insn, size_t n)
{
	static const unsigned char head[] = {0x0f, 0x10, 0x07, 0x0f, 0x10, 0x4f, 0x10, 0x0f,
					     0x6f, 0x07, 0x0f, 0x6f, 0x4f, 0x10, 0x0f, 0xae,
					     0x57, 0x20, 0x8b, 0x47, 0x24, 0x8b, 0x57, 0x28};
	static const unsigned char tail[] = {0x0f, 0x11, 0x06, 0x0f, 0x7f, 0x46, 0x10,
					     0x0f, 0xae, 0x5e, 0x20, 0x9c, 0x5a, 0x89,
					     0x56, 0x24, 0x0f, 0x77, 0xc3};

	mprotect(code, 4096, PROT_READ | PROT_WRITE);
	memcpy(code, head, sizeof(head));
	memcpy(code + sizeof(head), insn, n);
	memcpy(code + sizeof(head) + n, tail, sizeof(tail));
	mprotect(code, 4096, PROT_READ | PROT_EXEC);
}

static const uint32_t modes[] = {0x1f80, 0x1fc0, 0x9f80, 0x3f80, 0x5fc0, 0x7f80, 0xff80};

static void run(const unsigned char *insn, size_t n)
{
	static uint64_t sum;

	sum = 14695981039346656037ULL;

	for (size_t i = 0; i < n; i++)
		printf("%02x ", insn[i]);
	build(insn, n);
	seed = 88172645463325252;
	for (int round = 0; round < 400; round++) {
		const unsigned char *p = (const unsigned char *)&out;

		in.dst[0] = operand(), in.dst[1] = operand();
		in.src[0] = operand(), in.src[1] = operand();
		in.mxcsr = modes[(unsigned)round % (sizeof(modes) / sizeof(modes[0]))];
		in.ax = (int32_t)(rnd() % 40) - 20, in.dx = (int32_t)(rnd() % 40) - 20;
		memset(&out, 0, sizeof(out));
		if (sigsetjmp(back, 0)) {
			puts("undefined");
			return;
		}
		call();
		out.flags &= 0x8d5;
		for (size_t i = 0; i < sizeof(out); i++)
			sum = (sum ^ p[i]) * 1099511628211;
	}
	printf("%016llx\n", (unsigned long long)sum);
}

/* `lead` and an opcode, from a register and from memory, with each prefix. */
static void opcode(const unsigned char *lead, size_t n, unsigned op, int imm)
{
	static const unsigned char prefix[] = {0, 0x66, 0xf2, 0xf3};

	for (int p = 0; p < 4; p++)
		for (int memory = 0; memory < 2; memory++) {
			unsigned char insn[16];
			size_t len = 0;

			if (prefix[p])
				insn[len++] = prefix[p];
			memcpy(insn + len, lead, n);
			len += n;
			insn[len++] = (unsigned char)op;
			insn[len++] = memory ? 0x47 : 0xc1;
			if (memory)
				insn[len++] = 0x10;
			if (imm >= 0)
				insn[len++] = (unsigned char)imm;
			run(insn, len);
		}
}

static void range(const char *lead, unsigned first, unsigned last, int imm)
{
	for (unsigned op = first; op <= last; op++)
		opcode((const unsigned char *)lead, strlen(lead), op, imm);
}

int main(void)
{
	struct sigaction sa = {.sa_handler = on_sigill, .sa_flags = SA_NODEFER};

	sigaction(SIGILL, &sa, NULL);
	code = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	range("\x0f", 0x14, 0x15, -1);
	range("\x0f", 0x2a, 0x2a, -1);
	range("\x0f", 0x2c, 0x2f, -1);
	range("\x0f", 0x51, 0x6f, -1);
	range("\x0f", 0x74, 0x76, -1);
	range("\x0f", 0x7c, 0x7d, -1);
	range("\x0f", 0xd0, 0xd6, -1);
	range("\x0f", 0xd8, 0xe6, -1);
	range("\x0f", 0xe8, 0xef, -1);
	range("\x0f", 0xf1, 0xf6, -1);
	range("\x0f", 0xf8, 0xfe, -1);
	range("\x0f\x38", 0x00, 0x0b, -1);
	range("\x0f\x38", 0x1c, 0x1e, -1);
	range("\x0f\x38", 0x20, 0x25, -1);
	range("\x0f\x38", 0x28, 0x29, -1);
	range("\x0f\x38", 0x2b, 0x2b, -1);
	range("\x0f\x38", 0x30, 0x3b, -1);
	range("\x0f\x38", 0x40, 0x41, -1);
	range("\x0f\x38", 0xdb, 0xdf, -1);
	for (int imm = 0; imm < 8; imm++) {
		range("\x0f\x3a", 0x44, 0x44, imm * 0x25);
		range("\x0f\x3a", 0xdf, 0xdf, imm * 0x25);
		range("\x0f", 0xc2, 0xc2, imm);
		range("\x0f", 0x70, 0x70, imm * 0x25);
		range("\x0f", 0xc6, 0xc6, imm * 0x25);
		range("\x0f\x3a", 0x0f, 0x0f, imm * 5);
	}
	for (int imm = 0; imm < 16; imm++)
		range("\x0f\x3a", 0x08, 0x0b, imm);
	for (int imm = 0; imm < 256; imm += 51)
		range("\x0f\x3a", 0x40, 0x42, imm);
	for (int imm = 0; imm < 128; imm += 3) /* strings that end in a zero */
		range("\x0f\x3a", 0x60, 0x63, imm);
	return 0;
}
