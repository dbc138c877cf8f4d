/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What ioctl commands of sockets, SCSI devices, infrared receivers, flash memory and
 * trusted environments take: numbers, names and structs that are alike in both ABIs. */
#include <linux/lirc.h>
#include <linux/sockios.h>
#include <linux/tee.h>
#include <mtd/mtd-abi.h>
#include <mtd/ubi-user.h>
#include <scsi/sg.h>
#include <string.h>

#include "trace/flags.h"
#include "trace/ioctl_args.h"

/* ---- SCSI ---- */

XLAT(x_sg_reset, "SG_SCSI_RESET_???", XV(0, "SG_SCSI_RESET_NOTHING"), XV(1, "SG_SCSI_RESET_DEVICE"),
     XV(2, "SG_SCSI_RESET_BUS"), XV(3, "SG_SCSI_RESET_HOST"), XV(4, "SG_SCSI_RESET_TARGET"));

static bool sg_reset(struct tline *t, guest_addr a, u64 len)
{
	u32 v;

	(void)len;
	if (!rd(t, &v, a, sizeof(v))) {
		put_addr(t, a);
		return true;
	}
	putch(t, '[');
	if (v & 0x100) {
		put_const(t, "SG_SCSI_RESET_NO_ESCALATE", 0x100);
		putch(t, '|');
	}
	put_val(t, &x_sg_reset, v & ~0x100u);
	putch(t, ']');
	return true;
}

/* ---- Infrared ---- */

XLAT(x_lirc_mode, "LIRC_MODE_???", XV(1, "LIRC_MODE_RAW"), XV(2, "LIRC_MODE_PULSE"),
     XV(4, "LIRC_MODE_MODE2"), XV(8, "LIRC_MODE_SCANCODE"), XV(16, "LIRC_MODE_LIRCCODE"));
XLAT(x_lirc_can, "LIRC_CAN_???", XV(LIRC_CAN_SEND_PULSE, "LIRC_CAN_SEND_PULSE"),
     XV(LIRC_CAN_SEND_LIRCCODE, "LIRC_CAN_SEND_LIRCCODE"), X(LIRC_CAN_SET_SEND_CARRIER),
     X(LIRC_CAN_SET_SEND_DUTY_CYCLE), X(LIRC_CAN_SET_TRANSMITTER_MASK), X(LIRC_CAN_REC_MODE2),
     X(LIRC_CAN_REC_SCANCODE), X(LIRC_CAN_REC_LIRCCODE), X(LIRC_CAN_SET_REC_CARRIER),
     X(LIRC_CAN_MEASURE_CARRIER), X(LIRC_CAN_USE_WIDEBAND_RECEIVER), X(LIRC_CAN_SET_REC_TIMEOUT),
     X(LIRC_CAN_GET_REC_RESOLUTION), X(LIRC_CAN_SET_REC_CARRIER_RANGE));

/* ---- Flash memory ---- */

XLAT(x_mtd_type, "MTD_???", X(MTD_ABSENT), X(MTD_RAM), X(MTD_ROM), X(MTD_NORFLASH),
     X(MTD_NANDFLASH), X(MTD_DATAFLASH), X(MTD_UBIVOLUME), X(MTD_MLCNANDFLASH));
XLAT(x_mtd_flags, "MTD_???", X(MTD_WRITEABLE), X(MTD_BIT_WRITEABLE), X(MTD_NO_ERASE),
     X(MTD_POWERUP_LOCK), XV(0x4000, "MTD_SLC_ON_MLC_EMULATION"));
XLAT(x_mtd_otp, "MTD_OTP_???", X(MTD_OTP_OFF), X(MTD_OTP_FACTORY), X(MTD_OTP_USER));
XLAT(x_mtd_ops, "MTD_OPS_???", X(MTD_OPS_PLACE_OOB), X(MTD_OPS_AUTO_OOB), X(MTD_OPS_RAW));
XLAT(x_mtd_file, "MTD_FILE_MODE_???", X(MTD_FILE_MODE_NORMAL), X(MTD_FILE_MODE_OTP_FACTORY),
     X(MTD_FILE_MODE_OTP_USER), X(MTD_FILE_MODE_RAW));
