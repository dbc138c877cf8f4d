/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Arguments of system calls: the tracer decodes those of every row, with whatever memory they point
 * to, and the handlers that cannot wait for anything, end the process or reach beyond it are
 * called. Input: the number of calls, that many of two bytes for the row and six arguments of five,
 * and the guest's memory. */
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "abi/syscall.h"
#include "fuzz.h"
#include "host/host.h"
#include "mm/mm.h"
#include "mm/uaccess.h"
#include "syscalls/rlimit.h"
#include "task/run.h"
#include "task/task.h"
#include "trace/trace.h"

#define MEMORY 0x10000000UL
#define SIZE   0x4000UL
#define FDS    10 /* of the target's own */

static const char *const called[] = {
	"uname",
	"sysinfo",
	"getrusage",
	"times",
	"getcwd",
	"getrlimit",
	"clock_gettime",
	"clock_getres",
	"gettimeofday",
	"time",
	"getgroups",
	"getgroups32",
	"capget",
	"mincore",
	"madvise",
	"mprotect",
	"munmap",
	"mremap",
	"brk",
	"msync",
	"readv",
	"writev",
	"pread64",
	"pwrite64",
	"preadv",
	"pwritev",
	"preadv2",
	"pwritev2",
	"sendmsg",
	"sendmmsg",
	"sendto",
	"recvmsg",
	"recvfrom",
	"recvmmsg",
	"getsockopt",
	"setsockopt",
	"getsockname",
	"getpeername",
	"stat",
	"lstat",
	"newfstatat",
	"fstatat64",
	"stat64",
	"lstat64",
	"fstat64",
	"oldstat",
	"statx",
	"access",
	"faccessat",
	"readlink",
	"readlinkat",
	"getdents",
	"getdents64",
	"statfs",
	"statfs64",
	"fstatfs64",
	"getxattr",
	"listxattr",
	"epoll_ctl",
	"sched_getaffinity",
	"set_robust_list",
	"get_robust_list",
	"clock_gettime64",
	"getresuid",
	"getresgid",
	"lseek",
	"_llseek",
	"ustat",
	"process_madvise",
};

static bool may_call(const struct syscall_row *row)
{
	for (size_t i = 0; row->desc && i < ARRAY_SIZE(called); i++)
		if (strcmp(row->name, called[i]) == 0)
			return strcmp(row->name, "process_madvise") != 0;
	return false;
}

/* Guest memory may be bad: only the functions that reach for it may meet that. */
static void fault(int sig, siginfo_t *info, void *context)
{
	(void)info;
	if (!host_copy_fixup(context)) {
		signal(sig, SIG_DFL);
		raise(sig);
	}
}

static void start(void)
{
	struct sigaction sa = {.sa_sigaction = fault, .sa_flags = SA_SIGINFO | SA_NODEFER};

	struct trace_options opt = {
		.read_mem = copy_from_user, .write_mem = copy_to_user, .verbose = "all"};
	int pair[2], pipes[2], null = open("/dev/null", O_WRONLY | O_CLOEXEC);

	sigaction(SIGSEGV, &sa, NULL);
	sigaction(SIGBUS, &sa, NULL);
	signal(SIGPIPE, SIG_IGN);
	current->pid = current->tid = getpid();
	rlimit_init();
	task_prepare(CPU_MODEL_INTEL, false);
	opt.fd = host_own_fd(null);
	if (opt.fd < 0 || trace_start(&opt) ||
	    socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, pair) ||
	    pipe2(pipes, O_NONBLOCK))
		abort();
	dup2(memfd_create("file", 0), 20);
	dup2(pair[0], 21);
	dup2(pair[1], 22);
	dup2(pipes[0], 23);
	dup2(pipes[1], 24);
	dup2(open("/", O_RDONLY | O_DIRECTORY), 25);
	dup2(epoll_create1(0), 26);
	dup2(socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0), 27);
	dup2(open("/dev/zero", O_RDONLY), 28);
	dup2(open("/proc/self/status", O_RDONLY), 29);
	for (int i = 0; i < 2; i++) {
		close(pair[i]);
		close(pipes[i]);
	}
}

static u64 argument(const uint8_t *p)
{
	u32 v;

	memcpy(&v, p + 1, sizeof(v));
	switch (p[0] % 8) {
	case 0:
		return v;
	case 1:
		return (u64)(s64)(s32)v;
	case 2:
	case 3:
		return MEMORY + v % SIZE;
	case 4:
		return MEMORY + SIZE - v % 256;
	case 5:
		return 20 + v % FDS;
	case 6:
		return v & 0xff;
	default:
		return v % 5 == 0 ? 0xffff800000000000UL + v : 0;
	}
}

static void one_call(const uint8_t *p)
{
	enum abi abi = p[1] & 0x80 ? ABI_32 : ABI_64;
	u32 size = abi == ABI_32 ? ia32_sys_call_table_size : sys_call_table_size,
	    nr = (p[0] | (u32)(p[1] & 0x7f) << 8) % size;
	const struct syscall_row *row =
		abi == ABI_32 ? &ia32_sys_call_table[nr] : &sys_call_table[nr];
	u64 args[SYSCALL_MAX_ARGS];
	struct trace_call call = {.pid = current->tid,
				  .abi = abi,
				  .gate = GATE_INT80,
				  .nr = nr,
				  .row = row,
				  .args = args};
	long ret;

	for (int i = 0; i < SYSCALL_MAX_ARGS; i++)
		args[i] = abi == ABI_32 ? (u32)argument(p + 2 + 5 * i) : argument(p + 2 + 5 * i);
	ret = (s8)p[2]; /* what a call that is not made is said to have returned */
	if (!row->name || !strcmp(row->name, "execve") || !strcmp(row->name, "execveat") ||
	    strstr(row->name, "exit"))
		return; /* they do not come back */
	current->abi = current->sc_abi = abi;
	current->nr = (s64)nr;
	if (trace_enter(&call, &ret))
		return;
	if (may_call(row)) {
		ret = row->desc->fn(args);
		user_end(ret);
	}
	trace_exit(&call, ret);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static bool started;
	size_t calls, memory;

	if (!started)
		start();
	started = true;
	if (n < 1)
		return 0;
	calls = data[0] % 16;
	memory = 1 + calls * (2 + 5 * SYSCALL_MAX_ARGS);
	if (n < memory)
		return 0;
	mm_reset(ABI_64, -1);
	if (mm_mmap(MEMORY, SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED,
		    -1, 0) != (long)MEMORY)
		abort();
	copy_to_user(MEMORY, data + memory, MIN(n - memory, SIZE));
	for (size_t i = 0; i < calls; i++)
		one_call(data + 1 + i * (2 + 5 * SYSCALL_MAX_ARGS));
	if (ftruncate(20, 0) != 0)
		abort();
	return 0;
}
