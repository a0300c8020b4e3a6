"""What a plan takes and costs, and how it is shared out: to one function, by windows, or in chunks.

Times are those of `effort`, which content and processors may double: hence the margins.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from math import ceil
from typing import Final

from functions.domain.cutting.chunking import in_chunks
from functions.domain.cutting.effort import MEGA, file_bytes, processor_seconds, sound_seconds
from functions.domain.cutting.exactness import Exactness
from functions.domain.cutting.plan import Plan, PlannedSegment, Window
from functions.domain.errors import MediaError

MB_PER_CORE: Final = 1_769
# A smart cut encodes this much of what an accurate one would.
SMART_SHARE: Final = 0.25
COPY_BYTES_PER_S: Final = 40 * MEGA
EACH_FILE_S: Final = 0.6
START_S: Final = 2.0
# What stands around the cut: the plan and the join of the sound in time; all five steps in money.
AROUND_S: Final = 5.0
STEPS_AROUND: Final = 5
TRANSITIONS_EACH: Final = 3
# A segment is encoded as it is where that takes this share of an invocation; a chunk takes less,
# so that content five times as slow is still done in time: noise is, to x264.
WHOLE_SHARE: Final = 0.25
CHUNK_SHARE: Final = 0.2
SHORTEST_CHUNK_S: Final = 45.0
# More than one window is not worth a second function's start.
ONE_FUNCTION_S: Final = 4.0
MAX_CHUNKS: Final = 400


class Shape(StrEnum):
    ONE = "one"
    WINDOWS = "windows"
    CHUNKS = "chunks"


@dataclass(frozen=True, slots=True, kw_only=True)
class Prices:
    """In dollars: of a GB-second and a request of Lambda, of a state transition."""

    gb_second: float = 0.0000133334
    request: float = 0.0000002
    transition: float = 0.000025


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """What a run may use: the memory (MB) and the seconds of one invocation, functions at once,
    and bytes on the disk of the function that joins chunks."""

    memory_mb: int
    seconds: float
    width: int
    disk: int
    prices: Prices = Prices()

    @property
    def cores(self) -> float:
        return self.memory_mb / MB_PER_CORE


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """What functions took so far: invocations, milliseconds, and these times the memory in MB."""

    calls: int = 0
    milliseconds: int = 0
    mb_milliseconds: int = 0

    def cost(self, prices: Prices) -> float:
        """In dollars; a state machine makes about three transitions for a call."""
        each = prices.request + TRANSITIONS_EACH * prices.transition
        return self.mb_milliseconds / 1_024_000 * prices.gb_second + self.calls * each


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """`seconds` from the plan to the joined sound; `functions` is how many cut; `prices` are those
    that the cost is made of."""

    shape: Shape
    seconds: float
    cost_usd: float
    functions: int
    width: int
    prices: Prices = Prices()


def width_of(concurrency: int | None, percent: int, most: int) -> int:
    """Functions that a run may have at once: `percent` of what the account may run, if known."""
    return most if concurrency is None else max(1, min(most, concurrency * percent // 100))


def shared_out(plan: Plan, source_bytes: int, budget: Budget) -> Plan:
    """The plan with windows that suit the budget.

    Raises MediaError where a segment would be too large to be joined out of chunks.
    """
    plan = in_chunks(plan, lambda piece: chunk_count(plan, piece, source_bytes, budget))
    for join in plan.joins:
        _require_room(plan, join, budget)
    mergeable = len(plan.windows) > 1 and not plan.joins and not plan.lanes
    if mergeable and sum(seconds_each(plan, source_bytes, budget)) <= ONE_FUNCTION_S:
        (whole,) = (Window(index=0, first=1, last=len(plan.segments)),)
        return replace(plan, windows=(whole,))
    return plan


def estimate(plan: Plan, source_bytes: int, budget: Budget) -> Estimate:
    """Of a plan that is shared out."""
    plans = (plan, plan.proxy) if plan.proxy else (plan,)
    cutting = [
        START_S + seconds for one in plans for seconds in seconds_each(one, source_bytes, budget)
    ]
    joining = [START_S + _join_seconds(one, join, budget) for one in plans for join in one.joins]
    total = sum(cutting) + sum(joining)
    steps = len(cutting) + len(joining) + STEPS_AROUND
    prices = budget.prices
    cost = (
        (total + AROUND_S) * budget.memory_mb / 1024 * prices.gb_second
        + steps * prices.request
        + steps * TRANSITIONS_EACH * prices.transition
    )
    seconds = AROUND_S + _spread(cutting, budget.width) + _spread(joining, budget.width)
    return Estimate(
        shape=_shape(plan),
        seconds=round(seconds, 1),
        cost_usd=round(cost, 6),
        functions=len(cutting) + len(joining),
        width=min(budget.width, max(1, len(cutting))),
        prices=prices,
    )


def _shape(plan: Plan) -> Shape:
    if plan.joins:
        return Shape.CHUNKS
    return Shape.WINDOWS if len(plan.all_windows()) > 1 else Shape.ONE


def _spread(seconds: Iterable[float], width: int) -> float:
    """At least the longest, at least what each place gets."""
    rows = list(seconds)
    return max(max(rows, default=0.0), sum(rows) / max(1, width))


def seconds_each(plan: Plan, source_bytes: int, budget: Budget) -> list[float]:
    """Of each window, its function's start not counted."""
    return [_window_seconds(plan, window, source_bytes, budget) for window in plan.windows]


