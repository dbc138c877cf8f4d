/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Follows load_elf_binary() in Linux's fs/binfmt_elf.c: what it looks at and in which order.
 *
 * Only fstat() and pread() touch the file, so a file that shrinks while it is read can do no harm;
 * libelf translates the records, and nothing of it sees an offset of the file. Like Linux, nobody
 * here reads section headers or the class and encoding bytes of e_ident: e_machine decides. */
#include "loader/elf.h"

#include <errno.h>
#include <libelf.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/sysinfo.h>
#include <unistd.h>

#define HEAD_SIZE    PAGE_SIZE /* enough for the headers of every ordinary program */
#define PHDRS_MAX    65536u    /* load_elf_phdrs() takes no more bytes than this */
#define TASK_SIZE_64 0x7ffffffff000UL
#define TASK_SIZE_32 0xffffe000UL
#define BIG_BSS	     (1UL << 30) /* below this nobody asks how much memory there is */

struct probe {
	int fd;
	u64 file_size;
	char *why;
	size_t why_size;
	u64 task_size;
	Elf64_Ehdr eh;
	const u8 *phdrs;
	u8 *far_phdrs;	/* malloc'ed when they are not in head */
	size_t nr_read; /* bytes of head that the file really has */
	u8 head[HEAD_SIZE];
};

__attribute__((format(printf, 3, 4))) static int refuse(struct probe *p, int err, const char *fmt,
							...)
{
	va_list ap;

	va_start(ap, fmt);
	if (p->why_size)
		vsnprintf(p->why, p->why_size, fmt, ap);
	va_end(ap);
	return err;
}

/* Reads n bytes at off. Returns how many there were before the end of the file, or -errno. */
static ssize_t read_at(int fd, void *buf, size_t n, u64 off)
{
	size_t done = 0;

	if (off > INT64_MAX - n)
		return -EINVAL;
	while (done < n) {
		ssize_t r = pread(fd, (u8 *)buf + done, n - done, (off_t)(off + done));

		if (r < 0 && errno == EINTR)
			continue;
		if (r < 0)
			return -errno;
		if (r == 0)
			break;
		done += (size_t)r;
	}
	return (ssize_t)done;
}

/* Translates one record of the file to the host's form. */
static void translate(int class, Elf_Type type, const void *src, void *dst, size_t size)
{
	Elf_Data in = {.d_buf = (void *)(uintptr_t)src,
		       .d_type = type,
		       .d_version = EV_CURRENT,
		       .d_size = size};
	Elf_Data out = {.d_buf = dst, .d_type = type, .d_version = EV_CURRENT, .d_size = size};
	Elf_Data *done = class == ELFCLASS64 ? elf64_xlatetom(&out, &in, ELFDATA2LSB)
					     : elf32_xlatetom(&out, &in, ELFDATA2LSB);

	if (!done)
		memset(dst, 0, size);
}

static void widen_ehdr(const Elf32_Ehdr *in, Elf64_Ehdr *out)
{
	memcpy(out->e_ident, in->e_ident, EI_NIDENT);
	out->e_type = in->e_type;
	out->e_machine = in->e_machine;
	out->e_version = in->e_version;
	out->e_entry = in->e_entry;
	out->e_phoff = in->e_phoff;
	out->e_phentsize = in->e_phentsize;
	out->e_phnum = in->e_phnum;
}

static size_t phdr_size(const struct elf_plan *plan)
{
	return plan->abi == ABI_64 ? sizeof(Elf64_Phdr) : sizeof(Elf32_Phdr);
}

static Elf64_Phdr get_phdr(const struct probe *p, const struct elf_plan *plan, u32 i)
{
	Elf64_Phdr ph;
	Elf32_Phdr ph32;

	if (plan->abi == ABI_64) {
		translate(ELFCLASS64, ELF_T_PHDR, p->phdrs + i * sizeof(ph), &ph, sizeof(ph));
		return ph;
	}
	translate(ELFCLASS32, ELF_T_PHDR, p->phdrs + i * sizeof(ph32), &ph32, sizeof(ph32));
	return (Elf64_Phdr){.p_type = ph32.p_type,
			    .p_flags = ph32.p_flags,
			    .p_offset = ph32.p_offset,
			    .p_vaddr = ph32.p_vaddr,
			    .p_paddr = ph32.p_paddr,
			    .p_filesz = ph32.p_filesz,
			    .p_memsz = ph32.p_memsz,
			    .p_align = ph32.p_align};
}

