/* SPDX-License-Identifier: GPL-2.0-or-later */
/* prctl(2) and arch_prctl(2): what each operation makes of its arguments and of its result. */
#include <string.h>

#include "trace/flags.h"
#include "trace/flags_prctl.h"

static bool failed(const struct tline *t)
{
	return (u64)t->ret >= (u64)-4095L;
}

/* How an argument looks. */
enum prctl_kind {
	PK_DEC = 1, /* long */
	PK_UDEC,
	PK_HEX,
	PK_ADDR,
	PK_STR,
	PK_NAME, /* at most 15 bytes, which is what the kernel takes */
	PK_SIGNAL,
	PK_PID,
	PK_PTRACER,
	PK_FLAGS,
	PK_VAL,
	PK_VAL32,
	PK_TAGGED,
	PK_VL,	    /* a vector length and flags above it */
	PK_PIDTYPE, /* the number, and its name in a comment */
	PK_FPROG,   /* a seccomp filter */
	PK_VMA_LEN, /* of PR_SET_VMA_ANON_NAME; numbers for others */
	PK_VMA_NAME,
	PK_AMBIENT, /* a capability, for the operations that take one */
	PK_MCE,	    /* a policy, for the operation that sets one */
	PK_OUT,	    /* filled by the call: */
	PK_STR_OUT = PK_OUT,
	PK_INT_OUT,
	PK_SIGNAL_OUT,
	PK_VAL_OUT,
	PK_FLAGS_OUT,
	PK_ADDR_OUT,
	PK_COOKIE_OUT, /* of PR_SCHED_CORE_GET only */
};

struct prctl_arg {
	u8 kind;
	const struct xlat_set *set;
};
struct prctl_op {
	u32 op, n;
	struct prctl_arg arg[4];
	struct prctl_arg ret;
};

/* clang-format off */
#define D	{PK_DEC, NULL}
#define U	{PK_UDEC, NULL}
#define H	{PK_HEX, NULL}
#define P(k)	{PK_##k, NULL}
#define F(x)	{PK_FLAGS, &(x)}
#define V(x)	{PK_VAL, &(x)}
#define V32(x)	{PK_VAL32, &(x)}
#define O(k, x)	{PK_##k##_OUT, &(x)}
static const struct prctl_op ops[] = {
	{1, 1, {P(SIGNAL)}, {0}},
	{2, 1, {P(SIGNAL_OUT)}, {0}},
	{3, 0, {{0}}, V(x_dumpable)},
	{4, 1, {V(x_dumpable)}, {0}},
	{5, 1, {O(FLAGS, x_pr_unalign)}, {0}},
	{6, 1, {F(x_pr_unalign)}, {0}},
	{7, 0, {{0}}, {0}},
	{8, 1, {U}, {0}},
	{9, 1, {P(INT_OUT)}, {0}},
	{10, 1, {D}, {0}},
	{11, 1, {P(INT_OUT)}, {0}},
	{12, 1, {D}, {0}},
	{13, 0, {{0}}, {0}},
	{14, 1, {D}, {0}},
	{15, 1, {P(NAME)}, {0}},
	{16, 1, {P(STR_OUT)}, {0}},
	{19, 1, {P(INT_OUT)}, {0}},
	{20, 1, {D}, {0}},
	{21, 0, {{0}}, {0}},
	{22, 2, {V(x_pr_seccomp), P(FPROG)}, {0}},
	{23, 1, {V(x_cap)}, {0}},
	{24, 1, {V(x_cap)}, {0}},
	{25, 1, {O(VAL, x_pr_tsc)}, {0}},
	{26, 1, {V32(x_pr_tsc)}, {0}},
	{27, 0, {{0}}, F(x_pr_securebits)},
	{28, 1, {F(x_pr_securebits)}, {0}},
	{29, 1, {U}, {0}},
	{30, 0, {{0}}, {0}},
	{31, 0, {{0}}, {0}},
	{32, 0, {{0}}, {0}},
	{33, 4, {V(x_pr_mce), {PK_MCE, NULL}, H, H}, {0}},
	{34, 4, {H, H, H, H}, V(x_pr_mce_policy)},
	{35, 4, {V(x_prctl_mm), H, H, H}, {0}},
	{36, 1, {U}, {0}},
	{37, 1, {P(INT_OUT)}, {0}},
	{38, 4, {U, H, H, H}, {0}},
	{39, 4, {H, H, H, H}, {0}},
	{40, 1, {P(ADDR_OUT)}, {0}},
	{41, 4, {U, H, H, H}, {0}},
	{42, 4, {H, H, H, H}, {0}},
	{45, 1, {F(x_pr_fp_mode)}, {0}},
	{46, 0, {{0}}, F(x_pr_fp_mode)},
	{47, 4, {V(x_pr_cap_ambient), {PK_AMBIENT, NULL}, H, H}, {0}},
	{50, 1, {P(VL)}, {PK_VL, &x_pr_vl}},
	{51, 0, {{0}}, {PK_VL, &x_pr_vl}},
	{52, 1, {V(x_pr_spec)}, F(x_pr_spec_get)},
	{53, 2, {V(x_pr_spec), V(x_pr_spec_set)}, {0}},
	{54, 4, {F(x_pr_pac), H, H, H}, {0}},
	{55, 4, {P(TAGGED), H, H, H}, {0}},
	{56, 4, {H, H, H, H}, {PK_TAGGED, NULL}},
	{57, 4, {U, H, H, H}, {0}},
	{58, 4, {H, H, H, H}, {0}},
	{59, 4, {V(x_pr_dispatch), H, H, P(ADDR)}, {0}},
	{60, 4, {F(x_pr_pac_enabled), F(x_pr_pac_enabled), H, H}, {0}},
	{61, 4, {H, H, H, H}, F(x_pr_pac_enabled)},
	{62, 4, {V32(x_pr_sched_core), P(PID), P(PIDTYPE), P(COOKIE_OUT)}, {0}},
	{63, 1, {{PK_VL, &x_pr_sme_vl}}, {PK_VL, &x_pr_sme_vl}},
	{64, 0, {{0}}, {PK_VL, &x_pr_sme_vl}},
	{0x59616d61, 1, {P(PTRACER)}, {0}},
	{0x53564d41, 4, {V(x_pr_set_vma), P(ADDR), {PK_VMA_LEN, NULL}, {PK_VMA_NAME, NULL}}, {0}},
};
/* clang-format on */

