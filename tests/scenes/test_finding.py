"""The scenes of a video, and its record: what other processes do meanwhile is neither lost nor undone."""

import threading
from pathlib import Path

import pytest

from analyzer.cli.scenes.common import tools
from analyzer.records import Tag
from analyzer.scenes.choosing import each
from analyzer.settings import load
from analyzer.stores import sidecar
from analyzer.watching.claims import claims_of
from tests.scenes import films


def test_scenes_wait_for_who_writes_the_record(
    tmp_path: Path, textures: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MARQUEE_HOME", str(tmp_path / "home"))
    film = tmp_path / "a.mp4"
    films.scene_film(film, [("stripes", 5.0), ("blobs", 6.0)], seed=5)
    settings = load(assignments=[f"scenes.model=onnx:{textures}"])
    found = threading.Event()

    def tag() -> None:
        with tools(settings, None, None) as used:
            scenes = used.finder.find(film, each)
            found.set()
            used.finder.keep(film, scenes)

    with tools(settings, None, None) as used:
        before = used.finder.record(film, ())
    tagging = threading.Thread(target=tag)
    with claims_of(tmp_path / "home") as others:
        with others.held(film):
            tagging.start()
            assert found.wait(60)
            tagging.join(1)
            tagged = before.model_copy(update={"tags": (Tag(name="sea", score=0.5),)})
            sidecar.write(sidecar.sidecar_path(film), tagged)
        tagging.join()
    after = sidecar.read(sidecar.sidecar_path(film))
    assert after is not None
    assert [tag.name for tag in after.tags] == ["sea"], "the other's"
    assert [scene.label for scene in after.scenes] == ["stripes", "blobs"]
