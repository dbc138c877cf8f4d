/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which tests are run, in which order, and on which of several machines. */
#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "test/test.h"

/* ---- Selecting ---- */

/* As part of the name, or as a shell pattern of a part of it. */
static bool any_matches(char *const *patterns, const char *name)
{
	for (; *patterns; patterns++) {
		char *part = test_printf("*%s*", *patterns);
		bool matches = strstr(name, *patterns) || fnmatch(part, name, 0) == 0;

		free(part);
		if (matches)
			return true;
	}
	return false;
}

static bool has_tag(const struct test *t, const char *tag)
{
	for (char **p = t->tags; p && *p; p++)
		if (strcmp(*p, tag) == 0)
			return true;
	return false;
}

static bool tags_select(char *const *tags, const struct test *t)
{
	bool wanted = false, any = false;

	for (; *tags; tags++) {
		if (**tags == '!') {
			if (has_tag(t, *tags + 1))
				return false;
			continue;
		}
		any = true;
		wanted |= has_tag(t, *tags);
	}
	return wanted || !any;
}

/* Whether a run of this name failed, or one that is numbered: how often it is repeated now need not
 * be what it was. */
static bool failed_in(const json_t *report, const char *name)
{
	size_t i, n = strlen(name);
	json_t *v;

	json_array_foreach(json_object_get(report, "tests"), i, v)
	{
		const char *s = json_string_value(json_object_get(v, "name"));
		const char *outcome = json_string_value(json_object_get(v, "outcome"));

		if (s && outcome && !strncmp(s, name, n) &&
		    !strcmp(outcome, outcome_names[FAILED]) &&
		    (!s[n] ||
		     (s[n] == '#' && s[n + 1] && !s[n + 1 + strspn(s + n + 1, "0123456789")])))
			return true;
	}
	return false;
}

static void add_job(struct jobs *jobs, const struct test *t, enum test_gate gate, u32 attempt,
		    u32 attempts, const struct schedule_options *opt)
{
	struct job job = {.test = t, .gate = gate, .attempt = attempt};

	job.name = test_printf("%s%s%s%s", t->name, gate ? "[" : "",
			       gate ? test_gate_names[gate] : "", gate ? "]" : "");
	if (opt->rerun && !failed_in(opt->rerun, job.name)) {
		free(job.name);
		return;
	}
	if (attempts > 1) {
		char *numbered = test_printf("%s#%u", job.name, attempt);

		free(job.name);
		job.name = numbered;
	}
	if (opt->filters && !any_matches(opt->filters, job.name)) {
		free(job.name);
		return;
	}
	jobs->v = test_alloc(jobs->v, (jobs->n + 1) * sizeof(*jobs->v));
	jobs->v[jobs->n++] = job;
}

static void add_test(struct jobs *jobs, const struct test *t, const struct schedule_options *opt)
{
	u32 gates = t->gates, attempts = opt->repeat ? opt->repeat : MAX(t->repeat, 1U);

	if (opt->tags && !tags_select(opt->tags, t))
		return;
	if (opt->all_gates && !gates)
		gates = 1U << TG_SYSENTER | 1U << TG_SYSCALL | 1U << TG_INT80;
	/* A 64-bit program chooses its gates itself. */
	if (!gates || !t->path || !test_is_elf32(t->path))
		gates = 1U << TG_DEFAULT;
	for (u32 g = 0; g < TG_COUNT; g++)
		for (u32 i = 1; gates >> g & 1 && i <= attempts; i++)
			add_job(jobs, t, (enum test_gate)g, i, attempts, opt);
}

/* ---- Order ---- */

static u64 next_random(u64 *state) /* splitmix64: the same everywhere */
{
	u64 z = *state += 0x9e3779b97f4a7c15;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return z ^ z >> 31;
}

static void shuffle(struct jobs *jobs, u64 seed)
{
	for (size_t i = jobs->n; i > 1; i--) {
		size_t k = next_random(&seed) % i;
		struct job t = jobs->v[i - 1];

		jobs->v[i - 1] = jobs->v[k];
		jobs->v[k] = t;
	}
}

/* ---- Shards ---- */

struct weight {
	double seconds;
	const char *name;
	size_t at;
	u32 shard;
};

static int longest_first(const void *a, const void *b)
{
	const struct weight *x = a, *y = b;
	int by_name;

	if (x->seconds != y->seconds)
		return x->seconds > y->seconds ? -1 : 1;
	by_name = strcmp(x->name, y->name);
	return by_name ? by_name : x->at < y->at ? -1 : 1;
}

