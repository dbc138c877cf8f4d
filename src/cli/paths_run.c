/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Performing a call through a gate: the program of paths/guest.S in a process of its own, under
 * trapgate with its steps watched, again to measure, and natively. */
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/paths.h"
#include "host/host.h"
#include "loader/vdso.h"
#include "task/run.h"
#include "trace/trace.h"

#define RESULT_FD 100
#define PROBE	  255 /* of guest.S */

extern const u8 paths_guest64[], paths_guest32[];
extern const u64 paths_guest64_size, paths_guest32_size;

enum { ON_INTEL = 1, ON_AMD = 2 };

static const struct way {
	const char *name, *title;
	bool elf32;
	u8 lane; /* of guest.S */
	u8 models;
	bool ia32; /* its numbers are those of the 32-bit table */
	const char *mode;
} ways[] = {
	{"syscall-64", "SYSCALL, 64-bit mode", false, 0, ON_INTEL | ON_AMD, false, "64-bit"},
	{"int80-64", "INT 0x80, 64-bit mode", false, 1, ON_INTEL | ON_AMD, true, "64-bit"},
	{"sysenter-64", "SYSENTER, 64-bit mode", false, 2, ON_INTEL, true, "64-bit"},
	{"int80-compat", "INT 0x80, compatibility mode", false, 3, ON_INTEL | ON_AMD, true,
	 "compat"},
	{"sysenter-compat", "SYSENTER, compatibility mode", false, 4, ON_INTEL, true, "compat"},
	{"syscall-compat", "SYSCALL, compatibility mode", false, 5, ON_AMD, true, "compat"},
	{"int80-32", "INT 0x80, 32-bit program", true, 3, ON_INTEL | ON_AMD, true, "32-bit"},
	{"sysenter-32", "SYSENTER, 32-bit program", true, 4, ON_INTEL, true, "32-bit"},
	{"syscall-32", "SYSCALL, 32-bit program", true, 5, ON_AMD, true, "32-bit"},
};

bool paths_way_known(const char *name, size_t len)
{
	for (size_t i = 0; i < ARRAY_SIZE(ways); i++)
		if (strlen(ways[i].name) == len && memcmp(ways[i].name, name, len) == 0)
			return true;
	return false;
}

/* ---- The program ---- */

struct params { /* of guest.S */
	char magic[8];
	u64 lane, nr, args[SYSCALL_MAX_ARGS], rounds, pad, fd;
	u64 ways[6][3];
	u8 text[PATHS_TEXT_SIZE];
};

struct result {
	u64 start[2], end[2];
	u64 ax, bx, cx, dx, si, di, bp, sp, r8_15[8], flags;
};

static void *xmalloc(size_t n)
{
	void *p = malloc(n);

	if (!p)
		fatal("out of memory");
	return p;
}

static u64 vaddr_of(const u8 *image, bool elf32, u64 offset)
{
	const Elf64_Ehdr *e64 = (const void *)image;
	const Elf32_Ehdr *e32 = (const void *)image;
	int n = elf32 ? e32->e_phnum : e64->e_phnum;

	for (int i = 0; i < n; i++) {
		const Elf64_Phdr *p64 = (const void *)(image + e64->e_phoff);
		const Elf32_Phdr *p32 = (const void *)(image + e32->e_phoff);
		u64 start = elf32 ? p32[i].p_offset : p64[i].p_offset;
		u64 size = elf32 ? p32[i].p_filesz : p64[i].p_filesz;

		if (offset >= start && offset < start + size)
			return offset - start + (elf32 ? p32[i].p_vaddr : p64[i].p_vaddr);
	}
	fatal("the program of paths is not as expected");
}

