"""TikTok's Display API v2: `video/query`, up to twenty of the account's own videos."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Final

from functions.adapters.social.hosts import Hosts
from functions.adapters.social.http import PlatformHttp, Reply, Request, bearer, count, rows, word
from functions.domain.platforms.errors import (
    PlatformDownError,
    PlatformError,
    RateLimitedError,
    RequestRefusedError,
    ScopeMissingError,
    TokenRefusedError,
)
from functions.domain.platforms.grouping import POSTS_IN_A_CALL
from functions.domain.platforms.readings import (
    NOT_YET,
    BatchReading,
    PostReading,
    PostRef,
    PostState,
    Told,
    failed,
    told,
)
from functions.domain.platforms.tokens import Tokens
from functions.domain.posts.post import Platform

_ID: Final = re.compile(r"[0-9]{1,20}")
_FIELDS: Final = "id,create_time,share_url,view_count,like_count,comment_count,share_count"
# A minute that slides, and nothing that tells where it stands.
_BACK_OFF: Final = timedelta(seconds=60)
_METRICS: Final = {
    "views": "view_count",
    "likes": "like_count",
    "comments": "comment_count",
    "shares": "share_count",
}


class TikTokNumbers:
    platform = Platform.TIKTOK

    def __init__(self, hosts: Hosts, http: PlatformHttp) -> None:
        self._hosts, self._http = hosts, http

    def read(self, tokens: Tokens, posts: Sequence[PostRef]) -> BatchReading:
        if len(posts) > POSTS_IN_A_CALL[self.platform]:
            raise ValueError("TikTok takes 20 ids")
        ids = [post.post_id for post in posts if _ID.fullmatch(post.post_id)]
        if not ids:
            return BatchReading(
                readings=tuple(_reading(post.post_id, None) for post in posts), calls=0
            )
        request = Request(
            method="POST",
            url=f"{self._hosts.api}/v2/video/query/",
            params={"fields": _FIELDS},
            headers=bearer(tokens.access),
            body={"filters": {"video_ids": ids}},
        )
        answered = self._http.call(request, lambda reply: accepted(reply, self._http))
        videos = rows(answered.value.part("data"), "videos")
        found = {str(video.get("id")): video for video in videos}
        return BatchReading(
            readings=tuple(_reading(post.post_id, found.get(post.post_id)) for post in posts),
            calls=answered.calls,
        )


def accepted(reply: Reply, http: PlatformHttp) -> Reply:
    """Refusals may come with the status 200: the code counts. Raises PlatformError."""
    code = reply.part("error").get("code")
    if reply.status == 200 and code == "ok":
        if not isinstance(reply.part("data").get("videos"), list):
            raise http.down("no_list")
        return reply
    raise _refused(word(code) if code else f"http_{reply.status}", reply, http)


def _reading(post_id: str, video: Mapping[str, Any] | None) -> PostReading:
    """Others', deleted and private videos are left out without a word."""
    if video is None:
        return PostReading(post_id=post_id, state=PostState.MISSING, why="not_listed")
    return PostReading(
        post_id=post_id,
        state=PostState.READ,
        numbers={metric: _number(video, name) for metric, name in _METRICS.items()},
        views_are="view_count",
    )


def _number(video: Mapping[str, Any], name: str) -> Told:
    if video.get(name) is None:
        return NOT_YET
    value = count(video[name])
    return failed("unreadable") if value is None else told(value)


def _refused(code: str, reply: Reply, http: PlatformHttp) -> PlatformError:
    platform = Platform.TIKTOK
    if code == "access_token_invalid" or (reply.status == 401 and "scope" not in code):
        return TokenRefusedError(platform, code)
    if code.startswith("scope_"):
        return ScopeMissingError(platform, code)
    if code == "rate_limit_exceeded" or reply.status == 429:
        return RateLimitedError(platform, code, http.now() + _BACK_OFF)
    if code == "internal_error" or (reply.status == 200 and code == "http_200"):
        return PlatformDownError(platform, code)
    return RequestRefusedError(platform, code)
