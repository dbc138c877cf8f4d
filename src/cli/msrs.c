/* SPDX-License-Identifier: GPL-2.0-or-later */
/* trapgate msrs: what the gates find in the CPU when they are used, each field decoded. Everything
 * is read back from the engine's registers and from the tables that they point to. */
#include <getopt.h>
#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "cli/cli.h"
#include "entry/kernel.h"
#include "host/host.h"

enum { OPT_CPU = 256, OPT_JSON, OPT_ALL, OPT_HELP };

static const struct option options[] = {
	{"cpu", required_argument, NULL, OPT_CPU},
	{"json", no_argument, NULL, OPT_JSON},
	{"all", no_argument, NULL, OPT_ALL},
	{"help", no_argument, NULL, OPT_HELP},
	{NULL, 0, NULL, 0},
};

static int help(void)
{
	printf("usage: trapgate msrs [--cpu intel|amd|host] [--all] [--json]\n\n"
	       "Shows what the kernel's start-up left in the CPU for the gates to use: the MSRs "
	       "of\n"
	       "SYSCALL and SYSENTER, the GDT, the IDT and the TSS, each field decoded. Addresses\n"
	       "of kernel code are symbolic, and the same that `trapgate paths` shows.\n\n"
	       "  --cpu VENDOR     of the emulated CPU: intel (the default), amd or host\n"
	       "  --all            every vector of the IDT, not only those of exceptions and of "
	       "INT 0x80\n"
	       "  --json           as one JSON object\n");
	return cli_finish_stdout();
}

/* ---- Decoding ---- */

struct text { /* grows by text_add() */
	char s[512];
	size_t n;
};

static void __attribute__((format(printf, 2, 3))) text_add(struct text *t, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(t->s + t->n, sizeof(t->s) - t->n, fmt, ap);
	va_end(ap);
	t->n = MIN(t->n + (size_t)MAX(n, 0), sizeof(t->s) - 1);
}

static void add_bits(struct text *t, u64 value, const char *const *names)
{
	for (int i = 0; names[i]; i++)
		if (names[i][0] && value >> i & 1)
			text_add(t, "%s%s", t->n ? " " : "", names[i]);
}

static void decode_msr(struct text *t, u32 nr, u64 v, bool amd)
{
	static const char *const efer[] = {"SCE: SYSCALL is enabled",
					   "",
					   "",
					   "",
					   "",
					   "",
					   "",
					   "",
					   "LME: long mode is enabled",
					   "",
					   "LMA: and active",
					   "NX: no-execute pages",
					   NULL};
	static const char *const flags[] = {"CF", "",	"PF", "",   "AF",   "",	  "ZF", "SF",
					    "TF", "IF", "DF", "OF", "IOPL", "",	  "NT", "",
					    "RF", "",	"AC", "",   "",	    "ID", NULL};
	const char *symbol = kernel_symbol(v);

	switch (nr) {
	case MSR_EFER:
		for (int i = 0; i < 12; i++)
			if (efer[i][0] && v >> i & 1)
				text_add(t, "%s%s", t->n ? "; " : "", efer[i]);
		break;
	case MSR_STAR:
		text_add(t,
			 "SYSCALL loads CS %#x and SS %#x; SYSRET to 64-bit code loads CS %#x, "
			 "to 32-bit code CS %#x, and SS %#x",
			 (u32)(v >> 32 & 0xfffc), (u32)(v >> 32 & 0xfffc) + 8,
			 (u32)((v >> 48) + 16) | 3, (u32)(v >> 48) | 3, (u32)((v >> 48) + 8) | 3);
		break;
	case MSR_SYSCALL_MASK:
		text_add(t, "SYSCALL clears ");
		{
			struct text names = {.n = 0};

			add_bits(&names, v, flags);
			text_add(t, "%s", names.s);
		}
		break;
	case MSR_IA32_SYSENTER_CS:
		text_add(t, "SYSENTER loads CS %#x and SS %#x%s", (u32)v & 0xfffc,
			 ((u32)v & 0xfffc) + 8, amd ? "; long mode has no SYSENTER here" : "");
		break;
	case MSR_IA32_SYSENTER_ESP:
		text_add(t, "the stack that SYSENTER starts on");
		break;
	case MSR_LSTAR:
		text_add(t, "%s: SYSCALL from 64-bit code", symbol);
		break;
	case MSR_CSTAR:
		if (amd)
			text_add(t, "%s: SYSCALL from compatibility mode", symbol);
		else
			text_add(t, "not set: this CPU has SYSCALL in 64-bit mode only (#UD)");
		break;
	case MSR_IA32_SYSENTER_EIP:
		text_add(t, "%s", symbol);
		break;
	case MSR_FS_BASE:
		text_add(t, "of the running program: arch_prctl(ARCH_SET_FS), WRFSBASE");
		break;
	case MSR_GS_BASE:
		text_add(t, "of the running program; SWAPGS exchanges it with the next");
		break;
	case MSR_KERNEL_GS_BASE:
		text_add(t, "the kernel's per-CPU area, while user code runs");
		break;
	}
}

