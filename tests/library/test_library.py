"""The cast of the library: what the user decides holds, whatever run found the faces."""

import shutil
from pathlib import Path

import pytest

from analyzer.errors import UsageError
from analyzer.library.cast import Member, shared_frame
from analyzer.library.decisions import Alias, AnyDecision, Enrol, Hide, Merge, Name, Not, Split
from analyzer.library.placing import Finder
from analyzer.library.strip import strip_movie
from analyzer.people.spans import screen_time
from analyzer.records import Embedding, Movie
from analyzer.stores import sidecar
from tests.conftest import Demo
from tests.library.conftest import Films, Place, first_billed

LEAD = "astronaut"


def seconds_in(member: Member, video: str, demo: Demo, who: str) -> float:
    """How long a member is said to be seen in shots in which somebody truly is."""
    intervals = [i for part in member.videos.get(video, ()) for i in part.intervals]
    shots = [shot.shot for shot in demo.truth if who in shot.people]
    pairs = ((max(a, s.start_s), min(b, s.end_s)) for a, b in intervals for s in shots)
    return screen_time((a, b) for a, b in pairs if a < b)


def named(place: Place, films: Films, name: str = "Eileen") -> Member:
    library = place.library
    member = library.resolve(f"{films.fast.source.oshash}:p1")
    library.decide(Name(name=name, anchors=member.anchors()))
    return library.resolve(name)


def test_a_name_survives_another_effort(place: Place, films: Films, demo: Demo) -> None:
    video = films.fast.source.oshash
    before = named(place, films)
    assert {part.how for part in before.videos[video]} == {"confirmed"}
    place.add(films.video, films.balanced)
    after = place.library.resolve("eileen")
    truth = sum(s.shot.end_s - s.shot.start_s for s in demo.truth if LEAD in s.people)
    assert seconds_in(after, video, demo, LEAD) > 0.8 * truth
    alone = [part.intervals for part in after.videos[video]]
    wrong = screen_time(i for some in alone for i in some) - seconds_in(after, video, demo, LEAD)
    assert wrong < 0.1 * truth


def test_a_name_given_at_one_effort_is_found_at_a_coarser_one(place: Place, films: Films, demo: Demo) -> None:
    place.add(films.video, films.balanced)
    named(place, films)
    place.add(films.video, films.fast)
    member = place.library.resolve("Eileen")
    assert seconds_in(member, films.fast.source.oshash, demo, LEAD) > 5


def test_who_is_named_in_one_film_is_recognised_in_another(empty: Place, films: Films) -> None:
    empty.add(films.video, films.fast)
    named(empty, films)
    empty.add(films.twin_video, films.twin)
    parts = empty.library.resolve("Eileen").videos[films.twin.source.oshash]
    assert {part.how for part in parts} == {"recognised"}
    assert all(part.sure > 0.5 for part in parts)


def test_strangers_of_two_films_are_one_person(place: Place, films: Films) -> None:
    member = first_billed(place, films)
    assert set(member.videos) == {films.fast.source.oshash, films.twin.source.oshash}
    assert member.key is None
    assert member.handle.endswith(":p1")


def test_nobody_is_twice_in_a_frame(place: Place, films: Films) -> None:
    named(place, films)
    for member in place.library.cast.members:
        for parts in member.videos.values():
            times = [time for part in parts for time in part.unit.times()]
            assert len(times) == len(set(times))


def two(place: Place, films: Films) -> tuple[Member, Member]:
    """Two people whom a frame shows together; at the lower effort there may be none."""
    place.add(films.video, films.balanced)
    members = place.library.cast.members
    return next((a, b) for a in members for b in members if a is not b and shared_frame(a, b))


def decisions_of_all_kinds(place: Place, films: Films) -> list[AnyDecision]:
    """One of each kind, about a person named first and another of the same frame."""
    person, other = two(place, films)
    first, *rest = person.anchors()
    return [
        Name(key="k1", name="Eileen Collins"),
        Enrol(key="k1", name="Colonel", anchors=other.anchors()),
        Alias(key="k1", alias="The Captain"),
        Merge(key="k1", anchors=other.anchors()),
        Split(anchors=(first,), rest=tuple(rest)),
        Not(key="k1", anchors=(first,)),
        Hide(key="k1"),
        Hide(key="k1", hidden=False),
    ]


