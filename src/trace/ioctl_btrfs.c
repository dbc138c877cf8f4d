/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What ioctl commands of btrfs take and give; see linux/btrfs.h. Where a command gives something
 * back, what went in and what came out are shown one after the other. */
#include <linux/btrfs.h>
#include <linux/btrfs_tree.h>
#include <stddef.h>
#include <string.h>

#include "trace/flags.h"
#include "trace/flags_btrfs.h"
#include "trace/ioctl_args.h"

/* ---- Numbers and texts ---- */

static bool number(struct tline *t, guest_addr a, u64 len)
{
	return value_decimal(t, &x_btrfs_u64_max, a, len);
}

static bool object(struct tline *t, guest_addr a, u64 len)
{
	return value_decimal(t, &x_btrfs_object, a, len);
}

#define NUMBER(type, m)	    FIELD(type, m, V_CALL, number)
#define OBJECT(type, m)	    FIELD(type, m, V_CALL, object)
#define UUID(type, m)	    FIELD(type, m, V_CALL, value_uuid)
#define U(type, m)	    FIELD(type, m, V_U, NULL)
#define FLAGS(type, m, set) FIELD(type, m, V_FLAGS, &(set))
#define VALUE(type, m, set) FIELD(type, m, V_VAL, &(set))

/* ---- Balance ---- */

#define B(m) NUMBER(struct btrfs_balance_args, m)
RECORD(r_balance_args, struct btrfs_balance_args,
       FLAGS(struct btrfs_balance_args, profiles, x_btrfs_group), B(usage),
       FIELD(struct btrfs_balance_args, devid, V_DEV, NULL), B(pstart), B(pend), B(vstart), B(vend),
       B(target), FLAGS(struct btrfs_balance_args, flags, x_btrfs_balance_args));

static void put_balance(struct tline *t, guest_addr a, const struct btrfs_ioctl_balance_args *b,
			bool out)
{
	static const struct {
		const char *name;
		u64 flag;
		size_t at;
	} parts[] = {
		{"data", BTRFS_BALANCE_DATA, offsetof(struct btrfs_ioctl_balance_args, data)},
		{"meta", BTRFS_BALANCE_METADATA, offsetof(struct btrfs_ioctl_balance_args, meta)},
		{"sys", BTRFS_BALANCE_SYSTEM, offsetof(struct btrfs_ioctl_balance_args, sys)},
	};

	put(t, "{flags=");
	put_flags(t, &x_btrfs_balance, b->flags);
	if (out) {
		put_field(t, "state");
		put_flags(t, &x_btrfs_balance_state, b->state);
	}
	for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
		if (!(b->flags & parts[i].flag))
			continue;
		put_field(t, parts[i].name);
		put_record(t, &r_balance_args, a + parts[i].at);
	}
	putch(t, '}');
}

static bool balance_before(struct tline *t, guest_addr a, u32 cmd)
{
	struct btrfs_ioctl_balance_args b;

	(void)cmd;
	if (ioctl_begin(t, a, &b, sizeof(b)))
		put_balance(t, a, &b, false);
	return true; /* strace tries once more at the end */
}

static void balance_after(struct tline *t, guest_addr a, u32 cmd, bool failed)
{
	struct btrfs_ioctl_balance_args b;

	(void)cmd;
	if (!failed && ioctl_begin(t, a, &b, sizeof(b)))
		put_balance(t, a, &b, true);
}
static const struct ioctl_both balance = {balance_before, balance_after};

static bool balance_progress(struct tline *t, guest_addr a, u64 len)
{
	struct btrfs_ioctl_balance_args b;

	(void)len;
	if (rd(t, &b, a, sizeof(b)))
		put_balance(t, a, &b, true);
	else
		put_addr(t, a);
	return true;
}

/* ---- Subvolumes ---- */

static bool subvol_flags(struct tline *t, guest_addr a, u64 len)
{
	u64 v;

	(void)len;
	if (rd(t, &v, a, sizeof(v)))
		put_flags(t, &x_btrfs_subvol, v);
	else
		put_addr(t, a);
	return true;
}

