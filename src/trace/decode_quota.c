/* SPDX-License-Identifier: GPL-2.0-or-later */
/* quotactl(2), quotactl_fd(2): what a command takes and fills. */
#include <linux/dqblk_xfs.h>
#include <linux/quota.h>

#include "trace/flags_rare.h"
#include "trace/value.h"

static u32 quota_cmd(const struct tline *t)
{
	return (u32)t->arg[t->name[8] ? 1 : 0] >> 8; /* quotactl_fd: the second argument */
}

void put_quota_cmd(struct tline *t, u32 v)
{
	u8 mode = topt.consts;

	if (mode != CONST_ABBREV)
		put_udec(t, v);
	if (mode == CONST_RAW)
		return;
	put(t, mode == CONST_VERBOSE ? " /* QCMD(" : "QCMD(");
	consts_as = 1 + CONST_ABBREV;
	put_val(t, &x_quota_cmd, v >> 8);
	put(t, ", ");
	put_val(t, &x_quota_type, v & 0xff);
	consts_as = 0;
	put(t, mode == CONST_VERBOSE ? ") */" : ")");
}

/* clang-format off */
#define DQ(m) FIELD(struct if_dqblk, m, V_U, NULL)
#define NEXT(m) FIELD(struct if_nextdqblk, m, V_U, NULL)
#define XFS(m, kind) FIELD(struct fs_disk_quota, m, kind, NULL)
/* clang-format on */
RECORD(r_dqblk, struct if_dqblk, DQ(dqb_bhardlimit), DQ(dqb_bsoftlimit), DQ(dqb_curspace),
       DQ(dqb_ihardlimit), DQ(dqb_isoftlimit), DQ(dqb_curinodes), DQ(dqb_btime), DQ(dqb_itime),
       FIELD(struct if_dqblk, dqb_valid, V_FLAGS, &x_qif));
RECORD(r_dqinfo, struct if_dqinfo, FIELD(struct if_dqinfo, dqi_bgrace, V_U, NULL),
       FIELD(struct if_dqinfo, dqi_igrace, V_U, NULL),
       FIELD(struct if_dqinfo, dqi_flags, V_FLAGS, &x_dqf),
       FIELD(struct if_dqinfo, dqi_valid, V_FLAGS, &x_iif));
RECORD(r_xfs, struct fs_disk_quota, XFS(d_version, V_D),
       FIELD(struct fs_disk_quota, d_flags, V_FLAGS, &x_xfs_dqblk), XFS(d_fieldmask, V_X),
       XFS(d_id, V_U), XFS(d_blk_hardlimit, V_U), XFS(d_blk_softlimit, V_U),
       XFS(d_ino_hardlimit, V_U), XFS(d_ino_softlimit, V_U), XFS(d_bcount, V_U), XFS(d_icount, V_U),
       XFS(d_itimer, V_D), XFS(d_btimer, V_D), XFS(d_iwarns, V_U), XFS(d_bwarns, V_U),
       XFS(d_rtb_hardlimit, V_U), XFS(d_rtb_softlimit, V_U), XFS(d_rtbcount, V_U),
       XFS(d_rtbtimer, V_D), XFS(d_rtbwarns, V_U));

RECORD(r_qfile, struct fs_qfilestat, FIELD(struct fs_qfilestat, qfs_ino, V_U, NULL),
       FIELD(struct fs_qfilestat, qfs_nblks, V_U, NULL),
       FIELD(struct fs_qfilestat, qfs_nextents, V_U, NULL));
/* i386 has fs_qfilestat's u64 at multiples of four, so that what follows it lies elsewhere. */
struct fs_quota_stat_32 {
	s8 qs_version;
	u16 qs_flags;
	u32 qs_uquota[5], qs_gquota[5];
	u32 qs_incoredqs;
	s32 qs_btimelimit, qs_itimelimit, qs_rtbtimelimit;
	u16 qs_bwarnlimit, qs_iwarnlimit;
};
/* clang-format off */
#define QF(type, m, kind, set) FIELD(struct type, m, kind, set)
#define QS_LIMITS(type) \
	QF(type, qs_btimelimit, V_D, NULL), QF(type, qs_itimelimit, V_D, NULL), \
	QF(type, qs_rtbtimelimit, V_D, NULL), QF(type, qs_bwarnlimit, V_U, NULL), \
	QF(type, qs_iwarnlimit, V_U, NULL)
#define QSTAT(type) \
	QF(type, qs_version, V_D, NULL), QF(type, qs_flags, V_FLAGS, &x_xfs_quota), \
	QF(type, qs_uquota, V_RECORD, &r_qfile), QF(type, qs_gquota, V_RECORD, &r_qfile), \
	QF(type, qs_incoredqs, V_U, NULL), QS_LIMITS(type)