/* The program for a way as a file; *out holds its parameters. */
static int make_program(const struct paths_call *call, const struct way *way, u64 nr,
			unsigned int rounds, u64 pad, struct params *out)
{
	const u8 *blob = way->elf32 ? paths_guest32 : paths_guest64;
	u64 size = way->elf32 ? paths_guest32_size : paths_guest64_size, text, used = 0;
	u8 *image = xmalloc(size);
	struct params *p;
	int fd = memfd_create("paths", MFD_CLOEXEC);

	memcpy(image, blob, size);
	p = memmem(image, size, "PATHSPRM", 8);
	if (!p || fd < 0)
		fatal("the program of paths cannot be made: %s", strerror(errno));
	text = vaddr_of(image, way->elf32, (u64)((u8 *)p - image) + offsetof(struct params, text));
	p->lane = way->lane;
	p->nr = nr;
	p->rounds = rounds;
	p->pad = pad;
	p->fd = RESULT_FD;
	for (int i = 0; i < call->nargs; i++) {
		const struct paths_arg *a = &call->arg[i];

		p->args[i] = a->value;
		if (!a->size)
			continue;
		p->args[i] = text + used;
		if (a->bytes)
			memcpy(p->text + used, a->bytes, a->size);
		used += (a->size + 15) & ~15UL;
	}
	*out = *p;
	if (write(fd, image, size) != (ssize_t)size)
		fatal("the program of paths cannot be written: %s", strerror(errno));
	free(image);
	return fd;
}

/* ---- A process ---- */

struct outcome {
	bool timed_out;
	int status;
	char *out, *err, *steps; /* what was written, with a NUL behind it */
	size_t out_size, err_size, steps_size;
	struct result *results;
	size_t nr_results;
};

static char *take(int fd, size_t *size)
{
	off_t n = lseek(fd, 0, SEEK_END);
	char *text = xmalloc((size_t)n + 1);
	ssize_t got = pread(fd, text, (size_t)n, 0);

	*size = got > 0 ? (size_t)got : 0;
	text[*size] = 0;
	close(fd);
	return text;
}

struct child_fds {
	int program, out, err, result, steps;
};

static _Noreturn void child(const struct child_fds *fd, const struct way *way,
			    const struct params *p, enum cpu_model model, bool native)
{
	static char *argv[] = {"paths", NULL}, *envp[] = {NULL};
	struct steps_options steps = {.json = true, .model = model};
	struct run_options opt = {.name = "paths", .argv = argv, .envp = envp, .cpu_model = model};
	char path[40];
	int null = open("/dev/null", O_RDWR);

	setpgid(0, 0); /* kill(0, ...) stays among its own */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	dup2(null, 0);
	dup2(fd->out, 1);
	dup2(fd->err, 2);
	dup2(fd->result, RESULT_FD);
	if (null > 2)
		close(null);
	if (native) {
		fexecve(fd->program, argv, envp);
		_exit(127);
	}
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd->program);
	opt.path = path;
	if (fd->steps >= 0) {
		steps.from = p->ways[way->lane][0];
		steps.only = p->ways[way->lane][1];
		steps.to = p->ways[way->lane][2];
		steps.fd = host_own_fd(fd->steps);
		opt.steps = &steps;
	}
	exit(task_main(&opt));
}

static bool wait_for(pid_t pid, unsigned int seconds, int *status)
{
	int pidfd = (int)host(SYS_pidfd_open, pid, 0);
	struct pollfd p = {.fd = pidfd, .events = POLLIN};
	bool late = pidfd >= 0 && poll(&p, 1, (int)seconds * 1000) == 0;

	if (late)
		kill(pid, SIGKILL);
	while (waitpid(pid, status, 0) < 0 && errno == EINTR)
		;
	kill(-pid, SIGKILL); /* what it left behind */
	if (pidfd >= 0)
		close(pidfd);
	return late;
}

/* SYSENTER or SYSCALL by a 64-bit program, for which guest.S makes a landing pad. */
static bool fast_compat(const struct way *way)
{
	return !way->elf32 && way->ia32 && strncmp(way->name, "sys", 3) == 0;
}

static u64 native_landing_pad(const struct paths_call *call);