static bool volume(struct tline *t, guest_addr a, u64 len)
{
	struct btrfs_ioctl_vol_args v;

	(void)len;
	if (!rd(t, &v, a, sizeof(v))) {
		put_addr(t, a);
		return true;
	}
	put(t, "{fd=");
	put_fd(t, (s32)v.fd);
	put(t, ", ");
	put_characters(t, "name", a + offsetof(struct btrfs_ioctl_vol_args, name), sizeof(v.name));
	putch(t, '}');
	return true;
}

#define L(m) U(struct btrfs_qgroup_limit, m)
RECORD(r_limit, struct btrfs_qgroup_limit, FLAGS(struct btrfs_qgroup_limit, flags, x_btrfs_limit),
       L(max_rfer), L(max_excl), L(rsv_rfer), L(rsv_excl));
#define I(m) U(struct btrfs_qgroup_inherit, m)
RECORD(r_inherit, struct btrfs_qgroup_inherit,
       FLAGS(struct btrfs_qgroup_inherit, flags, x_btrfs_inherit), I(num_qgroups),
       I(num_ref_copies), I(num_excl_copies),
       {"lim", offsetof(struct btrfs_qgroup_inherit, lim), 0, F_ALWAYS, A_REC(r_limit)});

static void one_number(struct tline *t, const void *elem, size_t size, const void *arg)
{
	(void)arg;
	put_udec(t, value_int(elem, size));
}

static void put_inherit(struct tline *t, guest_addr a)
{
	struct btrfs_qgroup_inherit q;

	if (!rd(t, &q, a, sizeof(q))) {
		put_addr(t, a);
		return;
	}
	putch(t, '{');
	put_fields(t, &r_inherit, a, 0, sizeof(q));
	if (t->abbrev) {
		put(t, ", ...}");
		return;
	}
	put_field(t, "qgroups");
	put_array(t, a + sizeof(q), q.num_qgroups, 8, NULL, one_number, NULL);
	putch(t, '}');
}

static bool volume2_before(struct tline *t, guest_addr a, u32 cmd)
{
	struct btrfs_ioctl_vol_args_v2 v;
	u64 at;

	(void)cmd;
	if (!ioctl_begin(t, a, &v, sizeof(v)))
		return false;
	put(t, "{fd=");
	put_fd(t, (s32)v.fd);
	put_field(t, "flags");
	put_flags(t, &x_btrfs_subvol, v.flags);
	if (v.flags & BTRFS_SUBVOL_QGROUP_INHERIT) {
		put_field(t, "size");
		put_udec(t, v.size);
		put_field(t, "qgroup_inherit");
		memcpy(&at, &v.qgroup_inherit, sizeof(at));
		put_inherit(t, t->compat ? (u32)at : at);
	}
	put(t, ", ");
	put_characters(t, "name", a + offsetof(struct btrfs_ioctl_vol_args_v2, name),
		       sizeof(v.name));
	putch(t, '}');
	return true;
}

static void volume2_after(struct tline *t, guest_addr a, u32 cmd, bool failed)
{
	struct btrfs_ioctl_vol_args_v2 v;

	(void)cmd;
	if (failed || !ioctl_begin(t, a, &v, sizeof(v)))
		return;
	put(t, "{transid=");
	put_udec(t, v.transid);
	putch(t, '}');
}
static const struct ioctl_both volume2 = {volume2_before, volume2_after};

static bool stamp(struct tline *t, guest_addr a, u64 len)
{
	struct btrfs_ioctl_timespec ts;

	(void)len;
	if (!rd(t, &ts, a, 12)) /* 64-bit programs have padding behind it */
		return true;
	put_fmt(t, "{sec=%llu, nsec=%u}", (unsigned long long)ts.sec, ts.nsec);
	if ((ts.sec || ts.nsec) && ts.nsec < 1000000000)
		put_date(t, (s64)ts.sec, ts.nsec, 9);
	return true;
}

