"""Galleries: pictures read as a film."""

import shutil
import struct
import zlib
from pathlib import Path

import cv2
import numpy as np
import psutil
import pytest

from analyzer.errors import InputError, MediaError
from analyzer.media import picture
from analyzer.media.footage import footage
from analyzer.media.frame import Frame
from analyzer.media.gallery import Gallery, GallerySampler, pictures_in
from analyzer.progress import silent
from analyzer.settings import load


@pytest.fixture
def photos(shared: Path, tmp_path: Path) -> Path:
    """A folder of twelve photos of one person."""
    source = shared / "faces" / "lfw_subset" / "identities" / "Colin_Powell"
    return Path(shutil.copytree(source, tmp_path / "photos"))


def read(gallery: Gallery, *assignments: str) -> tuple[GallerySampler, list[Frame]]:
    with gallery.sampler(load(assignments=assignments), silent) as sampler:
        return sampler, list(sampler)


def folder(path: Path) -> Gallery:
    return Gallery(path, pictures_in(path))


def test_each_picture_is_a_keyframe_and_a_shot(photos: Path) -> None:
    sampler, frames = read(folder(photos))
    assert [k.picture for k in sampler.keyframes] == sorted(file.name for file in photos.iterdir())
    assert [(k.time_s, k.span_s, k.shot) for k in sampler.keyframes] == [(i, 1, i) for i in range(12)]
    assert [(shot.start_s, shot.end_s) for shot in sampler.shots] == [(i, i + 1) for i in range(12)]
    source = sampler.source()
    assert (source.duration_s, source.width, source.height, source.damaged) == (12, 350, 350, 0)
    assert source.is_gallery
    assert [frame.index for frame in frames] == list(range(12))


def test_a_picture_that_repeats_another_is_seen_as_it(photos: Path) -> None:
    first = cv2.imread(str(min(photos.iterdir())))
    cv2.imwrite(str(photos / "smaller.png"), cv2.resize(first, (300, 300), interpolation=cv2.INTER_AREA))
    cv2.imwrite(str(photos / "tiny-black.png"), np.zeros((40, 40, 3), np.uint8))
    sampler, frames = read(folder(photos))
    assert [k.seen_as for k in sampler.keyframes[-2:]] == [0, None]
    assert len(frames) == 12


def test_pictures_are_turned_as_their_exif_says(shared: Path) -> None:
    odd = shared / "odd" / "repo"
    sizes = {}
    for file in sorted(odd.glob("danbooru_test-rotation-*.[jp][pn]g")):
        image = picture.decode(file.read_bytes())
        assert image is not None
        height, width = picture.size_of(file.read_bytes()) or (0, 0)
        sizes[file.stem.removeprefix("danbooru_test-rotation-")] = image.shape[:2] == (width, height)
    assert sizes == {"90cw": False, "270cw": False, "270cw-large": False, "180": True}


def test_large_pictures_are_scaled_down_and_say_so(tmp_path: Path) -> None:
    noise = np.random.default_rng(0).integers(0, 255, (400, 1000, 3), np.uint8)
    cv2.imwrite(str(tmp_path / "a.png"), noise)
    _, (frame,) = read(folder(tmp_path), "keyframes.max_side=500")
    assert frame.image.shape == (200, 500, 3)
    assert frame.scale == (2, 2)


def test_what_cannot_be_read_is_passed_over_and_counted(photos: Path, shared: Path) -> None:
    shutil.copy(shared / "odd" / "repo" / "danbooru_test-corrupt.jpg", photos / "a.jpg")
    shutil.copy(shared / "odd" / "repo" / "danbooru_test-corrupt.png", photos / "b.png")
    (photos / "c.heic").write_bytes(b"\0\0\0\x18ftypheic" + bytes(100))
    (photos / "d.webp").write_bytes(b"")
    (photos / "notes.txt").write_text("not a picture")
    (photos / ".hidden.jpg").write_text("nor this")
    sampler, _ = read(folder(photos))
    assert sampler.source().damaged == 4
    assert len(sampler.keyframes) == 12


def test_a_folder_of_nothing_readable_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="without pictures"):
        footage(tmp_path)
    (tmp_path / "a.jpg").write_bytes(b"\xff\xd8\xff")
    with pytest.raises(MediaError, match=r"a\.jpg: is no picture that can be read"):
        read(folder(tmp_path))
    (tmp_path / "b.jpg").write_bytes(b"")
    with pytest.raises(MediaError, match="none of its pictures can be read"):
        read(folder(tmp_path))


def png_bomb(width: int, height: int) -> bytes:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    rows = zlib.compress(bytes(10_000_000), 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def test_a_picture_that_claims_to_be_huge_is_not_decoded(photos: Path) -> None:
    (photos / "bomb.png").write_bytes(png_bomb(60_000, 60_000))
    sampler, _ = read(folder(photos))
    assert sampler.source().damaged == 1


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".bmp", ".webp", ".tif"])
def test_the_header_tells_the_size(suffix: str) -> None:
    image = np.random.default_rng(0).integers(0, 255, (37, 131, 3), np.uint8)
    data = cv2.imencode(suffix, image)[1].tobytes()
    assert picture.size_of(data) == (131, 37)
    assert picture.decode(data, 37 * 131) is not None
    assert picture.decode(data, 37 * 131 - 1) is None
    for length in range(0, min(len(data), 400)):
        picture.size_of(data[:length])
        picture.decode(data[:length])


def test_the_lossless_and_extended_forms_of_webp_tell_their_size() -> None:
    image = np.random.default_rng(0).integers(0, 255, (37, 131, 4), np.uint8)
    for quality in (101, 80):  # above 100: lossless; with transparency: extended
        data = cv2.imencode(".webp", image, [cv2.IMWRITE_WEBP_QUALITY, quality])[1].tobytes()
        assert picture.size_of(data) == (131, 37)


def test_the_fingerprint_follows_every_change(photos: Path) -> None:
    def fingerprint() -> str:
        return footage(photos).oshash()

    seen = {fingerprint()}
    assert {fingerprint()} == seen
    first, second = sorted(photos.iterdir())[:2]
    first.rename(photos / "renamed.jpg")
    seen.add(fingerprint())
    with second.open("ab") as file:
        file.write(b"x")
    seen.add(fingerprint())
    second.unlink()
    seen.add(fingerprint())
    assert len(seen) == 4


def test_a_moved_gallery_keeps_its_fingerprint(photos: Path) -> None:
    before = footage(photos).oshash()
    assert footage(photos.rename(photos.with_name("elsewhere"))).oshash() == before


def test_memory_does_not_grow_with_the_number_of_pictures(tmp_path: Path) -> None:
    """Twelve hundred pictures of three megabytes each, decoded, would be four gigabytes."""
    rng = np.random.default_rng(0)
    for i in range(40):
        image = cv2.resize(rng.integers(0, 255, (8, 8, 3), np.uint8), (1024, 1024))
        cv2.imwrite(str(tmp_path / f"{i}.jpg"), image)
    files = [tmp_path / f"{i % 40}.jpg" for i in range(1200)]
    before = psutil.Process().memory_info().rss
    with Gallery(tmp_path, files).sampler(load(), silent) as sampler:
        frames = sum(1 for _ in sampler)
    assert len(sampler.keyframes) == 1200
    assert frames <= 40
    assert psutil.Process().memory_info().rss - before < 200 << 20
