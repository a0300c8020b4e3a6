"""What each tier may do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from functions.domain.errors import MediaError, TooLargeError
from functions.domain.times import Milliseconds


class Tier(StrEnum):
    FREE = "free"
    PRO = "pro"
    ENTERPRISE = "enterprise"


_ORDER = (Tier.ENTERPRISE, Tier.PRO, Tier.FREE)


def tier_of(groups: Iterable[str]) -> Tier:
    """The highest tier among a user's groups; no group is the free tier."""
    named = set(groups)
    return next((tier for tier in _ORDER if tier.value in named), Tier.FREE)


@dataclass(frozen=True, slots=True)
class TierLimits:
    """Limits of one tier: source size in bytes, source length in milliseconds."""

    max_bytes: int
    max_duration: Milliseconds

    def check_size(self, size: int) -> None:
        """Raises TooLargeError above the tier's size."""
        if size > self.max_bytes:
            raise TooLargeError(
                "upload.too_large",
                f"The file has {size} bytes; your tier allows {self.max_bytes}. "
                "Send a smaller file or move to a higher tier.",
            )

    def check_duration(self, duration: Milliseconds) -> None:
        """Raises MediaError above the tier's length."""
        if duration > self.max_duration:
            raise MediaError(
                "media.too_long",
                f"The video lasts {-(-duration // 1000)} s; your tier allows "
                f"{self.max_duration // 1000} s. Send a shorter one or move to a higher tier.",
            )


LimitsByTier = Mapping[Tier, TierLimits]
SecondsByTier = Mapping[Tier, int]
RatesByTier = Mapping[Tier, int]
"""Requests a minute of one user."""
