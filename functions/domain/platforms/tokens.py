"""Consents: what is asked of a user of a platform, and what we hold once it is given."""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

# Ahead of the end: a batch that has begun may take a while.
AHEAD = timedelta(minutes=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tokens:
    """Never logged, and not shown by `repr`. `refresh` renews them: for Meta, the user's own token.
    `pages` are Meta's tokens of pages by their ids."""

    access: str = field(repr=False)
    refresh: str | None = field(default=None, repr=False)
    access_expires_at: datetime | None = None
    refresh_expires_at: datetime | None = None
    scopes: tuple[str, ...] = ()
    pages: Mapping[str, str] = field(default_factory=dict, repr=False)

    def is_stale(self, now: datetime) -> bool:
        """Whether they end so soon that they are to be renewed first."""
        ends = self.access_expires_at
        return ends is not None and ends - AHEAD <= now


@dataclass(frozen=True, slots=True, kw_only=True)
class Granted:
    """What a consent has given: the tokens, and whose they are."""

    tokens: Tokens
    account_id: str
    name: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """Our registration with a platform."""

    client_id: str
    client_secret: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """One attempt at a consent: `state` ties the answer to it, `verifier` the code (RFC 7636)."""

    state: str = field(repr=False)
    verifier: str = field(repr=False)
    redirect_uri: str

    @property
    def challenge(self) -> str:
        """S256: base64url of the verifier's SHA-256, without padding."""
        digest = hashlib.sha256(self.verifier.encode()).digest()
        return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def new_secret() -> str:
    """43 characters that nobody guesses: a state, or a verifier."""
    return secrets.token_urlsafe(32)
