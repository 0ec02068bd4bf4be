"""People and decisions as JSON and in words."""

from typing import Any

from analyzer.cli.people.common import counted
from analyzer.library.cast import ROLES, Member, Part, intervals_of
from analyzer.library.decisions import Alias, AnyDecision, Enrol, Hide, Merge, Name, Not, Split, Undo
from analyzer.people.billing import screen_time

EVIDENCE = 5
"""Faces that are shown of an appearance."""


def as_json(member: Member) -> dict[str, Any]:
    """Return a person as JSON has them."""
    return {
        "person": member.handle,
        "name": member.name,
        "aliases": list(member.aliases),
        "hidden": member.hidden,
        "roles": dict(member.roles),
        "screen_time_s": round(member.screen_time_s, 3),
        "videos": [_video(parts) for parts in member.videos.values()],
        "decisions": list(member.decisions),
    }


def _video(parts: tuple[Part, ...]) -> dict[str, Any]:
    when = intervals_of(parts)
    return {
        "video": parts[0].video,
        "path": parts[0].unit.card.path,
        "role": min((part.unit.appearance.role for part in parts), key=ROLES.index),
        "screen_time_s": round(screen_time(when), 3),
        "intervals": when,
        "appearances": [_part(part) for part in parts],
    }


def _part(part: Part) -> dict[str, Any]:
    return {
        "person": part.handle,
        "how": part.how,
        "sure": round(part.sure, 3),
        "maybe": [{"person": key, "sure": round(sure, 3)} for key, sure in part.maybe],
        "faces": [{"face": face, "time_s": time_s} for face, time_s in evidence(part)],
    }


def evidence(part: Part) -> list[tuple[str, float]]:
    """Return the best faces of a part as the command line names them, each with its time."""
    video = part.handle.rpartition(":")[0]
    return [(f"{video}:{spot.face}", spot.time_s) for spot in part.unit.best_spots(EVIDENCE)]


def in_words(decision: AnyDecision) -> str:
    """Return what was decided, in words."""
    key, faces = decision.key, counted(len(decision.anchors), "sighting")
    videos = counted(len({anchor.video for anchor in decision.anchors}), "video")
    of = f": {faces} in {videos}" if decision.anchors else ""
    match decision:
        case Name(name=name):
            return f"{key} is named {name}{of}"
        case Enrol(name=name):
            return f"{key} is enrolled as {name}{of}"
        case Alias(alias=name):
            return f"{key} is also called {name}"
        case Merge(other=other):
            return f"{other} is {key}, too{of}" if other else f"these are {key}, too{of}"
        case Split():
            return f"{key} is split off{of}"
        case Not():
            return f"not {key}{of}"
        case Hide(hidden=hidden):
            return f"{key} is hidden{of}" if hidden else f"{key} is hidden no longer"
        case Undo(undone=undone):
            return f"undo {undone}"
