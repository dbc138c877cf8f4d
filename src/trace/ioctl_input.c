/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the ioctl commands of input devices take. */
#include <linux/input.h>
#include <string.h>

#include "trace/flags.h"
#include "trace/ioctl_args.h"

static u32 command(const struct tline *t)
{
	return (u32)t->arg[t->index - 1];
}

static void one_hex(struct tline *t, const void *e, size_t size, const void *arg)
{
	(void)arg;
	put_hex(t, value_int(e, size));
}

static void one_dec(struct tline *t, const void *e, size_t size, const void *arg)
{
	(void)size;
	(void)arg;
	put_dec(t, (s32)value_int(e, 4));
}

/* A set of bits by their names, of as many bytes as the call returned. */
static void bits(struct tline *t, guest_addr a, const struct xlat_set *names, u32 max)
{
	u32 n = (u64)t->ret > max / 8 ? max : (u32)t->ret * 8;
	u32 word = (u32)word_size(t), size = ((n + 7) / 8 + word - 1) / word * word, shown = 0;
	u8 b[KEY_CNT / 8 + 8];

	if (!size || size > sizeof(b) || !rd(t, b, a, size)) {
		put_addr(t, a);
		return;
	}
	if (consts() != CONST_RAW) {
		putch(t, '[');
		for (u32 i = 0; i < n; i++) {
			if (!(b[i / 8] >> i % 8 & 1))
				continue;
			put(t, shown ? " " : "");
			if (t->abbrev && shown > 3) {
				put(t, "...");
				break;
			}
			shown++;
			put_val(t, names, i);
		}
		putch(t, ']');
	}
	if (consts() == CONST_ABBREV)
		return;
	put(t, consts() == CONST_VERBOSE ? " /* " : "");
	put_array(t, a, size / word, word, NULL, one_hex, NULL);
	put(t, consts() == CONST_VERBOSE ? " */" : "");
}

static void axis(struct tline *t, guest_addr a)
{
	static const char *const names[] = {"value", "minimum", "maximum",
					    "fuzz",  "flat",	"resolution"};
	u32 size = _IOC_SIZE(command(t)), v[6], n;

	n = MIN(size, (u32)sizeof(v)) / 4;
	if (n < 5 || !rd(t, v, a, n * 4)) {
		put_addr(t, a);
		return;
	}
	for (u32 i = 0; i < (t->abbrev ? 2 : n); i++)
		put_fmt(t, "%s%s=%u", i ? ", " : "{", names[i], v[i]);
	put(t, t->abbrev || (size > 20 && size != 24) ? ", ...}" : "}");
}

static bool axis_in(struct tline *t, guest_addr a, u64 len)
{
	(void)len;
	axis(t, a);
	return true;
}

static void slots(struct tline *t, guest_addr a)
{
	u32 n = _IOC_SIZE(command(t)) / 4, code;

	if (!n || !rd(t, &code, a, 4)) {
		put_addr(t, a);
		return;
	}
	put(t, "{code=");
	put_val(t, &x_ev_slot, code);
	put(t, ", values=");
	put_array(t, a + 4, n - 1, 4, NULL, one_dec, NULL);
	putch(t, '}');
}

static void event_bits(struct tline *t, guest_addr a, u32 ev)
{
	static const struct {
		u32 ev, max;
		const struct xlat_set *names;
	} kinds[] = {
		{0, EV_MAX, &x_ev},
		{EV_KEY, KEY_MAX, &x_ev_key},
		{EV_REL, REL_MAX, &x_ev_rel},
		{EV_ABS, ABS_MAX, &x_ev_abs},
		{EV_MSC, MSC_MAX, &x_ev_misc},
		{EV_SW, SW_MAX, &x_ev_switch},
		{EV_LED, LED_MAX, &x_ev_led},
		{EV_SND, SND_MAX, &x_ev_snd},
		{EV_REP, REP_MAX, &x_ev_rep},
		{EV_FF, FF_MAX, &x_ev_ff},
		{EV_FF_STATUS, FF_STATUS_MAX, &x_ev_ff_status},
	};
	s32 v;

	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		if (kinds[i].ev == ev) {
			bits(t, a, kinds[i].names, kinds[i].max);
			return;
		}
	}
	if (ev == EV_PWR && rd(t, &v, a, 4))
		put_fmt(t, "[%d]", v);
	else
		put_addr(t, a);
}

