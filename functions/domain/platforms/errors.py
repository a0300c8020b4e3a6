"""How platforms refuse: a few kinds that call for different acts, whatever their own words are.

PlatformError
├── TokenRefusedError     the access token: refresh once; after that, or if `final`, reconnect
├── GrantRefusedError     a code or a refresh token: reconnect
├── ScopeMissingError     the user or the app lacks a permission: reconnect
├── RateLimitedError      too many calls just now: not before `retry_at`
├── QuotaExhaustedError   nothing for anybody until `until`; None: until somebody pays
├── AppRefusedError       our registration: whoever runs this installation has to mend it
├── PlatformDownError     helped by trying again
└── RequestRefusedError   our own mistake: never helped by trying again
"""

from __future__ import annotations

from datetime import datetime

from functions.domain.errors import CutroomError
from functions.domain.posts.post import Platform


class PlatformError(CutroomError):
    """`reason` is the platform's own short code; its message is not kept: it may hold anything.
    `calls` is how many requests it took to be told."""

    status = 503
    name = "failed"
    says = "failed"

    def __init__(self, platform: Platform, reason: str, says: str | None = None) -> None:
        super().__init__(f"social.{self.name}", f"{platform}: {says or self.says} ({reason}).")
        self.platform, self.reason = platform, reason
        self.calls = 1


class TokenRefusedError(PlatformError):
    """`final`: what was refused cannot be had again by a refresh."""

    status = 409
    name = "token_refused"
    says = "the account's access has ended; connect it again"

    def __init__(self, platform: Platform, reason: str, *, final: bool = False) -> None:
        super().__init__(platform, reason)
        self.final = final


class GrantRefusedError(PlatformError):
    status = 409
    name = "grant_refused"
    says = "the consent is not valid any more; connect the account again"


class ScopeMissingError(PlatformError):
    status = 409
    name = "scope_missing"
    says = "a permission is missing; connect the account again and allow all that is asked for"


class AppRefusedError(PlatformError):
    name = "app_refused"
    says = "the platform refuses this installation's app, which whoever runs it has to mend"


class RateLimitedError(PlatformError):
    retryable = True
    name = "rate_limited"
    says = "too many requests; it goes on later"

    def __init__(self, platform: Platform, reason: str, retry_at: datetime) -> None:
        super().__init__(platform, reason)
        self.retry_at = retry_at


class QuotaExhaustedError(PlatformError):
    name = "quota_exhausted"
    says = "the quota is used up; it goes on when the platform gives more"

    def __init__(self, platform: Platform, reason: str, until: datetime | None) -> None:
        super().__init__(platform, reason)
        self.until = until


class PlatformDownError(PlatformError):
    """`sent`: the request may have been heeded."""

    retryable = True
    name = "platform_down"
    says = "the platform does not answer as it should; try again"

    def __init__(self, platform: Platform, reason: str, *, sent: bool = True) -> None:
        super().__init__(platform, reason)
        self.sent = sent


class RequestRefusedError(PlatformError):
    status = 500
    name = "request_refused"
    says = "the platform does not take our request"
