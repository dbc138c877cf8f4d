/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The value of a constant by its name, from the tables that print them. */
#include <string.h>

#include "trace/flags.h"
#include "trace/trace.h"

static const struct xlat_set *const sets[] = {
	&x_accmode,  &x_open,	   &x_access,	  &x_at,	 &x_at_access,	  &x_whence,
	&x_fcntl,    &x_fdflags,   &x_flock,	  &x_falloc,	 &x_rename,	  &x_xattr,
	&x_splice,   &x_eventfd,   &x_inotify,	  &x_epoll_op,	 &x_epoll_create, &x_poll,
	&x_prot,     &x_mmap_type, &x_mmap,	  &x_mremap,	 &x_madv,	  &x_msync,
	&x_mlockall, &x_memfd,	   &x_membarrier, &x_clone,	 &x_wait,	  &x_idtype,
	&x_sighow,   &x_clock,	   &x_timer,	  &x_itimer,	 &x_prio,	  &x_sched,
	&x_rlimit,   &x_rusage,	   &x_futex,	  &x_prctl,	 &x_arch_prctl,	  &x_grnd,
	&x_seccomp,  &x_af,	   &x_sock_type,  &x_sock_flags, &x_ipproto,	  &x_msg,
	&x_sol,	     &x_so,	   &x_tcp,	  &x_shut,
};

static bool one(const char *name, size_t len, u64 *value)
{
	if (len == 8 && memcmp(name, "AT_FDCWD", 8) == 0) {
		*value = (u64)-100;
		return true;
	}
	for (size_t s = 0; s < ARRAY_SIZE(sets); s++)
		for (size_t i = 0; i < sets[s]->n; i++) {
			const char *str = sets[s]->v[i].str;

			if (strlen(str) == len && memcmp(str, name, len) == 0) {
				*value = sets[s]->v[i].val;
				return true;
			}
		}
	if (ioctl_cmd_by_name(name, len, value))
		return true;
	for (int sig = 1; sig <= 64; sig++) {
		const char *str = trace_signal_name(sig);

		if (str && strlen(str) == len && memcmp(str, name, len) == 0) {
			*value = (u64)sig;
			return true;
		}
	}
	return false;
}

bool trace_constant(const char *text, u64 *value)
{
	u64 all = 0, v;

	for (;;) {
		size_t n = strcspn(text, "|");

		if (!n || !one(text, n, &v))
			return false;
		all |= v;
		if (!text[n])
			break;
		text += n + 1;
	}
	*value = all;
	return true;
}
