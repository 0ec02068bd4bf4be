"""marquee people enrol, identify: people known by photos, and who is in some files."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from analyzer import jobs
from analyzer.cli.batch import exit_code
from analyzer.cli.console import clock, complain, out, print_line, table
from analyzer.cli.people.common import AsJson, counted, open_library
from analyzer.cli.weights import fetch_parts
from analyzer.errors import USER_ERRORS, InputError, MediaError, UsageError
from analyzer.library.addresses import check_name, told_apart
from analyzer.library.cast import Member
from analyzer.library.decisions import Enrol
from analyzer.library.enrolling import anchors_of, card_of_one
from analyzer.library.identifying import Identifier
from analyzer.library.photos import TURNS, choose
from analyzer.media.gallery import common_folder, name_in, pictures_in
from analyzer.paths import shown
from analyzer.progress import silent
from analyzer.recorded import FACES, record_of
from analyzer.records import Embedding, Movie
from analyzer.settings import Settings, load
from analyzer.worker import Worker

SHOWN = 5
"""Candidates that are named."""


def enrol(
    name: Annotated[str, typer.Argument(metavar="NAME", help="In quotes where it has spaces.")],
    photos: Annotated[
        list[Path], typer.Argument(help="A folder of photos of that person, or the photos.", readable=False)
    ],
    another: Annotated[bool, typer.Option("--another", help="Make a second person of that name.")] = False,
) -> None:
    """Make a person known by photos, or add photos to one who is known by that name.

    Each photo must show the person, alone or beside others. What is of no use is left out, and said.
    """
    library, name = open_library(), check_name(name)
    files = [file for photo in photos for file in (pictures_in(photo) if photo.is_dir() else [photo])]
    files = list({file.absolute(): file for file in files}.values())
    if not files:
        raise InputError(f"{', '.join(map(shown, photos))}: no photo in it")
    settings = load(assignments=["keyframes.repeat_bits=0"])  # of two like photos one may show no face
    prepare(settings)
    names = {name_in(common_folder(files), file): file for file in files}
    with Worker(settings) as worker:
        choice = choose([worker.analyze_pictures(files, FACES, silent, turn) for turn in TURNS], names)
    for photo, why in choice.left_out.items():
        complain(f"{shown(names[photo])}: left out: {why}")
    if choice.movie is None:
        raise MediaError(f"{name} was not enrolled: no photo can be used")
    identifier = Identifier(library)
    identifier.refuse_others(choice.movie)
    card = card_of_one(choice.movie)
    key = None if another else _same(identifier, name, choice.movie.people[0].reference)
    library.shelf.put(card)
    number = library.decide(Enrol(key=key, name=name, anchors=anchors_of(card)))
    key = next(line.key for line in library.decisions if line.n == number)
    used = f"{len(choice.movie.faces)} of {counted(len(files), 'photo')}"
    out.print(f"{name} ({key}) is known by {used} (decision {number}; 'marquee people undo' takes it back)")


def _same(identifier: Identifier, name: str, reference: Sequence[Embedding]) -> str | None:
    """The key of whom the name means already, None if nobody.

    Raises:
        UsageError: they do not look like the photos.
    """
    called = {key: member for key, member in identifier.members.items() if member.is_called(name)}
    match = identifier.who(reference)
    likely = [key for key, _ in match.ranked if match.verdict != "unknown"]
    if called and not called.keys() & set(likely[:1]):
        raise UsageError(
            f"{name} is taken: {told_apart(list(called.values()))}, who does not look like these photos; "
            "--another makes a second person of that name"
        )
    if match.verdict == "known" and not called:
        complain(f"they look like {identifier.members[likely[0]].label}; 'marquee people merge' if it is so")
    return likely[0] if called else None


def identify(
    files: Annotated[
        list[Path], typer.Argument(help="Pictures, GIFs, videos, folders of pictures.", readable=False)
    ],
    effort: Annotated[
        str, typer.Option(help="How many frames of a video without a record are looked at.")
    ] = "fast",
    json_: AsJson = False,
) -> int:
    """Say who of the known people is in some files; nothing is written.

    "unknown" is an answer; where several people are possible, all are listed.
    """
    identifier, settings = Identifier(open_library()), load(assignments=[f"keyframes.effort={effort}"])
    prepare(settings)
    codes = []
    with Worker(settings) as worker:
        for path in files:
            try:
                movie = record_of(path, settings, worker, silent)
                identifier.refuse_others(movie)
            except USER_ERRORS as error:
                complain(str(error))
                codes.append(error.exit_code)
                continue
            people = _faces(movie, identifier) if len(movie.keyframes) == 1 else _people(movie, identifier)
            if json_:
                print_line(json.dumps({"path": str(path), "people": people}))
            else:
                _show(path, people)
    return exit_code(codes)


def prepare(settings: Settings) -> None:
    """Have the networks that faces need ready."""
    fetch_parts(jobs.parts_of(jobs.Job(settings, FACES)))


def _faces(movie: Movie, identifier: Identifier) -> list[dict[str, Any]]:
    """Everybody in a single picture, from left to right."""
    faces = sorted(movie.faces, key=lambda face: face.box[0])
    return [
        {"box": face.box, **_in_words(identifier, [face.embedding] if face.embedding else [])}
        for face in faces
    ]


def _people(movie: Movie, identifier: Identifier) -> list[dict[str, Any]]:
    """Everybody in a video or gallery, in billing order."""
    found = []
    for person in movie.people:
        face = movie.faces[person.best_faces[0]] if person.best_faces else None
        keyframe = movie.keyframes[face.keyframe] if face else None
        where = {"time_s": keyframe and keyframe.time_s, "picture": keyframe and keyframe.picture}
        place = {"person": person.id, "role": person.role, "box": face and face.box, **where}
        found.append({**place, **_in_words(identifier, person.reference)})
    return found


def _in_words(identifier: Identifier, query: Sequence[Embedding]) -> dict[str, Any]:
    match = identifier.who(query)
    possible = match.ranked[:SHOWN] if match.verdict != "unknown" else ()
    candidates = [_candidate(identifier.members[key], sure) for key, sure in possible]
    best = candidates[0] if match.verdict == "known" else {"key": None, "name": None, "sure": None}
    return {"verdict": match.verdict, **best, "candidates": candidates}


def _candidate(member: Member, sure: float) -> dict[str, Any]:
    return {"key": member.key, "name": member.name, "sure": round(sure, 3)}


def _show(path: Path, people: Sequence[dict[str, Any]]) -> None:
    out.print(shown(path), style="bold")
    if not people:
        out.print("nobody's face is seen")
        return
    rows = table("who", "sure", "best seen")
    for person in people:
        rows.add_row(*_who(person), _where(person))
    out.print(rows)


def _who(person: dict[str, Any]) -> tuple[str, str]:
    names = [f"{c['name'] or c['key']} ({c['key']})" for c in person["candidates"]]
    sure = [f"{c['sure']:.0%}" for c in person["candidates"]]
    if person["verdict"] == "known":
        return names[0], sure[0]
    return (" or ".join(names) + " or nobody known", ", ".join(sure)) if names else ("unknown", "")


def _where(person: dict[str, Any]) -> str:
    box = " ".join(f"{x:.0f}" for x in person["box"] or ())
    if person.get("picture"):
        return f"{person['picture']} at {box}"
    return clock(person["time_s"]) if person.get("time_s") is not None else f"at {box}"
