/* SPDX-License-Identifier: GPL-2.0-or-later */
/* --perfetto and --html: files about a whole trace. The traced processes write --json's lines, with
 * a "view" object more, into a file without a name; when all is over the observer reads it once and
 * hands each event to the writers. Whatever ended the guest, the files are whole. */
#ifndef TRAPGATE_TRACE_VIEW_H
#define TRAPGATE_TRACE_VIEW_H

#include <jansson.h>
#include <stdio.h>

#include "abi/types.h"

enum view_kind { VIEW_CALL, VIEW_SIGNAL, VIEW_END };

/* Times are ns since the trace was started. */
struct view_event {
	enum view_kind kind;
	u32 thread; /* of view_threads */
	s64 at, dur;
	const char *name; /* of the call, of the signal, "exited with 0", "killed by SIGKILL" */
	json_t *json;	  /* the event as --json shows it */
	json_t *view;	  /* its "view": text, uses, makes */
};

struct view_thread {
	int pid, tid;
	s64 end;       /* of its last event */
	char name[48]; /* as the guest called it, or "" */
	char *process; /* of the first thread of a process: its command, or NULL */
};

struct view_fork {
	int child, parent;
};

struct view {
	struct view_fork *forks;
	u32 nr_forks;
	struct view_thread *threads;
	u32 nr_threads;
	u64 events;
	u64 broken; /* lines of the trace that a dying process left unfinished */
	char *command;
};

/* The command that a process runs, or "process PID"; in buf where it must be made. */
const char *view_process_name(const struct view *v, int pid, char *buf, size_t size);

/* ---- descriptors' lives (view_fds.c) ---- */

struct fd_point {
	u32 thread, flow;
	s64 at;
};
struct fd_flow {
	char *name; /* the path, or the call that made it */
	int fd;	    /* as which it was made */
	u32 nr_points;
	u32 refs; /* table entries while lives are followed */
};
struct fd_lives {
	struct fd_flow *flows;
	struct fd_point *points; /* in the order of time */
	size_t nr_flows, nr_points;
	struct fd_step *steps;
	size_t nr_steps, room_steps, room_flows, room_points;
};

/* Notes what a call does to descriptors. */
void fd_lives_call(struct fd_lives *l, const struct view *v, const struct view_event *e);
/* A process is over: its descriptors are closed. */
void fd_lives_exit(struct fd_lives *l, const struct view *v, const struct view_event *e);
/* When every event is known: finds flows and points. */
void fd_lives_follow(struct fd_lives *l);
void fd_lives_free(struct fd_lives *l);

/* ---- the writers ---- */

void perfetto_begin(FILE *f);
void perfetto_event(FILE *f, const struct view *v, const struct view_event *e);
void perfetto_end(FILE *f, const struct view *v, const struct fd_lives *l, const char *fault);

struct html_names;
struct html_names *html_begin(FILE *f);
void html_event(FILE *f, struct html_names *n, const struct view *v, const struct view_event *e);
void html_end(FILE *f, struct html_names *n, const struct view *v);

/* Dumps a value; html: '<' is written as an escape, so that no text can end the script it is in. */
void view_dump(FILE *f, const json_t *value, bool html);
/* A string as JSON. */
void view_dump_string(FILE *f, const char *s, bool html);

#endif
