"""A classifier of the generated scenes, fitted once."""

from pathlib import Path

import pytest

from tests.scenes import classifier


@pytest.fixture(scope="session")
def textures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An ONNX classifier of the classes of tests.scenes.films."""
    path = tmp_path_factory.mktemp("classifier") / "textures.onnx"
    classifier.write_textures(path)
    return path