static const struct {
	u32 nr;
	const char *name;
} shown[] = {
	{MSR_EFER, "EFER"},
	{MSR_STAR, "STAR"},
	{MSR_LSTAR, "LSTAR"},
	{MSR_CSTAR, "CSTAR"},
	{MSR_SYSCALL_MASK, "SYSCALL_MASK"},
	{MSR_IA32_SYSENTER_CS, "SYSENTER_CS"},
	{MSR_IA32_SYSENTER_ESP, "SYSENTER_ESP"},
	{MSR_IA32_SYSENTER_EIP, "SYSENTER_EIP"},
	{MSR_FS_BASE, "FS_BASE"},
	{MSR_GS_BASE, "GS_BASE"},
	{MSR_KERNEL_GS_BASE, "KERNEL_GS_BASE"},
};

static const char *segment_name(int index)
{
	static const char *const names[] = {
		[0] = "null",
		[1] = "KERNEL32_CS",
		[2] = "KERNEL_CS",
		[3] = "KERNEL_DS",
		[4] = "USER32_CS",
		[5] = "USER_DS",
		[6] = "USER_CS",
		[8] = "TSS",
		[10] = "LDT",
		[12] = "TLS 0",
		[13] = "TLS 1",
		[14] = "TLS 2",
		[15] = "CPUNODE (LSL tells CPU and node)",
	};

	return index < (int)ARRAY_SIZE(names) && names[index] ? names[index] : "";
}

static void decode_descriptor(struct text *t, u64 d, u64 upper)
{
	u32 access = d >> 40 & 0xff, flags = d >> 52 & 0xf;
	u64 base = (d >> 16 & 0xffffff) | (d >> 56) << 24;
	u64 limit = (d & 0xffff) | (d >> 48 & 0xf) << 16;

	if (!(access & 0x80)) {
		text_add(t, "not present");
		return;
	}
	if (flags & 8)
		limit = limit << 12 | 0xfff;
	if (!(access & 0x10)) {
		base |= upper << 32;
		text_add(t, "%s, DPL %u, base %#lx, limit %#lx",
			 (access & 0xf) == 2   ? "LDT"
			 : (access & 0xd) == 9 ? "64-bit TSS"
					       : "system",
			 access >> 5 & 3, base, limit);
		return;
	}
	if (access & 8)
		text_add(t, "%s code, ", flags & 2 ? "64-bit" : flags & 4 ? "32-bit" : "16-bit");
	else
		text_add(t, "%s, ", access & 2 ? "data" : "read-only data");
	text_add(t, "DPL %u, base %#lx, limit %#lx", access >> 5 & 3, base, limit);
	if (access & 1)
		text_add(t, ", accessed");
}

/* ---- Output ---- */

