/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The part of /proc that a guest sees. */
#ifndef TRAPGATE_SANDBOX_PROC_H
#define TRAPGATE_SANDBOX_PROC_H

#include "sandbox/mount.h"

enum proc_link { PROC_NO_LINK, PROC_LINK_EXE, PROC_LINK_CWD, PROC_LINK_ROOT, PROC_LINK_FD };

/* Whether rel, a canonical path below /proc, is there for the guest. */
bool proc_allowed(const char *rel);
/* Whether name is shown in the listing of the host directory dir of /proc. */
bool proc_listed(const char *dir, const char *name);
/* Whether rel is there for the guest and neither a link nor a directory, by what it is called; also
 * where it begins in "self". The host may not have it all the same. */
bool proc_is_file(const char *rel);
/* Which of the caller's descriptors rel is, which begins in "self". */
bool proc_own_fd(const char *rel, int *fd);
/* Whether rel may be written. */
bool proc_writable(const char *rel);
/* What magic link rel is; *pid is whose, *fd which. */
enum proc_link proc_link_of(const char *rel, int *pid, int *fd);

#endif
