/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The host, hardened under the emulator: what a guest that has broken out of the CPU engine would
 * still not be able to do. docs/security.md. */
#ifndef TRAPGATE_SANDBOX_HARDEN_H
#define TRAPGATE_SANDBOX_HARDEN_H

#include "abi/types.h"

/* The process, and all that come from it, are hardened. */
extern bool harden_on;

/* Lets files below an open directory (or the file itself) be used after harden_start(). Nothing is
 * said of files at all (by Landlock) unless this has been called. fd stays the caller's. */
void harden_allow_path(int fd, bool write);

/* To be called when everything is set up and the guest has not run yet: no new privileges, fewer
 * capabilities, Landlock where the host has it, and a seccomp filter that lets through the calls
 * that trapgate's handlers make and ends the process for any other. Ends with a message where the
 * filter cannot be installed. */
void harden_start(void);

/* Makes the filter, once, for a process that is to fork others that call harden_start(). */
void harden_prepare(void);

/* Makes a program for the host of libseccomp's filter, which is released. */
struct sock_fprog;
void harden_compile(void *filter, struct sock_fprog *out);

/* The same process hardens itself as far as that leaves it able to fork them: no new privileges,
 * and no calls but those that handlers make. */
void harden_forker(void);

/* Whether a clone with these flags can be asked for by clone(2): clone3's arguments are out of the
 * filter's sight. */
bool harden_clone_ok(u64 flags, u64 set_tid_size);

#endif
