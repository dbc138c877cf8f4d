/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files: modes, open flags, stat and statfs, directory entries, fcntl. */
#include <fcntl.h>
#include <linux/stat.h>
#include <stddef.h>
#include <string.h>
#include <sys/statfs.h>
#include <sys/sysmacros.h>

#include "trace/flags.h"

static void put_mode_names(struct tline *t, const char *type, u32 mode)
{
	if (!type && (mode & 0170000)) { /* no type is this */
		put_perm(t, mode);
		return;
	}
	if (type) {
		put(t, type);
		putch(t, '|');
		mode &= ~0170000u;
	}
	if (mode & 04000)
		put(t, "S_ISUID|");
	if (mode & 02000)
		put(t, "S_ISGID|");
	if (mode & 01000)
		put(t, "S_ISVTX|");
	put_perm(t, mode & ~07000u);
}

void put_mode(struct tline *t, u32 mode)
{
	static const struct xlat types[] = {
		XV(0140000, "S_IFSOCK"), XV(0120000, "S_IFLNK"), XV(0100000, "S_IFREG"),
		XV(0060000, "S_IFBLK"),	 XV(0040000, "S_IFDIR"), XV(0020000, "S_IFCHR"),
		XV(0010000, "S_IFIFO"),
	};

	const char *type = NULL;

	for (size_t i = 0; i < ARRAY_SIZE(types); i++)
		if ((mode & 0170000) == types[i].val)
			type = types[i].str;
	if (topt.consts != CONST_ABBREV) {
		put_perm(t, mode);
		if (topt.consts == CONST_RAW)
			return;
		put(t, " /* ");
	}
	put_mode_names(t, type, mode);
	if (topt.consts == CONST_VERBOSE)
		put(t, " */");
}

void put_dev(struct tline *t, u64 dev)
{
	if (topt.consts != CONST_ABBREV)
		put_hex(t, dev);
	if (topt.consts == CONST_RAW)
		return;
	if (topt.consts == CONST_VERBOSE)
		put(t, " /* ");
	put(t, "makedev(");
	put_hex(t, major(dev));
	put(t, ", ");
	put_hex(t, minor(dev));
	putch(t, ')');
	if (topt.consts == CONST_VERBOSE)
		put(t, " */");
}

void put_open_flags(struct tline *t, u64 flags)
{
	if (consts() == CONST_RAW) {
		put_hex(t, flags);
		return;
	}
	if (consts() == CONST_VERBOSE) {
		put_hex(t, flags);
		put(t, " /* ");
	}
	if (topt.json)
		putch(t, MARK_FLAGS);
	put(t, xlat_name(&x_accmode, flags & 3));
	if (topt.json)
		putch(t, MARK_END);
	flags &= ~3ULL;
	if (flags && consts() == CONST_VERBOSE) {
		putch(t, '|');
		put_names(t, &(struct xlat_set){x_open.v, x_open.n, NULL}, flags);
	} else if (flags) {
		putch(t, '|');
		put_flags(t, &(struct xlat_set){x_open.v, x_open.n, NULL}, flags);
	}
	if (consts() == CONST_VERBOSE)
		put(t, " */");
}

static void put_at_flags(struct tline *t, u32 flags)
{
	bool exec = !strcmp(t->name, "execveat");

	/* the last one is of execveat alone */
	put_flags(t, &(struct xlat_set){x_at.v, x_at.n - !exec, x_at.unknown}, flags);
}

/* What strace shows of a file unless asked for more. */
static void put_stat(struct tline *t, u32 mode, u64 size, u64 rdev)
{
	put(t, "{st_mode=");
	put_mode(t, mode);
	if ((mode & 0170000) == 0020000 || (mode & 0170000) == 0060000) {
		put(t, ", st_rdev=");
		put_dev(t, rdev);
	} else {
		put(t, ", st_size=");
		put_udec(t, size);
	}
	put(t, ", ...}");
}

