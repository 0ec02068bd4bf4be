"""Forgetting leaves nothing of a person, and all of the others."""

import base64
import json
import subprocess
import sys
from pathlib import Path

import pytest

from analyzer.library.cast import Member
from analyzer.library.decisions import Alias, Enrol, Hide, Name, Not
from analyzer.library.enrolling import anchors_of, card_of_one
from analyzer.library.excerpt import of_one
from analyzer.library.forgetting import finish, forget
from analyzer.records import Movie
from analyzer.stores import sidecar
from analyzer.stores.whole import write_whole
from tests.keeping import keeper_of
from tests.library.conftest import Films, Place, first_billed

NAME, ALIAS = "Zoë Müller-Łukasz", "Die Kapitänin"


def spellings(name: str) -> set[bytes]:
    return {name.encode(), json.dumps(name)[1:-1].encode(), name.casefold().encode()}


def traces(movie: Movie, people: list[int]) -> set[bytes]:
    """How the embeddings and crops of some people of a record would look in a file: raw and as base64."""
    tracks = [movie.tracks[t] for p in people for t in movie.people[p].tracks]
    faces = [movie.faces[f] for track in tracks for f in track.faces]
    embeddings = [t.embedding for t in tracks] + [f.embedding for f in faces]
    embeddings += [e for p in people for e in movie.people[p].reference]
    raw = [e.vector.tobytes() for e in embeddings if e] + [
        f.crop.tobytes() for f in faces if f.crop is not None
    ]
    assert len(raw) > 3
    return {base64.b64encode(b) for b in raw} | set(raw)


def found(needles: set[bytes], *folders: Path) -> list[str]:
    files = [file for folder in folders for file in folder.rglob("*") if file.is_file()]
    assert files
    return [f"{file}: {needle[:40]!r}" for file in files for needle in needles if needle in file.read_bytes()]


@pytest.fixture
def zoe(place: Place, films: Films) -> Member:
    """The first billed of the demo film under a name; decided this and that about, and exported."""
    library = place.library
    member = library.resolve(f"{films.fast.source.oshash}:p1")
    library.decide(Name(name="Zoe, mistyped", anchors=member.anchors()))
    library.decide(Name(key="k1", name=NAME))
    library.decide(Alias(key="k1", alias=ALIAS))
    library.decide(Not(key="k1", anchors=library.cast.members[-1].anchors()))
    library.decide(Alias(key="k1", alias="Zo"))
    library.undo()
    with library.journal.path.open("ab") as file:
        file.write(f'{{"n":7,"do":"alias","alias":"{NAME}'.encode())  # torn
    export = place.films / "cast.json"
    content = json.dumps({"name": NAME}).encode()
    library.shelf.ledger.record(export, "export", content=content)
    write_whole(export, content)
    return place.library.resolve(NAME)


def people_of(member: Member, movie: Movie) -> list[int]:
    ids = {part.unit.appearance.id for part in member.videos.get(movie.source.oshash, ())}
    return [p for p, person in enumerate(movie.people) if person.id in ids]


def test_not_a_byte_is_left(place: Place, films: Films, zoe: Member) -> None:
    needles = spellings(NAME) | spellings(ALIAS)
    for movie in (films.fast, films.twin):
        needles |= traces(movie, people_of(zoe, movie))
    assert len({hit.split(": ")[0] for hit in found(needles, place.home, place.films)}) >= 6
    report = forget(place.library, zoe)
    assert found(needles, place.home, place.films) == []
    assert report.due == []
    assert [path.name for path in report.deleted] == ["cast.json"]
    assert len(report.rewritten) == 2
    assert not list(place.home.rglob("journal.torn*"))


def test_the_others_lose_nothing(place: Place, films: Films, zoe: Member) -> None:
    gone = people_of(zoe, films.fast)
    others = [p for p in range(len(films.fast.people)) if p not in gone]
    kept = {t for t in traces(films.fast, others) if t not in traces(films.fast, gone)}
    path = sidecar.sidecar_path(place.films / films.video.name)
    before = {t for t in kept if t in path.read_bytes()}
    assert before
    forget(place.library, zoe)
    assert {t for t in kept if t in path.read_bytes()} == before
    movie = sidecar.read(path)
    assert movie
    assert [p.intervals for p in movie.people] == [p.intervals for p in films.fast.people]


