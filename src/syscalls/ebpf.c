/* SPDX-License-Identifier: GPL-2.0-or-later */
/* bpf(2). The host does the work; the addresses within union bpf_attr are the guest's, and each
 * command has its own. */
#include <errno.h>
#include <linux/bpf.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "abi/syscall.h"
#include "mm/uaccess.h"
#include "task/task.h"

#define MAX_SIZE (1u << 28)

/* Commands newer than the build's headers. */
enum { CMD_TOKEN_CREATE = 36 };

/* The address at attr[at] becomes the host's, for n bytes that the host reads or writes. */
enum dir { IN, OUT, INOUT };

static void pointer(void *attr, size_t at, u64 n, enum dir dir)
{
	u64 *p = (u64 *)((u8 *)attr + at);

	n = MIN(n, MAX_SIZE);
	if (!*p)
		return;
	if (dir == IN)
		*p = (u64)HP(user_in(*p, n));
	else
		*p = (u64)HP(dir == OUT ? user_out(*p, n) : user_inout(*p, n));
}

#define POINTER(field, n, dir) pointer(attr, offsetof(union bpf_attr, field), n, dir)

static void string(void *attr, size_t at)
{
	u64 *p = (u64 *)((u8 *)attr + at);

	*p = (u64)HP(user_str(*p));
}

static size_t possible_cpus(void)
{
	long n = sysconf(_SC_NPROCESSORS_CONF);

	return n > 0 ? (size_t)n : 1;
}

/* Sizes of a map's keys and values as the host copies them: values of per-CPU maps are rounded up
 * and come once per CPU. */
static void map_sizes(int fd, size_t *key, size_t *value)
{
	struct bpf_map_info info = {0};
	union bpf_attr attr = {.info = {.bpf_fd = (u32)fd, .info_len = sizeof(info)}};

	attr.info.info = (u64)HP(&info);
	*key = *value = 1;
	if (host(SYS_bpf, BPF_OBJ_GET_INFO_BY_FD, HP(&attr), sizeof(attr)) < 0)
		return;
	*key = info.key_size;
	*value = info.value_size;
	switch (info.type) {
	case BPF_MAP_TYPE_PERCPU_HASH:
	case BPF_MAP_TYPE_PERCPU_ARRAY:
	case BPF_MAP_TYPE_LRU_PERCPU_HASH:
	case BPF_MAP_TYPE_PERCPU_CGROUP_STORAGE:
		*value = (*value + 7) / 8 * 8 * possible_cpus();
	}
}

static void import_elem(u32 cmd, union bpf_attr *attr)
{
	size_t key, value;

	map_sizes((int)attr->map_fd, &key, &value);
	POINTER(key, key, IN);
	if (cmd == BPF_MAP_GET_NEXT_KEY)
		POINTER(next_key, key, OUT);
	else if (cmd == BPF_MAP_UPDATE_ELEM)
		POINTER(value, value, IN);
	else if (cmd != BPF_MAP_DELETE_ELEM)
		POINTER(value, value, OUT);
}

static void import_batch(u32 cmd, union bpf_attr *attr)
{
	bool in = cmd == BPF_MAP_UPDATE_BATCH || cmd == BPF_MAP_DELETE_BATCH;
	size_t key, value;

	map_sizes((int)attr->batch.map_fd, &key, &value);
	/* A hash's position is a u32, an array's a key. */
	POINTER(batch.in_batch, MAX(key, sizeof(u32)), IN);
	POINTER(batch.out_batch, MAX(key, sizeof(u32)), OUT);
	POINTER(batch.keys, (u64)key * attr->batch.count, in ? IN : INOUT);
	POINTER(batch.values, (u64)value * attr->batch.count, in ? IN : INOUT);
}

static bool import_program(union bpf_attr *attr)
{
	if (attr->fd_array) /* its length is in the program */
		return false;
	POINTER(insns, attr->insn_cnt * 8ul, IN);
	string(attr, offsetof(union bpf_attr, license));
	POINTER(log_buf, attr->log_size, OUT);
	POINTER(func_info, (u64)attr->func_info_cnt * attr->func_info_rec_size, IN);
	POINTER(line_info, (u64)attr->line_info_cnt * attr->line_info_rec_size, IN);
	POINTER(core_relos, (u64)attr->core_relo_cnt * attr->core_relo_rec_size, IN);
	return true;
}

static void import_run(union bpf_attr *attr)
{
	POINTER(test.data_in, attr->test.data_size_in, IN);
	POINTER(test.data_out, attr->test.data_size_out, OUT);
	POINTER(test.ctx_in, attr->test.ctx_size_in, IN);
	POINTER(test.ctx_out, attr->test.ctx_size_out, OUT);
}

