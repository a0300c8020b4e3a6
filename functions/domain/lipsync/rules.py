"""What each tier may ask of lip-sync: how many ranges, which files, how long."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from functions.domain.errors import ForbiddenError
from functions.domain.lipsync.generation import LipSyncModel
from functions.domain.tiers import Tier
from functions.domain.times import Milliseconds


@dataclass(frozen=True, slots=True, kw_only=True)
class LipSyncLimits:
    """Of one tier. `max_segments` 0 is no lip-sync at all. Sizes in bytes, lengths in
    milliseconds."""

    max_segments: int
    max_video_bytes: int = 0
    max_video: Milliseconds = 0
    max_audio_bytes: int = 0
    max_audio: Milliseconds = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class LipSyncRules:
    """`video_types` and `audio_types` may be announced, `video_formats` and `audio_formats` are
    what files must turn out to be, by the names that probing has for them. `usd_second` is the
    price of one second of result by model."""

    free: LipSyncLimits
    pro: LipSyncLimits
    enterprise: LipSyncLimits
    min_range: Milliseconds
    video_types: tuple[str, ...]
    audio_types: tuple[str, ...]
    video_formats: tuple[str, ...]
    audio_formats: tuple[str, ...]
    usd_second: Mapping[str, float]

    def of(self, tier: Tier) -> LipSyncLimits:
        """Raises ForbiddenError for a tier without lip-sync."""
        limits = {Tier.FREE: self.free, Tier.PRO: self.pro, Tier.ENTERPRISE: self.enterprise}[tier]
        if limits.max_segments < 1:
            raise ForbiddenError(
                "lipsync.tier",
                "Lip-sync is part of the Pro and Enterprise plans. Move to one of them and send "
                "the request again.",
            )
        return limits


MAX_SCRIPT: Final = 5_000
"""Letters of a text that is spoken. Source: the provider's guide."""
MAX_AUDIOS: Final = 10
MAX_REGIONS: Final = 20
# What a model has no ear for is passed over by the provider without a word; we say it.
TEMPERED: Final = frozenset({LipSyncModel.LIPSYNC_2, LipSyncModel.LIPSYNC_2_PRO})
OCCLUDING: Final = frozenset({*TEMPERED, LipSyncModel.LIPSYNC_1_9})
LONGEST: Final[Mapping[LipSyncModel, Milliseconds]] = {LipSyncModel.REACT_1: 15_000}
"""What single models take. Source: the provider's notes on react-1."""
