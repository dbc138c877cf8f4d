/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The gates, from 64-bit code, compatibility mode and 32-bit programs: every register and flag
 * before and after, numbers of all kinds, flags set by the user, code at the ends of pages. Which
 * gates there are depends on the CPU's vendor, here as on the host. */
#include "box.h"
#include <sys/auxv.h>

#define SYSCALL	 0x0f, 0x05
#define SYSENTER 0x0f, 0x34
#define INT80	 0xcd, 0x80

static const struct {
	const char *name;
	unsigned char code[2];
} gates[] = {{"syscall", {SYSCALL}}, {"sysenter", {SYSENTER}}, {"int80", {INT80}}};

static const unsigned long numbers[] = {
	3,
	6,
	2000,
	0xffffffff,
	0xfffffffe,
	0x80000000,
	0x40000003,
	0x40000006,
	0x7fffffff,
	0x20000003,
	1000000,
#ifdef __x86_64__
	~0UL,
	1UL << 32 | 3,
	0xffffffff00000003,
	0x8000000000000006,
	0xffffffff40000003,
#endif
};

static const unsigned long flag_sets[] = {
	0x202,		0x202 | 0xcd5, 0x202 | 0x400,  0x202 | 0x4000, 0x202 | 0x200000,
	0x202 | 0x4cd5, 0x302,	       0x302 | 0x4cd5,
};

/* Where a fast 32-bit gate returns to is known to 32-bit programs only: the vDSO's landing pad,
 * which pops ebp, edx and ecx and returns. */
static int lands_nowhere(unsigned gate)
{
	return BOX_CS != 0x23 && gate != 2 && (gate == 1 || box_in.cs == 0x23);
}

static unsigned long vdso;

static void hide_vdso(void)
{
	for (int i = 0; i < box_nsignals; i++) {
		struct box_signal *s = &box_signals[i];

		if (s->regs.ip - vdso < 0x2000)
			s->regs.ip = s->addr = 0x76640000; /* the landing pad or behind it */
		for (int r = 0; r < BOX_REGS; r++)
			if (s->regs.r[r] - vdso < 0x2000)
				s->regs.r[r] = 0x76640000;
	}
}

static void defaults(unsigned gate)
{
	unsigned *stack = (unsigned *)BOX_SP;

	box_defaults();
	box_in.r[DI] = box_in.r[BX] = ~0UL;
	stack[0] = 0xb9b9b9b9; /* popped by the landing pad */
	stack[1] = 0xd2d2d2d2;
	stack[2] = 0xc1c1c1c1;
	stack[3] = (unsigned)box_in.ip + 2; /* the end of the box */
	if (gate == 1)
		box_in.r[BP] = BOX_SP;
}

static void run(unsigned gate, const char *mode)
{
	char title[128];

	box_limit = lands_nowhere(gate) ? 1 : 12;
	snprintf(title, sizeof(title), "%s %s nr %#lx flags %#lx", mode, gates[gate].name,
		 box_in.r[AX], box_in.flags);
	box_run(gates[gate].code, 2);
	if (lands_nowhere(gate)) {
		printf("%s: signal %d\n", title, box_signals[0].sig);
		return;
	}
	hide_vdso();
	box_show(title);
}

static void all(const char *mode, unsigned long cs)
{
	for (unsigned g = 0; g < 3; g++) {
		for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
			defaults(g);
			box_in.cs = cs;
			box_in.r[AX] = numbers[i];
			run(g, mode);
		}
		for (size_t i = 0; i < sizeof(flag_sets) / sizeof(flag_sets[0]); i++) {
			defaults(g);
			box_in.cs = cs;
			box_in.r[AX] = 2000;
			box_in.flags = flag_sets[i];
			run(g, mode);
		}
	}
}

/* The gate's last byte is a page's last byte; the page behind is there, is not, cannot be executed.
 */
