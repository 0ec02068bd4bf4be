"""Downloads that break off, go on, or are refused: with a local server that does what it is told."""

import hashlib
import http.server
import multiprocessing
import re
import socket
import subprocess
import threading
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import pytest

from models import catalog, fetch, files
from models.errors import ModelError, WeightsCorruptError, WeightsMissingError

CONTENT = bytes(range(256)) * 12000
DIGEST = hashlib.sha256(CONTENT).hexdigest()


@dataclass
class Server:
    """What it sends, and what it was asked for.

    Attributes:
        cuts: after so many bytes it hangs up, one a request; then it sends everything.
        with_ranges: whether it knows of ranges.
        with_length: whether it tells how much there is.
        asked: the Range of each request, None for everything.
    """

    content: bytes = CONTENT
    cuts: list[int] = field(default_factory=list)
    with_ranges: bool = True
    with_length: bool = True
    asked: list[int | None] = field(default_factory=list)
    url: str = ""

    def answer(self, handler: http.server.BaseHTTPRequestHandler) -> None:
        asked = re.fullmatch(r"bytes=(\d+)-", handler.headers.get("Range", ""))
        self.asked.append(int(asked[1]) if asked else None)
        start = int(asked[1]) if asked and self.with_ranges else 0
        if start and start >= len(self.content):
            handler.send_error(416)
            return
        handler.send_response(206 if start else 200)
        if self.with_length:
            handler.send_header("Content-Length", str(len(self.content) - start))
        handler.end_headers()
        handler.wfile.write(self.content[start:][: self.cuts.pop(0) if self.cuts else None])
        handler.close_connection = True


@pytest.fixture
def server():
    told = Server()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            told.answer(self)

        def log_message(self, *args):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as running:
        thread = threading.Thread(target=running.serve_forever)
        thread.start()
        told.url = f"http://127.0.0.1:{running.server_port}/model.pt"
        yield told
        running.shutdown()
        thread.join()


@pytest.fixture
def target(tmp_path):
    return tmp_path / "models" / "model.pt"


def bring(server, target, expected=DIGEST, progress=lambda line: None):
    fetch.download(server.url, target, expected, progress)


def left(target):
    """What lies about, but for the lock."""
    return {path.name for path in target.parent.iterdir() if not path.name.startswith(".")}


def test_a_file_arrives_whole_and_its_progress_is_told(server, target):
    lines = []
    bring(server, target, progress=lines.append)
    assert target.read_bytes() == CONTENT
    assert left(target) == {"model.pt"}
    assert lines[0] == "downloading model.pt: 1 of 3 MB"
    assert lines[-1] == "downloading model.pt: 3 of 3 MB"


def test_what_broke_off_goes_on_within_a_call(server, target):
    server.cuts = [1_000_000, 500_000]
    bring(server, target)
    assert target.read_bytes() == CONTENT
    assert server.asked == [None, 1_000_000, 1_500_000]


def test_what_broke_off_for_good_goes_on_with_the_next_call(server, target):
    server.cuts = [1_000_000, 10, 10]
    with pytest.raises(WeightsMissingError, match=r"broke off after 1000020 of 3072000 bytes$"):
        bring(server, target)
    assert left(target) == {"model.pt.part"}
    bring(server, target)
    assert target.read_bytes() == CONTENT
    assert server.asked == [None, 1_000_000, 1_000_010, 1_000_020]


def test_a_server_without_ranges_begins_anew(server, target):
    server.cuts, server.with_ranges = [1_000_000], False
    bring(server, target)
    assert target.read_bytes() == CONTENT
    assert server.asked == [None, 1_000_000]


def test_a_server_need_not_say_how_much_there_is(server, target):
    server.with_length = False
    lines = []
    bring(server, target, progress=lines.append)
    assert target.read_bytes() == CONTENT
    assert lines == ["downloading model.pt: 1 MB"]


def test_an_unannounced_end_is_found_by_the_checksum(server, target):
    server.with_length, server.cuts = False, [1_000_000]
    with pytest.raises(WeightsCorruptError):
        bring(server, target)
    assert left(target) == set()


def test_without_a_checksum_the_beginning_of_another_version_is_not_kept(server, target):
    server.cuts = [1_000_000]
    bring(server, target, expected=None)
    assert target.read_bytes() == CONTENT
    assert server.asked == [None, None]


def test_another_file_is_refused_and_not_kept(server, target):
    server.content = CONTENT[::-1]
    with pytest.raises(
        WeightsCorruptError, match=r"^http://127\.0\.0\.1:\d+/model\.pt has not the pinned sha256$"
    ):
        bring(server, target)
    assert left(target) == set()
    server.content = CONTENT
    bring(server, target)
    assert target.read_bytes() == CONTENT


@pytest.mark.parametrize("surplus", [b"", b"more"])
def test_a_part_that_is_whole_already(server, target, surplus):
    target.parent.mkdir()
    target.with_name("model.pt.part").write_bytes(CONTENT + surplus)
    if surplus:
        with pytest.raises(WeightsCorruptError):
            bring(server, target)
    bring(server, target)
    assert target.read_bytes() == CONTENT
    assert server.asked[0] == len(CONTENT + surplus)


def test_processes_may_download_at_once_and_one_does(server, target):
    with multiprocessing.get_context("spawn").Pool(3) as pool:
        pool.map(partial(_bring_it, server.url), [str(target)] * 3)
    assert target.read_bytes() == CONTENT
    assert server.asked == [None]


def _bring_it(url, target):
    fetch.download(url, Path(target), DIGEST, print)


@pytest.mark.parametrize(
    "address", ["http://[", "http://127.0.0.1:x/", "http://ü/ö", "ftp://127.0.0.1/a", "nothing"]
)
def test_addresses_that_are_none(target, address):
    with pytest.raises(WeightsMissingError, match="^" + re.escape(address)):
        fetch.download(address, target, DIGEST, print)


def test_what_cannot_be_reached_says_which_file_to_bring_and_where_to(tmp_path, monkeypatch):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}/yolo11n.pt"
    offered = catalog.remotes("ultralytics")["yolo11n.pt"].model_copy(update={"url": url})
    monkeypatch.setattr(catalog, "remotes", lambda backend: {"yolo11n.pt": offered})
    with pytest.raises(WeightsMissingError) as caught:
        files.bring("ultralytics", "yolo11n.pt", tmp_path, print)
    assert "\n" not in str(caught.value)
    assert f"put yolo11n.pt into {tmp_path / 'models'}" in str(caught.value)
    (tmp_path / "models" / "yolo11n.pt").write_bytes(b"brought by hand")
    assert files.bring("ultralytics", "yolo11n.pt", tmp_path, print) == tmp_path / "models" / "yolo11n.pt"


def test_a_folder_that_cannot_be_made(server, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(ModelError, match="cannot be written"):
        bring(server, tmp_path / "file" / "model.pt")


def test_a_full_disk_is_told_from_a_broken_connection(server, tmp_path):
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", disk], capture_output=True)
    if mounted.returncode:
        pytest.skip("mounting a small disk needs root")
    try:
        with pytest.raises(ModelError, match=r"cannot be written: No space left on device$") as caught:
            bring(server, disk / "model.pt")
        assert not isinstance(caught.value, WeightsMissingError)
        assert server.asked == [None]  # trying again would not help
    finally:
        subprocess.run(["umount", disk], check=True)
