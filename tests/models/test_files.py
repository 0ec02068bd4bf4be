"""Model files named by path, and which of them are trusted."""

import multiprocessing
import os
import pickle
import sys
from pathlib import Path

import pytest

from models import files
from models.errors import ModelError, UnknownModelError, UntrustedModelError, WeightsMissingError


@pytest.fixture
def model(tmp_path):
    path = tmp_path / "model.pt"
    path.write_bytes(b"weights")
    return path


def refuse(path, home):
    files.refuse_unless_trusted("ultralytics", path, home, "can run code")


def test_what_nobody_trusts_is_refused_in_one_line(model, tmp_path):
    with pytest.raises(UntrustedModelError) as caught:
        refuse(model, tmp_path)
    assert str(caught.value) == (
        f"{model} can run code; if you know where it comes from: marquee models trust {model}"
    )


def test_trust_is_in_the_file_as_it_is(model, tmp_path):
    assert files.trust(model, tmp_path / "home") == files.sha256_of(model)
    refuse(model, tmp_path / "home")
    facts = model.stat()
    model.write_bytes(b"weightz")  # of the same size and, as it will claim, the same age
    os.utime(model, ns=(facts.st_atime_ns, facts.st_mtime_ns))
    with pytest.raises(UntrustedModelError):
        refuse(model, tmp_path / "home")
    copy = model.with_name("another name.pt")
    copy.write_bytes(b"weights")
    refuse(copy, tmp_path / "home")


def test_what_is_not_there_cannot_be_trusted(tmp_path):
    for path in (tmp_path / "missing.pt", tmp_path):
        with pytest.raises(WeightsMissingError, match=r"is not a file$"):
            files.trust(path, tmp_path)


@pytest.mark.parametrize("name", ["ü 😀.pt", 'quo"te.pt', "back\\slash\n\x7f.pt", os.fsdecode(b"\xff.pt")])
def test_names_of_any_kind_can_be_trusted(tmp_path, name):
    for content, path in ((b"one", tmp_path / name), (b"two", tmp_path / "plain.pt")):
        path.write_bytes(content)
        files.trust(path, tmp_path)
    refuse(tmp_path / name, tmp_path)
    refuse(tmp_path / "plain.pt", tmp_path)


def _trust(path):
    files.trust(Path(path), Path(path).parent)


def test_processes_may_trust_at_once(tmp_path):
    paths = [tmp_path / f"{i}.pt" for i in range(8)]
    for path in paths:
        path.write_text(path.name)
    with multiprocessing.get_context("spawn").Pool(4) as pool:
        pool.map(_trust, map(str, paths), chunksize=1)
    for path in paths:
        refuse(path, tmp_path)


def test_a_damaged_list_of_trust_trusts_nothing(model, tmp_path):
    (tmp_path / "trusted.toml").write_text("[")
    for ask in (refuse, files.trust):
        with pytest.raises(ModelError, match=r"trusted\.toml cannot be read"):
            ask(model, tmp_path)


def test_unpickling_is_what_the_refusal_is_for(tmp_path):
    """The pickle that the tests of backends use does what it says when it is loaded."""
    made = tmp_path / "made"
    pickle.loads(hostile(made))
    assert made.exists()


def hostile(made: Path) -> bytes:
    """A pickle that makes a file as it is loaded."""

    class Evil:
        def __reduce__(self):
            return os.mkdir, (str(made),)

    return pickle.dumps(Evil())


def test_a_folder_of_openvino_is_a_model_and_another_is_not(tmp_path):
    folder, other = tmp_path / "a_openvino_model", tmp_path / "plain"
    for each in (folder, other):
        each.mkdir()
        (each / "a.xml").write_text("graph")
    assert files.bring("ultralytics", str(folder), tmp_path, print) == folder
    first = files.identity("ultralytics", str(folder), tmp_path)
    (folder / "a.bin").write_text("weights")
    assert len(first) == len(files.identity("ultralytics", str(folder), tmp_path)) == 64
    assert files.identity("ultralytics", str(folder), tmp_path) != first
    with pytest.raises(UnknownModelError, match="there is no such file"):
        files.find("ultralytics", str(other), tmp_path)


def test_models_in_the_home_are_found_by_their_names(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    kept = tmp_path / "home" / "models" / "mine.pt"
    kept.parent.mkdir(parents=True)
    kept.write_bytes(b"weights")
    assert files.find("ultralytics", "mine.pt", tmp_path / "home") == kept
    assert files.identity("ultralytics", "mine.pt", tmp_path / "home") == files.sha256_of(kept)


def test_a_link_keeps_its_own_name(model, tmp_path):
    (tmp_path / "link.pt").symlink_to(model.rename(tmp_path / "a1b2c3"))
    assert files.find("ultralytics", str(tmp_path / "link.pt"), tmp_path).name == "link.pt"


@pytest.mark.parametrize("name", ["~nobody-of-that-name/a.pt", "x" * 5000 + ".pt", "yolo11.pt", "\0.pt"])
def test_names_of_nothing(tmp_path, name):
    with pytest.raises(UnknownModelError, match="ultralytics:"):
        files.find("ultralytics", name, tmp_path)


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() != 0, reason="drops to another user: needs root")
def test_what_may_not_be_read_cannot_be_trusted(model, tmp_path):
    model.chmod(0)
    for folder in (tmp_path, *tmp_path.parents[:2]):
        folder.chmod(0o755)
    child = os.fork()
    if child == 0:
        os.setuid(65534)
        try:
            files.trust(model, tmp_path / "home")
        except WeightsMissingError as error:
            os._exit(0 if str(error).endswith("Permission denied") else 1)
        os._exit(2)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