static int check_file(struct probe *p)
{
	struct stat st;
	ssize_t n;

	if (fstat(p->fd, &st) < 0)
		return refuse(p, -errno, "%s", strerror(errno));
	if (S_ISDIR(st.st_mode))
		return refuse(p, -EACCES, "is a directory");
	if (!S_ISREG(st.st_mode))
		return refuse(p, -EACCES, "not a regular file");
	p->file_size = (u64)st.st_size;
	n = read_at(p->fd, p->head, sizeof(p->head), 0);
	if (n < 0)
		return refuse(p, (int)n, "cannot read: %s", strerror((int)-n));
	p->nr_read = (size_t)n;
	if (n == 0)
		return refuse(p, -ENOEXEC, "empty file");
	if (n >= 2 && memcmp(p->head, "#!", 2) == 0)
		return refuse(p, -ENOEXEC, "not an ELF file (a script)");
	if (memcmp(p->head, ELFMAG, SELFMAG) != 0)
		return refuse(p, -ENOEXEC, "not an ELF file");
	return 0;
}

static int check_type(struct probe *p)
{
	switch (p->eh.e_type) {
	case ET_EXEC:
	case ET_DYN:
		return 0;
	case ET_REL:
		return refuse(p, -ENOEXEC, "a relocatable object file, not a program");
	case ET_CORE:
		return refuse(p, -ENOEXEC, "a core dump, not a program");
	default:
		return refuse(p, -ENOEXEC, "ELF of unknown type %u", p->eh.e_type);
	}
}

/* Picks the layout by e_machine, which lies at the same place in both classes. */
static int check_machine(struct probe *p, struct elf_plan *plan)
{
	u8 class = p->head[EI_CLASS];
	Elf32_Ehdr eh32;

	translate(ELFCLASS64, ELF_T_EHDR, p->head, &p->eh, sizeof(p->eh));
	switch (p->eh.e_machine) {
	case EM_X86_64:
		plan->abi = ABI_64;
		p->task_size = TASK_SIZE_64;
		break;
	case EM_386:
	case 6: /* EM_486, which Linux takes as well */
		plan->abi = ABI_32;
		p->task_size = TASK_SIZE_32;
		translate(ELFCLASS32, ELF_T_EHDR, p->head, &eh32, sizeof(eh32));
		widen_ehdr(&eh32, &p->eh);
		break;
	default:
		if (p->nr_read < offsetof(Elf64_Ehdr, e_version))
			return refuse(p, -ENOEXEC, "truncated ELF header");
		if (p->head[EI_DATA] == ELFDATA2MSB)
			return refuse(p, -ENOEXEC, "big-endian ELF (need x86-64 or i386)");
		return refuse(p, -ENOEXEC, "ELF for machine %u (need x86-64 or i386)",
			      p->eh.e_machine);
	}
	if (p->eh.e_phentsize == phdr_size(plan))
		return 0;
	if (p->nr_read < (plan->abi == ABI_64 ? sizeof(Elf64_Ehdr) : sizeof(Elf32_Ehdr)))
		return refuse(p, -ENOEXEC, "truncated ELF header");
	if (plan->abi == ABI_64 && class == ELFCLASS32)
		return refuse(p, -ENOEXEC, "32-bit ELF for x86-64 (x32 is not supported)");
	if (plan->abi == ABI_32 && class == ELFCLASS64)
		return refuse(p, -ENOEXEC, "64-bit ELF for i386");
	return refuse(p, -ENOEXEC, "program headers of %u bytes each (need %zu)", p->eh.e_phentsize,
		      phdr_size(plan));
}

