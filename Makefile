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
CFLAGS = $(OPTIMIZE) $(HARDEN)
LDFLAGS = $(HARDEN_LD)
ALL_CFLAGS = -std=c11 -D_GNU_SOURCE -DELOG_VERSION='"$(VERSION)"' -Icommon $(WARN) $(CFLAGS) \
	-ffile-prefix-map=$(CURDIR)=.

CURL = -lcurl
SQLITE = -lsqlite3
KRB5 = -lkrb5
JQ = -ljq
POPT = -lpopt
YAML = -lyaml

TOOLS = elog-list elog-get elog-load elog-status elog-config
SCRIPTS = elog-sync.sh

all: $(TOOLS:%=$(BUILD)/%) $(SCRIPTS:%=$(BUILD)/%)

# ---- What each program is made of -------------------------------------------

COMMAND = msg command config nearest
SERVICE = $(COMMAND) service ticket http spool scan experiment

elog-config = $(COMMAND)
elog-config_LIBS = $(POPT) $(YAML)
elog-list = $(SERVICE) listing stream
elog-list_LIBS = $(POPT) $(YAML) $(CURL) $(KRB5)
elog-get = $(SERVICE) stream resource split record filter fetch
elog-get_LIBS = $(POPT) $(YAML) $(CURL) $(KRB5) $(JQ)
elog-load = msg command db sql lock lines scan resource message load progress
elog-load_LIBS = $(POPT) $(SQLITE)
elog-status = $(COMMAND) db sql
elog-status_LIBS = $(POPT) $(YAML) $(SQLITE)

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

clean:
	rm -rf $(BUILD) demo dist

.PHONY: all clean
