/* SPDX-License-Identifier: GPL-2.0-or-later */
/* bpf(2): maps by element and by batch, a program loaded and run, queries; every command empty.
 * Where the host refuses bpf, the refusals are compared. */
#include <linux/bpf.h>
#include <linux/btf.h>

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

static long info_of(int fd, void *info, uint32_t len)
{
	long ret;

	memset(&a, 0, sizeof(a));
	a.info.bpf_fd = (uint32_t)fd;
	a.info.info = addr(info);
	a.info.info_len = len;
	ret = bpf(BPF_OBJ_GET_INFO_BY_FD);
	printf("info_len %u\n", a.info.info_len);
	return ret;
}

/* Infos hold the addresses of buffers that the kernel fills. */
static void info_of_program(int map)
{
	const struct bpf_insn uses_map[] = {
		{.code = BPF_LD | BPF_DW | BPF_IMM,
		 .dst_reg = 1,
		 .src_reg = BPF_PSEUDO_MAP_FD,
		 .imm = map},
		{0},
		{.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 0},
		{.code = BPF_JMP | BPF_EXIT},
	};
	struct bpf_prog_info info = {0};
	struct bpf_map_info of_map = {0};
	struct bpf_insn xlated[8] = {0};
	uint32_t ids[4] = {0}, lens[4] = {0};
	uint8_t tags[2][BPF_TAG_SIZE] = {0};
	int prog;

	memset(&a, 0, sizeof(a));
	a.prog_type = BPF_PROG_TYPE_SOCKET_FILTER;
	a.insns = addr(uses_map);
	a.insn_cnt = 4;
	a.license = addr("GPL");
	strcpy(a.prog_name, "uses_map");
	SHOW_OK(prog = (int)bpf(BPF_PROG_LOAD));
	SHOW(info_of(map, &of_map, sizeof(of_map)));
	SHOW(info_of(prog, &info, sizeof(info)));
	printf("%s: %u bytes, %u maps, tags %u\n", info.name, info.xlated_prog_len, info.nr_map_ids,
	       info.nr_prog_tags);
	info.jited_prog_len = info.nr_line_info = info.nr_func_info = info.nr_jited_line_info = 0;
	info.nr_jited_ksyms = 0;
	info.xlated_prog_len = sizeof(xlated);
	info.xlated_prog_insns = addr(xlated);
	info.nr_map_ids = 4;
	info.map_ids = addr(ids);
	info.nr_jited_func_lens = 4;
	info.jited_func_lens = addr(lens);
	info.nr_prog_tags = 2;
	info.prog_tags = addr(tags);
	SHOW(info_of(prog, &info, sizeof(info)));
	printf("map %d, buffers %d %d, lens %d\n", ids[0] == of_map.id,
	       info.xlated_prog_insns == addr(xlated), info.map_ids == addr(ids),
	       lens[0] == info.jited_prog_len);
	printf("code %x %x, tag %d\n", xlated[0].code, xlated[3].code,
	       !memcmp(tags[0], info.tag, BPF_TAG_SIZE));
	info.xlated_prog_len = sizeof(xlated);
	info.xlated_prog_insns = 16;
	SHOW(info_of(prog, &info, sizeof(info)));
	SHOW(info_of(prog, (void *)16, sizeof(info)));
	SHOW(info_of(prog, &info, 1 << 20));
	close(prog);
}

static void info_of_types(void)
{
	static const struct {
		struct btf_header header;
		uint32_t type[4];
		char names[5];
	} blob = {{BTF_MAGIC, BTF_VERSION, 0, sizeof(struct btf_header), 0, 16, 16, 5},
		  {1, BTF_KIND_INT << 24, 4, 32},
		  "\0int"};
	struct bpf_btf_info info = {0};
	char types[64] = {0};
	int fd;

	memset(&a, 0, sizeof(a));
	a.btf = addr(&blob);
	a.btf_size = sizeof(blob.header) + sizeof(blob.type) + sizeof(blob.names);
	SHOW_OK(fd = (int)bpf(BPF_BTF_LOAD));
	info.btf = addr(types);
	info.btf_size = sizeof(types);
	SHOW(info_of(fd, &info, sizeof(info)));
	printf("%u bytes, %s\n", info.btf_size,
	       memcmp(types, &blob, info.btf_size) ? "others" : "the same");
	close(fd);
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
	info_of_program(map);
	info_of_types();
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