/* struct btrfs_ioctl_received_subvol_args, whose times end with or without padding */
#define RECEIVED_IN(flags_at)                                                                      \
	{"uuid", 0, 0, F_ALWAYS, {V_CALL, 16, value_uuid}}, {"stransid", 16, 0, F_ALWAYS, A_U64},  \
		{"stime", 32, 0, F_ALWAYS, {V_CALL, 12, stamp}},                                   \
	{                                                                                          \
		"flags", flags_at, 0, F_ALWAYS, A_U64                                              \
	}
#define RECEIVED_OUT(rtime_at)                                                                     \
	{"rtransid", 24, 0, F_ALWAYS, A_U64},                                                      \
	{                                                                                          \
		"rtime", rtime_at, 0, F_ALWAYS,                                                    \
		{                                                                                  \
			V_CALL, 12, stamp                                                          \
		}                                                                                  \
	}
static const struct field received_in[] = {RECEIVED_IN(64)}, received_in32[] = {RECEIVED_IN(56)},
			  received_out[] = {RECEIVED_OUT(48)},
			  received_out32[] = {RECEIVED_OUT(44)};
static const struct record r_received_in = {received_in, 4, 200, 0, 0, NULL},
			   r_received_in32 = {received_in32, 4, 192, 0, 0, NULL},
			   r_received_out = {received_out, 2, 200, 0, 0, NULL},
			   r_received_out32 = {received_out32, 2, 192, 0, 0, NULL};
static const struct ioctl_parts received = {&r_received_in, &r_received_out, true};
static const struct ioctl_parts received32 = {&r_received_in32, &r_received_out32, true};

static void one_object(struct tline *t, const void *elem, size_t size, const void *arg)
{
	(void)arg;
	put_decimal(t, &x_btrfs_object, value_int(elem, size));
}

/* struct btrfs_ioctl_send_args: a pointer and what comes behind it differ in 32-bit programs */
static bool send_args(struct tline *t, guest_addr a, u64 len)
{
	u64 sources, v[2], tail[2];

	(void)len;
	if (!ioctl_whole(t, a, t->compat ? 68 : 72) || !rd(t, v, a, sizeof(v)) ||
	    !rd_word(t, a + 16, &sources) || !rd(t, tail, by_abi(t, a, 24, 20), sizeof(tail)))
		return true;
	put(t, "{send_fd=");
	put_fd(t, (s32)v[0]);
	put_field(t, "clone_sources_count");
	put_udec(t, v[1]);
	put_field(t, "clone_sources");
	if (t->abbrev)
		put_addr(t, sources);
	else
		put_array(t, sources, v[1], 8, NULL, one_object, NULL);
	put_field(t, "parent_root");
	put_decimal(t, &x_btrfs_object, tail[0]);
	put_field(t, "flags");
	put_flags(t, &x_btrfs_send, tail[1]);
	putch(t, '}');
	return true;
}

/* ---- Quotas ---- */

RECORD(r_assign, struct btrfs_ioctl_qgroup_assign_args,
       U(struct btrfs_ioctl_qgroup_assign_args, assign),
       U(struct btrfs_ioctl_qgroup_assign_args, src),
       U(struct btrfs_ioctl_qgroup_assign_args, dst));
RECORD(r_create, struct btrfs_ioctl_qgroup_create_args,
       U(struct btrfs_ioctl_qgroup_create_args, create),
       U(struct btrfs_ioctl_qgroup_create_args, qgroupid));
RECORD(r_qgroup_limit, struct btrfs_ioctl_qgroup_limit_args,
       U(struct btrfs_ioctl_qgroup_limit_args, qgroupid),
       {"lim", offsetof(struct btrfs_ioctl_qgroup_limit_args, lim), 0, F_ALWAYS, A_REC(r_limit)});
RECORD(r_quota, struct btrfs_ioctl_quota_ctl_args,
       VALUE(struct btrfs_ioctl_quota_ctl_args, cmd, x_btrfs_quota_ctl));
#define R struct btrfs_ioctl_quota_rescan_args
RECORD(r_rescan, R, U(R, flags));
RECORD(r_rescan_status, R, U(R, flags), OBJECT(R, progress));
#undef R

/* ---- Devices ---- */

