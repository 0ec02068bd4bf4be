"""Face embeddings by dlib's ResNet."""

from analyzer.detect.batch import Rgb
from analyzer.detect.faces import Floats
from analyzer.detect.networks import Networks
from analyzer.settings import Settings


class DlibEmbedder:
    """dlib's ResNet with its own template; each face is seen twice, mirrored the second time."""

    model = "dlib+mirrored"

    def __init__(self, networks: Networks, settings: Settings) -> None:
        self._network = networks.dlib
        self.template = self._network.template

    def embed(self, chips: Rgb) -> Floats:
        """See Embedder."""
        return self._network.embed_both(chips)
