/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What ioctl commands of consoles take: sound, lights, modes, key maps, fonts. */
#include <errno.h>
#include <string.h>

#include "trace/flags.h"
#include "trace/ioctl_args.h"

/* Behind the others: these have macros by the name of kinds of arguments, and K() itself. */
#undef K
#include <linux/kd.h>
#include <linux/keyboard.h>

/* ---- Consoles ---- */

XLAT(x_kd_mode, "KD_???", XV(0, "KD_TEXT"), XV(1, "KD_GRAPHICS"), XV(2, "KD_TEXT0"),
     XV(3, "KD_TEXT1"));
XLAT(x_kd_kbd_mode, "K_???", XV(0, "K_RAW"), XV(1, "K_XLATE"), XV(2, "K_MEDIUMRAW"),
     XV(3, "K_UNICODE"), XV(4, "K_OFF"));
XLAT(x_kd_kbd_type, "KB_???", XV(1, "KB_84"), XV(2, "KB_101"), XV(3, "KB_OTHER"));
XLAT(x_kd_led, "LED_???", XV(1, "LED_SCR"), XV(2, "LED_NUM"), XV(4, "LED_CAP"));
XLAT(x_kd_led_default, "LED_???", XV(1, "LED_SCR"), XV(2, "LED_NUM"), XV(4, "LED_CAP"),
     XV(16, "LED_SCR<<4"), XV(32, "LED_NUM<<4"), XV(64, "LED_CAP<<4"));
XLAT(x_kd_meta, "K_???", XV(3, "K_METABIT"), XV(4, "K_ESCPREFIX"));

#define PIT_TICK_RATE 1193182 /* of the timer that drives the speaker */

static bool kd_sound(struct tline *t, u64 v, u64 len)
{
	u32 freq = v ? (u32)(PIT_TICK_RATE / v) : 0;

	(void)len;
	put_udec(t, v);
	if (consts() == CONST_RAW)
		return true;
	if (freq)
		put_fmt(t, " /* %u Hz */", freq);
	else
		put(t, " /* off */");
	return true;
}

static bool kd_tone(struct tline *t, u64 v, u64 len)
{
	u32 ticks = (u32)v >> 16, count = (u32)v & 0xffff;

	(void)len;
	if (ticks)
		put_fmt(t, "%u<<16|", ticks);
	put_udec(t, count);
	if (consts() == CONST_RAW)
		return true;
	if (ticks && count)
		put_fmt(t, " /* %u Hz, %u ms */", PIT_TICK_RATE / count, ticks);
	else
		put(t, " /* off */");
	return true;
}

static bool kd_port(struct tline *t, u64 v, u64 len)
{
	(void)len;
	put_hex(t, v);
	if (v >= 0x3b4 && v <= 0x3df && consts() != CONST_RAW)
		put_fmt(t, " /* GPFIRST + %llu */", (unsigned long long)(v - 0x3b4));
	return true;
}

static bool mode_of_display(struct tline *t, u64 v, u64 len)
{
	(void)len;
	put_val(t, &x_kd_mode, (u32)v);
	return true;
}

static bool mode_of_keyboard(struct tline *t, u64 v, u64 len)
{
	(void)len;
	put_val_dec(t, &x_kd_kbd_mode, (s32)v);
	return true;
}

static bool mode_of_keyboard_at(struct tline *t, guest_addr a, u64 len)
{
	u32 v;

	if (!rd(t, &v, a, sizeof(v))) {
		put_addr(t, a);
		return true;
	}
	putch(t, '[');
	mode_of_keyboard(t, v, len);
	putch(t, ']');
	return true;
}

static bool meta(struct tline *t, u64 v, u64 len)
{
	(void)len;
	put_val(t, &x_kd_meta, (u32)v);
	return true;
}

static bool kd_leds(struct tline *t, u64 v, u64 len)
{
	(void)len;
	put_flags(t, &x_kd_led, (u8)v);
	return true;
}

static bool kd_leds_default(struct tline *t, u64 v, u64 len)
{
	(void)len;
	put_flags(t, &x_kd_led_default, (u8)v);
	return true;
}

