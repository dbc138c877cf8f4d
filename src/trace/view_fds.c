/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The lives of descriptors: from the call that makes one, through the calls that use it, to the one
 * that closes it. What dup and fork share is one life, which ends with the last that is closed.
 * Calls are noted as they end; they are followed in the order of time, when all are known. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "host/host.h"
#include "trace/view.h"

enum fd_op {
	FD_USE,
	FD_MAKE, /* a new one */
	FD_SAME, /* fd2 stands for what fd stands for */
	FD_CLOSE,
	FD_RANGE, /* closes fd to fd2 */
	FD_FLAG,  /* sets or clears (fd2) the flag */
	FD_FORK,  /* fd: the child */
	FD_EXEC,
	FD_EXIT,
};

struct fd_step {
	enum fd_op op;
	bool cloexec;
	int pid, fd, fd2;
	u32 thread;
	s64 at; /* when it takes effect */
	s64 shown;
	size_t order;
	char *name; /* FD_MAKE */
};

static void *grow(void *v, size_t n, size_t *room, size_t size)
{
	if (n < *room)
		return v;
	*room = *room ? *room * 2 : 256;
	v = realloc(v, *room * size);
	if (!v)
		fatal("no memory for the descriptors of the trace");
	return v;
}

static struct fd_step *add_step(struct fd_lives *l, const struct view *v,
				const struct view_event *e, enum fd_op op, int fd)
{
	struct fd_step *s;

	l->steps = grow(l->steps, l->nr_steps, &l->room_steps, sizeof(*l->steps));
	s = &l->steps[l->nr_steps];
	*s = (struct fd_step){.op = op,
			      .pid = v->threads[e->thread].pid,
			      .fd = fd,
			      .thread = e->thread,
			      .at = e->at,
			      .shown = e->at,
			      .order = l->nr_steps++};
	return s;
}

/* Whether a constant that ends in _CLOEXEC is among the arguments. */
static bool asks_cloexec(const json_t *value)
{
	const char *s = json_string_value(value);
	size_t n = s ? strlen(s) : 0, i;
	const json_t *item;
	const char *key;

	if (n > 8 && !strcmp(s + n - 8, "_CLOEXEC"))
		return true;
	json_array_foreach(value, i, item) if (asks_cloexec(item)) return true;
	json_object_foreach((json_t *)value, key, item) if (asks_cloexec(item)) return true;
	return false;
}

/* With -y, a descriptor is {"value": 3, "is": ...}. */
static int fd_number(const json_t *fd)
{
	const json_t *value = json_object_get(fd, "value");

	fd = value ? value : fd;
	return json_is_integer(fd) ? (int)json_integer_value(fd) : -1;
}

static long raw_arg(const struct view_event *e, size_t i)
{
	const char *s = json_string_value(json_array_get(json_object_get(e->json, "raw"), i));

	return s ? (int)strtoull(s, NULL, 16) : -1;
}

/* What was opened: its path, or the call. */
static char *life_name(const struct view_event *e)
{
	const json_t *arg;
	size_t i;

	if (!strncmp(e->name, "open", 4) || !strcmp(e->name, "creat"))
		json_array_foreach(json_object_get(e->json, "args"), i, arg)
		{
			const char *name = json_string_value(json_object_get(arg, "name"));
			const char *s = json_string_value(json_object_get(arg, "value"));

			if (name && s && (strstr(name, "name") || strstr(name, "path")))
				return strdup(s);
		}
	return strdup(e->name);
}

static void note_made(struct fd_lives *l, const struct view *v, const struct view_event *e)
{
	const json_t *makes = json_object_get(e->view, "makes"), *fd;
	bool same = !strncmp(e->name, "dup", 3) || !strncmp(e->name, "fcntl", 5);
	bool cloexec = makes && asks_cloexec(json_object_get(e->json, "args"));
	struct fd_step *s;
	size_t i;

	json_array_foreach(makes, i, fd)
	{
		int n = fd_number(fd);

		if (same && raw_arg(e, 0) == n)
			continue; /* dup2 of one to itself */
		s = add_step(l, v, e, same ? FD_SAME : FD_MAKE, same ? (int)raw_arg(e, 0) : n);
		s->at = e->at + e->dur;
		s->cloexec = cloexec;
		s->fd2 = n;
		if (!same)
			s->name = life_name(e);
	}
}

