"""The whole analysis in a warm process. What is "found" are the bytes of the record."""

from pathlib import Path

from benchmarks.serve import serve


def make(option, path):
    from analyzer.pipeline import analyze
    from analyzer.settings import load

    settings = load(assignments=[f"keyframes.effort={option}"])
    analyze(Path(path), settings)  # loads the networks
    return [path], lambda video: len(analyze(Path(video), settings).model_dump_json())


serve(make)
