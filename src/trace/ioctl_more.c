/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What ioctl commands of disks, clocks, counters, maps of extents and seccomp's notifications take.
 */
#include <errno.h>
#include <linux/audit.h>
#include <linux/counter.h>
#include <linux/fiemap.h>
#include <linux/fs.h>
#include <linux/hdreg.h>
#include <linux/perf_event.h>
#include <linux/ptp_clock.h>
#include <linux/rtc.h>
#include <linux/seccomp.h>
#include <string.h>

#include "trace/flags.h"
#include "trace/ioctl_args.h"

#define ATA(v, name) XV(v, "ATA_CMD_" name)
XLAT(x_ata, "ATA_CMD_???", ATA(0x00, "NOP"), ATA(0x03, "CFA_REQ_EXT_ERR"), ATA(0x06, "DSM"),
     ATA(0x08, "DEV_RESET"), ATA(0x0b, "REQ_SENSE_DATA"), ATA(0x10, "RESTORE"),
     ATA(0x20, "PIO_READ"), ATA(0x22, "READ_LONG"), ATA(0x23, "READ_LONG_ONCE"),
     ATA(0x24, "PIO_READ_EXT"), ATA(0x25, "READ_EXT"), ATA(0x26, "READ_QUEUED"),
     ATA(0x27, "READ_NATIVE_MAX_EXT"), ATA(0x29, "READ_MULTI_EXT"),
     ATA(0x2a, "READ_STREAM_DMA_EXT"), ATA(0x2b, "READ_STREAM_EXT"), ATA(0x2f, "READ_LOG_EXT"),
     ATA(0x30, "PIO_WRITE"), ATA(0x32, "WRITE_LONG"), ATA(0x33, "WRITE_LONG_ONCE"),
     ATA(0x34, "PIO_WRITE_EXT"), ATA(0x35, "WRITE_EXT"), ATA(0x36, "WRITE_QUEUED"),
     ATA(0x37, "SET_MAX_EXT"), ATA(0x38, "CFA_WRITE_NE"), ATA(0x39, "WRITE_MULTI_EXT"),
     ATA(0x3a, "WRITE_STREAM_DMA_EXT"), ATA(0x3b, "WRITE_STREAM_EXT"), ATA(0x3d, "WRITE_FUA_EXT"),
     ATA(0x3e, "WRITE_QUEUED_FUA_EXT"), ATA(0x3f, "WRITE_LOG_EXT"), ATA(0x40, "VERIFY"),
     ATA(0x42, "VERIFY_EXT"), ATA(0x45, "WRITE_UNCORR_EXT"), ATA(0x47, "READ_LOG_DMA_EXT"),
     ATA(0x4a, "ZAC_MGMT_IN"), ATA(0x51, "CONFIG_STREAM"), ATA(0x57, "WRITE_LOG_DMA_EXT"),
     ATA(0x5b, "TRUSTED_NONDATA"), ATA(0x5c, "TRUSTED_RCV"), ATA(0x5d, "TRUSTED_RCV_DMA"),
     ATA(0x5e, "TRUSTED_SND"), ATA(0x5f, "TRUSTED_SND_DMA"), ATA(0x60, "FPDMA_READ"),
     ATA(0x61, "FPDMA_WRITE"), ATA(0x63, "NCQ_NON_DATA"), ATA(0x64, "FPDMA_SEND"),
     ATA(0x65, "FPDMA_RECV"), ATA(0x87, "CFA_TRANS_SECT"), ATA(0x90, "EDD"),
     ATA(0x91, "INIT_DEV_PARAMS"), ATA(0x92, "DOWNLOAD_MICRO"), ATA(0x93, "DOWNLOAD_MICRO_DMA"),
     ATA(0x9f, "ZAC_MGMT_OUT"), ATA(0xa0, "PACKET"), ATA(0xa1, "ID_ATAPI"), ATA(0xa2, "SERVICE"),
     ATA(0xb0, "SMART"), ATA(0xb1, "CONF_OVERLAY"), ATA(0xb4, "SANITIZE_DEVICE"),
     ATA(0xc0, "CFA_ERASE"), ATA(0xc4, "READ_MULTI"), ATA(0xc5, "WRITE_MULTI"),
     ATA(0xc6, "SET_MULTI"), ATA(0xc8, "READ"), ATA(0xca, "WRITE"), ATA(0xcd, "CFA_WRITE_MULT_NE"),
     ATA(0xce, "WRITE_MULTI_FUA_EXT"), ATA(0xd1, "CHK_MED_CRD_TYP"), ATA(0xde, "MEDIA_LOCK"),
     ATA(0xdf, "MEDIA_UNLOCK"), ATA(0xe0, "STANDBYNOW1"), ATA(0xe1, "IDLEIMMEDIATE"),
     ATA(0xe2, "STANDBY"), ATA(0xe3, "IDLE"), ATA(0xe4, "PMP_READ"), ATA(0xe5, "CHK_POWER"),
     ATA(0xe6, "SLEEP"), ATA(0xe7, "FLUSH"), ATA(0xe8, "PMP_WRITE"), ATA(0xe9, "PMP_READ_DMA"),
     ATA(0xea, "FLUSH_EXT"), ATA(0xeb, "PMP_WRITE_DMA"), ATA(0xec, "ID_ATA"),
     ATA(0xef, "SET_FEATURES"), ATA(0xf1, "SEC_SET_PASS"), ATA(0xf2, "SEC_UNLOCK"),
     ATA(0xf3, "SEC_ERASE_PREP"), ATA(0xf4, "SEC_ERASE_UNIT"), ATA(0xf5, "SEC_FREEZE_LOCK"),
     ATA(0xf6, "SEC_DISABLE_PASS"), ATA(0xf8, "READ_NATIVE_MAX"), ATA(0xf9, "SET_MAX"));