XLAT(x_ubi_dtype, "UBI_???", XV(1, "UBI_LONGTERM"), XV(2, "UBI_SHORTTERM"), XV(3, "UBI_UNKNOWN"));

/* clang-format off */
#define M(s, m, kind) FIELD(struct s, m, kind, NULL)
/* clang-format on */
RECORD(r_erase, struct erase_info_user, M(erase_info_user, start, V_X),
       M(erase_info_user, length, V_X));
RECORD(r_erase64, struct erase_info_user64, M(erase_info_user64, start, V_X),
       M(erase_info_user64, length, V_X));
RECORD(r_oob64, struct mtd_oob_buf64, M(mtd_oob_buf64, start, V_X), M(mtd_oob_buf64, length, V_X),
       M(mtd_oob_buf64, usr_ptr, V_ADDR));
RECORD(r_otp, struct otp_info, M(otp_info, start, V_X), M(otp_info, length, V_X),
       M(otp_info, locked, V_U));
RECORD(r_mtd_write, struct mtd_write_req, M(mtd_write_req, start, V_X), M(mtd_write_req, len, V_X),
       M(mtd_write_req, ooblen, V_X), M(mtd_write_req, usr_data, V_ADDR),
       M(mtd_write_req, usr_oob, V_ADDR), FIELD(struct mtd_write_req, mode, V_VAL, &x_mtd_ops));
RECORD(r_mtd_info, struct mtd_info_user, FIELD(struct mtd_info_user, type, V_VAL, &x_mtd_type),
       FIELD(struct mtd_info_user, flags, V_FLAGS, &x_mtd_flags), M(mtd_info_user, size, V_X),
       M(mtd_info_user, erasesize, V_X), M(mtd_info_user, writesize, V_X),
       M(mtd_info_user, oobsize, V_X), M(mtd_info_user, padding, V_X));
RECORD(r_ecc_stats, struct mtd_ecc_stats, M(mtd_ecc_stats, corrected, V_X),
       M(mtd_ecc_stats, failed, V_X), M(mtd_ecc_stats, badblocks, V_X),
       M(mtd_ecc_stats, bbtblocks, V_X));
XLAT(x_nand_ecc, "MTD_NANDECC_???", X(MTD_NANDECC_OFF), X(MTD_NANDECC_PLACE),
     X(MTD_NANDECC_AUTOPLACE), X(MTD_NANDECC_PLACEONLY), X(MTD_NANDECC_AUTOPL_USR));

static void one_pair(struct tline *t, const void *elem, size_t size, const void *arg)
{
	put_fmt(t, arg ? "{offset=%#x, length=%#x}" : "[%#x, %#x]", (u32)value_int(elem, 4),
		(u32)value_int((const u8 *)elem + size / 2, 4));
}

static bool oob_pairs(struct tline *t, guest_addr a, u64 len)
{
	(void)len;
	put_array(t, a, 8, 8, NULL, one_pair, NULL);
	return true;
}

static bool oob_free(struct tline *t, guest_addr a, u64 len)
{
	(void)len;
	put_array(t, a, MTD_MAX_OOBFREE_ENTRIES, sizeof(struct nand_oobfree), NULL, one_pair, "");
	return true;
}

RECORD(r_oob_info, struct nand_oobinfo, FIELD(struct nand_oobinfo, useecc, V_VAL, &x_nand_ecc),
       M(nand_oobinfo, eccbytes, V_X),
       {"oobfree", offsetof(struct nand_oobinfo, oobfree), 0, F_ALWAYS, {V_CALL, 4, oob_pairs}},
       FIELD_ARRAY(struct nand_oobinfo, eccpos, V_XINTS, NULL));
