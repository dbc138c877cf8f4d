/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Times, timers and clocks. */
#include "trace/flags.h"
#include "trace/value.h"

/* Reads two numbers: seconds and a fraction. wide: 64-bit ones whatever the ABI. */
static bool rd_pair(struct tline *t, guest_addr a, bool wide, s64 v[2])
{
	return wide ? rd(t, v, a, 16) : rd_longs(t, a, 2, v);
}

static size_t pair_size(const struct tline *t, bool wide)
{
	return wide || !t->compat ? 16 : 8;
}

/* wide: 64-bit fields, of which strace shows all bits. */
static void put_pair(struct tline *t, const s64 v[2], bool wide, const char *frac)
{
	put(t, "{tv_sec=");
	put_dec(t, v[0]);
	put(t, ", tv_");
	put(t, frac);
	putch(t, '=');
	put_udec(t, t->compat && !wide && v[1] < 0 ? (u32)v[1] : (u64)v[1]);
	putch(t, '}');
}

static bool put_time(struct tline *t, guest_addr a, bool wide, const char *frac)
{
	s64 v[2];

	if (!rd_pair(t, a, wide, v))
		return false;
	put_pair(t, v, wide, frac);
	return true;
}

#define NO_TIMEOUT INT64_MIN /* as its seconds: it could not be read */

void keep_timeout(struct tline *t, guest_addr a)
{
	if (!a || !rd_pair(t, a, !t->compat || t->time64, t->timeout))
		t->timeout[0] = NO_TIMEOUT;
}

void put_timespec(struct tline *t, guest_addr a, bool wide)
{
	if (!put_time(t, a, wide, "nsec"))
		put_addr(t, a);
}

void put_timeval(struct tline *t, guest_addr a)
{
	if (!put_time(t, a, false, "usec"))
		put_addr(t, a);
}

/* Two file times with their dates. */
static bool put_times2(struct tline *t, guest_addr a, bool wide, bool nano)
{
	s64 v[4];
	size_t size = pair_size(t, wide);

	if (!rd_pair(t, a, wide, v) || !rd_pair(t, a + size, wide, v + 2))
		return false;
	putch(t, '[');
	for (int i = 0; i < 2; i++) {
		const s64 *p = v + 2 * i;

		if (i)
			put(t, ", ");
		if (nano && (p[1] == 0x3fffffff || p[1] == 0x3ffffffe)) {
			if (consts() != CONST_ABBREV)
				put_pair(t, p, wide, "nsec");
			if (consts() == CONST_RAW)
				continue;
			put_fmt(t, consts() == CONST_VERBOSE ? " /* %s */" : "%s",
				p[1] & 1 ? "UTIME_NOW" : "UTIME_OMIT");
		} else {
			put_pair(t, p, wide, nano ? "nsec" : "usec");
			if ((p[0] || p[1]) && p[1] >= 0 && p[1] < (nano ? 1000000000 : 1000000))
				put_date(t, p[0], p[1], nano ? 9 : 6);
		}
	}
	putch(t, ']');
	return true;
}

static bool put_itimer(struct tline *t, guest_addr a, bool wide, const char *frac)
{
	s64 v[4];

	if (!rd_pair(t, a, wide, v) || !rd_pair(t, a + pair_size(t, wide), wide, v + 2))
		return false;
	put(t, "{it_interval=");
	put_pair(t, v, wide, frac);
	put(t, ", it_value=");
	put_pair(t, v + 2, wide, frac);
	putch(t, '}');
	return true;
}

static bool put_utimbuf(struct tline *t, guest_addr a)
{
	s64 v[2];

	if (!rd_longs(t, a, 2, v))
		return false;
	put(t, "{actime=");
	put_dec(t, v[0]);
	put_date(t, v[0], 0, 0);
	put(t, ", modtime=");
	put_dec(t, v[1]);
	put_date(t, v[1], 0, 0);
	putch(t, '}');
	return true;
}

static bool put_timezone(struct tline *t, guest_addr a)
{
	s32 v[2];

	if (!rd(t, v, a, 8))
		return false;
	put_fmt(t, "{tz_minuteswest=%d, tz_dsttime=%d}", v[0], v[1]);
	return true;
}

