/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What ioctl commands of partitions, block traces, SCSI requests and userfaultfd take. */
#include <linux/blkpg.h>
#include <linux/bsg.h>
#include <linux/userfaultfd.h>
#include <scsi/sg.h>
#include <stddef.h>

#include "trace/flags.h"
#include "trace/ioctl_args.h"

XLAT(x_uffd_feature, "UFFD_FEATURE_???", X(UFFD_FEATURE_PAGEFAULT_FLAG_WP),
     X(UFFD_FEATURE_EVENT_FORK), X(UFFD_FEATURE_EVENT_REMAP), X(UFFD_FEATURE_EVENT_REMOVE),
     X(UFFD_FEATURE_MISSING_HUGETLBFS), X(UFFD_FEATURE_MISSING_SHMEM), X(UFFD_FEATURE_EVENT_UNMAP),
     X(UFFD_FEATURE_SIGBUS), X(UFFD_FEATURE_THREAD_ID), X(UFFD_FEATURE_MINOR_HUGETLBFS),
     X(UFFD_FEATURE_MINOR_SHMEM), X(UFFD_FEATURE_EXACT_ADDRESS),
     X(UFFD_FEATURE_WP_HUGETLBFS_SHMEM));
XLAT(x_uffd_copy, "UFFDIO_COPY_???", X(UFFDIO_COPY_MODE_DONTWAKE), X(UFFDIO_COPY_MODE_WP));
XLAT(x_uffd_mode, "UFFDIO_REGISTER_MODE_???", X(UFFDIO_REGISTER_MODE_MISSING),
     X(UFFDIO_REGISTER_MODE_WP), X(UFFDIO_REGISTER_MODE_MINOR));
XLAT(x_uffd_zero, "UFFDIO_ZEROPAGE_???", X(UFFDIO_ZEROPAGE_MODE_DONTWAKE));
XLAT(x_sg_info, "SG_INFO_???", X(SG_INFO_CHECK), X(SG_INFO_DIRECT_IO), X(SG_INFO_MIXED_IO));
XLAT(x_sg_dir, "SG_DXFER_???", X(SG_DXFER_NONE), X(SG_DXFER_TO_DEV), X(SG_DXFER_FROM_DEV),
     X(SG_DXFER_TO_FROM_DEV));
XLAT(x_sg_flag, "SG_FLAG_???", X(SG_FLAG_DIRECT_IO), XV(2, "SG_FLAG_UNUSED_LUN_INHIBIT"),
     XV(4, "SG_FLAG_MMAP_IO"), X(SG_FLAG_NO_DXFER), XV(0x10, "SG_FLAG_Q_AT_TAIL"),
     XV(0x20, "SG_FLAG_Q_AT_HEAD"));
XLAT(x_bsg_proto, "BSG_PROTOCOL_???", X(BSG_PROTOCOL_SCSI));
XLAT(x_bsg_sub, "BSG_SUB_PROTOCOL_???", X(BSG_SUB_PROTOCOL_SCSI_CMD), X(BSG_SUB_PROTOCOL_SCSI_TMF),
     X(BSG_SUB_PROTOCOL_SCSI_TRANSPORT));
XLAT(x_bsg_flag, "BSG_FLAG_???", X(BSG_FLAG_Q_AT_TAIL), X(BSG_FLAG_Q_AT_HEAD));
XLAT(x_blkpg, "BLKPG_???", X(BLKPG_ADD_PARTITION), X(BLKPG_DEL_PARTITION),
     X(BLKPG_RESIZE_PARTITION));
XLAT(x_uffd_api, "_UFFDIO_???", XV(1, "1<<_UFFDIO_REGISTER"), XV(2, "1<<_UFFDIO_UNREGISTER"),
     XV(1ULL << 63, "1<<_UFFDIO_API"));
XLAT(x_uffd_register, "UFFDIO_???", XV(4, "1<<_UFFDIO_WAKE"), XV(8, "1<<_UFFDIO_COPY"),
     XV(16, "1<<_UFFDIO_ZEROPAGE"), XV(64, "1<<_UFFDIO_WRITEPROTECT"),
     XV(128, "1<<_UFFDIO_CONTINUE"));

/* ---- Partitions and traces of block devices ---- */

#define PART(m, kind) FIELD(struct blkpg_partition, m, kind, NULL)
RECORD(r_partition, struct blkpg_partition, PART(start, V_D), PART(length, V_D), PART(pno, V_D),
       PART(devname, V_CSTRING), PART(volname, V_CSTRING));

