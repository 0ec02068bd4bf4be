"""Image features: what a network sees in a whole frame, as a vector."""

import numpy as np

from analyzer.detect.batch import Batch
from analyzer.detect.faces import Floats
from analyzer.detect.networks import Networks
from analyzer.records import ImageFeature
from analyzer.settings import Settings
from models.contracts import Extractor

LARGEST = float(np.finfo(np.float16).max)
"""Records keep half precision; what is beyond is cut off."""


class Features:
    """The vectors of a network that is named as "backend:model"."""

    def __init__(self, model: Extractor, networks: Networks, settings: Settings) -> None:
        self._model = model
        self._name = networks.label("image-feature", settings.features.model)

    def _find(self, batch: Batch) -> Floats:
        return batch.ask(self._model.features)

    def detect(self, batch: Batch) -> list[ImageFeature]:
        """See Detector."""
        found = self._find(batch).clip(-LARGEST, LARGEST).astype(np.float16)
        return [
            ImageFeature(keyframe=frame.index, model=self._name, vector=vector)
            for frame, vector in zip(batch.frames, found, strict=True)
        ]


class NudeNetFeatures(Features):
    """The mean of 320n's deepest backbone layer: 256 numbers a picture."""

    def __init__(self, networks: Networks, settings: Settings) -> None:
        self._network = networks.nudenet
        self._name = settings.features.model

    def _find(self, batch: Batch) -> Floats:
        return batch.ask(self._network.detect)[1]
