"""The queue: whose turn it is, and what becomes of what went wrong."""

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from analyzer.errors import DamagedStoreError, InputError, MediaError, NewerStoreError
from analyzer.jobs import Job
from analyzer.settings import load
from analyzer.watching.asking import Request
from analyzer.watching.claims import claims_of
from analyzer.watching.database import QueueDatabase, set_aside
from analyzer.watching.listing import Listing
from analyzer.watching.owners import Owner
from analyzer.watching.pauses import EVERYTHING, Pauses
from analyzer.watching.queue import DEATHS, Queue, Ticket, Turn
from analyzer.watching.volumes import Volume, volume_of

STORE = "a store"
ROOT = Path("/films")
HERE = Volume(Path("/"), "1")


@pytest.fixture
def queue(home: Path) -> Iterator[Queue]:
    with Owner(home) as owner, QueueDatabase(home) as database:
        yield Queue(database, owner)


def ticket(queue: Queue, name: str, stamp: str = "1 1", store: str = STORE) -> Ticket:
    digest = queue.ask(Request.of(Job(load()), store))
    return Ticket(ROOT / name, ROOT, ROOT / f"{name}.marquee.json", stamp, HERE, digest)


def turn(queue: Queue) -> Turn:
    taken = queue.take(STORE)
    assert taken is not None
    return taken


def end(queue: Queue, taken: Turn, seen: str = "1 1") -> None:
    queue.done(taken, seen, "f-s", HERE)


def state(queue: Queue, name: str) -> str:
    ((found,),) = queue.database.ask("SELECT state FROM file WHERE uri = ?", f"file://{ROOT}/{name}")
    return str(found)


def test_a_file_is_done_once(queue: Queue) -> None:
    queue.put([ticket(queue, "b.mp4"), ticket(queue, "a.mp4")])
    for name in ("b.mp4", "a.mp4"):
        taken = turn(queue)
        assert (taken.path.name, state(queue, name)) == (name, "running")
        end(queue, taken)
        assert state(queue, name) == "done"
    assert queue.take(STORE) is None


def test_the_lowest_priority_comes_first(queue: Queue) -> None:
    queue.put([ticket(queue, "a.mp4")], priority=1)
    queue.put([ticket(queue, "b.mp4")])
    assert turn(queue).path.name == "b.mp4"


def test_what_goes_to_another_store_is_not_taken(queue: Queue) -> None:
    queue.put([ticket(queue, "a.mp4", store="another")])
    assert queue.take(STORE) is None
    assert queue.take("another") is not None


def test_a_file_that_changes_while_it_is_done_is_done_again(queue: Queue) -> None:
    queue.put([ticket(queue, "a.mp4")])
    taken = turn(queue)
    queue.put([ticket(queue, "a.mp4", "2 2")])
    end(queue, taken)
    assert state(queue, "a.mp4") == "waiting"
    end(queue, turn(queue), "2 2")
    assert state(queue, "a.mp4") == "done"


def test_attempts_wait_twice_as_long_and_end(queue: Queue) -> None:
    queue.put([ticket(queue, "a.mp4")])
    waits = []
    for _ in range(3):
        now = time.time()
        queue.fail(turn(queue), MediaError("no film"), attempts=3, retry_s=100)
        (listed,) = Listing(queue.database).files(["waiting", "failed"])
        waits.append(round((listed.not_before_s - now) / 100))
        assert queue.take(STORE) is None
        queue.database.ask("UPDATE file SET not_before = 0")
    assert waits == [1, 2, 4]
    assert (listed.state, listed.error, listed.exit_code, listed.attempts) == ("failed", "no film", 4, 3)


def test_what_was_set_aside_waits_for_the_user_or_a_change(queue: Queue) -> None:
    queue.put([ticket(queue, "a.mp4"), ticket(queue, "b.mp4")])
    for _ in range(2):
        queue.fail(turn(queue), MediaError("no film"), attempts=1, retry_s=0)
    queue.put([ticket(queue, "a.mp4"), ticket(queue, "b.mp4")])
    assert queue.take(STORE) is None
    queue.put([ticket(queue, "b.mp4", "2 2")])
    assert turn(queue).path.name == "b.mp4"
    assert Listing(queue.database).retry([ROOT]) == 1
    assert turn(queue).attempts == 0


def test_cancelled_files_are_left_alone_until_retried(queue: Queue) -> None:
    queue.put([ticket(queue, "a.mp4"), ticket(queue, "sub/b.mp4")])
    listing = Listing(queue.database)
    assert listing.cancel([ROOT / "sub"]) == 1
    end(queue, turn(queue))
    assert state(queue, "a.mp4") == "done"
    assert queue.take(STORE) is None
    assert listing.retry(None) == 1
    assert turn(queue).path.name == "b.mp4"
    assert listing.clear() == 0


_TAKE = """
import sys, time
from pathlib import Path
from analyzer.watching.database import QueueDatabase
from analyzer.watching.owners import Owner
from analyzer.watching.queue import Queue
home = Path(sys.argv[1])
with Owner(home) as owner, QueueDatabase(home) as database:
    print(Queue(database, owner).take("a store").path.name, flush=True)
    time.sleep(600)
"""


