"""Classifiers that are more than an ONNX file: what their TOML need not say, because their files tell it."""

from __future__ import annotations

from typing import Literal

from models.classes import Squash
from models.errors import ModelError
from models.own.description import Description, Side, View


class ClassifierView(View):
    """What a classifier sees and what its classes are called, and what is to be said only if it is not told.

    Attributes:
        width, height: of the pictures that it takes, where its files leave them open.
        head: "scores" of 0 to 1, or "logits"; else its last step says it.
    """

    width: Side | None = None
    height: Side | None = None
    head: Literal["scores", "logits"] | None = None

    def described(
        self,
        name: str,
        size: tuple[int | None, int | None],
        last: Squash,
        layout: Literal["nchw", "nhwc"] = "nchw",
        batch: Literal["any", "one"] = "any",
    ) -> Description:
        """Return all that there is to say of it.

        Args:
            name: of its file, for messages.
            size: width and height that its files say.
            last: what makes scores at its end.
            layout: of its input's axes.
            batch: whether it takes any number of pictures at once, or one.

        Raises:
            ModelError: its size is not known, or known to be another.
        """
        width, height = (mine or theirs for mine, theirs in zip((self.width, self.height), size, strict=True))
        if width is None or height is None:
            raise ModelError(
                f"{name} does not say how large its pictures are; say width and height in its TOML"
            )
        if any(theirs and theirs != ours for theirs, ours in zip(size, (width, height), strict=True)):
            raise ModelError(f"{name} takes pictures of {size[0]}x{size[1]}, not {width}x{height}")
        seen = self.model_dump(include=set(View.model_fields))
        head = self.head or ("logits" if last == "none" else "scores")
        several = self.multi_label or (last == "sigmoid" and head == "scores")
        seen |= {"multi_label": several, "width": width, "height": height, "head": head}
        return Description(task="classifier", layout=layout, batch=batch, **seen)
