/* SPDX-License-Identifier: GPL-2.0-or-later */
/* trapgate paths: one system call through every gate. paths_run() makes the document that --json
 * prints (schema in docs/gates.md); text and page are made from it. */
#ifndef TRAPGATE_CLI_PATHS_H
#define TRAPGATE_CLI_PATHS_H

#include <jansson.h>
#include <stdio.h>

#include "abi/syscall.h"
#include "cpu/cpu.h"

#define PATHS_TEXT_SIZE 16384

struct paths_arg {
	const char *word;  /* as the user wrote it */
	const char *bytes; /* what the argument points to, or NULL: then value counts */
	size_t size;	   /* of what it points to */
	u64 value;
};

struct paths_call {
	const char *name; /* or a number as text, then nr counts */
	bool by_number;
	u64 nr;
	struct paths_arg arg[SYSCALL_MAX_ARGS];
	int nargs;
	enum cpu_model model;
	const char *only;	/* names of ways with commas between them, or NULL */
	unsigned int rounds;	/* to measure time; 0: not */
	bool rounds_given;	/* by the user: any call is repeated */
	unsigned int timeout_s; /* for each way */
};

/* Performs the call through each gate. */
json_t *paths_run(const struct paths_call *call);
/* Whether doing the call again and again changes nothing: then its time is measured without being
 * asked for. */
bool paths_repeatable(const char *name);
/* The names of those calls, one after the other, NULL behind the last. */
const char *paths_repeatable_name(size_t i);
/* Whether `name` names a way ("syscall-64"), on some CPU. */
bool paths_way_known(const char *name, size_t len);

/* What a reader is told about a stage ("save-ip") or a phase ("cpu-in"). */
struct paths_word {
	const char *name, *label, *text;
};
const struct paths_word *paths_stage(size_t i); /* in order; NULL behind the last */
const struct paths_word *paths_phase(const char *name);
/* The lines that a step is shown as, an array of strings. */
json_t *paths_step_lines(const json_t *step);

struct paths_text_options {
	int width;
	bool colour, diff;
};
void paths_text(const json_t *doc, const struct paths_text_options *opt);
void paths_html(const json_t *doc, FILE *out);
/* Leaves of each lane only the steps that are not the same in all lanes. */
void paths_only_differences(json_t *doc);

/* trapgate paths --program PROG ARGS */
struct paths_program {
	char **argv;
	enum cpu_model model;
	bool json, colour;
};
int paths_program(const struct paths_program *p);

#endif