/* Commands that have their size in them. */
static bool sized(struct tline *t, guest_addr a, u64 len)
{
	u32 nr = _IOC_NR(command(t));

	(void)len;
	switch (nr) {
	case _IOC_NR(EVIOCGNAME(0)):
	case _IOC_NR(EVIOCGPHYS(0)):
	case _IOC_NR(EVIOCGUNIQ(0)):
		put_buf(t, a, (u64)t->ret);
		break;
	case _IOC_NR(EVIOCGMTSLOTS(0)):
		slots(t, a);
		break;
	case _IOC_NR(EVIOCGPROP(0)):
		bits(t, a, &x_ev_prop, INPUT_PROP_MAX);
		break;
	case _IOC_NR(EVIOCGSND(0)):
		bits(t, a, &x_ev_snd, SND_MAX);
		break;
	case _IOC_NR(EVIOCGSW(0)):
		bits(t, a, &x_ev_switch, SW_MAX);
		break;
	case _IOC_NR(EVIOCGKEY(0)):
		bits(t, a, &x_ev_key, KEY_MAX);
		break;
	case _IOC_NR(EVIOCGLED(0)):
		bits(t, a, &x_ev_led, LED_MAX);
		break;
	default:
		if ((nr & ~(u32)ABS_MAX) == _IOC_NR(EVIOCGABS(0)))
			axis(t, a);
		else if ((nr & ~(u32)EV_MAX) == _IOC_NR(EVIOCGBIT(0, 0)))
			event_bits(t, a, nr & EV_MAX);
		else
			put_addr(t, a);
	}
	return true;
}

static bool version(struct tline *t, guest_addr a, u64 len)
{
	u32 v;

	(void)len;
	if (!rd(t, &v, a, 4)) {
		put_addr(t, a);
		return true;
	}
	putch(t, '[');
	put_hex(t, v);
	putch(t, ']');
	return true;
}

static bool repeat(struct tline *t, guest_addr a, u64 len)
{
	u32 v[2];

	(void)len;
	if (rd(t, v, a, sizeof(v)))
		put_fmt(t, "[%u, %u]", v[0], v[1]);
	else
		put_addr(t, a);
	return true;
}

static bool keycode(struct tline *t, guest_addr a, u64 len)
{
	u32 v[2];

	(void)len;
	if (!rd(t, v, a, sizeof(v))) {
		put_addr(t, a);
		return true;
	}
	put_fmt(t, "[%u, ", v[0]);
	put_val(t, &x_ev_key, v[1]);
	putch(t, ']');
	return true;
}

static bool keymap_entry(struct tline *t, guest_addr a, u64 len)
{
	struct input_keymap_entry e;

	(void)len;
	if (!rd(t, &e, a, sizeof(e))) {
		put_addr(t, a);
		return true;
	}
	put_fmt(t, "{flags=%u, len=%u", e.flags, e.len);
	if (t->abbrev) {
		put(t, ", ...}");
		return true;
	}
	put_fmt(t, ", index=%u, keycode=", e.index);
	put_val(t, &x_ev_key, e.keycode);
	for (u32 i = 0; i < ARRAY_SIZE(e.scancode); i++) {
		put(t, i ? ", " : ", scancode=[");
		put_hex(t, e.scancode[i]);
	}
	put(t, "]}");
	return true;
}

/* ---- Effects ---- */

static void envelope(struct tline *t, const struct ff_envelope *e)
{
	put_fmt(t, ", envelope={attack_length=%u, attack_level=%u, fade_length=%u, fade_level=",
		e->attack_length, e->attack_level, e->fade_length);
	put_hex(t, e->fade_level);
	put(t, "}}");
}

