"""Pictures of scores and scenes: PNG and SVG."""

import os
import subprocess
import sys
from collections.abc import Sequence
from xml.etree import ElementTree

import cv2
import numpy as np
import pytest

from analyzer.records import Scene
from analyzer.scenes.plotting import FORMS, plot_scores
from analyzer.scenes.plotting.lanes import COLOURS, GREY, MOST, PALE, binned, lanes_of
from analyzer.scenes.scores import Scores
from tests.scenes.made import ODD, in_turn, scene, scores, source

SVG = "{http://www.w3.org/2000/svg}"
THREE = ("other", "dance", "talk")


CUTS = range(7, 3600, 7)


def draw(
    shown: Scores, scenes: Sequence[Scene], title: str, form: str, cuts_s: Sequence[float] = CUTS
) -> bytes:
    return plot_scores(shown, scenes, [cut for cut in cuts_s if cut < shown.duration_s], title, form)


def texts(svg: bytes) -> list[str]:
    return [element.text or "" for element in ElementTree.fromstring(svg).iter(f"{SVG}text")]


def picture(png: bytes) -> np.ndarray:
    """Decoded, RGB."""
    return cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_COLOR_RGB)


def share(image: np.ndarray, colour: str) -> float:
    """How much of an image has just this colour."""
    wanted = [int(colour[at : at + 2], 16) for at in (1, 3, 5)]
    return float((image == wanted).all(axis=2).mean())


@pytest.mark.parametrize(("classes", "looks"), [(1, 1), (2, 20), (6, 1470), (30, 10_800), (1000, 600)])
def test_a_png_is_2100_pixels_wide_and_holds_the_colours_of_its_classes(classes: int, looks: int) -> None:
    labels = tuple(f"class {number}" for number in range(classes))
    image = picture(draw(scores(labels, looks), in_turn(*labels[:6]), "film.mp4", "png"))
    assert image.shape[1] == 2100
    assert 200 < image.shape[0] < 2200
    assert share(image, "#ffffff") > 0.5
    for colour in COLOURS[: min(classes, looks)]:
        assert share(image, colour) > 0.00002, colour


def test_more_classes_make_a_taller_picture() -> None:
    heights = [
        len(picture(draw(scores(tuple(map(str, range(classes))), 60), [], "film.mp4", "png")))
        for classes in (2, 8, 30)
    ]
    assert heights == sorted(set(heights))


def test_an_svg_names_classes_blocks_and_times() -> None:
    scenes = [scene("dance", 100, 160), scene("talk", 200, 230), scene("talk", 300, 310)]
    written = texts(draw(scores(THREE, 3600), scenes, "film.mp4", "svg"))
    assert {"film.mp4", *THREE, "0:05:00", "0:55:00", "strongest", "shot cuts"} <= set(written)
    assert any("3 classes" in text and "3 blocks" in text and "514 shot cuts" in text for text in written)
    assert {"0:01:00  2%  1 block", "0:00:40  1%  2 blocks"} <= set(written)


def test_of_a_thousand_classes_the_strongest_are_drawn_and_the_picture_says_so() -> None:
    labels = tuple(f"class {number}" for number in range(1000))
    made = scores(labels, 60)
    weights = made.weights.copy()
    weights[:, 700] = 0.9
    strong = made.model_copy(update={"flat": weights.ravel()})
    written = texts(draw(strong, [scene("class 999", 5, 15)], "film.mp4", "svg"))
    assert {"class 999", "class 700"} <= set(written)
    assert sum(text.startswith("class ") for text in written) == MOST
    assert any(f"the {MOST} strongest of 1,000 classes" in text for text in written)


@pytest.mark.parametrize("odd", ODD)
def test_odd_labels_and_titles_are_drawn_as_text(odd: str) -> None:
    for form in FORMS:
        assert draw(scores(("other", odd), 30), [scene(odd, 0, 9)], odd, form)
    root = ElementTree.fromstring(draw(scores(("other", odd), 30), [], odd, "svg"))
    assert {element.tag.removeprefix(SVG) for element in root.iter()} & {"script", "image", "a"} == set()
    shown = odd.replace("\n", "\\n").replace("\r", "\\r").replace("\x07", "\\x07")
    assert shown in texts(ElementTree.tostring(root))


