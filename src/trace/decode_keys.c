/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Calls whose first argument says what the others are: keyctl, fsconfig. */
#include <linux/keyctl.h>
#include <string.h>

#include "trace/flags.h"
#include "trace/flags_rare.h"
#include "trace/value.h"

#define NARGS_MAX 5

/* How many arguments an operation has, and their kinds. */
struct operation {
	u32 op;
	u8 nargs;
	u16 kind[NARGS_MAX]; /* from the second argument on */
};

#define KEY  K_X_KEYRING
#define SELF K_X_KEY_REQKEY
#define PKEY(last)                                                                                 \
	{                                                                                          \
		K_X_KEY_PARAMS, K_STR, K_X_KEY_DATA_IN, last                                       \
	}

static const struct operation keyctls[] = {
	{0, 3, {KEY, K_INT}},					   /* KEYCTL_GET_KEYRING_ID */
	{1, 2, {K_STR}},					   /* ..JOIN_SESSION_KEYRING */
	{2, 4, {KEY, K_BUF_IN, K_SIZE}},			   /* ..UPDATE */
	{3, 2, {KEY}},						   /* ..REVOKE */
	{4, 4, {KEY, K_UID, K_GID}},				   /* ..CHOWN */
	{5, 3, {KEY, K_X_KEY_PERM}},				   /* ..SETPERM */
	{6, 4, {KEY, K_X_KEY_TEXT, K_SIZE}},			   /* ..DESCRIBE */
	{7, 2, {KEY}},						   /* ..CLEAR */
	{8, 3, {KEY, KEY}},					   /* ..LINK */
	{9, 3, {KEY, KEY}},					   /* ..UNLINK */
	{10, 5, {KEY, K_STR, K_STR, KEY}},			   /* ..SEARCH */
	{11, 4, {KEY, K_X_KEY_BYTES, K_SIZE}},			   /* ..READ */
	{12, 5, {KEY, K_BUF_IN, K_SIZE, KEY}},			   /* ..INSTANTIATE */
	{13, 4, {KEY, K_UINT, KEY}},				   /* ..NEGATE */
	{14, 2, {SELF}},					   /* ..SET_REQKEY_KEYRING */
	{15, 3, {KEY, K_UINT}},					   /* ..SET_TIMEOUT */
	{16, 2, {KEY}},						   /* ..ASSUME_AUTHORITY */
	{17, 4, {KEY, K_X_KEY_TEXT, K_SIZE}},			   /* ..GET_SECURITY */
	{18, 1, {0}},						   /* ..SESSION_TO_PARENT */
	{19, 5, {KEY, K_UINT, K_X_KEY_ERROR, KEY}},		   /* ..REJECT */
	{20, 5, {KEY, K_IOV_IN, K_SIZE, KEY}},			   /* ..INSTANTIATE_IOV */
	{21, 2, {KEY}},						   /* ..INVALIDATE */
	{22, 3, {K_UID, KEY}},					   /* ..GET_PERSISTENT */
	{23, 5, {K_X_KEY_DH, K_X_KEY_BYTES, K_SIZE, K_X_KEY_KDF}}, /* ..DH_COMPUTE */
	{24, 5, {KEY, K_HEX, K_STR, K_X_KEY_QUERY}},		   /* ..PKEY_QUERY */
	{25, 5, PKEY(K_X_KEY_DATA_OUT)}, /* ..PKEY_ENCRYPT, _DECRYPT, _SIGN */
	{26, 5, PKEY(K_X_KEY_DATA_OUT)},
	{27, 5, PKEY(K_X_KEY_DATA_OUT)},
	{28, 5, PKEY(K_X_KEY_DATA_IN)},		/* ..PKEY_VERIFY */
	{29, 4, {KEY, K_STR, K_STR}},		/* ..RESTRICT_KEYRING */
	{30, 5, {KEY, KEY, KEY, K_X_KEY_MOVE}}, /* ..MOVE */
	{31, 3, {K_X_KEY_CAPS, K_SIZE}},	/* ..CAPABILITIES */
};

/* ---- Public keys and Diffie-Hellman ---- */

