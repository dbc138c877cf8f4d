/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Asynchronous I/O: reads, writes, vectors, polls, events, cancelling, and a child that has no
 * contexts. */
#include "guest.h"
#include <linux/aio_abi.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/uio.h>
#include <time.h>

static aio_context_t ctx;

static struct iocb request(int op, int fd, const void *buf, size_t n, long long off, uint64_t data)
{
	return (struct iocb){.aio_lio_opcode = (uint16_t)op,
			     .aio_fildes = (uint32_t)fd,
			     .aio_buf = (uintptr_t)buf,
			     .aio_nbytes = n,
			     .aio_offset = off,
			     .aio_data = data};
}

static void submit(struct iocb *cb)
{
	SHOW(syscall(SYS_io_submit, ctx, 1L, &cb));
}

/* Waits for one event; it names the request at cb. */
static void reap(const struct iocb *cb)
{
	struct timespec ts = {5, 0};
	struct io_event ev = {0};

	SHOW(syscall(SYS_io_getevents, ctx, 1L, 1L, &ev, &ts));
	printf("data %llu res %lld same %d\n", (unsigned long long)ev.data, (long long)ev.res,
	       ev.obj == (uintptr_t)cb);
}

static void child(void)
{
	struct timespec ts = {0, 0};
	struct io_event ev;

	SHOW(syscall(SYS_io_getevents, ctx, 0L, 1L, &ev, &ts));
	SHOW(syscall(SYS_io_destroy, ctx));
}

static void bad(int fd, char *buf)
{
	struct iocb cb = request(99, fd, buf, 1, 0, 0), *list[2] = {&cb, (struct iocb *)16};

	submit(&cb);
	cb = request(IOCB_CMD_PREAD, 77, buf, 1, 0, 0);
	submit(&cb);
	cb = request(IOCB_CMD_PREAD, fd, (void *)16, 16, 0, 0);
	submit(&cb);
	cb = request(IOCB_CMD_PREAD, fd, buf, 4, 0, 5);
	SHOW(syscall(SYS_io_submit, ctx, 2L, list));
	reap(&cb);
	SHOW(syscall(SYS_io_submit, ctx, -1L, list));
	SHOW(syscall(SYS_io_submit, ctx, 0L, list));
	SHOW(syscall(SYS_io_submit, 0UL, 1L, list));
	SHOW(syscall(SYS_io_submit, ctx, 1L, 16L));
}

int main(void)
{
	static char buf[64], a[8], b[8];
	struct iovec v[2] = {{a, 5}, {b, 5}};
	struct timespec none = {0, 0};
	struct io_event ev;
	struct iocb cb;
	int fd = open("file", O_RDWR | O_CREAT, 0644), e = eventfd(0, 0), p[2];
	aio_context_t other = 1;

	SHOW(syscall(SYS_io_setup, 4, &other));
	SHOW(syscall(SYS_io_setup, 0, &ctx));
	SHOW(syscall(SYS_io_setup, 8, 16L));
	SHOW(syscall(SYS_io_setup, 8, &ctx));
	EXPECT(ctx != 0);
	cb = request(IOCB_CMD_PWRITE, fd, "hello, world", 12, 0, 1);
	cb.aio_flags = IOCB_FLAG_RESFD;
	cb.aio_resfd = (uint32_t)e;
	submit(&cb);
	reap(&cb);
	SHOW(read(e, buf, 8));
	cb = request(IOCB_CMD_PREAD, fd, buf, 64, 7, 2);
	submit(&cb);
	reap(&cb);
	printf("%.5s\n", buf);
	cb = request(IOCB_CMD_PREADV, fd, v, 2, 0, 3);
	submit(&cb);
	reap(&cb);
	printf("%.5s %.5s\n", a, b);
	cb = request(IOCB_CMD_FSYNC, fd, NULL, 0, 0, 4);
	submit(&cb);
	reap(&cb);
	bad(fd, buf);
	if (pipe(p))
		return 1;
	cb = request(IOCB_CMD_POLL, p[0], (void *)POLLIN, 0, 0, 6);
	submit(&cb);
	SHOW(syscall(SYS_io_getevents, ctx, 0L, 1L, &ev, &none));
	SHOW(write(p[1], "x", 1));
	reap(&cb);
	cb = request(IOCB_CMD_POLL, e, (void *)POLLIN, 0, 0, 7);
	submit(&cb);
	SHOW(syscall(SYS_io_cancel, ctx, &cb, &ev));
	reap(&cb);
	SHOW(syscall(SYS_io_cancel, ctx, &cb, &ev));
	in_child("child", child);
	SHOW(syscall(SYS_io_getevents, ctx, 2L, 1L, &ev, &none));
	SHOW(syscall(SYS_io_destroy, ctx));
	SHOW(syscall(SYS_io_destroy, ctx));
	return 0;
}
