/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sendmsg(2), recvmsg(2) and their many-message forms: struct msghdr and what it points to, from
 * the layout of either ABI to the host's and back. Data goes straight between the host's socket
 * and guest memory. */
#include <errno.h>
#include <limits.h>

#include "abi/syscall.h"
#include "host/host.h"
#include "mm/uaccess.h"
#include "net/emulate.h"
#include "net/unix_name.h"
#include "net/net.h"
#include "sandbox/limits.h"
#include "syscalls/proc_fd.h"
#include "task/task.h"

struct user_msghdr {
	guest_addr name;
	s32 namelen;
	u32 pad1;
	guest_addr iov;
	u64 iovlen;
	guest_addr control;
	u64 controllen;
	u32 flags, pad2;
};

struct compat_msghdr {
	u32 name;
	s32 namelen;
	u32 iov, iovlen, control, controllen, flags;
};

/* Where a message header lies in guest memory and where its results go. */
#define MSG_OFFSET(member)                                                                         \
	(current->sc_abi == ABI_32 ? offsetof(struct compat_msghdr, member)                        \
				   : offsetof(struct user_msghdr, member))
#define MSG_SIZE                                                                                   \
	(current->sc_abi == ABI_32 ? sizeof(struct compat_msghdr) : sizeof(struct user_msghdr))
/* struct mmsghdr: a header and a length, padded to the header's alignment. */
#define MMSG_SIZE (current->sc_abi == ABI_32 ? MSG_SIZE + 4 : MSG_SIZE + 8)

/* More control data than this never arrives in one message; the rest of a larger buffer stays
 * untouched. */
#define MAX_RECV_CONTROL 65536

enum direction { SEND, RECV };

/* One message under way. */
struct message {
	guest_addr uaddr;
	struct user_msghdr user;
};

static int get_msghdr(struct user_msghdr *m, guest_addr umsg)
{
	struct compat_msghdr c;

	if (current->sc_abi == ABI_64)
		return get_user(*m, umsg);
	if (get_user(c, umsg))
		return -EFAULT;
	*m = (struct user_msghdr){
		.name = c.name,
		.namelen = c.namelen,
		.iov = c.iov,
		.iovlen = c.iovlen,
		.control = c.control,
		.controllen = c.controllen,
		.flags = c.flags,
	};
	return 0;
}

/* Descriptors of trapgate's own cannot be sent: control data is replaced by a copy that names -1
 * instead. Limits hear of those that are. */
static void look_at_fds(struct msghdr *h)
{
	void *copy;

	if ((!host_nr_own_fds && !limits_on) || !h->msg_control || h->msg_controllen >= INT_MAX)
		return;
	copy = user_scratch(h->msg_controllen);
	if (!copy || host_copy(copy, h->msg_control, h->msg_controllen)) {
		/* another thread could make it readable meanwhile: EFAULT */
		h->msg_control = (void *)~(uintptr_t)0;
		return;
	}
	h->msg_control = copy;
	for (struct cmsghdr *c = CMSG_FIRSTHDR(h); c; c = CMSG_NXTHDR(h, c)) {
		int *fds = (int *)CMSG_DATA(c);

		if (c->cmsg_len < sizeof(*c))
			break;
		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS ||
		    c->cmsg_len > h->msg_controllen - (size_t)((char *)c - (char *)copy))
			continue;
		for (size_t n = (c->cmsg_len - CMSG_LEN(0)) / sizeof(*fds); n--; fds++)
			if (host_fd_is_own(*fds))
				*fds = -1;
			else if (limits_on)
				limits_sending(*fds);
	}
}

/* Points the host header at the guest's control data, or at scratch memory for it where layouts
 * differ. */
static int import_control(struct msghdr *h, const struct user_msghdr *m, enum direction dir)
{
	if (current->sc_abi == ABI_64 && dir == SEND) {
		h->msg_control = (void *)(uintptr_t)user_in(m->control, m->controllen);
		h->msg_controllen = m->controllen;
		look_at_fds(h);
		return 0;
	}
	if (current->sc_abi == ABI_64) {
		h->msg_controllen = MIN(m->controllen, (u64)MAX_RECV_CONTROL);
		h->msg_control = user_inout(m->control, h->msg_controllen);
		return 0;
	}
	if (dir == SEND) {
		int err = cmsg_from_user_compat(h, m->control, (u32)m->controllen);

		if (!err)
			look_at_fds(h);
		return err;
	}
	h->msg_controllen = m->control ? cmsg_host_room((u32)m->controllen) : 0;
	h->msg_control = h->msg_controllen ? user_scratch(h->msg_controllen) : NULL;
	return h->msg_controllen && !h->msg_control ? -ENOBUFS : 0;
}

