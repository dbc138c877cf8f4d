/* SPDX-License-Identifier: GPL-2.0-or-later */
/* --inject and --fault: tampering with calls, as strace does. */
#include <ctype.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "host/host.h"
#include "trace/internal.h"

struct poke {
	u8 arg; /* from 0 */
	u16 len;
	u8 data[512];
};
#define POKES 6

struct inject {
	struct callset set;
	u32 first, last, step; /* when=FIRST..LAST+STEP; last 0: no end */
	bool has_ret, plain;   /* plain: retval=, never an error */
	long ret;
	int signal;
	u64 delay_enter, delay_exit; /* ns */
	const char *other;	     /* syscall= */
	u8 nr_enter, nr_exit;
	struct poke enter[POKES], exit[POKES];
};

bool inject_any;
static struct inject *injects;
static u32 nr_injects;
/* How often each call came, for each -e inject: of this process, as strace counts per task. */
static u16 (*seen)[2][CALLSET_MAX];

static char err[200];

static bool number(const char *text, u64 max, u64 *v)
{
	char *end;

	errno = 0;
	*v = strtoull(text, &end, 0);
	return isdigit((u8)*text) && !*end && !errno && *v <= max;
}

static bool parse_error(const char *text, long *ret)
{
	u64 n;

	for (int e = 1; e < 4096; e++) {
		const char *name = trace_errno_name(e);

		if (name && !strcasecmp(name, text)) {
			*ret = -e;
			return true;
		}
	}
	if (!number(text, 4095, &n) || !n)
		return false;
	*ret = -(long)n;
	return true;
}

static bool parse_delay(const char *text, u64 *ns)
{
	static const struct {
		const char *unit;
		u64 ns;
	} units[] = {{"", 1000}, {"us", 1000}, {"ms", 1000000}, {"s", 1000000000}, {"ns", 1}};
	char *end;
	double v;

	errno = 0;
	v = strtod(text, &end);
	if (end == text || errno || !(v >= 0) || v > 1e10)
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(units); i++) {
		if (!strcmp(end, units[i].unit)) {
			*ns = (u64)(v * (double)units[i].ns);
			return true;
		}
	}
	return false;
}

/* FIRST[..LAST][+[STEP]] */
static bool parse_when(const char *text, struct inject *in)
{
	char *end;
	unsigned long v;

	errno = 0;
	v = strtoul(text, &end, 10);
	if (!isdigit((u8)*text) || errno || !v || v > 0xffff)
		return false;
	in->first = (u32)v;
	in->last = in->first;
	in->step = 1;
	if (end[0] == '.' && end[1] == '.') {
		text = end + 2;
		v = strtoul(text, &end, 10);
		if (!isdigit((u8)*text) || v < in->first || v >= 0xffff)
			return false; /* 0xffff stands for all */
		in->last = (u32)v;
	} else if (*end == '+') {
		in->last = 0;
	}
	if (*end != '+')
		return !*end;
	text = end + 1;
	if (!*text)
		return true;
	v = strtoul(text, &end, 10);
	if (!isdigit((u8)*text) || *end || !v || v > 0xffff)
		return false;
	in->step = (u32)v;
	return true;
}

/* @argN=HEX,@argM=HEX... */
static bool parse_poke(char *text, struct poke *pokes, u8 *n)
{
	for (char *save, *item = strtok_r(text, ",", &save); item;
	     item = strtok_r(NULL, ",", &save)) {
		struct poke *p = &pokes[*n];
		size_t len;

		if (*n == POKES || strncmp(item, "@arg", 4) != 0 || item[4] < '1' ||
		    item[4] > '6' || item[5] != '=')
			return false;
		p->arg = (u8)(item[4] - '1');
		for (int i = 0; i < *n; i++)
			if (pokes[i].arg == p->arg)
				return false;
		item += 6;
		len = strlen(item);
		if (!len || len % 2 || len / 2 > sizeof(p->data) ||
		    strspn(item, "0123456789abcdefABCDEF") != len)
			return false;
		for (size_t i = 0; i < len; i += 2) {
			unsigned b;

			sscanf(item + i, "%2x", &b);
			p->data[p->len++] = (u8)b;
		}
		++*n;
	}
	return *n > 0;
}

/* Calls that take nothing and change nothing: what strace allows instead of another. */
static bool is_pure(const char *name)
{
	const char *const *list = trace_group("pure", true);

	for (; *list; list++)
		if (!strcmp(*list, name))
			return true;
	return false;
}

