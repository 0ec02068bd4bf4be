"""A server that speaks MongoDB's protocol: FerretDB with its SQLite backend, built by `.ci/ferretdb/build`.

FerretDB hangs for good where one command updates 100 documents one by one (it reads each on a connection of
its own, and has 100): a bulk must be smaller. Its updates are not atomic.

MARQUEE_TEST_MONGO_URL names another one to be used instead, a real MongoDB for example. Where its URL holds a
password, it must also say authSource. The tests make databases of their own there and drop them.
"""

import os
import socket
import subprocess
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from pymongo import MongoClient
from pymongo.errors import PyMongoError

CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
PROGRAM = CACHE / "marquee-ci" / "ferretdb-v1.24.2"
NO_SERVER = (
    "no server to start: run .ci/ferretdb/build (needs Go 1.24), or set MARQUEE_TEST_MONGO_URL for most"
)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def server_program() -> Path:
    """The program of the server; without one the test is skipped, or fails in CI."""
    program = Path(os.environ.get("MARQUEE_TEST_FERRETDB") or PROGRAM)
    if program.is_file():
        return program
    if os.environ.get("CI") and not os.environ.get("MARQUEE_TEST_MONGO_URL"):
        pytest.fail(NO_SERVER)
    pytest.skip(NO_SERVER)


@dataclass
class MongoServer:
    """A server on a port of its own, whose data outlive it: it may be ended and started again.

    Attributes:
        folder: where its data and its log are.
        user: who alone may use it, with `password`; empty: everyone.
    """

    program: Path
    folder: Path
    user: str = ""
    password: str = ""
    port: int = field(default_factory=free_port)
    _process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return self.url_as(self.user, self.password)

    def url_as(self, user: str, password: str) -> str:
        if not user:
            return f"mongodb://127.0.0.1:{self.port}"
        return f"mongodb://{user}:{password}@127.0.0.1:{self.port}/?authSource=admin"

    def start(self) -> None:
        """Start it and wait until it answers."""
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                self._command(), env=os.environ | {"DO_NOT_TRACK": "1"}, stdout=log, stderr=log
            )
        while self._process.poll() is None:
            with suppress(PyMongoError), MongoClient(self.url, serverSelectionTimeoutMS=500) as client:
                client.admin.command("ping")
                return
        raise RuntimeError((self.folder / "log").read_text("utf-8"))

    def stop(self) -> None:
        """End it as a shutdown does. It waits up to 3 seconds for clients that are still connected."""
        if self._process:
            self._process.terminate()
            self._process.wait()

    def kill(self) -> None:
        """End it as a crash does."""
        if self._process:
            self._process.kill()
            self._process.wait()

    def _command(self) -> list[str]:
        command = [
            str(self.program),
            "--handler=sqlite",
            f"--sqlite-url=file:{self.folder}/",
            f"--state-dir={self.folder}",
            f"--listen-addr=127.0.0.1:{self.port}",
            "--debug-addr=-",
            "--telemetry=disable",
        ]
        if self.user:
            command += ["--test-enable-new-auth", "--setup-database=admin"]
            command += [f"--setup-username={self.user}", f"--setup-password={self.password}"]
        return command
