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

const struct vdso_image *vdso_image(enum abi abi);

#endif
