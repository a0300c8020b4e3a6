"""The bytes that were uploaded, whatever comes after."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """The uploaded object, pinned: its version where the bucket keeps versions, else its ETag."""

    key: str
    size: int
    etag: str
    version_id: str | None = None