/* struct blkpg_ioctl_arg */
static bool partition(struct tline *t, guest_addr a, u64 len)
{
	s32 v[3];
	u64 data;
	u8 whole[152];

	(void)len;
	if (!ioctl_whole(t, a, t->compat ? 16 : 24) || !rd(t, v, a, sizeof(v)) ||
	    !rd_word(t, by_abi(t, a, 16, 12), &data))
		return true;
	put(t, "{op=");
	put_val(t, &x_blkpg, (u32)v[0]);
	put_fmt(t, ", flags=%d, datalen=%d, data=", v[1], v[2]);
	if (data && rd(t, whole, data, t->compat ? 148 : 152)) {
		putch(t, '{');
		put_fields(t, &r_partition, data, 0, sizeof(struct blkpg_partition));
		putch(t, '}');
	} else {
		put_addr(t, data);
	}
	putch(t, '}');
	return true;
}

/* struct blk_user_trace_setup: 64-bit numbers behind three narrower ones */
#define SETUP(off)                                                                                 \
	{"act_mask", 32, 0, F_ALWAYS, {V_U, 2, NULL}},                                             \
		{"buf_size", 36, 0, F_ALWAYS, {V_U, 4, NULL}},                                     \
		{"buf_nr", 40, 0, F_ALWAYS, {V_U, 4, NULL}},                                       \
		{"start_lba", off, 0, F_ALWAYS, {V_U, 8, NULL}},                                   \
		{"end_lba", off + 8, 0, F_ALWAYS, {V_U, 8, NULL}},                                 \
	{                                                                                          \
		"pid", off + 16, 0, F_ALWAYS,                                                      \
		{                                                                                  \
			V_PID, 4, NULL                                                             \
		}                                                                                  \
	}
static const struct field setup_fields[] = {SETUP(48)}, setup_fields32[] = {SETUP(44)};
static const struct field setup_name = {"name", 0, 0, F_ALWAYS, {V_CSTRING, 32, NULL}};
static const struct record r_setup = {setup_fields, ARRAY_SIZE(setup_fields), 72, 0, 0, NULL};
static const struct record r_setup32 = {setup_fields32, ARRAY_SIZE(setup_fields32), 64, 0, 0, NULL};
static const struct record r_setup_name = {&setup_name, 1, 64, 0, 0, NULL};
static const struct ioctl_parts setup = {&r_setup, &r_setup_name, false};
static const struct ioctl_parts setup32 = {&r_setup32, &r_setup_name, false};

/* ---- SCSI requests ---- */

static void put_data(struct tline *t, const char *name, guest_addr a, u32 len, u32 iovs)
{
	put_field(t, name);
	if (iovs)
		put_iov(t, a, iovs, len, true);
	else
		put_hexbuf(t, a, len);
}

static void put_x(struct tline *t, const char *name, u64 v)
{
	put_field(t, name);
	put_hex(t, v);
}

static void put_named(struct tline *t, const char *name, const struct xlat_set *x, u64 v,
		      bool flags)
{
	put_field(t, name);
	(flags ? put_flags : put_val)(t, x, v);
}

/* struct sg_io_hdr, of which the pointers are 32 bits wide in 32-bit programs */
static bool rd_sg(struct tline *t, guest_addr a, struct sg_io_hdr *h)
{
	struct {
		u8 head[16];
		u32 dxferp, cmdp, sbp;
		u8 mid[12]; /* timeout, flags, pack_id */
		u32 usr_ptr;
		u8 tail[20];
	} c;

	if (!t->compat)
		return rd(t, h, a, sizeof(*h));
	if (!rd(t, &c, a, sizeof(c)))
		return false;
	__builtin_memcpy(h, c.head, sizeof(c.head));
	h->dxferp = (void *)(uintptr_t)c.dxferp;
	h->cmdp = (void *)(uintptr_t)c.cmdp;
	h->sbp = (void *)(uintptr_t)c.sbp;
	__builtin_memcpy(&h->timeout, c.mid, sizeof(c.mid));
	__builtin_memcpy(&h->status, c.tail, sizeof(c.tail));
	return true;
}

static bool sg_v3_before(struct tline *t, guest_addr a)
{
	struct sg_io_hdr h;

	put(t, "{interface_id='S'");
	if (!rd_sg(t, a, &h)) {
		put(t, ", ");
		put_addr(t, a + 4);
		putch(t, '}');
		return false;
	}
	put_named(t, "dxfer_direction", &x_sg_dir, (u64)(s64)h.dxfer_direction, false);
	put_fmt(t, ", cmd_len=%u", h.cmd_len);
	put_data(t, "cmdp", (uintptr_t)h.cmdp, h.cmd_len, 0);
	put_fmt(t, ", mx_sb_len=%u, iovec_count=%u, dxfer_len=%u, timeout=%u", h.mx_sb_len,
		h.iovec_count, h.dxfer_len, h.timeout);
	put_named(t, "flags", &x_sg_flag, h.flags, true);
	if (h.dxfer_direction == SG_DXFER_TO_DEV || h.dxfer_direction == SG_DXFER_TO_FROM_DEV)
		put_data(t, "dxferp", (uintptr_t)h.dxferp, h.dxfer_len, h.iovec_count);
	return true;
}

