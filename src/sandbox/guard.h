/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the sandbox has to say about a system call when it is made. src/entry/ asks; nothing is
 * asked for calls whose byte in guard_calls is zero, and nothing at all while entry_work.guard is
 * off. */
#ifndef TRAPGATE_SANDBOX_GUARD_H
#define TRAPGATE_SANDBOX_GUARD_H

#include "sandbox/policy.h"

enum {
	GUARD_JUDGE = 1, /* the policy has something against the call, or looks behind its number */
	GUARD_LEARN = 2, /* the call is written down */
	GUARD_COUNT = 4, /* what it moves, or how it fails, counts against a limit */
};
extern u8 guard_calls[2][POLICY_CALLS];

static inline u8 guard_bits(enum abi abi, u32 nr)
{
	return nr < POLICY_CALLS ? guard_calls[abi][nr] : 0;
}

/* Puts a policy into force, for this process and all that come from it. */
void guard_start(const struct policy *p);
/* Writes down in *seen, which is shared with the children, what is called. */
void guard_learn(struct policy_seen *seen);
/* Messages go to a copy of stderr, which the guest cannot close. */
int guard_stderr(void);

/* Before a call: what is to become of it. The verdict's action is POLICY_ALLOW, _ERRNO or _KILL;
 * what is to be told about it has been told. */
struct policy_verdict guard_judge(enum abi abi, u32 nr, const u64 *args);

#endif
