/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the ioctl commands of GPIO chips take. */
#include <linux/gpio.h>
#include <string.h>

#include "trace/flags.h"
#include "trace/ioctl_args.h"

XLAT(x_line_flag, "GPIOLINE_FLAG_???", X(GPIOLINE_FLAG_KERNEL), X(GPIOLINE_FLAG_IS_OUT),
     X(GPIOLINE_FLAG_ACTIVE_LOW), X(GPIOLINE_FLAG_OPEN_DRAIN), X(GPIOLINE_FLAG_OPEN_SOURCE),
     X(GPIOLINE_FLAG_BIAS_PULL_UP), X(GPIOLINE_FLAG_BIAS_PULL_DOWN), X(GPIOLINE_FLAG_BIAS_DISABLE));
XLAT(x_handle_flag, "GPIOHANDLE_REQUEST_???", X(GPIOHANDLE_REQUEST_INPUT),
     X(GPIOHANDLE_REQUEST_OUTPUT), X(GPIOHANDLE_REQUEST_ACTIVE_LOW),
     X(GPIOHANDLE_REQUEST_OPEN_DRAIN), X(GPIOHANDLE_REQUEST_OPEN_SOURCE),
     X(GPIOHANDLE_REQUEST_BIAS_PULL_UP), X(GPIOHANDLE_REQUEST_BIAS_PULL_DOWN),
     X(GPIOHANDLE_REQUEST_BIAS_DISABLE));
XLAT(x_event_flag, "GPIOEVENT_REQUEST_???", X(GPIOEVENT_REQUEST_BOTH_EDGES),
     X(GPIOEVENT_REQUEST_RISING_EDGE), X(GPIOEVENT_REQUEST_FALLING_EDGE));
XLAT(x_v2_flag, "GPIO_V2_LINE_FLAG_???", X(GPIO_V2_LINE_FLAG_USED), X(GPIO_V2_LINE_FLAG_ACTIVE_LOW),
     X(GPIO_V2_LINE_FLAG_INPUT), X(GPIO_V2_LINE_FLAG_OUTPUT), X(GPIO_V2_LINE_FLAG_EDGE_RISING),
     X(GPIO_V2_LINE_FLAG_EDGE_FALLING), X(GPIO_V2_LINE_FLAG_OPEN_DRAIN),
     X(GPIO_V2_LINE_FLAG_OPEN_SOURCE), X(GPIO_V2_LINE_FLAG_BIAS_PULL_UP),
     X(GPIO_V2_LINE_FLAG_BIAS_PULL_DOWN), X(GPIO_V2_LINE_FLAG_BIAS_DISABLED),
     X(GPIO_V2_LINE_FLAG_EVENT_CLOCK_REALTIME), XV(4096, "GPIO_V2_LINE_FLAG_EVENT_CLOCK_HTE"));

/* "name=[..]": the first n of a struct's array, at most those that it has, cut at -s. */
static void numbers(struct tline *t, const char *name, guest_addr a, u32 n, u32 max, u32 size)
{
	const struct value v = {V_INTS, (u8)size, NULL};

	put_field(t, name);
	if (!n || !put_value(t, &v, a, (u64)MIN(n, max) * size))
		put(t, "[]");
}

static void label(struct tline *t, const char *name, const char *s)
{
	put_field(t, name);
	put_cstring_field(t, s, GPIO_MAX_NAME_SIZE);
}

static void padding(struct tline *t, const u32 *v, u32 n)
{
	bool any = false;

	for (u32 i = 0; i < n; i++)
		any |= v[i] != 0;
	for (u32 i = 0; any && i < n; i++) {
		put(t, i ? ", " : ", padding=[");
		put_hex(t, v[i]);
	}
	put(t, any ? "]" : "");
}

/* ---- The first version of the interface ---- */

RECORD(r_chip, struct gpiochip_info, FIELD(struct gpiochip_info, name, V_CSTRING, NULL),
       FIELD(struct gpiochip_info, label, V_CSTRING, NULL),
       FIELD(struct gpiochip_info, lines, V_U, NULL));
