/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "loader/symbols.h"

#include <fcntl.h>
#include <gelf.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FILES_MAX 64

struct code_file {
	char *path;
	Elf *elf; /* NULL: cannot be read */
	int fd;
};

static struct code_file files[FILES_MAX];
static size_t nr_files;

static Elf *read_elf(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	Elf *elf = NULL;

	if (fd < 0)
		return NULL;
	elf_version(EV_CURRENT);
	/* all of it is read now: the descriptor would be in the guest's way */
	elf = elf_begin(fd, ELF_C_READ, NULL);
	if (elf && (elf_kind(elf) != ELF_K_ELF || elf_cntl(elf, ELF_C_FDREAD) != 0)) {
		elf_end(elf);
		elf = NULL;
	}
	close(fd);
	return elf;
}

struct code_file *code_open(const char *path)
{
	for (size_t i = 0; i < nr_files; i++)
		if (!strcmp(files[i].path, path))
			return files[i].elf ? &files[i] : NULL;
	if (nr_files == FILES_MAX)
		return NULL;
	files[nr_files].path = strdup(path);
	if (!files[nr_files].path)
		return NULL;
	files[nr_files].elf = read_elf(path);
	nr_files++;
	return files[nr_files - 1].elf ? &files[nr_files - 1] : NULL;
}

bool code_vaddr(const struct code_file *f, u64 offset, u64 *vaddr)
{
	GElf_Phdr ph;
	size_t n;

	if (elf_getphdrnum(f->elf, &n) != 0)
		return false;
	for (size_t i = 0; i < n; i++) {
		if (!gelf_getphdr(f->elf, (int)i, &ph) || ph.p_type != PT_LOAD ||
		    offset < (ph.p_offset & ~0xfffULL) || offset >= ph.p_offset + ph.p_filesz)
			continue;
		*vaddr = offset - ph.p_offset + ph.p_vaddr;
		return true;
	}
	return false;
}

static bool search(const struct code_file *f, Elf_Scn *scn, const GElf_Shdr *sh, u64 vaddr,
		   const char **name, u64 *at)
{
	Elf_Data *data = elf_getdata(scn, NULL);
	u64 best = ~0ULL;
	GElf_Sym sym;

	for (int i = 0; data && gelf_getsym(data, i, &sym); i++) {
		int type = GELF_ST_TYPE(sym.st_info);

		if ((type != STT_FUNC && type != STT_GNU_IFUNC) || sym.st_value > vaddr ||
		    vaddr - sym.st_value >= MAX(sym.st_size, 1) || vaddr - sym.st_value >= best)
			continue;
		best = vaddr - sym.st_value;
		*name = elf_strptr(f->elf, sh->sh_link, sym.st_name);
		*at = best;
	}
	return best != ~0ULL && *name;
}

bool code_symbol(const struct code_file *f, u64 vaddr, const char **name, u64 *at)
{
	static const u32 types[] = {SHT_SYMTAB, SHT_DYNSYM};

	for (size_t k = 0; k < ARRAY_SIZE(types); k++) {
		for (Elf_Scn *scn = NULL; (scn = elf_nextscn(f->elf, scn));) {
			GElf_Shdr sh;

			if (gelf_getshdr(scn, &sh) && sh.sh_type == types[k] &&
			    search(f, scn, &sh, vaddr, name, at))
				return true;
		}
	}
	return false;
}

const u8 *code_eh_frame(const struct code_file *f, u64 *vaddr, size_t *size)
{
	size_t strings;

	if (elf_getshdrstrndx(f->elf, &strings) != 0)
		return NULL;
	for (Elf_Scn *scn = NULL; (scn = elf_nextscn(f->elf, scn));) {
		GElf_Shdr sh;
		const char *name;
		Elf_Data *data;

		if (!gelf_getshdr(scn, &sh))
			continue;
		name = elf_strptr(f->elf, strings, sh.sh_name);
		if (!name || strcmp(name, ".eh_frame") != 0)
			continue;
		data = elf_rawdata(scn, NULL);
		if (!data)
			return NULL;
		*vaddr = sh.sh_addr;
		*size = data->d_size;
		return data->d_buf;
	}
	return NULL;
}
