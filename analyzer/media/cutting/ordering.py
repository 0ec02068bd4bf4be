"""When packets are decoded, told from when they are shown."""

import heapq
from collections.abc import Iterable


def delay_of(stamps: Iterable[int]) -> int:
    """Return by how many frames decoding runs ahead of showing at most.

    Args:
        stamps: when packets are shown, in the order they are decoded.
    """
    given = list(stamps)
    order = sorted(range(len(given)), key=given.__getitem__)
    return max((n - rank for rank, n in enumerate(order)), default=0)


class DecodeClock:
    """Gives packets the time at which they are decoded: always rising, never after they are shown.

    Args:
        delay: see `delay_of`; of all the packets.
        usual: how long a frame is shown.
    """

    def __init__(self, delay: int, usual: int) -> None:
        self._delay = delay
        self._usual = usual
        self._count = 0
        self._ahead: list[int] = []
        self._first = 0

    def next(self, stamp: int) -> int:
        """Return when the next packet is decoded, which is shown at `stamp`."""
        heapq.heappush(self._ahead, stamp)
        if self._count == 0:
            self._first = stamp
        self._count += 1
        if self._count <= self._delay:
            return self._first - (self._delay - self._count + 1) * self._usual
        return heapq.heappop(self._ahead)
