"""The page in headless Chromium, opened from disk: no request, no serious accessibility fault, no
sideways scroll on a telephone, light and dark, and A4.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
]
QUIET = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"]
PROFILE = """\
organisation: {ml_people: 8, region: us}
components:
  feature-store: {current: {home-grown: since 2024-06}, requirements: [{online_read_p99: "<= 25 ms"}]}
"""


@pytest.fixture
def page_file(buildbuy: Callable[..., Any], tmp_path: Path) -> Path:
    (tmp_path / "p.yaml").write_text(PROFILE, encoding="utf-8")
    assert buildbuy("decide", "p.yaml", "--draws", "300", "--format", "html", "--out", "report.html").code == 0
    return tmp_path / "report.html"


@pytest.fixture
def browser() -> Iterator[Any]:
    api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with api.sync_playwright() as started:
        found = started.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield found
        found.close()


def test_the_page_in_a_browser(page_file: Path, browser: Any) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed").Axe()
    for width, scheme in ((390, "light"), (1440, "dark")):
        context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme, bypass_csp=True)
        page = context.new_page()
        asked: list[str] = []
        said: list[str] = []
        page.on("request", lambda r: asked.append(r.url))  # noqa: B023
        page.on("console", lambda m: said.append(m.text))  # noqa: B023
        page.goto(page_file.as_uri())
        page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
        assert asked == [page_file.as_uri()]
        assert not said
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        found = axe.run(page).response["violations"]
        assert not [(v["id"], v["nodes"][0]["html"]) for v in found if v["impact"] in ("serious", "critical")]
        context.close()


def test_the_keyboard_reaches_what_scrolls_and_opens(page_file: Path, browser: Any) -> None:
    page = browser.new_page(viewport={"width": 390, "height": 900})
    page.goto(page_file.as_uri())
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    summary = page.locator("summary").first
    summary.focus()
    page.keyboard.press("Enter")
    assert page.evaluate("document.querySelector('details').open")


def test_it_prints_to_a4_with_everything_open(page_file: Path, browser: Any) -> None:
    page = browser.new_page()
    page.goto(page_file.as_uri())
    pdf = page.pdf(prefer_css_page_size=True)
    assert re.search(rb"/MediaBox\s*\[\s*0 0 59[45]\S* 84[12]", pdf)


def test_a_table_that_scrolls_sideways_shows_it(page_file: Path, browser: Any) -> None:
    """What is cut off casts a shade on that edge, which goes where nothing is, and the first column stays in sight."""
    page = browser.new_page(viewport={"width": 400, "height": 900})
    page.goto(page_file.as_uri())
    box = page.locator(".wide .scroll").first
    assert box.evaluate("e => e.scrollWidth > e.clientWidth")

    box.evaluate("e => e.scrollIntoView()")

    def edge() -> bytes:
        at = box.bounding_box()
        shot: bytes = page.screenshot(clip={"x": at["x"] + at["width"] - 6, "y": at["y"] + 250, "width": 4, "height": 4})
        return shot

    before = edge()
    first = box.locator("tbody th").first
    left = first.bounding_box()["x"]
    box.evaluate("e => e.scrollTo(e.scrollWidth, 0)")
    page.wait_for_timeout(200)
    assert first.bounding_box()["x"] == left
    assert edge() != before
