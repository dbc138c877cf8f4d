/* SPDX-License-Identifier: GPL-2.0-or-later */
/* bpf(2): the parts of union bpf_attr that its commands use. */
#include <linux/bpf.h>
#include <linux/filter.h>
#include <string.h>

#include "trace/decode_bpf.h"
#include "trace/flags.h"
#include "trace/flags_filter.h"
#include "trace/flags_rare.h"
#include "trace/value.h"

XLAT(x_bpf_file, "BPF_F_???", X(BPF_F_RDONLY), X(BPF_F_WRONLY));
XLAT(x_bpf_map_flags, "BPF_F_???", X(BPF_F_NO_PREALLOC), X(BPF_F_NO_COMMON_LRU), X(BPF_F_NUMA_NODE),
     X(BPF_F_RDONLY), X(BPF_F_WRONLY), X(BPF_F_STACK_BUILD_ID), X(BPF_F_ZERO_SEED),
     X(BPF_F_RDONLY_PROG), X(BPF_F_WRONLY_PROG), X(BPF_F_CLONE), X(BPF_F_MMAPABLE),
     X(BPF_F_PRESERVE_ELEMS), X(BPF_F_INNER_MAP));
XLAT(x_bpf_prog_flags, "BPF_F_???", X(BPF_F_STRICT_ALIGNMENT), X(BPF_F_ANY_ALIGNMENT),
     X(BPF_F_TEST_RND_HI32), X(BPF_F_TEST_STATE_FREQ), X(BPF_F_SLEEPABLE));
XLAT(x_bpf_lookup, "BPF_???", X(BPF_ANY), X(BPF_F_LOCK));
XLAT(x_bpf_update, "BPF_???", X(BPF_ANY), X(BPF_NOEXIST), X(BPF_EXIST), X(BPF_F_LOCK));
XLAT(x_bpf_attach, "BPF_???", X(BPF_CGROUP_INET_INGRESS), X(BPF_CGROUP_INET_EGRESS),
     X(BPF_CGROUP_INET_SOCK_CREATE), X(BPF_CGROUP_SOCK_OPS), X(BPF_SK_SKB_STREAM_PARSER),
     X(BPF_SK_SKB_STREAM_VERDICT), X(BPF_CGROUP_DEVICE), X(BPF_SK_MSG_VERDICT),
     X(BPF_CGROUP_INET4_BIND), X(BPF_CGROUP_INET6_BIND), X(BPF_CGROUP_INET4_CONNECT),
     X(BPF_CGROUP_INET6_CONNECT), X(BPF_CGROUP_INET4_POST_BIND), X(BPF_CGROUP_INET6_POST_BIND),
     X(BPF_CGROUP_UDP4_SENDMSG), X(BPF_CGROUP_UDP6_SENDMSG), X(BPF_LIRC_MODE2),
     X(BPF_FLOW_DISSECTOR), X(BPF_CGROUP_SYSCTL), X(BPF_CGROUP_UDP4_RECVMSG),
     X(BPF_CGROUP_UDP6_RECVMSG), X(BPF_CGROUP_GETSOCKOPT), X(BPF_CGROUP_SETSOCKOPT),
     X(BPF_TRACE_RAW_TP), X(BPF_TRACE_FENTRY), X(BPF_TRACE_FEXIT), X(BPF_MODIFY_RETURN),
     X(BPF_LSM_MAC), X(BPF_TRACE_ITER), X(BPF_CGROUP_INET4_GETPEERNAME),
     X(BPF_CGROUP_INET6_GETPEERNAME), X(BPF_CGROUP_INET4_GETSOCKNAME),
     X(BPF_CGROUP_INET6_GETSOCKNAME), X(BPF_XDP_DEVMAP), X(BPF_CGROUP_INET_SOCK_RELEASE),
     X(BPF_XDP_CPUMAP), X(BPF_SK_LOOKUP), X(BPF_XDP), X(BPF_SK_SKB_VERDICT),
     X(BPF_SK_REUSEPORT_SELECT), X(BPF_SK_REUSEPORT_SELECT_OR_MIGRATE), X(BPF_PERF_EVENT),
     X(BPF_TRACE_KPROBE_MULTI), X(BPF_LSM_CGROUP));
XLAT(x_bpf_attach_flags, "BPF_F_???", X(BPF_F_ALLOW_OVERRIDE), X(BPF_F_ALLOW_MULTI),
     X(BPF_F_REPLACE));
