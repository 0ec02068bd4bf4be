"""The Movie record: everything Marquee knows about one video. Imports nothing of ours.

Conventions, for every class here:

- Times are seconds after the first frame, rounded to a microsecond.
- Boxes are (x0, y0, x1, y1) in pixels of the upright frame; they may reach past its edges.
- Scores, presences and shares are 0 to 1.
- Numbers are rounded when a record is made, so that what is in memory is what a sidecar holds.
- A `keyframe`, `shot`, `face` or `track` that is an int is an index into the list of that name of the Movie.
- Arrays are little-endian, and base64 strings in JSON.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from fractions import Fraction
from typing import Annotated, Any, Literal

import numpy as np
import numpy.typing as npt
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    model_validator,
)
from pydantic_core import core_schema

SCHEMA_VERSION: Literal[1] = 1
"""Raised when a sidecar's shape changes; `analyzer.stores.sidecar` migrates older ones."""


GALLERY = "gallery"
"""The container of a Source that is pictures."""


@dataclass(frozen=True)
class Packed:
    """Annotation of a numpy array of fixed dtype and shape (None: any length): base64 text in JSON."""

    dtype: str
    shape: tuple[int | None, ...]

    def _read(self, value: Any) -> npt.NDArray[Any]:
        if isinstance(value, str):
            try:
                flat = np.frombuffer(base64.b64decode(value, validate=True), self.dtype)
                array = flat.reshape([-1 if n is None else n for n in self.shape])
            except (binascii.Error, ValueError) as error:
                raise ValueError(f"not base64 of {self.dtype} {self.shape}: {error}") from None
        else:
            array = self._array(value)
        if array.ndim != len(self.shape) or any(
            want not in (None, got) for want, got in zip(self.shape, array.shape, strict=True)
        ):
            raise ValueError(f"expected an array of shape {self.shape}, got {array.shape}")
        if array.dtype.kind == "f" and not np.isfinite(array).all():
            raise ValueError("array holds NaN or infinity")
        array.setflags(write=False)
        return array

    def _array(self, value: Any) -> npt.NDArray[Any]:
        try:
            with np.errstate(over="ignore"):  # infinity is refused below
                return np.array(value, self.dtype)
        except (TypeError, OverflowError) as error:
            raise ValueError(f"no {self.dtype}: {error}") from None

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> core_schema.CoreSchema:
        return core_schema.no_info_plain_validator_function(
            self._read,
            serialization=core_schema.plain_serializer_function_ser_schema(
                lambda array: base64.b64encode(array.tobytes()).decode("ascii"), when_used="json"
            ),
        )

    def __get_pydantic_json_schema__(self, schema: Any, handler: Any) -> dict[str, Any]:
        dims = ", ".join("any" if n is None else str(n) for n in self.shape)
        return {
            "type": "string",
            "contentEncoding": "base64",
            "description": f"{np.dtype(self.dtype).name}, little-endian, shape ({dims})",
        }


def _round(digits: int) -> AfterValidator:
    return AfterValidator(lambda x: round(x, digits) + 0.0)  # + 0.0: no negative zero


LARGEST = 2**63 - 1
"""Of whole numbers: what databases can hold."""
_FAR = 1e12
"""Of seconds and pixels: microseconds and tenths of these are whole numbers that databases can hold."""

Clock = Annotated[float, Field(allow_inf_nan=False), _round(6)]
Seconds = Annotated[float, Field(allow_inf_nan=False, ge=0, le=_FAR), _round(6)]
Score = Annotated[float, Field(ge=0, le=1), _round(4)]
Pixels = Annotated[float, Field(allow_inf_nan=False, ge=-_FAR, le=_FAR), _round(1)]
Measure = Annotated[float, Field(allow_inf_nan=False, ge=0), _round(3)]
Vector = Annotated[npt.NDArray[np.float16], Packed("<f2", (None,))]
Index = Annotated[int, Field(ge=0, le=LARGEST)]
Hash64 = Annotated[str, Field(pattern="^[0-9a-f]{16}$", description="64 bits as hexadecimal")]
Box = tuple[Pixels, Pixels, Pixels, Pixels]
Interval = tuple[Seconds, Seconds]