static bool kd_signal(struct tline *t, u64 v, u64 len)
{
	(void)len;
	if (v < INT32_MAX)
		put_signal(t, (int)v);
	else
		put_udec(t, v);
	return true;
}

static bool keycode_before(struct tline *t, guest_addr a, u32 cmd)
{
	struct kbkeycode k;

	if (!rd(t, &k, a, sizeof(k))) {
		put_addr(t, a);
		return false;
	}
	put(t, "{scancode=");
	put_hex(t, k.scancode);
	put(t, ", keycode=");
	put_hex(t, k.keycode);
	if (cmd == KDGETKEYCODE)
		return true;
	putch(t, '}');
	return false;
}

static void keycode_after(struct tline *t, guest_addr a, u32 cmd, bool failed)
{
	struct kbkeycode k;

	(void)cmd;
	if (!failed && rd(t, &k, a, sizeof(k))) {
		put(t, " => ");
		put_hex(t, k.keycode);
	}
	putch(t, '}');
}

RECORD(r_repeat, struct kbd_repeat, FIELD(struct kbd_repeat, delay, V_D, NULL),
       FIELD(struct kbd_repeat, period, V_D, NULL));

static bool repeat_before(struct tline *t, guest_addr a, u32 cmd)
{
	(void)cmd;
	if (put_record(t, &r_repeat, a))
		return true;
	put_addr(t, a);
	return false;
}

static void repeat_after(struct tline *t, guest_addr a, u32 cmd, bool failed)
{
	size_t at = t->len;

	(void)cmd;
	if (failed)
		return;
	put(t, " => ");
	if (!put_record(t, &r_repeat, a))
		t->len = at;
}

static const struct ioctl_both keycode = {keycode_before, keycode_after};
static const struct ioctl_both repeat = {repeat_before, repeat_after};

/* ---- Key maps ---- */

XLAT(x_kd_keymap_flags, "K_???", XV(1, "1<<KG_SHIFT"), XV(2, "1<<KG_ALTGR"), XV(4, "1<<KG_CTRL"),
     XV(8, "1<<KG_ALT"), XV(16, "1<<KG_SHIFTL"), XV(32, "1<<KG_SHIFTR"), XV(64, "1<<KG_CTRLL"),
     XV(128, "1<<KG_CTRLR"));
XLAT(x_kd_key_tables, "", X(K_NORMTAB), X(K_SHIFTTAB), X(K_ALTTAB), X(K_ALTSHIFTTAB));
XLAT(x_kd_key_types, "KT_???", X(KT_LATIN), X(KT_FN), X(KT_SPEC), X(KT_PAD), X(KT_DEAD), X(KT_CONS),
     X(KT_CUR), X(KT_SHIFT), X(KT_META), X(KT_ASCII), X(KT_LOCK), X(KT_LETTER), X(KT_SLOCK),
     X(KT_DEAD2), X(KT_BRL));
XLAT(x_kd_key_spec_keys, "", X(K_HOLE), X(K_ENTER), X(K_SH_REGS), X(K_SH_MEM), X(K_SH_STAT),
     X(K_BREAK), X(K_CONS), X(K_CAPS), X(K_NUM), X(K_HOLD), X(K_SCROLLFORW), X(K_SCROLLBACK),
     X(K_BOOT), X(K_CAPSON), X(K_COMPOSE), X(K_SAK), X(K_DECRCONSOLE), X(K_INCRCONSOLE),
     X(K_SPAWNCONSOLE), X(K_BARENUMLOCK), X(K_ALLOCATED), X(K_NOSUCHMAP));
XLAT(x_kd_key_pad_keys, "", X(K_P0), X(K_P1), X(K_P2), X(K_P3), X(K_P4), X(K_P5), X(K_P6), X(K_P7),
     X(K_P8), X(K_P9), X(K_PPLUS), X(K_PMINUS), X(K_PSTAR), X(K_PSLASH), X(K_PENTER), X(K_PCOMMA),
     X(K_PDOT), X(K_PPLUSMINUS), X(K_PPARENL), X(K_PPARENR));
