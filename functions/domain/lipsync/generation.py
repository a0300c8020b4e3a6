"""Lip-sync as the provider does it: what it is asked for, and how that stands.

Source: Sync.so's HTTP API v2. Times are milliseconds here, seconds on the wire.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from functions.domain.lipsync.trouble import SyncTrouble
from functions.domain.times import Milliseconds


class LipSyncModel(StrEnum):
    LIPSYNC_2 = "lipsync-2"
    LIPSYNC_2_PRO = "lipsync-2-pro"
    LIPSYNC_1_9 = "lipsync-1.9.0-beta"
    REACT_1 = "react-1"
    SYNC_3 = "sync-3"


class SyncMode(StrEnum):
    """What is done where sound and picture differ in length; only `silence` keeps both whole."""

    BOUNCE = "bounce"
    LOOP = "loop"
    CUT_OFF = "cut_off"
    SILENCE = "silence"
    REMAP = "remap"


@dataclass(frozen=True, slots=True, kw_only=True)
class ActiveSpeaker:
    """Whose lips: found by the provider (`auto`), or the face at `x`, `y` pixels of a frame."""

    auto: bool = False
    frame: int | None = None
    x: int | None = None
    y: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncOptions:
    """What is None is left to the provider; in a segment, to the options of the whole."""

    sync_mode: SyncMode | None = None
    temperature: float | None = None
    occlusion: bool | None = None
    speaker: ActiveSpeaker | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedVoice:
    """A file with sound; the provider reads `url` without a key."""

    ref_id: str
    url: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class SpokenVoice:
    """Text that the provider has spoken by a voice of ElevenLabs."""

    ref_id: str
    voice_id: str
    script: str = field(repr=False)
    stability: float | None = None
    similarity_boost: float | None = None


Voice = RecordedVoice | SpokenVoice


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncRange:
    """`start` to `end` of the video get the voice `ref_id`, of which `crop` is used, or all."""

    start: Milliseconds
    end: Milliseconds
    ref_id: str
    crop: tuple[Milliseconds, Milliseconds] | None = None
    options: SyncOptions | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncRequest:
    """One generation to be made. `name` (letters, digits, `-` and `_`) is ours: the provider gives
    it back, which is how a generation is found again whose id was never heard. The same request is
    the same bytes on the wire."""

    name: str
    model: LipSyncModel
    video_url: str = field(repr=False)
    voices: tuple[Voice, ...]
    ranges: tuple[SyncRange, ...] = ()
    sync_mode: SyncMode = SyncMode.SILENCE
    options: SyncOptions = field(default_factory=SyncOptions)
    webhook_url: str | None = field(default=None, repr=False)


class GenerationStatus(StrEnum):
    PENDING = "PENDING"
    PROCESSING = "PROCESSING"
    COMPLETED = "COMPLETED"
    FAILED = "FAILED"
    REJECTED = "REJECTED"

    @property
    def over(self) -> bool:
        return self in {
            GenerationStatus.COMPLETED,
            GenerationStatus.FAILED,
            GenerationStatus.REJECTED,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncGeneration:
    """How one stands. `result_url` is there once it is completed: it leads to the file, runs out,
    and is a secret; `trouble` once it has failed or was rejected."""

    id: str
    status: GenerationStatus
    created_at: datetime | None = None
    name: str | None = None
    result_url: str | None = field(default=None, repr=False)
    result_length: Milliseconds | None = None
    trouble: SyncTrouble | None = None
