"""One row of a benchmark, and how rows are shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """`ratio` is ours to peer; `goal` is the largest ratio that is wanted, if one is."""

    name: str
    ours: float
    peer: float | None
    peer_name: str | None
    ratio: float | None
    goal: float | None
    unit: str


class MissedError(Exception):
    """Something that a benchmark requires, unlike a goal, does not hold."""

    def __init__(self, rows: list[Row], wrong: list[str]) -> None:
        super().__init__("; ".join(wrong))
        self.rows = rows
        self.wrong = wrong


def compared(
    name: str, ours: float, peer: float, peer_name: str, *, unit: str, goal: float | None = None
) -> Row:
    return Row(name, round(ours, 4), round(peer, 4), peer_name, round(ours / peer, 3), goal, unit)


def measured(name: str, ours: float, *, unit: str) -> Row:
    return Row(name, round(ours, 4), None, None, None, None, unit)


def show(title: str, rows: Sequence[Row]) -> str:
    lines = [title]
    for row in rows:
        text = f"  {row.name:<44} {row.ours:>10.3f} {row.unit}"
        if row.ratio is not None:
            text += f"   {row.ratio:.2f} x {row.peer_name} ({row.peer:.3f})"
        if row.goal is not None and row.ratio is not None:
            text += f"   goal <= {row.goal}: {'met' if row.ratio <= row.goal else 'MISSED'}"
        lines.append(text)
    return "\n".join(lines)