RECORD(r_ecc_layout, struct nand_ecclayout_user, M(nand_ecclayout_user, eccbytes, V_X),
       FIELD_ARRAY(struct nand_ecclayout_user, eccpos, V_XINTS, NULL),
       M(nand_ecclayout_user, oobavail, V_X),
       {"oobfree",
	offsetof(struct nand_ecclayout_user, oobfree),
	0,
	F_ALWAYS,
	{V_CALL, 4, oob_free}});
RECORD(r_ubi_att, struct ubi_attach_req, M(ubi_attach_req, ubi_num, V_D),
       M(ubi_attach_req, mtd_num, V_D), M(ubi_attach_req, vid_hdr_offset, V_D),
       M(ubi_attach_req, max_beb_per1024, V_D));
RECORD(r_ubi_leb, struct ubi_leb_change_req, M(ubi_leb_change_req, lnum, V_D),
       M(ubi_leb_change_req, bytes, V_D),
       FIELD(struct ubi_leb_change_req, dtype, V_VAL, &x_ubi_dtype));
RECORD(r_ubi_map, struct ubi_map_req, M(ubi_map_req, lnum, V_D),
       FIELD(struct ubi_map_req, dtype, V_VAL, &x_ubi_dtype));
RECORD(r_ubi_size, struct ubi_rsvol_req, M(ubi_rsvol_req, bytes, V_D),
       M(ubi_rsvol_req, vol_id, V_D));

/* struct mtd_oob_buf, which has a pointer in it */
static bool oob_buf(struct tline *t, guest_addr a, u64 len)
{
	u32 v[2];
	u64 ptr;

	(void)len;
	if (!rd(t, v, a, sizeof(v)) || !rd_word(t, a + 8, &ptr)) {
		put_addr(t, a);
		return true;
	}
	put(t, "{start=");
	put_hex(t, v[0]);
	put(t, ", length=");
	put_hex(t, v[1]);
	put(t, ", ptr=");
	put_addr(t, ptr);
	putch(t, '}');
	return true;
}

RECORD(r_region, struct region_info_user, M(region_info_user, regionindex, V_X),
       M(region_info_user, offset, V_X), M(region_info_user, erasesize, V_X),
       M(region_info_user, numblocks, V_X));

static bool region_before(struct tline *t, guest_addr a, u32 cmd)
{
	struct region_info_user r;

	(void)cmd;
	if (!rd(t, &r, a, sizeof(r))) {
		put_addr(t, a);
		return false;
	}
	put(t, "{regionindex=");
	put_hex(t, r.regionindex);
	return true;
}

static void region_after(struct tline *t, guest_addr a, u32 cmd, bool failed)
{
	(void)cmd;
	if (!failed) {
		/* the index lies behind these, and is shown already */
		put_fields(t, &r_region, a, 1, sizeof(struct region_info_user));
	}
	putch(t, '}');
}
static const struct ioctl_both region = {region_before, region_after};

XLAT(x_ubi_vol, "UBI_???_VOLUME", XV(3, "UBI_DYNAMIC_VOLUME"), XV(4, "UBI_STATIC_VOLUME"));
XLAT(x_ubi_vol_flags, "UBI_VOL_???", XV(1, "UBI_VOL_SKIP_CRC_CHECK_FLG"));
XLAT(x_ubi_prop, "UBI_VOL_PROP_???", XV(1, "UBI_VOL_PROP_DIRECT_WRITE"));
RECORD(r_ubi_prop, struct ubi_set_vol_prop_req,
       FIELD(struct ubi_set_vol_prop_req, property, V_VAL, &x_ubi_prop),
       M(ubi_set_vol_prop_req, value, V_X));
RECORD(r_ubi_mkvol, struct ubi_mkvol_req, M(ubi_mkvol_req, vol_id, V_D),
       M(ubi_mkvol_req, alignment, V_D), M(ubi_mkvol_req, bytes, V_D),
       FIELD(struct ubi_mkvol_req, vol_type, V_VAL, &x_ubi_vol),
       FIELD(struct ubi_mkvol_req, flags, V_FLAGS, &x_ubi_vol_flags),
       M(ubi_mkvol_req, name_len, V_D));

