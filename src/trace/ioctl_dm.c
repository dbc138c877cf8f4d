/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What ioctl commands of the device mapper take: a header, and behind it what the command says. */
#include <linux/dm-ioctl.h>
#include <stddef.h>
#include <string.h>
#include <sys/ioctl.h>

#include "trace/flags.h"
#include "trace/ioctl_args.h"

XLAT(x_dm, "DM_???", X(DM_READONLY_FLAG), X(DM_SUSPEND_FLAG), XV(1 << 2, "DM_EXISTS_FLAG"),
     X(DM_PERSISTENT_DEV_FLAG), X(DM_STATUS_TABLE_FLAG), X(DM_ACTIVE_PRESENT_FLAG),
     X(DM_INACTIVE_PRESENT_FLAG), X(DM_BUFFER_FULL_FLAG), X(DM_SKIP_BDGET_FLAG),
     X(DM_SKIP_LOCKFS_FLAG), X(DM_NOFLUSH_FLAG), X(DM_QUERY_INACTIVE_TABLE_FLAG),
     X(DM_UEVENT_GENERATED_FLAG), X(DM_UUID_FLAG), X(DM_SECURE_DATA_FLAG), X(DM_DATA_OUT_FLAG),
     X(DM_DEFERRED_REMOVE), X(DM_INTERNAL_SUSPEND_FLAG), X(DM_IMA_MEASUREMENT_FLAG));

#define HEADER offsetof(struct dm_ioctl, data)

static bool has_data(u32 cmd)
{
	switch (cmd) {
	case DM_VERSION:
	case DM_REMOVE_ALL:
	case DM_DEV_CREATE:
	case DM_DEV_REMOVE:
	case DM_DEV_SUSPEND:
	case DM_DEV_STATUS:
	case DM_TABLE_CLEAR:
	case DM_DEV_ARM_POLL:
		return false;
	default:
		return true;
	}
}

static void put_device(struct tline *t, u32 cmd, const struct dm_ioctl *d)
{
	if (cmd == DM_REMOVE_ALL || cmd == DM_LIST_DEVICES || cmd == DM_LIST_VERSIONS)
		return;
	if (d->dev) {
		put(t, ", dev=");
		put_dev(t, d->dev);
	}
	if (d->name[0]) {
		put(t, ", name=");
		put_cstring_field(t, d->name, sizeof(d->name));
	}
	if (d->uuid[0]) {
		put(t, ", uuid=");
		put_cstring_field(t, d->uuid, sizeof(d->uuid));
	}
}

static void put_counts(struct tline *t, u32 cmd, const struct dm_ioctl *d, bool failed)
{
	if (!t->exiting) {
		if (cmd == DM_TABLE_LOAD)
			put_fmt(t, ", target_count=%u", d->target_count);
		else if (cmd == DM_DEV_RENAME || cmd == DM_DEV_REMOVE || cmd == DM_DEV_WAIT ||
			 (cmd == DM_DEV_SUSPEND && !(d->flags & DM_SUSPEND_FLAG)))
			put_fmt(t, ", event_nr=%u", d->event_nr);
		return;
	}
	switch (failed ? 0 : cmd) {
	case DM_DEV_CREATE:
	case DM_DEV_RENAME:
	case DM_DEV_SUSPEND:
	case DM_DEV_STATUS:
	case DM_DEV_WAIT:
	case DM_TABLE_LOAD:
	case DM_TABLE_CLEAR:
	case DM_TABLE_DEPS:
	case DM_TABLE_STATUS:
	case DM_TARGET_MSG:
		put_fmt(t, ", target_count=%u, open_count=%u, event_nr=%u", d->target_count,
			(u32)d->open_count, d->event_nr);
		break;
	default:
		break;
	}
}

/* {...} of the header; false: what lies behind it is not known. */
static bool put_header(struct tline *t, u32 cmd, const struct dm_ioctl *d, bool failed)
{
	put_fmt(t, "{version=[%u, %u, %u]", d->version[0], d->version[1], d->version[2]);
	if (d->version[0] != DM_VERSION_MAJOR) {
		put(t, " /* unsupported device mapper ABI version */}");
		return false;
	}
	put_fmt(t, ", data_size=%u", d->data_size);
	if (d->data_size < HEADER) {
		put(t, " /* data_size too small */}");
		return false;
	}
	if (has_data(cmd))
		put_fmt(t, ", data_start=%u", d->data_start);
	put_device(t, cmd, d);
	put_counts(t, cmd, d, failed);
	put(t, ", flags=");
	put_flags(t, &x_dm, d->flags);
	putch(t, '}');
	return true;
}

/* Whether `size` bytes at an offset lie in the data; else says that they do not. first: or it is
 * not behind the one before, which ended at *end. Moves *end. */
static bool in_place(struct tline *t, const struct dm_ioctl *d, u32 offset, u32 size, u32 *end,
		     bool first, const char *what)
{
	u32 next = offset + size;

	put(t, ", ");
	if ((first || offset > *end) && next > offset && next <= d->data_size) {
		*end = next;
		return true;
	}
	put_fmt(t, "??? /* misplaced struct %s */", what);
	return false;
}