RECORD(r_line_out, struct gpioline_info, FIELD(struct gpioline_info, flags, V_FLAGS, &x_line_flag),
       FIELD(struct gpioline_info, name, V_CSTRING, NULL),
       FIELD(struct gpioline_info, consumer, V_CSTRING, NULL));

static bool unwatch(struct tline *t, guest_addr a, u64 len)
{
	u32 offset;

	(void)len;
	if (rd(t, &offset, a, sizeof(offset)))
		put_fmt(t, "{offset=%u}", offset);
	else
		put_addr(t, a);
	return true;
}

static bool line_before(struct tline *t, guest_addr a, u32 cmd)
{
	struct gpioline_info i;

	(void)cmd;
	if (!rd(t, &i, a, sizeof(i))) {
		put_addr(t, a);
		return false;
	}
	put_fmt(t, "{line_offset=%u}", i.line_offset);
	return true;
}

static void line_after(struct tline *t, guest_addr a, u32 cmd, bool failed)
{
	(void)cmd;
	if (failed)
		return;
	put(t, " => ");
	if (!put_record(t, &r_line_out, a))
		put_addr(t, a);
}
static const struct ioctl_both line_both = {line_before, line_after};

/* What a request makes: a descriptor, at this place of a struct of this size. */
static void made(struct tline *t, guest_addr a, u32 size, u32 off)
{
	u8 b[1024];

	put(t, " => ");
	if (!rd(t, b, a, size)) {
		put_addr(t, a);
		return;
	}
	put(t, "{fd=");
	put_fd(t, (s32)value_int(b + off, 4));
	putch(t, '}');
}

static bool handle_before(struct tline *t, guest_addr a, u32 cmd)
{
	struct gpiohandle_request r;

	(void)cmd;
	if (!rd(t, &r, a, sizeof(r))) {
		put_addr(t, a);
		return false;
	}
	put_fmt(t, "{lines=%u", r.lines);
	numbers(t, "lineoffsets", a + offsetof(struct gpiohandle_request, lineoffsets), r.lines,
		GPIOHANDLES_MAX, 4);
	put_field(t, "flags");
	put_flags(t, &x_handle_flag, r.flags);
	numbers(t, "default_values", a + offsetof(struct gpiohandle_request, default_values),
		r.lines, GPIOHANDLES_MAX, 1);
	label(t, "consumer_label", r.consumer_label);
	putch(t, '}');
	return true;
}

static void handle_after(struct tline *t, guest_addr a, u32 cmd, bool failed)
{
	(void)cmd;
	if (!failed)
		made(t, a, sizeof(struct gpiohandle_request),
		     offsetof(struct gpiohandle_request, fd));
}
static const struct ioctl_both handle_both = {handle_before, handle_after};

RECORD(r_event, struct gpioevent_request, FIELD(struct gpioevent_request, lineoffset, V_U, NULL),
       FIELD(struct gpioevent_request, handleflags, V_FLAGS, &x_handle_flag),
       FIELD(struct gpioevent_request, eventflags, V_FLAGS, &x_event_flag),
       FIELD(struct gpioevent_request, consumer_label, V_CSTRING, NULL));

static bool event_before(struct tline *t, guest_addr a, u32 cmd)
{
	(void)cmd;
	if (put_record(t, &r_event, a))
		return true;
	put_addr(t, a);
	return false;
}

static void event_after(struct tline *t, guest_addr a, u32 cmd, bool failed)
{
	(void)cmd;
	if (!failed)
		made(t, a, sizeof(struct gpioevent_request),
		     offsetof(struct gpioevent_request, fd));
}
static const struct ioctl_both event_both = {event_before, event_after};

RECORD(r_values, struct gpiohandle_data, FIELD_ARRAY(struct gpiohandle_data, values, V_INTS, NULL));
RECORD(r_config, struct gpiohandle_config,
       FIELD(struct gpiohandle_config, flags, V_FLAGS, &x_handle_flag),
       FIELD_ARRAY(struct gpiohandle_config, default_values, V_INTS, NULL));

