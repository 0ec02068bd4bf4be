from itertools import pairwise

import av
import numpy as np
import pytest

from analyzer import demo
from analyzer.records import Shot
from tests.clips import demo_clip, faceless_pictures, long_clip, nobody_clip, one_picture_clip, texture


@pytest.fixture(scope="module")
def film(tmp_path_factory):
    path, truth = demo_clip(tmp_path_factory.mktemp("demo"), faceless_pictures())
    with av.open(str(path)) as container:
        small = [frame.to_ndarray(format="gray", width=160, height=90) for frame in container.decode(video=0)]
    return np.stack(small).astype(float), truth


def seconds_of(person):
    return sum(s.shot.end_s - s.shot.start_s for s in demo.truth() if person in s.people)


def test_truth_is_what_the_demo_promises():
    truth = demo.truth()
    assert truth[0].shot.start_s == 0
    assert 12 <= truth[-1].shot.end_s <= 16
    assert all(a.shot.end_s == b.shot.start_s for a, b in pairwise(truth))
    kinds = [s.shot.transition for s in truth]
    assert kinds[0] == "start"
    assert kinds.count("dissolve") == kinds.count("fade") == 1
    assert any(len(s.people) == 2 for s in truth)
    assert sorted(demo.PEOPLE, key=seconds_of, reverse=True) == list(demo.PEOPLE)
    assert seconds_of("astronaut") > 1.4 * seconds_of("grace-hopper")
    assert isinstance(truth[0].shot, Shot)


def test_length(film):
    frames, truth = film
    assert len(frames) == round(truth[-1].shot.end_s * demo.FPS)


def test_cuts_are_where_the_truth_says(film):
    frames, truth = film
    change = np.abs(np.diff(frames, axis=0)).mean((1, 2))
    cuts = {round(s.shot.start_s * demo.FPS) for s in truth if s.shot.transition == "cut"}
    assert {int(n) + 1 for n in np.argsort(change)[-len(cuts) :]} == cuts


def test_fade_is_black_in_its_middle(film):
    frames, truth = film
    start = next(round(s.shot.start_s * demo.FPS) for s in truth if s.shot.transition == "fade")
    assert frames[start - 2 : start + 2].max() < 24
    assert frames[start - 13].mean() > 100 < frames[start + 12].mean()


def test_dissolve_shows_both(film):
    frames, truth = film
    shot = next(s for s in truth if s.shot.transition == "dissolve")
    middle, half = round(shot.shot.start_s * demo.FPS), round(shot.transition_s * demo.FPS / 2)
    before, after = frames[middle - half - 1], frames[middle + half + 1]
    mixed = np.corrcoef(frames[middle].ravel(), ((before + after) / 2).ravel())[0, 1]
    assert mixed > np.corrcoef(frames[middle].ravel(), before.ravel())[0, 1]
    assert mixed > np.corrcoef(frames[middle].ravel(), after.ravel())[0, 1]


def test_pictures_are_shown_unscaled_in_shape():
    square = np.zeros((400, 400, 3), np.uint8)
    square[150:250, 150:250] = 255
    seen = demo.look(square, demo.View(0.5, 0.5, 0.8), (640, 360)) > 128
    assert np.ptp(np.nonzero(seen)[0]) == pytest.approx(np.ptp(np.nonzero(seen)[1]), abs=1)


def test_other_clips(tmp_path):
    clip = nobody_clip(tmp_path, seconds=2)
    long = long_clip(tmp_path, clip, minutes=0.5, clip_s=2)
    portrait = one_picture_clip(tmp_path, texture(3), seconds=1)
    for path, seconds in ((clip, 2), (long, 30), (portrait, 1)):
        with av.open(str(path)) as container:
            assert container.duration / av.time_base == pytest.approx(seconds, abs=0.1)
