/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The guest's stack, for trace -k. Frames are found by the call frame information that compilers
 * leave in .eh_frame (DWARF 5, section 6.4; LSB, Exception Frames). */
#include "task/backtrace.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "cpu/cpu.h"
#include "loader/symbols.h"
#include "mm/mm.h"
#include "mm/uaccess.h"

#define FRAMES_MAX 256
#define REGS	   17 /* DWARF's numbers; the last is the return address */
#define STATES	   8

/* Where the caller's value of a register is. */
struct rule {
	enum { SAME, AT_CFA, UNKNOWN } how;
	s64 offset;
};
struct row {
	u32 cfa_reg;
	s64 cfa_offset;
	bool cfa_known;
	struct rule reg[REGS];
};

struct reader {
	const u8 *p, *end;
};

static u64 fixed(struct reader *r, size_t n)
{
	u64 v = 0;

	if ((size_t)(r->end - r->p) < n) {
		r->p = r->end;
		return 0;
	}
	memcpy(&v, r->p, n);
	r->p += n;
	return v;
}

static u64 uleb(struct reader *r)
{
	u64 v = 0;

	for (u32 shift = 0; r->p < r->end && shift < 64; shift += 7) {
		u8 b = *r->p++;

		v |= (u64)(b & 0x7f) << shift;
		if (!(b & 0x80))
			break;
	}
	return v;
}

static s64 sleb(struct reader *r)
{
	u64 v = 0;
	u32 shift = 0;
	u8 b = 0;

	do {
		if (r->p == r->end || shift > 63)
			break;
		b = *r->p++;
		v |= (u64)(b & 0x7f) << shift;
		shift += 7;
	} while (b & 0x80);
	if (shift < 64 && (b & 0x40))
		v |= ~0ULL << shift;
	return (s64)v;
}

/* A pointer in one of DW_EH_PE_*'s encodings; at: the address of the section's first byte. */
static u64 encoded(struct reader *r, u8 enc, const u8 *base, u64 at, bool compat)
{
	u64 place = at + (u64)(r->p - base), v;

	switch (enc & 0x0f) {
	case 0x00:
		v = fixed(r, compat ? 4 : 8);
		break;
	case 0x02:
		v = fixed(r, 2);
		break;
	case 0x03:
		v = fixed(r, 4);
		break;
	case 0x0a:
		v = (u64)(s16)fixed(r, 2);
		break;
	case 0x0b:
		v = (u64)(s32)fixed(r, 4);
		break;
	default:
		v = fixed(r, 8);
		break;
	}
	return (enc & 0x70) == 0x10 ? v + place : v;
}

struct cie {
	u64 code_align, ra;
	s64 data_align;
	u8 enc;
	bool signal;
	struct reader program;
};

static bool read_cie(const u8 *p, const u8 *end, bool compat, struct cie *c)
{
	struct reader r = {p, end};
	u64 len = fixed(&r, 4);
	const char *aug;

	if (!len || len >= (u64)(end - r.p) + 1 || fixed(&r, 4) != 0)
		return false;
	r.end = p + 4 + len;
	memset(c, 0, sizeof(*c));
	fixed(&r, 1);
	aug = (const char *)r.p;
	r.p += strnlen(aug, (size_t)(r.end - r.p));
	fixed(&r, 1);
	c->code_align = uleb(&r);
	c->data_align = sleb(&r);
	c->ra = uleb(&r);
	if (*aug == 'z') {
		u64 n = uleb(&r);
		struct reader a = {r.p, r.p + MIN(n, (u64)(r.end - r.p))};

		for (aug++; *aug; aug++) {
			if (*aug == 'R')
				c->enc = (u8)fixed(&a, 1);
			else if (*aug == 'P')
				encoded(&a, (u8)fixed(&a, 1), a.p, 0, compat);
			else if (*aug == 'L')
				fixed(&a, 1);
			else if (*aug == 'S')
				c->signal = true;
		}
		r.p = a.end;
	}
	c->program = r;
	return true;
}

