/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What ioctl commands of video devices take. Some of their structs hold pointers or 64-bit numbers,
 * and lie otherwise in 32-bit programs: there the number of the command differs, too. */
#include <linux/videodev2.h>

#include "trace/flags_v4l2.h"
#include "trace/ioctl_args.h"

/* ---- Parts of structs ---- */

static bool fract(struct tline *t, guest_addr a, u64 len)
{
	u32 v[2];

	(void)len;
	if (rd(t, v, a, sizeof(v)))
		put_fmt(t, "%u/%u", v[0], v[1]);
	return true;
}

static void put_fourcc(struct tline *t, guest_addr a, const struct xlat_set *names)
{
	const char *name;
	u32 code;

	if (!rd(t, &code, a, sizeof(code)))
		return;
	if (consts() == CONST_RAW) {
		put_hex(t, code);
		return;
	}
	put(t, "v4l2_fourcc(");
	for (int i = 0; i < 4; i++) {
		put(t, i ? ", " : "");
		put_char(t, (u8)(code >> 8 * i), false);
	}
	putch(t, ')');
	name = xlat_name(names, code);
	if (name)
		put_fmt(t, " /* %s */", name);
}

static bool pix_fourcc(struct tline *t, guest_addr a, u64 len)
{
	(void)len;
	put_fourcc(t, a, &x_v4l2_pix_fmt);
	return true;
}

static bool sdr_fourcc(struct tline *t, guest_addr a, u64 len)
{
	(void)len;
	put_fourcc(t, a, &x_v4l2_sdr_fmt);
	return true;
}

static bool meta_fourcc(struct tline *t, guest_addr a, u64 len)
{
	(void)len;
	put_fourcc(t, a, &x_v4l2_meta_fmt);
	return true;
}

/* The number of a control. next: the flags that ask for the one behind it may be there. */
static void put_control_id(struct tline *t, u32 id, bool next)
{
	u32 flags = id & (V4L2_CTRL_FLAG_NEXT_CTRL | V4L2_CTRL_FLAG_NEXT_COMPOUND);
	const struct xlat *class = NULL;
	char text[64];

	if (next && flags && consts() != CONST_RAW) {
		put_flags(t, &x_v4l2_ctrl_next, flags);
		putch(t, '|');
		id &= ~flags;
	}
	for (size_t i = 0; i < x_v4l2_ctrl_class.n; i++)
		if (x_v4l2_ctrl_class.v[i].val <= id)
			class = &x_v4l2_ctrl_class.v[i]; /* they are in order */
	if (xlat_name(&x_v4l2_cid, id) || !class || id - class->val >= 0x10000) {
		put_val(t, &x_v4l2_cid, id);
		return;
	}
	snprintf(text, sizeof(text), "%s+%#x", class->str, id - (u32) class->val);
	put_const(t, text, id);
}

static bool control_id(struct tline *t, guest_addr a, u64 len)
{
	u32 id;

	(void)len;
	if (rd(t, &id, a, sizeof(id)))
		put_control_id(t, id, false);
	return true;
}

/* clang-format off */
#define M(s, m, kind) FIELD(struct v4l2_##s, m, kind, NULL)
#define M_VAL(s, m, set) FIELD(struct v4l2_##s, m, V_VAL, &(set))
#define M_FLAGS(s, m, set) FIELD(struct v4l2_##s, m, V_FLAGS, &(set))
#define M_CALL(s, m, fn) FIELD(struct v4l2_##s, m, V_CALL, fn)
#define M_REC(s, m, r) FIELD(struct v4l2_##s, m, V_RECORD, &(r))
/* clang-format on */

RECORD(r_rect, struct v4l2_rect, M(rect, left, V_D), M(rect, top, V_D), M(rect, width, V_U),
       M(rect, height, V_U));

RECORD(r_capability, struct v4l2_capability, M(capability, driver, V_CSTRING),
       M(capability, card, V_CSTRING), M(capability, bus_info, V_CSTRING),
       M_CALL(capability, version, put_kernel_version),
       M_FLAGS(capability, capabilities, x_v4l2_cap),
       {"device_caps",
	offsetof(struct v4l2_capability, device_caps),
	0,
	F_NOT0,
	{V_FLAGS, 4, &x_v4l2_cap}});

/* ---- Formats ---- */

RECORD(r_pix, struct v4l2_pix_format, M(pix_format, width, V_U), M(pix_format, height, V_U),
       M_CALL(pix_format, pixelformat, pix_fourcc), M_VAL(pix_format, field, x_v4l2_field),
       M(pix_format, bytesperline, V_U), M(pix_format, sizeimage, V_U),
       M_VAL(pix_format, colorspace, x_v4l2_colorspace));
