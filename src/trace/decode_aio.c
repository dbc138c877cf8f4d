/* SPDX-License-Identifier: GPL-2.0-or-later */
/* io_submit(2), io_cancel(2): requests. */
#include <linux/aio_abi.h>

#include "trace/flags.h"
#include "trace/value.h"

XLAT(x_iocb, "IOCB_CMD_???", XV(0, "IOCB_CMD_PREAD"), XV(1, "IOCB_CMD_PWRITE"),
     XV(2, "IOCB_CMD_FSYNC"), XV(3, "IOCB_CMD_FDSYNC"), XV(4, "IOCB_CMD_PREADX"),
     XV(5, "IOCB_CMD_POLL"), XV(6, "IOCB_CMD_NOOP"), XV(7, "IOCB_CMD_PREADV"),
     XV(8, "IOCB_CMD_PWRITEV"));
XLAT(x_iocb_flag, "IOCB_FLAG_???", XV(1, "IOCB_FLAG_RESFD"), XV(2, "IOCB_FLAG_IOPRIO"));

/* The address and the length can be those of memory. */
static bool is_valid(const struct iocb *cb)
{
	return cb->aio_nbytes <= INT64_MAX;
}

static void put_header(struct tline *t, const struct iocb *cb)
{
	put(t, "{aio_data=");
	put_hex(t, cb->aio_data);
	if (cb->aio_key)
		put_fmt(t, ", aio_key=%u", cb->aio_key);
	if (cb->aio_rw_flags) {
		put(t, ", aio_rw_flags=");
		put_flags(t, &x_rwf, (u32)cb->aio_rw_flags);
	}
	put(t, ", aio_lio_opcode=");
	put_val_dec(t, &x_iocb, cb->aio_lio_opcode);
	if (cb->aio_flags & 2) {
		put(t, ", aio_reqprio=");
		put_ioprio(t, (u16)cb->aio_reqprio);
	} else if (cb->aio_reqprio) {
		put_fmt(t, ", aio_reqprio=%d", cb->aio_reqprio);
	}
	put(t, ", aio_fildes=");
	put_fd(t, (s32)cb->aio_fildes);
}

static void put_flags_of(struct tline *t, const struct iocb *cb)
{
	if (cb->aio_flags) {
		put(t, ", aio_flags=");
		put_flags(t, &x_iocb_flag, cb->aio_flags);
	}
	if (cb->aio_flags & 1) {
		put(t, ", aio_resfd=");
		put_fd(t, (s32)cb->aio_resfd);
	} else if (cb->aio_resfd) {
		put(t, ", aio_resfd=");
		put_hex(t, cb->aio_resfd);
	}
}

static void put_vector(struct tline *t, const struct iocb *cb)
{
	put(t, ", aio_buf=");
	if (is_valid(cb)) {
		put_iov(t, cb->aio_buf, cb->aio_nbytes, ~0ULL, cb->aio_lio_opcode == 8);
	} else {
		put_hex(t, cb->aio_buf);
		put_fmt(t, ", aio_nbytes=%llu", (unsigned long long)cb->aio_nbytes);
	}
	put_fmt(t, ", aio_offset=%lld", (long long)cb->aio_offset);
}

static void put_plain(struct tline *t, const struct iocb *cb)
{
	put(t, ", aio_buf=");
	if (cb->aio_lio_opcode == IOCB_CMD_PWRITE && is_valid(cb))
		put_buf(t, cb->aio_buf, cb->aio_nbytes);
	else
		put_hex(t, cb->aio_buf);
	put_fmt(t, ", aio_nbytes=%llu, aio_offset=%lld", (unsigned long long)cb->aio_nbytes,
		(long long)cb->aio_offset);
}

/* header: no more than io_cancel looks at */
bool put_iocb(struct tline *t, guest_addr a, bool header)
{
	struct iocb cb;

	if (!rd(t, &cb, a, sizeof(cb)))
		return false;
	put_header(t, &cb);
	switch (header ? IOCB_CMD_NOOP : cb.aio_lio_opcode) {
	case 0:
	case 1:
		put_plain(t, &cb);
		put_flags_of(t, &cb);
		break;
	case 5:
		put(t, ", aio_buf=");
		put_flags(t, &x_poll, cb.aio_buf);
		put_flags_of(t, &cb);
		break;
	case 7:
	case 8:
		put_vector(t, &cb);
		put_flags_of(t, &cb);
		break;
	default:
		break;
	}
	putch(t, '}');
	return true;
}

static void one_request(struct tline *t, const void *elem, size_t size, const void *arg)
{
	u64 at = value_int(elem, size);

	(void)arg;
	if (!put_iocb(t, at, false))
		put_addr(t, at);
}

bool dec_io_requests(struct tline *t, guest_addr a)
{
	s64 n = t->compat ? (s32)t->arg[1] : (s64)t->arg[1];

	if (n < 0)
		return false;
	put_array(t, a, (u64)n, word_size(t), NULL, one_request, NULL);
	return true;
}