/* ---- The second ---- */

static void attribute(struct tline *t, const struct gpio_v2_line_attribute *at, bool field)
{
	if (!at->padding && at->id == GPIO_V2_LINE_ATTR_ID_FLAGS) {
		put(t, "flags=");
		put_flags(t, &x_v2_flag, at->flags);
	} else if (!at->padding && at->id == GPIO_V2_LINE_ATTR_ID_OUTPUT_VALUES) {
		put(t, "values=");
		put_hex(t, at->values);
	} else if (!at->padding && at->id == GPIO_V2_LINE_ATTR_ID_DEBOUNCE) {
		put_fmt(t, "debounce_period_us=%u", at->debounce_period_us);
	} else {
		put_fmt(t, "%sid=%u", field ? "attr={" : "", at->id);
		if (at->padding) {
			put_field(t, "padding");
			put_hex(t, at->padding);
		}
		put_field(t, "data");
		put_hex(t, at->values);
		put(t, field ? "}" : "");
	}
}

static void one_attribute(struct tline *t, const void *e, size_t size, const void *arg)
{
	(void)size;
	(void)arg;
	putch(t, '{');
	attribute(t, e, false);
	putch(t, '}');
}

static void one_config_attribute(struct tline *t, const void *e, size_t size, const void *arg)
{
	const struct gpio_v2_line_config_attribute *c = e;

	(void)size;
	(void)arg;
	putch(t, '{');
	attribute(t, &c->attr, true);
	put_field(t, "mask");
	put_hex(t, c->mask);
	putch(t, '}');
}

static void put_config(struct tline *t, const struct gpio_v2_line_config *c, guest_addr a)
{
	put(t, "{flags=");
	put_flags(t, &x_v2_flag, c->flags);
	put_fmt(t, ", num_attrs=%u", c->num_attrs);
	padding(t, c->padding, ARRAY_SIZE(c->padding));
	if (c->num_attrs) {
		put_field(t, "attrs");
		put_array(t, a + offsetof(struct gpio_v2_line_config, attrs),
			  MIN(c->num_attrs, (u32)GPIO_V2_LINE_NUM_ATTRS_MAX), sizeof(c->attrs[0]),
			  NULL, one_config_attribute, NULL);
	}
	putch(t, '}');
}

static bool v2_line_before(struct tline *t, guest_addr a, u32 cmd)
{
	struct gpio_v2_line_info i;

	(void)cmd;
	if (!rd(t, &i, a, sizeof(i))) {
		put_addr(t, a);
		return false;
	}
	put_fmt(t, "{offset=%u}", i.offset);
	return true;
}

static void v2_line_after(struct tline *t, guest_addr a, u32 cmd, bool failed)
{
	struct gpio_v2_line_info i;

	(void)cmd;
	if (failed)
		return;
	put(t, " => ");
	if (!rd(t, &i, a, sizeof(i))) {
		put_addr(t, a);
		return;
	}
	put(t, "{name=");
	put_cstring_field(t, i.name, sizeof(i.name));
	label(t, "consumer", i.consumer);
	put_field(t, "flags");
	put_flags(t, &x_v2_flag, i.flags);
	put_fmt(t, ", num_attrs=%u", i.num_attrs);
	if (i.num_attrs) {
		put_field(t, "attrs");
		put_array(t, a + offsetof(struct gpio_v2_line_info, attrs),
			  MIN(i.num_attrs, (u32)GPIO_V2_LINE_NUM_ATTRS_MAX), sizeof(i.attrs[0]),
			  NULL, one_attribute, NULL);
	}
	padding(t, i.padding, ARRAY_SIZE(i.padding));
	putch(t, '}');
}
static const struct ioctl_both v2_line_both = {v2_line_before, v2_line_after};

