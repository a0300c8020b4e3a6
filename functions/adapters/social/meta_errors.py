"""What Meta's Graph API answers with: its errors, and what it tells of limits and of metrics."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from functions.adapters.social.http import Reply, count, part, word
from functions.domain.platforms.errors import (
    PlatformDownError,
    PlatformError,
    RateLimitedError,
    RequestRefusedError,
    ScopeMissingError,
    TokenRefusedError,
)
from functions.domain.platforms.readings import QuotaNotice
from functions.domain.posts.post import Platform

_LIMITS: Final = {4, 17, 32, 613, 80001, 80002, 341, 368}
_TRANSIENT: Final = {1, 2}
# Of 190: the app was removed, a checkpoint, a new password, not confirmed, logged out.
_FOR_GOOD: Final = {458, 459, 460, 464, 467}
# An hour is the window of most of their limits, where no answer says more.
_BACK_OFF: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Answer:
    """What one request of a batch came to: its body, or why there is none."""

    body: Mapping[str, Any]
    error: Mapping[str, Any] | None = None

    @property
    def code(self) -> int:
        return count((self.error or {}).get("code")) or 0

    @property
    def subcode(self) -> int:
        return count((self.error or {}).get("error_subcode")) or 0

    @property
    def missing(self) -> bool:
        """Gone, or of others: they do not tell which."""
        return (self.code == 100 and self.subcode == 33) or self.code == 803

    @property
    def not_ready(self) -> bool:
        """It has the code of a missing permission, and is none."""
        return self.code == 10 and "enough viewers" in str((self.error or {}).get("message"))

    @property
    def bad_parameter(self) -> bool:
        """A metric that this object does not have, or that is no more."""
        return self.code == 100 and self.subcode == 0

    @property
    def before_conversion(self) -> bool:
        return self.code == 100 and self.subcode == 2108006

    @property
    def transient(self) -> bool:
        return self.error is not None and _transient(self.error)


NO_ANSWER: Final = Answer({}, {"code": 2, "message": "no answer"})


def error_of(reply: Reply) -> Mapping[str, Any]:
    """Of an answer as a whole; one without any is as good as none."""
    return reply.part("error") or {"code": 2, "message": "no answer"}


def is_of_the_app(error: Mapping[str, Any]) -> bool:
    """A wrong id has a code of its own; a wrong secret that of an error that passes."""
    code, says = count(error.get("code")), str(error.get("message"))
    return code == 101 or (code == 1 and "client secret" in says)


def _transient(error: Mapping[str, Any]) -> bool:
    code = count(error.get("code")) or 0
    return code not in _LIMITS and (code in _TRANSIENT or error.get("is_transient") is True)


def refused(platform: Platform, error: Mapping[str, Any], now: datetime) -> PlatformError:
    """What an error means: by its code, since statuses and words differ."""
    code = count(error.get("code")) or 0
    subcode = count(error.get("error_subcode")) or 0
    reason = word(f"{code}/{subcode}" if subcode else str(code))
    if code in _LIMITS:
        return RateLimitedError(platform, reason, now + _BACK_OFF)
    if code in {190, 102}:
        return TokenRefusedError(platform, reason, final=subcode in _FOR_GOOD)
    if code == 10 or 200 <= code <= 299:
        return ScopeMissingError(platform, reason)
    if _transient(error):
        return PlatformDownError(platform, reason)
    return RequestRefusedError(platform, reason)


def notice(reply: Reply, now: datetime) -> QuotaNotice | None:
    """Shares are told in percent, the wait in minutes; without much traffic nothing is told."""
    told = [*_usages(reply.headers.get("x-app-usage"))]
    told += _usages(reply.headers.get("x-business-use-case-usage"))
    if not told:
        return None
    names = ("call_count", "total_time", "total_cputime")
    used = max(count(usage.get(name)) or 0 for usage in told for name in names) / 100
    wait = max(count(usage.get("estimated_time_to_regain_access")) or 0 for usage in told)
    if wait:
        return QuotaNotice(used=max(used, 1.0), resets_at=now + timedelta(minutes=wait))
    return QuotaNotice(used=used, resets_at=now + _BACK_OFF if used >= 1 else None)


def _usages(header: str | None) -> list[Mapping[str, Any]]:
    try:
        told = json.loads(header or "null")
    except ValueError:
        return []
    if not isinstance(told, Mapping):
        return []
    nested = [row for rows in told.values() if isinstance(rows, list) for row in rows]
    return [row for row in nested if isinstance(row, Mapping)] or [told]


def insight(body: Mapping[str, Any], name: str) -> Any:
    """The value of a lifetime metric, in either of its two places; None where it is not told."""
    listed = body.get("data")
    for row in listed if isinstance(listed, list) else []:
        if isinstance(row, Mapping) and row.get("name") == name:
            values = row.get("values")
            if isinstance(values, list) and values and isinstance(values[0], Mapping):
                return values[0].get("value")
            return part(row, "total_value").get("value")
    return None
