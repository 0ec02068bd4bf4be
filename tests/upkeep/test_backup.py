import contextlib
import gzip
import hashlib
import io
import json
import os
import subprocess
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from analyzer.errors import InputError, NewerStoreError, OutputError, StoreError, UsageError
from analyzer.stores.sidecars import SidecarStore
from analyzer.stores.sqlite import SqliteStore
from analyzer.upkeep.archive import read_manifest, unpack
from analyzer.upkeep.backup import backup, restore
from tests.contracts.stores import assert_holds
from tests.entries import entry


@pytest.fixture
def entries(tmp_path: Path) -> list:
    return [entry(tmp_path / "films", seed) for seed in range(15)]


@pytest.fixture
def store(tmp_path: Path, entries: list) -> Iterator[SqliteStore]:
    with contextlib.closing(SqliteStore(tmp_path / "one.db")) as store:
        store.save(entries)
        yield store


@pytest.fixture
def other(tmp_path: Path) -> Iterator[SqliteStore]:
    with contextlib.closing(SqliteStore(tmp_path / "two.db")) as store:
        yield store


@pytest.fixture
def file(tmp_path: Path, store: SqliteStore) -> Path:
    """A backup, alone in its folder."""
    path = tmp_path / "backups" / "marquee.tar.gz"
    backup(store, path)
    assert [*path.parent.iterdir()] == [path]
    return path


def test_what_is_backed_up_is_restored(file: Path, other: SqliteStore, entries: list, tmp_path: Path) -> None:
    manifest = restore(other, file, tmp_path / "home")
    assert_holds(other, entries)
    assert manifest.counts == other.counts()
    assert [*(tmp_path / "home").iterdir()] == []


@pytest.mark.skipif(os.name != "posix", reason="file permissions as POSIX has them")
def test_it_is_its_owners_alone(file: Path) -> None:
    assert file.stat().st_mode & 0o777 == 0o600


def test_other_programs_can_unpack_it(file: Path, entries: list, tmp_path: Path) -> None:
    (folder := tmp_path / "unpacked").mkdir()
    subprocess.run(["tar", "xzf", file, "-C", folder], check=True)
    manifest = json.loads((folder / "manifest.json").read_text())
    assert manifest["store"] == "sqlite"
    for name, about in manifest["files"].items():
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == about["sha256"]
    with contextlib.closing(SqliteStore(folder / "dump" / "marquee.db")) as store:
        assert_holds(store, entries)


def test_a_file_that_is_there_stays_unless_forced(store: SqliteStore, file: Path) -> None:
    before = file.read_bytes()
    with pytest.raises(OutputError, match=r"^[^\n]*is there already; name another, or --force"):
        backup(store, file)
    assert file.read_bytes() == before
    store.remove([row.key for row in store.rows()])
    backup(store, file, force=True)
    assert not any(read_manifest(file).counts.values())
    with pytest.raises(OutputError, match="is a folder"):
        backup(store, file.parent, force=True)


@pytest.mark.skipif(os.name != "posix", reason="pipes have names where POSIX is")
def test_a_pipe_is_not_replaced(store: SqliteStore, tmp_path: Path) -> None:
    os.mkfifo(pipe := tmp_path / "pipe")
    with pytest.raises(OutputError, match=r"^[^\n]*pipe: is a pipe or device; name a file$"):
        backup(store, pipe, force=True)
    assert pipe.is_fifo()


def test_what_a_process_left_unfinished_is_deleted(store: SqliteStore, tmp_path: Path) -> None:
    gone = subprocess.Popen(["true"])
    gone.wait()
    left = tmp_path / f".marquee-{gone.pid}-abcdefgh.tmp"
    left.mkdir()
    (left / "part").write_bytes(b"x")
    backup(store, tmp_path / "b.tar.gz")
    assert not left.exists()


def test_a_store_that_holds_something_is_replaced_only_by_force(
    file: Path, other: SqliteStore, entries: list, tmp_path: Path
) -> None:
    other.save([mine := entry(tmp_path, 99)])
    with pytest.raises(UsageError, match=r"two\.db: is not empty; --force"):
        restore(other, file, tmp_path)
    assert_holds(other, [mine])
    restore(other, file, tmp_path, force=True)
    assert_holds(other, entries)


def test_sidecars_are_no_store_to_back_up(tmp_path: Path) -> None:
    store = SidecarStore(lambda: ())
    with pytest.raises(UsageError, match="beside the videos"):
        backup(store, tmp_path / "a.tar.gz")
    assert [*tmp_path.iterdir()] == []


def test_a_backup_of_another_kind_of_store_is_refused(file: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"of another kind, sqlite"):
        restore(SidecarStore(lambda: ()), file, tmp_path)


