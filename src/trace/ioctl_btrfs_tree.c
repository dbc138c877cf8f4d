/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What ioctl commands take that look into btrfs' trees, and those that other file systems have,
 * too: clones, labels. */
#include <errno.h>
#include <linux/btrfs.h>
#include <linux/btrfs_tree.h>
#include <linux/fs.h>
#include <stddef.h>

#include "trace/flags.h"
#include "trace/flags_btrfs.h"
#include "trace/ioctl_args.h"

#define U(type, m) FIELD(type, m, V_U, NULL)

static bool object(struct tline *t, guest_addr a, u64 len)
{
	return value_decimal(t, &x_btrfs_object, a, len);
}

static bool key_type(struct tline *t, guest_addr a, u64 len)
{
	return value_decimal(t, &x_btrfs_key, a, len);
}

static void put_key(struct tline *t, const struct btrfs_ioctl_search_key *k)
{
	if (t->exiting) {
		put(t, "{key={nr_items=");
		put_udec(t, k->nr_items);
		putch(t, '}');
		return;
	}
	put(t, "{key={tree_id=");
	put_decimal(t, &x_btrfs_object, k->tree_id);
	if (!t->abbrev || k->min_objectid != BTRFS_FIRST_FREE_OBJECTID) {
		put_field(t, "min_objectid");
		put_decimal(t, &x_btrfs_object, k->min_objectid);
	}
	if (!t->abbrev || k->max_objectid != BTRFS_LAST_FREE_OBJECTID) {
		put_field(t, "max_objectid");
		put_decimal(t, &x_btrfs_object, k->max_objectid);
	}
	put_field(t, "min_offset");
	put_decimal(t, &x_btrfs_u64_max, k->min_offset);
	put_field(t, "max_offset");
	put_decimal(t, &x_btrfs_u64_max, k->max_offset);
	put_field(t, "min_transid");
	put_decimal(t, &x_btrfs_u64_max, k->min_transid);
	put_field(t, "max_transid");
	put_decimal(t, &x_btrfs_u64_max, k->max_transid);
	put_field(t, "min_type");
	put_decimal(t, &x_btrfs_key, k->min_type);
	put_field(t, "max_type");
	put_decimal(t, &x_btrfs_key, k->max_type);
	put_field(t, "nr_items");
	put_udec(t, k->nr_items);
	putch(t, '}');
}

#define R struct btrfs_ioctl_search_header
RECORD(r_item, R, U(R, transid), FIELD(R, objectid, V_CALL, object), U(R, offset),
       FIELD(R, type, V_CALL, key_type), U(R, len));
#undef R

/* What was found: headers, each with `len` bytes of its own behind it. */
static void put_items(struct tline *t, guest_addr a, u64 size, u32 n)
{
	struct btrfs_ioctl_search_header h;
	u64 at = 0;

	if (t->abbrev) {
		put(t, ", ...");
		return;
	}
	put(t, ", buf=[");
	for (u32 i = 0; i < n; i++, at += sizeof(h) + h.len) {
		put(t, i ? ", " : "");
		if (at + sizeof(h) > size || i > trace_string_limit()) {
			put(t, "...");
			break;
		}
		if (!rd(t, &h, a + at, sizeof(h))) {
			put_fmt(t, "... /* %#llx */", (unsigned long long)(a + at));
			break;
		}
		put_record(t, &r_item, a + at);
	}
	putch(t, ']');
}

static bool search_before(struct tline *t, guest_addr a, u32 cmd)
{
	struct btrfs_ioctl_search_args_v2 s;
	bool v2 = cmd == BTRFS_IOC_TREE_SEARCH_V2;

	if (!ioctl_begin(t, a, &s, v2 ? sizeof(s) : sizeof(s.key)))
		return false;
	put_key(t, &s.key);
	if (v2) {
		put_field(t, "buf_size");
		put_udec(t, s.buf_size);
	}
	putch(t, '}');
	return true;
}