static int ascending(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

/* A run that no report knows counts as the middle one of those that are known. */
static void weigh(struct weight *w, size_t n, const json_t *report)
{
	double *known = test_alloc(NULL, (n + 1) * sizeof(*known)), middle;
	json_t *by_name = json_object(), *v;
	size_t nr = 0, i;

	json_array_foreach(json_object_get(report, "tests"), i, v)
	{
		const char *name = json_string_value(json_object_get(v, "name"));

		if (name)
			json_object_set(by_name, name, json_object_get(v, "seconds"));
	}
	for (i = 0; i < n; i++) {
		v = json_object_get(by_name, w[i].name);
		w[i].seconds = json_is_number(v) ? json_number_value(v) : -1;
		if (w[i].seconds >= 0)
			known[nr++] = w[i].seconds;
	}
	qsort(known, nr, sizeof(*known), ascending);
	middle = nr ? known[nr / 2] : 1;
	for (i = 0; i < n; i++)
		if (w[i].seconds < 0)
			w[i].seconds = middle;
	free(known);
	json_decref(by_name);
}

/* Longest first, each to the shard that has least to do so far. Every shard computes the same from
 * the same tests and the same report: each run falls into exactly one. */
static void keep_shard(struct jobs *jobs, const struct schedule_options *opt)
{
	struct weight *w = test_alloc(NULL, (jobs->n + 1) * sizeof(*w));
	double *load = calloc(opt->shards, sizeof(*load));
	bool *mine = calloc(jobs->n + 1, sizeof(*mine));
	size_t n = 0;

	for (size_t i = 0; i < jobs->n; i++)
		w[i] = (struct weight){.name = jobs->v[i].name, .at = i};
	weigh(w, jobs->n, opt->durations);
	qsort(w, jobs->n, sizeof(*w), longest_first);
	for (size_t i = 0; load && mine && i < jobs->n; i++) {
		u32 least = 0;

		for (u32 s = 1; s < opt->shards; s++)
			if (load[s] < load[least])
				least = s;
		/* a test that takes no time is still a test to be spread */
		load[least] += w[i].seconds + 1e-6;
		mine[w[i].at] = least == opt->shard;
	}
	for (size_t i = 0; mine && i < jobs->n; i++)
		if (mine[i])
			jobs->v[n++] = jobs->v[i];
	jobs->n = n;
	free(mine);
	free(load);
	free(w);
}

void schedule(struct jobs *jobs, const struct tests *tests, const struct schedule_options *opt)
{
	for (size_t i = 0; i < tests->n; i++)
		add_test(jobs, &tests->v[i], opt);
	if (opt->shards > 1)
		keep_shard(jobs, opt);
	if (opt->shuffle)
		shuffle(jobs, opt->seed);
}

/* A variable's number; false: it is there and is none. */
static bool number(const char *name, long fallback, long *out)
{
	const char *text = getenv(name);
	char *end;

	*out = fallback;
	if (!text || !*text)
		return true;
	errno = 0;
	*out = strtol(text, &end, 10);
	return !*end && !errno;
}

static bool is_set(const char *name)
{
	const char *text = getenv(name);

	return text && *text;
}

const char *shard_from_environment(u32 *shard, u32 *shards)
{
	long index = 0, total = 0, least = 0, most = 0, step = 1;

	if (is_set("TEST_TOTAL_SHARDS")) { /* Bazel: from 0 */
		if (!number("TEST_TOTAL_SHARDS", 0, &total) ||
		    !number("TEST_SHARD_INDEX", -1, &index))
			return "TEST_TOTAL_SHARDS and TEST_SHARD_INDEX must be numbers";
	} else if (is_set("CI_NODE_TOTAL")) { /* GitLab: from 1 */
		if (!number("CI_NODE_TOTAL", 0, &total) || !number("CI_NODE_INDEX", 0, &index))
			return "CI_NODE_TOTAL and CI_NODE_INDEX must be numbers";
		/* GitLab sets the total of a job that is not parallel too, but no index. */
		if (total == 1 && index == 0)
			return NULL;
		index--;
	} else if (is_set("SLURM_ARRAY_TASK_ID")) {
		if (!number("SLURM_ARRAY_TASK_ID", 0, &index) ||
		    !number("SLURM_ARRAY_TASK_MIN", 0, &least) ||
		    !number("SLURM_ARRAY_TASK_MAX", 0, &most) ||
		    !number("SLURM_ARRAY_TASK_STEP", 1, &step) ||
		    !number("SLURM_ARRAY_TASK_COUNT", 0, &total) || step < 1)
			return "the variables SLURM_ARRAY_TASK_* must be numbers";
		if (!total)
			total = (most - least) / step + 1;
		/* --array=1,5,7 has neither a step nor a place of each: that would lose tests */
		if ((most - least) / step + 1 != total || (index - least) % step)
			return "a Slurm array of shards must count evenly (--array=0-7), with "
			       "SLURM_ARRAY_TASK_STEP where it is not by one";
		index = (index - least) / step;
	} else {
		return NULL;
	}
	if (total < 1 || total > 1000000 || index < 0 || index >= total)
		return "the shard that the environment names does not exist";
	*shard = (u32)index;
	*shards = (u32)total;
	return NULL;
}
