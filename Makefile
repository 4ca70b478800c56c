# portfolio_margin: built with PGXS.  make, make install, make installcheck.

PG_CONFIG ?= pg_config

EXTENSION = portfolio_margin
EXTVERSION = $(shell sed -n "s/^default_version = '\(.*\)'/\1/p" portfolio_margin.control)
MODULE_big = portfolio_margin

# src/core knows nothing of the server; src/pg knows no formula.
SOURCES = $(sort $(wildcard $(srcdir)/src/core/*.c $(srcdir)/src/pg/*.c))
OBJS = $(SOURCES:$(srcdir)/%.c=%.o)

# The install script is its numbered parts, joined.
BASE_SCRIPT = sql/$(EXTENSION)--$(EXTVERSION).sql
SQL_PARTS = $(sort $(wildcard $(srcdir)/sql/extension/*.sql))
DATA_built = $(BASE_SCRIPT)
EXTRA_CLEAN = $(BASE_SCRIPT)

REGRESS = pricing implied_volatility scenarios joint surfaces positions revaluation margin plans window risk risk_table book fields what_if live between_nodes \
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
# Neither traps nor errno are looked at, so that loops can use SIMD lanes; that
# changes no bit.  The server's headers are not ours to be warned about, hence -isystem.
PG_CPPFLAGS = -isystem $(shell $(PG_CONFIG) --includedir-server) -I$(srcdir)/src -DPM_VERSION='"$(EXTVERSION)"' \
	-ffp-contract=off -fno-math-errno -fno-trapping-math -fopenmp-simd
SHLIB_LINK += -lgsl -lgslcblas -lm
# Calls within the library go straight to their functions.
ifneq ($(shell uname -s),Darwin)
SHLIB_LINK += -Wl,-Bsymbolic-functions
endif
# clang tells of loops that it leaves as they are; that is no fault of theirs.
PG_CFLAGS = -std=gnu11 -fno-semantic-interposition -Wall -Wextra -Wno-declaration-after-statement \
	-Wno-pass-failed

PGXS := $(shell $(PG_CONFIG) --pgxs)
include $(PGXS)

$(BASE_SCRIPT): $(SQL_PARTS) $(srcdir)/portfolio_margin.control
	mkdir -p $(@D)
	cat $(SQL_PARTS) > $@

# Headers are few: whoever includes one is rebuilt when any changes.
$(OBJS) $(OBJS:.o=.bc): $(wildcard $(srcdir)/src/core/*.h $(srcdir)/src/pg/*.h)