static void search_after(struct tline *t, guest_addr a, u32 cmd, bool failed)
{
	struct btrfs_ioctl_search_args_v2 s;
	bool v2 = cmd == BTRFS_IOC_TREE_SEARCH_V2;

	if (failed && !(v2 && t->ret == -EOVERFLOW)) /* then it says how large it has to be */
		return;
	if (!ioctl_begin(t, a, &s, v2 ? sizeof(s) : sizeof(s.key)))
		return;
	if (failed) {
		put_fmt(t, "{buf_size=%llu}", (unsigned long long)s.buf_size);
		return;
	}
	put_key(t, &s.key);
	if (v2) {
		put_field(t, "buf_size");
		put_udec(t, s.buf_size);
	}
	put_items(t, a + (v2 ? sizeof(s) : sizeof(s.key)),
		  v2 ? s.buf_size : sizeof(struct btrfs_ioctl_search_args) - sizeof(s.key),
		  s.key.nr_items);
	putch(t, '}');
}
static const struct ioctl_both search = {search_before, search_after};

static bool lookup_before(struct tline *t, guest_addr a, u32 cmd)
{
	struct btrfs_ioctl_ino_lookup_args l;

	(void)cmd;
	t->saved = 0;
	if (!ioctl_begin(t, a, &l, sizeof(l)))
		return false;
	t->saved = !l.treeid; /* the call finds it */
	put(t, "{treeid=");
	put_decimal(t, &x_btrfs_object, l.treeid);
	put_field(t, "objectid");
	put_decimal(t, &x_btrfs_object, l.objectid);
	putch(t, '}');
	return true;
}

static void lookup_after(struct tline *t, guest_addr a, u32 cmd, bool failed)
{
	struct btrfs_ioctl_ino_lookup_args l;

	(void)cmd;
	if (failed || !ioctl_begin(t, a, &l, sizeof(l)))
		return;
	putch(t, '{');
	if (t->saved) {
		put(t, "treeid=");
		put_decimal(t, &x_btrfs_object, l.treeid);
		put(t, ", ");
	}
	put_characters(t, "name", a + offsetof(struct btrfs_ioctl_ino_lookup_args, name),
		       sizeof(l.name));
	putch(t, '}');
}
static const struct ioctl_both lookup = {lookup_before, lookup_after};

#define R struct btrfs_data_container
RECORD(r_container, R, U(R, bytes_left), U(R, bytes_missing), U(R, elem_cnt), U(R, elem_missed));
#undef R
static const struct field inode_fields[] = {{"inum", 0, 0, F_ALWAYS, A_U64},
					    {"offset", 8, 0, F_ALWAYS, A_U64},
					    {"root", 16, 0, F_ALWAYS, A_U64}};
static const struct record r_inode = {inode_fields, 3, 24, 0, 0, NULL};

static void one_path(struct tline *t, const void *elem, size_t size, const void *arg)
{
	put_path(t, *(const guest_addr *)arg + value_int(elem, size));
}

/* What an inode's paths, or a place's inodes, were written to. */
static void put_container(struct tline *t, guest_addr a, bool paths)
{
	struct btrfs_data_container c;
	guest_addr val = a + offsetof(struct btrfs_data_container, val);

	if (!rd(t, &c, a, sizeof(c))) {
		put_addr(t, a);
		return;
	}
	putch(t, '{');
	put_fields(t, &r_container, a, 0, sizeof(c));
	if (t->abbrev) {
		put(t, ", ...}");
		return;
	}
	put_field(t, "val");
	if (paths)
		put_array(t, val, c.elem_cnt, 8, NULL, one_path, &val);
	else
		put_records(t, &r_inode, val, c.elem_cnt / 3);
	putch(t, '}');
}

/* Both structs are laid out alike: what is looked for, the size, flags, where to put it. */
static bool inodes_before(struct tline *t, guest_addr a, u32 cmd)
{
	bool paths = cmd == BTRFS_IOC_INO_PATHS;
	struct btrfs_ioctl_logical_ino_args l;

	if (!ioctl_begin(t, a, &l, sizeof(l)))
		return false;
	put(t, paths ? "{inum=" : "{logical=");
	put_udec(t, l.logical);
	put_field(t, "size");
	put_udec(t, l.size);
	if (!paths) {
		u64 reserved = a + offsetof(struct btrfs_ioctl_logical_ino_args, reserved);

		if (l.reserved[0] | l.reserved[1] | l.reserved[2]) {
			put_field(t, "reserved");
			put_value(t, &(struct value){V_XINTS, 8, NULL}, reserved, 24);
		}
		put_field(t, "flags");
		put_flags(t, &x_btrfs_logical, l.flags);
	}
	put_field(t, paths ? "fspath" : "inodes");
	put_addr(t, l.inodes);
	putch(t, '}');
	return true;
}

