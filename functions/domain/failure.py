"""Why something has ended badly, in words for its user."""

from __future__ import annotations

from dataclasses import dataclass

_OURS = frozenset({"ingest.internal", "lipsync.internal", "lipsync.provider_account"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """Why a run ended without a result; `code` is stable, `detail` is for the user."""

    code: str
    detail: str
    stage: str

    @property
    def ours(self) -> bool:
        """A fault of the service, not of the file or the request."""
        parts = {"pipeline", "dependency", "ffmpeg", "cut", "write"}
        return self.code.partition(".")[0] in parts or self.code in _OURS
