/* SPDX-License-Identifier: GPL-2.0-or-later */
/* bpf(2): maps by element and by batch, a program loaded and run, queries; every command empty.
 * Where the host refuses bpf, the refusals are compared. */
#include <linux/bpf.h>

#include "guest.h"

static union bpf_attr a;

static long bpf(int cmd)
{
	return syscall(SYS_bpf, cmd, &a, sizeof(a));
}

static uint64_t addr(const void *p)
{
	return (uint64_t)(uintptr_t)p;
}

static void map_elements(int map)
{
	uint32_t key = 2, next = 99;
	uint64_t value = 0x1122334455667788;

	memset(&a, 0, sizeof(a));
	a.map_fd = (uint32_t)map;
	a.key = addr(&key);
	a.value = addr(&value);
	SHOW(bpf(BPF_MAP_UPDATE_ELEM));
	value = 0;
	SHOW(bpf(BPF_MAP_LOOKUP_ELEM));
	printf("value %llx\n", (unsigned long long)value);
	a.next_key = addr(&next);
	SHOW(bpf(BPF_MAP_GET_NEXT_KEY));
	printf("next %u\n", next);
	a.value = 16;
	SHOW(bpf(BPF_MAP_LOOKUP_ELEM));
	a.key = 16;
	SHOW(bpf(BPF_MAP_LOOKUP_ELEM));
}

static void map_batch(int map)
{
	uint32_t keys[4] = {0, 1, 2, 3}, position = 7;
	uint64_t values[4] = {5, 6, 7, 8};

	memset(&a, 0, sizeof(a));
	a.batch.map_fd = (uint32_t)map;
	a.batch.keys = addr(keys);
	a.batch.values = addr(values);
	a.batch.count = 4;
	SHOW(bpf(BPF_MAP_UPDATE_BATCH));
	printf("count %u, keys %d\n", a.batch.count, a.batch.keys == addr(keys));
	memset(values, 0, sizeof(values));
	memset(keys, 0, sizeof(keys));
	a.batch.count = 3;
	a.batch.out_batch = addr(&position);
	SHOW(bpf(BPF_MAP_LOOKUP_BATCH));
	printf("count %u, position %u, values %d %d %d, keys %u %u %u\n", a.batch.count, position,
	       (int)values[0], (int)values[1], (int)values[2], keys[0], keys[1], keys[2]);
}

/* r0 = the length of the packet; exit */
static const struct bpf_insn length[] = {
	{.code = BPF_LDX | BPF_W | BPF_MEM, .dst_reg = 0, .src_reg = 1},
	{.code = BPF_JMP | BPF_EXIT},
};

static void program(void)
{
	static char log[4096];
	char packet[64] = {0}, out[64];
	uint32_t ids[4];
	int prog;

	memset(&a, 0, sizeof(a));
	a.prog_type = BPF_PROG_TYPE_SCHED_CLS;
	a.insns = addr(length);
	a.insn_cnt = 2;
	a.license = addr("GPL");
	a.log_level = 2;
	a.log_size = sizeof(log);
	a.log_buf = addr(log);
	SHOW_OK(prog = (int)bpf(BPF_PROG_LOAD));
	printf("log %s\n", log[0] ? "written" : "empty");
	memset(&a, 0, sizeof(a));
	a.test.prog_fd = (uint32_t)prog;
	a.test.data_in = addr(packet);
	a.test.data_size_in = sizeof(packet);
	a.test.data_out = addr(out);
	a.test.data_size_out = sizeof(out);
	a.test.repeat = 1;
	SHOW(bpf(BPF_PROG_TEST_RUN));
	printf("returned %u, %u bytes out\n", a.test.retval, a.test.data_size_out);
	memset(&a, 0, sizeof(a));
	a.query.target_fd = (uint32_t)prog;
	a.query.prog_ids = addr(ids);
	a.query.prog_cnt = 4;
	SHOW(bpf(BPF_PROG_QUERY));
	close(prog);
}

int main(void)
{
	int map;

	memset(&a, 0, sizeof(a));
	a.map_type = BPF_MAP_TYPE_ARRAY;
	a.key_size = 4;
	a.value_size = 8;
	a.max_entries = 4;
	SHOW_OK(map = (int)bpf(BPF_MAP_CREATE));
	map_elements(map);
	map_batch(map);
	close(map);
	program();
	for (int cmd = BPF_MAP_LOOKUP_ELEM; cmd <= 45; cmd++) {
		if (cmd == BPF_PROG_GET_NEXT_ID || cmd == BPF_MAP_GET_NEXT_ID ||
		    cmd == BPF_BTF_GET_NEXT_ID || cmd == BPF_LINK_GET_NEXT_ID)
			continue; /* what others have */
		if (cmd == BPF_ENABLE_STATS || cmd == 36 || cmd == 37)
			continue; /* works; newer than the headers */
		memset(&a, 0, sizeof(a));
		printf("%d: ", cmd);
		SHOW_OK(bpf(cmd));
	}
	return 0;
}
