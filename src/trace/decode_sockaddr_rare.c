/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Socket addresses of families that few programs use. */
#include <string.h>
#include <sys/socket.h>

#include "trace/flags.h"
#include "trace/flags_netlink.h"
#include "trace/value.h"

#define AF_MCTP_ 45 /* newer than glibc's names */

XLAT(x_bdaddr_type, "BDADDR_???", XV(0, "BDADDR_BREDR"), XV(1, "BDADDR_LE_PUBLIC"),
     XV(2, "BDADDR_LE_RANDOM"));
XLAT(x_l2_cid, NULL, XV(1, "L2CAP_CID_SIGNALING"), XV(2, "L2CAP_CID_CONN_LESS"),
     XV(3, "L2CAP_CID_A2MP"), XV(4, "L2CAP_CID_ATT"), XV(5, "L2CAP_CID_LE_SIGNALING"),
     XV(6, "L2CAP_CID_SMP"), XV(7, "L2CAP_CID_SMP_BREDR"), XV(0x40, "L2CAP_CID_DYN_START"),
     XV(0x7f, "L2CAP_CID_LE_DYN_END"), XV(0xffff, "L2CAP_CID_DYN_END"));
XLAT(x_l2_psm, NULL, XV(1, "L2CAP_PSM_SDP"), XV(3, "L2CAP_PSM_RFCOMM"), XV(0x21, "L2CAP_PSM_3DSP"),
     XV(0x23, "L2CAP_PSM_IPSP"), XV(0x80, "L2CAP_PSM_LE_DYN_START"),
     XV(0xff, "L2CAP_PSM_LE_DYN_END"), XV(0x1001, "L2CAP_PSM_DYN_START"),
     XV(0x10ff, "L2CAP_PSM_AUTO_END"), XV(0xffff, "L2CAP_PSM_DYN_END"));
XLAT(x_rxrpc_service, "???_SERVICE", XV(1, "CM_SERVICE"), XV(2500, "YFS_FS_SERVICE"),
     XV(2501, "YFS_CM_SERVICE"), XV(2503, "YFS_VL_SERVICE"));
XLAT(x_154_type, "IEEE802154_ADDR_???", XV(0, "IEEE802154_ADDR_NONE"),
     XV(2, "IEEE802154_ADDR_SHORT"), XV(3, "IEEE802154_ADDR_LONG"));
XLAT(x_154_addr, NULL, XV(0xfffe, "IEEE802154_ADDR_UNDEF"),
     XV(0xffff, "IEEE802154_ADDR_BROADCAST"));
XLAT(x_154_pan, NULL, XV(0xffff, "IEEE802154_PANID_BROADCAST"));
XLAT(x_alg_flag, "CRYPTO_ALG_???", XV(0x1000, "CRYPTO_ALG_KERN_DRIVER_ONLY"));
XLAT(x_nfc_target, "NFC_PROTO_???", XV(1, "NFC_PROTO_JEWEL"), XV(2, "NFC_PROTO_MIFARE"),
     XV(3, "NFC_PROTO_FELICA"), XV(4, "NFC_PROTO_ISO14443"), XV(5, "NFC_PROTO_NFC_DEP"),
     XV(6, "NFC_PROTO_ISO14443_B"), XV(7, "NFC_PROTO_ISO15693"));
XLAT(x_nfc_sap, NULL, XV(1, "LLCP_SAP_SDP"), XV(2, "LLCP_SAP_IP"), XV(3, "LLCP_SAP_OBEX"),
     XV(4, "LLCP_SAP_SNEP"), XV(0xff, "LLCP_SAP_MAX"));
XLAT(x_qrtr_node, NULL, XV(0xffffffff, "QRTR_NODE_BCAST"));
XLAT(x_qrtr_port, NULL, XV(0xfffffffe, "QRTR_PORT_CTRL"));
XLAT(x_xdp_bind, "XDP_???", XV(1, "XDP_SHARED_UMEM"), XV(2, "XDP_COPY"), XV(4, "XDP_ZEROCOPY"),
     XV(8, "XDP_USE_NEED_WAKEUP"));
