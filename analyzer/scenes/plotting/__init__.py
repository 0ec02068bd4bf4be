"""A picture of what each second of a film shows: class weights, blocks and changes of shot."""

from collections.abc import Sequence

from analyzer.records import Scene
from analyzer.scenes.scores import Scores

FORMS = ("png", "svg", "html")


def plot_scores(
    scores: Scores, scenes: Sequence[Scene], cuts_s: Sequence[float], title: str, form: str
) -> bytes:
    """Return a picture of a film's scores and scenes, or a page with it, as the bytes of a file.

    The same scores, scenes and title give the same bytes.

    Args:
        scores: of the film.
        scenes: of any labels; those that are no class of the scores are drawn without weights.
        cuts_s: where shots begin, seconds; of any order.
        title: what stands above it.
        form: one of FORMS: PNG of 2,100 pixels width, SVG, or one HTML page that needs no network: the
            picture, what each second shows under the mouse, and a table of the scenes.
    """
    from analyzer.scenes.plotting import chart, page  # matplotlib: not for all commands
    from analyzer.scenes.plotting.lanes import Subject, lanes_of

    subject = Subject(title, scores, lanes_of(scores, scenes), tuple(sorted(cuts_s)))
    return page.html(subject) if form == "html" else chart.draw(subject, form)
