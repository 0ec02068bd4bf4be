"""SIGKILL at random moments of watching: nothing is lost, nothing is done by halves, the queue drains."""

from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from analyzer.stores.opening import open_store
from tests.reliability.library import kill_after, marquee
from tests.reliability.test_kills import KILLS
from tests.watching.conftest import QUICK, is_in_order, once, record_of, states

FILMS = 12
LONGEST_S = 6.0


def test_watching_is_killed(home: Path, films: Path, make: Callable[..., Path], tmp_path: Path) -> None:
    command = marquee("watch", "--once", str(films), *QUICK)
    for kill in range(KILLS):
        for number in range(FILMS):  # some come, some are renamed and some go, in each round
            make(films / f"{kill}-{number}.mp4", 100 * kill + number)
        if kill:
            (films / f"{kill - 1}-0.mp4").rename(films / f"moved-{kill}.mp4")
            (films / f"{kill - 1}-1.mp4").unlink()
        kill_after(tmp_path, command, 0.5 + LONGEST_S * (kill + 1) / KILLS)
        for path in films.glob("*.mp4"):
            if path.with_name(f"{path.name}.marquee.json").exists():
                record_of(path)
        with closing(open_store()) as store:
            assert [*store.problems()] == []
    assert once(films).returncode == 0
    assert is_in_order(films)
    assert states(home) == {"done": len(list(films.glob("*.mp4")))}
