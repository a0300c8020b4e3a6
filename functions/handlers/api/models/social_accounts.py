"""Accounts on platforms: what is sent, and what is told."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, Field, StringConstraints

from functions.domain.platforms.accounts import AccountStatus
from functions.domain.posts.post import Platform
from functions.handlers.api.models.common import Body
from functions.handlers.api.models.examples import shown

_ACCOUNT: Any = {
    "platform": "youtube",
    "status": "connected",
    "account_id": "UC1234567890",
    "name": "My channel",
    "scopes": ["https://www.googleapis.com/auth/youtube.readonly"],
    "connected_at": "2026-03-01T12:00:00Z",
    "reason": None,
}
_ADDRESS = "https://accounts.google.com/o/oauth2/v2/auth?client_id=…&state=…"
Secret = Annotated[str, StringConstraints(min_length=1, max_length=2_000, pattern=r"^[!-~]+$")]


class FinishConsent(Body):
    """What the platform added to the address that it sent the user back to."""

    model_config = shown({"code": "4/0AX4XfWh", "state": "hB1c9-xQ2"})

    code: Secret
    state: Secret


class ConsentAnswer(BaseModel):
    model_config = shown({"authorization_url": _ADDRESS, "expires_at": "2026-03-01T12:15:00Z"})

    authorization_url: str = Field(description="Open it in the user's browser")
    expires_at: datetime = Field(description="Until then the user may come back")


class SocialAccountAnswer(BaseModel):
    model_config = shown(_ACCOUNT)

    platform: Platform
    status: AccountStatus = Field(
        description="`reconnect_needed`: nothing is read until the user has connected it again"
    )
    account_id: str
    name: str | None
    scopes: list[str]
    connected_at: datetime
    reason: str | None = Field(description="Why it has to be connected again: the platform's code")


class SocialAccountsAnswer(BaseModel):
    model_config = shown({"items": [_ACCOUNT]})

    items: list[SocialAccountAnswer]
