/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What segments allow: accesses within and beyond the limit, of all kinds of segments, through each
 * segment register, by instructions of all kinds. In 64-bit code there are no limits. */
#include "box.h"
#include <asm/ldt.h>

static const struct {
	const char *name;
	struct user_desc d;
} segs[] = {
	{"null", {.entry_number = 99}},
	{"1000 bytes", {.limit = 0xfff, .seg_32bit = 1}},
	{"two pages", {.limit = 1, .seg_32bit = 1, .limit_in_pages = 1}},
	{"16-bit", {.limit = 0x8fff}},
	{"read-only", {.limit = 0xfffff, .seg_32bit = 1, .limit_in_pages = 1, .read_exec_only = 1}},
	{"down", {.limit = 0xfff, .seg_32bit = 1, .contents = 1}},
	{"down in pages", {.limit = 0, .seg_32bit = 1, .contents = 1, .limit_in_pages = 1}},
	{"down, 16-bit", {.limit = 0xfff, .contents = 1}},
	{"code", {.limit = 0xfff, .seg_32bit = 1, .contents = 2}},
	{"code, not to be read",
	 {.limit = 0xfff, .seg_32bit = 1, .contents = 2, .read_exec_only = 1}},
	{"all", {.limit = 0xfffff, .seg_32bit = 1, .limit_in_pages = 1}},
};
#define NSEGS (int)(sizeof(segs) / sizeof(segs[0]))

static const unsigned offsets[] = {0,	   0xff0,  0xffc,  0xffd,  0xfff,      0x1000, 0x1ff1,
				   0x1fff, 0x2000, 0x8fff, 0x9000, 0xffffffff, 0xfffe};

static unsigned selector(int i)
{
	return segs[i].d.entry_number == 99 ? 3 : (unsigned)i * 8 + 7;
}

static void fill_ldt(void)
{
	for (int i = 0; i < NSEGS; i++) {
		struct user_desc d = segs[i].d;

		if (d.entry_number == 99)
			continue;
		d.entry_number = (unsigned)i;
		d.base_addr = BOX_STACK;
		d.useable = 1;
		syscall(SYS_modify_ldt, 0x11, &d, sizeof(d));
	}
}

enum { DS = 0xd8, ES = 0xc0, SS = 0xd0, FS = 0xe0, GS = 0xe8 };

struct insn {
	const char *name;
	unsigned char reg; /* the ModRM byte that loads the segment register */
	unsigned char n, code[8];
};

static const struct insn insns[] = {
	{"mov al, [ebx]", DS, 2, {0x8a, 0x03}},
	{"mov [ebx], al", DS, 2, {0x88, 0x03}},
	{"mov eax, [ebx]", DS, 2, {0x8b, 0x03}},
	{"mov [ebx], eax", DS, 2, {0x89, 0x03}},
	{"mov ax, [ebx]", DS, 3, {0x66, 0x8b, 0x03}},
	{"mov [bx], ax", DS, 4, {0x66, 0x67, 0x89, 0x07}},
	{"movups xmm0, [ebx]", DS, 3, {0x0f, 0x10, 0x03}},
	{"movups [ebx], xmm0", DS, 3, {0x0f, 0x11, 0x03}},
	{"movq xmm0, [ebx]", DS, 4, {0xf3, 0x0f, 0x7e, 0x03}},
	{"lock inc [ebx]", DS, 3, {0xf0, 0xff, 0x03}},
	{"xchg [ebx], eax", DS, 2, {0x87, 0x03}},
	{"cmpxchg [ebx], ecx", DS, 3, {0x0f, 0xb1, 0x0b}},
	{"cmpxchg8b [ebx]", DS, 3, {0x0f, 0xc7, 0x0b}},
	{"fld qword [ebx]", DS, 4, {0xdb, 0xe3, 0xdd, 0x03}},
	{"fld tbyte [ebx]", DS, 4, {0xdb, 0xe3, 0xdb, 0x2b}},
	{"fnstcw [ebx]", DS, 2, {0xd9, 0x3b}},
	{"fnstenv [ebx]", DS, 2, {0xd9, 0x33}},
	{"fnsave [ebx]", DS, 2, {0xdd, 0x33}},
	{"bound ecx, [ebx]", DS, 2, {0x62, 0x0b}},
	{"push [ebx]", DS, 3, {0xff, 0x33, 0x58}},
	{"pop [ebx]", DS, 3, {0x50, 0x8f, 0x03}},
	{"test [ebx], al", DS, 2, {0x84, 0x03}},
	{"shl dword [ebx], 1", DS, 2, {0xd1, 0x23}},
	{"lodsd", DS, 1, {0xad}},
	{"outsb", DS, 1, {0x6e}},
	{"movsb from ds", DS, 1, {0xa4}},
	{"xlat", DS, 3, {0x31, 0xc0, 0xd7}},
	{"mov al, [0x1000]", DS, 5, {0xa0, 0, 0x10, 0, 0}},
	{"mov [0xfff], al", DS, 5, {0xa2, 0xff, 0x0f, 0, 0}},
	{"cs: mov al, [0x60100000]", DS, 6, {0x2e, 0xa0, 0, 0, 0x10, 0x60}},
	{"cs: mov [0x60100000], al", DS, 6, {0x2e, 0xa2, 0, 0, 0x10, 0x60}},
	{"es: mov al, [ebx]", ES, 3, {0x26, 0x8a, 0x03}},
	{"stosd", ES, 1, {0xab}},
	{"rep stosb", ES, 3, {0xb1, 3, 0xf3 /* and AA */}},
	{"scasb", ES, 1, {0xae}},
	{"movsb to es", ES, 1, {0xa4}},
	{"cmpsd", ES, 1, {0xa7}},
	{"fs: mov eax, [ebx]", FS, 3, {0x64, 0x8b, 0x03}},
	{"fs: mov [ebx], ax", FS, 4, {0x66, 0x64, 0x89, 0x03}},
	{"fs: movsb", FS, 2, {0x64, 0xa4}},
	{"mov eax, [ebp]", SS, 3, {0x8b, 0x45, 0}},
	{"mov [ebp + ecx], al", SS, 6, {0x31, 0xc9, 0x88, 0x44, 0x0d, 0}},
	{"ss: mov al, [ebx]", SS, 3, {0x36, 0x8a, 0x03}},
	{"mov eax, [esp]", SS, 3, {0x8b, 0x04, 0x24}},
	{"push eax", SS, 1, {0x50}},
	{"push ax", SS, 2, {0x66, 0x50}},
	{"pop ecx", SS, 1, {0x59}},
	{"pusha", SS, 1, {0x60}},
	{"popa", SS, 1, {0x61}},
	{"pushf", SS, 1, {0x9c}},
	{"call", SS, 5, {0xe8, 0, 0, 0, 0}},
	{"enter 16, 0", SS, 4, {0xc8, 0x10, 0, 0}},
	{"leave", SS, 1, {0xc9}},
	{"push es", SS, 1, {0x06}},
};

