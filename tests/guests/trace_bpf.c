/* SPDX-License-Identifier: GPL-2.0-or-later */
/* bpf(2): what a trace shows of the attributes of every command, as long as kernels of several
 * ages have them. tests/cases/60-trace.sh sets strace's lines and trapgate's side by side, with
 * results that the tracers make up. */
#include <linux/bpf.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

static char *end; /* of the readable page */

static void programs(void)
{
	static struct bpf_insn code[256]; /* every code, every register */
	union bpf_attr a;
	const char *names[2] = {"one", "two"};
	uint64_t numbers[2] = {1, 0xffffffffffULL};

	for (int i = 0; i < 256; i++)
		code[i] = (struct bpf_insn){.code = (uint8_t)i,
					    .dst_reg = (uint8_t)i & 15,
					    .src_reg = (uint8_t)i >> 4,
					    .off = (int16_t)-i,
					    .imm = i - 128};
	memset(&a, 0, sizeof(a));
	a.prog_type = BPF_PROG_TYPE_XDP;
	a.insns = (uintptr_t)code;
	a.insn_cnt = sizeof(code) / sizeof(*code);
	a.license = (uintptr_t) "GPL";
	a.kern_version = 0x60102;
	strcpy(a.prog_name, "a_name");
	syscall(SYS_bpf, BPF_PROG_LOAD, &a, 120);
	for (uint32_t type = 0; type < 46; type++) {
		memset(&a, 0, sizeof(a));
		a.link_create.attach_type = type;
		a.link_create.perf_event.bpf_cookie = type * 3;
		if (type == BPF_TRACE_KPROBE_MULTI) {
			a.link_create.kprobe_multi.cnt = 2;
			a.link_create.kprobe_multi.syms = (uintptr_t)names;
			a.link_create.kprobe_multi.addrs = (uintptr_t)numbers;
			a.link_create.kprobe_multi.cookies = (uintptr_t)numbers;
		}
		syscall(SYS_bpf, BPF_LINK_CREATE, &a, 48);
		syscall(SYS_bpf, BPF_LINK_CREATE, &a, 16);
	}
}

int main(void)
{
	char *page = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	end = page + 4096;
	mprotect(end, 4096, PROT_NONE);
	for (int cmd = 0; cmd < 38; cmd++) {
		for (unsigned size = 0; size <= 160; size += 4)
			for (uint32_t how = 0; how < 3; how++) {
				for (uint32_t i = 0; i < size; i += 4) {
					uint32_t v = how * (i / 4 + 1);

					memcpy(end - size + i, &v, 4);
				}
				syscall(SYS_bpf, cmd, end - size, size);
			}
		syscall(SYS_bpf, cmd, NULL, 16);
		syscall(SYS_bpf, cmd, end - 8, 16);
	}
	programs();
	return 0;
}
