/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which SSE instructions want their memory operand aligned, and before which instructions LOCK may
 * stand: all opcodes of the families, each with an aligned address and others. */
#include "box.h"

static void one(const unsigned char *code, size_t n, int offset)
{
	box_defaults();
	box_in.r[AX] = BOX_STACK + 0x4000 + (unsigned long)offset;
	box_in.r[DI] = BOX_STACK + 0x6000;
	box_run(code, n);
	printf(" %d", box_signals[0].sig);
	if (box_signals[0].sig != SIGTRAP)
		printf("/%d/%#lx", box_signals[0].trapno, box_signals[0].err);
}

static void family(const unsigned char *lead, size_t n, const unsigned char (*range)[2])
{
	static const unsigned char prefix[] = {0, 0x66, 0xf2, 0xf3};

	for (; (*range)[1]; range++)
		for (unsigned op = (*range)[0]; op <= (*range)[1]; op++)
			for (int p = 0; p < 4; p++) {
				unsigned char code[8] = {0};
				size_t len = 0;

				if (prefix[p])
					code[len++] = prefix[p];
				memcpy(code + len, lead, n);
				len += n;
				code[len++] = (unsigned char)op;
				code[len++] = 0; /* [eax], xmm0 */
				/* an immediate byte */
				if (lead[n - 1] == 0x3a || op == 0xc2 || op == 0xc6 || op == 0xc4 ||
				    (n == 1 && op == 0x70))
					code[len++] = 0;
				printf("%02x %02x %02x:", prefix[p], lead[n - 1], op);
				one(code, len, 0);
				one(code, len, 8);
				one(code, len, 1);
				printf("\n");
			}
}

static void locks(void)
{
	/* with [eax] and with a register */
	for (unsigned mod = 0; mod < 2; mod++)
		for (unsigned reg = 0; reg < 8; reg++) {
			static const unsigned char ops[] = {
				0x00, 0x01, 0x02, 0x03, 0x08, 0x09, 0x10, 0x11, 0x18, 0x19,
				0x20, 0x21, 0x23, 0x28, 0x29, 0x30, 0x31, 0x38, 0x39, 0x84,
				0x85, 0x86, 0x87, 0x88, 0x89, 0x8a, 0x8b, 0xfe, 0xd0, 0xd1};

			for (size_t i = 0; i < sizeof(ops); i++) {
				unsigned char code[] = {
					0xf0, ops[i], (unsigned char)(reg << 3 | (mod ? 0xc0 : 0))};

				printf("lock %02x /%u %u:", ops[i], reg, mod);
				one(code, 3, 0);
				printf("\n");
			}
			for (unsigned op = 0x80; op <= 0x83; op++) {
				unsigned char code[] = {
					0xf0,
					(unsigned char)op,
					(unsigned char)(reg << 3 | (mod ? 0xc0 : 0)),
					0,
					0,
					0,
					0};

				if (op == 0x82)
					continue;
				printf("lock %02x /%u %u:", op, reg, mod);
				one(code, op == 0x81 ? 7 : 4, 0);
				printf("\n");
			}
		}
}

int main(void)
{
	static const unsigned char f0[][2] = {
		{0x10, 0x17}, {0x28, 0x29}, {0x2b, 0x2b}, {0x2e, 0x2f}, {0x51, 0x76}, {0x7c, 0x7f},
		{0xc2, 0xc2}, {0xc6, 0xc6}, {0xd0, 0xd5}, {0xd8, 0xf6}, {0xf8, 0xfe}, {0, 0}};
	static const unsigned char f38[][2] = {
		{1, 0x0b},    {0x10, 0x10}, {0x14, 0x15}, {0x17, 0x17}, {0x1c, 0x1e}, {0x20, 0x25},
		{0x28, 0x2b}, {0x30, 0x35}, {0x37, 0x41}, {0xdb, 0xdf}, {0, 0}};
	static const unsigned char f3a[][2] = {{8, 0x0f},    {0x14, 0x17}, {0x20, 0x22},
					       {0x40, 0x42}, {0x44, 0x44}, {0x60, 0x63},
					       {0xdf, 0xdf}, {0, 0}};
	static const unsigned char lead[] = {0x0f}, lead38[] = {0x0f, 0x38},
				   lead3a[] = {0x0f, 0x3a};

	setvbuf(stdout, NULL, _IOFBF, 65536);
	box_init();
	family(lead, 1, f0);
	family(lead38, 2, f38);
	family(lead3a, 2, f3a);
	locks();
	fflush(stdout);
	return 0;
}
