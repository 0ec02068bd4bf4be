"""Where in the result a sound packet goes; numbers only."""

from collections.abc import Sequence

from analyzer.media.cutting.plans import Piece

_FREE_S = 0.018
"""Sound may be so much early or late at a joint, so that packets follow each other without gap or overlap."""
_HAIR_S = 0.001
"""So little does not count."""


class Placer:
    """Places the packets of one sound track, given in order.

    At each joint the packet nearest to it comes next. It is laid right behind the one before: at most half a
    packet from where it belongs. From joint to joint that does not add up: each is counted anew.

    Args:
        pieces: of the cut.
        zero_s: the container's clock at the first frame.
        lead: whether the first piece's sound can begin early, with a packet that is not heard, from which the
            decoder starts up; its place is then exact.
    """

    def __init__(self, pieces: Sequence[Piece], zero_s: float, lead: bool) -> None:
        self._pieces = pieces
        self._zero = zero_s
        self._lead = lead
        self._now = 0
        self._end = 0.0
        self._late: float | None = None

    def place(self, start_s: float, length_s: float) -> float | None:
        """Return when in the result a packet begins; None: it is left out.

        Args:
            start_s: on the container's clock.
            length_s: of the packet.
        """
        while self._now < len(self._pieces):
            piece = self._pieces[self._now]
            due = start_s - self._zero - piece.start_s + piece.at_s
            over = piece.at_s + piece.end_s - piece.start_s
            if due + (self._late or 0.0) < over - length_s / 2:
                return self._placed(due, length_s)
            self._now, self._late = self._now + 1, None
        return None

    def _placed(self, due: float, length_s: float) -> float | None:
        if self._late is None:
            begin = -length_s if self._lead and not self._end else self._end
            if due < begin - length_s / 2:
                return None
            exact = due > begin + length_s / 2 + _HAIR_S or begin < 0
            self._late = 0.0 if exact else max(-_FREE_S, min(_FREE_S, begin - due))
        place = due + self._late
        self._end = place + length_s
        return place
