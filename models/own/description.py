"""What a model file of the user's own is for, what goes in and what comes out: NAME.toml beside NAME.onnx.

`marquee models add` writes it after a look into the file; whoever knows better mends it there.
"""

from __future__ import annotations

import hashlib
import json
import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError, ValidationInfo, field_validator

from models import fetch, files, labels
from models.alignment import ARCFACE, CENTRES, DLIB, Template
from models.catalog import Task
from models.errors import ModelError, said
from models.images import Floats

Head = Literal["yolo", "yolo-objectness", "end-to-end", "scrfd", "vectors", "scores", "logits"]
"""What a network's outputs are.

    yolo              (N, 4 + classes + points, n): YOLOv8 to v12: centre, size, a score a class
    yolo-objectness   (N, n, 5 + classes + points): YOLOv5 to v7: centre, size, objectness, a score a class
    end-to-end        (N, n, 6 + points): YOLOv10, YOLO26, exports with NMS: corners, score, class; best first
    scrfd             for each of 3 or 5 strides scores, distances to the sides, and maybe five points
    vectors           (N, d): embeddings or features
    scores            (N, classes), each 0 to 1
    logits            (N, classes) before softmax, or before a sigmoid if it is multi_label
"""

_OF_DETECTORS: tuple[Head, ...] = ("yolo", "yolo-objectness", "end-to-end", "scrfd")
_HEADS: dict[Task, tuple[Head, ...]] = {
    "face-detector": _OF_DETECTORS,
    "pose-detector": _OF_DETECTORS,
    "object-detector": _OF_DETECTORS,
    "face-embedder": ("vectors",),
    "image-feature": ("vectors", "scores", "logits"),
    "classifier": ("scores", "logits"),
}
"""What the outputs of networks of each task can be."""

Three = tuple[float, float, float]
Point = tuple[float, float]
Side = Annotated[int, Field(ge=8, le=4096)]
V = TypeVar("V", bound="View")


class View(BaseModel):
    """What any model of pictures sees, and what its classes are called.

    Attributes:
        sha256: of the model file, if only that may have this name.
        colour: order of its input's colours.
        mean, scale: it sees (pixel - mean) * scale, the pixel 0 to 255, in the order of `colour`.
        labels: of the classes, in order; or else
        labels_file: a text file with one a line; its place, where it is not absolute, is seen from the TOML.
        multi_label: of a classifier, whether several classes may hold at once: a sigmoid for each rather than
            one softmax over all.
        licence, source, note: for people.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    sha256: str = ""
    colour: Literal["rgb", "bgr"] = "rgb"
    mean: Three = (0.0, 0.0, 0.0)
    scale: Three = (1.0, 1.0, 1.0)
    labels: tuple[str, ...] = ()
    labels_file: str = ""
    multi_label: bool = False
    licence: str = "unknown"
    source: str = ""
    note: str = ""

    def fingerprint(self, checksum: str) -> str:
        """Return 64 hexadecimal digits of what results hang on: a file's checksum, and how it is run."""
        idle = {"sha256", "threshold", "licence", "source", "note"}
        if not self.multi_label:  # which there was not at first: nothing that was computed then is stale
            idle.add("multi_label")
        how = self.model_dump_json(exclude=idle)
        return hashlib.sha256(f"{checksum} {how}".encode()).hexdigest()

    def see(self, batch: Floats) -> Floats:
        """Return pixels, RGB (n, h, w, 3) or grey (n, h, w, 1), as the model takes them."""
        mean, scale = (np.array(three[: batch.shape[3]], np.float32) for three in (self.mean, self.scale))
        return np.asarray(((batch[..., ::-1] if self.colour == "bgr" else batch) - mean) * scale, np.float32)


class Description(View):
    """All that there is to say of a network that Marquee runs itself.

    Attributes:
        width, height: pixels of the picture that it takes.
        layout: order of its input's axes.
        batch: whether it takes any number of pictures at once, or one.
        head: see Head.
        points: key points of each detection.
        template: of a face model: "arcface", "dlib", or where the five points lie (the subject's right and
            left eye, tip of the nose, right and left corner of the mouth) in pixels of the picture.
        threshold: cosine distance below which two faces are taken for one person.
    """

    task: Task
    width: Side
    height: Side
    layout: Literal["nchw", "nhwc"] = "nchw"
    batch: Literal["any", "one"] = "any"
    head: Head
    points: Annotated[int, Field(ge=0, le=1000)] = 0
    template: Literal["arcface", "dlib"] | tuple[Point, Point, Point, Point, Point] = "arcface"
    threshold: Annotated[float, Field(gt=0, lt=2)] | None = None

    @field_validator("head")
    @classmethod
    def _fits_the_task(cls, head: Head, info: ValidationInfo) -> Head:
        task = info.data.get("task")
        if task is not None and head not in _HEADS.get(task, ()):
            raise ValueError(f"{head!r} is not what a {task} gives")
        return head

    def face_template(self) -> Template:
        """Return the template of a face model, scaled to its picture."""
        if isinstance(self.template, tuple):
            return Template(self.width, self.height, CENTRES, np.array(self.template, np.float32))
        known = {"arcface": ARCFACE, "dlib": DLIB}[self.template]
        stretch = np.array([self.width / known.width, self.height / known.height], np.float32)
        return Template(self.width, self.height, known.points, known.places * stretch)


def path_of(model: Path) -> Path:
    """Return where the description of a model file is."""
    return model.with_suffix(".toml")


def read(model: Path, kind: type[V]) -> V | None:
    """Return what the TOML beside a model file says, its labels read; None if there is none.

    Args:
        model: the file.
        kind: Description, or only View where the rest is known otherwise.

    Raises:
        ModelError: it is damaged, or of another file.
    """
    path = path_of(model)
    if not path.exists():
        return None
    try:
        description = _with_labels(kind(**tomllib.loads(path.read_text("utf-8"))), path)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise ModelError(f"{path}: {where}: {first['msg']}") from error
    except (OSError, ValueError, TypeError) as error:
        raise ModelError(f"{path} cannot be read ({said(error)})") from error
    if len(set(description.labels)) < len(description.labels):
        raise ModelError(f"{path}: a label is there twice; each class needs its own")
    if description.sha256 and model.exists() and files.sha256_of(model) != description.sha256:
        raise ModelError(f"{model} is not the file that {path.name} describes; 'marquee models add' it again")
    return description


def _with_labels(view: V, path: Path) -> V:
    if not view.labels_file:
        return view
    try:
        named = labels.read(beside(path, view.labels_file))
    except ModelError as error:
        raise ModelError(f"{path}: {error}") from error
    return view.model_copy(update={"labels": named, "labels_file": ""})


def beside(path: Path, name: str) -> Path:
    """Return the place of a file that a description at `path` names."""
    return path.parent / name


def write(description: Description, model: Path) -> None:
    """Write the description of a model file beside it.

    Raises:
        ModelError: the folder cannot be written.
    """
    fields: dict[str, Any] = description.model_dump(exclude_defaults=True)
    # A JSON string, number or list is a TOML one too.
    lines = [f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in fields.items()]
    head = f"# How Marquee runs {model.name}, as found in the file. What is wrong can be mended here."
    with fetch.written(path_of(model)) as part:
        part.write_text("\n".join([head, *lines, ""]), "utf-8")