static json_t *hex(u64 v)
{
	return json_sprintf("0x%lx", v);
}

struct output {
	json_t *root; /* NULL: text */
	bool all, amd;
};

static void put_msrs(struct output *o)
{
	json_t *list = o->root ? json_array() : NULL;

	if (!o->root)
		printf("MSRs\n");
	for (size_t i = 0; i < ARRAY_SIZE(shown); i++) {
		u64 v = cpu_get_msr(shown[i].nr);
		struct text t = {.n = 0};

		decode_msr(&t, shown[i].nr, v, o->amd);
		if (list)
			json_array_append_new(
				list, json_pack("{s:s,s:o,s:o,s:s}", "name", shown[i].name, "msr",
						hex(shown[i].nr), "value", hex(v), "meaning", t.s));
		else
			printf("  %-14s  %#-10x  %016lx  %s\n", shown[i].name, shown[i].nr, v, t.s);
	}
	if (list)
		json_object_set_new(o->root, "msrs", list);
}

static void put_gdt(struct output *o, const struct cpu_table_reg *gdtr)
{
	json_t *list = o->root ? json_array() : NULL;

	if (!o->root)
		printf("\nGDT at %#lx, limit %#x\n", gdtr->base, gdtr->limit);
	for (int i = 0; (u32)i * 8 + 7 <= gdtr->limit; i++) {
		u64 d[2] = {0, 0};
		struct text t = {.n = 0};
		bool system;

		cpu_kernel_read(gdtr->base + 8 * (u64)i, d, 8);
		system = (d[0] >> 47 & 1) && !(d[0] >> 44 & 1);
		if (system)
			cpu_kernel_read(gdtr->base + 8 * (u64)i + 8, &d[1], 8);
		decode_descriptor(&t, d[0], d[1]);
		if (list)
			json_array_append_new(list, json_pack("{s:i,s:o,s:s,s:o,s:s}", "index", i,
							      "selector",
							      hex((u64)i * 8 | (d[0] >> 45 & 3)),
							      "name", segment_name(i), "descriptor",
							      hex(d[0]), "meaning", t.s));
		else if (d[0])
			printf("  %2d  selector %#04x  %016lx  %-12s %s\n", i,
			       (u32)i * 8 | (u32)(d[0] >> 45 & 3), d[0], segment_name(i), t.s);
		i += system; /* the upper half is no descriptor of its own */
	}
	if (list)
		json_object_set_new(o->root, "gdt",
				    json_pack("{s:o,s:i,s:o}", "base", hex(gdtr->base), "limit",
					      (int)gdtr->limit, "entries", list));
}

static void put_idt(struct output *o, const struct cpu_table_reg *idtr)
{
	json_t *list = o->root ? json_array() : NULL;

	if (!o->root)
		printf("\nIDT at %#lx, limit %#x%s\n", idtr->base, idtr->limit,
		       o->all ? "" : " (exceptions and system calls; --all shows every vector)");
	for (int v = 0; v < 256; v++) {
		u64 raw[2];
		struct idt_gate g;
		const char *symbol;

		if (!cpu_kernel_read(idtr->base + 16 * (u64)v, raw, sizeof(raw)))
			break;
		g = idt_gate_decode(raw);
		if (!g.present || (!o->all && v >= 0x20 && v != 0x80))
			continue;
		symbol = kernel_symbol(g.offset);
		if (list)
			json_array_append_new(
				list,
				json_pack("{s:i,s:s,s:i,s:i,s:o,s:o,s:s}", "vector", v, "type",
					  g.type == 0xe ? "interrupt" : "trap", "dpl", g.dpl, "ist",
					  g.ist, "selector", hex(g.selector), "offset",
					  hex(g.offset), "symbol", symbol ? symbol : ""));
		else
			printf("  0x%02x  %s gate, DPL %u, stack %.3s%d, to %#x:%#lx %s\n", v,
			       g.type == 0xe ? "interrupt" : "trap", g.dpl, g.ist ? "IST" : "RSP",
			       g.ist, g.selector, g.offset, symbol ? symbol : "");
	}
	if (list)
		json_object_set_new(o->root, "idt",
				    json_pack("{s:o,s:i,s:o}", "base", hex(idtr->base), "limit",
					      (int)idtr->limit, "gates", list));
}

