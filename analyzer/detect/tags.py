"""Tags: what a classifier says of each frame, summed up for the video."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from analyzer.detect.batch import Batch
from analyzer.detect.networks import Networks
from analyzer.records import Keyframe, Tag
from analyzer.settings import Settings
from models.contracts import Classifier


@dataclass(frozen=True)
class Seen:
    """One class in one keyframe."""

    keyframe: int
    label: str
    score: float


class Tags:
    """The classes that a classifier, named as "backend:model", sees in frames."""

    def __init__(self, classifier: Classifier, networks: Networks, settings: Settings) -> None:
        self._classifier = classifier
        self._min_score = settings.tags.min_score

    def detect(self, batch: Batch) -> list[Seen]:
        """See Detector."""
        return [
            Seen(frame.index, label, score)
            for frame, scores in zip(batch.frames, batch.ask(self._classifier.classify), strict=True)
            for label, score in zip(self._classifier.labels, scores.tolist(), strict=True)
            if score >= self._min_score
        ]


def sum_up(seen: Iterable[Seen], keyframes: Sequence[Keyframe]) -> tuple[Tag, ...]:
    """Return the tags of a video, the one that holds for the longest first.

    A keyframe stands for its own seconds and for those of the frames that are seen as it.
    """
    seconds = [0.0] * len(keyframes)
    for keyframe in keyframes:
        if keyframe.seen_as is not None:
            seconds[keyframe.seen_as] += keyframe.span_s
    best: dict[str, float] = {}
    shown: dict[str, float] = {}
    for one in seen:
        best[one.label] = max(best.get(one.label, 0.0), one.score)
        shown[one.label] = shown.get(one.label, 0.0) + seconds[one.keyframe]
    tags = [Tag(name=name, score=best[name], screen_time_s=shown[name]) for name in best]
    return tuple(sorted(tags, key=lambda tag: (-tag.screen_time_s, tag.name)))
