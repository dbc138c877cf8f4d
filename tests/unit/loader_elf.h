/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Small ELF programs made in memory, for the tests of the loader. */
#ifndef TRAPGATE_TESTS_LOADER_ELF_H
#define TRAPGATE_TESTS_LOADER_ELF_H

#include <elf.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "abi/types.h"

#define IMAGE_SIZE 12288u /* headers and code, data, one more page */
#define NR_PHDRS   4

struct image {
	u8 bytes[IMAGE_SIZE];
	size_t size;
};

static inline Elf64_Ehdr *ehdr64(struct image *im)
{
	return (Elf64_Ehdr *)im->bytes;
}

static inline Elf64_Phdr *phdr64(struct image *im, int i)
{
	return (Elf64_Phdr *)(im->bytes + sizeof(Elf64_Ehdr)) + i;
}

static inline Elf32_Ehdr *ehdr32(struct image *im)
{
	return (Elf32_Ehdr *)im->bytes;
}

static inline Elf32_Phdr *phdr32(struct image *im, int i)
{
	return (Elf32_Phdr *)(im->bytes + sizeof(Elf32_Ehdr)) + i;
}

/* A program of text (the first page), data with bss, a stack header and a null header: exit(99)
 * by INT 0x80, which works in both classes. */
#define MAKE_IMAGE(bits, machine)                                                                  \
	static inline void make_image##bits(struct image *im, bool pie)                            \
	{                                                                                          \
		static const u8 code[] = {0xb8, 1, 0, 0, 0, 0xbb, 99, 0, 0, 0, 0xcd, 0x80};        \
		u32 base = pie ? 0 : 0x400000;                                                     \
		Elf##bits##_Ehdr *eh = ehdr##bits(im);                                             \
                                                                                                   \
		memset(im, 0, sizeof(*im));                                                        \
		im->size = IMAGE_SIZE;                                                             \
		memcpy(eh->e_ident, ELFMAG, SELFMAG);                                              \
		eh->e_ident[EI_CLASS] = ELFCLASS##bits;                                            \
		eh->e_ident[EI_DATA] = ELFDATA2LSB;                                                \
		eh->e_ident[EI_VERSION] = EV_CURRENT;                                              \
		eh->e_type = pie ? ET_DYN : ET_EXEC;                                               \
		eh->e_machine = (machine);                                                         \
		eh->e_version = EV_CURRENT;                                                        \
		eh->e_entry = base + 0x800;                                                        \
		eh->e_phoff = sizeof(*eh);                                                         \
		eh->e_ehsize = sizeof(*eh);                                                        \
		eh->e_phentsize = sizeof(Elf##bits##_Phdr);                                        \
		eh->e_phnum = NR_PHDRS;                                                            \
		*phdr##bits(im, 0) = (Elf##bits##_Phdr){.p_type = PT_LOAD,                         \
							.p_flags = PF_R | PF_X,                    \
							.p_vaddr = base,                           \
							.p_filesz = 0x900,                         \
							.p_memsz = 0x900,                          \
							.p_align = 0x1000};                        \
		*phdr##bits(im, 1) = (Elf##bits##_Phdr){.p_type = PT_LOAD,                         \
							.p_flags = PF_R | PF_W,                    \
							.p_offset = 0x1010,                        \
							.p_vaddr = base + 0x3010,                  \
							.p_filesz = 0x500,                         \
							.p_memsz = 0x4000,                         \
							.p_align = 0x1000};                        \
		*phdr##bits(im, 2) =                                                               \
			(Elf##bits##_Phdr){.p_type = PT_GNU_STACK, .p_flags = PF_R | PF_W};        \
		memcpy(im->bytes + 0x800, code, sizeof(code));                                     \
	}
MAKE_IMAGE(64, EM_X86_64)
MAKE_IMAGE(32, EM_386)
#undef MAKE_IMAGE

/* The image as an open file. */
static inline int image_fd(const struct image *im)
{
	int fd = memfd_create("image", 0);

	if (fd >= 0 && write(fd, im->bytes, im->size) != (ssize_t)im->size) {
		close(fd);
		return -1;
	}
	return fd;
}

#endif
