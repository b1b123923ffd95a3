#!/usr/bin/python3
"""elog-web in Chromium: each page with and without scripts, and what one does with them.

axe-core's script, which looks for what keeps people out, is named by ELOG_AXE.
"""
import os
import pathlib
import sys
import urllib.parse

sys.path.insert(0, os.path.dirname(__file__))
import logbook  # noqa: E402
from logbook import wait_for  # noqa: E402

from selenium.webdriver.common.by import By  # noqa: E402
from selenium.webdriver.common.keys import Keys  # noqa: E402

PAGES = [
    "/", "/?q=crystallography", "/?q=nothing+like+it", "/e/mfxl200025", "/e/mfxnasty25", "/e/evil0001",
    "/e/nothing", "/e/mfxl200025/entries", "/e/mfxl200025/entries?author=bob", "/e/mfxl200025/entries?deleted=1",
    "/e/mfxnasty25/entries", "/e/mfxnasty25/entries?deleted=1", "/e/evil0001/entries", "/e/evil0001/entries/a01",
    "/e/cryo0001/runs", "/e/mfxl200025/runs", "/e/evil0001/runs?v=speed", "/runs", "/runs?q=duration+%3E+60+and",
    "/runs?q=duration+%3E+60&find=mms", "/e/mfxl200025/runs?table=Good+runs", "/conditions", "/search",
    "/search?q=jet", "/search?q=since:never", "/search?q=script", "/jobs", "/lineage", "/lineage?of=nothing", "/sites",
    "/files", "/status",
]
AXE = os.environ.get("ELOG_AXE")


def address(place, page):
    return place.server.base + page


def is_quiet(driver, place):
    """Nothing on the console, no request to elsewhere, no script of others ran."""
    said = [e for e in driver.get_log("browser") if e["level"] != "DEBUG"]
    assert not said, said
    for url in logbook.asked_for(driver):
        assert url.startswith((place.server.base + "/", "data:image/", "about:", "chrome:", "devtools:")), url
    assert driver.execute_script("return window.pwned") is None


def fits(driver, width):
    got = driver.execute_script("return document.documentElement.scrollWidth")
    assert got <= width, f"{driver.current_url}: {got} pixels wide"


def look(driver, dark=False, width=None):
    scheme = [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": scheme})
    if width:
        driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride",
                               {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": True})
    else:
        driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def check_axe(driver):
    """axe-core runs in a world of its own, since the page's policy lets no other script in."""
    if not AXE:
        return
    frame = driver.execute_cdp_cmd("Page.getFrameTree", {})["frameTree"]["frame"]["id"]
    world = driver.execute_cdp_cmd("Page.createIsolatedWorld", {"frameId": frame, "worldName": "axe"})
    script = pathlib.Path(AXE).read_text(encoding="utf-8") + """
        ;axe.run(document, {iframes: false}).then((r) => JSON.stringify(r.violations.map(
            (v) => [v.id, v.help, v.nodes.slice(0, 3).map((n) => n.html + ' ' + n.failureSummary)])))"""
    got = driver.execute_cdp_cmd("Runtime.evaluate", {"expression": script, "awaitPromise": True,
                                                      "contextId": world["executionContextId"]})
    assert got["result"].get("value") == "[]", f"{driver.current_url}: {got['result']}"


def token_leaves_the_address(driver, place):
    """The token becomes a cookie and leaves the address."""
    driver.get(place.server.url)
    assert driver.current_url == place.server.base + "/", driver.current_url
    assert driver.find_element(By.TAG_NAME, "h1").text == "Experiments"
    assert driver.execute_script("return document.cookie") == ""


def with_scripts(driver, place):
    """Every page has one h1, is quiet, and accessible, light and dark and on a telephone."""
    for page in PAGES:
        for dark, width in ((False, None), (True, None), (False, 400)):
            look(driver, dark, width)
            driver.get(address(place, page))
            assert len(driver.find_elements(By.TAG_NAME, "h1")) == 1, page
            is_quiet(driver, place)
            if width:
                fits(driver, width)
            check_axe(driver)
    look(driver)


def without_scripts(driver, place):
    """Every page is whole without scripts, and its forms and links work."""
    texts = {}
    for page in PAGES:
        driver.get(address(place, page))
        texts[page] = len(driver.find_elements(By.CSS_SELECTOR, "main tr, main article, main dt"))
    driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        for page in PAGES:
            driver.get(address(place, page))
            assert len(driver.find_elements(By.TAG_NAME, "h1")) == 1, page
            assert len(driver.find_elements(By.CSS_SELECTOR, "main tr, main article, main dt")) == texts[page], page
        driver.get(address(place, "/"))
        driver.find_element(By.CSS_SELECTOR, "header input").send_keys("jet" + Keys.ENTER)
        wait_for(lambda: "/search?q=jet" in driver.current_url)
        assert driver.find_elements(By.CSS_SELECTOR, "article.hit mark")
        driver.get(address(place, "/runs"))
        driver.find_element(By.CSS_SELECTOR, "textarea").send_keys("duration > 1")
        driver.find_element(By.CSS_SELECTOR, "form.query button").click()
        wait_for(lambda: "q=duration" in driver.current_url)
        assert driver.find_elements(By.CSS_SELECTOR, "table.runs tbody tr")
        driver.find_element(By.LINK_TEXT, "type").click()
        wait_for(lambda: "sort=type" in driver.current_url)
    finally:
        driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})