static void run_process(const struct paths_call *call, const struct way *way, u64 nr,
			unsigned int rounds, bool native, bool steps, struct outcome *o)
{
	struct params p;
	u64 pad = native && fast_compat(way) ? native_landing_pad(call)
					     : vdso_image(ABI_32)->int80_landing_pad;
	struct child_fds fd = {.program = make_program(call, way, nr, rounds, pad, &p),
			       .out = host_memory_file("paths"),
			       .err = host_memory_file("paths"),
			       .result = host_memory_file("paths"),
			       .steps = steps ? host_memory_file("paths") : -1};
	size_t size;
	pid_t pid;

	memset(o, 0, sizeof(*o));
	fflush(NULL);
	pid = fork();
	if (pid < 0)
		fatal("fork: %s", strerror(errno));
	if (pid == 0)
		child(&fd, way, &p, call->model, native);
	setpgid(pid, pid);
	o->timed_out = wait_for(pid, call->timeout_s, &o->status);
	o->out = take(fd.out, &o->out_size);
	o->err = take(fd.err, &o->err_size);
	o->results = (struct result *)take(fd.result, &size);
	o->nr_results = size / sizeof(struct result);
	o->steps = steps ? take(fd.steps, &o->steps_size) : NULL;
	close(fd.program);
}

static void outcome_free(struct outcome *o)
{
	free(o->out);
	free(o->err);
	free(o->steps);
	free(o->results);
}

/* Where the host's 32-bit vDSO has its landing pad: behind the INT 0x80 of its __kernel_vsyscall.
 * A 32-bit program looks. 0 when the host runs none. */
static u64 native_landing_pad(const struct paths_call *call)
{
	static const struct way probe = {.name = "probe", .elf32 = true, .lane = PROBE};
	static u64 pad;
	struct outcome o;

	if (pad)
		return pad;
	run_process(call, &probe, 0, 1, true, false, &o);
	if (o.nr_results) {
		const struct result *r = o.results;
		const u8 *start = (const u8 *)r + offsetof(struct result, ax);
		const u8 *code = memmem(start, 64, "\xcd\x80", 2);

		if (code && r->start[0])
			pad = r->start[0] - r->start[1] + (u64)(code + 2 - start);
	}
	outcome_free(&o);
	return pad;
}

static json_t *ended(const struct outcome *o)
{
	if (o->timed_out)
		return json_string("still waiting: stopped");
	if (WIFSIGNALED(o->status))
		return json_sprintf("killed by %s", trace_signal_name(WTERMSIG(o->status)));
	return json_sprintf("exited with %d", WEXITSTATUS(o->status));
}

/* ---- A lane ---- */

static const char *get(const json_t *o, const char *key)
{
	const char *s = json_string_value(json_object_get(o, key));

	return s ? s : "";
}

/* Sorts the lines that the watched process wrote: steps of the call, and executed instructions. */
static void take_steps(json_t *lane, const char *text)
{
	static const char *const common[] = {"pid", "call", "gate", "mode"};
	json_t *steps = json_array(), *insns = json_array();
	json_int_t pid = -1;
	bool executed;

	while (*text) {
		size_t n = strcspn(text, "\n");
		json_t *line = json_loadb(text, n, 0, NULL);

		text += n + (text[n] == '\n');
		if (!line)
			continue;
		if (pid < 0)
			pid = json_integer_value(json_object_get(line, "pid"));
		if (json_integer_value(json_object_get(line, "pid")) != pid) {
			json_decref(line); /* the child of a fork, on its way out */
			continue;
		}
		executed = strcmp(get(line, "step"), "executed") == 0;
		for (size_t i = 0; i < ARRAY_SIZE(common); i++)
			json_object_del(line, common[i]);
		if (executed)
			json_object_del(line, "step");
		json_array_append_new(executed ? insns : steps, line);
	}
	json_object_set_new(lane, "steps", steps);
	json_object_set_new(lane, "instructions", insns);
	json_object_set_new(lane, "instruction_count",
			    json_integer((json_int_t)json_array_size(insns)));
}

static const json_t *find_step(const json_t *lane, const char *name)
{
	const json_t *steps = json_object_get(lane, "steps"), *step;
	size_t i;

	json_array_foreach(steps, i, step) if (strcmp(get(step, "step"), name) == 0) return step;
	return NULL;
}

static void copy_member(json_t *to, const char *key, const json_t *from, const char *member)
{
	json_t *v = from ? json_object_get(from, member) : NULL;

	json_object_set(to, key, v ? v : json_null());
}