RECORD(r_plane, struct v4l2_plane_pix_format, M(plane_pix_format, sizeimage, V_U),
       M(plane_pix_format, bytesperline, V_U));

static bool planes(struct tline *t, guest_addr a, u64 len)
{
	size_t off = offsetof(struct v4l2_pix_format_mplane, plane_fmt);
	u8 n;

	(void)len;
	if (rd(t, &n, a - off + offsetof(struct v4l2_pix_format_mplane, num_planes), 1))
		put_records(t, &r_plane, a, MIN(n, VIDEO_MAX_PLANES));
	return true;
}

RECORD(r_pix_mp, struct v4l2_pix_format_mplane, M(pix_format_mplane, width, V_U),
       M(pix_format_mplane, height, V_U), M_CALL(pix_format_mplane, pixelformat, pix_fourcc),
       M_VAL(pix_format_mplane, field, x_v4l2_field),
       M_VAL(pix_format_mplane, colorspace, x_v4l2_colorspace),
       {"plane_fmt",
	offsetof(struct v4l2_pix_format_mplane, plane_fmt),
	0,
	F_ALWAYS,
	{V_CALL, 1, planes}},
       M(pix_format_mplane, num_planes, V_U));
RECORD(r_vbi, struct v4l2_vbi_format, M(vbi_format, sampling_rate, V_U), M(vbi_format, offset, V_U),
       M(vbi_format, samples_per_line, V_U), M_CALL(vbi_format, sample_format, pix_fourcc),
       FIELD_ARRAY(struct v4l2_vbi_format, start, V_DINTS, NULL),
       FIELD_ARRAY(struct v4l2_vbi_format, count, V_INTS, NULL),
       M_FLAGS(vbi_format, flags, x_v4l2_vbi));

static bool service_lines(struct tline *t, guest_addr a, u64 len)
{
	u16 lines[2][24];

	(void)len;
	if (!rd(t, lines, a, sizeof(lines)))
		return true;
	for (u32 i = 0; i < 2 * 24; i++) {
		put(t, i ? i % 24 ? ", " : "], [" : "[[");
		put_hex(t, lines[i / 24][i % 24]);
	}
	put(t, "]]");
	return true;
}

RECORD(r_sliced, struct v4l2_sliced_vbi_format,
       M_FLAGS(sliced_vbi_format, service_set, x_v4l2_sliced),
       M_CALL(sliced_vbi_format, service_lines, service_lines), M(sliced_vbi_format, io_size, V_U));
RECORD(r_sdr, struct v4l2_sdr_format, M_CALL(sdr_format, pixelformat, sdr_fourcc),
       FIELD_NOT0(struct v4l2_sdr_format, buffersize, V_U));
RECORD(r_meta, struct v4l2_meta_format, M_CALL(meta_format, dataformat, meta_fourcc),
       M(meta_format, buffersize, V_U));

/* struct v4l2_clip: a rectangle and a pointer that is not shown */
static void one_clip(struct tline *t, const void *elem, size_t size, const void *arg)
{
	guest_addr *a = *(guest_addr *const *)arg;

	(void)elem;
	put(t, "{c=");
	put_record(t, &r_rect, *a);
	putch(t, '}');
	*a += size;
}

/* struct v4l2_window; false: not all of its clips could be read */
static bool put_window(struct tline *t, guest_addr a)
{
	const char *const names[] = {"field", "chromakey"};
	u32 v[2], n;
	u64 clips, bitmap;
	guest_addr next, *arg = &next;
	u8 alpha;
	bool all;

	put(t, "{w=");
	put_record(t, &r_rect, a);
	if (!rd(t, v, a + 16, sizeof(v)) || !rd_word(t, a + 24, &clips) ||
	    !rd(t, &n, by_abi(t, a, 32, 28), sizeof(n)) ||
	    !rd_word(t, by_abi(t, a, 40, 32), &bitmap) || !rd(t, &alpha, by_abi(t, a, 48, 36), 1))
		return false;
	put_field(t, names[0]);
	put_val(t, &x_v4l2_field, v[0]);
	put_field(t, names[1]);
	put_hex(t, v[1]);
	put(t, ", clips=");
	next = clips;
	all = put_array(t, clips, n, t->compat ? 20 : 24, NULL, one_clip, &arg);
	put_fmt(t, ", clipcount=%u, bitmap=", n);
	put_addr(t, bitmap);
	if (alpha)
		put_fmt(t, ", global_alpha=%#x", alpha);
	putch(t, '}');
	return all;
}

/* ", fmt.NAME={...}" of a struct v4l2_format, with other text in front; false: that is not known,
 * or cannot be read as a whole. */
