"""A process that copies, renames and deletes small videos at random: FOLDER VIDEO FILES SEED."""

import random
import shutil
import sys
import time
from pathlib import Path


def video(source: Path, number: int) -> bytes:
    """Another small video each time: what follows its last box is passed over."""
    return source.read_bytes() + (24).to_bytes(4, "big") + b"free" + number.to_bytes(16, "big")


def churn(folder: Path, source: Path, files: int, seed: int) -> None:
    rng = random.Random(seed)
    there: list[Path] = []
    for number in range(files):
        place = folder / rng.choice(["", "a", "a/b", "c"]) / f"{rng.choice(['é', 'x', 'clip 1'])}{number}.mp4"
        place.parent.mkdir(parents=True, exist_ok=True)
        if there and rng.random() < 0.2:
            shutil.copy(rng.choice(there), place)
        else:
            place.write_bytes(video(source, number))
        there.append(place)
        _disturb(rng, folder, there)
        time.sleep(rng.random() * 0.02)


def _disturb(rng: random.Random, folder: Path, there: list[Path]) -> None:
    if rng.random() < 0.3:
        old = there.pop(rng.randrange(len(there)))
        there.append(old.rename(folder / f"moved-{rng.randrange(10**9)}.mp4"))
    if rng.random() < 0.3:
        there.pop(rng.randrange(len(there))).unlink()
    if rng.random() < 0.02 and (folder / "a").is_dir():
        new = (folder / "a").rename(folder / f"folder-{rng.randrange(10**9)}")
        there[:] = [new / p.relative_to(folder / "a") if p.is_relative_to(folder / "a") else p for p in there]


if __name__ == "__main__":
    churn(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]))
