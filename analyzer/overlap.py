"""Doing several things at once, in order, and never leaving a thread behind."""

import queue
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from types import TracebackType
from typing import Generic, Self, TypeVar

T = TypeVar("T")
R = TypeVar("R")


class _Stream(Generic[T]):
    """What one thread produces and another consumes, at most `depth` items later."""

    def __init__(self, items: Iterator[T], depth: int) -> None:
        self._items = items
        self._queue: queue.Queue[T | _End] = queue.Queue(depth)
        self._stop = threading.Event()

    def produce(self) -> None:
        """Read the items until they end, fail, or nobody wants them any more."""
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

    def consume(self) -> Iterator[T]:
        """Yield the items; an error is raised where the next one would have been."""
        while not isinstance(item := self._queue.get(), _End):
            yield item
        if item.error is not None:
            raise item.error

    def stop(self) -> None:
        """Let the producer end after the item that it is at."""
        self._stop.set()

    def drain(self, gone: Callable[[], bool]) -> None:
        """Wait until the producer is gone, which may wait for room."""
        while not gone():
            try:
                self._queue.get(timeout=0.05)
            except queue.Empty:
                continue


class _End:
    def __init__(self, error: BaseException | None) -> None:
        self.error = error


class ReadAhead(Generic[T]):
    """Runs an iterator in a thread of its own, at most `depth` items ahead of the reader.

    A context manager: leaving it stops the thread, closes a generator in that thread and joins. An
    exception of the generator is raised where its next item would have been read.
    """

    def __init__(self, items: Iterator[T], depth: int) -> None:
        self._stream = _Stream(items, depth)
        self._thread = threading.Thread(target=self._stream.produce, name="read-ahead", daemon=True)

    def __enter__(self) -> Iterator[T]:
        self._thread.start()
        return self._stream.consume()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stream.stop()
        self._stream.drain(lambda: not self._thread.is_alive())


class SideBySide(Generic[T]):
    """Runs several iterators at once, each in a thread, and hands out what they give in order.

    A context manager: leaving it stops all threads. An exception of one is raised where its next item would
    have been.

    Args:
        threads: how many run at once. Twice as many are begun before the first has to be handed out whole.
        depth: items of each that wait to be handed out.
    """

    def __init__(self, threads: int, depth: int) -> None:
        self._threads, self._depth = threads, depth
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="side-by-side")
        self._pending: deque[tuple[_Stream[T], Future[None]]] = deque()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for stream, future in self._pending:
            future.cancel()
            stream.stop()
        for stream, future in self._pending:
            stream.drain(future.done)
        self._pool.shutdown()

    def add(self, items: Iterator[T]) -> None:
        """Begin to run one more as soon as a thread is free: those added first begin first."""
        stream = _Stream(items, self._depth)
        self._pending.append((stream, self._pool.submit(stream.produce)))

    def results(self, wait: bool) -> Iterator[T]:
        """Yield what the first ones give: until no more wait than should, or until all have ended."""
        while len(self._pending) > (0 if wait else 2 * self._threads):
            yield from self._pending[0][0].consume()
            self._pending.popleft()


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
    iterator = iter(items)
    for here in iterator:  # not `tee`, which lets go of items only by the dozen
        for after in iterator:
            yield here, after
            here = after
        yield here, None
