"""Servers that go away, and those that cannot be reached or refuse us."""

import contextlib
import logging
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from analyzer.errors import (
    MarqueeError,
    StoreAwayError,
    StoreError,
    UsageError,
)
from analyzer.stores.contract import Query
from analyzer.stores.entries import Entry
from analyzer.stores.mongo import MongoStore
from tests.contracts.stores import Make, assert_holds
from tests.mongo import MongoServer, free_port

SECRET = "s3cret-Pass%40word"  # as a URL has it


def films(server: MongoServer) -> str:
    return urlsplit(server.url)._replace(path="/films").geturl()


def test_a_server_that_goes_away_in_the_middle_is_waited_for(mongo_server: MongoServer, make: Make) -> None:
    entries = [make(seed, people=3) for seed in range(150)]
    restarts: list[threading.Thread] = []

    def restart() -> None:
        mongo_server.kill()
        mongo_server.start()

    def disturbed() -> Iterator[Entry]:
        for n, one in enumerate(entries):
            if n in (20, 70, 120):  # while these and what was taken before them are written
                restarts.append(threading.Thread(target=restart))
                restarts[-1].start()
            elif n in (60, 110):
                restarts[-1].join()
            yield one

    with contextlib.closing(MongoStore(films(mongo_server))) as store:
        store.save(disturbed())
        for one in restarts:
            one.join()
        assert len(restarts) == 3
        assert_holds(store, entries)


def test_a_server_that_stays_away_is_said_and_all_is_done_later(
    mongo_server: MongoServer, make: Make
) -> None:
    entries = [make(seed) for seed in range(10)]
    address = f"{films(mongo_server)}?serverSelectionTimeoutMS=300"
    with contextlib.closing(MongoStore(address)) as store:
        store.save(entries[:5])
        mongo_server.kill()
        for act in (
            lambda: store.save(entries),
            lambda: store.remove([one.row.key for one in entries]),
            lambda: [*store.rows()],
            lambda: store.find(Query()),
            lambda: store.stamps(["a"]),
            lambda: store.counts(),
            lambda: [*store.problems()],
            lambda: MongoStore(address),
        ):
            with pytest.raises(StoreAwayError, match=r"^mongodb://[^\n]+/films: cannot be reached: [^\n]+$"):
                act()
        mongo_server.start()
        assert_holds(store, entries[:5])
        store.save(entries)
        assert_holds(store, entries)


@pytest.mark.parametrize(
    ("ending", "kind"),
    [
        ("no.such.host.invalid/films?serverSelectionTimeoutMS=300", StoreAwayError),
        ("127.0.0.1:{free}/films?serverSelectionTimeoutMS=300", StoreAwayError),
        ("127.0.0.1:{port}/films?authMechanism=NONE", UsageError),
        ("127.0.0.1:{port}/films?tls=maybe", UsageError),
        ("127.0.0.1:{port}/films?{secret}", UsageError),
        ("127.0.0.1:{port}/films?what=ever", UsageError),
        ("127.0.0.1:{port}/films?tlsCAFile=/no/such/file&tls=true", UsageError),
        ("127.0.0.1:port/films", UsageError),
        ("127.0.0.1:99999/films", UsageError),
        ("127.0.0.1:{port}/a b", UsageError),
        ("127.0.0.1:{port}/a.b", UsageError),
        ("127.0.0.1:{port}/admin", UsageError),
        ("/films", UsageError),
        ("", UsageError),
    ],
)
@pytest.mark.parametrize("password", [SECRET, "s3cret-Pass@word", "s3cret-Pass/word", "s3cret-Pass:wo%zzrd"])
def test_an_address_that_leads_nowhere_is_one_line_without_the_password(
    ending: str, kind: type[MarqueeError], password: str, capfd: pytest.CaptureFixture[str], caplog: Any
) -> None:
    caplog.set_level(logging.DEBUG)
    where = ending.format(port=free_port(), free=free_port(), secret=password)
    kinds = (kind,) if password == SECRET else (UsageError,)
    with pytest.raises(kinds, match=r"^[^\n]+$") as caught:
        MongoStore(f"mongodb://keeper:{password}@{where}")
    shown = f"{caught.value} {capfd.readouterr()} {caplog.text}"
    assert "s3cret" not in shown
    assert "word@" not in str(caught.value)


@pytest.mark.parametrize("password", ["s3cret-Zx9@Qq7", "s3cret/Zx9Qq7", "s3cret?Zx9Qq7", "s3cret#Zx9Qq7"])
def test_nor_does_an_address_that_must_be_looked_up_show_it(password: str, caplog: Any) -> None:
    caplog.set_level(logging.DEBUG)
    for end in ("/films", "", "/a/b", "?tls=true", "/?x=y"):
        with pytest.raises((UsageError, StoreAwayError), match=r"^[^\n]+$") as caught:
            MongoStore(f"mongodb+srv://keeper:{password}@no.such.host.invalid{end}")
        assert not any(part in f"{caught.value} {caplog.text}" for part in ("s3cret", "Zx9", "Qq7"))


def test_a_server_without_tls_is_no_secure_one(mongo_server: MongoServer) -> None:
    with pytest.raises(StoreError, match=r"^mongodb://[^\n]+/films: [^\n]+$"):
        MongoStore(f"{films(mongo_server)}?tls=true&serverSelectionTimeoutMS=500&connectTimeoutMS=300")


def test_a_certificate_that_is_not_trusted_is_said(tmp_path: Path) -> None:
    """A server with TLS is not needed: what answers with anything else is none, either."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        threading.Thread(target=_answer_nonsense, args=(listening,), daemon=True).start()
        address = (
            f"mongodb://127.0.0.1:{listening.getsockname()[1]}/films?tls=true&serverSelectionTimeoutMS=500"
        )
        with pytest.raises(StoreError, match=r"no secure connection: [^\n]+$") as caught:
            MongoStore(address)
        assert not isinstance(caught.value, StoreAwayError)


def _answer_nonsense(listening: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while True:
            connection, _ = listening.accept()
            connection.recv(100)
            connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
            connection.close()


def test_wrong_credentials_are_one_line_without_them(
    locked_mongo_server: MongoServer,
    make: Make,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    with contextlib.closing(MongoStore(films(locked_mongo_server))) as store:
        store.save([make(1)])
        assert_holds(store, [make(1)])
        assert store.name == f"mongodb://127.0.0.1:{locked_mongo_server.port}/films"
    messages = []
    for user, password in (("keeper", "s3cret-guess"), ("nobody", "open-sesame"), ("", "")):
        url = urlsplit(locked_mongo_server.url_as(user, password))._replace(path="/films").geturl()
        with pytest.raises(StoreError, match=r"^mongodb://127[^\n@]+$") as caught:
            MongoStore(url)
        assert not isinstance(caught.value, StoreAwayError)
        messages.append(str(caught.value))
    assert all("wrong user name or password" in message for message in messages[:2])
    shown = f"{messages} {capfd.readouterr()} {caplog.text}"
    assert "open-sesame" not in shown
    assert "s3cret-guess" not in shown
