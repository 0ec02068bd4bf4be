"""Which of the copies of a film is the best, and why."""

from dataclasses import dataclass

from analyzer.records import Index, Record, Seconds
from analyzer.stores.entries import Row

BITS_NEEDED = {
    "av1": 0.5,
    "hevc": 0.6,
    "vp9": 0.65,
    "h264": 1.0,
    "vp8": 1.3,
    "wmv3": 1.4,
    "vc1": 1.3,
    "mpeg4": 1.8,
    "mpeg2video": 2.5,
    "mpeg1video": 3.0,
}
"""Bits for a picture that looks alike, by codec, H.264's as the unit: a rule of thumb."""
_OTHERS_NEED = 2.0
_LACKS_S = 2.0
"""A copy that lacks less than this of the film is as complete as another."""
_MORE_BITS = 1.15
"""Bit rates that differ by less than this factor are alike."""


class Condition(Record):
    """What a record says of a file's damage.

    Attributes:
        damaged: packets or frames that could not be decoded.
        missing_s: seconds of film that were cut off.
    """

    damaged: Index = 0
    missing_s: Seconds = 0.0


@dataclass(frozen=True)
class Copy:
    """One of the copies of a film.

    Attributes:
        row: the file.
        condition: of it.
        lacks_s: seconds of the film that it does not show, but another copy does.
        mirrored: whether it is the mirror image of the longest copy.
    """

    row: Row
    condition: Condition
    lacks_s: float
    mirrored: bool = False

    @property
    def pixels(self) -> int:
        """Of a frame."""
        return self.row.width * self.row.height

    @property
    def rate(self) -> float:
        """Megabits a second, sound and all."""
        return 8e-6 * self.row.size_bytes / (self.row.duration_s or 1)

    @property
    def worth(self) -> float:
        """Megabits a second that H.264 would need for pictures that look alike."""
        return self.rate / BITS_NEEDED.get(self.row.codec, _OTHERS_NEED)

    @property
    def flaws(self) -> tuple[bool, int, int]:
        """Whether it is cut off, how much it lacks, how much is damaged: the fewer the better."""
        return self.condition.missing_s > 0, round(self.lacks_s / _LACKS_S), self.condition.damaged


def rank(copy: Copy) -> tuple[object, ...]:
    """Return what copies are sorted by, the best first."""
    return *copy.flaws, -copy.pixels, -copy.worth, copy.row.path


def why(keep: Copy, other: Copy) -> str:
    """Return in words why one copy is to be kept rather than another."""
    if keep.row.video == other.row.video:
        return "the same file; this one is the first by name"
    reasons = [*_flaws(keep, other), *_gains(keep, other)]
    return "; ".join(reasons) or "as good as each other; this one is the first by name"


def _flaws(keep: Copy, other: Copy) -> list[str]:
    found = []
    if other.condition.missing_s > keep.condition.missing_s:
        found.append(f"the other is cut off, {other.condition.missing_s:.0f} s are missing")
    if other.lacks_s - keep.lacks_s >= _LACKS_S:
        found.append(f"the other lacks {other.lacks_s - keep.lacks_s:.0f} s of the film")
    if other.condition.damaged > keep.condition.damaged:
        found.append(f"{other.condition.damaged} packets or frames of the other are damaged")
    return found


def _gains(keep: Copy, other: Copy) -> list[str]:
    found = []
    if keep.pixels > other.pixels:
        found.append(f"{_size(keep)} pixels rather than {_size(other)}")
    if keep.pixels >= other.pixels and keep.worth > _MORE_BITS * other.worth:
        found.append(f"{_rate(keep)} rather than {_rate(other)}")
    if other.mirrored and not keep.mirrored:
        found.append("the other is its mirror image, whichever was filmed")
    return found


def _size(copy: Copy) -> str:
    return f"{copy.row.width} x {copy.row.height}"


def _rate(copy: Copy) -> str:
    return f"{copy.rate:.2g} Mbit/s of {copy.row.codec}"