def test_who_was_forgotten_is_a_stranger(place: Place, films: Films, zoe: Member) -> None:
    forget(place.library, zoe)
    assert place.library.decisions == ()
    member = first_billed(place, films)
    assert member.key is None
    place.add(films.video, films.fast)  # analyzed anew
    assert first_billed(place, films).key is None
    library = place.library
    library.decide(Name(name="Anew", anchors=first_billed(place, films).anchors()))
    assert library.resolve("Anew").key == "k7"  # numbers are not given twice


def test_a_record_that_cannot_be_reached_is_done_later(place: Place, films: Films, zoe: Member) -> None:
    video = films.twin_video.name
    needles = traces(films.twin, people_of(zoe, films.twin))
    for path in (place.films / video, sidecar.sidecar_path(place.films / video)):
        path.parent.with_name("drive").mkdir(exist_ok=True)
        path.rename(path.parent.with_name("drive") / path.name)
    drive, mounted = place.films.with_name("drive"), place.films.with_name("mounted")
    drive.rename(mounted)
    ledger = place.library.shelf.ledger
    ledger.record(sidecar.sidecar_path(drive / video), "sidecar", films.twin.source.oshash)
    report = forget(place.library, zoe)
    assert len(report.due) == 1
    assert "is its drive there?" in report.due[0]
    assert video in report.due[0]
    assert found(needles, mounted)
    assert not found(needles, place.home)
    assert len(finish(place.library.shelf).due) == 1
    mounted.rename(drive)
    report = finish(place.library.shelf)
    assert report.due == []
    assert not found(needles, drive)
    assert finish(place.library.shelf).rewritten == []


def test_a_record_that_was_moved_is_not_taken_in_whole(place: Place, films: Films, zoe: Member) -> None:
    """A run finds the record up to date in another place."""
    path = sidecar.sidecar_path(place.films / films.twin_video.name)
    moved = place.films.with_name("elsewhere") / path.name
    moved.parent.mkdir()
    path.rename(moved)
    place.films.rename(place.films.with_name("gone"))
    forget(place.library, zoe)
    keeper_of(place.home).found(moved, place.films / films.twin_video.name, films.twin.source.oshash)
    needles = traces(films.twin, people_of(zoe, films.twin))
    assert not found(needles, place.home, moved.parent)


def test_sidecars_that_were_set_aside_are_cleaned_or_deleted(place: Place, films: Films, zoe: Member) -> None:
    keeper, video = keeper_of(place.home), films.fast.source.oshash
    path = sidecar.sidecar_path(place.films / films.video.name)
    whole = path.read_bytes()
    sound = keeper.set_aside(path, "newer", video)
    path.write_bytes(whole[:-100])
    damaged = keeper.set_aside(path, "damaged", video)
    report = forget(place.library, zoe)
    assert damaged in report.deleted
    assert not damaged.exists()
    assert sound in report.rewritten
    assert not found(traces(films.fast, people_of(zoe, films.fast)), place.home, place.films)


def test_a_person_without_a_face_does_not_shift_the_others(empty: Place, films: Films) -> None:
    """Cards leave out whom only the body shows."""
    first = films.balanced.people[0]
    body = first.model_copy(update={"id": "p0", "tracks": (), "best_faces": (), "reference": ()})
    movie = films.balanced.model_copy(update={"people": (body, *films.balanced.people)})
    path = empty.add(films.video, movie)
    member = first_billed(empty, films)
    kept = [f for t in first.tracks for f in films.balanced.tracks[t].faces][-1]
    assert empty.library.resolve(f"{films.fast.source.oshash}:{kept}").handle == member.handle
    needles = traces(movie, [1])
    assert found(needles, path.parent, empty.home)
    forget(empty.library, member)
    assert not found(needles, path.parent, empty.home)


def test_a_deleted_record_is_nothing_to_do(place: Place, films: Films, zoe: Member) -> None:
    sidecar.sidecar_path(place.films / films.twin_video.name).unlink()
    assert forget(place.library, zoe).due == []


def test_a_file_that_the_user_put_in_an_exports_place_stays(place: Place, zoe: Member) -> None:
    export = place.films / "cast.json"
    export.write_text("my own notes")
    report = forget(place.library, zoe)
    assert export.read_text() == "my own notes"
    assert len(report.due) == 1
    assert "was changed after Marquee wrote it" in report.due[0]


def test_another_person_of_the_name_stays(place: Place, films: Films, zoe: Member) -> None:
    library = place.library
    other = next(m for m in library.cast.members if m.key is None and m.parts)
    number = library.decide(Name(name=NAME, anchors=other.anchors()))
    library.decide(Hide(key=f"k{number}"))
    before = library.resolve(f"k{number}")
    forget(library, library.resolve("k1"))
    after = place.library.resolve(NAME)
    assert (after.key, after.hidden) == (f"k{number}", True)
    assert [p.unit.times() for p in after.parts if p.how == "confirmed"] == [
        p.unit.times() for p in before.parts if p.how == "confirmed"
    ]


