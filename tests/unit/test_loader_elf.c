/* SPDX-License-Identifier: GPL-2.0-or-later */
/* elf_probe(): good programs, each kind of bad one, and thousands of damaged ones. */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "loader/elf.h"
#include "loader_elf.h"

static struct elf_plan plan;
static char why[200];

static int probe(const struct image *im)
{
	int fd = image_fd(im);
	int err;

	ck_assert_int_ge(fd, 0);
	memset(&plan, 0xa5, sizeof(plan));
	memset(why, 0xa5, sizeof(why));
	err = elf_probe(fd, &plan, why, sizeof(why));
	close(fd);
	return err;
}

static void expect(const struct image *im, int err, const char *reason)
{
	ck_assert_int_eq(probe(im), err);
	ck_assert_msg(strstr(why, reason), "\"%s\" does not say \"%s\"", why, reason);
}

static void check_plan(enum abi abi, bool pie, u64 base, size_t ehsize, u32 phentsize)
{
	ck_assert_str_eq(why, "");
	ck_assert_int_eq(plan.abi, abi);
	ck_assert_int_eq(plan.pie, pie);
	ck_assert(!plan.exec_stack && !plan.read_implies_exec);
	ck_assert_uint_eq(plan.entry, base + 0x800);
	ck_assert_uint_eq(plan.phdr_vaddr, base + ehsize);
	ck_assert_uint_eq(plan.phnum, NR_PHDRS);
	ck_assert_uint_eq(plan.phentsize, phentsize);
	ck_assert_uint_eq(plan.align, PAGE_SIZE);
	ck_assert_uint_eq(plan.lo, base);
	ck_assert_uint_eq(plan.hi, base + 0x8000);
	ck_assert_uint_eq(plan.start_code, base);
	ck_assert_uint_eq(plan.end_code, base + 0x900);
	ck_assert_uint_eq(plan.start_data, base + 0x3010);
	ck_assert_uint_eq(plan.end_data, base + 0x3510);
	ck_assert_uint_eq(plan.brk, base + 0x8000);
	ck_assert_str_eq(plan.interp, "");
	ck_assert_uint_eq(plan.nr_segments, 2);
	ck_assert_uint_eq(plan.segment[0].vaddr, base);
	ck_assert_uint_eq(plan.segment[0].prot, PROT_READ | PROT_EXEC);
	ck_assert_uint_eq(plan.segment[1].vaddr, base + 0x3010);
	ck_assert_uint_eq(plan.segment[1].offset, 0x1010);
	ck_assert_uint_eq(plan.segment[1].filesz, 0x500);
	ck_assert_uint_eq(plan.segment[1].memsz, 0x4000);
	ck_assert_uint_eq(plan.segment[1].prot, PROT_READ | PROT_WRITE);
}

START_TEST(good_programs)
{
	struct image im;
	bool pie = _i & 1;
	u64 base = pie ? 0 : 0x400000;

	if (_i & 2) {
		make_image32(&im, pie);
		ck_assert_int_eq(probe(&im), 0);
		check_plan(ABI_32, pie, base, sizeof(Elf32_Ehdr), sizeof(Elf32_Phdr));
	} else {
		make_image64(&im, pie);
		ck_assert_int_eq(probe(&im), 0);
		check_plan(ABI_64, pie, base, sizeof(Elf64_Ehdr), sizeof(Elf64_Phdr));
	}
}
END_TEST

START_TEST(real_program)
{
	int fd = open("/bin/busybox", O_RDONLY);

	if (fd < 0)
		return;
	ck_assert_int_eq(elf_probe(fd, &plan, why, sizeof(why)), 0);
	close(fd);
	ck_assert_uint_gt(plan.nr_segments, 1);
	ck_assert_uint_ne(plan.phdr_vaddr, 0);
	ck_assert(plan.lo <= plan.entry && plan.entry < plan.hi);
	ck_assert_uint_le(plan.brk, plan.hi);
}
END_TEST

