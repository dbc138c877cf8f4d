/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ptrace(2): what its address and its data are says the request. */
#include <elf.h>
#include <linux/audit.h>
#include <string.h>
#include <sys/ptrace.h>

#include "trace/flags.h"
#include "trace/flags_rare.h"
#include "trace/value.h"

/* Names that glibc's and the kernel's headers have of requests in different ways */
enum {
	REQ_PEEKTEXT = 1,
	REQ_PEEKDATA,
	REQ_PEEKUSER,
	REQ_POKEUSER = 6,
	REQ_CONT,
	REQ_KILL,
	REQ_SINGLESTEP,
	REQ_GETREGS = 12,
	REQ_SETREGS,
	REQ_GETFPREGS,
	REQ_SETFPREGS,
	REQ_ATTACH,
	REQ_DETACH,
	REQ_OLDSETOPTIONS = 21,
	REQ_SYSCALL = 24,
	REQ_SYSEMU = 31,
	REQ_SYSEMU_SINGLESTEP,
	REQ_SINGLEBLOCK,
};

void redirect_ptrace(struct tline *t)
{
	t->kind[0] = K_X_PTRACE_REQ;
	t->kind[1] = K_X_TGID;
	t->kind[2] = K_X_PTRACE_ADDR;
	t->kind[3] = K_X_PTRACE_DATA;
	switch (t->arg[0]) {
	case PTRACE_TRACEME:
		t->nargs = 1;
		break;
	case REQ_KILL:
	case REQ_ATTACH:
	case PTRACE_INTERRUPT:
	case PTRACE_LISTEN:
		t->nargs = 2;
		break;
	case REQ_GETREGS:
	case REQ_SETREGS:
	case REQ_GETFPREGS:
	case REQ_SETFPREGS:
		t->kind[2] = K_X_DROP;
		break;
	case REQ_CONT:
	case REQ_SINGLESTEP:
	case REQ_DETACH:
	case REQ_SYSCALL:
	case REQ_SYSEMU:
	case REQ_SYSEMU_SINGLESTEP:
	case REQ_SINGLEBLOCK:
		t->kind[3] = K_SIG;
		break;
	case PTRACE_SETOPTIONS:
	case PTRACE_SEIZE:
	case REQ_OLDSETOPTIONS:
		t->kind[3] = K_X_SET_FLAGS64;
		t->set[3] = &x_ptrace_o;
		break;
	default:
		break;
	}
}

/* ---- The address ---- */

#define OFFSET(off, member) XV(off, "offsetof(struct user, " #member ")")

/* In order; a 32-bit tracer's are shown by these names, too. */
XLAT(x_user_offsets, NULL, XV(0, "8*R15"), XV(8, "8*R14"), XV(16, "8*R13"), XV(24, "8*R12"),
     XV(32, "8*RBP"), XV(40, "8*RBX"), XV(48, "8*R11"), XV(56, "8*R10"), XV(64, "8*R9"),
     XV(72, "8*R8"), XV(80, "8*RAX"), XV(88, "8*RCX"), XV(96, "8*RDX"), XV(104, "8*RSI"),
     XV(112, "8*RDI"), XV(120, "8*ORIG_RAX"), XV(128, "8*RIP"), XV(136, "8*CS"), XV(144, "8*EFL"),
     XV(152, "8*RSP"), XV(160, "8*SS"), OFFSET(216, u_fpvalid), OFFSET(224, i387),
     OFFSET(736, u_tsize), OFFSET(744, u_dsize), OFFSET(752, u_ssize), OFFSET(760, start_code),
     OFFSET(768, start_stack), OFFSET(776, signal), OFFSET(784, reserved), OFFSET(792, u_ar0),
     OFFSET(800, u_fpstate), OFFSET(808, magic), OFFSET(816, u_comm), OFFSET(848, u_debugreg),
     XV(912, "sizeof(struct user)"));