static bool put_format(struct tline *t, guest_addr a, const char *before)
{
	static const struct {
		const char *name;
		const struct record *r;
	} of[] = {
		[V4L2_BUF_TYPE_VIDEO_CAPTURE] = {"pix", &r_pix},
		[V4L2_BUF_TYPE_VIDEO_OUTPUT] = {"pix", &r_pix},
		[V4L2_BUF_TYPE_VIDEO_OVERLAY] = {"win", NULL},
		[V4L2_BUF_TYPE_VBI_CAPTURE] = {"vbi", &r_vbi},
		[V4L2_BUF_TYPE_VBI_OUTPUT] = {"vbi", &r_vbi},
		[V4L2_BUF_TYPE_SLICED_VBI_CAPTURE] = {"sliced", &r_sliced},
		[V4L2_BUF_TYPE_SLICED_VBI_OUTPUT] = {"sliced", &r_sliced},
		[V4L2_BUF_TYPE_VIDEO_OUTPUT_OVERLAY] = {"win", NULL},
		[V4L2_BUF_TYPE_VIDEO_CAPTURE_MPLANE] = {"pix_mp", &r_pix_mp},
		[V4L2_BUF_TYPE_VIDEO_OUTPUT_MPLANE] = {"pix_mp", &r_pix_mp},
		[V4L2_BUF_TYPE_SDR_CAPTURE] = {"sdr", &r_sdr},
		[V4L2_BUF_TYPE_SDR_OUTPUT] = {"sdr", &r_sdr},
		[V4L2_BUF_TYPE_META_CAPTURE] = {"meta", &r_meta},
		[V4L2_BUF_TYPE_META_OUTPUT] = {"meta", &r_meta},
	};
	guest_addr fmt = by_abi(t, a, 8, 4);
	u32 type;

	if (!rd(t, &type, a, sizeof(type)) || type >= ARRAY_SIZE(of) || !of[type].name)
		return false;
	put(t, before);
	put_fmt(t, "fmt.%s=", of[type].name);
	return of[type].r ? put_record(t, of[type].r, fmt) : put_window(t, fmt);
}

#define FORMAT_SIZE(t) ((t)->compat ? 204u : 208u)

RECORD(r_type, struct v4l2_format, M_VAL(format, type, x_v4l2_buf_type));

static bool format_before(struct tline *t, guest_addr a, u32 cmd)
{
	if (!ioctl_whole(t, a, FORMAT_SIZE(t)))
		return false;
	putch(t, '{');
	put_fields(t, &r_type, a, 0, sizeof(u32));
	if (_IOC_NR(cmd) == _IOC_NR(VIDIOC_G_FMT) || put_format(t, a, ", "))
		return true;
	putch(t, '}');
	return false;
}

static void format_after(struct tline *t, guest_addr a, u32 cmd, bool failed)
{
	if (!failed)
		put_format(t, a, _IOC_NR(cmd) == _IOC_NR(VIDIOC_G_FMT) ? ", " : "} => {");
	putch(t, '}');
}
static const struct ioctl_both format = {format_before, format_after};

RECORD(r_fmtdesc_in, struct v4l2_fmtdesc, M(fmtdesc, index, V_U),
       M_VAL(fmtdesc, type, x_v4l2_buf_type));
RECORD(r_fmtdesc_out, struct v4l2_fmtdesc, M_FLAGS(fmtdesc, flags, x_v4l2_fmt_flag),
       M(fmtdesc, description, V_CSTRING), M_CALL(fmtdesc, pixelformat, pix_fourcc));
static const struct ioctl_parts fmtdesc = {&r_fmtdesc_in, &r_fmtdesc_out, false};

RECORD(r_create, struct v4l2_create_buffers, M(create_buffers, count, V_U),
       M_VAL(create_buffers, memory, x_v4l2_memory));

static bool create_buffers_before(struct tline *t, guest_addr a, u32 cmd)
{
	guest_addr f = by_abi(t, a, 16, 12);

	(void)cmd;
	if (!ioctl_whole(t, a, t->compat ? 248 : 256))
		return false;
	putch(t, '{');
	put_fields(t, &r_create, a, 0, r_create.size);
	put(t, ", format={");
	put_fields(t, &r_type, f, 0, sizeof(u32));
	put_format(t, f, ", ");
	put(t, "}}");
	return false;
}

static void nothing_after(struct tline *t, guest_addr a, u32 cmd, bool failed)
{
	(void)t;
	(void)a;
	(void)cmd;
	(void)failed;
}
static const struct ioctl_both create_buffers = {create_buffers_before, nothing_after};