static void sg_v3_after(struct tline *t, guest_addr a)
{
	struct sg_io_hdr h;
	u32 len;

	if (!rd_sg(t, a, &h))
		return;
	if (h.interface_id != 'S') {
		put_fmt(t, " => interface_id=%u", (u32)h.interface_id);
		return;
	}
	len = h.dxfer_len;
	if (h.resid > 0 && (u32)h.resid <= len)
		len -= (u32)h.resid;
	if (h.dxfer_direction == SG_DXFER_FROM_DEV) {
		put_data(t, "dxferp", (uintptr_t)h.dxferp, len, h.iovec_count);
	} else if (h.dxfer_direction == SG_DXFER_TO_FROM_DEV && len) {
		put(t, " => dxferp=");
		if (h.iovec_count)
			put_iov(t, (uintptr_t)h.dxferp, h.iovec_count, len, true);
		else
			put_hexbuf(t, (uintptr_t)h.dxferp, len);
	}
	put_x(t, "status", h.status);
	put_x(t, "masked_status", h.masked_status);
	put_x(t, "msg_status", h.msg_status);
	put_fmt(t, ", sb_len_wr=%u", h.sb_len_wr);
	put_data(t, "sbp", (uintptr_t)h.sbp, h.sb_len_wr, 0);
	put_x(t, "host_status", h.host_status);
	put_x(t, "driver_status", h.driver_status);
	put_fmt(t, ", resid=%d, duration=%u", h.resid, h.duration);
	put_named(t, "info", &x_sg_info, h.info, true);
}

static bool sg_v4_before(struct tline *t, guest_addr a)
{
	struct sg_io_v4 h;

	put(t, "{guard='Q'");
	if (!rd(t, &h, a, sizeof(h))) {
		put(t, ", ");
		put_addr(t, a + 4);
		putch(t, '}');
		return false;
	}
	put_named(t, "protocol", &x_bsg_proto, h.protocol, false);
	put_named(t, "subprotocol", &x_bsg_sub, h.subprotocol, false);
	put_fmt(t, ", request_len=%u", h.request_len);
	put_data(t, "request", h.request, h.request_len, 0);
	put_x(t, "request_tag", h.request_tag);
	put_fmt(t, ", request_attr=%u, request_priority=%u, request_extra=%u, max_response_len=%u",
		h.request_attr, h.request_priority, h.request_extra, h.max_response_len);
	put_fmt(t, ", dout_iovec_count=%u, dout_xfer_len=%u, din_iovec_count=%u, din_xfer_len=%u",
		h.dout_iovec_count, h.dout_xfer_len, h.din_iovec_count, h.din_xfer_len);
	put_data(t, "dout_xferp", h.dout_xferp, h.dout_xfer_len, h.dout_iovec_count);
	put_fmt(t, ", timeout=%u", h.timeout);
	put_named(t, "flags", &x_bsg_flag, h.flags, true);
	put_x(t, "usr_ptr", h.usr_ptr);
	return true;
}

static void sg_v4_after(struct tline *t, guest_addr a)
{
	struct sg_io_v4 h;
	u32 len;

	if (!rd(t, &h, a, sizeof(h)))
		return;
	if (h.guard != 'Q') {
		put_fmt(t, " => guard=%u", (u32)h.guard);
		return;
	}
	put_fmt(t, ", response_len=%u", h.response_len);
	put_data(t, "response", h.response, h.response_len, 0);
	len = h.din_xfer_len;
	if (h.din_resid > 0 && (u32)h.din_resid <= len)
		len -= (u32)h.din_resid;
	put_data(t, "din_xferp", h.din_xferp, len, h.din_iovec_count);
	put_x(t, "driver_status", h.driver_status);
	put_x(t, "transport_status", h.transport_status);
	put_x(t, "device_status", h.device_status);
	put_fmt(t, ", retry_delay=%u", h.retry_delay);
	put_named(t, "info", &x_sg_info, h.info, true);
	put_fmt(t, ", duration=%u, response_len=%u, din_resid=%d, dout_resid=%d", h.duration,
		h.response_len, h.din_resid, h.dout_resid);
	put_x(t, "generated_tag", h.generated_tag);
}

