/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Limits of a program that runs natively: what the host enforces in each process, and a look from
 * outside at what they use together. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "sandbox/limits_internal.h"

void limits_enter_native(const struct limits *l)
{
	static const struct {
		enum limit_id id;
		int resource;
		u64 unit;
	} bounds[] = {
		{LIMIT_CPU, RLIMIT_CPU, 1000000000}, /* of each process */
		{LIMIT_MEMORY, RLIMIT_DATA, 1},
		{LIMIT_FILES, RLIMIT_NOFILE, 1},
		{LIMIT_FILE_SIZE, RLIMIT_FSIZE, 1},
	};

	for (size_t i = 0; i < ARRAY_SIZE(bounds); i++) {
		u64 most = (l->value[bounds[i].id] + bounds[i].unit - 1) / bounds[i].unit;
		struct rlimit r;

		if (!(l->set & (1u << bounds[i].id)) || getrlimit(bounds[i].resource, &r) != 0)
			continue;
		r.rlim_cur = MIN(r.rlim_cur, most);
		r.rlim_max = MIN(r.rlim_max, most);
		setrlimit(bounds[i].resource, &r);
	}
}

/* All descendants of this process; as far as a limit can matter. */
static struct {
	int pid[MAX_PROCESSES];
	u32 n;
	u64 threads;
} tree;

static void add_children(int pid, int tid)
{
	char path[64];
	int child;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/task/%d/children", pid, tid);
	f = fopen(path, "re");
	while (f && tree.n < MAX_PROCESSES && fscanf(f, "%d", &child) == 1)
		tree.pid[tree.n++] = child;
	if (f)
		fclose(f);
}

static void add_threads(int pid)
{
	char path[32];
	struct dirent *d;
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%d/task", pid);
	dir = opendir(path);
	while (dir && (d = readdir(dir)))
		if (d->d_name[0] != '.') {
			tree.threads++;
			add_children(pid, atoi(d->d_name));
		}
	if (dir)
		closedir(dir);
}

static u64 sum_of(u64 (*of)(int pid))
{
	u64 sum = 0;

	for (u32 i = 0; i < tree.n; i++)
		sum += of(tree.pid[i]);
	return sum;
}

static bool exceeds(const struct limits *l, enum limit_id id, u64 used)
{
	return (l->set & (1u << id)) && used > l->value[id];
}

const char *limits_look_native(const struct limits *l, u32 others, char *out, size_t n)
{
	enum limit_id id = LIMIT_COUNT;

	tree.n = 0;
	tree.threads = 0;
	add_children(getpid(), getpid());
	for (u32 i = 0; i < tree.n; i++)
		add_threads(tree.pid[i]);
	if (exceeds(l, LIMIT_PROCESSES, tree.n - MIN(others, tree.n)))
		id = LIMIT_PROCESSES;
	else if (exceeds(l, LIMIT_THREADS, tree.threads - MIN(others, tree.threads)))
		id = LIMIT_THREADS;
	else if ((l->set & (1u << LIMIT_MEMORY)) &&
		 exceeds(l, LIMIT_MEMORY, sum_of(limit_resident)) &&
		 exceeds(l, LIMIT_MEMORY, sum_of(limit_share)))
		id = LIMIT_MEMORY;
	if (id == LIMIT_COUNT)
		return NULL;
	limits = *l;
	limit_describe(id, out, n);
	return limit_name(id);
}
