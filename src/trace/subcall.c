/* SPDX-License-Identifier: GPL-2.0-or-later */
/* socketcall(2) and ipc(2): the calls behind them, which lines and -e are about. */
#include <string.h>

#include "trace/internal.h"

#define NR_SOCKETCALL 102
#define NR_IPC	      117

/* A call with the kinds of its arguments; none: they are those of the call that has the name. */
struct inner {
	const char *name;
	u16 kind[SYSCALL_MAX_ARGS];
	u8 from[SYSCALL_MAX_ARGS]; /* of ipc's arguments: which of them, 1-based */
};

/* include/uapi/linux/net.h */
static const struct inner sockets[] = {
	[1] = {"socket", {K_SOCK_DOMAIN, K_SOCK_TYPE, K_SOCK_PROTO}, {0}},
	[2] = {"bind", {K_FD, K_SOCKADDR_IN, K_INT}, {0}},
	[3] = {"connect", {K_FD, K_SOCKADDR_IN, K_INT}, {0}},
	[4] = {"listen", {K_FD, K_INT}, {0}},
	[5] = {"accept", {K_FD, K_SOCKADDR_OUT, K_SOCKLEN_INOUT}, {0}},
	[6] = {"getsockname", {K_FD, K_SOCKADDR_OUT, K_SOCKLEN_INOUT}, {0}},
	[7] = {"getpeername", {K_FD, K_SOCKADDR_OUT, K_SOCKLEN_INOUT}, {0}},
	[8] = {"socketpair", {K_SOCK_DOMAIN, K_SOCK_TYPE, K_ULONG, K_FDPAIR_OUT}, {0}},
	[9] = {"send", {K_FD, K_BUF_IN, K_SIZE, K_MSG_FLAGS}, {0}},
	[10] = {"recv", {K_FD, K_BUF_OUT, K_SIZE, K_MSG_FLAGS}, {0}},
	[11] = {"sendto", {K_FD, K_BUF_IN, K_SIZE, K_MSG_FLAGS, K_SOCKADDR_IN, K_INT}, {0}},
	[12] = {"recvfrom",
		{K_FD, K_BUF_OUT, K_SIZE, K_MSG_FLAGS, K_SOCKADDR_OUT, K_SOCKLEN_INOUT},
		{0}},
	[13] = {"shutdown", {K_FD, K_SHUT_HOW}, {0}},
	[14] = {"setsockopt", {K_FD, K_SOL_LEVEL, K_SOL_NAME, K_SOCKOPT_IN, K_INT}, {0}},
	[15] = {"getsockopt", {K_FD, K_SOL_LEVEL, K_SOL_NAME, K_SOCKOPT_OUT, K_SOCKLEN_INOUT}, {0}},
	[16] = {"sendmsg", {K_FD, K_MSGHDR_IN, K_MSG_FLAGS}, {0}},
	[17] = {"recvmsg", {K_FD, K_MSGHDR_OUT, K_MSG_FLAGS}, {0}},
	[18] = {"accept4", {K_FD, K_SOCKADDR_OUT, K_SOCKLEN_INOUT, K_X_SOCK_FLAGS}, {0}},
	[19] = {"recvmmsg", {K_FD, K_MMSGHDR_OUT, K_UINT, K_MSG_FLAGS, K_X_TIMEOUT_LEFT}, {0}},
	[20] = {"sendmmsg", {K_FD, K_MMSGHDR_IN, K_UINT, K_MSG_FLAGS}, {0}},
};

/* include/uapi/linux/ipc.h; the arguments behind the first are: first, second, third, ptr, fifth */
static const struct inner ipcs[] = {
	[1] = {"semop", {0}, {2, 5, 3}},      [2] = {"semget", {0}, {2, 3, 4}},
	[3] = {"semctl", {0}, {2, 3, 4, 5}},  [4] = {"semtimedop", {0}, {2, 5, 3, 6}},
	[11] = {"msgsnd", {0}, {2, 5, 3, 4}}, [12] = {"msgrcv", {0}, {2, 5, 3, 6, 4}},
	[13] = {"msgget", {0}, {2, 3}},	      [14] = {"msgctl", {0}, {2, 3, 5}},
	[21] = {"shmat", {0}, {2, 5, 3}},     [22] = {"shmdt", {0}, {5}},
	[23] = {"shmget", {0}, {2, 3, 4}},    [24] = {"shmctl", {0}, {2, 3, 5}},
};

