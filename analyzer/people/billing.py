"""Billing: people out of tracks, in the order of a cast list, each with a role and the reasons.

    score = 0.7 screen + 0.1 shots + 0.05 size + 0.05 centre + 0.05 focus + 0.05 spread

each from 0 to 1; what they mean is said at analyzer.records.Billing. Screen time decides; what else makes a
leading part settles near ties. Leads come before cast, cast before extras.
"""

from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import Literal

import numpy as np

from analyzer.people.grouping import group
from analyzer.people.parts import Film, Part, measure
from analyzer.people.spans import intervals, screen_time
from analyzer.people.tracks import side, tells
from analyzer.records import Billing, Embedding, Face, Person, Track
from models.catalog import Likeness

WEIGHTS = {"screen": 0.7, "shots": 0.1, "size": 0.05, "centre": 0.05, "focus": 0.05, "spread": 0.05}
BEST_FACES = 5
REFERENCES = 5
LEAD_SHARE, LEAD_OF_FIRST, LEAD_FOCUS = 0.1, 0.4, 1 / 3
"""A lead is on screen for so much of the video and of the first billed's time, and is not one of a crowd."""
LEAD_LOOKS = 3
"""A lead's face was seen so many times."""
MOST_LEADS = 6
"""Where more would lead, nobody does."""
CARRIES = 0.15
"""Unless somebody is on screen for so much of the video, it has no lead."""
CAST_SECONDS, CAST_SHARE, CAST_SHOTS = 4.0, 1 / 3, 2
"""A cast member is seen so long, or for so much of a short video, or in so many shots."""
CAST_PROMINENCE = 0.5
"""Recurring in the background does not make a part: once, no face in view was more than twice as large."""
FACELESS = 0.5
"""How sure a person is whose face is never seen: somebody is there, who is not known."""
Role = Literal["lead", "cast", "extra"]
ROLES: tuple[Role, ...] = ("lead", "cast", "extra")


def bill(film: Film, prior: Likeness) -> tuple[Person, ...]:
    """Group tracks into people and return them in billing order.

    Tracks of faces without an embedding belong to nobody; a track without a face is a person.

    Args:
        film: tracks and what they are of.
        prior: likeness of the model of the embeddings.
    """
    members, confidence = _group(film, prior)
    if not members:
        return ()
    views: dict[int, list[float]] = {}
    for face in film.faces:
        views.setdefault(face.keyframe, []).append(side(face))
    parts = [measure(film, tracks, views) for tracks in members]
    billed = _billings(parts, film)
    roles = _roles(parts, film.duration_s)
    order = sorted(range(len(parts)), key=lambda i: (ROLES.index(roles[i]), -billed[i].score, members[i]))
    return tuple(
        Person(
            id=f"p{rank}",
            role=roles[i],
            screen_time_s=screen_time(parts[i].when),
            face_time_s=screen_time(intervals(parts[i].looks, film.keyframes)),
            intervals=parts[i].when,
            billing=billed[i],
            confidence=confidence[i],
            tracks=tuple(members[i]),
            best_faces=_best_faces(film, members[i]),
            reference=_reference(film, members[i]),
        )
        for rank, i in enumerate(order, 1)
    )


def together(tracks: Sequence[Track], faces: Sequence[Face]) -> Iterator[tuple[int, int]]:
    """Yield the pairs of tracks that are seen in one keyframe: two people."""
    seen: dict[int, set[int]] = {}
    for t, track in enumerate(tracks):
        for face in track.faces:
            seen.setdefault(faces[face].keyframe, set()).add(t)
    yield from sorted({pair for group in seen.values() for pair in combinations(sorted(group), 2)})


def _group(film: Film, prior: Likeness) -> tuple[list[list[int]], list[float]]:
    """Return the tracks of each person, and how sure each is."""
    known = [t for t, track in enumerate(film.tracks) if track.embedding]
    faceless = [[t] for t, track in enumerate(film.tracks) if not track.faces]
    if not known:
        return faceless, [FACELESS] * len(faceless)
    tracks = [film.tracks[t] for t in known]
    vectors = np.stack([t.embedding.vector for t in tracks if t.embedding]).astype(np.float32)
    telling = [
        sum(film.faces[f].quality.overall + 1e-3 for f in t.faces if tells(film.faces[f])) for t in tracks
    ]
    groups = group(vectors, prior, together(tracks, film.faces), telling)
    people = [[known[i] for i in np.flatnonzero(groups.labels == g)] for g in range(len(groups.confidence))]
    return people + faceless, groups.confidence.tolist() + [FACELESS] * len(faceless)


def _billings(parts: Sequence[Part], film: Film) -> list[Billing]:
    longest = max(screen_time(part.when) for part in parts) or 1.0
    largest = max(part.size for part in parts) or 1.0
    peopled = len({track.shot for track in film.tracks})
    billings = []
    for part in parts:
        measures = {
            "screen": screen_time(part.when) / longest,
            "shots": len(part.shots) / peopled,
            "size": part.size / largest,
            "centre": part.centre,
            "focus": part.focus,
            "spread": (part.when[-1][1] - part.when[0][0]) / film.duration_s if part.when else 0.0,
        }
        measures = {name: min(1.0, measure) for name, measure in measures.items()}
        score = sum(WEIGHTS[name] * measure for name, measure in measures.items())
        billings.append(Billing(score=score, **measures))
    return billings


def _roles(parts: Sequence[Part], duration_s: float) -> list[Role]:
    first = max(screen_time(part.when) for part in parts)
    cast = [_belongs(part, duration_s) for part in parts]
    leads = [c and _leads(part, first, duration_s) for part, c in zip(parts, cast, strict=True)]
    if sum(leads) > MOST_LEADS or first < CARRIES * duration_s:
        leads = [False] * len(parts)
    return ["lead" if lead else "cast" if c else "extra" for lead, c in zip(leads, cast, strict=True)]


def _leads(part: Part, first_s: float, duration_s: float) -> bool:
    seconds = screen_time(part.when)
    return (
        seconds >= LEAD_SHARE * duration_s
        and seconds >= LEAD_OF_FIRST * first_s
        and part.focus >= LEAD_FOCUS
        and len(part.looks) >= LEAD_LOOKS
    )


def _belongs(part: Part, duration_s: float) -> bool:
    seconds = screen_time(part.when)
    stays = seconds >= min(CAST_SECONDS, CAST_SHARE * duration_s)
    return stays or (len(part.shots) >= CAST_SHOTS and part.prominence >= CAST_PROMINENCE)


def _best_faces(film: Film, tracks: Sequence[int]) -> tuple[int, ...]:
    """The best face of each track, then the next best ones."""
    ranked = [sorted(film.tracks[t].faces, key=lambda f: -film.faces[f].quality.overall) for t in tracks]
    turns = [(turn, -film.faces[f].quality.overall, f) for faces in ranked for turn, f in enumerate(faces)]
    return tuple(f for _, _, f in sorted(turns)[:BEST_FACES])


def _reference(film: Film, tracks: Sequence[int]) -> tuple[Embedding, ...]:
    """The embeddings of the tracks with the best faces."""
    best = {
        t: max((film.faces[f].quality.overall for f in film.tracks[t].faces), default=0.0) for t in tracks
    }
    chosen = sorted(tracks, key=lambda t: (-best[t], t))[:REFERENCES]
    return tuple(e for t in chosen if (e := film.tracks[t].embedding))