/* The string that begins at an offset */
static void put_rest(struct tline *t, guest_addr a, const struct dm_ioctl *d, u32 offset)
{
	if (offset == d->data_size)
		put(t, "\"\"");
	else
		put_str_n(t, a + offset, d->data_size - offset);
}

static void put_targets(struct tline *t, guest_addr a, const struct dm_ioctl *d)
{
	u32 offset = d->data_start, end = 0;
	struct dm_target_spec s;

	for (u32 i = 0; i < d->target_count; i++) {
		if (!in_place(t, d, offset, sizeof(s), &end, !i, "dm_target_spec"))
			return;
		if (i >= trace_string_limit()) {
			put(t, "...");
			return;
		}
		if (!rd(t, &s, a + offset, sizeof(s))) {
			put_addr(t, a + offset);
			return;
		}
		put_fmt(t, "{sector_start=%llu, length=%llu", (unsigned long long)s.sector_start,
			(unsigned long long)s.length);
		if (t->exiting)
			put_fmt(t, ", status=%d", s.status);
		put(t, ", target_type=");
		put_cstring_field(t, s.target_type, sizeof(s.target_type));
		put(t, ", string=");
		put_rest(t, a, d, end);
		putch(t, '}');
		offset = (t->exiting ? d->data_start : offset) + s.next;
	}
}

static void one_device(struct tline *t, const void *elem, size_t size, const void *arg)
{
	(void)arg;
	put_dev(t, value_int(elem, size));
}

static void put_deps(struct tline *t, guest_addr a, const struct dm_ioctl *d)
{
	u32 end = 0, count;

	if (!in_place(t, d, d->data_start, offsetof(struct dm_target_deps, dev), &end, true,
		      "dm_target_deps"))
		return;
	if (!rd(t, &count, a + d->data_start, sizeof(count))) {
		put_addr(t, a + d->data_start);
	} else if (count > (d->data_size - end) / 8) {
		put(t, "??? /* misplaced struct dm_target_deps */");
	} else {
		put_fmt(t, "{count=%u, deps=", count);
		put_array(t, a + end, count, 8, NULL, one_device, NULL);
		putch(t, '}');
	}
}

/* A number behind a name, of later kernels: it is there where there is room for it. */
static void put_event_nr(struct tline *t, guest_addr name, u32 room, guest_addr next)
{
	u32 len = 0, event;
	char c = 1;

	while (len < room && rd(t, &c, name + len, 1) && c)
		len++;
	name = (name + len + 1 + 7) & ~7ULL;
	if (!c && name + sizeof(event) <= next && rd(t, &event, name, sizeof(event)))
		put_fmt(t, ", event_nr=%u", event);
}

/* Of devices or of versions of targets: each says how far it is to the next. */
static void put_list(struct tline *t, guest_addr a, const struct dm_ioctl *d, bool devices)
{
	u32 head = devices ? offsetof(struct dm_name_list, name)
			   : offsetof(struct dm_target_versions, name);
	u32 offset = d->data_start, end = 0;
	struct dm_name_list device;
	struct dm_target_versions target;

	for (u32 i = 0;; i++) {
		u32 next;

		if (!in_place(t, d, offset, head, &end, !i,
			      devices ? "dm_name_list" : "dm_target_versions"))
			return;
		if (i >= trace_string_limit()) {
			put(t, "...");
			return;
		}
		if (!rd(t, devices ? (void *)&device : (void *)&target, a + offset,
			devices ? sizeof(device) : sizeof(target))) {
			put_addr(t, a + offset);
			return;
		}
		next = devices ? device.next : target.next;
		if (devices) {
			put(t, "{dev=");
			put_dev(t, device.dev);
			put(t, ", ");
		} else {
			putch(t, '{');
		}
		put(t, "name=");
		put_rest(t, a, d, end);
		if (!devices)
			put_fmt(t, ", version=[%u, %u, %u]", target.version[0], target.version[1],
				target.version[2]);
		else if (d->version[1] >= 37)
			put_event_nr(t, a + end, d->data_size - end, a + offset + next);
		putch(t, '}');
		if (!next)
			return;
		offset += next;
	}
}

static void put_message(struct tline *t, guest_addr a, const struct dm_ioctl *d)
{
	u32 end = 0;
	u64 sector;

	if (!in_place(t, d, d->data_start, offsetof(struct dm_target_msg, message), &end, true,
		      "dm_target_msg"))
		return;
	if (!rd(t, &sector, a + d->data_start, sizeof(sector))) {
		put_addr(t, a + d->data_start);
		return;
	}
	put_fmt(t, "{sector=%llu, message=", (unsigned long long)sector);
	put_rest(t, a, d, end);
	putch(t, '}');
}

static void put_dm_text(struct tline *t, guest_addr a, const struct dm_ioctl *d)
{
	put(t, ", ");
	if (d->data_start > d->data_size) {
		put(t, "??? /* misplaced string */");
		return;
	}
	put(t, "{string=");
	put_rest(t, a, d, d->data_start);
	putch(t, '}');
}

