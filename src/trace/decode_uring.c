/* SPDX-License-Identifier: GPL-2.0-or-later */
/* io_uring_setup(2), io_uring_register(2): what their pointers point at. */
#include <linux/io_uring.h>

#include "trace/flags.h"
#include "trace/flags_rare.h"
#include "trace/value.h"

XLAT(x_uring_ops, "IORING_OP_???", X(IORING_OP_NOP), X(IORING_OP_READV), X(IORING_OP_WRITEV),
     X(IORING_OP_FSYNC), X(IORING_OP_READ_FIXED), X(IORING_OP_WRITE_FIXED), X(IORING_OP_POLL_ADD),
     X(IORING_OP_POLL_REMOVE), X(IORING_OP_SYNC_FILE_RANGE), X(IORING_OP_SENDMSG),
     X(IORING_OP_RECVMSG), X(IORING_OP_TIMEOUT), X(IORING_OP_TIMEOUT_REMOVE), X(IORING_OP_ACCEPT),
     X(IORING_OP_ASYNC_CANCEL), X(IORING_OP_LINK_TIMEOUT), X(IORING_OP_CONNECT),
     X(IORING_OP_FALLOCATE), X(IORING_OP_OPENAT), X(IORING_OP_CLOSE), X(IORING_OP_FILES_UPDATE),
     X(IORING_OP_STATX), X(IORING_OP_READ), X(IORING_OP_WRITE), X(IORING_OP_FADVISE),
     X(IORING_OP_MADVISE), X(IORING_OP_SEND), X(IORING_OP_RECV), X(IORING_OP_OPENAT2),
     X(IORING_OP_EPOLL_CTL), X(IORING_OP_SPLICE), X(IORING_OP_PROVIDE_BUFFERS),
     X(IORING_OP_REMOVE_BUFFERS), X(IORING_OP_TEE), X(IORING_OP_SHUTDOWN), X(IORING_OP_RENAMEAT),
     X(IORING_OP_UNLINKAT), X(IORING_OP_MKDIRAT), X(IORING_OP_SYMLINKAT), X(IORING_OP_LINKAT),
     X(IORING_OP_MSG_RING), X(IORING_OP_FSETXATTR), X(IORING_OP_SETXATTR), X(IORING_OP_FGETXATTR),
     X(IORING_OP_GETXATTR), X(IORING_OP_SOCKET), X(IORING_OP_URING_CMD));
XLAT(x_uring_op_flags, "IO_URING_OP_???", X(IO_URING_OP_SUPPORTED));
XLAT(x_uring_restriction, "IORING_RESTRICTION_???", X(IORING_RESTRICTION_REGISTER_OP),
     X(IORING_RESTRICTION_SQE_OP), X(IORING_RESTRICTION_SQE_FLAGS_ALLOWED),
     X(IORING_RESTRICTION_SQE_FLAGS_REQUIRED));
XLAT(x_uring_sqe, "IOSQE_???", X(IOSQE_FIXED_FILE), X(IOSQE_IO_DRAIN), X(IOSQE_IO_LINK),
     X(IOSQE_IO_HARDLINK), X(IOSQE_ASYNC), X(IOSQE_BUFFER_SELECT), X(IOSQE_CQE_SKIP_SUCCESS));
XLAT(x_uring_wq, "IO_WQ_???", X(IO_WQ_BOUND), X(IO_WQ_UNBOUND));
XLAT(x_uring_features, "IORING_FEAT_???", X(IORING_FEAT_SINGLE_MMAP), X(IORING_FEAT_NODROP),
     X(IORING_FEAT_SUBMIT_STABLE), X(IORING_FEAT_RW_CUR_POS), X(IORING_FEAT_CUR_PERSONALITY),
     X(IORING_FEAT_FAST_POLL), X(IORING_FEAT_POLL_32BITS), X(IORING_FEAT_SQPOLL_NONFIXED),
     X(IORING_FEAT_EXT_ARG), X(IORING_FEAT_NATIVE_WORKERS), X(IORING_FEAT_RSRC_TAGS),
     X(IORING_FEAT_CQE_SKIP), X(IORING_FEAT_LINKED_FILE));
XLAT(x_uring_fds, NULL, X(IORING_REGISTER_FILES_SKIP));
XLAT(x_uring_rsrc, "IORING_RSRC_REGISTER_???", X(IORING_RSRC_REGISTER_SPARSE));

static bool failed(const struct tline *t)
{
	return t->exiting && (u64)t->ret >= (u64)-4095L;
}

/* ---- Setup ---- */

/* struct io_sqring_offsets and io_cqring_offsets as they are called here: the last field has
 * another name in newer headers. */