static void put_tss(struct output *o, const struct cpu_table_reg *tr)
{
	struct tss t;
	json_t *ist = o->root ? json_array() : NULL;

	if (!cpu_kernel_read(tr->base, &t, sizeof(t)))
		return;
	if (!o->root)
		printf("\nTSS at %#lx, limit %#x, selector %#x\n"
		       "  RSP0 %#lx  the stack that interrupts from user mode start on\n"
		       "  RSP1 %#lx  not used by the CPU: Linux keeps the task's stack here\n",
		       tr->base, tr->limit, tr->selector, t.sp0, t.sp1);
	for (int i = 0; i < 7; i++) {
		if (ist)
			json_array_append_new(ist, hex(t.ist[i]));
		else if (t.ist[i])
			printf("  IST%d %#lx\n", i + 1, t.ist[i]);
	}
	if (ist)
		json_object_set_new(o->root, "tss",
				    json_pack("{s:o,s:i,s:o,s:o,s:o,s:o,s:i}", "base",
					      hex(tr->base), "limit", (int)tr->limit, "selector",
					      hex(tr->selector), "rsp0", hex(t.sp0), "rsp1",
					      hex(t.sp1), "ist", ist, "io_bitmap_base",
					      t.io_bitmap_base));
	else
		printf("  I/O bitmap at %#x%s\n", t.io_bitmap_base,
		       t.io_bitmap_base > tr->limit ? ": beyond the limit, no port is allowed"
						    : "");
}

static bool no_fill(guest_addr page, enum cpu_access access, struct cpu_xlate *out)
{
	(void)page, (void)access, (void)out;
	return false;
}

static void no_gate(enum gate gate)
{
	(void)gate;
}

static void start_cpu(bool amd)
{
	static struct cpu_ops ops = {.fill = no_fill, .gate = no_gate};
	u64 size = 1UL << 20;
	void *arena = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (arena == MAP_FAILED)
		fatal("out of memory");
	ops.boot = kernel_boot(amd ? CPU_MODEL_AMD : CPU_MODEL_INTEL);
	cpu_init(&ops, arena, size, amd ? CPU_MODEL_AMD : CPU_MODEL_INTEL);
}

int cli_msrs(int argc, char **argv)
{
	struct cpu_table_reg gdtr, idtr, tr;
	struct output o = {0};
	bool json = false;
	int c;

	opterr = 0;
	while ((c = getopt_long(argc, argv, ":", options, NULL)) != -1) {
		switch (c) {
		case OPT_CPU:
			o.amd = cli_cpu_model("msrs", optarg) == CPU_MODEL_AMD;
			break;
		case OPT_JSON:
			json = true;
			break;
		case OPT_ALL:
			o.all = true;
			break;
		case OPT_HELP:
			return help();
		default:
			cli_bad_option("msrs", c, argv);
		}
	}
	if (optind < argc)
		cli_usage_error("msrs", "%s: no arguments are expected", argv[optind]);
	start_cpu(o.amd);
	cpu_get_tables(&gdtr, &idtr, &tr);
	if (json)
		o.root = json_pack("{s:s,s:i,s:s}", "schema", "trapgate-msrs", "version", 1, "cpu",
				   o.amd ? "amd" : "intel");
	put_msrs(&o);
	put_gdt(&o, &gdtr);
	put_idt(&o, &idtr);
	put_tss(&o, &tr);
	if (json) {
		json_dumpf(o.root, stdout, JSON_INDENT(2));
		putchar('\n');
	}
	return cli_finish_stdout();
}