def _window_seconds(plan: Plan, window: Window, source_bytes: int, budget: Budget) -> float:
    if window.chunk:
        return processor_seconds(plan, window.chunk.end - window.chunk.start) / budget.cores
    pieces = [plan.segments[number - 1] for number in plan.numbers_of(window)]
    return sum(segment_seconds(plan, piece, source_bytes, budget) for piece in pieces)


def segment_seconds(
    plan: Plan, segment: PlannedSegment, source_bytes: int, budget: Budget
) -> float:
    """To make one segment in one function."""
    length = segment.end - segment.start
    read = source_bytes * length / max(plan.duration, 1) / COPY_BYTES_PER_S
    encoded = processor_seconds(plan, length) / budget.cores
    share = {Exactness.KEYFRAME: 0.0, Exactness.SMART: SMART_SHARE, Exactness.ACCURATE: 1.0}
    return EACH_FILE_S + read + encoded * share[plan.cut]


def chunk_count(plan: Plan, piece: PlannedSegment, source_bytes: int, budget: Budget) -> int:
    """Of a segment: one where it fits as it is, all is copied, or the source cannot be entered."""
    whole = segment_seconds(plan, piece, source_bytes, budget)
    if plan.cut is not Exactness.ACCURATE or plan.one_pass or plan.video_index is None:
        return 1
    if whole <= budget.seconds * WHOLE_SHARE:
        return 1
    needed = ceil(whole / (budget.seconds * CHUNK_SHARE))
    # The same work on more functions costs little more, and is done sooner.
    quick = min(budget.width, int(whole / SHORTEST_CHUNK_S))
    return min(MAX_CHUNKS, max(needed, quick, 2))


def _join_seconds(plan: Plan, join: Window, budget: Budget) -> float:
    (number,) = plan.numbers_of(join)
    length = plan.segments[number - 1].end - plan.segments[number - 1].start
    sound = sound_seconds(plan)
    moved = 3 * file_bytes(plan, length) / COPY_BYTES_PER_S
    return EACH_FILE_S + moved + length / 1000 * sound / min(budget.cores, 1.0)


def _require_room(plan: Plan, join: Window, budget: Budget) -> None:
    """The chunks and the file of them lie on one disk."""
    (number,) = plan.numbers_of(join)
    length = plan.segments[number - 1].end - plan.segments[number - 1].start
    if 2 * file_bytes(plan, length) > budget.disk:
        raise MediaError(
            "segment.too_large",
            f"Segment {number} is larger than can be put together. Ask for shorter segments, a "
            "lower bit rate or a smaller picture.",
        )