XLAT(x_bpf_query, "BPF_F_QUERY_???", X(BPF_F_QUERY_EFFECTIVE));
XLAT(x_bpf_fd_type, "BPF_FD_TYPE_???", X(BPF_FD_TYPE_RAW_TRACEPOINT), X(BPF_FD_TYPE_TRACEPOINT),
     X(BPF_FD_TYPE_KPROBE), X(BPF_FD_TYPE_KRETPROBE), X(BPF_FD_TYPE_UPROBE),
     X(BPF_FD_TYPE_URETPROBE));
XLAT(x_bpf_test, "BPF_F_???", X(BPF_F_TEST_RUN_ON_CPU), X(BPF_F_TEST_XDP_LIVE_FRAMES));
XLAT(x_bpf_kprobe, "BPF_F_???", X(BPF_F_KPROBE_MULTI_RETURN));
XLAT(x_ebpf_reg, "BPF_REG_???", X(BPF_REG_0), X(BPF_REG_1), X(BPF_REG_2), X(BPF_REG_3),
     X(BPF_REG_4), X(BPF_REG_5), X(BPF_REG_6), X(BPF_REG_7), X(BPF_REG_8), X(BPF_REG_9),
     X(BPF_REG_10));
XLAT(x_ebpf_class, "BPF_???", X(BPF_LD), X(BPF_LDX), X(BPF_ST), X(BPF_STX), X(BPF_ALU), X(BPF_JMP),
     X(BPF_JMP32), X(BPF_ALU64));
XLAT(x_ebpf_mode, "BPF_???", X(BPF_IMM), X(BPF_ABS), X(BPF_IND), X(BPF_MEM), X(BPF_XADD));
XLAT(x_ebpf_size, "BPF_???", X(BPF_W), X(BPF_H), X(BPF_B), X(BPF_DW));
XLAT(x_ebpf_alu, "BPF_???", X(BPF_ADD), X(BPF_SUB), X(BPF_MUL), X(BPF_DIV), X(BPF_OR), X(BPF_AND),
     X(BPF_LSH), X(BPF_RSH), X(BPF_NEG), X(BPF_MOD), X(BPF_XOR), X(BPF_MOV), X(BPF_ARSH),
     X(BPF_END));
XLAT(x_ebpf_jmp, "BPF_???", X(BPF_JA), X(BPF_JEQ), X(BPF_JGT), X(BPF_JGE), X(BPF_JSET), X(BPF_JNE),
     X(BPF_JSGT), X(BPF_JSGE), X(BPF_CALL), X(BPF_EXIT), X(BPF_JLT), X(BPF_JLE), X(BPF_JSLT),
     X(BPF_JSLE));

/* What the program has handed over, with zeroes behind it. */
static _Thread_local struct {
	u8 b[160];
	u32 len;
} attr;

static u32 at32(u32 off)
{
	return (u32)value_int(attr.b + off, 4);
}

static u64 at64(u32 off)
{
	return value_int(attr.b + off, 8);
}

/* ---- Instructions ---- */

struct instruction {
	u8 code, registers;
	s16 off;
	s32 imm;
};

static void put_code(struct tline *t, u8 code)
{
	u32 class = code & 7;

	put_val(t, &x_ebpf_class, class);
	if (class == 6) { /* BPF_JMP32, of whose operations strace knows none */
		if (code & ~7)
			put_fmt(t, "|%#x /* BPF_??? */", code & ~7);
		return;
	}
	putch(t, '|');
	if (class < 4) {
		put_val(t, &x_ebpf_size, code & 0x18);
		putch(t, '|');
		put_val(t, &x_ebpf_mode, code & 0xe0);
		return;
	}
	put_val(t, &x_bpf_src, code & 8);
	putch(t, '|');
	put_val(t, class == 5 ? &x_ebpf_jmp : &x_ebpf_alu, code & 0xf0);
}

static void one_instruction(struct tline *t, const void *elem, size_t size, const void *arg)
{
	const struct instruction *i = elem;

	(void)size;
	(void)arg;
	put(t, "{code=");
	put_code(t, i->code);
	put(t, ", dst_reg=");
	put_val(t, &x_ebpf_reg, i->registers & 15);
	put(t, ", src_reg=");
	put_val(t, &x_ebpf_reg, i->registers >> 4);
	put_fmt(t, ", off=%d, imm=", i->off);
	put_hex(t, (u32)i->imm);
	putch(t, '}');
}

