/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sandbox/nolinks.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/mount.h>
#include <linux/openat2.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/host.h"
#include "sandbox/mounter.h"
#include "sandbox/mountinfo.h"

#define MAX_VIEWS 24

/* The mounts that have been made. */
static struct view {
	char host[PATH_MAX];
	bool ro;
	int fd;
} views[MAX_VIEWS];
static u32 nr_views;
static char expected[PATH_MAX];
static bool expected_again; /* below it more will be expected */
static enum { UNKNOWN, BY_ITSELF, BY_HELPER, NOT } way;

static bool is_one(const char *point, const char *type, void *arg)
{
	(void)point;
	(void)type;
	(void)arg;
	return true;
}

static bool has_mounts(const char *dir)
{
	return mountinfo_find(dir, is_one, NULL);
}

/* ---- Making ---- */

long nolinks_make(const char *dir, bool ro)
{
	struct mount_attr attr = {
		.attr_set = MOUNT_ATTR_NOSYMFOLLOW | (ro ? MOUNT_ATTR_RDONLY : 0),
	};
	long fd = host(SYS_open_tree, AT_FDCWD, HP(dir),
		       OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE);
	long err;

	if (fd < 0)
		return fd;
	err = host(SYS_mount_setattr, fd, HP(""), AT_EMPTY_PATH | AT_RECURSIVE, HP(&attr),
		   sizeof(attr));
	if (!err)
		return fd;
	host(SYS_close, fd);
	return err;
}

static long make_nth(void *list, u32 i)
{
	const struct view *v = list;

	return nolinks_make(v[i].host, v[i].ro);
}

/* Who may not mount here may in a user namespace. The mounts work outside of it, too. */
static void make_by_helper(struct view *made, u32 n)
{
	int fds[MAX_VIEWS];

	mounter_run(CLONE_NEWUSER | CLONE_NEWNS, make_nth, made, fds, n);
	for (u32 i = 0; i < n; i++)
		made[i].fd = fds[i];
}

/* ---- Finding ---- */

static const struct view *view_of(const char *host, bool ro)
{
	for (u32 i = 0; i < nr_views; i++)
		if (views[i].ro == ro && path_is_below(host, views[i].host))
			return &views[i];
	return NULL;
}

static void want_view(const char *host, bool ro)
{
	struct view *v = &views[nr_views];
	const char *dir = expected[0] && path_is_below(host, expected) ? expected : host;

	if (nr_views == MAX_VIEWS || view_of(host, ro))
		return;
	snprintf(v->host, sizeof(v->host), "%s", dir);
	v->ro = ro;
	v->fd = -1;
	nr_views++;
}

static void make_views(u32 from)
{
	u32 kept = from;

	for (u32 i = from; i < nr_views && (way == UNKNOWN || way == BY_ITSELF); i++) {
		views[i].fd = (int)nolinks_make(views[i].host, views[i].ro);
		if (way == UNKNOWN)
			way = views[i].fd >= 0	      ? BY_ITSELF
			      : views[i].fd == -EPERM ? BY_HELPER
						      : NOT;
	}
	if (way == BY_HELPER && nr_views > from) {
		make_by_helper(views + from, nr_views - from);
		if (!from && views[0].fd < 0)
			way = NOT;
	}
	for (u32 i = from; i < nr_views; i++) {
		if (views[i].fd < 0)
			continue;
		views[kept] = views[i];
		views[kept].fd = host_own_fd(views[kept].fd);
		kept++;
	}
	nr_views = kept;
}

/* The place below the mount; only if it is what the sandbox shows. */
static int open_in_view(struct nolinks *want)
{
	struct open_how how = {.flags = O_PATH | O_DIRECTORY | O_CLOEXEC,
			       .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS};
	const struct view *v = view_of(want->host, want->ro);
	struct stat a, b;
	const char *rel;
	long fd;

	if (!v)
		return -1;
	want->whole = !strcmp(want->host, v->host);
	rel = want->host + (strcmp(v->host, "/") ? strlen(v->host) : 0);
	rel += *rel == '/';
	fd = host(SYS_openat2, v->fd, HP(*rel ? rel : "."), HP(&how), sizeof(how));
	if (fd < 0)
		return -1;
	if (!fstat((int)fd, &a) && !fstat(want->same, &b) && a.st_dev == b.st_dev &&
	    a.st_ino == b.st_ino)
		return (int)fd;
	host(SYS_close, fd);
	return -1;
}

void nolinks_open(struct nolinks *list, u32 n)
{
	u32 from = nr_views;

	for (u32 i = 0; i < n; i++) {
		list[i].fd = -1;
		if (way != NOT)
			want_view(list[i].host, list[i].ro);
	}
	make_views(from);
	for (u32 i = 0; i < n; i++)
		list[i].fd = open_in_view(&list[i]);
}

void nolinks_expect(const char *outer, const char *inner)
{
	expected_again = !has_mounts(outer);
	snprintf(expected, sizeof(expected), "%s", expected_again ? outer : inner);
}

void nolinks_end_expected(void)
{
	u32 kept = 0;

	for (u32 i = 0; i < nr_views; i++) {
		if (!expected_again && expected[0] && path_is_below(views[i].host, expected))
			host_close_own_fd(views[i].fd);
		else
			views[kept++] = views[i];
	}
	nr_views = kept;
	expected[0] = 0;
}

void nolinks_forget(void)
{
	for (u32 i = 0; i < nr_views; i++)
		host_close_own_fd(views[i].fd);
	nr_views = 0;
}

int nolinks_gather(int first)
{
	for (u32 i = 0; i < nr_views; i++)
		if (dup2(views[i].fd, first) == first)
			first++;
	return first;
}