XLAT(x_mctp_addr, NULL, XV(0, "MCTP_ADDR_NULL"), XV(0xff, "MCTP_ADDR_ANY"));
XLAT(x_mctp_net, NULL, XV(0, "MCTP_NET_ANY"));

/* A name that is shown with its number, whatever -X says, but for raw. */
static void put_both(struct tline *t, const struct xlat_set *x, u64 v, bool flags)
{
	if (consts() == CONST_ABBREV)
		consts_as = 1 + CONST_VERBOSE;
	(flags ? put_flags : put_val)(t, x, v);
	consts_as = 0;
}

static void put_named(struct tline *t, const char *name, const struct xlat_set *x, u64 v)
{
	put_field(t, name);
	put_val(t, x, v);
}

static void put_named_both(struct tline *t, const char *name, const struct xlat_set *x, u64 v)
{
	put_field(t, name);
	put_both(t, x, v, false);
}

static void put_not0(struct tline *t, const char *name, u64 v)
{
	if (!v)
		return;
	put_field(t, name);
	put_hex(t, v);
}

/* ---- Amateur radio ---- */

#define CALL_SIZE 7

/* How a call sign can be shown: as it is, with its bytes, or these alone. */
static u32 call_sign_style(const u8 *b)
{
	u32 style = consts();
	bool space = false, other = false;

	for (u32 i = 0; i < CALL_SIZE - 1; i++) {
		u8 c = b[i] >> 1;
		bool sane = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || c == ' ';

		space |= c == ' ';
		other |= c != ' ';
		if ((b[i] & 1) || !sane || (c != ' ' && space))
			style = CONST_VERBOSE;
		if (c < ' ' || c > 0x7e || c == '*' || c == '/')
			return CONST_RAW;
	}
	if ((b[CALL_SIZE - 1] & ~0x1e) || (!other && b[CALL_SIZE - 1]))
		style = CONST_VERBOSE;
	return style;
}

static void put_call_sign(struct tline *t, const u8 *b)
{
	u32 style = call_sign_style(b), n = CALL_SIZE - 1;
	char text[CALL_SIZE + 4];

	if (style != CONST_ABBREV) {
		put(t, "{ax25_call=");
		put_quoted_hex(t, b, CALL_SIZE);
		putch(t, '}');
	}
	if (style == CONST_RAW)
		return;
	while (n && b[n - 1] >> 1 == ' ')
		n--;
	for (u32 i = 0; i < n; i++)
		text[i] = (char)(b[i] >> 1);
	snprintf(text + n, sizeof(text) - n, "-%u", b[CALL_SIZE - 1] >> 1 & 15);
	if (text[0] == '-' && text[1] == '0')
		strcpy(text, "*");
	put_fmt(t, style == CONST_VERBOSE ? " /* %s */" : "%s", text);
}

static void ax25(struct tline *t, const u8 *b, u64 len)
{
	s32 n = (s32)value_int(b + 12, 4);
	u32 there = (u32)MIN((len - 16) / CALL_SIZE, 8), wanted = (u32)MIN(MAX(n, 0), 8);
	bool full = n || len > 16;

	put(t, full ? ", fsa_ax25={sax25_call=" : ", sax25_call=");
	put_call_sign(t, b + 2);
	put_fmt(t, ", sax25_ndigis=%d", n);
	if (!full)
		return;
	putch(t, '}');
	if (wanted) {
		put(t, ", fsa_digipeater=[");
		for (u32 i = 0; i < MIN(there, wanted); i++) {
			put(t, i ? ", " : "");
			put_call_sign(t, b + 16 + i * CALL_SIZE);
		}
		put(t, wanted <= there ? "]" : there ? ", ...]" : "...]");
	}
	if (len > 16 + there * CALL_SIZE)
		put(t, ", ...");
}

/* ---- Bluetooth ---- */

