"""What is built is what works: the wheel, installed apart from the sources, does the main job."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import Demo

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with nothing but what the wheel holds; its dependencies are those of this interpreter."""
    folder = tmp_path_factory.mktemp("wheel")
    source = folder / "source"
    ignored = shutil.ignore_patterns(".git", "build", "*.egg-info", "__pycache__", ".venv", ".*_cache")
    shutil.copytree(ROOT, source, ignore=ignored)
    build = [sys.executable, "-m", "build", "--wheel", "--outdir", folder, source]
    subprocess.run(build, check=True, capture_output=True)
    (wheel,) = folder.glob("*.whl")
    target = folder / "installed"
    install = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", target, wheel]
    subprocess.run(install, check=True, capture_output=True)
    return target


def test_the_wheel_does_the_main_job(installed: Path, demo: Demo, tmp_path: Path) -> None:
    video = Path(shutil.copy(demo.video, tmp_path / "film.mp4"))
    environment = os.environ | {"PYTHONPATH": str(installed)}
    where = "import analyzer, models, configs; print(analyzer.__file__, models.__file__, configs.__file__)"
    files = subprocess.run(
        [sys.executable, "-c", where],
        env=environment,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert files.stdout.count(str(installed)) == 3
    done = subprocess.run(
        [installed / "bin" / "marquee", "analyze", "--json", video],
        env=environment,
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert '"status": "done"' in done.stdout


def test_the_wheel_holds_all_packages_and_their_data(installed: Path) -> None:
    for package in ("analyzer", "models", "configs"):
        ours = {
            file.relative_to(ROOT)
            for pattern in ("*.py", "*.toml", "py.typed", "page.*")
            for file in (ROOT / package).rglob(pattern)
        }
        assert ours
        missing = [file for file in ours if not (installed / file).exists()]
        assert not missing
