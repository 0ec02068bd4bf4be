"""What decisions add up to, and that each can be taken back."""

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from analyzer.library.decisions import (
    Alias,
    Anchor,
    AnyDecision,
    Hide,
    Merge,
    Name,
    Not,
    Split,
    Undo,
    numbered,
)
from analyzer.library.known import Known, KnownPerson

VIDEO = "0" * 16
ANCHORS = [Anchor(VIDEO, float(i), (0.1, 0.1, 0.2, 0.2)) for i in range(4)]
names = st.sampled_from(["Anna", "Berta", "Cleo"])
some = st.lists(st.sampled_from(ANCHORS), max_size=3, unique=True).map(tuple)


@st.composite
def histories(draw: st.DrawFn) -> list[AnyDecision]:
    """Decisions as a user can make them: about people that there are."""
    made: list[AnyDecision] = []
    for n in range(1, draw(st.integers(1, 12)) + 1):
        people = list(Known(made).people)
        key = st.sampled_from(people) if people else st.none()
        kinds = [
            st.builds(Name, key=st.none() | key, name=names, anchors=some),
            st.builds(Hide, key=st.none() | key, hidden=st.booleans(), anchors=some),
            st.builds(Split, anchors=some, rest=some),
        ]
        if people:
            kinds += [
                st.builds(Alias, key=key, alias=names),
                st.builds(Merge, key=key, other=st.none() | key, anchors=some),
                st.builds(Not, key=key, anchors=some),
            ]
        made.append(numbered(draw(st.one_of(kinds)), n))
    return made


def state(decisions: Sequence[AnyDecision]) -> tuple[list[KnownPerson], list[object]]:
    known = Known(decisions)
    assert not known.dangling
    return list(known.people.values()), list(known.claims(VIDEO))


@given(histories(), st.data())
def test_undoing_from_the_end_goes_back_step_by_step(made: list[AnyDecision], data: st.DataObject) -> None:
    keep = data.draw(st.integers(0, len(made)))
    undos = [
        numbered(Undo(undone=decision.n), len(made) + i)
        for i, decision in enumerate(reversed(made[keep:]), 1)
    ]
    assert state([*made, *undos]) == state(made[:keep])
    redo = [
        numbered(Undo(undone=undo.n), len(made) + len(undos) + i) for i, undo in enumerate(reversed(undos), 1)
    ]
    assert state([*made, *undos, *redo]) == state(made)


@given(histories())
def test_every_key_ever_made_stands_for_one_person(made: list[AnyDecision]) -> None:
    known = Known(made)
    for decision in made:
        assert decision.key
        root = known.root(decision.key)
        assert root in known.people
        assert decision.key in known.family(root)


def test_a_merge_keeps_the_names() -> None:
    made = [Name(name="Anna"), Name(name="Berta"), Alias(key="k2", alias="Bee"), Merge(key="k1", other="k2")]
    known = Known([numbered(decision, n) for n, decision in enumerate(made, 1)])
    (person,) = known.people.values()
    assert (person.key, person.name, person.aliases) == ("k1", "Anna", ["Berta", "Bee"])
    assert known.root("k2") == "k1"
    assert person.is_called("  bERTA ")


def test_an_undone_creation_leaves_what_rests_on_it_dangling() -> None:
    made = [Name(name="Anna"), Alias(key="k1", alias="A."), Undo(undone=1)]
    known = Known([numbered(decision, n) for n, decision in enumerate(made, 1)])
    assert [decision.n for decision in known.dangling] == [2]
