import numpy as np
import pytest

from analyzer.people.billing import bill
from analyzer.people.parts import Film
from analyzer.people.spans import intervals
from analyzer.people.tracks import make_tracks, pooled
from analyzer.records import Face, Keyframe, Person, Pose
from models.catalog import Likeness
from tests.movies import face, keyframe, pose

ANNA, BERT, CARL = np.eye(8)[:3]
PRIOR = Likeness(strangers=0.0, spread=0.2, same=0.9)
SIZE = (640, 480)


def people_of(faces: list[Face], keyframes: list[Keyframe], poses: list[Pose] | None = None) -> list[Person]:
    poses = poses or []
    tracks = make_tracks(faces, poses, keyframes, PRIOR)
    return list(bill(Film(tracks, faces, poses, keyframes, SIZE), PRIOR))


def looks(count: int, shots: int | None = None) -> list[Keyframe]:
    """One look a second, evenly divided among so many shots."""
    each = count // (shots or count)
    return [keyframe(i, 1, shot=i // each, seen_as=i) for i in range(count)]


def test_a_keyframe_not_analyzed_counts_as_the_one_it_is_seen_as() -> None:
    keyframes = [keyframe(0, 1, seen_as=0), keyframe(1, 2, seen_as=0), keyframe(3, 4, seen_as=None)]
    assert intervals({0}, keyframes) == ((0, 3),)


def test_intervals_merge_only_where_they_touch() -> None:
    keyframes = [keyframe(i, 1, seen_as=i) for i in range(4)]
    assert intervals({0, 1, 3}, keyframes) == ((0, 2), (3, 4))


def test_tracks_follow_people_within_a_shot() -> None:
    keyframes = [keyframe(0, 1, 0, 0), keyframe(1, 1, 0, 1), keyframe(2, 1, 1, 2)]
    faces = [face(0, ANNA), face(0, BERT), face(1, BERT), face(1, ANNA), face(2, ANNA)]
    tracks = make_tracks(faces, [], keyframes, PRIOR)
    assert [track.faces for track in tracks] == [(0, 3), (1, 2), (4,)]
    assert [(track.start_s, track.end_s) for track in tracks] == [(0, 2), (0, 2), (2, 3)]


def test_a_face_that_hardly_tells_stays_in_its_place() -> None:
    """The same place makes up for a poor likeness; the other end of the picture does not."""
    vague = 0.45 * ANNA + np.sqrt(1 - 0.45**2) * CARL
    keyframes = looks(2, 1)
    here, there = (100, 100, 160, 160), (500, 300, 560, 360)
    stays = [face(0, ANNA, box=here), face(1, vague, box=here)]
    leaps = [face(0, ANNA, box=here), face(1, vague, box=there)]
    assert len(make_tracks(stays, [], keyframes, PRIOR)) == 1
    assert len(make_tracks(leaps, [], keyframes, PRIOR)) == 2


def test_people_are_billed_by_screen_time_with_roles() -> None:
    keyframes = looks(20)
    faces = [face(i, BERT) for i in range(8)] + [face(9, ANNA), face(11, ANNA), face(19, CARL)]
    people = people_of(faces, keyframes)
    assert [(p.id, p.role, p.screen_time_s) for p in people] == [
        ("p1", "lead", 8),
        ("p2", "cast", 2),
        ("p3", "extra", 1),
    ]


def test_a_video_without_a_lead_says_so() -> None:
    crowd = [
        face(i, vector, box=(80 * n, 100, 80 * n + 60, 160))
        for i in range(4)
        for n, vector in enumerate(np.eye(8))
    ]
    assert {person.role for person in people_of(crowd, looks(4, 1))} == {"cast"}
    rare = [face(0, ANNA), face(10, ANNA), face(20, ANNA)]
    assert [person.role for person in people_of(rare, looks(40))] == ["cast"]


def test_who_only_passes_in_the_background_is_an_extra() -> None:
    keyframes = looks(10)
    near = [face(i, ANNA, box=(100, 100, 300, 300)) for i in range(10)]
    far = [face(i, BERT, box=(500, 100, 540, 140)) for i in (2, 7)]
    assert [person.role for person in people_of(near + far, keyframes)] == ["lead", "extra"]


def test_two_faces_of_one_frame_are_never_one_person() -> None:
    keyframes = [keyframe(0, 1, 0, 0), keyframe(1, 1, 1, 1)]
    faces = [face(0, ANNA), face(0, ANNA + 0.01), face(1, ANNA)]
    assert len(people_of(faces, keyframes)) == 2


def test_a_face_without_embedding_belongs_to_nobody() -> None:
    assert people_of([face(0, None)], [keyframe(0, 1, 0, 0)]) == []


def test_a_poor_face_joins_but_does_not_steer() -> None:
    """Between two people, a face that tells nothing must not make one of them."""
    between = (ANNA + BERT) / np.sqrt(2)
    keyframes = looks(7)
    good = [face(i, ANNA) for i in range(3)] + [face(i, BERT) for i in range(3, 6)]
    people = people_of([*good, face(6, between, presence=0.5)], keyframes)
    assert [person.screen_time_s for person in people] == [3, 3]
    joined = people_of([*good, face(6, ANNA, presence=0.5)], keyframes)
    assert [person.screen_time_s for person in joined] == [4, 3]


def test_a_body_carries_its_person_on() -> None:
    """The face is seen at both ends only; the body in between is the same."""
    keyframes = [keyframe(4 * i, 4, shot=0, seen_as=i) for i in range(5)]
    faces = [face(0, ANNA, box=(100, 50, 160, 110)), face(4, ANNA, box=(100, 50, 160, 110))]
    bodies = [pose(i, head=(130, 80)) for i in range(5)]
    (person,) = people_of(faces, keyframes, bodies)
    assert (person.screen_time_s, person.face_time_s) == (20, 8)
    (alone,) = people_of(faces, keyframes)
    assert alone.screen_time_s == 8


def test_a_face_that_is_missed_between_two_looks_was_there() -> None:
    faces = [face(0, ANNA), face(2, ANNA)]
    (person,) = people_of(faces, looks(3, 1))
    assert (person.screen_time_s, person.face_time_s) == (3, 2)


def test_who_is_there_all_along_without_a_face_is_somebody() -> None:
    keyframes = looks(8, 1)
    (person,) = people_of([], keyframes, [pose(i, head=(300, 80)) for i in range(8)])
    assert (person.role, person.screen_time_s, person.face_time_s) == ("cast", 8, 0)
    assert person.best_faces == person.reference == ()
    assert people_of([], keyframes, [pose(i, head=(300, 80)) for i in range(3)]) == []


def test_pooling_trusts_good_faces_more() -> None:
    both = pooled([face(0, ANNA, quality=1.0), face(1, BERT, quality=0.1)])
    assert both is not None
    assert both.vector[0] > 5 * both.vector[1]


def test_no_faces_no_people() -> None:
    assert people_of([], [keyframe(0)]) == []


@pytest.mark.parametrize("seed", range(5))
def test_the_order_of_shots_does_not_matter(seed: int) -> None:
    rng = np.random.default_rng(seed)
    vectors = [ANNA + rng.normal(0, 0.05, 8) for _ in range(5)] + [
        BERT + rng.normal(0, 0.05, 8) for _ in range(3)
    ]
    for order in (range(8), rng.permutation(8)):
        faces = [face(i, vectors[j]) for i, j in enumerate(order)]
        assert [p.screen_time_s for p in people_of(faces, looks(8))] == [5, 3]