START_TEST(stack_permissions)
{
	struct image im;

	make_image64(&im, false);
	phdr64(&im, 2)->p_flags |= PF_X;
	ck_assert_int_eq(probe(&im), 0);
	ck_assert(plan.exec_stack && !plan.read_implies_exec);
	phdr64(&im, 2)->p_type = PT_NULL; /* no PT_GNU_STACK */
	ck_assert_int_eq(probe(&im), 0);
	ck_assert(!plan.exec_stack && !plan.read_implies_exec);

	make_image32(&im, false);
	phdr32(&im, 2)->p_flags |= PF_X;
	ck_assert_int_eq(probe(&im), 0);
	ck_assert(plan.exec_stack && !plan.read_implies_exec);
	phdr32(&im, 2)->p_type = PT_NULL;
	ck_assert_int_eq(probe(&im), 0);
	ck_assert(plan.exec_stack && plan.read_implies_exec);
	ck_assert_uint_eq(plan.segment[1].prot, PROT_READ | PROT_WRITE | PROT_EXEC);
}
END_TEST

START_TEST(interpreter)
{
	static const char name[] = "/lib/ld.so";
	struct image im;
	Elf64_Phdr *ph = phdr64(&im, 3);

	make_image64(&im, true);
	*ph = (Elf64_Phdr){.p_type = PT_INTERP, .p_offset = 0x700, .p_filesz = sizeof(name)};
	memcpy(im.bytes + 0x700, name, sizeof(name));
	ck_assert_int_eq(probe(&im), 0);
	ck_assert_str_eq(plan.interp, name);
	ph->p_filesz--;
	expect(&im, -ENOEXEC, "interpreter name without an end");
	ph->p_filesz = 1;
	expect(&im, -ENOEXEC, "interpreter name of 0x1 bytes");
	ph->p_filesz = 4097;
	expect(&im, -ENOEXEC, "interpreter name of 0x1001 bytes");
	ph->p_filesz = sizeof(name);
	ph->p_offset = IMAGE_SIZE - 4;
	expect(&im, -EIO, "interpreter name beyond the end of the file");
	ph->p_offset = ~0UL;
	expect(&im, -EINVAL, "cannot read interpreter name");
}
END_TEST

START_TEST(not_elf)
{
	struct image im = {.size = 0};
	int fd;

	expect(&im, -ENOEXEC, "empty file");
	im.size = (size_t)sprintf((char *)im.bytes, "#!/bin/sh\nexit 1\n");
	expect(&im, -ENOEXEC, "a script");
	im.size = (size_t)sprintf((char *)im.bytes, "hello, world\n");
	expect(&im, -ENOEXEC, "not an ELF file");
	im.size = 1;
	expect(&im, -ENOEXEC, "not an ELF file");
	fd = open("/", O_RDONLY);
	ck_assert_int_eq(elf_probe(fd, &plan, why, sizeof(why)), -EACCES);
	ck_assert_str_eq(why, "is a directory");
	close(fd);
	fd = open("/dev/null", O_RDONLY);
	ck_assert_int_eq(elf_probe(fd, &plan, why, sizeof(why)), -EACCES);
	ck_assert_str_eq(why, "not a regular file");
	close(fd);
	ck_assert_int_eq(elf_probe(-1, &plan, why, sizeof(why)), -EBADF);
	/* A reason longer than its buffer is cut. */
	ck_assert_int_eq(elf_probe(-1, &plan, why, 4), -EBADF);
	ck_assert_str_eq(why, "Bad");
}
END_TEST

START_TEST(wrong_kind)
{
	struct image im;

	make_image64(&im, false);
	ehdr64(&im)->e_machine = EM_ARM;
	expect(&im, -ENOEXEC, "ELF for machine 40 (need x86-64 or i386)");
	ehdr64(&im)->e_ident[EI_DATA] = ELFDATA2MSB;
	expect(&im, -ENOEXEC, "big-endian ELF");
	make_image64(&im, false);
	ehdr64(&im)->e_machine = EM_386;
	expect(&im, -ENOEXEC, "64-bit ELF for i386");
	make_image32(&im, false);
	ehdr32(&im)->e_machine = EM_X86_64;
	expect(&im, -ENOEXEC, "32-bit ELF for x86-64");
	make_image64(&im, false);
	ehdr64(&im)->e_type = ET_REL;
	expect(&im, -ENOEXEC, "relocatable object");
	ehdr64(&im)->e_type = ET_CORE;
	expect(&im, -ENOEXEC, "core dump");
	ehdr64(&im)->e_type = ET_NONE;
	expect(&im, -ENOEXEC, "ELF of unknown type 0");
}
END_TEST

