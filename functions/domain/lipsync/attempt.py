"""Parts of a lip-sync job: files that go in, attempts at the provider, what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from functions.domain.media.source import Source
from functions.domain.times import Milliseconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One generation at the provider: asked for with `key`, by the very bytes that lie at
    `request_key`. `remedy` is what its trouble asks for, once it has failed."""

    number: int
    key: str
    request_key: str
    signed_at: datetime
    generation_id: str | None = None
    submitted_at: datetime | None = None
    over_at: datetime | None = None
    provider_code: str | None = None
    remedy: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class InputSource:
    """A pinned file; `ref_id` None is the video. `encoded` once we have written it anew."""

    ref_id: str | None = None
    source: Source
    encoded: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LipSyncResult:
    """What came of it: the segment, and what was measured of its file."""

    segment_id: str
    s3_key: str
    file_size: int
    duration: Milliseconds
