/* SPDX-License-Identifier: GPL-2.0-or-later */
/* stack_build(): the bytes that a program finds above its first stack pointer. */
#include <check.h>
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/wait.h>

#include "loader/stack.h"
#include "loader_elf.h"

#define TOP_64 0x7ffffffff000UL
#define TOP_32 0xffffe000UL

static const char *const args[] = {"prog", "", "an argument", NULL};
static const char *const envs[] = {"PATH=/bin", "EMPTY=", NULL};

static u64 auxv[5][2];
static struct stack_plan plan;
static struct stack_image image;

static void prepare(enum abi abi, u32 align_random)
{
	static const u64 entries[5][2] = {
		{AT_PAGESZ, 4096}, {AT_RANDOM, 0}, {AT_EXECFN, 0}, {AT_PLATFORM, 0}, {AT_SECURE, 0},
	};

	memcpy(auxv, entries, sizeof(auxv));
	plan = (struct stack_plan){
		.abi = abi,
		.top = abi == ABI_64 ? TOP_64 : TOP_32,
		.argv = args,
		.envp = envs,
		.execfn = "/bin/prog",
		.align_random = align_random,
		.auxv = auxv,
		.nr_auxv = ARRAY_SIZE(auxv),
	};
	for (size_t i = 0; i < sizeof(plan.random); i++)
		plan.random[i] = (u8)(0xf0 + i);
}

static const u8 *at(guest_addr addr)
{
	ck_assert_msg(addr >= image.sp && addr < plan.top, "%#lx is outside the stack", addr);
	return image.data + (addr - image.sp);
}

static u64 word(guest_addr *addr)
{
	size_t size = plan.abi == ABI_64 ? 8 : 4;
	u64 value = 0;

	memcpy(&value, at(*addr), size);
	*addr += size;
	return value;
}

/* The strings lie one after the other from first up to end. */
static void check_strings(const char *const *list, guest_addr first, guest_addr end, guest_addr *sp)
{
	for (; *list; list++) {
		ck_assert_uint_eq(word(sp), first);
		ck_assert_str_eq((const char *)at(first), *list);
		first += strlen(*list) + 1;
	}
	ck_assert_uint_eq(word(sp), 0);
	ck_assert_uint_eq(first, end);
}

static guest_addr auxv_value(guest_addr addr, u64 key)
{
	for (;;) {
		u64 k = word(&addr);
		u64 v = word(&addr);

		if (k == key)
			return v;
		ck_assert_uint_ne(k, AT_NULL);
	}
}

static void check_layout(void)
{
	static const u8 zeros[8];
	const char *platform = plan.abi == ABI_64 ? "x86_64" : "i686";
	guest_addr execfn = plan.top - 8 - sizeof("/bin/prog");
	guest_addr sp = image.sp;
	guest_addr p;

	ck_assert_uint_eq(image.sp % 16, 0);
	ck_assert_uint_eq(image.size, plan.top - image.sp);
	ck_assert_mem_eq(at(plan.top - 8), zeros, 8);
	ck_assert_str_eq((const char *)at(execfn), "/bin/prog");
	ck_assert_uint_eq(image.env_end, execfn);
	ck_assert_uint_eq(image.env_start, image.arg_end);
	ck_assert_uint_eq(word(&sp), 3);
	ck_assert_uint_eq(image.argv, sp);
	check_strings(args, image.arg_start, image.arg_end, &sp);
	ck_assert_uint_eq(image.envp, sp);
	check_strings(envs, image.env_start, image.env_end, &sp);
	ck_assert_uint_eq(image.auxv, sp);
	for (size_t i = 0; i < plan.nr_auxv; i++) {
		ck_assert_uint_eq(word(&sp), auxv[i][0]);
		ck_assert_uint_eq(word(&sp), auxv[i][1]);
	}
	ck_assert_uint_eq(word(&sp), AT_NULL);
	ck_assert_uint_eq(word(&sp), 0);

	p = ((image.arg_start - plan.align_random) & ~15UL) - strlen(platform) - 1;
	ck_assert_uint_eq(auxv_value(image.auxv, AT_PLATFORM), p);
	ck_assert_str_eq((const char *)at(p), platform);
	p -= 16;
	ck_assert_uint_eq(auxv_value(image.auxv, AT_RANDOM), p);
	ck_assert_mem_eq(at(p), plan.random, 16);
	ck_assert_uint_eq(auxv_value(image.auxv, AT_EXECFN), execfn);
	/* No more padding than it takes to align sp. */
	ck_assert(p >= sp && p - sp < 16);
}

START_TEST(layout)
{
	prepare(_i & 1 ? ABI_32 : ABI_64, (u32)_i / 2 * 97 % 8192);
	ck_assert_int_eq(stack_build(&plan, &image), 0);
	check_layout();
	free(image.data);
}
END_TEST

START_TEST(no_arguments)
{
	static const char *const none[] = {NULL};
	guest_addr sp;

	prepare(_i ? ABI_32 : ABI_64, 0);
	plan.argv = none;
	plan.envp = none;
	plan.nr_auxv = 0;
	ck_assert_int_eq(stack_build(&plan, &image), 0);
	sp = image.sp;
	ck_assert_uint_eq(word(&sp), 1);
	ck_assert_str_eq((const char *)at(word(&sp)), "");
	ck_assert_uint_eq(word(&sp), 0);
	ck_assert_uint_eq(word(&sp), 0);
	ck_assert_uint_eq(word(&sp), AT_NULL);
	ck_assert_uint_eq(image.env_start, image.env_end);
	free(image.data);
}
END_TEST

