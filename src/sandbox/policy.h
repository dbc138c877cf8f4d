/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which system calls a guest may make: what --policy, --allow and --deny ask for, as a table with a
 * verdict for each row of both system call tables. docs/policy.md describes lists and files. */
#ifndef TRAPGATE_SANDBOX_POLICY_H
#define TRAPGATE_SANDBOX_POLICY_H

#include <stdio.h>

#include "abi/syscall.h"
#include "abi/types.h"

#define POLICY_CALLS  1024 /* rows of a table that can be spoken of */
#define POLICY_INNER  32   /* calls behind one number of a demultiplexer */
#define POLICY_FORMAT 1	   /* version of the files */

enum policy_action {
	POLICY_ALLOW,
	POLICY_ERRNO, /* the call fails */
	POLICY_KILL,  /* the process is killed by SIGSYS */
	POLICY_LOG,   /* the call is made, and told of on stderr */
};

struct policy_verdict {
	u8 action;
	bool ruled; /* a rule names the call: the default does not reach it */
	u16 err;    /* of POLICY_ERRNO */
};

/* Calls that are made through another one's number (32-bit programs only). */
enum policy_demux { DEMUX_SOCKETCALL, DEMUX_IPC, DEMUX_COUNT };

struct policy {
	bool active;	  /* something was asked for */
	bool has_default; /* ... also for calls that no rule names */
	struct policy_verdict fallback;
	struct policy_verdict call[2][POLICY_CALLS]; /* [enum abi][number] */
	struct policy_verdict inner[DEMUX_COUNT][POLICY_INNER];
};

/* Marks the calls that a list of names, groups and regular expressions means; NULL, or what is
 * wrong with the list. The tracer's, handed in by src/cli/. */
typedef const char *policy_names_fn(u8 has[2][POLICY_CALLS], const char *list);

/* Each returns NULL, or what is wrong, in static storage. Later rules override earlier ones.
 * policy_allow: LIST. Where nothing has said what becomes of other calls, they fail with EPERM.
 * policy_deny: LIST[=ACTION]; the action is errno (EPERM), the name of an errno, kill or log.
 * policy_load: the rules of a file. policy_parse: of a text of n bytes. */
const char *policy_allow(struct policy *p, policy_names_fn *names, const char *list);
const char *policy_deny(struct policy *p, policy_names_fn *names, const char *list);
const char *policy_load(struct policy *p, policy_names_fn *names, const char *file);
const char *policy_parse(struct policy *p, policy_names_fn *names, const char *text, size_t n);

/* The name of what a demultiplexer's number stands for, or NULL; *d: which demultiplexer a call of
 * the 32-bit table is. */
const char *policy_inner_name(enum policy_demux d, u32 nr);
bool policy_is_demux(enum abi abi, const char *name, enum policy_demux *d);

/* What was called: [abi][number] and [demultiplexer][number]. */
struct policy_seen {
	u8 call[2][POLICY_CALLS];
	u8 inner[DEMUX_COUNT][POLICY_INNER];
};
/* Writes the least policy that allows what was seen. 0, or -1 where writing fails. */
int policy_write(const struct policy_seen *seen, const char *program, FILE *out);

#endif
