"""Lip-sync: what is asked for."""

from __future__ import annotations

from functions.domain.lipsync.asked import (
    Audio,
    FileAnnounced,
    LipSyncAsked,
    SegmentData,
    Speech,
    TextRegion,
    TextRemoval,
)
from functions.domain.lipsync.generation import ActiveSpeaker, SyncOptions
from functions.domain.times import Milliseconds
from functions.handlers.api.models import lipsync as models


def asked(body: models.CreateLipSync) -> LipSyncAsked:
    return LipSyncAsked(
        video_id=body.video_id,
        video=FileAnnounced(**body.video.model_dump()) if body.video else None,
        audios=tuple(_audio(one) for one in body.audios),
        segments=tuple(_segment(one) for one in body.segments),
        model=body.model,
        sync_mode=body.sync_mode,
        options=_options(body.options),
        text_removal=_removal(body.text_removal) if body.text_removal else None,
        title=body.title,
    )


def _audio(one: models.AudioBody) -> Audio:
    """What is half told is neither: the check says what is missing."""
    file = speech = None
    if one.file_name and one.size and one.content_type:
        file = FileAnnounced(file_name=one.file_name, size=one.size, content_type=one.content_type)
    if one.text and one.voice_id:
        speech = Speech(
            text=one.text,
            voice_id=one.voice_id,
            stability=one.stability,
            similarity_boost=one.similarity_boost,
        )
    return Audio(ref_id=one.ref_id, file=file, speech=speech)


def _segment(one: models.SegmentBody) -> SegmentData:
    return SegmentData(
        start=_ms(one.start_time),
        end=_ms(one.end_time),
        ref_id=one.audio_input.ref_id,
        crop_start=_ms_or_none(one.audio_input.start_time),
        crop_end=_ms_or_none(one.audio_input.end_time),
        options=_options(one.options) if one.options else None,
    )


def _options(one: models.SyncChoices) -> SyncOptions:
    mode = one.sync_mode if isinstance(one, models.SegmentChoices) else None
    return SyncOptions(
        sync_mode=mode,
        temperature=one.temperature,
        occlusion=one.occlusion_detection,
        speaker=ActiveSpeaker(auto=True) if one.auto_speaker else None,
    )


def _removal(one: models.TextRemovalBody) -> TextRemoval:
    regions = tuple(
        TextRegion(
            x=region.x,
            y=region.y,
            width=region.width,
            height=region.height,
            start=_ms_or_none(region.start_time),
            end=_ms_or_none(region.end_time),
        )
        for region in one.regions
    )
    return TextRemoval(regions=regions, detect=one.detect)


def _ms(value: float) -> Milliseconds:
    return round(value * 1000)


def _ms_or_none(value: float | None) -> Milliseconds | None:
    return None if value is None else _ms(value)
