#!/usr/bin/python3
"""Plots and timelines of elog-web in Chromium, with and without scripts."""
import json
import os
import re
import struct
import sys
import urllib.parse
import urllib.request

sys.path.insert(0, os.path.dirname(__file__))
import logbook  # noqa: E402
import pages_test as pages  # noqa: E402
from logbook import wait_for  # noqa: E402

from selenium.webdriver.common.action_chains import ActionChains  # noqa: E402
from selenium.webdriver.common.actions.action_builder import ActionBuilder  # noqa: E402
from selenium.webdriver.common.by import By  # noqa: E402
from selenium.webdriver.common.keys import Keys  # noqa: E402

CURRENT = "CXI:HFP:MMS:08.VAL"
PLOT = f"/e/mfxl200025/plot?v={CURRENT}"
PAGES = [
    "/lineage", "/plot", "/e/mfxl200025/plot", "/plot?v=duration", "/plot?v=nothing", "/plot?v=type", f"/plot?v={CURRENT}&q=a+>",
    f"/plot?v={CURRENT}&colour=experiment&x=time&log=y", f"/plot?v={CURRENT}&kind=histogram",
    f"/plot?v={CURRENT},duration,total_size&x=time&colour={CURRENT}", "/e/evil0001/plot?v=speed&colour=type",
    f"/plot?v={CURRENT},duration&colour=duration&log=colour&low=,1", f"/plot?v={CURRENT}&low=x",
    "/e/cryo0001/plot?v=duration", "/e/mfxl200025/runs/3", "/e/mfxnasty25/runs/1", "/e/evil0001/runs/1",
    "/e/mfxl200025/runs/none", "/e/mfxl200025?from=2026-11-17T00:00:00Z&to=2026-11-18T00:00:00Z",
]
RUNS = 20000


def every_page(driver, place):
    """Each page of plots is quiet, accessible, light and dark and on a telephone, once it is drawn."""
    for page in PAGES:
        for dark, width in ((False, None), (True, None), (False, 400)):
            pages.look(driver, dark, width)
            driver.get(pages.address(place, page))
            assert len(driver.find_elements(By.TAG_NAME, "h1")) == 1, page
            drawn(driver)
            pages.is_quiet(driver, place)
            if width:
                pages.fits(driver, width)
            pages.check_axe(driver)
    pages.look(driver)


def none_is_left_out():
    """Every page that there is, but frames, files and jobs, is among those that are tried."""
    source = (logbook.TESTS.parent / "common" / "web" / "page.c").read_text(encoding="utf-8")
    known = re.findall(r'\{\.path = "([^"]*)"', source)
    assert len(known) > 10, known
    for path in set(known) - {"/e/:experiment/entries/:entry/html", "/e/:experiment/entries/:entry/files/:file",
                              "/jobs/:job", "/jobs/:job/lineage"}:
        pattern = re.sub(":[a-z]+", "[^/]+", path)
        assert any(re.fullmatch(pattern, page.split("?")[0]) for page in PAGES + pages.PAGES), path


def drawn(driver, times=1):
    """Wait until the script has drawn so often, if it draws here at all."""
    if not driver.find_elements(By.CSS_SELECTOR, "#plot[data-kind=points]"):
        return
    wait_for(lambda: driver.execute_script("return Number(document.getElementById('plot').dataset.ready || 0)") >= times)


def parameters(driver):
    return dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(driver.current_url).query))


def count(driver):
    return int("".join(c for c in driver.find_element(By.ID, "plot-count").text if c.isdigit()))


def drag(driver, element, start, end):
    """From one part of its width to another."""
    width = element.size["width"]
    chain = ActionChains(driver, duration=20).move_to_element_with_offset(element, int((start - 0.5) * width), 0)
    chain.click_and_hold().move_by_offset(int((end - start) * width / 2), 2)
    chain.move_by_offset(int((end - start) * width / 2), 2).release().perform()