START_TEST(lying_ehdr)
{
	struct image im;

	make_image64(&im, false);
	ehdr64(&im)->e_phentsize = 32;
	expect(&im, -ENOEXEC, "program headers of 32 bytes each (need 56)");
	make_image64(&im, false);
	ehdr64(&im)->e_phnum = 0;
	expect(&im, -ENOEXEC, "no program headers");
	ehdr64(&im)->e_phnum = 0xffff;
	expect(&im, -ENOEXEC, "too many program headers (65535)");
	ehdr64(&im)->e_phnum = 1000;
	expect(&im, -ENOEXEC, "truncated program headers");
	make_image64(&im, false);
	ehdr64(&im)->e_phoff = IMAGE_SIZE;
	expect(&im, -ENOEXEC, "program headers beyond the end of the file");
	ehdr64(&im)->e_phoff = ~0UL;
	expect(&im, -ENOEXEC, "program headers beyond the end of the file");
	ehdr64(&im)->e_phoff = IMAGE_SIZE - 8;
	expect(&im, -ENOEXEC, "truncated program headers");
	make_image64(&im, false);
	ehdr64(&im)->e_entry = 0x300000;
	expect(&im, -EINVAL, "entry point 0x300000 lies outside its segments");
	make_image32(&im, false);
	ehdr32(&im)->e_entry = ~0u;
	expect(&im, -EINVAL, "entry point 0xffffffff lies outside its segments");
}
END_TEST

START_TEST(truncated)
{
	struct image im;

	for (size_t size = 4; size < 0x1000; size++) {
		make_image64(&im, false);
		im.size = size;
		ck_assert_int_lt(probe(&im), 0);
		ck_assert_str_ne(why, "");
	}
	im.size = 40;
	expect(&im, -ENOEXEC, "truncated ELF header");
	im.size = 60;
	expect(&im, -ENOEXEC, "program headers beyond the end of the file");
	im.size = 200;
	expect(&im, -ENOEXEC, "truncated program headers");
	im.size = 0x1000;
	expect(&im, -EINVAL, "truncated: segment at 0x403010 ends beyond the end of the file");
	/* As on Linux, the rest of the last page is zeros. */
	im.size = 0x1001;
	ck_assert_int_eq(probe(&im), 0);
}
END_TEST

START_TEST(phdrs_elsewhere)
{
	struct image im;

	make_image64(&im, false);
	memcpy(im.bytes + 0x1800, phdr64(&im, 0), NR_PHDRS * sizeof(Elf64_Phdr));
	ehdr64(&im)->e_phoff = 0x1800; /* in no segment */
	ck_assert_int_eq(probe(&im), 0);
	ck_assert_uint_eq(plan.phdr_vaddr, 0);
	ck_assert_uint_eq(plan.nr_segments, 2);
}
END_TEST

