"""The option that names a store, and the store that it names."""

import contextlib
from collections.abc import Iterator
from typing import Annotated

import typer

from analyzer.stores.contract import Store
from analyzer.stores.opening import ADDRESSES, open_store

StoreOption = Annotated[
    str | None,
    typer.Option(
        "--store",
        metavar="ADDRESS",
        help=f"{ADDRESSES}. Default: MARQUEE_STORE, else sqlite in MARQUEE_HOME.",
    ),
]


@contextlib.contextmanager
def opened(address: str | None, older: bool = False) -> Iterator[Store]:
    """Open a store, with `older` also one that an older Marquee has written, and close it.

    Raises:
        UsageError, StoreError: see analyzer.stores.opening.open_store.
    """
    with contextlib.closing(open_store(address, older)) as store:
        yield store
