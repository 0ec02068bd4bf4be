"""Models of aligned faces that are named as "backend:model": what they give becomes records."""

from typing import Literal, cast

from analyzer.detect.batch import Rgb
from analyzer.detect.faces import Floats
from analyzer.detect.networks import Networks
from analyzer.records import Emotion, FaceAttributes, SexHint
from analyzer.settings import Settings
from models.contracts import AttributeModel, Attributes, Embedder


class NamedEmbedder:
    """An embedder and the name that its vectors have in records."""

    def __init__(self, embedder: Embedder, networks: Networks, settings: Settings) -> None:
        self._embedder = embedder
        self.template = embedder.template
        self.model = networks.label("face-embedder", settings.faces.embedder)

    def embed(self, chips: Rgb) -> Floats:
        """See analyzer.detect.faces.Embedder."""
        return self._embedder.embed(chips)


class Guesser:
    """Age, sex and emotion as a network sees them."""

    def __init__(self, model: AttributeModel, networks: Networks, settings: Settings) -> None:
        self._model = model
        self.template = model.template
        self._name = networks.label("face-attributes", settings.faces.attributes)

    def guess(self, chips: Rgb) -> list[FaceAttributes]:
        """See analyzer.detect.faces.Guesser."""
        return [self._record(attributes) for attributes in self._model.guess(chips)]

    def _record(self, found: Attributes) -> FaceAttributes:
        sex, emotion = found.sex, found.emotion
        return FaceAttributes(
            model=self._name,
            age=found.age,
            sex=SexHint(label=cast(Literal["female", "male"], sex[0]), score=sex[1]) if sex else None,
            emotion=Emotion(label=emotion[0], score=emotion[1]) if emotion else None,
        )
