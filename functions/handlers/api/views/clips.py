"""Clips."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from functions.domain.cutting.exactness import Exactness
from functions.domain.moments.clip import ClipOptions
from functions.domain.times import seconds
from functions.handlers.api.models import clips as models
from functions.handlers.api.views.common import failure, seconds_or_none
from functions.handlers.api.views.segmentation import target_of
from functions.services.moments.clips import ClipOfMoment, ClipState


def options_of(body: models.ClipOptionsBody) -> ClipOptions:
    """Raises InvalidInputError naming what does not go together."""
    encodes = body.target is not None or body.captions
    cut = body.cut or (Exactness.ACCURATE if encodes else Exactness.SMART)
    target, captions = target_of(body.target, ""), body.captions
    if target is not None and target.captions_from is not None:
        # As `captions`: what is said in the clip as it is, also once its moment is refined.
        target, captions = replace(target, captions_from=None), True
    return ClipOptions(cut=cut, target=target, captions=captions)


def clip(one: ClipOfMoment) -> models.ClipAnswer:
    moment, segment = one.moment, one.segment
    ready = one.state is ClipState.READY
    return models.ClipAnswer(
        moment_id=moment.moment_id,
        segment_id=segment.segment_id if segment else None,
        status=one.state,
        error=failure(segment.error) if segment else None,
        title=moment.title,
        start=seconds(moment.start),
        end=seconds(moment.end),
        duration=seconds_or_none(segment.duration) if segment else None,
        cut=segment.cut if segment and ready else None,
        stream_url=f"/api/clips/{moment.moment_id}/stream" if ready else None,
    )


def clip_list(clips: Sequence[ClipOfMoment]) -> models.ClipList:
    return models.ClipList(items=[clip(one) for one in clips])


def extraction(clips: Sequence[ClipOfMoment]) -> models.ClipExtraction:
    count = Counter(one.state for one in clips)
    asked = len(clips) - count[ClipState.NONE]
    ended = count[ClipState.READY] + count[ClipState.FAILED]
    return models.ClipExtraction(
        percent=round(100 * ended / asked, 1) if asked else 0.0,
        asked=asked,
        pending=count[ClipState.PENDING],
        ready=count[ClipState.READY],
        failed=count[ClipState.FAILED],
        items=[clip(one) for one in clips],
    )
