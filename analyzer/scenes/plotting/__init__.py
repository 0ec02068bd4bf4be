"""A picture of what each second of a film shows: class weights, blocks and changes of shot."""

from collections.abc import Sequence
from typing import Literal, get_args

from analyzer.records import Scene
from analyzer.scenes.scores import Scores

Form = Literal["png", "svg", "html"]
FORMS: tuple[Form, ...] = get_args(Form)


def plot(scores: Scores, scenes: Sequence[Scene], title: str, form: Form) -> bytes:
    """Return a picture of a film's scores and scenes, or a page with it, as the bytes of a file.

    The same scores, scenes and title give the same bytes.

    Args:
        scores: of the film.
        scenes: of any labels; those that are no class of the scores are drawn without weights.
        title: what stands above it.
        form: PNG of 2,100 pixels width, SVG, or one HTML page that needs no network: the picture, what each
            second shows under the mouse, and a table of the scenes.
    """
    from analyzer.scenes.plotting import chart, page  # matplotlib: not for all commands
    from analyzer.scenes.plotting.lanes import lanes_of

    lanes = lanes_of(scores, scenes)
    return page.html(lanes, scores, title) if form == "html" else chart.draw(lanes, scores, form, title)
