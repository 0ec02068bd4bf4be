"""marquee models list and doctor, with ONNX files of the user's own."""

import json
from pathlib import Path

from tests.cli.test_cli import marquee


def test_a_damaged_file_hides_no_other(tmp_path: Path) -> None:
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "text.onnx").write_text("no network")
    (tmp_path / "models" / "wrong.onnx").write_text("no network")
    (tmp_path / "models" / "wrong.toml").write_text("task = ")
    listed = marquee("models", "list", "--json", MARQUEE_HOME=str(tmp_path))
    assert listed.returncode == 0, listed.stderr
    rows = {row["name"]: row for row in json.loads(listed.stdout)}
    assert "onnx:text" not in rows  # nobody has added it: it may be another backend's
    assert "wrong.toml cannot be read" in rows["onnx:wrong"]["origin"]
    assert "dlib" in rows
    doctor = marquee("doctor", MARQUEE_HOME=str(tmp_path))
    assert doctor.returncode == 0, doctor.stderr
    assert "onnx:wrong" in doctor.stdout