def attacks_stay_texts(driver, place):
    """Texts that are attacks are texts, in pages and in the frames of their entries."""
    driver.get(address(place, "/e/evil0001/entries"))
    texts = {e.text for e in driver.find_elements(By.CSS_SELECTOR, "article .text")}
    for attack in logbook.ATTACKS:
        assert " ".join(attack.split()) in {" ".join(t.split()) for t in texts}, attack
    assert not driver.find_elements(By.CSS_SELECTOR, "article .text *")
    for summary in driver.find_elements(By.CSS_SELECTOR, ".laid-out summary"):
        summary.click()
    frames = driver.find_elements(By.CSS_SELECTOR, ".laid-out iframe")
    assert len(frames) == len(logbook.ATTACKS)
    for frame in frames:
        driver.execute_script("arguments[0].scrollIntoView()", frame)

        def is_there():
            driver.switch_to.default_content()
            driver.switch_to.frame(frame)
            return driver.execute_script("return location.pathname + document.readyState").endswith("/htmlcomplete")
        wait_for(is_there)
        bad = driver.find_elements(By.CSS_SELECTOR, "script, iframe, form, style, link, base, svg, math, [onerror]")
        assert not bad, bad
        driver.switch_to.default_content()
    is_quiet(driver, place)


def filter_as_you_type(driver, place):
    """The experiments are filtered as one types."""
    driver.get(address(place, "/"))
    rows = "#experiments tbody tr:not([hidden])"
    every = len(driver.find_elements(By.CSS_SELECTOR, rows))
    driver.find_element(By.CSS_SELECTOR, "main input[name=q]").send_keys("cxil")

    def filtered():
        left = [row.text for row in driver.find_elements(By.CSS_SELECTOR, rows)]
        return 0 < len(left) < every and all("cxil" in text for text in left)
    wait_for(filtered)


def a_search(driver, place):
    """A search, narrowed down, leads to an entry that has an address of its own."""
    driver.get(address(place, "/search?q=jet"))
    before = driver.find_element(By.CSS_SELECTOR, "[role=status]").text
    driver.find_element(By.CSS_SELECTOR, ".facet a").click()
    wait_for(lambda: "author" in urllib.parse.unquote(driver.current_url))
    assert driver.find_element(By.CSS_SELECTOR, "[role=status]").text != before
    driver.find_element(By.CSS_SELECTOR, "article.hit a.at").click()
    wait_for(lambda: "/entries/" in driver.current_url)
    assert driver.find_elements(By.CSS_SELECTOR, "article.wanted")
    driver.get(address(place, "/search?q=%3Djets"))
    assert driver.find_elements(By.CSS_SELECTOR, "article.hit")


