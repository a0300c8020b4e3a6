"""How many requests a minute a user may make, by tier: counted in whole minutes.

Headers after draft-ietf-httpapi-ratelimit-headers, and the older three that clients know.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from functions.domain.tiers import Tier

WINDOW_S = 60


@dataclass(frozen=True, slots=True)
class Allowance:
    """Where a user stands: `remaining` requests until `reset` seconds from now."""

    tier: Tier
    limit: int
    used: int
    reset: int

    @property
    def spent(self) -> bool:
        return self.used > self.limit

    @property
    def remaining(self) -> int:
        return max(self.limit - self.used, 0)

    def headers(self) -> dict[str, str]:
        return {
            "RateLimit-Policy": f'"{self.tier}";q={self.limit};w={WINDOW_S}',
            "RateLimit": f'"{self.tier}";r={self.remaining};t={self.reset}',
            "RateLimit-Limit": str(self.limit),
            "RateLimit-Remaining": str(self.remaining),
            "RateLimit-Reset": str(self.reset),
        }


def spend(
    hit: Callable[[str, int], int],
    user_id: str,
    tier: Tier,
    limit: int,
    clock: Callable[[], float] = time.time,
) -> Allowance:
    """Count one request; `hit(key, expires_at)` adds one and returns the count."""
    now = int(clock())
    window, passed = divmod(now, WINDOW_S)
    # Kept for a while longer, so that a late count of this minute starts no second one.
    used = hit(f"{user_id}#{window}", (window + 10) * WINDOW_S)
    return Allowance(tier, limit, used, WINDOW_S - passed)
