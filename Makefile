# elog: build, test, install.  GNU make.  common/README.md is the map of the tree.

VERSION = 0.1.0
PREFIX = /usr/local
DESTDIR =
BUILD = build

CC = gcc
OPTIMIZE = -O2 -g
WARN = -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes \
	-Wmissing-prototypes -Wformat=2 -Wvla
HARDEN = -fstack-protector-strong -fPIE -D_FORTIFY_SOURCE=2 -fno-plt
HARDEN_LD = -pie -Wl,-z,relro -Wl,-z,now -Wl,-z,noexecstack
SANITIZE =
CFLAGS = $(OPTIMIZE) $(HARDEN)
LDFLAGS = $(HARDEN_LD)
INCLUDE = -Icommon -isystem /usr/include/libxml2 -isystem /usr/include/postgresql \
	-isystem /usr/include/mariadb
ALL_CFLAGS = -std=c11 $(SANITIZE) -D_GNU_SOURCE -DELOG_VERSION='"$(VERSION)"' $(INCLUDE) \
	$(WARN) $(CFLAGS) \
	-ffile-prefix-map=$(CURDIR)=. -ffile-prefix-map=$(BUILD)=build

# All libraries; --as-needed leaves each program those whose symbols it uses.
LIBS = -lutf8proc -lxml2 -lcurl -lsqlite3 -lkrb5 -ljq -lpopt -lyaml -lcrypto -lexpat \
	-lpcre2-8 -lmicrohttpd -lxslt -lpq -lmariadb -lodbc -lz -lm -pthread