XLAT(x_kd_key_dead_keys, "", X(K_DGRAVE), X(K_DACUTE), X(K_DCIRCM), X(K_DTILDE), X(K_DDIERE),
     X(K_DCEDIL), X(K_DMACRON), X(K_DBREVE), X(K_DABDOT), X(K_DABRING), X(K_DDBACUTE), X(K_DCARON),
     X(K_DOGONEK), X(K_DIOTA), X(K_DVOICED), X(K_DSEMVOICED), X(K_DBEDOT), X(K_DHOOK), X(K_DHORN),
     X(K_DSTROKE), X(K_DABCOMMA), X(K_DABREVCOMMA), X(K_DDBGRAVE), X(K_DINVBREVE), X(K_DBECOMMA),
     X(K_DCURRENCY), X(K_DGREEK));
XLAT(x_kd_key_cur_keys, "", X(K_DOWN), X(K_LEFT), X(K_RIGHT), X(K_UP));
XLAT(x_kd_key_shift_keys, "", X(K_SHIFT), X(K_ALTGR), X(K_CTRL), X(K_ALT), X(K_SHIFTL), X(K_SHIFTR),
     X(K_CTRLL), X(K_CTRLR), X(K_CAPSSHIFT));
XLAT(x_kd_key_ascii_keys, "", X(K_ASC0), X(K_ASC1), X(K_ASC2), X(K_ASC3), X(K_ASC4), X(K_ASC5),
     X(K_ASC6), X(K_ASC7), X(K_ASC8), X(K_ASC9), X(K_HEX0), X(K_HEX1), X(K_HEX2), X(K_HEX3),
     X(K_HEX4), X(K_HEX5), X(K_HEX6), X(K_HEX7), X(K_HEX8), X(K_HEX9), X(K_HEXa), X(K_HEXb),
     X(K_HEXc), X(K_HEXd), X(K_HEXe), X(K_HEXf));
XLAT(x_kd_key_lock_keys, "", X(K_SHIFTLOCK), X(K_ALTGRLOCK), X(K_CTRLLOCK), X(K_ALTLOCK),
     X(K_SHIFTLLOCK), X(K_SHIFTRLOCK), X(K_CTRLLLOCK), X(K_CTRLRLOCK), X(K_CAPSSHIFTLOCK));
XLAT(x_kd_key_slock_keys, "", X(K_SHIFT_SLOCK), X(K_ALTGR_SLOCK), X(K_CTRL_SLOCK), X(K_ALT_SLOCK),
     X(K_SHIFTL_SLOCK), X(K_SHIFTR_SLOCK), X(K_CTRLL_SLOCK), X(K_CTRLR_SLOCK),
     X(K_CAPSSHIFT_SLOCK));
XLAT(x_kd_key_brl_keys, "", X(K_BRL_BLANK), X(K_BRL_DOT1), X(K_BRL_DOT2), X(K_BRL_DOT3),
     X(K_BRL_DOT4), X(K_BRL_DOT5), X(K_BRL_DOT6), X(K_BRL_DOT7), X(K_BRL_DOT8), X(K_BRL_DOT9),
     X(K_BRL_DOT10));
XLAT(x_kd_font_flags, "KD_FONT_FLAG_???", X(KD_FONT_FLAG_DONT_RECALC),
     XV(0x80000000, "KD_FONT_FLAG_OLD"));
XLAT(x_kd_font_ops, "KD_FONT_OP_???", X(KD_FONT_OP_SET), X(KD_FONT_OP_GET),
     X(KD_FONT_OP_SET_DEFAULT), X(KD_FONT_OP_COPY));

/* Function keys and, between K_F20 and K_F21, keys by name */
static const char *function_key(u32 n)
{
	static const char *const named[] = {"FIND", "INSERT", "REMOVE", "SELECT", "PGUP",
					    "PGDN", "MACRO",  "HELP",	"DO",	  "PAUSE"};
	static _Thread_local char text[16];

	if (n >= 20 && n < 30)
		snprintf(text, sizeof(text), "K_%s", named[n - 20]);
	else if (n == 255)
		return "K_UNDO";
	else
		snprintf(text, sizeof(text), "K_F%u", n < 20 ? n + 1 : n - 9);
	return text;
}