XLAT(x_busstate, "BUSSTATE_???", X(BUSSTATE_OFF), X(BUSSTATE_ON), X(BUSSTATE_TRISTATE));
XLAT(x_ide_nice, "IDE_NICE_???", XV(1, "1 << IDE_NICE_DSC_OVERLAP"),
     XV(2, "1 << IDE_NICE_ATAPI_OVERLAP"), XV(8, "1 << IDE_NICE_1"), XV(4, "1 << IDE_NICE_0"),
     XV(16, "1 << IDE_NICE_2"));
XLAT(x_ptp_extts, "PTP_???", X(PTP_ENABLE_FEATURE), X(PTP_RISING_EDGE), X(PTP_FALLING_EDGE),
     X(PTP_STRICT_FLAGS));
XLAT(x_ptp_perout, "PTP_PEROUT_???", X(PTP_PEROUT_ONE_SHOT), X(PTP_PEROUT_DUTY_CYCLE),
     X(PTP_PEROUT_PHASE));
XLAT(x_ptp_pin, "PTP_PF_???", X(PTP_PF_NONE), X(PTP_PF_EXTTS), X(PTP_PF_PEROUT), X(PTP_PF_PHYSYNC));
XLAT(x_counter_type, "COUNTER_COMPONENT_???", X(COUNTER_COMPONENT_NONE),
     X(COUNTER_COMPONENT_SIGNAL), X(COUNTER_COMPONENT_COUNT), X(COUNTER_COMPONENT_FUNCTION),
     X(COUNTER_COMPONENT_SYNAPSE_ACTION), X(COUNTER_COMPONENT_EXTENSION));
XLAT(x_counter_scope, "COUNTER_SCOPE_???", X(COUNTER_SCOPE_DEVICE), X(COUNTER_SCOPE_SIGNAL),
     X(COUNTER_SCOPE_COUNT));
XLAT(x_counter_event, "COUNTER_EVENT_???", X(COUNTER_EVENT_OVERFLOW), X(COUNTER_EVENT_UNDERFLOW),
     X(COUNTER_EVENT_OVERFLOW_UNDERFLOW), X(COUNTER_EVENT_THRESHOLD), X(COUNTER_EVENT_INDEX),
     X(COUNTER_EVENT_CHANGE_OF_STATE), X(COUNTER_EVENT_CAPTURE));
XLAT(x_fiemap_flag, "FIEMAP_FLAG_???", X(FIEMAP_FLAG_SYNC), X(FIEMAP_FLAG_XATTR),
     X(FIEMAP_FLAG_CACHE));
XLAT(x_fiemap_extent, "FIEMAP_EXTENT_???", X(FIEMAP_EXTENT_LAST), X(FIEMAP_EXTENT_UNKNOWN),
     X(FIEMAP_EXTENT_DELALLOC), X(FIEMAP_EXTENT_ENCODED), X(FIEMAP_EXTENT_DATA_ENCRYPTED),
     X(FIEMAP_EXTENT_NOT_ALIGNED), X(FIEMAP_EXTENT_DATA_INLINE), X(FIEMAP_EXTENT_DATA_TAIL),
     X(FIEMAP_EXTENT_UNWRITTEN), X(FIEMAP_EXTENT_MERGED), X(FIEMAP_EXTENT_SHARED));
XLAT(x_rtc_param, "RTC_PARAM_???", X(RTC_PARAM_FEATURES), X(RTC_PARAM_CORRECTION),
     X(RTC_PARAM_BACKUP_SWITCH_MODE));
