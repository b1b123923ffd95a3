# elog-web in a real browser: Chromium, headless, and an accessibility checker from npm,
# which is fetched when the tests run.  Included by the Makefile.

AXE = $(BUILD)/axe/node_modules/axe-core/axe.min.js

check-web:
	sh scripts/deps.sh web
	$(MAKE) -j"$$(nproc)" all $(AXE)
	ELOG_AXE="$(CURDIR)/$(AXE)" ELOG_PICTURES="$(CURDIR)/$(BUILD)/pictures" \
	    ELOG_BUILD="$(CURDIR)/$(BUILD)" PATH="$(CURDIR)/$(BUILD):$$PATH" \
	    prove --timer --failures --comments $(call FILTERED,$(wildcard tests/web/*.bats tests/web/*_test.py))

$(AXE):
	npm install --silent --no-fund --no-audit --ignore-scripts --prefix $(BUILD)/axe axe-core@4

# The pictures of README and the manual, as the tests make them.
pictures: check-web
	mkdir -p docs
	cp $(BUILD)/pictures/*.png docs

.PHONY: check-web pictures
