"""Scenes as a timeline of OpenTimelineIO."""

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

from opentimelineio.opentime import RationalTime, TimeRange
from opentimelineio.schema import Clip, ExternalReference, Gap, Timeline, Track, TrackKind

from analyzer.paths import as_text, as_uri
from analyzer.records import Scene, Source
from analyzer.scenes.lists.pieces import USUAL_RATE, stretches
from analyzer.scenes.lists.times import shown_s


def otio(film: Path, source: Source, scenes: Sequence[Scene]) -> str:
    """Return a timeline of the scenes one after another: a video track for each label, and the sound.

    Scenes that overlap lie above each other, so that what is played is the film with all else cut away.
    """
    rate = source.frame_rate or USUAL_RATE
    media = _media(film, source, rate)
    timeline = Timeline(name=media.name)
    sound = Track(name="sound", kind=TrackKind.Audio)
    for stretch in stretches(source, scenes, rate):
        for piece in stretch.pieces:
            clip = _clip(piece.scene.label, media, _range(piece.first, piece.end, rate))
            clip.metadata["marquee"] = piece.scene.model_dump(mode="json")
            at = stretch.at + piece.first - stretch.first
            _put(_track(timeline, piece.scene.label, at), clip, at)
        _put(sound, _clip(media.name, media, _range(stretch.first, stretch.end, rate)), stretch.at)
    if len(sound):
        timeline.tracks.append(sound)
    return str(timeline.to_json_string(indent=2)) + "\n"


def _range(first: int, end: int, rate: Fraction) -> TimeRange:
    return TimeRange(RationalTime(first, float(rate)), RationalTime(end - first, float(rate)))


def _media(film: Path, source: Source, rate: Fraction) -> ExternalReference:
    """The film, from its container's start to the end of its last frame."""
    end = round(Fraction(shown_s(source, source.duration_s)) * rate)
    media = ExternalReference(target_url=as_uri(film), available_range=_range(0, end, rate))
    media.name = as_text(Path(film.name))
    return media


def _clip(name: str, media: ExternalReference, part: TimeRange) -> Clip:
    return Clip(name=name, media_reference=media.clone(), source_range=part)


def _track(timeline: Timeline, label: str, at: int) -> Track:
    """The track of a label that is free from a frame on; a new one where there is none."""
    for track in timeline.tracks:
        if track.name == label and track.duration().value <= at:
            return track
    timeline.tracks.append(Track(name=label, kind=TrackKind.Video))
    return timeline.tracks[-1]


def _put(track: Track, clip: Clip, at: int) -> None:
    """Append a clip that begins at a frame of the timeline."""
    until = track.duration().value if len(track) else 0
    if until < at:
        track.append(Gap(duration=RationalTime(at - until, clip.source_range.duration.rate)))
    track.append(clip)