def point(driver):
    """Where on the page a point is: the middle of a round of its colour."""
    return driver.execute_script("""
        const canvas = document.querySelector('#plot canvas'), copy = document.createElement('canvas');
        const context = copy.getContext('2d', { willReadFrequently: true });
        copy.width = canvas.width;
        copy.height = canvas.height;
        context.drawImage(canvas, 0, 0);
        const colour = getComputedStyle(document.documentElement).getPropertyValue('--accent').trim();
        const wanted = [1, 3, 5].map((i) => parseInt(colour.slice(i, i + 2), 16));
        const data = context.getImageData(0, 0, canvas.width, canvas.height).data;
        const box = canvas.getBoundingClientRect(), scale = canvas.width / box.width;
        for (let x = 0; x < canvas.width; x++)
            for (let y = 0; y < canvas.height; y++) {
                const i = 4 * (y * canvas.width + x);
                if (data[i + 3] === 255 && wanted.every((w, k) => Math.abs(w - data[i + k]) < 3))
                    return [box.left + x / scale + 2, box.top + y / scale];
            }
        return null;""")


def a_click_on_a_point(driver, place):
    """A click on a point leads to its run, and from there to an entry around it."""
    driver.get(pages.address(place, PLOT))
    drawn(driver)
    driver.execute_script("document.getElementById('plot').scrollIntoView()")
    x, y = point(driver)
    ActionChains(driver, duration=20).move_by_offset(int(x), int(y)).perform()
    says = wait_for(lambda: driver.find_element(By.CSS_SELECTOR, ".plot-says").text)
    assert says.startswith("mfxl200025, run "), says
    ActionChains(driver).click().perform()
    wait_for(lambda: "/runs/" in driver.current_url)
    ActionChains(driver).reset_actions()
    run = driver.current_url.rsplit("/", 1)[1]
    assert says.startswith(f"mfxl200025, run {run}:"), (says, run)
    assert driver.find_element(By.TAG_NAME, "h1").text.endswith(f"run {run}")
    driver.find_element(By.CSS_SELECTOR, "article.entry a.at").click()
    wait_for(lambda: "/entries/" in driver.current_url)
    assert driver.find_elements(By.CSS_SELECTOR, "article.wanted")
    pages.is_quiet(driver, place)


def zoom(driver, place):
    """Dragging asks the server for what is in between; the address says it; back leads back."""
    driver.get(pages.address(place, f"/plot?v=energy,rate&x=time"))
    drawn(driver)
    assert count(driver) == 2 * RUNS
    asked = logbook.asked_for(driver)
    drag(driver, driver.find_element(By.CSS_SELECTOR, ".plot-panel .canvas"), 0.4, 0.6)
    drawn(driver, 2)
    assert RUNS * 0.2 < count(driver) < RUNS, count(driver)
    assert {"from", "to"} <= parameters(driver).keys(), driver.current_url
    asked = [url for url in logbook.asked_for(driver) if "/plot.json?" in url]
    assert len(asked) == 1 and "from=" in asked[0], asked
    # Both show the same stretch.
    ticks = [[e.text for e in panel.find_elements(By.CSS_SELECTOR, ".dygraph-axis-label-x")]
             for panel in driver.find_elements(By.CSS_SELECTOR, ".plot-panel")]
    assert len(ticks) == 2 and ticks[0] == ticks[1] and ticks[0], ticks
    near = driver.current_url
    n = count(driver)
    driver.get(near)
    drawn(driver)
    assert count(driver) == n, "the address says all"
    driver.find_element(By.ID, "plot-all").click()
    drawn(driver, 2)
    assert count(driver) == 2 * RUNS and "from" not in parameters(driver)
    driver.back()
    drawn(driver, 3)
    assert driver.current_url == near and count(driver) == n
    pages.is_quiet(driver, place)


def zoom_keys(driver, place):
    """Keys zoom, move, and show all."""
    driver.get(pages.address(place, "/plot?v=energy"))
    drawn(driver)
    canvas = driver.find_element(By.CSS_SELECTOR, ".plot-panel .canvas")
    canvas.send_keys("+")
    drawn(driver, 2)
    low = float(parameters(driver)["from"])
    assert count(driver) < RUNS * 0.6
    canvas.send_keys(Keys.ARROW_RIGHT)
    drawn(driver, 3)
    assert float(parameters(driver)["from"]) > low
    canvas.send_keys("0")
    drawn(driver, 4)
    assert count(driver) == RUNS and "from" not in parameters(driver)


