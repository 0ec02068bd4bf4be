"""Changes between two looks, and when exactly they happen: what the worker is asked, and answers."""

from analyzer.records import Interval, Record, Seconds


class Change(Record):
    """Between two looks, a choice begins or ceases to be shown.

    Attributes:
        classes, without: see Choice.
        span: times of the two looks, seconds.
        rising: whether it begins.
    """

    classes: tuple[int, ...]
    without: bool
    span: Interval
    rising: bool


class Times(Record):
    """When changes happen, in their order."""

    times_s: tuple[Seconds, ...]