def taker(home: Path) -> "subprocess.Popen[str]":
    """A process that takes one file and does nothing with it."""
    command = [sys.executable, "-c", _TAKE, str(home)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, encoding="utf-8")
    assert process.stdout is not None
    assert process.stdout.readline() == "a.mp4\n"
    return process


def kill(process: "subprocess.Popen[str]") -> None:
    process.kill()
    process.communicate()


def test_what_a_killed_process_had_in_hand_waits_again_at_once(queue: Queue, home: Path) -> None:
    queue.put([ticket(queue, "a.mp4")])
    process = taker(home)
    assert queue.take(STORE) is None
    kill(process)
    taken = turn(queue)
    assert (taken.deaths, taken.attempts) == (1, 0)
    queue.give_back(taken)
    assert len(list((home / "queue").glob("*.lock"))) == 2
    with Owner(home):
        assert len(list((home / "queue").glob("*.lock"))) == 2


def test_a_file_that_ends_its_process_comes_last_and_is_set_aside(queue: Queue, home: Path) -> None:
    queue.put([ticket(queue, "a.mp4")])
    for _ in range(2):
        kill(taker(home))
    queue.put([ticket(queue, "b.mp4")])
    first = turn(queue)
    assert first.path.name == "b.mp4"
    end(queue, first)
    queue.database.ask("UPDATE file SET deaths = ? WHERE state = 'waiting'", DEATHS - 1)
    kill(taker(home))
    assert queue.take(STORE) is None
    (listed,) = Listing(queue.database).files(["failed"])
    assert (listed.path.name, listed.exit_code) == ("a.mp4", 8)
    assert "the process ended in the middle of it" in str(listed.error)


def test_a_claimed_file_is_not_taken(queue: Queue, home: Path, tmp_path: Path) -> None:
    queue.put([ticket(queue, "a.mp4")])
    with claims_of(home) as claims:
        assert claims.take(ROOT / "a.mp4")
        assert queue.take(STORE) is None
        claims.release(ROOT / "a.mp4")
        turn(queue)
        assert not claims.take(ROOT / "a.mp4")


def test_a_file_has_one_claim_by_whatever_links_it_is_reached(
    home: Path, films: Path, tmp_path: Path
) -> None:
    (tmp_path / "link").symlink_to(films)
    with claims_of(home) as one, claims_of(home) as other:
        assert one.take(films / "a.mp4")
        assert not other.take(tmp_path / "link" / "a.mp4")


def test_pauses_hold_for_what_is_below_them(queue: Queue) -> None:
    pauses = Pauses(queue.database)
    queue.put([ticket(queue, "sub/a.mp4"), ticket(queue, "subway.mp4")])
    assert pauses.begin(f"file://{ROOT}/sub/", "away", 600)
    assert not pauses.begin(f"file://{ROOT}/sub/", "away", 600)
    queue.put([ticket(queue, "sub/later.mp4")])
    end(queue, turn(queue))
    assert state(queue, "subway.mp4") == "done"
    assert queue.take(STORE) is None
    assert not pauses.end(ROOT / "other.mp4")
    assert pauses.end(ROOT / "sub" / "a.mp4")
    pauses.begin(EVERYTHING, "full", 0)
    assert turn(queue).path.name == "a.mp4"


def test_a_damaged_queue_is_told_and_set_aside_on_request(home: Path) -> None:
    QueueDatabase(home).close()
    (home / "queue.db").write_bytes(b"nonsense" * 1000)
    with pytest.raises(DamagedStoreError, match="jobs clear --damaged"):
        QueueDatabase(home)
    assert (home / "queue.db").read_bytes().startswith(b"nonsense")
    assert set_aside(home).read_bytes().startswith(b"nonsense")
    with pytest.raises(InputError, match="is not there"):
        set_aside(home)


def test_a_newer_queue_is_refused(home: Path) -> None:
    with QueueDatabase(home) as database:
        database.ask("INSERT INTO migration VALUES ('from the future', 0)")
    with pytest.raises(NewerStoreError, match="upgrade"):
        QueueDatabase(home)


def test_the_queue_is_for_its_owner_alone(home: Path) -> None:
    QueueDatabase(home).close()
    assert (home / "queue.db").stat().st_mode & 0o777 == 0o600


def test_a_full_queue_is_quick(queue: Queue) -> None:
    """A turn is found by an index, however many files wait."""
    queue.put([ticket(queue, f"{n}.mp4") for n in range(3)])
    plan = queue.database.ask(
        "EXPLAIN QUERY PLAN SELECT 1 FROM file WHERE state = 'waiting' ORDER BY deaths, priority, number"
    )
    assert "USING COVERING INDEX file_turn" in str(plan)
    assert "TEMP B-TREE" not in str(plan)


def test_volumes(tmp_path: Path) -> None:
    assert volume_of(tmp_path / "no" / "such" / "file") == volume_of(tmp_path)
    assert volume_of(Path("/proc/1/x")).mount == Path("/proc")
