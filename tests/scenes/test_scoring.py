"""Looks at films with known scenes: all, or only those that are needed; and ends right to the frame."""

import threading
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import av
import pytest

from analyzer.media import judge, packets
from analyzer.media.judge import Glimpse
from analyzer.media.looking import shown_at
from analyzer.media.video import open_video
from analyzer.progress import silent
from analyzer.scenes.changes import Change
from analyzer.scenes.choosing import each
from analyzer.scenes.refining import refine
from analyzer.scenes.rules import blocks_of
from analyzer.scenes.scores import Scores
from analyzer.scenes.scoring import score
from analyzer.settings import Settings, load
from tests.scenes import films
from tests.scenes.films import Shown

PLAN = [
    ("stripes", 6.36),
    ("other", 5.2),
    ("blobs", 12.48),
    ("checker", 4.04),
    ("stripes", 9.52),
    ("other", 14.2),
    ("blobs", 3.6),
]


def settings(model: Path, *more: str) -> Settings:
    return load(assignments=[f"scenes.model=onnx:{model}", *more])


def right(scores: Scores, shown: Sequence[Shown]) -> float:
    """The share of looks whose best class is what the film shows in the middle of their time."""
    best = [scores.labels[number] for number in scores.weights.argmax(axis=1)]
    times = [(look + 0.5) * scores.every_s for look in range(len(best))]
    truth = [next((s.label for s in shown if s.start_s <= t < s.end_s), shown[-1].label) for t in times]
    return sum(a == b for a, b in zip(best, truth, strict=True)) / len(truth)


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, tuple[Shown, ...]]:
    path = tmp_path_factory.mktemp("film") / "a.mp4"
    return path, films.scene_film(path, PLAN, seed=5, sound=True)


@pytest.mark.parametrize(("every", "looks"), [("1", 55), ("0.5", 111), ("7", 8)])
def test_every_look_is_right(
    film: tuple[Path, tuple[Shown, ...]], textures: Path, every: str, looks: int
) -> None:
    path, shown = film
    scores = score(path, settings(textures, f"scenes.every_s={every}"), silent)
    assert len(scores.weights) == looks
    assert scores.labels == tuple(sorted(films.LABELS))
    assert scores.exclusive
    assert scores.source.duration_s == pytest.approx(55.4)
    assert right(scores, shown) == 1


def test_few_looks_say_the_same(film: tuple[Path, tuple[Shown, ...]], textures: Path) -> None:
    path, shown = film
    seen: list[float] = []
    dense = score(path, settings(textures), lambda done, _: seen.append(done))
    assert seen == sorted(seen)
    assert len(seen) > 55, "however slow the classifier is, each answer is a sign of life"
    seen.clear()
    fast = score(path, settings(textures, "scenes.fast=true"), lambda done, _: seen.append(done))
    assert right(fast, shown) == 1
    assert fast.weights.shape == dense.weights.shape
    assert seen == sorted(seen), "progress never runs backwards"


@pytest.mark.parametrize(
    "options", [{"g": 1}, {"g": 10000, "sc_threshold": 0}, {"x264-params": "open-gop=1"}]
)
@pytest.mark.parametrize("fast", ["false", "true"])
def test_any_group_of_pictures_will_do(
    tmp_path: Path, textures: Path, options: dict[str, str | int], fast: str
) -> None:
    """Key frames only; none but the first; such that those after them need those before."""
    plan = [("stripes", 5.0), ("blobs", 4.4), ("checker", 5.2)]
    shown = films.scene_film(tmp_path / "a.mp4", plan, options={**films.FAST, **options})
    scores = score(tmp_path / "a.mp4", settings(textures, f"scenes.fast={fast}"), silent)
    assert right(scores, shown) == 1


@pytest.mark.parametrize("fast", ["false", "true"])
@pytest.mark.parametrize(("every", "first", "seen_s"), [(50, 0, 0.0), (50, 15, 2.0), (10000, 0, 0.0)])
def test_recordings_of_streams(
    tmp_path: Path,
    textures: Path,
    monkeypatch: pytest.MonkeyPatch,
    fast: str,
    every: int,
    first: int,
    seen_s: float,
) -> None:
    """They begin at any time of the clock and in the middle of a group; groups are taken in pieces."""
    monkeypatch.setattr(packets, "MAX_PACKETS", 20)
    film, stream = tmp_path / "a.ts", {"g": every, "sc_threshold": 0, "output_ts_offset": 1000}
    plan = [("stripes", 5.0), ("blobs", 4.4), ("checker", 5.2)]
    shown = films.scene_film(film, plan, options={**films.FAST, **stream})
    with av.open(film) as container:
        at = [packet.pos for packet in container.demux(video=0) if packet.size]
    content = film.read_bytes()
    film.write_bytes(content[: at[0]] + content[at[first] :])
    scores = score(film, settings(textures, f"scenes.fast={fast}"), silent)
    assert scores.source.duration_s == pytest.approx(14.6 - seen_s, abs=0.05)
    assert right(scores, [Shown(s.label, s.start_s - seen_s, s.end_s - seen_s) for s in shown]) == 1


