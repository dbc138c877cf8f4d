/* SPDX-License-Identifier: GPL-2.0-or-later */
/* /proc/PID/syscall: in which call a task of a guest is. */
#include "syscalls/proc_call.h"

#include <string.h>

#include "cpu/cpu.h"
#include "host/host.h"
#include "mm/peer.h"
#include "task/thread.h"

static void put_call(FILE *out, const struct task *t, const struct pt_regs *r)
{
	const u64 wide[] = {r->di, r->si, r->dx, r->r10, r->r8, r->r9};
	const u64 narrow[] = {r->bx, r->cx, r->dx, r->si, r->di, r->bp};

	fprintf(out, "%d", t->nr);
	for (int i = 0; i < 6; i++)
		fprintf(out, " 0x%lx", t->sc_abi == ABI_64 ? wide[i] : narrow[i] & 0xffffffff);
	fprintf(out, " 0x%lx 0x%lx\n", r->sp, r->ip);
}

/* The registers of a task whose call was begun without leaving the engine. */
static bool engine_regs(const struct proc_view *v, const struct task *t, struct pt_regs *r)
{
	struct cpu_words w;

	if (v->self)
		w = *cpu_words();
	else if (!cpu_words() || peer_read(v->pid, &w, cpu_words(), sizeof(w)))
		return false;
	cpu_words_regs(&w, r);
	r->ip += t->gate == GATE_SYSCALL ? 2 : 0; /* INT has moved it already */
	if (t->gate == GATE_SYSENTER)
		r->sp = r->bp;
	else if (t->gate == GATE_SYSCALL32)
		r->cx = r->bp;
	if (t->gate == GATE_SYSENTER || t->gate == GATE_SYSCALL32) {
		r->ip = v->mm.vdso32_landing;
		r->bp = t->stack_arg6;
	}
	return true;
}

void proc_put_syscall(FILE *out, struct proc_view *v, pid_t tid, FILE *host_file)
{
	char line[256];
	struct task t;
	struct pt_regs r;

	if (!host_file || !fgets(line, sizeof(line), host_file))
		return;
	if (!thread_copy(v->pid, tid, &t) || (v->self && tid != current->tid && !t.outside) ||
	    !strncmp(line, "running", 7)) {
		fputs("running\n", out); /* perhaps without being in the engine: it wants to run */
		return;
	}
	if (t.outside)
		put_call(out, &t, &t.regs);
	else if (engine_regs(v, &t, &r))
		put_call(out, &t, &r);
	else
		fputs("running\n", out);
}