XLAT(x_rtc_feature, "1<<RTC_FEATURE_???", XV(1, "1<<RTC_FEATURE_ALARM"),
     XV(2, "1<<RTC_FEATURE_ALARM_RES_MINUTE"), XV(4, "1<<RTC_FEATURE_NEED_WEEK_DAY"),
     XV(8, "1<<RTC_FEATURE_ALARM_RES_2S"), XV(16, "1<<RTC_FEATURE_UPDATE_INTERRUPT"),
     XV(32, "1<<RTC_FEATURE_CORRECTION"), XV(64, "1<<RTC_FEATURE_BACKUP_SWITCH_MODE"),
     XV(128, "1<<RTC_FEATURE_ALARM_WAKEUP_ONLY"));
XLAT(x_rtc_bsm, "RTC_BSM_???", X(RTC_BSM_DISABLED), X(RTC_BSM_DIRECT), X(RTC_BSM_LEVEL),
     X(RTC_BSM_STANDBY));
XLAT(x_perf_group, "PERF_IOC_FLAG_???", X(PERF_IOC_FLAG_GROUP));
XLAT(x_notif_resp, "SECCOMP_USER_NOTIF_FLAG_???", X(SECCOMP_USER_NOTIF_FLAG_CONTINUE));
XLAT(x_notif_addfd, "SECCOMP_ADDFD_FLAG_???", X(SECCOMP_ADDFD_FLAG_SETFD),
     X(SECCOMP_ADDFD_FLAG_SEND));

/* ", name=[0x1, 0]" of what is reserved, where it is not all zero */
static void put_reserved(struct tline *t, const char *name, const u32 *v, u32 n)
{
	bool any = false;

	for (u32 i = 0; i < n; i++)
		any |= v[i] != 0;
	if (!any)
		return;
	put_field(t, name);
	for (u32 i = 0; i < n; i++) {
		put(t, i ? ", " : "[");
		put_hex(t, v[i]);
	}
	putch(t, ']');
}

/* ---- Disks ---- */

/* A long of the ABI in brackets, in some form. */
static bool long_value(struct tline *t, guest_addr a, const struct xlat_set *val,
		       const struct xlat_set *flags)
{
	u64 v;

	if (!rd_word(t, a, &v)) {
		put_addr(t, a);
		return true;
	}
	putch(t, '[');
	if (val)
		put_val(t, val, v);
	else if (flags)
		put_flags(t, flags, v);
	else
		put_udec(t, v);
	putch(t, ']');
	return true;
}

static bool disk_long(struct tline *t, guest_addr a, u64 len)
{
	(void)len;
	return long_value(t, a, NULL, NULL);
}

static bool disk_bus(struct tline *t, guest_addr a, u64 len)
{
	(void)len;
	return long_value(t, a, &x_busstate, NULL);
}

static bool disk_nice(struct tline *t, guest_addr a, u64 len)
{
	(void)len;
	return long_value(t, a, NULL, &x_ide_nice);
}

static bool disk_identity(struct tline *t, guest_addr a, u64 len)
{
	(void)len;
	put_buf(t, a, sizeof(struct hd_driveid));
	return true;
}

static bool disk_old_identity(struct tline *t, guest_addr a, u64 len)
{
	(void)len;
	put_buf(t, a, 142);
	return true;
}

static void one_hex(struct tline *t, const void *e, size_t size, const void *arg)
{
	(void)arg;
	put_hex(t, value_int(e, size));
}

static bool three_ints(struct tline *t, guest_addr a, u64 len)
{
	(void)len;
	put_array(t, a, 3, 4, NULL, one_hex, NULL);
	return true;
}

static bool disk_geometry(struct tline *t, guest_addr a, u64 len)
{
	u8 b[4];
	u64 start;

	(void)len;
	if (!rd(t, b, a, 4) || !rd_word(t, a + word_size(t), &start)) {
		put_addr(t, a);
		return true;
	}
	put_fmt(t, "{heads=%u, sectors=%u, cylinders=%u, start=%llu}", b[0], b[1],
		(u32)value_int(b + 2, 2), (unsigned long long)start);
	return true;
}

static bool drive_cmd_before(struct tline *t, guest_addr a, u32 cmd)
{
	u8 b[4];

	(void)cmd;
	if (!rd(t, b, a, 4)) {
		put_addr(t, a);
		return false;
	}
	put(t, "{command=");
	put_val(t, &x_ata, b[0]);
	put_fmt(t, ", sector_number=%u, feature=%u, sector_count=%u}", b[1], b[2], b[3]);
	return true;
}