def picture(place: Place) -> list[tuple[object, ...]]:
    """Who is seen where, in words that can be compared."""
    cast = place.library.cast
    return sorted(
        (m.key or "", m.name or "", m.aliases, m.hidden, tuple(sorted(p.handle for p in m.parts)))
        for m in cast.members
    )


def test_every_kind_of_decision_holds_and_can_be_undone(place: Place, films: Films) -> None:
    person, _ = two(place, films)
    place.library.decide(Name(name="Eileen", anchors=person.anchors()))
    for decision in decisions_of_all_kinds(place, films):
        before = picture(place)
        number = place.library.decide(decision)
        after = picture(place)
        if not (isinstance(decision, Hide) and not decision.hidden):
            assert after != before, decision.do
        place.add(films.video, films.balanced)  # analyzed anew
        assert picture(place) == after
        undo = place.library.undo()
        assert undo.n == number
        assert picture(place) == before
        redone = place.library.undo(number + 1)
        assert redone.do == "undo"
        assert picture(place) == after
        place.library.undo(number + 2)
        assert picture(place) == before


def test_a_face_that_was_rejected_never_comes_back(place: Place, films: Films) -> None:
    member = named(place, films)
    video = films.fast.source.oshash
    rejected = member.videos[video][0].unit
    place.library.decide(Not(key=member.key, anchors=rejected.anchors()))
    for movie in (films.fast, films.balanced):
        place.add(films.video, movie)
        library = place.library
        finder = Finder(library.cards[video])
        hits = [hit[0] for anchor in rejected.anchors() if (hit := finder.find(anchor))]
        assert hits
        for a, row in hits:
            assert row not in library.resolve("Eileen").rows_of(library.cards[video].people[a])
    assert films.twin.source.oshash in place.library.resolve("Eileen").videos


def test_who_was_split_off_stays_apart_until_merged(place: Place, films: Films) -> None:
    person = first_billed(place, films)
    moved = person.parts[0].unit.anchors()[:1]
    rest = tuple(anchor for anchor in person.anchors() if anchor not in moved)
    library = place.library
    key = f"k{library.decide(Split(anchors=moved, rest=rest))}"
    assert set(moved) <= set(library.resolve(key).anchors())
    assert not set(rest) & set(library.resolve(key).anchors())
    library.decide(Merge(key=key, anchors=rest))
    assert {*moved, *rest} <= set(library.resolve(key).anchors())


def test_a_merge_of_two_known_people_undone_gives_both_back(place: Place, films: Films) -> None:
    person, other = two(place, films)
    library = place.library
    library.decide(Name(name="Eileen", anchors=person.anchors()))
    library.decide(Name(name="Grace", anchors=other.anchors()))
    before = picture(place)
    library.decide(Merge(key="k1", other="k2"))
    assert library.resolve("Grace") is library.resolve("Eileen") is library.resolve("k2")
    library.undo()
    assert picture(place) == before
    assert library.resolve("Grace") is not library.resolve("Eileen")


def test_what_others_rest_on_is_not_undone(place: Place, films: Films) -> None:
    named(place, films)
    library = place.library
    library.decide(Alias(key="k1", alias="The Captain"))
    with pytest.raises(UsageError, match=r"decision 2 \(alias k1\) rests on it"):
        library.undo(1)
    library.undo(2)
    library.undo(1)
    with pytest.raises(UsageError, match="cannot be undone"):
        library.undo(3)  # would bring back an alias of nobody
    with pytest.raises(UsageError, match="undone already, by 4"):
        library.undo(1)
    with pytest.raises(UsageError, match="no decision 77"):
        library.undo(77)
    with pytest.raises(UsageError, match="nothing to undo"):
        library.undo()


def test_a_film_that_is_gone_leaves_its_anchors_unresolved(place: Place, films: Films) -> None:
    member = named(place, films)
    nobody = films.fast.model_copy(update={"people": (), "tracks": ()})
    assert place.library.cast.unresolved == 0
    place.add(films.video, nobody)
    lost = sum(anchor.video == films.fast.source.oshash for anchor in member.anchors())
    assert place.library.cast.unresolved == lost > 0
    place.library.shelf.path(films.fast.source.oshash).unlink()
    place.library.reload()
    assert place.library.cast.unresolved == lost


def other_model(movie: Movie) -> Movie:
    tracks = tuple(
        t.model_copy(update={"embedding": t.embedding and t.embedding.model_copy(update={"model": "other"})})
        for t in movie.tracks
    )
    return movie.model_copy(update={"tracks": tracks})


