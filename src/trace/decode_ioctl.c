/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ioctl(2): the command's name and, for the common ones, what its argument points at. */
#include "trace/flags.h"

enum ioctl_arg {
	IO_PLAIN,  /* hexadecimal */
	IO_INT,	   /* the argument is a number */
	IO_INT_IN, /* int in memory */
	IO_INT_OUT,
	IO_CHAR_IN,
	IO_TERMIOS_IN,
	IO_TERMIO_IN,
	IO_TERMIO_OUT,
	IO_TERMIOS_OUT,
	IO_TERMIOS2_IN, /* with speeds */
	IO_TERMIOS2_OUT,
	IO_WINSIZE_IN,
	IO_WINSIZE_OUT,
	IO_FLSH,
	IO_XONC,
	IO_FSFLAGS_IN,
	IO_FSFLAGS_OUT,
	IO_TIOCM_IN,
	IO_TIOCM_OUT,
	IO_U64_OUT,
};

static const struct {
	u32 cmd;
	u8 arg;
} args[] = {
	{0x5401, IO_TERMIOS_OUT}, /* TCGETS */
	{0x5402, IO_TERMIOS_IN},  /* TCSETS */
	{0x5405, IO_TERMIO_OUT},  /* TCGETA, TCSETA, TCSETAW, TCSETAF */
	{0x5406, IO_TERMIO_IN},
	{0x5407, IO_TERMIO_IN},
	{0x5408, IO_TERMIO_IN},
	{0x5403, IO_TERMIOS_IN},       /* TCSETSW */
	{0x5404, IO_TERMIOS_IN},       /* TCSETSF */
	{0x802c542a, IO_TERMIOS2_OUT}, /* TCGETS2 */
	{0x402c542b, IO_TERMIOS2_IN},  /* TCSETS2 */
	{0x402c542c, IO_TERMIOS2_IN},  /* TCSETSW2 */
	{0x402c542d, IO_TERMIOS2_IN},  /* TCSETSF2 */
	{0x5456, IO_TERMIOS_OUT},      /* TIOCGLCKTRMIOS */
	{0x5457, IO_TERMIOS_IN},       /* TIOCSLCKTRMIOS */
	{0x5409, IO_INT},	       /* TCSBRK */
	{0x540a, IO_XONC},	       /* TCXONC */
	{0x540b, IO_FLSH},	       /* TCFLSH */
	{0x540e, IO_INT},	       /* TIOCSCTTY */
	{0x540f, IO_INT_OUT},	       /* TIOCGPGRP */
	{0x5410, IO_INT_IN},	       /* TIOCSPGRP */
	{0x5411, IO_INT_OUT},	       /* TIOCOUTQ */
	{0x5413, IO_WINSIZE_OUT},      /* TIOCGWINSZ */
	{0x5414, IO_WINSIZE_IN},       /* TIOCSWINSZ */
	{0x5415, IO_TIOCM_OUT},	       /* TIOCMGET */
	{0x5416, IO_TIOCM_IN},	       /* TIOCMBIS */
	{0x5417, IO_TIOCM_IN},	       /* TIOCMBIC */
	{0x5418, IO_TIOCM_IN},	       /* TIOCMSET */
	{0x5412, IO_CHAR_IN},	       /* TIOCSTI */
	{0x5419, IO_INT_OUT},	       /* TIOCGSOFTCAR */
	{0x541a, IO_INT_IN},	       /* TIOCSSOFTCAR */
	{0x541b, IO_INT_OUT},	       /* FIONREAD */
	{0x5420, IO_INT_IN},	       /* TIOCPKT */
	{0x5421, IO_INT_IN},	       /* FIONBIO */
	{0x5423, IO_INT_IN},	       /* TIOCSETD */
	{0x5424, IO_INT_OUT},	       /* TIOCGETD */
	{0x5425, IO_INT},	       /* TCSBRKP */
	{0x5429, IO_INT_OUT},	       /* TIOCGSID */
	{0x5452, IO_INT_IN},	       /* FIOASYNC */
	{0x8901, IO_INT_IN},	       /* FIOSETOWN */
	{0x8903, IO_INT_OUT},	       /* FIOGETOWN */
	{0x8904, IO_INT_OUT},	       /* SIOCGPGRP */
	{0x8905, IO_INT_OUT},	       /* SIOCATMARK */
	{0x80045430, IO_INT_OUT},      /* TIOCGPTN */
	{0x80045432, IO_INT_OUT},      /* TIOCGDEV */
	{0x80045440, IO_INT_OUT},      /* TIOCGEXCL */
	{0x40045431, IO_INT_IN},       /* TIOCSPTLCK */
	{0x80086601, IO_FSFLAGS_OUT},  /* FS_IOC_GETFLAGS */
	{0x40086602, IO_FSFLAGS_IN},   /* FS_IOC_SETFLAGS */
	{0x80046601, IO_FSFLAGS_OUT},
	{0x40046602, IO_FSFLAGS_IN},
	{0x40049409, IO_INT},	  /* FICLONE */
	{0x1260, IO_U64_OUT},	  /* BLKGETSIZE */
	{0x1268, IO_INT_OUT},	  /* BLKSSZGET */
	{0x80081272, IO_U64_OUT}, /* BLKGETSIZE64 */
	{0x80041272, IO_U64_OUT},
};