static bool device_before(struct tline *t, guest_addr a, u32 cmd)
{
	struct btrfs_ioctl_dev_info_args d;

	(void)cmd;
	if (!ioctl_begin(t, a, &d, sizeof(d)))
		return false;
	put(t, "{devid=");
	put_dev(t, d.devid);
	if (memcmp(d.uuid, (u8[BTRFS_UUID_SIZE]){0}, BTRFS_UUID_SIZE) != 0) {
		put_field(t, "uuid");
		value_uuid(t, a + offsetof(struct btrfs_ioctl_dev_info_args, uuid), 0);
	}
	putch(t, '}');
	return true;
}

static void device_after(struct tline *t, guest_addr a, u32 cmd, bool failed)
{
	struct btrfs_ioctl_dev_info_args d;

	(void)cmd;
	if (failed || !ioctl_begin(t, a, &d, sizeof(d)))
		return;
	putch(t, '{');
	if (memcmp(d.uuid, (u8[BTRFS_UUID_SIZE]){0}, BTRFS_UUID_SIZE) != 0) {
		put(t, "uuid=");
		value_uuid(t, a + offsetof(struct btrfs_ioctl_dev_info_args, uuid), 0);
		put(t, ", ");
	}
	put_fmt(t, "bytes_used=%llu, total_bytes=%llu, ", (unsigned long long)d.bytes_used,
		(unsigned long long)d.total_bytes);
	put_characters(t, "path", a + offsetof(struct btrfs_ioctl_dev_info_args, path),
		       sizeof(d.path));
	putch(t, '}');
}
static const struct ioctl_both device = {device_before, device_after};

/* struct btrfs_ioctl_dev_replace_args: in 32-bit programs its parts are aligned to four bytes,
 * which moves nothing that is shown. */
#define REPLACE_SIZE32 2596
#define REPLACE_AT(m)  offsetof(struct btrfs_ioctl_dev_replace_args, m)

static bool replace_before(struct tline *t, guest_addr a, u32 cmd)
{
	struct btrfs_ioctl_dev_replace_args d;

	(void)cmd;
	if (!ioctl_begin(t, a, &d, t->compat ? REPLACE_SIZE32 : sizeof(d)))
		return false;
	put(t, "{cmd=");
	put_val(t, &x_btrfs_replace_cmd, d.cmd);
	if (d.cmd == BTRFS_IOCTL_DEV_REPLACE_CMD_START) {
		put(t, ", start={srcdevid=");
		put_dev(t, d.start.srcdevid);
		put_field(t, "cont_reading_from_srcdev_mode");
		put_val(t, &x_btrfs_replace_mode, d.start.cont_reading_from_srcdev_mode);
		put(t, ", ");
		put_characters(t, "srcdev_name", a + REPLACE_AT(start.srcdev_name),
			       sizeof(d.start.srcdev_name));
		put(t, ", ");
		put_characters(t, "tgtdev_name", a + REPLACE_AT(start.tgtdev_name),
			       sizeof(d.start.tgtdev_name));
		putch(t, '}');
	}
	putch(t, '}');
	return true;
}

static void put_seconds(struct tline *t, u64 sec)
{
	put_udec(t, sec);
	if (sec)
		put_date(t, (s64)sec, 0, 0);
}

static void put_replace_status(struct tline *t,
			       const struct btrfs_ioctl_dev_replace_status_params *s)
{
	put(t, ", status={replace_state=");
	put_val(t, &x_btrfs_replace_state, s->replace_state);
	put_field(t, "progress_1000");
	put_udec(t, s->progress_1000);
	if (s->progress_1000 <= 1000)
		put_fmt(t, " /* %u.%u%% */", (u32)s->progress_1000 / 10,
			(u32)s->progress_1000 % 10);
	put_field(t, "time_started");
	put_seconds(t, s->time_started);
	put_field(t, "time_stopped");
	put_seconds(t, s->time_stopped);
	put_field(t, "num_write_errors");
	put_udec(t, s->num_write_errors);
	put_field(t, "num_uncorrectable_read_errors");
	put_udec(t, s->num_uncorrectable_read_errors);
	putch(t, '}');
}

