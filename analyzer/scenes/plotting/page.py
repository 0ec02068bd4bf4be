"""The picture as a page: what each look shows under the mouse, and a table of the scenes."""

import base64
import json
from collections.abc import Sequence
from html import escape
from importlib import resources
from string import Template

import numpy as np

from analyzer.paths import one_line
from analyzer.records import Scene
from analyzer.scenes.clock import clock
from analyzer.scenes.plotting import chart
from analyzer.scenes.plotting.lanes import Lane, Subject, binned
from analyzer.scenes.plotting.words import subtitle
from analyzer.scenes.scores import Scores

_LOOKS = 20_000
"""That are told apart under the mouse; of longer films, those of neighbouring looks together."""


def html(subject: Subject) -> bytes:
    """Return the page as UTF-8."""
    here = resources.files("analyzer.scenes.plotting")
    picture = chart.draw(subject, "svg", titled=False).decode("utf-8")
    page = Template((here / "page.html").read_text("utf-8")).substitute(
        title=escape(one_line(subject.title)),
        subtitle=escape(subtitle(subject)),
        style=(here / "page.css").read_text("utf-8"),
        script=(here / "page.js").read_text("utf-8"),
        picture=picture[picture.index("<svg") :],
        data=_data(subject.lanes, subject.scores),
        rows="\n".join(_rows(subject.lanes)),
    )
    return page.encode("utf-8")


def _data(lanes: Sequence[Lane], scores: Scores) -> str:
    """What the script reads: of each look, the weights of the lanes from 0 to 255."""
    bins = binned(np.stack([lane.weights for lane in lanes], axis=1), _LOOKS)
    return json.dumps(
        {
            "left": chart.LEFT / chart.WIDTH,
            "right": 1 - chart.RIGHT / chart.WIDTH,
            "seconds": scores.duration_s,
            "looks": len(bins.mean),
            "labels": [one_line(lane.label) for lane in lanes],
            "colours": [lane.colour for lane in lanes],
            "weights": base64.b64encode((bins.mean * 255).round().astype(np.uint8).tobytes()).decode("ascii"),
        }
    ).replace("<", "\\u003c")


def _rows(lanes: Sequence[Lane]) -> list[str]:
    """The table's rows, by when the scenes begin."""
    scenes = [(scene, lane) for lane in lanes for scene in lane.scenes]
    scenes.sort(key=lambda pair: (pair[0].start_s, pair[0].end_s))
    return [_row(scene, lane.colour) for scene, lane in scenes]


def _row(scene: Scene, colour: str) -> str:
    times = (scene.start_s, scene.end_s, scene.end_s - scene.start_s)
    cells = "".join(f"<td>{cell}</td>" for cell in (*(clock(t, 1) for t in times), *_shares(scene)))
    label = f'<td><i style="background:{colour}"></i>{escape(one_line(scene.label))}</td>'
    return f'<tr tabindex="0" data-start="{scene.start_s}" data-end="{scene.end_s}">{label}{cells}</tr>'


def _shares(scene: Scene) -> tuple[str, str]:
    return f"{scene.score:.2f}", f"{scene.coverage:.0%}"
