/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Instructions on general registers with operands that are seldom used: lengths and indexes beyond
 * the operand, upper halves of registers, constants behind addresses that are relative to the
 * instruction's end, prefixes that name no segment. */
#include <asm/prctl.h>

#include "guest.h"

/* The native run has what the host's CPU has. */
static int cpu_has(const char *flag)
{
	static char flags[16384];
	FILE *f = fopen("/proc/cpuinfo", "r");

	while (f && fgets(flags, sizeof(flags), f) && strncmp(flags, "flags", 5))
		;
	if (f)
		fclose(f);
	return strstr(flags, flag) != NULL;
}

typedef unsigned long word;

/* The result, and CF. */
#define VEX(insn, type, a, b)                                                                      \
	({                                                                                         \
		type r_, a_ = (type)(a), b_ = (type)(b);                                           \
		uint8_t c_;                                                                        \
		__asm__("stc; " insn "; setc %1"                                                   \
			: "=&r"(r_), "=&q"(c_)                                                     \
			: "r"(a_), "r"(b_)                                                         \
			: "cc");                                                                   \
		printf("%s %#llx, %#llx: %#llx, %d\n", insn, (unsigned long long)a_,               \
		       (unsigned long long)b_, (unsigned long long)r_, c_);                        \
	})

static const word numbers[] = {0, 1, 0x30, 0x80000000, 0xedbf530a, (word)0xfedcba9876543210};

static void bits(void)
{
	static const word selectors[] = {0,    0x1f,   0x20,   0x3f,   0x40,   0x75,
					 0xff, 0x2000, 0x3f01, 0x4000, 0x7f04, 0xff3f};

	for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++) {
		VEX("blsi %2, %0", word, numbers[i], 0);
		VEX("blsr %2, %0", word, numbers[i], 0);
		VEX("blsmsk %2, %0", word, numbers[i], 0);
		for (size_t k = 0; k < sizeof(selectors) / sizeof(*selectors); k++) {
			VEX("bzhi %3, %2, %0", word, numbers[i], selectors[k]);
			VEX("bextr %3, %2, %0", word, numbers[i], selectors[k]);
		}
#ifdef __x86_64__
		VEX("blsi %k2, %k0", word, numbers[i], 0);
		for (size_t k = 0; k < sizeof(selectors) / sizeof(*selectors); k++) {
			VEX("bzhi %k3, %k2, %k0", word, numbers[i], selectors[k]);
			VEX("bextr %k3, %k2, %k0", word, numbers[i], selectors[k]);
		}
		for (size_t k = 0; k < sizeof(numbers) / sizeof(*numbers); k++) {
			VEX("pdep %k3, %k2, %k0", word, numbers[i], numbers[k]);
			VEX("pext %k3, %k2, %k0", word, numbers[i], numbers[k]);
		}
#endif
	}
}

#ifdef __x86_64__

static unsigned char memory[64] __attribute__((used));

static void show_memory(const char *what)
{
	printf("%s:", what);
	for (size_t i = 0; i < sizeof(memory); i++)
		printf(" %02x", memory[i]);
	printf("\n");
}

/* The address lies a constant before the end of the instruction. */
#define AT_END(insn)                                                                               \
	({                                                                                         \
		word a_ = 0x123456789abcdef0;                                                      \
		for (size_t i_ = 0; i_ < sizeof(memory); i_++)                                     \
			memory[i_] = (unsigned char)(i_ * 37);                                     \
		__asm__ volatile(insn : "+a"(a_) : "d"(0x0f0e0d0c0b0a0908) : "memory", "cc");      \
		printf("%#lx ", a_);                                                               \
		show_memory(insn);                                                                 \
	})

static void constants(void)
{
	AT_END("shldq $5, %1, memory+24(%%rip)");
	AT_END("shrdl $5, %k1, memory+24(%%rip)");
	AT_END("shldw $5, %w1, memory+24(%%rip)");
	AT_END("rolq $5, memory+24(%%rip)");
	AT_END("btcq $35, memory+24(%%rip)");
	AT_END("imulq $1234567, memory+24(%%rip), %0");
	AT_END("movw $0x777, memory+24(%%rip)");
	if (cpu_has(" bmi2 ")) {
		AT_END("rorxq $12, memory+24(%%rip), %0");
		AT_END("rorxl $12, memory+24(%%rip), %k0");
		AT_END("shlxq %1, memory+24(%%rip), %0");
	}
}

static void cmpxchg(const char *prefix, int locked, word rax, word compared)
{
	uint32_t value = (uint32_t)compared;
	word reg = compared, was = rax;

	if (locked)
		__asm__ volatile("lock cmpxchgl %2, %1" : "+a"(rax), "+m"(value) : "r"(7));
	else
		__asm__ volatile("cmpxchgl %2, %1" : "+a"(rax), "+m"(value) : "r"(7));
	__asm__ volatile("cmpxchgl %2, %k1" : "+a"(was), "+r"(reg) : "r"(7));
	printf("%scmpxchgl: %#lx %#x, %#lx %#lx\n", prefix, rax, value, was, reg);
}

/* Segment registers other than FS and GS mean nothing, whatever stands behind. */
static void prefixes(void)
{
	syscall(SYS_arch_prctl, ARCH_SET_GS, memory);
	memset(memory, 0, sizeof(memory));
	__asm__ volatile(".byte 0x65, 0x26; movb $1, 0\n\t"
			 ".byte 0x65, 0x2e; movb $2, 1\n\t"
			 ".byte 0x65, 0x36; movb $3, 2\n\t"
			 ".byte 0x65, 0x3e; movb $4, 3\n\t"
			 ".byte 0x3e, 0x65; movb $5, 4\n\t"
			 ".byte 0x64, 0x65, 0x2e; movb $6, 5" ::
				 : "memory");
	show_memory("gs and others");
}

static void of_64_bits(void)
{
	constants();
	cmpxchg("", 0, 0xdeadbeef12345678, 0x12345678);
	cmpxchg("", 0, 0xdeadbeef12345678, 0xfff12345679);
	cmpxchg("lock ", 1, 0xdeadbeef12345678, 0x12345678);
	cmpxchg("lock ", 1, 0xdeadbeef12345678, 0xfff12345679);
	prefixes();
}
#else
static void of_64_bits(void)
{
}
#endif

/* A number with the exponent of a denormal one and the integer bit set. */
static void pseudo_denormal(void)
{
	static const volatile struct {
		uint64_t mantissa;
		uint16_t exponent;
	} pseudo = {1ULL << 63, 0}, smallest = {1ULL << 63, 1};
	uint8_t equal, below;

	__asm__("fldt %3; fldt %2; fcomip; fstp %%st; sete %0; setb %1"
		: "=q"(equal), "=q"(below)
		: "m"(pseudo), "m"(smallest)
		: "cc", "st", "st(1)");
	printf("pseudo-denormal: %d %d\n", equal, below);
}

int main(void)
{
	if (cpu_has(" bmi1 ") && cpu_has(" bmi2 "))
		bits();
	of_64_bits();
	pseudo_denormal();
	return 0;
}
