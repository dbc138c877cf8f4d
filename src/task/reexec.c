/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "task/reexec.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "abi/entry_work.h"
#include "cpu/cpu.h"
#include "net/emulate.h"
#include "sandbox/harden.h"
#include "sandbox/limits.h"
#include "sandbox/sandbox.h"
#include "task/signal.h"
#include "task/thread.h"
#include "trace/trace.h"

enum { EXTRA = 8 }; /* words before the program's own arguments, and the NULL */

static bool plain; /* the program was started with nothing that a command line could not repeat */

void reexec_options(const struct run_options *opt)
{
	plain = !opt->steps && !opt->vsyscall_int80 && !opt->static_only;
}

static bool can(const struct exec_name *name)
{
	return plain && !trace_on && !sandbox_on && !harden_on && !limits_on && !net_emulated &&
	       !entry_work.guard && !entry_work.ptrace && !current->seccomp_mode &&
	       !name->inaccessible;
}

/* What search_binary_handler() would find; the rest is found when the old program is gone. */
static long check_format(const char *path)
{
	char magic[4] = {0};
	long fd = host(SYS_openat, AT_FDCWD, HP(path), O_RDONLY | O_CLOEXEC), n;

	if (fd < 0)
		return 0; /* executable, but not readable */
	n = host(SYS_read, fd, HP(magic), sizeof(magic));
	host(SYS_close, fd);
	if (n >= 2 && !memcmp(magic, "#!", 2))
		return 0;
	return n == 4 && !memcmp(magic, "\177ELF", 4) ? 0 : -ENOEXEC;
}

/* With a slash, lest it be looked for in PATH. NULL: no memory. */
static char *slashed(const char *path)
{
	char *s = malloc(strlen(path) + 3);

	if (s)
		sprintf(s, "%s%s", strchr(path, '/') ? "" : "./", path);
	return s;
}

long reexec(const struct exec_name *name, char *const argv[], char *const envp[])
{
	size_t n = 0, i = 0;
	struct sighand own;
	const char **v;
	char *path;
	long err = can(name) ? check_format(name->path) : -ENOSYS;

	if (err)
		return err;
	while (argv[n])
		n++;
	v = malloc((n + EXTRA) * sizeof(*v));
	path = slashed(name->path);
	if (!v || !path)
		fatal("out of memory");
	v[i++] = "trapgate";
	v[i++] = "run";
	v[i++] = "--cpu";
	v[i++] = cpu_model() == CPU_MODEL_AMD ? "amd" : "intel";
	v[i++] = "--argv0";
	v[i++] = n ? argv[0] : "";
	v[i++] = path;
	for (size_t k = 1; k < n; k++)
		v[i++] = argv[k];
	v[i] = NULL;
	thread_exec();
	own = *current->sighand; /* which goes with the memory */
	thread_leave_memory();
	current->sighand = &own;
	signal_before_host_exec();
	for (;;) {
		long ret = host_syscall_block(&current->pending, SYS_execve, HP("/proc/self/exe"),
					      HP(v), HP(envp), 0, 0, 0);

		if (ret != -ERESTARTNOINTR)
			signal_die(SIGSEGV);
		signal_before_host_exec();
	}
}