/* The layouts of struct stat differ in where these three fields are, and how wide. */
struct stat_layout {
	u8 size, mode, mode_w, rdev, rdev_w, len, len_w;
	u8 dev_w, ino, ino_w, nlink, nlink_w, uid, id_w; /* st_gid follows st_uid */
	u8 blksize, blk_w, blocks, blocks_w;		 /* blksize 0: has none */
	u8 atime, time_w;				 /* each second is followed by its nsec */
};

static u64 field(const u8 *b, u8 at, u8 width)
{
	u64 v = 0;

	memcpy(&v, b + at, width);
	return v;
}

static void put_stat_time(struct tline *t, const char *name, u64 sec, u64 nsec, bool has_nsec)
{
	put_fmt(t, ", st_%s=%lld", name, (long long)sec);
	put_date(t, (s64)sec, (s64)nsec, 9);
	if (has_nsec)
		put_fmt(t, ", st_%s_nsec=%llu", name, (unsigned long long)nsec);
}

/* -v: every field, in strace's order. */
static bool put_whole_stat(struct tline *t, const u8 *b, const struct stat_layout *l)
{
	u32 mode = (u32)field(b, l->mode, l->mode_w);

	put(t, "{st_dev=");
	put_dev(t, field(b, 0, l->dev_w));
	put_fmt(t, ", st_ino=%llu, st_mode=", (unsigned long long)field(b, l->ino, l->ino_w));
	put_mode(t, mode);
	put_fmt(t, ", st_nlink=%llu, st_uid=%u, st_gid=%u",
		(unsigned long long)field(b, l->nlink, l->nlink_w), (u32)field(b, l->uid, l->id_w),
		(u32)field(b, l->uid + l->id_w, l->id_w));
	put_field(t, "st_blksize");
	put_udec(t, field(b, l->blksize, l->blk_w)); /* 0 where there is none, as strace has it */
	put_field(t, "st_blocks");
	put_udec(t, field(b, l->blocks, l->blocks_w));
	if ((mode & 0170000) == 0020000 || (mode & 0170000) == 0060000) {
		put(t, ", st_rdev=");
		put_dev(t, field(b, l->rdev, l->rdev_w));
	} else {
		put_field(t, "st_size");
		put_udec(t, field(b, l->len, l->len_w));
	}
	for (int i = 0; i < 3; i++) {
		static const char *const names[] = {"atime", "mtime", "ctime"};
		u8 at = (u8)(l->atime + i * l->time_w * (l->blksize ? 2 : 1));
		u64 sec = field(b, at, l->time_w);

		if (l->time_w == 4)
			sec = (u64)(s64)(s32)sec;
		put_stat_time(t, names[i], sec,
			      l->blksize ? field(b, at + l->time_w, l->time_w) : 0, l->blksize);
	}
	putch(t, '}');
	return true;
}

static bool stat_(struct tline *t, guest_addr a, const struct stat_layout *l)
{
	u8 b[144];
	u64 mode = 0, rdev = 0, len = 0;

	if (!rd(t, b, a, l->size))
		return false;
	if (!t->abbrev)
		return put_whole_stat(t, b, l);
	memcpy(&mode, b + l->mode, l->mode_w);
	memcpy(&rdev, b + l->rdev, l->rdev_w);
	memcpy(&len, b + l->len, l->len_w);
	put_stat(t, (u32)mode, len, rdev);
	return true;
}

static const struct stat_layout stat_64 = {144, 24, 4,	40, 8,	48, 8,	8, 8,  8,
					   16,	8,  28, 4,  56, 8,  64, 8, 72, 8};
static const struct stat_layout stat_32 = {64, 8, 2,  16, 4,  20, 4,  4, 4,  4,
					   10, 2, 12, 2,  24, 4,  28, 4, 32, 4};
static const struct stat_layout stat64_32 = {96, 16, 4,	 32, 8,	 44, 8,	 8, 88, 8,
					     20, 4,  24, 4,  52, 4,  56, 8, 64, 4};
static const struct stat_layout oldstat_32 = {32, 4, 2, 12, 2, 16, 4, 2, 2,  2,
					      6,  2, 8, 2,  0, 0,  0, 0, 20, 4};

