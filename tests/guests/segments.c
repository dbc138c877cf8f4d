/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Segments: the LDT and the GDT's TLS entries as the system calls give them, what loading selectors
 * does, far transfers into 16-bit and 32-bit code segments, and how bad selectors fault. */
#include "box.h"
#include <asm/ldt.h>
#include <sys/auxv.h>
#include <sys/prctl.h>

#ifndef ARCH_SET_FS
#define ARCH_SET_GS 0x1001
#define ARCH_SET_FS 0x1002
#define ARCH_GET_FS 0x1003
#define ARCH_GET_GS 0x1004
#endif

static struct user_desc desc(unsigned n, unsigned base, unsigned limit, int contents)
{
	return (struct user_desc){.entry_number = n,
				  .base_addr = base,
				  .limit = limit,
				  .seg_32bit = 1,
				  .contents = (unsigned)contents & 3,
				  .limit_in_pages = 1,
				  .useable = 1};
}

static long ldt(int func, void *p, unsigned long n)
{
	return syscall(SYS_modify_ldt, func, p, n);
}

static void show_ldt(const char *what)
{
	unsigned long long e[64];
	long n;

	memset(e, 0xee, sizeof(e));
	n = ldt(0, e, sizeof(e));
	printf("%s: read %s:", what, result(n));
	for (int i = 0; i < 20 && n > 0; i++)
		printf(" %llx", e[i]);
	printf("\n");
}

static void ldt_calls(void)
{
	struct user_desc d = desc(0, 0x60000000, 0xfffff, MODIFY_LDT_CONTENTS_DATA);
	char buf[256], *e = edge();

	show_ldt("empty");
	SHOW(ldt(2, buf, 256));
	SHOW(ldt(2, buf, 100));
	SHOW(ldt(2, e + 4090, 100));
	SHOW(ldt(3, buf, 100));
	SHOW(ldt(1, &d, 15));
	SHOW(ldt(1, &d, 17));
	SHOW(ldt(1, e + 4090, 16));
	SHOW(ldt(0x11, &d, sizeof(d)));
	show_ldt("one");
	d.entry_number = 8192;
	SHOW(ldt(0x11, &d, sizeof(d)));
	d.entry_number = 3;
	d.contents = 3;
	SHOW(ldt(0x11, &d, sizeof(d)));
	SHOW(ldt(1, &d, sizeof(d)));
	d.seg_not_present = 1;
	SHOW(ldt(0x11, &d, sizeof(d)));
	SHOW(ldt(1, &d, sizeof(d)));
	show_ldt("three");
	for (int i = 0; i < 128; i++) { /* every combination of the flags, in both modes */
		unsigned bits = (unsigned)i & 63;

		d = (struct user_desc){
			.entry_number = 10, .base_addr = 0x12345678, .limit = 0xabcde};
		d.seg_32bit = bits & 1;
		d.contents = bits >> 1 & 3;
		d.read_exec_only = bits >> 3 & 1;
		d.seg_not_present = bits >> 4 & 1;
		d.useable = bits >> 5 & 1;
		printf("%d: %s ", i, result(ldt(i & 64 ? 1 : 0x11, &d, sizeof(d))));
		ldt(0, buf, 88);
		printf("%llx\n", *(unsigned long long *)(void *)(buf + 80));
	}
	memset(&d, 0, sizeof(d));
	d.entry_number = 10;
	SHOW(ldt(1, &d, sizeof(d)));
	show_ldt("cleared");
	d.read_exec_only = d.seg_not_present = 1;
	SHOW(ldt(0x11, &d, sizeof(d)));
	show_ldt("cleared again");
	SHOW(ldt(0, e + 4080, 100));
	SHOW(ldt(0, buf, 4));
}