XLAT(x_key_ops, "KEYCTL_SUPPORTS_???", X(KEYCTL_SUPPORTS_ENCRYPT), X(KEYCTL_SUPPORTS_DECRYPT),
     X(KEYCTL_SUPPORTS_SIGN), X(KEYCTL_SUPPORTS_VERIFY));
XLAT(x_key_caps0, "KEYCTL_CAPS0_???", X(KEYCTL_CAPS0_CAPABILITIES),
     X(KEYCTL_CAPS0_PERSISTENT_KEYRINGS), X(KEYCTL_CAPS0_DIFFIE_HELLMAN),
     X(KEYCTL_CAPS0_PUBLIC_KEY), X(KEYCTL_CAPS0_BIG_KEY), X(KEYCTL_CAPS0_INVALIDATE),
     X(KEYCTL_CAPS0_RESTRICT_KEYRING), X(KEYCTL_CAPS0_MOVE));
XLAT(x_key_caps1, "KEYCTL_CAPS1_???", X(KEYCTL_CAPS1_NS_KEYRING_NAME), X(KEYCTL_CAPS1_NS_KEY_TAG),
     X(KEYCTL_CAPS1_NOTIFICATIONS));

static bool serial(struct tline *t, guest_addr a, u64 len)
{
	u32 v;

	(void)len;
	return rd(t, &v, a, sizeof(v)) && dec_more(t, K_X_KEYRING, v);
}

#define DH(name, off)                                                                              \
	{                                                                                          \
		name, off, 0, F_ALWAYS,                                                            \
		{                                                                                  \
			V_CALL, 4, serial                                                          \
		}                                                                                  \
	}
static const struct field dh_fields[] = {DH("private", 0), DH("prime", 4), DH("base", 8)};
static const struct record r_dh = {dh_fields, ARRAY_SIZE(dh_fields), 12, 0, 0, NULL};

/* clang-format off */
#define QUERY(m) FIELD(struct keyctl_pkey_query, m, V_U, NULL)
/* clang-format on */
RECORD(r_key_query, struct keyctl_pkey_query,
       FIELD(struct keyctl_pkey_query, supported_ops, V_FLAGS, &x_key_ops), QUERY(key_size),
       QUERY(max_data_size), QUERY(max_sig_size), QUERY(max_enc_size), QUERY(max_dec_size),
       {"__spare", offsetof(struct keyctl_pkey_query, __spare), 10, F_NOT0, {V_XINTS, 4, NULL}});
#define PARAMS(third)                                                                              \
	DH("key_id", 0), {"in_len", 4, 0, F_ALWAYS, {V_U, 4, NULL}},                               \
		{third, 8, 0, F_ALWAYS, {V_U, 4, NULL}},                                           \
	{                                                                                          \
		"__spare", 12, 7, F_NOT0,                                                          \
		{                                                                                  \
			V_XINTS, 4, NULL                                                           \
		}                                                                                  \
	}
RECORD(r_key_params_out, struct keyctl_pkey_params, PARAMS("out_len"));
RECORD(r_key_params_in, struct keyctl_pkey_params, PARAMS("in2_len"));

/* struct keyctl_kdf_params: two pointers, a length, and words that are not used yet */
static bool kdf(struct tline *t, guest_addr a)
{
	static const struct field spare = {"__spare", 0, 8, F_NOT0, {V_XINTS, 4, NULL}};
	static const struct record rest = {&spare, 1, 32, 0, 0, NULL};
	u64 name, other;
	u32 len, w = (u32)word_size(t);
	u8 b[56];
	size_t at;

	if (!t->verbose || !rd(t, b, a, t->compat ? 44 : 56) || !rd_word(t, a, &name) ||
	    !rd_word(t, a + w, &other) || !rd(t, &len, a + 2 * w, sizeof(len)))
		return false;
	put(t, "{hashname=");
	put_str(t, name);
	put(t, ", otherinfo=");
	if (len)
		put_buf(t, other, len);
	else
		put_addr(t, other);
	put_fmt(t, ", otherinfolen=%u", len);
	at = t->len;
	put(t, ", ");
	put_fields(t, &rest, a + 2 * w + 4, 0, 32);
	if (t->len == at + 2) /* they are zero */
		t->len = at;
	putch(t, '}');
	return true;
}

