/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Classic BPF programs: struct sock_fprog of seccomp(2), prctl(2) and SO_ATTACH_FILTER. */
#include "trace/flags.h"
#include "trace/flags_filter.h"

#define FILTER_MAX 4096 /* BPF_MAXINSNS: the kernel takes no more */

struct insn {
	u16 code;
	u8 jt, jf;
	u32 k;
};

/* The opcode: class, size or source, and mode or operation, as the class has them. */
static void put_code(struct tline *t, u16 code)
{
	u32 class = code & 7, rest = 0;

	put_val(t, &x_bpf_class, class);
	switch (class) {
	case 0: /* BPF_LD, BPF_LDX */
	case 1:
		putch(t, '|');
		put_val(t, &x_bpf_size, code & 0x18);
		putch(t, '|');
		put_val(t, &x_bpf_mode, code & 0xe0);
		break;
	case 4: /* BPF_ALU, BPF_JMP */
	case 5:
		putch(t, '|');
		put_val(t, &x_bpf_src, code & 8);
		putch(t, '|');
		put_val(t, class == 4 ? &x_bpf_op_alu : &x_bpf_op_jmp, code & 0xf0);
		break;
	case 6: /* BPF_RET */
		putch(t, '|');
		put_val(t, &x_bpf_rval, code & 0x18);
		rest = code & 0xffe0;
		break;
	case 7: /* BPF_MISC */
		putch(t, '|');
		put_val(t, &x_bpf_misc, code & 0xf8);
		rest = code & 0xff00;
		break;
	default:
		rest = code & 0xfff8;
		break;
	}
	if (rest)
		put_fmt(t, "|%#x /* BPF_??? */", rest);
}

static void put_k(struct tline *t, const struct insn *i, bool seccomp)
{
	u32 k = i->k;

	if (seccomp && i->code == 6) { /* BPF_RET|BPF_K */
		put_val(t, &x_seccomp_ret, k & 0xffff0000);
		if (k & 0xffff) {
			putch(t, '|');
			put_hex(t, k & 0xffff);
		}
	} else if (!seccomp && (i->code & 7) == 0 && k >= 0xffe00000) {
		if (k >= 0xfffff000) { /* SKF_AD_OFF */
			put_const(t, "SKF_AD_OFF", 0xfffff000);
			putch(t, '+');
			put_val(t, &x_skf_ad, k - 0xfffff000);
		} else if (k >= 0xfff00000) {
			put_const(t, "SKF_NET_OFF", 0xfff00000);
			putch(t, '+');
			put_udec(t, k - 0xfff00000);
		} else {
			put_const(t, "SKF_LL_OFF", 0xffe00000);
			putch(t, '+');
			put_udec(t, k - 0xffe00000);
		}
	} else {
		put_hex(t, k);
	}
}

void put_filter(struct tline *t, guest_addr a, u32 n, bool seccomp)
{
	struct insn i;

	if (!a || (n && !rd(t, &i, a, sizeof(i)))) {
		put_addr(t, a);
		return;
	}
	putch(t, '[');
	for (u32 k = 0; k < n; k++) {
		if (k)
			put(t, ", ");
		if (k >= FILTER_MAX) {
			put(t, "...");
			break;
		}
		if (!rd(t, &i, a + k * sizeof(i), sizeof(i))) {
			put_fmt(t, "... /* %#llx */", (unsigned long long)(a + k * sizeof(i)));
			break;
		}
		put(t, i.jt || i.jf ? "BPF_JUMP(" : "BPF_STMT(");
		put_code(t, i.code);
		put(t, ", ");
		put_k(t, &i, seccomp);
		if (i.jt || i.jf) {
			put(t, ", ");
			put_hex(t, i.jt);
			put(t, ", ");
			put_hex(t, i.jf);
		}
		putch(t, ')');
	}
	putch(t, ']');
}

bool put_fprog(struct tline *t, guest_addr a, bool seccomp)
{
	u64 filter;
	u16 len;

	if (!a || !rd(t, &len, a, 2) || !rd_word(t, a + word_size(t), &filter)) {
		put_addr(t, a);
		return true;
	}
	put_fmt(t, "{len=%u, filter=", len);
	if (t->abbrev)
		put_addr(t, filter);
	else
		put_filter(t, filter, len, seccomp);
	putch(t, '}');
	return true;
}
