"""marquee info, schema, settings: what there is."""

import json
from collections import Counter
from collections.abc import Mapping
from importlib import metadata
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from analyzer.cli.console import clock, complain, out, print_line, table
from analyzer.errors import InputError, MarqueeError
from analyzer.library.library import Library
from analyzer.media.footage import footage
from analyzer.paths import marquee_home, shown
from analyzer.records import Movie, Scene
from analyzer.settings import default_text
from analyzer.stores import sidecar

TAGS = 30
"""Tags that are shown; --json has them all."""
EVIDENCE = 3
"""Best faces that are named of each person."""


def info(
    video: Annotated[
        Path, typer.Argument(help="A video or folder of pictures that was analyzed, or its sidecar.")
    ],
    output_dir: Annotated[Path | None, typer.Option(help="Where the sidecar is, if not beside it.")] = None,
    json_: Annotated[bool, typer.Option("--json", help="Print the whole record as JSON.")] = False,
) -> None:
    """Show what the sidecar of a video says."""
    is_sidecar = video.name.endswith(sidecar.SUFFIX)
    path = video if is_sidecar else sidecar.sidecar_path(video, output_dir)
    movie = sidecar.read(path)
    if movie is None:
        footage(video).oshash()  # says so if there is no such video
        raise InputError(f"{shown(path)}: no such sidecar; 'marquee analyze {shown(video)}' makes it")
    if json_:
        print_line(movie.model_dump_json())
    else:
        show(movie, video, _names(movie))
    if not is_sidecar and video.exists() and footage(video).oshash() != movie.source.oshash:
        complain(f"{shown(video)}: the record is of another or an older file; 'marquee analyze' renews it")


def _names(movie: Movie) -> dict[str, str]:
    """The names that the library knows people of a record by, by their ids."""
    try:
        return Library(marquee_home()).names_in(movie)
    except MarqueeError as error:
        complain(str(error))
        return {}


def show(movie: Movie, name: Path, names: Mapping[str, str] | None = None) -> None:
    """Print a record as tables: the file, its people in billing order, what else was found.

    Args:
        movie: the record.
        name: of the video, as it is shown.
        names: of its people, by their ids.
    """
    source = movie.source
    out.print(shown(name), style="bold")
    rate = f"{float(source.frame_rate):.5g} frames/s" if source.frame_rate else "no frame rate"
    length = f"{clock(source.duration_s)}, {source.width} x {source.height}, {rate}, {source.codec}"
    out.print(
        ("" if source.is_gallery else f"{length}; {len(movie.shots)} shots, ")
        + f"{len(movie.keyframes)} {'pictures' if source.is_gallery else 'keyframes'} "
        f"({sum(k.seen_as == i for i, k in enumerate(movie.keyframes))} analyzed), {len(movie.faces)} faces, "
        f"{len(movie.poses)} poses, {len(movie.objects)} objects"
    )
    if source.damaged:
        what = "pictures" if source.is_gallery else "packets or frames"
        out.print(f"damaged: {source.damaged} {what} could not be decoded", style="yellow")
    if source.missing_s:
        out.print(f"cut off: {clock(source.missing_s)} are missing at the end", style="yellow")
    if movie.people:
        out.print(_people(movie, names or {}))
    if movie.scenes:
        out.print(_scenes(movie))
    if movie.tags:
        out.print(_tags(movie))
    if movie.objects:
        out.print(_objects(movie))


def _people(movie: Movie, names: Mapping[str, str]) -> Table:
    numbers = ("#", "score", "seconds", "share", "of face", "shots", "confidence")
    columns = ("#", *(["name"] if names else []), "role", *numbers[1:], "first", "last", "best seen at")
    people = table(*columns, title="\nPeople in billing order", right=numbers)
    duration = movie.source.duration_s
    for rank, person in enumerate(movie.people, 1):
        tracks = [movie.tracks[t] for t in person.tracks]
        people.add_row(
            str(rank),
            *([names.get(person.id, "")] if names else []),
            person.role,
            f"{person.billing.score:.2f}" if person.billing else "",
            f"{person.screen_time_s:.1f}",
            f"{person.screen_time_s / duration:.0%}" if duration else "",
            f"{person.face_time_s:.1f}",
            str(len({track.shot for track in tracks})),
            f"{person.confidence:.2f}",
            clock(person.intervals[0][0]) if person.intervals else "",
            clock(person.intervals[-1][1]) if person.intervals else "",
            ", ".join(_seen_at(movie, face) for face in person.best_faces[:EVIDENCE]) or "no face seen",
        )
    return people


def _seen_at(movie: Movie, face: int) -> str:
    """Where to look for a face: the time, or the picture of a gallery."""
    keyframe = movie.keyframes[movie.faces[face].keyframe]
    return keyframe.picture or clock(keyframe.time_s)


def _scenes(movie: Movie) -> Table:
    """The classes of which there are scenes, the one with most of the film first."""
    numbers = ("scenes", "seconds", "share")
    scenes = table("class", *numbers, "longest", title="\nScenes", right=numbers)
    lengths: dict[str, list[Scene]] = {}
    for scene in movie.scenes:
        lengths.setdefault(scene.label, []).append(scene)
    seconds = {label: sum(s.end_s - s.start_s for s in some) for label, some in lengths.items()}
    for label in sorted(lengths, key=lambda label: (-seconds[label], label)):
        longest = max(lengths[label], key=lambda scene: scene.end_s - scene.start_s)
        scenes.add_row(
            label,
            str(len(lengths[label])),
            f"{seconds[label]:.1f}",
            f"{seconds[label] / movie.source.duration_s:.0%}" if movie.source.duration_s else "",
            f"{clock(longest.start_s)} - {clock(longest.end_s)}",
        )
    return scenes


def _tags(movie: Movie) -> Table:
    numbers = ("best score", "seconds")
    more = f", the first {TAGS} of {len(movie.tags)}" if len(movie.tags) > TAGS else ""
    tags = table("tag", *numbers, title=f"\nTags{more}", right=numbers)
    for tag in movie.tags[:TAGS]:
        tags.add_row(tag.name, f"{tag.score:.2f}", f"{tag.screen_time_s:.1f}")
    return tags


def _objects(movie: Movie) -> Table:
    objects = table(
        "object",
        "seen",
        "best score",
        title="\nFaces and body parts, as the network guesses",
        right=("seen", "best score"),
    )
    labels = Counter(thing.label for thing in movie.objects)
    for label, count in labels.most_common():
        best = max(thing.score for thing in movie.objects if thing.label == label)
        objects.add_row(label, str(count), f"{best:.2f}")
    return objects


def schema() -> None:
    """Print the JSON Schema of the sidecar."""
    print_line(json.dumps(Movie.model_json_schema(mode="serialization"), indent=2))


def settings() -> None:
    """Print every setting with its default and what it does, as a TOML file to start one's own from."""
    print_line(default_text().rstrip())


def version() -> None:
    """Print the version."""
    out.print(f"marquee {metadata.version('marquee')}")
