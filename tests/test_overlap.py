import threading
import time
from collections.abc import Generator

import pytest

from analyzer.overlap import ReadAhead, SideBySide, batched, map_ahead, with_next


class Source:
    """A generator that tells whether it was closed, and how far it was read."""

    def __init__(self, fail_at: int | None = None) -> None:
        self.made, self.closed, self.fail_at = 0, False, fail_at

    def __call__(self) -> Generator[int, None, None]:
        try:
            for i in range(1000):
                if i == self.fail_at:
                    raise RuntimeError("torn")
                self.made += 1
                yield i
        finally:
            self.closed = True


def test_everything_arrives_in_order() -> None:
    source = Source()
    with ReadAhead(source(), 3) as items:
        assert list(items) == list(range(1000))
    assert source.closed


def test_it_reads_no_further_ahead_than_told() -> None:
    source = Source()
    with ReadAhead(source(), 3) as items:
        next(items)
        time.sleep(0.1)
        assert source.made <= 1 + 3 + 1  # taken, waiting, in hand
    assert source.closed


def test_an_error_is_raised_where_it_would_have_been_read() -> None:
    source = Source(fail_at=5)
    got = []
    with pytest.raises(RuntimeError, match="torn"), ReadAhead(source(), 3) as items:
        got.extend(items)
    assert got == [0, 1, 2, 3, 4]
    assert source.closed


def test_leaving_early_ends_the_thread() -> None:
    before = threading.active_count()
    source = Source()
    with pytest.raises(KeyError), ReadAhead(source(), 1):
        raise KeyError
    assert source.closed
    assert threading.active_count() == before


def test_map_ahead_keeps_the_order_and_its_bound() -> None:
    running, most = 0, 0
    lock = threading.Lock()

    def work(i: int) -> int:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        time.sleep(0.001 * (i % 3))
        with lock:
            running -= 1
        return i * i

    assert list(map_ahead(work, range(50), 3)) == [i * i for i in range(50)]
    assert most == 3


def test_map_ahead_raises_what_the_function_raises() -> None:
    def work(i: int) -> int:
        if i == 7:
            raise ValueError("seven")
        return i

    results = map_ahead(work, range(50), 2)
    got = []
    with pytest.raises(ValueError, match="seven"):
        got.extend(results)
    assert got == list(range(7))


def test_batches() -> None:
    assert list(batched(range(5), 2)) == [[0, 1], [2, 3], [4]]
    assert list(batched([], 2)) == []


def counting(name: int, items: int, pause_s: float = 0.0) -> Generator[tuple[int, int], None, None]:
    for i in range(items):
        time.sleep(pause_s)
        yield name, i


def test_side_by_side_keeps_the_order_whatever_is_slow() -> None:
    """Far more than wait at a time, of some that are slow, so that others are ready before them."""
    got = []
    with SideBySide[tuple[int, int]](3, depth=2) as at_work:
        for name in range(20):
            at_work.add(counting(name, 9, 0.002 if name % 4 == 0 else 0))
            got.extend(at_work.results(wait=name == 10))
            assert name != 10 or len(got) == 11 * 9
        got.extend(at_work.results(wait=True))
    assert got == [(name, i) for name in range(20) for i in range(9)]


def test_side_by_side_works_at_the_same_time() -> None:
    meeting = threading.Barrier(3, timeout=10)

    def one() -> Generator[int, None, None]:
        yield meeting.wait()

    with SideBySide[int](3, depth=1) as at_work:
        for _ in range(3):
            at_work.add(one())
        assert sorted(at_work.results(wait=True)) == [0, 1, 2]


def test_side_by_side_raises_where_it_would_have_been_read() -> None:
    before, sources = threading.active_count(), [Source(), Source(fail_at=2), Source()]
    got: list[int] = []
    with SideBySide[int](2, depth=5) as at_work:
        for source in sources:
            at_work.add(source())
        with pytest.raises(RuntimeError, match="torn"):
            got.extend(at_work.results(wait=True))
    assert got == [*range(1000), 0, 1]
    assert all(source.closed or source.made == 0 for source in sources)
    assert threading.active_count() == before


def test_leaving_side_by_side_early_ends_all() -> None:
    before, sources = threading.active_count(), [Source() for _ in range(9)]
    with SideBySide[int](2, depth=1) as at_work:
        for source in sources:
            at_work.add(source())
        assert next(at_work.results(wait=True)) == 0
    assert all(source.closed or source.made == 0 for source in sources)
    assert threading.active_count() == before


def test_each_with_the_next() -> None:
    assert list(with_next("abc")) == [("a", "b"), ("b", "c"), ("c", None)]
    assert list(with_next("a")) == [("a", None)]
    assert list(with_next("")) == []