static void try(int seg, const struct insn *in, unsigned offset)
{
	unsigned char code[32] = {0xb8, (unsigned char)selector(seg), 0, 0, 0, 0x8e, in->reg};
	size_t n = 7 + in->n;
	const struct box_signal *s = &box_signals[0];

	memcpy(code + 7, in->code, in->n);
	if (sizeof(long) == 8 && in->reg == FS) { /* which is the C library's */
		code[6] = GS;
		*(unsigned char *)memchr(code + 7, 0x64, 4) = 0x65;
	}
	if (code[n - 1] == 0xf3)
		code[n++] = 0xaa;
	memcpy(code + n, (unsigned char[]){0xb8, 0x2b, 0, 0, 0, 0x8e, code[6]}, 7);
	box_defaults();
	box_in.r[BX] = box_in.r[BP] = box_in.r[SI] = box_in.r[DI] = offset;
	box_in.r[CX] = 0;
	if (in->reg == SS)
		box_in.r[SP] = offset;
	if (in->reg != DS)
		box_in.r[SI] = BOX_STACK + 0x100;
	if (in->reg != ES)
		box_in.r[DI] = BOX_STACK + 0x200;
	if (in->reg == SS && (selector(seg) == 3 || offset > 0xf000))
		return; /* the default stack is not to be lost */
	box_run(code, n + 7);
	if (s->sig == SIGTRAP)
		printf(" ok");
	else
		printf(" %d/%d/%d/%lx+%lu%s", s->sig, s->code, s->trapno, s->err,
		       s->regs.ip - box_in.ip - 7, s->regs.r[SP] == box_in.r[SP] ? "" : "!");
}

#ifdef __i386__
/* Code in a segment with a limit: what lies behind it, in part or as a whole. */
static void code_limits(void)
{
	static const unsigned char code[] = {0x90, 0x90, 0x90, 0x90, 0xb8, 1, 2, 3, 4, 0x90, 0xcc};

	for (unsigned limit = 0; limit <= sizeof(code); limit++) {
		struct user_desc d = {.entry_number = 20,
				      .base_addr = BOX_CODE + 0x2000,
				      .limit = limit,
				      .seg_32bit = 1,
				      .contents = 2,
				      .useable = 1};

		syscall(SYS_modify_ldt, 0x11, &d, sizeof(d));
		memcpy((void *)(BOX_CODE + 0x2000), code, sizeof(code));
		box_defaults();
		/* ljmp $0xa7, $1 */
		box_run("\xea\1\0\0\0\xa7", 7);
		printf("code limit %u: trap %d ip %lx ax %lx\n", limit, box_signals[0].trapno,
		       box_signals[0].regs.ip, box_signals[0].regs.r[AX]);
	}
}

/* The end of the flat segments. */
static void wraps(void)
{
	for (size_t j = 0; j < sizeof(insns) / sizeof(insns[0]); j++) {
		printf("flat: %s:", insns[j].name);
		for (unsigned at = 0xffffffff; insns[j].reg == DS && at >= 0xfffffff0; at--) {
			box_defaults();
			box_in.r[BX] = box_in.r[SI] = at;
			box_run(insns[j].code, insns[j].n);
			printf(" %d/%d/%lx", box_signals[0].trapno, box_signals[0].code,
			       box_signals[0].addr);
		}
		printf("\n");
	}
}
#else
static void code_limits(void)
{
}

static void wraps(void)
{
}
#endif

int main(void)
{
	setvbuf(stdout, NULL, _IOFBF, 65536);
	box_init();
	fill_ldt();
	for (int i = 0; i < NSEGS; i++)
		for (size_t j = 0; j < sizeof(insns) / sizeof(insns[0]); j++) {
			if (sizeof(long) == 8 && insns[j].code[0] != 0x64 &&
			    insns[j].code[0] != 0x8a)
				continue; /* 64-bit code: other encodings, or SS */
			if (insns[j].reg == SS && segs[i].d.contents == 2)
				continue;
			printf("%s: %s:", segs[i].name, insns[j].name);
			for (size_t k = 0; k < sizeof(offsets) / sizeof(offsets[0]); k++)
				try(i, &insns[j], offsets[k]);
			printf("\n");
		}
	code_limits();
	wraps();
	fflush(stdout);
	return 0;
}