static void put_user_offset(struct tline *t, u64 off)
{
	const struct xlat *at = NULL;

	for (size_t i = 0; i < x_user_offsets.n; i++)
		if (x_user_offsets.v[i].val <= off)
			at = &x_user_offsets.v[i];
	if (off > 912)
		at = NULL;
	if (!at || consts() != CONST_ABBREV)
		put_addr(t, off);
	if (!at || consts() == CONST_RAW)
		return;
	put(t, consts() == CONST_VERBOSE ? " /* " : "");
	put(t, at->str);
	if (at->val != off)
		put_fmt(t, "+%u", (u32)(off - at->val));
	put(t, consts() == CONST_VERBOSE ? " */" : "");
}

XLAT(x_peeksiginfo, "PTRACE_PEEKSIGINFO_???", XV(1, "PTRACE_PEEKSIGINFO_SHARED"));
#define PEEK(m, kind, set) FIELD(struct __ptrace_peeksiginfo_args, m, kind, set)
RECORD(r_peeksiginfo, struct __ptrace_peeksiginfo_args, PEEK(off, V_U, NULL),
       PEEK(flags, V_FLAGS, &x_peeksiginfo), PEEK(nr, V_U, NULL));

bool dec_ptrace(struct tline *t, u16 kind, u64 v)
{
	if (kind == K_X_PTRACE_REQ) {
		put_val(t, &x_ptrace, v);
		return true;
	}
	if (kind != K_X_PTRACE_ADDR)
		return false;
	switch (t->arg[0]) {
	case REQ_PEEKUSER:
	case REQ_POKEUSER:
		put_user_offset(t, v);
		return true;
	case PTRACE_GETREGSET:
	case PTRACE_SETREGSET:
		put_val(t, &x_elf_note, v);
		return true;
	case PTRACE_GETSIGMASK:
	case PTRACE_SETSIGMASK:
	case PTRACE_SECCOMP_GET_FILTER:
	case PTRACE_SECCOMP_GET_METADATA:
	case PTRACE_GET_SYSCALL_INFO:
		put_udec(t, v);
		return true;
	case PTRACE_PEEKSIGINFO:
		return t->verbose && put_record(t, &r_peeksiginfo, v);
	default:
		return false;
	}
}

/* ---- Registers ---- */

static void put_words(struct tline *t, const char *const *names, u32 n, guest_addr a, u64 size)
{
	u32 width = (u32)word_size(t);
	u64 v;

	for (u32 i = 0; i < n && i * width < size; i++) {
		if (!rd_word(t, a + i * width, &v))
			return;
		put_fmt(t, "%s%s=", i ? ", " : "", names[i]);
		put_hex(t, v);
	}
}

static void put_general(struct tline *t, guest_addr a, u64 size)
{
	static const char *const native[] = {
		"r15",	  "r14", "r13", "r12",	   "rbp",     "rbx", "r11",	 "r10", "r9",
		"r8",	  "rax", "rcx", "rdx",	   "rsi",     "rdi", "orig_rax", "rip", "cs",
		"eflags", "rsp", "ss",	"fs_base", "gs_base", "ds",  "es",	 "fs",	"gs",
	};
	static const char *const compat[] = {
		"ebx", "ecx", "edx",	  "esi", "edi", "ebp",	  "eax", "xds", "xes",
		"xfs", "xgs", "orig_eax", "eip", "xcs", "eflags", "esp", "xss",
	};

	if (t->compat)
		put_words(t, compat, ARRAY_SIZE(compat), a, size);
	else
		put_words(t, native, ARRAY_SIZE(native), a, size);
}

/* "cwd=..." up to the registers themselves */
#define FP(name, off, size)                                                                        \
	{                                                                                          \
		name, off, 0, F_ALWAYS,                                                            \
		{                                                                                  \
			V_X, size, NULL                                                            \
		}                                                                                  \
	}
