"""Objects of every class that a detector knows."""

from collections.abc import Sequence

from analyzer.detect.batch import Batch
from analyzer.detect.networks import Networks
from analyzer.records import Object
from analyzer.settings import Settings
from models.boxes import Detections
from models.contracts import Detector


class Objects:
    """What a detector that is named as "backend:model" finds."""

    def __init__(self, detector: Detector, networks: Networks, settings: Settings) -> None:
        self._detector = detector
        self._min_score = settings.objects.min_score

    def _find(self, batch: Batch) -> Sequence[Detections]:
        return batch.ask(self._detector.detect)

    def detect(self, batch: Batch) -> list[Object]:
        """See Detector."""
        return [
            Object(keyframe=frame.index, label=label, box=tuple(box), score=score)
            for frame, things in zip(batch.frames, self._find(batch), strict=True)
            for box, score, label in zip(
                (things.boxes * (frame.scale * 2)).tolist(),
                things.scores.tolist(),
                things.labels,
                strict=True,
            )
            if score >= self._min_score
        ]


class NudeNetObjects(Objects):
    """320n's 18 classes of faces and body parts; faces and features come out of the same run."""

    def __init__(self, networks: Networks, settings: Settings) -> None:
        self._network = networks.nudenet
        self._min_score = settings.objects.min_score

    def _find(self, batch: Batch) -> Sequence[Detections]:
        return batch.ask(self._network.detect)[0]
