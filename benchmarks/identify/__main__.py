"""Open-set identification: who of the known people is it, if anybody.

    python -m benchmarks.identify [--draws 100] [--scale]

Labelled photographs of ../shared/data, found and embedded by Marquee; all rules get the same embeddings.
Half of the people who have enough photographs are enrolled, by chance, again and again; half of all others
are the strangers of the user's library, and the rest, of whom nobody was seen before, are asked about.
"""

import argparse
from collections.abc import Sequence

from benchmarks.identify import confirmed, judge, photos, scale, synthetic
from benchmarks.identify.photos import FULL, PLAIN, SMALL, Photo
from benchmarks.identify.rules import FIXED, RULES, MakeRule, nearest_euclidean
from benchmarks.identify.splits import Split, splits
from models.catalog import Likeness, built_in

ENROLLED = (1, 3, 10)
LEVELS = ("mid", "hard")
NEAREST = "nearest neighbour, cosine"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--draws", type=int, default=100, help="splits a figure is the mean of")
    parser.add_argument("--scale", action="store_true", help="ask a library of a million vectors, too")
    arguments = parser.parse_args()
    for part in (_lfw, _web, _synthetic):
        try:
            part(arguments.draws)
        except FileNotFoundError as error:
            print(f"left out: {error}")
    if arguments.scale:
        scale.main()


def _lfw(draws: int) -> None:
    everything, likeness = photos.lfw(), _dlib()
    right = [photo for photo in everything if photo.name not in photos.WRONG]
    print("LFW: 20 people with 12 photographs, 75 with one")
    _unfound(everything)
    hindsight("as labelled", everything, draws, likeness)
    hindsight("without three that show somebody else", right, draws, likeness)
    for look in SMALL:
        hindsight(f"the same, faces of {look} asked about", right, draws, likeness, look=look)
    hindsight("the same, three photographs asked about together", right, draws, likeness, asked=3)
    look = list(SMALL)[-1]
    hindsight(f"the same, of {look}", right, draws, likeness, look=look, asked=3)
    shipped("as they are", right, draws, likeness)
    _confirmed(right, draws, likeness)


def _web(draws: int) -> None:
    web = photos.web()
    print(f"\nWeb photographs, {len(web)} of {len({photo.who for photo in web})} people, no strangers known")
    _unfound(web)
    hindsight("as they are", web, draws, _dlib(), enrolled=(1,), cohort=False)
    shipped("as they are", web, draws, _dlib(), enrolled=(1,), cohort=False)


def _synthetic(draws: int) -> None:
    for level in LEVELS:
        made = synthetic.photos(level, seed=10)
        hindsight(f"generated, 512 numbers, {level}", made, max(1, draws // 20), synthetic.LIKENESS)


def hindsight(
    title: str,
    people: Sequence[Photo],
    draws: int,
    likeness: Likeness,
    *,
    enrolled: Sequence[int] = ENROLLED,
    look: str = FULL,
    asked: int = 1,
    cohort: bool = True,
) -> None:
    """Print what each rule finds when one stranger in a hundred gets a name."""
    drawn = [list(splits(people, count, draws, asked=asked, cohort=cohort)) for count in enrolled]
    print(f"\n{title}: DIR at 1 % false positives, %, and its deviation between draws\n")
    _head(f"{count} enrolled" for count in enrolled)
    found = {name: [_hindsight(make, some, likeness, look) for some in drawn] for name, make in RULES.items()}
    if look == FULL and likeness == _dlib():
        rows = [judge.ask(nearest_euclidean, some, likeness, enrolled=PLAIN, asked=PLAIN) for some in drawn]
        found["the same without mirror images, as face_recognition"] = [
            judge.in_hindsight(row) for row in rows
        ]
    for name, row in found.items():
        print(f"| {name} | " + " | ".join(f"{100 * f.rate:.1f} ± {100 * f.spread:.1f}" for f in row) + " |")
    pairs = list(zip(found["Marquee"], found[NEAREST], strict=True))
    print("| *Marquee's misses, of nearest neighbour's (cosine)* | ", end="")
    print(
        " | ".join(f"{ours.missed / theirs.missed:.2f}" if theirs.missed else "-" for ours, theirs in pairs),
        "|",
    )
    print("| *Marquee's calibration error* | ", end="")
    print(" | ".join(f"{ours.calibration:.3f}" for ours, _ in pairs), "|", flush=True)


def shipped(
    title: str,
    people: Sequence[Photo],
    draws: int,
    likeness: Likeness,
    *,
    enrolled: Sequence[int] = ENROLLED,
    cohort: bool = True,
) -> None:
    """Print what each rule finds with its own threshold, and how many strangers get a name."""
    drawn = [list(splits(people, count, draws, cohort=cohort)) for count in enrolled]
    print(f"\n{title}, each rule with its own threshold: known people named, % / strangers named, %\n")
    _head(f"{count} enrolled" for count in enrolled)
    for name, make in FIXED.items():
        row = [judge.as_shipped(judge.ask(make, some, likeness)) for some in drawn]
        cells = (f"{100 * one.rate:.1f} / {100 * one.false_positives:.2f}" for one in row)
        print(f"| {name} | " + " | ".join(cells) + " |", flush=True)


def _hindsight(make: MakeRule, drawn: Sequence[Split], likeness: Likeness, look: str) -> judge.Figures:
    return judge.in_hindsight(judge.ask(make, drawn, likeness, asked=look))


def _confirmed(people: Sequence[Photo], draws: int, likeness: Likeness) -> None:
    print(
        "\nWhat `calibrate` expects of confirmed photographs, and what comes of others: strangers named, %,"
    )
    print("known people missed, %\n")
    print("| | expected | seen |\n|---|---|---|")
    for look in (FULL, *SMALL):
        usable = [photo for photo in people if look in photo.faces]
        for count in ENROLLED[1:]:
            rates = confirmed.expected_and_seen(list(splits(usable, count, draws)), likeness, look)
            cells = (f"{100 * accepts:.2f}, {100 * misses:.2f}" for accepts, misses in rates)
            print(f"| {look}, {count} confirmed of each | " + " | ".join(cells) + " |", flush=True)


def _unfound(people: Sequence[Photo]) -> None:
    for look in (FULL, *SMALL):
        none = [photo.name for photo in people if look not in photo.faces]
        print(f"no face found, {look}: {len(none)}" + (f" ({', '.join(none)})" if 0 < len(none) < 9 else ""))


def _head(columns: Sequence[str]) -> None:
    columns = list(columns)
    print("| | " + " | ".join(columns) + " |\n|---|" + "---|" * len(columns))


def _dlib() -> Likeness:
    likeness = built_in()["dlib"].likeness
    assert likeness
    return likeness


if __name__ == "__main__":
    main()
