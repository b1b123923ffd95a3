# elog: build, test, install.  GNU make.
#
# The lines under "What each program is made of" are the map of the tree: a
# program's main file in tools/, and the parts of common/ that it uses.

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
ALL_CFLAGS = -std=c11 $(SANITIZE) -D_GNU_SOURCE -DELOG_VERSION='"$(VERSION)"' -Icommon $(WARN) $(CFLAGS) \
	-ffile-prefix-map=$(CURDIR)=. -ffile-prefix-map=$(BUILD)=build

CURL = -lcurl
SQLITE = -lsqlite3
KRB5 = -lkrb5
JQ = -ljq
POPT = -lpopt
YAML = -lyaml
CRYPTO = -lcrypto
EXPAT = -lexpat
PCRE2 = -lpcre2-8

TOOLS = elog-list elog-get elog-load elog-status elog-config elog-select elog-cond elog-scan elog-pull
SCRIPTS = elog-sync.sh elog-follow.sh

all: $(TOOLS:%=$(BUILD)/%) $(SCRIPTS:%=$(BUILD)/%)

# ---- What each program is made of -------------------------------------------

COMMAND = msg command config nearest
# The query language: an expression by itself (query_alias needs no more), and on a
# database.
EXPRESSION = arena utf8 query_error query_lex query_node query_parse
QUERY = $(EXPRESSION) number timestamp run_list scan query_type query_function \
	query_json query_sqlite query_name query_check query_plan query_sql
TABLE = stream pager table table_aligned table_tsv table_csv table_json
SERVICE = $(COMMAND) service credential ticket http spool scan experiment

elog-config = $(COMMAND)
elog-config_LIBS = $(POPT) $(YAML)
elog-list = $(SERVICE) listing stream
elog-list_LIBS = $(POPT) $(YAML) $(CURL) $(KRB5)
elog-get = $(SERVICE) stream resource split record filter fetch attachment object direct_stream db migration sql statement
elog-get_LIBS = $(POPT) $(YAML) $(CURL) $(KRB5) $(JQ) $(SQLITE)
VALUE = value condition_type base64 checksum who number utf8 timestamp scan
elog-load = msg command db migration sql lock lines resource message load load_files stage statement explode parameter gathered names direct direct_stream foreign stream progress rcdb $(VALUE)
elog-load_LIBS = $(POPT) $(SQLITE) $(CRYPTO) -lm
elog-cond = $(COMMAND) argument alias query_alias $(QUERY) db migration sql statement stream direct_stream lines loader bulk cond_record cond_put cond_list columns content \
	daq daq_coda daq_caget record resource split \
	$(filter-out $(QUERY),$(VALUE))
elog-cond_LIBS = $(POPT) $(YAML) $(SQLITE) $(CRYPTO) $(EXPAT) -lm
elog-status = $(COMMAND) db migration sql statement scan columns
elog-status_LIBS = $(POPT) $(YAML) $(SQLITE)
elog-select = $(COMMAND) db migration sql $(QUERY) query query_scope experiment $(TABLE)
elog-select_LIBS = $(POPT) $(YAML) $(SQLITE) -lm
elog-pull = $(SERVICE) remote session pull transfer partial place layout checksum wanted object rate ledger \
	verify intake download direct_stream loader lock lines message resource record split stream db migration sql statement
elog-pull_LIBS = $(POPT) $(YAML) $(CURL) $(KRB5) $(SQLITE) $(CRYPTO)
DIRECTORY = directory directory_mlsd directory_list directory_index window
elog-scan = msg command credential ticket remote lister $(DIRECTORY) template choice known walk walk_root remote_record db migration sql direct_stream stream loader \
	file_query nearest $(QUERY)
elog-scan_LIBS = $(POPT) $(CURL) $(KRB5) $(SQLITE) $(PCRE2) -lm

# ---- How they are built -----------------------------------------------------

