/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "loader/vdso.h"

#include "vdso_offsets.h" /* generated from the symbols of the linked 32-bit image */

/* vdso_blob.S */
extern const u8 vdso64_image[], vdso32_image[];
extern const u64 vdso64_image_size, vdso32_image_size;

const struct vdso_image *vdso_image(enum abi abi)
{
	static struct vdso_image image64 = {.data = vdso64_image};
	static struct vdso_image image32 = {
		.data = vdso32_image,
		.kernel_vsyscall = VDSO32_kernel_vsyscall,
		.kernel_sigreturn = VDSO32_kernel_sigreturn,
		.kernel_rt_sigreturn = VDSO32_kernel_rt_sigreturn,
		.int80_landing_pad = VDSO32_int80_landing_pad,
	};

	image64.size = vdso64_image_size;
	image32.size = vdso32_image_size;
	return abi == ABI_64 ? &image64 : &image32;
}