static void put_statx_time(struct tline *t, const char *name, const struct statx_timestamp *ts)
{
	put_fmt(t, ", stx_%s={tv_sec=%lld, tv_nsec=%u}", name, (long long)ts->tv_sec, ts->tv_nsec);
	put_date(t, ts->tv_sec, ts->tv_nsec, 9);
}

static void put_statx_rest(struct tline *t, const struct statx *sx)
{
	if (sx->stx_mask & STATX_BLOCKS)
		put_fmt(t, ", stx_blocks=%llu", (unsigned long long)sx->stx_blocks);
	put(t, ", stx_attributes_mask=");
	put_flags(t, &x_statx_attr, sx->stx_attributes_mask);
	if (sx->stx_mask & STATX_ATIME)
		put_statx_time(t, "atime", &sx->stx_atime);
	if (sx->stx_mask & STATX_BTIME)
		put_statx_time(t, "btime", &sx->stx_btime);
	if (sx->stx_mask & STATX_CTIME)
		put_statx_time(t, "ctime", &sx->stx_ctime);
	if (sx->stx_mask & STATX_MTIME)
		put_statx_time(t, "mtime", &sx->stx_mtime);
	put_fmt(t, ", stx_rdev_major=%u, stx_rdev_minor=%u, stx_dev_major=%u, stx_dev_minor=%u",
		sx->stx_rdev_major, sx->stx_rdev_minor, sx->stx_dev_major, sx->stx_dev_minor);
	if (sx->stx_mask & 0x1000) { /* STATX_MNT_ID */
		put(t, ", stx_mnt_id=");
		put_hex(t, sx->stx_mnt_id);
	}
}

/* In strace's order: fields that the mask has; most of them with -v only */
static bool put_statx_(struct tline *t, guest_addr a)
{
	bool all = !t->abbrev;
	struct statx sx;
	u32 m;

	if (!rd(t, &sx, a, sizeof(sx)))
		return false;
	m = sx.stx_mask;
	put(t, "{stx_mask=");
	put_flags(t, &x_statx_mask, m);
	if (all)
		put_fmt(t, ", stx_blksize=%u", sx.stx_blksize);
	put(t, ", stx_attributes=");
	put_flags(t, &x_statx_attr, sx.stx_attributes);
	if (all && (m & STATX_NLINK))
		put_fmt(t, ", stx_nlink=%u", sx.stx_nlink);
	if (all && (m & STATX_UID))
		put_fmt(t, ", stx_uid=%u", sx.stx_uid);
	if (all && (m & STATX_GID))
		put_fmt(t, ", stx_gid=%u", sx.stx_gid);
	if (m & (STATX_TYPE | STATX_MODE)) {
		put(t, ", stx_mode=");
		put_mode(t, sx.stx_mode);
	}
	if (all && (m & STATX_INO))
		put_fmt(t, ", stx_ino=%llu", (unsigned long long)sx.stx_ino);
	if (m & STATX_SIZE)
		put_fmt(t, ", stx_size=%llu", (unsigned long long)sx.stx_size);
	if (all)
		put_statx_rest(t, &sx);
	put(t, all ? "}" : ", ...}");
	return true;
}

/* f: type, bsize, blocks, bfree, bavail, files, ffree, fsid (two), namelen, frsize, flags */
static void put_statfs(struct tline *t, const u64 f[12])
{
	static const char *const names[] = {"f_bsize",	"f_blocks", "f_bfree",
					    "f_bavail", "f_files",  "f_ffree"};

	put(t, "{f_type=");
	put_val(t, &x_fs_magic, f[0]);
	for (int i = 0; i < 6; i++) {
		put_field(t, names[i]);
		put_udec(t, f[i + 1]);
	}
	put(t, ", f_fsid={val=[");
	put_hex(t, f[7]);
	put(t, ", ");
	put_hex(t, f[8]);
	put(t, "]}, f_namelen=");
	put_udec(t, f[9]);
	put(t, ", f_frsize=");
	put_udec(t, f[10]);
	if (f[11] & 0x20) { /* ST_VALID */
		put(t, ", f_flags=");
		put_flags(t, &x_statfs_flags, f[11]);
	}
	putch(t, '}');
}

