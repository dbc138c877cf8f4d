/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What ioctl commands of KVM and of trusted execution environments (TEE) take and give. */
#include <linux/kvm.h>
#include <linux/tee.h>
#include <stddef.h>
#include <string.h>

#include "trace/flags.h"
#include "trace/flags_kvm.h"
#include "trace/ioctl_args.h"

#define U(m)   FIELD(R, m, V_U, NULL)
#define HEX(m) FIELD(R, m, V_X, NULL)
#define PART(m, r)                                                                                 \
	{                                                                                          \
#m, offsetof(R, m), 0, F_ALWAYS, A_REC(r)                                          \
	}

/* ---- KVM ---- */

#define R struct kvm_userspace_memory_region
RECORD(r_region, R, U(slot), FIELD(R, flags, V_FLAGS, &x_kvm_mem), HEX(guest_phys_addr),
       U(memory_size), HEX(userspace_addr));
#undef R

/* struct kvm_regs in the order that strace has, and where it abbreviates */
#define R struct kvm_regs
RECORD(r_regs, R, HEX(rax), HEX(rbx), HEX(rcx), HEX(rdx), HEX(rsi), HEX(rdi), HEX(rsp), HEX(rbp),
       HEX(r8), HEX(r9), HEX(r10), HEX(r11), HEX(r12), HEX(r13), HEX(r14), HEX(r15), HEX(rip),
       HEX(rflags));
#undef R

static bool regs(struct tline *t, guest_addr a, u64 len)
{
	struct kvm_regs r;

	(void)len;
	if (!rd(t, &r, a, sizeof(r)))
		put_addr(t, a);
	else if (!t->abbrev)
		put_record(t, &r_regs, a);
	else
		put_fmt(t, "{rax=%#llx, ..., rsp=%#llx, rbp=%#llx, ..., rip=%#llx, rflags=%#llx}",
			r.rax, r.rsp, r.rbp, r.rip, r.rflags);
	return true;
}

#define R struct kvm_segment
RECORD(r_segment, R, HEX(base), U(limit), U(selector), U(type), U(present), U(dpl), U(db), U(s),
       U(l), U(g), U(avl));
#undef R
#define R struct kvm_dtable
RECORD(r_dtable, R, HEX(base), U(limit));
#undef R
#define R struct kvm_sregs
RECORD(r_sregs, R, PART(cs, r_segment), PART(ds, r_segment), PART(es, r_segment),
       PART(fs, r_segment), PART(gs, r_segment), PART(ss, r_segment), PART(tr, r_segment),
       PART(ldt, r_segment), PART(gdt, r_dtable), PART(idt, r_dtable), U(cr0), U(cr2), U(cr3),
       U(cr4), U(cr8), U(efer), HEX(apic_base), FIELD_ARRAY(R, interrupt_bitmap, V_XINTS, NULL));
#undef R

static bool sregs(struct tline *t, guest_addr a, u64 len)
{
	(void)len;
	if (!ioctl_whole(t, a, sizeof(struct kvm_sregs)))
		return true;
	putch(t, '{');
	put_fields(t, &r_sregs, a, 0, t->abbrev ? sizeof(struct kvm_segment) : r_sregs.size);
	put(t, t->abbrev ? ", ...}" : "}");
	return true;
}

#define R struct kvm_cpuid_entry2
RECORD(r_cpuid, R, HEX(function), HEX(index), FIELD(R, flags, V_FLAGS, &x_kvm_cpuid), HEX(eax),
       HEX(ebx), HEX(ecx), HEX(edx));
#undef R

static bool cpuid(struct tline *t, guest_addr a, u64 len)
{
	struct kvm_cpuid2 c;

	(void)len;
	if (!rd(t, &c, a, sizeof(c))) {
		put_addr(t, a);
		return true;
	}
	put_fmt(t, "{nent=%u, entries=", c.nent);
	if (t->abbrev)
		put(t, c.nent ? "[...]" : "[]");
	else
		put_records(t, &r_cpuid, a + sizeof(c), c.nent);
	putch(t, '}');
	return true;
}

/* ---- Sessions of a TEE ---- */

