"""YouTube Data API v3: `videos.list`, one unit of the project's day for up to fifty ids.

Its terms forbid mixing its numbers with others'; shares it does not tell at all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Final

from functions.adapters.social.hosts import Hosts
from functions.adapters.social.http import PlatformHttp, Reply, Request, bearer, count, rows, word
from functions.domain.platforms.errors import (
    AppRefusedError,
    PlatformDownError,
    PlatformError,
    QuotaExhaustedError,
    RateLimitedError,
    RequestRefusedError,
    ScopeMissingError,
    TokenRefusedError,
)
from functions.domain.platforms.grouping import POSTS_IN_A_CALL
from functions.domain.platforms.readings import (
    NOT_YET,
    UNSUPPORTED,
    BatchReading,
    PostReading,
    PostRef,
    PostState,
    Told,
    failed,
    told,
)
from functions.domain.platforms.tokens import Tokens
from functions.domain.platforms.windows import pacific_day
from functions.domain.posts.post import Platform

_DAY_IS_USED: Final = {"quotaExceeded", "dailyLimitExceeded"}
_TOO_FAST: Final = {"rateLimitExceeded", "userRateLimitExceeded"}
_ACCOUNT_GONE: Final = {
    "accountDelegationForbidden",
    "authenticatedUserAccountClosed",
    "authenticatedUserAccountSuspended",
}
# Of our project, whoever the user is.
_OF_THE_APP: Final = {
    "keyInvalid",
    "accessNotConfigured",
    "API_KEY_SERVICE_BLOCKED",
    "SERVICE_DISABLED",
}
_NO_RIGHT: Final = {"insufficientPermissions", "forbidden", "ACCESS_TOKEN_SCOPE_INSUFFICIENT"}
# The first that fits: what is wrong with our project may be called forbidden as well.
_KINDS: Final[Sequence[tuple[set[str], type[PlatformError]]]] = (
    (_OF_THE_APP, AppRefusedError),
    (_NO_RIGHT, ScopeMissingError),
    ({"processingFailure", "backendError"}, PlatformDownError),
)
# Nothing tells how long: their advice is to wait, and to wait longer.
_BACK_OFF: Final = timedelta(minutes=1)


class YouTubeNumbers:
    platform = Platform.YOUTUBE

    def __init__(self, hosts: Hosts, http: PlatformHttp) -> None:
        self._hosts, self._http = hosts, http

    def read(self, tokens: Tokens, posts: Sequence[PostRef]) -> BatchReading:
        if len(posts) > POSTS_IN_A_CALL[self.platform]:
            raise ValueError("YouTube takes 50 ids")
        request = Request(
            method="GET",
            url=f"{self._hosts.api}/youtube/v3/videos",
            params={"part": "statistics,status", "id": ",".join(post.post_id for post in posts)},
            headers=bearer(tokens.access),
        )
        answered = self._http.call(request, lambda reply: items_of(reply, self._http))
        found = {str(item.get("id")): item for item in answered.value}
        return BatchReading(
            readings=tuple(_reading(post.post_id, found.get(post.post_id)) for post in posts),
            calls=answered.calls,
        )


def items_of(reply: Reply, http: PlatformHttp) -> list[Any]:
    """Raises PlatformError: what is no list is no answer, and not one of nothing found."""
    if reply.status != 200:
        raise _refused(reply, http)
    if not isinstance(reply.body, Mapping) or not {"kind", "items"} & reply.body.keys():
        raise http.down("no_list")
    return list(rows(reply.body, "items"))


def _reading(post_id: str, item: Mapping[str, Any] | None) -> PostReading:
    """Deleted, private and unknown ids are only left out."""
    if item is None:
        return PostReading(post_id=post_id, state=PostState.MISSING, why="not_listed")
    numbers = item.get("statistics") or {}
    return PostReading(
        post_id=post_id,
        state=PostState.READ,
        numbers={
            "views": _number(numbers, "viewCount", absent=NOT_YET),
            # Absent where the owner hides ratings, or has switched comments off.
            "likes": _number(numbers, "likeCount", absent=UNSUPPORTED),
            "comments": _number(numbers, "commentCount", absent=UNSUPPORTED),
            "shares": UNSUPPORTED,
        },
        views_are="viewCount",
    )


def _number(numbers: Mapping[str, Any], name: str, absent: Told) -> Told:
    """64-bit numbers come as text."""
    if name not in numbers:
        return absent
    value = count(numbers[name])
    return failed("unreadable") if value is None else told(value)


def _refused(reply: Reply, http: PlatformHttp) -> PlatformError:
    platform, now = Platform.YOUTUBE, http.now()
    error = reply.part("error")
    reasons = [word(row.get("reason")) for key in ("errors", "details") for row in rows(error, key)]
    reason = next((one for one in reasons if one != "unknown"), f"http_{reply.status}")
    known = set(reasons)
    if known & _DAY_IS_USED:
        return QuotaExhaustedError(platform, reason, pacific_day(now).ends)
    if known & _TOO_FAST or reply.status == 429:
        return RateLimitedError(platform, reason, now + _BACK_OFF)
    if reply.status == 401 or known & _ACCOUNT_GONE:
        return TokenRefusedError(platform, reason, final=bool(known & _ACCOUNT_GONE))
    kind = next((kind for told, kind in _KINDS if known & told), RequestRefusedError)
    return kind(platform, reason)