/* Gets the program headers: most often they came with the first read. */
static int read_phdrs(struct probe *p, const struct elf_plan *plan)
{
	size_t size = p->eh.e_phnum * phdr_size(plan);
	ssize_t n;

	if (!size)
		return refuse(p, -ENOEXEC, "no program headers");
	if (size > PHDRS_MAX)
		return refuse(p, -ENOEXEC, "too many program headers (%u)", p->eh.e_phnum);
	if (p->eh.e_phoff <= p->nr_read && size <= p->nr_read - p->eh.e_phoff) {
		p->phdrs = p->head + p->eh.e_phoff;
		return 0;
	}
	if (p->eh.e_phoff >= p->file_size)
		return refuse(p, -ENOEXEC, "program headers beyond the end of the file");
	p->phdrs = p->far_phdrs = malloc(size);
	if (!p->phdrs)
		return refuse(p, -ENOMEM, "out of memory");
	n = read_at(p->fd, p->far_phdrs, size, p->eh.e_phoff);
	if (n < 0)
		return refuse(p, -ENOEXEC, "cannot read program headers: %s", strerror((int)-n));
	if ((size_t)n < size)
		return refuse(p, -ENOEXEC, "truncated program headers");
	return 0;
}

static int read_interp(struct probe *p, struct elf_plan *plan, const Elf64_Phdr *ph)
{
	ssize_t n;

	if (ph->p_filesz < 2 || ph->p_filesz > sizeof(plan->interp))
		return refuse(p, -ENOEXEC, "interpreter name of %#lx bytes", ph->p_filesz);
	n = read_at(p->fd, plan->interp, ph->p_filesz, ph->p_offset);
	if (n < 0)
		return refuse(p, (int)n, "cannot read interpreter name: %s", strerror((int)-n));
	if ((u64)n < ph->p_filesz)
		return refuse(p, -EIO, "interpreter name beyond the end of the file");
	if (plan->interp[ph->p_filesz - 1] != '\0')
		return refuse(p, -ENOEXEC, "interpreter name without an end");
	if (!plan->interp[0]) /* an empty name is the working directory */
		strcpy(plan->interp, ".");
	return 0;
}

/* What Linux reads before it gives up the old program. */
static int scan_headers(struct probe *p, struct elf_plan *plan)
{
	bool have_interp = false;
	bool have_stack = false;
	int err;

	for (u32 i = 0; i < plan->phnum; i++) {
		Elf64_Phdr ph = get_phdr(p, plan, i);

		if (ph.p_type == PT_INTERP && !have_interp) {
			err = read_interp(p, plan, &ph);
			if (err)
				return err;
			have_interp = true;
		} else if (ph.p_type == PT_GNU_STACK) {
			have_stack = true;
			plan->exec_stack = ph.p_flags & PF_X;
		}
	}
	/* arch/x86/include/asm/elf.h: without PT_GNU_STACK everything readable is executable in
	 * a 32-bit program, nothing is in a 64-bit one. */
	if (!have_stack && plan->abi == ABI_32) {
		plan->exec_stack = true;
		plan->read_implies_exec = true;
	}
	return 0;
}

/* vm_brk_flags() fails when bss alone exceeds memory and swap (OVERCOMMIT_GUESS). */
static bool exceeds_memory(u64 bss)
{
	struct sysinfo si;

	if (bss < BIG_BSS || sysinfo(&si) < 0)
		return false;
	return bss / si.mem_unit > si.totalram + si.totalswap;
}

static bool ends_beyond(const struct probe *p, u64 at, u64 size)
{
	return at >= p->task_size || size > p->task_size - at;
}

static int check_segment(struct probe *p, const Elf64_Phdr *ph)
{
	if (ph->p_filesz > ph->p_memsz)
		return refuse(p, -EINVAL, "segment at %#lx larger in the file than in memory",
			      ph->p_vaddr);
	if (ends_beyond(p, ph->p_vaddr,
			ph->p_memsz)) /* mmap(2) is what fails, if it comes to that */
		return refuse(p,
			      ph->p_filesz && ends_beyond(p, ph->p_vaddr, ph->p_filesz) ? -ENOMEM
											: -EINVAL,
			      "segment at %#lx of %#lx bytes beyond the address space", ph->p_vaddr,
			      ph->p_memsz);
	if (ph->p_filesz) {
		if ((ph->p_offset ^ ph->p_vaddr) & ~PAGE_MASK)
			return refuse(p, -EINVAL,
				      "segment at %#lx: address and file offset %#lx do not match",
				      ph->p_vaddr, ph->p_offset);
		if (ph->p_offset < (ph->p_vaddr & ~PAGE_MASK))
			return refuse(p, -EINVAL, "segment at %#lx: impossible file offset %#lx",
				      ph->p_vaddr, ph->p_offset);
	}
	if (exceeds_memory(ph->p_memsz - ph->p_filesz))
		return refuse(p, -ENOMEM,
			      "segment at %#lx of %#lx bytes: more than there is memory",
			      ph->p_vaddr, ph->p_memsz);
	return 0;
}

