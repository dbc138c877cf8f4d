/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sandbox/guard.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "abi/entry_work.h"
#include "host/host.h"

u8 guard_calls[2][POLICY_CALLS];

static struct policy policy;
static struct policy_seen *seen;
static u8 told[2][POLICY_CALLS]; /* log: once for each call and process */

int guard_stderr(void)
{
	static int fd = -1;

	if (fd < 0) {
		fd = dup(STDERR_FILENO);
		fd = fd < 0 ? -1 : host_own_fd(fd);
	}
	return fd;
}

static const struct syscall_row *row_of(enum abi abi, u32 nr)
{
	if (abi == ABI_64)
		return nr < sys_call_table_size ? &sys_call_table[nr] : NULL;
	return nr < ia32_sys_call_table_size ? &ia32_sys_call_table[nr] : NULL;
}

static bool demux_of(enum abi abi, u32 nr, enum policy_demux *d)
{
	const struct syscall_row *row = row_of(abi, nr);

	return row && row->name && policy_is_demux(abi, row->name, d);
}

static void demand(int abi, u8 bit, bool (*wanted)(enum abi abi, u32 nr))
{
	for (u32 i = 0; i < POLICY_CALLS; i++)
		if (wanted((enum abi)abi, i))
			guard_calls[abi][i] |= bit;
}

static bool is_judged(enum abi abi, u32 nr)
{
	enum policy_demux d;

	return policy.call[abi][nr].action != POLICY_ALLOW || demux_of(abi, nr, &d);
}

static bool is_row(enum abi abi, u32 nr)
{
	const struct syscall_row *row = row_of(abi, nr);

	return row && row->name;
}

void guard_start(const struct policy *p)
{
	policy = *p;
	guard_stderr();
	demand(ABI_64, GUARD_JUDGE, is_judged);
	demand(ABI_32, GUARD_JUDGE, is_judged);
	entry_work.guard = true;
}

void guard_learn(struct policy_seen *to)
{
	seen = to;
	demand(ABI_64, GUARD_LEARN, is_row);
	demand(ABI_32, GUARD_LEARN, is_row);
	entry_work.guard = true;
}

static void tell(enum abi abi, u32 nr, const char *inner, const char *what)
{
	const struct syscall_row *row = row_of(abi, nr);
	char line[160];
	int n = snprintf(line, sizeof(line), "trapgate: policy: %s%s%s (%s) of process %ld %s\n",
			 row && row->name ? row->name : "?", inner ? ":" : "", inner ? inner : "",
			 abi == ABI_64 ? "64-bit" : "32-bit", host(SYS_getpid), what);

	host(SYS_write, guard_stderr(), HP(line), n);
}

struct policy_verdict guard_judge(enum abi abi, u32 nr, const u64 *args)
{
	struct policy_verdict v = {.action = POLICY_ALLOW};
	const char *inner = NULL;
	enum policy_demux d;
	u32 call = 0;

	if (nr >= POLICY_CALLS)
		return v;
	v = policy.call[abi][nr];
	if (demux_of(abi, nr, &d)) {
		/* ipc's upper half is a version; what has no name is the handler's to refuse */
		call = d == DEMUX_IPC ? args[0] & 0xffff : (u32)args[0];
		inner = policy_inner_name(d, call);
		if (inner)
			v = policy.inner[d][call];
		if (seen && inner)
			seen->inner[d][call] = 1;
	}
	if (seen)
		seen->call[abi][nr] = 1;
	if (v.action == POLICY_KILL)
		tell(abi, nr, inner, "is killed for it");
	if (v.action == POLICY_LOG) {
		if (!told[abi][nr])
			tell(abi, nr, inner, "is let through");
		told[abi][nr] = 1;
		v.action = POLICY_ALLOW;
	}
	return v;
}