def test_damage_anywhere_is_found_and_changes_nothing(file: Path, other: SqliteStore, tmp_path: Path) -> None:
    content = file.read_bytes()
    other.save([mine := entry(tmp_path, 99)])
    torn = [content[: len(content) * n // 8] for n in range(8)]
    for at in {*range(10, len(content), len(content) // 40), *range(len(content) - 24, len(content))}:
        torn.append(content[:at] + bytes([content[at] ^ 0x55]) + content[at + 1 :])
    for some in torn:
        file.write_bytes(some)
        with pytest.raises(StoreError, match=r"^[^\n]*is damaged or no backup of Marquee's: [^\n]*$"):
            restore(other, file, tmp_path / "home", force=True)
    assert_holds(other, [mine])
    assert [*(tmp_path / "home").iterdir()] == []


def test_no_file_is_said(other: SqliteStore, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read: No such file"):
        restore(other, tmp_path / "nothing.tar.gz", tmp_path)


CONTENT = b"0123456789"


def member(name: str, content: bytes = CONTENT, kind: bytes = tarfile.REGTYPE, link: str = "") -> bytes:
    info = tarfile.TarInfo(name)
    info.type, info.linkname, info.size = kind, link, len(content)
    return info.tobuf(tarfile.GNU_FORMAT) + content + bytes(-len(content) % 512)


def forged(path: Path, *members: bytes, **changes: object) -> Path:
    """An archive with a manifest that names dump/a and dump/b, both with the right sum."""
    about = {"size_bytes": len(CONTENT), "sha256": hashlib.sha256(CONTENT).hexdigest()}
    manifest = {
        "format": 1,
        "marquee": "0",
        "made": "",
        "store": "sqlite",
        "counts": {},
        "files": {"dump/a": about, "dump/b": about},
    } | changes
    text = member("manifest.json", json.dumps(manifest).encode())
    path.write_bytes(gzip.compress(text + b"".join(members) + bytes(1024)))
    return path


def test_a_forged_archive_can_be_read_where_all_is_right(tmp_path: Path) -> None:
    unpack(forged(tmp_path / "f", member("dump/a"), member("dump/b")), tmp_path)
    assert (tmp_path / "dump" / "b").read_bytes() == CONTENT


@pytest.mark.parametrize(
    "members",
    [
        [member("dump/a"), member("../b")],
        [member("dump/a"), member("/tmp/b")],
        [member("dump/a"), member("dump/../../b")],
        [member("dump/a"), member("dump/a")],
        [member("dump/a"), member("dump/b"), member("dump/c")],
        [member("dump/a")],
        [member("dump/a"), member("dump/b", b"9876543210")],
        [member("dump/a"), member("dump/b", CONTENT + b"x")],
        [member("dump/a"), member("dump/b", b"", tarfile.SYMTYPE, "/etc/passwd")],
        [member("dump/a"), member("dump/b", b"", tarfile.LNKTYPE, "dump/a")],
        [member("dump/a"), member("dump/b", b"", tarfile.CHRTYPE)],
        [member("dump/a"), member("dump/b", b"", tarfile.FIFOTYPE)],
        [member("dump/a"), member("dump", b"", tarfile.DIRTYPE), member("dump/b")],
        [member("dump/a"), member("x", b"30 path=dump/b\n", tarfile.XHDTYPE), member("dump/b")],
        [member("dump/a"), member("././@LongLink", b"dump/b", tarfile.GNUTYPE_LONGNAME), member("x")],
    ],
)
def test_nothing_but_what_the_manifest_names_comes_out(tmp_path: Path, members: list[bytes]) -> None:
    (folder := tmp_path / "deep" / "out").mkdir(parents=True)
    with pytest.raises(StoreError, match=r"^[^\n]*is damaged or no backup"):
        unpack(forged(tmp_path / "f", *members), folder)
    assert {path.name for path in tmp_path.rglob("*")} <= {"f", "deep", "out", "dump", "a", "b"}
    assert not any(path.is_symlink() for path in folder.rglob("*"))


@pytest.mark.parametrize(
    "name",
    ["../a", "dump/../a", "/dump/a", "a", "dump/.a/b", "dump", "dump//a", "dump/a\n", "dump/" + "a" * 99],
)
def test_names_that_lead_elsewhere_are_refused(tmp_path: Path, name: str) -> None:
    about = {"size_bytes": len(CONTENT), "sha256": hashlib.sha256(CONTENT).hexdigest()}
    with pytest.raises(StoreError, match="is damaged or no backup"):
        unpack(forged(tmp_path / "f", member(name[:99]), files={name: about}), tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["f"]


def test_bombs_are_refused_before_they_go_off(tmp_path: Path) -> None:
    about = {"size_bytes": 2**60, "sha256": ""}
    with pytest.raises(OutputError, match="has no room"):
        unpack(forged(tmp_path / "f", files={"dump/a": about}), tmp_path)
    huge = tarfile.TarInfo("manifest.json")
    huge.size = 2**33
    zeros = huge.tobuf(tarfile.GNU_FORMAT) + bytes(1 << 24)
    (tmp_path / "g").write_bytes(gzip.compress(zeros))
    with pytest.raises(StoreError, match="does not begin with a manifest"):
        unpack(tmp_path / "g")


def test_a_newer_backup_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NewerStoreError, match="upgrade Marquee"):
        unpack(forged(tmp_path / "f", format=2, new=True))


def test_what_is_in_order_but_no_database_changes_nothing(other: SqliteStore, tmp_path: Path) -> None:
    other.save([mine := entry(tmp_path, 99)])
    about = {"size_bytes": len(CONTENT), "sha256": hashlib.sha256(CONTENT).hexdigest()}
    path = forged(tmp_path / "f", member("dump/marquee.db"), files={"dump/marquee.db": about})
    with pytest.raises(StoreError):
        restore(other, path, tmp_path, force=True)
    assert_holds(other, [mine])


def test_a_plain_tar_is_no_backup(tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "a.tar.gz", "w:gz") as archive:
        archive.addfile(tarfile.TarInfo("readme"), io.BytesIO())
    with pytest.raises(StoreError, match="does not begin with a manifest"):
        read_manifest(tmp_path / "a.tar.gz")
