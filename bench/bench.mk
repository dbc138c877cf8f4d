# SPDX-License-Identifier: GPL-2.0-or-later
# The benchmark programs: `make -f bench/bench.mk B=build`, as bench/run does.

B  ?= build
BENCH_CC ?= gcc
BENCH_PROGRAMS := $(B)/bench/bench $(B)/bench/bench32 $(B)/bench/bench_system $(B)/bench/measure $(B)/bench/net $(B)/bench/net32

.PHONY: bench-programs
bench-programs: $(BENCH_PROGRAMS)

$(B)/bench/bench: bench/bench.c
	@mkdir -p $(@D)
	@$(BENCH_CC) -std=gnu17 -O2 -static -o $@ $<

$(B)/bench/bench32: bench/bench.c
	@mkdir -p $(@D)
	@$(BENCH_CC) -std=gnu17 -O2 -static -m32 -o $@ $<

$(B)/bench/bench_system: bench/bench_system.c
	@mkdir -p $(@D)
	@$(BENCH_CC) -std=gnu17 -O2 -static -pthread -o $@ $<

$(B)/bench/measure: bench/measure.c
	@mkdir -p $(@D)
	@$(BENCH_CC) -std=gnu17 -O2 -o $@ $<

$(B)/bench/net: bench/net.c
	@mkdir -p $(@D)
	@$(BENCH_CC) -std=gnu17 -O2 -static -o $@ $<

$(B)/bench/net32: bench/net.c
	@mkdir -p $(@D)
	@$(BENCH_CC) -std=gnu17 -O2 -static -m32 -o $@ $<
