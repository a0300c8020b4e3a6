"""What a lip-sync job costs, as far as is known of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from functions.domain.lipsync.asked import LipSyncAsked, Measured
from functions.domain.lipsync.rules import LipSyncRules
from functions.domain.times import Milliseconds

PRICED_RATE: Final = 25
"""Frames a second."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LipSyncCost:
    """Dollars for `billed` milliseconds of result. `measured` is False while the video was not
    probed: then it is what the ranges need at the least."""

    usd: float
    billed: Milliseconds
    measured: bool


def cost_of(asked: LipSyncAsked, rules: LipSyncRules, measured: Measured) -> LipSyncCost:
    """The provider bills frames of what it writes, which is as long as the video; its prices are
    for a second of PRICED_RATE."""
    least = max((one.end for one in asked.segments), default=0)
    billed = least if measured.video is None else measured.video
    pace = (measured.frame_rate or PRICED_RATE) / PRICED_RATE
    usd = round(max(0, billed) / 1000 * pace * rules.usd_second[asked.model.value], 4)
    return LipSyncCost(usd=usd, billed=max(0, billed), measured=measured.video is not None)