static enum ioctl_arg arg_of(u32 cmd)
{
	for (size_t i = 0; i < ARRAY_SIZE(args); i++)
		if (args[i].cmd == cmd)
			return args[i].arg;
	return IO_PLAIN;
}

bool ioctl_arg_is_out(u32 cmd)
{
	switch (arg_of(cmd)) {
	case IO_INT_OUT:
	case IO_TERMIOS_OUT:
	case IO_TERMIO_OUT:
	case IO_TERMIOS2_OUT:
	case IO_WINSIZE_OUT:
	case IO_FSFLAGS_OUT:
	case IO_TIOCM_OUT:
	case IO_U64_OUT:
		return true;
	default:
		return false;
	}
}

/* Flags, nothing where none is set. */
static void put_some(struct tline *t, const struct xlat_set *x, u64 v)
{
	if (v)
		put_flags(t, x, v);
}

/* What c_oflag says of delays, and a bar, with or without flags behind it. */
static void put_delays(struct tline *t, u32 v)
{
	static const struct {
		u32 shift, mask;
		const char *names[4];
	} delays[] = {
		{8, 1, {"NL0", "NL1"}},
		{9, 3, {"CR0", "CR1", "CR2", "CR3"}},
		{11, 3, {"TAB0", "TAB1", "TAB2", "XTABS"}},
		{13, 1, {"BS0", "BS1"}},
		{14, 1, {"VT0", "VT1"}},
		{15, 1, {"FF0", "FF1"}},
	};

	for (size_t i = 0; i < ARRAY_SIZE(delays); i++) {
		u32 bits = v >> delays[i].shift & delays[i].mask;

		put_const(t, delays[i].names[bits], bits << delays[i].shift);
		putch(t, '|');
	}
}

/* struct termios of the kernel: four flag words, line, 19 control characters */
/* struct termios, termios2 with `speeds`, or the old struct termio: shorts, and eight characters.
 */
enum termios_kind { TERMIOS, TERMIOS2, TERMIO };

static bool read_termios(const struct tline *t, guest_addr a, enum termios_kind kind, u32 f[4],
			 u8 cc[20], u32 speed[2])
{
	u16 half[4];

	if (kind != TERMIO)
		return rd(t, f, a, 4 * sizeof(*f)) && rd(t, cc, a + 16, 20) &&
		       (kind == TERMIOS || rd(t, speed, a + 36, 2 * sizeof(*speed)));
	if (!rd(t, half, a, sizeof(half)) || !rd(t, cc, a + 8, 10)) /* with its padding */
		return false;
	for (int i = 0; i < 4; i++)
		f[i] = half[i];
	return true;
}

