/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sandbox/overlay.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <unistd.h>

#include "host/host.h"
#include "sandbox/mounter.h"
#include "sandbox/mountinfo.h"
#include "sandbox/nolinks.h"
#include "sandbox/overlay_make.h"

/* The mount is attached in a mount namespace in which nobody is, so that its files have paths
 * (/proc/self/fd) that tell them from others. This keeps it. */
static int namespace_fd = -1;

/* In the helper. */
static long make_nth(void *arg, u32 i)
{
	struct overlay_maker *m = arg;
	int err = i ? 0 : overlay_attach(m);

	if (err)
		return err;
	if (i == 1)
		return nolinks_make(m->o->at, false);
	return host(SYS_open, HP(i ? "/proc/self/ns/mnt" : m->o->at),
		    (i ? O_RDONLY : O_PATH | O_DIRECTORY) | O_CLOEXEC);
}

static void close_all(const int *fds, u32 n)
{
	for (u32 i = 0; i < n; i++)
		if (fds[i] >= 0)
			close(fds[i]);
}

static int make(struct overlay *o)
{
	struct overlay_maker m = {.o = o, .uid = geteuid(), .gid = getegid()};
	int fds[3], err = overlay_prepare(&m);

	if (err)
		return err;
	mounter_run(CLONE_NEWNS, make_nth, &m, fds, 3);
	if (fds[0] == -EPERM) {
		close_all(fds, 3);
		m.as_user = true;
		err = overlay_prepare(&m);
		if (err)
			return err;
		mounter_run(CLONE_NEWUSER | CLONE_NEWNS, make_nth, &m, fds, 3);
	}
	if (fds[0] < 0 || fds[2] < 0) {
		close_all(fds, 3);
		return fds[0] < 0 ? fds[0] : fds[2];
	}
	o->fd = fds[0];
	o->plain = MAX(fds[1], -1);
	namespace_fd = host_own_fd(fds[2]);
	return 0;
}

int overlay_mount(struct overlay *o)
{
	int err;

	mountinfo_hold(); /* it is asked about each directory, and not about the mounts that are
			     made */
	err = make(o);
	mountinfo_release();
	return err;
}

void overlay_forget(void)
{
	if (namespace_fd >= 0)
		host_close_own_fd(namespace_fd);
	namespace_fd = -1;
}

int overlay_gather(int first)
{
	return namespace_fd >= 0 && dup2(namespace_fd, first) == first ? first + 1 : first;
}
