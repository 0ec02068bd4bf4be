"""marquee people calibrate: how well the library knows its people."""

from analyzer.cli.console import out
from analyzer.cli.people.common import open_library
from analyzer.library import calibrate as measure
from analyzer.library.calibrate import Rate, Sightings
from analyzer.library.library import Library
from analyzer.library.vectors import embeddings
from analyzer.records import Embedding

QUERY = 5
"""Faces of an appearance that are held against the others: the best."""
LITTLE = 0.05
"""Share of strangers that may get a name for all that is known, above which that is said."""


def calibrate() -> None:
    """Measure on what you have confirmed how often a stranger gets a name and a known person none.

    Each confirmed appearance is asked about twice: as if it alone were not yet named, and as if its person
    were not known at all. Matching is made as strict as that asks for.
    """
    library = open_library()
    model = library.model or ""
    found = measure.calibrate(model, _confirmed(library, model), _strangers(library, model), library.likeness)
    measure.save(library.folder, found)
    out.print(f"people with confirmed appearances: {found.people}")
    out.print(f"strangers who would get a name:    {_words(found.false_accepts)}")
    out.print(f"known people who would get none:   {_words(found.misses)}")
    out.print(f"strictness:                        {found.strictness:.2f} (1 where nothing is known)")
    if found.false_accepts.high > LITTLE:
        out.print("That is little to go by: name people in more videos, and ask again.")


def _confirmed(library: Library, model: str) -> dict[str, Sightings]:
    """Return the faces of each known person's confirmed parts, video by video."""
    return {
        member.key: [
            [
                face
                for part in parts
                if part.how == "confirmed"
                for face in embeddings(part.unit, model, QUERY)
            ]
            for parts in member.videos.values()
        ]
        for member in library.cast.members
        if member.key
    }


def _strangers(library: Library, model: str) -> list[Embedding]:
    unknown = (part for member in library.cast.members for part in member.parts if part.how == "unknown")
    return [face for part in unknown for face in embeddings(part.unit, model, 1)]


def _words(rate: Rate) -> str:
    if rate.share is None:
        return "nothing to tell by"
    between = f"{100 * rate.low:.1f} to {100 * rate.high:.1f} %"
    return f"{100 * rate.share:.1f} % ({rate.count} of {rate.of}; {between} with 95 % confidence)"