/* The registers that the program finds changed: from the step before and the step after. */
static json_t *changed(const json_t *before, const json_t *after)
{
	json_t *list = json_object(), *old;
	const char *name;

	if (!after)
		return list;
	json_object_foreach(json_object_get(before, "regs"), name, old)
	{
		json_t *new = json_object_get(json_object_get(after, "regs"), name);

		if (strcmp(name, "orig_ax") && !json_equal(old, new))
			json_object_set_new(list, name, json_pack("[O,O]", old, new));
	}
	return list;
}

static void summarise(json_t *lane)
{
	const json_t *insn = find_step(lane, "instruction"), *target = find_step(lane, "target");
	const json_t *done = find_step(lane, "done"), *handler = find_step(lane, "handler");
	json_t *o = json_object();

	copy_member(o, "ip", insn, "ip");
	copy_member(o, "bytes", insn, "bytes");
	copy_member(o, "text", insn, "text");
	json_object_set_new(lane, "instruction", o);
	o = json_object();
	copy_member(o, "symbol", target, "symbol");
	copy_member(o, "address", target, "value");
	copy_member(o, "from", target, "from");
	json_object_set_new(lane, "entry", o);
	copy_member(lane, "number", handler, "nr");
	copy_member(lane, "table", handler, "table");
	copy_member(lane, "handler", handler, "handler");
	copy_member(lane, "pt_regs", find_step(lane, "pt-regs"), "regs");
	copy_member(lane, "result", find_step(lane, "result"), "result");
	copy_member(lane, "exit", done, "instruction");
	json_object_set_new(lane, "changed", insn ? changed(insn, done) : json_object());
}

static double nanoseconds(const struct outcome *o, unsigned int rounds)
{
	const struct result *r = o->results;

	return ((double)(r->end[0] - r->start[0]) * 1e9 + (double)r->end[1] - (double)r->start[1]) /
	       rounds;
}

static bool completed(const struct outcome *o)
{
	return !o->timed_out && WIFEXITED(o->status) && o->nr_results;
}

/* Registers other than ax (a pid, say) that a native run leaves differently. */
static json_t *native_differences(const struct result *a, const struct result *b, bool wide)
{
	static const char *const names[] = {"ax",  "bx",  "cx",	 "dx",	"si",	"di",
					    "bp",  "sp",  "r8",	 "r9",	"r10",	"r11",
					    "r12", "r13", "r14", "r15", "flags"};
	const u64 *x = &a->ax, *y = &b->ax;
	json_t *list = json_array();

	for (size_t i = 1; i < ARRAY_SIZE(names); i++)
		if (x[i] != y[i] && (wide || i < 8 || i == 16))
			json_array_append_new(list, json_string(names[i]));
	return list;
}

static json_t *measure_native(const struct paths_call *call, const struct way *way, u64 nr,
			      const struct result *emulated)
{
	struct outcome o;
	json_t *native = json_object();

	run_process(call, way, nr, call->rounds, true, false, &o);
	json_object_set_new(native, "ended", ended(&o));
	if (completed(&o)) {
		u64 ax = o.results->ax;

		json_object_set_new(native, "ns", json_real(nanoseconds(&o, call->rounds)));
		json_object_set_new(native, "result",
				    json_integer(way->ia32 ? (json_int_t)(s32)ax : (json_int_t)ax));
		if (emulated)
			json_object_set_new(native, "differs",
					    native_differences(o.results, emulated, way->lane < 2));
	}
	outcome_free(&o);
	return native;
}