static const struct field fp_fields[] = {
	FP("cwd", 0, 2), FP("swd", 2, 2),  FP("ftw", 4, 2),    FP("fop", 6, 2),
	FP("rip", 8, 8), FP("rdp", 16, 8), FP("mxcsr", 24, 4), FP("mxcr_mask", 28, 4),
};
static const struct record r_fp = {fp_fields, ARRAY_SIZE(fp_fields), 32, 0, 0, NULL};

/* What of an array of 32-bit words lies in the first `size` bytes */
static void put_part(struct tline *t, const char *name, guest_addr a, u32 from, u32 to, u64 size)
{
	static const struct value words = {V_XINTS, 4, NULL};

	if (size <= from)
		return;
	put_field(t, name);
	put_value(t, &words, a + from, MIN(size, to) - from);
}

static void put_floating(struct tline *t, guest_addr a, u64 size)
{
	static const char *const compat[] = {"cwd", "swd", "twd", "fip", "fcs", "foo", "fos"};

	if (t->compat) {
		put_words(t, compat, ARRAY_SIZE(compat), a, size);
		put_part(t, "st_space", a, 28, 108, size);
		return;
	}
	put_fields(t, &r_fp, a, 0, size);
	put_part(t, "st_space", a, 32, 160, size);
	put_part(t, "xmm_space", a, 160, 416, size);
	put_part(t, "padding", a, 416, 512, size);
}

/* `size` bytes of registers, of which there are `all` */
static void put_registers(struct tline *t, guest_addr a, u64 size, bool floating)
{
	u32 all = floating ? (t->compat ? 108 : 512) : (t->compat ? 68 : 216);
	u8 b[512];

	if (!size || size % word_size(t) || !a || (t->exiting && (u64)t->ret >= (u64)-4095L) ||
	    !rd(t, b, a, MIN(size, all))) {
		put_addr(t, a);
		return;
	}
	putch(t, '{');
	(floating ? put_floating : put_general)(t, a, MIN(size, all));
	put(t, size > all ? ", ...}" : "}");
}

static void put_regset(struct tline *t, const u64 iov[2], u64 note)
{
	put(t, "{iov_base=");
	if (note == NT_PRSTATUS || note == NT_FPREGSET)
		put_registers(t, iov[0], iov[1], note == NT_FPREGSET);
	else
		put_addr(t, iov[0]);
	put(t, ", iov_len=");
}

/* Both have a struct iovec, whose length the kernel changes. */
static bool getregset(struct tline *t, guest_addr a)
{
	u64 iov[2];

	if (!rd_word(t, a, &iov[0]) || !rd_word(t, a + word_size(t), &iov[1])) {
		put_addr(t, a);
		return true;
	}
	if (!t->exiting) {
		t->saved = iov[1];
		return false;
	}
	put_regset(t, iov, t->arg[2]);
	put_udec(t, t->saved);
	if (iov[1] != t->saved) {
		put(t, " => ");
		put_udec(t, iov[1]);
	}
	putch(t, '}');
	return true;
}

static bool setregset(struct tline *t, guest_addr a)
{
	u64 iov[2];
	bool got = rd_word(t, a, &iov[0]) && rd_word(t, a + word_size(t), &iov[1]);

	if (t->exiting) {
		if (got && iov[1] != t->saved) {
			put(t, " => ");
			put_udec(t, iov[1]);
		}
		putch(t, '}');
		return true;
	}
	if (!got) {
		put_addr(t, a);
		return true;
	}
	put_regset(t, iov, t->arg[2]);
	put_udec(t, iov[1]);
	t->saved = iov[1];
	return false;
}

/* ---- Other data ---- */

void put_syscall_nr(struct tline *t, u64 nr, u32 arch)
{
	enum abi abi = arch == AUDIT_ARCH_I386 ? ABI_32 : ABI_64;
	bool known = arch == AUDIT_ARCH_I386 || arch == AUDIT_ARCH_X86_64, comment;
	const char *name = known ? trace_call_name(abi, (u32)nr) : NULL;
	bool own = name && t->compat == (abi == ABI_32);

	if (!own || consts() != CONST_ABBREV)
		put_udec(t, nr);
	if (!name || consts() == CONST_RAW)
		return;
	comment = !own || consts() == CONST_VERBOSE;
	put(t, comment ? " /* " : "");
	put(t, own ? "__NR_" : "");
	put(t, name);
	put(t, comment ? " */" : "");
}

