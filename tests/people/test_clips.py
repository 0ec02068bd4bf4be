"""Who is found in real clips, against what people saw in them."""

import json
from pathlib import Path

import pytest

from analyzer import analyze, load_settings
from analyzer.records import Movie

CLIPS = [
    "GENERATED_intel_ccby_multishot",
    "GENERATED_lfw_cast_reel",
    "friday_his_girl",
    "moviepy_animals_noface_30s",
    "moviepy_chaplin",
    "pyscenedetect_fades",
    "pyscenedetect_testvideo",
    "short_hamilton_clip",
]
"""Those whose truth is sure."""
UNLED = ["katna_elephants_dream_16s", "facenet_pytorch_video", "sintel_trailer_animated_52s"]
"""Cartoons and a crowd."""


def found_in(shared: Path, clip: str, *settings: str) -> Movie:
    return analyze(shared / "videos" / f"{clip}.mp4", load_settings(assignments=settings))


def recurring(movie: Movie) -> int:
    return sum(person.role != "extra" for person in movie.people)


@pytest.mark.parametrize("clip", CLIPS)
def test_the_people_who_matter_are_found(shared: Path, clip: str) -> None:
    """One is excused whose face the truth calls turned away."""
    truth = json.loads((shared / "truth" / f"{clip}.json").read_text("utf-8"))
    unusable = sum("back of head" in person.get("notes", "") for person in truth["people"])
    movie = found_in(shared, clip)
    assert truth["n_recurring_people"] - unusable <= recurring(movie) <= truth["n_recurring_people"]
    leads = [person for person in movie.people if person.role == "lead"]
    if "leads" in truth:
        assert len(leads) == len(truth["leads"])
        seconds = [person["approx_screen_seconds"] for person in truth["people"]][: len(leads)]
        assert [lead.screen_time_s for lead in leads] == pytest.approx(seconds, abs=1)
    if not truth["people"]:
        assert not movie.people


@pytest.mark.parametrize("clip", UNLED)
def test_cartoons_and_crowds_have_no_lead(shared: Path, clip: str) -> None:
    assert not [person for person in found_in(shared, clip).people if person.role == "lead"]


def test_batches_and_engines_do_not_change_who_is_found(shared: Path) -> None:
    """The networks' last digits differ; the people do not."""
    clip = "GENERATED_intel_ccby_multishot"
    one = found_in(shared, clip, "engine.batch_size=1", "engine.precision=f32")
    seven = found_in(shared, clip, "engine.batch_size=7", "engine.precision=f32")
    onnx = found_in(shared, clip, "engine.runtime=onnxruntime")
    who = [[(p.role, p.tracks, p.intervals) for p in movie.people] for movie in (one, seven, onnx)]
    assert who[0] == who[1] == who[2]
    assert [t.faces for t in one.tracks] == [t.faces for t in seven.tracks]
