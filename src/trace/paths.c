/* SPDX-License-Identifier: GPL-2.0-or-later */
/* -P PATH and -e trace-fd=SET: only calls that name a path or use a descriptor of it. */
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host/host.h"
#include "trace/internal.h"

bool paths_any;

static const char *paths[2 * TRACE_PATHS_MAX];
static u32 nr_paths;

const char *paths_parse(const struct trace_options *opt)
{
	static bool told; /* options are checked before they are used */

	nr_paths = 0;
	for (u32 i = 0; i < opt->nr_paths; i++) {
		char *real = realpath(opt->paths[i], NULL);

		paths[nr_paths++] = opt->paths[i];
		if (real && strcmp(real, opt->paths[i]) != 0) {
			if (!told && !(opt->quiet & TQ_PATH))
				warn("Requested path \"%s\" resolved into \"%s\"", opt->paths[i],
				     real);
			paths[nr_paths++] = real;
		} else {
			free(real);
		}
	}
	told = true;
	paths_any = nr_paths || opt->trace_fds;
	return NULL;
}

static bool path_is_wanted(const char *path)
{
	for (u32 i = 0; i < nr_paths; i++)
		if (!strcmp(paths[i], path))
			return true;
	return false;
}

static bool fd_is_wanted(s32 fd)
{
	char link[40], path[PATH_MAX];
	long n;

	if (fd < 0)
		return false;
	if (fdset_has(&tset.fds, (u32)fd))
		return true;
	if (!nr_paths)
		return false;
	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = host(SYS_readlink, HP(link), HP(path), sizeof(path) - 1);
	if (n <= 0)
		return false;
	path[n] = 0;
	return path_is_wanted(path);
}

static bool string_is_wanted(struct tline *t, guest_addr a)
{
	char path[PATH_MAX];
	size_t n = 0;

	while (n < sizeof(path) && rd(t, path + n, a + n, 1) && path[n])
		n++;
	return n < sizeof(path) && n && !path[n] && path_is_wanted(path);
}

static bool pollfds_wanted(struct tline *t, guest_addr a, u64 n)
{
	s32 fd;

	for (u64 i = 0; i < MIN(n, 4096); i++)
		if (rd(t, &fd, a + i * 8, 4) && fd_is_wanted(fd))
			return true;
	return false;
}

static bool fdset_wanted(struct tline *t, guest_addr a, s64 n)
{
	u32 w = (u32)word_size(t), size;
	u8 set[128];

	n = MIN(n, 8 * (s64)sizeof(set));
	size = n <= 0 ? 0 : ((u32)n + 8 * w - 1) / (8 * w) * w;
	if (!size || !rd(t, set, a, size)) /* as the kernel takes it: whole words, all of them */
		return false;
	for (s32 fd = 0; fd < n; fd++)
		if ((set[fd / 8] >> fd % 8 & 1) && fd_is_wanted(fd))
			return true;
	return false;
}

bool paths_match(struct tline *t)
{
	/* fsconfig: what it configures does not count, what it is given does */
	for (u32 i = strcmp(t->name, "fsconfig") ? 0 : 1; i < t->nargs; i++) {
		u64 v = t->arg[i];

		switch (t->kind[i]) {
		case K_FD:
		case K_DIRFD:
			if (fd_is_wanted((s32)v))
				return true;
			break;
		case K_PATH:
			if (nr_paths && string_is_wanted(t, v))
				return true;
			break;
		case K_POLLFDS_INOUT:
			if (pollfds_wanted(t, v, (u32)t->arg[i + 1]))
				return true;
			break;
		case K_FDSET_INOUT:
			if (fdset_wanted(t, v, (s32)t->arg[0]))
				return true;
			break;
		default:
			break;
		}
	}
	return false;
}
