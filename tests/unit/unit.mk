# Unit tests: one program a file, with cmocka, linked with only the parts it needs.
# To be included by the Makefile, behind the programs.  "make unit" runs them all.

scan_test = scan
split_test = split scan resource
message_test = message scan
experiment_test = experiment scan msg
config_test = config nearest msg
config_test_LIBS = $(YAML)
nearest_test = nearest
lines_test =
stream_test = stream msg
record_test = record resource scan split stream msg
spool_test = spool

place_test = place msg
layout_test = layout place object scan msg
partial_test = partial place object scan msg
checksum_test = checksum
checksum_test_LIBS = $(CRYPTO)
wanted_test = wanted checksum object scan rate
wanted_test_LIBS = $(CRYPTO)

UNIT_TESTS = scan_test split_test message_test experiment_test config_test nearest_test \
	lines_test stream_test record_test spool_test \
	place_test layout_test partial_test checksum_test wanted_test

define UNIT_TEST
$(BUILD)/tests/unit/$(1): $(BUILD)/tests/unit/$(1).o $($(1):%=$(BUILD)/common/%.o)
	$$(CC) $$(LDFLAGS) $$(CFLAGS) -o $$@ $$^ $($(1)_LIBS) -lcmocka
endef
$(foreach test,$(UNIT_TESTS),$(eval $(call UNIT_TEST,$(test))))

-include $(wildcard $(BUILD)/tests/unit/*.d)

unit: $(UNIT_TESTS:%=$(BUILD)/tests/unit/%)
	@failed=0; for test in $^; do \
		CMOCKA_MESSAGE_OUTPUT=TAP $$test || failed=1; \
	done; exit $$failed

.PHONY: unit
