"""Made-up Movie records: a Hypothesis strategy, and small hand-made parts for tests of people."""

import numpy as np
from hypothesis import strategies as st

from analyzer.records import (
    Embedding,
    Face,
    FaceQuality,
    ImageFeature,
    Keyframe,
    Movie,
    Object,
    Person,
    Pose,
    SexHint,
    Shot,
    Source,
    Stage,
    Tag,
    Track,
)

seconds = st.floats(0, 1e5)
scores = st.floats(0, 1)
hashes = st.integers(0, 2**64 - 1).map(lambda n: f"{n:016x}")
pixels = st.floats(-1e4, 1e4)
names = st.text(min_size=1, max_size=20)


def indices(size: int) -> st.SearchStrategy[int]:
    return st.integers(0, size - 1)


def arrays(dtype: str, *shape: int) -> st.SearchStrategy[np.ndarray]:
    def make(seed: int) -> np.ndarray:
        return (np.random.default_rng(seed).standard_normal(shape) * seed % 255).astype(dtype)

    return st.integers(0, 2**16).map(make)


boxes = st.tuples(pixels, pixels, st.floats(1, 1e3), st.floats(1, 1e3)).map(
    lambda b: (b[0], b[1], b[0] + b[2], b[1] + b[3])
)
embeddings = st.builds(Embedding, model=names, vector=arrays("<f2", 128))
sources = st.builds(
    Source,
    path=names,
    size_bytes=st.integers(0, 2**50),
    oshash=hashes,
    phash=st.none() | hashes,
    duration_s=seconds,
    first_frame_s=st.floats(-1e3, 1e3),
    fps=st.none() | st.sampled_from(["25/1", "30000/1001"]),
    width=st.integers(1, 8192),
    height=st.integers(1, 8192),
    rotation=st.sampled_from([0, 90, 180, 270]),
    container=names,
    codec=names,
    pixel_format=names,
    damaged=st.integers(0, 1000),
)
shots = st.builds(
    lambda start, length, how: Shot(start_s=start, end_s=start + length, transition=how),
    seconds,
    seconds,
    st.sampled_from(["start", "cut", "fade", "dissolve"]),
)


@st.composite
def movies(draw: st.DrawFn) -> Movie:
    """Any valid Movie, with every kind of record in it."""

    def some(strategy: st.SearchStrategy, least: int = 0) -> tuple:
        return tuple(draw(st.lists(strategy, min_size=least, max_size=3)))

    all_shots = some(shots, 1)
    count = draw(st.integers(1, 4))
    at = indices(count)
    keyframes = tuple(
        draw(
            st.builds(
                Keyframe,
                time_s=seconds,
                span_s=seconds,
                shot=indices(len(all_shots)),
                seen_as=st.none() | at,
                phash=hashes,
                views=st.none() | arrays("<u8", 3, 4),
                sharpness=st.floats(0, 1e5),
                brightness=scores,
                histogram=arrays("<u1", 64),
            )
        )
        for _ in range(count)
    )
    quality = st.builds(FaceQuality, overall=scores, size=scores, sharpness=scores, frontality=scores)
    hint = st.builds(SexHint, label=st.sampled_from(["female", "male"]), score=scores)
    faces = some(
        st.builds(
            Face,
            keyframe=at,
            box=boxes,
            score=scores,
            presence=scores,
            points=arrays("<i2", 5, 2),
            quality=quality,
            sex_hint=st.none() | hint,
            embedding=st.none() | embeddings,
        ),
        1,
    )
    tracks = some(
        st.builds(
            Track,
            shot=indices(len(all_shots)),
            start_s=seconds,
            end_s=seconds,
            faces=st.lists(indices(len(faces)), min_size=1, max_size=3).map(tuple),
            embedding=st.none() | embeddings,
        ),
        1,
    )
    person = st.builds(
        Person,
        id=names,
        role=st.sampled_from(["lead", "cast", "extra"]),
        screen_time_s=seconds,
        intervals=st.lists(st.tuples(seconds, seconds), max_size=2).map(tuple),
        confidence=scores,
        tracks=st.lists(indices(len(tracks)), max_size=2).map(tuple),
        best_faces=st.lists(indices(len(faces)), max_size=2).map(tuple),
        reference=st.lists(embeddings, max_size=2).map(tuple),
    )
    stage = st.builds(
        Stage,
        models=st.dictionaries(names, names, max_size=2),
        settings=st.dictionaries(names, st.integers() | names | st.booleans(), max_size=2),
        version=st.integers(1, 9),
    )
    return Movie(
        source=draw(sources),
        manifest=draw(st.dictionaries(names, stage, max_size=3)),
        people=some(person),
        tags=some(st.builds(Tag, name=names, score=scores, screen_time_s=seconds)),
        shots=all_shots,
        tracks=tracks,
        keyframes=keyframes,
        faces=faces,
        poses=some(st.builds(Pose, keyframe=at, box=boxes, score=scores, points=arrays("<i2", 33, 3))),
        objects=some(st.builds(Object, keyframe=at, label=names, box=boxes, score=scores)),
        image_features=some(st.builds(ImageFeature, keyframe=at, model=names, vector=arrays("<f2", 256))),
    )


def keyframe(time_s: float, span_s: float = 1.0, shot: int = 0, seen_as: int | None = None) -> Keyframe:
    return Keyframe(
        time_s=time_s,
        span_s=span_s,
        shot=shot,
        seen_as=seen_as,
        phash="0" * 16,
        sharpness=100,
        brightness=0.5,
        histogram=np.zeros(64, np.uint8),
    )


def face(
    keyframe: int,
    vector: np.ndarray | None,
    quality: float = 1.0,
    presence: float = 0.9,
    box: tuple[float, float, float, float] = (0, 0, 100, 100),
) -> Face:
    return Face(
        keyframe=keyframe,
        box=box,
        score=0.9,
        presence=presence,
        points=np.zeros((5, 2)),
        quality=FaceQuality(overall=quality, size=1, sharpness=1, frontality=max(0.5, quality)),
        embedding=None if vector is None else Embedding(model="test", vector=vector),
    )


def pose(keyframe: int, head: tuple[int, int]) -> Pose:
    """Somebody standing: the head's points at one place, the others below it."""
    points = np.zeros((33, 3), np.int16)
    points[:, :2] = head
    points[11:, 1] += 100
    x, y = head
    return Pose(keyframe=keyframe, box=(x - 50, y - 20, x + 50, y + 200), score=0.9, points=points)
