/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The trace read back, once, for the files of --perfetto and --html. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host/host.h"
#include "trace/internal.h"
#include "trace/view.h"

static FILE *open_file(const char *name)
{
	FILE *f = name ? fopen(name, "we") : NULL;

	if (name && !f)
		fatal("%s: %s", name, strerror(errno));
	return f;
}

static FILE *perfetto_file, *html_file;

int view_open(const struct trace_options *opt)
{
	const char *dir = getenv("TMPDIR");
	int fd;

	perfetto_file = open_file(opt->perfetto);
	html_file = open_file(opt->html);
	fd = open(dir && *dir ? dir : "/tmp", O_TMPFILE | O_RDWR | O_APPEND | O_CLOEXEC, 0600);
	if (fd < 0)
		fd = host_memory_file("trapgate-trace");
	return fd;
}

void view_abandon(void)
{
	if (perfetto_file)
		close(fileno(perfetto_file));
	if (html_file)
		close(fileno(html_file));
}

/* ---- Values ---- */

static int dump_html(const char *text, size_t n, void *arg)
{
	FILE *f = arg;

	for (const char *end = text + n, *p; text < end; text = p) {
		p = memchr(text, '<', (size_t)(end - text));
		p = p ? p : end;
		fwrite(text, 1, (size_t)(p - text), f);
		if (p < end) {
			fputs("\\u003c", f);
			p++;
		}
	}
	return 0;
}

static int dump_plain(const char *text, size_t n, void *arg)
{
	fwrite(text, 1, n, arg);
	return 0;
}

void view_dump(FILE *f, const json_t *value, bool html)
{
	json_dump_callback(value, html ? dump_html : dump_plain, f,
			   JSON_COMPACT | JSON_PRESERVE_ORDER | JSON_ENCODE_ANY);
}

void view_dump_string(FILE *f, const char *s, bool html)
{
	json_t *o = json_string(s);

	if (!o) /* not UTF-8 */
		o = json_string("?");
	view_dump(f, o, html);
	json_decref(o);
}

/* ---- Threads ---- */

static struct view_thread *first_thread(const struct view *v, int pid)
{
	for (u32 i = 0; i < v->nr_threads; i++)
		if (v->threads[i].pid == pid)
			return &v->threads[i];
	return NULL;
}

const char *view_process_name(const struct view *v, int pid, char *buf, size_t size)
{
	const struct view_thread *t = first_thread(v, pid);
	int of = pid;

	for (u32 i = v->nr_forks;
	     !(t && t->process) && i-- > 0;) /* a child is what its parent is */
		if (v->forks[i].child == of) {
			of = v->forks[i].parent;
			t = first_thread(v, of);
		}
	if (t && t->process)
		return t->process;
	snprintf(buf, size, "process %d", pid);
	return buf;
}

static u32 find_thread(struct view *v, int pid, int tid)
{
	static u32 last;

	if (last < v->nr_threads && v->threads[last].tid == tid && v->threads[last].pid == pid)
		return last;
	for (last = 0; last < v->nr_threads; last++)
		if (v->threads[last].tid == tid && v->threads[last].pid == pid)
			return last;
	if (last % 64 == 0) {
		v->threads = realloc(v->threads, (last + 64) * sizeof(*v->threads));
		if (!v->threads)
			fatal("no memory for the threads of the trace");
	}
	v->threads[last] = (struct view_thread){.pid = pid, .tid = tid, .end = INT64_MIN};
	v->nr_threads++;
	return last;
}

static const json_t *arg_value(const json_t *call, const char *name)
{
	const json_t *arg;
	size_t i;

	json_array_foreach(json_object_get(call, "args"), i, arg)
	{
		const char *is = json_string_value(json_object_get(arg, "name"));

		if (is && !strcmp(is, name))
			return json_object_get(arg, "value");
	}
	return NULL;
}

/* The words of a command line, the program without its directories. */
static char *command_of(const json_t *call)
{
	const json_t *argv = arg_value(call, "argv"), *word;
	char buf[256];
	size_t n = 0, i;

	buf[0] = 0;
	json_array_foreach(argv, i, word)
	{
		const char *s = json_string_value(word);

		if (!s)
			s = "?";
		if (!i && strrchr(s, '/'))
			s = strrchr(s, '/') + 1;
		if (n < sizeof(buf))
			n += (size_t)snprintf(buf + n, sizeof(buf) - n, "%s%s", i ? " " : "", s);
	}
	return n ? strdup(buf) : NULL;
}

static void note_fork(struct view *v, int child, int parent)
{
	if (v->nr_forks % 64 == 0) {
		v->forks = realloc(v->forks, (v->nr_forks + 64) * sizeof(*v->forks));
		if (!v->forks)
			fatal("no memory for the processes of the trace");
	}
	v->forks[v->nr_forks++] = (struct view_fork){child, parent};
}

