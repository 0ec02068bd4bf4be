"""Doing two things at once, in order, and never leaving a thread behind."""

import queue
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice, tee, zip_longest
from types import TracebackType
from typing import Generic, TypeVar

T = TypeVar("T")
R = TypeVar("R")


class ReadAhead(Generic[T]):
    """Runs an iterator in a thread of its own, at most `depth` items ahead of the reader.

    A context manager: leaving it stops the thread, closes a generator in that thread and joins. An
    exception of the generator is raised where its next item would have been read.
    """

    def __init__(self, items: Iterator[T], depth: int) -> None:
        self._items = items
        self._queue: queue.Queue[T | _End] = queue.Queue(depth)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._produce, name="read-ahead", daemon=True)

    def __enter__(self) -> Iterator[T]:
        self._thread.start()
        return self._consume()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._drain()  # frees a producer that waits for room
        self._thread.join()

    def _produce(self) -> None:
        end = _End(None)
        try:
            for item in self._items:
                self._queue.put(item)
                if self._stop.is_set():
                    break
        except BaseException as error:  # handed over, raised in the reader
            end = _End(error)
        finally:
            if isinstance(self._items, Generator):
                self._items.close()
        if not self._stop.is_set():
            self._queue.put(end)

    def _consume(self) -> Iterator[T]:
        while not isinstance(item := self._queue.get(), _End):
            yield item
        if item.error is not None:
            raise item.error

    def _drain(self) -> None:
        while self._thread.is_alive():
            try:
                self._queue.get(timeout=0.05)
            except queue.Empty:
                continue


class _End:
    def __init__(self, error: BaseException | None) -> None:
        self.error = error


def map_ahead(function: Callable[[T], R], items: Iterable[T], threads: int) -> Iterator[R]:
    """Yield function(item) for each item in order, while up to `threads` later ones are being computed.

    Lazy: at most `threads` + 1 items are taken ahead of what was yielded. An exception ends it; what is
    in flight is waited for.
    """
    with ThreadPoolExecutor(threads, thread_name_prefix="map-ahead") as pool:
        pending: deque[Future[R]] = deque()
        try:
            for item in items:
                pending.append(pool.submit(function, item))
                if len(pending) > threads:
                    yield pending.popleft().result()
            while pending:
                yield pending.popleft().result()
        finally:
            for future in pending:
                future.cancel()


def batched(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """Yield lists of `size` items; the last may be shorter."""
    iterator = iter(items)
    while batch := list(islice(iterator, size)):
        yield batch


def with_next(items: Iterable[T]) -> Iterator[tuple[T, T | None]]:
    """Yield each item with the one after it, the last with None."""
    here, after = tee(items)
    next(after, None)
    yield from zip_longest(here, after)
