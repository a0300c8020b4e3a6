"""The states of a lip-sync job: it moves through them forward only.

awaiting_uploads -> queued -> submitting -> processing -> downloading -> post_processing
    -> completed, or from any of them failed, rejected (by us or by the provider) or cancelled
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from functions.domain.errors import ConflictError


class LipSyncStatus(StrEnum):
    AWAITING_UPLOADS = "awaiting_uploads"
    QUEUED = "queued"
    SUBMITTING = "submitting"
    PROCESSING = "processing"
    DOWNLOADING = "downloading"
    POST_PROCESSING = "post_processing"
    COMPLETED = "completed"
    FAILED = "failed"
    REJECTED = "rejected"
    CANCELLED = "cancelled"


ORDER: Final = {status: at for at, status in enumerate(LipSyncStatus)}
OVER: Final = frozenset({
    LipSyncStatus.COMPLETED, LipSyncStatus.FAILED, LipSyncStatus.REJECTED, LipSyncStatus.CANCELLED,
})  # fmt: skip


class JobOverError(ConflictError):
    """The job has ended: nothing more is done for it."""

    def __init__(self, status: LipSyncStatus) -> None:
        super().__init__("lipsync.over", f"This job has {status.value} already.")
