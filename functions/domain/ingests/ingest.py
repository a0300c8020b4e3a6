"""A video that is fetched from a URL: how far it is, and what is needed to go on."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from functions.domain.errors import MediaError
from functions.domain.tiers import Tier

MAX_RESTARTS: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceVersion:
    """What tells one state of a source from another: its length, and its validators as sent."""

    total: int | None = None
    etag: str | None = None
    modified: str | None = None

    @property
    def validator(self) -> str | None:
        """What If-Range may carry (RFC 9110, section 13.1.5); without it nothing can be resumed."""
        if self.etag and not self.etag.startswith("W/"):
            return self.etag
        return self.modified

    def require_same(self, now: SourceVersion) -> None:
        """Raises MediaError where what is sent now is something else than before."""
        pairs = (
            (self.total, now.total),
            (_strong(self.etag), _strong(now.etag)),
            (self.modified, now.modified),
        )
        if any(None not in pair and pair[0] != pair[1] for pair in pairs):
            raise MediaError(
                "ingest.source_changed",
                "The file at the URL has changed while it was fetched; start again.",
            )


def _strong(etag: str | None) -> str | None:
    return None if etag is None else etag.removeprefix("W/")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ingest:
    """`address` is the URL without its query, which is forgotten when it is needed no more.

    `received` bytes are stored in parts of `part_size`, whose ETags are `etags`; `whole` says that
    these are all.
    """

    address: str
    tier: Tier
    query: str | None = None
    version: SourceVersion | None = None
    etags: tuple[str, ...] = ()
    received: int = 0
    restarts: int = 0
    whole: bool = False

    @property
    def url(self) -> str:
        return self.address if self.query is None else f"{self.address}?{self.query}"

    @property
    def total(self) -> int | None:
        """Bytes in all, None as long as the source does not tell."""
        if self.whole:
            return self.received
        return self.version.total if self.version else None

    def begun(self, version: SourceVersion) -> Ingest:
        """From the first byte; a second beginning is a restart."""
        again = self.version is not None
        return replace(
            self,
            version=version,
            etags=(),
            received=0,
            restarts=self.restarts + 1 if again else 0,
        )

    def stored(self, etag: str, size: int) -> Ingest:
        """One more part."""
        return replace(self, etags=(*self.etags, etag), received=self.received + size)

    def complete(self) -> Ingest:
        """All bytes are stored: the source is needed no more."""
        return replace(self, whole=True, query=None)

    def over(self) -> Ingest:
        """Nothing is to be gone on with."""
        return replace(self, etags=(), query=None)
