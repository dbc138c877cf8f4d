/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The host has no limit for the processes of one tree (RLIMIT_NPROC and control groups count
 * threads, the one of all that a user has). So a filter of the program's asks its parent before it
 * makes a process: seccomp_unotify(2). */
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/uio.h>
#include <unistd.h>

#include "host/host.h"
#include "sandbox/harden.h"
#include "sandbox/limits_native.h"

/* <linux/seccomp.h>, whose installed version may be old */
#define WAIT_KILLABLE_RECV (1UL << 5)
#define IOCTL_SET_FLAGS	   SECCOMP_IOW(4, u64)
#define SYNC_WAKE_UP	   1UL

int native_ask_start(void)
{
	const struct scmp_arg_cmp process = SCMP_CMP64(0, SCMP_CMP_MASKED_EQ, CLONE_THREAD, 0);
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
	struct sock_fprog program;
	u64 flags = SYNC_WAKE_UP;
	long fd;

	if (!filter)
		return -1;
	if (seccomp_attr_set(filter, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_ALLOW) ||
	    seccomp_arch_add(filter, SCMP_ARCH_X86) ||
	    seccomp_rule_add(filter, SCMP_ACT_NOTIFY, SCMP_SYS(fork), 0) ||
	    seccomp_rule_add(filter, SCMP_ACT_NOTIFY, SCMP_SYS(vfork), 0) ||
	    seccomp_rule_add(filter, SCMP_ACT_NOTIFY, SCMP_SYS(clone3), 0) ||
	    seccomp_rule_add_array(filter, SCMP_ACT_NOTIFY, SCMP_SYS(clone),
				   limit_given(LIMIT_THREADS) ? 0 : 1, &process)) {
		seccomp_release(filter);
		return -1;
	}
	harden_compile(filter, &program);
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); /* trapgate's guests gain none either */
	/* While it waits for the answer, only what kills it interrupts (Linux 5.19). */
	fd = host(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
		  SECCOMP_FILTER_FLAG_NEW_LISTENER | WAIT_KILLABLE_RECV, HP(&program));
	if (fd >= 0) /* and until it is heard, that is soon */
		ioctl((int)fd, IOCTL_SET_FLAGS, flags);
	return (int)fd;
}

/* ---- Answers ---- */

/* How many there are at most: as many as there were when they were counted, and those that were
 * allowed since then. */
static struct {
	u64 processes, threads;
	bool counted;
	enum limit_id reached;
} all;

void native_ask_begin(void)
{
	all.counted = false;
	all.reached = LIMIT_COUNT;
}

enum limit_id native_ask_reached(void)
{
	return all.reached;
}

static bool makes_thread(const struct seccomp_notif *req)
{
	u64 flags = 0;
	struct iovec mine = {&flags, sizeof(flags)};
	struct iovec theirs = {(void *)req->data.args[0], sizeof(flags)};
	bool is_32 = req->data.arch == SCMP_ARCH_X86;

	if (req->data.nr == (is_32 ? 120 : SYS_clone))
		flags = req->data.args[0];
	else if (req->data.nr == SYS_clone3) /* of both tables; struct clone_args */
		process_vm_readv((pid_t)req->pid, &mine, 1, &theirs, 1, 0);
	return flags & CLONE_THREAD;
}

/* The limit that one more would exceed. */
static enum limit_id too_many(bool thread)
{
	if (!thread && limit_given(LIMIT_PROCESSES) &&
	    all.processes >= limits.value[LIMIT_PROCESSES])
		return LIMIT_PROCESSES;
	if (limit_given(LIMIT_THREADS) && all.threads >= limits.value[LIMIT_THREADS])
		return LIMIT_THREADS;
	return LIMIT_COUNT;
}

static bool may(bool thread)
{
	enum limit_id id = too_many(thread);

	if (!all.counted || id != LIMIT_COUNT) {
		const struct native_tree *tree = native_tree_read();

		all.processes = tree->n;
		all.threads = tree->threads;
		all.counted = true;
		id = too_many(thread);
	}
	if (id != LIMIT_COUNT) {
		all.reached = id;
		return false;
	}
	all.processes += !thread;
	all.threads++;
	return true;
}

void native_ask_answer(int listener)
{
	struct seccomp_notif *req;
	struct seccomp_notif_resp *resp;

	if (seccomp_notify_alloc(&req, &resp) != 0)
		fatal("out of memory");
	if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, req) == 0) {
		resp->id = req->id;
		if (may(makes_thread(req)))
			resp->flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
		else
			resp->error = -EAGAIN;
		ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, resp);
	}
	seccomp_notify_free(req, resp);
}
