"""What the services need of a platform: two ports, each with five adapters."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from functions.domain.platforms.readings import BatchReading, PostRef
from functions.domain.platforms.tokens import Ask, Granted, Tokens
from functions.domain.posts.post import Platform


class PostNumbers(Protocol):
    """Numbers of posts, by one call to their platform."""

    @property
    def platform(self) -> Platform: ...

    def read(self, tokens: Tokens, posts: Sequence[PostRef]) -> BatchReading:
        """As many as a call takes at the most. Posts that cannot be read do not sink the others.
        Raises PlatformError where none can be, and ValueError for too many."""


class Consents(Protocol):
    """The consent of a platform's users, and what follows from it."""

    @property
    def platform(self) -> Platform: ...

    def address(self, ask: Ask) -> str:
        """Where a user is sent to consent."""

    def redeem(self, ask: Ask, code: str, now: datetime) -> Granted:
        """A code is good for one try, and for seconds. Raises GrantRefusedError for one that is
        not, ScopeMissingError where less was allowed than is needed, and PlatformError."""

    def renew(self, tokens: Tokens, now: datetime) -> Tokens:
        """New ones; the old refresh token may be of no use from now on. Raises GrantRefusedError
        where only the user can help, and PlatformError."""

    def revoke(self, tokens: Tokens) -> None:
        """As far as the platform has a way to do it. Raises PlatformError."""