static bool statfs_(struct tline *t, guest_addr a, bool is64)
{
	u64 f[12];

	if (!t->compat) {
		u64 w[15];

		if (!rd(t, w, a, sizeof(w)))
			return false;
		memcpy(f, w, 7 * 8);
		f[7] = (u32)w[7];
		f[8] = w[7] >> 32;
		memcpy(f + 9, w + 8, 3 * 8);
	} else if (is64) { /* packed: two words, five 64-bit counts, words again */
		u32 w[2], r[5];

		if (!rd(t, w, a, 8) || !rd(t, f + 2, a + 8, 40) || !rd(t, r, a + 48, 20))
			return false;
		f[0] = w[0];
		f[1] = w[1];
		for (int i = 0; i < 5; i++)
			f[7 + i] = r[i];
	} else {
		u32 w[12];

		if (!rd(t, w, a, sizeof(w)))
			return false;
		for (int i = 0; i < 12; i++)
			f[i] = w[i];
	}
	put_statfs(t, f);
	return true;
}

/* -v: the entries themselves. The old ones have their type behind the name. */
static bool put_dirents(struct tline *t, guest_addr a, bool is64, u64 len)
{
	size_t w = is64 ? 8 : word_size(t), head = 2 * w + (is64 ? 3 : 2);
	u64 at = 0, ino, off;
	u16 reclen;
	u8 type;

	putch(t, '[');
	while (at + head <= len) {
		ino = off = 0;
		if (!rd(t, &ino, a + at, w) || !rd(t, &off, a + at + w, w) ||
		    !rd(t, &reclen, a + at + 2 * w, 2) || reclen < head || at + reclen > len ||
		    !rd(t, &type, a + at + (is64 ? 2 * w + 2 : (u64)reclen - 1), 1))
			break;
		put_fmt(t, "%s{d_ino=%llu, d_off=%lld, d_reclen=%u", at ? ", " : "",
			(unsigned long long)ino, (long long)off, reclen);
		if (is64) {
			put(t, ", d_type=");
			put_val(t, &x_dirent, type);
		}
		put(t, ", d_name=");
		put_name256(t, a + at + head, 256);
		if (!is64) {
			put(t, ", d_type=");
			put_val(t, &x_dirent, type);
		}
		putch(t, '}');
		at += reclen;
	}
	putch(t, ']');
	return true;
}

/* Counts the entries in `len` bytes; reclen is at the same place in all layouts of the ABI. */
/* readdir(2)'s, whose d_reclen is the length of the name */
static bool old_dirent(struct tline *t, guest_addr a)
{
	struct {
		u32 ino, off;
		u16 reclen;
	} __attribute__((packed)) d;

	if (!t->ret || !rd(t, &d, a, sizeof(d)))
		return false;
	put_fmt(t, "{d_ino=%u, d_off=%u, d_reclen=%u, d_name=", d.ino, d.off, d.reclen);
	put_path_n(t, a + sizeof(d), MIN(d.reclen, 256U));
	putch(t, '}');
	return true;
}

static bool dirents(struct tline *t, guest_addr a, bool is64)
{
	u64 off = 0, len = t->exiting ? (u64)t->ret : 0;
	size_t at = is64 ? 16 : 2 * word_size(t);
	u32 n = 0;

	if (!t->abbrev)
		return put_dirents(t, a, is64, len);
	while (off + at + 2 <= len) {
		u16 reclen;

		if (!rd(t, &reclen, a + off + at, 2) || reclen < at + 2)
			break;
		off += reclen;
		n++;
	}
	put_addr(t, a);
	put_fmt(t, " /* %u entries */", n);
	return true;
}

