# SPDX-License-Identifier: GPL-2.0-or-later
# `make help` lists what can be made. Everything that is made lies under build/.

MAKEFLAGS += --no-builtin-rules
.DELETE_ON_ERROR:
.SUFFIXES:
.DEFAULT_GOAL := all

ifeq ($(origin CC),default)
CC := gcc
endif
PREFIX  ?= /usr/local
DESTDIR ?=
V       ?= 0
SAN     ?= 0

Q := $(if $(filter 1,$(V)),,@)
say = $(if $(filter 1,$(V)),,@printf '  %-5s %s\n' '$(1)' '$(2)')

B   := build
GEN := $(B)/gen
OUT := $(B)$(if $(filter 1,$(SAN)),/san)$(if $(filter thread,$(SAN)),/tsan)
OBJ := $(OUT)/obj

include mk/flags.mk
include mk/program.mk
include mk/guests.mk
include mk/ci.mk
include mk/tests.mk
include mk/security.mk
include mk/dev.mk

.PHONY: all
all: $(OUT)/trapgate ## build/trapgate (SAN=1: build/san/trapgate with ASan and UBSan)
	@:

.PHONY: setup
setup: ## install what is missing (Debian 12 or 13, as root or through sudo)
	$(Q)scripts/setup

.PHONY: demo
demo: ## set up, build, and show trapgate on BusyBox and the samples
	$(Q)scripts/setup
	$(Q)$(MAKE) --no-print-directory all samples
	$(Q)scripts/demo $(B)

.PHONY: check
check: ## set up, build, and run every test, then again with the sanitizers
	$(Q)scripts/setup
	$(Q)MAKE="$(MAKE)" CC="$(CC)" scripts/check $(B)

.PHONY: install
install: $(OUT)/trapgate ## install into PREFIX (/usr/local), below DESTDIR
	$(call say,INST,$(DESTDIR)$(PREFIX)/bin/trapgate)
	$(Q)install -D -m 755 $< $(DESTDIR)$(PREFIX)/bin/trapgate

.PHONY: clean
clean: ## remove what was built (the fetched libraries in build/deps stay)
	$(Q)test ! -d $(B) || find $(B) -mindepth 1 -maxdepth 1 ! -name deps -exec rm -rf {} +

.PHONY: distclean
distclean: ## remove build/ altogether
	$(Q)rm -rf $(B)

.PHONY: help
help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' Makefile mk/*.mk
	@printf '\n'
	@printf '  %s\n' 'CC=clang       another compiler' 'WERROR=1       errors of warnings' 'SAN=1          with sanitizers, under build/san' \
		'SAN=thread     with ThreadSanitizer, under build/tsan' \
		'V=1            show the commands' 'UNICORN_DIR=D  use the Unicorn in D/include and D/lib*' \
		'CFLAGS=, LDFLAGS=   added to the project'"'"'s own flags'

# A file that changes only when the text that it holds does: what depends on it is made again when
# a compiler, a flag or a list of files changes. $(call stamp,FILE,TEXT)
define stamp
.PHONY: FORCE
$(1): FORCE
	@mkdir -p $$(@D)
	@printf '%s\n' '$(subst ','\'',$(2))' | cmp -s - $$@ || printf '%s\n' '$(subst ','\'',$(2))' > $$@
endef
FORCE:

$(eval $(call stamp,$(OBJ)/.cflags,$(CC) $(ALL_CFLAGS)))
$(eval $(call stamp,$(OBJ)/.link,$(CC) $(LINK_FLAGS) $(LIBS) $(OBJS)))
