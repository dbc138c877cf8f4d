/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is known of the guest's descriptors since they were opened: then the host needs not be asked
 * for their paths. */
#include <fcntl.h>
#include <string.h>

#include "sandbox/path_internal.h"

#define NR_KNOWN 1024

static bool shared;		      /* with other processes */
static u64 changeable[NR_KNOWN / 64]; /* files that the guest may change */
static u8 opened_in[NR_KNOWN];	      /* which mount, plus 1 */
static u8 cwd_in;

bool path_fds_shared(void)
{
	return shared;
}

bool path_fds_alone(void)
{
	return !shared && !sandbox_threads;
}

void sandbox_forget_dirs(void)
{
	shared = true;
}

bool path_fd_changeable(int fd)
{
	return (u32)fd < NR_KNOWN && path_fds_alone() && changeable[fd / 64] >> (fd % 64) & 1;
}

void path_learn_changeable(int fd)
{
	if ((u32)fd < NR_KNOWN && !sandbox_threads)
		changeable[fd / 64] |= 1ULL << (fd % 64);
}

void path_learn_opened(int fd, const struct mount *m)
{
	if ((u32)fd < NR_KNOWN && !sandbox_threads)
		opened_in[fd] = (u8)(m - mount_nth(0) + 1);
}

const struct mount *path_opened_in(int fd)
{
	u32 n = 0;

	if (path_fds_alone())
		n = fd == AT_FDCWD ? cwd_in : (u32)fd < NR_KNOWN ? opened_in[fd] : 0;
	return n ? mount_nth(n - 1) : NULL;
}

void path_learn_cwd(int fd)
{
	const struct mount *m = path_opened_in(fd);

	cwd_in = m ? (u8)(m - mount_nth(0) + 1) : 0;
}

void sandbox_fd_copied(int fd, int from)
{
	bool change = path_fd_changeable(from);
	const struct mount *m = path_opened_in(from);

	path_forget_fd(fd);
	if (change)
		path_learn_changeable(fd);
	if (m)
		path_learn_opened(fd, m);
}

bool sandbox_fd_in_mount(int fd)
{
	return fd >= 0 && path_opened_in(fd);
}

void path_forget_fd(int fd)
{
	if ((u32)fd >= NR_KNOWN)
		return;
	changeable[fd / 64] &= ~(1ULL << (fd % 64));
	opened_in[fd] = 0;
}

void path_forget_fds(void)
{
	memset(changeable, 0, sizeof(changeable));
	memset(opened_in, 0, sizeof(opened_in));
}
