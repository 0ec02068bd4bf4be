import numpy as np
import pytest

from analyzer.people.billing import bill
from analyzer.people.spans import intervals
from analyzer.people.tracks import make_tracks, pooled
from tests.movies import face, keyframe

ANNA, BERT = np.array([1.0, 0, 0]), np.array([0, 1.0, 0])
NEAR = 0.5


def test_a_keyframe_not_analyzed_counts_as_the_one_it_is_seen_as() -> None:
    keyframes = [keyframe(0, 1, seen_as=0), keyframe(1, 2, seen_as=0), keyframe(3, 4, seen_as=None)]
    assert intervals({0}, keyframes) == ((0, 3),)


def test_intervals_merge_only_where_they_touch() -> None:
    keyframes = [keyframe(i, 1, seen_as=i) for i in range(4)]
    assert intervals({0, 1, 3}, keyframes) == ((0, 2), (3, 4))


def test_tracks_follow_people_within_a_shot() -> None:
    keyframes = [keyframe(0, 1, 0, 0), keyframe(1, 1, 0, 1), keyframe(2, 1, 1, 2)]
    faces = [face(0, ANNA), face(0, BERT), face(1, BERT), face(1, ANNA), face(2, ANNA)]
    tracks = make_tracks(faces, keyframes, NEAR)
    assert [track.faces for track in tracks] == [(0, 3), (1, 2), (4,)]
    assert [(track.start_s, track.end_s) for track in tracks] == [(0, 2), (0, 2), (2, 3)]


def test_people_are_billed_by_screen_time_with_roles() -> None:
    keyframes = [keyframe(i, 1, shot=i, seen_as=i) for i in range(20)]
    faces = [face(i, BERT) for i in range(8)] + [face(9, ANNA), face(11, ANNA), face(19, -ANNA)]
    people = bill(make_tracks(faces, keyframes, NEAR), faces, keyframes, NEAR)
    assert [(p.id, p.role, p.screen_time_s) for p in people] == [
        ("p1", "lead", 8),
        ("p2", "cast", 2),
        ("p3", "extra", 1),
    ]


def test_two_faces_of_one_frame_are_never_one_person() -> None:
    keyframes = [keyframe(0, 1, 0, 0), keyframe(1, 1, 1, 1)]
    faces = [face(0, ANNA), face(0, ANNA + 0.01), face(1, ANNA)]
    people = bill(make_tracks(faces, keyframes, NEAR), faces, keyframes, NEAR)
    assert len(people) == 2


def test_a_face_without_embedding_belongs_to_nobody() -> None:
    keyframes = [keyframe(0, 1, 0, 0)]
    faces = [face(0, None)]
    assert bill(make_tracks(faces, keyframes, NEAR), faces, keyframes, NEAR) == ()


def test_pooling_trusts_good_faces_more() -> None:
    both = pooled([face(0, ANNA, quality=1.0), face(1, BERT, quality=0.1)])
    assert both is not None
    assert both.vector[0] > 5 * both.vector[1]


def test_no_faces_no_people() -> None:
    assert make_tracks([], [], NEAR) == ()
    assert bill([], [], [keyframe(0)], NEAR) == ()


@pytest.mark.parametrize("seed", range(5))
def test_the_order_of_shots_does_not_matter(seed: int) -> None:
    rng = np.random.default_rng(seed)
    vectors = [ANNA + rng.normal(0, 0.05, 3) for _ in range(5)] + [
        BERT + rng.normal(0, 0.05, 3) for _ in range(3)
    ]
    for order in (range(8), rng.permutation(8)):
        keyframes = [keyframe(i, 1, shot=i, seen_as=i) for i in range(8)]
        faces = [face(i, vectors[j]) for i, j in enumerate(order)]
        people = bill(make_tracks(faces, keyframes, NEAR), faces, keyframes, NEAR)
        assert [p.screen_time_s for p in people] == [5, 3]