static void inodes_after(struct tline *t, guest_addr a, u32 cmd, bool failed)
{
	bool paths = cmd == BTRFS_IOC_INO_PATHS;
	struct btrfs_ioctl_logical_ino_args l;

	if (failed || !ioctl_begin(t, a, &l, sizeof(l)))
		return;
	put(t, paths ? "{fspath=" : "{inodes=");
	put_container(t, l.inodes, paths);
	putch(t, '}');
}
static const struct ioctl_both inodes = {inodes_before, inodes_after};

/* ---- Of other file systems, too ---- */

RECORD(r_clone, struct file_clone_range, FIELD(struct file_clone_range, src_fd, V_FD, NULL),
       U(struct file_clone_range, src_offset), U(struct file_clone_range, src_length),
       U(struct file_clone_range, dest_offset));

static bool label(struct tline *t, guest_addr a, u64 len)
{
	char b[FSLABEL_MAX];

	(void)len;
	if (rd(t, b, a, sizeof(b)))
		put_cstring_field(t, b, sizeof(b));
	else
		put_addr(t, a);
	return true;
}

#define R struct file_dedupe_range_info
RECORD(r_dedupe, R, FIELD(R, dest_fd, V_FD, NULL), U(R, dest_offset));
RECORD(r_deduped, R, U(R, bytes_deduped), FIELD(R, status, V_D, NULL));
#undef R

/* Two of them are enough, unless -v asks for all. False: there are none, or not all are there. */
static bool put_dedupes(struct tline *t, guest_addr a, u32 n)
{
	struct file_dedupe_range_info i;

	put(t, n ? "info=" : "info=[]");
	for (u32 at = 0; at < n; at++, a += sizeof(i)) {
		if (!rd(t, &i, a, sizeof(i))) {
			put(t, at ? ", ... /* " : "");
			put_addr(t, a);
			put(t, at ? " */]" : "");
			return false;
		}
		put(t, at ? ", " : "[");
		if (t->abbrev && at == 2) {
			put(t, "...");
			break;
		}
		put_record(t, t->exiting ? &r_deduped : &r_dedupe, a);
	}
	put(t, n ? "]" : "");
	return n;
}

static bool dedupe_before(struct tline *t, guest_addr a, u32 cmd)
{
	struct file_dedupe_range d;
	bool whole;

	(void)cmd;
	if (!ioctl_begin(t, a, &d, sizeof(d)))
		return false;
	put_fmt(t, "{src_offset=%llu, src_length=%llu, dest_count=%u, ",
		(unsigned long long)d.src_offset, (unsigned long long)d.src_length, d.dest_count);
	whole = put_dedupes(t, a + sizeof(d), d.dest_count);
	putch(t, '}');
	return whole;
}

static void dedupe_after(struct tline *t, guest_addr a, u32 cmd, bool failed)
{
	struct file_dedupe_range d;

	(void)cmd;
	if (failed || !ioctl_begin(t, a, &d, sizeof(d)))
		return;
	putch(t, '{');
	put_dedupes(t, a + sizeof(d), d.dest_count);
	putch(t, '}');
}
static const struct ioctl_both dedupe = {dedupe_before, dedupe_after};

const struct ioctl_arg_desc ioctl_descs_trees[] = {
	BOTH(BTRFS_IOC_INO_LOOKUP, lookup),
	BOTH(BTRFS_IOC_INO_PATHS, inodes),
	BOTH(BTRFS_IOC_LOGICAL_INO, inodes),
	BOTH(BTRFS_IOC_TREE_SEARCH, search),
	BOTH(BTRFS_IOC_TREE_SEARCH_V2, search),
	REC_IN(FICLONERANGE, r_clone),
	BOTH(FIDEDUPERANGE, dedupe),
	CALL_OUT(FS_IOC_GETFSLABEL, label),
	CALL_IN(FS_IOC_SETFSLABEL, label),
};
const u32 ioctl_descs_trees_n = ARRAY_SIZE(ioctl_descs_trees);