static void drive_cmd_after(struct tline *t, guest_addr a, u32 cmd, bool failed)
{
	u8 b[4];

	(void)cmd;
	if ((failed && t->ret != -EIO) || !rd(t, b, a, 4))
		return;
	put(t, " => {status=");
	put_hex(t, b[0]);
	put_fmt(t, ", error=%u, nsector=%u", b[1], b[2]);
	if (b[3]) {
		put(t, ", buf=");
		put_hexbuf(t, a + 4, b[3] * 512u);
	}
	putch(t, '}');
}
static const struct ioctl_both drive_cmd = {drive_cmd_before, drive_cmd_after};

/* ---- Counters, extents ---- */

RECORD(r_component, struct counter_component,
       FIELD(struct counter_component, type, V_VAL, &x_counter_type),
       FIELD(struct counter_component, scope, V_VAL, &x_counter_scope),
       FIELD(struct counter_component, parent, V_U, NULL),
       FIELD(struct counter_component, id, V_U, NULL));
RECORD(r_watch, struct counter_watch,
       FIELD(struct counter_watch, component, V_RECORD, &r_component),
       FIELD(struct counter_watch, event, V_VAL, &x_counter_event),
       FIELD(struct counter_watch, channel, V_U, NULL));
RECORD(r_fiemap, struct fiemap, FIELD(struct fiemap, fm_start, V_U, NULL),
       FIELD(struct fiemap, fm_length, V_U, NULL),
       FIELD(struct fiemap, fm_flags, V_FLAGS, &x_fiemap_flag),
       FIELD(struct fiemap, fm_extent_count, V_U, NULL));
RECORD(r_extent, struct fiemap_extent, FIELD(struct fiemap_extent, fe_logical, V_U, NULL),
       FIELD(struct fiemap_extent, fe_physical, V_U, NULL),
       FIELD(struct fiemap_extent, fe_length, V_U, NULL),
       FIELD(struct fiemap_extent, fe_flags, V_FLAGS, &x_fiemap_extent));

static bool fiemap_before(struct tline *t, guest_addr a, u32 cmd)
{
	(void)cmd;
	if (put_record(t, &r_fiemap, a))
		return true;
	put_addr(t, a);
	return false;
}

static void fiemap_after(struct tline *t, guest_addr a, u32 cmd, bool failed)
{
	const struct value extents = {V_RECORDS, 0, &r_extent};
	struct fiemap m;

	(void)cmd;
	if (failed)
		return;
	put(t, " => ");
	if (!rd(t, &m, a, sizeof(m))) {
		put_addr(t, a);
		return;
	}
	put(t, "{fm_flags=");
	put_flags(t, &x_fiemap_flag, m.fm_flags);
	put_fmt(t, ", fm_mapped_extents=%u", m.fm_mapped_extents);
	if (t->abbrev) {
		put(t, ", ...}");
		return;
	}
	put(t, ", fm_extents=");
	if (!put_value(t, &extents, a + sizeof(m),
		       (u64)m.fm_mapped_extents * sizeof(struct fiemap_extent)))
		put(t, "[]");
	putch(t, '}');
}
static const struct ioctl_both fiemap_both = {fiemap_before, fiemap_after};

/* ---- Seccomp's notifications ---- */

static void notif_data(struct tline *t, const struct seccomp_data *d)
{
	bool own = d->arch == (t->compat ? AUDIT_ARCH_I386 : AUDIT_ARCH_X86_64);
	const char *name = NULL;

	if (d->arch == AUDIT_ARCH_X86_64 || d->arch == AUDIT_ARCH_I386)
		name = trace_call_name(d->arch == AUDIT_ARCH_I386 ? ABI_32 : ABI_64, (u32)d->nr);
	put(t, "{nr=");
	if (consts() != CONST_ABBREV || !own || !name)
		put_udec(t, (u32)d->nr);
	if (name && consts() != CONST_RAW) {
		bool comment = !own || consts() == CONST_VERBOSE;

		put_fmt(t, "%s%s%s%s", comment ? " /* " : "", own ? "__NR_" : "", name,
			comment ? " */" : "");
	}
	put(t, ", arch=");
	put_val(t, &x_audit_arch, d->arch);
	put(t, ", instruction_pointer=");
	put_addr(t, d->instruction_pointer);
	put(t, ", args=[");
	for (u32 i = 0; i < 6; i++) {
		put(t, i ? ", " : "");
		put_hex(t, d->args[i]);
	}
	put(t, "]}");
}

static void put_notif(struct tline *t, const struct seccomp_notif *n)
{
	put(t, "{id=");
	put_hex(t, n->id);
	put(t, ", pid=");
	put_pid_kind(t, (s32)n->pid, PID_PROCESS);
	put(t, ", flags=");
	put_hex(t, n->flags);
	put(t, ", data=");
	notif_data(t, &n->data);
	putch(t, '}');
}

