# SPDX-License-Identifier: GPL-2.0-or-later
# Guest programs: samples/ and tests/guests/. One source makes several programs:
#
#	NAME	   64-bit static		NAME32	   32-bit static
#	NAME.musl  64-bit, static with musl	NAME.O0	   64-bit, unoptimised
#
# A line among the first ten of a source that holds a marker changes that:
#
#	only: 64, only: 32	just NAME, of that width
#	nostdlib		without C library and start-up code
#	musl, O0		the variants of these names too (tests/guests/ only)
#	socketcall		NAME32.socketcall too: 32-bit with -DSOCKETCALL (tests/guests/net3.h)
#
# Markers are words of a comment that begins with "guest:", for instance /* guest: only: 64 nostdlib */;
# "only: 64" and "only: 32" also count anywhere in these lines.

GUEST_CC     ?= gcc
GUEST_CFLAGS := -std=gnu17 -D_LARGEFILE64_SOURCE -O2 -g0 -Wall -Wextra -pthread -static

$(GEN)/guests.mk: mk/guests.awk $(wildcard samples/. tests/guests/. samples/*.[cSh] tests/guests/*.[cSh])
	@mkdir -p $(@D)
	$(Q)awk -v build=$(B) -f mk/guests.awk $(sort $(wildcard samples/*.[cS] tests/guests/*.[cS])) /dev/null > $@

ifeq ($(filter clean distclean help setup check demo format,$(MAKECMDGOALS)),)
include $(GEN)/guests.mk
endif

.PHONY: samples guests
samples: $(SAMPLES) ## build the samples (build/samples)
	@:
guests: $(GUESTS) $(SAMPLES) ## build the test guests (build/guests) and the samples
	@:

# $(call guest-rule,PROGRAM,SOURCE,FLAGS,COMPILER)
define guest-rule
$(1): $(2) mk/guests.mk mk/guests.awk $(wildcard samples/*.h tests/guests/*.h)
	$$(call say,GUEST,$$@)
	@mkdir -p $$(@D)
	$$(Q)$(or $(4),$(GUEST_CC)) $(GUEST_CFLAGS) $(3) -o $$@ $$< -lm
endef
$(foreach r,$(GUEST_RULES),$(eval $(call guest-rule,$(word 1,$(subst |, ,$(r))),$(word 2,$(subst |, \
	,$(r))),$(subst $(comma), ,$(word 3,$(subst |, ,$(r)))),$(word 4,$(subst |, ,$(r))))))
