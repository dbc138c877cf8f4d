/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Asynchronous I/O (fs/aio.c), done by the host. Two things differ from handing the calls on.
 * A context's id is the address of a page of the process, at which libaio looks for a ring: the
 * guest gets a page of its own without one. And a request that waits in the host must not point
 * at guest structures: each has a host iocb, which the event names and which then is freed. */
#include <errno.h>
#include <limits.h>
#include <linux/aio_abi.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "abi/syscall.h"
#include "mm/mm.h"
#include "mm/uaccess.h"
#include "syscalls/sigmask.h"
#include "syscalls/timespec.h"
#include "task/task.h"

#define MAX_PIECES 64
#define MAX_EVENTS (1 << 16)

struct request {
	struct iocb cb; /* first: an event's obj leads here */
	guest_addr uiocb;
	struct request *next;
};

struct context {
	guest_addr id;
	aio_context_t host;
	int pid; /* a forked child has no contexts */
	struct request *requests;
	struct context *next;
};

static struct context *contexts;

static struct context *find_context(guest_addr id)
{
	int pid = (int)host(SYS_getpid);

	for (struct context *c = contexts; c; c = c->next)
		if (c->id == id && c->pid == pid)
			return c;
	return NULL;
}

static long do_io_setup(u32 nr_events, guest_addr *id)
{
	struct context *c = calloc(1, sizeof(*c));
	long ret;

	if (!c)
		return -ENOMEM;
	ret = host(SYS_io_setup, nr_events, HP(&c->host));
	if (ret) {
		free(c);
		return ret;
	}
	ret = mm_mmap(0, PAGE_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (ret < 0) {
		host(SYS_io_destroy, c->host);
		free(c);
		return ret;
	}
	c->id = *id = (guest_addr)ret;
	c->pid = (int)host(SYS_getpid);
	c->next = contexts;
	contexts = c;
	return 0;
}

static long do_io_destroy(guest_addr id)
{
	struct context *c = find_context(id), **link = &contexts;
	long ret;

	if (!c)
		return -EINVAL;
	/* The host waits for what is under way: nothing writes into guest memory after this. */
	ret = host(SYS_io_destroy, c->host);
	while (*link != c)
		link = &(*link)->next;
	*link = c->next;
	while (c->requests) {
		struct request *r = c->requests;

		c->requests = r->next;
		free(r);
	}
	mm_munmap(id, PAGE_SIZE);
	free(c);
	return ret;
}

/* io_setup() wants to find zero where it puts the id. */
SYSCALL_DEFINE2(io_setup, (), UINT, nr_events, ADDR, ctxp)
{
	guest_addr id;
	u64 old;
	long ret;

	if (get_user(old, ctxp))
		return -EFAULT;
	if (old || !nr_events)
		return -EINVAL;
	ret = do_io_setup(nr_events, &id);
	if (!ret && put_user(id, ctxp)) {
		do_io_destroy(id);
		return -EFAULT;
	}
	return ret;
}

COMPAT_SYSCALL_DEFINE2(io_setup, (), UINT, nr_events, ADDR, ctxp)
{
	guest_addr id;
	u32 old;
	long ret;

	if (get_user(old, ctxp))
		return -EFAULT;
	if (old || !nr_events)
		return -EINVAL;
	ret = do_io_setup(nr_events, &id);
	old = (u32)id;
	if (!ret && put_user(old, ctxp)) {
		do_io_destroy(id);
		return -EFAULT;
	}
	return ret;
}

SYSCALL_DEFINE1(io_destroy, (), ADDR, ctx)
{
	return do_io_destroy(ctx);
}

/* Makes the request's buffer the host's: scattered memory becomes a vector. The host imports
 * vectors when a request is submitted, so they live in scratch memory. */
static long import_buffer(struct iocb *cb)
{
	bool in = cb->aio_lio_opcode == IOCB_CMD_PREAD || cb->aio_lio_opcode == IOCB_CMD_PREADV;
	struct iovec *iov;
	long n;

	switch (cb->aio_lio_opcode) {
	case IOCB_CMD_PREAD:
	case IOCB_CMD_PWRITE:
		if ((s64)cb->aio_nbytes <= 0 || cb->aio_nbytes > TASK_SIZE_64) {
			cb->aio_buf = cb->aio_nbytes ? (u64)-PAGE_SIZE : cb->aio_buf;
			return 0;
		}
		iov = user_scratch(MAX_PIECES * sizeof(*iov));
		if (!iov)
			return -ENOMEM;
		n = user_range(cb->aio_buf, cb->aio_nbytes, in, iov, MAX_PIECES);
		if (n == 1) {
			cb->aio_buf = (u64)HP(iov[0].iov_base);
			return 0;
		}
		cb->aio_lio_opcode = in ? IOCB_CMD_PREADV : IOCB_CMD_PWRITEV;
		break;
	case IOCB_CMD_PREADV:
	case IOCB_CMD_PWRITEV:
		n = import_iovec(current->sc_abi, cb->aio_buf, cb->aio_nbytes, in, &iov);
		if (n < 0) {
			cb->aio_buf = (u64)-PAGE_SIZE;
			cb->aio_nbytes = n == -EFAULT ? 1 : UINT_MAX;
			return 0;
		}
		break;
	default:
		return 0;
	}
	cb->aio_buf = (u64)HP(iov);
	cb->aio_nbytes = (u64)n;
	return 0;
}

static long submit_one(struct context *c, guest_addr uiocb)
{
	struct request *r = calloc(1, sizeof(*r));
	struct iocb *cb;
	const u32 key = 0; /* KIOCB_KEY */
	long ret;

	if (!r)
		return -EAGAIN;
	cb = &r->cb;
	ret = get_user(*cb, uiocb) ? -EFAULT : import_buffer(cb);
	/* The kernel writes the key before it looks at most of the rest. */
	if (!ret && !cb->aio_reserved2 && put_user(key, uiocb + offsetof(struct iocb, aio_key)))
		ret = -EFAULT;
	if (!ret)
		ret = host(SYS_io_submit, c->host, 1, HP(&cb));
	if (ret != 1) {
		free(r);
		return ret;
	}
	r->uiocb = uiocb;
	r->next = c->requests;
	c->requests = r;
	return 0;
}

static long do_io_submit(guest_addr ctx, s64 nr, guest_addr list)
{
	struct context *c = find_context(ctx);
	long ret = 0;
	s64 i;

	if (nr < 0 || !c)
		return -EINVAL;
	for (i = 0; i < nr; i++) {
		u64 uiocb = 0;
		u32 small;

		if (current->sc_abi == ABI_64) {
			ret = get_user(uiocb, list + (u64)i * 8);
		} else {
			ret = get_user(small, list + (u64)i * 4);
			uiocb = small;
		}
		if (!ret)
			ret = submit_one(c, uiocb);
		if (ret)
			break;
	}
	return i ? i : ret;
}

SYSCALL_DEFINE3(io_submit, (), ADDR, ctx_id, LONG, nr, ADDR, iocbpp)
{
	return do_io_submit(ctx_id, nr, iocbpp);
}

COMPAT_SYSCALL_DEFINE3(io_submit, (), ADDR, ctx_id, INT, nr, ADDR, iocbpp)
{
	return do_io_submit(ctx_id, nr, iocbpp);
}

/* Links found requests out and frees them: their events have been seen. */
static guest_addr retire(struct context *c, const void *obj)
{
	for (struct request **link = &c->requests; *link; link = &(*link)->next) {
		struct request *r = *link;
		guest_addr uiocb = r->uiocb;

		if ((const void *)r != obj)
			continue;
		*link = r->next;
		free(r);
		return uiocb;
	}
	return 0;
}

static long do_getevents(guest_addr ctx, s64 min_nr, s64 nr, guest_addr events,
			 const struct timespec *timeout, const struct temp_sigmask *mask)
{
	struct {
		const void *set;
		u64 size;
	} pack = {mask ? mask->host : NULL, mask ? mask->size : 0};
	struct context *c = find_context(ctx);
	struct io_event *ev;
	long n;

	if (!c || min_nr > nr || min_nr < 0)
		return -EINVAL;
	nr = MIN(nr, MAX_EVENTS);
	if (nr && user_out(events, sizeof(*ev)) == NULL)
		return -EFAULT;
	ev = user_scratch((size_t)nr * sizeof(*ev) + 1);
	if (!ev)
		return -ENOMEM;
	if (mask) /* which filters of containers may refuse */
		n = host_block(SYS_io_pgetevents, c->host, MIN(min_nr, nr), nr, HP(ev), HP(timeout),
			       HP(&pack));
	else
		n = host_block(SYS_io_getevents, c->host, MIN(min_nr, nr), nr, HP(ev), HP(timeout),
			       0);
	for (long i = 0; i < n; i++) {
		ev[i].obj = retire(c, (const void *)(uintptr_t)ev[i].obj);
		if (put_user(ev[i], events + (u64)i * sizeof(*ev)))
			return i ? i : -EFAULT;
	}
	return n;
}

SYSCALL_DEFINE5(io_getevents, (), ADDR, ctx_id, LONG, min_nr, LONG, nr, ADDR, events, TIMESPEC_IN,
		timeout)
{
	struct timespec ts;

	if (timeout && get_timespec64(&ts, timeout))
		return -EFAULT;
	return do_getevents(ctx_id, min_nr, nr, events, timeout ? &ts : NULL, NULL);
}

SYSCALL_DEFINE5(io_getevents_time32, (), ADDR, ctx_id, INT, min_nr, INT, nr, ADDR, events,
		TIMESPEC_IN, timeout)
{
	struct timespec ts;

	if (timeout && get_old_timespec32(&ts, timeout))
		return -EFAULT;
	return do_getevents(ctx_id, min_nr, nr, events, timeout ? &ts : NULL, NULL);
}

/* struct __aio_sigset: a pointer to the mask and its size, in longs of the caller. */
static long do_pgetevents(guest_addr ctx, s64 min_nr, s64 nr, guest_addr events,
			  const struct timespec *timeout, guest_addr usig)
{
	struct temp_sigmask mask;
	u64 set[2] = {0, 0};
	u32 small[2] = {0, 0};
	u64 bits;

	if (usig && current->sc_abi == ABI_64 && copy_from_user(set, usig, sizeof(set)))
		return -EFAULT;
	if (usig && current->sc_abi == ABI_32) {
		if (copy_from_user(small, usig, sizeof(small)))
			return -EFAULT;
		set[0] = small[0];
		set[1] = small[1];
	}
	if (set[0] && set[1] != sizeof(u64))
		return -EINVAL;
	if (set[0] && get_user(bits, set[0]))
		return -EFAULT;
	sigmask_enter(&mask, set[0], set[1]);
	return sigmask_leave(&mask, do_getevents(ctx, min_nr, nr, events, timeout, &mask));
}

SYSCALL_DEFINE6(io_pgetevents, (), ADDR, ctx_id, LONG, min_nr, LONG, nr, ADDR, events, TIMESPEC_IN,
		timeout, ADDR, usig)
{
	struct timespec ts;

	if (timeout && get_timespec64(&ts, timeout))
		return -EFAULT;
	return do_pgetevents(ctx_id, min_nr, nr, events, timeout ? &ts : NULL, usig);
}

COMPAT_SYSCALL_DEFINE6(io_pgetevents, (), ADDR, ctx_id, INT, min_nr, INT, nr, ADDR, events,
		       TIMESPEC_IN, timeout, ADDR, usig)
{
	struct timespec ts;

	if (timeout && get_old_timespec32(&ts, timeout))
		return -EFAULT;
	return do_pgetevents(ctx_id, min_nr, nr, events, timeout ? &ts : NULL, usig);
}

COMPAT_SYSCALL_DEFINE6(io_pgetevents_time64, (), ADDR, ctx_id, INT, min_nr, INT, nr, ADDR, events,
		       TIMESPEC64_IN, timeout, ADDR, usig)
{
	struct timespec ts;

	if (timeout && get_timespec64(&ts, timeout))
		return -EFAULT;
	return do_pgetevents(ctx_id, min_nr, nr, events, timeout ? &ts : NULL, usig);
}

/* A request that can be cancelled answers -EINPROGRESS; its event comes all the same. */
SYSCALL_DEFINE3(io_cancel, (), ADDR, ctx_id, ADDR, iocb, ADDR, result)
{
	struct context *c;
	struct io_event ev;
	u32 key;

	(void)result; /* no kernel writes it any more */
	if (get_user(key, iocb + offsetof(struct iocb, aio_key)))
		return -EFAULT;
	if (key)
		return -EINVAL;
	c = find_context(ctx_id);
	for (struct request *r = c ? c->requests : NULL; r; r = r->next)
		if (r->uiocb == iocb)
			return host(SYS_io_cancel, c->host, HP(&r->cb), HP(&ev));
	return -EINVAL;
}