static const char *key_name(u32 v)
{
	static const struct xlat_set *const sets[] = {
		[KT_SPEC] = &x_kd_key_spec_keys,   [KT_PAD] = &x_kd_key_pad_keys,
		[KT_DEAD] = &x_kd_key_dead_keys,   [KT_CUR] = &x_kd_key_cur_keys,
		[KT_SHIFT] = &x_kd_key_shift_keys, [KT_ASCII] = &x_kd_key_ascii_keys,
		[KT_LOCK] = &x_kd_key_lock_keys,   [KT_SLOCK] = &x_kd_key_slock_keys,
		[KT_BRL] = &x_kd_key_brl_keys,
	};
	u32 type = KTYP(v);

	if (type == KT_FN)
		return function_key(KVAL(v));
	return type < ARRAY_SIZE(sets) && sets[type] ? xlat_name(sets[type], v) : NULL;
}

static void put_key(struct tline *t, u32 v)
{
	const char *name = key_name(v);
	u32 type = KTYP(v);

	put(t, ", kb_value=");
	put_hex(t, v);
	if (consts() == CONST_RAW)
		return;
	if (name) {
		put_fmt(t, " /* %s */", name);
		return;
	}
	put(t, " /* K(");
	name = xlat_name(&x_kd_key_types, type);
	if (name)
		put(t, name);
	else
		put_hex(t, type);
	put(t, ", ");
	if (type == KT_LATIN || type == KT_META || type == KT_LETTER || type == KT_DEAD2)
		put_char(t, KVAL(v), true);
	else
		put_hex(t, KVAL(v));
	put(t, ") */");
}

/* ", kb_value=..." of a struct kbentry, and its end */
static void put_key_entry(struct tline *t, guest_addr a)
{
	u16 v;

	if (rd(t, &v, a + offsetof(struct kbentry, kb_value), sizeof(v)))
		put_key(t, v);
	else
		put(t, ", kb_value=???");
	putch(t, '}');
}

static bool key_entry_before(struct tline *t, guest_addr a, u32 cmd)
{
	const char *name;
	u8 v[2];

	if (!rd(t, v, a, sizeof(v))) {
		put_addr(t, a);
		return false;
	}
	put(t, "{kb_table=");
	name = xlat_name(&x_kd_key_tables, v[0]);
	if (name)
		put_const(t, name, v[0]);
	else
		put_flags(t, &x_kd_keymap_flags, v[0]);
	put_fmt(t, ", kb_index=%u", v[1]);
	if (cmd == KDGKBENT)
		return true;
	put_key_entry(t, a);
	return false;
}

static void key_entry_after(struct tline *t, guest_addr a, u32 cmd, bool failed)
{
	(void)cmd;
	if (failed)
		putch(t, '}');
	else
		put_key_entry(t, a);
}
static const struct ioctl_both key_entry = {key_entry_before, key_entry_after};

/* ", kb_string=..." of a struct kbsentry, and its end */
static void put_key_string(struct tline *t, guest_addr a)
{
	static const struct value text = A_STR;
	u32 size = sizeof(((struct kbsentry *)0)->kb_string), n = 0;
	char c = 1;

	put(t, ", kb_string=");
	a += offsetof(struct kbsentry, kb_string);
	while (n < size && c) {
		if (!rd(t, &c, a + n, 1)) {
			put(t, "???}");
			return;
		}
		n++;
	}
	put_value(t, &text, a, n);
	putch(t, '}');
}

static bool key_string_before(struct tline *t, guest_addr a, u32 cmd)
{
	char name[32];
	u8 v;

	if (!rd(t, &v, a, sizeof(v))) {
		put_addr(t, a);
		return false;
	}
	put(t, "{kb_func=");
	snprintf(name, sizeof(name), "KVAL(%s)", function_key(v));
	put_const(t, name, v);
	if (cmd == KDGKBSENT)
		return true;
	put_key_string(t, a);
	return false;
}