@pytest.mark.parametrize("form", FORMS)
def test_the_same_picture_is_the_same_bytes(form: str) -> None:
    """In another process too, and whatever the order of the scenes."""
    code = (
        "import sys; from analyzer.scenes.plotting import plot_scores; from tests.scenes.made import *;"
        "scenes = in_turn('dance', 'talk', 'dance')[::-1];"
        f"sys.stdout.buffer.write(plot_scores(scores({THREE}, 90), scenes, (40, 9), 'film.mp4', '{form}'))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    scenes = in_turn("dance", "talk", "dance")
    assert done.stdout == plot_scores(scores(THREE, 90), scenes, (9, 40), "film.mp4", form)


def test_drawing_needs_no_display_and_leaves_matplotlib_as_it_was() -> None:
    code = (
        "import matplotlib; before = dict(matplotlib.rcParams);"
        "from analyzer.scenes.plotting import plot_scores; from tests.scenes.made import *;"
        f"plot_scores(scores({THREE}, 90), [], (), 'film.mp4', 'png');"
        "assert dict(matplotlib.rcParams) == before"
    )
    environment = {name: value for name, value in os.environ.items() if "DISPLAY" not in name}
    subprocess.run([sys.executable, "-c", code], check=True, env=environment | {"MPLBACKEND": "tkagg"})


def test_matplotlib_is_loaded_only_to_draw() -> None:
    code = "import sys, analyzer.scenes.plotting, analyzer.scenes.lists; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    assert "analyzer.scenes.lists" in done.stdout
    assert not {"matplotlib", "opentimelineio"} & set(done.stdout.split())


@pytest.mark.parametrize("form", FORMS)
def test_a_film_without_length_is_drawn(form: str) -> None:
    nothing = scores(THREE, 1).model_copy(update={"source": source(duration_s=0.0)})
    assert draw(nothing, [], "empty", form)


def test_the_last_look_ends_with_the_film() -> None:
    short = scores(THREE, 10).model_copy(update={"source": source(duration_s=9.6)})
    assert "0:00:09" in texts(draw(short, [scene("dance", 3, 9.6)], "film.mp4", "svg"))


# What is drawn


def test_classes_with_scenes_come_first_then_the_heaviest_and_other_last() -> None:
    labels = ("other", "light", "heavy", "seen")
    weights = np.tile(np.float32([0.9, 0.1, 0.5, 0.0]), (60, 1))
    made = scores(labels, 60).model_copy(update={"flat": weights.ravel()})
    lanes = lanes_of(made, [scene("seen", 0, 10), scene("any, of these", 0, 5)])
    assert [lane.label for lane in lanes] == ["seen", "any, of these", "heavy", "light", "other"]
    assert [lane.colour for lane in lanes] == [*COLOURS[:4], PALE]
    assert lanes[1].weights.max() == 0


def test_the_classes_after_the_colours_are_grey() -> None:
    lanes = lanes_of(scores(tuple("abcdefgh"), 80), [])
    assert [lane.colour for lane in lanes] == [*COLOURS, GREY, GREY]


def test_neighbouring_looks_are_put_together_without_loss() -> None:
    weights = np.random.default_rng(3).random((10_799, 4), np.float32)
    bins = binned(weights, 1000)
    widths = np.diff(bins.edges)
    assert (len(bins.mean), bins.edges[0], bins.edges[-1]) == (1000, 0, 10_799)
    assert set(widths.tolist()) == {10, 11}
    assert np.allclose((bins.mean * widths[:, None]).sum(axis=0), weights.sum(axis=0), rtol=1e-4)
    assert np.array_equal(bins.peak.max(axis=0), weights.max(axis=0))
    assert np.array_equal(binned(weights[:50], 1000).mean, weights[:50])


def test_every_class_and_scene_of_a_long_film_can_be_seen() -> None:
    """A look of a second in three hours is a few pixels of its colour, and so is a scene."""
    weights = np.zeros((10_800, 2), np.float32)
    weights[:, 0] = 1
    weights[5000] = (0, 1)
    made = scores(THREE[:2], 10_800).model_copy(update={"flat": weights.ravel()})
    bare = picture(draw(made, [], "film.mp4", "png"))
    marked = picture(draw(made, [scene("dance", 5000, 5001)], "film.mp4", "png"))
    pale = (bare.astype(int)[..., 2] - bare.astype(int)[..., 0] > 30).sum()
    assert pale > 20
    assert share(marked, COLOURS[0]) > 0
