# portfolio_margin: built with PGXS.  make, make install, make installcheck.

PG_CONFIG ?= pg_config

EXTENSION = portfolio_margin
EXTVERSION = $(shell sed -n "s/^default_version = '\(.*\)'/\1/p" portfolio_margin.control)
MODULE_big = portfolio_margin

# src/core knows nothing of the server; src/pg knows no formula.
CORE_OBJS = \
	src/core/bachelier.o \
	src/core/black_scholes.o \
	src/core/book_bend.o \
	src/core/exact.o \
	src/core/grid_bound.o \
	src/core/issue.o \
	src/core/margin.o \
	src/core/option.o \
	src/core/position.o \
	src/core/position_check.o \
	src/core/risk_algebra.o \
	src/core/risk_array.o \
	src/core/risk_check.o \
	src/core/scenario.o \
	src/core/scenario_set.o \
	src/core/shocked_book.o \
	src/core/what_if.o \
	src/core/worst_case.o
PG_OBJS = \
	src/pg/aggregate_state.o \
	src/pg/between_nodes.o \
	src/pg/call.o \
	src/pg/contract_cache.o \
	src/pg/error.o \
	src/pg/margin_aggregate.o \
	src/pg/margin_result.o \
	src/pg/module.o \
	src/pg/position_tape.o \
	src/pg/position_type.o \
	src/pg/pricing.o \
	src/pg/risk_aggregate.o \
	src/pg/risk_array_io.o \
	src/pg/risk_array_type.o \
	src/pg/risk_rows.o \
	src/pg/scenario_set_io.o \
	src/pg/scenario_set_type.o \
	src/pg/scenario_type.o \
	src/pg/text_reader.o \
	src/pg/what_if.o
OBJS = $(CORE_OBJS) $(PG_OBJS)

# The install script is its numbered parts, joined.
BASE_SCRIPT = sql/$(EXTENSION)--$(EXTVERSION).sql
SQL_PARTS = $(sort $(wildcard $(srcdir)/sql/extension/*.sql))
DATA_built = $(BASE_SCRIPT)
EXTRA_CLEAN = $(BASE_SCRIPT)

REGRESS = pricing scenarios positions margin plans window risk what_if live between_nodes \
	bad_input catalogue
REGRESS_OPTS = --load-extension=portfolio_margin
ISOLATION = snapshot live_limit live_marks live_trades
ISOLATION_OPTS = --load-extension=portfolio_margin --inputdir=test
# These start servers of their own, for which they need Perl's IPC::Run and a
# user who is not root; for others installcheck leaves them out.
TAP_TESTS := $(filter-out 0,$(shell perl -MIPC::Run -e 'print $$<' 2>/dev/null))
PROVE_TESTS = test/t/*.pl

# Contraction would give other bits on machines with fused multiply-add.  It
# stands in PG_CPPFLAGS because PG_CFLAGS do not reach the bitcode for JIT.
# The server's headers are not ours to be warned about, hence -isystem.
PG_CPPFLAGS = -isystem $(shell $(PG_CONFIG) --includedir-server) -I$(srcdir)/src -DPM_VERSION='"$(EXTVERSION)"' \
	-ffp-contract=off -fno-math-errno
SHLIB_LINK += -lgsl -lgslcblas -lm
PG_CFLAGS = -std=gnu11 -Wall -Wextra -Wno-declaration-after-statement

PGXS := $(shell $(PG_CONFIG) --pgxs)
include $(PGXS)

$(BASE_SCRIPT): $(SQL_PARTS) $(srcdir)/portfolio_margin.control
	mkdir -p $(@D)
	cat $(SQL_PARTS) > $@

# Headers are few: whoever includes one is rebuilt when any changes.
$(OBJS) $(OBJS:.o=.bc): $(wildcard $(srcdir)/src/core/*.h $(srcdir)/src/pg/*.h)