void ret_create_buffers(struct tline *t)
{
	u32 v[64];

	if (t->verbose && rd(t, v, t->arg[2], t->compat ? 248 : 256))
		put_fmt(t, " ({index=%u, count=%u})", v[0], v[1]);
}

/* ---- Buffers ---- */

RECORD(r_request, struct v4l2_requestbuffers, M_VAL(requestbuffers, type, x_v4l2_buf_type),
       M_VAL(requestbuffers, memory, x_v4l2_memory), M(requestbuffers, count, V_U));

static bool request_before(struct tline *t, guest_addr a, u32 cmd)
{
	(void)cmd;
	if (!ioctl_whole(t, a, sizeof(struct v4l2_requestbuffers)))
		return false;
	putch(t, '{');
	put_fields(t, &r_request, a, 0, r_request.size);
	return true;
}

static void request_after(struct tline *t, guest_addr a, u32 cmd, bool failed)
{
	u32 count;

	(void)cmd;
	if (!failed && rd(t, &count, a, sizeof(count)))
		put_fmt(t, " => %u", count);
	putch(t, '}');
}
static const struct ioctl_both request = {request_before, request_after};

static void put_buffer_flags(struct tline *t, u32 v)
{
	u32 type = v & V4L2_BUF_FLAG_TIMESTAMP_MASK, src = v & V4L2_BUF_FLAG_TSTAMP_SRC_MASK;

	if (consts() == CONST_RAW) {
		put_hex(t, v);
		return;
	}
	v &= ~(type | src);
	if (v) {
		put_flags(t, &x_v4l2_buf_flag, v);
		putch(t, '|');
	}
	put_val(t, &x_v4l2_ts_type, type);
	putch(t, '|');
	put_val(t, &x_v4l2_ts_src, src);
}

#define IS_DQBUF(cmd) (_IOC_NR(cmd) == _IOC_NR(VIDIOC_DQBUF))

/* struct v4l2_buffer, with 64-bit times in 32-bit programs, too */
static bool buffer_before(struct tline *t, guest_addr a, u32 cmd)
{
	u32 v[2];

	if (!ioctl_whole(t, a, t->compat ? 76 : 88) || !rd(t, v, a, sizeof(v)))
		return false;
	put(t, "{type=");
	put_val(t, &x_v4l2_buf_type, v[1]);
	if (!IS_DQBUF(cmd))
		put_fmt(t, ", index=%u", v[0]);
	return true;
}

static void buffer_after(struct tline *t, guest_addr a, u32 cmd, bool failed)
{
	u32 v[4], memory, length;
	s64 time[2];
	u64 m;

	if (failed || !rd(t, v, a, sizeof(v)) || !rd(t, time, by_abi(t, a, 24, 20), sizeof(time)) ||
	    !rd(t, &memory, by_abi(t, a, 60, 56), 4) || !rd_word(t, by_abi(t, a, 64, 60), &m) ||
	    !rd(t, &length, by_abi(t, a, 72, 64), 4)) {
		putch(t, '}');
		return;
	}
	if (IS_DQBUF(cmd))
		put_fmt(t, ", index=%u", v[0]);
	put(t, ", memory=");
	put_val(t, &x_v4l2_memory, memory);
	if (memory == V4L2_MEMORY_MMAP) {
		put(t, ", m.offset=");
		put_hex(t, (u32)m);
	} else if (memory == V4L2_MEMORY_USERPTR) {
		put(t, ", m.userptr=");
		put_addr(t, m);
	}
	put_fmt(t, ", length=%u, bytesused=%u, flags=", length, v[2]);
	put_buffer_flags(t, v[3]);
	if (IS_DQBUF(cmd))
		put_fmt(t, ", timestamp={tv_sec=%lld, tv_usec=%llu}", (long long)time[0],
			(unsigned long long)time[1]);
	put(t, ", ...}");
}
static const struct ioctl_both buffer = {buffer_before, buffer_after};

/* struct v4l2_framebuffer */
static bool framebuffer(struct tline *t, guest_addr a, u64 len)
{
	u32 v[2];
	u64 base;

	(void)len;
	if (!ioctl_whole(t, a, t->compat ? 44 : 48) || !rd(t, v, a, sizeof(v)) ||
	    !rd_word(t, a + 8, &base))
		return true;
	put(t, "{capability=");
	put_hex(t, v[0]);
	put(t, ", flags=");
	put_hex(t, v[1]);
	put(t, ", base=");
	put_addr(t, base);
	putch(t, '}');
	return true;
}

/* ---- Streams, inputs, tuners ---- */

RECORD(r_capture, struct v4l2_captureparm, M_FLAGS(captureparm, capability, x_v4l2_stream_cap),
       M_FLAGS(captureparm, capturemode, x_v4l2_capture_mode),
       M_CALL(captureparm, timeperframe, fract), M(captureparm, extendedmode, V_X),
       M(captureparm, readbuffers, V_U));
