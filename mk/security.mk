# SPDX-License-Identifier: GPL-2.0-or-later
# Escape attempts (tests/escape/): guests of both widths, static.

ESCAPE_SRCS := $(wildcard tests/escape/*.c)
ESCAPES := $(foreach s,$(basename $(notdir $(ESCAPE_SRCS))),$(B)/escape/$(s) $(B)/escape/$(s)32)

$(B)/escape/%32: tests/escape/%.c mk/security.mk
	$(call say,GUEST,$@)
	@mkdir -p $(@D)
	$(Q)$(GUEST_CC) $(GUEST_CFLAGS) -m32 -o $@ $<
$(B)/escape/%: tests/escape/%.c mk/security.mk
	$(call say,GUEST,$@)
	@mkdir -p $(@D)
	$(Q)$(GUEST_CC) $(GUEST_CFLAGS) -o $@ $<

guests: $(ESCAPES)