def a_search_that_finds_much(driver, place):
    """What a search that finds much has is counted at first in part, then whole."""
    entries = "".join(logbook.record("logbook_entries", experiment="many0001", _id=f"m{i}", content="plenty of it",
                                     insert_time="2026-01-01T00:00:00+00:00", author=("alice", "bob")[i % 2])
                      for i in range(250))
    logbook.tool("elog-load", "-q", place.database, input=(
        logbook.record("experiments", experiment="many0001", name="many0001") + entries + logbook.record(
            "fetches", experiment="many0001", status="complete",
            records={"experiments": 1, "logbook_entries": 250}, fetched_at="2026-03-01T00:00:00Z")).encode())
    driver.get(address(place, "/search?q=plenty"))
    wait_for(lambda: driver.find_element(By.ID, "found").text == "250 found")
    assert driver.find_element(By.CSS_SELECTOR, "#facets .facet li").text == "alice 125"
    assert "facets=" not in driver.current_url
    is_quiet(driver, place)
    check_axe(driver)


def a_selection(driver, place):
    """A selection: a mistake is shown under its place, a column is picked, and sorted by."""
    driver.get(address(place, "/runs"))
    field = driver.find_element(By.CSS_SELECTOR, "textarea")
    field.send_keys("duration >> 60" + Keys.ENTER)
    wait_for(lambda: driver.find_elements(By.CSS_SELECTOR, ".mistake pre"))
    assert "^" in driver.find_element(By.CSS_SELECTOR, ".mistake pre").text
    driver.get(address(place, "/e/mfxl200025/runs?find=mms"))
    link = driver.find_element(By.CSS_SELECTOR, ".chips a")
    name = link.text.removeprefix("+ ")
    link.click()
    wait_for(lambda: "v=" in driver.current_url)
    assert name in [e.text for e in driver.find_elements(By.CSS_SELECTOR, "table.runs th")]
    assert "elog-select" in driver.find_element(By.CSS_SELECTOR, "details pre").text
    driver.get(address(place, "/runs?q=%40long"))
    assert driver.find_elements(By.CSS_SELECTOR, "table.runs tbody tr")


def columns_are_completed(driver, place):
    """Columns are completed from parts of their names."""
    driver.get(address(place, "/runs"))
    driver.find_element(By.NAME, "v").send_keys("type,mms")
    # One key after the other, so others may be offered first.
    wait_for(lambda: driver.find_elements(By.CSS_SELECTOR, "#names option[value^='type,']"))


def keys(driver, place):
    """j and k go from entry to entry, o opens one, / goes to the search."""
    driver.get(address(place, "/e/mfxl200025/entries"))
    body = driver.find_element(By.TAG_NAME, "body")
    body.send_keys("j")
    first = driver.switch_to.active_element.get_attribute("id")
    driver.switch_to.active_element.send_keys("j")
    second = driver.switch_to.active_element.get_attribute("id")
    assert first and second and first != second
    driver.switch_to.active_element.send_keys("k")
    assert driver.switch_to.active_element.get_attribute("id") == first
    driver.switch_to.active_element.send_keys("/")
    assert driver.switch_to.active_element.get_attribute("type") == "search"
    driver.find_element(By.TAG_NAME, "main").click()
    driver.find_element(By.TAG_NAME, "body").send_keys("j")
    driver.switch_to.active_element.send_keys("o")
    wait_for(lambda: "/entries/" in driver.current_url)


def times_in_the_readers_zone(driver, place):
    """Times are in the reader's zone, UTC stands in the title."""
    driver.execute_cdp_cmd("Emulation.setTimezoneOverride", {"timezoneId": "America/Los_Angeles"})
    driver.get(address(place, "/e/mfxl200025/runs"))
    time = driver.find_element(By.CSS_SELECTOR, "table.runs time")
    assert time.get_attribute("title").endswith(" UTC")
    assert time.text[:16] != time.get_attribute("title")[:16]