/* Of a name that says how long it is. */
static void put_ubi_name(struct tline *t, const char *name, s32 len, s32 room)
{
	put(t, ", name=");
	put_cstring_field(t, name, 1 + (size_t)(len < 0 ? 0 : MIN(len, room - 1)));
}

static bool ubi_names(struct tline *t, guest_addr a, u64 len)
{
	struct ubi_rnvol_req r;
	u32 n;

	(void)len;
	if (!rd(t, &r, a, sizeof(r))) {
		put_addr(t, a);
		return true;
	}
	put_fmt(t, "{count=%d, ents=[", r.count);
	n = r.count < 0 ? 0 : MIN((u32)r.count, UBI_MAX_RNVOL);
	for (u32 i = 0; i < n; i++) {
		put_fmt(t, "%s{vol_id=%d, name_len=%d", i ? ", " : "", r.ents[i].vol_id,
			r.ents[i].name_len);
		put_ubi_name(t, r.ents[i].name, r.ents[i].name_len, sizeof(r.ents[i].name));
		putch(t, '}');
	}
	put(t, "]}");
	return true;
}

/* Devices and volumes are made: their number comes out. */
static bool ubi_make_before(struct tline *t, guest_addr a, u32 cmd)
{
	struct ubi_mkvol_req r;

	if (cmd == UBI_IOCATT) {
		if (put_record(t, &r_ubi_att, a))
			return true;
	} else if (rd(t, &r, a, sizeof(r))) {
		putch(t, '{');
		put_fields(t, &r_ubi_mkvol, a, 0, sizeof(r));
		put_ubi_name(t, r.name, r.name_len, sizeof(r.name));
		putch(t, '}');
		return true;
	}
	put_addr(t, a);
	return false;
}

static void ubi_make_after(struct tline *t, guest_addr a, u32 cmd, bool failed)
{
	s32 v;

	(void)cmd;
	if (!failed && rd(t, &v, a, sizeof(v)))
		put_fmt(t, " => [%d]", v);
}
static const struct ioctl_both ubi_make = {ubi_make_before, ubi_make_after};

/* ---- Trusted environments ---- */

XLAT(x_tee_shm, "TEE_IOCTL_SHM_???", XV(1, "TEE_IOCTL_SHM_MAPPED"), XV(2, "TEE_IOCTL_SHM_DMA_BUF"),
     XV(4, "TEE_IOCTL_SHM_EXT_DMA_BUF"), XV(8, "TEE_IOCTL_SHM_REGISTER"),
     XV(16, "TEE_IOCTL_SHM_USER_MAPPED"), XV(32, "TEE_IOCTL_SHM_POOL"),
     XV(64, "TEE_IOCTL_SHM_KERNEL_MAPPED"));
RECORD(r_tee_cancel, struct tee_ioctl_cancel_arg, M(tee_ioctl_cancel_arg, cancel_id, V_U),
       M(tee_ioctl_cancel_arg, session, V_X));
RECORD(r_tee_close, struct tee_ioctl_close_session_arg,
       M(tee_ioctl_close_session_arg, session, V_X));

/* clang-format off */
#define SHM(s, m, kind) FIELD(struct tee_ioctl_shm_##s##_data, m, kind, NULL)
#define SHM_FLAGS(s) FIELD(struct tee_ioctl_shm_##s##_data, flags, V_FLAGS, &x_tee_shm)
/* clang-format on */
RECORD(r_tee_alloc, struct tee_ioctl_shm_alloc_data, SHM(alloc, size, V_X), SHM_FLAGS(alloc),
       SHM(alloc, id, V_D));
RECORD(r_tee_register, struct tee_ioctl_shm_register_data, SHM(register, addr, V_ADDR),
       SHM(register, length, V_X), SHM_FLAGS(register), SHM(register, id, V_D));
