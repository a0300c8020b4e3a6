"""Limits, formats and prices of lip-sync: what the functions are told of them."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field

MIB = 1024**2
GIB = 1024**3
MINUTE_MS = 60_000


@dataclass(frozen=True, slots=True, kw_only=True)
class LipSyncTier:
    """Ranges in one job (0: no lip-sync), sizes in bytes, lengths in milliseconds."""

    max_segments: int
    max_video_bytes: int = 0
    max_video: int = 0
    max_audio_bytes: int = 0
    max_audio: int = 0


def _tiers() -> dict[str, LipSyncTier]:
    pro = LipSyncTier(
        max_segments=5,
        max_video_bytes=2 * GIB,
        max_video=10 * MINUTE_MS,
        max_audio_bytes=100 * MIB,
        max_audio=5 * MINUTE_MS,
    )
    enterprise = LipSyncTier(
        max_segments=10,
        max_video_bytes=5 * GIB,
        max_video=30 * MINUTE_MS,
        max_audio_bytes=500 * MIB,
        max_audio=30 * MINUTE_MS,
    )
    return {"free": LipSyncTier(max_segments=0), "pro": pro, "enterprise": enterprise}


@dataclass(frozen=True, slots=True, kw_only=True)
class LipSyncSettings:
    """`places` is how many jobs may be with the provider at once: what its plan allows. `tick_s` is
    how long a look around lasts, of the minute until the next: less what the last answers take.
    Prices are dollars for a second of result at 25 frames, for estimates alone: 50 frames cost
    twice that. Source: the upper ends of Sync.so's list (its page on billing, 2026). Set what you
    pay on another plan, and for `lipsync-1.9.0-beta` and `react-1`, which the list has not."""

    places: int = 3
    tick_s: int = 45
    tiers: dict[str, LipSyncTier] = field(default_factory=_tiers)
    min_range: int = 500
    video_types: tuple[str, ...] = (
        "video/mp4", "video/quicktime", "video/webm", "video/x-msvideo",
    )  # fmt: skip
    audio_types: tuple[str, ...] = (
        "audio/wav", "audio/x-wav", "audio/mpeg", "audio/mp3", "audio/ogg", "audio/flac",
        "audio/mp4", "audio/x-m4a", "audio/aac",
    )  # fmt: skip
    # As they are called once a file was looked at.
    video_formats: tuple[str, ...] = ("mp4", "mov", "webm", "avi")
    audio_formats: tuple[str, ...] = ("wav", "mp3", "ogg", "flac", "mp4", "m4a", "aac")
    usd_second: dict[str, float] = field(
        default_factory=lambda: {
            "lipsync-2": 0.05,
            "lipsync-2-pro": 0.083,
            "lipsync-1.9.0-beta": 0.025,
            "react-1": 0.17,
            "sync-3": 0.133,
        }
    )

    def rules(self) -> str:
        """As the functions read them."""
        told = {
            **{name: asdict(tier) for name, tier in self.tiers.items()},
            "min_range": self.min_range,
            "video_types": self.video_types,
            "audio_types": self.audio_types,
            "video_formats": self.video_formats,
            "audio_formats": self.audio_formats,
            "usd_second": self.usd_second,
        }
        return json.dumps(told, separators=(",", ":"))
