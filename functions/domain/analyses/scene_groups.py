"""Which groups of pictures can hold a change of scene, told without decoding them.

Known of each group are its two keyframes and the sizes of its packets. A change within a group
costs bits: one packet stands out, or the two ends differ. An encoder that opens a group before it
has to, has seen a change there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final

from functions.domain.times import Milliseconds

# Ends that differ by less hold no change that stands out by the usual threshold.
SAME: Final = 8.0
# Movement alone does not make ends differ by as much within one group that was opened early.
SURE: Final = 15.0
_TRUSTED: Final = 0.8
_STANDS_OUT: Final = 4.0
_AS_A_KEYFRAME: Final = 0.8
_USUAL: Final = 0.8
_LENGTHS_ALIKE: Final[Milliseconds] = 60


class Verdict(Enum):
    """Nothing; a change at its end; it has to be decoded; so has all of it, for its end cannot tell
    what was left out."""

    NOTHING = 0
    CHANGE = 1
    LOOK = 2
    LOOK_THROUGH = 3

    @property
    def open(self) -> bool:
        return self in {Verdict.LOOK, Verdict.LOOK_THROUGH}


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """From a keyframe to before the next, `end`. `change`: how much that one differs from this, 0
    to 100, None where it is not known. Sizes in bytes: of the keyframe, and of all others."""

    start: Milliseconds
    end: Milliseconds
    change: float | None
    key_size: int
    sizes: tuple[int, ...]

    @property
    def stands_out(self) -> bool:
        """Whether a picture took far more than most others, or as much as a keyframe."""
        return bool(self.sizes) and max(self.sizes) >= outstanding(self.key_size, self.sizes)


def outstanding(key_size: int, sizes: Sequence[int]) -> float:
    """From how many bytes on a packet stands out among `sizes`, of which there has to be one."""
    ranked = sorted(sizes)
    usual = ranked[int((len(ranked) - 1) * _USUAL)]
    return min(_STANDS_OUT * max(usual, 1), _AS_A_KEYFRAME * key_size)


def judged(groups: Sequence[Group]) -> list[Verdict]:
    """One for each group, in their order."""
    longest = max((group.end - group.start for group in groups[:-1]), default=0)
    early = [group.end - group.start < longest - _LENGTHS_ALIKE for group in groups]
    trusted = _trusted([group for group, soon in zip(groups[:-1], early, strict=False) if soon])
    return [
        _judged(group, certain=soon and trusted) for group, soon in zip(groups, early, strict=True)
    ]


def _judged(group: Group, *, certain: bool) -> Verdict:
    if group.change is None:
        return Verdict.LOOK_THROUGH
    ends = certain and group.change >= SURE
    if group.stands_out:
        return Verdict.LOOK_THROUGH if ends else Verdict.LOOK
    if group.change < SAME:
        return Verdict.NOTHING
    return Verdict.CHANGE if ends else Verdict.LOOK


def _trusted(early: Sequence[Group]) -> bool:
    """Whether most groups that end early end with a change: else other things end them."""
    sure = sum((group.change or 0) >= SURE for group in early)
    return bool(early) and sure >= _TRUSTED * len(early)
