"""Accounts of our users on platforms: whether they are connected, and who renews their tokens."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from functions.domain.errors import ConflictError
from functions.domain.platforms.errors import AppRefusedError
from functions.domain.posts.post import Platform

# Longer than a renewal can take: connecting, sending and waiting for the answer.
LEASE = timedelta(seconds=90)
# A user has this long to consent.
ASK_LIVES = timedelta(minutes=15)


class AccountStatus(StrEnum):
    """`reconnect_needed`: nothing is read any more until the user consents again."""

    CONNECTED = "connected"
    RECONNECT_NEEDED = "reconnect_needed"


@dataclass(frozen=True, slots=True, kw_only=True)
class SocialAccount:
    """A user has one on each platform. `sealed` are its tokens, encrypted; `reason` says why it
    has to be connected again. Who holds the lease may use the refresh token, and nobody else."""

    user_id: str
    platform: Platform
    account_id: str
    connected_at: datetime
    sealed: str = field(repr=False)
    name: str | None = None
    status: AccountStatus = AccountStatus.CONNECTED
    scopes: tuple[str, ...] = ()
    access_expires_at: datetime | None = None
    reason: str | None = None
    lease_until: datetime | None = None
    version: int = 0

    def leased(self, now: datetime) -> bool:
        return self.lease_until is not None and self.lease_until > now

    def dead(self, reason: str) -> SocialAccount:
        """Its tokens are of no use any more, and are not kept."""
        status = AccountStatus.RECONNECT_NEEDED
        return replace(self, status=status, reason=reason, sealed="", lease_until=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class PendingAsk:
    """A user was sent to a platform. `sealed` is the verifier; the state is known by its hash."""

    user_id: str
    platform: Platform
    state_hash: str
    redirect_uri: str
    sealed: str = field(repr=False)
    ends_at: datetime


def hash_of(state: str) -> str:
    return hashlib.sha256(state.encode()).hexdigest()


class ReconnectNeededError(ConflictError):
    """Only the user can help: the account has to be connected again."""

    def __init__(self, platform: Platform, reason: str) -> None:
        says = f"The {platform} account has to be connected again ({reason})."
        super().__init__("social.reconnect_needed", says)
        self.platform, self.reason = platform, reason


class NotConfiguredError(AppRefusedError):
    """Whoever runs this installation has not registered an app with the platform."""

    name = "not_configured"
    says = "this installation has no app there"


class AccountStore(Protocol):
    def get(self, user_id: str, platform: Platform) -> SocialAccount | None:
        """Read consistently."""

    def of_user(self, user_id: str) -> list[SocialAccount]:
        """By platform."""

    def save(self, account: SocialAccount) -> SocialAccount:
        """Write over the version that was read; raises StaleWriteError if it moved on."""

    def delete(self, account: SocialAccount) -> None:
        """Raises StaleWriteError if it moved on since it was read."""

    def ask(self, pending: PendingAsk) -> None:
        """Keep it; an earlier one of the same user and platform is of no use any more."""

    def take(self, user_id: str, platform: Platform, state_hash: str) -> PendingAsk | None:
        """The one that has this state, once: a second time there is none."""
