/* SPDX-License-Identifier: GPL-2.0-or-later */
/* O0 */
/* An unaligned operand of MOVAPS is a general-protection fault. */
#include "guest.h"

int main(void)
{
	static char buf[64] __attribute__((aligned(16)));

	printf("unaligned MOVAPS\n");
	fflush(stdout);
	__asm__ volatile("movaps (%0), %%xmm0" ::"r"(buf + 8) : "memory");
	printf("went on\n");
	return 0;
}