/* Runs call frame instructions until they are about code behind pc. False: not understood. */
static bool run(struct reader *r, const struct cie *c, u64 loc, u64 pc, struct row *row,
		const struct row *initial)
{
	struct row saved[STATES];
	u32 depth = 0;

#define RULE(n, how_, offset_)                                                                     \
	do {                                                                                       \
		u64 reg_ = (n);                                                                    \
		s64 off_ = (offset_);                                                              \
		if (reg_ == c->ra)                                                                 \
			reg_ = REGS - 1;                                                           \
		if (reg_ < REGS)                                                                   \
			row->reg[reg_] = (struct rule){how_, off_};                                \
	} while (0)
	while (r->p < r->end && loc <= pc) {
		u8 op = (u8)fixed(r, 1), low = op & 0x3f;
		u64 n;

		switch (op >> 6) {
		case 1: /* DW_CFA_advance_loc */
			loc += low * c->code_align;
			continue;
		case 2: /* DW_CFA_offset */
			RULE(low, AT_CFA, (s64)uleb(r) * c->data_align);
			continue;
		case 3: /* DW_CFA_restore */
			n = low == c->ra ? REGS - 1 : low;
			if (initial && n < REGS)
				row->reg[n] = initial->reg[n];
			continue;
		default:
			break;
		}
		switch (low) {
		case 0x00:
			break;
		case 0x02:
			loc += fixed(r, 1) * c->code_align;
			break;
		case 0x03:
			loc += fixed(r, 2) * c->code_align;
			break;
		case 0x04:
			loc += fixed(r, 4) * c->code_align;
			break;
		case 0x05: /* DW_CFA_offset_extended */
			n = uleb(r);
			RULE(n, AT_CFA, (s64)uleb(r) * c->data_align);
			break;
		case 0x06: /* DW_CFA_restore_extended */
			n = uleb(r);
			if (initial && n < REGS)
				row->reg[n] = initial->reg[n];
			break;
		case 0x07: /* DW_CFA_undefined */
			RULE(uleb(r), UNKNOWN, 0);
			break;
		case 0x08: /* DW_CFA_same_value */
			RULE(uleb(r), SAME, 0);
			break;
		case 0x0a: /* DW_CFA_remember_state */
			if (depth == STATES)
				return false;
			saved[depth++] = *row;
			break;
		case 0x0b: /* DW_CFA_restore_state */
			if (!depth)
				return false;
			*row = saved[--depth];
			break;
		case 0x0c: /* DW_CFA_def_cfa */
			row->cfa_reg = (u32)uleb(r);
			row->cfa_offset = (s64)uleb(r);
			row->cfa_known = true;
			break;
		case 0x0d: /* DW_CFA_def_cfa_register */
			row->cfa_reg = (u32)uleb(r);
			break;
		case 0x0e: /* DW_CFA_def_cfa_offset */
			row->cfa_offset = (s64)uleb(r);
			break;
		case 0x0f: /* DW_CFA_def_cfa_expression */
			n = uleb(r);
			r->p += MIN(n, (u64)(r->end - r->p));
			row->cfa_known = false;
			break;
		case 0x10: /* DW_CFA_expression, DW_CFA_val_expression */
		case 0x16:
			RULE(uleb(r), UNKNOWN, 0);
			n = uleb(r);
			r->p += MIN(n, (u64)(r->end - r->p));
			break;
		case 0x11: /* DW_CFA_offset_extended_sf */
			n = uleb(r);
			RULE(n, AT_CFA, sleb(r) * c->data_align);
			break;
		case 0x12: /* DW_CFA_def_cfa_sf */
			row->cfa_reg = (u32)uleb(r);
			row->cfa_offset = sleb(r) * c->data_align;
			row->cfa_known = true;
			break;
		case 0x13: /* DW_CFA_def_cfa_offset_sf */
			row->cfa_offset = sleb(r) * c->data_align;
			break;
		case 0x2e: /* DW_CFA_GNU_args_size */
			uleb(r);
			break;
		default:
			return false;
		}
	}
#undef RULE
	return true;
}

/* The row of the function around pc (an address in the file's terms). */
static bool find_row(const struct code_file *f, u64 pc, bool compat, struct row *row)
{
	u64 at;
	size_t size;
	const u8 *base = code_eh_frame(f, &at, &size), *end = base + size;

	for (const u8 *p = base; base && end - p >= 8;) {
		struct reader r = {p, end};
		u64 len = fixed(&r, 4), id, start, span;
		const u8 *next = p + 4 + len, *cie_at = r.p;
		struct row initial;
		struct cie c;

		if (!len || len > (u64)(end - r.p))
			return false;
		r.end = next;
		id = fixed(&r, 4);
		p = next;
		if (!id || id > (u64)(cie_at - base) || !read_cie(cie_at - id, end, compat, &c))
			continue;
		start = encoded(&r, c.enc, base, at, compat);
		if (compat)
			start = (u32)start;
		span = encoded(&r, c.enc & 0x0f, base, at, compat);
		if (pc < start || pc - start >= span)
			continue;
		len = uleb(&r); /* augmentation data */
		r.p += MIN(len, (u64)(r.end - r.p));
		memset(row, 0, sizeof(*row));
		if (!run(&c.program, &c, 0, ~0ULL, row, NULL))
			return false;
		initial = *row;
		return run(&r, &c, start, pc, row, &initial) && row->cfa_known;
	}
	return false;
}

