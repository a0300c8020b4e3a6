"""A small copy of a whole video, for previews and for players that cannot show the source."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from functions.domain.cutting.budget import Budget, chunk_count
from functions.domain.cutting.chunking import in_chunks
from functions.domain.cutting.exactness import EncodeTarget, Exactness
from functions.domain.cutting.plan import Plan
from functions.domain.cutting.planning import make_plan
from functions.domain.cutting.segmentation import Mode, Segmentation
from functions.domain.media.probe import KeyframeIndex, Probe
from functions.domain.times import Milliseconds

HEIGHT: Final = 360
CRF: Final = 26


def plan_proxy(probe: Probe, source_bytes: int, budget: Budget | None) -> Plan | None:
    """One segment of all of it, in H.264 and AAC; None where there is no picture.

    A source that can be entered is encoded in chunks, be it a single one; any other in one pass.
    """
    picture = probe.media.video
    if picture is None:
        return None
    target = EncodeTarget(height=min(HEIGHT, max(144, picture.height // 2 * 2)), crf=CRF)
    asked = Segmentation(mode=Mode.NONE, cut=Exactness.ACCURATE, target=target)
    plan = make_plan(probe, asked, find_keyframes=_none, segments_per_window=1)
    if plan.one_pass:
        return plan
    return in_chunks(
        plan,
        lambda piece: chunk_count(plan, piece, source_bytes, budget) if budget else 1,
        always=True,
    )


def _none(times: Sequence[Milliseconds]) -> KeyframeIndex:
    """Nothing is cut, so no keyframe is looked for."""
    return KeyframeIndex(times=(), complete=False, seekable=False)