def test_vectors_of_different_models_are_never_compared(empty: Place, films: Films) -> None:
    empty.add(films.video, films.balanced)
    empty.add(films.twin_video, other_model(films.twin))
    cast = empty.library.cast
    assert cast.unmatched == sum(len(person.tracks) for person in films.twin.people)
    assert all(len(member.videos) == 1 for member in cast.members)


def test_people_are_addressed(place: Place, films: Films) -> None:
    member = named(place, films)
    library, video = place.library, films.fast.source.oshash
    face = member.videos[video][0].unit.best_spots(1)[0].face
    copy = place.films / films.video.name
    for text in (
        "Eileen",
        " eileen ",
        "k1",
        f"{video}:p1",
        f"{video[:4]}:p1",
        f"{copy}:p1",
        f"{video[:5]}:{face}",
    ):
        assert library.resolve(text).key == "k1", text
    for text, why in (
        ("Elieen", "did you mean 'Eileen'"),
        ("k7", "no such person"),
        (f"{video[:4]}:p99", "people, p1 to"),
        (f"{video[:4]}:99999", "no such face"),
        ("ffff:p1", "no such video"),
        (f"{video[:3]}:p1", "no such video"),
        ("nowhere.mp4:p1", "no such video"),
    ):
        with pytest.raises(UsageError, match=why):
            library.resolve(text)


def test_every_face_of_a_person_is_theirs(place: Place, films: Films) -> None:
    place.add(films.video, films.balanced)
    video, library = films.fast.source.oshash, place.library
    kept = {
        s.face for m in library.cast.members for p in m.videos.get(video, ()) for s in p.unit.best_spots(99)
    }
    for person in films.balanced.people:
        owner = library.resolve(f"{video}:{person.id}")
        for track in person.tracks:
            for face in films.balanced.tracks[track].faces:
                assert library.resolve(f"{video}:{face}") is owner
    assert len(kept) < len(films.balanced.faces)


def test_two_people_of_one_name_are_told_apart(place: Place, films: Films) -> None:
    person, other = two(place, films)
    library = place.library
    for member in (person, other):
        library.decide(Name(name="Sam", anchors=member.anchors()))
    with pytest.raises(UsageError, match=r"2 people are called Sam: k1 \(.*:p\d.*\), k2 \(.*:p\d"):
        library.resolve("Sam")
    assert library.resolve("k1") is not library.resolve("k2")


def test_the_names_of_a_record(place: Place, films: Films) -> None:
    named(place, films)
    names = place.library.names_in(films.fast)
    assert names["p1"] == "Eileen"
    assert len(names) < len(films.fast.people)


def test_embeddings_of_the_face_alone_are_not_compared_with_those_of_its_mirror_too(
    empty: Place, films: Films
) -> None:
    """As records hold them that were made before faces were mirrored."""
    empty.add(films.video, films.fast)
    named(empty, films)
    assert "Eileen" in empty.library.names_in(films.twin).values()
    old = films.twin.model_dump_json().replace('"dlib+mirrored"', '"dlib"')
    assert empty.library.names_in(Movie.model_validate_json(old)) == {}


def test_a_record_from_elsewhere_costs_itself_alone(empty: Place, films: Films) -> None:
    """Vectors of another length under the model's name, one id for all."""
    cut = tuple(
        t.model_copy(update={"embedding": t.embedding and cut_short(t.embedding)}) for t in films.twin.tracks
    )
    people = tuple(person.model_copy(update={"id": "p1"}) for person in films.twin.people)
    forged = films.twin.model_copy(update={"tracks": cut, "people": people})
    empty.add(films.video, films.fast)
    another = films.fast.source.model_copy(update={"oshash": "0" * 16})
    empty.add(copied(films, empty), films.fast.model_copy(update={"source": another}))
    named(empty, films)
    path = empty.add(films.twin_video, forged)
    library = empty.library
    assert library.resolve("Eileen").parts
    assert library.names_in(forged) == {}
    assert library.shelf.damaged == [library.shelf.path(films.twin.source.oshash)]
    member = library.resolve("Eileen")
    anchors = [a.__class__(films.twin.source.oshash, a.time_s, a.box) for a in member.anchors()]
    movie = sidecar.read(path)
    assert movie
    assert not strip_movie(movie, anchors).people[0].reference


def cut_short(embedding: Embedding) -> Embedding:
    return embedding.model_copy(update={"vector": embedding.vector[:64]})


def copied(films: Films, place: Place) -> Path:
    return shutil.copy(films.video, place.films / "again.mp4")
