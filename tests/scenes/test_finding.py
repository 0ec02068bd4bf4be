"""The scenes of a video, and its record: what other processes do meanwhile is neither lost nor undone."""

import threading
from pathlib import Path

import pytest

from analyzer.cli.scenes.common import tools
from analyzer.errors import UsageError
from analyzer.records import Tag
from analyzer.scenes.choosing import any_of, each
from analyzer.settings import load
from analyzer.stores import sidecar
from analyzer.watching.claims import claims_of
from analyzer.worker import Worker
from tests.scenes import films


def test_what_the_encoder_marked_is_not_looked_for_again(
    tmp_path: Path, textures: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where classes change at cuts that x264 has found, `--fast` knows the frame without looking closer."""
    monkeypatch.setenv("MARQUEE_HOME", str(tmp_path / "home"))
    film = tmp_path / "a.mp4"
    plan = [("blobs", 12.48), ("checker", 5.04), ("stripes", 9.52), ("blobs", 6.2)]
    shown = films.scene_film(film, plan, seed=5, options={"preset": "fast"})
    settings = load(assignments=[f"scenes.model=onnx:{textures}", "scenes.fast=true"])
    monkeypatch.delattr(Worker, "refine")
    with tools(settings, None, None) as used:
        found = used.finder.find(film, each)
    assert found.scores.cuts_s == pytest.approx([scene.start_s for scene in shown[1:]])
    assert [(s.label, s.start_s, s.end_s) for s in found.scenes] == [
        (s.label, pytest.approx(s.start_s), pytest.approx(s.end_s)) for s in shown
    ]


def test_a_class_that_is_not_there_is_told_before_a_long_look(
    tmp_path: Path, textures: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MARQUEE_HOME", str(tmp_path / "home"))
    film = tmp_path / "a.mp4"
    films.scene_film(film, [("stripes", 5.0)])
    monkeypatch.delattr(Worker, "score")
    with (
        tools(load(assignments=[f"scenes.model=onnx:{textures}"]), None, None) as used,
        pytest.raises(UsageError, match="did you mean 'stripes'"),
    ):
        used.finder.find(film, lambda labels: [any_of(["strips"], labels)])


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