struct sq_offsets {
	u32 head, tail, ring_mask, ring_entries, flags, dropped, array, resv1;
	u64 resv2;
};
struct cq_offsets {
	u32 head, tail, ring_mask, ring_entries, overflow, cqes, flags, resv1;
	u64 resv2;
};

/* clang-format off */
#define SQ(m) FIELD(struct sq_offsets, m, V_U, NULL)
#define CQ(m) FIELD(struct cq_offsets, m, V_U, NULL)
#define REST(s, m) FIELD_NOT0(struct s, m, V_X)
#define PARAM(m, kind, set) FIELD(struct io_uring_params, m, kind, set)
/* clang-format on */
RECORD(r_sq_off, struct sq_offsets, SQ(head), SQ(tail), SQ(ring_mask), SQ(ring_entries), SQ(flags),
       SQ(dropped), SQ(array), REST(sq_offsets, resv1), REST(sq_offsets, resv2));
RECORD(r_cq_off, struct cq_offsets, CQ(head), CQ(tail), CQ(ring_mask), CQ(ring_entries),
       CQ(overflow), CQ(cqes), CQ(flags), REST(cq_offsets, resv1), REST(cq_offsets, resv2));
RECORD(r_params_out, struct io_uring_params, PARAM(sq_entries, V_U, NULL),
       PARAM(cq_entries, V_U, NULL), PARAM(features, V_FLAGS, &x_uring_features),
       PARAM(sq_off, V_RECORD, &r_sq_off), PARAM(cq_off, V_RECORD, &r_cq_off));

bool uring_params(struct tline *t, guest_addr a)
{
	struct io_uring_params p;

	if (t->exiting) {
		if (!failed(t) && rd(t, &p, a, sizeof(p))) {
			put(t, ", ");
			put_fields(t, &r_params_out, a, 0, sizeof(p));
		}
		putch(t, '}');
		return true;
	}
	if (!t->verbose || !rd(t, &p, a, sizeof(p))) {
		put_addr(t, a);
		return true;
	}
	put(t, "{flags=");
	put_flags(t, &x_uring_setup, p.flags);
	put(t, ", sq_thread_cpu=");
	put_hex(t, p.sq_thread_cpu);
	put_fmt(t, ", sq_thread_idle=%u", p.sq_thread_idle);
	if (p.flags & IORING_SETUP_ATTACH_WQ) {
		put(t, ", wq_fd=");
		put_fd(t, (s32)p.wq_fd);
	}
	if (p.resv[0] || p.resv[1] || p.resv[2]) {
		put(t, ", resv=[");
		for (int i = 0; i < 3; i++) {
			put(t, i ? ", " : "");
			put_hex(t, p.resv[i]);
		}
		putch(t, ']');
	}
	return false;
}

/* ---- Registering ---- */

static void one_fd(struct tline *t, const void *elem, size_t size, const void *arg)
{
	(void)arg;
	put_fd(t, (s32)value_int(elem, size));
}

static void one_update(struct tline *t, const void *elem, size_t size, const void *arg)
{
	s32 fd = (s32)value_int(elem, size);

	(void)arg;
	if (fd >= -1)
		put_fd(t, fd);
	else
		put_val_dec(t, &x_uring_fds, fd);
}

/* An array of numbers or structs of fixed size; false: not all of them could be read. */
static bool put_each(struct tline *t, guest_addr a, u64 n, size_t size,
		     void (*one)(struct tline *t, const void *elem, size_t size, const void *arg))
{
	if (!t->verbose || failed(t)) {
		put_addr(t, a);
		return false;
	}
	return put_array(t, a, n, size, NULL, one, NULL);
}

static void files_update(struct tline *t, guest_addr a, u32 n)
{
	struct io_uring_files_update u;

	if (!rd(t, &u, a, sizeof(u))) {
		put_addr(t, a);
		return;
	}
	put_fmt(t, "{offset=%u", u.offset);
	if (u.resv) {
		put(t, ", resv=");
		put_hex(t, u.resv);
	}
	put(t, ", fds=");
	put_each(t, u.fds, n, sizeof(s32), one_update);
	putch(t, '}');
}

static void one_operation(struct tline *t, const void *elem, size_t size, const void *arg)
{
	const struct io_uring_probe_op *op = elem;

	(void)size;
	(void)arg;
	put(t, "{op=");
	put_val_dec(t, &x_uring_ops, op->op);
	if (op->resv) {
		put(t, ", resv=");
		put_hex(t, op->resv);
	}
	put(t, ", flags=");
	put_flags(t, &x_uring_op_flags, op->flags);
	if (op->resv2) {
		put(t, ", resv2=");
		put_hex(t, op->resv2);
	}
	putch(t, '}');
}

