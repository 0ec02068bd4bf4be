"""The text of a `.tag` file, as miles-deep writes it.

    clip.mp4,other,dance,talk,
    30,8,10,0,
    label,start,end,score,coverage
    dance,3,12,0.761111,0.9
    other,14,21,0.9,0.875

The film's name and the labels; how many seconds were classified and how many of them are in blocks of each
label; then the blocks, whose first and last seconds are both inclusive.

The original writes names as they are, so that a comma or a newline in one breaks its lines. Here `%`, `,`,
`"` and the ASCII control characters of names and labels are percent-encoded, and so are the bytes of a file's
name that are no UTF-8: lines can always be split at newlines and commas, and `urllib.parse.unquote` gives the
name back (`unquote_to_bytes` does where it is no UTF-8). All other names are written as they are.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import unquote_to_bytes

import numpy as np

from analyzer.scenes.blocks import Block

HEADER = "label,start,end,score,coverage"
_ESCAPED_BYTES = range(0xDC80, 0xDD00)  # how Python has bytes that are no UTF-8 in names of files
_ENCODED = {*map(chr, (*range(0x20), 0x7F, *_ESCAPED_BYTES)), "%", ",", '"'}


@dataclass(frozen=True, slots=True)
class TagFile:
    """What a `.tag` file says.

    Attributes:
        name: of the film's file; bytes that are no UTF-8 as surrogates, as Python has them in paths.
        labels: of the classes, in their order.
        seconds: how many were classified.
        totals: of each label, how many seconds are in its blocks.
        blocks: in the order of the file.
    """

    name: str
    labels: tuple[str, ...]
    seconds: int
    totals: tuple[int, ...]
    blocks: tuple[Block, ...]


def text(name: str, labels: Sequence[str], seconds: int, blocks: Sequence[Block]) -> str:
    """Return the text of a `.tag` file.

    Args:
        name: of the film's file, with its extension.
        labels: of all classes, each once, in their order.
        seconds: how many were classified.
        blocks: in whole seconds; in any order, each of one of the labels.
    """
    totals = dict.fromkeys(labels, 0)
    for block in blocks:
        totals[block.label] += block.last - block.first + 1
    order = {label: place for place, label in enumerate(labels)}
    rows = sorted(blocks, key=lambda block: (block.first, order[block.label]))
    names = ",".join(map(_encoded, (name, *labels)))
    return "".join(
        f"{line}\n"
        for line in (f"{names},", f"{_joined(seconds, *totals.values())},", HEADER, *map(_row, rows))
    )


def read(text: str) -> TagFile:
    """Return what the text of a `.tag` file says, be it ours or the original's.

    A comma in the name of a film, which the original leaves as it is, does no harm.

    Raises:
        ValueError: it is no such file.
    """
    names, counts, header, *rows, end = text.split("\n")
    seconds, *totals = (int(count) for count in counts.removesuffix(",").split(","))
    name, *labels = map(_decoded, names.removesuffix(",").rsplit(",", len(totals)))
    if header != HEADER or end or len(labels) != len(totals):
        raise ValueError("not a .tag file")
    return TagFile(name, tuple(labels), seconds, tuple(totals), tuple(map(_block, rows)))


def _row(block: Block) -> str:
    return _joined(
        _encoded(block.label), block.first, block.last, _number(block.score), _number(block.coverage)
    )


def _block(row: str) -> Block:
    label, first, last, score, coverage = row.split(",")
    return Block(_decoded(label), int(first), int(last), float(score), float(coverage))


def _joined(*cells: object) -> str:
    return ",".join(map(str, cells))


def _number(value: float) -> str:
    """As a C++ stream writes a float: single precision, six significant digits."""
    return f"{float(np.float32(value)):.6g}"


def _encoded(name: str) -> str:
    return "".join(f"%{c.encode('utf-8', 'surrogateescape')[0]:02X}" if c in _ENCODED else c for c in name)


def _decoded(name: str) -> str:
    return unquote_to_bytes(name.encode("utf-8", "surrogateescape")).decode("utf-8", "surrogateescape")
