/* SPDX-License-Identifier: GPL-2.0-or-later */
/* trapgate paths: what its document says of real passages through the gates. */
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/paths.h"
#include "entry/kernel.h"
#include "entry/steps.h"
#include "host/host.h"

static json_t *run(enum cpu_model model, const char *name, int nargs, const struct paths_arg *args,
		   unsigned int rounds)
{
	struct paths_call call = {
		.name = name, .model = model, .nargs = nargs, .rounds = rounds, .timeout_s = 60};

	if (nargs)
		memcpy(call.arg, args, (size_t)nargs * sizeof(*args));
	return paths_run(&call);
}

static const char *get(const json_t *o, const char *key)
{
	const char *s = json_string_value(json_object_get(o, key));

	return s ? s : "";
}

static const json_t *step(const json_t *lane, const char *phase, const char *name)
{
	json_t *s;
	size_t i;

	json_array_foreach(json_object_get(lane, "steps"), i,
			   s) if (strcmp(get(s, "phase"), phase) == 0 &&
				  strcmp(get(s, "step"), name) == 0) return s;
	return NULL;
}

static u64 value(const json_t *o, const char *key)
{
	return strtoull(get(o, key), NULL, 16);
}

static u64 msr(u32 nr)
{
	const struct cpu_boot *boot = kernel_boot(CPU_MODEL_AMD);

	for (size_t i = 0; i < boot->nr_msrs; i++)
		if (boot->msrs[i].nr == nr)
			return boot->msrs[i].value;
	return 0;
}

/* The address of the kernel's code, as the gate has to find it. */
static u64 entry_of(const char *way)
{
	if (strcmp(way, "syscall-64") == 0)
		return msr(MSR_LSTAR);
	if (strncmp(way, "syscall", 7) == 0)
		return msr(MSR_CSTAR);
	if (strncmp(way, "sysenter", 8) == 0)
		return msr(MSR_IA32_SYSENTER_EIP);
	return idt_gate_decode(kernel_boot(CPU_MODEL_AMD)->idt[0x80]).offset;
}

static void check_lane(const json_t *lane, json_int_t result, u32 nr64, u32 nr32)
{
	const char *way = get(lane, "way");
	bool ia32 = strcmp(way, "syscall-64") != 0, int80 = strncmp(way, "int80", 5) == 0;
	const json_t *regs = json_object_get(lane, "pt_regs"), *s;
	u64 stack, sp;

	ck_assert_msg(!step(lane, "user", "mismatch"), "%s: %s is not as it should be", way,
		      get(step(lane, "user", "mismatch"), "set"));
	ck_assert_str_eq(get(lane, "ended"), "exited with 0");
	ck_assert_int_eq(json_integer_value(json_object_get(lane, "result")), result);
	ck_assert_uint_eq(value(json_object_get(lane, "entry"), "address"), entry_of(way));
	ck_assert_str_eq(get(json_object_get(lane, "entry"), "symbol"),
			 kernel_symbol(entry_of(way)));
	ck_assert_str_eq(get(lane, "exit"), !ia32 ? "SYSRETQ" : int80 ? "IRETQ" : "SYSRETL");
	ck_assert_str_eq(get(lane, "table"), ia32 ? "ia32_sys_call_table" : "sys_call_table");
	ck_assert_uint_eq(value(regs, "orig_ax"), ia32 ? nr32 : nr64);
	ck_assert_int_eq((s64)value(regs, "ax"), -ENOSYS);
	/* the frame ends at the top of the task's stack */
	s = step(lane, "entry", "pt-regs");
	stack = value(step(lane, "entry", "kernel-stack"), "value");
	ck_assert_uint_eq(value(s, "value"), stack - sizeof(struct pt_regs));
	/* what the way out restores is what the frame holds */
	sp = value(step(lane, "cpu-out", "stack"), "value");
	ck_assert_uint_eq(sp, value(regs, "sp"));
	ck_assert_uint_eq(value(step(lane, "cpu-out", "ip"), "value"),
			  int80 || !ia32 ? value(regs, "ip") : (u32)value(regs, "ip"));
	ck_assert(value(step(lane, "user", "instruction"), "ip") != 0);
	ck_assert_int_ge(json_integer_value(json_object_get(lane, "instruction_count")), 1);
}

