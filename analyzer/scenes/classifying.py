"""A scene classifier, and the pictures that it is given."""

from collections.abc import Iterable, Iterator
from contextlib import closing
from typing import TypeVar

from av.video.frame import VideoFrame

from analyzer.detect.networks import shared_networks
from analyzer.detect.table import part_of
from analyzer.media.pixels import Image
from analyzer.media.video import Video
from analyzer.overlap import ReadAhead, batched, map_ahead
from analyzer.scenes.scores import Floats
from analyzer.settings import Settings
from models.contracts import Classifier

K = TypeVar("K")

READ_AHEAD = 64
"""Pictures that wait for the classifier."""
SIDE = 640
"""Long side of pictures for a classifier that cuts or pads them itself."""


class Looker:
    """Looks at pictures with the classifier that the settings name, in batches, several at once.

    Raises:
        ModelError: it cannot be had.

    Attributes:
        name: of the classifier, in records.
        labels, exclusive: see Classifier.
        threads: how many may ask at once with profit.
    """

    def __init__(self, settings: Settings) -> None:
        networks, part = shared_networks(settings), part_of("scenes.model", settings)
        assert part is not None
        self._classifier: Classifier = networks.model("classifier", part.spec, 0.0)
        self._batch_size = networks.engine.batch_size
        self.threads = networks.engine.streams + 1
        self.name = networks.label("classifier", part.spec)
        self.labels = self._classifier.labels
        self.exclusive = self._classifier.exclusive

    def picture(self, video: Video, frame: VideoFrame) -> Image:
        """Return a frame as the classifier takes it, RGB uint8 (H, W, 3)."""
        size = self._classifier.size
        return video.squeezed(frame, size) if size else video.image(frame, SIDE)

    def classify(self, images: list[Image]) -> Floats:
        """Return scores (N, classes), float32."""
        return self._classifier.classify(images)

    def look(self, pictures: Iterator[tuple[K, Image]]) -> Iterator[tuple[K, Floats]]:
        """Yield what each picture shows (classes,), in order. They are read ahead in their own thread."""

        def ask(batch: list[tuple[K, Image]]) -> list[tuple[K, Floats]]:
            scores = self.classify([image for _, image in batch])
            return [(key, row) for (key, _), row in zip(batch, scores, strict=True)]

        with ReadAhead(pictures, READ_AHEAD) as ahead:
            batches: Iterable[list[tuple[K, Image]]] = batched(ahead, self._batch_size)
            with closing(map_ahead(ask, batches, self.threads)) as answers:  # type: ignore[type-var]
                for answer in answers:
                    yield from answer