/* Makes host addresses of those in attr; false for a command that is not known here. */
static bool bpf_import(u32 cmd, union bpf_attr *attr)
{
	switch (cmd) {
	case BPF_MAP_LOOKUP_ELEM:
	case BPF_MAP_UPDATE_ELEM:
	case BPF_MAP_DELETE_ELEM:
	case BPF_MAP_GET_NEXT_KEY:
	case BPF_MAP_LOOKUP_AND_DELETE_ELEM:
		import_elem(cmd, attr);
		return true;
	case BPF_MAP_LOOKUP_BATCH:
	case BPF_MAP_LOOKUP_AND_DELETE_BATCH:
	case BPF_MAP_UPDATE_BATCH:
	case BPF_MAP_DELETE_BATCH:
		import_batch(cmd, attr);
		return true;
	case BPF_PROG_LOAD:
		return import_program(attr);
	case BPF_OBJ_PIN:
	case BPF_OBJ_GET:
		string(attr, offsetof(union bpf_attr, pathname));
		return true;
	case BPF_PROG_TEST_RUN:
		import_run(attr);
		return true;
	case BPF_PROG_QUERY:
		POINTER(query.prog_ids, attr->query.prog_cnt * 4ul, OUT);
		POINTER(query.prog_attach_flags, attr->query.prog_cnt * 4ul, OUT);
		return true;
	case BPF_RAW_TRACEPOINT_OPEN:
		if (attr->raw_tracepoint.name)
			string(attr, offsetof(union bpf_attr, raw_tracepoint.name));
		return true;
	case BPF_BTF_LOAD:
		POINTER(btf, attr->btf_size, IN);
		POINTER(btf_log_buf, attr->btf_log_size, OUT);
		return true;
	case BPF_TASK_FD_QUERY:
		POINTER(task_fd_query.buf, attr->task_fd_query.buf_len, OUT);
		return true;
	case BPF_LINK_CREATE: /* what follows the flags depends on the program's type */
		return !attr->link_create.iter_info && !attr->link_create.iter_info_len;
	default: /* no addresses */
		return cmd < CMD_TOKEN_CREATE;
	}
}

/* Writes back what the host has changed, which it does in place; addresses stay the guest's. */
static long bpf_export(guest_addr to, const u8 *given, const u8 *now, u32 size)
{
	for (u32 i = 0; i + 4 <= size; i += 4)
		if (memcmp(given + i, now + i, 4) && copy_to_user(to + i, now + i, 4))
			return -EFAULT;
	return 0;
}

/* ---- Infos ---- */

#define OUT_BUFFER(type, field, n) pointer(info, offsetof(type, field), n, OUT)

static void import_prog_info(struct bpf_prog_info *info)
{
	typedef struct bpf_prog_info T;

	OUT_BUFFER(T, jited_prog_insns, info->jited_prog_len);
	OUT_BUFFER(T, xlated_prog_insns, info->xlated_prog_len);
	OUT_BUFFER(T, map_ids, info->nr_map_ids * 4ul);
	OUT_BUFFER(T, jited_ksyms, info->nr_jited_ksyms * 8ul);
	OUT_BUFFER(T, jited_func_lens, info->nr_jited_func_lens * 4ul);
	OUT_BUFFER(T, func_info, (u64)info->nr_func_info * info->func_info_rec_size);
	OUT_BUFFER(T, line_info, (u64)info->nr_line_info * info->line_info_rec_size);
	OUT_BUFFER(T, jited_line_info,
		   (u64)info->nr_jited_line_info * info->jited_line_info_rec_size);
	OUT_BUFFER(T, prog_tags, info->nr_prog_tags * (u64)BPF_TAG_SIZE);
}

static void import_btf_info(struct bpf_btf_info *info)
{
	OUT_BUFFER(struct bpf_btf_info, btf, info->btf_size);
	OUT_BUFFER(struct bpf_btf_info, name, info->name_len);
}

/* Links to raw tracepoints and to iterators ask for a name; others are given numbers there. */
static void import_link_info(struct bpf_link_info *info)
{
	OUT_BUFFER(struct bpf_link_info, raw_tracepoint.tp_name, info->raw_tracepoint.tp_name_len);
}

/* An info holds the addresses of buffers, which ones depends on what the descriptor is of. */
static void import_info(int fd, void *info)
{
	char link[32], what[32];
	long n;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = host(SYS_readlink, HP(link), HP(what), sizeof(what) - 1);
	what[MAX(n, 0)] = 0;
	if (!strcmp(what, "anon_inode:bpf-prog"))
		import_prog_info(info);
	else if (!strcmp(what, "anon_inode:btf"))
		import_btf_info(info);
	else if (!strcmp(what, "anon_inode:bpf_link"))
		import_link_info(info);
}

/* info: two pages */
static long get_info(union bpf_attr *attr, u32 size, u8 *info)
{
	u32 len = MIN(attr->info.info_len, (u32)PAGE_SIZE);
	guest_addr uinfo = attr->info.info;
	u8 *given = info + PAGE_SIZE;
	long ret;

	memset(info, 0, PAGE_SIZE);
	if (copy_from_user(info, uinfo, len)) {
		POINTER(info.info, len, INOUT); /* the host says what it finds wrong first */
	} else {
		import_info((int)attr->info.bpf_fd, info);
		attr->info.info = (u64)HP(info);
	}
	memcpy(given, info, PAGE_SIZE);
	ret = host(SYS_bpf, BPF_OBJ_GET_INFO_BY_FD, HP(attr), size);
	attr->info.info = uinfo;
	return bpf_export(uinfo, given, info, len) ?: ret;
}

SYSCALL_DEFINE3(bpf, (.missing = "links with data, fd_array, tokens and newer"), INT, cmd, ADDR,
		uattr, UINT, size)
{
	union bpf_attr *attr;
	u8 *given;
	long ret;

	if (size > PAGE_SIZE)
		return host(SYS_bpf, cmd, HP(user_in(uattr, PAGE_SIZE)), size);
	attr = user_scratch(4 * PAGE_SIZE);
	if (!attr)
		return -ENOMEM;
	given = (u8 *)attr + PAGE_SIZE;
	memset(attr, 0, PAGE_SIZE);
	if (copy_from_user(attr, uattr, size))
		return -EFAULT;
	if (!bpf_import((u32)cmd, attr))
		return -EINVAL; /* as from a kernel that is older than the command */
	memcpy(given, attr, PAGE_SIZE);
	if (cmd == BPF_OBJ_GET_INFO_BY_FD)
		ret = get_info(attr, size, given + PAGE_SIZE);
	else
		ret = host(SYS_bpf, cmd, HP(attr), size);
	bpf_export(uattr, given, (const u8 *)attr, size);
	return ret;
}
