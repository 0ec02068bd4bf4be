"""Figures out of rounds, and tables out of figures."""

from collections.abc import Iterable, Mapping
from statistics import median
from typing import Any

from benchmarks.entries import Entry
from benchmarks.frames import Film


def summarize(
    film: Film, results: Mapping[Entry, list[dict[str, Any]]], failures: Mapping[Entry, str], cores: int
) -> dict[str, Any]:
    """Return all figures of one video, ready for JSON."""
    rows = [_row(entry, rounds, film) for entry, rounds in results.items()]
    failed = {(entry.group, entry.option) for entry in failures}
    chain_is_whole = not any(group == "chain" for group, _ in failed)
    efforts = {row["option"] for row in rows if row["group"] == "ceiling"}
    return {
        "video": film.path.name,
        "duration_s": film.duration_s,
        "key_frames": film.key_frames,
        "key_frames_used": film.used,
        "rows": rows,
        "not_measured": {entry.name: reason for entry, reason in failures.items()},
        "chain_s": sum(row["film_s"] for row in rows if row["group"] == "chain") if chain_is_whole else 0.0,
        "ceilings_s": {e: _ceiling(rows, e, cores) for e in efforts if ("ceiling", e) not in failed},
    }


def _row(entry: Entry, rounds: list[dict[str, Any]], film: Film) -> dict[str, Any]:
    """Return one entry's medians. `film_s`: seconds that it needs for the whole film."""
    scale = film.key_frames / film.used if entry.takes == "frames" else 1.0
    wall = [one["wall_s"] for one in rounds]
    return {
        "name": entry.name,
        "group": entry.group,
        "option": entry.option,
        "takes": entry.takes,
        "wall_s": wall,
        "film_s": scale * median(wall),
        "film_cpu_s": scale * median(one["cpu_s"] for one in rounds),
        "ms_per_key_frame": [1000 * scale * s / film.key_frames for s in wall],
        "found": scale * median(one["found"] for one in rounds),
        "peak_bytes": max(one["peak_bytes"] for one in rounds),
    }


def _ceiling(rows: Iterable[Mapping[str, Any]], effort: str, cores: int) -> float:
    """Return the seconds below which no analysis can get: processor seconds of its parts, over all cores."""
    parts = [r["film_cpu_s"] for r in rows if r["group"] == "ceiling" and r["option"] == effort]
    return float(sum(parts)) / cores


def machine_line(facts: Mapping[str, Any]) -> str:
    """Return the machine in one line."""
    flags = " ".join(facts["flags"]) or "none of the flags looked for"
    return (
        f"{facts['processor']}, {facts['cores']} cores, {facts['memory_gb']} GB ({flags}), "
        f"{facts['system']}, Python {facts['python']}, load before: {facts['load_before'][0]}"
    )


def table(summary: Mapping[str, Any]) -> str:
    """Return one video's figures as text."""
    lines = [
        "",
        f"{summary['video']}: {summary['duration_s']:.0f} s, {summary['key_frames']} key frames "
        f"({summary['key_frames_used']} given to the peers)",
        f"{'':36}{'ms a key frame':>15}{'range':>16}{'film, s':>10}{'CPU, s':>9}{'found':>9}{'MB':>7}",
    ]
    lines += [_line(row) for row in summary["rows"] if row["group"] != "start"]
    lines += [f"{name:36}  not measured: {why}" for name, why in summary["not_measured"].items()]
    return "\n".join(lines + _ratios(summary))


def _line(row: Mapping[str, Any]) -> str:
    ms = row["ms_per_key_frame"]
    found = row["found"] if row["group"] != "marquee" else 0
    return (
        f"{row['name']:36}{median(ms):15.1f}{f'{min(ms):.1f} - {max(ms):.1f}':>16}{row['film_s']:10.2f}"
        f"{row['film_cpu_s']:9.2f}{found:9.0f}{row['peak_bytes'] / 1e6:7.0f}"
    )


def _ratios(summary: Mapping[str, Any]) -> list[str]:
    duration, chain = summary["duration_s"], summary["chain_s"]
    lines = [""]
    if chain:
        lines.append(f"the peers' chain: {chain:.1f} s, {duration / chain:.1f} times real time")
    for row in summary["rows"]:
        if row["group"] == "start":
            lines.append(f"{row['name']}: {row['film_s']:.2f} s from start to end")
        if row["group"] == "marquee":
            ceiling = summary["ceilings_s"].get(row["option"])
            parts = [f"{row['name']}: {duration / row['film_s']:.1f} times real time"]
            parts += [f"{chain / row['film_s']:.1f} times the peers' chain"] if chain else []
            parts += [f"{ceiling / row['film_s']:.0%} of its ceiling"] if ceiling else []
            parts += [f"{row['found'] * 3600 / duration / 1e6:.1f} MB of record an hour"]
            lines.append(", ".join(parts))
    return lines
