/* SPDX-License-Identifier: GPL-2.0-or-later */
/* struct perf_event_attr, of perf_event_open(2) and of ioctl(2). */
#include <errno.h>
#include <linux/hw_breakpoint.h>
#include <linux/perf_event.h>
#include <stddef.h>
#include <string.h>

#include "trace/flags.h"
#include "trace/flags_rare.h"
#include "trace/ioctl_args.h"

XLAT(x_perf_size, "PERF_ATTR_SIZE_???", X(PERF_ATTR_SIZE_VER0), X(PERF_ATTR_SIZE_VER1),
     X(PERF_ATTR_SIZE_VER2), X(PERF_ATTR_SIZE_VER3), X(PERF_ATTR_SIZE_VER4), X(PERF_ATTR_SIZE_VER5),
     X(PERF_ATTR_SIZE_VER6), X(PERF_ATTR_SIZE_VER7));
XLAT(x_perf_cache, "PERF_COUNT_HW_CACHE_???", X(PERF_COUNT_HW_CACHE_L1D),
     X(PERF_COUNT_HW_CACHE_L1I), X(PERF_COUNT_HW_CACHE_LL), X(PERF_COUNT_HW_CACHE_DTLB),
     X(PERF_COUNT_HW_CACHE_ITLB), X(PERF_COUNT_HW_CACHE_BPU), X(PERF_COUNT_HW_CACHE_NODE));
XLAT(x_perf_cache_op, "PERF_COUNT_HW_CACHE_OP_???", X(PERF_COUNT_HW_CACHE_OP_READ),
     X(PERF_COUNT_HW_CACHE_OP_WRITE), X(PERF_COUNT_HW_CACHE_OP_PREFETCH));
XLAT(x_perf_cache_res, "PERF_COUNT_HW_CACHE_RESULT_???", X(PERF_COUNT_HW_CACHE_RESULT_ACCESS),
     X(PERF_COUNT_HW_CACHE_RESULT_MISS));
XLAT(x_perf_sample, "PERF_SAMPLE_???", X(PERF_SAMPLE_IP), X(PERF_SAMPLE_TID), X(PERF_SAMPLE_TIME),
     X(PERF_SAMPLE_ADDR), X(PERF_SAMPLE_READ), X(PERF_SAMPLE_CALLCHAIN), X(PERF_SAMPLE_ID),
     X(PERF_SAMPLE_CPU), X(PERF_SAMPLE_PERIOD), X(PERF_SAMPLE_STREAM_ID), X(PERF_SAMPLE_RAW),
     X(PERF_SAMPLE_BRANCH_STACK), X(PERF_SAMPLE_REGS_USER), X(PERF_SAMPLE_STACK_USER),
     X(PERF_SAMPLE_WEIGHT), X(PERF_SAMPLE_DATA_SRC), X(PERF_SAMPLE_IDENTIFIER),
     X(PERF_SAMPLE_TRANSACTION), X(PERF_SAMPLE_REGS_INTR), X(PERF_SAMPLE_PHYS_ADDR),
     X(PERF_SAMPLE_AUX), X(PERF_SAMPLE_CGROUP), X(PERF_SAMPLE_DATA_PAGE_SIZE),
     X(PERF_SAMPLE_CODE_PAGE_SIZE), X(PERF_SAMPLE_WEIGHT_STRUCT));
XLAT(x_perf_read, "PERF_FORMAT_???", X(PERF_FORMAT_TOTAL_TIME_ENABLED),
     X(PERF_FORMAT_TOTAL_TIME_RUNNING), X(PERF_FORMAT_ID), X(PERF_FORMAT_GROUP),
     X(PERF_FORMAT_LOST));
XLAT(x_hw_bp, "HW_BREAKPOINT_???", X(HW_BREAKPOINT_EMPTY), X(HW_BREAKPOINT_R), X(HW_BREAKPOINT_W),
     X(HW_BREAKPOINT_RW), X(HW_BREAKPOINT_X));
XLAT(x_perf_branch, "PERF_SAMPLE_BRANCH_???", X(PERF_SAMPLE_BRANCH_USER),
     X(PERF_SAMPLE_BRANCH_KERNEL), X(PERF_SAMPLE_BRANCH_HV), X(PERF_SAMPLE_BRANCH_ANY),
     X(PERF_SAMPLE_BRANCH_ANY_CALL), X(PERF_SAMPLE_BRANCH_ANY_RETURN),
     X(PERF_SAMPLE_BRANCH_IND_CALL), X(PERF_SAMPLE_BRANCH_ABORT_TX), X(PERF_SAMPLE_BRANCH_IN_TX),
     X(PERF_SAMPLE_BRANCH_NO_TX), X(PERF_SAMPLE_BRANCH_COND), X(PERF_SAMPLE_BRANCH_CALL_STACK),
     X(PERF_SAMPLE_BRANCH_IND_JUMP), X(PERF_SAMPLE_BRANCH_CALL), X(PERF_SAMPLE_BRANCH_NO_FLAGS),
     X(PERF_SAMPLE_BRANCH_NO_CYCLES), X(PERF_SAMPLE_BRANCH_TYPE_SAVE),
     X(PERF_SAMPLE_BRANCH_HW_INDEX), X(PERF_SAMPLE_BRANCH_PRIV_SAVE));