static bool notif_before(struct tline *t, guest_addr a, u32 cmd)
{
	static const struct seccomp_notif zero;
	struct seccomp_notif n;

	(void)cmd;
	if (!rd(t, &n, a, sizeof(n))) {
		put_addr(t, a);
		return false;
	}
	if (!memcmp(&n, &zero, sizeof(n)))
		return true; /* as it has to be */
	put_notif(t, &n);
	put(t, " => ");
	return true;
}

static void notif_after(struct tline *t, guest_addr a, u32 cmd, bool failed)
{
	struct seccomp_notif n;

	(void)cmd;
	if (failed || !rd(t, &n, a, sizeof(n)))
		put_addr(t, a);
	else
		put_notif(t, &n);
}
static const struct ioctl_both notif_both = {notif_before, notif_after};

static bool notif_error(struct tline *t, guest_addr a, u64 len)
{
	s32 err = 0;

	(void)len;
	rd(t, &err, a, sizeof(err));
	put_error_number(t, err);
	return true;
}

static bool id_(struct tline *t, guest_addr a, u64 len)
{
	u64 id;

	(void)len;
	if (!rd(t, &id, a, sizeof(id))) {
		put_addr(t, a);
		return true;
	}
	putch(t, '[');
	put_hex(t, id);
	putch(t, ']');
	return true;
}

RECORD(r_notif_resp, struct seccomp_notif_resp, FIELD(struct seccomp_notif_resp, id, V_X, NULL),
       FIELD(struct seccomp_notif_resp, val, V_D, NULL),
       FIELD(struct seccomp_notif_resp, error, V_CALL, notif_error),
       FIELD(struct seccomp_notif_resp, flags, V_FLAGS, &x_notif_resp));
RECORD(r_notif_addfd, struct seccomp_notif_addfd, FIELD(struct seccomp_notif_addfd, id, V_X, NULL),
       FIELD(struct seccomp_notif_addfd, flags, V_FLAGS, &x_notif_addfd),
       FIELD(struct seccomp_notif_addfd, srcfd, V_FD, NULL),
       FIELD(struct seccomp_notif_addfd, newfd, V_D, NULL),
       FIELD(struct seccomp_notif_addfd, newfd_flags, V_FLAGS, &x_open));

/* ---- PTP clocks ---- */

static void ptp_time(struct tline *t, const struct ptp_clock_time *p, bool date)
{
	put_fmt(t, "{sec=%lld, nsec=%u", (long long)p->sec, p->nsec);
	if (p->reserved) {
		put_field(t, "reserved");
		put_hex(t, p->reserved);
	}
	putch(t, '}');
	if (date && consts() != CONST_RAW && (p->sec || p->nsec) && p->nsec < 1000000000)
		put_date(t, p->sec, p->nsec, 9);
}

static bool ptp_caps(struct tline *t, guest_addr a, u64 len)
{
	static const char *const names[] = {
		"max_adj", "n_alarm", "n_ext_ts",	    "n_per_out",
		"pps",	   "n_pins",  "cross_timestamping", "adjust_phase"};
	s32 v[20];

	(void)len;
	if (!rd(t, v, a, sizeof(v))) {
		put_addr(t, a);
		return true;
	}
	for (u32 i = 0; i < 8; i++)
		put_fmt(t, "%s%s=%d", i ? ", " : "{", names[i], v[i]);
	put_reserved(t, "rsv", (u32 *)v + 8, 12);
	putch(t, '}');
	return true;
}

static void put_extts(struct tline *t, guest_addr a, bool reserved)
{
	struct ptp_extts_request r;

	if (!rd(t, &r, a, sizeof(r))) {
		put_addr(t, a);
		return;
	}
	put_fmt(t, "{index=%u, flags=", r.index);
	put_flags(t, &x_ptp_extts, r.flags);
	if (reserved)
		put_reserved(t, "rsv", r.rsv, 2);
	putch(t, '}');
}

static bool ptp_extts(struct tline *t, guest_addr a, u64 len)
{
	(void)len;
	put_extts(t, a, (u32)t->arg[t->index - 1] == PTP_EXTTS_REQUEST2);
	return true;
}

