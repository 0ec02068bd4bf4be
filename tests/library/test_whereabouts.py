import pytest

from analyzer.errors import UsageError
from analyzer.library.decisions import Alias, Name, Undo
from analyzer.library.forgetting import forget
from analyzer.library.whereabouts import FILE, appearances
from tests.library.conftest import Films, Place, first_billed


def test_a_known_person_is_where_the_whole_library_says(place: Place, films: Films) -> None:
    member = first_billed(place, films)
    key = place.library.decide(Name(name="Eileen", anchors=member.anchors()))
    where = appearances(place.library, "eileen")
    both = {films.fast.source.oshash, films.twin.source.oshash}
    assert {video for video, _ in where} == both
    whole = place.library.resolve("Eileen")
    assert where == {(part.video, part.unit.appearance.id) for part in whole.parts}
    assert appearances(place.library, f"k{key}") == where


def test_what_is_kept_changes_with_the_library(place: Place, films: Films) -> None:
    member = first_billed(place, films)
    place.library.decide(Name(name="Eileen", anchors=member.anchors()))
    before = appearances(place.library, "Eileen")
    kept = place.home / "library" / FILE
    written = kept.stat().st_mtime_ns
    assert appearances(place.library, "Eileen") == before
    assert kept.stat().st_mtime_ns == written  # read, not made anew
    place.library.decide(Alias(key="k1", alias="Colonel"))
    assert appearances(place.library, "Colonel") == before
    for film in place.home.glob("library/cards/*.json"):
        film.unlink()
    assert appearances(place.library, "Eileen") == frozenset()


def test_strangers_are_named_by_video(place: Place, films: Films) -> None:
    assert appearances(place.library, f"{films.fast.source.oshash}:p1") >= {
        (films.fast.source.oshash, "p1"),
    }
    with pytest.raises(UsageError, match="nobody is called"):
        appearances(place.library, "Nobody")


def test_a_damaged_file_is_made_anew_and_forgetting_deletes_it(place: Place, films: Films) -> None:
    place.library.decide(Name(name="Eileen", anchors=first_billed(place, films).anchors()))
    where = appearances(place.library, "Eileen")
    kept = place.home / "library" / FILE
    kept.write_bytes(b"{")
    assert appearances(place.library, "Eileen") == where
    library = place.library
    forget(library, library.resolve("Eileen"))
    assert not kept.exists()


def test_what_is_kept_is_of_the_library_as_it_is_then(place: Place, films: Films) -> None:
    before = place.library
    member = first_billed(place, films)
    before.decide(Name(name="Eileen", anchors=member.anchors()))
    other = place.library
    other.decide(Undo(undone=1))
    other.decide(Name(name="Eileen", anchors=other.cast.members[-1].anchors()))
    appearances(before, "Eileen")
    whole = place.library.resolve("Eileen")
    where = appearances(place.library, "Eileen")
    assert where == {(part.video, part.unit.appearance.id) for part in whole.parts}


def test_cards_that_are_being_written_do_not_matter(place: Place, films: Films) -> None:
    place.library.decide(Name(name="Eileen", anchors=first_billed(place, films).anchors()))
    where = appearances(place.library, "Eileen")
    kept = place.home / "library" / FILE
    written = kept.stat().st_mtime_ns
    (place.home / "library" / "cards" / ".marquee-1-abcdefgh.tmp").symlink_to("gone")
    assert appearances(place.library, "Eileen") == where
    assert kept.stat().st_mtime_ns == written