/* Bytes missing in the last page read as zeros, as in any mapping; whole pages missing are SIGBUS.
 */
static int check_size(struct probe *p, const Elf64_Phdr *ph)
{
	u64 end = PAGE_ALIGN(p->file_size);

	if (!ph->p_filesz || (ph->p_offset < end && ph->p_filesz <= end - ph->p_offset))
		return 0;
	return refuse(p, -EINVAL, "truncated: segment at %#lx ends beyond the end of the file",
		      ph->p_vaddr);
}

static u32 prot_of(const struct elf_plan *plan, u32 flags)
{
	u32 prot = 0;

	if (flags & PF_R)
		prot |= PROT_READ | (plan->read_implies_exec ? PROT_EXEC : 0);
	if (flags & PF_W)
		prot |= PROT_WRITE;
	if (flags & PF_X)
		prot |= PROT_EXEC;
	return prot;
}

static void account(struct elf_plan *plan, const struct probe *p, const Elf64_Phdr *ph)
{
	u64 end_file = ph->p_vaddr + ph->p_filesz;
	u64 end_mem = ph->p_vaddr + ph->p_memsz;

	if (ph->p_offset <= p->eh.e_phoff && p->eh.e_phoff - ph->p_offset < ph->p_filesz)
		plan->phdr_vaddr = p->eh.e_phoff - ph->p_offset + ph->p_vaddr;
	if (ph->p_flags & PF_X) {
		plan->start_code = MIN(plan->start_code, ph->p_vaddr);
		plan->end_code = MAX(plan->end_code, end_file);
	}
	plan->start_data = MAX(plan->start_data, ph->p_vaddr);
	plan->end_data = MAX(plan->end_data, end_file);
	plan->brk = MAX(plan->brk, PAGE_ALIGN(end_mem));
	if (ph->p_align && !(ph->p_align & (ph->p_align - 1)))
		plan->align = MAX(plan->align, ph->p_align);
}

static int check_overlap(struct probe *p, const struct elf_plan *plan, const Elf64_Phdr *ph)
{
	for (u32 i = 0; i < plan->nr_segments; i++) {
		const struct elf_segment *seg = &plan->segment[i];

		if (ph->p_vaddr < seg->vaddr + seg->memsz && seg->vaddr < ph->p_vaddr + ph->p_memsz)
			return refuse(p, -EINVAL, "segments at %#lx and %#lx overlap", seg->vaddr,
				      ph->p_vaddr);
	}
	return 0;
}

static int add_segment(struct probe *p, struct elf_plan *plan, const Elf64_Phdr *ph)
{
	struct elf_segment *seg;

	if (plan->nr_segments == ELF_MAX_SEGMENTS)
		return refuse(p, -ENOEXEC, "more than %d segments to load", ELF_MAX_SEGMENTS);
	seg = &plan->segment[plan->nr_segments++];
	*seg = (struct elf_segment){.vaddr = ph->p_vaddr,
				    .memsz = ph->p_memsz,
				    .filesz = ph->p_filesz,
				    .offset = ph->p_offset,
				    .prot = prot_of(plan, ph->p_flags)};
	plan->lo = MIN(plan->lo, ph->p_vaddr & PAGE_MASK);
	plan->hi = MAX(plan->hi, PAGE_ALIGN(ph->p_vaddr + ph->p_memsz));
	return 0;
}

