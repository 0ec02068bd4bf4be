import hashlib
from pathlib import Path

import numpy as np
import pytest

from analyzer.media import fingerprint


def test_oshash_of_a_known_file(tmp_path: Path) -> None:
    """By hand: every 8-byte number of both blocks is 1, so the sum is 2 * 8192 plus the size."""
    path = tmp_path / "a"
    path.write_bytes((1).to_bytes(8, "little") * 16384 * 2)
    assert int(fingerprint.oshash(path), 16) == 2 * 8192 + 16384 * 2 * 8


def test_oshash_wraps(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"\xff" * 131072)
    assert int(fingerprint.oshash(path), 16) == (131072 - 2 * 8192) % 2**64


@pytest.mark.parametrize("size", [0, 1, 65535, 65536, 65537, 100_000, 131071])
def test_oshash_of_a_small_file_is_of_its_whole_content(tmp_path: Path, size: int) -> None:
    """Sums would be the same for two files of which one has its words in another order."""
    path = tmp_path / "a"
    content = np.random.default_rng(size).bytes(size)
    path.write_bytes(content)
    assert fingerprint.oshash(path) == hashlib.sha256(content).hexdigest()[:16]


def test_block_sums_of_small_files(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"\x05")
    assert int(fingerprint.block_sums(path), 16) == 1 + 5 + 5
    path.write_bytes(b"")
    assert fingerprint.block_sums(path) == "0" * 16


def test_the_sampled_hash_sees_what_the_oshash_does_not(tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    content = bytearray(np.random.default_rng(0).bytes(2 << 20))
    one.write_bytes(content)
    content[800_000:1_000_000] = bytes(200_000)
    other.write_bytes(content)
    assert fingerprint.oshash(one) == fingerprint.oshash(other)
    assert fingerprint.sampled_hash(one) != fingerprint.sampled_hash(other)
    other.write_bytes(one.read_bytes())
    assert fingerprint.sampled_hash(one) == fingerprint.sampled_hash(other)


def test_phash_holds_under_noise_and_tells_pictures_apart(make_scene) -> None:
    grey = [make_scene(seed, 1)[0][..., 1] for seed in range(20)]
    hashes = [fingerprint.phash(g) for g in grey]
    rng = np.random.default_rng(0)
    noisy = [np.clip(g + rng.normal(0, 6, g.shape), 0, 255).astype(np.uint8) for g in grey]
    assert max(fingerprint.distance(h, fingerprint.phash(n)) for h, n in zip(hashes, noisy, strict=True)) <= 8
    apart = [fingerprint.distance(a, b) for i, a in enumerate(hashes) for b in hashes[:i]]
    assert min(apart) > 12


def test_flat_picture_has_no_bits() -> None:
    assert fingerprint.phash(np.full((50, 80), 77, np.uint8)) == 0


@pytest.mark.parametrize("effort", ["fast", "balanced", "thorough"])
def test_film_hash_survives_encoding_and_effort(make_clip, make_scene, sample, effort: str) -> None:
    frames = [f for seed, n in enumerate((48, 96, 36, 120)) for f in make_scene(seed, n)]
    other = [f for seed, n in enumerate((60, 96, 96)) for f in make_scene(seed + 50, n)]
    first = sample(make_clip("a.mp4", frames), "balanced").source.phash
    again = sample(make_clip("b.mkv", frames, codec="mpeg4", **{"b": "400k"}), effort).source.phash
    alien = sample(make_clip("c.mp4", other), effort).source.phash
    assert fingerprint.distance(int(first, 16), int(again, 16)) <= 10
    assert fingerprint.distance(int(first, 16), int(alien, 16)) >= 16