RECORD(r_output, struct v4l2_outputparm, M_FLAGS(outputparm, capability, x_v4l2_stream_cap),
       M_FLAGS(outputparm, outputmode, x_v4l2_capture_mode),
       M_CALL(outputparm, timeperframe, fract), M(outputparm, extendedmode, V_X),
       M(outputparm, writebuffers, V_U));

static void put_parm(struct tline *t, guest_addr a, u32 type)
{
	bool capture = type == V4L2_BUF_TYPE_VIDEO_CAPTURE;

	put(t, capture ? "parm.capture=" : "parm.output=");
	put_record(t, capture ? &r_capture : &r_output, a + 4);
}

static bool parm_before(struct tline *t, guest_addr a, u32 cmd)
{
	u32 type;

	if (!ioctl_whole(t, a, sizeof(struct v4l2_streamparm)) || !rd(t, &type, a, sizeof(type)))
		return false;
	put(t, "{type=");
	put_val(t, &x_v4l2_buf_type, type);
	if (type != V4L2_BUF_TYPE_VIDEO_CAPTURE && type != V4L2_BUF_TYPE_VIDEO_OUTPUT) {
		putch(t, '}');
		return false;
	}
	if (cmd == VIDIOC_S_PARM) {
		put(t, ", ");
		put_parm(t, a, type);
	}
	return true;
}

static void parm_after(struct tline *t, guest_addr a, u32 cmd, bool failed)
{
	u32 type;

	if (!failed && rd(t, &type, a, sizeof(type))) {
		put(t, cmd == VIDIOC_G_PARM ? ", " : "} => {");
		put_parm(t, a, type);
	}
	putch(t, '}');
}
static const struct ioctl_both parm = {parm_before, parm_after};

/* Structs that differ in size alone, and v4l2_standard, which has 64 bits behind its index */
/* clang-format off */
#define INDEX(name, bytes) \
	RECORD(name, struct { u8 b[bytes]; }, {"index", 0, 0, F_ALWAYS, {V_U, 4, NULL}})
#define STANDARD(off) \
	{"name", off, 0, F_ALWAYS, {V_CSTRING, 24, NULL}}, \
	{"frameperiod", off + 24, 0, F_ALWAYS, {V_CALL, 8, fract}}, \
	{"framelines", off + 32, 0, F_ALWAYS, {V_U, 4, NULL}}
#define INPUT M(input, name, V_CSTRING), M_VAL(input, type, x_v4l2_input_type)
INDEX(r_standard_in, 72);
INDEX(r_standard_in32, 64);
INDEX(r_input_in, 80);
INDEX(r_input_in32, 76);
RECORD(r_standard, struct { u8 b[72]; }, STANDARD(16));
RECORD(r_standard32, struct { u8 b[64]; }, STANDARD(12));
RECORD(r_input, struct { u8 b[80]; }, INPUT);
RECORD(r_input32, struct { u8 b[76]; }, INPUT);
/* clang-format on */
static const struct ioctl_parts standard = {&r_standard_in, &r_standard, false};
static const struct ioctl_parts standard32 = {&r_standard_in32, &r_standard32, false};
static const struct ioctl_parts input = {&r_input_in, &r_input, false};
static const struct ioctl_parts input32 = {&r_input_in32, &r_input32, false};

/* clang-format off */
#define TUNER \
	M(tuner, name, V_CSTRING), M_VAL(tuner, type, x_v4l2_tuner_type), \
	M_FLAGS(tuner, capability, x_v4l2_tuner_cap), M(tuner, rangelow, V_U), \
	M(tuner, rangehigh, V_U), M_FLAGS(tuner, rxsubchans, x_v4l2_rxsubchans), \
	M_VAL(tuner, audmode, x_v4l2_audmode), M(tuner, signal, V_D), M(tuner, afc, V_D)
/* clang-format on */
RECORD(r_tuner, struct v4l2_tuner, M(tuner, index, V_U), TUNER);
RECORD(r_tuner_index, struct v4l2_tuner, M(tuner, index, V_U));
RECORD(r_tuner_out, struct v4l2_tuner, TUNER);
static const struct ioctl_parts tuner_get = {&r_tuner_index, &r_tuner_out, false};
static const struct ioctl_parts tuner_set = {&r_tuner, &r_tuner_out, true};

RECORD(r_cropcap_in, struct v4l2_cropcap, M_VAL(cropcap, type, x_v4l2_buf_type));
RECORD(r_cropcap_out, struct v4l2_cropcap, M_REC(cropcap, bounds, r_rect),
       M_REC(cropcap, defrect, r_rect), M_CALL(cropcap, pixelaspect, fract));
