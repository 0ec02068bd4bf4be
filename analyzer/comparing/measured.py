"""What a face model finds in files, and how long it takes."""

from analyzer.records import Face, Record


class Measured(Record):
    """What one contestant found.

    Attributes:
        embedder: as the settings name it.
        frames: what was looked at: a picture's file, or a video's with the time after a #.
        faces: what was found; their keyframe is an index into `frames`.
        find_s, embed_s: seconds that finding and embedding took.
        unread: what is wrong with the files that could not be read.
    """

    embedder: str
    unread: tuple[str, ...]
    frames: tuple[str, ...]
    faces: tuple[Face, ...]
    find_s: float
    embed_s: float
