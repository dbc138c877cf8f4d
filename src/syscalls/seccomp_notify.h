/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SECCOMP_RET_USER_NOTIF: system calls that a supervisor answers (seccomp_unotify(2)).
 *
 * The listener is the host kernel's own. Its filter, which goes onto the host thread beside the
 * guest's, notifies of one call alone, which nobody but trapgate makes: getcpu(2) with a secret
 * third argument. What the guest's call was lies in memory of the run, from where it is put into
 * what the supervisor reads. Waiting, signals, descriptors that are added, the end of either side:
 * all that is the host's. */
#ifndef TRAPGATE_SYSCALLS_SECCOMP_NOTIFY_H
#define TRAPGATE_SYSCALLS_SECCOMP_NOTIFY_H

#include <linux/seccomp.h>

#include "abi/types.h"

/* Not in the headers of Debian 12. */
#ifndef SECCOMP_FILTER_FLAG_TSYNC_ESRCH
#define SECCOMP_FILTER_FLAG_TSYNC_ESRCH (1UL << 4)
#endif
#ifndef SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV
#define SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV (1UL << 5)
#endif

/* Makes the memory of the run. */
void seccomp_notify_init(void);
/* SECCOMP_FILTER_FLAG_NEW_LISTENER: the descriptor or -errno. */
long seccomp_notify_listen(u64 flags);
/* Other threads have got current's filters, of which one has a listener. */
long seccomp_notify_sync(void);
/* Asks the supervisor. True: the call is to be made; else *ret is its result. */
bool seccomp_notify_ask(const struct seccomp_data *data, long *ret);
/* SECCOMP_IOCTL_NOTIF_RECV. */
long seccomp_notify_recv(int fd, u32 cmd, guest_addr arg);

#endif