static bool maps(const struct elf_plan *plan, u64 addr)
{
	for (u32 i = 0; i < plan->nr_segments; i++)
		if (addr >= (plan->segment[i].vaddr & PAGE_MASK) &&
		    addr < PAGE_ALIGN(plan->segment[i].vaddr + plan->segment[i].memsz))
			return true;
	return false;
}

/* What Linux finds out when the old program is gone, and then what it does not look for. */
static int plan_segments(struct probe *p, struct elf_plan *plan)
{
	int err, doubt = 0;

	plan->align = PAGE_SIZE;
	plan->start_code = ~0UL;
	plan->lo = ~0UL;
	for (u32 i = 0; i < plan->phnum; i++) {
		Elf64_Phdr ph = get_phdr(p, plan, i);

		if (ph.p_type != PT_LOAD)
			continue;
		err = check_segment(p, &ph);
		if (err)
			return err;
		if (!doubt)
			doubt = check_size(p, &ph);
		account(plan, p, &ph);
		if (!ph.p_memsz) /* maps nothing */
			continue;
		if (!doubt)
			doubt = check_overlap(p, plan, &ph);
		err = add_segment(p, plan, &ph);
		if (err)
			return err;
	}
	if (!plan->nr_segments)
		return refuse(p, -EINVAL, "nothing to load (no PT_LOAD segment)");
	if (plan->pie && plan->align >= p->task_size)
		return refuse(p, -EINVAL, "segments aligned to %#lx bytes", plan->align);
	if (!doubt && !maps(plan, plan->entry))
		doubt = refuse(p, -EINVAL, "entry point %#lx lies outside its segments",
			       plan->entry);
	plan->doubtful = doubt != 0;
	return doubt;
}

/* The part that Linux does when the old program is gone. */
static int plan_all(struct probe *p, struct elf_plan *plan)
{
	int err;

	plan->pie = p->eh.e_type == ET_DYN;
	plan->entry = p->eh.e_entry;
	plan->phnum = p->eh.e_phnum;
	plan->phentsize = p->eh.e_phentsize;
	err = plan_segments(p, plan);
	plan->too_late = err != 0;
	return err;
}

static int probe_program(struct probe *p, struct elf_plan *plan)
{
	int err = check_file(p);

	if (!err)
		err = check_machine(p, plan);
	if (!err)
		err = check_type(p);
	if (!err)
		err = read_phdrs(p, plan);
	plan->phnum = p->eh.e_phnum;
	if (!err)
		err = scan_headers(p, plan);
	return err ? err : plan_all(p, plan);
}

static int probe_interp(struct probe *p, enum abi abi, struct elf_plan *plan)
{
	int err = check_file(p);

	if (err == -EACCES)
		return err;
	if (p->nr_read < (abi == ABI_64 ? sizeof(Elf64_Ehdr) : sizeof(Elf32_Ehdr)))
		return refuse(p, -EIO, "shorter than an ELF header");
	if (err || check_machine(p, plan))
		return -ELIBBAD;
	if (plan->abi != abi)
		return refuse(p, -ELIBBAD, "not for the program's machine");
	if (read_phdrs(p, plan))
		return -ELIBBAD;
	err = check_type(p);
	plan->too_late = err != 0;
	return err ? err : plan_all(p, plan);
}

/* What follows is long, and written as far as it is used. */
static void clear(struct elf_plan *plan)
{
	memset(plan, 0, offsetof(struct elf_plan, interp));
	plan->interp[0] = 0;
}

int elf_probe(int fd, struct elf_plan *plan, char *why, size_t n)
{
	struct probe p = {.fd = fd, .why = why, .why_size = n};
	int err;

	clear(plan);
	if (n)
		why[0] = '\0';
	if (elf_version(EV_CURRENT) == EV_NONE)
		return refuse(&p, -ENOEXEC, "libelf is too old");
	err = probe_program(&p, plan);
	free(p.far_phdrs);
	return err;
}

int elf_probe_interp(int fd, enum abi abi, struct elf_plan *plan, char *why, size_t n)
{
	struct probe p = {.fd = fd, .why = why, .why_size = n};
	int err;

	clear(plan);
	if (n)
		why[0] = '\0';
	err = probe_interp(&p, abi, plan);
	free(p.far_phdrs);
	return err;
}
