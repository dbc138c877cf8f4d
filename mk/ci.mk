# SPDX-License-Identifier: GPL-2.0-or-later
# The tests that show `trapgate test`: a directory of programs, of which not all are well-behaved.

CI_SAMPLES := $(patsubst samples/ci/%.c,$(B)/ci/%,$(wildcard samples/ci/*.c)) $(B)/ci/passing32

$(B)/ci/%: samples/ci/%.c
	$(call say,GUEST,$@)
	@mkdir -p $(@D)
	$(Q)$(GUEST_CC) $(GUEST_CFLAGS) -m64 -o $@ $<

$(B)/ci/%32: samples/ci/%.c
	$(call say,GUEST,$@)
	@mkdir -p $(@D)
	$(Q)$(GUEST_CC) $(GUEST_CFLAGS) -m32 -msse2 -o $@ $<

samples: $(CI_SAMPLES)