START_TEST(lying_segments)
{
	struct image im;
	Elf64_Phdr *ph = phdr64(&im, 1);

	make_image64(&im, false);
	ph->p_filesz = ph->p_memsz + 1;
	expect(&im, -EINVAL, "larger in the file than in memory");
	make_image64(&im, false);
	ph->p_memsz = ~0UL;
	expect(&im, -EINVAL, "beyond the address space");
	ph->p_memsz = 0x7ffffffff000 - ph->p_vaddr + 1;
	expect(&im, -EINVAL, "beyond the address space");
	ph->p_memsz--;
	expect(&im, -ENOMEM, "more than there is memory");
	make_image64(&im, false);
	ph->p_vaddr = ~0xfefUL; /* of what there is of it in the file */
	expect(&im, -ENOMEM, "beyond the address space");
	ph->p_vaddr = 0x7fffffffc010;
	expect(&im, -EINVAL, "beyond the address space");
	make_image64(&im, false);
	ph->p_offset = 0x10010;
	expect(&im, -EINVAL, "truncated: segment");
	ph->p_offset = ~0xfefUL;
	expect(&im, -EINVAL, "truncated: segment");
	make_image64(&im, false);
	ph->p_offset = 0x1011;
	expect(&im, -EINVAL, "do not match");
	make_image64(&im, false);
	ph->p_vaddr = 0x400810;
	ph->p_offset = 0x810;
	expect(&im, -EINVAL, "segments at 0x400000 and 0x400810 overlap");
	make_image64(&im, false);
	phdr64(&im, 0)->p_type = PT_NULL;
	ph->p_type = PT_NULL;
	expect(&im, -EINVAL, "nothing to load");
	make_image64(&im, true);
	ph->p_align = 1UL << 63;
	expect(&im, -EINVAL, "segments aligned to 0x8000000000000000 bytes");
}
END_TEST

START_TEST(lying_segments32)
{
	struct image im;
	Elf32_Phdr *ph = phdr32(&im, 1);

	make_image32(&im, false);
	ph->p_vaddr = 0xffffd010;
	expect(&im, -EINVAL, "beyond the address space");
	make_image32(&im, false);
	ph->p_memsz = ~0u;
	expect(&im, -EINVAL, "beyond the address space");
	make_image32(&im, false);
	ph->p_offset = 0xfffff010;
	expect(&im, -EINVAL, "truncated: segment");
}
END_TEST

START_TEST(allowed_oddities)
{
	struct image im;
	Elf64_Phdr *text = phdr64(&im, 0);
	Elf64_Phdr *data = phdr64(&im, 1);

	/* Linux does not look at class and encoding. */
	make_image64(&im, false);
	memset(im.bytes + EI_CLASS, 0xcc, EI_NIDENT - EI_CLASS);
	ck_assert_int_eq(probe(&im), 0);
	/* Empty segments map nothing, wherever they are in the file. */
	make_image64(&im, false);
	*phdr64(&im, 3) = (Elf64_Phdr){.p_type = PT_LOAD, .p_vaddr = 0x400123, .p_offset = 0x99999};
	ck_assert_int_eq(probe(&im), 0);
	ck_assert_uint_eq(plan.nr_segments, 2);
	/* Pure bss needs no file offset. */
	make_image64(&im, false);
	data->p_filesz = 0;
	data->p_offset = 0x12345678;
	ck_assert_int_eq(probe(&im), 0);
	/* Segments in the same page, and in descending order. */
	make_image64(&im, false);
	data->p_vaddr = 0x400900;
	data->p_offset = 0x900;
	ck_assert_int_eq(probe(&im), 0);
	make_image64(&im, false);
	data->p_vaddr -= 0x10000;
	ck_assert_int_eq(probe(&im), 0);
	ck_assert_uint_eq(plan.lo, 0x3f3000);
	ck_assert_uint_eq(plan.hi, 0x401000);
	ck_assert_uint_eq(plan.start_data, 0x400000);
	/* The largest alignment that is a power of two counts. */
	make_image64(&im, true);
	text->p_align = 0x200000;
	data->p_align = 0x300000;
	ck_assert_int_eq(probe(&im), 0);
	ck_assert_uint_eq(plan.align, 0x200000);
}
END_TEST

START_TEST(many_segments)
{
	struct image im;

	for (int n = ELF_MAX_SEGMENTS; n <= ELF_MAX_SEGMENTS + 1; n++) {
		make_image64(&im, false);
		ehdr64(&im)->e_phoff = 0x1800;
		ehdr64(&im)->e_phnum = (Elf64_Half)n;
		for (int i = 0; i < n; i++) {
			Elf64_Phdr ph = *phdr64(&im, 0);

			ph.p_vaddr += (u64)i * 0x10000;
			memcpy(im.bytes + 0x1800 + (size_t)i * sizeof(ph), &ph, sizeof(ph));
		}
		if (n > ELF_MAX_SEGMENTS)
			expect(&im, -ENOEXEC, "more than 64 segments to load");
		else
			ck_assert_int_eq(probe(&im), 0);
	}
}
END_TEST