static bool is_zero(const u8 *b, size_t n)
{
	while (n && !b[n - 1])
		n--;
	return !n;
}

/* The kernel wants zeroes and fills them; what is not zero is shown before the call, too. */
static bool probe(struct tline *t, guest_addr a, u32 n)
{
	static const struct value words = {V_XINTS, 4, NULL};
	struct io_uring_probe *p;
	u8 b[sizeof(*p) + 256 * sizeof(p->ops[0])] __attribute__((aligned(8)));
	size_t size = sizeof(*p) + n * sizeof(p->ops[0]);
	bool shown = t->exiting && t->saved;
	u32 shown_ops;

	if (failed(t) && shown)
		return true;
	if (failed(t) || n > 256 || !t->verbose) {
		put_addr(t, a);
		return true;
	}
	if (shown)
		put(t, " => ");
	if (!rd(t, b, a, size)) {
		put_addr(t, a);
		return true;
	}
	t->saved = !is_zero(b, size);
	if (!t->exiting && !t->saved)
		return false;
	p = (struct io_uring_probe *)b;
	put(t, "{last_op=");
	put_val_dec(t, &x_uring_ops, p->last_op);
	put_fmt(t, ", ops_len=%u", p->ops_len);
	if (p->resv) {
		put(t, ", resv=");
		put_hex(t, p->resv);
	}
	if (p->resv2[0] || p->resv2[1] || p->resv2[2]) {
		put(t, ", resv2=");
		put_value(t, &words, a + offsetof(struct io_uring_probe, resv2), 12);
	}
	put(t, ", ops=");
	shown_ops = t->exiting ? MIN(p->ops_len, n) : n;
	put_array(t, a + sizeof(*p), shown_ops, sizeof(p->ops[0]), NULL, one_operation, NULL);
	if (t->exiting && n < p->ops_len && !(t->abbrev && shown_ops > trace_string_limit())) {
		t->len--;
		put(t, shown_ops ? ", ...]" : "...]");
	}
	putch(t, '}');
	return t->exiting;
}

static void one_restriction(struct tline *t, const void *elem, size_t size, const void *arg)
{
	const struct io_uring_restriction *r = elem;

	(void)size;
	(void)arg;
	put(t, "{opcode=");
	put_val(t, &x_uring_restriction, r->opcode);
	switch (r->opcode) {
	case IORING_RESTRICTION_REGISTER_OP:
		put(t, ", register_op=");
		put_val(t, &x_uring_register, r->register_op);
		break;
	case IORING_RESTRICTION_SQE_OP:
		put(t, ", sqe_op=");
		put_val(t, &x_uring_ops, r->sqe_op);
		break;
	case IORING_RESTRICTION_SQE_FLAGS_ALLOWED:
	case IORING_RESTRICTION_SQE_FLAGS_REQUIRED:
		put(t, ", sqe_flags=");
		put_flags(t, &x_uring_sqe, r->sqe_flags);
		break;
	default:
		put_fmt(t, " /* op: %#x */", r->register_op);
	}
	if (r->resv) {
		put(t, ", resv=");
		put_hex(t, r->resv);
	}
	if (r->resv2[0] || r->resv2[1] || r->resv2[2]) {
		put(t, ", resv2=[");
		for (int i = 0; i < 3; i++) {
			put(t, i ? ", " : "");
			put_hex(t, r->resv2[i]);
		}
		putch(t, ']');
	}
	putch(t, '}');
}

static void one_tag(struct tline *t, const void *elem, size_t size, const void *arg)
{
	(void)arg;
	put_hex(t, value_int(elem, size));
}

/* ", data=[...], tags=[...]" of both structs about resources */
static void put_resources(struct tline *t, u32 op, u32 n, u64 data, u64 tags)
{
	put(t, ", data=");
	if (op == IORING_REGISTER_FILES2)
		put_each(t, data, n, sizeof(s32), one_fd);
	else if (op == IORING_REGISTER_FILES_UPDATE2)
		put_each(t, data, n, sizeof(s32), one_update);
	else
		put_iov(t, data, n, 0, false);
	put(t, ", tags=");
	put_each(t, tags, n, sizeof(u64), one_tag);
}

static void rsrc_register(struct tline *t, guest_addr a, u32 size, u32 op)
{
	struct io_uring_rsrc_register r;

	if (size < sizeof(r) || !rd(t, &r, a, sizeof(r))) {
		put_addr(t, a);
		return;
	}
	put_fmt(t, "{nr=%u, flags=", r.nr);
	put_flags(t, &x_uring_rsrc, r.flags);
	if (r.resv2) {
		put(t, ", resv2=");
		put_hex(t, r.resv2);
	}
	put_resources(t, op, r.nr, r.data, r.tags);
	put_tail(t, a, sizeof(r), MIN(size, 4096u));
	putch(t, '}');
}