START_TEST(test_getppid)
{
	json_t *doc = run(_i ? CPU_MODEL_AMD : CPU_MODEL_INTEL, "getppid", 0, NULL, 0), *lane;
	size_t i;

	ck_assert_uint_eq(json_array_size(json_object_get(doc, "lanes")), _i ? 6 : 7);
	json_array_foreach(json_object_get(doc, "lanes"), i, lane)
		check_lane(lane, getpid(), 110, 64);
	json_decref(doc);
}
END_TEST

START_TEST(test_write)
{
	static const struct paths_arg args[] = {
		{.word = "1", .value = 1},
		{.word = "hello", .bytes = "hello", .size = 6},
		{.word = "5", .value = 5},
	};
	json_t *doc = run(_i ? CPU_MODEL_AMD : CPU_MODEL_INTEL, "write", 3, args, 0), *lane;
	size_t i;

	json_array_foreach(json_object_get(doc, "lanes"), i, lane)
	{
		check_lane(lane, 5, 1, 4);
		ck_assert_str_eq(get(lane, "output"), "hello");
	}
	json_decref(doc);
}
END_TEST

/* Calls that do not come back: the ways in are there, the ways out are not. */
START_TEST(test_exit)
{
	static const struct paths_arg args[] = {{.word = "3", .value = 3}};
	json_t *doc = run(CPU_MODEL_INTEL, "exit", 1, args, 0), *lane;
	size_t i;

	json_array_foreach(json_object_get(doc, "lanes"), i, lane)
	{
		ck_assert_str_eq(get(lane, "ended"), "exited with 3");
		ck_assert_str_eq(get(lane, "handler"), "sys_exit");
		ck_assert(json_is_null(json_object_get(lane, "result")));
		ck_assert_ptr_null(step(lane, "exit", "decide"));
	}
	json_decref(doc);
}
END_TEST

START_TEST(test_fork)
{
	json_t *doc = run(CPU_MODEL_INTEL, "fork", 0, NULL, 0), *lane;
	size_t i;

	json_array_foreach(json_object_get(doc, "lanes"), i, lane)
	{
		ck_assert_str_eq(get(lane, "ended"), "exited with 0");
		ck_assert_int_gt(json_integer_value(json_object_get(lane, "result")), 0);
		ck_assert_ptr_null(step(lane, "user", "mismatch"));
	}
	json_decref(doc);
}
END_TEST

/* The file of a lane's steps: what two processes write at once is all there. */
START_TEST(test_written_by_two)
{
	enum { LINES = 50000 };
	int fd = host_memory_file("steps");
	pid_t pid = fork();

	ck_assert_int_ge(pid, 0);
	for (int i = 0; i < LINES; i++)
		ck_assert_int_eq(write(fd, "12345678", 8), 8);
	if (pid == 0)
		_exit(0);
	ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
	ck_assert_int_eq(lseek(fd, 0, SEEK_END), 2 * LINES * 8);
	close(fd);
}
END_TEST

START_TEST(test_not_in_a_table)
{
	json_t *doc = run(CPU_MODEL_INTEL, "mmap2", 0, NULL, 0), *lane;
	size_t i;

	json_array_foreach(json_object_get(doc, "lanes"), i, lane)
		ck_assert_int_eq(json_object_get(lane, "absent") != NULL,
				 strcmp(get(lane, "way"), "syscall-64") == 0);
	json_decref(doc);
}
END_TEST

/* Measured: under trapgate always; natively where the host's CPU has the gate, and there the
 * program finds all registers as it does under trapgate. */
START_TEST(test_measure)
{
	json_t *doc = run(_i ? CPU_MODEL_AMD : CPU_MODEL_INTEL, "getppid", 0, NULL, 100), *lane;
	const json_t *native;
	size_t i;

	json_array_foreach(json_object_get(doc, "lanes"), i, lane)
	{
		ck_assert(json_is_real(json_object_get(json_object_get(lane, "ns"), "trapgate")));
		native = json_object_get(lane, "native");
		ck_assert(json_is_object(native));
		if (!json_is_real(json_object_get(native, "ns")))
			continue;
		ck_assert_int_eq(json_integer_value(json_object_get(native, "result")), getpid());
		ck_assert_msg(
			json_array_size(json_object_get(native, "differs")) == 0,
			"%s: %s differs natively", get(lane, "way"),
			json_string_value(json_array_get(json_object_get(native, "differs"), 0)));
	}
	json_decref(doc);
}
END_TEST