static bool seccomp_metadata(struct tline *t, guest_addr a)
{
	u64 size = t->exiting ? (u64)t->ret : t->arg[2], v;

	if (!t->exiting) {
		if (size < sizeof(v) || !rd(t, &v, a, sizeof(v))) {
			put_addr(t, a);
			return true;
		}
		put(t, "{filter_off=");
		put_udec(t, v);
		return false;
	}
	if (size < (u64)-4095L && size > sizeof(v)) {
		put(t, ", ");
		if (size < 2 * sizeof(v) || !rd(t, &v, a + sizeof(v), sizeof(v))) {
			put(t, "???");
		} else {
			put(t, "flags=");
			put_flags(t, &x_seccomp_flags, v);
			put(t, size > 2 * sizeof(v) ? ", ..." : "");
		}
	}
	putch(t, '}');
	return true;
}

XLAT(x_syscall_info, "PTRACE_SYSCALL_INFO_???", X(PTRACE_SYSCALL_INFO_NONE),
     X(PTRACE_SYSCALL_INFO_ENTRY), X(PTRACE_SYSCALL_INFO_EXIT), X(PTRACE_SYSCALL_INFO_SECCOMP));
#define INFO(m, kind, set) FIELD(struct __ptrace_syscall_info, m, kind, set)
RECORD(r_syscall_info, struct __ptrace_syscall_info, INFO(op, V_VAL, &x_syscall_info),
       INFO(arch, V_VAL, &x_audit_arch), INFO(instruction_pointer, V_ADDR, NULL),
       INFO(stack_pointer, V_ADDR, NULL));
#define INFO_END(m) REC_SIZE(struct __ptrace_syscall_info, m)

static void put_info_call(struct tline *t, guest_addr a, u64 size,
			  const struct __ptrace_syscall_info *info)
{
	static const struct value words = {V_XINTS, 8, NULL};
	u64 from = offsetof(struct __ptrace_syscall_info, entry.args);
	bool seccomp = info->op == PTRACE_SYSCALL_INFO_SECCOMP;

	put_fmt(t, ", %s={nr=", seccomp ? "seccomp" : "entry");
	put_syscall_nr(t, info->entry.nr, info->arch);
	if (size - from >= 8) {
		put(t, ", args=");
		put_value(t, &words, a + from, MIN(size - from, 6 * 8));
	}
	if (seccomp && size >= INFO_END(seccomp.ret_data))
		put_fmt(t, ", ret_data=%u", info->seccomp.ret_data);
	putch(t, '}');
}

static bool syscall_info(struct tline *t, guest_addr a, u64 user)
{
	struct __ptrace_syscall_info info = {0};
	u64 size = MIN(MIN(user, (u64)t->ret), INFO_END(seccomp.ret_data));
	bool has_error = size >= INFO_END(exit.is_error);

	if (!size || !rd(t, &info, a, size))
		return false;
	putch(t, '{');
	/* a member is there as a whole, or not at all */
	put_fields(t, &r_syscall_info, a, 0,
		   size < INFO_END(arch)		  ? INFO_END(op)
		   : size < INFO_END(instruction_pointer) ? INFO_END(arch)
		   : size < INFO_END(stack_pointer)	  ? INFO_END(instruction_pointer)
							  : INFO_END(stack_pointer));
	if (size >= INFO_END(entry.nr)) {
		if (info.op == PTRACE_SYSCALL_INFO_ENTRY || info.op == PTRACE_SYSCALL_INFO_SECCOMP)
			put_info_call(t, a, size, &info);
		if (info.op == PTRACE_SYSCALL_INFO_EXIT) {
			put(t, ", exit={rval=");
			if (has_error && info.exit.is_error)
				put_error_number(t, info.exit.rval);
			else
				put_dec(t, info.exit.rval);
			if (has_error)
				put_fmt(t, ", is_error=%u", info.exit.is_error);
			putch(t, '}');
		}
	}
	putch(t, '}');
	return true;
}

