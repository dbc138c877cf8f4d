/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Encodings that a disassembler does not tell: prefixes that go before others or do not count,
 * groups with undefined members, and what instructions do beside their work. */
#include "box.h"

static unsigned char fx[512] __attribute__((aligned(16))), out[512] __attribute__((aligned(16)));

static void show_mmx(const char *what)
{
	printf("%s: sw %02x%02x tags %02x:", what, out[3], out[2], out[4]);
	for (int i = 0; i < 8; i++)
		printf(" %02x%02x", out[41 + 16 * i], out[40 + 16 * i]);
	printf("\n");
}

#define MMX(code)                                                                                  \
	do {                                                                                       \
		__asm__ volatile("fxrstor %1; " code "; fxsave %0"                                 \
				 : "=m"(out)                                                       \
				 : "m"(fx)                                                         \
				 : "memory", "eax");                                               \
		show_mmx(code);                                                                    \
	} while (0)

static void mmx(void)
{
	fx[0] = 0x7f, fx[1] = 3, fx[3] = 0x18, fx[4] = 0x3f, fx[24] = 0x80, fx[25] = 0x1f;
	for (int i = 0; i < 8; i++)
		fx[32 + 16 * i + 9] = 0x3f, fx[32 + 16 * i + 7] = (unsigned char)(0x80 + i);
	MMX("nop");
	MMX("pand %%mm6, %%mm2");
	MMX("movq %%mm1, %%mm3");
	MMX("psllw $1, %%mm1");
	MMX("movd %%eax, %%mm7");
	MMX("movd %%mm4, %%eax");
	MMX("emms");
	MMX("cvtps2pi %%xmm0, %%mm5");
	MMX("cvtpi2ps %%mm1, %%xmm2");
	MMX("pshufb %%mm1, %%mm2");
	MMX("palignr $1, %%mm1, %%mm2");
	MMX("movdq2q %%xmm1, %%mm4");
	MMX("movq2dq %%mm1, %%xmm4");
	MMX("pextrw $1, %%mm3, %%eax");
	MMX("pinsrw $1, %%eax, %%mm3");
	MMX("pmovmskb %%mm3, %%eax");
	__asm__ volatile("fninit");
}

/* What the comparison leaves of the other flags. */
#define FLAGS(ins)                                                                                 \
	do {                                                                                       \
		unsigned long fl_ = 0;                                                             \
                                                                                                   \
		__asm__ volatile("fninit; fld1; fldz; mov $0x7f, %%al; add $1, %%al; " ins         \
				 "; pushf; pop %0"                                                 \
				 : "=r"(fl_)                                                       \
				 :                                                                 \
				 : "eax", "cc");                                                   \
		printf("%s: %lx\n", ins, fl_ & 0x8d5);                                             \
	} while (0)

int main(void)
{
	box_init();
	mmx();
	FLAGS("fcomi %%st(1), %%st");
	FLAGS("fucomip %%st(1), %%st");
	/* 66 beside F2 and F3 */
	BOX(0x66, 0xf2, 0x0f, 0x56, 0xc1);
	BOX(0xf2, 0x66, 0x0f, 0x56, 0xc1);
	BOX(0x66, 0x0f, 0x76, 0xc9, 0xf3, 0x66, 0x0f, 0x7e, 0xc1, 0x66, 0x0f, 0x7e, 0xc0);
	BOX(0xf2, 0x66, 0x0f, 0x38, 0x23, 0xc1);
	BOX(0x66, 0xf3, 0x0f, 0xb8, 0xc1);
	BOX(0x66, 0xf2, 0x0f, 0x38, 0xf1, 0xc1);
	/* encodings of registers where there are none, and undefined members of groups */
	BOX(0x0f, 0x38, 0xf1, 0xc1);
	BOX(0x66, 0x0f, 0x12, 0xc1);
	BOX(0x66, 0x0f, 0x13, 0xc1);
	BOX(0x0f, 0x17, 0xc1);
	BOX(0x0f, 0xba, 0xd0, 1);
	BOX(0x0f, 0xf7, 0x01);
	BOX(0xff, 0xf8);
	BOX(0xff, 0x3d, 0, 0, 0, 0);
	BOX(0xfe, 0xd0);
	BOX(0x0f, 0x18, 0xd9);
	/* the constant of CMPPS */
	BOX(0x0f, 0x57, 0xc0, 0x0f, 0xc2, 0xc0, 0x68, 0x66, 0x0f, 0x7e, 0xc1);
	/* LOOPE and LOOPNE with F2 and F3 */
	BOX(0x39, 0xc0, 0xf2, 0xe1, 0x00, 0xb2, 1);
	BOX(0x39, 0xc0, 0xf2, 0xe1, 0x02, 0xb2, 1);
	BOX(0x39, 0xc0, 0xf3, 0xe0, 0x02, 0xb2, 1);
	/* INS has nothing to write to where it may not read the port */
	box_defaults();
	box_in.r[DI] = BOX_STACK + 0x100;
	memset((void *)(BOX_STACK + 0x100), 0x11, 4);
	box_run("\x6d", 1);
	box_show("insd");
	printf("%x\n", *(unsigned *)(BOX_STACK + 0x100));
	/* ENTER looks at where the stack ends */
	BOX(0xc8, 0x00, 0x90, 0x00);
	BOX(0xc8, 0x10, 0x00, 0x00, 0xc9);
#ifdef __x86_64__
	/* REX before other prefixes, more than one, and before LAHF, C6 and C7 */
	BOX(0x48, 0x66, 0xff, 0xc1);
	BOX(0x49, 0x48, 0xff, 0xc1);
	BOX(0x4a, 0x9f);
	BOX(0x44, 0x9e);
	BOX(0x44, 0xc6, 0xc1, 7);
	BOX(0x4c, 0xc7, 0xc1, 7, 0, 0, 0);
	BOX(0x44, 0x0f, 0x23, 0xc0);
	/* faults of instructions behind them: the place and the access */
	BOX(0x46, 0x48, 0x01, 0x04, 0x25, 0, 0, 0, 0);
	BOX(0x36, 0x48, 0xa5);
	/* steps of jumps that lead nowhere */
	box_defaults();
	box_in.flags = 0x302;
	box_in.r[AX] = 1UL << 62;
	box_run("\x50\xc3", 2);
	box_show("a step of ret to an address that is not canonical");
	box_run("\xff\xe0", 2);
	box_show("a step of jmp");
	box_run("\xff\xd0", 2);
	box_show("a step of call");
#endif
	return 0;
}
