/* SPDX-License-Identifier: GPL-2.0-or-later */
/* POSIX message queues. */
#include <errno.h>
#include <mqueue.h>
#include <signal.h>
#include <string.h>

#include "abi/syscall.h"
#include "syscalls/timer.h"
#include "syscalls/timespec.h"

#define ATTR_LONGS  8 /* struct mq_attr with its reserved words */
#define ATTR_SIZE   (ATTR_LONGS * sizeof(s64))
#define COOKIE_SIZE 32

/* No message is longer than this on any system: a length beyond it reaches the host as it is, for
 * the host to refuse, but is not looked up in guest memory. */
#define LENGTH_LIMIT (64UL << 20)

static size_t lookup_size(u64 len)
{
	return len > LENGTH_LIMIT ? 0 : len;
}

static int get_compat_attr(s64 *to, guest_addr addr)
{
	struct compat_mq_attr from;

	if (get_user(from, addr))
		return -EFAULT;
	memset(to, 0, ATTR_SIZE);
	to[0] = from.mq_flags;
	to[1] = from.mq_maxmsg;
	to[2] = from.mq_msgsize;
	to[3] = from.mq_curmsgs;
	return 0;
}

SYSCALL_DEFINE4(mq_open, (), PATH, u_name, OPEN_FLAGS, oflag, OPEN_MODE, mode, ADDR, u_attr)
{
	return host(SYS_mq_open, HP(user_str(u_name)), oflag, mode, HP(user_in(u_attr, ATTR_SIZE)));
}

COMPAT_SYSCALL_DEFINE4(mq_open, (), PATH, u_name, OPEN_FLAGS, oflag, OPEN_MODE, mode, ADDR, u_attr)
{
	s64 attr[ATTR_LONGS];

	if (u_attr && oflag & O_CREAT && get_compat_attr(attr, u_attr))
		return -EFAULT;
	return host(SYS_mq_open, HP(user_str(u_name)), oflag, mode,
		    u_attr && oflag & O_CREAT ? HP(attr) : 0);
}

SYSCALL_DEFINE1(mq_unlink, (), PATH, u_name)
{
	return host(SYS_mq_unlink, HP(user_str(u_name)));
}

/* timeout: a host pointer or NULL. */
static long send_message(int mqdes, guest_addr msg, u64 len, u32 prio, const struct timespec *until)
{
	return host_block(SYS_mq_timedsend, mqdes, HP(user_in(msg, lookup_size(len))), len, prio,
			  HP(until));
}

static long receive_message(int mqdes, guest_addr msg, u64 len, guest_addr prio,
			    const struct timespec *until)
{
	return host_block(SYS_mq_timedreceive, mqdes, HP(user_out(msg, lookup_size(len))), len,
			  HP(user_out(prio, 4)), HP(until));
}

SYSCALL_DEFINE5(mq_timedsend, (), FD, mqdes, BUF_IN, msg_ptr, SIZE, msg_len, UINT, msg_prio,
		TIMESPEC64_IN, abs_timeout)
{
	struct timespec ts;

	if (abs_timeout && get_timespec64(&ts, abs_timeout))
		return -EFAULT;
	return send_message(mqdes, msg_ptr, msg_len, msg_prio, abs_timeout ? &ts : NULL);
}

SYSCALL_DEFINE5(mq_timedsend_time32, (), FD, mqdes, BUF_IN, msg_ptr, UINT, msg_len, UINT, msg_prio,
		TIMESPEC_IN, abs_timeout)
{
	struct timespec ts;

	if (abs_timeout && get_old_timespec32(&ts, abs_timeout))
		return -EFAULT;
	return send_message(mqdes, msg_ptr, msg_len, msg_prio, abs_timeout ? &ts : NULL);
}

SYSCALL_DEFINE5(mq_timedreceive, (), FD, mqdes, BUF_OUT, msg_ptr, SIZE, msg_len, UINT_OUT, msg_prio,
		TIMESPEC64_IN, abs_timeout)
{
	struct timespec ts;

	if (abs_timeout && get_timespec64(&ts, abs_timeout))
		return -EFAULT;
	return receive_message(mqdes, msg_ptr, msg_len, msg_prio, abs_timeout ? &ts : NULL);
}

SYSCALL_DEFINE5(mq_timedreceive_time32, (), FD, mqdes, BUF_OUT, msg_ptr, UINT, msg_len, UINT_OUT,
		msg_prio, TIMESPEC_IN, abs_timeout)
{
	struct timespec ts;

	if (abs_timeout && get_old_timespec32(&ts, abs_timeout))
		return -EFAULT;
	return receive_message(mqdes, msg_ptr, msg_len, msg_prio, abs_timeout ? &ts : NULL);
}

static long notify(int mqdes, struct sigevent *event)
{
	/* sigev_notify SIGEV_THREAD: the value points at a cookie, the signal is a socket. */
	if (event->sigev_notify == SIGEV_THREAD)
		event->sigev_value.sival_ptr = (void *)user_in(
			(guest_addr)(uintptr_t)event->sigev_value.sival_ptr, COOKIE_SIZE);
	return host(SYS_mq_notify, mqdes, HP(event));
}

SYSCALL_DEFINE2(mq_notify, (), FD, mqdes, SIGEVENT_IN, u_notification)
{
	struct sigevent event;

	if (!u_notification)
		return host(SYS_mq_notify, mqdes, 0);
	return get_user(event, u_notification) ? -EFAULT : notify(mqdes, &event);
}

COMPAT_SYSCALL_DEFINE2(mq_notify, (), FD, mqdes, SIGEVENT_IN, u_notification)
{
	struct sigevent event;

	if (!u_notification)
		return host(SYS_mq_notify, mqdes, 0);
	if (get_compat_sigevent(&event, u_notification))
		return -EFAULT;
	event.sigev_value.sival_ptr = (void *)(uintptr_t)(u32)event.sigev_value.sival_int;
	return notify(mqdes, &event);
}

SYSCALL_DEFINE3(mq_getsetattr, (), FD, mqdes, ADDR, u_mqstat, ADDR, u_omqstat)
{
	return host(SYS_mq_getsetattr, mqdes, HP(user_in(u_mqstat, ATTR_SIZE)),
		    HP(user_out(u_omqstat, ATTR_SIZE)));
}

COMPAT_SYSCALL_DEFINE3(mq_getsetattr, (), FD, mqdes, ADDR, u_mqstat, ADDR, u_omqstat)
{
	s64 new[ATTR_LONGS], old[ATTR_LONGS];
	struct compat_mq_attr out = {0};
	long ret;

	if (u_mqstat && get_compat_attr(new, u_mqstat))
		return -EFAULT;
	ret = host(SYS_mq_getsetattr, mqdes, u_mqstat ? HP(new) : 0, HP(old));
	if (ret || !u_omqstat)
		return ret;
	out.mq_flags = (s32)old[0];
	out.mq_maxmsg = (s32)old[1];
	out.mq_msgsize = (s32)old[2];
	out.mq_curmsgs = (s32)old[3];
	return put_user(out, u_omqstat);
}