def test_a_former_name_is_gone_from_all_that_was_undone(place: Place, films: Films, zoe: Member) -> None:
    library = place.library
    other = next(m for m in library.cast.members if m.key is None and m.parts)
    library.decide(Name(name="Zoe, mistyped", anchors=other.anchors()))
    library.undo()
    log = library.home / "marquee.log"
    log.write_text("nothing\nabout Zoe, mistyped\n")
    forget(library, library.resolve("k1"))
    assert not found(spellings("Zoe, mistyped"), library.home)
    assert log.read_text() == "nothing\n"


def test_a_stranger_can_be_forgotten(place: Place, films: Films) -> None:
    member = first_billed(place, films)
    needles = traces(films.fast, people_of(member, films.fast))
    assert found(needles, place.home, place.films)
    forget(place.library, member)
    assert not found(needles, place.home, place.films)


def test_another_effort_s_record_of_the_video_is_cleaned_too(place: Place, films: Films, zoe: Member) -> None:
    """The record that another run left in another folder; the card is of the first."""
    other = place.films.with_name("records") / "demo.mp4.marquee.json"
    place.library.shelf.ledger.record(other, "sidecar", films.balanced.source.oshash)
    sidecar.write(other, films.balanced)
    forget(place.library, zoe)
    movie = sidecar.read(other)
    assert movie
    longest = max(movie.people, key=lambda p: p.screen_time_s)  # the astronaut, by far
    assert not longest.reference
    assert all(movie.tracks[t].embedding is None for t in longest.tracks)
    assert any(face.embedding for face in movie.faces)


def test_of_enrolled_photos_not_even_their_folder_is_left(place: Place, films: Films) -> None:
    """It bears the person's name more often than not."""
    source = films.fast.source.model_copy(update={"path": f"/photos/{NAME}"})
    tracks = [films.fast.tracks[t] for t in films.fast.people[0].tracks]
    photos = films.fast.model_copy(update={"source": source})
    card = card_of_one(of_one(photos, films.fast.faces, tracks, 1.0))
    library = place.library
    library.shelf.put(card)
    library.decide(Enrol(name=NAME, anchors=anchors_of(card)))
    assert found(spellings(NAME), place.home)
    assert forget(library, library.resolve(NAME)).due == []
    assert not found(spellings(NAME), place.home)
    assert card.video not in place.library.cards


CUT_OFF = """
import os, sys
from contextlib import ExitStack
from pathlib import Path
from analyzer.stores.whole import temporary
unfinished = ExitStack()
for path in map(Path, sys.argv[1:]):
    unfinished.enter_context(temporary(path)).write_bytes(path.read_bytes())
os._exit(0)
"""


def test_what_a_machine_that_stopped_left_unfinished_is_deleted(
    place: Place, films: Films, zoe: Member
) -> None:
    files = [sidecar.sidecar_path(place.films / films.video.name), *place.home.rglob("*.json*")]
    subprocess.run([sys.executable, "-c", CUT_OFF, *map(str, files)], check=True)
    assert len(list(place.home.parent.rglob(".marquee-*.tmp"))) == len(files)
    mine = place.films / ".marquee-notes.txt"
    mine.write_text("x")
    forget(place.library, zoe)
    assert not list(place.home.parent.rglob(".marquee-*.tmp"))
    assert mine.exists()


def test_faces_that_belong_to_nobody_go_too(place: Place, films: Films) -> None:
    """One that was too poor to be anybody's may be of the person; others keep theirs."""
    movie = films.fast
    first, *others = movie.people
    stray = first.tracks[-1]
    poorer = first.model_copy(update={"tracks": first.tracks[:-1]})
    path = place.add(films.video, movie.model_copy(update={"people": (poorer, *others)}))
    library = place.library
    library.decide(Name(name="Ann", anchors=library.resolve(f"{movie.source.oshash}:p1").anchors()))
    forget(library, library.resolve("Ann"))
    stripped = sidecar.read(path)
    assert stripped
    assert stripped.tracks[stray].embedding is None
    assert all(stripped.faces[face].crop is None for face in movie.tracks[stray].faces)
    assert all(stripped.tracks[t].embedding for person in others for t in person.tracks)
