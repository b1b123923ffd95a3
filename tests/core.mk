# make check-core, make check-cluster: elog-push with real database servers, each of its
# own in a directory, on loopback.  They take minutes, so make check leaves them out.
# FILTER=mariadb runs those with that in their names, KILLS=200 kills so often each.

CORE_PROGRAMS = $(BUILD)/tests/core/sql_text $(BUILD)/tests/core/full.so
KILLS = 10
CORE_PROVE = KILLS_OF_PUSH=$(KILLS) KILLS_OF_SERVER=$(CORE_SERVER_KILLS) \
	ELOG_BUILD="$(abspath $(BUILD))" prove -j 2 --timer
# A server takes longer to come back than a push takes.
CORE_SERVER_KILLS = $(shell expr $(KILLS) / 4 + 1)

$(BUILD)/tests/core/sql_text: tests/core/sql_text.c $(ARCHIVE)
	$(SAY) LINK $@
	@mkdir -p $(@D)
	$(QUIET)$(CC) $(ALL_CFLAGS) $(LDFLAGS) -Wl,--as-needed -o $@ $< $(ARCHIVE) $(LIBS)
$(BUILD)/tests/core/full.so: tests/core/full.c
	$(SAY) LINK $@
	@mkdir -p $(@D)
	$(QUIET)$(CC) -std=c11 -D_GNU_SOURCE -O2 -fPIC -shared -o $@ $<

core-programs: $(CORE_PROGRAMS)
check-core check-cluster: core-deps
core-deps:
	sh scripts/deps.sh core
	$(MAKE) -j"$$(nproc)" all core-programs
check-core:
	$(CORE_PROVE) $(call FILTERED,$(filter-out %/cluster.bats,$(wildcard tests/core/*.bats)))
check-cluster:
	$(CORE_PROVE) tests/core/cluster.bats

.PHONY: check-core check-cluster core-deps core-programs
