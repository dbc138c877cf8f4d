/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Traces read back: the text that trapgate and strace write, as records. */
#ifndef TRAPGATE_COMPARE_RECORD_H
#define TRAPGATE_COMPARE_RECORD_H

#include <stdio.h>

#include "abi/types.h"

enum record_kind {
	RECORD_CALL,   /* name(args) = ret */
	RECORD_SIGNAL, /* --- SIGCHLD {...} --- */
	RECORD_EXIT,   /* +++ exited with 0 +++, +++ killed by SIGKILL +++ */
};

struct record {
	enum record_kind kind;
	int pid;    /* 0 where the trace says none */
	u32 line;   /* of the file, from 1; where the call began */
	char *text; /* without what stands before it in the line, without padding and duration */
	char *name; /* of a call, of a signal; "exit" */
	char **args;
	u32 nr_args;
	char *ret; /* what follows "= "; NULL for what has none */
};

struct records {
	struct record *v;
	size_t n, room;
	bool json; /* lines of trace --json: their values are written otherwise than in text */
};

/* Reads a whole trace. Lines that are neither calls nor signals nor ends (messages, changes of
 * mode) are left out; a call in two halves (<unfinished ...>, resumed) becomes one record where it
 * began. Returns NULL, or what is wrong. */
const char *records_read(FILE *f, struct records *out);
void records_free(struct records *r);

/* Parses the text of one call into the record's name, args and ret. False if it is none. */
bool record_parse_call(struct record *r, const char *text);

/* Splits text at the commas that stand outside of brackets and strings, up to its end. Returns the
 * number of parts, each allocated, without spaces around; *parts is allocated. */
u32 split_list(const char *text, size_t len, char ***parts);

/* The end of the bracketed text that starts at s ("(...)", "{...}", "[...]"): just behind the
 * bracket that closes it, or NULL. */
const char *skip_bracket(const char *s);
/* The end of the quoted string that starts at s, behind its closing quote, or NULL. */
const char *skip_string(const char *s);

/* A line of trace --json as a line of text, to be freed; NULL: it is none. */
char *record_of_json(const char *text);

#endif