static bool parse_word(char *word, struct inject *in, bool fault)
{
	u64 v;

	if (!strncmp(word, "when=", 5))
		return parse_when(word + 5, in);
	if (!strncmp(word, "error=", 6)) {
		if (in->has_ret)
			return false;
		in->has_ret = true;
		return parse_error(word + 6, &in->ret);
	}
	if (!strncmp(word, "syscall=", 8)) {
		if (in->other || !is_pure(word + 8))
			return false;
		in->other = strdup(word + 8);
		return in->other != NULL;
	}
	if (fault)
		return false;
	if (!strncmp(word, "retval=", 7)) {
		if (in->has_ret || !number(word + 7, ~0ULL, &v))
			return false;
		in->has_ret = true;
		in->ret = (long)v;
		in->plain = true;
		return true;
	}
	if (!strncmp(word, "signal=", 7)) {
		if (in->signal)
			return false;
		in->signal = trace_signal_number(word + 7);
		return in->signal > 0;
	}
	if (!strncmp(word, "delay_enter=", 12))
		return !in->delay_enter && parse_delay(word + 12, &in->delay_enter);
	if (!strncmp(word, "delay_exit=", 11))
		return !in->delay_exit && parse_delay(word + 11, &in->delay_exit);
	if (!strncmp(word, "poke_enter=", 11))
		return parse_poke(word + 11, in->enter, &in->nr_enter);
	if (!strncmp(word, "poke_exit=", 10))
		return parse_poke(word + 10, in->exit, &in->nr_exit);
	return false;
}

static const struct syscall_row *row_named(enum abi abi, const char *name)
{
	const struct syscall_row *t = abi == ABI_64 ? sys_call_table : ia32_sys_call_table;
	u32 n = abi == ABI_64 ? sys_call_table_size : ia32_sys_call_table_size;

	for (u32 i = 0; i < n; i++)
		if (t[i].name && !strcmp(t[i].name, name))
			return &t[i];
	return NULL;
}

static const char *parse_one(const char *text, bool fault, struct inject *in)
{
	char *copy = strdup(text), *save, *word;
	const char *bad = NULL;

	memset(in, 0, sizeof(*in));
	in->first = in->step = 1;
	word = copy ? strtok_r(copy, ":", &save) : NULL;
	if (!word || *text == ':') {
		bad = "no call";
	} else {
		bad = callset_parse(&in->set, word);
		if (bad) { /* as for -e trace= */
			free(copy);
			return bad;
		}
		while (!bad && (word = strtok_r(NULL, ":", &save)))
			if (!parse_word(word, in, fault))
				bad = word;
	}
	if (!bad && in->other && !row_named(ABI_64, in->other) && !row_named(ABI_32, in->other))
		bad = in->other;
	if (!bad && fault && !in->has_ret) {
		in->has_ret = true;
		in->ret = -ENOSYS;
	}
	if (!bad && !in->has_ret && !in->signal && !in->other && !in->delay_enter &&
	    !in->delay_exit && !in->nr_enter && !in->nr_exit)
		bad = "it does nothing";
	if (bad)
		snprintf(err, sizeof(err), "invalid %s argument '%.80s' (%.60s)",
			 fault ? "fault" : "inject", text, bad);
	free(copy);
	return bad ? err : NULL;
}

const char *inject_parse(const struct trace_options *opt)
{
	inject_any = false;
	if (!opt->nr_inject)
		return NULL;
	injects = calloc(opt->nr_inject, sizeof(*injects));
	seen = calloc(opt->nr_inject, sizeof(*seen));
	if (!injects || !seen)
		return "no memory";
	nr_injects = opt->nr_inject;
	for (u32 i = 0; i < opt->nr_inject; i++) {
		const char *bad = parse_one(opt->inject[i], opt->inject_is_fault[i], &injects[i]);

		if (bad)
			return bad;
	}
	inject_any = true;
	return NULL;
}

/* ---- Tampering ---- */

static _Thread_local const struct inject *active;

static bool due(struct inject *in, u32 count)
{
	if (count < in->first || (in->last && count > in->last))
		return false;
	return (count - in->first) % in->step == 0;
}

static void nap(u64 ns)
{
	struct timespec ts = {(time_t)(ns / 1000000000), (long)(ns % 1000000000)};

	while (host(SYS_nanosleep, HP(&ts), HP(&ts)) == -EINTR)
		;
}

/* As much as can be written: ptrace(2) pokes word by word. */
static bool poke_one(const struct poke *p, guest_addr to)
{
	u16 done = 0;

	if (!topt.write_mem)
		return false;
	if (!topt.write_mem(to, p->data, p->len))
		return true;
	while (done < p->len && !topt.write_mem(to + done, p->data + done, 1))
		done++;
	return done > 0;
}

static void poke(const struct poke *p, u8 n, const struct trace_call *call, u32 *notes)
{
	u32 nargs = call->row && call->row->desc ? call->row->desc->nargs : SYSCALL_MAX_ARGS;

	for (u8 i = 0; i < n; i++) {
		if (p[i].arg >= nargs)
			warn("Failed to tamper with process %d: requested to tamper with argument "
			     "#%d, but system call '%s' has only %u arguments",
			     call->pid, p[i].arg + 1, call->row->name, nargs);
		else if (poke_one(&p[i], call->args[p[i].arg]))
			*notes |= INJ_ARGS;
		else
			warn("Failed to tamper with process %d: couldn't poke", call->pid);
	}
}