void fd_lives_call(struct fd_lives *l, const struct view *v, const struct view_event *e)
{
	const json_t *ret = json_object_get(e->json, "ret"), *fd;
	const char *err = json_string_value(json_object_get(e->json, "errno"));
	bool done = json_is_integer(ret) && !err;
	json_int_t value = json_integer_value(ret);
	size_t i;

	if (!strcmp(e->name, "close")) {
		if (!err || strcmp(err, "EBADF") != 0)
			add_step(l, v, e, FD_CLOSE, (int)raw_arg(e, 0));
		return;
	}
	if (!err || strcmp(err, "EBADF") != 0)
		json_array_foreach(json_object_get(e->view, "uses"), i, fd)
			add_step(l, v, e, FD_USE, fd_number(fd));
	if (!done)
		return;
	note_made(l, v, e);
	if (!strcmp(e->name, "close_range") && !(raw_arg(e, 2) & 4))
		add_step(l, v, e, FD_RANGE, (int)raw_arg(e, 0))->fd2 = (int)raw_arg(e, 1);
	else if (!strncmp(e->name, "fcntl", 5) && raw_arg(e, 1) == F_SETFD)
		add_step(l, v, e, FD_FLAG, (int)raw_arg(e, 0))->fd2 =
			(int)raw_arg(e, 2) & FD_CLOEXEC;
	else if (!strncmp(e->name, "execve", 6))
		add_step(l, v, e, FD_EXEC, 0);
	else if (value > 0 && (!strncmp(e->name, "clone", 5) || !strcmp(e->name, "fork") ||
			       !strcmp(e->name, "vfork")))
		add_step(l, v, e, FD_FORK, (int)value);
}

void fd_lives_exit(struct fd_lives *l, const struct view *v, const struct view_event *e)
{
	add_step(l, v, e, FD_EXIT, 0);
}

/* ---- Following ---- */

struct table {
	int pid;
	u32 *flow; /* by descriptor: 1 + index of its flow; 0: not open */
	bool *cloexec;
	int size;
};
struct tables {
	struct table *v;
	size_t n, room;
};

static struct table *table_of(struct tables *all, int pid)
{
	for (size_t i = all->n; i-- > 0;)
		if (all->v[i].pid == pid)
			return &all->v[i];
	all->v = grow(all->v, all->n, &all->room, sizeof(*all->v));
	all->v[all->n] = (struct table){.pid = pid};
	return &all->v[all->n++];
}

#define FD_LIMIT (1 << 16) /* larger numbers are not followed */

static bool make_room(struct table *t, int fd)
{
	int size = MAX(64, t->size);

	if (fd < 0 || fd >= FD_LIMIT)
		return false;
	if (fd < t->size)
		return true;
	while (size <= fd)
		size *= 2;
	t->flow = realloc(t->flow, (size_t)size * sizeof(*t->flow));
	t->cloexec = realloc(t->cloexec, (size_t)size);
	if (!t->flow || !t->cloexec)
		fatal("no memory for the descriptors of the trace");
	memset(t->flow + t->size, 0, (size_t)(size - t->size) * sizeof(*t->flow));
	memset(t->cloexec + t->size, 0, (size_t)(size - t->size));
	t->size = size;
	return true;
}

static void point(struct fd_lives *l, const struct fd_step *s, u32 flow)
{
	l->points = grow(l->points, l->nr_points, &l->room_points, sizeof(*l->points));
	l->points[l->nr_points++] =
		(struct fd_point){.thread = s->thread, .flow = flow, .at = s->shown};
	l->flows[flow].nr_points++;
}

static void drop(struct fd_lives *l, struct table *t, int fd)
{
	if (fd >= 0 && fd < t->size && t->flow[fd]) {
		l->flows[t->flow[fd] - 1].refs--;
		t->flow[fd] = 0;
	}
}

static void make(struct fd_lives *l, struct table *t, int fd, const char *name, bool cloexec)
{
	if (!make_room(t, fd))
		return;
	drop(l, t, fd);
	l->flows = grow(l->flows, l->nr_flows, &l->room_flows, sizeof(*l->flows));
	l->flows[l->nr_flows] = (struct fd_flow){.name = strdup(name), .fd = fd, .refs = 1};
	t->flow[fd] = (u32)++l->nr_flows;
	t->cloexec[fd] = cloexec;
}

