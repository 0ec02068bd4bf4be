"""Times of scenes as other programs count them."""

from analyzer.records import Source

_CLOCK_STARTS_ANYWHERE = ("mpegts", "mpeg")


def offset_s(source: Source) -> float:
    """Return what is added to times from the first frame for the times that players and editors show.

    They count from the container's start. The clocks of transport and program streams start anywhere; players
    and ffmpeg set them to zero, and the first frame is there at zero but for fractions of a second.
    """
    return 0.0 if source.container in _CLOCK_STARTS_ANYWHERE else source.first_frame_s


def shown_s(source: Source, time_s: float) -> float:
    """Return the time that players show, seconds, to the microsecond."""
    return round(max(0.0, time_s + offset_s(source)), 6)
