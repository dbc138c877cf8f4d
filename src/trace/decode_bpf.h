/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TRAPGATE_TRACE_DECODE_BPF_H
#define TRAPGATE_TRACE_DECODE_BPF_H

#include "trace/internal.h"

extern const struct xlat_set x_bpf_map_flags;

void put_bpf_program(struct tline *t, guest_addr a, u32 n); /* n instructions */
/* What lies behind the `known` bytes of a struct at a, where it is not zero */
void put_bpf_extra(struct tline *t, guest_addr a, u32 known, u32 size);

/* BPF_OBJ_GET_INFO_BY_FD: looks at the info that the program hands over; shows what it got. */
void bpf_info_before(struct tline *t, s32 fd, guest_addr a, u32 size);
void put_bpf_info(struct tline *t, guest_addr a, u32 size);

#endif