static void rsrc_update(struct tline *t, guest_addr a, u32 size, u32 op)
{
	struct io_uring_rsrc_update2 r;

	if (size < sizeof(r) || !rd(t, &r, a, sizeof(r))) {
		put_addr(t, a);
		return;
	}
	put_fmt(t, "{offset=%u", r.offset);
	if (r.resv) {
		put(t, ", resv=");
		put_hex(t, r.resv);
	}
	put_resources(t, op, r.nr, r.data, r.tags);
	put_fmt(t, ", nr=%u", r.nr);
	if (r.resv2) {
		put(t, ", resv2=");
		put_hex(t, r.resv2);
	}
	put_tail(t, a, sizeof(r), MIN(size, 4096u));
	putch(t, '}');
}

static void one_number(struct tline *t, const void *elem, size_t size, const void *arg)
{
	(void)arg;
	put_udec(t, value_int(elem, size));
}

static bool workers(struct tline *t, guest_addr a, u32 n)
{
	if (!t->verbose || failed(t)) {
		put_addr(t, a);
		return true;
	}
	if (!put_array(t, a, n, sizeof(u32), &x_uring_wq, one_number, NULL))
		return true;
	if (!t->exiting)
		put(t, " => ");
	return t->exiting;
}

static void one_ring(struct tline *t, const void *elem, size_t size, const void *arg)
{
	const struct io_uring_rsrc_update *u = elem;
	bool adds = *(const bool *)arg;

	(void)size;
	put_fmt(t, adds && u->offset == ~0u ? "{offset=%d" : "{offset=%u", u->offset);
	if (u->resv) {
		put(t, ", resv=");
		put_hex(t, u->resv);
	}
	if (adds) {
		put(t, ", data=");
		put_fd(t, (s32)u->data);
	} else if (u->data) {
		put(t, ", data=");
		put_hex(t, u->data);
	}
	putch(t, '}');
}

/* struct io_uring_buf_reg, whose pad has become flags */
struct buf_reg {
	u64 ring_addr;
	u32 ring_entries;
	u16 bgid, pad;
	u64 resv[3];
};

/* clang-format off */
#define BUF(m, kind) FIELD(struct buf_reg, m, kind, NULL)
/* clang-format on */
RECORD(r_buf_reg, struct buf_reg, BUF(ring_addr, V_ADDR), BUF(ring_entries, V_U), BUF(bgid, V_U),
       REST(buf_reg, pad), {"resv", offsetof(struct buf_reg, resv), 3, F_NOT0, {V_XINTS, 8, NULL}});

bool uring_register(struct tline *t, guest_addr a)
{
	u32 op = (u32)t->arg[1], n = (u32)t->arg[3];
	bool adds = op == IORING_REGISTER_RING_FDS;

	switch (op) {
	case IORING_REGISTER_PROBE:
		return probe(t, a, n);
	case IORING_REGISTER_IOWQ_MAX_WORKERS:
		return workers(t, a, n);
	case IORING_REGISTER_FILES:
	case IORING_REGISTER_EVENTFD:
	case IORING_REGISTER_EVENTFD_ASYNC:
		put_each(t, a, n, sizeof(s32), one_fd);
		return true;
	case IORING_REGISTER_RESTRICTIONS:
		put_each(t, a, n, sizeof(struct io_uring_restriction), one_restriction);
		return true;
	default:
		break;
	}
	if (!t->verbose) {
		put_addr(t, a);
		return true;
	}
	switch (op) {
	case IORING_REGISTER_BUFFERS:
		put_iov(t, a, n, 0, false);
		break;
	case IORING_REGISTER_FILES_UPDATE:
		files_update(t, a, n);
		break;
	case IORING_REGISTER_FILES2:
	case IORING_REGISTER_BUFFERS2:
		rsrc_register(t, a, n, op);
		break;
	case IORING_REGISTER_FILES_UPDATE2:
	case IORING_REGISTER_BUFFERS_UPDATE:
		rsrc_update(t, a, n, op);
		break;
	case IORING_REGISTER_IOWQ_AFF:
		if (!put_cpuset(t, a, n))
			put_addr(t, a);
		break;
	case IORING_REGISTER_RING_FDS:
	case IORING_UNREGISTER_RING_FDS:
		put_array(t, a, n, sizeof(struct io_uring_rsrc_update), NULL, one_ring, &adds);
		break;
	case IORING_REGISTER_PBUF_RING:
	case IORING_UNREGISTER_PBUF_RING:
		if (!put_record(t, &r_buf_reg, a))
			put_addr(t, a);
		break;
	default:
		put_addr(t, a);
		break;
	}
	return true;
}
