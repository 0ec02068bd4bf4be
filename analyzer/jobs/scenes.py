"""The scenes of a video: scores, kept or looked for, then blocks, then where they begin and end exactly."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from analyzer.detect.table import Part, part_of
from analyzer.discovery import refuse_nothing
from analyzer.errors import NewerSidecarError, NothingFoundError, SidecarError, UsageError
from analyzer.jobs.batch import run
from analyzer.jobs.job import Job
from analyzer.jobs.job import parts_of as parts_of_job
from analyzer.keeping import Keeper
from analyzer.media.fingerprint import oshash
from analyzer.paths import as_text, marquee_home, shown
from analyzer.progress import Progress
from analyzer.records import Movie, Scene, Stage
from analyzer.scenes import recorded
from analyzer.scenes.blocks import Block
from analyzer.scenes.changes import Change
from analyzer.scenes.choosing import Choice
from analyzer.scenes.kept import KeptScores
from analyzer.scenes.placing import Edge, edges_of, known_exactly, place, place_whole, snapped, span_of
from analyzer.scenes.rules import blocks_of
from analyzer.scenes.scores import Scores
from analyzer.settings import Settings
from analyzer.stores import sidecar
from analyzer.watching.claims import Claims
from analyzer.worker import Worker
from models import backends

VERSION = 1
"""Raised when other scenes would come of the same video and settings."""

Choose = Callable[[Sequence[str]], Sequence[Choice]]
"""From the labels of a classifier to what is wanted."""


@dataclass(frozen=True)
class Found:
    """The scenes of a video.

    Attributes:
        scores: of each look.
        blocks: of looks, for each choice.
        scenes: the same in seconds, in order.
    """

    scores: Scores
    blocks: Sequence[Block]
    scenes: tuple[Scene, ...]


class SceneFinder:
    """Finds the scenes of one video after another.

    Args:
        settings: `scenes` says with what classifier and by which rules.
        keeper: writes records.
        claims: those of the library.
        worker: what decodes.
        output_dir: where records are that are not beside their videos.
        progress: called with each path that is looked through; returns what is told how far it is.
        prepare: called with the parts that are needed, before they are.

    Raises:
        UsageError: the settings contradict each other, or name a classifier that there is not.
    """

    def __init__(
        self,
        settings: Settings,
        keeper: Keeper,
        claims: Claims,
        worker: Worker,
        output_dir: Path | None,
        progress: Callable[[Path], Progress],
        prepare: Callable[[list[Part]], None],
    ) -> None:
        scenes = settings.scenes
        self._classifier = part_of("scenes.model", settings)
        if scenes.rules == "miles-deep" and scenes.every_s != 1:
            raise UsageError("the rules of miles-deep count whole seconds; leave --every at 1")
        self._settings, self._keeper, self._claims, self._worker = settings, keeper, claims, worker
        self._output_dir, self._progress, self._prepare = output_dir, progress, prepare

    def find(self, path: Path, choose: Choose) -> Found:
        """Return the scenes of a video.

        Raises:
            UsageError: `choose` does not find a class.
            NothingFoundError: the same, where the classes are those that the record of this video has.
            MarqueeError, ModelError: the video or the classifier cannot be read.
        """
        scores = self._scores(path, choose)
        try:
            choices = choose(scores.labels)
        except UsageError as error:
            if self._classifier:
                raise
            raise NothingFoundError(f"{shown(path)}: {error}") from None
        rules = self._settings.scenes
        blocks = blocks_of(scores, choices, rules)
        if rules.rules == "miles-deep":
            return Found(scores, blocks, place_whole(blocks, scores.duration_s))
        exact = self._exact if self._classifier else self._snapped
        return Found(scores, blocks, place(scores, blocks, exact(path, scores, blocks, choices)))

    def _scores(self, path: Path, choose: Choose) -> Scores:
        """Return what each look at a video shows; what `choose` does not find is told before a long look."""
        refuse_nothing(path)
        if self._classifier is None:
            return recorded.score_record(self.record(path, recorded.KINDS), self._settings.scenes.every_s)
        self._prepare([self._classifier])
        kept = KeptScores(marquee_home(), oshash(path), self._identity(), self._settings)
        scores = kept.read()
        if scores is None:
            choose(self._worker.labels(path).labels)
            scores = self._worker.score(path, self._progress(path))
            kept.write(scores)
        here = scores.source.model_copy(update={"path": as_text(path.absolute())})  # it may have moved
        return scores.model_copy(update={"source": here})

    def record(self, path: Path, kinds: Sequence[str]) -> Movie:
        """Return the record of a video; what it lacks of some kinds is looked for, and it is kept.

        Raises:
            MarqueeError, ModelError: it cannot be read, made or written.
        """
        target = self.sidecar(path)
        try:
            movie = sidecar.read(target)
        except NewerSidecarError:
            raise
        except SidecarError:
            movie = None  # it is set aside below
        if movie and movie.source.oshash == oshash(path) and all(kind in movie.manifest for kind in kinds):
            return movie
        folder = None if target == sidecar.sidecar_path(path) else self._output_dir
        job = Job(self._settings, kinds, folder)
        prepare = lambda: self._prepare(parts_of_job(job))  # noqa: E731
        (outcome,) = run({path: Path()}, job, self._keeper, self._claims, self._progress, prepare)
        if outcome.error:
            raise outcome.error
        made = outcome.movie or sidecar.read(target)
        assert made is not None
        return made

    def cuts(self, path: Path) -> list[float]:
        """Return where shots begin, but for the first: as the record says, or looked for; nothing is written.

        Raises:
            MarqueeError: the video cannot be read.
        """
        movie = sidecar.read(self.sidecar(path))
        if movie is None or movie.source.oshash != oshash(path):
            movie = self._worker.analyze(path, None, (), False, self._progress(path))
        return [shot.start_s for shot in movie.shots[1:]]

    def sidecar(self, path: Path) -> Path:
        """Return where the record of a video is: beside it, or else in the folder for output."""
        beside = sidecar.sidecar_path(path)
        return beside if beside.exists() else sidecar.sidecar_path(path, self._output_dir)

    def keep(self, path: Path, found: Found) -> str | None:
        """Write scenes into the record of a video, made if need be; return what the user should know.

        Raises:
            MarqueeError, ModelError: see `record`.
        """
        part = self._classifier
        stage = Stage(
            models={part.spec: self._identity()} if part else {},
            settings=self._settings.scenes.model_dump(),
            version=VERSION,
        )
        movie = self.record(path, ())
        with self._claims.held(path):  # who analyzes it now would write a record without them
            movie = sidecar.read(self.sidecar(path)) or movie
            changes = {"scenes": found.scenes, "manifest": movie.manifest | {"scenes": stage}}
            return self._keeper.write(self.sidecar(path), movie.model_copy(update=changes))

    def _identity(self) -> str:
        assert self._classifier is not None
        return backends.identity("classifier", self._classifier.spec, marquee_home())

    def _snapped(
        self, path: Path, scores: Scores, blocks: Sequence[Block], choices: Sequence[Choice]
    ) -> dict[Edge, float]:
        """Put the edges that are near to changes of shot there."""
        cuts_s = [shot.start_s for shot in self.record(path, recorded.KINDS).shots[1:]]
        return {edge: snapped(edge.look * scores.every_s, cuts_s) for edge in edges_of(scores, blocks)}

    def _exact(
        self, path: Path, scores: Scores, blocks: Sequence[Block], choices: Sequence[Choice]
    ) -> dict[Edge, float]:
        """Return when each edge is, right to the frame."""
        edges = edges_of(scores, blocks)
        found = known_exactly(scores, edges)
        open_edges = [edge for edge in edges if edge not in found]
        if not open_edges:
            return found
        wanted = {choice.name: choice for choice in choices}
        changes = [
            Change(
                classes=wanted[edge.choice].classes,
                without=wanted[edge.choice].without,
                span=span_of(edge, scores.every_s),
                rising=edge.rising,
            )
            for edge in open_edges
        ]
        times = self._worker.refine(path, changes, self._progress(path)).times_s
        return found | dict(zip(open_edges, times, strict=True))
