/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "syscalls/seccomp_notify.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <stddef.h>
#include <string.h>

#include "host/image.h"
#include "mm/uaccess.h"
#include "task/task.h"

/* getcpu(2) ignores its third argument. */
#define SECRET_LOW  0x7452617Au
#define SECRET_HIGH 0x50476174u

#define PLACES 1024

/* What tasks of the run are asking. */
struct question {
	u32 tid; /* 0: free */
	struct seccomp_data data;
};
static struct question *questions;

void seccomp_notify_init(void)
{
	questions = host_shared(PLACES * sizeof(*questions));
}

static const struct sock_filter notifies[] = {
	BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_getcpu, 0, 5),
	BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[2])),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SECRET_LOW, 0, 3),
	BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[2]) + 4),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SECRET_HIGH, 0, 1),
	BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF),
	BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
};
static const struct sock_filter allows[] = {BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};

static long host_filter(u64 flags, const struct sock_filter *filter, size_t n)
{
	struct sock_fprog prog = {(unsigned short)n, (struct sock_filter *)(uintptr_t)filter};

	return host(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags | SECCOMP_FILTER_FLAG_SPEC_ALLOW,
		    HP(&prog));
}

long seccomp_notify_listen(u64 flags)
{
	flags &= SECCOMP_FILTER_FLAG_NEW_LISTENER | SECCOMP_FILTER_FLAG_TSYNC |
		 SECCOMP_FILTER_FLAG_TSYNC_ESRCH | SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV;
	if (!questions)
		return -ENOMEM;
	return host_filter(flags, notifies, ARRAY_SIZE(notifies));
}

long seccomp_notify_sync(void)
{
	return host_filter(SECCOMP_FILTER_FLAG_TSYNC, allows, ARRAY_SIZE(allows));
}

/* A place that is free, or that a task has left that was killed. */
static struct question *take_place(void)
{
	u32 me = (u32)current->tid;

	for (u32 i = 0; i < 2 * PLACES; i++) {
		struct question *q = &questions[(me + i) % PLACES];
		u32 was = __atomic_load_n(&q->tid, __ATOMIC_SEQ_CST);

		if ((!was || was == me || (i >= PLACES && !host_task_alive((int)was))) &&
		    __sync_bool_compare_and_swap(&q->tid, was, me))
			return q;
	}
	return NULL;
}

bool seccomp_notify_ask(const struct seccomp_data *data, long *ret)
{
	struct question *q = take_place();
	u32 cpu = ~0u; /* written if the call is made after all: SECCOMP_USER_NOTIF_FLAG_CONTINUE */

	if (!q) {
		*ret = -ENOSYS;
		return false;
	}
	q->data = *data;
	*ret = host_block(SYS_getcpu, HP(&cpu), 0, (u64)SECRET_HIGH << 32 | SECRET_LOW,
			  q - questions);
	__atomic_store_n(&q->tid, 0, __ATOMIC_SEQ_CST);
	return cpu != ~0u;
}

long seccomp_notify_recv(int fd, u32 cmd, guest_addr arg)
{
	struct seccomp_notif n;
	long ret = host_block(SYS_ioctl, fd, cmd, HP(user_inout(arg, sizeof(n))));

	if (ret || copy_from_user(&n, arg, sizeof(n)))
		return ret;
	if (n.data.nr != SYS_getcpu || n.data.args[2] != ((u64)SECRET_HIGH << 32 | SECRET_LOW) ||
	    n.data.args[3] >= PLACES)
		return ret; /* of a process outside of the run */
	n.data = questions[n.data.args[3]].data;
	return copy_to_user(arg, &n, sizeof(n)) ? -EFAULT : 0;
}
