/* SPDX-License-Identifier: GPL-2.0-or-later */
/* bpf(BPF_OBJ_GET_INFO_BY_FD): what the kernel says of a map or a program. */
#include <linux/bpf.h>
#include <string.h>
#include <time.h>

#include "host/host.h"
#include "trace/decode_bpf.h"
#include "trace/flags_rare.h"
#include "trace/value.h"

struct part {
	const char *name;
	u16 off;
	bool later;   /* of a later kernel: the struct may end before it */
	bool changes; /* what the program asked for is shown, too, where it got another */
	struct value v;
};
struct info {
	const struct part *part;
	u32 n, size;
};

static _Thread_local struct {
	const struct info *is; /* what the descriptor is of; NULL: something else */
	u8 before[sizeof(struct bpf_prog_info)], now[sizeof(struct bpf_prog_info)];
} info;

static const struct bpf_prog_info *prog(const u8 *bytes)
{
	return (const struct bpf_prog_info *)bytes;
}

static bool failed(const struct tline *t)
{
	return (u64)t->ret >= (u64)-4095L;
}

/* How many the kernel has written of those that there was room for. */
static u32 given(size_t off)
{
	return (u32)MIN(value_int(info.before + off, 4), value_int(info.now + off, 4));
}

/* ---- Parts with a form of their own ---- */

static bool tag(struct tline *t, u64 v, u64 len)
{
	(void)v;
	(void)len;
	put_quoted_hex(t, prog(info.now)->tag, BPF_TAG_SIZE);
	return true;
}

static bool machine_code(struct tline *t, u64 v, u64 len)
{
	(void)len;
	put_hexbuf(t, v, prog(info.now)->jited_prog_len);
	return true;
}

static bool instructions(struct tline *t, u64 v, u64 len)
{
	(void)len;
	put_bpf_program(
		t, v, MIN(prog(info.before)->xlated_prog_len, prog(info.now)->xlated_prog_len) / 8);
	return true;
}

/* With the date that it was, about: of the clocks' distance only seconds can be told. */
static bool load_time(struct tline *t, u64 v, u64 len)
{
	struct timespec real, boot;
	u64 ns;

	(void)len;
	put_udec(t, v);
	clock_gettime(CLOCK_REALTIME, &real);
	clock_gettime(CLOCK_BOOTTIME, &boot);
	ns = (u64)(real.tv_sec - boot.tv_sec) * 1000000000 + (u64)real.tv_nsec - (u64)boot.tv_nsec;
	if (consts() != CONST_RAW)
		put_date(t, (s64)((ns + v) / 1000000000), 0, 0);
	return true;
}

static void one_id(struct tline *t, const void *elem, size_t size, const void *arg)
{
	(void)arg;
	put_udec(t, value_int(elem, size));
}

static bool map_ids(struct tline *t, u64 v, u64 len)
{
	(void)len;
	if (failed(t))
		put_addr(t, v);
	else
		put_array(t, v, given(offsetof(struct bpf_prog_info, nr_map_ids)), 4, NULL, one_id,
			  NULL);
	return true;
}

static bool gpl_compatible(struct tline *t, u64 v, u64 len)
{
	(void)len;
	put_udec(t, v & 1);
	return true;
}

/* ---- Structs ---- */

