"""How many things this process can do at once."""

import os


def usable_cores() -> int:
    """Return the number of cores that this process may use, which can be fewer than there are."""
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else os.cpu_count() or 1
