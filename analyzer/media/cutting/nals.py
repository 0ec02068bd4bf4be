"""The units that H.264 and HEVC packets are made of: whether one can follow packets of another origin."""

from collections.abc import Iterator

_RESTARTS = {"h264": {5}, "hevc": {16, 17, 18, 19, 20, 21}}
"""Units of pictures after which no picture needs one from before: IDR; of HEVC also BLA and CRA."""
_CRA, _BLA = 21, 18


def restarts(codec: str, packet: bytes, extradata: bytes | None) -> bool:
    """Tell whether a key frame's packet can follow any other, once the frames shown before it are dropped.

    Args:
        codec: "h264" or "hevc".
        packet: its bytes.
        extradata: the track's: it says whether lengths or start codes part the units.
    """
    return any(_kind(codec, packet[i]) in _RESTARTS[codec] for i in _starts(codec, packet, extradata))


def as_break(packet: bytes, extradata: bytes | None) -> bytes:
    """Return a packet of HEVC, its CRA picture marked as one after a splice (BLA).

    That is what the standard has BLA pictures for: a decoder counts anew from it.
    """
    changed = bytearray(packet)
    for i in _starts("hevc", packet, extradata):
        if _kind("hevc", packet[i]) == _CRA:
            changed[i] = changed[i] & 0x81 | _BLA << 1
    return bytes(changed)


def is_prefixed(extradata: bytes | None) -> bool:
    """Tell whether lengths part the units of a track's packets, not start codes."""
    return (extradata or b"")[:1] == b"\1"


def _starts(codec: str, packet: bytes, extradata: bytes | None) -> list[int]:
    if is_prefixed(extradata):
        size = extradata[4 if codec == "h264" else 21]  # type: ignore[index]
        found = _prefixed(packet, (size & 3) + 1)
    else:
        found = _started(packet)
    return [i for i in found if i < len(packet)]


def _kind(codec: str, header: int) -> int:
    return header & 31 if codec == "h264" else header >> 1 & 63


def _prefixed(data: bytes, size: int) -> Iterator[int]:
    at = 0
    while at + size < len(data):
        yield at + size
        at += size + int.from_bytes(data[at : at + size], "big")


def _started(data: bytes) -> Iterator[int]:
    at = data.find(b"\0\0\1")
    while at >= 0:
        yield at + 3
        at = data.find(b"\0\0\1", at + 3)


def free_id(extradata: bytes | None) -> int:
    """Return a number that no H.264 parameter set of a track bears."""
    data = extradata or b""
    sets = _listed(data) if is_prefixed(data) else [data[i:] for i in _started(data)]
    taken = {_set_number(unit) for unit in sets if len(unit) > 4 and _kind("h264", unit[0]) == 7}
    return min(set(range(1, 32)) - taken)


def _listed(extradata: bytes) -> Iterator[bytes]:
    at = 6
    for _ in range(extradata[5] & 31 if len(extradata) > 6 else 0):
        end = at + 2 + int.from_bytes(extradata[at : at + 2], "big")
        yield extradata[at + 2 : end]
        at = end


def _set_number(unit: bytes) -> int:
    """Read the number of a sequence parameter set: in Exp-Golomb code, after four bytes."""
    bits = f"{int.from_bytes(unit[4:9].ljust(5, b'x'), 'big'):040b}"
    zeros = len(bits) - len(bits.lstrip("0"))
    return int(bits[zeros : 2 * zeros + 1] or "1", 2) - 1