static bool ptp_perout(struct tline *t, guest_addr a, u64 len)
{
	struct ptp_perout_request r;
	bool phase;

	(void)len;
	if (!rd(t, &r, a, sizeof(r))) {
		put_addr(t, a);
		return true;
	}
	phase = r.flags & PTP_PEROUT_PHASE;
	put(t, phase ? "{phase=" : "{start=");
	ptp_time(t, &r.start, !phase);
	put_field(t, "period");
	ptp_time(t, &r.period, false);
	put_fmt(t, ", index=%u, flags=", r.index);
	put_flags(t, &x_ptp_perout, r.flags);
	if (r.flags & PTP_PEROUT_DUTY_CYCLE) {
		put_field(t, "on");
		ptp_time(t, &r.on, false);
	} else if ((u32)t->arg[t->index - 1] == PTP_PEROUT_REQUEST2) {
		put_reserved(t, "rsv", r.rsv, 4);
	}
	putch(t, '}');
	return true;
}

static bool ptp_precise(struct tline *t, guest_addr a, u64 len)
{
	struct ptp_sys_offset_precise r;

	(void)len;
	if (!rd(t, &r, a, sizeof(r))) {
		put_addr(t, a);
		return true;
	}
	put(t, "{device=");
	ptp_time(t, &r.device, true);
	put_field(t, "sys_realtime");
	ptp_time(t, &r.sys_realtime, true);
	put_field(t, "sys_monoraw");
	ptp_time(t, &r.sys_monoraw, false);
	put_reserved(t, "rsv", r.rsv, 4);
	putch(t, '}');
	return true;
}

static bool is_extended(u32 cmd)
{
	return cmd == PTP_SYS_OFFSET_EXTENDED || cmd == PTP_SYS_OFFSET_EXTENDED2;
}

/* The size of the whole struct is in the command. */
static bool offset_before(struct tline *t, guest_addr a, u32 cmd)
{
	u32 v[sizeof(struct ptp_sys_offset_extended) / 4];

	if (!rd(t, v, a, cmd >> 16 & 0x3fff)) {
		put_addr(t, a);
		return false;
	}
	put_fmt(t, "{n_samples=%u", v[0]);
	put_reserved(t, "rsv", v + 1, 3);
	return true;
}

static void one_time(struct tline *t, const void *e, size_t size, const void *arg)
{
	(void)size;
	(void)arg;
	ptp_time(t, e, true);
}

static void three_times(struct tline *t, const void *e, size_t size, const void *arg)
{
	const struct ptp_clock_time *p = e;

	(void)size;
	(void)arg;
	for (u32 i = 0; i < 3; i++) {
		put(t, i ? ", " : "[");
		ptp_time(t, p + i, true);
	}
	putch(t, ']');
}

static void offset_after(struct tline *t, guest_addr a, u32 cmd, bool failed)
{
	u8 all[sizeof(struct ptp_sys_offset_extended)];
	u32 n;

	if (!failed && !rd(t, all, a, cmd >> 16 & 0x3fff)) {
		put(t, ", ???");
	} else if (!failed) {
		n = MIN((u32)value_int(all, 4), (u32)PTP_MAX_SAMPLES);
		put_field(t, "ts");
		if (is_extended(cmd))
			put_array(t, a + 16, n, 48, NULL, three_times, NULL);
		else
			put_array(t, a + 16, 2 * n + 1, 16, NULL, one_time, NULL);
	}
	putch(t, '}');
}
static const struct ioctl_both offset_both = {offset_before, offset_after};

static void pin_function(struct tline *t, const struct ptp_pin_desc *p)
{
	put_field(t, "func");
	put_val(t, &x_ptp_pin, p->func);
	put_fmt(t, ", chan=%u", p->chan);
}

static bool pin_before(struct tline *t, guest_addr a, u32 cmd)
{
	struct ptp_pin_desc p;

	if (!rd(t, &p, a, sizeof(p))) {
		put_addr(t, a);
		return false;
	}
	put_fmt(t, "{index=%u", p.index);
	if (cmd == PTP_PIN_GETFUNC2)
		put_reserved(t, "rsv", p.rsv, 5);
	return true;
}

static void pin_after(struct tline *t, guest_addr a, u32 cmd, bool failed)
{
	struct ptp_pin_desc p;

	(void)cmd;
	if (!failed && !rd(t, &p, a, sizeof(p))) {
		put(t, ", ???");
	} else if (!failed) {
		put_field(t, "name");
		put_cstring_field(t, p.name, sizeof(p.name));
		pin_function(t, &p);
	}
	putch(t, '}');
}
static const struct ioctl_both pin_both = {pin_before, pin_after};

static bool pin_set(struct tline *t, guest_addr a, u64 len)
{
	struct ptp_pin_desc p;

	(void)len;
	if (!rd(t, &p, a, sizeof(p))) {
		put_addr(t, a);
		return true;
	}
	put_fmt(t, "{index=%u", p.index);
	pin_function(t, &p);
	if ((u32)t->arg[t->index - 1] == PTP_PIN_SETFUNC2)
		put_reserved(t, "rsv", p.rsv, 5);
	putch(t, '}');
	return true;
}

