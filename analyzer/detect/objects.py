"""Objects and image features, both from one run of NudeNet's 320n."""

import numpy as np

from analyzer.detect.batch import Batch
from analyzer.detect.networks import Networks
from analyzer.records import ImageFeature, Object
from analyzer.settings import Settings


class Objects:
    """320n's 18 classes of faces and body parts."""

    def __init__(self, networks: Networks, settings: Settings) -> None:
        self._network = networks.nudenet
        self._min_score = settings.objects.min_score

    def detect(self, batch: Batch) -> list[Object]:
        """See Detector."""
        found, _ = batch.ask(self._network.detect)
        return [
            Object(keyframe=frame.index, label=label, box=tuple(box), score=score)
            for frame, things in zip(batch.frames, found, strict=True)
            for box, score, label in zip(
                (things.boxes * (frame.scale * 2)).tolist(),
                things.scores.tolist(),
                things.labels,
                strict=True,
            )
            if score >= self._min_score
        ]


class Features:
    """The mean of 320n's deepest backbone layer: 256 numbers a picture."""

    def __init__(self, networks: Networks, settings: Settings) -> None:
        self._network = networks.nudenet
        self._model = settings.features.model

    def detect(self, batch: Batch) -> list[ImageFeature]:
        """See Detector."""
        _, features = batch.ask(self._network.detect)
        return [
            ImageFeature(keyframe=frame.index, model=self._model, vector=vector.astype(np.float16))
            for frame, vector in zip(batch.frames, features, strict=True)
        ]
