"""A small classifier of colours, really trained, and pictures and films for it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from analyzer.media.write import Image, write_video
from tests.clips import FAST, SMALL, texture

COLOURS = {"blue": (40, 60, 220), "green": (30, 190, 60), "red": (220, 50, 40)}
FPS = 25


def picture(name: str, seed: int, height: int = 32, width: int = 32) -> Image:
    """A noisy picture of mostly one colour."""
    noise = texture(seed, height, width).astype(float) - 128
    return np.clip(np.array(COLOURS[name]) + 0.5 * noise, 0, 255).astype(np.uint8)


def pictures(count: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Pictures (count, 32, 32, 3) and the numbers of their colours, each as often."""
    numbers = np.arange(count) % len(COLOURS)
    names = list(COLOURS)
    return np.stack([picture(names[n], seed + i) for i, n in enumerate(numbers)]), numbers


def train() -> Any:
    """A keras.Model that tells COLOURS apart: pixels 0 to 255 in, softmax out."""
    import keras

    keras.utils.set_random_seed(1)
    layers = [
        keras.layers.Rescaling(1 / 127.5, -1),
        keras.layers.Conv2D(8, 3, strides=2, activation="relu"),
        keras.layers.GlobalAveragePooling2D(),
        keras.layers.Dense(16, activation="relu"),
        keras.layers.Dense(len(COLOURS), activation="softmax"),
    ]
    model = keras.Sequential([keras.layers.Input((32, 32, 3)), *layers])
    model.compile(keras.optimizers.Adam(0.01), "sparse_categorical_crossentropy")
    model.fit(*pictures(120), epochs=30, batch_size=24, verbose=0)
    return model


def save(folder: Path) -> Path:
    """Keep a trained model as colours.keras, with its labels beside it."""
    path = folder / "colours.keras"
    train().save(path)
    path.with_suffix(".toml").write_text(f"labels = {list(COLOURS)}\n")
    return path


def film(folder: Path, *shots: tuple[str, float]) -> Path:
    """A film that shows one colour after another, each for so many seconds."""
    path = folder / "colours.mp4"
    write_video(path, _frames(shots), FPS, options=FAST)
    return path


def _frames(shots: tuple[tuple[str, float], ...]) -> Iterator[Image]:
    width, height = SMALL
    for seed, (name, seconds) in enumerate(shots):
        wide = picture(name, seed, height, 2 * width)
        for frame in range(round(seconds * FPS)):
            yield wide[:, 2 * frame : 2 * frame + width]