static void key_string_after(struct tline *t, guest_addr a, u32 cmd, bool failed)
{
	(void)cmd;
	if (failed)
		putch(t, '}');
	else
		put_key_string(t, a);
}
static const struct ioctl_both key_string = {key_string_before, key_string_after};

/* ---- Accents ---- */

static bool key_char(struct tline *t, guest_addr a, u64 len)
{
	u8 c;

	(void)len;
	if (rd(t, &c, a, 1))
		put_char(t, c, true);
	return true;
}

/* clang-format off */
#define CHAR(m) FIELD(struct kbdiacr, m, V_CALL, key_char)
#define CODE(m) FIELD(struct kbdiacruc, m, V_X, NULL)
/* clang-format on */
RECORD(r_accent, struct kbdiacr, CHAR(diacr), CHAR(base), CHAR(result));
RECORD(r_accent_uc, struct kbdiacruc, CODE(diacr), CODE(base), CODE(result));

static bool accents(struct tline *t, guest_addr a, const struct record *r, const char *name)
{
	u32 n;

	if (!rd(t, &n, a, sizeof(n))) {
		put_addr(t, a);
		return true;
	}
	put_fmt(t, "{kb_cnt=%u, %s=", n, name);
	if (put_records(t, r, a + 4, MIN(n, 256)) && n > 256 &&
	    !(t->abbrev && trace_string_limit() < 256)) {
		t->len--; /* the kernel knows no more of them */
		put(t, ", ...]");
	}
	putch(t, '}');
	return true;
}

static bool accents_(struct tline *t, guest_addr a, u64 len)
{
	(void)len;
	return accents(t, a, &r_accent, "kbdiacr");
}

static bool accents_uc(struct tline *t, guest_addr a, u64 len)
{
	(void)len;
	return accents(t, a, &r_accent_uc, "kbdiacruc");
}

/* ---- Screen maps, colours, fonts ---- */

static bool screen_map(struct tline *t, guest_addr a, u64 len)
{
	(void)len;
	put_hexbuf(t, a, E_TABSZ);
	return true;
}

static bool colours(struct tline *t, guest_addr a, u64 len)
{
	(void)len;
	put_hexbuf(t, a, 3 * 16);
	return true;
}

static bool font(struct tline *t, guest_addr a, u64 len)
{
	(void)len;
	put_hexbuf(t, a, 8192);
	return true;
}

static void one_code(struct tline *t, const void *elem, size_t size, const void *arg)
{
	u32 v = (u32)value_int(elem, size), rest = v & UNI_DIRECT_MASK;
	bool direct = v - rest == UNI_DIRECT_BASE;

	(void)arg;
	if (consts() != CONST_ABBREV || !direct)
		put_hex(t, v);
	if (consts() == CONST_RAW || !direct)
		return;
	put_fmt(t, consts() == CONST_VERBOSE ? " /* UNI_DIRECT_BASE+%#x */" : "UNI_DIRECT_BASE+%#x",
		rest);
}

static bool unicode_map(struct tline *t, guest_addr a, u64 len)
{
	(void)len;
	put_array(t, a, E_TABSZ, sizeof(u16), NULL, one_code, NULL);
	return true;
}

#define MAP_INIT(m) FIELD(struct unimapinit, m, V_U, NULL)
RECORD(r_map_init, struct unimapinit, MAP_INIT(advised_hashsize), MAP_INIT(advised_hashstep),
       MAP_INIT(advised_hashlevel));
RECORD(r_pair, struct unipair, FIELD(struct unipair, unicode, V_X, NULL),
       FIELD(struct unipair, fontpos, V_X, NULL));

static bool rd_map(struct tline *t, guest_addr a, u16 *n, u64 *entries)
{
	u8 b[16];

	return rd(t, b, a, t->compat ? 8 : 16) && rd(t, n, a, sizeof(*n)) &&
	       rd_word(t, by_abi(t, a, 8, 4), entries);
}