static const struct prctl_op *find(u32 op)
{
	static const struct prctl_op other = {0, 4, {H, H, H, H}, {0}};

	for (size_t i = 0; i < ARRAY_SIZE(ops); i++)
		if (ops[i].op == op)
			return &ops[i];
	return &other;
}

u32 prctl_nargs(const struct tline *t)
{
	u32 op = (u32)t->arg[0], how = (u32)t->arg[1];

	if (op == 22) /* PR_SET_SECCOMP: one for SECCOMP_MODE_STRICT, the filter for ..._FILTER */
		return how == 1 ? 1 : how == 2 ? 2 : 4;
	return find(op)->n;
}

bool prctl_is_out(const struct tline *t, u32 i)
{
	const struct prctl_arg *a = &find((u32)t->arg[0])->arg[i - 1];

	if (a->kind == PK_COOKIE_OUT)
		return (u32)t->arg[1] == 0; /* PR_SCHED_CORE_GET */
	return a->kind >= PK_OUT;
}

/* In the form that -X asks for: the names, or the number with them in a comment. */
static bool begin_names(struct tline *t, u64 v)
{
	if (consts() != CONST_ABBREV)
		put_hex(t, v);
	if (consts() == CONST_RAW)
		return false;
	if (consts() == CONST_VERBOSE)
		put(t, " /* ");
	return true;
}

static void end_names(struct tline *t)
{
	if (consts() == CONST_VERBOSE)
		put(t, " */");
}

static void put_tagged(struct tline *t, u64 v)
{
	u64 rest = v & ~0x7ffffULL;

	if (!begin_names(t, v))
		return;
	put(t, v & 1 ? "PR_TAGGED_ADDR_ENABLE|" : "!PR_TAGGED_ADDR_ENABLE|");
	put(t, xlat_name(&x_pr_mte, v & 6));
	if (v >> 3 & 0xffff) {
		putch(t, '|');
		put_hex(t, v >> 3 & 0xffff);
		put(t, "<<PR_MTE_TAG_SHIFT");
	}
	if (rest) {
		putch(t, '|');
		put_hex(t, rest);
	}
	end_names(t);
}

