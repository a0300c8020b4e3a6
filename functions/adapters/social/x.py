"""X API v2: `GET /2/tweets`, up to a hundred ids. Each post in an answer is billed, once a UTC day.

Only public numbers are asked for: a refused private field may take the post out of the answer.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from functions.adapters.social.hosts import Hosts
from functions.adapters.social.http import (
    PlatformHttp,
    Reply,
    Request,
    bearer,
    count,
    part,
    rows,
    word,
)
from functions.domain.platforms.errors import (
    AppRefusedError,
    PlatformError,
    QuotaExhaustedError,
    RateLimitedError,
    RequestRefusedError,
    ScopeMissingError,
    TokenRefusedError,
)
from functions.domain.platforms.grouping import POSTS_IN_A_CALL
from functions.domain.platforms.readings import (
    BatchReading,
    PostReading,
    PostRef,
    PostState,
    QuotaNotice,
    Told,
    failed,
    told,
)
from functions.domain.platforms.tokens import Tokens
from functions.domain.platforms.windows import month
from functions.domain.posts.post import Platform

_ID: Final = re.compile(r"[0-9]{1,19}")
_WINDOW: Final = timedelta(minutes=15)
_FIELDS: Final = {
    "tweet.fields": "created_at,public_metrics,attachments",
    "expansions": "attachments.media_keys",
    "media.fields": "public_metrics",
}
_STATES: Final = {
    "resource-not-found": PostState.MISSING,
    "not-authorized-for-resource": PostState.FORBIDDEN,
}
_KINDS: Final[Mapping[int, type[PlatformError]]] = {401: TokenRefusedError, 403: ScopeMissingError}


class XNumbers:
    platform = Platform.X

    def __init__(self, hosts: Hosts, http: PlatformHttp) -> None:
        self._hosts, self._http = hosts, http

    def read(self, tokens: Tokens, posts: Sequence[PostRef]) -> BatchReading:
        if len(posts) > POSTS_IN_A_CALL[self.platform]:
            raise ValueError("X takes 100 ids")
        # One that is no id would have the whole request refused.
        ids = [post.post_id for post in posts if _ID.fullmatch(post.post_id)]
        if not ids:
            return BatchReading(readings=tuple(map(_never, posts)), calls=0)
        request = Request(
            method="GET",
            url=f"{self._hosts.api}/2/tweets",
            params={"ids": ",".join(ids), **_FIELDS},
            headers=bearer(tokens.access),
        )
        answered = self._http.call(request, lambda reply: accepted(reply, self._http))
        return BatchReading(
            readings=tuple(_readings(posts, answered.value.body)),
            calls=answered.calls,
            quota=_notice(answered.value),
        )


def accepted(reply: Reply, http: PlatformHttp) -> Reply:
    """Raises PlatformError: what tells neither of posts nor of errors is no answer."""
    if reply.status != 200:
        raise _refused(reply, http)
    if not isinstance(reply.body, Mapping) or not {"data", "errors"} & reply.body.keys():
        raise http.down("no_list")
    return reply


def _never(post: PostRef) -> PostReading:
    return PostReading(post_id=post.post_id, state=PostState.MISSING, why="no_id")


def _readings(posts: Sequence[PostRef], body: Any) -> list[PostReading]:
    found = {str(row.get("id")): row for row in rows(body, "data")}
    troubles = {
        str(row.get("resource_id") or row.get("value")): row for row in rows(body, "errors")
    }
    media = {str(row.get("media_key")): row for row in rows(part(body, "includes"), "media")}
    return [
        _read(post.post_id, found[post.post_id], media)
        if post.post_id in found
        else _not_read(post, troubles.get(post.post_id))
        for post in posts
    ]


def _read(post_id: str, row: Mapping[str, Any], media: Mapping[str, Any]) -> PostReading:
    public = part(row, "public_metrics")
    # Renamed by the newer description of the API.
    reposts = public.get("retweet_count", public.get("repost_count"))
    return PostReading(
        post_id=post_id,
        state=PostState.READ,
        numbers={
            "views": _number(public.get("impression_count")),
            "likes": _number(public.get("like_count")),
            "comments": _number(public.get("reply_count")),
            "shares": _sum(reposts, public.get("quote_count")),
        },
        extra=_extra(row, public, media),
        views_are="impression_count",
    )


def _extra(
    row: Mapping[str, Any], public: Mapping[str, Any], media: Mapping[str, Any]
) -> dict[str, int]:
    """Plays of a medium add up over all posts that share it: no view of this post."""
    keys = part(row, "attachments").get("media_keys") or []
    plays = [count(part(media.get(str(key)), "public_metrics").get("view_count")) for key in keys]
    known = [value for value in plays if value is not None]
    saves = count(public.get("bookmark_count"))
    return {
        **({"saves": saves} if saves is not None else {}),
        **({"video_views": sum(known)} if known else {}),
    }


def _not_read(post: PostRef, trouble: Mapping[str, Any] | None) -> PostReading:
    """The last part of the type counts: it is told with either of two hosts."""
    if not _ID.fullmatch(post.post_id):
        return _never(post)
    kind = _kind(trouble or {})
    state = _STATES.get(kind, PostState.MISSING if trouble is None else PostState.FAILED)
    return PostReading(post_id=post.post_id, state=state, why=kind if trouble else "not_listed")


def _kind(trouble: Mapping[str, Any]) -> str:
    return word(str(trouble.get("type", "")).rsplit("/", 1)[-1])


def _number(value: Any) -> Told:
    known = count(value)
    return failed("unreadable") if known is None else told(known)


def _sum(one: Any, other: Any) -> Told:
    parts = [count(one), count(other)]
    return failed("unreadable") if None in parts else told(sum(filter(None, parts)))


def _notice(reply: Reply) -> QuotaNotice | None:
    """Of the window of 15 minutes that this token is in."""
    limit = count(reply.headers.get("x-rate-limit-limit"))
    left = count(reply.headers.get("x-rate-limit-remaining"))
    if not limit or left is None:
        return None
    return QuotaNotice(used=1 - left / limit, resets_at=_reset(reply))


def _reset(reply: Reply) -> datetime | None:
    at = count(reply.headers.get("x-rate-limit-reset"))
    return datetime.fromtimestamp(at, UTC) if at is not None and at < 2**33 else None


def _refused(reply: Reply, http: PlatformHttp) -> PlatformError:
    """By status and headers: three bodies are in use for one and the same limit."""
    platform, now = Platform.X, http.now()
    kind = _kind(reply.body) if isinstance(reply.body, Mapping) else "unknown"
    reason = kind if kind not in {"unknown", "about.blank", "blank"} else f"http_{reply.status}"
    if reply.status == 402:
        return QuotaExhaustedError(platform, reason, None)
    if reply.status == 429 and kind == "usage-capped":
        return QuotaExhaustedError(platform, reason, month(now).ends)
    if reply.status == 429:
        retry_at = _reset(reply) or now + _WINDOW
        return RateLimitedError(platform, reason, max(retry_at, now + timedelta(seconds=1)))
    if kind == "client-forbidden":
        # The app is not enrolled, or lacks access: no user can mend that.
        return AppRefusedError(platform, reason)
    return _KINDS.get(reply.status, RequestRefusedError)(platform, reason)