def test_a_classifier_that_fails_leaves_no_thread(
    film: tuple[Path, tuple[Shown, ...]], textures: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It does so when key frames were looked at, and others are being decoded."""

    def fail(halving: object, i: int) -> None:
        raise RuntimeError("torn")

    monkeypatch.setattr("analyzer.scenes.sparse._Halving._row", fail)
    before = threading.active_count()
    with pytest.raises(RuntimeError) as caught:
        score(film[0], settings(textures, "scenes.fast=true"), silent)
    assert threading.active_count() == before
    assert str(caught.value) == "torn"


@pytest.mark.parametrize("fast", ["false", "true"])
@pytest.mark.parametrize("lost", [(0.0, 3.0), (6.0, 9.0)])
def test_where_nothing_can_be_decoded_the_picture_stays(
    tmp_path: Path, textures: Path, fast: str, lost: tuple[float, float]
) -> None:
    """Groups of a second each, three of which are destroyed: what comes after them stands at its place."""
    film, every = tmp_path / "a.mp4", {"x264-params": "keyint=25:min-keyint=25:scenecut=0"}
    shown = films.scene_film(
        film, [("stripes", 5.0), ("blobs", 4.0), ("checker", 5.0)], options={**films.FAST, **every}
    )
    content = bytearray(film.read_bytes())
    with av.open(film) as container:
        for packet in container.demux(video=0):
            if packet.pos and lost[0] <= packet.pts * packet.time_base < lost[1]:
                content[packet.pos : packet.pos + packet.size] = bytes(packet.size)
    film.write_bytes(content)
    scores = score(film, settings(textures, f"scenes.fast={fast}"), silent)
    assert scores.source.damaged or scores.source.missing_s
    first = lost[1] if lost[0] == 0 else 0.0  # time begins with the first frame there is
    assert len(scores.weights) == 14 - first
    best = [scores.labels[number] for number in scores.weights.argmax(axis=1)]
    for look, label in enumerate(best):
        time_s = look + 0.5 + first
        truth = lost[0] - 0.5 if lost[0] < time_s < lost[1] else time_s
        assert label == next(s.label for s in shown if s.start_s <= truth < s.end_s), time_s


@pytest.mark.parametrize("fps", [25, Fraction(30000, 1001), 10])
def test_ends_are_right_to_the_frame(tmp_path: Path, textures: Path, fps: Fraction | int) -> None:
    shown = films.scene_film(tmp_path / "a.mp4", PLAN, fps=fps, seed=8)
    labels = sorted(films.LABELS)
    changes = [
        Change(
            classes=(labels.index(scene.label),),
            without=False,
            span=(int(scene.start_s - 0.5) + 0.5, int(scene.start_s - 0.5) + 1.5),
            rising=True,
        )
        for scene in shown[1:]
    ]
    times = refine(tmp_path / "a.mp4", settings(textures), changes, silent).times_s
    assert times == pytest.approx([scene.start_s for scene in shown[1:]], abs=0.5 / float(fps))


def test_ends_are_right_to_the_frame_however_rarely_one_looks(
    tmp_path: Path, textures: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Looks are 12 s apart; two classes change at once. Few frames wait in memory at a time."""
    shown = films.scene_film(tmp_path / "a.mp4", [("stripes", 15.4), ("blobs", 13.2)], seed=8)
    most = 0

    def counted(glimpses: Sequence[Glimpse], frame_s: float) -> list[judge.Change]:
        nonlocal most
        most = max(most, len(glimpses))
        return judged(glimpses, frame_s)

    judged = judge.changes
    monkeypatch.setattr(judge, "changes", counted)
    labels = sorted(films.LABELS)
    changes = [
        Change(classes=(labels.index(name),), without=False, span=(6.0, 18.0), rising=rising)
        for name, rising in [("blobs", True), ("stripes", False)]
    ]
    times = refine(tmp_path / "a.mp4", settings(textures), changes, silent).times_s
    assert times == pytest.approx([shown[1].start_s] * 2, abs=0.02)
    assert 0 < most < 3 * 25


def test_what_is_shown_at_a_time(film: tuple[Path, tuple[Shown, ...]]) -> None:
    """The frame on screen then, or one before it that others need; as far as the film goes."""
    wanted = [0.0, 0.5, 6.3, 6.5, 54.0, 55.3, 60.0]
    with open_video(film[0]) as video:
        found = [time for time, _ in shown_at(video, wanted, lambda frame: video.squeezed(frame, (8, 6)))]
    assert found == wanted[:-1]


def test_a_film_without_change(tmp_path: Path, textures: Path) -> None:
    films.scene_film(tmp_path / "a.mp4", [("blobs", 0.4)])
    for fast in ("false", "true"):
        scores = score(tmp_path / "a.mp4", settings(textures, f"scenes.fast={fast}"), silent)
        assert len(scores.weights) == 1
        (block,) = blocks_of(scores, each(scores.labels), settings(textures, "scenes.min_cut_s=0").scenes)
        assert block.label == "blobs"