/* ---- damaged programs ---- */

static u64 rng_state;

static u64 rng(void) /* xorshift64* */
{
	rng_state ^= rng_state >> 12;
	rng_state ^= rng_state << 25;
	rng_state ^= rng_state >> 27;
	return rng_state * 0x2545f4914f6cdd1dUL;
}

static void damage(struct image *im)
{
	static const u64 interesting[] = {
		0,
		1,
		2,
		0x7f,
		0xff,
		0x0fff,
		0x1000,
		0x1001,
		0xffff,
		0x7fffffff,
		0x80000000,
		0xffffe000,
		0xfffff000,
		0xffffffff,
		0x100000000,
		0x7fffffffefff,
		0x7ffffffff000,
		0x7fffffffffffffff,
		1UL << 63,
		~0xfffUL,
		~0UL,
	};
	size_t headers = im->bytes[EI_CLASS] == ELFCLASS64
				 ? sizeof(Elf64_Ehdr) + NR_PHDRS * sizeof(Elf64_Phdr)
				 : sizeof(Elf32_Ehdr) + NR_PHDRS * sizeof(Elf32_Phdr);

	for (u64 n = 1 + rng() % 4; n; n--) {
		u64 value = rng() % 2 ? interesting[rng() % ARRAY_SIZE(interesting)] : rng();
		size_t width = (size_t)1 << rng() % 4;
		size_t at = EI_NIDENT + rng() % (headers - EI_NIDENT);

		switch (rng() % 8) {
		case 0: /* one bit */
			im->bytes[at] ^= (u8)(1 << rng() % 8);
			break;
		case 1: /* a byte anywhere, the magic bytes too */
			im->bytes[rng() % headers] = (u8)value;
			break;
		case 2:
			im->size = rng() % 2 ? rng() % IMAGE_SIZE : rng() % headers;
			break;
		case 3: /* one field copied over another */
			memcpy(im->bytes + at / 8 * 8, im->bytes + rng() % headers / 8 * 8, 8);
			break;
		default:
			memcpy(im->bytes + at / width * width, &value, width);
		}
	}
}

static void check_invariants(const struct image *im, int err)
{
	u64 task_size = plan.abi == ABI_64 ? 0x7ffffffff000 : 0xffffe000;

	ck_assert_uint_lt(strnlen(why, sizeof(why)), sizeof(why));
	ck_assert_uint_lt(strnlen(plan.interp, sizeof(plan.interp)), sizeof(plan.interp));
	if (err) {
		ck_assert_int_lt(err, 0);
		ck_assert_str_ne(why, "");
		return;
	}
	ck_assert_str_eq(why, "");
	ck_assert(plan.nr_segments >= 1 && plan.nr_segments <= ELF_MAX_SEGMENTS);
	ck_assert(plan.lo < plan.hi && plan.hi <= task_size);
	ck_assert(!(plan.lo & ~PAGE_MASK) && !(plan.hi & ~PAGE_MASK));
	ck_assert(plan.entry >= plan.lo && plan.entry < plan.hi);
	ck_assert(plan.align >= PAGE_SIZE && !(plan.align & (plan.align - 1)));
	ck_assert_uint_le(plan.brk, task_size);
	for (u32 i = 0; i < plan.nr_segments; i++) {
		const struct elf_segment *seg = &plan.segment[i];

		ck_assert(seg->memsz && seg->filesz <= seg->memsz);
		ck_assert(seg->vaddr >= plan.lo && seg->vaddr + seg->memsz <= plan.hi);
		ck_assert(!seg->filesz ||
			  (seg->offset + seg->filesz <= PAGE_ALIGN(im->size) &&
			   (seg->offset & ~PAGE_MASK) == (seg->vaddr & ~PAGE_MASK)));
		for (u32 j = 0; j < i; j++)
			ck_assert(seg->vaddr >= plan.segment[j].vaddr + plan.segment[j].memsz ||
				  plan.segment[j].vaddr >= seg->vaddr + seg->memsz);
	}
}