TOOLS = $(sort $(basename $(notdir $(wildcard tools/*.c))))
SCRIPTS = elog-sync.sh elog-follow.sh
COMMON = $(sort $(wildcard common/*/*.c))

# A word and a file for each command; V=1 shows it whole, make -s nothing.
V =
QUIET = $(if $(V),,@)
SAY = @$(if $(V)$(findstring s,$(firstword -$(MAKEFLAGS))),:,printf '%-4s %s\n')

all: $(TOOLS:%=$(BUILD)/%) $(SCRIPTS:%=$(BUILD)/%)

# ---- How programs are built -------------------------------------------------

# One archive holds all of common/, so that what a program is made of is what it names.
ARCHIVE = $(BUILD)/libelog.a
MADE = $(BUILD)/common/sql_files.o $(BUILD)/common/web_files.o $(BUILD)/common/tools.o
OBJECTS = $(COMMON:%.c=$(BUILD)/%.o) $(MADE)
LINK = $(CC) $(LDFLAGS) $(CFLAGS) $(SANITIZE) -Wl,--as-needed

$(TOOLS:%=$(BUILD)/%): $(BUILD)/%: $(BUILD)/tools/%.o $(ARCHIVE)
	$(SAY) LINK $@
	$(QUIET)$(LINK) -o $@ $< $(ARCHIVE) $(LIBS)

$(ARCHIVE): $(OBJECTS)
	$(SAY) AR $@
	$(QUIET)rm -f $@ && $(AR) rcsD $@ $^

$(BUILD)/%.o: %.c Makefile
	$(SAY) CC $<
	@mkdir -p $(@D)
	$(QUIET)$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

# The SQL files become one table of named texts.
SQL = $(sort $(wildcard common/sql/*.sql common/sql/*/*.sql))
$(BUILD)/common/sql_files.c: common/sql/embed.sh $(SQL)
	$(SAY) SQL $@
	@mkdir -p $(@D)
	$(QUIET)sh common/sql/embed.sh db/sql.h sql_files common/sql .sql $(SQL) >$@.tmp && mv $@.tmp $@
# So do what pages are made of.
PAGES = $(sort $(wildcard common/web/pages/*))
$(BUILD)/common/web_files.c: common/sql/embed.sh $(PAGES)
	$(SAY) WEB $@
	@mkdir -p $(@D)
	$(QUIET)sh common/sql/embed.sh web/files.h web_files common/web/pages '' $(PAGES) >$@.tmp && mv $@.tmp $@
# So do the names and descriptions of the tools, from their manuals.
TOOL_PAGES = $(sort $(wildcard man/elog-*.1))
$(BUILD)/common/tools.c: common/base/tools.sh $(TOOL_PAGES)
	$(SAY) MAN $@
	@mkdir -p $(@D)
	$(QUIET)sh common/base/tools.sh $(TOOL_PAGES) >$@.tmp && mv $@.tmp $@
$(MADE): %.o: %.c
	$(SAY) CC $<
	$(QUIET)$(CC) $(ALL_CFLAGS) -c -o $@ $<

$(BUILD)/%.sh: scripts/%.sh
	@mkdir -p $(@D)
	$(QUIET)install -m 755 $< $@

-include $(OBJECTS:.o=.d) $(TOOLS:%=$(BUILD)/tools/%.d)

# ---- What there is to do ----------------------------------------------------

MAN1 = $(TOOLS) elog-sync elog-follow
MANUALS = $(MAN1:%=man/%.1) man/elog.7 man/elog-query.7 man/elog-stream.5 man/elog-schema.5

# Install what is missing, build, and mirror the sample logbook into demo/elog.db.
# Two of its experiments are not ours to read.
demo:
	sh scripts/deps.sh build
	$(MAKE) -j"$$(nproc)" all
	rm -rf demo
	ELOG_BASE_URL="file://$(CURDIR)/tests/sample" PATH="$(CURDIR)/$(BUILD):$$PATH" \
	    elog-sync.sh --dir demo --exclude mfxl115323 --exclude cxil118725
	$(BUILD)/elog-status demo
	@echo
	@echo "The runs with the most events, of all experiments:"
	sqlite3 -readonly -box demo/elog.db "SELECT experiment_id, run_number, n_events, \
	    n_damaged, round(total_size_bytes / 1e12, 1) AS terabytes \
	    FROM RunCompleteData ORDER BY n_events DESC LIMIT 5"

bench:
	sh scripts/deps.sh bench
	$(MAKE) -j"$$(nproc)" all
	BUILD=$(BUILD) CC="$(CC)" PATH="$(CURDIR)/$(BUILD):$$PATH" bash tests/bench/bench.sh $(ROWS)

# A unit test is one file, with cmocka.
UNIT_TESTS = $(basename $(notdir $(wildcard tests/unit/*_test.c)))
UNIT_PROGRAMS = $(UNIT_TESTS:%=$(BUILD)/tests/unit/%)
unit-programs: $(UNIT_PROGRAMS)
$(UNIT_PROGRAMS): %: %.o $(ARCHIVE)
	$(SAY) LINK $@
	$(QUIET)$(LINK) -o $@ $< $(ARCHIVE) $(LIBS) -lcmocka
-include $(UNIT_PROGRAMS:%=%.d)

# Fuzzing: a target is tests/fuzz/NAME_fuzz.c.  What is found goes to build/fuzz/NAME;
# make fuzz SECONDS=600 fuzzes each for that long.
FUZZ = $(patsubst %_fuzz.c,%,$(notdir $(wildcard tests/fuzz/*_fuzz.c)))
SECONDS = 60
FUZZER = -fsanitize=address,undefined -fno-sanitize-recover=all
FUZZ_OBJECTS = $(COMMON:%.c=$(BUILD)/fuzz/%.o) $(MADE)

$(FUZZ:%=$(BUILD)/fuzz/%_fuzz): $(BUILD)/fuzz/%: $(BUILD)/fuzz/tests/fuzz/%.o $(BUILD)/fuzz/libelog.a
	$(SAY) LINK $@
	$(QUIET)clang $(FUZZER) -fsanitize=fuzzer -Wl,--as-needed -o $@ $^ $(LIBS)
$(BUILD)/fuzz/libelog.a: $(FUZZ_OBJECTS)
	$(QUIET)rm -f $@ && $(AR) rcsD $@ $^
$(BUILD)/fuzz/%.o: %.c
	$(SAY) FUZZ $<
	@mkdir -p $(@D)
	$(QUIET)clang -std=c11 -D_GNU_SOURCE -DELOG_VERSION='"$(VERSION)"' $(INCLUDE) \
	    $(WARN) -O1 -g $(FUZZER) -fsanitize=fuzzer-no-link -MMD -MP -c -o $@ $<
-include $(FUZZ_OBJECTS:.o=.d) $(FUZZ:%=$(BUILD)/fuzz/tests/fuzz/%_fuzz.d)

fuzz-targets: $(FUZZ:%=$(BUILD)/fuzz/%_fuzz)
fuzz:
	sh scripts/deps.sh test
	$(MAKE) fuzz-targets
	sh tests/fuzz/fuzz.sh $(SECONDS) $(FUZZ:%=$(BUILD)/fuzz/%_fuzz)

# Install what is missing, build, and pass all tests.  make check-cli FILTER=load runs
# those whose files have "load" in their names; check-unit and check-server likewise.
FILTER =
FILTERED = $(foreach f,$(1),$(if $(or $(if $(FILTER),,all),$(findstring $(FILTER),$(notdir $(f)))),$(f)))
BATS = $(call FILTERED,$(wildcard tests/$(1)/*.bats))
UNITS = $(call FILTERED,$(UNIT_PROGRAMS))
# The large ones first, and more of them at once than there are cores: servers wait much.
PROVE = CMOCKA_MESSAGE_OUTPUT=TAP PATH="$(CURDIR)/$(BUILD):$$PATH" prove -j "$$(($$(nproc) * 2))" --timer --failures --comments
LARGE_FIRST = $(shell ls -S $(1))

check: check-programs
	$(PROVE) $(call LARGE_FIRST,$(call BATS,server) $(call BATS,cli)) $(UNITS)
check-unit: check-programs
	$(PROVE) $(UNITS)
check-cli check-server: check-%: check-programs
	$(PROVE) $(call BATS,$*)
check-programs:
	sh scripts/deps.sh test
	$(MAKE) -j"$$(nproc)" all unit-programs

include tests/web.mk
include tests/core.mk

# The analyzers, sanitizers, valgrind, coverage: see there.
ifneq ($(filter lint%,$(MAKECMDGOALS)),)
include tests/lint.mk
endif

# Kill it over and over; SOAK=N times each.
SOAK = 200
soak:
	sh scripts/deps.sh test
	$(MAKE) -j"$$(nproc)" all
	PATH="$(CURDIR)/$(BUILD):$$PATH" bash tests/server/soak.sh $(SOAK)
	PATH="$(CURDIR)/$(BUILD):$$PATH" bash tests/server/sync_soak.sh $(SOAK)
	PATH="$(CURDIR)/$(BUILD):$$PATH" bash tests/server/pull_soak.sh
	PATH="$(CURDIR)/$(BUILD):$$PATH" tests/server/job_soak.py $$(($(SOAK) * 5))
	$(MAKE) check-core check-cluster KILLS=$(SOAK)

# Where the system's Python looks for modules: Debian Python Policy, 2.5.
PYTHON_DIR = $(PREFIX)/lib/python$(if $(filter /usr,$(PREFIX)),3,$(shell /usr/bin/python3 \
	-c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null || echo 3))/dist-packages

install: all
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/share/man/man1 \
	    $(DESTDIR)$(PREFIX)/share/man/man5 $(DESTDIR)$(PREFIX)/share/man/man7 \
	    $(DESTDIR)$(PREFIX)/share/bash-completion/completions
	install -m 755 $(filter-out %/elog,$(TOOLS:%=$(BUILD)/%)) $(SCRIPTS:%=$(BUILD)/%) \
	    $(DESTDIR)$(PREFIX)/bin
	for page in $(filter-out man/elog.1,$(MANUALS)); do \
	    install -m 644 $$page $(DESTDIR)$(PREFIX)/share/man/man$${page##*.}; done
	for script in $(SCRIPTS); do \
	    ln -sf "$${script%.sh}.1" $(DESTDIR)$(PREFIX)/share/man/man1/$$script.1; done
	install -m 644 contrib/bash-completion/elog \
	    $(DESTDIR)$(PREFIX)/share/bash-completion/completions/elog-tools
	for tool in $(filter-out elog,$(TOOLS)) $(SCRIPTS); do ln -sf elog-tools \
	    $(DESTDIR)$(PREFIX)/share/bash-completion/completions/$$tool; done
	sh scripts/front-door.sh install $(BUILD)/elog man/elog.1 $(DESTDIR)$(PREFIX)
	install -d $(DESTDIR)$(PYTHON_DIR)
	install -m 644 contrib/python/elogdb.py $(DESTDIR)$(PYTHON_DIR)

uninstall:
	rm -f $(DESTDIR)$(PYTHON_DIR)/elogdb.py
	sh scripts/front-door.sh uninstall $(BUILD)/elog man/elog.1 $(DESTDIR)$(PREFIX)
	cd $(DESTDIR)$(PREFIX)/bin && rm -f $(filter-out elog,$(TOOLS)) $(SCRIPTS)
	for page in $(notdir $(filter-out man/elog.1,$(MANUALS))) $(SCRIPTS:%=%.1); do \
	    rm -f $(DESTDIR)$(PREFIX)/share/man/man$${page##*.}/$$page; done
	cd $(DESTDIR)$(PREFIX)/share/bash-completion/completions && \
	    rm -f elog-tools $(filter-out elog,$(TOOLS)) $(SCRIPTS)

# A Debian package of what make install would install.
deb: all
	rm -rf dist
	$(MAKE) install DESTDIR="$(CURDIR)/dist/staged" PREFIX=/usr
	sh contrib/deb/build.sh $(VERSION) dist/staged \
	    dist/elog-tools_$(VERSION)_$$(dpkg --print-architecture).deb

clean:
	rm -rf $(BUILD) demo dist

.PHONY: all demo check check-unit check-cli check-server check-programs bench soak fuzz fuzz-targets unit-programs install uninstall deb clean
