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
query_test = $(QUERY) query query_scope query_alias experiment nearest db migration sql msg
query_test_LIBS = $(SQLITE) -lm
table_test = $(TABLE) number scan utf8 msg
table_test_LIBS = -lm

place_test = place msg
layout_test = layout place object scan msg
partial_test = partial place object scan msg
checksum_test = checksum
checksum_test_LIBS = $(CRYPTO)
wanted_test = wanted checksum object scan rate msg
wanted_test_LIBS = $(CRYPTO)
value_test = $(VALUE)
value_test_LIBS = $(SQLITE) $(CRYPTO) -lm
condition_type_test = condition_type timestamp scan
condition_type_test_LIBS = $(SQLITE) -lm
columns_test = columns
columns_test_LIBS = $(SQLITE)
parameter_test = parameter condition_type timestamp scan
parameter_test_LIBS = $(SQLITE) -lm
base64_test = base64
base64_test_LIBS = $(CRYPTO)
bulk_test = bulk cond_record direct_stream stream lines scan utf8 who msg
daq_test = daq daq_coda daq_caget content condition_type record resource scan split stream utf8 timestamp msg
daq_test_LIBS = $(EXPAT) $(SQLITE) -lm

directory_test = $(DIRECTORY) msg
template_test = template window msg
template_test_LIBS = $(PCRE2)
file_query_test = file_query template window remote_record stream $(QUERY) nearest msg
file_query_test_LIBS = $(PCRE2) $(SQLITE) -lm
remote_test = remote credential ticket command msg
remote_test_LIBS = $(POPT) $(CURL) $(KRB5)

UNIT_TESTS = $(basename $(notdir $(wildcard tests/unit/*_test.c)))

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