static void replace_after(struct tline *t, guest_addr a, u32 cmd, bool failed)
{
	struct btrfs_ioctl_dev_replace_args d;

	(void)cmd;
	if (failed || !ioctl_begin(t, a, &d, t->compat ? REPLACE_SIZE32 : sizeof(d)))
		return;
	put(t, "{result=");
	put_val(t, &x_btrfs_replace_result, d.result);
	if (d.cmd == BTRFS_IOCTL_DEV_REPLACE_CMD_STATUS)
		put_replace_status(t, &d.status);
	putch(t, '}');
}
static const struct ioctl_both replace = {replace_before, replace_after};

static bool stats_before(struct tline *t, guest_addr a, u32 cmd)
{
	struct btrfs_ioctl_get_dev_stats d;

	(void)cmd;
	if (!ioctl_begin(t, a, &d, sizeof(d)))
		return false;
	put(t, "{devid=");
	put_dev(t, d.devid);
	put_field(t, "nr_items");
	put_udec(t, d.nr_items);
	put_field(t, "flags");
	put_flags(t, &x_btrfs_dev_stats, d.flags);
	putch(t, '}');
	return true;
}

static void stats_after(struct tline *t, guest_addr a, u32 cmd, bool failed)
{
	struct btrfs_ioctl_get_dev_stats d;

	(void)cmd;
	if (failed || !ioctl_begin(t, a, &d, sizeof(d)))
		return;
	put(t, "{nr_items=");
	put_udec(t, d.nr_items);
	put_field(t, "flags");
	put_flags(t, &x_btrfs_dev_stats, d.flags);
	put(t, ", [");
	for (u64 i = 0; i < d.nr_items; i++) {
		put(t, i ? ", " : "");
		if (i == ARRAY_SIZE(d.values)) {
			put(t, "...");
			break;
		}
		putch(t, '[');
		if (xlat_name(&x_btrfs_dev_stat, i))
			put_decimal(t, &x_btrfs_dev_stat, i);
		else
			put_hex(t, i);
		put(t, "]=");
		put_udec(t, d.values[i]);
	}
	put(t, "]}");
}
static const struct ioctl_both stats = {stats_before, stats_after};

#define R struct btrfs_scrub_progress
RECORD(r_progress, R, U(R, data_extents_scrubbed), U(R, tree_extents_scrubbed),
       U(R, data_bytes_scrubbed), U(R, tree_bytes_scrubbed), U(R, read_errors), U(R, csum_errors),
       U(R, verify_errors), U(R, no_csum), U(R, csum_discards), U(R, super_errors),
       U(R, malloc_errors), U(R, uncorrectable_errors), U(R, corrected_errors), U(R, last_physical),
       U(R, unverified_errors));
#undef R
#define R struct btrfs_ioctl_scrub_args
RECORD(r_scrub, R, FIELD(R, devid, V_DEV, NULL), U(R, start), NUMBER(R, end),
       FLAGS(R, flags, x_btrfs_scrub));
RECORD(r_scrub_id, R, FIELD(R, devid, V_DEV, NULL));
RECORD(r_scrubbed, R, {"progress", offsetof(R, progress), 0, F_ALWAYS, A_REC(r_progress)});
#undef R
static const struct ioctl_parts scrub = {&r_scrub, &r_scrubbed, true};
static const struct ioctl_parts scrub_progress = {&r_scrub_id, &r_scrubbed, true};

#define R struct btrfs_ioctl_defrag_range_args
RECORD(r_defrag, R, U(R, start), NUMBER(R, len), FLAGS(R, flags, x_btrfs_defrag),
       U(R, extent_thresh), VALUE(R, compress_type, x_btrfs_compress));
#undef R

/* ---- The file system ---- */

#define R struct btrfs_ioctl_feature_flags
RECORD(r_features, R, FLAGS(R, compat_flags, x_btrfs_compat),
       FLAGS(R, compat_ro_flags, x_btrfs_compat_ro), FLAGS(R, incompat_flags, x_btrfs_incompat));
#undef R