static void put_vl(struct tline *t, const struct xlat_set *set, u64 v)
{
	if (!(v & ~0xffffULL)) {
		put_hex(t, v);
		return;
	}
	if (!begin_names(t, v))
		return;
	put_names(t, &(struct xlat_set){set->v, set->n, NULL}, v & ~0xffffULL);
	putch(t, '|');
	put_hex(t, v & 0xffff);
	end_names(t);
}

static bool put_out(struct tline *t, const struct prctl_arg *a, u64 v)
{
	u64 word;
	s32 n;

	if (failed(t))
		return false;
	if (a->kind == PK_STR_OUT) {
		put_str(t, v);
		return true;
	}
	if (a->kind == PK_COOKIE_OUT || a->kind == PK_ADDR_OUT) {
		if (a->kind == PK_COOKIE_OUT ? !rd(t, &word, v, 8) : !rd_word(t, v, &word))
			return false;
		putch(t, '[');
		(a->kind == PK_COOKIE_OUT ? put_hex : put_addr)(t, word);
		putch(t, ']');
		return true;
	}
	if (!rd(t, &n, v, 4))
		return false;
	putch(t, '[');
	if (a->kind == PK_SIGNAL_OUT && n)
		put_signal(t, n);
	else if (a->kind == PK_VAL_OUT)
		put_val(t, a->set, (u32)n);
	else if (a->kind == PK_FLAGS_OUT)
		put_flags(t, a->set, (u32)n);
	else
		put_dec(t, n);
	putch(t, ']');
	return true;
}

static void put_arg(struct tline *t, const struct prctl_arg *a, u64 v)
{
	static const char *const pidtypes[] = {"PID", "TGID", "PGID", "SID"};

	switch (a->kind) {
	case PK_DEC:
		put_dec(t, t->compat ? (s32)v : (s64)v);
		break;
	case PK_UDEC:
		put_udec(t, v);
		break;
	case PK_ADDR:
		put_addr(t, v);
		break;
	case PK_STR:
		put_str(t, v);
		break;
	case PK_NAME:
		put_name_n(t, v, 15);
		break;
	case PK_SIGNAL:
		if (v < 65)
			put_signal(t, (int)v);
		else
			put_udec(t, v);
		break;
	case PK_PID: /* of the kind that the next argument says */
		put_pid_kind(t, (s32)v, (enum pid_kind)((u32)t->arg[3] & 3));
		break;
	case PK_PTRACER:
		if ((s32)v != -1)
			put_pid(t, (s32)v);
		else if (consts() == CONST_RAW)
			put(t, "-1");
		else if (consts() == CONST_VERBOSE)
			put(t, "-1 /* PR_SET_PTRACER_ANY */");
		else
			put(t, "PR_SET_PTRACER_ANY");
		break;
	case PK_FLAGS:
		put_flags(t, a->set, v);
		break;
	case PK_VAL:
		if (a->set == &x_pr_spec_set && !xlat_name(&x_pr_spec, t->arg[1]))
			put_hex(t, v); /* of what is not known */
		else
			put_val(t, a->set, v);
		break;
	case PK_VAL32:
		put_val(t, a->set, (u32)v);
		break;
	case PK_TAGGED:
		put_tagged(t, v);
		break;
	case PK_VL:
		put_vl(t, a->set ? a->set : &x_pr_vl, v);
		break;
	case PK_PIDTYPE:
		put_hex(t, (u32)v);
		if (consts() == CONST_RAW)
			break;
		put_fmt(t, " /* PIDTYPE_%s */", (u32)v < 4 ? pidtypes[(u32)v] : "???");
		break;
	case PK_VMA_LEN:
		(t->arg[1] ? put_hex : put_udec)(t, v);
		break;
	case PK_VMA_NAME:
		(t->arg[1] ? put_hex : put_str)(t, v);
		break;
	case PK_AMBIENT:
		if (t->arg[1] >= 1 && t->arg[1] <= 3)
			put_val(t, &x_cap, v);
		else
			put_hex(t, v);
		break;
	case PK_MCE:
		if (t->arg[1] == 1)
			put_val(t, &x_pr_mce_policy, v);
		else
			put_hex(t, v);
		break;
	case PK_FPROG:
		if ((u32)t->arg[1] != 2) { /* no SECCOMP_MODE_FILTER: no filter */
			put_hex(t, v);
			break;
		}
		put_fprog(t, v, true);
		break;
	default:
		put_hex(t, v);
		break;
	}
}

