"""What a network in OpenVINO's own format takes and gives, and how it comes to take pictures."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

import openvino as ov
from openvino import preprocess

from models.classes import Squash
from models.engines import openvino_core
from models.errors import BrokenModelError
from models.own import description
from models.own.classifiers import ClassifierView
from models.own.description import Description

_SQUASHES: dict[str, Squash] = {"Softmax": "softmax", "Sigmoid": "sigmoid", "HardSigmoid": "sigmoid"}
_PASSED_OVER = ("Convert", "Reshape", "Squeeze", "Unsqueeze")
_KINDS = (ov.Type.u8, ov.Type.f16, ov.Type.f32)


class IrView(ClassifierView):
    """What the TOML beside a network says.

    Attributes:
        layout: order of its input's axes, where its shape does not tell.
    """

    layout: Literal["nchw", "nhwc"] | None = None


def described(path: Path) -> Description:
    """Return how a network is run: as the TOML beside it says, and as it says itself.

    Raises:
        BrokenModelError: it cannot be read, or is no network that takes one picture and gives one thing.
        ModelError: the TOML is damaged, or does not fit.
    """
    view = description.read(path, IrView) or IrView()
    model = _read(path)
    if len(model.inputs) != 1 or len(model.outputs) != 1:
        raise BrokenModelError(
            f"{path} has {len(model.inputs)} inputs and {len(model.outputs)} outputs, not one of each"
        )
    source = model.inputs[0]
    if source.element_type not in _KINDS:
        raise BrokenModelError(f"{path} takes {source.element_type.get_type_name()}, not pixels")
    shape = source.partial_shape
    sides = [] if shape.rank.is_dynamic else [dim.get_length() if dim.is_static else None for dim in shape]
    layout = view.layout or ("nhwc" if sides[3:] == [3] and sides[1] != 3 else "nchw")
    if len(sides) != 4 or sides[3 if layout == "nhwc" else 1] not in (3, None):
        raise BrokenModelError(f"{path} takes {shape}, not pictures of three colours")
    height, width = sides[1:3] if layout == "nhwc" else sides[2:]
    batch: Literal["any", "one"] = "one" if sides[0] == 1 else "any"
    return view.described(str(path), (width, height), _last(model), layout, batch)


def prepared(model: ov.Model, about: Description) -> ov.Model:
    """Return a network that takes RGB uint8 pictures (N, height, width, 3) and gives float32."""
    rows = model.input(0).partial_shape[0]
    size = (about.height, about.width)
    model.reshape([rows, *size, 3] if about.layout == "nhwc" else [rows, 3, *size])
    steps = preprocess.PrePostProcessor(model)
    taken = steps.input()
    taken.tensor().set_element_type(ov.Type.u8).set_layout(ov.Layout("NHWC"))
    taken.tensor().set_color_format(preprocess.ColorFormat.RGB)
    taken.model().set_layout(ov.Layout(about.layout.upper()))
    seen = taken.preprocess().convert_element_type(ov.Type.f32)
    if about.colour == "bgr":
        seen.convert_color(preprocess.ColorFormat.BGR)
    seen.mean(list(about.mean)).scale([1 / scale for scale in about.scale])
    steps.output().tensor().set_element_type(ov.Type.f32)
    return steps.build()


def _read(path: Path) -> Any:
    try:
        return openvino_core().read_model(path)
    except RuntimeError as error:
        reason = str(error).strip().splitlines()[-1]
        raise BrokenModelError(f"{path} cannot be read with the weights beside it: {reason}") from error


def _last(model: Any) -> Squash:
    node = model.get_results()[0].input_value(0).get_node()
    while node.get_type_name() in _PASSED_OVER:
        node = node.input_value(0).get_node()
    return _SQUASHES.get(node.get_type_name(), "none")