void put_bpf_program(struct tline *t, guest_addr a, u32 n)
{
	bool more = n > BPF_MAXINSNS;

	if (t->abbrev) {
		put_addr(t, a);
		return;
	}
	if (put_array(t, a, MIN(n, BPF_MAXINSNS), sizeof(struct instruction), NULL, one_instruction,
		      NULL) &&
	    more) {
		t->len--;
		put(t, ", ...]");
	}
}

/* ---- Fields with a form of their own: the first argument is their value ---- */

static bool instructions(struct tline *t, u64 v, u64 len)
{
	(void)len;
	put_bpf_program(t, v, at32(4));
	return true;
}

static bool string(struct tline *t, u64 v, u64 len)
{
	(void)len;
	put_str(t, v);
	return true;
}

static bool path(struct tline *t, u64 v, u64 len)
{
	(void)len;
	put_path(t, v);
	return true;
}

static bool log_text(struct tline *t, u64 v, u64 len)
{
	u32 size = at32(28);

	(void)len;
	if (size || (t->compat && v >> 32))
		put_str_n(t, v, size);
	else
		put(t, v ? "\"\"" : "NULL");
	return true;
}

static bool tracepoint(struct tline *t, u64 v, u64 len)
{
	(void)len;
	put_str_n(t, v, 128);
	return true;
}

static bool btf(struct tline *t, u64 v, u64 len)
{
	(void)len;
	if (t->compat && v >> 32)
		put_addr(t, v);
	else
		put_buf(t, v, at32(16));
	return true;
}

static bool version(struct tline *t, u64 v, u64 len)
{
	(void)len;
	put_version(t, (u32)v);
	return true;
}

static bool numa_node(struct tline *t, u64 v, u64 len)
{
	static const struct xlat names[] = {{(u32)-1, "NUMA_NO_NODE"}};

	(void)len;
	put_udec(t, (u32)v);
	if ((u32)v == names[0].val && consts() != CONST_RAW)
		put_fmt(t, " /* %s */", names[0].str);
	return true;
}

/* ---- Commands ---- */

struct member {
	const char *name;
	u16 off;
	bool later; /* of a later kernel: the struct may end before it */
	struct value v;
};
struct command {
	const char *inner; /* the name of a struct in the union that holds the members */
	const struct member *m;
	u8 n;
	u16 size;
};