#ifdef __i386__
static void tls_calls(void)
{
	struct user_desc d = desc((unsigned)-1, 0x60100000, 0xfffff, 0);

	/* the C library has the first entry */
	SHOW(syscall(SYS_set_thread_area, &d));
	printf("entry %u\n", d.entry_number);
	for (unsigned i = 10; i < 17; i++) {
		struct user_desc g = {.entry_number = i};

		printf("get %u: %s", i, result(syscall(SYS_get_thread_area, &g)));
		if (i == d.entry_number)
			printf(" base %x limit %x flags %x", g.base_addr, g.limit,
			       ((unsigned *)&g)[3]);
		printf("\n");
	}
	d.seg_32bit = 0;
	SHOW(syscall(SYS_set_thread_area, &d));
	d.seg_32bit = 1, d.contents = 2;
	SHOW(syscall(SYS_set_thread_area, &d));
	d.contents = 0, d.seg_not_present = 1;
	SHOW(syscall(SYS_set_thread_area, &d));
	d.seg_not_present = 0;
	d.entry_number = 15;
	SHOW(syscall(SYS_set_thread_area, &d));
	d.entry_number = (unsigned)-1;
	SHOW(syscall(SYS_set_thread_area, &d));
	d.entry_number = (unsigned)-1;
	SHOW(syscall(SYS_set_thread_area, &d));
	SHOW(syscall(SYS_set_thread_area, edge() + 4090));
}
#else
static void tls_calls(void)
{
	unsigned long v, *e = (unsigned long *)(void *)(edge() + 4090);

	SHOW(syscall(SYS_arch_prctl, ARCH_SET_GS, 0x12345678UL));
	SHOW(syscall(SYS_arch_prctl, ARCH_GET_GS, &v));
	printf("%lx\n", v);
	SHOW(syscall(SYS_arch_prctl, ARCH_SET_GS, 0x7fffffffefffUL));
	SHOW(syscall(SYS_arch_prctl, ARCH_SET_GS, 0x7ffffffff000UL));
	SHOW(syscall(SYS_arch_prctl, ARCH_SET_GS, 0x800000000000UL));
	SHOW(syscall(SYS_arch_prctl, ARCH_SET_GS, ~0UL));
	SHOW(syscall(SYS_arch_prctl, ARCH_SET_FS, 0x800000000000UL));
	SHOW(syscall(SYS_arch_prctl, ARCH_GET_GS, e));
	SHOW(syscall(SYS_arch_prctl, 0x1234, 0));
	SHOW(syscall(SYS_arch_prctl, 0x1011, 0));
	SHOW(syscall(SYS_arch_prctl, ARCH_GET_GS, &v));
	printf("%lx\n", v);
}
#endif

static const unsigned sels[] = {
	0,    1,    2,	  3,	4,    7,    8,	  0xb,	0x10,  0x13,   0x18,  0x1b, 0x20, 0x23,
	0x28, 0x2b, 0x30, 0x33, 0x38, 0x3b, 0x40, 0x43, 0x48,  0x4b,   0x50,  0x53, 0x60, 0x6f,
	0x70, 0x73, 0x78, 0x7b, 0x80, 0x83, 0xc,  0xf,	0x14,  0x17,   0x1c,  0x1f, 0x24, 0x27,
	0x2c, 0x2f, 0x34, 0x37, 0x3c, 0x3f, 0x44, 0x47, 0xfff, 0xfffc, 0xffff};

/* LDT: 1 data, 2 32-bit code, 3 16-bit code, 4 data not present, 5 code not present, 6 read-only
 * data, 7 data growing down, 8 conforming code */
static void fill_ldt(void)
{
	struct user_desc d;

	d = desc(1, BOX_STACK, 0xfffff, 0), ldt(0x11, &d, sizeof(d));
	d = desc(2, 0, 0xfffff, MODIFY_LDT_CONTENTS_CODE), ldt(0x11, &d, sizeof(d));
	d = desc(3, BOX_CODE, 0xfffff, MODIFY_LDT_CONTENTS_CODE);
	d.seg_32bit = 0, ldt(0x11, &d, sizeof(d));
	d = desc(4, 0, 0xfffff, 0);
	d.seg_not_present = 1, ldt(0x11, &d, sizeof(d));
	d = desc(5, 0, 0xfffff, MODIFY_LDT_CONTENTS_CODE);
	d.seg_not_present = 1, ldt(0x11, &d, sizeof(d));
	d = desc(6, 0, 0xfffff, 0);
	d.read_exec_only = 1, ldt(0x11, &d, sizeof(d));
	d = desc(7, 0, 0, MODIFY_LDT_CONTENTS_STACK), ldt(0x11, &d, sizeof(d));
	d = desc(8, 0, 0xfffff, 3);
	d.seg_not_present = 1, ldt(0x11, &d, sizeof(d));
}