static void effect_kind(struct tline *t, const struct ff_effect *f, u64 data)
{
	const struct ff_periodic_effect *p = &f->u.periodic;

	switch (f->type) {
	case FF_CONSTANT:
		put_fmt(t, ", constant={level=%d", f->u.constant.level);
		envelope(t, &f->u.constant.envelope);
		break;
	case FF_RAMP:
		put_fmt(t, ", ramp={start_level=%d, end_level=%d", f->u.ramp.start_level,
			f->u.ramp.end_level);
		envelope(t, &f->u.ramp.envelope);
		break;
	case FF_PERIODIC:
		put_fmt(t, ", periodic={waveform=%u, period=%u, magnitude=%d, offset=%d, phase=%u",
			p->waveform, p->period, p->magnitude, p->offset, p->phase);
		envelope(t, &p->envelope);
		t->len--; /* the struct goes on */
		put_fmt(t, ", custom_len=%u, custom_data=", p->custom_len);
		put_addr(t, data);
		putch(t, '}');
		break;
	case FF_RUMBLE:
		put_fmt(t, ", rumble={strong_magnitude=%u, weak_magnitude=%u}",
			f->u.rumble.strong_magnitude, f->u.rumble.weak_magnitude);
		break;
	default:
		break;
	}
}

/* It ends in a pointer: 44 or 48 bytes. */
static bool effect(struct tline *t, guest_addr a, u64 len)
{
	struct ff_effect f = {0};

	(void)len;
	if (!rd(t, &f, a, t->compat ? 44 : 48)) {
		put_addr(t, a);
		return true;
	}
	put(t, "{type=");
	put_val(t, &x_ev_ff, f.type);
	put_fmt(t, ", id=%d, direction=%u", f.id, f.direction);
	if (t->abbrev) {
		put(t, ", ...}");
		return true;
	}
	put_fmt(t, ", trigger={button=%u, interval=%u}, replay={length=%u, delay=%u}",
		f.trigger.button, f.trigger.interval, f.replay.length, f.replay.delay);
	effect_kind(t, &f, value_int((u8 *)&f + 40, word_size(t)));
	putch(t, '}');
	return true;
}

static bool address(struct tline *t, guest_addr a, u64 len)
{
	(void)len;
	put_addr(t, a);
	return true;
}

RECORD(r_id, struct input_id, FIELD(struct input_id, bustype, V_U, NULL),
       FIELD(struct input_id, vendor, V_U, NULL), FIELD(struct input_id, product, V_U, NULL),
       FIELD(struct input_id, version, V_U, NULL));

/* clang-format off */
static const struct ioctl_arg_desc descs[] = {
	CALL_OUT(EVIOCGVERSION, version), UINT_OUT(EVIOCGEFFECTS), REC_OUT(EVIOCGID, r_id),
	CALL_OUT(EVIOCGREP, repeat), CALL_IN(EVIOCSREP, repeat),
	CALL_OUT(EVIOCGKEYCODE, keycode), CALL_IN(EVIOCSKEYCODE, keycode),
	CALL_OUT(EVIOCGKEYCODE_V2, keymap_entry), CALL_IN(EVIOCSKEYCODE_V2, keymap_entry),
	SELF(EVIOCRMFF, V_D, NULL), SELF(EVIOCGRAB, V_U, NULL), SELF(EVIOCREVOKE, V_U, NULL),
	UINT_IN(EVIOCSCLOCKID), CALL_IN(0x40304580 /* EVIOCSFF */, effect),
	CALL_IN(0x402c4580, effect),
};
static const struct ioctl_arg_desc desc_sized = CALL_OUT(0, sized),
	desc_axis = CALL_IN(0, axis_in), desc_address = SELF(0, V_CALL, address);
/* clang-format on */

const struct ioctl_arg_desc *ioctl_desc_input(u32 cmd)
{
	for (size_t i = 0; i < ARRAY_SIZE(descs); i++)
		if (descs[i].cmd == cmd)
			return &descs[i];
	if (_IOC_DIR(cmd) == _IOC_READ)
		return &desc_sized;
	if (_IOC_DIR(cmd) != _IOC_WRITE)
		return NULL;
	return (_IOC_NR(cmd) & ~(u32)ABS_MAX) == _IOC_NR(EVIOCSABS(0)) ? &desc_axis : &desc_address;
}
