"""Which stretches of a video are heard by one job each: the same probe gives the same plan.

One function takes the sound out of a stretch, and one job writes it down: neither may take too
much. Neighbours overlap, so that the words at a join are heard whole (see `join`).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from functions.domain.ids import fingerprint
from functions.domain.media.probe import Probe
from functions.domain.media.source import Source
from functions.domain.times import Milliseconds
from functions.domain.transcripts.options import TranscriptOptions

WINDOW_BYTES: Final = 8 * 1024**3
"""What one function reads, at 15 MB a second in nine minutes."""
LONGEST: Final[Milliseconds] = 3 * 3_600_000
"""Transcribe takes four hours."""
SHORTEST: Final[Milliseconds] = 500
"""It refuses less."""
OVERLAP: Final[Milliseconds] = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeechWindow:
    """Words between `start` and `end` are its own; it hears from `hears_from` to `hears_to`."""

    index: int
    start: Milliseconds
    end: Milliseconds
    hears_from: Milliseconds
    hears_to: Milliseconds


@dataclass(frozen=True, slots=True, kw_only=True)
class TranscriptPlan:
    """Without windows there is nothing to hear. `enterable`: reading may begin inside."""

    transcription_id: str
    duration: Milliseconds
    container: str
    audio_index: int | None = None
    enterable: bool
    windows: tuple[SpeechWindow, ...]


def transcription_id(source: Source, options: TranscriptOptions) -> str:
    """What the same source and options have in common: they are never written down twice."""
    of = (source.key, source.etag, source.version_id or "")
    return fingerprint("transcript", 1, *of, options.language, options.speakers or 0)


def plan_transcript(
    probe: Probe,
    source: Source,
    options: TranscriptOptions,
    *,
    window_bytes: int = WINDOW_BYTES,
    longest: Milliseconds = LONGEST,
) -> TranscriptPlan:
    media = probe.media
    enterable = probe.keyframes.complete and media.video is not None
    heard = media.audio is not None and media.duration >= SHORTEST
    by_bytes = -(-source.size // window_bytes) if enterable else 1
    count = max(1, by_bytes, -(-media.duration // longest))
    return TranscriptPlan(
        transcription_id=transcription_id(source, options),
        duration=media.duration,
        container=media.container,
        audio_index=media.audio.index if media.audio else None,
        enterable=enterable,
        windows=_windows(media.duration, count) if heard else (),
    )


def _windows(duration: Milliseconds, count: int) -> tuple[SpeechWindow, ...]:
    bounds = [duration * at // count for at in range(count + 1)]
    return tuple(
        SpeechWindow(
            index=index,
            start=start,
            end=end,
            hears_from=max(0, start - OVERLAP),
            hears_to=min(duration, end + OVERLAP),
        )
        for index, (start, end) in enumerate(pairwise(bounds))
    )