struct tee_register_fd {
	s64 fd;
	u64 size;
	u32 flags;
	s32 id;
};
#define TEE_IOC_SHM_REGISTER_FD 0xc020a408

static bool tee_shm_before(struct tline *t, guest_addr a, u32 cmd)
{
	const struct record *r = cmd == TEE_IOC_SHM_ALLOC ? &r_tee_alloc : &r_tee_register;
	struct tee_register_fd fd;
	u8 probe[32];

	if (!rd(t, probe, a, cmd == TEE_IOC_SHM_REGISTER_FD ? 32 : r->size)) {
		put_addr(t, a);
		return false;
	}
	putch(t, '{');
	if (cmd == TEE_IOC_SHM_REGISTER_FD) {
		__builtin_memcpy(&fd, probe, sizeof(fd));
		put(t, "fd=");
		put_fd(t, (s32)fd.fd);
		put(t, ", flags=");
		put_flags(t, &x_tee_shm, fd.flags);
	} else {
		put_fields(t, r, a, 0, r->f[r->n - 1].off);
	}
	putch(t, '}');
	return true;
}

static void tee_shm_after(struct tline *t, guest_addr a, u32 cmd, bool failed)
{
	const struct record *r = cmd == TEE_IOC_SHM_ALLOC ? &r_tee_alloc : &r_tee_register;
	struct tee_register_fd fd;

	if (failed)
		return;
	put(t, " => {");
	if (cmd == TEE_IOC_SHM_REGISTER_FD && rd(t, &fd, a, sizeof(fd))) {
		put(t, "size=");
		put_hex(t, fd.size);
		put_fmt(t, ", id=%d", fd.id);
	} else if (cmd == TEE_IOC_SHM_REGISTER) {
		size_t at = t->len; /* without the address, which does not change */

		put_fields(t, r, a, 1, r->size);
		__builtin_memmove(t->buf + at, t->buf + at + 2, t->len - at - 2);
		t->len -= 2;
	} else {
		put_fields(t, r, a, 0, r->size);
	}
	putch(t, '}');
}
static const struct ioctl_both tee_shm = {tee_shm_before, tee_shm_after};

/* ---- Sockets ---- */

RECORD(r_br_if,
       struct {
	       char name[16];
	       s32 index;
	       char rest[12];
       },
       {"ifr_ifindex", 16, 0, F_ALWAYS, {V_IFINDEX, 4, NULL}});

static bool br_name(struct tline *t, guest_addr a, u64 len)
{
	u8 b[16];

	(void)len;
	if (!rd(t, b, a, sizeof(b))) {
		put_str_n(t, a, sizeof(b));
		return true;
	}
	put_quoted(t, b, strnlen((const char *)b, sizeof(b)));
	if (!memchr(b, 0, sizeof(b)))
		put(t, "...");
	return true;
}