def _not_empty(box: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
    x0, y0, x1, y1 = box
    if not (x0 < x1 and y0 < y1):
        raise ValueError(f"empty box {box}")
    return box


SolidBox = Annotated[Box, AfterValidator(_not_empty)]


class Record(BaseModel):
    """Base: immutable, no unknown fields, no attribute that is not declared."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Record) and self.model_dump(mode="json") == other.model_dump(mode="json")

    __hash__ = None  # type: ignore[assignment]


class Source(Record):
    """The file that was analyzed, or the gallery: a folder of pictures, of which each counts as a second.

    Attributes:
        path: as it was named, absolute; bytes that are not UTF-8 are shown as backslash escapes.
        oshash: the OpenSubtitles hash: size plus the first and last 64 KiB; of a gallery, a hash of its
            pictures' names and hashes.
        phash: perceptual hash of the whole video, 64 bits; the same for re-encodings.
        duration_s: from the first frame to the end of the last.
        first_frame_s: the container's clock at the first frame; players count from the container's start.
        fps: average frames a second, an exact fraction such as "30000/1001"; None where it has none.
        width, height: pixels of the upright frame: after rotation, with square pixels; of the largest picture
            of a gallery.
        rotation: degrees clockwise that were applied to the coded frame: 0, 90, 180 or 270.
        damaged: how many packets, frames or pictures could not be decoded and were passed over.
        missing_s: seconds of film that the header promises beyond `duration_s`: the file was cut off.
    """

    path: str
    size_bytes: Index
    oshash: Hash64
    phash: Hash64 | None
    duration_s: Seconds
    first_frame_s: Clock
    fps: Annotated[str, Field(pattern=r"^\d+/[1-9]\d*$")] | None
    width: Annotated[Index, Field(ge=1)]
    height: Annotated[Index, Field(ge=1)]
    rotation: Literal[0, 90, 180, 270]
    container: str
    codec: str
    pixel_format: str
    damaged: Index = 0
    missing_s: Seconds = 0.0

    @property
    def is_gallery(self) -> bool:
        """Whether it is pictures, not a film."""
        return self.container == GALLERY

    @property
    def frame_rate(self) -> Fraction | None:
        """`fps` as a number."""
        return Fraction(self.fps) if self.fps else None


class Shot(Record):
    """A stretch of film without a cut.

    Attributes:
        start_s, end_s: half open; one shot's end is the next one's start.
        transition: how it begins.
    """

    start_s: Seconds
    end_s: Seconds
    transition: Literal["start", "cut", "fade", "dissolve"]

    @model_validator(mode="after")
    def _forwards(self) -> Shot:
        if self.end_s < self.start_s:
            raise ValueError(f"shot ends at {self.end_s} s before it starts at {self.start_s} s")
        return self


class Keyframe(Record):
    """A frame that stands for a stretch of the film.

    Attributes:
        time_s: when it is shown.
        span_s: seconds of film that it stands for; the spans of a movie add up to its duration.
        shot: the shot it belongs to.
        seen_as: the keyframe whose findings hold for this one: itself where it was analyzed, the one that it
            repeats (near-identical) or stands beside (blurred), None where it shows nothing (black).
        phash: perceptual hash of the picture (DCT, 64 bits).
        views: perceptual hashes of the picture without its bars and of its central 90 and 80 %, 256 bits
            each, by which it is known again after edits (see analyzer.media.views); None where it is plain.
        sharpness: variance of the Laplacian of the grey picture scaled to 256 pixels width.
        brightness: mean of luma, 0 to 1.
        histogram: 4 x 4 x 4 RGB bins, red slowest; 255 is the whole picture.
        picture: of a gallery: the file's name as seen from its folder; what is found in it is in its own
            pixels.
    """

    time_s: Seconds
    span_s: Seconds
    shot: Index
    seen_as: Index | None
    phash: Hash64
    views: Annotated[npt.NDArray[np.uint64], Packed("<u8", (3, 4))] | None = None
    sharpness: Measure
    brightness: Score
    histogram: Annotated[npt.NDArray[np.uint8], Packed("<u1", (64,))]
    picture: str | None = None


class Embedding(Record):
    """A face as a vector, and the model that gave it. Vectors of different models are never compared.

    Attributes:
        model: the network and, after a +, what else was done: "dlib+mirrored" is the mean of the vectors of a
            face and of its mirror image, "dlib" that of the face alone.
    """

    model: str
    vector: Vector


class FaceQuality(Record):
    """How well a face shows who it is.

    Attributes:
        overall: the product of the others, each 0 to 1.
        size: 1 from 112 pixels between the box's sides (geometric mean) upwards.
        sharpness: of the aligned face.
        frontality: 1 looking into the camera, 0 in profile.
    """

    overall: Score
    size: Score
    sharpness: Score
    frontality: Score


class SexHint(Record):
    """How the object detector labels the face; what it looks like to a network, not what the person is."""

    label: Literal["female", "male"]
    score: Score


class Emotion(Record):
    """How a face looks to a network, such as "happy"."""

    label: str
    score: Score


class FaceAttributes(Record):
    """What a network takes a face for: guesses by looks, not what the person is. None: not asked.

    Attributes:
        model: the network's name.
        age: years.
    """

    model: str
    age: Measure | None = None
    sex: SexHint | None = None
    emotion: Emotion | None = None


class Face(Record):
    """One face in one keyframe.

    Attributes:
        score: the detector's confidence.
        presence: FaceMesh's confidence that there is a face; the detector's where it gives a mesh itself.
        points: five points in pixels, x and y: subject's left eye outer and inner corner, right eye outer and
            inner corner, base of the nose. Int16.
        crop: JPEG of the aligned face, kept for the best faces of each track, so that another model can embed
            it without the video; see analyzer.detect.crops.
    """

    keyframe: Index
    box: SolidBox
    score: Score
    presence: Score
    points: Annotated[npt.NDArray[np.int16], Packed("<i2", (5, 2))]
    quality: FaceQuality
    sex_hint: SexHint | None = None
    embedding: Embedding | None = None
    attributes: FaceAttributes | None = None
    crop: Annotated[npt.NDArray[np.uint8], Packed("<u1", (None,))] | None = None


class Pose(Record):
    """One person's body in one keyframe.

    Attributes:
        box: around the visible points.
        points: BlazePose's 33 points: x, y in pixels and visibility in per cent. Int16. A point that the
            network does not know (COCO has 17 of them) is 0, 0, 0.
    """

    keyframe: Index
    box: SolidBox
    score: Score
    points: Annotated[npt.NDArray[np.int16], Packed("<i2", (33, 3))]


class Object(Record):
    """One object of one class in one keyframe."""

    keyframe: Index
    label: str
    box: SolidBox
    score: Score


class ImageFeature(Record):
    """What a network sees in one keyframe, as a vector."""

    keyframe: Index
    model: str
    vector: Vector


class Track(Record):
    """Faces of one person within one shot, in time order.

    Attributes:
        faces: empty where somebody's face is never seen who is there for most of the video.
        poses: of the same person: those under the faces, and those that carry the track on through keyframes
            in which the face is turned away, hidden or missed.
        embedding: of its faces together, weighted by quality; None where none has one.
    """

    shot: Index
    start_s: Seconds
    end_s: Seconds
    faces: tuple[Index, ...]
    poses: tuple[Index, ...] = ()
    embedding: Embedding | None

    @model_validator(mode="after")
    def _of_something(self) -> Track:
        if not (self.faces or self.poses):
            raise ValueError("a track needs a face or a pose")
        return self


class Billing(Record):
    """Why a person is billed where they are; see analyzer.people.billing.

    Attributes:
        score: what people are ranked by, the weighted sum of the others.
        screen: their screen time against that of who is longest on screen.
        shots: share of the shots with people in which they are.
        size: how large their face is seen, against the largest of the cast.
        centre: how near to the middle of the picture.
        focus: their share of the faces in view.
        spread: share of the video between their first and last appearance.
    """

    score: Score
    screen: Score
    shots: Score
    size: Score
    centre: Score
    focus: Score
    spread: Score


class Person(Record):
    """One person of the movie. A Movie lists them in billing order.

    Attributes:
        id: "p1" for the first billed, and so on; holds within this record only.
        role: lead: carries the video; cast: recurs, or is on screen for long; extra: all others.
        screen_time_s: seconds on screen, by face or body.
        face_time_s: seconds of these in which the face is seen.
        intervals: when on screen, merged where they touch: the first begins with the first appearance, the
            last ends with the last.
        billing: why they are billed where they are.
        confidence: how sure it is that the tracks are one person, and no other is the same.
        best_faces: indices of faces that show the person best, best first, each of another track if there are
            as many; empty for who shows no face.
        reference: vectors to recognise the person by, the best first; empty likewise.
    """

    id: str
    role: Literal["lead", "cast", "extra"]
    screen_time_s: Seconds
    face_time_s: Seconds = 0.0
    intervals: tuple[Interval, ...]
    billing: Billing | None = None
    confidence: Score
    tracks: tuple[Index, ...]
    best_faces: tuple[Index, ...]
    reference: tuple[Embedding, ...]


class Scene(Record):
    """A block of film of one class, as a scene classifier found it."""

    label: str
    start_s: Seconds
    end_s: Seconds
    score: Score
    coverage: Score


class Tag(Record):
    """A word for the whole video: a class that a classifier saw in its keyframes.

    Attributes:
        score: the highest of any keyframe.
        screen_time_s: seconds of film in whose keyframes it was seen.
    """

    name: str
    score: Score
    screen_time_s: Seconds = 0.0


class Stage(Record):
    """How one stage's part of the record was made; a later run compares it with what it would do itself.

    Attributes:
        models: sha256 of the weights used, by model name; the version of the package where a package has
            its own.
        settings: the settings that matter to the stage.
        version: of the stage's code.
    """

    models: dict[str, str] = {}
    settings: dict[str, Any] = {}
    version: int


class Movie(Record):
    """Everything known about one video. See the module docstring for units."""

    schema_version: Literal[1] = SCHEMA_VERSION
    source: Source
    manifest: dict[str, Stage]
    people: tuple[Person, ...] = ()
    scenes: tuple[Scene, ...] = ()
    tags: tuple[Tag, ...] = ()
    shots: tuple[Shot, ...] = ()
    tracks: tuple[Track, ...] = ()
    keyframes: tuple[Keyframe, ...] = ()
    faces: tuple[Face, ...] = ()
    poses: tuple[Pose, ...] = ()
    objects: tuple[Object, ...] = ()
    image_features: tuple[ImageFeature, ...] = ()

    @model_validator(mode="after")
    def _indices_exist(self) -> Movie:
        for name, uses, size in (
            ("shot", [k.shot for k in self.keyframes], len(self.shots)),
            ("keyframe", [k.seen_as for k in self.keyframes], len(self.keyframes)),
            ("keyframe", [f.keyframe for f in self.faces], len(self.keyframes)),
            ("keyframe", [p.keyframe for p in self.poses], len(self.keyframes)),
            ("keyframe", [o.keyframe for o in self.objects], len(self.keyframes)),
            ("keyframe", [i.keyframe for i in self.image_features], len(self.keyframes)),
            ("shot", [t.shot for t in self.tracks], len(self.shots)),
            ("face", [f for t in self.tracks for f in t.faces], len(self.faces)),
            ("pose", [p for t in self.tracks for p in t.poses], len(self.poses)),
            ("track", [t for p in self.people for t in p.tracks], len(self.tracks)),
            ("face", [f for p in self.people for f in p.best_faces], len(self.faces)),
        ):
            largest = max((use for use in uses if use is not None), default=-1)
            if largest >= size:
                raise ValueError(f"{name} {largest} is named but there are only {size}")
        return self