static json_t *lane(const struct paths_call *call, const struct way *way)
{
	json_t *l = json_pack("{s:s,s:s,s:s,s:s}", "way", way->name, "title", way->title, "mode",
			      way->mode, "program", way->elf32 ? "32-bit" : "64-bit");
	const struct syscall_row *table = way->ia32 ? ia32_sys_call_table : sys_call_table;
	u32 size = way->ia32 ? ia32_sys_call_table_size : sys_call_table_size, nr;
	struct outcome watched, timed = {0};
	json_t *ns, *native = json_null();

	for (nr = 0; !call->by_number && nr < size; nr++)
		if (table[nr].name && strcmp(table[nr].name, call->name) == 0)
			break;
	if (nr == size) {
		json_object_set_new(
			l, "absent",
			json_sprintf("%s is not in %s", call->name,
				     way->ia32 ? "ia32_sys_call_table" : "sys_call_table"));
		return l;
	}
	if (call->by_number)
		nr = (u32)call->nr;
	run_process(call, way, nr, 1, false, true, &watched);
	if (WIFEXITED(watched.status) && WEXITSTATUS(watched.status) >= 125 && watched.err_size)
		fatal("%s: %s", way->name, watched.err);
	take_steps(l, watched.steps);
	summarise(l);
	json_object_set_new(l, "ended", ended(&watched));
	json_object_set_new(l, "output", json_stringn_nocheck(watched.out, watched.out_size));
	ns = json_object();
	if (call->rounds && completed(&watched)) {
		run_process(call, way, nr, call->rounds, false, false, &timed);
		if (completed(&timed))
			json_object_set_new(ns, "trapgate",
					    json_real(nanoseconds(&timed, call->rounds)));
		native = measure_native(call, way, nr, completed(&timed) ? timed.results : NULL);
		copy_member(ns, "native", native, "ns");
		outcome_free(&timed);
	}
	json_object_set_new(l, "ns", ns);
	json_object_set_new(l, "native", native);
	outcome_free(&watched);
	return l;
}

static bool wanted(const struct paths_call *call, const struct way *way)
{
	size_t len = strlen(way->name);

	if (!(way->models & (call->model == CPU_MODEL_AMD ? ON_AMD : ON_INTEL)))
		return false;
	if (!call->only)
		return true;
	for (const char *p = call->only; *p; p += strcspn(p, ",") + (p[strcspn(p, ",")] == ','))
		if (strcspn(p, ",") == len && memcmp(p, way->name, len) == 0)
			return true;
	return false;
}

json_t *paths_run(const struct paths_call *call)
{
	json_t *doc = json_object(), *lanes = json_array(), *args = json_array();

	for (int i = 0; i < call->nargs; i++)
		json_array_append_new(args, json_string(call->arg[i].word));
	json_object_set_new(doc, "schema", json_string("trapgate-paths"));
	json_object_set_new(doc, "version", json_integer(1));
	json_object_set_new(doc, "cpu",
			    json_string(call->model == CPU_MODEL_AMD ? "amd" : "intel"));
	json_object_set_new(doc, "engine", json_string(cpu_engine_version()));
	json_object_set_new(doc, "call", json_pack("{s:s,s:o}", "name", call->name, "args", args));
	json_object_set_new(doc, "rounds", json_integer(call->rounds));
	for (size_t i = 0; i < ARRAY_SIZE(ways); i++)
		if (wanted(call, &ways[i]))
			json_array_append_new(lanes, lane(call, &ways[i]));
	json_object_set_new(doc, "lanes", lanes);
	return doc;
}

/* Calls that only ask, and change nothing however often they are made. */
static const char *const repeatable[] = {
	"getpid",
	"getppid",
	"gettid",
	"getuid",
	"geteuid",
	"getgid",
	"getegid",
	"getuid32",
	"geteuid32",
	"getgid32",
	"getegid32",
	"getpgrp",
	"getpgid",
	"getsid",
	"getresuid",
	"getresgid",
	"getgroups",
	"getpriority",
	"getrusage",
	"getrlimit",
	"gettimeofday",
	"clock_gettime",
	"clock_gettime64",
	"clock_getres",
	"time",
	"times",
	"uname",
	"sysinfo",
	"getcpu",
	"getcwd",
	"access",
	"faccessat",
	"stat",
	"fstat",
	"lstat",
	"newfstatat",
	"fstat64",
	"stat64",
	"statx",
	"statfs",
	"readlink",
	"pread64",
	"sched_getaffinity",
	"sched_getscheduler",
	"sched_getparam",
	"sched_get_priority_max",
	"sched_get_priority_min",
	"rt_sigpending",
	"getitimer",
	"get_robust_list",
	"capget",
	"membarrier",
};

const char *paths_repeatable_name(size_t i)
{
	return i < ARRAY_SIZE(repeatable) ? repeatable[i] : NULL;
}

bool paths_repeatable(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(repeatable); i++)
		if (strcmp(repeatable[i], name) == 0)
			return true;
	return false;
}
