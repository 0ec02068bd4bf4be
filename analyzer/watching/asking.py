"""What is asked of files: kept once, however many files it is asked of."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from analyzer import manifest
from analyzer.errors import AwayError
from analyzer.jobs import Job
from analyzer.paths import as_uri, from_uri, shown
from analyzer.settings import Settings
from analyzer.stores import sidecar
from analyzer.watching.volumes import volume_of


class Request(BaseModel):
    """How files are to be done, so that whichever process takes one can.

    Attributes:
        settings: with which settings.
        store: the name of the store that gets the entries: only who has opened that one takes the file.
        output_dir: the URI of the folder for sidecars; None: beside the videos.
        output_mount: the URI of the mount point of the drive that it is on.
        then: what is run after each, see analyzer.watching.afterwards.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    settings: Settings
    store: str
    output_dir: str | None = None
    output_mount: str | None = None
    then: tuple[str, ...] = ()

    @classmethod
    def of(cls, job: Job, store: str, then: tuple[str, ...] = ()) -> "Request":
        """Return the request for a job."""
        folder = job.output_dir and job.output_dir.absolute()
        return cls(
            settings=job.settings,
            store=store,
            output_dir=as_uri(folder) if folder else None,
            output_mount=as_uri(volume_of(folder / "x").mount) if folder else None,
            then=then,
        )

    @property
    def job(self) -> Job:
        """The job that a file of it is."""
        return Job(self.settings, output_dir=from_uri(self.output_dir) if self.output_dir else None)

    def digest(self) -> str:
        """Return what is another where a record that was made before may no longer do.

        Raises:
            UsageError, ModelError: see analyzer.manifest.expected.
        """
        stages: Mapping[str, BaseModel] = manifest.expected(self.settings)
        made = {name: stage.model_dump(mode="json") for name, stage in stages.items()}
        whole = json.dumps([made, self.store, self.output_dir], sort_keys=True)
        return hashlib.sha256(whole.encode()).hexdigest()[:16]

    def sidecar_of(self, path: Path, root: Path) -> Path:
        """Return where the sidecar of a file goes that lies in a watched folder."""
        folder = self.output_dir and from_uri(self.output_dir) / path.parent.relative_to(root)
        return sidecar.sidecar_path(path, folder or None)

    def check_output(self) -> None:
        """Find out whether the folder for sidecars is there.

        Raises:
            AwayError: the drive that it was on is not mounted; its empty mount point is not to be filled.
        """
        if self.output_dir and self.output_mount:
            folder = from_uri(self.output_dir)
            if as_uri(volume_of(folder / "x").mount) != self.output_mount:
                raise AwayError(f"{shown(folder)}: the drive of --output-dir is not mounted")