def a_lineage(driver, place):
    """A job shows all jobs and files before and behind it, in order, and leads there."""
    driver.get(address(place, "/jobs"))
    driver.find_element(By.XPATH, "//tr[starts-with(td, 'count')]/th/a").click()
    wait_for(lambda: driver.find_elements(By.CSS_SELECTOR, "svg.lineage a"))
    boxes = driver.execute_script("""return [...document.querySelectorAll('svg.lineage a')].map((a) =>
        [Number(a.querySelector('rect').getAttribute('x')), a.querySelector('text').textContent])""")
    assert [text for _, text in sorted(boxes)] == ["a.txt", "1 copy", "b.txt", "2 count", "c.txt"], boxes
    assert len(driver.find_elements(By.CSS_SELECTOR, "svg.lineage path.edge")) == 4
    job = driver.current_url
    for page in (job, job + "/lineage"):
        for dark, width in ((False, None), (True, None), (False, 400)):
            look(driver, dark, width)
            driver.get(page)
            is_quiet(driver, place)
            if width:
                fits(driver, width)
            # What one asked for is in sight.
            assert driver.execute_script("""const a = document.querySelector('a.this').getBoundingClientRect(),
                b = document.querySelector('.graph').getBoundingClientRect();
                return a.left >= b.left && a.right <= b.right""")
            check_axe(driver)
    look(driver)
    driver.find_element(By.CSS_SELECTOR, "svg.lineage a.job:not(.this)").click()
    wait_for(lambda: "copy" in driver.find_element(By.TAG_NAME, "h1").text)
    driver.find_element(By.XPATH, "//*[name()='svg']//*[name()='text' and .='c.txt']").click()
    wait_for(lambda: "Lineage of c.txt" in driver.find_element(By.TAG_NAME, "h1").text)
    assert len(driver.find_elements(By.CSS_SELECTOR, "svg.lineage a")) == 5
    check_axe(driver)


def while_a_load_writes(driver, place):
    """An open page offers to reload when a load has written, and shows the new then."""
    driver.get(address(place, "/"))
    driver.execute_script("return 1")
    new = logbook.record("experiments", experiment="new00001", name="new00001", instrument="NEW") + logbook.record(
        "fetches", experiment="new00001", status="complete", records={"experiments": 1},
        fetched_at="2026-03-01T00:00:00Z")
    logbook.tool("elog-load", "-q", place.database, input=new.encode())
    button = wait_for(lambda: driver.find_elements(By.CSS_SELECTOR, "#changed button"))[0]
    check_axe(driver)
    button.click()
    wait_for(lambda: driver.find_elements(By.LINK_TEXT, "new00001"))
    is_quiet(driver, place)


def pictures(driver, place):
    """Pictures for the manual, where ELOG_PICTURES says that they go."""
    folder = os.environ.get("ELOG_PICTURES")
    if not folder:
        return
    os.makedirs(folder, exist_ok=True)
    driver.set_window_size(1000, 700)
    for name, page in (("experiments", "/"), ("entries", "/e/mfxl200025/entries?author=mcurie"),
                       ("runs", "/e/mfxl200025/runs?q=duration+%3E+60&v=type,duration,sample,event_count,total_size"),
                       ("search", "/search?q=jet+stable")):
        driver.get(address(place, page))
        driver.save_screenshot(os.path.join(folder, f"web-{name}.png"))


def main():
    place, tap = logbook.Place(), logbook.Tap()
    driver = logbook.browser()
    try:
        for test in (token_leaves_the_address, with_scripts, without_scripts, attacks_stay_texts, filter_as_you_type,
                     a_search, a_selection, columns_are_completed, keys, a_lineage, pictures,
                     a_search_that_finds_much, times_in_the_readers_zone, while_a_load_writes):
            tap.run(test, driver, place)
    finally:
        logbook.quit_browser(driver)
        place.close()
    return tap.end()


if __name__ == "__main__":
    sys.exit(main())