static void page_ends(const char *mode, unsigned long cs)
{
	static const int prot[] = {PROT_READ | PROT_EXEC, PROT_NONE, PROT_READ};
	char *next = (char *)BOX_CODE + 0x4000;

	for (unsigned g = 0; g < 3; g++) {
		if (g == 1)
			continue;
		for (int p = 0; p < 3; p++) {
			for (int back = 1; back <= 2; back++) {
				defaults(g);
				box_in.cs = cs;
				if (lands_nowhere(g))
					continue;
				box_in.ip = (unsigned long)next - (unsigned long)back;
				((unsigned *)BOX_SP)[3] = (unsigned)box_in.ip + 2;
				box_in.r[AX] = 2000;
				memcpy((char *)box_in.ip, gates[g].code, 2);
				box_end = box_in.ip + 3;
				mprotect(next, 4096, prot[p]);
				box_nsignals = 0;
				box_limit = 12;
				box_enter();
				hide_vdso();
				printf("%s %s %d bytes before a page with protection %d", mode,
				       gates[g].name, back, prot[p]);
				box_show("");
				mprotect(next, 4096, PROT_READ | PROT_WRITE | PROT_EXEC);
				memset((char *)box_in.ip, 0xcc, 2);
			}
		}
	}
}

#ifdef __i386__
/* The stack's word that the fast 32-bit gates read is not there. */
static void bad_stacks(void)
{
	static const unsigned long sp[] = {
		0, 4, BOX_STACK + 0x10000, BOX_STACK + 0xfffe, 0xfffffffc, 0xffffe000};

	for (unsigned g = 0; g < 2; g++)
		for (size_t i = 0; i < sizeof(sp) / sizeof(sp[0]); i++) {
			/* mov $sp, %esp; mov $sp, %ebp; gate */
			unsigned char code[12] = {0xbc, 0, 0, 0, 0, 0xbd};

			defaults(g);
			memcpy(code + 1, &sp[i], 4);
			memcpy(code + 6, &sp[i], 4);
			memcpy(code + 10, gates[g].code, 2);
			box_in.r[AX] = 2000;
			box_limit = 3;
			box_run(code, sizeof(code));
			hide_vdso();
			printf("%s with stack pointer %#lx", gates[g].name, sp[i]);
			box_show("");
		}
}

#endif

int main(void)
{
	box_init();
	vdso = getauxval(AT_SYSINFO_EHDR);
	setvbuf(stdout, NULL, _IOFBF, 65536);
#ifdef __x86_64__
	all("64-bit", 0x33);
	page_ends("64-bit", 0x33);
	all("compat", 0x23);
	page_ends("compat", 0x23);
#else
	all("32-bit", 0x23);
	page_ends("32-bit", 0x23);
	bad_stacks();
#endif
	/* a gate in the middle of another instruction */
	defaults(0);
	box_limit = 12;
	BOX(0xb8, 0xcd, 0x80, 0x00, 0x00, 0xb8, 0xd0, 0x07, 0, 0, 0xeb, 0xf5);
	/* prefixes */
	BOX(0xb8, 0xd0, 0x07, 0, 0, 0x66, 0xcd, 0x80);
	BOX(0xb8, 0xd0, 0x07, 0, 0, 0xf3, 0xcd, 0x80);
#ifdef __x86_64__
	BOX(0xb8, 0xd0, 0x07, 0, 0, 0x66, 0x0f, 0x05);
	BOX(0xb8, 0xd0, 0x07, 0, 0, 0x48, 0x0f, 0x05);
	BOX(0xb8, 0xd0, 0x07, 0, 0, 0xf2, 0x0f, 0x05);
	/* RCX and R11 are kept by none: cx is the address, r11 the flags; popf before */
	BOX(0x68, 0xd7, 0x0e, 0x20, 0, 0x9d, 0xb8, 0xd0, 0x07, 0, 0, 0x0f, 0x05, 0x9c, 0x5b);
	/* AC: set, seen across the gates, cleared again */
	BOX(0x68, 0x02, 0x02, 0x04, 0, 0x9d, 0xb8, 0xd0, 0x07, 0, 0, 0x0f, 0x05, 0x9c, 0x5b, 0x68,
	    0x02, 0x02, 0, 0, 0x9d);
	BOX(0x68, 0x02, 0x02, 0x04, 0, 0x9d, 0xb8, 0xd0, 0x07, 0, 0, 0xcd, 0x80, 0x9c, 0x5b, 0x68,
	    0x02, 0x02, 0, 0, 0x9d);
#endif
	fflush(stdout);
	return 0;
}