define PROGRAM
$(BUILD)/$(1): $(BUILD)/tools/$(1).o $($(1):%=$(BUILD)/common/%.o)
	$$(CC) $$(LDFLAGS) $$(CFLAGS) -o $$@ $$^ $($(1)_LIBS)
endef
$(foreach tool,$(TOOLS),$(eval $(call PROGRAM,$(tool))))

$(BUILD)/%.o: %.c Makefile
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

# The SQL files become one table of named texts.
SQL = $(sort $(wildcard common/sql/*.sql common/sql/*/*.sql))
$(BUILD)/common/sql_files.c: common/sql/embed.sh $(SQL)
	@mkdir -p $(@D)
	sh common/sql/embed.sh $(SQL) >$@.tmp && mv $@.tmp $@
$(BUILD)/common/sql.o: $(BUILD)/common/sql_files.c common/sql.h Makefile
	$(CC) $(ALL_CFLAGS) -c -o $@ $<

$(BUILD)/%.sh: scripts/%.sh
	@mkdir -p $(@D)
	install -m 755 $< $@

-include $(wildcard $(BUILD)/*/*.d)

# ---- What there is to do ----------------------------------------------------

MAN1 = $(TOOLS) elog-sync elog-follow
MANUALS = $(MAN1:%=man/%.1) man/elog.7 man/elog-query.7 man/elog-stream.5 man/elog-schema.5

# Install what is missing, build, and mirror the sample logbook into demo/elog.db.
# Two of its experiments are not ours to read.
demo:
	sh scripts/deps.sh build
	$(MAKE) all
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
	$(MAKE) all
	BUILD=$(BUILD) CC="$(CC)" PATH="$(CURDIR)/$(BUILD):$$PATH" bash tests/bench/bench.sh $(ROWS)

include tests/unit/unit.mk
UNIT_PROGRAMS = $(UNIT_TESTS:%=$(BUILD)/tests/unit/%)
unit-programs: $(UNIT_PROGRAMS)

# Fuzzing: a target is tests/fuzz/NAME_fuzz.c and the parts below.  What is found
# goes to build/fuzz/NAME; make fuzz SECONDS=600 fuzzes each for that long.
FUZZ = scan message explode direct config split query directory daq bulk value template partial wanted
scan_fuzz = scan
scan_fuzz_LIBS = $(JQ) $(SQLITE)
message_fuzz = load stage statement explode parameter gathered names direct direct_stream foreign stream message resource db migration sql msg $(VALUE)
message_fuzz_LIBS = $(SQLITE) $(CRYPTO) -lm
explode_fuzz = $(message_fuzz)
explode_fuzz_LIBS = $(message_fuzz_LIBS)
direct_fuzz = $(message_fuzz)
direct_fuzz_LIBS = $(message_fuzz_LIBS)
config_fuzz = config nearest msg
config_fuzz_LIBS = $(YAML)
split_fuzz = split scan record resource stream msg
query_fuzz = $(QUERY) query query_scope experiment nearest db migration sql msg
query_fuzz_LIBS = $(SQLITE) -lm
directory_fuzz = $(DIRECTORY) msg
daq_fuzz = daq daq_coda daq_caget content condition_type record resource scan split stream utf8 timestamp msg
daq_fuzz_LIBS = $(EXPAT) $(SQLITE) -lm
bulk_fuzz = bulk cond_record direct_stream stream lines message scan utf8 who msg
value_fuzz = $(VALUE)
value_fuzz_LIBS = $(SQLITE) $(CRYPTO) -lm
template_fuzz = template window msg
template_fuzz_LIBS = $(PCRE2)
partial_fuzz = partial place object scan msg
wanted_fuzz = wanted layout place checksum object scan rate msg
wanted_fuzz_LIBS = $(CRYPTO)
SECONDS = 60
FUZZER = -fsanitize=address,undefined -fno-sanitize-recover=all

define FUZZ_TARGET
$(BUILD)/fuzz/$(1)_fuzz: $(BUILD)/fuzz/tests/fuzz/$(1)_fuzz.o $($(1)_fuzz:%=$(BUILD)/fuzz/common/%.o)
	clang $(FUZZER) -fsanitize=fuzzer -o $$@ $$^ $($(1)_fuzz_LIBS)
endef
$(foreach target,$(FUZZ),$(eval $(call FUZZ_TARGET,$(target))))
$(BUILD)/fuzz/common/sql.o: $(BUILD)/common/sql_files.c
	@mkdir -p $(@D)
	clang -Icommon -c -o $@ $<
$(BUILD)/fuzz/%.o: %.c
	@mkdir -p $(@D)
	clang -std=c11 -D_GNU_SOURCE -DELOG_VERSION='"$(VERSION)"' -Icommon $(WARN) -O1 -g \
	    $(FUZZER) -fsanitize=fuzzer-no-link -MMD -MP -c -o $@ $<
-include $(wildcard $(BUILD)/fuzz/*/*.d $(BUILD)/fuzz/*/*/*.d)