/* ---- Parameters of real-time clocks ---- */

static void rtc_value(struct tline *t, const struct rtc_param *p)
{
	if (p->param == RTC_PARAM_CORRECTION) {
		put_fmt(t, "svalue=%lld", (long long)p->svalue);
		return;
	}
	put(t, "uvalue=");
	if (p->param == RTC_PARAM_FEATURES)
		put_flags(t, &x_rtc_feature, p->uvalue);
	else if (p->param == RTC_PARAM_BACKUP_SWITCH_MODE)
		put_val(t, &x_rtc_bsm, p->uvalue);
	else
		put_hex(t, p->uvalue);
}

static void rtc_end(struct tline *t, const struct rtc_param *p)
{
	if (p->__pad) {
		put_field(t, "__pad");
		put_hex(t, p->__pad);
	}
	putch(t, '}');
}

static bool rtc_param_before(struct tline *t, guest_addr a, u32 cmd)
{
	struct rtc_param p;

	if (!rd(t, &p, a, sizeof(p))) {
		put_addr(t, a);
		return false;
	}
	put(t, "{param=");
	put_val(t, &x_rtc_param, p.param);
	put(t, ", ");
	if (cmd == RTC_PARAM_SET) {
		rtc_value(t, &p);
		put(t, ", ");
	}
	put_fmt(t, "index=%u", p.index);
	rtc_end(t, &p);
	return cmd == RTC_PARAM_GET;
}

static void rtc_param_after(struct tline *t, guest_addr a, u32 cmd, bool failed)
{
	struct rtc_param p;

	(void)cmd;
	put(t, " => ");
	if (failed || !rd(t, &p, a, sizeof(p))) {
		put_addr(t, a);
		return;
	}
	putch(t, '{');
	rtc_value(t, &p);
	rtc_end(t, &p);
}
static const struct ioctl_both rtc_param_both = {rtc_param_before, rtc_param_after};

/* ---- Performance counters ---- */

/* Flags of 32 bits, whatever is above them. */
static bool perf_group(struct tline *t, guest_addr v, u64 len)
{
	(void)len;
	put_flags(t, &x_perf_group, (u32)v);
	return true;
}

static bool perf_filter(struct tline *t, guest_addr a, u64 len)
{
	(void)len;
	put_str(t, a);
	return true;
}

static void one_unsigned(struct tline *t, const void *e, size_t size, const void *arg)
{
	(void)arg;
	put_udec(t, value_int(e, size));
}

static bool query_before(struct tline *t, guest_addr a, u32 cmd)
{
	u32 n;

	(void)cmd;
	if (!rd(t, &n, a, sizeof(n))) {
		put_addr(t, a);
		return false;
	}
	put_fmt(t, "{ids_len=%u", n);
	return true;
}

static void query_after(struct tline *t, guest_addr a, u32 cmd, bool failed)
{
	u32 n[2];

	(void)cmd;
	if (failed || !rd(t, n, a, sizeof(n))) {
		put(t, ", ...}");
		return;
	}
	put_fmt(t, ", prog_cnt=%u, ids=", n[1]);
	put_array(t, a + 8, MIN(n[0], n[1]), 4, NULL, one_unsigned, NULL);
	putch(t, '}');
}
static const struct ioctl_both query_both = {query_before, query_after};