#define R struct tee_ioctl_open_session_arg
RECORD(r_opened, R, HEX(session), U(ret), FIELD(R, ret_origin, V_VAL, &x_tee_origin));
#undef R
#define R struct tee_ioctl_invoke_arg
RECORD(r_invoke, R, U(func), HEX(session), U(cancel_id), U(num_params));
RECORD(r_invoked, R, U(ret), FIELD(R, ret_origin, V_VAL, &x_tee_origin));
#undef R
#define R struct tee_iocl_supp_recv_arg
RECORD(r_receive, R, U(func), U(num_params));
RECORD(r_received, R, U(num_params));
#undef R
#define R struct tee_iocl_supp_send_arg
RECORD(r_send, R, U(num_params));
RECORD(r_sent, R, U(ret));
#undef R

/* What a command's buffer begins with; the last word of that is the number of parameters behind it.
 */
static const struct session {
	u32 cmd;
	const struct record *in, *out;
} sessions[] = {
	{TEE_IOC_OPEN_SESSION, NULL, &r_opened},
	{TEE_IOC_INVOKE, &r_invoke, &r_invoked},
	{TEE_IOC_SUPPL_RECV, &r_receive, &r_received},
	{TEE_IOC_SUPPL_SEND, &r_send, &r_sent},
};

static const struct session *session_of(u32 cmd)
{
	size_t i = 0;

	while (sessions[i].cmd != cmd)
		i++;
	return &sessions[i];
}

static void put_login(struct tline *t, guest_addr a, u32 login)
{
	guest_addr id = a + offsetof(struct tee_ioctl_open_session_arg, clnt_uuid);
	u32 gid;

	bool group = login == TEE_IOCTL_LOGIN_GROUP || login == TEE_IOCTL_LOGIN_GROUP_APPLICATION;

	if (!group && xlat_name(&x_tee_login, login))
		return;
	put_field(t, "clnt_uuid");
	if (group) {
		if (rd(t, &gid, id, sizeof(gid)))
			put_dec(t, gid == ~0u ? -1 : (s64)gid);
	} else {
		put_value(t, &(struct value){V_XINTS, 1, NULL}, id, TEE_IOCTL_UUID_LEN);
	}
}

static void put_open(struct tline *t, guest_addr a)
{
	struct tee_ioctl_open_session_arg o;

	if (!rd(t, &o, a, sizeof(o)))
		return;
	put(t, "uuid=");
	value_uuid(t, a, sizeof(o.uuid));
	put_field(t, "clnt_login");
	put_val(t, &x_tee_login, o.clnt_login);
	put_login(t, a, o.clnt_login);
	put_fmt(t, ", cancel_id=%u, num_params=%u", o.cancel_id, o.num_params);
}

static void one_param(struct tline *t, const void *elem, size_t size, const void *arg)
{
	const struct tee_ioctl_param *p = elem;
	bool memory = p->attr >= TEE_IOCTL_PARAM_ATTR_TYPE_MEMREF_INPUT &&
		      p->attr <= TEE_IOCTL_PARAM_ATTR_TYPE_MEMREF_INOUT;

	(void)size;
	(void)arg;
	put(t, "{attr=");
	put_val(t, &x_tee_attr, p->attr & ~(u64)TEE_IOCTL_PARAM_ATTR_META);
	if (p->attr & TEE_IOCTL_PARAM_ATTR_META)
		put(t, "|TEE_IOCTL_PARAM_ATTR_META");
	if (p->attr != TEE_IOCTL_PARAM_ATTR_TYPE_NONE) {
		put_field(t, memory ? "shm_offs" : "a");
		put_hex(t, p->a);
		put_field(t, memory ? "size" : "b");
		put_hex(t, p->b);
		put_field(t, memory ? "shm_id" : "c");
		(memory ? put_udec : put_hex)(t, p->c);
	}
	putch(t, '}');
}

/* Where the buffer is that an argument tells of, and how many parameters are in it; false: it is
 * none that the kernel would take, and shown as it is. */
static bool session_buffer(struct tline *t, guest_addr a, const struct session *s,
			   struct tee_ioctl_buf_data *d, u32 *params)
{
	u32 size = s->out->size;

