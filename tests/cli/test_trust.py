"""marquee models trust."""

from pathlib import Path

from models import files
from tests.cli.test_cli import marquee, one_line


def test_a_file_is_trusted_by_its_sha256(tmp_path: Path) -> None:
    (tmp_path / "a.pt").write_bytes(b"weights")
    result = marquee("models", "trust", "a.pt", cwd=tmp_path, MARQUEE_HOME=str(tmp_path / "home"))
    assert result.returncode == 0, result.stderr
    assert result.stdout == f"trusted: a.pt (sha256 {files.sha256_of(tmp_path / 'a.pt')})\n"
    files.refuse_unless_trusted("ultralytics", tmp_path / "a.pt", tmp_path / "home", "can run code")


def test_a_missing_file_is_one_line(tmp_path: Path) -> None:
    result = marquee("models", "trust", tmp_path / "missing.pt", MARQUEE_HOME=str(tmp_path))
    assert result.returncode == 5
    assert one_line(result).endswith("missing.pt is not a file")
    assert not (tmp_path / "trusted.toml").exists()