/* clang-format off */
#define PART_(later, changes, m, kind, arg) \
	{#m, offsetof(T, m), later, changes, {kind, sizeof(((T *)0)->m), arg}}
#define PART(m, kind, arg) PART_(false, false, m, kind, arg)
#define LATER(m, kind, arg) PART_(true, false, m, kind, arg)
#define CHANGES(m, kind) PART_(false, true, m, kind, NULL)

#define T struct bpf_map_info
static const struct part map_parts[] = {
	PART(type, V_VAL, &x_bpf_map), PART(id, V_U, NULL), PART(key_size, V_U, NULL),
	PART(value_size, V_U, NULL), PART(max_entries, V_U, NULL),
	PART(map_flags, V_FLAGS, &x_bpf_map_flags), LATER(name, V_CSTRING, NULL),
	LATER(ifindex, V_IFINDEX, NULL), PART(btf_vmlinux_value_type_id, V_U, NULL),
	PART(netns_dev, V_DEV, NULL), PART(netns_ino, V_U, NULL), LATER(btf_id, V_U, NULL),
	PART(btf_key_type_id, V_U, NULL), PART(btf_value_type_id, V_U, NULL),
};
static const struct info map_info = {
	map_parts, ARRAY_SIZE(map_parts), sizeof(T)
};
#undef T

#define T struct bpf_prog_info
static const struct part prog_parts[] = {
	PART(type, V_VAL, &x_bpf_prog), PART(id, V_U, NULL), PART(tag, V_CALL, tag),
	CHANGES(jited_prog_len, V_U), PART(jited_prog_insns, V_CALL, machine_code),
	CHANGES(xlated_prog_len, V_U), PART(xlated_prog_insns, V_CALL, instructions),
	LATER(load_time, V_CALL, load_time), PART(created_by_uid, V_UID, NULL),
	CHANGES(nr_map_ids, V_U), PART(map_ids, V_CALL, map_ids), PART(name, V_CSTRING, NULL),
	LATER(ifindex, V_IFINDEX, NULL),
	{"gpl_compatible", offsetof(T, ifindex) + 4, false, false, {V_CALL, 4, gpl_compatible}},
	PART(netns_dev, V_DEV, NULL), PART(netns_ino, V_U, NULL),
	PART_(true, true, nr_jited_ksyms, V_U, NULL), CHANGES(nr_jited_func_lens, V_U),
	CHANGES(jited_ksyms, V_ADDR), CHANGES(jited_func_lens, V_ADDR), LATER(btf_id, V_U, NULL),
	CHANGES(func_info_rec_size, V_U), PART(func_info, V_ADDR, NULL), CHANGES(nr_func_info, V_U),
	CHANGES(nr_line_info, V_U), PART(line_info, V_ADDR, NULL), CHANGES(jited_line_info, V_ADDR),
	CHANGES(nr_jited_line_info, V_U), CHANGES(line_info_rec_size, V_U),
	CHANGES(jited_line_info_rec_size, V_U), CHANGES(nr_prog_tags, V_U),
	PART(prog_tags, V_ADDR, NULL), LATER(run_time_ns, V_U, NULL), PART(run_cnt, V_U, NULL),
	LATER(recursion_misses, V_U, NULL), LATER(verified_insns, V_U, NULL),
};
static const struct info prog_info = {
	prog_parts, ARRAY_SIZE(prog_parts), REC_SIZE(T, verified_insns)
};
#undef T
/* clang-format on */

static void put_part(struct tline *t, const struct part *p)
{
	u64 now = value_int(info.now + p->off, p->v.size);
	u64 before = value_int(info.before + p->off, p->v.size);

	put(t, p->name);
	putch(t, '=');
	if (p->v.kind == V_CSTRING) {
		put_cstring_field(t, (char *)info.now + p->off, p->v.size);
		return;
	}
	if (p->v.kind == V_CALL) {
		((value_fn)(uintptr_t)p->v.arg)(t, now, 0);
		return;
	}
	if (p->changes && before != now) {
		put_number(t, &p->v, before, p->v.size);
		put(t, " => ");
	}
	put_number(t, &p->v, now, p->v.size);
}

/* False: there is nothing to see at a. */
static bool fetch(struct tline *t, u8 *to, guest_addr a, u32 size)
{
	memset(to, 0, sizeof(info.now));
	return size && size <= PAGE_SIZE && rd(t, to, a, MIN(size, info.is->size));
}

void bpf_info_before(struct tline *t, s32 fd, guest_addr a, u32 size)
{
	char link[40], what[32];
	long n;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = fd < 0 || host_fd_is_own(fd) ? 0
					 : host(SYS_readlink, HP(link), HP(what), sizeof(what) - 1);
	what[MAX(n, 0)] = 0;
	info.is = !strcmp(what, "anon_inode:bpf-map")	 ? &map_info
		  : !strcmp(what, "anon_inode:bpf-prog") ? &prog_info
							 : NULL;
	if (info.is)
		fetch(t, info.before, a, size);
}

void put_bpf_info(struct tline *t, guest_addr a, u32 size)
{
	if (t->abbrev || !info.is || !fetch(t, info.now, a, size)) {
		put_addr(t, a);
		return;
	}
	putch(t, '{');
	for (u32 i = 0; i < info.is->n; i++) {
		const struct part *p = &info.is->part[i];

		if (p->later && size <= p->off)
			break;
		put(t, i ? ", " : "");
		put_part(t, p);
	}
	put_bpf_extra(t, a, info.is->size, size);
	putch(t, '}');
}
