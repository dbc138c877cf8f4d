/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ioctl(2)'s command: its names, or what its number is made of. */
#include "trace/ioctl_names.h"

#include <linux/input.h>
#include <linux/ioctl.h>
#include <string.h>

#include "trace/flags.h"

/* The names of cmd in a table: from where, how many. */
static u32 find(const struct ioctl_name *v, u32 n, u32 cmd, u32 *count)
{
	u32 lo = 0, hi = n, at;

	while (lo < hi) {
		u32 mid = (lo + hi) / 2;

		if (v[mid].cmd < cmd)
			lo = mid + 1;
		else
			hi = mid;
	}
	for (at = lo; at < n && v[at].cmd == cmd; at++)
		;
	*count = at - lo;
	return lo;
}

static bool put_ioctl_names(struct tline *t, u32 cmd, bool any)
{
	const struct {
		const struct ioctl_name *v;
		u32 n;
	} tables[] = {
		{ioctl_names_1, ioctl_names_1_n},
		{ioctl_names_2, ioctl_names_2_n},
		{ioctl_names_3, ioctl_names_3_n},
		{t->compat ? ioctl_names_32 : ioctl_names_64,
		 t->compat ? ioctl_names_32_n : ioctl_names_64_n},
	};
	const char *names[32];
	u32 n = 0;

	for (size_t i = 0; i < ARRAY_SIZE(tables); i++) {
		u32 count, at = find(tables[i].v, tables[i].n, cmd, &count);

		while (count-- && n < ARRAY_SIZE(names)) {
			const char *s = tables[i].v[at++].name;
			u32 k = n++;

			for (; k && strcmp(names[k - 1], s) > 0; k--)
				names[k] = names[k - 1];
			names[k] = s;
		}
	}
	for (u32 i = 0; i < n; i++) {
		put(t, any || i ? " or " : "");
		put(t, names[i]);
	}
	return n;
}

bool ioctl_cmd_by_name(const char *name, size_t len, u64 *cmd)
{
	const struct {
		const struct ioctl_name *v;
		u32 n;
	} tables[] = {
		{ioctl_names_1, ioctl_names_1_n},   {ioctl_names_2, ioctl_names_2_n},
		{ioctl_names_3, ioctl_names_3_n},   {ioctl_names_64, ioctl_names_64_n},
		{ioctl_names_32, ioctl_names_32_n},
	};

	for (size_t i = 0; i < ARRAY_SIZE(tables); i++)
		for (u32 k = 0; k < tables[i].n; k++)
			if (!strncmp(tables[i].v[k].name, name, len) && !tables[i].v[k].name[len]) {
				*cmd = tables[i].v[k].cmd;
				return true;
			}
	return false;
}

/* Commands that are made from their arguments: a name and the size of what they fill. */
static const struct {
	u8 type, nr, dir;
	const char *name;
} sized[] = {
	{'E', 0x06, _IOC_READ, "EVIOCGNAME"},
	{'E', 0x07, _IOC_READ, "EVIOCGPHYS"},
	{'E', 0x08, _IOC_READ, "EVIOCGUNIQ"},
	{'E', 0x09, _IOC_READ, "EVIOCGPROP"},
	{'E', 0x0a, _IOC_READ, "EVIOCGMTSLOTS"},
	{'E', 0x18, _IOC_READ, "EVIOCGKEY"},
	{'E', 0x19, _IOC_READ, "EVIOCGLED"},
	{'E', 0x1a, _IOC_READ, "EVIOCGSND"},
	{'E', 0x1b, _IOC_READ, "EVIOCGSW"},
	{'H', 0x04, _IOC_READ, "HIDIOCGRAWNAME"},
	{'H', 0x05, _IOC_READ, "HIDIOCGRAWPHYS"},
	{'H', 0x06, _IOC_READ, "HIDIOCSFEATURE"},
	{'H', 0x08, _IOC_READ, "HIDIOCGRAWUNIQ"},
	{'H', 0x12, _IOC_READ, "HIDIOCGPHYS"},
	{'H', 0x06, _IOC_READ | _IOC_WRITE, "HIDIOCSFEATURE"},
	{'H', 0x07, _IOC_READ | _IOC_WRITE, "HIDIOCGFEATURE"},
	{'U', 0x2c, _IOC_READ, "UI_GET_SYSNAME"},
	{'j', 0x13, _IOC_READ, "JSIOCGNAME"},
	{'k', 0x00, _IOC_WRITE, "SPI_IOC_MESSAGE"},
};

