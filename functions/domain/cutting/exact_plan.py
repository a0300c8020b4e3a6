"""Which cut can be made of a source, and the plan that says so."""

from __future__ import annotations

from dataclasses import replace

from functions.domain.cutting.exactness import CutReason, EncodeTarget, Exactness, VideoCodec
from functions.domain.cutting.plan import Plan
from functions.domain.media.containers import MOV, MP4, FileFormat, encoded_format, segment_format
from functions.domain.media.probe import Media


def cut_so(
    plan: Plan,
    media: Media,
    cut: Exactness,
    reason: CutReason | None,
    target: EncodeTarget | None,
) -> Plan:
    """A plan of copies, or of what is encoded in part or in full."""
    plan = replace(plan, cut=cut, cut_reason=reason)
    if cut is Exactness.KEYFRAME:
        return plan
    return replace(plan, target=target, format=_encoded(media, cut, target))


def possible_cut(media: Media, cut: Exactness) -> tuple[Exactness, CutReason | None]:
    """The cut that can be made of these streams, and why it is not the asked one.

    Only an MP4 (or MOV) of H.264 can be told of two encoders' parameter sets without putting
    them between the pictures, where not every player looks for them.
    """
    if cut is Exactness.KEYFRAME:
        return cut, None
    if media.video is None:
        return Exactness.KEYFRAME, CutReason.NO_PICTURE
    if cut is Exactness.SMART and media.video.codec != "h264":
        return Exactness.ACCURATE, CutReason.CODEC
    if cut is Exactness.SMART and segment_format(media) not in {MP4, MOV}:
        return Exactness.ACCURATE, CutReason.CONTAINER
    return cut, None


def _encoded(media: Media, cut: Exactness, target: EncodeTarget | None) -> FileFormat:
    if cut is Exactness.SMART:
        return segment_format(media)
    return encoded_format(target.codec if target else VideoCodec.H264)
