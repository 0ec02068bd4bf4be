"""The page of the graph, in a real browser without a network."""

import shutil
from pathlib import Path

import pytest

from analyzer.library.decisions import Name
from analyzer.library.graph import draw, page
from tests.library.conftest import Films, Place

CHROMIUM = shutil.which("chromium")
ATTACK = "</script><img src=x onerror=alert(1)> & Söhne"


def test_people_videos_and_who_is_together_are_drawn(place: Place, films: Films) -> None:
    place.add(films.video, films.balanced)
    place.add(films.twin_video, films.twin)
    graph = draw(place.library.cast.members)
    people = [node for node in graph.nodes if node.role]
    videos = [node for node in graph.nodes if not node.role]
    assert sorted(node.label for node in videos) == ["demo.mp4", "twin.mp4"]
    assert len(people) == 2
    assert all(node.picture for node in people)
    pairs = {(edge.start, edge.end): edge.seconds for edge in graph.edges}
    assert len(pairs) == 2 * 2 + 1
    lead, second = (member.handle for member in place.library.cast.members)
    assert 0 < pairs[min(lead, second), max(lead, second)] < 10


def test_nobody_is_drawn_as_an_empty_page() -> None:
    assert b"<html>" in page(draw([]))


@pytest.mark.skipif(not CHROMIUM, reason="no Chromium here: 'apt install chromium' brings one")
def test_the_page_works_offline_and_takes_names_as_text(place: Place, films: Films, tmp_path: Path) -> None:
    from playwright.sync_api import sync_playwright

    library = place.library
    member = library.resolve(f"{films.fast.source.oshash}:p1")
    library.decide(Name(name=ATTACK, anchors=member.anchors()))
    html = page(draw(place.library.cast.members))
    (tmp_path / "cast.html").write_bytes(html)
    asked, complaints = [], []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        tab = browser.new_page()
        tab.on("request", lambda request: asked.append(request.url))
        tab.on("pageerror", lambda error: complaints.append(str(error)))
        tab.on("dialog", lambda dialog: complaints.append(dialog.message))
        tab.goto((tmp_path / "cast.html").as_uri())
        tab.wait_for_function("typeof network !== 'undefined' && nodes.length > 0")
        labels = tab.evaluate("nodes.get().map(node => node.label)")
        browser.close()
    assert ATTACK in labels
    assert not complaints
    assert [url for url in asked if not url.startswith(("data:", "file:", "blob:"))] == []