/* A name of an event or an axis within a command's name; the command is not in a comment twice. */
static void put_part(struct tline *t, const struct xlat_set *set, const char *unknown, u32 v)
{
	const char *s = xlat_name(set, v);

	if (s)
		put(t, s);
	else if (topt.consts == CONST_VERBOSE)
		put_hex(t, v);
	else
		put_fmt(t, "%#x /* %s */", v, unknown);
}

static bool put_made(struct tline *t, u32 cmd)
{
	u32 type = _IOC_TYPE(cmd), nr = _IOC_NR(cmd), dir = _IOC_DIR(cmd), size = _IOC_SIZE(cmd);

	for (size_t i = 0; i < ARRAY_SIZE(sized); i++) {
		if (sized[i].type == type && sized[i].nr == nr && sized[i].dir == dir) {
			put_fmt(t, "%s(%u)", sized[i].name, size);
			return true;
		}
	}
	if (type == 'M' && (dir == _IOC_WRITE || dir == _IOC_READ)) {
		put_fmt(t, "MIXER_%s(%u)", dir == _IOC_WRITE ? "WRITE" : "READ", nr);
	} else if (type == 'E' && dir == _IOC_WRITE && nr >= 0xc0) {
		put(t, "EVIOCSABS(");
		put_part(t, &x_ev_abs, "ABS_???", nr - 0xc0);
		putch(t, ')');
	} else if (type == 'E' && dir == _IOC_READ && nr >= 0x40 && nr < 0x80) {
		put(t, "EVIOCGABS(");
		put_part(t, &x_ev_abs, "ABS_???", nr - 0x40);
		putch(t, ')');
	} else if (type == 'E' && dir == _IOC_READ && nr >= 0x20 && nr < 0x40) {
		put(t, "EVIOCGBIT(");
		if (nr == 0x20)
			putch(t, '0');
		else
			put_part(t, &x_ev, "EV_???", nr - 0x20);
		put_fmt(t, ", %u)", size);
	} else {
		return false;
	}
	return true;
}

static void put_number(struct tline *t, u32 cmd)
{
	static const char *const dirs[] = {"_IOC_NONE", "_IOC_WRITE", "_IOC_READ",
					   "_IOC_READ|_IOC_WRITE"};

	put_fmt(t, "_IOC(%s, ", dirs[_IOC_DIR(cmd)]);
	put_hex(t, _IOC_TYPE(cmd));
	put(t, ", ");
	put_hex(t, _IOC_NR(cmd));
	put(t, ", ");
	put_hex(t, _IOC_SIZE(cmd));
	putch(t, ')');
}

void put_ioctl_cmd(struct tline *t, u32 cmd)
{
	bool made;

	if (topt.consts != CONST_ABBREV)
		put_hex(t, cmd);
	if (topt.consts == CONST_RAW)
		return;
	if (topt.consts == CONST_VERBOSE)
		put(t, " /* ");
	if (cmd == _IOC(_IOC_READ, '!', 2, 8)) {
		put(t, "SECCOMP_IOCTL_NOTIF_ID_VALID_WRONG_DIR");
	} else {
		made = put_made(t, cmd);
		if (!put_ioctl_names(t, cmd, made) && !made)
			put_number(t, cmd);
	}
	if (topt.consts == CONST_VERBOSE)
		put(t, " */");
}
