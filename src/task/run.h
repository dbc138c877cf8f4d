/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How the command line hands a program over to be run. */
#ifndef TRAPGATE_TASK_RUN_H
#define TRAPGATE_TASK_RUN_H

#include "cpu/cpu.h"
#include "entry/steps.h"
#include "trace/trace.h"

struct run_options {
	const char *path; /* the program: found in PATH already, not yet looked into */
	const char *name; /* as the user wrote it, for messages */
	char **argv;	  /* NULL-terminated; argv[0] is what --argv0 says, or name */
	char **envp;	  /* NULL-terminated: the guest's whole environment */
	bool static_only; /* refuse dynamically linked programs */
	bool harden;	  /* harden_start() although there is no sandbox */
	bool trace;	  /* start tracing with... */
	/* ... these options. read_mem is NULL: task_main() fills it in. `fd` is an own descriptor
	 * already where -o opened a file, and 2 where traces go to stderr. */
	struct trace_options trace_options;
	enum cpu_model cpu_model;
	const struct steps_options *steps; /* --entry-trace, or NULL */
	bool vsyscall_int80; /* __kernel_vsyscall uses INT 0x80 whatever the CPU has */
	bool *loaded;	     /* set once the program is loaded and about to run; or NULL */
};

/* Makes the engine and an empty address space ready, once, for a process that is to fork and to
 * call task_main() in its children: there only the program is left to be loaded. task_main()'s
 * cpu_model and steps must then be as here. */
void task_prepare(enum cpu_model model, bool steps);

/* Loads the program into a new address space and runs it in this process. Returns the exit status
 * of the guest; where it dies by a signal, so does this process. What cannot be run ends the
 * process with a message and status 126. */
int task_main(const struct run_options *opt);

/* Runs current until it ends. */
_Noreturn void task_run(void);

#endif
