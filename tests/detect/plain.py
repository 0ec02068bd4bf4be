"""A second embedder: dlib's network without the mirrored pass."""

from analyzer.detect.dlib_embedder import DlibEmbedder
from analyzer.detect.faces import Floats, Rgb


class PlainDlib(DlibEmbedder):
    """Vectors that must not be compared with those of the embedder that it is made from."""

    model = "dlib"

    def embed(self, chips: Rgb) -> Floats:
        return self._network.embed(chips)