const struct ioctl_arg_desc ioctl_descs_dev[] = {
	/* sockets */
	INT_IN(FIOSETOWN),
	INT_IN(SIOCSPGRP),
	INT_OUT(FIOGETOWN),
	INT_OUT(SIOCGPGRP),
	INT_OUT(SIOCATMARK),
	INT_OUT(SIOCGIFENCAP),
	INT_IN(SIOCSIFENCAP),
	INT_OUT(SIOCOUTQNSD),
	CALL_IN(SIOCBRADDBR, br_name),
	CALL_IN(SIOCBRDELBR, br_name),
	REC_IN(SIOCBRADDIF, r_br_if),
	REC_IN(SIOCBRDELIF, r_br_if),
	PTR(SIOCADDDLCI),
	PTR(SIOCADDRT),
	PTR(SIOCBONDCHANGEACTIVE),
	PTR(SIOCBONDENSLAVE),
	PTR(SIOCBONDINFOQUERY),
	PTR(SIOCBONDRELEASE),
	PTR(SIOCBONDSETHWADDR),
	PTR(SIOCBONDSLAVEINFOQUERY),
	PTR(SIOCDARP),
	PTR(SIOCDELDLCI),
	PTR(SIOCDELRT),
	PTR(SIOCDIFADDR),
	PTR(SIOCDRARP),
	PTR(SIOCETHTOOL),
	PTR(SIOCGARP),
	PTR(SIOCGHWTSTAMP),
	PTR(SIOCGIFBR),
	PTR(SIOCGIFCOUNT),
	PTR(SIOCGIFMEM),
	PTR(SIOCGIFPFLAGS),
	PTR(SIOCGIFVLAN),
	PTR(SIOCGMIIPHY),
	PTR(SIOCGMIIREG),
	PTR(SIOCGRARP),
	PTR(SIOCGSKNS),
	PTR(0x8906), /* SIOCGSTAMP_OLD, SIOCGSTAMPNS_OLD, and of 64-bit times */
	PTR(0x8907),
	PTR(0x80108906),
	PTR(0x80108907),
	PTR(SIOCRTMSG),
	PTR(SIOCSARP),
	PTR(SIOCSHWTSTAMP),
	PTR(SIOCSIFBR),
	PTR(SIOCSIFLINK),
	PTR(SIOCSIFMEM),
	PTR(SIOCSIFPFLAGS),
	PTR(SIOCSIFVLAN),
	PTR(SIOCSMIIREG),
	PTR(SIOCSRARP),
	PTR(SIOCWANDEV),
	/* SCSI */
	NONE(SG_GET_TIMEOUT),
	INT_IN(SG_SET_TIMEOUT),
	INT_IN(SG_NEXT_CMD_LEN),
	INT_IN(SG_SET_COMMAND_Q),
	INT_IN(SG_SET_DEBUG),
	INT_IN(SG_SET_FORCE_LOW_DMA),
	INT_IN(SG_SET_FORCE_PACK_ID),
	INT_IN(SG_SET_KEEP_ORPHAN),
	INT_IN(SG_SET_RESERVED_SIZE),
	INT_OUT(SG_EMULATED_HOST),
	INT_OUT(0x2289), /* SG_GET_ACCESS_COUNT */
	INT_OUT(SG_GET_COMMAND_Q),
	INT_OUT(SG_GET_KEEP_ORPHAN),
	INT_OUT(SG_GET_LOW_DMA),
	INT_OUT(SG_GET_NUM_WAITING),
	INT_OUT(SG_GET_PACK_ID),
	INT_OUT(SG_GET_RESERVED_SIZE),
	INT_OUT(SG_GET_SG_TABLESIZE),
	INT_OUT(SG_GET_TRANSFORM),
	INT_OUT(SG_GET_VERSION_NUM),
	SELF(SG_SET_TRANSFORM, V_X, NULL),
	CALL_IN(SG_SCSI_RESET, sg_reset),
	PTR(SG_GET_REQUEST_TABLE),
	/* infrared */
	{LIRC_GET_FEATURES, ARG_OUT, {V_FLAGS, 4, &x_lirc_can}},
	{LIRC_GET_SEND_MODE, ARG_OUT, {V_VAL, 4, &x_lirc_mode}},
	{LIRC_GET_REC_MODE, ARG_OUT, {V_VAL, 4, &x_lirc_mode}},
	{LIRC_SET_SEND_MODE, ARG_IN, {V_VAL, 4, &x_lirc_mode}},
	{LIRC_SET_REC_MODE, ARG_IN, {V_VAL, 4, &x_lirc_mode}},
	{LIRC_SET_TRANSMITTER_MASK, ARG_IN, {V_X, 4, NULL}},
	UINT_OUT(LIRC_GET_REC_RESOLUTION),
	UINT_OUT(LIRC_GET_MIN_TIMEOUT),
	UINT_OUT(LIRC_GET_MAX_TIMEOUT),
	UINT_OUT(LIRC_GET_LENGTH),
	UINT_OUT(LIRC_GET_REC_TIMEOUT),
	UINT_IN(LIRC_SET_SEND_CARRIER),
	UINT_IN(LIRC_SET_REC_CARRIER),
	UINT_IN(LIRC_SET_SEND_DUTY_CYCLE),
	UINT_IN(LIRC_SET_REC_TIMEOUT),
	UINT_IN(LIRC_SET_REC_TIMEOUT_REPORTS),
	UINT_IN(LIRC_SET_MEASURE_CARRIER_MODE),
	UINT_IN(LIRC_SET_REC_CARRIER_RANGE),
	UINT_IN(LIRC_SET_WIDEBAND_RECEIVER),
	/* flash memory */
	REC_IN(MEMERASE, r_erase),
	REC_IN(MEMLOCK, r_erase),
	REC_IN(MEMUNLOCK, r_erase),
	REC_IN(MEMISLOCKED, r_erase),
	REC_IN(MEMERASE64, r_erase64),
	CALL_IN(MEMWRITEOOB, oob_buf),
	CALL_IN(MEMREADOOB, oob_buf),
	CALL_IN(0xc00c4d03, oob_buf), /* of i386 */
	CALL_IN(0xc00c4d04, oob_buf),
	REC_IN(MEMWRITEOOB64, r_oob64),
	REC_IN(MEMREADOOB64, r_oob64),
	REC_IN(MEMWRITE, r_mtd_write),
	REC_OUT(OTPGETREGIONINFO, r_otp),
	REC_IN(OTPLOCK, r_otp),
	{OTPSELECT, ARG_IN, {V_VAL, 4, &x_mtd_otp}},
	SELF(MTDFILEMODE, V_VAL, &x_mtd_file),
	{MEMGETBADBLOCK, ARG_IN, {V_U, 8, NULL}},
	{MEMSETBADBLOCK, ARG_IN, {V_U, 8, NULL}},
	REC_OUT(MEMGETINFO, r_mtd_info),
	REC_OUT(ECCGETSTATS, r_ecc_stats),
	UINT_OUT(OTPGETREGIONCOUNT),
	INT_OUT(MEMGETREGIONCOUNT),
	REC_OUT(MEMGETOOBSEL, r_oob_info),
	REC_OUT(ECCGETLAYOUT, r_ecc_layout),
	BOTH(MEMGETREGIONINFO, region),
	NONE(UBI_IOCVOLCRBLK),
	NONE(UBI_IOCVOLRMBLK),
	INT_IN(UBI_IOCDET),
	INT_IN(UBI_IOCEBER),
	INT_IN(UBI_IOCEBISMAP),
	INT_IN(UBI_IOCEBUNMAP),
	INT_IN(UBI_IOCRMVOL),
	INT_IN(UBI_IOCRPEB),
	INT_IN(UBI_IOCSPEB),
	{UBI_IOCVOLUP, ARG_IN, {V_D, 8, NULL}},
	REC_IN(UBI_IOCEBCH, r_ubi_leb),
	REC_IN(UBI_IOCEBMAP, r_ubi_map),
	REC_IN(UBI_IOCRSVOL, r_ubi_size),
	REC_IN(UBI_IOCSETVOLPROP, r_ubi_prop),
	CALL_IN(UBI_IOCRNVOL, ubi_names),
	BOTH(UBI_IOCATT, ubi_make),
	BOTH(UBI_IOCMKVOL, ubi_make),
	/* trusted environments */
	REC_IN(TEE_IOC_CANCEL, r_tee_cancel),
	REC_IN(TEE_IOC_CLOSE_SESSION, r_tee_close),
	BOTH(TEE_IOC_SHM_ALLOC, tee_shm),
	BOTH(TEE_IOC_SHM_REGISTER, tee_shm),
	BOTH(TEE_IOC_SHM_REGISTER_FD, tee_shm),
};
const u32 ioctl_descs_dev_n = ARRAY_SIZE(ioctl_descs_dev);
