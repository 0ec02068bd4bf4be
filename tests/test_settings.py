from pathlib import Path

import pytest

from analyzer.errors import UsageError
from analyzer.settings import load, presets


@pytest.mark.parametrize("preset", presets())
def test_every_preset_loads(preset: str) -> None:
    assert load(preset).engine.batch_size >= 1


def test_later_settings_win(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text("[engine]\nbatch_size = 5\ndevice = 'cpu'\n")
    settings = load("gpu", file, ["engine.batch_size=7"])
    assert (settings.engine.device, settings.engine.batch_size) == ("cpu", 7)


@pytest.mark.parametrize(
    ("assignment", "message"),
    [
        ("keyframe.effort=fast", "unknown section 'keyframe'; did you mean 'keyframes'?"),
        ("keyframes.efort=fast", "unknown setting keyframes.efort; did you mean 'keyframes.effort'?"),
        ("faces.min_score=3", "faces.min_score = 3: Input should be less than or equal to 1"),
        ("keyframes.effort=slow", "keyframes.effort = 'slow': Input should be 'fast'"),
        ("engine.batch_size=many", "engine.batch_size = 'many'"),
        ("nothing", "takes section.key=value"),
        ("keyframes=fast", "takes section.key=value"),
    ],
)
def test_a_bad_assignment_is_named(assignment: str, message: str) -> None:
    with pytest.raises(UsageError, match=r"^[^\n]+$") as caught:
        load(assignments=[assignment])
    assert message in str(caught.value)


def test_the_users_own_settings_hold_for_every_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MARQUEE_HOME", str(tmp_path))
    (tmp_path / "settings.toml").write_text("[engine]\nbatch_size = 5\ndevice = 'cpu'\n")
    assert load().engine.batch_size == 5
    assert load("gpu").engine.device == "cuda"
    (tmp_path / "settings.toml").write_text(
        "[faces]\nembedder = 'deepface:ArcFace'\n[engine]\nbatch_size = 5\n"
    )
    assert load().faces.embedder == "deepface:ArcFace"
    assert load("embedded").faces.embedder == "dlib"
    assert load(assignments=["engine.batch_size=7"]).engine.batch_size == 7
    (tmp_path / "settings.toml").write_text("[engine]\nbatch_sise = 5\n")
    with pytest.raises(UsageError, match=r"settings\.toml: unknown setting engine\.batch_sise"):
        load()


@pytest.mark.parametrize("text", ["[engine", "engine = 3", "[motor]\nx = 1", "\xff"])
def test_a_bad_file_is_named(tmp_path: Path, text: str) -> None:
    file = tmp_path / "mine.toml"
    file.write_bytes(text.encode("latin-1"))
    with pytest.raises(UsageError, match=r"mine\.toml"):
        load(file=file)


def test_a_missing_file_and_an_unknown_preset_are_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"nowhere\.toml"):
        load(file=tmp_path / "nowhere.toml")
    with pytest.raises(UsageError, match="did you mean 'embedded'"):
        load("embeded")