/* The data of an operation by public key; the first argument has their lengths. */
static bool key_data(struct tline *t, guest_addr a)
{
	u32 params[10];

	if (!rd(t, params, t->arg[1], sizeof(params)))
		return false;
	put_buf(t, a, params[t->index == 3 ? 1 : 2]);
	return true;
}

static void one_capability(struct tline *t, const void *elem, size_t size, const void *arg)
{
	u32 *at = *(u32 *const *)arg, i = (*at)++;

	if (i < 2)
		put_flags(t, i ? &x_key_caps1 : &x_key_caps0, value_int(elem, size));
	else
		put_hex(t, value_int(elem, size));
}

static void key_capabilities(struct tline *t, guest_addr a, u64 n)
{
	u32 at = 0, *arg = &at;

	put_array(t, a, n, 1, NULL, one_capability, &arg);
}

void redirect_keyctl(struct tline *t)
{
	for (size_t i = 0; i < ARRAY_SIZE(keyctls); i++) {
		if (keyctls[i].op != (u32)t->arg[0])
			continue;
		t->nargs = keyctls[i].nargs;
		for (u32 k = 1; k < t->nargs; k++)
			t->kind[k] = keyctls[i].kind[k - 1];
		return;
	}
}

bool dec_key(struct tline *t, u16 kind, u64 v)
{
	u64 n = t->index + 1 < t->nargs ? t->arg[t->index + 1] : 0, got = MIN((u64)t->ret, n);
	u8 last;

	switch (kind) {
	case K_X_KEY_PERM:
		put_flags(t, &x_key_perm, (u32)v);
		return true;
	case K_X_KEY_MOVE:
		put_flags(t, &x_key_move, (u32)v);
		return true;
	case K_X_KEY_REQKEY:
		put_val_dec(t, &x_key_reqkey, (s32)v);
		return true;
	case K_X_KEY_ERROR: {
		const char *s = v ? trace_errno_name((int)v) : NULL;

		if (!s || consts() != CONST_ABBREV)
			put_udec(t, (u32)v);
		if (s && consts() != CONST_RAW)
			put_fmt(t, consts() == CONST_VERBOSE ? " /* %s */" : "%s", s);
		return true;
	}
	case K_X_KEY_TEXT: /* with a NUL that is not shown */
		if (got && got <= trace_string_limit() && rd(t, &last, v + got - 1, 1) && !last)
			got--;
		put_buf(t, v, got);
		return true;
	case K_X_KEY_BYTES:
		put_buf(t, v, got);
		return true;
	case K_X_KEY_DH:
		return put_record(t, &r_dh, v);
	case K_X_KEY_KDF:
		return kdf(t, v);
	case K_X_KEY_QUERY:
		return put_record(t, &r_key_query, v);
	case K_X_KEY_PARAMS:
		return put_record(
			t, t->arg[0] == KEYCTL_PKEY_VERIFY ? &r_key_params_in : &r_key_params_out,
			v);
	case K_X_KEY_DATA_IN:
	case K_X_KEY_DATA_OUT:
		return key_data(t, v);
	case K_X_KEY_CAPS:
		key_capabilities(t, v, got);
		return true;
	default:
		return dec_ptrace(t, kind, v);
	}
}

/* ---- fsconfig ---- */

void redirect_fsconfig(struct tline *t)
{
	u32 cmd = (u32)t->arg[1];
	s32 aux = (s32)t->arg[4];

	t->kind[2] = cmd <= 5 ? K_X_NAME256 : K_ADDR;
	t->kind[3] = K_ADDR;
	switch (cmd) {
	case 1: /* FSCONFIG_SET_STRING */
		t->kind[3] = K_X_NAME256;
		break;
	case 2: /* FSCONFIG_SET_BINARY */
		if (aux >= 0 && aux <= 1 << 20)
			t->kind[3] = K_X_HEXBUF_IN;
		break;
	case 3: /* FSCONFIG_SET_PATH, FSCONFIG_SET_PATH_EMPTY */
	case 4:
		t->kind[3] = K_PATH;
		t->kind[4] = K_DIRFD;
		break;
	case 5: /* FSCONFIG_SET_FD */
		t->kind[4] = K_FD;
		break;
	default:
		break;
	}
}