static const struct ioctl_parts cropcap = {&r_cropcap_in, &r_cropcap_out, false};
RECORD(r_crop, struct v4l2_crop, M_VAL(crop, type, x_v4l2_buf_type), M_REC(crop, c, r_rect));
RECORD(r_crop_in, struct v4l2_crop, M_VAL(crop, type, x_v4l2_buf_type));
RECORD(r_crop_out, struct v4l2_crop, M_REC(crop, c, r_rect));
static const struct ioctl_parts crop_get = {&r_crop_in, &r_crop_out, false};

/* ---- Controls ---- */

RECORD(r_control_id, struct v4l2_control, M_CALL(control, id, control_id));
RECORD(r_control_value, struct v4l2_control, M(control, value, V_D));
RECORD(r_control, struct v4l2_control, M_CALL(control, id, control_id), M(control, value, V_D));
static const struct ioctl_parts control_get = {&r_control_id, &r_control_value, false};

static bool control_before(struct tline *t, guest_addr a, u32 cmd)
{
	(void)cmd;
	if (!ioctl_whole(t, a, sizeof(struct v4l2_control)))
		return false;
	putch(t, '{');
	put_fields(t, &r_control, a, 0, r_control.size);
	return true;
}

static void control_after(struct tline *t, guest_addr a, u32 cmd, bool failed)
{
	struct v4l2_control c;

	(void)cmd;
	if (!failed && rd(t, &c, a, sizeof(c)))
		put_fmt(t, " => %d", c.value);
	putch(t, '}');
}
static const struct ioctl_both control_set = {control_before, control_after};

/* clang-format off */
#define QUERY(s, step_kind) \
	M_VAL(s, type, x_v4l2_ctrl_type), M(s, name, V_CSTRING), \
	M(s, minimum, V_D), M(s, maximum, V_D), M(s, step, step_kind), M(s, default_value, V_D), \
	M_FLAGS(s, flags, x_v4l2_ctrl_flag)