def zoom_up(driver, place):
    """Dragging down zooms one panel's y alone; so do keys; the address says it."""
    driver.get(pages.address(place, "/plot?v=energy,rate"))
    drawn(driver)
    canvas = driver.find_elements(By.CSS_SELECTOR, ".plot-panel .canvas")[1]
    driver.execute_script("arguments[0].scrollIntoView()", canvas)
    chain = ActionChains(driver, duration=20).move_to_element_with_offset(canvas, 0, -60)
    chain.click_and_hold().move_by_offset(2, 30).move_by_offset(2, 30).release().perform()
    drawn(driver, 2)
    assert RUNS < count(driver) < 1.9 * RUNS, count(driver)
    said = parameters(driver)
    low, high = (said[name].split(",") for name in ("low", "high"))
    assert len(low) == len(high) == 2 and low[0] == high[0] == "" and float(low[1]) < float(high[1]), said
    assert "from" not in said
    rows = fetch(place, "/plot.json?v=rate&" + urllib.parse.urlencode({"low": low[1], "high": high[1]}))
    values = [json.loads(line)["y"] for line in rows.decode().splitlines()]
    assert values and all(float(low[1]) <= y <= float(high[1]) for y in values)
    canvas.send_keys("Y")
    drawn(driver, 3)
    assert float(parameters(driver)["low"].split(",")[1]) < float(low[1])
    canvas.send_keys(Keys.ARROW_UP)
    drawn(driver, 4)
    canvas.send_keys("0")
    drawn(driver, 5)
    assert count(driver) == 2 * RUNS and "low" not in parameters(driver)
    pages.is_quiet(driver, place)


def logarithms(driver, place):
    """On an axis of logarithms a point is where it belongs: the middle is the root of the product."""
    driver.get(pages.address(place, "/plot?v=energy&log=x&colour=rate&from=1&to=10000&q=run+in+[1,10000]+or+90<run<110"))
    drawn(driver)
    canvas = driver.find_element(By.CSS_SELECTOR, "#plot canvas")
    driver.execute_script("arguments[0].scrollIntoView()", canvas)
    box = driver.execute_script("""
        const labels = [...document.querySelectorAll('.dygraph-axis-label-x')];
        const box = labels.find((label) => label.textContent === '100').getBoundingClientRect();
        const canvas = document.querySelector('#plot canvas').getBoundingClientRect();
        return [box.left + box.width / 2, Math.max(canvas.top, 0), Math.min(canvas.bottom, innerHeight - 2)];""")
    says = driver.find_element(By.CSS_SELECTOR, ".plot-says")

    def found():
        for y in range(int(box[1]), int(box[2]), 12):
            # Not from where the hand was: that can lead out of the page.
            hand = ActionBuilder(driver, duration=5)
            hand.pointer_action.move_to_location(int(box[0]), y)
            hand.perform()
            if says.text:
                return says.text
        return None
    run = int(wait_for(found).split("run ")[1].split(":")[0])
    ActionChains(driver).reset_actions()
    assert 95 <= run <= 105, run


def fetch(place, page):
    request = urllib.request.Request(place.server.base + page, headers={"Cookie": place.server.cookie})
    with urllib.request.urlopen(request, timeout=300) as answer:
        return answer.read()


def of_many(driver, place):
    """Of many points no more are sent than can be seen, and none that sticks out is left out."""
    rows = fetch(place, "/plot.json?v=energy,rate&x=time&colour=mode")
    assert len(rows) < 200000, len(rows)
    assert len(fetch(place, "/plot.json?v=energy")) < 200000
    assert len(fetch(place, "/plot?v=energy&colour=mode")) < 200000


def without_scripts(driver, place):
    """Without scripts: a point is a link to its run, a part of the axis one to itself, a bar to its runs."""
    driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        driver.get(pages.address(place, "/plot"))
        driver.find_element(By.NAME, "v").send_keys("energy")
        driver.find_element(By.CSS_SELECTOR, "textarea").send_keys("run < 50")
        driver.find_element(By.CSS_SELECTOR, "form.query button").click()
        wait_for(lambda: driver.find_elements(By.CSS_SELECTOR, "#plot circle"))
        assert count(driver) == 49
        driver.find_elements(By.CSS_SELECTOR, "#plot circle")[6].click()
        wait_for(lambda: driver.current_url.endswith("/e/tstx00000/runs/7"))
        driver.get(pages.address(place, "/plot?v=energy"))
        driver.find_elements(By.CSS_SELECTOR, "#plot .zone")[3].click()
        wait_for(lambda: "from" in parameters(driver))
        assert 0 < count(driver) < RUNS / 10
        driver.get(pages.address(place, "/plot?v=energy&kind=histogram"))
        driver.find_element(By.CSS_SELECTOR, "#plot a rect").click()
        wait_for(lambda: "/runs" in driver.current_url)
        assert driver.find_elements(By.CSS_SELECTOR, "table.runs tbody tr")
    finally:
        driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})