/* What an error becomes: the kernel reads the name before it looks at the rest. */
static int after_name(const struct user_msghdr *m, enum direction dir, int err)
{
	char name[NET_SOCKADDR_MAX];

	if (!err || dir != SEND || !m->name)
		return err;
	return copy_from_user(name, m->name, MIN((size_t)m->namelen, sizeof(name))) ? -EFAULT : err;
}

/* Builds the host's header for the guest's at umsg. 0 or -errno in the order of the kernel's
 * copy_msghdr_from_user(); the name is left for the host to check. */
static int import_msg(int fd, struct message *msg, struct msghdr *h, guest_addr umsg,
		      enum direction dir)
{
	struct user_msghdr *m = &msg->user;
	struct iovec *iov;
	size_t namelen;
	long n;

	msg->uaddr = umsg;
	if (get_msghdr(m, umsg))
		return -EFAULT;
	if (m->name && m->namelen < 0)
		return -EINVAL;
	if (m->iovlen > NET_MAX_IOV)
		return after_name(m, dir, -EMSGSIZE);
	n = import_iovec(current->sc_abi, m->iov, m->iovlen, dir == RECV, &iov);
	if (n < 0)
		return after_name(m, dir, (int)n);
	namelen = m->name ? MIN((size_t)m->namelen, NET_SOCKADDR_MAX) : 0;
	*h = (struct msghdr){
		.msg_name = dir == SEND ? (void *)(uintptr_t)user_in(m->name, namelen)
					: user_inout(m->name, namelen),
		.msg_namelen = m->name ? (socklen_t)m->namelen : 0,
		.msg_iov = iov,
		.msg_iovlen = (size_t)n,
		.msg_flags = (int)m->flags,
	};
	/* Names are translated whole. */
	if (dir == RECV && m->name && unlikely(unix_names)) {
		h->msg_name = user_scratch(NET_SOCKADDR_MAX);
		h->msg_namelen = h->msg_name ? NET_SOCKADDR_MAX : 0;
	}
	if (dir == SEND && unlikely(unix_names)) {
		int len = (int)h->msg_namelen;

		h->msg_name = (void *)(uintptr_t)unix_name_in(fd, h->msg_name, &len, false);
		h->msg_namelen = (socklen_t)len;
	}
	return after_name(m, dir, import_control(h, m, dir));
}

/* Received descriptors may be of files that are about a guest. */
static void note_fds(const struct msghdr *h)
{
	u64 buf[64];
	struct msghdr copy = {.msg_control = buf, .msg_controllen = MIN(h->msg_controllen, 512ul)};
	const struct cmsghdr *c;

	if (!h->msg_control || copy.msg_controllen < sizeof(*c) ||
	    host_copy(buf, h->msg_control, copy.msg_controllen))
		return;
	for (c = CMSG_FIRSTHDR(&copy); c; c = CMSG_NXTHDR(&copy, (struct cmsghdr *)c)) {
		const int *fd = (const int *)CMSG_DATA(c);
		const char *end =
			MIN((const char *)c + c->cmsg_len, (const char *)buf + copy.msg_controllen);

		if (c->cmsg_len < sizeof(*c) || c->cmsg_level != SOL_SOCKET ||
		    c->cmsg_type != SCM_RIGHTS)
			break;
		for (; (const char *)(fd + 1) <= end; fd++)
			proc_fd_received(*fd);
	}
}

/* The sender's name, in the guest's words. */
static int export_name(const struct message *msg, struct msghdr *h)
{
	if (!h->msg_name)
		return 0;
	unix_name_out(h->msg_name, NET_SOCKADDR_MAX, &h->msg_namelen);
	return copy_to_user(msg->user.name, h->msg_name,
			    MIN((size_t)msg->user.namelen, (size_t)h->msg_namelen));
}

/* Writes back what receiving changes in the guest's header. 0 or -EFAULT. */
static int export_msg(const struct message *msg, struct msghdr *h)
{
	u64 controllen = h->msg_controllen;
	u32 controllen32, flags;

	if (controllen)
		note_fds(h);
	if (current->sc_abi == ABI_32)
		controllen = cmsg_to_user_compat(h, msg->user.control, (u32)msg->user.controllen);
	flags = (u32)h->msg_flags & ~MSG_CMSG_COMPAT;
	if (msg->user.name && unlikely(unix_names) && export_name(msg, h))
		return -EFAULT;
	if (msg->user.name && put_user(h->msg_namelen, msg->uaddr + MSG_OFFSET(namelen)))
		return -EFAULT;
	if (put_user(flags, msg->uaddr + MSG_OFFSET(flags)))
		return -EFAULT;
	if (current->sc_abi == ABI_64)
		return put_user(controllen, msg->uaddr + MSG_OFFSET(controllen));
	controllen32 = (u32)controllen;
	return put_user(controllen32, msg->uaddr + MSG_OFFSET(controllen));
}