#define RESERVED(s) \
	{"reserved", offsetof(struct v4l2_##s, reserved), \
	 sizeof(((struct v4l2_##s *)0)->reserved) / 4, F_NOT0, {V_XINTS, 4, NULL}}
/* clang-format on */
#define QUERY_SHORT 2 /* fields, with -v's absence */

static bool dims(struct tline *t, guest_addr a, u64 len)
{
	size_t off = offsetof(struct v4l2_query_ext_ctrl, dims);
	u32 n, v[V4L2_CTRL_MAX_DIMS];

	(void)len;
	if (!rd(t, &n, a - off + offsetof(struct v4l2_query_ext_ctrl, nr_of_dims), sizeof(n)) ||
	    !rd(t, v, a, sizeof(v)))
		return true;
	n = MIN(n, V4L2_CTRL_MAX_DIMS);
	putch(t, '[');
	for (u32 i = 0; i < n; i++)
		put_fmt(t, "%s%u", i ? ", " : "", v[i]);
	putch(t, ']');
	return true;
}

RECORD(r_query, struct v4l2_queryctrl, QUERY(queryctrl, V_D), RESERVED(queryctrl));
RECORD(r_query_ext, struct v4l2_query_ext_ctrl, QUERY(query_ext_ctrl, V_U),
       M(query_ext_ctrl, elem_size, V_U), M(query_ext_ctrl, elems, V_U),
       M(query_ext_ctrl, nr_of_dims, V_U),
       {"dims", offsetof(struct v4l2_query_ext_ctrl, dims), 0, F_ALWAYS, {V_CALL, 4, dims}},
       RESERVED(query_ext_ctrl));

static bool query_before(struct tline *t, guest_addr a, u32 cmd)
{
	u32 id;

	if (!ioctl_whole(t, a, cmd == VIDIOC_QUERYCTRL ? r_query.size : r_query_ext.size) ||
	    !rd(t, &id, a, sizeof(id)))
		return false;
	t->saved = id;
	put(t, "{id=");
	put_control_id(t, id, true);
	return true;
}

static void query_after(struct tline *t, guest_addr a, u32 cmd, bool failed)
{
	const struct record *r = cmd == VIDIOC_QUERYCTRL ? &r_query : &r_query_ext;
	struct record shown = *r;
	u32 id;

	if (failed || !rd(t, &id, a, sizeof(id))) {
		putch(t, '}');
		return;
	}
	if (id != t->saved) {
		put(t, " => ");
		put_control_id(t, id, false);
	}
	if (t->abbrev)
		shown.n = QUERY_SHORT;
	put(t, ", ");
	put_fields(t, &shown, a, 0, r->size);
	put(t, t->abbrev ? ", ...}" : "}");
}
static const struct ioctl_both query = {query_before, query_after};

/* struct v4l2_ext_control: 20 bytes for every program */
static void one_ext_control(struct tline *t, const void *elem, size_t size, const void *arg)
{
	u32 n = (u32)value_int((const u8 *)elem + 4, 4);
	u64 value = value_int((const u8 *)elem + 12, 8);

	(void)size;
	(void)arg;
	put(t, "{id=");
	put_val(t, &x_v4l2_cid, value_int(elem, 4));
	put_fmt(t, ", size=%u", n);
	if (n) {
		put(t, ", string=");
		put_buf(t, t->compat ? (u32)value : value, n);
	} else {
		put_fmt(t, ", value=%d, value64=%lld", (s32)value, (long long)value);
	}
	putch(t, '}');
}

static bool put_ext_controls(struct tline *t, guest_addr a)
{
	u32 count;
	u64 controls;

	if (!rd(t, &count, a + 4, sizeof(count)) || !rd_word(t, by_abi(t, a, 24, 20), &controls))
		return false;
	put(t, "controls=");
	return put_array(t, controls, count, 20, NULL, one_ext_control, NULL);
}

#define IS_G_EXT(cmd) (_IOC_NR(cmd) == _IOC_NR(VIDIOC_G_EXT_CTRLS))

static bool ext_controls_before(struct tline *t, guest_addr a, u32 cmd)
{
	u32 v[2];

	if (!ioctl_whole(t, a, t->compat ? 24 : 32) || !rd(t, v, a, sizeof(v)))
		return false;
	put(t, "{ctrl_class=");
	put_val(t, &x_v4l2_ctrl_class, v[0]);
	put_fmt(t, ", count=%u", v[1]);
	if (v[1] && IS_G_EXT(cmd))
		return true;
	if (v[1]) {
		put(t, ", ");
		if (put_ext_controls(t, a))
			return true;
	}
	putch(t, '}');
	return false;
}

static void ext_controls_after(struct tline *t, guest_addr a, u32 cmd, bool failed)
{
	u32 index;

	if (rd(t, &index, a + 8, sizeof(index))) {
		put(t, IS_G_EXT(cmd) ? ", " : "} => {");
		put_ext_controls(t, a);
		if (failed)
			put_fmt(t, ", error_idx=%u", index);
	}
	putch(t, '}');
}
static const struct ioctl_both ext_controls = {ext_controls_before, ext_controls_after};

/* ---- Sizes and intervals of frames ---- */

RECORD(r_frmsize, struct v4l2_frmsizeenum, M(frmsizeenum, index, V_U),
       M_CALL(frmsizeenum, pixel_format, pix_fourcc));
RECORD(r_size_discrete, struct v4l2_frmsize_discrete, M(frmsize_discrete, width, V_U),
       M(frmsize_discrete, height, V_U));
RECORD(r_size_stepwise, struct v4l2_frmsize_stepwise, M(frmsize_stepwise, min_width, V_U),
       M(frmsize_stepwise, max_width, V_U), M(frmsize_stepwise, step_width, V_U),
       M(frmsize_stepwise, min_height, V_U), M(frmsize_stepwise, max_height, V_U),
       M(frmsize_stepwise, step_height, V_U));
RECORD(r_frmival, struct v4l2_frmivalenum, M(frmivalenum, index, V_U),
       M_CALL(frmivalenum, pixel_format, pix_fourcc), M(frmivalenum, width, V_U),
       M(frmivalenum, height, V_U));
RECORD(r_ival_stepwise, struct v4l2_frmival_stepwise, M_CALL(frmival_stepwise, min, fract),
       M_CALL(frmival_stepwise, max, fract), M_CALL(frmival_stepwise, step, fract));

static bool frames_before(struct tline *t, guest_addr a, u32 cmd)
{
	const struct record *r = cmd == VIDIOC_ENUM_FRAMESIZES ? &r_frmsize : &r_frmival;

	if (!ioctl_whole(t, a, r->size))
		return false;
	putch(t, '{');
	put_fields(t, r, a, 0, r->size);
	return true;
}

_Static_assert((int)V4L2_FRMSIZE_TYPE_DISCRETE == (int)V4L2_FRMIVAL_TYPE_DISCRETE &&
		       (int)V4L2_FRMSIZE_TYPE_STEPWISE == (int)V4L2_FRMIVAL_TYPE_STEPWISE,
	       "one comparison for both");

/* In both structs the type is followed by what it is the type of. */
static void frames_after(struct tline *t, guest_addr a, u32 cmd, bool failed)
{
	bool sizes = cmd == VIDIOC_ENUM_FRAMESIZES;
	u32 type;

	a += sizes ? offsetof(struct v4l2_frmsizeenum, type)
		   : offsetof(struct v4l2_frmivalenum, type);
	if (!failed && rd(t, &type, a, sizeof(type))) {
		put(t, ", type=");
		put_val(t, sizes ? &x_v4l2_frmsize : &x_v4l2_frmival, type);
		a += sizeof(type);
		if (type == V4L2_FRMSIZE_TYPE_DISCRETE) {
			put(t, ", discrete=");
			if (sizes)
				put_record(t, &r_size_discrete, a);
			else
				fract(t, a, 0);
		} else if (type == V4L2_FRMSIZE_TYPE_STEPWISE ||
			   (type == V4L2_FRMIVAL_TYPE_CONTINUOUS && !sizes)) {
			put(t, ", stepwise=");
			put_record(t, sizes ? &r_size_stepwise : &r_ival_stepwise, a);
		}
	}
	putch(t, '}');
}
static const struct ioctl_both frames = {frames_before, frames_after};

/* ---- The table: numbers of 32-bit programs stand beside those that have another size ---- */

static bool std_(struct tline *t, guest_addr a, u64 len)
{
	u64 v;

	(void)len;
	if (!rd(t, &v, a, sizeof(v))) {
		put_addr(t, a);
		return true;
	}
	putch(t, '[');
	put_hex(t, v);
	putch(t, ']');
	return true;
}

/* clang-format off */
const struct ioctl_arg_desc ioctl_descs_v4l2[] = {
	REC_OUT(VIDIOC_QUERYCAP, r_capability), PARTS(VIDIOC_ENUM_FMT, fmtdesc),
	BOTH2(VIDIOC_G_FMT, 204, format), BOTH2(VIDIOC_S_FMT, 204, format),
	BOTH2(VIDIOC_TRY_FMT, 204, format), BOTH(VIDIOC_REQBUFS, request),
	BOTH2(VIDIOC_QUERYBUF, 76, buffer), BOTH2(VIDIOC_QBUF, 76, buffer),
	BOTH2(VIDIOC_DQBUF, 76, buffer), CALL_OUT(VIDIOC_G_FBUF, framebuffer),
	CALL_OUT(WITH_SIZE(VIDIOC_G_FBUF, 44), framebuffer), CALL_IN(VIDIOC_S_FBUF, framebuffer),
	CALL_IN(WITH_SIZE(VIDIOC_S_FBUF, 44), framebuffer),
	{VIDIOC_STREAMON, ARG_IN, {V_VAL, 4, &x_v4l2_buf_type}},
	{VIDIOC_STREAMOFF, ARG_IN, {V_VAL, 4, &x_v4l2_buf_type}}, BOTH(VIDIOC_G_PARM, parm),
	BOTH(VIDIOC_S_PARM, parm), CALL_OUT(VIDIOC_G_STD, std_), CALL_IN(VIDIOC_S_STD, std_),
	PARTS(VIDIOC_ENUMSTD, standard), PARTS(WITH_SIZE(VIDIOC_ENUMSTD, 64), standard32),
	PARTS(VIDIOC_ENUMINPUT, input), PARTS(WITH_SIZE(VIDIOC_ENUMINPUT, 76), input32),
	PARTS(VIDIOC_G_CTRL, control_get), BOTH(VIDIOC_S_CTRL, control_set),
	PARTS(VIDIOC_G_TUNER, tuner_get), PARTS(VIDIOC_S_TUNER, tuner_set),
	BOTH(VIDIOC_QUERYCTRL, query), BOTH(VIDIOC_QUERY_EXT_CTRL, query),
	UINT_OUT(VIDIOC_G_INPUT), UINT_IN(VIDIOC_S_INPUT), PARTS(VIDIOC_CROPCAP, cropcap),
	PARTS(VIDIOC_G_CROP, crop_get), REC_IN(VIDIOC_S_CROP, r_crop),
	BOTH2(VIDIOC_G_EXT_CTRLS, 24, ext_controls), BOTH2(VIDIOC_S_EXT_CTRLS, 24, ext_controls),
	BOTH2(VIDIOC_TRY_EXT_CTRLS, 24, ext_controls),
	BOTH(VIDIOC_ENUM_FRAMESIZES, frames), BOTH(VIDIOC_ENUM_FRAMEINTERVALS, frames),
	BOTH2(VIDIOC_CREATE_BUFS, 248, create_buffers),
};
/* clang-format on */
const u32 ioctl_descs_v4l2_n = ARRAY_SIZE(ioctl_descs_v4l2);
