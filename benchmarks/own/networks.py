"""Every network alone, at full batch, on inputs as the analysis of this video gives them.

To be completed with models.sessions: `workloads` is all that is missing. Until then the entry is reported
as not measured, and no share of the ceiling is given.
"""

from collections.abc import Callable

from benchmarks.serve import serve


def workloads(path: str) -> list[Callable[[], int]]:
    """Return for each network a call that runs it on all its inputs of this video and counts them.

    Inputs are prepared beforehand (whole frames for detectors, crops for FaceMesh, landmarks and embedding,
    as many as `analyze` finds), so that inference alone is timed.
    """
    raise NotImplementedError("models.sessions has not landed")


serve(lambda option, path: (workloads(path), lambda network: network()))