/* clang-format off */
#define M_U(name, off) {name, off, false, {V_U, 4, NULL}}
#define M_U_(name, off) {name, off, true, {V_U, 4, NULL}}
#define M_X(name, off, size) {name, off, false, {V_X, size, NULL}}
#define M_FD(name, off) {name, off, false, {V_FD, 4, NULL}}
#define M_FD_(name, off) {name, off, true, {V_FD, 4, NULL}}
#define M_PTR(name, off) {name, off, false, {V_ADDR, 8, NULL}}
#define M_PTR_(name, off) {name, off, true, {V_ADDR, 8, NULL}}
#define M_VAL(name, off, size, set) {name, off, false, {V_VAL, size, &(set)}}
#define M_VAL_(name, off, size, set) {name, off, true, {V_VAL, size, &(set)}}
#define M_FLAGS(name, off, size, set) {name, off, false, {V_FLAGS, size, &(set)}}
#define M_FLAGS_(name, off, size, set) {name, off, true, {V_FLAGS, size, &(set)}}
#define M_CALL(name, off, size, fn) {name, off, false, {V_CALL, size, fn}}
#define M_NAME_(name, off) {name, off, true, {V_CSTRING, BPF_OBJ_NAME_LEN, NULL}}
#define M_IF_(name, off) {name, off, true, {V_IFINDEX, 4, NULL}}
#define COMMAND(name, inner, size, ...) \
	static const struct member name##_m[] = {__VA_ARGS__}; \
	static const struct command name = {inner, name##_m, ARRAY_SIZE(name##_m), size}

COMMAND(map_create, NULL, 72, M_VAL("map_type", 0, 4, x_bpf_map), M_U("key_size", 4),
	M_U("value_size", 8), M_U("max_entries", 12), M_FLAGS_("map_flags", 16, 4, x_bpf_map_flags),
	M_FD_("inner_map_fd", 20), {"numa_node", 24, true, {V_CALL, 4, numa_node}},
	M_NAME_("map_name", 28), M_IF_("map_ifindex", 44), M_FD_("btf_fd", 48),
	M_U("btf_key_type_id", 52), M_U("btf_value_type_id", 56),
	M_U_("btf_vmlinux_value_type_id", 60), {"map_extra", 64, true, {V_U, 8, NULL}});
COMMAND(map_lookup, NULL, 32, M_FD("map_fd", 0), M_PTR("key", 8), M_PTR("value", 16),
	M_FLAGS_("flags", 24, 8, x_bpf_lookup));
COMMAND(map_update, NULL, 32, M_FD("map_fd", 0), M_PTR("key", 8), M_PTR("value", 16),
	M_VAL("flags", 24, 8, x_bpf_update));
COMMAND(map_delete, NULL, 16, M_FD("map_fd", 0), M_PTR("key", 8));
COMMAND(map_next_key, NULL, 24, M_FD("map_fd", 0), M_PTR("key", 8), M_PTR("next_key", 16));
COMMAND(map_freeze, NULL, 4, M_FD("map_fd", 0));
COMMAND(prog_load, NULL, 128, M_VAL("prog_type", 0, 4, x_bpf_prog), M_U("insn_cnt", 4),
	M_CALL("insns", 8, 8, instructions), M_CALL("license", 16, 8, string), M_U_("log_level", 24),
	M_U("log_size", 28), M_CALL("log_buf", 32, 8, log_text),
	{"kern_version", 40, true, {V_CALL, 4, version}},
	M_FLAGS_("prog_flags", 44, 4, x_bpf_prog_flags), M_NAME_("prog_name", 48),
	M_IF_("prog_ifindex", 64), M_VAL_("expected_attach_type", 68, 4, x_bpf_attach),
	M_FD_("prog_btf_fd", 72), M_U("func_info_rec_size", 76), M_PTR("func_info", 80),
	M_U("func_info_cnt", 88), M_U("line_info_rec_size", 92), M_PTR("line_info", 96),
	M_U("line_info_cnt", 104), M_U_("attach_btf_id", 108), M_FD_("attach_prog_fd", 112),
	M_PTR_("fd_array", 120));
COMMAND(obj_pin, NULL, 16, M_CALL("pathname", 0, 8, path), M_FD("bpf_fd", 8),
	M_FLAGS_("file_flags", 12, 4, x_bpf_file));
COMMAND(prog_attach, NULL, 20, M_FD("target_fd", 0), M_FD("attach_bpf_fd", 4),
	M_VAL("attach_type", 8, 4, x_bpf_attach), M_FLAGS("attach_flags", 12, 4, x_bpf_attach_flags),
	M_FD_("replace_bpf_fd", 16));
COMMAND(prog_detach, NULL, 12, M_FD("target_fd", 0), M_VAL("attach_type", 8, 4, x_bpf_attach));
COMMAND(test_run, "test", 76, M_FD("prog_fd", 0), M_U("retval", 4), M_U("data_size_in", 8),
	M_U("data_size_out", 12), M_PTR("data_in", 16), M_PTR("data_out", 24), M_U("repeat", 32),
	M_U("duration", 36), M_U_("ctx_size_in", 40), M_U("ctx_size_out", 44), M_PTR("ctx_in", 48),
	M_PTR("ctx_out", 56), M_FLAGS_("flags", 64, 4, x_bpf_test), M_U("cpu", 68),
	M_U_("batch_size", 72));
COMMAND(prog_by_id, NULL, 12, M_U("prog_id", 0), M_U("next_id", 4),
	M_FLAGS_("open_flags", 8, 4, x_bpf_file));
COMMAND(map_by_id, NULL, 12, M_U("map_id", 0), M_U("next_id", 4),
	M_FLAGS_("open_flags", 8, 4, x_bpf_file));
COMMAND(raw_tracepoint, "raw_tracepoint", 12, M_CALL("name", 0, 8, tracepoint), M_FD("prog_fd", 8));
COMMAND(btf_load, NULL, 28, M_CALL("btf", 0, 8, btf), M_PTR("btf_log_buf", 8), M_U("btf_size", 16),
	M_U("btf_log_size", 20), M_U("btf_log_level", 24));
COMMAND(btf_by_id, NULL, 4, M_U("btf_id", 0));
COMMAND(link_by_id, NULL, 4, M_U("link_id", 0));
COMMAND(link_update, "link_update", 16, M_FD("link_fd", 0), M_FD("new_prog_fd", 4),
	M_FLAGS("flags", 8, 4, x_bpf_attach_flags));
COMMAND(lookup_batch, "batch", 56, M_PTR("in_batch", 0), M_PTR("out_batch", 8), M_PTR("keys", 16),
	M_PTR("values", 24), M_U("count", 32), M_FD("map_fd", 36),
	M_FLAGS("elem_flags", 40, 8, x_bpf_lookup), M_X("flags", 48, 8));
COMMAND(update_batch, "batch", 56, M_PTR("keys", 16), M_PTR("values", 24), M_U("count", 32),
	M_FD("map_fd", 36), M_FLAGS("elem_flags", 40, 8, x_bpf_lookup), M_X("flags", 48, 8));
COMMAND(delete_batch, "batch", 56, M_PTR("keys", 16), M_U("count", 32), M_FD("map_fd", 36),
	M_FLAGS("elem_flags", 40, 8, x_bpf_lookup), M_X("flags", 48, 8));
COMMAND(next_id, NULL, 12, M_U("start_id", 0), M_U("next_id", 4));
COMMAND(obj_info, "info", 16, M_FD("bpf_fd", 0), M_U("info_len", 4));
COMMAND(prog_query, "query", 28, M_FD("target_fd", 0), M_VAL("attach_type", 4, 4, x_bpf_attach),
	M_FLAGS("query_flags", 8, 4, x_bpf_query), M_FLAGS("attach_flags", 12, 4, x_bpf_attach_flags));
COMMAND(task_fd_query, "task_fd_query", 48, {"pid", 0, false, {V_PID, 4, NULL}}, M_FD("fd", 4),
	M_U("flags", 8), M_U("buf_len", 12));
COMMAND(task_fd_found, NULL, 48, M_U("prog_id", 24), M_VAL("fd_type", 28, 4, x_bpf_fd_type),
	M_X("probe_offset", 32, 8), M_X("probe_addr", 40, 8));
COMMAND(link_create, "link_create", 48, M_FD("prog_fd", 0), M_FD("target_fd", 4),
	M_VAL("attach_type", 8, 4, x_bpf_attach), M_X("flags", 12, 4));

static const struct command *const commands[] = {
	[BPF_MAP_CREATE] = &map_create, [BPF_MAP_LOOKUP_ELEM] = &map_lookup,
	[BPF_MAP_UPDATE_ELEM] = &map_update, [BPF_MAP_DELETE_ELEM] = &map_delete,
	[BPF_MAP_GET_NEXT_KEY] = &map_next_key, [BPF_PROG_LOAD] = &prog_load,
	[BPF_OBJ_PIN] = &obj_pin, [BPF_OBJ_GET] = &obj_pin, [BPF_PROG_ATTACH] = &prog_attach,
	[BPF_PROG_DETACH] = &prog_detach, [BPF_PROG_TEST_RUN] = &test_run,
	[BPF_PROG_GET_NEXT_ID] = &next_id, [BPF_MAP_GET_NEXT_ID] = &next_id,
	[BPF_PROG_GET_FD_BY_ID] = &prog_by_id, [BPF_MAP_GET_FD_BY_ID] = &map_by_id,
	[BPF_OBJ_GET_INFO_BY_FD] = &obj_info, [BPF_PROG_QUERY] = &prog_query,
	[BPF_RAW_TRACEPOINT_OPEN] = &raw_tracepoint, [BPF_BTF_LOAD] = &btf_load,
	[BPF_BTF_GET_FD_BY_ID] = &btf_by_id, [BPF_TASK_FD_QUERY] = &task_fd_query,
	[BPF_MAP_LOOKUP_AND_DELETE_ELEM] = &map_lookup, [BPF_MAP_FREEZE] = &map_freeze,
	[BPF_BTF_GET_NEXT_ID] = &next_id, [BPF_MAP_LOOKUP_BATCH] = &lookup_batch,
	[BPF_MAP_LOOKUP_AND_DELETE_BATCH] = &lookup_batch, [BPF_MAP_UPDATE_BATCH] = &update_batch,
	[BPF_MAP_DELETE_BATCH] = &delete_batch, [BPF_LINK_CREATE] = &link_create,
	[BPF_LINK_UPDATE] = &link_update, [BPF_LINK_GET_NEXT_ID] = &next_id,
	[BPF_LINK_GET_FD_BY_ID] = &link_by_id,
};
/* clang-format on */

static void put_member(struct tline *t, const struct member *m)
{
	put(t, m->name);
	putch(t, '=');
	if (m->v.kind == V_CSTRING)
		put_cstring_field(t, (char *)attr.b + m->off, MIN(m->v.size, attr.len - m->off));
	else if (m->v.kind == V_CALL)
		((value_fn)(uintptr_t)m->v.arg)(t, value_int(attr.b + m->off, m->v.size), 0);
	else
		put_number(t, &m->v, value_int(attr.b + m->off, m->v.size), m->v.size);
}

static void put_members(struct tline *t, const struct command *c)
{
	bool first = true;

	for (u32 i = 0; i < c->n; i++) {
		if (c->m[i].later && attr.len <= c->m[i].off)
			break;
		if (c->m[i].v.arg == numa_node && !(at32(16) & BPF_F_NUMA_NODE))
			continue;
		put(t, first ? "" : ", ");
		first = false;
		put_member(t, &c->m[i]);
	}
}

/* What lies behind the `known` bytes, where it is not zero */
void put_bpf_extra(struct tline *t, guest_addr a, u32 known, u32 size)
{
	u8 b[4096];
	u32 n = known;

	if (size <= known || !rd(t, b, a, size))
		return;
	while (n < size && !b[n])
		n++;
	if (n == size)
		return;
	if (t->abbrev) {
		put(t, ", ...");
		return;
	}
	put(t, ", extra_data=");
	put_quoted_hex(t, b + known, size - known);
	put_fmt(t, " /* bytes %u..%u */", known, size - 1);
}

/* ---- Links ---- */

static void one_link_info(struct tline *t, const void *elem, size_t size, const void *arg)
{
	(void)arg;
	put(t, "{map={map_fd=");
	put_fd(t, (s32)value_int(elem, size));
	put(t, "}}");
}

static void one_string(struct tline *t, const void *elem, size_t size, const void *arg)
{
	(void)arg;
	put_str(t, value_int(elem, size));
}

static void one_number(struct tline *t, const void *elem, size_t size, const void *arg)
{
	(void)arg;
	put_hex(t, value_int(elem, size));
}

/* The union at the end, by the type of the link; returns how long the whole is. */
static u32 put_link_union(struct tline *t)
{
	switch (at32(8)) {
	case BPF_CGROUP_INET_INGRESS: /* what programs that extend others have here */
		if (at32(16))
			put_fmt(t, ", target_btf_id=%u", at32(16));
		return 20;
	case BPF_TRACE_ITER:
		put(t, ", iter_info=");
		put_array(t, at64(16), at32(24), 4, NULL, one_link_info, NULL);
		put_fmt(t, ", iter_info_len=%u", at32(24));
		return 28;
	case BPF_PERF_EVENT:
		put(t, ", perf_event={bpf_cookie=");
		put_hex(t, at64(16));
		putch(t, '}');
		return 24;
	case BPF_TRACE_KPROBE_MULTI:
		put(t, ", kprobe_multi={flags=");
		put_flags(t, &x_bpf_kprobe, at32(16));
		put_fmt(t, ", cnt=%u, syms=", at32(20));
		put_array(t, at64(24), at32(20), word_size(t), NULL, one_string, NULL);
		put(t, ", addrs=");
		put_array(t, at64(32), at32(20), 8, NULL, one_number, NULL);
		put(t, ", cookies=");
		put_array(t, at64(40), at32(20), 8, NULL, one_number, NULL);
		putch(t, '}');
		return 48;
	default:
		return 16;
	}
}

/* ---- Before and after ---- */

static void one_id(struct tline *t, const void *elem, size_t size, const void *arg)
{
	(void)arg;
	put_udec(t, value_int(elem, size));
}

static void put_change(struct tline *t, u32 now)
{
	if (t->saved != now)
		put_fmt(t, " => %u", now);
}

/* The rest of the commands that give something. True: the whole is to be closed. */
static bool put_after(struct tline *t, u32 cmd)
{
	static const struct member open_flags = M_FLAGS_("open_flags", 8, 4, x_bpf_file);
	bool failed = (u64)t->ret >= (u64)-4095L;

	switch (cmd) {
	case BPF_PROG_GET_NEXT_ID:
	case BPF_MAP_GET_NEXT_ID:
	case BPF_BTF_GET_NEXT_ID:
	case BPF_LINK_GET_NEXT_ID:
		put_change(t, at32(4));
		if (attr.len > open_flags.off) {
			put(t, ", ");
			put_member(t, &open_flags);
		}
		return true;
	case BPF_OBJ_GET_INFO_BY_FD:
		put_change(t, at32(4));
		put(t, ", info=");
		put_bpf_info(t, at64(8), at32(4));
		putch(t, '}');
		return true;
	case BPF_PROG_QUERY:
		put(t, ", prog_ids=");
		if (failed && at32(24))
			put_addr(t, at64(16));
		else
			put_array(t, at64(16), at32(24), 4, NULL, one_id, NULL);
		put_fmt(t, ", prog_cnt=%u", (u32)t->saved);
		put_change(t, at32(24));
		putch(t, '}');
		return true;
	case BPF_TASK_FD_QUERY:
		put_change(t, at32(12));
		put(t, ", buf=");
		if (failed)
			put_addr(t, at64(16));
		else
			put_str_n(t, at64(16), MIN((u32)t->saved, at32(12)));
		put(t, ", ");
		put_members(t, &task_fd_found);
		putch(t, '}');
		return true;
	default: /* batches */
		if (t->saved != at32(32))
			put_fmt(t, " => {batch={count=%u}}", at32(32));
		return false;
	}
}

/* Where the number lies that the kernel changes; 0: the command gives nothing here. */
static u32 changes_at(u32 cmd)
{
	switch (cmd) {
	case BPF_PROG_GET_NEXT_ID:
	case BPF_MAP_GET_NEXT_ID:
	case BPF_BTF_GET_NEXT_ID:
	case BPF_LINK_GET_NEXT_ID:
	case BPF_OBJ_GET_INFO_BY_FD:
		return 4;
	case BPF_PROG_QUERY:
		return 24;
	case BPF_TASK_FD_QUERY:
		return 12;
	case BPF_MAP_LOOKUP_BATCH:
	case BPF_MAP_LOOKUP_AND_DELETE_BATCH:
	case BPF_MAP_UPDATE_BATCH:
	case BPF_MAP_DELETE_BATCH:
		return 32;
	default:
		return 0;
	}
}

bool bpf_attr(struct tline *t, guest_addr a)
{
	u32 cmd = (u32)t->arg[0], size = (u32)t->arg[2], change;
	const struct command *c = cmd < ARRAY_SIZE(commands) ? commands[cmd] : NULL;
	u32 known = c ? c->size : 0;
	u8 b[4096];

	if (!c || !size || size > sizeof(b) || !t->verbose || !rd(t, b, a, size)) {
		put_addr(t, a);
		return true;
	}
	attr.len = MIN(size, c->size);
	memset(attr.b, 0, sizeof(attr.b));
	memcpy(attr.b, b, attr.len);
	change = changes_at(cmd);
	if (t->exiting) {
		if (put_after(t, cmd)) {
			put_bpf_extra(t, a, known, size);
			putch(t, '}');
		}
		return true;
	}
	putch(t, '{');
	if (c->inner)
		put_fmt(t, "%s={", c->inner);
	put_members(t, c);
	if (change) {
		t->saved = at32(change);
		if (cmd == BPF_OBJ_GET_INFO_BY_FD)
			bpf_info_before(t, (s32)at32(0), at64(8), at32(4));
		if (change == 32) { /* batches are shown whole, and their number again */
			putch(t, '}');
			put_bpf_extra(t, a, known, size);
			putch(t, '}');
		}
		return false;
	}
	if (cmd == BPF_LINK_UPDATE && (at32(8) & BPF_F_REPLACE)) {
		put(t, ", old_prog_fd=");
		put_fd(t, (s32)at32(12));
	}
	if (cmd == BPF_LINK_CREATE && attr.len > 16)
		known = put_link_union(t);
	put(t, c->inner ? "}" : "");
	put_bpf_extra(t, a, known, size);
	putch(t, '}');
	return true;
}