/* Names of calls that have no number of their own in the 32-bit table. */
static const char *const without_number[] = {"accept", "send", "recv", "semop", "semtimedop"};

const char *subcall_name(u32 i)
{
	return i < ARRAY_SIZE(without_number) ? without_number[i] : NULL;
}

static const struct inner *inner_of(u32 nr, u64 call)
{
	const struct inner *list = nr == NR_IPC ? ipcs : sockets;
	u32 n = nr == NR_IPC ? ARRAY_SIZE(ipcs) : ARRAY_SIZE(sockets);

	call = nr == NR_IPC ? (u16)call : (u32)call;
	return call < n && list[call].name ? &list[call] : NULL;
}

/* socketcall's arguments: those of a call whose own cannot be read are not shown as another's. */
static bool has_arguments(const struct inner *in, guest_addr at)
{
	u32 v[SYSCALL_MAX_ARGS], n = 0;

	while (n < SYSCALL_MAX_ARGS && in->kind[n])
		n++;
	return !topt.read_mem(v, at, n * sizeof(*v));
}

u32 trace_set_nr(const struct trace_call *call)
{
	const struct inner *in;

	if (call->abi != ABI_32 || (call->nr != NR_SOCKETCALL && call->nr != NR_IPC))
		return call->nr;
	in = inner_of(call->nr, call->args[0]);
	if (!in || (call->nr == NR_SOCKETCALL && !has_arguments(in, (u32)call->args[1])))
		return call->nr;
	for (u32 i = 0; i < ia32_sys_call_table_size; i++)
		if (ia32_sys_call_table[i].name && !strcmp(ia32_sys_call_table[i].name, in->name))
			return i;
	for (u32 i = 0; i < ARRAY_SIZE(without_number); i++)
		if (!strcmp(without_number[i], in->name))
			return SUBCALL_NR + i;
	return call->nr;
}

void redirect_socketcall(struct tline *t)
{
	const struct inner *in = inner_of(NR_SOCKETCALL, t->arg[0]);
	u64 v[SYSCALL_MAX_ARGS] = {0};
	u32 n = 0;

	if (!in) {
		t->kind[0] = K_INT;
		return;
	}
	while (n < SYSCALL_MAX_ARGS && in->kind[n]) {
		if (!rd_word(t, t->arg[1] + n * word_size(t), &v[n]))
			return;
		n++;
	}
	memcpy(t->arg, v, sizeof(v));
	memcpy(t->kind, in->kind, sizeof(t->kind));
	t->nargs = n;
	t->name = in->name;
	t->special = trace_special(trace_named(in->name));
}

void redirect_ipc(struct tline *t)
{
	const struct inner *in = inner_of(NR_IPC, t->arg[0]);
	bool kludge = (u32)t->arg[0] >> 16 == 0;
	struct named named;
	u64 v[SYSCALL_MAX_ARGS] = {0}, w[2];

	if (!in) {
		t->kind[0] = K_X_IPC_CALL;
		for (u32 i = 1; i < t->nargs; i++)
			t->kind[i] = K_HEX;
		return;
	}
	for (u32 i = 0; i < SYSCALL_MAX_ARGS && in->from[i]; i++)
		v[i] = t->arg[in->from[i] - 1];
	t->name = in->name;
	named = trace_named(in->name);
	trace_shape(t, named.shape);
	t->special = trace_special(named);
	/* once, the message and its type were in a struct */
	if (!strcmp(in->name, "msgrcv") && kludge) {
		if (rd_word(t, v[1], &w[0]) && rd_word(t, v[1] + 4, &w[1])) {
			v[1] = w[0];
			v[3] = w[1];
		} else {
			t->kind[3] = K_X_DROP;
		}
	}
	t->ipc_result = t->arg[3];
	t->through_ipc = true;
	memcpy(t->arg, v, sizeof(v));
}
