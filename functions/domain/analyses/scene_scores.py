"""How much of a change of picture is a cut: what stands out from the movement around it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from functions.domain.analyses.boundaries import SceneChange
from functions.domain.times import Milliseconds

FLOOR: Final = 3.0
AROUND: Final = 2


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture at a time: how much of it differs from the one before, 0 to 100, and how much of
    it is black, in percent."""

    at: Milliseconds
    change: float
    black: int = 0


def scene_changes(pictures: Sequence[Picture]) -> tuple[SceneChange, ...]:
    """Every change that stands out by FLOOR or more, and most of those around it."""
    scores = [_score(pictures, place) for place in range(len(pictures))]
    return tuple(
        SceneChange(at=pictures[place].at, score=round(min(score, 100.0), 2))
        for place, score in enumerate(scores)
        if score >= FLOOR and score >= max(scores[max(0, place - AROUND) : place + AROUND + 1])
    )


def _score(pictures: Sequence[Picture], place: int) -> float:
    """Movement is there before and after, a cut is not."""
    around = [
        *pictures[max(0, place - AROUND) : place],
        *pictures[place + 1 : place + 1 + AROUND],
    ]
    usual = sum(picture.change for picture in around) / len(around) if around else 0.0
    return pictures[place].change - usual
