/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mm/utime.h"

#include "mm/uaccess.h"

size_t utime_size(enum utime_form form)
{
	return form == UTIME_OLD32 ? 2 * sizeof(s32) : sizeof(struct utime);
}

int utime_get(struct utime *t, guest_addr uaddr, enum utime_form form)
{
	s32 old[2];
	int err;

	if (form == UTIME_OLD32) {
		err = get_user(old, uaddr);
		if (!err)
			*t = (struct utime){old[0], old[1]};
		return err;
	}
	err = get_user(*t, uaddr);
	/* A 32-bit struct __kernel_timespec has 32 bits of padding above tv_nsec. */
	if (!err && form == UTIME_COMPAT64)
		t->frac = (u32)t->frac;
	return err;
}

int utime_put(guest_addr uaddr, const struct utime *t, enum utime_form form)
{
	s32 old[2] = {(s32)t->sec, (s32)t->frac};

	if (form == UTIME_OLD32)
		return put_user(old, uaddr);
	return put_user(*t, uaddr);
}

int utimeout_get(struct utimeout *to, guest_addr uaddr, enum utime_form form, struct utime **host)
{
	int err;

	to->uaddr = uaddr;
	to->form = form;
	*host = NULL;
	if (!uaddr)
		return 0;
	err = utime_get(&to->t, uaddr, form);
	if (err)
		return err;
	to->before = to->t;
	*host = &to->t;
	return 0;
}

int utimeout_put(const struct utimeout *to)
{
	if (!to->uaddr || (to->t.sec == to->before.sec && to->t.frac == to->before.frac))
		return 0;
	return utime_put(to->uaddr, &to->t, to->form);
}