/* The life of a descriptor; one that the guest was started with begins with its first use. */
static bool life_of(struct fd_lives *l, struct table *t, int fd, u32 *flow)
{
	if (!make_room(t, fd))
		return false;
	if (!t->flow[fd])
		make(l, t, fd, "inherited", false);
	*flow = t->flow[fd] - 1;
	return true;
}

/* What a program is started with. */
static void standard_files(struct fd_lives *l, struct table *t)
{
	static const char *const names[] = {"standard input", "standard output", "standard error"};

	for (int fd = 0; fd < 3; fd++)
		make(l, t, fd, names[fd], false);
}

static void copy_table(struct fd_lives *l, struct tables *all, int from, int to)
{
	struct table *child, *parent;

	table_of(all, to);
	parent = table_of(all, from);
	child = table_of(all, to);
	for (int fd = 0; fd < child->size; fd++)
		drop(l, child, fd);
	if (parent->size && !make_room(child, parent->size - 1))
		return;
	for (int fd = 0; fd < parent->size; fd++) {
		child->flow[fd] = parent->flow[fd];
		child->cloexec[fd] = parent->cloexec[fd];
		if (child->flow[fd])
			l->flows[child->flow[fd] - 1].refs++;
	}
}

static void take_step(struct fd_lives *l, struct tables *all, const struct fd_step *s)
{
	struct table *t = table_of(all, s->pid);
	u32 flow;

	switch (s->op) {
	case FD_USE:
		if (life_of(l, t, s->fd, &flow))
			point(l, s, flow);
		break;
	case FD_MAKE:
		make(l, t, s->fd, s->name, s->cloexec);
		if (life_of(l, t, s->fd, &flow))
			point(l, s, flow);
		break;
	case FD_SAME:
		if (!life_of(l, t, s->fd, &flow) || !make_room(t, s->fd2))
			break;
		l->flows[flow].refs++;
		drop(l, t, s->fd2);
		t->flow[s->fd2] = flow + 1;
		t->cloexec[s->fd2] = s->cloexec;
		break;
	case FD_CLOSE:
		if (life_of(l, t, s->fd, &flow)) {
			point(l, s, flow);
			drop(l, t, s->fd);
		}
		break;
	case FD_RANGE:
		for (int fd = s->fd; fd >= 0 && fd < t->size && (u32)fd <= (u32)s->fd2; fd++) {
			if (t->flow[fd])
				point(l, s, t->flow[fd] - 1);
			drop(l, t, fd);
		}
		break;
	case FD_FLAG:
		if (life_of(l, t, s->fd, &flow))
			t->cloexec[s->fd] = s->fd2;
		break;
	case FD_FORK:
		copy_table(l, all, s->pid, s->fd);
		break;
	case FD_EXEC:
		for (int fd = 0; fd < t->size; fd++)
			if (t->cloexec[fd])
				drop(l, t, fd);
		break;
	case FD_EXIT:
		for (int fd = 0; fd < t->size; fd++)
			drop(l, t, fd);
		break;
	}
}

static int by_time(const void *a, const void *b)
{
	const struct fd_step *x = a, *y = b;

	if (x->at != y->at)
		return x->at < y->at ? -1 : 1;
	return x->order < y->order ? -1 : 1;
}

static int by_point(const void *a, const void *b)
{
	const struct fd_point *x = a, *y = b;

	if (x->flow != y->flow)
		return x->flow < y->flow ? -1 : 1;
	return x->at < y->at ? -1 : x->at > y->at;
}

void fd_lives_follow(struct fd_lives *l)
{
	struct tables all = {0};

	if (l->nr_steps)
		qsort(l->steps, l->nr_steps, sizeof(*l->steps), by_time);
	if (l->nr_steps)
		standard_files(l, table_of(&all, l->steps[0].pid));
	for (size_t i = 0; i < l->nr_steps; i++)
		take_step(l, &all, &l->steps[i]);
	if (l->nr_points)
		qsort(l->points, l->nr_points, sizeof(*l->points), by_point);
	for (size_t i = 0; i < all.n; i++) {
		free(all.v[i].flow);
		free(all.v[i].cloexec);
	}
	free(all.v);
}

void fd_lives_free(struct fd_lives *l)
{
	for (size_t i = 0; i < l->nr_steps; i++)
		free(l->steps[i].name);
	for (size_t i = 0; i < l->nr_flows; i++)
		free(l->flows[i].name);
	free(l->steps);
	free(l->flows);
	free(l->points);
}