/* clang-format off */
const struct ioctl_arg_desc ioctl_descs_more[] = {
	/* disks */
	CALL_OUT(HDIO_GETGEO, disk_geometry), BOTH(HDIO_DRIVE_CMD, drive_cmd),
	CALL_OUT(HDIO_GET_IDENTITY, disk_identity),
	CALL_OUT(HDIO_OBSOLETE_IDENTITY, disk_old_identity),
	CALL_IN(HDIO_DRIVE_RESET, three_ints), CALL_IN(HDIO_SCAN_HWIF, three_ints),
	CALL_OUT(HDIO_GET_32BIT, disk_long), CALL_OUT(HDIO_GET_ACOUSTIC, disk_long),
	CALL_OUT(HDIO_GET_ADDRESS, disk_long), CALL_OUT(HDIO_GET_DMA, disk_long),
	CALL_OUT(HDIO_GET_KEEPSETTINGS, disk_long), CALL_OUT(HDIO_GET_MULTCOUNT, disk_long),
	CALL_OUT(HDIO_GET_NOWERR, disk_long), CALL_OUT(HDIO_GET_UNMASKINTR, disk_long),
	CALL_OUT(HDIO_GET_WCACHE, disk_long), CALL_OUT(HDIO_GET_BUSSTATE, disk_bus),
	CALL_OUT(HDIO_GET_NICE, disk_nice), SELF(HDIO_SET_BUSSTATE, V_VAL, &x_busstate),
	SELF(HDIO_SET_NICE, V_FLAGS, &x_ide_nice), SELF(HDIO_SET_32BIT, V_U, NULL),
	SELF(HDIO_SET_ACOUSTIC, V_U, NULL), SELF(HDIO_SET_ADDRESS, V_U, NULL),
	SELF(HDIO_SET_DMA, V_U, NULL), SELF(HDIO_SET_KEEPSETTINGS, V_U, NULL),
	SELF(HDIO_SET_MULTCOUNT, V_U, NULL), SELF(HDIO_SET_NOWERR, V_U, NULL),
	SELF(HDIO_SET_PIO_MODE, V_U, NULL), SELF(HDIO_SET_UNMASKINTR, V_U, NULL),
	SELF(HDIO_SET_WCACHE, V_U, NULL), SELF(HDIO_UNREGISTER_HWIF, V_U, NULL),
	/* counters, extents */
	REC_IN(COUNTER_ADD_WATCH_IOCTL, r_watch), NONE(COUNTER_ENABLE_EVENTS_IOCTL),
	NONE(COUNTER_DISABLE_EVENTS_IOCTL), BOTH(FS_IOC_FIEMAP, fiemap_both),
	/* seccomp */
	BOTH(SECCOMP_IOCTL_NOTIF_RECV, notif_both), REC_IN(SECCOMP_IOCTL_NOTIF_SEND, r_notif_resp),
	CALL_IN(SECCOMP_IOCTL_NOTIF_ID_VALID, id_),
	CALL_IN(SECCOMP_IOR(2, __u64) /* the number that it had at first */, id_),
	REC_IN(SECCOMP_IOCTL_NOTIF_ADDFD, r_notif_addfd),
	/* PTP clocks */
	CALL_OUT(PTP_CLOCK_GETCAPS, ptp_caps), CALL_OUT(PTP_CLOCK_GETCAPS2, ptp_caps),
	CALL_IN(PTP_EXTTS_REQUEST, ptp_extts), CALL_IN(PTP_EXTTS_REQUEST2, ptp_extts),
	CALL_IN(PTP_PEROUT_REQUEST, ptp_perout), CALL_IN(PTP_PEROUT_REQUEST2, ptp_perout),
	SELF(PTP_ENABLE_PPS, V_X, NULL), SELF(PTP_ENABLE_PPS2, V_X, NULL),
	BOTH(PTP_SYS_OFFSET, offset_both), BOTH(PTP_SYS_OFFSET2, offset_both),
	BOTH(PTP_SYS_OFFSET_EXTENDED, offset_both), BOTH(PTP_SYS_OFFSET_EXTENDED2, offset_both),
	CALL_OUT(PTP_SYS_OFFSET_PRECISE, ptp_precise), CALL_OUT(PTP_SYS_OFFSET_PRECISE2, ptp_precise),
	BOTH(PTP_PIN_GETFUNC, pin_both), BOTH(PTP_PIN_GETFUNC2, pin_both),
	CALL_IN(PTP_PIN_SETFUNC, pin_set), CALL_IN(PTP_PIN_SETFUNC2, pin_set),
	BOTH(RTC_PARAM_GET, rtc_param_both), BOTH(RTC_PARAM_SET, rtc_param_both),
	/* performance counters; the sizes of pointers are part of some numbers */
	SELF(PERF_EVENT_IOC_ENABLE, V_CALL, perf_group), SELF(PERF_EVENT_IOC_DISABLE, V_CALL, perf_group),
	SELF(PERF_EVENT_IOC_RESET, V_CALL, perf_group), SELF(PERF_EVENT_IOC_REFRESH, V_D, NULL),
	{PERF_EVENT_IOC_PERIOD, ARG_IN, {V_U, 8, NULL}}, SELF(PERF_EVENT_IOC_SET_OUTPUT, V_FD, NULL),
	CALL_IN(PERF_EVENT_IOC_SET_FILTER, perf_filter), CALL_IN(0x40042406, perf_filter),
	U64_OUT(PERF_EVENT_IOC_ID), U64_OUT(0x80042407), SELF(PERF_EVENT_IOC_SET_BPF, V_FD, NULL),
	SELF(PERF_EVENT_IOC_PAUSE_OUTPUT, V_U, NULL), BOTH(PERF_EVENT_IOC_QUERY_BPF, query_both),
	BOTH(0xc004240a, query_both),
};
/* clang-format on */
const u32 ioctl_descs_more_n = ARRAY_SIZE(ioctl_descs_more);
