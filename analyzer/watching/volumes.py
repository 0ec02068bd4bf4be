"""Drives and shares: what a path is on, and so whether a file is gone or only away with its drive."""

import os
from dataclasses import dataclass
from pathlib import Path

import psutil

NETWORK = ("nfs", "cifs", "smb", "9p", "fuse", "afs", "ceph", "gluster", "lustre", "davfs", "ncp", "virtiofs")
"""What the type of a file system begins with that tells nothing of what others do in it."""


@dataclass(frozen=True)
class Volume:
    """A mounted file system.

    Attributes:
        mount: where it is mounted.
        device: tells it from another that is mounted there; may be another number after a restart.
    """

    mount: Path
    device: str


def volume_of(path: Path) -> Volume:
    """Return what a path is on, or would be: the volume of the nearest folder above it that is there."""
    folder = nearest(path)
    mount = folder
    while not os.path.ismount(mount) and mount != mount.parent:
        mount = mount.parent
    return Volume(mount, _device(folder))


def nearest(path: Path) -> Path:
    """Return the folder nearest above a path that is there, links followed."""
    above = path.absolute().parents
    return Path(os.path.realpath(next((f for f in above if f.is_dir()), above[-1])))


def _device(folder: Path) -> str:
    """The file system's own number, where it has one, holds over restarts; else the system's for it."""
    try:
        own = os.statvfs(folder).f_fsid if hasattr(os, "statvfs") else 0
        return f"{own:x}" if own else f"dev-{folder.stat().st_dev:x}"
    except OSError:
        return ""


def mounts() -> dict[str, str]:
    """Return the type of the file system of each mount point."""
    return {part.mountpoint: part.fstype for part in psutil.disk_partitions(all=True)}


def is_remote(path: Path) -> bool:
    """Whether others may change what is in a folder without this system being told."""
    kind = mounts().get(str(volume_of(path / "x").mount), "")
    return kind.lower().startswith(NETWORK)
