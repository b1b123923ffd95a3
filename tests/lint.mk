# make lint: what is true of every file without running the whole.  Each check is a
# stamp in build/lint, so that what has not changed is not looked at again; the builds
# in build/lint/NAME are kept for the same reason.  make lint-NAME does one.

LINT = $(BUILD)/lint
C_FILES = $(wildcard common/*/*.[ch] tools/*.c tests/*/*.[ch])
SHELL_FILES = $(shell grep -rlE '^\#!.*[ /](ba)?sh$$' scripts tests contrib .ci common/sql)
BATS_FILES = $(wildcard tests/*/*.bats)
CHECKED = $(wildcard common/*/*.c tools/*.c)

LINT_CHECKS = rooms format shell manuals tools gcc clang tidy analyzer cppcheck \
	sanitizers valgrind corpora coverage reproducible

# Without stopping at the first; the last line counts.
lint:
	@sh scripts/deps.sh test
	@passed=0; failed=''; for check in $(LINT_CHECKS); do \
	    if $(MAKE) --no-print-directory -j"$$(nproc)" lint-$$check; \
	    then passed=$$((passed + 1)); else failed="$$failed $$check"; fi; done; \
	set -- $$failed; [ $$# -eq 0 ] || echo "lint: failed:$$failed" >&2; \
	echo "lint: $$passed passed, $$# failed"; [ $$# -eq 0 ]

# A command that must say nothing.
SILENT = sh -c 'said=$$("$$@" 2>&1) && [ -z "$$said" ] || { echo "$$said"; exit 1; }' sh
STAMP = @mkdir -p $(@D) && touch $@

$(LINT_CHECKS:%=lint-%): lint-%: $(LINT)/%.ok
	@:

$(LINT)/rooms.ok: tests/rooms.sh common/README.md $(filter common/%,$(C_FILES))
	$(SAY) LINT 'no include runs up the order of the rooms'
	$(QUIET)$(SILENT) sh tests/rooms.sh
	$(STAMP)

$(LINT)/format.ok: .clang-format $(C_FILES)
	$(SAY) LINT clang-format
	$(QUIET)clang-format --dry-run -Werror $(if $(filter .clang-format,$?),$(C_FILES),$?)
	$(STAMP)

$(LINT)/shell.ok: $(SHELL_FILES) $(BATS_FILES)
	$(SAY) LINT shellcheck
	$(QUIET)set -- $(filter-out %.bats,$?); [ $$# -eq 0 ] || shellcheck -x "$$@"
	$(QUIET)set -- $(filter %.bats,$?); [ $$# -eq 0 ] || shellcheck -x -s bash "$$@"
	$(STAMP)

# Which manuals the machine has beside ours is not ours to say.
$(LINT)/manuals.ok: $(wildcard man/*.[157])
	$(SAY) LINT mandoc
	$(QUIET)cd man && $(SILENT) sh -c 'mandoc -Tlint ./*.[157] 2>&1 | grep -v "outdated mandoc.db"; :'
	$(STAMP)

# Every tool has a manual and a test that runs it, and a main file that is short.
$(LINT)/tools.ok: $(wildcard tools/*.c tests/cli/*.bats man/*.1)
	$(SAY) LINT 'tools have manuals, tests and short main files'
	$(QUIET)$(SILENT) sh -c 'for t in $(TOOLS); do [ -e man/$$t.1 ] || echo "no man/$$t.1"; \
	    grep -qs -- "$$t" tests/cli/*.bats || echo "no test of $$t"; done; \
	    wc -l tools/*.c | awk "\$$2 != \"total\" && \$$1 > 300"'
	$(STAMP)

# A build apart from build/, which says nothing.  $(1): its folder and variables; $(2): what.
# A make of its own: the jobs of this one are not handed through a shell's variable.
LINT_BUILD = $(QUIET)$(SILENT) env -u MAKEFLAGS -u MFLAGS make -s -j"$$(nproc)" \
	BUILD=$(LINT)/$(1) $(2)

$(LINT)/gcc.ok: $(C_FILES) $(SQL) Makefile
	$(SAY) LINT 'gcc -Werror'
	$(call LINT_BUILD,gcc,CC=gcc OPTIMIZE='-O2 -g -Werror' all unit-programs)
	$(STAMP)

$(LINT)/clang.ok: $(C_FILES) $(SQL) Makefile
	$(SAY) LINT 'clang -Werror'
	$(call LINT_BUILD,clang,CC=clang OPTIMIZE='-O2 -Werror' HARDEN=-fPIE all unit-programs)
	$(STAMP)

# A file is looked at again when clang had to build it again.  Why some checks are off
# stands in .clang-tidy.
$(LINT)/tidy.ok: $(CHECKED:%.c=$(LINT)/tidy/%.ok)
	$(STAMP)
$(LINT)/tidy/%.ok: %.c .clang-tidy $(LINT)/clang.ok
	@mkdir -p $(@D)
	@if [ -e $@ ] && [ ! .clang-tidy -nt $@ ] && [ ! $(LINT)/clang/$*.o -nt $@ ]; then :; else \
	    printf 'LINT clang-tidy %s\n' $<; \
	    clang-tidy --quiet $< -- -std=c11 -D_GNU_SOURCE -DELOG_VERSION='"x"' $(INCLUDE) 2>$@.counts; fi
	@touch $@

$(LINT)/analyzer.ok: $(C_FILES) $(SQL) Makefile
	$(SAY) LINT 'gcc -fanalyzer'
	$(call LINT_BUILD,analyzer,CC=gcc HARDEN=-fPIE \
	    OPTIMIZE='-O1 -fanalyzer -Wno-analyzer-malloc-leak -Werror' all)
	$(STAMP)

# NULL is a pointer in C libraries of POSIX: it can end a list of arguments.
$(LINT)/cppcheck.ok: $(C_FILES)
	$(SAY) LINT cppcheck
	@mkdir -p $(LINT)/cppcheck
	$(QUIET)cppcheck --quiet --std=c11 --enable=warning,performance,portability --suppress=varFuncNullUB \
	    --error-exitcode=1 --cppcheck-build-dir=$(LINT)/cppcheck -j"$$(nproc)" \
	    -Icommon -D_GNU_SOURCE '-DELOG_VERSION="x"' common tools
	$(STAMP)

# $(1): a command before the program; $(2): the program's folder.
LINT_UNITS = $(QUIET)for test in $(UNIT_TESTS:%=$(LINT)/$(2)/tests/unit/%); do \
	$(1) $$test >$(LINT)/$(2)/log 2>&1 || { tail -n 40 $(LINT)/$(2)/log; exit 1; }; done

$(LINT)/sanitizers.ok: $(C_FILES) $(SQL) Makefile
	$(SAY) LINT 'unit tests under ASan and UBSan'
	$(call LINT_BUILD,sanitized,CC=clang OPTIMIZE='-O1 -g' HARDEN=-fPIE \
	    HARDEN_LD=-fsanitize=address$(comma)undefined \
	    SANITIZE='-fsanitize=address$(comma)undefined -fno-sanitize-recover=all' \
	    all unit-programs)
	$(call LINT_UNITS,,sanitized)
	$(STAMP)
comma = ,

$(LINT)/valgrind.ok: $(LINT)/gcc.ok
	$(SAY) LINT 'unit tests under valgrind'
	$(call LINT_UNITS,valgrind -q --error-exitcode=9 --leak-check=full \
	    --errors-for-leak-kinds=definite --child-silent-after-fork=yes,gcc)
	$(STAMP)

$(LINT)/corpora.ok: $(FUZZ:%=$(BUILD)/fuzz/%_fuzz) $(shell find tests/fuzz/corpus -type f)
	$(SAY) LINT 'fuzz targets on their corpora'
	$(QUIET)sh tests/fuzz/fuzz.sh 0 $(FUZZ:%=$(BUILD)/fuzz/%_fuzz) >$(LINT)/corpora.log || \
	    { cat $(LINT)/corpora.log; exit 1; }
	$(STAMP)

# Lines of common/ that the unit tests and the command-line tests reach: at least 85 in
# a hundred.  build/lint/coverage.txt has them by file, least covered first.  Two files of
# tests are about the tree and its own build; common/core/ is tested with servers, by make
# check-core.
COVERING = $(filter-out tests/cli/front.bats tests/cli/streams.bats,$(wildcard tests/cli/*.bats))
$(LINT)/coverage.ok: $(C_FILES) $(SQL) $(wildcard tests/cli/*)
	$(SAY) LINT 'line coverage'
	$(call LINT_BUILD,coverage,CC=gcc OPTIMIZE='-O0 -g' HARDEN=-fPIE SANITIZE=--coverage \
	    HARDEN_LD=--coverage all unit-programs)
	$(QUIET)find $(LINT)/coverage -name '*.gcda' -delete
	$(call LINT_UNITS,,coverage)
	$(QUIET)ELOG_BUILD=$(abspath $(LINT)/coverage) prove -j"$$(nproc)" $(COVERING) \
	    >$(LINT)/coverage.log 2>&1 || { tail -n 40 $(LINT)/coverage.log; exit 1; }
	$(QUIET)gcov -n $$(ls $(LINT)/coverage/common/*/*.gcda | grep -v /common/core/) 2>/dev/null | \
	    awk -f tests/coverage.awk >$(LINT)/coverage.txt
	$(QUIET)tail -n 1 $(LINT)/coverage.txt | awk '{ print "    " $$0; exit $$1 < 85 }'
	$(STAMP)

$(LINT)/reproducible.ok: $(C_FILES) $(SQL) Makefile
	$(SAY) LINT 'two builds, the same bytes'
	$(QUIET)rm -rf $(LINT)/once $(LINT)/again
	$(call LINT_BUILD,once,all)
	$(call LINT_BUILD,again,all)
	$(QUIET)for tool in $(TOOLS); do cmp $(LINT)/once/$$tool $(LINT)/again/$$tool || exit 1; done
	$(QUIET)rm -rf $(LINT)/once $(LINT)/again
	$(STAMP)

.PHONY: lint $(LINT_CHECKS:%=lint-%)
