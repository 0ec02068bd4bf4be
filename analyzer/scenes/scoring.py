"""The scores of a film. In the worker alone: it decodes."""

from pathlib import Path

from analyzer.progress import Progress
from analyzer.scenes.classifying import Looker
from analyzer.scenes.dense import dense_looks
from analyzer.scenes.scores import Labels, Scores
from analyzer.scenes.sparse import sparse_looks
from analyzer.settings import Settings


def labels(settings: Settings) -> Labels:
    """Return the labels of the classifier that the settings name.

    Raises:
        ModelError: it cannot be had.
    """
    return Labels(labels=Looker(settings).labels)


def score(path: Path, settings: Settings, progress: Progress) -> Scores:
    """Return what a classifier sees in each look at a video.

    Args:
        path: the video.
        settings: `scenes` names the classifier and says how often to look.
        progress: told how far it is.

    Raises:
        InputError, MediaError: see analyzer.media.video.open_video.
        ModelError: the classifier cannot be had.
    """
    looker = Looker(settings)
    take = sparse_looks if settings.scenes.fast else dense_looks
    looks = take(path, looker, settings.scenes.every_s, progress)
    return Scores(
        model=looker.name,
        labels=looker.labels,
        exclusive=looker.exclusive,
        every_s=settings.scenes.every_s,
        source=looks.source,
        flat=looks.weights.ravel(),
        cuts_s=looks.cuts_s,
    )