/* wide: struct flock64 for a 32-bit caller. */
static bool flock_(struct tline *t, guest_addr a, bool wide, bool pid)
{
	struct {
		s16 type, whence;
	} h;
	s64 start, len;
	s32 id, pad;
	size_t at = t->compat ? 4 : 8, w = t->compat && !wide ? 4 : 8;

	if (!rd(t, &h, a, 4))
		return false;
	if (w == 8) {
		if (!rd(t, &start, a + at, 8) || !rd(t, &len, a + at + 8, 8))
			return false;
	} else {
		s32 v[2];

		if (!rd(t, v, a + at, 8))
			return false;
		start = v[0];
		len = v[1];
	}
	if (!rd(t, &id, a + at + 2 * w, 4))
		return false;
	if (!t->compat && !rd(t, &pad, a + at + 2 * w + 4, 4)) /* strace reads that, too */
		return false;
	put(t, "{l_type=");
	put_val(t, &x_lock, (u16)h.type);
	put(t, ", l_whence=");
	put_val(t, &x_whence, (u16)h.whence);
	put(t, ", l_start=");
	put_dec(t, start);
	put(t, ", l_len=");
	put_dec(t, len);
	if (pid)
		put_fmt(t, ", l_pid=%d", id);
	putch(t, '}');
	return true;
}

static bool f_owner(struct tline *t, u64 v)
{
	s32 o[2];

	if (!rd(t, o, v, 8))
		return false;
	put(t, "{type=");
	put_val(t, &x_owner, (u32)o[0]);
	put(t, ", pid=");
	put_pid_kind(t, o[1], o[0] == 0 ? PID_TASK : o[0] == 1 ? PID_PROCESS : PID_GROUP);
	putch(t, '}');
	return true;
}

/* Returns false to print v as an address. */
static bool fcntl_arg(struct tline *t, u64 v)
{
	u32 cmd = (u32)t->arg[t->index - 1];
	bool failed = t->exiting && (u64)t->ret >= (u64)-4095L;

	switch (cmd) {
	case F_SETFD:
		put_flags(t, &x_fdflags, (u32)v);
		return true;
	case F_SETFL:
		put_open_flags(t, (u32)v);
		return true;
	case F_DUPFD:
	case 1030: /* F_DUPFD_CLOEXEC */
		put_dec(t, (s64)v);
		return true;
	case F_SETOWN:
		if ((s32)v > 0)
			put_pid_kind(t, (s32)v, PID_PROCESS);
		else
			put_dec(t, (s32)v);
		return true;
	case 1031: /* F_SETPIPE_SZ */
		put_dec(t, (s32)v);
		return true;
	case 10: /* F_SETSIG */
		put_signal(t, (int)v);
		return true;
	case 1024: /* F_SETLEASE */
		put_val(t, &x_lock, (u32)v);
		return true;
	case 1026: /* F_NOTIFY */
		put_flags(t, &x_notify, (u32)v);
		return true;
	case 1033: /* F_ADD_SEALS */
		put_flags(t, &x_seals, (u32)v);
		return true;
	case 6: /* F_SETLK */
	case 7: /* F_SETLKW */
		return flock_(t, v, false, false);
	case 12: /* F_GETLK64 and its like are of fcntl64 */
	case 13:
	case 14:
		if (!strcmp(t->name, "fcntl64"))
			return !(failed && cmd == 12) && flock_(t, v, true, cmd == 12);
		return false;
	case 37: /* F_OFD_SETLK */
	case 38:
		return flock_(t, v, true, false);
	case 5: /* F_GETLK */
		return !failed && flock_(t, v, false, true);
	case 36: /* F_OFD_GETLK */
		return !failed && flock_(t, v, true, true);
	case 15: /* F_SETOWN_EX */
		return f_owner(t, v);
	case 16: /* F_GETOWN_EX */
		return !failed && f_owner(t, v);
	default:
		put_hex(t, v);
		return true;
	}
}

/* True for the commands whose argument is filled by the call. */
bool fcntl_arg_is_out(u32 cmd)
{
	return cmd == 5 || cmd == 12 || cmd == 36 || cmd == 16;
}

