/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Pending signals, with all that they carry. The host shows them to tracers alone: here the task
 * takes them, one after the other, and sends them to itself again. */
#include <stdlib.h>
#include <string.h>

#include "task/signal.h"

struct peek {
	bool shared; /* which are asked for */
	u64 skip;    /* of those */
	siginfo_t *out;
	size_t max, n;
	siginfo_t *taken; /* of the host */
	size_t nr_taken, room;
};

static void show(struct peek *p, const siginfo_t *info)
{
	if (signal_is_interrupt(info))
		return;
	if (p->skip)
		p->skip--;
	else if (p->n < p->max)
		p->out[p->n++] = *info;
}

/* Signals that wait for this thread alone. */
static u64 own_pending(void)
{
	char text[2048];
	const char *s;

	if (!host_proc_read(current->tid, "status", text, sizeof(text)))
		return 0;
	s = strstr(text, "\nSigPnd:");
	return s ? strtoull(s + 8, NULL, 16) : 0;
}

/* Takes one of `set`; the thread's own come first. */
static bool take(struct peek *p, u64 set)
{
	const struct timespec now = {0, 0};
	siginfo_t *more;

	if (p->nr_taken == p->room) {
		more = realloc(p->taken, (p->room + 64) * sizeof(*more));
		if (!more)
			return false;
		p->taken = more;
		p->room += 64;
	}
	return host(SYS_rt_sigtimedwait, HP(&set), HP(&p->taken[p->nr_taken]), HP(&now),
		    sizeof(set)) > 0;
}

static void send_back(const siginfo_t *info, bool shared)
{
	if (shared)
		host(SYS_rt_sigqueueinfo, current->pid, info->si_signo, HP(info));
	else
		host(SYS_rt_tgsigqueueinfo, current->pid, current->tid, info->si_signo, HP(info));
}

size_t signal_peek(bool shared, u64 from, siginfo_t *out, size_t max)
{
	struct peek p = {.shared = shared, .skip = from, .out = out, .max = max};
	u64 all = ~0UL, before = 0, own;
	size_t nr_own;

	host(SYS_rt_sigprocmask, SIG_SETMASK, HP(&all), HP(&before), sizeof(all));
	for (u32 i = 0; i < current->queued; i++) /* noted: the host has them no more */
		if (shared != (current->queue[i].info.si_code == SI_TKILL))
			show(&p, &current->queue[i].info);
	while ((own = own_pending()) && take(&p, own))
		p.nr_taken++;
	nr_own = p.nr_taken;
	while (take(&p, all))
		p.nr_taken++;
	for (size_t i = 0; i < p.nr_taken; i++) {
		if (shared == (i >= nr_own))
			show(&p, &p.taken[i]);
		send_back(&p.taken[i], i >= nr_own);
	}
	free(p.taken);
	host(SYS_rt_sigprocmask, SIG_SETMASK, HP(&before), 0, sizeof(before));
	return p.n;
}