/* n structs with what each says */
static bool put_features(struct tline *t, guest_addr a, u32 n, const char *const *notes)
{
	size_t size = sizeof(struct btrfs_ioctl_feature_flags);

	if (!ioctl_whole(t, a, n * (u32)size))
		return true;
	for (u32 i = 0; i < n; i++) {
		put(t, i ? ", " : "[");
		put_record(t, &r_features, a + i * size);
		put(t, notes[i]);
	}
	putch(t, ']');
	return true;
}

static bool set_features(struct tline *t, guest_addr a, u64 len)
{
	static const char *const none[] = {"", ""};

	(void)len;
	return put_features(t, a, 2, none);
}

static bool supported_features(struct tline *t, guest_addr a, u64 len)
{
	static const char *const notes[] = {" /* supported */", " /* safe to set */",
					    " /* safe to clear */"};

	(void)len;
	return put_features(t, a, 3, notes);
}

/* struct btrfs_ioctl_fs_info_args, with what headers may not have yet */
#define INFO(m) offsetof(struct btrfs_ioctl_fs_info_args, m)
static const struct field info_fields[] = {
	{"max_id", INFO(max_id), 0, F_ALWAYS, A_U64},
	{"num_devices", INFO(num_devices), 0, F_ALWAYS, A_U64},
	{"fsid", INFO(fsid), 0, F_ALWAYS, {V_CALL, 16, value_uuid}},
	{"nodesize", INFO(nodesize), 0, F_ALWAYS, A_U32},
	{"sectorsize", INFO(sectorsize), 0, F_ALWAYS, A_U32},
	{"clone_alignment", INFO(clone_alignment), 0, F_ALWAYS, A_U32},
};
static const struct record r_info = {info_fields, ARRAY_SIZE(info_fields), 1024, 0, 0, NULL};

static bool fs_info(struct tline *t, guest_addr a, u64 len)
{
	struct {
		u8 head[INFO(clone_alignment) + 4];
		u16 csum_type, csum_size;
		u64 flags, generation;
		u8 metadata_uuid[16];
	} f;

	(void)len;
	if (!ioctl_whole(t, a, 1024) || !rd(t, &f, a, sizeof(f)))
		return true;
	putch(t, '{');
	put_fields(t, &r_info, a, 0, 1024);
	if (f.flags & 1) {
		put_field(t, "csum_type");
		put_val(t, &x_btrfs_csum, f.csum_type);
		put_field(t, "csum_size");
		put_udec(t, f.csum_size);
	}
	put_field(t, "flags");
	put_flags(t, &x_btrfs_fs_info, f.flags);
	if (f.flags & 2) {
		put_field(t, "generation");
		put_udec(t, f.generation);
	}
	if (f.flags & 4) {
		put_field(t, "metadata_uuid");
		value_uuid(t, a + ((size_t)f.metadata_uuid - (size_t)&f), 0);
	}
	putch(t, '}');
	return true;
}

#define R struct btrfs_ioctl_space_info
RECORD(r_space, R, {"flags", 0, 0, F_ALWAYS, {V_FLAGS, 8, &x_btrfs_space}}, U(R, total_bytes),
       U(R, used_bytes));
#undef R

static bool space_before(struct tline *t, guest_addr a, u32 cmd)
{
	struct btrfs_ioctl_space_args s;

	(void)cmd;
	if (!ioctl_begin(t, a, &s, sizeof(s)))
		return false;
	put(t, "{space_slots=");
	put_udec(t, s.space_slots);
	putch(t, '}');
	return true;
}

static void space_after(struct tline *t, guest_addr a, u32 cmd, bool failed)
{
	struct btrfs_ioctl_space_args s;

	(void)cmd;
	if (failed || !ioctl_begin(t, a, &s, sizeof(s)))
		return;
	put(t, "{total_spaces=");
	put_udec(t, s.total_spaces);
	if (!s.space_slots && s.total_spaces) {
		putch(t, '}');
		return;
	}
	if (t->abbrev) {
		put(t, ", ...}");
		return;
	}
	put_field(t, "spaces");
	put_records(t, &r_space, a + sizeof(s), s.total_spaces);
	putch(t, '}');
}
static const struct ioctl_both space = {space_before, space_after};

#define RECEIVED32 WITH_SIZE(BTRFS_IOC_SET_RECEIVED_SUBVOL, 192)
#define SEND32	   WITH_SIZE(BTRFS_IOC_SEND, 68)

