"""Which films of a store are the same, which of them to keep and why, and which are clips of others."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from analyzer.progress import Progress
from analyzer.similar.films import Films
from analyzer.similar.quality import Condition, Copy, rank
from analyzer.similar.searching import Searcher, Subject
from analyzer.similar.verdict import Common
from analyzer.stores.entries import Row

ASKED, LIMIT, LOOKS = 60, 12, 2
"""Keyframes of each film that are looked for, films it is compared with, keyframes that must be alike."""

Pair = tuple[int, int]


@dataclass(frozen=True)
class Group:
    """The copies of one film, the best first."""

    copies: tuple[Copy, ...]


@dataclass(frozen=True)
class Clip:
    """A film that is a clip of another.

    Attributes:
        common: what they have in common; `ours_s` is of the clip.
    """

    clip: Row
    whole: Row
    common: Common


@dataclass(frozen=True)
class Duplicates:
    """What is in a store more than once."""

    groups: tuple[Group, ...]
    clips: tuple[Clip, ...]


def duplicates(
    films: Films, searcher: Searcher, condition: Callable[[Row], Condition], progress: Progress
) -> Duplicates:
    """Compare all films of a store.

    Args:
        films: of the store.
        searcher: for these.
        condition: returns what is known of a file's damage.
        progress: told how many films are done, and of how many.
    """
    same: list[Pair] = []
    clips: dict[Pair, Common] = {}
    for pair, common in _pairs(films, searcher, progress):
        if common.relation in ("same", "file"):
            same.append(pair)
        elif common.relation == "whole":
            clips[pair] = common
        elif common.relation == "part":
            clips[pair[::-1]] = common.turned()
    groups = [_group(members, films, searcher, condition) for members in _joined(len(films.rows), same)]
    lesser = {copy.row.key for group in groups for copy in group.copies[1:]}
    return Duplicates(
        groups=tuple(sorted(groups, key=lambda group: group.copies[0].row.path)),
        clips=tuple(_clips(films.rows, clips, lesser)),
    )


def _pairs(films: Films, searcher: Searcher, progress: Progress) -> Iterator[tuple[Pair, Common]]:
    """Yield what films have in common with others, each pair once."""
    done: set[Pair] = set()
    for n, film in enumerate(films.films):
        progress(n, len(films.rows))
        likely = films.likely(film.prints, ASKED, LIMIT + 1, LOOKS)
        others = [m for m in likely if m != n and (m, n) not in done]
        done.update((n, m) for m in others)
        for m, found in searcher.search(Subject(film, searcher.path(n), films.rows[n].video), others):
            yield (n, m), found.common


def _joined(count: int, pairs: Sequence[Pair]) -> list[list[int]]:
    """Return the groups of two and more that pairs join."""
    group = [{n} for n in range(count)]
    for n, m in pairs:
        both = group[n] | group[m]
        for one in both:
            group[one] = both
    return [sorted(some) for n, some in enumerate(group) if len(some) > 1 and n == min(some)]


def _group(
    members: Sequence[int], films: Films, searcher: Searcher, condition: Callable[[Row], Condition]
) -> Group:
    """Rank copies by what each shows of the longest one."""
    longest = max(members, key=lambda n: films.rows[n].duration_s)
    ours = Subject(films.films[longest], searcher.path(longest), films.rows[longest].video)
    others = [n for n in members if n != longest]
    common = {n: found.common for n, found in searcher.search(ours, others)}
    copies = []
    for n in members:
        row, seen = films.rows[n], common.get(n)
        lacks_s = films.rows[longest].duration_s - (seen.ours_s[1] - seen.ours_s[0]) if seen else 0.0
        copies.append(Copy(row, condition(row), max(0.0, lacks_s), bool(seen and seen.mirrored)))
    return Group(tuple(sorted(copies, key=rank)))


def _clips(rows: Sequence[Row], clips: dict[Pair, Common], lesser: set[str]) -> Iterator[Clip]:
    """Yield clips; of what is there in several copies only the best."""
    for (n, m), common in sorted(clips.items()):
        if not {rows[n].key, rows[m].key} & lesser:
            yield Clip(rows[n], rows[m], common)