/* The bits behind read_format, from the lowest on; precise_ip is two of them. */
static const char *const bits[] = {"disabled",
				   "inherit",
				   "pinned",
				   "exclusive",
				   "exclude_user",
				   "exclude_kernel",
				   "exclude_hv",
				   "exclude_idle",
				   "mmap",
				   "comm",
				   "freq",
				   "inherit_stat",
				   "enable_on_exec",
				   "task",
				   "watermark",
				   "precise_ip",
				   NULL,
				   "mmap_data",
				   "sample_id_all",
				   "exclude_host",
				   "exclude_guest",
				   "exclude_callchain_kernel",
				   "exclude_callchain_user",
				   "mmap2",
				   "comm_exec",
				   "use_clockid",
				   "context_switch",
				   "write_backward",
				   "namespaces",
				   "ksymbol",
				   "bpf_event",
				   "aux_output",
				   "cgroup",
				   "text_poke",
				   "build_id",
				   "inherit_thread",
				   "remove_on_exec",
				   "sigtrap"};
#define BITS_AT	    40 /* where they are in the struct */
#define PRECISE_BIT 15

static u64 bits_of(const struct perf_event_attr *a)
{
	return value_int((const u8 *)a + BITS_AT, 8);
}

static void put_bits(struct tline *t, const struct perf_event_attr *a)
{
	static const char *const precise[] = {"arbitrary skid", "constant skid",
					      "requested to have 0 skid", "must have 0 skid"};
	u64 v = bits_of(a), rest = v >> ARRAY_SIZE(bits);

	for (u32 i = 0; i < ARRAY_SIZE(bits); i++) {
		if (i == PRECISE_BIT)
			put_fmt(t, ", precise_ip=%u /* %s */", a->precise_ip,
				precise[a->precise_ip]);
		else if (bits[i] && (!t->abbrev || (v >> i & 1)))
			put_fmt(t, ", %s=%u", bits[i], (u32)(v >> i & 1));
	}
	if (rest)
		put_fmt(t, ", __reserved_1=%#llx /* Bits 63..38 */", (unsigned long long)rest);
}

/* The number of a PMU above the rest of a configuration */
static void put_pmu(struct tline *t, u64 config)
{
	if (!(config >> 32))
		return;
	put_hex(t, config >> 32);
	put(t, "<<32|");
}

static void put_config(struct tline *t, u32 type, u64 config)
{
	put(t, ", config=");
	switch (type) {
	case PERF_TYPE_HARDWARE:
		put_pmu(t, config);
		put_val(t, &x_perf_hw, (u32)config);
		break;
	case PERF_TYPE_SOFTWARE:
		put_val(t, &x_perf_sw, config);
		break;
	case PERF_TYPE_TRACEPOINT:
		put_udec(t, config);
		break;
	case PERF_TYPE_HW_CACHE:
		put_pmu(t, config);
		if ((u32)config >> 24)
			put_fmt(t, "%#x<<24|", (u32)config >> 24);
		put_val(t, &x_perf_cache_res, config >> 16 & 0xff);
		put(t, "<<16|");
		put_val(t, &x_perf_cache_op, config >> 8 & 0xff);
		put(t, "<<8|");
		put_val(t, &x_perf_cache, config & 0xff);
		break;
	default:
		put_hex(t, config);
		break;
	}
}

static void put_breakpoint_type(struct tline *t, u32 type)
{
	struct xlat_set names = x_hw_bp;

	if (type <= (HW_BREAKPOINT_X | HW_BREAKPOINT_RW))
		names.unknown = "HW_BREAKPOINT_INVALID";
	put(t, ", bp_type=");
	put_val(t, &names, type);
}

/* Whether a member begins in what the program has. */
#define HAS(member) (offsetof(struct perf_event_attr, member) < size)

/* The member of that name, part of which newer headers call otherwise. */
#define RESERVED_3 (offsetof(struct perf_event_attr, aux_sample_size) + sizeof(u32))