fuzz-targets: $(FUZZ:%=$(BUILD)/fuzz/%_fuzz)
fuzz:
	sh scripts/deps.sh test
	$(MAKE) fuzz-targets
	sh tests/fuzz/fuzz.sh $(SECONDS) $(FUZZ:%=$(BUILD)/fuzz/%_fuzz)

# Install what is missing, build, and pass all tests.
check:
	sh scripts/deps.sh test
	$(MAKE) all unit-programs fuzz-targets
	CMOCKA_MESSAGE_OUTPUT=TAP PATH="$(CURDIR)/$(BUILD):$$PATH" prove -j 2 --timer \
	    $(UNIT_PROGRAMS) tests/lint.t $(sort $(wildcard tests/cli/*.bats tests/server/*.bats))

# Kill it over and over; SOAK=N times each.
SOAK = 200
soak:
	sh scripts/deps.sh test
	$(MAKE) all
	PATH="$(CURDIR)/$(BUILD):$$PATH" bash tests/server/soak.sh $(SOAK)
	PATH="$(CURDIR)/$(BUILD):$$PATH" bash tests/server/pull_soak.sh

install: all
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/share/man/man1 \
	    $(DESTDIR)$(PREFIX)/share/man/man5 $(DESTDIR)$(PREFIX)/share/man/man7 \
	    $(DESTDIR)$(PREFIX)/share/bash-completion/completions
	install -m 755 $(TOOLS:%=$(BUILD)/%) $(SCRIPTS:%=$(BUILD)/%) $(DESTDIR)$(PREFIX)/bin
	for page in $(MANUALS); do \
	    install -m 644 $$page $(DESTDIR)$(PREFIX)/share/man/man$${page##*.}; done
	install -m 644 contrib/bash-completion/elog \
	    $(DESTDIR)$(PREFIX)/share/bash-completion/completions/elog
	for tool in $(TOOLS) $(SCRIPTS); do ln -sf elog \
	    $(DESTDIR)$(PREFIX)/share/bash-completion/completions/$$tool; done

uninstall:
	cd $(DESTDIR)$(PREFIX)/bin && rm -f $(TOOLS) $(SCRIPTS)
	for page in $(notdir $(MANUALS)); do \
	    rm -f $(DESTDIR)$(PREFIX)/share/man/man$${page##*.}/$$page; done
	cd $(DESTDIR)$(PREFIX)/share/bash-completion/completions && \
	    rm -f elog $(TOOLS) $(SCRIPTS)

# A Debian package of what make install would install.
deb: all
	rm -rf dist
	$(MAKE) install DESTDIR="$(CURDIR)/dist/staged" PREFIX=/usr
	sh contrib/deb/build.sh $(VERSION) dist/staged \
	    dist/elog_$(VERSION)_$$(dpkg --print-architecture).deb

clean:
	rm -rf $(BUILD) demo dist

.PHONY: all demo check bench soak fuzz fuzz-targets unit-programs install uninstall deb clean
