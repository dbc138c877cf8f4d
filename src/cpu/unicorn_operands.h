/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TRAPGATE_CPU_UNICORN_OPERANDS_H
#define TRAPGATE_CPU_UNICORN_OPERANDS_H

#include <stdbool.h>

#define UC_X86_ANY_ALIGN 0xff

/* A helper of the engine's that reaches memory. */
struct uc_x86_operand {
	void (*func)(void);
	bool write;
	unsigned char arg;   /* which argument is the address; 0: the stack's */
	unsigned char align; /* what AC wants it to be a multiple of; 0: 2 or 4, the operand size */
	unsigned short size, size_16; /* bytes with an operand size of 32 bits, and of 16 */
};

/* NULL: it does not reach memory, or the engine's own checks are enough. */
const struct uc_x86_operand *uc_x86_operand_of(void *func);

#endif
