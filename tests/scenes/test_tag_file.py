import os
from pathlib import Path
from urllib.parse import unquote, unquote_to_bytes

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer.scenes.blocks import Block
from analyzer.scenes.tag_file import TagFile, read, text
from tests.scenes.made import ODD

WORKED = """\
clip.mp4,other,dance,talk,
30,8,10,0,
label,start,end,score,coverage
dance,3,12,0.761111,0.9
other,14,21,0.9,0.875
"""
BLOCKS = (Block("dance", 3, 12, 6.85 / 9, 0.9), Block("other", 14, 21, 0.9, 0.875))


def test_the_worked_example_is_written_as_the_original_writes_it() -> None:
    assert text("clip.mp4", ("other", "dance", "talk"), 30, BLOCKS[::-1]) == WORKED


def test_what_was_written_is_read() -> None:
    blocks = (Block("dance", 3, 12, 0.761111, 0.9), BLOCKS[1])
    assert read(WORKED) == TagFile("clip.mp4", ("other", "dance", "talk"), 30, (8, 10, 0), blocks)


def test_without_blocks_the_three_header_lines_remain() -> None:
    assert text("a.avi", ("x",), 7, ()) == "a.avi,x,\n7,0,\nlabel,start,end,score,coverage\n"


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (1.0, "1"),
        (0.9, "0.9"),
        (8 / 7, "1.14286"),
        (6.85 / 9, "0.761111"),
        (5 / 6, "0.833333"),
        (11 / 14, "0.785714"),
        (0.0001, "0.0001"),
        (0.00001, "1e-05"),
        (0.0000123456789, "1.23457e-05"),
        (0.0, "0"),
        (0.99999999, "1"),
        (0.6471895115742501, "0.647189"),  # in double precision it would be 0.64719
    ],
)
def test_numbers_have_the_digits_of_a_stream_of_floats(value: float, written: str) -> None:
    row = text("a", ("x",), 9, [Block("x", 0, 8, value, value)]).splitlines()[-1]
    assert row == f"x,0,8,{written},{written}"


def test_rows_that_begin_together_are_in_the_order_of_the_labels() -> None:
    blocks = [Block(label, 4, 9, 1, 1) for label in ("a", "z", "m")] + [Block("a", 0, 2, 1, 1)]
    rows = text("film", ("z", "m", "a"), 10, blocks).splitlines()[3:]
    assert [row.split(",")[:2] for row in rows] == [["a", "0"], ["z", "4"], ["m", "4"], ["a", "4"]]


@pytest.mark.parametrize("odd", ODD)
def test_odd_names_leave_lines_and_columns_whole(odd: str) -> None:
    written = text(f"{odd}.mp4", ("other", odd), 9, [Block(odd, 0, 8, 0.5, 1)])
    names, counts, _, row, end = written.split("\n")
    assert [unquote(name) for name in names.split(",")] == [f"{odd}.mp4", "other", odd, ""]
    assert counts == "9,0,9,"
    assert unquote(row.split(",")[0]) == odd
    assert (len(row.split(",")), end) == (5, "")


def test_only_what_would_break_lines_is_encoded() -> None:
    assert text("Søren #1 [x] 日本's+100%.mp4", ('a,"b"',), 1, ()).split("\n")[0] == (
        "Søren #1 [x] 日本's+100%25.mp4,a%2C%22b%22,"
    )


@pytest.mark.skipif(os.name == "nt", reason="names of files are text there")
def test_a_name_that_is_no_utf8_comes_back_byte_for_byte() -> None:
    raw = b"caf\xe9,\xff.mp4"
    written = text(os.fsdecode(raw), ("x",), 1, ())
    assert written.encode("utf-8").startswith(b"caf%E9%2C%FF.mp4,x,\n")
    assert unquote_to_bytes(written.split(",")[0]) == raw
    assert read(written).name == os.fsdecode(raw)


def test_a_comma_in_a_name_of_the_originals_is_understood() -> None:
    original = WORKED.replace("clip.mp4", "Rome, Paris, 100%.mp4")
    assert (read(original).name, read(original).labels) == (
        "Rome, Paris, 100%.mp4",
        ("other", "dance", "talk"),
    )


@pytest.mark.parametrize("damage", ["", "x", WORKED[:-1], WORKED.replace("label,start", "lable,start")])
def test_other_text_is_refused(damage: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        read(damage)


names = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12)


@given(names, st.lists(names, min_size=1, max_size=4, unique=True), st.data())
def test_any_names_come_back(name: str, labels: list[str], data: st.DataObject) -> None:
    blocks = [Block(data.draw(st.sampled_from(labels)), first, first + 5, 0.5, 1.0) for first in (0, 9, 20)]
    found = read(text(name, labels, 30, blocks))
    assert (found.name, found.labels, found.seconds) == (name, tuple(labels), 30)
    assert found.blocks == tuple(blocks)
    assert sum(found.totals) == 18


def test_the_file_is_text_that_any_system_can_write(tmp_path: Path) -> None:
    file = tmp_path / "odd.tag"
    file.write_bytes(text("\udcff".join(ODD), ODD, 3, ()).encode("utf-8"))
    assert read(file.read_bytes().decode("utf-8")).labels == ODD
