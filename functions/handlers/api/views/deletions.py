"""Deletions."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime

from functions.domain.deletions.deletion import Deletion, Tally
from functions.handlers.api.models import deletions as models
from functions.handlers.api.views.common import failure

# What is stored as objects; rows have no bytes that anybody pays for.
_OBJECTS = {"uploads", "unfinished_uploads", "media", "work"}


def deletion(item: Deletion) -> models.DeletionAnswer:
    return models.DeletionAnswer(
        deletion_id=item.deletion_id,
        video_id=item.video_id,
        state=item.state,
        requested_at=item.requested_at,
        finished_at=item.finished_at,
        deleted=[_deleted(kind, tally) for kind, tally in sorted(item.deleted.items())],
        left=[models.LeftAnswer(**asdict(one)) for one in item.left],
        error=failure(item.error),
        expires_at=datetime.fromtimestamp(item.expires_at, UTC) if item.expires_at else None,
        receipt_url=receipt_url(item.deletion_id),
    )


def receipt_url(deletion_id: str) -> str:
    return f"/api/deletions/{deletion_id}"


def _deleted(kind: str, tally: Tally) -> models.DeletedKind:
    size = tally.size if kind in _OBJECTS else None
    return models.DeletedKind(kind=kind, count=tally.count, bytes=size)
