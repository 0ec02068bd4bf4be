"""Seconds as people read them."""


def clock(seconds: float, digits: int = 0) -> str:
    """Return seconds as h:mm:ss, with so many digits after the point."""
    scale = 10**digits
    whole, fraction = divmod(round(seconds * scale), scale)
    minutes, s = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{s:02}" + (f".{fraction:0{digits}}" if digits else "")