/* What later kernels have added, as far as there is something of it. */
static void put_later(struct tline *t, const struct perf_event_attr *a, u32 size)
{
	u32 reserved;

	if (HAS(bp_len)) {
		if (a->type == PERF_TYPE_BREAKPOINT)
			put_fmt(t, ", bp_len=%llu", (unsigned long long)a->bp_len);
		else
			put_fmt(t, ", config2=%#llx", (unsigned long long)a->config2);
	}
	if (HAS(branch_sample_type) && (a->sample_type & PERF_SAMPLE_BRANCH_STACK)) {
		put(t, ", branch_sample_type=");
		put_flags(t, &x_perf_branch, a->branch_sample_type);
	}
	if (HAS(sample_regs_user))
		put_fmt(t, ", sample_regs_user=%#llx", (unsigned long long)a->sample_regs_user);
	if (HAS(sample_stack_user) && (a->sample_type & PERF_SAMPLE_STACK_USER))
		put_fmt(t, ", sample_stack_user=%#x", a->sample_stack_user);
	if (HAS(clockid) && a->use_clockid) {
		put(t, ", clockid=");
		put_val(t, &x_clock, (u32)a->clockid);
	}
	if (HAS(sample_regs_intr))
		put_fmt(t, ", sample_regs_intr=%#llx", (unsigned long long)a->sample_regs_intr);
	if (HAS(aux_watermark))
		put_fmt(t, ", aux_watermark=%u", a->aux_watermark);
	if (HAS(sample_max_stack))
		put_fmt(t, ", sample_max_stack=%u", a->sample_max_stack);
	if (HAS(__reserved_2) && a->__reserved_2)
		put_fmt(t, " /* bytes 110..111: %#x */", a->__reserved_2);
	if (HAS(aux_sample_size))
		put_fmt(t, ", aux_sample_size=%u", a->aux_sample_size);
	memcpy(&reserved, (const char *)a + RESERVED_3, sizeof(reserved));
	if (RESERVED_3 < size && reserved)
		put_fmt(t, " /* bytes 116..119: %#x */", reserved);
	if (HAS(sig_data))
		put_fmt(t, ", sig_data=%#llx", (unsigned long long)a->sig_data);
}

/* `size` bytes of a; its size was `said` before the call. */
static void put_attr(struct tline *t, guest_addr at, const struct perf_event_attr *a, u32 size,
		     u32 said)
{
	u32 now;

	put(t, "{type=");
	put_val(t, &x_perf_type, a->type);
	put(t, ", size=");
	put_val(t, &x_perf_size, said);
	if (t->exiting && t->ret == -E2BIG) { /* the kernel says what it has */
		put(t, " => ");
		if (rd(t, &now, at + offsetof(struct perf_event_attr, size), sizeof(now)))
			put_val(t, &x_perf_size, now);
		else
			put(t, "???");
	}
	put_config(t, a->type, a->config);
	put(t, a->freq ? ", sample_freq=" : ", sample_period=");
	put_udec(t, a->sample_period);
	put(t, ", sample_type=");
	put_flags(t, &x_perf_sample, a->sample_type);
	put(t, ", read_format=");
	put_flags(t, &x_perf_read, a->read_format);
	put_bits(t, a);
	if (!t->abbrev) {
		put_fmt(t, a->watermark ? ", wakeup_watermark=%u" : ", wakeup_events=%u",
			a->wakeup_events);
		if (a->type == PERF_TYPE_BREAKPOINT)
			put_breakpoint_type(t, a->bp_type);
		put_fmt(t, a->type == PERF_TYPE_BREAKPOINT ? ", bp_addr=%#llx" : ", config1=%#llx",
			(unsigned long long)a->bp_addr);
		put_later(t, a, size);
	}
	put(t, said ? (said > size ? ", ...}" : "}") : size < PERF_ATTR_SIZE_VER0 ? ", ...}" : "}");
}

/* Reads as much as the program and this file know of. Returns how much, 0: it is not one. */
static u32 rd_attr(struct tline *t, guest_addr at, struct perf_event_attr *a, u32 said)
{
	u32 size = said ? (u32)MIN(said, sizeof(*a)) : PERF_ATTR_SIZE_VER0;

	if (size < PERF_ATTR_SIZE_VER0)
		return 0;
	if (t->abbrev)
		size = offsetof(struct perf_event_attr, wakeup_events);
	memset(a, 0, sizeof(*a));
	return rd(t, a, at, size) ? size : 0;
}

bool perf_attr(struct tline *t, guest_addr at)
{
	struct perf_event_attr a;
	u32 said = 0, size;

	if (t->exiting)
		said = (u32)t->saved;
	else if (!t->verbose || !rd(t, &said, at + offsetof(struct perf_event_attr, size), 4)) {
		put_addr(t, at);
		return true;
	}
	t->saved = said;
	size = rd_attr(t, at, &a, said);
	if (!size) {
		put_addr(t, at);
		return true;
	}
	if (t->exiting)
		put_attr(t, at, &a, size, said);
	return t->exiting;
}

bool perf_attr_at_entry(struct tline *t, guest_addr at, u64 len)
{
	struct perf_event_attr a;
	u32 said, size;

	(void)len;
	if (!rd(t, &said, at + offsetof(struct perf_event_attr, size), sizeof(said)) ||
	    !(size = rd_attr(t, at, &a, said)))
		put_addr(t, at);
	else
		put_attr(t, at, &a, size, said);
	return true;
}