bool prctl_arg(struct tline *t, u64 v)
{
	const struct prctl_arg *a = &find((u32)t->arg[0])->arg[t->index - 1];

	if (a->kind >= PK_OUT) {
		if (a->kind == PK_COOKIE_OUT && (u32)t->arg[1] != 0)
			return false;
		return put_out(t, a, v);
	}
	put_arg(t, a, v);
	return true;
}

bool prctl_result_has_name(const struct tline *t)
{
	const struct prctl_arg *a = &find((u32)t->arg[0])->ret;

	if (a->set == &x_pr_spec_get && !xlat_name(&x_pr_spec, t->arg[1]))
		return false;
	return a->kind && a->kind != PK_VAL;
}

static u64 flags_of(const struct xlat_set *set)
{
	u64 all = 0;

	for (size_t i = 0; i < set->n; i++)
		all |= set->v[i].val;
	return all;
}

void ret_prctl(struct tline *t)
{
	const struct prctl_arg *a = &find((u32)t->arg[0])->ret;

	if (!a->kind || topt.consts == CONST_RAW)
		return;
	if (a->set == &x_pr_spec_get && !xlat_name(&x_pr_spec, t->arg[1]))
		return;
	if (a->kind == PK_FLAGS && t->ret && !((u64)t->ret & flags_of(a->set)))
		return;
	if (a->kind != PK_VAL && a->kind != PK_TAGGED &&
	    ((!t->ret && !(a->kind == PK_FLAGS && xlat_name(a->set, 0))) ||
	     (a->kind == PK_VL && !((u64)t->ret & ~0xffffULL))))
		return;
	consts_as = 1 + CONST_ABBREV; /* the number stands before it */
	put(t, " (");
	put_arg(t, a, (u64)t->ret);
	putch(t, ')');
	consts_as = 0;
}

#define ARCH_XFEATURES(op) ((op) == 0x1021 || (op) == 0x1022 || (op) == 0x1024)

#define ARCH_XFEATURES_SET(op) ((op) == 0x1023 || (op) == 0x1025) /* ARCH_REQ_XCOMP_PERM, .. */

bool arch_prctl_is_out(const struct tline *t)
{
	u64 op = t->arg[0];

	return op == 0x1003 || op == 0x1004 || ARCH_XFEATURES(op);
}

static void put_xfeatures(struct tline *t, u64 v)
{
	if (topt.consts == CONST_ABBREV) /* a mask is shown with its number */
		consts_as = 1 + CONST_VERBOSE;
	put_flags(t, &x_xfeature_mask, v);
	consts_as = 0;
}

void ret_arch_prctl(struct tline *t)
{
	if (!ARCH_XFEATURES_SET(t->arg[0]) || consts() == CONST_RAW ||
	    !((u64)t->ret & flags_of(&x_xfeature_mask)))
		return;
	put(t, " (");
	put_names(t, &x_xfeature_mask, (u64)t->ret);
	putch(t, ')');
}

bool arch_prctl_result_is_hex(const struct tline *t)
{
	return ARCH_XFEATURES_SET(t->arg[0]) && t->ret;
}

bool arch_prctl_arg(struct tline *t, u64 v)
{
	u64 op = t->arg[0], word;

	if (arch_prctl_is_out(t)) { /* ARCH_GET_FS, ARCH_GET_GS; the XCOMP ones */
		if (failed(t))
			return false;
		if (ARCH_XFEATURES(op) ? !rd(t, &word, v, 8) : !rd_word(t, v, &word))
			return false;
		putch(t, '[');
		if (ARCH_XFEATURES(op))
			put_xfeatures(t, word);
		else
			put_addr(t, word);
		putch(t, ']');
	} else if (ARCH_XFEATURES_SET(op)) {
		const char *s = xlat_name(&x_xfeature, v);

		put_hex(t, v);
		if (consts() != CONST_RAW)
			put_fmt(t, " /* %s */", s ? s : "XFEATURE_???");
	} else {
		put_hex(t, v);
	}
	return true;
}