static void with_selector(const char *what, const unsigned char *code, size_t n)
{
	for (size_t i = 0; i < sizeof(sels) / sizeof(sels[0]); i++) {
		char title[64];

		/* entry 15 of the GDT tells the number of the CPU; the C library's TLS is at 12,
		 * and a 64-bit program has none */
		if ((sels[i] | 3) == 0x7b || (sels[i] & ~7u) == 0x60)
			continue;
		box_defaults();
		box_in.r[AX] = sels[i];
		box_in.flags = 0x202;
		box_run(code, n);
		snprintf(title, sizeof(title), "%s %#x", what, sels[i]);
		box_show(title);
	}
}

#define WITH(what, ...)                                                                            \
	do {                                                                                       \
		static const unsigned char c_[] = {__VA_ARGS__};                                   \
		with_selector(what, c_, sizeof(c_));                                               \
	} while (0)

int main(void)
{
	setvbuf(stdout, NULL, _IOFBF, 65536);
	box_init();
	ldt_calls();
	tls_calls();
	fill_ldt();
	/* loaded, read back, and the old one again */
	WITH("es", 0x8e, 0xc0, 0x8c, 0xc1, 0xba, 0x2b, 0, 0, 0, 0x8e, 0xc2);
	WITH("ds", 0x8c, 0xda, 0x8e, 0xd8, 0x8c, 0xd9, 0x8e, 0xda);
#ifdef __x86_64__
	WITH("gs", 0x8e, 0xe8, 0x8c, 0xe9, 0x31, 0xd2, 0x8e, 0xea);
#else
	WITH("fs", 0x8e, 0xe0, 0x8c, 0xe1, 0x31, 0xd2, 0x8e, 0xe2);
#endif
	WITH("ss", 0x8e, 0xd0, 0x8c, 0xd1, 0xba, 0x2b, 0, 0, 0, 0x8e, 0xd2);
	WITH("lar", 0x0f, 0x02, 0xc8, 0x9c, 0x5a);
	WITH("lsl", 0x0f, 0x03, 0xc8, 0x9c, 0x5a);
	WITH("verr", 0x0f, 0x00, 0xe0, 0x9c, 0x5a);
	WITH("verw", 0x0f, 0x00, 0xe8, 0x9c, 0x5a);
#ifdef __x86_64__
	/* bases by FSGSBASE, kept over a system call: wrgsbase rdx; syscall; rdgsbase rbx; gs:mov
	 */
	BOX(0xf3, 0x48, 0x0f, 0xae, 0xda, 0xb8, 0xd0, 0x07, 0, 0, 0x0f, 0x05, 0xf3, 0x48, 0x0f,
	    0xae, 0xcb);
	BOX(0xba, 0, 0x80, 0x10, 0x60, 0xf3, 0x48, 0x0f, 0xae, 0xda, 0x65, 0x8a, 0x0c, 0x25, 0, 0,
	    0, 0);
	BOX(0x48, 0xba, 0, 0, 0, 0, 0, 0, 0, 0x80, 0xf3, 0x48, 0x0f, 0xae, 0xda);
	/* a null selector clears the base; retf to 32-bit code and an LDT code segment: push the
	 * selector, push the address, retfq; INT3 there */
	BOX(0xf3, 0x48, 0x0f, 0xae, 0xda, 0x31, 0xd2, 0x8e, 0xea, 0xf3, 0x48, 0x0f, 0xae, 0xcb);
	BOX(0x6a, 0x23, 0x68, 0x0e, 0x10, 0, 0x60, 0x48, 0xcb, 0x90, 0x90, 0x90, 0x90, 0x90, 0x48,
	    0x48);
	BOX(0x6a, 0x17, 0x68, 0x0e, 0x10, 0, 0x60, 0x48, 0xcb, 0x90, 0x90, 0x90, 0x90, 0x90, 0x48,
	    0x48);
	BOX(0x6a, 0x1f, 0x68, 0x0e, 0x10, 0, 0, 0x48, 0xcb, 0x90, 0x90, 0x90, 0x90, 0x90, 0x48,
	    0x48);
	/* far jump and call through memory with REX.W, which AMD's CPUs ignore; and without */
	memcpy((void *)(BOX_STACK + 0x100), "\x08\x10\0\x60\x33\0\0\0\x33\0", 10);
	BOX(0x48, 0xff, 0x2c, 0x25, 0, 1, 0x10, 0x60);
	BOX(0x48, 0xff, 0x1c, 0x25, 0, 1, 0x10, 0x60);
	BOX(0x90, 0xff, 0x1c, 0x25, 0, 1, 0x10, 0x60);
	/* SYSCALL in compatibility mode, where the CPU has it: what 64-bit code has no vDSO for,
	 * and all of its address in RCX */
	box_defaults();
	box_run("\x6a\x23\x68\x09\x10\0\x60\x48\xcb\x0f\x05", 11);
	printf("syscall: signal %d, rcx %s\n", box_signals[0].sig,
	       box_signals[0].regs.r[CX] >> 32 == getauxval(AT_SYSINFO_EHDR) >> 32 ? "in the vDSO"
										   : "elsewhere");
	/* system calls from the LDT's code */
	BOX(0x6a, 0x17, 0x68, 0x0e, 0x10, 0, 0x60, 0x48, 0xcb, 0x90, 0x90, 0x90, 0x90, 0x90, 0xb8,
	    0xd0, 0x07, 0, 0, 0xcd, 0x80);
	/* an exception there */
	BOX(0x6a, 0x17, 0x68, 0x0e, 0x10, 0, 0x60, 0x48, 0xcb, 0x90, 0x90, 0x90, 0x90, 0x90, 0x0f,
	    0x0b);
	for (size_t i = 0; i < sizeof(sels) / sizeof(sels[0]); i++) {
		/* push ax, push address of the end, retfq */
		unsigned char code[] = {0x50, 0x68, 0x08, 0x10, 0, 0x60, 0x48, 0xcb};
		char title[32];

		if ((sels[i] & ~7u) == 0x18 && (sels[i] & 4)) /* 16-bit, with another base */
			continue;
		box_defaults();
		box_in.r[AX] = sels[i];
		box_run(code, sizeof(code));
		snprintf(title, sizeof(title), "retf %#x", sels[i]);
		box_show(title);
	}
#else
	for (size_t i = 0; i < sizeof(sels) / sizeof(sels[0]); i++) {
		unsigned char code[] = {0x50, 0x68, 0x07, 0x10, 0, 0x60, 0xcb};
		char title[32];

		if (((sels[i] & ~7u) == 0x18 && (sels[i] & 4)) || (sels[i] | 3) == 0x33)
			continue;
		box_defaults();
		box_in.r[AX] = sels[i];
		box_run(code, sizeof(code));
		snprintf(title, sizeof(title), "retf %#x", sels[i]);
		box_show(title);
	}
	/* 16-bit code: ljmp to it, B8 takes a word there, then INT3 */
	BOX(0xea, 0x07, 0x10, 0, 0, 0x1f, 0, 0xb8, 0x34, 0x12);
	/* SMSW, which Linux may emulate, of 16 and 32 bits */
	BOX(0xea, 0x07, 0x10, 0, 0, 0x1f, 0, 0x0f, 0x01, 0xe0);
	BOX(0xea, 0x07, 0x10, 0, 0, 0x1f, 0, 0x66, 0x0f, 0x01, 0xe0);
	/* a segment with a base */
	BOX(0xb8, 0x0f, 0, 0, 0, 0x8e, 0xc0, 0x26, 0x8b, 0x0d, 0, 0x80, 0, 0, 0xba, 0x2b, 0, 0, 0,
	    0x8e, 0xc2);
#endif
	fflush(stdout);
	return 0;
}
