/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "loader/vdso.h"

#include <elf.h>
#include <string.h>
#include <sys/auxv.h>

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

/* The symbols of an image that is mapped as it is linked, from address 0. */
struct symbols {
	Elf64_Sym *sym;
	const char *names;
	u32 n;
};

static struct symbols find_symbols(u8 *image)
{
	const Elf64_Ehdr *eh = (const void *)image;
	const Elf64_Phdr *ph = (const void *)(image + eh->e_phoff);
	const Elf64_Dyn *dyn = NULL;
	struct symbols s = {0};

	for (int i = 0; i < eh->e_phnum; i++)
		if (ph[i].p_type == PT_DYNAMIC)
			dyn = (const void *)(image + ph[i].p_offset);
	for (; dyn && dyn->d_tag != DT_NULL; dyn++) {
		if (dyn->d_tag == DT_SYMTAB)
			s.sym = (void *)(image + dyn->d_un.d_ptr);
		else if (dyn->d_tag == DT_STRTAB)
			s.names = (const char *)image + dyn->d_un.d_ptr;
		else if (dyn->d_tag == DT_HASH)
			s.n = ((const u32 *)(const void *)(image + dyn->d_un.d_ptr))[1];
	}
	return s;
}

static Elf64_Sym *find_symbol(const struct symbols *s, const char *name)
{
	for (u32 i = 0; s->sym && s->names && i < s->n; i++)
		if (s->sym[i].st_shndx != SHN_UNDEF && !strcmp(s->names + s->sym[i].st_name, name))
			return &s->sym[i];
	return NULL;
}

void vdso_follow_host(u8 *copy)
{
	static const char *const names[] = {"__vdso_getrandom", "getrandom"};
	u8 *host = (u8 *)getauxval(AT_SYSINFO_EHDR); /* read only, as is what is found there */
	struct symbols ours = find_symbols(copy), theirs = {0};

	if (host)
		theirs = find_symbols(host);
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		Elf64_Sym *sym = find_symbol(&ours, names[i]);

		if (sym && !find_symbol(&theirs, names[0]))
			sym->st_shndx = SHN_UNDEF;
	}
}