START_TEST(test_differences)
{
	json_t *doc = run(CPU_MODEL_INTEL, "getppid", 0, NULL, 0), *lane;

	paths_only_differences(doc);
	lane = json_array_get(json_object_get(doc, "lanes"), 0);
	ck_assert_ptr_null(step(lane, "exit", "work"));	      /* "none" in each */
	ck_assert_ptr_nonnull(step(lane, "cpu-in", "stack")); /* another in each */
	ck_assert_ptr_null(json_object_get(json_object_get(lane, "pt_regs"), "ax"));
	ck_assert_ptr_nonnull(json_object_get(json_object_get(lane, "pt_regs"), "orig_ax"));
	json_decref(doc);
}
END_TEST

/* The page is well-formed: each element is closed, in order. */
static void check_elements(const char *page)
{
	char stack[64][16];
	int depth = 0;
	const char *p = strstr(page, "<html");

	while ((p = strchr(p, '<'))) {
		const char *end = strchr(p, '>');
		size_t n;

		ck_assert_ptr_nonnull(end);
		p++;
		n = strcspn(p + (*p == '/'), " >/");
		ck_assert_uint_lt(n, sizeof(stack[0]));
		if (*p == '/') {
			ck_assert_int_gt(depth, 0);
			depth--;
			ck_assert_uint_eq(strlen(stack[depth]), n);
			ck_assert_int_eq(memcmp(stack[depth], p + 1, n), 0);
		} else if (end[-1] != '/') {
			ck_assert_int_lt(depth, 64);
			memcpy(stack[depth], p, n);
			stack[depth++][n] = 0;
		}
		p = end;
	}
	ck_assert_int_eq(depth, 0);
}

START_TEST(test_page)
{
	static const struct paths_arg args[] = {
		{.word = "1", .value = 1},
		{.word = "<&>\"", .bytes = "<&>\"", .size = 5},
		{.word = "4", .value = 4},
	};
	json_t *doc = run(CPU_MODEL_INTEL, "write", 3, args, 0);
	char *page = NULL;
	size_t size;
	FILE *f = open_memstream(&page, &size);

	paths_html(doc, f);
	fclose(f);
	check_elements(page);
	ck_assert_ptr_nonnull(strstr(page, "write 1 &lt;&amp;&gt;&quot; 4"));
	/* alone: no script, and nothing from anywhere else */
	ck_assert_ptr_null(strstr(page, "<script"));
	ck_assert_ptr_null(strstr(page, "http"));
	ck_assert_ptr_null(strstr(page, "src="));
	ck_assert_ptr_null(strstr(page, "@import"));
	ck_assert_ptr_nonnull(strstr(page, "prefers-color-scheme:dark"));
	ck_assert_ptr_nonnull(strstr(page, "entry_SYSCALL_64"));
	ck_assert_ptr_nonnull(strstr(page, "entry_SYSENTER_compat"));
	ck_assert_ptr_nonnull(strstr(page, "entry_INT80_compat"));
	free(page);
	json_decref(doc);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("paths");
	TCase *tc = tcase_create("paths");
	SRunner *sr;
	int failed;

	tcase_set_timeout(tc, 120);
	tcase_add_loop_test(tc, test_getppid, 0, 2);
	tcase_add_loop_test(tc, test_write, 0, 2);
	tcase_add_test(tc, test_exit);
	tcase_add_test(tc, test_fork);
	tcase_add_test(tc, test_written_by_two);
	tcase_add_test(tc, test_not_in_a_table);
	tcase_add_loop_test(tc, test_measure, 0, 2);
	tcase_add_test(tc, test_differences);
	tcase_add_test(tc, test_page);
	suite_add_tcase(s, tc);
	sr = srunner_create(s);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed != 0;
}
