/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The vDSO images as programs see them: ELF objects that are read in memory, through the program
 * headers and the dynamic section. */
#include <check.h>
#include <elf.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#include "loader/vdso.h"

struct dso {
	const u8 *base;
	size_t size;
	bool wide;
	const char *strtab, *soname;
	const u8 *symtab;
	const u32 *hash, *gnu_hash;
	const u16 *versym;
	const u8 *verdef;
	u64 nr_verdef;
	bool have_eh_frame_hdr, have_note;
};

static void set_dynamic(struct dso *dso, u64 tag, u64 value)
{
	const u8 *p = dso->base + value;

	if (tag != DT_NULL && tag != DT_SONAME)
		ck_assert_uint_lt(value, dso->size);
	switch (tag) {
	case DT_STRTAB:
		dso->strtab = (const char *)p;
		break;
	case DT_SONAME:
		dso->soname = (const char *)value; /* an offset into strtab, so far */
		break;
	case DT_SYMTAB:
		dso->symtab = p;
		break;
	case DT_HASH:
		dso->hash = (const u32 *)p;
		break;
	case DT_GNU_HASH:
		dso->gnu_hash = (const u32 *)p;
		break;
	case DT_VERSYM:
		dso->versym = (const u16 *)p;
		break;
	case DT_VERDEF:
		dso->verdef = p;
		break;
	case DT_VERDEFNUM:
		dso->nr_verdef = value;
		break;
	default:
		break;
	}
}

#define READ_DSO(bits)                                                                             \
	static void read_dso##bits(struct dso *dso)                                                \
	{                                                                                          \
		const Elf##bits##_Ehdr *eh = (const void *)dso->base;                              \
		const Elf##bits##_Phdr *ph = (const void *)(dso->base + eh->e_phoff);              \
		int loads = 0;                                                                     \
                                                                                                   \
		ck_assert_mem_eq(eh->e_ident, ELFMAG, SELFMAG);                                    \
		ck_assert_int_eq(eh->e_ident[EI_CLASS], ELFCLASS##bits);                           \
		ck_assert_int_eq(eh->e_type, ET_DYN);                                              \
		for (int i = 0; i < eh->e_phnum; i++, ph++) {                                      \
			dso->have_eh_frame_hdr |= ph->p_type == PT_GNU_EH_FRAME;                   \
			dso->have_note |= ph->p_type == PT_NOTE;                                   \
			ck_assert_uint_eq(ph->p_offset, ph->p_vaddr);                              \
			ck_assert_uint_le(ph->p_offset + ph->p_filesz, dso->size);                 \
			if (ph->p_type == PT_LOAD) {                                               \
				loads++;                                                           \
				ck_assert_uint_eq(ph->p_flags, PF_R | PF_X);                       \
				ck_assert_uint_eq(ph->p_vaddr, 0);                                 \
				ck_assert_uint_eq(ph->p_filesz, ph->p_memsz);                      \
			}                                                                          \
			if (ph->p_type != PT_DYNAMIC)                                              \
				continue;                                                          \
			for (const Elf##bits##_Dyn *d = (const void *)(dso->base + ph->p_offset);  \
			     d->d_tag != DT_NULL; d++)                                             \
				set_dynamic(dso, (u64)d->d_tag, d->d_un.d_val);                    \
		}                                                                                  \
		ck_assert_int_eq(loads, 1);                                                        \
	}
READ_DSO(64)
READ_DSO(32)

static struct dso read_dso(enum abi abi)
{
	const struct vdso_image *image = vdso_image(abi);
	struct dso dso = {.base = image->data, .size = image->size, .wide = abi == ABI_64};

	ck_assert_uint_gt(image->size, 0);
	ck_assert_uint_eq(image->size % PAGE_SIZE, 0);
	ck_assert_uint_le(image->size, 2 * PAGE_SIZE);
	if (dso.wide)
		read_dso64(&dso);
	else
		read_dso32(&dso);
	ck_assert(dso.have_eh_frame_hdr && dso.have_note);
	ck_assert(dso.strtab && dso.symtab && dso.hash && dso.gnu_hash && dso.versym && dso.verdef);
	dso.soname = dso.strtab + (uintptr_t)dso.soname;
	return dso;
}

static void get_symbol(const struct dso *dso, u32 i, Elf64_Sym *out)
{
	const Elf32_Sym *s;

	if (dso->wide) {
		memcpy(out, dso->symtab + i * sizeof(*out), sizeof(*out));
		return;
	}
	s = (const Elf32_Sym *)dso->symtab + i;
	*out = (Elf64_Sym){.st_name = s->st_name,
			   .st_value = s->st_value,
			   .st_size = s->st_size,
			   .st_info = s->st_info,
			   .st_shndx = s->st_shndx};
}

static const char *version_name(const struct dso *dso, u16 index)
{
	const u8 *p = dso->verdef; /* the layout is the same in both classes */

	for (u64 i = 0; i < dso->nr_verdef; i++) {
		const Elf64_Verdef *vd = (const void *)p;
		const Elf64_Verdaux *aux = (const void *)(p + vd->vd_aux);

		if (vd->vd_ndx == index)
			return dso->strtab + aux->vda_name;
		p += vd->vd_next;
	}
	return "?";
}

static u32 sysv_hash(const char *name)
{
	u32 h = 0;

	for (; *name; name++) {
		h = (h << 4) + (u8)*name;
		h ^= (h & 0xf0000000) >> 24;
		h &= 0x0fffffff;
	}
	return h;
}

/* Finds a function as a program without a dynamic linker does, through DT_HASH. */
static u64 find(const struct dso *dso, const char *name, const char *version)
{
	u32 nr_buckets = dso->hash[0];
	const u32 *bucket = dso->hash + 2;
	const u32 *chain = bucket + nr_buckets;

	for (u32 i = bucket[sysv_hash(name) % nr_buckets]; i; i = chain[i]) {
		Elf64_Sym sym;

		get_symbol(dso, i, &sym);
		if (strcmp(dso->strtab + sym.st_name, name) ||
		    strcmp(version_name(dso, dso->versym[i]), version))
			continue;
		ck_assert_int_eq(ELF64_ST_TYPE(sym.st_info), STT_FUNC);
		ck_assert_uint_ne(sym.st_shndx, SHN_UNDEF);
		ck_assert(sym.st_size && sym.st_value + sym.st_size <= dso->size);
		return sym.st_value;
	}
	ck_abort_msg("no symbol %s@%s", name, version);
	return 0;
}

START_TEST(image64)
{
	static const char *const names[] = {"clock_gettime", "gettimeofday", "time", "getcpu",
					    "clock_getres"};
	const struct vdso_image *image = vdso_image(ABI_64);
	struct dso dso = read_dso(ABI_64);
	char name[64] = "__vdso_";

	ck_assert_str_eq(dso.soname, "linux-vdso.so.1");
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		strcpy(name + 7, names[i]);
		ck_assert_uint_eq(find(&dso, name, "LINUX_2.6"), find(&dso, names[i], "LINUX_2.6"));
	}
	ck_assert_uint_eq(image->kernel_vsyscall, 0);
	ck_assert_uint_eq(image->int80_landing_pad, 0);
}
END_TEST