static bool put_tms(struct tline *t, guest_addr a)
{
	static const char *const names[] = {"utime", "stime", "cutime", "cstime"};
	s64 v[4];

	if (!rd_longs(t, a, 4, v))
		return false;
	for (u32 i = 0; i < 4; i++) {
		put_fmt(t, "%stms_%s=", i ? ", " : "{", names[i]);
		put_clock_ticks(t, (u64)v[i]);
	}
	putch(t, '}');
	return true;
}

/* struct timex: modes, padding, then words of the ABI with two ints (status, tai) among them. */
static bool put_timex(struct tline *t, guest_addr a, bool wide)
{
	static const char *const names[] = {
		NULL,	     "offset",	  "freq",   "maxerror", "esterror", "status",  "constant",
		"precision", "tolerance", "time",   NULL,	"tick",	    "ppsfreq", "jitter",
		"shift",     "stabil",	  "jitcnt", "calcnt",	"errcnt",   "stbcnt",  "tai",
	};
	s64 v[21];

	if (wide ? !rd(t, v, a, sizeof(v)) : !rd_longs(t, a, 21, v))
		return false;
	put(t, "{modes=");
	put_flags(t, &x_timex_modes, (u32)v[0]);
	for (size_t i = 1; i < ARRAY_SIZE(names); i++) {
		if (!names[i])
			continue;
		put_field(t, names[i]);
		if (i == 5)
			put_flags(t, &x_timex_status, (u32)v[i]);
		else if (i == 9)
			put_pair(t, v + 9, wide, "usec");
		else if (i == 14 || i == 20)
			put_dec(t, (s32)v[i]);
		else
			put_dec(t, v[i]);
	}
	putch(t, '}');
	return true;
}

static bool put_clock_value(struct tline *t, guest_addr a, bool wide)
{
	s64 v;

	if (wide ? !rd(t, &v, a, 8) : !rd_long(t, a, 0, &v))
		return false;
	putch(t, '[');
	put_dec(t, v);
	put_date(t, v, 0, 0);
	putch(t, ']');
	return true;
}

bool dec_time(struct tline *t, u16 kind, u64 v)
{
	bool wide = t->time64;

	switch (kind) {
	case K_CLOCKID:
		put_val(t, &x_clock, (u32)v);
		return true;
	case K_TIMESPEC64_IN:
	case K_TIMESPEC64_OUT:
		return put_time(t, v, true, "nsec");
	case K_TIMESPEC_IN:
	case K_TIMESPEC_OUT:
		return put_time(t, v, wide, "nsec");
	case K_X_TIMEOUT_LEFT:
		if (t->timeout[0] == NO_TIMEOUT)
			return false;
		put_pair(t, t->timeout, wide, "nsec");
		return true;
	case K_X_REM_OUT:
	case K_X_REM64_OUT:
		if (t->ret != -ERESTARTSYS && t->ret != -ERESTART_RESTARTBLOCK &&
		    t->ret != -ERESTARTNOHAND && t->ret != -4 /* EINTR */)
			return false;
		return put_time(t, v, wide || kind == K_X_REM64_OUT, "nsec");
	case K_TIMEVAL_IN:
	case K_TIMEVAL_OUT:
		return put_time(t, v, wide, "usec");
	case K_TIMESPEC_ARR2_IN:
		return put_times2(t, v, wide, true);
	case K_TIMESPEC64_ARR2_IN:
		return put_times2(t, v, true, true);
	case K_TIMEVAL_ARR2_IN:
		return put_times2(t, v, false, false);
	case K_UTIMBUF_IN:
		return put_utimbuf(t, v);
	case K_TIMEZONE_IN:
	case K_TIMEZONE_OUT:
		return put_timezone(t, v);
	case K_TIME_OUT:
		return put_clock_value(t, v, false);
	case K_ITIMERVAL_IN:
	case K_ITIMERVAL_OUT:
		return put_itimer(t, v, false, "usec");
	case K_ITIMERSPEC_IN:
	case K_ITIMERSPEC_OUT:
		return put_itimer(t, v, wide, "nsec");
	case K_ITIMERSPEC64_IN:
	case K_ITIMERSPEC64_OUT:
		return put_itimer(t, v, true, "nsec");
	case K_TMS_OUT:
		return put_tms(t, v);
	case K_X_TIMEX:
		return put_timex(t, v, false);
	case K_X_TIMEX64:
		return put_timex(t, v, true);
	default:
		return false;
	}
}