#define DAMAGED_PROGRAMS 2500 /* of each of the four kinds */

START_TEST(damaged_programs)
{
	struct image im;
	int good = 0;

	rng_state = 0x9e3779b97f4a7c15UL + (u64)_i;
	for (int i = 0; i < DAMAGED_PROGRAMS; i++) {
		int err;

		if (_i & 2)
			make_image32(&im, _i & 1);
		else
			make_image64(&im, _i & 1);
		damage(&im);
		err = probe(&im);
		good += !err;
		check_invariants(&im, err);
	}
	/* Both outcomes must have been exercised. */
	ck_assert(good > DAMAGED_PROGRAMS / 50 && good < DAMAGED_PROGRAMS * 9 / 10);
}
END_TEST

/* What the host's kernel does with a program: its exit status, -errno from execve, or 1000 + signal
 * number. */
static int run_native(const struct image *im)
{
	char path[64], *argv[] = {"x", NULL}, *envp[] = {NULL};
	int fd = image_fd(im);
	int error = 0, status, report[2];
	pid_t pid;

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(pipe2(report, O_CLOEXEC), 0);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	pid = fork();
	if (pid == 0) {
		setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
		alarm(2);
		execve(path, argv, envp);
		error = errno;
		_exit(write(report[1], &error, sizeof(error)) < 0);
	}
	close(report[1]);
	if (read(report[0], &error, sizeof(error)) < 0)
		error = 0;
	close(report[0]);
	close(fd);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	if (error)
		return -error;
	return WIFSIGNALED(status) ? 1000 + WTERMSIG(status) : WEXITSTATUS(status);
}

#define NATIVE_PROGRAMS 150 /* of each of the four kinds */

/* elf_probe() takes and refuses what the host's kernel takes and refuses. It is stricter in
 * what Linux leaves to chance: segments that overlap, missing pages at the end, and an entry point
 * in nobody's land. */
START_TEST(as_native)
{
	struct image im;

	if (_i & 2)
		make_image32(&im, _i & 1);
	else
		make_image64(&im, _i & 1);
	if (run_native(&im) != 99)
		return; /* a host without 32-bit programs */
	rng_state = 0xd1342543de82ef95UL + (u64)_i;
	for (int i = 0; i < NATIVE_PROGRAMS; i++) {
		int err, native;

		if (_i & 2)
			make_image32(&im, _i & 1);
		else
			make_image64(&im, _i & 1);
		damage(&im);
		err = probe(&im);
		if (plan.interp[0] || strstr(why, "overlap") || strstr(why, "entry point") ||
		    strstr(why, "truncated: segment"))
			continue;
		native = run_native(&im);
		if (!err)
			ck_assert_msg(native >= 0, "accepted, native %d", native);
		else if (err == -EINVAL || err == -ENOMEM)
			ck_assert_msg(native == 1000 + SIGSEGV, "%d (%s), native %d", err, why,
				      native);
		else
			ck_assert_msg(native == err, "%d (%s), native %d", err, why, native);
	}
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("loader: ELF");
	TCase *tc = tcase_create("probe");
	SRunner *runner;
	int failed;

	tcase_set_timeout(tc, 60);
	tcase_add_loop_test(tc, good_programs, 0, 4);
	tcase_add_test(tc, real_program);
	tcase_add_test(tc, stack_permissions);
	tcase_add_test(tc, interpreter);
	tcase_add_test(tc, not_elf);
	tcase_add_test(tc, wrong_kind);
	tcase_add_test(tc, lying_ehdr);
	tcase_add_test(tc, truncated);
	tcase_add_test(tc, phdrs_elsewhere);
	tcase_add_test(tc, lying_segments);
	tcase_add_test(tc, lying_segments32);
	tcase_add_test(tc, allowed_oddities);
	tcase_add_test(tc, many_segments);
	tcase_add_loop_test(tc, damaged_programs, 0, 4);
	tcase_add_loop_test(tc, as_native, 0, 4);
	suite_add_tcase(suite, tc);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? 1 : 0;
}