static void one_siginfo(struct tline *t, const void *elem, size_t size, const void *arg)
{
	guest_addr *a = *(guest_addr *const *)arg;

	(void)elem;
	dec_signal(t, K_SIGINFO_OUT, *a);
	*a += size;
}

/* What the kernel has written; false: nothing that is known */
static bool put_written(struct tline *t, guest_addr a)
{
	guest_addr next = a, *arg = &next;
	u64 v;

	switch (t->arg[0]) {
	case REQ_PEEKTEXT:
	case REQ_PEEKDATA:
	case REQ_PEEKUSER:
	case PTRACE_GETEVENTMSG:
		if (!rd_word(t, a, &v))
			return false;
		putch(t, '[');
		(t->arg[0] == PTRACE_GETEVENTMSG ? put_udec : put_addr)(t, v);
		putch(t, ']');
		return true;
	case PTRACE_GETSIGINFO:
		return dec_signal(t, K_SIGINFO_OUT, a);
	case PTRACE_GETSIGMASK:
		if (t->arg[2] < word_size(t) || t->arg[2] > 8)
			return false;
		put_sigset(t, a, t->arg[2]);
		return true;
	case PTRACE_PEEKSIGINFO:
		put_array(t, a, (u64)t->ret, sizeof(siginfo_t), NULL, one_siginfo, &arg);
		return true;
	case PTRACE_SECCOMP_GET_FILTER:
		if (t->abbrev)
			return false;
		put_filter(t, a, (u16)t->ret, true);
		return true;
	case PTRACE_GET_SYSCALL_INFO:
		return syscall_info(t, a, t->arg[2]);
	default:
		return false;
	}
}

static bool is_written(u64 request)
{
	switch (request) {
	case REQ_PEEKTEXT:
	case REQ_PEEKDATA:
	case REQ_PEEKUSER:
	case PTRACE_GETEVENTMSG:
	case PTRACE_GETSIGINFO:
	case PTRACE_GETSIGMASK:
	case PTRACE_PEEKSIGINFO:
	case PTRACE_SECCOMP_GET_FILTER:
	case PTRACE_GET_SYSCALL_INFO:
	case REQ_GETREGS:
	case REQ_GETFPREGS:
		return true;
	default:
		return false;
	}
}

bool ptrace_data(struct tline *t, u64 v)
{
	u64 request = t->arg[0];
	bool floating = request == REQ_GETFPREGS || request == REQ_SETFPREGS;

	if (!t->verbose || !v) {
		put_addr(t, v);
		return true;
	}
	if (!t->exiting && is_written(request))
		return false;
	switch (request) {
	case REQ_GETREGS:
	case REQ_SETREGS:
	case REQ_GETFPREGS:
	case REQ_SETFPREGS:
		put_registers(t, v,
			      floating	  ? (t->compat ? 108 : 512)
			      : t->compat ? 68
					  : 216,
			      floating);
		return true;
	case PTRACE_GETREGSET:
		return getregset(t, v);
	case PTRACE_SETREGSET:
		return setregset(t, v);
	case PTRACE_SECCOMP_GET_METADATA:
		return seccomp_metadata(t, v);
	case PTRACE_SETSIGINFO:
		if (!dec_signal(t, K_SIGINFO_IN, v))
			put_addr(t, v);
		return true;
	case PTRACE_SETSIGMASK:
		if (t->arg[2] < word_size(t) || t->arg[2] > 8)
			put_addr(t, v);
		else
			put_sigset(t, v, t->arg[2]);
		return true;
	default:
		if (!t->exiting || (u64)t->ret >= (u64)-4095L || !put_written(t, v))
			put_addr(t, v);
		return true;
	}
}