/* As one that the kernel sends, as those of strace are. */
static void raise_signal(int sig)
{
	siginfo_t info = {.si_signo = sig, .si_code = SI_KERNEL};

	host(SYS_rt_tgsigqueueinfo, host(SYS_getpid), host(SYS_gettid), sig, HP(&info));
}

/* With ptrace(2) the signal is pending when the call is made: one that does not wait has its result
 * all the same, one that waits is interrupted. Here a call is not begun while a signal is pending;
 * so the signal comes behind the call, or from the observer when it sees that the call waits. Where
 * it cannot see that the signal comes after a while in which the call has not returned. */
#define INTERRUPT_AFTER 1000000000ULL /* ns: long enough for a busy machine */

static const char from_observer;

static struct trace_task *own_task(void)
{
	return out_task(trace_shown_pid((int)host(SYS_gettid)));
}

static void signal_during(int sig)
{
	struct trace_task *t = own_task();

	if (!t)
		return;
	t->due_at = now_ns(CLOCK_MONOTONIC) + INTERRUPT_AFTER;
	__atomic_store_n(&t->due_signal, (u32)sig, __ATOMIC_SEQ_CST);
	trace_observer_wake();
}

/* The call is over. In the child of a fork it was its parent's. */
static void signal_after(void)
{
	struct trace_task *t = own_task();
	u32 sig = t ? __atomic_exchange_n(&t->due_signal, 0, __ATOMIC_SEQ_CST) : 0;

	if (sig)
		raise_signal((int)sig);
}

bool inject_look(void)
{
	siginfo_t info = {.si_code = SI_QUEUE};
	struct trace_task *t;
	u32 at = 0, sig;
	bool due = false;

	info.si_value.sival_ptr = (void *)(uintptr_t)&from_observer;
	while ((t = out_next_task(&at))) {
		if (!t->due_signal)
			continue;
		if (!host_task_waits((int)t->tid) && now_ns(CLOCK_MONOTONIC) < t->due_at) {
			due = true;
			continue;
		}
		sig = __atomic_exchange_n(&t->due_signal, 0, __ATOMIC_SEQ_CST);
		info.si_signo = (int)sig;
		if (sig)
			host(SYS_rt_tgsigqueueinfo, t->pid, t->tid, sig, HP(&info));
	}
	return due;
}

void trace_signal_noted(siginfo_t *info)
{
	int sig = info->si_signo;

	if (unlikely(info->si_code == SI_QUEUE && info->si_value.sival_ptr == &from_observer))
		*info = (siginfo_t){.si_signo = sig, .si_code = SI_KERNEL};
}

/* Whether the call is to be tampered with: it is active from here to its exit. */
static bool choose(const struct trace_call *call)
{
	active = NULL;
	for (u32 i = nr_injects; i-- > 0;) {
		u16 *count;

		if (!callset_has(&injects[i].set, call->abi, trace_set_nr(call)))
			continue;
		/* the last that names the call is it, whether due or not */
		count = &seen[i][call->abi][MIN(call->nr, CALLSET_MAX - 1)];
		if (*count < 0xffff)
			++*count;
		if (due(&injects[i], *count))
			active = &injects[i];
		break;
	}
	return active;
}

bool inject_enter(struct trace_call *call, u32 *notes, long *ret)
{
	const struct inject *in;

	if (!choose(call))
		return false;
	in = active;
	*notes |= INJ_ACTIVE;
	poke(in->enter, in->nr_enter, call, notes);
	if (in->signal == SIGKILL)
		raise_signal(in->signal);
	else if (in->signal)
		signal_during(in->signal);
	if (in->delay_enter || in->delay_exit)
		*notes |= INJ_DELAY;
	/* as with strace, syscall= says only what is called in place of nothing */
	if (!in->has_ret)
		return false;
	*notes |= in->plain ? INJ_RET | INJ_PLAIN : INJ_RET;
	if (in->other) {
		call->row = row_named(call->abi, in->other);
		return false;
	}
	*ret = in->ret;
	return true;
}

void inject_delay(u32 notes)
{
	if ((notes & INJ_ACTIVE) && active->delay_enter)
		nap(active->delay_enter);
}

long inject_exit(const struct trace_call *call, u32 *notes, long ret)
{
	const struct inject *in = active;

	if (!in)
		return ret;
	poke(in->exit, in->nr_exit, call, notes);
	if (in->delay_exit)
		nap(in->delay_exit);
	if (in->signal)
		signal_after();
	return *notes & INJ_RET ? in->ret : ret;
}

void put_injected(struct tline *t)
{
	if ((t->injected & INJ_RET) && (t->injected & INJ_ARGS))
		put(t, " (INJECTED: args, retval)");
	else if (t->injected & INJ_ARGS)
		put(t, " (INJECTED: args)");
	else if (t->injected & INJ_RET)
		put(t, " (INJECTED)");
	if (t->injected & INJ_DELAY)
		put(t, " (DELAYED)");
}