/* struct unimapdesc */
static bool map_before(struct tline *t, guest_addr a, u32 cmd)
{
	u64 entries;
	u16 n;

	if (!rd_map(t, a, &n, &entries)) {
		put_addr(t, a);
		return false;
	}
	t->saved = n;
	put_fmt(t, "{entry_ct=%u", n);
	if (cmd == GIO_UNIMAP)
		return true;
	put(t, ", entries=");
	put_records(t, &r_pair, entries, n);
	putch(t, '}');
	return false;
}

static void map_after(struct tline *t, guest_addr a, u32 cmd, bool failed)
{
	u64 entries;
	u16 n;

	(void)cmd;
	if (rd_map(t, a, &n, &entries)) {
		put_fmt(t, " => %u, entries=", n);
		if (failed && (t->saved || t->ret != -ENOMEM))
			put_addr(t, entries);
		else
			put_records(t, &r_pair, entries, t->saved);
	}
	putch(t, '}');
}
static const struct ioctl_both map = {map_before, map_after};

/* struct consolefontdesc */
static bool put_font_desc(struct tline *t, guest_addr a, bool content)
{
	u16 v[2];
	u64 data;
	u8 b[16];

	if (!rd(t, b, a, t->compat ? 8 : 16) || !rd(t, v, a, sizeof(v)) ||
	    !rd_word(t, by_abi(t, a, 8, 4), &data))
		return false;
	put_fmt(t, "{charcount=%u, charheight=%u, chardata=", v[0], v[1]);
	if (content)
		put_hexbuf(t, data, MIN(v[0], 512u) * 32);
	else
		put_addr(t, data);
	putch(t, '}');
	return true;
}

static bool font_desc_before(struct tline *t, guest_addr a, u32 cmd)
{
	if (put_font_desc(t, a, cmd == PIO_FONTX))
		return cmd == GIO_FONTX;
	put_addr(t, a);
	return false;
}

static void font_desc_after(struct tline *t, guest_addr a, u32 cmd, bool failed)
{
	size_t at = t->len;

	(void)cmd;
	if (failed)
		return;
	put(t, " => ");
	if (!put_font_desc(t, a, true))
		t->len = at;
}
static const struct ioctl_both font_desc = {font_desc_before, font_desc_after};

/* 32 bytes, of which the last is to be a NUL */
static void put_font_name(struct tline *t, guest_addr a)
{
	char name[32];

	if (rd(t, name, a, sizeof(name)) && !memchr(name, 0, sizeof(name)))
		put_name_n(t, a, sizeof(name) - 1);
	else
		put_str(t, a);
}

/* struct console_font_op before and after the call */
static void put_font_op(struct tline *t, const u32 v[5], u64 data)
{
	u32 op = v[0], width = v[2], height = v[3], count = v[4];
	bool known = op <= KD_FONT_OP_COPY;

	putch(t, '{');
	if (!t->exiting) {
		put(t, "op=");
		put_val(t, &x_kd_font_ops, op);
		if (op != KD_FONT_OP_SET_DEFAULT && op != KD_FONT_OP_COPY) {
			put(t, ", flags=");
			put_flags(t, &x_kd_font_flags, v[1]);
		}
		put(t, ", ");
	}
	if (op != KD_FONT_OP_COPY)
		put_fmt(t, "width=%u, ", width);
	put_fmt(t, "height=%u", height);
	if (op != KD_FONT_OP_SET_DEFAULT && op != KD_FONT_OP_COPY)
		put_fmt(t, ", charcount=%u", count);
	if (op == KD_FONT_OP_SET || (op == KD_FONT_OP_GET && t->exiting)) {
		put(t, ", data=");
		put_hexbuf(t, data, (MIN(width, 32u) + 7) / 8 * 32 * MIN(count, 512u));
	} else if (op == KD_FONT_OP_SET_DEFAULT && !t->exiting) {
		put(t, ", data=");
		put_font_name(t, data);
	} else if (op == KD_FONT_OP_GET || !known) {
		put(t, ", data=");
		put_addr(t, data);
	}
	putch(t, '}');
}

