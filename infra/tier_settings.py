"""What each tier may have and do: plain numbers, of AWS and of one machine."""

from __future__ import annotations

from dataclasses import dataclass

GIB = 1024**3
MIB = 1024**2
HOUR_MS = 3_600_000


@dataclass(frozen=True, slots=True, kw_only=True)
class TierLimit:
    """A tier's largest source in bytes and longest in milliseconds."""

    max_bytes: int
    max_duration: int


CLOUD_TIERS = {
    "free": TierLimit(max_bytes=2 * GIB, max_duration=HOUR_MS // 2),
    "pro": TierLimit(max_bytes=20 * GIB, max_duration=4 * HOUR_MS),
    "enterprise": TierLimit(max_bytes=100 * GIB, max_duration=12 * HOUR_MS),
}
# One machine keeps its objects in memory while it works on them.
LOCAL_TIERS = {
    "free": TierLimit(max_bytes=100 * MIB, max_duration=HOUR_MS // 2),
    "pro": TierLimit(max_bytes=4 * GIB, max_duration=4 * HOUR_MS),
    "enterprise": TierLimit(max_bytes=8 * GIB, max_duration=12 * HOUR_MS),
}


# Seconds that a source may take to be fetched, by its owner's tier.
FETCH_SECONDS = {"free": 3_600, "pro": 3 * 3_600, "enterprise": 10 * 3_600}


# Requests a minute of one user.
CLOUD_RATES = {"free": 120, "pro": 600, "enterprise": 3_000}
# Tests and demos poll hard, but for those of the free tier, who try the limit.
LOCAL_RATES = {"free": 240, "pro": 6_000, "enterprise": 30_000}
# Webhooks of one user.
WEBHOOKS = {"free": 2, "pro": 10, "enterprise": 50}
# WebSocket connections of one user at once, and tickets that are open.
FOLLOWERS = {"free": 3, "pro": 20, "enterprise": 100}
# The generator of requests asks for as many tickets as it likes.
LOCAL_FOLLOWERS = {**FOLLOWERS, "enterprise": 10_000}