static bool termios_(struct tline *t, guest_addr a, enum termios_kind kind)
{
	static const char *const csize[] = {"CS5", "CS6", "CS7", "CS8"};
	static const char *const c_cc[] = {
		"VINTR",    "VQUIT",	"VERASE",  "VKILL",  "VEOF",  "VTIME",
		"VMIN",	    "VSWTC",	"VSTART",  "VSTOP",  "VSUSP", "VEOL",
		"VREPRINT", "VDISCARD", "VWERASE", "VLNEXT", "VEOL2",
	};
	u32 f[4], speed[2];
	u8 cc[20];

	if (!read_termios(t, a, kind, f, cc, speed))
		return false;
	put(t, "{c_iflag=");
	put_some(t, &x_c_iflag, f[0]);
	put(t, ", c_oflag=");
	put_delays(t, f[1]);
	put_some(t, &x_c_oflag, f[1] & 0xffff00ff);
	put(t, ", c_cflag=");
	put_val(t, &x_baud, f[2] & 0x100f);
	if (f[2] >> 16 & 0x100f) {
		putch(t, '|');
		put_val(t, &x_baud, f[2] >> 16 & 0x100f);
		put(t, "<<");
		put_const(t, "IBSHIFT", 16);
	}
	putch(t, '|');
	put_const(t, csize[f[2] >> 4 & 3], f[2] & 0x30);
	putch(t, '|');
	put_some(t, &x_c_cflag, f[2] & ~0x100f103fu);
	put(t, ", c_lflag=");
	put_some(t, &x_c_lflag, f[3]);
	if (t->abbrev) {
		put(t, ", ...}");
		return true;
	}
	put(t, ", c_line=");
	put_val(t, &x_ldisc, cc[0]);
	put(t, ", c_cc=[");
	for (int i = 1; i < (kind == TERMIO ? 9 : 20); i++) {
		if (i <= 17)
			put_fmt(t, "%s[%s]=%#x", i > 1 ? ", " : "", c_cc[i - 1], cc[i]);
		else
			put_fmt(t, ", [%d]=%#x", i - 1, cc[i]);
	}
	putch(t, ']');
	if (kind == TERMIOS2)
		put_fmt(t, ", c_ispeed=%u, c_ospeed=%u", speed[0], speed[1]);
	putch(t, '}');
	return true;
}

static bool winsize_(struct tline *t, guest_addr a)
{
	u16 w[4];

	if (!rd(t, w, a, sizeof(w)))
		return false;
	put_fmt(t, "{ws_row=%u, ws_col=%u, ws_xpixel=%u, ws_ypixel=%u}", w[0], w[1], w[2], w[3]);
	return true;
}

static bool in_brackets(struct tline *t, guest_addr a, const struct xlat_set *flags)
{
	s32 v;

	if (!rd(t, &v, a, 4))
		return false;
	putch(t, '[');
	if (flags)
		put_flags(t, flags, (u32)v);
	else
		put_dec(t, v);
	putch(t, ']');
	return true;
}

bool dec_ioctl_arg(struct tline *t, u64 v)
{
	u32 cmd = (u32)t->arg[t->index - 1];
	u64 big;

	if (dec_ioctl_net(t, cmd, v) || dec_ioctl_desc(t, cmd, v))
		return true;
	if (ioctl_arg_is_out(cmd) && (u64)t->ret >= (u64)-4095L)
		return false;
	switch (arg_of(cmd)) {
	case IO_INT:
		put_dec(t, (s32)v);
		return true;
	case IO_INT_IN:
	case IO_INT_OUT:
		return in_brackets(t, v, NULL);
	case IO_FSFLAGS_IN:
	case IO_FSFLAGS_OUT:
		return in_brackets(t, v, &x_fs_flags);
	case IO_TIOCM_IN:
	case IO_TIOCM_OUT:
		return in_brackets(t, v, &x_tiocm);
	case IO_TERMIO_IN:
	case IO_TERMIO_OUT:
		return termios_(t, v, TERMIO);
	case IO_TERMIOS_IN:
	case IO_TERMIOS_OUT:
		return termios_(t, v, TERMIOS);
	case IO_TERMIOS2_IN:
	case IO_TERMIOS2_OUT:
		return termios_(t, v, TERMIOS2);
	case IO_WINSIZE_IN:
	case IO_WINSIZE_OUT:
		return winsize_(t, v);
	case IO_FLSH:
		put_val(t, &x_tcflsh, v);
		return true;
	case IO_XONC:
		put_val(t, &x_tcxonc, v);
		return true;
	case IO_CHAR_IN:
		put_buf(t, v, 1);
		return true;
	case IO_U64_OUT:
		if (!rd(t, &big, v, 8))
			return false;
		putch(t, '[');
		put_udec(t, big);
		putch(t, ']');
		return true;
	default:
		put_hex(t, v);
		return true;
	}
}