static bool v2_request_before(struct tline *t, guest_addr a, u32 cmd)
{
	struct gpio_v2_line_request r;

	(void)cmd;
	if (!rd(t, &r, a, sizeof(r))) {
		put_addr(t, a);
		return false;
	}
	put_fmt(t, "{num_lines=%u", r.num_lines);
	numbers(t, "offsets", a, r.num_lines, GPIO_V2_LINES_MAX, 4);
	label(t, "consumer", r.consumer);
	put_field(t, "config");
	put_config(t, &r.config, a + offsetof(struct gpio_v2_line_request, config));
	if (r.event_buffer_size)
		put_fmt(t, ", event_buffer_size=%u", r.event_buffer_size);
	padding(t, r.padding, ARRAY_SIZE(r.padding));
	putch(t, '}');
	return true;
}

static void v2_request_after(struct tline *t, guest_addr a, u32 cmd, bool failed)
{
	(void)cmd;
	if (!failed)
		made(t, a, sizeof(struct gpio_v2_line_request),
		     offsetof(struct gpio_v2_line_request, fd));
}
static const struct ioctl_both v2_request_both = {v2_request_before, v2_request_after};

static bool v2_values_before(struct tline *t, guest_addr a, u32 cmd)
{
	struct gpio_v2_line_values v;

	(void)cmd;
	if (!rd(t, &v, a, sizeof(v))) {
		put_addr(t, a);
		return false;
	}
	put(t, "{mask=");
	put_hex(t, v.mask);
	putch(t, '}');
	return true;
}

static void v2_values_after(struct tline *t, guest_addr a, u32 cmd, bool failed)
{
	struct gpio_v2_line_values v;

	(void)cmd;
	if (failed)
		return;
	put(t, " => ");
	if (!rd(t, &v, a, sizeof(v))) {
		put_addr(t, a);
		return;
	}
	put(t, "{bits=");
	put_hex(t, v.bits);
	putch(t, '}');
}
static const struct ioctl_both v2_values_both = {v2_values_before, v2_values_after};

RECORD(r_v2_values, struct gpio_v2_line_values, FIELD(struct gpio_v2_line_values, bits, V_X, NULL),
       FIELD(struct gpio_v2_line_values, mask, V_X, NULL));

static bool v2_config(struct tline *t, guest_addr a, u64 len)
{
	struct gpio_v2_line_config c;

	(void)len;
	if (rd(t, &c, a, sizeof(c)))
		put_config(t, &c, a);
	else
		put_addr(t, a);
	return true;
}

/* clang-format off */
const struct ioctl_arg_desc ioctl_descs_gpio[] = {
	REC_OUT(GPIO_GET_CHIPINFO_IOCTL, r_chip), CALL_IN(GPIO_GET_LINEINFO_UNWATCH_IOCTL, unwatch),
	BOTH(GPIO_GET_LINEINFO_IOCTL, line_both), BOTH(GPIO_GET_LINEINFO_WATCH_IOCTL, line_both),
	BOTH(GPIO_GET_LINEHANDLE_IOCTL, handle_both), BOTH(GPIO_GET_LINEEVENT_IOCTL, event_both),
	REC_OUT(GPIOHANDLE_GET_LINE_VALUES_IOCTL, r_values),
	REC_IN(GPIOHANDLE_SET_LINE_VALUES_IOCTL, r_values),
	REC_IN(GPIOHANDLE_SET_CONFIG_IOCTL, r_config),
	BOTH(GPIO_V2_GET_LINEINFO_IOCTL, v2_line_both),
	BOTH(GPIO_V2_GET_LINEINFO_WATCH_IOCTL, v2_line_both),
	BOTH(GPIO_V2_GET_LINE_IOCTL, v2_request_both),
	CALL_IN(GPIO_V2_LINE_SET_CONFIG_IOCTL, v2_config),
	BOTH(GPIO_V2_LINE_GET_VALUES_IOCTL, v2_values_both),
	REC_IN(GPIO_V2_LINE_SET_VALUES_IOCTL, r_v2_values),
};
/* clang-format on */
const u32 ioctl_descs_gpio_n = ARRAY_SIZE(ioctl_descs_gpio);
