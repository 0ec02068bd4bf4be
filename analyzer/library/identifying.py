"""Faces that are in no library, held against the people who are known in one."""

from collections.abc import Sequence

from analyzer.errors import UsageError
from analyzer.library.cast import Member
from analyzer.library.library import Library
from analyzer.library.matching import Match, Matcher
from analyzer.library.vectors import embeddings
from analyzer.records import Embedding, Movie

REFERENCES = 50
"""Vectors by which somebody is known, at most."""


class Identifier:
    """Knows the known people of a library.

    Attributes:
        members: they, by key.
    """

    def __init__(self, library: Library) -> None:
        self.members = {member.key: member for member in library.cast.members if member.key}
        self._model = library.model or ""
        strangers = [e for member in library.cast.members if not member.key for e in self._of(member, 1)]
        known = {key: own for key, member in self.members.items() if (own := self._of(member, REFERENCES))}
        self._matcher = Matcher(known, strangers, library.likeness, library.strictness)

    def who(self, query: Sequence[Embedding]) -> Match:
        """Return who is meant by some vectors of one person; those of another model say nothing."""
        return self._matcher.match([e for e in query if e.model == self._model])

    def refuse_others(self, movie: Movie) -> None:
        """Refuse a record whose faces are embedded by another model than the library's.

        Raises:
            UsageError: so it is: everybody in it would pass for unknown.
        """
        models = {face.embedding.model for face in movie.faces if face.embedding}
        if models and self._model and self._model not in models:
            raise UsageError(
                f"faces.embedder makes {', '.join(sorted(models))}, but the library is of {self._model}, "
                "and the two cannot be compared: 'marquee analyze' its videos again, or set the embedder back"
            )

    def _of(self, member: Member, count: int) -> list[Embedding]:
        """The vectors of what the user confirmed, or else of what there is."""
        parts = [part for part in member.parts if part.how == "confirmed"] or member.parts
        return [e for part in parts for e in embeddings(part.unit, self._model, count)][:count]