/* The first word tells one form of a request from the other. */
static bool sg_before(struct tline *t, guest_addr a, u32 cmd)
{
	u32 form;

	(void)cmd;
	if (!rd(t, &form, a, sizeof(form))) {
		put_addr(t, a);
		return false;
	}
	t->saved = form;
	if (form == 'S')
		return sg_v3_before(t, a);
	if (form == 'Q')
		return sg_v4_before(t, a);
	put_fmt(t, "[%u]", form);
	return false;
}

static void sg_after(struct tline *t, guest_addr a, u32 cmd, bool failed)
{
	(void)cmd;
	(void)failed;
	(t->saved == 'S' ? sg_v3_after : sg_v4_after)(t, a);
	putch(t, '}');
}
static const struct ioctl_both sg_io = {sg_before, sg_after};

#define SG_ID(m, kind) FIELD(struct sg_scsi_id, m, kind, NULL)
RECORD(r_sg_id, struct sg_scsi_id, SG_ID(host_no, V_D), SG_ID(channel, V_D), SG_ID(scsi_id, V_X),
       SG_ID(lun, V_D), SG_ID(scsi_type, V_X), SG_ID(h_cmd_per_lun, V_D),
       SG_ID(d_queue_depth, V_D));

/* ---- Page faults handled by a program ---- */

RECORD(r_range, struct uffdio_range, FIELD(struct uffdio_range, start, V_X, NULL),
       FIELD(struct uffdio_range, len, V_X, NULL));
#define COPY(m, kind, set) FIELD(struct uffdio_copy, m, kind, set)
RECORD(r_copy, struct uffdio_copy, COPY(dst, V_X, NULL), COPY(src, V_X, NULL), COPY(len, V_X, NULL),
       COPY(mode, V_FLAGS, &x_uffd_copy));
RECORD(r_copied, struct uffdio_copy, COPY(copy, V_X, NULL));
RECORD(r_register, struct uffdio_register, FIELD(struct uffdio_register, range, V_RECORD, &r_range),
       FIELD(struct uffdio_register, mode, V_FLAGS, &x_uffd_mode));
RECORD(r_registered, struct uffdio_register,
       FIELD(struct uffdio_register, ioctls, V_FLAGS, &x_uffd_register));
RECORD(r_zero, struct uffdio_zeropage, FIELD(struct uffdio_zeropage, range, V_RECORD, &r_range),
       FIELD(struct uffdio_zeropage, mode, V_FLAGS, &x_uffd_zero));
RECORD(r_zeroed, struct uffdio_zeropage, FIELD(struct uffdio_zeropage, zeropage, V_X, NULL));
static const struct ioctl_parts copy = {&r_copy, &r_copied, false};
static const struct ioctl_parts registered = {&r_register, &r_registered, false};
static const struct ioctl_parts zeroed = {&r_zero, &r_zeroed, false};

static bool api_before(struct tline *t, guest_addr a, u32 cmd)
{
	struct uffdio_api api;

	(void)cmd;
	if (!rd(t, &api, a, sizeof(api))) {
		put_addr(t, a);
		return false;
	}
	t->saved = api.features;
	put(t, "{api=");
	put_hex(t, api.api);
	put_named(t, "features", &x_uffd_feature, api.features, true);
	return true;
}

static void api_after(struct tline *t, guest_addr a, u32 cmd, bool failed)
{
	struct uffdio_api api;

	(void)cmd;
	if (!failed && rd(t, &api, a, sizeof(api))) {
		if (t->saved != api.features) {
			put(t, " => features=");
			put_flags(t, &x_uffd_feature, api.features);
		}
		put_named(t, "ioctls", &x_uffd_api, api.ioctls, true);
	}
	putch(t, '}');
}
static const struct ioctl_both api = {api_before, api_after};

const struct ioctl_arg_desc ioctl_descs_disk[] = {
	CALL_IN(BLKPG, partition),
	PARTS(0xc0481273 /* BLKTRACESETUP */, setup),
	PARTS(0xc0401273, setup32),
	CALL_IN(0x4008240b /* PERF_EVENT_IOC_MODIFY_ATTRIBUTES */, perf_attr_at_entry),
	CALL_IN(0x4004240b, perf_attr_at_entry),
	BOTH(SG_IO, sg_io),
	REC_OUT(SG_GET_SCSI_ID, r_sg_id),
	BOTH(UFFDIO_API, api),
	PARTS(UFFDIO_COPY, copy),
	PARTS(UFFDIO_REGISTER, registered),
	PARTS(UFFDIO_ZEROPAGE, zeroed),
	REC_IN(UFFDIO_UNREGISTER, r_range),
	REC_IN(UFFDIO_WAKE, r_range),
};
const u32 ioctl_descs_disk_n = ARRAY_SIZE(ioctl_descs_disk);
