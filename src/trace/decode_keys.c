/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Calls whose first argument says what the others are: keyctl, fsconfig. */
#include <string.h>

#include "trace/flags.h"
#include "trace/flags_rare.h"

#define NARGS_MAX 5

/* How many arguments an operation has, and their kinds. */
struct operation {
	u32 op;
	u8 nargs;
	u16 kind[NARGS_MAX]; /* from the second argument on */
};

#define KEY  K_X_KEYRING
#define SELF K_X_KEY_REQKEY

static const struct operation keyctls[] = {
	{0, 3, {KEY, K_INT}},			    /* KEYCTL_GET_KEYRING_ID */
	{1, 2, {K_STR}},			    /* ..JOIN_SESSION_KEYRING */
	{2, 4, {KEY, K_BUF_IN, K_SIZE}},	    /* ..UPDATE */
	{3, 2, {KEY}},				    /* ..REVOKE */
	{4, 4, {KEY, K_UID, K_GID}},		    /* ..CHOWN */
	{5, 3, {KEY, K_X_KEY_PERM}},		    /* ..SETPERM */
	{6, 4, {KEY, K_X_KEY_TEXT, K_SIZE}},	    /* ..DESCRIBE */
	{7, 2, {KEY}},				    /* ..CLEAR */
	{8, 3, {KEY, KEY}},			    /* ..LINK */
	{9, 3, {KEY, KEY}},			    /* ..UNLINK */
	{10, 5, {KEY, K_STR, K_STR, KEY}},	    /* ..SEARCH */
	{11, 4, {KEY, K_BUF_OUT, K_SIZE}},	    /* ..READ */
	{12, 5, {KEY, K_BUF_IN, K_SIZE, KEY}},	    /* ..INSTANTIATE */
	{13, 4, {KEY, K_UINT, KEY}},		    /* ..NEGATE */
	{14, 2, {SELF}},			    /* ..SET_REQKEY_KEYRING */
	{15, 3, {KEY, K_UINT}},			    /* ..SET_TIMEOUT */
	{16, 2, {KEY}},				    /* ..ASSUME_AUTHORITY */
	{17, 4, {KEY, K_X_KEY_TEXT, K_SIZE}},	    /* ..GET_SECURITY */
	{18, 1, {0}},				    /* ..SESSION_TO_PARENT */
	{19, 5, {KEY, K_UINT, K_X_KEY_ERROR, KEY}}, /* ..REJECT */
	{20, 5, {KEY, K_IOV_IN, K_SIZE, KEY}},	    /* ..INSTANTIATE_IOV */
	{21, 2, {KEY}},				    /* ..INVALIDATE */
	{22, 3, {K_UID, KEY}},			    /* ..GET_PERSISTENT */
	{29, 4, {KEY, K_STR, K_STR}},		    /* ..RESTRICT_KEYRING */
	{30, 5, {KEY, KEY, KEY, K_X_KEY_MOVE}},	    /* ..MOVE */
};

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
		if (xlat_name(&x_key_reqkey, (u64)(s32)v)) {
			put_const(t, xlat_name(&x_key_reqkey, (u64)(s32)v), (u64)(s32)v);
		} else {
			put_dec(t, (s32)v);
			if (consts() != CONST_RAW)
				put(t, " /* KEY_REQKEY_DEFL_??? */");
		}
		return true;
	case K_X_KEY_ERROR: {
		const char *s = trace_errno_name((int)v);

		if (s)
			put_const(t, s, (u32)v);
		else
			put_udec(t, (u32)v);
		return true;
	}
	case K_X_KEY_TEXT: /* with a NUL that is not shown */
		if (got && got <= trace_string_limit() && rd(t, &last, v + got - 1, 1) && !last)
			got--;
		put_buf(t, v, got);
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
