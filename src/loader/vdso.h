/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The vDSO images that programs get: proper ELF shared objects, built from vdso64.S and vdso32.S
 * and embedded. Offsets are from the start of the image. */
#ifndef TRAPGATE_LOADER_VDSO_H
#define TRAPGATE_LOADER_VDSO_H

#include "abi/types.h"

struct vdso_image {
	const u8 *data;
	size_t size; /* multiple of PAGE_SIZE */
	/* 32-bit image only (0 in the 64-bit one): */
	u32 kernel_vsyscall; /* AT_SYSINFO */
	u32 kernel_sigreturn;
	u32 kernel_rt_sigreturn;
	u32 int80_landing_pad; /* where SYSENTER returns to */
};

/* In the 32-bit image, before the INT 0x80 that ends at the landing pad, is the sequence for
 * Intel's CPUs, "mov %esp, %ebp; sysenter". AMD's have this one there, "mov %ecx, %ebp; syscall".
 */
#define VDSO32_SYSCALL_SEQUENCE 0x89, 0xcd, 0x0f, 0x05
/* CPUs that have neither go straight on to the INT 0x80. */
#define VDSO32_INT80_SEQUENCE  0x90, 0x90, 0x90, 0x90
#define VDSO32_SEQUENCE_OFFSET 6 /* below the landing pad */

const struct vdso_image *vdso_image(enum abi abi);

/* Takes from a writable copy of the 64-bit image the symbols that the host's own vDSO does not have
 * (getrandom, since Linux 6.11). */
void vdso_follow_host(u8 *copy);

#endif