START_TEST(image32)
{
	static const char *const names[] = {"__vdso_clock_gettime", "__vdso_clock_gettime64",
					    "__vdso_gettimeofday", "__vdso_time",
					    "__vdso_clock_getres"};
	static const u8 vsyscall[] = {0x51, 0x52, 0x55, 0x89, 0xe5, 0x0f, 0x34,
				      0xcd, 0x80, 0x5d, 0x5a, 0x59, 0xc3};
	static const u8 sigreturn[] = {0x58, 0xb8, 119, 0, 0, 0, 0xcd, 0x80};
	static const u8 rt_sigreturn[] = {0xb8, 173, 0, 0, 0, 0xcd, 0x80};
	const struct vdso_image *image = vdso_image(ABI_32);
	struct dso dso = read_dso(ABI_32);

	ck_assert_str_eq(dso.soname, "linux-gate.so.1");
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		find(&dso, names[i], "LINUX_2.6");
	ck_assert_uint_eq(find(&dso, "__kernel_vsyscall", "LINUX_2.5"), image->kernel_vsyscall);
	ck_assert_uint_eq(find(&dso, "__kernel_sigreturn", "LINUX_2.5"), image->kernel_sigreturn);
	ck_assert_uint_eq(find(&dso, "__kernel_rt_sigreturn", "LINUX_2.5"),
			  image->kernel_rt_sigreturn);
	ck_assert_uint_eq(((const Elf32_Ehdr *)image->data)->e_entry, image->kernel_vsyscall);
	/* The bytes that debuggers look for. */
	ck_assert_mem_eq(image->data + image->kernel_vsyscall, vsyscall, sizeof(vsyscall));
	ck_assert_mem_eq(image->data + image->kernel_sigreturn, sigreturn, sizeof(sigreturn));
	ck_assert_mem_eq(image->data + image->kernel_rt_sigreturn, rt_sigreturn,
			 sizeof(rt_sigreturn));
	ck_assert_uint_eq(image->int80_landing_pad, image->kernel_vsyscall + 9);
}
END_TEST

/* The 64-bit functions work where they are mapped: here, in the host. */
START_TEST(functions64)
{
	const struct vdso_image *image = vdso_image(ABI_64);
	struct dso dso = read_dso(ABI_64);
	u8 *p = mmap(NULL, image->size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	long (*get_time)(clockid_t, struct timespec *);
	long (*get_cpu)(unsigned int *, unsigned int *, void *);
	long (*seconds)(time_t *);
	struct timespec ts = {0};
	unsigned int cpu = ~0u;

	ck_assert_ptr_ne(p, MAP_FAILED);
	memcpy(p, image->data, image->size);
	ck_assert_int_eq(mprotect(p, image->size, PROT_READ | PROT_EXEC), 0);
	get_time = (void *)(p + find(&dso, "__vdso_clock_gettime", "LINUX_2.6"));
	get_cpu = (void *)(p + find(&dso, "__vdso_getcpu", "LINUX_2.6"));
	seconds = (void *)(p + find(&dso, "__vdso_time", "LINUX_2.6"));
	ck_assert_int_eq(get_time(CLOCK_REALTIME, &ts), 0);
	ck_assert_int_ge(seconds(NULL), ts.tv_sec);
	ck_assert_int_eq(get_time(12345, &ts), -22 /* EINVAL */);
	ck_assert_int_eq(get_cpu(&cpu, NULL, NULL), 0);
	ck_assert_uint_ne(cpu, ~0u);
	munmap(p, image->size);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("loader: vDSO");
	TCase *tc = tcase_create("images");
	SRunner *runner;
	int failed;

	tcase_add_test(tc, image64);
	tcase_add_test(tc, image32);
	tcase_add_test(tc, functions64);
	suite_add_tcase(suite, tc);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? 1 : 0;
}
