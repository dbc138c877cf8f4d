/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The tables of names in flags_v4l2.c. */
#ifndef TRAPGATE_TRACE_FLAGS_V4L2_H
#define TRAPGATE_TRACE_FLAGS_V4L2_H

#include "trace/internal.h"

extern const struct xlat_set x_v4l2_meta_fmt, x_v4l2_pix_fmt, x_v4l2_sdr_fmt, x_v4l2_cap,
	x_v4l2_buf_type, x_v4l2_fmt_flag, x_v4l2_field, x_v4l2_colorspace, x_v4l2_vbi,
	x_v4l2_sliced, x_v4l2_memory, x_v4l2_buf_flag, x_v4l2_ts_type, x_v4l2_ts_src,
	x_v4l2_stream_cap, x_v4l2_capture_mode, x_v4l2_input_type, x_v4l2_ctrl_class, x_v4l2_cid,
	x_v4l2_ctrl_next, x_v4l2_tuner_type, x_v4l2_tuner_cap, x_v4l2_rxsubchans, x_v4l2_audmode,
	x_v4l2_ctrl_type, x_v4l2_ctrl_flag, x_v4l2_frmsize, x_v4l2_frmival;

#endif
