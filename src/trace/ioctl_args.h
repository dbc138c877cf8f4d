/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What ioctl commands take, as data: the form of the tables in ioctl_*.c. */
#ifndef TRAPGATE_TRACE_IOCTL_ARGS_H
#define TRAPGATE_TRACE_IOCTL_ARGS_H

#include "trace/value.h"

enum arg_dir {
	ARG_NONE,  /* the command has no argument */
	ARG_SELF,  /* the argument is the value */
	ARG_IN,	   /* it points at it */
	ARG_OUT,   /* the same, and the call fills it */
	ARG_BOTH,  /* something goes in and something comes out: v.arg is a struct ioctl_both */
	ARG_PARTS, /* the same where both are fields of one struct: a struct ioctl_parts */
};

struct ioctl_arg_desc {
	u32 cmd;
	u8 dir;
	struct value v;
};

struct ioctl_both {
	/* Prints what is there before the call; false: that is all, nothing comes after it. */
	bool (*before)(struct tline *t, guest_addr a, u32 cmd);
	void (*after)(struct tline *t, guest_addr a, u32 cmd, bool failed);
};

/* {fields at entry, fields at exit}; or {fields at entry} => {fields at exit}, with `again`. */
struct ioctl_parts {
	const struct record *in, *out;
	bool again;
};

/* clang-format off */
#define PARTS(cmd, p) {cmd, ARG_PARTS, {0, 0, &(p)}}
#define NONE(cmd) {cmd, ARG_NONE, {0, 0, NULL}}
#define SELF(cmd, kind, set) {cmd, ARG_SELF, {kind, 0, set}}
#define PTR(cmd) {cmd, ARG_SELF, {V_ADDR, 0, NULL}}
#define SELF_CALL(cmd, fn) {cmd, ARG_SELF, {V_CALL, 0, fn}}
#define INT_IN(cmd) {cmd, ARG_IN, {V_D, 4, NULL}}
#define INT_OUT(cmd) {cmd, ARG_OUT, {V_D, 4, NULL}}
#define UINT_IN(cmd) {cmd, ARG_IN, {V_U, 4, NULL}}
#define UINT_OUT(cmd) {cmd, ARG_OUT, {V_U, 4, NULL}}
#define U16_OUT(cmd) {cmd, ARG_OUT, {V_U, 2, NULL}}
#define U64_OUT(cmd) {cmd, ARG_OUT, {V_U, 8, NULL}}
#define REC_IN(cmd, r) {cmd, ARG_IN, {V_RECORD, 0, &(r)}}
#define REC_OUT(cmd, r) {cmd, ARG_OUT, {V_RECORD, 0, &(r)}}
#define CALL_IN(cmd, fn) {cmd, ARG_IN, {V_CALL, 0, fn}}
#define CALL_OUT(cmd, fn) {cmd, ARG_OUT, {V_CALL, 0, fn}}
#define BOTH(cmd, b) {cmd, ARG_BOTH, {0, 0, &(b)}}
/* clang-format on */

/* The tables of the commands' arguments, one for each file. */
extern const struct ioctl_arg_desc ioctl_descs_more[], ioctl_descs_gpio[], ioctl_descs_dev[],
	ioctl_descs_v4l2[], ioctl_descs_console[], ioctl_descs_disk[], ioctl_descs_dm[],
	ioctl_descs_btrfs[], ioctl_descs_kvm[], ioctl_descs_trees[];
extern const u32 ioctl_descs_more_n, ioctl_descs_gpio_n, ioctl_descs_dev_n, ioctl_descs_v4l2_n,
	ioctl_descs_console_n, ioctl_descs_disk_n, ioctl_descs_dm_n, ioctl_descs_btrfs_n,
	ioctl_descs_kvm_n, ioctl_descs_trees_n;

/* ---- For structs of which some members are as wide as a pointer ---- */

/* The address of what lies at one of two places. */
static inline guest_addr by_abi(const struct tline *t, guest_addr a, u32 native, u32 compat)
{
	return a + (t->compat ? compat : native);
}
/* Whether a struct of this size, 4096 at most, can be read; where not, the address is printed. */
bool ioctl_whole(struct tline *t, guest_addr a, u32 size);
bool ioctl_readable(const struct tline *t, guest_addr a, u32 size); /* the same, in silence */
/* Reads what a struct ioctl_both shows next, behind " => " at exit; where that fails the address is
 * printed. */
bool ioctl_begin(struct tline *t, guest_addr a, void *args, size_t size);
/* A command with another size in its number. */
#define WITH_SIZE(cmd, size) (((cmd) & ~(0x3fffu << 16)) | (u32)(size) << 16)
/* One that has another size in 32-bit programs. */
#define BOTH2(cmd, size32, b) BOTH(cmd, b), BOTH(WITH_SIZE(cmd, size32), b)
/* decode_perf.c: a value_fn */
bool perf_attr_at_entry(struct tline *t, guest_addr at, u64 len);
/* ioctl_v4l2.c */
void ret_create_buffers(struct tline *t);
/* Of an input device: numbers and sizes are part of these commands. */
const struct ioctl_arg_desc *ioctl_desc_input(u32 cmd);

#endif