enum payload { NO_PAYLOAD, TARGETS, DEPS, DEVICES, VERSIONS, MESSAGE, TEXT };

static enum payload payload_of(const struct tline *t, u32 cmd, const struct dm_ioctl *d,
			       bool failed)
{
	bool in = !t->exiting, out = t->exiting && !failed;

	switch (cmd) {
	case DM_DEV_WAIT:
	case DM_TABLE_STATUS:
		return out ? TARGETS : NO_PAYLOAD;
	case DM_TABLE_LOAD:
		return in ? TARGETS : NO_PAYLOAD;
	case DM_TABLE_DEPS:
		return out ? DEPS : NO_PAYLOAD;
	case DM_LIST_DEVICES:
		return out ? DEVICES : NO_PAYLOAD;
	case DM_LIST_VERSIONS:
		return out ? VERSIONS : NO_PAYLOAD;
	case DM_TARGET_MSG:
		return in ? MESSAGE : out && (d->flags & DM_DATA_OUT_FLAG) ? TEXT : NO_PAYLOAD;
	case DM_DEV_RENAME:
	case DM_DEV_SET_GEOMETRY:
		return in ? TEXT : NO_PAYLOAD;
	default:
		return NO_PAYLOAD;
	}
}

static void put_payload(struct tline *t, guest_addr a, u32 cmd, const struct dm_ioctl *d,
			bool failed)
{
	enum payload what = payload_of(t, cmd, d, failed);
	bool empty =
		what == TARGETS ? !d->target_count : what != TEXT && d->data_start == d->data_size;

	if (what == NO_PAYLOAD || empty)
		return;
	if (t->abbrev) {
		put(t, ", ...");
		return;
	}
	switch (what) {
	case TARGETS:
		put_targets(t, a, d);
		break;
	case DEPS:
		put_deps(t, a, d);
		break;
	case DEVICES:
	case VERSIONS:
		put_list(t, a, d, what == DEVICES);
		break;
	case MESSAGE:
		put_message(t, a, d);
		break;
	default:
		put_dm_text(t, a, d);
		break;
	}
}

/* Of what the kernel may change where it fails */
static u64 print_of(const struct dm_ioctl *d)
{
	u64 h = d->version[0];

	h = h * 0x9e3779b97f4a7c15ULL + d->version[1];
	h = h * 0x9e3779b97f4a7c15ULL + d->version[2];
	h = h * 0x9e3779b97f4a7c15ULL + d->data_size;
	h = h * 0x9e3779b97f4a7c15ULL + d->data_start;
	return h * 0x9e3779b97f4a7c15ULL + d->flags;
}

static bool rd_header(struct tline *t, guest_addr a, struct dm_ioctl *d)
{
	memset(d, 0, sizeof(*d));
	return rd(t, d, a, HEADER) && d->data_size >= offsetof(struct dm_ioctl, data_size);
}

static bool dm_before(struct tline *t, guest_addr a, u32 cmd)
{
	struct dm_ioctl d;

	if (!rd_header(t, a, &d)) {
		put_hex(t, a); /* strace takes it for a number then */
		return false;
	}
	t->saved = print_of(&d);
	putch(t, '[');
	if (put_header(t, cmd, &d, false))
		put_payload(t, a, cmd, &d, false);
	putch(t, ']');
	return true;
}

static void dm_after(struct tline *t, guest_addr a, u32 cmd, bool failed)
{
	struct dm_ioctl d;

	if (!rd_header(t, a, &d) || (failed && t->saved == print_of(&d)))
		return;
	put(t, " => [");
	if (put_header(t, cmd, &d, failed))
		put_payload(t, a, cmd, &d, failed);
	putch(t, ']');
}
static const struct ioctl_both dm = {dm_before, dm_after};

const struct ioctl_arg_desc ioctl_descs_dm[] = {
	BOTH(DM_VERSION, dm),	       BOTH(DM_REMOVE_ALL, dm),	   BOTH(DM_LIST_DEVICES, dm),
	BOTH(DM_DEV_CREATE, dm),       BOTH(DM_DEV_REMOVE, dm),	   BOTH(DM_DEV_RENAME, dm),
	BOTH(DM_DEV_SUSPEND, dm),      BOTH(DM_DEV_STATUS, dm),	   BOTH(DM_DEV_WAIT, dm),
	BOTH(DM_TABLE_LOAD, dm),       BOTH(DM_TABLE_CLEAR, dm),   BOTH(DM_TABLE_DEPS, dm),
	BOTH(DM_TABLE_STATUS, dm),     BOTH(DM_LIST_VERSIONS, dm), BOTH(DM_TARGET_MSG, dm),
	BOTH(DM_DEV_SET_GEOMETRY, dm), BOTH(DM_DEV_ARM_POLL, dm),
};
const u32 ioctl_descs_dm_n = ARRAY_SIZE(ioctl_descs_dm);
