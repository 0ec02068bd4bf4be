"""The journal: what is decided is never lost, and nothing is passed over in silence."""

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from analyzer.errors import LibraryError, NewerLibraryError, OutputError
from analyzer.library.decisions import Alias, Anchor, AnyDecision, Name
from analyzer.library.journal import Journal
from analyzer.library.ledger import Ledger

ANCHOR = Anchor("0" * 16, 1.25, (0.1, 0.2, 0.3, 0.4))


def accept(decisions: Sequence[AnyDecision]) -> None:
    """Refuse nothing."""


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    journal = Journal(tmp_path)
    journal.append(Name(name="Zoë", anchors=(ANCHOR,)), accept)
    journal.append(Alias(key="k1", alias="The Captain"), accept)
    return journal


def test_what_is_appended_is_read(journal: Journal) -> None:
    name, alias = Journal(journal.path.parent).read()
    assert isinstance(name, Name)
    assert (name.n, name.key, name.name, name.anchors) == (1, "k1", "Zoë", (ANCHOR,))
    assert (alias.n, alias.key) == (2, "k1")
    assert len(journal.path.read_bytes().splitlines()) == 3


def test_what_the_check_refuses_is_not_written(journal: Journal) -> None:
    before = journal.path.read_bytes()

    def refuse(decisions: Sequence[AnyDecision]) -> None:
        raise LookupError(len(decisions))

    with pytest.raises(LookupError, match="3"):
        journal.append(Alias(key="k9", alias="x"), refuse)
    assert journal.path.read_bytes() == before


def test_a_line_torn_anywhere_is_set_aside_and_said(journal: Journal) -> None:
    whole = journal.path.read_bytes()
    first, last = whole.rsplit(b"\n", 2)[0] + b"\n", whole.splitlines()[-1]
    for length in range(1, len(last)):
        journal.path.write_bytes(first + last[:length])
        found = Journal(journal.path.parent)
        assert [decision.n for decision in found.read()] == [1]
        (notice,) = found.notices
        assert "cut off" in notice
        (torn,) = journal.path.parent.glob("journal.torn-*")
        assert torn.read_bytes() == last[:length]
        assert journal.path.read_bytes() == first
        torn.unlink()


def test_after_a_torn_line_the_next_number_follows(journal: Journal) -> None:
    with journal.path.open("ab") as file:
        file.write(b'{"n":3,"at"')
    assert journal.append(Alias(key="k1", alias="x"), accept).n == 3
    assert len(Journal(journal.path.parent).read()) == 3


def test_a_whole_last_line_without_its_end_counts(journal: Journal) -> None:
    whole = journal.path.read_bytes()
    journal.path.write_bytes(whole[:-1])
    assert len(journal.read()) == 2
    assert journal.path.read_bytes() == whole
    assert not journal.notices


@pytest.mark.parametrize("line", [b"\0\0\0\0", b"{}", b'{"n":1,"do":"conquer","key":"k1"}', b""])
def test_a_damaged_line_in_the_middle_is_refused_by_number(journal: Journal, line: bytes) -> None:
    head, _, second = journal.path.read_bytes().splitlines(keepends=True)
    damaged = head + line + b"\n" + second + b'{"torn'
    journal.path.write_bytes(damaged)
    with pytest.raises(LibraryError, match="line 2 is damaged"):
        Journal(journal.path.parent).read()
    with pytest.raises(LibraryError, match="line 2 is damaged"):
        journal.append(Alias(key="k1", alias="x"), accept)
    assert journal.path.read_bytes() == damaged


def test_a_newer_journal_is_left_untouched(journal: Journal) -> None:
    newer = b'{"journal":2}\n{"whatever":1}\n{"torn'
    journal.path.write_bytes(newer)
    for act in (journal.read, lambda: journal.append(Alias(key="k1", alias="x"), accept)):
        with pytest.raises(NewerLibraryError, match="upgrade Marquee"):
            act()
    assert journal.path.read_bytes() == newer


def test_a_newer_first_line_may_hold_what_is_not_known_yet(journal: Journal) -> None:
    journal.path.write_bytes(b'{"journal":2,"later":true}\n')
    with pytest.raises(NewerLibraryError, match="upgrade Marquee"):
        journal.read()


@pytest.mark.parametrize("left", [b"", b'{"jour'])
def test_a_journal_without_its_first_line_begins_anew(journal: Journal, left: bytes) -> None:
    journal.path.write_bytes(left)
    journal.append(Name(name="Zoë", anchors=(ANCHOR,)), accept)
    assert [decision.n for decision in Journal(journal.path.parent).read()] == [1]


FILL = """
import resource, signal, sys
from pathlib import Path
from analyzer.errors import OutputError
from analyzer.library.decisions import Name
from analyzer.library.journal import Journal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
journal = Journal(Path(sys.argv[1]))
size = journal.path.stat().st_size + 50
resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
try:
    journal.append(Name(name="x" * 100), lambda decisions: None)
except OutputError as error:
    print(error)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="no limit on the size of files")
def test_what_does_not_fit_on_the_disk_is_not_begun(journal: Journal) -> None:
    before = journal.path.read_bytes()
    command = [sys.executable, "-c", FILL, str(journal.path.parent)]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert "cannot be written" in said
    assert journal.path.read_bytes() == before


APPEND = """
import sys
from pathlib import Path
from analyzer.library.decisions import Name
from analyzer.library.journal import Journal
for i in range(25):
    Journal(Path(sys.argv[1])).append(Name(name=sys.argv[2] * 200), lambda decisions: None)
"""


def test_processes_do_not_get_in_each_others_way(tmp_path: Path) -> None:
    command = [sys.executable, "-c", APPEND, str(tmp_path)]
    processes = [subprocess.Popen([*command, name]) for name in "abc"]
    assert [process.wait() for process in processes] == [0, 0, 0]
    decisions = Journal(tmp_path).read()
    assert [decision.n for decision in decisions] == list(range(1, 76))
    names = [decision.name[0] for decision in decisions if isinstance(decision, Name)]
    assert sorted(names) == ["a"] * 25 + ["b"] * 25 + ["c"] * 25


def test_a_full_disk_leaves_the_journal_as_it_was(journal: Journal) -> None:
    """The system writes what there is room for and reports no error for that."""
    resource = pytest.importorskip("resource", reason="of Unix")
    before = journal.path.read_bytes()
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (len(before) + 20, hard))
    try:
        with pytest.raises(OutputError, match="cannot be written"):
            journal.append(Alias(key="k1", alias="x" * 200), accept)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert journal.path.read_bytes() == before
    assert journal.append(Alias(key="k1", alias="x"), accept).n == 3


@pytest.mark.parametrize("content", [b"", b'{"jour'])
def test_a_journal_without_its_first_line_is_begun_again(tmp_path: Path, content: bytes) -> None:
    journal = Journal(tmp_path)
    journal.path.write_bytes(content)
    assert journal.read() == ()
    assert journal.append(Name(name="Zoë"), accept).n == 1
    assert [decision.n for decision in Journal(tmp_path).read()] == [1]


def test_what_the_ledger_had_no_room_for_it_notes_at_the_next_try(tmp_path: Path) -> None:
    resource = pytest.importorskip("resource", reason="of Unix")
    ledger = Ledger(tmp_path)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20, hard))
    try:
        with pytest.raises(OutputError, match="cannot be written"):
            ledger.record(tmp_path / "film.json", "sidecar")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert ledger.files() == ()
    ledger.record(tmp_path / "film.json", "sidecar")
    assert len(ledger.files()) == 1
