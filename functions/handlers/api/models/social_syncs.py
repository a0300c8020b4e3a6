"""Looks at posts on demand: how far they are."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field

from functions.domain.platforms.demands import DemandState
from functions.handlers.api.models.examples import shown

_SYNC: Any = {
    "sync_id": "01jb2c3d4e5f6g7h8j9k0m1n2p",
    "state": "running",
    "asked_at": "2026-03-01T12:00:00Z",
    "posts": 120,
    "read": 60,
    "missed": 1,
    "failed": 0,
    "waiting": 0,
    "left_out": 4,
}


class SyncAnswer(BaseModel):
    model_config = shown(_SYNC)

    sync_id: str
    state: DemandState = Field(
        description="`ended`: some was not done in its time, and is looked at by the schedule"
    )
    asked_at: datetime
    posts: int = Field(description="Posts that are looked at; 0 until it is planned")
    read: int = Field(description="Of those: their numbers were told")
    missed: int = Field(description="They were not there, or are not shown to this account")
    failed: int = Field(description="The platform did not answer as it should; they are tried on")
    waiting: int = Field(description="A limit, or an account that has to be connected again")
    left_out: int = Field(
        description="Posts that are not looked at now: they were a moment ago (on X: today), their "
        "account is not connected, or a limit that all users share is kept for the schedule"
    )
