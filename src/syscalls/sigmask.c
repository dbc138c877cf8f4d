/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "syscalls/sigmask.h"

#include <errno.h>

#include "mm/uaccess.h"
#include "task/signal.h"

void sigmask_enter(struct temp_sigmask *s, guest_addr umask, u64 size)
{
	*s = (struct temp_sigmask){.size = size};
	if (!umask)
		return;
	if (size != sizeof(s->mask) || get_user(s->mask, umask)) {
		s->host = user_in(umask, sizeof(s->mask));
		return;
	}
	current->saved_sigmask = current->blocked;
	current->blocked = s->mask & ~(SIGMASK(SIGKILL) | SIGMASK(SIGSTOP));
	current->restore_sigmask = true;
	s->in_force = true;
	s->mask = signal_host_mask(s->mask);
	s->host = &s->mask;
}

long sigmask_leave(const struct temp_sigmask *s, long ret)
{
	/* -EINTR: a signal that the temporary mask let in, to be delivered under it. With
	 * -ERESTARTNOINTR the host was not entered: the signal came in under the mask before. */
	if (s->in_force && ret != -EINTR) {
		current->blocked = current->saved_sigmask;
		current->restore_sigmask = false;
	}
	return ret;
}