def saved(driver, place):
    """A plot is saved as SVG and as PNG."""
    driver.execute_cdp_cmd("Browser.setDownloadBehavior", {"behavior": "allow", "downloadPath": place.folder})
    driver.get(pages.address(place, "/plot?v=energy,rate&colour=mode"))
    drawn(driver)
    for form in ("svg", "png"):
        driver.find_element(By.ID, f"save-{form}").click()
        path = os.path.join(place.folder, f"plot.{form}")
        wait_for(lambda: os.path.exists(path) and os.path.getsize(path) > 1000)
    with open(os.path.join(place.folder, "plot.png"), "rb") as file:
        head = file.read(24)
    assert head[:8] == b"\x89PNG\r\n\x1a\n" and struct.unpack(">II", head[16:])[0] == 1656, head
    with open(os.path.join(place.folder, "plot.svg"), encoding="utf-8") as file:
        text = file.read()
    assert "<svg" in text and ">energy<" in text and "laser" in text
    pages.is_quiet(driver, place)


def timeline(driver, place):
    """A timeline: a run leads to its page, a bar to its entries, what is drawn out is shown closer."""
    driver.get(pages.address(place, "/e/mfxl200025"))
    svg = driver.find_element(By.CSS_SELECTOR, "#timeline svg")
    runs = len(svg.find_elements(By.CSS_SELECTOR, "a[href*='/runs/']"))
    assert runs == 8, runs
    driver.execute_script("arguments[0].scrollIntoView()", svg)
    drag(driver, svg, 0.1, 0.5)
    wait_for(lambda: {"from", "to"} <= parameters(driver).keys())
    svg = wait_for(lambda: driver.find_elements(By.CSS_SELECTOR, "#timeline svg"))[0]
    assert 0 < len(svg.find_elements(By.CSS_SELECTOR, "a[href*='/runs/']")) < runs
    svg.find_element(By.CSS_SELECTOR, "a[href*='/runs/'] rect").click()
    wait_for(lambda: "/e/mfxl200025/runs/" in driver.current_url)
    driver.back()
    driver.find_element(By.CSS_SELECTOR, "#timeline a[href*='/entries?'] rect").click()
    wait_for(lambda: "/entries?" in driver.current_url)
    assert driver.find_elements(By.CSS_SELECTOR, "article.entry")
    pages.is_quiet(driver, place)


def pictures(driver, place):
    """Pictures for the manual, where ELOG_PICTURES says that they go."""
    folder = os.environ.get("ELOG_PICTURES")
    if not folder:
        return
    os.makedirs(folder, exist_ok=True)
    for name, page, dark in (("plot", "/plot?v=energy,rate&q=run+<+3000&x=time&colour=mode&log=y", False),
                             ("plot-dark", "/plot?v=energy&q=run+<+400&x=rate&colour=energy&log=x", True)):
        pages.look(driver, dark)
        driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride",
                               {"width": 1000, "height": 760, "deviceScaleFactor": 1, "mobile": False})
        driver.get(pages.address(place, page))
        drawn(driver)
        driver.save_screenshot(os.path.join(folder, f"web-{name}.png"))
    pages.look(driver)


class Many(logbook.Place):
    """An experiment of so many runs that not all points can be seen."""

    def fill(self):
        logbook.tool("elog-load", "-q", self.database, input=b"")
        logbook.tool(str(logbook.TESTS / "bench" / "points.py"), self.database, str(RUNS))


def main():
    tap = logbook.Tap()
    tap.run(none_is_left_out)
    driver = logbook.browser()
    try:
        for kind, tests in ((logbook.Place, (every_page, a_click_on_a_point, timeline)),
                            (Many, (zoom, zoom_keys, zoom_up, logarithms, of_many, without_scripts, saved, pictures))):
            place = kind()
            try:
                driver.get(place.server.url)
                for test in tests:
                    tap.run(test, driver, place)
            finally:
                place.close()
    finally:
        logbook.quit_browser(driver)
    return tap.end()


if __name__ == "__main__":
    sys.exit(main())
