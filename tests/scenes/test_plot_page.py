"""The page of a plot, in a real browser without a network."""

import shutil
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from analyzer.scenes.plotting import plot_scores
from tests.scenes.made import ATTACK, ODD, in_turn, scene, scores

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

CHROMIUM = shutil.which("chromium")
LABELS = ("other", "dance", ATTACK)
needs_browser = pytest.mark.skipif(not CHROMIUM, reason="no Chromium here: 'apt install chromium' brings one")


class Reader(HTMLParser):
    """Counts what a page has, and collects what it refers to."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: dict[str, int] = {}
        self.references: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] = self.tags.get(tag, 0) + 1
        self.references += [value or "" for name, value in attrs if name in ("src", "href", "xlink:href")]


def test_a_page_refers_to_nothing_outside_and_takes_names_as_text() -> None:
    reader = Reader()
    reader.feed(
        plot_scores(scores(("other", *ODD), 60), in_turn(*ODD), (9, 40), ATTACK, "html").decode("utf-8")
    )
    assert (reader.tags["script"], reader.tags["svg"], reader.tags["table"]) == (2, 1, 1)
    assert reader.tags["tr"] == 1 + len(ODD)
    assert all(reference.startswith("#") for reference in reader.references)


@pytest.fixture(scope="module")
def browser() -> Iterator["Browser"]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        yield browser
        browser.close()


class Opened:
    """A page in a tab, and what it asked for or complained of."""

    def __init__(self, browser: "Browser", file: Path, scheme: str = "light") -> None:
        self.asked: list[str] = []
        self.complaints: list[str] = []
        self.tab: Page = browser.new_page(viewport={"width": 1400, "height": 900}, color_scheme=scheme)
        self.tab.on("request", lambda request: self.asked.append(request.url))
        self.tab.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.tab.on("console", lambda message: self.complaints.append(message.text))
        self.tab.on("dialog", lambda dialog: self.complaints.append(dialog.message))
        self.tab.goto(file.as_uri())

    def point_at(self, share: float) -> str:
        """Put the mouse at a share of the film; return what is read there."""
        box = self.tab.locator("#axis").bounding_box()
        assert box
        self.tab.mouse.move(box["x"] + share * box["width"], box["y"] - 30)
        return self.tab.locator("#readout").inner_text()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """The page of a film of two minutes; each class in turn for 20 seconds."""
    path = tmp_path / "plot.html"
    scenes = [scene("dance", 20, 40), scene(ATTACK, 40, 60)]
    path.write_bytes(plot_scores(scores(LABELS, 120), scenes, (20, 40), ATTACK, "html"))
    return path


@needs_browser
def test_the_page_says_what_each_second_shows(browser: "Browser", file: Path) -> None:
    page = Opened(browser, file)
    assert not page.tab.locator("#readout").is_visible()
    assert page.point_at(0.5 / 120).split("\n")[:3] == ["0:00:00", "other", "80 %"]
    assert page.point_at(30.5 / 120).split("\n") == [
        "0:00:30",
        "dance",
        "80 %",
        ATTACK,
        "10 %",
        "other",
        "10 %",
    ]
    assert page.point_at(45.5 / 120).split("\n")[:3] == ["0:00:45", ATTACK, "80 %"]
    assert page.point_at(119.5 / 120).startswith("0:01:59\n")
    page.tab.mouse.move(1, 1)
    assert not page.tab.locator("#readout").is_visible()
    assert (page.asked, page.complaints) == ([file.as_uri()], [])


@needs_browser
def test_arrow_keys_move_through_the_film(browser: "Browser", file: Path) -> None:
    page = Opened(browser, file)
    page.tab.locator("#chart").focus()
    for key in ("PageDown", "ArrowLeft"):
        page.tab.keyboard.press(key)
    assert page.tab.locator("#readout b").inner_text() == "0:00:59"


@needs_browser
def test_a_block_of_the_table_is_marked_in_the_picture(browser: "Browser", file: Path) -> None:
    page = Opened(browser, file)
    rows = page.tab.locator("tbody tr")
    assert [row.split("\t") for row in rows.all_inner_texts()] == [
        ["dance", "0:00:20.0", "0:00:40.0", "0:00:20.0", "0.75", "90%"],
        [ATTACK, "0:00:40.0", "0:01:00.0", "0:00:20.0", "0.75", "90%"],
    ]
    rows.nth(1).hover()
    band, axis = (page.tab.locator(which).bounding_box() for which in ("#band", "#axis"))
    assert band
    assert axis
    assert band["x"] == pytest.approx(axis["x"] + axis["width"] / 3, abs=3)
    assert band["width"] == pytest.approx(axis["width"] / 6, abs=3)


@needs_browser
@pytest.mark.parametrize(("scheme", "paper"), [("light", "rgb(255, 255, 255)"), ("dark", "rgb(21, 24, 28)")])
def test_the_page_is_light_or_dark(browser: "Browser", file: Path, scheme: str, paper: str) -> None:
    page = Opened(browser, file, scheme)
    colour = "element => getComputedStyle(element)"
    assert page.tab.locator("body").evaluate(f"{colour}.backgroundColor") == paper
    inks = page.tab.locator("#chart text").evaluate_all("all => all.map(one => getComputedStyle(one).fill)")
    assert len(inks) > 5
    assert paper not in inks
    assert (page.asked, page.complaints) == ([file.as_uri()], [])


@needs_browser
def test_a_page_of_one_look_without_scenes_opens(browser: "Browser", tmp_path: Path) -> None:
    empty = tmp_path / "empty.html"
    empty.write_bytes(plot_scores(scores(LABELS, 1), [], (), "empty", "html"))
    page = Opened(browser, empty)
    page.point_at(0.5)
    page.tab.locator("#chart").press("ArrowRight")
    assert page.tab.locator("#readout").is_visible()
    assert page.complaints == []