/* Names of processes and threads, from the calls that give them; a child's is its parent's. */
static void note_names(struct view *v, const struct view_event *e)
{
	struct view_thread *t = &v->threads[e->thread], *first = first_thread(v, t->pid);
	const json_t *args = json_object_get(e->json, "args");
	json_int_t ret = json_integer_value(json_object_get(e->json, "ret"));

	if (!strncmp(e->name, "execve", 6) && ret == 0 && !json_object_get(e->json, "errno")) {
		char *command = command_of(e->json);

		if (!command)
			return;
		free(first->process);
		first->process = command;
		t->name[0] = 0;
		if (!v->command)
			v->command = strdup(command);
	} else if (ret > 0 && (!strncmp(e->name, "clone", 5) ||
			       !strcmp(e->name + (*e->name == 'v'), "fork"))) {
		note_fork(v, (int)ret, t->pid);
	} else if (!strcmp(e->name, "prctl") && json_array_size(args) >= 2) {
		const char *what =
			json_string_value(json_object_get(json_array_get(args, 0), "value"));
		const char *name =
			json_string_value(json_object_get(json_array_get(args, 1), "value"));

		if (what && name && !strcmp(what, "PR_SET_NAME"))
			snprintf(t->name, sizeof(t->name), "%s", name);
	}
}

/* ---- Events ---- */

static bool read_event(struct view *v, struct view_event *e, char *buf, size_t size)
{
	const char *what = json_string_value(json_object_get(e->json, "event"));
	const char *signal = json_string_value(json_object_get(e->json, "signal"));
	const char *name = json_string_value(json_object_get(e->json, "name"));
	struct view_thread *t;

	e->view = json_object_get(e->json, "view");
	if (!what || !e->view)
		return false;
	e->thread = find_thread(v, (int)json_integer_value(json_object_get(e->json, "pid")),
				(int)json_integer_value(json_object_get(e->json, "tid")));
	t = &v->threads[e->thread];
	e->at = json_integer_value(json_object_get(e->view, "ns"));
	e->dur = json_integer_value(json_object_get(e->view, "dur"));
	if (e->at < t->end) /* two events that the clock does not tell apart */
		e->at = t->end;
	t->end = e->at + e->dur;
	e->kind = VIEW_END;
	e->name = buf;
	if (!strcmp(what, "call")) {
		e->kind = VIEW_CALL;
		snprintf(buf, size, "syscall_%lld",
			 json_integer_value(json_object_get(e->json, "nr")));
		e->name = name ? name : buf;
	} else if (!strcmp(what, "signal")) {
		e->kind = VIEW_SIGNAL;
		e->name = signal ? signal : "signal";
	} else if (!strcmp(what, "exited")) {
		snprintf(buf, size, "exited with %lld",
			 json_integer_value(json_object_get(e->json, "status")));
	} else {
		snprintf(buf, size, "%s by %s", what, signal ? signal : "execve");
		if (strcmp(what, "killed") != 0) /* it goes on */
			e->kind = VIEW_SIGNAL;
	}
	return true;
}

static void take_event(struct view *v, struct view_event *e, struct fd_lives *lives,
		       struct html_names *names)
{
	if (e->kind == VIEW_CALL) {
		note_names(v, e);
		if (perfetto_file)
			fd_lives_call(lives, v, e);
	} else if (e->kind == VIEW_END && v->threads[e->thread].pid == v->threads[e->thread].tid &&
		   perfetto_file) {
		fd_lives_exit(lives, v, e);
	}
	if (perfetto_file)
		perfetto_event(perfetto_file, v, e);
	if (html_file)
		html_event(html_file, names, v, e);
	v->events++;
}

/* --json beside it: the lines as they would have come. */
static void copy_line(json_t *event)
{
	char *text;

	json_object_del(event, "view");
	text = json_dumps(event, JSON_COMPACT | JSON_PRESERVE_ORDER);
	if (text) {
		out_raw(text, strlen(text));
		out_raw("\n", 1);
	}
	free(text);
}

static void read_all(struct view *v, FILE *spool, struct fd_lives *lives, struct html_names *names,
		     bool copy)
{
	char *line = NULL, buf[64];
	size_t room = 0;
	ssize_t n;

	while ((n = getline(&line, &room, spool)) > 0) {
		struct view_event e = {.json = json_loadb(line, (size_t)n, 0, NULL)};

		if (e.json && read_event(v, &e, buf, sizeof(buf)))
			take_event(v, &e, lives, names);
		else
			v->broken++;
		if (e.json && copy)
			copy_line(e.json);
		json_decref(e.json);
	}
	free(line);
}

static void close_file(FILE *f, const char *name)
{
	bool bad = f && ferror(f);

	if (f && (fclose(f) != 0 || bad) && !tsh->failed++)
		warn("cannot write %s: %s", name, strerror(errno ? errno : EIO));
}

void view_write(const struct trace_options *opt, int spool_fd)
{
	FILE *spool = fdopen(spool_fd, "r");
	struct html_names *names = NULL;
	struct fd_lives lives = {0};
	struct view v = {0};

	if (!spool || fseek(spool, 0, SEEK_SET) != 0) {
		warn("cannot read the trace back: %s", strerror(errno));
		return;
	}
	errno = 0;
	if (perfetto_file)
		perfetto_begin(perfetto_file);
	if (html_file)
		names = html_begin(html_file);
	read_all(&v, spool, &lives, names, opt->json_lines);
	if (perfetto_file) {
		fd_lives_follow(&lives);
		perfetto_end(perfetto_file, &v, &lives, tsh->failed ? "incomplete" : NULL);
		fd_lives_free(&lives);
	}
	if (html_file)
		html_end(html_file, names, &v);
	close_file(perfetto_file, opt->perfetto);
	close_file(html_file, opt->html);
	fclose(spool);
	for (u32 i = 0; i < v.nr_threads; i++)
		free(v.threads[i].process);
	free(v.threads);
	free(v.forks);
	free(v.command);
}
