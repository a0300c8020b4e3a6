"""What a provider is asked for a job: its files, each voice for its ranges, and how it is kept."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

from functions.domain.codec import from_plain, to_plain
from functions.domain.errors import UnavailableError
from functions.domain.lipsync.asked import SegmentData
from functions.domain.lipsync.generation import (
    RecordedVoice,
    SpokenVoice,
    SyncMode,
    SyncRange,
    SyncRequest,
    Voice,
)
from functions.domain.lipsync.job import LipSyncJob
from functions.domain.lipsync.polling import LONGEST_WAIT
from functions.domain.media.ports import MediaStore
from functions.domain.times import Milliseconds

URL_LIFE: Final = LONGEST_WAIT + timedelta(hours=1)
"""As long as the provider may take, and some."""


def new_request(
    job: LipSyncJob, number: int, media: MediaStore, webhook_url: str | None
) -> SyncRequest:
    """With addresses that are signed now. Raises UnavailableError for a job whose files were not
    looked at."""
    seconds = int(URL_LIFE.total_seconds())
    urls = {one.ref_id: media.sign_get(one.source, seconds) for one in job.inputs}
    if None not in urls:
        raise UnavailableError("lipsync.not_prepared", "The job's files were not looked at yet.")
    return SyncRequest(
        name=f"{job.job_id}-{number}",
        model=job.model,
        video_url=urls[None],
        voices=tuple(_voices(job, urls)),
        ranges=tuple(
            SyncRange(
                start=one.start,
                end=one.end,
                ref_id=one.ref_id,
                crop=_crop(job, one),
                options=one.options,
            )
            for one in sorted(job.segments_data, key=lambda it: it.start)
        ),
        sync_mode=job.sync_mode,
        options=job.options,
        webhook_url=webhook_url,
    )


def _crop(job: LipSyncJob, one: SegmentData) -> tuple[Milliseconds, Milliseconds] | None:
    """With `silence` a voice ends with its range: a longer one would push all that follows back."""
    mode = (one.options and one.options.sync_mode) or job.sync_mode
    length = job.measured.audio(one.ref_id) if job.measured else None
    if mode is not SyncMode.SILENCE or length is None:
        return one.crop
    start, end = one.crop or (0, length)
    return one.crop if end - start <= one.length else (start, start + one.length)


def _voices(job: LipSyncJob, urls: dict[str | None, str]) -> list[Voice]:
    voices: list[Voice] = []
    for audio in job.audios:
        if audio.speech is None:
            voices.append(RecordedVoice(ref_id=audio.ref_id, url=urls[audio.ref_id]))
            continue
        voices.append(
            SpokenVoice(
                ref_id=audio.ref_id,
                voice_id=audio.speech.voice_id,
                script=audio.speech.text,
                stability=audio.speech.stability,
                similarity_boost=audio.speech.similarity_boost,
            )
        )
    return voices


def document_of(request: SyncRequest) -> dict[str, Any]:
    """Voices are of two kinds, which plain values do not tell apart."""
    plain = to_plain(request)
    kinds = ["spoken" if isinstance(one, SpokenVoice) else "recorded" for one in request.voices]
    return {"request": plain, "kinds": kinds}


def read_request(document: Any) -> SyncRequest:
    """The very request that was kept."""
    kinds: dict[str, Any] = {"spoken": SpokenVoice, "recorded": RecordedVoice}
    plain = dict(document["request"])
    voices = tuple(
        from_plain(kinds[kind], one)
        for kind, one in zip(document["kinds"], plain.pop("voices"), strict=True)
    )
    return replace(from_plain(SyncRequest, {**plain, "voices": []}), voices=voices)