/* A 32-bit caller's bit means nothing; a 64-bit caller's is an error, which the host finds. */
static u32 msg_flags(u32 flags)
{
	return current->sc_abi == ABI_32 ? flags & ~MSG_CMSG_COMPAT : flags;
}

/* A header that could not be imported fails with err, but only after Linux's earlier checks (the
 * descriptor, flags, the timeout): the host makes them when it gets a header that it cannot read.
 */
static long bad_msg(long nr, int fd, u32 flags, const struct utime *timeout, int err)
{
	long ret = nr == SYS_sendmsg || nr == SYS_recvmsg ? host(nr, fd, 0, flags)
							  : host(nr, fd, 0, 1, flags, HP(timeout));

	return ret == -EFAULT ? err : ret;
}

static long send_msg(int fd, guest_addr umsg, u32 flags)
{
	struct message msg;
	struct msghdr h;
	int err;

	flags = msg_flags(flags);
	err = import_msg(fd, &msg, &h, umsg, SEND);
	if (err)
		return bad_msg(SYS_sendmsg, fd, flags, NULL, err);
	EMULATED(emu_send(fd, &h, flags));
	return host_block(SYS_sendmsg, fd, HP(&h), flags);
}

long net_sendmsg(int fd, guest_addr umsg, u32 flags)
{
	long ret = send_msg(fd, umsg, flags);

	if (unlikely(limits_on))
		limits_sent();
	return ret;
}

long net_recvmsg(int fd, guest_addr umsg, u32 flags)
{
	struct message msg;
	struct msghdr h;
	long ret;
	int err;

	flags = msg_flags(flags);
	err = import_msg(fd, &msg, &h, umsg, RECV);
	if (err)
		return bad_msg(SYS_recvmsg, fd, flags, NULL, err);
	ret = likely(!net_emulated) ? host_block(SYS_recvmsg, fd, HP(&h), flags)
				    : emu_recv(fd, &h, flags);
	if (ret < 0)
		return ret;
	err = export_msg(&msg, &h);
	return err ? err : ret;
}

/* A header that the host refuses with err, of those that import_msg() knows. */
static void make_bad(struct msghdr *h, int err)
{
	static struct iovec iov;

	*h = (struct msghdr){.msg_iov = &iov};
	if (err == -EMSGSIZE) {
		h->msg_iovlen = NET_MAX_IOV + 1;
	} else if (err == -EINVAL) {
		h->msg_name = &iov;
		h->msg_namelen = (socklen_t)-1;
	} else {
		h->msg_iov = NULL;
		h->msg_iovlen = 1;
	}
}

/* Imports up to vlen messages at mmsg. Linux reads each one only when its turn has come: a bad one
 * matters if it is the first, else it ends the series. One to be received leaves its error with the
 * socket, for the next call to find, so the host gets a bad one too. Returns the number or -errno.
 */
static long import_mmsg(int fd, struct message **msgs, struct mmsghdr **hs, guest_addr mmsg,
			u32 vlen, enum direction dir)
{
	*msgs = user_scratch(vlen * sizeof(**msgs));
	*hs = user_scratch(vlen * sizeof(**hs));
	if (!*msgs || !*hs)
		return -ENOMEM;
	for (u32 i = 0; i < vlen; i++) {
		struct msghdr *h = &(*hs)[i].msg_hdr;
		int err = import_msg(fd, &(*msgs)[i], h, mmsg + i * MMSG_SIZE, dir);

		if (!err)
			continue;
		if (!i)
			return err;
		if (dir == SEND)
			return i;
		make_bad(h, err);
		return i + 1;
	}
	return vlen;
}

/* Writes back the first n messages' results. Returns n, or how many could be written, or -EFAULT
 * if not even the first one could. */
static long export_mmsg(const struct message *msgs, struct mmsghdr *hs, long n, enum direction dir)
{
	for (long i = 0; i < n; i++) {
		if ((dir == RECV && export_msg(&msgs[i], &hs[i].msg_hdr)) ||
		    put_user(hs[i].msg_len, msgs[i].uaddr + MSG_SIZE))
			return i ? i : -EFAULT;
	}
	return n;
}