/* htobs(NAME), htobs(START+N) or htobs(0x..) with a comment */
static void put_l2(struct tline *t, const char *name, const struct xlat_set *x, u32 v,
		   const char *unknown, const u32 ranges[2][2])
{
	const char *s = xlat_name(x, v);
	u32 rest = 0;
	bool comment;

	for (int i = 0; !s && i < 2; i++)
		if (v >= ranges[i][0] && v <= ranges[i][1]) {
			s = xlat_name(x, ranges[i][0]);
			rest = v - ranges[i][0];
		}
	comment = !s || consts() == CONST_VERBOSE;
	put_field(t, name);
	put(t, "htobs(");
	if (!s || consts() != CONST_ABBREV)
		put_hex(t, v);
	if (consts() != CONST_RAW) {
		put(t, comment ? " /* " : "");
		if (rest &&
		    consts() == CONST_VERBOSE) { /* the start of the range as a constant, too */
			put_hex(t, v - rest);
			put_fmt(t, " /* %s */", s);
		} else {
			put(t, s ? s : unknown);
		}
		if (rest)
			put_fmt(t, "+%u", rest);
		put(t, comment ? " */" : "");
	}
	putch(t, ')');
}

static void l2cap(struct tline *t, const u8 *b, u64 len)
{
	static const u32 psms[2][2] = {{0x80, 0xff}, {0x1001, 0xffff}};
	static const u32 cids[2][2] = {{0x40, 0xffff}, {1, 0}};

	put_l2(t, "l2_psm", &x_l2_psm, (u32)value_int(b + 2, 2), "L2CAP_PSM_???", psms);
	put(t, ", l2_bdaddr=");
	put_hwaddr(t, b + 4, 6, 1);
	put_l2(t, "l2_cid", &x_l2_cid, (u32)value_int(b + 10, 2), "L2CAP_CID_???", cids);
	if (len == 14)
		put_named(t, "l2_bdaddr_type", &x_bdaddr_type, b[12]);
}

/* Bluetooth's addresses are told apart by their lengths. */
static bool bluetooth(struct tline *t, const u8 *b, u64 len)
{
	switch (len) {
	case 4:
	case 6:
		put_fmt(t, ", hci_dev=htobs(%u)", (u32)value_int(b + 2, 2));
		if (len == 6)
			put_named(t, "hci_channel", &x_hci_channel, (u16)value_int(b + 4, 2));
		return true;
	case 8:
		put(t, ", sco_bdaddr=");
		put_hwaddr(t, b + 2, 6, 1);
		return true;
	case 10: /* sockaddr_rc is packed into ten bytes */
		put(t, ", rc_bdaddr=");
		put_hwaddr(t, b + 2, 6, 1);
		put_fmt(t, ", rc_channel=%u", b[8]);
		return true;
	case 12:
	case 14:
		l2cap(t, b, len);
		return true;
	default:
		return false;
	}
}

/* ---- Others ---- */

static void rxrpc(struct tline *t, const u8 *b, u64 len)
{
	u32 want = (u32)value_int(b + 6, 2), n = (u32)MIN(want, len - 8);
	u16 family = (u16)value_int(b + 8, 2);
	bool four = family == AF_INET, six = family == AF_INET6;

	put_named_both(t, "srx_service", &x_rxrpc_service, value_int(b + 2, 2));
	put_named(t, "transport_type", &x_sock_type, value_int(b + 4, 2));
	put_fmt(t, ", transport_len=%u, transport={", want);
	put(t, four ? "sin={sin_family=" : six ? "sin6={sin6_family=" : "family=");
	put_val(t, &x_af, family);
	if ((four && want >= 16) || (six && want >= 24)) {
		put_sockaddr_rest(t, family, b + 8, n);
	} else if (n > 2) {
		put(t, ", ");
		put_quoted(t, b + 10, n - 2);
	}
	put(t, four || six ? "}}" : "}");
}

static void ieee802154(struct tline *t, const u8 *b)
{
	u32 type = (u32)value_int(b + 4, 4);

	put(t, ", addr={addr_type=");
	put_both(t, &x_154_type, type, false);
	put_named_both(t, "pan_id", &x_154_pan, value_int(b + 8, 2));
	if (type == 2) {
		put_named_both(t, "short_addr", &x_154_addr, value_int(b + 10, 2));
	} else if (type) {
		put(t, ", hwaddr=");
		put_hwaddr(t, b + 10, 8, 804);
	}
	putch(t, '}');
}