/* A string may have 131072 bytes with its NUL. */
START_TEST(long_strings)
{
	static char longest[131072 + 1];
	const char *const list[] = {"prog", longest, NULL};

	memset(longest, 'x', sizeof(longest) - 1);
	prepare(ABI_64, 0);
	plan.argv = list;
	ck_assert_int_eq(stack_build(&plan, &image), -E2BIG);
	prepare(ABI_64, 0);
	plan.envp = list;
	ck_assert_int_eq(stack_build(&plan, &image), -E2BIG);
	prepare(ABI_64, 0);
	plan.execfn = longest;
	ck_assert_int_eq(stack_build(&plan, &image), -E2BIG);

	longest[sizeof(longest) - 2] = '\0';
	prepare(ABI_64, 0);
	plan.argv = list;
	ck_assert_int_eq(stack_build(&plan, &image), 0);
	ck_assert_uint_eq(image.arg_end - image.arg_start, 5 + 131072);
	free(image.data);
	/* A stack that does not fit below its top. */
	prepare(ABI_32, 0);
	plan.argv = list;
	plan.top = 0x10000;
	ck_assert_int_eq(stack_build(&plan, &image), -E2BIG);
}
END_TEST

/* Runs a program as far as its first instruction, without randomisation. Returns its pid, stopped,
 * or 0 where tracing or 32-bit programs are not to be had. */
static pid_t start_native(enum abi abi, const char *path, guest_addr *sp)
{
	u64 regs[27]; /* struct user_regs_struct: of the 64-bit or of the 32-bit registers */
	struct iovec iov = {regs, sizeof(regs)};
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		personality(ADDR_NO_RANDOMIZE);
		if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) == 0)
			execve(path, (char **)(uintptr_t)args, (char **)(uintptr_t)envs);
		_exit(1);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	if (!WIFSTOPPED(status))
		return 0;
	ck_assert_int_eq(ptrace(PTRACE_GETREGSET, pid, NT_PRSTATUS, &iov), 0);
	*sp = abi == ABI_64 ? regs[19] : (u32)(regs[7] >> 32); /* rsp, esp */
	return pid;
}

/* Reads the stack of a stopped process from sp to its end. */
static u8 *read_native(pid_t pid, guest_addr sp, size_t *size)
{
	char path[64], line[512];
	guest_addr start, end = 0;
	FILE *maps;
	u8 *data;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/maps", pid);
	maps = fopen(path, "r");
	ck_assert_ptr_nonnull(maps);
	while (fgets(line, sizeof(line), maps))
		if (sscanf(line, "%lx-%lx", &start, &end) == 2 && start <= sp && sp < end)
			break;
	fclose(maps);
	ck_assert_uint_gt(end, sp);
	*size = end - sp;
	data = malloc(*size);
	snprintf(path, sizeof(path), "/proc/%d/mem", pid);
	fd = open(path, O_RDONLY);
	ck_assert_int_eq(pread(fd, data, *size, (off_t)sp), (ssize_t)*size);
	close(fd);
	return data;
}

/* The same arguments, environment and auxv must make the very bytes that the host's kernel makes.
 */
START_TEST(as_native)
{
	enum abi abi = _i ? ABI_32 : ABI_64;
	static u64 native_auxv[64][2];
	guest_addr sp, at_random = 0;
	struct image im;
	char path[64];
	size_t size;
	u8 *native;
	pid_t pid;

	if (_i)
		make_image32(&im, false);
	else
		make_image64(&im, false);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", image_fd(&im));
	pid = start_native(abi, path, &sp);
	if (!pid)
		return;
	native = read_native(pid, sp, &size);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);

	prepare(abi, 0);
	plan.execfn = path;
	plan.top = sp + size;
	image = (struct stack_image){.data = native, .size = size, .sp = sp};
	/* Past argc, 3 + 1 arguments, 2 + 1 variables. */
	sp += 8 * (abi == ABI_64 ? 8 : 4);
	plan.auxv = native_auxv;
	for (plan.nr_auxv = 0; plan.nr_auxv < 64; plan.nr_auxv++) {
		u64 key = word(&sp);
		u64 value = word(&sp);

		if (key == AT_NULL)
			break;
		if (key == AT_RANDOM)
			at_random = value;
		else if (key == AT_EXECFN || key == AT_PLATFORM)
			value = 0; /* stack_build() knows */
		native_auxv[plan.nr_auxv][0] = key;
		native_auxv[plan.nr_auxv][1] = value;
	}
	memcpy(plan.random, at(at_random), 16);

	ck_assert_int_eq(stack_build(&plan, &image), 0);
	ck_assert_uint_eq(image.size, size);
	ck_assert_mem_eq(image.data, native, size);
	free(image.data);
	free(native);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("loader: stack");
	TCase *tc = tcase_create("build");
	SRunner *runner;
	int failed;

	tcase_add_loop_test(tc, layout, 0, 100);
	tcase_add_loop_test(tc, no_arguments, 0, 2);
	tcase_add_test(tc, long_strings);
	tcase_add_loop_test(tc, as_native, 0, 2);
	suite_add_tcase(suite, tc);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? 1 : 0;
}