static bool rd_font_op(struct tline *t, guest_addr a, u32 v[5], u64 *data)
{
	return rd(t, v, a, 5 * sizeof(*v)) && rd_word(t, by_abi(t, a, 24, 20), data);
}

static bool font_op_before(struct tline *t, guest_addr a, u32 cmd)
{
	u32 v[5];
	u64 data;

	(void)cmd;
	if (!rd_font_op(t, a, v, &data)) {
		put_addr(t, a);
		return false;
	}
	put_font_op(t, v, data);
	return v[0] != KD_FONT_OP_SET && v[0] != KD_FONT_OP_COPY;
}

static void font_op_after(struct tline *t, guest_addr a, u32 cmd, bool failed)
{
	u32 v[5];
	u64 data;

	(void)cmd;
	if (failed || !rd_font_op(t, a, v, &data))
		return;
	put(t, " => ");
	put_font_op(t, v, data);
}
static const struct ioctl_both font_op = {font_op_before, font_op_after};

const struct ioctl_arg_desc ioctl_descs_console[] = {
	SELF_CALL(KIOCSOUND, kd_sound),
	SELF_CALL(KDMKTONE, kd_tone),
	{KDGETLED, ARG_OUT, {V_FLAGS, 1, &x_kd_led}},
	SELF_CALL(KDSETLED, kd_leds),
	{KDGKBLED, ARG_OUT, {V_FLAGS, 1, &x_kd_led_default}},
	SELF_CALL(KDSKBLED, kd_leds_default),
	{KDGKBTYPE, ARG_OUT, {V_VAL, 1, &x_kd_kbd_type}},
	SELF_CALL(KDADDIO, kd_port),
	SELF_CALL(KDDELIO, kd_port),
	NONE(KDENABIO),
	NONE(KDDISABIO),
	NONE(KDMAPDISP),
	NONE(KDUNMAPDISP),
	NONE(PIO_FONTRESET),
	SELF_CALL(KDSETMODE, mode_of_display),
	{KDGETMODE, ARG_OUT, {V_VAL, 4, &x_kd_mode}},
	SELF_CALL(KDSKBMODE, mode_of_keyboard),
	CALL_OUT(KDGKBMODE, mode_of_keyboard_at),
	SELF_CALL(KDSKBMETA, meta),
	{KDGKBMETA, ARG_OUT, {V_VAL, 4, &x_kd_meta}},
	SELF_CALL(KDSIGACCEPT, kd_signal),
	BOTH(KDGETKEYCODE, keycode),
	BOTH(KDSETKEYCODE, keycode),
	BOTH(KDKBDREP, repeat),
	CALL_OUT(GIO_SCRNMAP, screen_map),
	CALL_IN(PIO_SCRNMAP, screen_map),
	CALL_OUT(GIO_UNISCRNMAP, unicode_map),
	CALL_IN(PIO_UNISCRNMAP, unicode_map),
	BOTH(KDGKBENT, key_entry),
	BOTH(KDSKBENT, key_entry),
	BOTH(KDGKBSENT, key_string),
	BOTH(KDSKBSENT, key_string),
	CALL_OUT(KDGKBDIACR, accents_),
	CALL_IN(KDSKBDIACR, accents_),
	CALL_OUT(KDGKBDIACRUC, accents_uc),
	CALL_IN(KDSKBDIACRUC, accents_uc),
	CALL_OUT(GIO_FONT, font),
	CALL_IN(PIO_FONT, font),
	CALL_OUT(GIO_CMAP, colours),
	CALL_IN(PIO_CMAP, colours),
	REC_IN(PIO_UNIMAPCLR, r_map_init),
	BOTH(GIO_UNIMAP, map),
	BOTH(PIO_UNIMAP, map),
	BOTH(GIO_FONTX, font_desc),
	BOTH(PIO_FONTX, font_desc),
	BOTH(KDFONTOP, font_op),
};
const u32 ioctl_descs_console_n = ARRAY_SIZE(ioctl_descs_console);
