"""A picture of the library: people, the videos they are in, and who is seen together."""

import base64
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import PurePath

from analyzer.errors import UsageError
from analyzer.library.cast import Member, intervals_of
from analyzer.people.spans import screen_time
from analyzer.records import Interval

COLOURS = {"lead": "#c8553d", "cast": "#4a7c94", "extra": "#9a9a9a"}
VIDEO_COLOUR, IN_COLOUR, WITH_COLOUR = "#e9d8a6", "#c8b8a0", "#d98c73"
_REMOTE = re.compile(
    r"<link[^>]*\bhref=\"https?:[^>]*>|<script[^>]*\bsrc=\"https?:[^>]*>\s*</script>", re.IGNORECASE
)
_CENTRED = re.compile(r"<center>.*?</center>", re.DOTALL)


@dataclass(frozen=True)
class Node:
    """A person or a video.

    Attributes:
        weight: seconds on screen, or of the video.
        picture: of a person: JPEG of the best face; None where no crop is kept.
        role: of a person: the best they have anywhere; None for a video.
    """

    id: str
    label: str
    title: str
    weight: float
    role: str | None = None
    picture: bytes | None = None


@dataclass(frozen=True)
class Edge:
    """Who is in which video, or with whom, and for how many seconds."""

    start: str
    end: str
    seconds: float
    title: str


@dataclass(frozen=True)
class Graph:
    """Nodes and the edges between them."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]


def draw(members: Sequence[Member]) -> Graph:
    """Return the graph of some people, the videos they are in, and whom they share the screen with."""
    videos: dict[str, dict[str, tuple[Interval, ...]]] = {}
    cards = {}
    for member in members:
        for video, parts in member.videos.items():
            videos.setdefault(video, {})[member.handle] = intervals_of(parts)
            cards[video] = parts[0].unit.card
    people = [_person(member) for member in members if member.parts]
    films = [
        Node(video, PurePath(card.path).name, card.path, card.duration_s) for video, card in cards.items()
    ]
    labels = {member.handle: member.label for member in members}
    appear = [
        Edge(
            handle, video, seconds, f"{labels[handle]}: {seconds:.0f} s in {PurePath(cards[video].path).name}"
        )
        for video, cast in videos.items()
        for handle, when in cast.items()
        if (seconds := screen_time(when))
    ]
    return Graph((*people, *films), (*appear, *_together(videos, labels)))


def page(graph: Graph) -> bytes:
    """Return the graph as one HTML page that works from the disk, offline.

    Raises:
        UsageError: pyvis is not installed.
    """
    try:
        from pyvis.network import Network  # an extra; takes long to import
    except ImportError:
        raise UsageError("the graph needs pyvis: pip install 'marquee[graph]'") from None
    network = Network(height="100vh", width="100%", cdn_resources="in_line", bgcolor="#fbfaf7")
    network.barnes_hut(gravity=-6000, spring_length=90)
    for node in graph.nodes:
        network.add_node(node.id, **_look(node))
    videos = {node.id for node in graph.nodes if node.role is None}
    for edge in graph.edges:
        colour = IN_COLOUR if edge.end in videos else WITH_COLOUR
        network.add_edge(edge.start, edge.end, value=max(0.1, edge.seconds), title=edge.title, color=colour)
    html = _CENTRED.sub("", _REMOTE.sub("", network.generate_html(notebook=False)))
    return html.replace("<head>", "<head><title>Marquee: who is in what, and with whom</title>", 1).encode()


def _person(member: Member) -> Node:
    role = next(role for role in COLOURS if member.roles[role])
    title = f"{member.label}: {member.screen_time_s:.0f} s in {len(member.videos)} video(s)"
    return Node(member.handle, member.name or member.handle, title, member.screen_time_s, role, _face(member))


def _face(member: Member) -> bytes | None:
    for part in member.parts:
        for spot in part.unit.best_spots(5):
            if spot.crop is not None:
                return spot.crop.tobytes()
    return None


def _together(videos: dict[str, dict[str, tuple[Interval, ...]]], labels: dict[str, str]) -> list[Edge]:
    shared: dict[tuple[str, str], float] = {}
    for cast in videos.values():
        for a, b in combinations(sorted(cast), 2):
            shared[a, b] = shared.get((a, b), 0.0) + _overlap(cast[a], cast[b])
    return [
        Edge(a, b, seconds, f"{labels[a]} and {labels[b]}: {seconds:.0f} s together")
        for (a, b), seconds in shared.items()
        if seconds > 0
    ]


def _overlap(one: Sequence[Interval], other: Sequence[Interval]) -> float:
    """Seconds in which both are on screen."""
    return sum(max(0.0, min(a[1], b[1]) - max(a[0], b[0])) for a in one for b in other)


def _look(node: Node) -> dict[str, object]:
    """What pyvis draws of a node."""
    look: dict[str, object]
    if node.role is None:
        look = {"label": node.label, "title": node.title, "shape": "box", "color": VIDEO_COLOUR}
        return look | {"font": {"size": 20}}
    colour = COLOURS[node.role]
    look = {
        "label": node.label,
        "title": node.title,
        "value": max(1.0, node.weight),
        "color": {"border": colour, "background": colour},
        "borderWidth": 4,
        "font": {"size": 20},
        "shape": "dot",
    }
    if node.picture:
        image = f"data:image/jpeg;base64,{base64.b64encode(node.picture).decode('ascii')}"
        look |= {"shape": "circularImage", "image": image}
    return look
