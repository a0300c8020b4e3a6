"""Deletions."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from pydantic import BaseModel, Field
from pydantic.config import JsonDict

from functions.domain.deletions.deletion import DeletionState
from functions.handlers.api.models import examples
from functions.handlers.api.models.common import FailureAnswer
from functions.handlers.api.models.examples import shown

_ID: Final = "6f0c1b0e-51d4-5a6b-8d0e-7c1f5d0a9b3e"
_DELETING: Final[JsonDict] = {
    "deletion_id": _ID,
    "video_id": examples.VIDEO_ID,
    "state": "deleting",
    "requested_at": examples.NOON,
    "finished_at": None,
    "deleted": [],
    "left": [],
    "error": None,
    "expires_at": None,
    "receipt_url": f"/api/deletions/{_ID}",
}
_DELETED: Final[JsonDict] = {
    **_DELETING,
    "state": "deleted",
    "finished_at": "2026-03-01T12:01:10Z",
    "deleted": [
        {"kind": "media", "count": 13, "bytes": 96_811_204},
        {"kind": "runs", "count": 1, "bytes": None},
        {"kind": "segments", "count": 10, "bytes": None},
        {"kind": "uploads", "count": 1, "bytes": 48_302_112},
    ],
    "expires_at": "2026-05-30T12:01:10Z",
}


class DeletedKind(BaseModel):
    kind: str = Field(description="`uploads`, `media` and `work` are objects with all versions")
    count: int
    bytes: int | None = Field(description="Of what is stored as objects")


class LeftAnswer(BaseModel):
    """What could not be deleted until now, and the store's own word for why."""

    kind: str
    name: str
    reason: str


class DeletionAnswer(BaseModel):
    """A receipt. It is `deleting` until nothing is left that could still write; `failed` says what
    to do."""

    model_config = shown(_DELETING, _DELETED)

    deletion_id: str
    video_id: str
    state: DeletionState
    requested_at: datetime
    finished_at: datetime | None
    deleted: list[DeletedKind]
    left: list[LeftAnswer] = Field(description="The first of them")
    error: FailureAnswer | None
    expires_at: datetime | None = Field(description="When the receipt goes, too")
    receipt_url: str
