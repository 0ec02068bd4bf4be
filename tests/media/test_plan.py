import itertools

from hypothesis import given
from hypothesis import strategies as st

from analyzer.media.plan import GAP_S, KEY_EVERY_S, LOOKS, Planner

lengths = st.lists(st.floats(0.05, 40, allow_nan=False), min_size=1, max_size=12)
shares = st.lists(st.floats(0.01, 0.99), max_size=3)
efforts = st.sampled_from(["fast", "balanced", "thorough"])


@given(efforts, lengths, st.data())
def test_promises(effort, group_lengths, data) -> None:
    """Times rise, stay in their pieces, no gap is too long, each shot is looked at often enough."""
    known = data.draw(st.booleans())
    planner = Planner(effort, sum(group_lengths) if known else 0.0)
    start, stops, changes = 0.0, [], []
    for i, length in enumerate(group_lengths):
        end, last = start + length, i == len(group_lengths) - 1
        here = sorted({start + share * length for share in data.draw(shares)})
        if not last and data.draw(st.booleans()):
            here.append(end)
        stops += planner.stops(start, end, [start], here, last)
        changes += here
        start = end
    times = [stop.time_s for stop in stops]
    assert times == sorted(set(times))
    assert all(stop.start_s <= stop.time_s < stop.end_s for stop in stops)
    assert times[0] == 0
    edges = [0.0, *changes, start]
    for begin, end in itertools.pairwise(edges):
        inside = [t for t in times if begin - 1e-4 <= t < end - 1e-4]
        if end - begin > 1e-3:
            assert len(inside) >= LOOKS[effort]
        for a, b in zip(inside, [*inside[1:], end], strict=True):
            assert b - a <= min(GAP_S[effort], planner.gap_s) + 1e-3


@given(efforts, st.integers(2, 60))
def test_all_intra_is_not_looked_at_too_often(effort: str, groups: int) -> None:
    planner = Planner(effort)
    stops = [s for i in range(groups) for s in planner.stops(i, i + 1, [i], [], i == groups - 1)]
    times = [s.time_s for s in stops]
    assert len(times) <= groups / min(KEY_EVERY_S[effort], GAP_S[effort]) + LOOKS[effort]


def test_a_short_film_is_looked_at_as_often_as_a_long_one() -> None:
    assert Planner("balanced", 10).gap_s == 0.5
    assert Planner("balanced", 60).gap_s == 2
    assert Planner("balanced", 7200).gap_s == GAP_S["balanced"]
    assert Planner("fast", 10).gap_s == GAP_S["fast"]
