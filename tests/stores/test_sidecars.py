from pathlib import Path

import pytest

from analyzer.errors import StoreError, UsageError
from analyzer.library.ledger import Ledger
from analyzer.paths import from_uri, marquee_home
from analyzer.stores import sidecar
from analyzer.stores.contract import Query, Store
from analyzer.stores.entries import Entry
from analyzer.stores.opening import open_store
from analyzer.stores.sidecars import SidecarStore
from tests.contracts.stores import Make, Open, StoreContract, assert_holds
from tests.entries import entry


class TestSidecars(StoreContract):
    """Making an entry writes its sidecar; what is kept goes with that."""

    @pytest.fixture
    def opened(self, tmp_path: Path) -> Open:
        return lambda name: SidecarStore(lambda: (tmp_path / "films").rglob("*.marquee.json"))

    def remove(self, store: Store, entries: list[Entry]) -> None:
        super().remove(store, entries)
        for one in entries:
            from_uri(one.row.sidecar).unlink()

    def test_they_are_neither_dumped_nor_loaded(self, store: Store, tmp_path: Path) -> None:
        with pytest.raises(UsageError, match=r"^[^\n]+ copy them there$"):
            store.dump(tmp_path)
        with pytest.raises(UsageError, match=r"^[^\n]+ --store$"):
            store.load(tmp_path)
        assert [*tmp_path.iterdir()] == []

    def test_an_entry_without_a_sidecar_cannot_be_kept(self, store: Store, make: Make) -> None:
        one = make(1)
        from_uri(one.row.sidecar).unlink()
        with pytest.raises(StoreError, match=r"is not there"):
            store.save([one])

    def test_removing_does_not_delete_the_record(self, store: Store, make: Make) -> None:
        one = make(1)
        store.remove([one.row.key])
        assert_holds(store, [one])

    def test_what_cannot_be_read_is_passed_over(self, store: Store, make: Make) -> None:
        damaged, newer, whole = (make(seed) for seed in range(3))
        from_uri(damaged.row.sidecar).write_text("{")
        from_uri(newer.row.sidecar).write_text('{"schema_version": 99}')
        assert_holds(store, [whole])
        assert [*store.find(Query())] == [whole.row]

    def test_of_two_sidecars_of_a_video_the_newest_counts(self, store: Store, make: Make) -> None:
        old = make(1, written=1_500_000_000.0)
        video = from_uri(old.row.uri)
        video.touch()
        other = sidecar.sidecar_path(video, video.parent / "records")
        new = make(1, version=1)
        from_uri(new.row.sidecar).rename((other.parent.mkdir(), other)[1])
        make(1, written=1_500_000_000.0)
        (row,) = store.rows()
        assert (row.key, from_uri(row.sidecar)) == (new.row.key, other)


def test_the_library_knows_where_they_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MARQUEE_HOME", str(tmp_path / "home"))
    known, aside, away = (entry(tmp_path, seed, written=2e9) for seed in range(3))
    entry(tmp_path, 3)
    ledger = Ledger(marquee_home() / "library")
    paths = [from_uri(one.row.sidecar) for one in (known, aside, away)]
    for path in (paths[0], sidecar.set_aside(paths[1], "damaged"), paths[2]):
        ledger.record(path, "sidecar", "0" * 16)
        ledger.record(path, "sidecar", "1" * 16)
    paths[2].unlink()
    assert_holds(open_store("sidecar"), [known])