const struct ioctl_arg_desc ioctl_descs_btrfs[] = {
	NONE(_IO(0x94, 6)), /* BTRFS_IOC_TRANS_START, _END */
	NONE(_IO(0x94, 7)),
	NONE(BTRFS_IOC_SYNC),
	NONE(BTRFS_IOC_SCRUB_CANCEL),
	NONE(BTRFS_IOC_QUOTA_RESCAN_WAIT),
	NONE(BTRFS_IOC_DEFRAG),
	NONE(BTRFS_IOC_BALANCE),
	SELF(BTRFS_IOC_BALANCE_CTL, V_VAL, &x_btrfs_balance_ctl),
	U64_OUT(BTRFS_IOC_START_SYNC),
	{BTRFS_IOC_DEFAULT_SUBVOL, ARG_IN, A_U64},
	{BTRFS_IOC_WAIT_SYNC, ARG_IN, A_U64},
	CALL_OUT(BTRFS_IOC_SUBVOL_GETFLAGS, subvol_flags),
	CALL_IN(BTRFS_IOC_SUBVOL_SETFLAGS, subvol_flags),
	BOTH(BTRFS_IOC_BALANCE_V2, balance),
	CALL_OUT(BTRFS_IOC_BALANCE_PROGRESS, balance_progress),
	REC_IN(BTRFS_IOC_DEFRAG_RANGE, r_defrag),
	BOTH(BTRFS_IOC_DEV_INFO, device),
	BOTH2(BTRFS_IOC_DEV_REPLACE, REPLACE_SIZE32, replace),
	REC_OUT(BTRFS_IOC_GET_FEATURES, r_features),
	CALL_IN(BTRFS_IOC_SET_FEATURES, set_features),
	CALL_OUT(BTRFS_IOC_GET_SUPPORTED_FEATURES, supported_features),
	CALL_OUT(BTRFS_IOC_FS_INFO, fs_info),
	BOTH(BTRFS_IOC_GET_DEV_STATS, stats),
	REC_IN(BTRFS_IOC_QGROUP_ASSIGN, r_assign),
	REC_IN(BTRFS_IOC_QGROUP_CREATE, r_create),
	REC_OUT(BTRFS_IOC_QGROUP_LIMIT, r_qgroup_limit),
	REC_IN(BTRFS_IOC_QUOTA_CTL, r_quota),
	REC_IN(BTRFS_IOC_QUOTA_RESCAN, r_rescan),
	REC_OUT(BTRFS_IOC_QUOTA_RESCAN_STATUS, r_rescan_status),
	PARTS(BTRFS_IOC_SET_RECEIVED_SUBVOL, received),
	PARTS(RECEIVED32, received32),
	PARTS(BTRFS_IOC_SCRUB, scrub),
	PARTS(BTRFS_IOC_SCRUB_PROGRESS, scrub_progress),
	CALL_IN(BTRFS_IOC_SEND, send_args),
	CALL_IN(SEND32, send_args),
	BOTH(BTRFS_IOC_SPACE_INFO, space),
	CALL_IN(BTRFS_IOC_SNAP_CREATE, volume),
	CALL_IN(BTRFS_IOC_RESIZE, volume),
	CALL_IN(BTRFS_IOC_SCAN_DEV, volume),
	CALL_IN(BTRFS_IOC_FORGET_DEV, volume),
	CALL_IN(BTRFS_IOC_ADD_DEV, volume),
	CALL_IN(BTRFS_IOC_RM_DEV, volume),
	CALL_IN(BTRFS_IOC_SUBVOL_CREATE, volume),
	CALL_IN(BTRFS_IOC_SNAP_DESTROY, volume),
	CALL_IN(BTRFS_IOC_DEVICES_READY, volume),
	BOTH(BTRFS_IOC_SNAP_CREATE_V2, volume2),
	BOTH(BTRFS_IOC_SUBVOL_CREATE_V2, volume2),
};
const u32 ioctl_descs_btrfs_n = ARRAY_SIZE(ioctl_descs_btrfs);