static long send_mmsg(int fd, guest_addr mmsg, u32 vlen, u32 flags)
{
	struct message *msgs;
	struct mmsghdr *hs;
	long n;

	flags = msg_flags(flags);
	vlen = MIN(vlen, NET_MAX_IOV);
	if (!vlen)
		return host(SYS_sendmmsg, fd, 0, 0, flags);
	n = import_mmsg(fd, &msgs, &hs, mmsg, vlen, SEND);
	if (n < 0)
		return bad_msg(SYS_sendmmsg, fd, flags, NULL, (int)n);
	n = likely(!net_emulated) ? host_block(SYS_sendmmsg, fd, HP(hs), n, flags)
				  : emu_sendmmsg(fd, hs, n, flags);
	return n < 0 ? n : export_mmsg(msgs, hs, n, SEND);
}

long net_sendmmsg(int fd, guest_addr mmsg, u32 vlen, u32 flags)
{
	long ret = send_mmsg(fd, mmsg, vlen, flags);

	if (unlikely(limits_on))
		limits_sent();
	return ret;
}

long net_recvmmsg(int fd, guest_addr mmsg, u32 vlen, u32 flags, guest_addr timeout,
		  enum utime_form form)
{
	struct message *msgs;
	struct mmsghdr *hs;
	struct utimeout to;
	struct utime *t;
	long n;

	flags = msg_flags(flags);
	/* MSG_CMSG_COMPAT from a 64-bit caller is refused before the timeout is looked at. */
	if (flags & MSG_CMSG_COMPAT)
		return -EINVAL;
	if (utimeout_get(&to, timeout, form, &t))
		return -EFAULT;
	vlen = MIN(vlen, NET_MAX_IOV);
	if (!vlen)
		return host(SYS_recvmmsg, fd, 0, 0, flags, HP(t));
	n = import_mmsg(fd, &msgs, &hs, mmsg, vlen, RECV);
	if (n < 0)
		return bad_msg(SYS_recvmmsg, fd, flags, t, (int)n);
	n = likely(!net_emulated) ? host_block(SYS_recvmmsg, fd, HP(hs), n, flags, HP(t))
				  : emu_recvmmsg(fd, hs, n, flags, t);
	if (n <= 0)
		return n;
	n = export_mmsg(msgs, hs, n, RECV);
	/* What is left is written even where it is what it was. */
	if (n > 0 && to.uaddr && utime_put(to.uaddr, &to.t, to.form))
		return -EFAULT;
	return n;
}

SYSCALL_DEFINE3(sendmsg, (), FD, fd, MSGHDR_IN, msg, MSG_FLAGS, flags)
{
	return net_sendmsg(fd, msg, flags);
}

COMPAT_SYSCALL_DEFINE3(sendmsg, (), FD, fd, MSGHDR_IN, msg, MSG_FLAGS, flags)
{
	return net_sendmsg(fd, msg, flags);
}

SYSCALL_DEFINE3(recvmsg, (), FD, fd, MSGHDR_OUT, msg, MSG_FLAGS, flags)
{
	return net_recvmsg(fd, msg, flags);
}

COMPAT_SYSCALL_DEFINE3(recvmsg, (), FD, fd, MSGHDR_OUT, msg, MSG_FLAGS, flags)
{
	return net_recvmsg(fd, msg, flags);
}

SYSCALL_DEFINE4(sendmmsg, (), FD, fd, MMSGHDR_IN, mmsg, UINT, vlen, MSG_FLAGS, flags)
{
	return net_sendmmsg(fd, mmsg, vlen, flags);
}

COMPAT_SYSCALL_DEFINE4(sendmmsg, (), FD, fd, MMSGHDR_IN, mmsg, UINT, vlen, MSG_FLAGS, flags)
{
	return net_sendmmsg(fd, mmsg, vlen, flags);
}

SYSCALL_DEFINE5(recvmmsg, (), FD, fd, MMSGHDR_OUT, mmsg, UINT, vlen, MSG_FLAGS, flags, TIMESPEC_IN,
		timeout)
{
	return net_recvmmsg(fd, mmsg, vlen, flags, timeout, UTIME_NATIVE);
}

COMPAT_SYSCALL_DEFINE5(recvmmsg_time32, (), FD, fd, MMSGHDR_OUT, mmsg, UINT, vlen, MSG_FLAGS, flags,
		       TIMESPEC_IN, timeout)
{
	return net_recvmmsg(fd, mmsg, vlen, flags, timeout, UTIME_OLD32);
}

COMPAT_SYSCALL_DEFINE5(recvmmsg_time64, (), FD, fd, MMSGHDR_OUT, mmsg, UINT, vlen, MSG_FLAGS, flags,
		       TIMESPEC64_IN, timeout)
{
	return net_recvmmsg(fd, mmsg, vlen, flags, timeout, UTIME_COMPAT64);
}
