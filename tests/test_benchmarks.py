import sys

import pytest

from tests.clips import nobody_clip

if sys.platform == "win32":
    pytest.skip("the benchmarks are for Unix", allow_module_level=True)

from benchmarks import machine, report, speed
from benchmarks.entries import ENTRIES, Entry
from benchmarks.frames import open_film
from benchmarks.peers import setup
from benchmarks.scenes import cutting

DECODE = next(entry for entry in ENTRIES if entry.module == "own.decode")
NO_SCRIPT = Entry("no script", "ceiling", "own.nothing", takes="video")
NO_VENV = Entry("no venv", "chain", "peers.dlib_hog", "dlib")


@pytest.fixture
def film(tmp_path):
    return open_film(nobody_clip(tmp_path, seconds=2), tmp_path, limit=1)


def test_environments_are_known():
    assert {entry.venv for entry in ENTRIES if entry.venv} | {cutting.PEER} == set(setup.VENVS)


def test_entries_take_turns_and_one_that_cannot_run_is_named(film, tmp_path):
    results, failures = speed.measure(film, [DECODE, NO_SCRIPT, NO_VENV], 2, tmp_path)
    assert list(results) == [DECODE]
    assert [one["found"] for one in results[DECODE]] == [film.key_frames] * 2
    assert "own.nothing" in failures[NO_SCRIPT]
    assert "benchmarks.peers.setup" in failures[NO_VENV]

    summary = report.summarize(film, results, failures, cores=2)
    assert summary["chain_s"] == 0
    assert summary["ceilings_s"].keys() == {DECODE.option}
    text = report.table(summary)
    assert "no venv" in text
    assert DECODE.name in text


def test_ratios(film):
    def rounds(*wall):
        return [{"wall_s": s, "cpu_s": 2 * s, "found": 1000, "peak_bytes": 10**8} for s in wall]

    ours, peer = (next(e for e in ENTRIES if e.group == group) for group in ("marquee", "chain"))
    results = {ours: rounds(1.0, 0.5, 0.4), DECODE: rounds(0.2), peer: rounds(4.0)}
    summary = report.summarize(film, results, {}, cores=2)
    assert summary["chain_s"] == 4.0 * film.key_frames
    assert summary["ceilings_s"] == {"fast": 0.2}
    text = report.table(summary)
    assert "4.0 times real time" in text  # 2 s of film in the median of 0.5 s
    assert "40% of its ceiling" in text


def test_machine():
    facts = machine.facts()
    assert facts["cores"] >= 1
    assert facts["processor"] in report.machine_line(facts)