static void alg(struct tline *t, const u8 *b, u64 len)
{
	put(t, ", salg_type=");
	put_cstring_field(t, (const char *)b + 2, 14);
	put(t, ", salg_feat=");
	put_both(t, &x_alg_flag, value_int(b + 16, 4), true);
	put(t, ", salg_mask=");
	put_both(t, &x_alg_flag, value_int(b + 20, 4), true);
	put(t, ", salg_name=");
	put_cstring_field(t, (const char *)b + 24, len - 24);
}

static void nfc(struct tline *t, const u8 *b, u64 len)
{
	u32 at = t->compat ? 84 : 88; /* of service_name_len, which is a size_t */
	u64 n = value_int(b + at, word_size(t));

	put(t, ", dev_idx=");
	put_ifindex(t, (u32)value_int(b + 4, 4));
	put(t, ", target_idx=");
	put_hex(t, value_int(b + 8, 4));
	put_named(t, "nfc_protocol", &x_nfc_target, value_int(b + 12, 4));
	if (len < at + word_size(t)) {
		put(t, len > 16 ? ", ..." : "");
		return;
	}
	put_named_both(t, "dsap", &x_nfc_sap, b[16]);
	put_named_both(t, "ssap", &x_nfc_sap, b[17]);
	put(t, ", service_name=");
	put_quoted(t, b + 18, MIN(n, 63));
	put(t, ", service_name_len=");
	put_udec(t, n);
}

static void xdp(struct tline *t, const u8 *b)
{
	u32 flags = (u32)value_int(b + 2, 2), fd = (u32)value_int(b + 12, 4);

	put(t, ", sxdp_flags=");
	put_flags(t, &x_xdp_bind, flags);
	put(t, ", sxdp_ifindex=");
	put_ifindex(t, (u32)value_int(b + 4, 4));
	put_fmt(t, ", sxdp_queue_id=%u", (u32)value_int(b + 8, 4));
	if (flags & 1) {
		put(t, ", sxdp_shared_umem_fd=");
		put_fd(t, (s32)fd);
	} else {
		put_not0(t, "sxdp_shared_umem_fd", fd);
	}
}

static void mctp(struct tline *t, const u8 *b)
{
	put_not0(t, "__smctp_pad0", value_int(b + 2, 2));
	put_named(t, "smctp_network", &x_mctp_net, value_int(b + 4, 4));
	put(t, ", smctp_addr={s_addr=");
	put_val(t, &x_mctp_addr, b[8]);
	put(t, "}, smctp_type=");
	put_hex(t, b[9]);
	put(t, ", smctp_tag=");
	put_hex(t, b[10]);
	put_not0(t, "__smctp_pad1", b[11]);
}

bool put_rare_sockaddr(struct tline *t, u16 family, const u8 *b, u64 len)
{
	if (family == AF_BLUETOOTH)
		return bluetooth(t, b, len);
	if (family == AF_AX25 && len >= 16) {
		ax25(t, b, len);
	} else if (family == AF_RXRPC && len >= 36) {
		rxrpc(t, b, len);
	} else if (family == AF_IEEE802154 && len >= 20) {
		ieee802154(t, b);
	} else if (family == AF_ALG && len >= 25) {
		alg(t, b, len);
	} else if (family == AF_NFC && len >= 16) {
		nfc(t, b, len);
	} else if (family == AF_QIPCRTR && len >= 12) {
		put_named(t, "sq_node", &x_qrtr_node, value_int(b + 4, 4));
		put_named(t, "sq_port", &x_qrtr_port, value_int(b + 8, 4));
	} else if (family == AF_XDP && len >= 16) {
		xdp(t, b);
	} else if (family == AF_MCTP_ && len >= 12) {
		mctp(t, b);
	} else {
		return false;
	}
	return true;
}
