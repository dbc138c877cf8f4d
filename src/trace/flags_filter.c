/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Constants of classic BPF programs. */
#include "trace/flags.h"
#include "trace/flags_filter.h"

XLAT(x_bpf_class, "BPF_???", XV(0, "BPF_LD"), XV(1, "BPF_LDX"), XV(2, "BPF_ST"), XV(3, "BPF_STX"),
     XV(4, "BPF_ALU"), XV(5, "BPF_JMP"), XV(6, "BPF_RET"), XV(7, "BPF_MISC"));
XLAT(x_bpf_size, "BPF_???", XV(0, "BPF_W"), XV(8, "BPF_H"), XV(16, "BPF_B"));
XLAT(x_bpf_mode, "BPF_???", XV(0, "BPF_IMM"), XV(0x20, "BPF_ABS"), XV(0x40, "BPF_IND"),
     XV(0x60, "BPF_MEM"), XV(0x80, "BPF_LEN"), XV(0xa0, "BPF_MSH"));
XLAT(x_bpf_src, "BPF_???", XV(0, "BPF_K"), XV(8, "BPF_X"));
XLAT(x_bpf_rval, "BPF_???", XV(0, "BPF_K"), XV(8, "BPF_X"), XV(16, "BPF_A"));
XLAT(x_bpf_misc, "BPF_???", XV(0, "BPF_TAX"), XV(0x80, "BPF_TXA"));
XLAT(x_bpf_op_alu, "BPF_???", XV(0, "BPF_ADD"), XV(0x10, "BPF_SUB"), XV(0x20, "BPF_MUL"),
     XV(0x30, "BPF_DIV"), XV(0x40, "BPF_OR"), XV(0x50, "BPF_AND"), XV(0x60, "BPF_LSH"),
     XV(0x70, "BPF_RSH"), XV(0x80, "BPF_NEG"), XV(0x90, "BPF_MOD"), XV(0xa0, "BPF_XOR"));
XLAT(x_bpf_op_jmp, "BPF_???", XV(0, "BPF_JA"), XV(0x10, "BPF_JEQ"), XV(0x20, "BPF_JGT"),
     XV(0x30, "BPF_JGE"), XV(0x40, "BPF_JSET"));
XLAT(x_seccomp_ret, "SECCOMP_RET_???", XV(0x80000000u, "SECCOMP_RET_KILL_PROCESS"),
     XV(0, "SECCOMP_RET_KILL_THREAD"), XV(0x30000, "SECCOMP_RET_TRAP"),
     XV(0x50000, "SECCOMP_RET_ERRNO"), XV(0x7fc00000, "SECCOMP_RET_USER_NOTIF"),
     XV(0x7ff00000, "SECCOMP_RET_TRACE"), XV(0x7ffc0000, "SECCOMP_RET_LOG"),
     XV(0x7fff0000, "SECCOMP_RET_ALLOW"));
XLAT(x_skf_ad, "SKF_AD_???", XV(0, "SKF_AD_PROTOCOL"), XV(4, "SKF_AD_PKTTYPE"),
     XV(8, "SKF_AD_IFINDEX"), XV(12, "SKF_AD_NLATTR"), XV(16, "SKF_AD_NLATTR_NEST"),
     XV(20, "SKF_AD_MARK"), XV(24, "SKF_AD_QUEUE"), XV(28, "SKF_AD_HATYPE"),
     XV(32, "SKF_AD_RXHASH"), XV(36, "SKF_AD_CPU"), XV(40, "SKF_AD_ALU_XOR_X"),
     XV(44, "SKF_AD_VLAN_TAG"), XV(48, "SKF_AD_VLAN_TAG_PRESENT"), XV(52, "SKF_AD_PAY_OFFSET"),
     XV(56, "SKF_AD_RANDOM"), XV(60, "SKF_AD_VLAN_TPID"));