void ret_fcntl(struct tline *t)
{
	u32 ret = (u32)t->ret;

	switch ((u32)t->arg[1]) {
	case F_GETFD:
	case F_GETFL:
	case 1034: /* F_GET_SEALS */
	case 1025: /* F_GETLEASE */
		break;
	case 11: /* F_GETSIG */
		if (ret)
			put_fmt(t, " (%s)", trace_signal_name((int)ret));
		return;
	default:
		return;
	}
	if ((u32)t->arg[1] == F_GETFL) {
		put(t, " (flags ");
		consts_as = 1 + CONST_ABBREV; /* by name whatever -X says, as strace has it */
		put_open_flags(t, ret);
		consts_as = 0;
		putch(t, ')');
	} else if ((u32)t->arg[1] == F_GETFD && ret) {
		put(t, " (flags ");
		put_flags(t, &x_fdflags, ret);
		putch(t, ')');
	} else if ((u32)t->arg[1] == 1034 && ret) {
		put(t, " (seals ");
		put_flags(t, &x_seals, ret);
		putch(t, ')');
	} else if ((u32)t->arg[1] == 1025) {
		put(t, " (");
		consts_as = 1 + CONST_ABBREV;
		put_val(t, &x_lock, ret);
		consts_as = 0;
		putch(t, ')');
	}
}

static bool open_how(struct tline *t, guest_addr a)
{
	u64 how[3];
	u64 size = t->index + 1 < t->nargs ? t->arg[t->index + 1] : 24;

	if (size < 24 || !rd(t, how, a, 24))
		return false;
	put(t, "{flags=");
	put_open_flags(t, how[0]);
	if (how[1] || (how[0] & (O_CREAT | 020000000))) {
		put(t, ", mode=");
		put_perm(t, how[1]);
	}
	put(t, ", resolve=");
	put_flags(t, &x_resolve, how[2]);
	put_tail(t, a, sizeof(how), size);
	putch(t, '}');
	return true;
}

bool dec_file(struct tline *t, u16 kind, u64 v)
{
	switch (kind) {
	case K_X_AT_STATX:
		if ((v & 0x6000) || consts() != CONST_RAW) /* strace shows no raw 0 */
			put_val(t, &x_statx_sync, v & 0x6000);
		if (v & 0xffff9fff) {
			putch(t, '|');
			put_flags(t, &(struct xlat_set){x_at.v, x_at.n - 1, NULL}, v & 0xffff9fff);
		}
		return true;
	case K_DIRFD:
		put_dirfd(t, (s32)v);
		return true;
	case K_MODE:
	case K_OPEN_MODE:
		put_perm(t, (u32)v & 0xffff);
		return true;
	case K_X_MKMODE:
		put_mode(t, (u32)v & 0xffff);
		return true;
	case K_DEV:
	case K_X_MKDEV:
		put_dev(t, (u32)v);
		return true;
	case K_OPEN_FLAGS:
		put_open_flags(t, (u32)v);
		return true;
	case K_AT_FLAGS:
		put_at_flags(t, (u32)v);
		return true;
	case K_FCNTL_ARG:
		return fcntl_arg(t, v);
	case K_IOCTL_CMD:
		put_ioctl_cmd(t, (u32)v);
		return true;
	case K_IOCTL_ARG:
		return dec_ioctl_arg(t, v);
	case K_FLOCK_ARG:
		return flock_(t, v, false, false);
	case K_OPEN_HOW_IN:
		return open_how(t, v);
	case K_STAT_OUT:
		return stat_(t, v, t->compat ? &stat_32 : &stat_64);
	case K_STAT64_OUT:
		return stat_(t, v, t->compat ? &stat64_32 : &stat_64);
	case K_OLDSTAT_OUT:
		return stat_(t, v, &oldstat_32);
	case K_STATX_OUT:
		return put_statx_(t, v);
	case K_STATFS_OUT:
		return statfs_(t, v, false);
	case K_STATFS64_OUT:
		return statfs_(t, v, true);
	case K_X_OLD_DIRENT_OUT:
		return old_dirent(t, v);
	case K_DIRENTS_OUT:
		return dirents(t, v, false);
	case K_DIRENTS64_OUT:
		return dirents(t, v, true);
	default:
		return false;
	}
}