	if (!rd(t, d, a, sizeof(*d))) {
		put_addr(t, a);
		return false;
	}
	if (d->buf_len <= TEE_MAX_ARG_SIZE && d->buf_len >= size &&
	    rd(t, params, d->buf_ptr + size - 4, 4) && ioctl_readable(t, d->buf_ptr, size) &&
	    (t->exiting || size + *params * (u64)sizeof(struct tee_ioctl_param) == d->buf_len))
		return true;
	put_fmt(t, "{buf_len=%llu, buf_ptr=", (unsigned long long)d->buf_len);
	put_addr(t, d->buf_ptr);
	putch(t, '}');
	return false;
}

static void put_params(struct tline *t, guest_addr a, u32 n)
{
	put_field(t, "params");
	put_array(t, n ? a : 0, n, sizeof(struct tee_ioctl_param), NULL, one_param, NULL);
	putch(t, '}');
}

static bool session_before(struct tline *t, guest_addr a, u32 cmd)
{
	const struct session *s = session_of(cmd);
	struct tee_ioctl_buf_data d;
	u32 params;

	if (!session_buffer(t, a, s, &d, &params))
		return false;
	put_fmt(t, "{buf_len=%llu, buf_ptr={", (unsigned long long)d.buf_len);
	if (s->in)
		put_fields(t, s->in, d.buf_ptr, 0, s->in->size);
	else
		put_open(t, d.buf_ptr);
	put_params(t, d.buf_ptr + s->out->size, params);
	return true;
}

static void session_after(struct tline *t, guest_addr a, u32 cmd, bool failed)
{
	const struct session *s = session_of(cmd);
	struct tee_ioctl_buf_data d;
	u32 params;

	if (!failed) {
		put(t, " => ");
		if (!session_buffer(t, a, s, &d, &params))
			return;
		putch(t, '{');
		put_fields(t, s->out, d.buf_ptr, 0, s->out->size);
		put_params(t, d.buf_ptr + s->out->size, params);
	}
	putch(t, '}');
}
static const struct ioctl_both session = {session_before, session_after};

static bool tee_version(struct tline *t, guest_addr a, u64 len)
{
	struct tee_ioctl_version_data v;

	(void)len;
	if (!rd(t, &v, a, sizeof(v))) {
		put_addr(t, a);
		return true;
	}
	put(t, "{impl_id=");
	put_val(t, &x_tee_impl, v.impl_id);
	put_field(t, "gen_caps");
	put_flags(t, &x_tee_gen, v.gen_caps);
	put_field(t, "impl_caps");
	if (v.impl_id == TEE_IMPL_ID_OPTEE)
		put_flags(t, &x_tee_optee, v.impl_caps);
	else
		put_hex(t, v.impl_caps);
	putch(t, '}');
	return true;
}

const struct ioctl_arg_desc ioctl_descs_kvm[] = {
	{KVM_CREATE_VCPU, ARG_SELF, A_U32},
	SELF(KVM_CHECK_EXTENSION, V_VAL, &x_kvm_cap),
	REC_IN(KVM_SET_USER_MEMORY_REGION, r_region),
	CALL_OUT(KVM_GET_REGS, regs),
	CALL_IN(KVM_SET_REGS, regs),
	CALL_OUT(KVM_GET_SREGS, sregs),
	CALL_IN(KVM_SET_SREGS, sregs),
	CALL_IN(KVM_SET_CPUID2, cpuid),
	CALL_OUT(KVM_GET_SUPPORTED_CPUID, cpuid),
	CALL_OUT(KVM_GET_EMULATED_CPUID, cpuid),
	BOTH(TEE_IOC_OPEN_SESSION, session),
	BOTH(TEE_IOC_INVOKE, session),
	BOTH(TEE_IOC_SUPPL_RECV, session),
	BOTH(TEE_IOC_SUPPL_SEND, session),
	CALL_OUT(TEE_IOC_VERSION, tee_version),
};
const u32 ioctl_descs_kvm_n = ARRAY_SIZE(ioctl_descs_kvm);