/* clang-format on */
RECORD(r_qstat, struct fs_quota_stat, QSTAT(fs_quota_stat));
RECORD(r_qstat_32, struct fs_quota_stat_32, QSTAT(fs_quota_stat_32));
RECORD(r_qstatv, struct fs_quota_statv, QF(fs_quota_statv, qs_version, V_D, NULL),
       QF(fs_quota_statv, qs_flags, V_FLAGS, &x_xfs_quota),
       QF(fs_quota_statv, qs_incoredqs, V_U, NULL),
       QF(fs_quota_statv, qs_uquota, V_RECORD, &r_qfile),
       QF(fs_quota_statv, qs_gquota, V_RECORD, &r_qfile),
       QF(fs_quota_statv, qs_pquota, V_RECORD, &r_qfile), QS_LIMITS(fs_quota_statv));

bool quota_arg_is_out(const struct tline *t)
{
	switch (quota_cmd(t)) {
	case Q_XGETQSTAT:
	case Q_XGETQSTATV:
	case Q_GETQUOTA:
	case Q_GETNEXTQUOTA:
	case Q_XGETQUOTA:
	case Q_XGETNEXTQUOTA:
	case Q_GETFMT:
	case Q_GETINFO:
		return true;
	default:
		return false;
	}
}

/* The fields that are always shown, and with -v the others; the id of the next one in between. */
static bool put_quota(struct tline *t, const struct record *r, guest_addr a, u64 shown, bool next)
{
	const struct field *last = &r->f[r->n - 1];
	struct if_nextdqblk n;
	u8 probe[128];

	/* without the padding, which i386 does not have */
	if (!rd(t, probe, a, MIN(last->off + last->v.size, sizeof(probe))) ||
	    (next && !rd(t, &n, a, sizeof(n))))
		return false;
	putch(t, '{');
	put_fields(t, r, a, 0, t->abbrev ? shown : r->size);
	if (next)
		put_fmt(t, ", dqb_id=%u", n.dqb_id);
	put(t, t->abbrev ? ", ...}" : "}");
	return true;
}

bool dec_quota_arg(struct tline *t, u64 v)
{
	u32 cmd = quota_cmd(t), fmt;

	if (quota_arg_is_out(t) && (u64)t->ret >= (u64)-4095L)
		return false;
	switch (cmd) {
	case Q_QUOTAON:
		put_path(t, v);
		return true;
	case Q_GETQUOTA:
	case Q_SETQUOTA:
		return put_quota(t, &r_dqblk, v, offsetof(struct if_dqblk, dqb_btime), false);
	case Q_GETNEXTQUOTA:
		return put_quota(t, &r_dqblk, v, offsetof(struct if_dqblk, dqb_btime), true);
	case Q_XGETQUOTA:
	case Q_XGETNEXTQUOTA:
	case Q_XSETQLIM:
		return put_quota(t, &r_xfs, v, offsetof(struct fs_disk_quota, d_itimer), false);
	case Q_XGETQSTAT:
		return put_quota(t, t->compat ? &r_qstat_32 : &r_qstat, v, 1, false);
	case Q_XGETQSTATV:
		return put_quota(t, &r_qstatv, v, 1, false);
	case Q_GETINFO:
	case Q_SETINFO:
		return put_record(t, &r_dqinfo, v);
	case Q_GETFMT:
		if (!rd(t, &fmt, v, sizeof(fmt)))
			return false;
		putch(t, '[');
		put_val(t, &x_quota_fmt, fmt);
		putch(t, ']');
		return true;
	case Q_XQUOTAON:
	case Q_XQUOTAOFF:
	case Q_XQUOTARM:
		if (!rd(t, &fmt, v, sizeof(fmt)))
			return false;
		putch(t, '[');
		put_flags(t, cmd == Q_XQUOTARM ? &x_xfs_dqblk : &x_xfs_quota, fmt);
		putch(t, ']');
		return true;
	default:
		return false;
	}
}

/* Which arguments a command has: an id or a format, and data. */
void redirect_quotactl(struct tline *t)
{
	const u32 id = 2;

	t->nargs = 4;
	t->kind[t->name[8] ? 0 : 1] = t->name[8] ? K_FD : K_PATH;
	t->kind[t->name[8] ? 1 : 0] = K_X_QCMD;
	t->kind[id] = K_UID;
	t->kind[id + 1] = K_X_QUOTA_ARG;
	switch (quota_cmd(t)) {
	case Q_QUOTAOFF:
	case Q_SYNC:
	case Q_XQUOTASYNC:
		t->nargs = 2;
		break;
	case Q_QUOTAON:
		t->kind[id] = K_X_SET_VAL;
		t->set[id] = &x_quota_fmt;
		break;
	case Q_GETFMT:
	case Q_GETINFO:
	case Q_SETINFO:
	case Q_XQUOTAON:
	case Q_XQUOTAOFF:
	case Q_XQUOTARM:
	case Q_XGETQSTAT:
	case Q_XGETQSTATV:
		t->kind[id] = K_X_DROP;
		break;
	case Q_GETQUOTA:
	case Q_SETQUOTA:
	case Q_GETNEXTQUOTA:
	case Q_XGETQUOTA:
	case Q_XGETNEXTQUOTA:
	case Q_XSETQLIM:
		break;
	default:
		break;
	}
}