/* ---- Frames ---- */

static void dwarf_regs(const struct pt_regs *r, bool compat, u64 v[REGS])
{
	const u64 wide[REGS] = {r->ax, r->dx,  r->cx,  r->bx,  r->si,  r->di,  r->bp,  r->sp, r->r8,
				r->r9, r->r10, r->r11, r->r12, r->r13, r->r14, r->r15, r->ip};
	const u64 narrow[REGS] = {(u32)r->ax, (u32)r->cx, (u32)r->dx, (u32)r->bx,
				  (u32)r->sp, (u32)r->bp, (u32)r->si, (u32)r->di};

	memcpy(v, compat ? narrow : wide, sizeof(wide));
	v[REGS - 1] = r->ip;
}

/* The path of a mapped file: the host knows it, by device and inode. */
static bool path_of(const struct vm_file *file, char *path, size_t n)
{
	FILE *maps = fopen("/proc/self/maps", "re");
	char line[4300];
	bool found = false;

	while (maps && !found && fgets(line, sizeof(line), maps)) {
		unsigned major_, minor_;
		unsigned long long ino;
		int at = 0;

		if (sscanf(line, "%*s %*s %*s %x:%x %llu %n", &major_, &minor_, &ino, &at) < 3 ||
		    !at || ino != file->ino || makedev(major_, minor_) != file->dev)
			continue;
		line[strcspn(line, "\n")] = 0;
		snprintf(path, n, "%s", line + at);
		found = true;
	}
	if (maps)
		fclose(maps);
	return found;
}

/* The caller of the vDSO's few instructions, which push no more than some registers: the first word
 * on the stack that is an address of a file's code. */
static bool leave_vdso(u64 v[REGS], bool compat)
{
	u32 sp = compat ? 4 : 7;
	size_t w = compat ? 4 : 8;

	for (u32 i = 0; i < 8; i++) {
		const struct vm_area *area;
		u64 word = 0;

		if (copy_from_user(&word, v[sp] + i * w, w))
			return false;
		area = word ? mm_find(word) : NULL;
		if (!area || !area->file || !(area->prot & 4))
			continue;
		v[REGS - 1] = word;
		v[sp] += (i + 1) * w;
		return true;
	}
	return false;
}

/* One frame: tells of it, and finds the caller's registers. False: it is the last. */
static bool step(u64 v[REGS], u32 depth, bool compat, trace_frame_fn frame, void *arg)
{
	u64 ip = v[REGS - 1], look = depth ? ip - 1 : ip, vaddr = 0, at = 0, cfa, next[REGS];
	const struct vm_area *area = mm_find(look);
	struct code_file *f = NULL;
	const char *name = NULL;
	u32 sp = compat ? 4 : 7;
	char path[4200] = "";
	struct row row;

	if (!ip || !area || !(area->prot & 4))
		return false;
	if (area->file && path_of(area->file, path, sizeof(path)))
		f = code_open(path);
	else if (area->name)
		snprintf(path, sizeof(path), "%s", area->name);
	if (f && code_vaddr(f, look - area->start + area->pgoff, &vaddr) &&
	    code_symbol(f, vaddr, &name, &at))
		at += ip - look;
	frame(arg, path, name, at, ip - area->start + area->pgoff);
	if (!f && !depth && area->start == (mm->vdso & PAGE_MASK))
		return leave_vdso(v, compat);
	if (!f || !find_row(f, vaddr, compat, &row) || row.cfa_reg >= REGS)
		return false;
	cfa = v[row.cfa_reg] + (u64)row.cfa_offset;
	if (cfa <= v[sp] && depth)
		return false;
	memcpy(next, v, sizeof(next));
	next[REGS - 1] = 0;
	for (u32 i = 0; i < REGS; i++) {
		if (row.reg[i].how != AT_CFA)
			continue;
		next[i] = 0;
		if (copy_from_user(&next[i], cfa + (u64)row.reg[i].offset, compat ? 4 : 8))
			return false;
	}
	next[sp] = cfa;
	memcpy(v, next, sizeof(next));
	return true;
}

void backtrace_walk(guest_addr ip, bool compat, trace_frame_fn frame, void *arg)
{
	struct pt_regs regs;
	u64 v[REGS];

	cpu_get_regs(&regs);
	regs.ip = ip;
	dwarf_regs(&regs, compat, v);
	for (u32 depth = 0; depth < FRAMES_MAX; depth++)
		if (!step(v, depth, compat, frame, arg))
			return;
}
