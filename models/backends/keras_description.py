"""What a .keras file does not say itself: PATH.toml beside PATH.keras."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, ValidationError

from models.errors import ModelError, said
from models.images import Floats

Three = tuple[float, float, float]


class Description(BaseModel):
    """What PATH.toml says of PATH.keras.

    Attributes:
        labels: of the classes, in order; or else
        labels_file: the name of a text file beside it with one a line.
        mean, scale: it sees (pixel - mean) * scale, the pixel 0 to 255, in the order of `colour`.
        colour: order of its input's colours.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    labels: tuple[str, ...] = ()
    labels_file: str = ""
    mean: Three = (0.0, 0.0, 0.0)
    scale: Three = (1.0, 1.0, 1.0)
    colour: Literal["rgb", "bgr"] = "rgb"

    def see(self, batch: Floats) -> Floats:
        """Return pixels, RGB (n, h, w, 3) or grey (n, h, w, 1), as the network takes them."""
        mean, scale = (np.array(three[: batch.shape[3]], np.float32) for three in (self.mean, self.scale))
        return ((batch[..., ::-1] if self.colour == "bgr" else batch) - mean) * scale


def described(model: Path) -> Description | None:
    """Return what the TOML beside a model file says, its labels read; None if there is none.

    Raises:
        ModelError: it is damaged.
    """
    path = model.with_suffix(".toml")
    if not path.exists():
        return None
    try:
        description = Description(**tomllib.loads(path.read_text("utf-8")))
        if description.labels_file:
            words = path.with_name(description.labels_file).read_text("utf-8").split("\n")
            named = tuple(word.strip() for word in words if word.strip())
            description = description.model_copy(update={"labels": named, "labels_file": ""})
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise ModelError(f"{path}: {where}: {first['msg']}") from error
    except (OSError, ValueError, TypeError) as error:
        raise ModelError(f"{path} cannot be read ({said(error)})") from error
    if len(set(description.labels)) < len(description.labels):
        raise ModelError(f"{path}: a label is there twice; each class needs its own")
    return description
