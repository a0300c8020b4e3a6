"""Posts, videos and Reels of Facebook pages: two requests for each, within batches.

What people did is a post's, how often it was seen is a video's, and a Reel's id is not its post's:
which post a video belongs to is asked once and kept in the details.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from functions.adapters.social.hosts import Hosts
from functions.adapters.social.http import PlatformHttp, count, part
from functions.adapters.social.meta import Ask, MetaBatch, Outcome, gathered, limited
from functions.adapters.social.meta_errors import Answer, insight, refused
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

_POST: Final = re.compile(r"([0-9]{1,20})_[0-9]{1,20}")
_VIDEO: Final = re.compile(r"[0-9]{1,20}")
_DONE: Final = (
    "fields=id,permalink_url,shares,comments.limit(0).summary(true),"
    "reactions.limit(0).summary(true)"
)
# The first that is told: plays of a Reel with and without replays, then views of a video.
_PLAYS: Final = ("fb_reels_total_plays", "blue_reels_play_count", "total_video_views")
_SEEN: Final = "post_media_view"


@dataclass(frozen=True, slots=True)
class _Known:
    """Where a post is asked for: `post` for what was done, `video` for views if it has one."""

    post_id: str
    post: str
    video: str | None

    @property
    def page(self) -> str:
        return self.post.partition("_")[0]

    @property
    def details(self) -> dict[str, str]:
        return {"post": self.post, **({"video": self.video} if self.video else {})}


class FacebookNumbers:
    platform = Platform.FACEBOOK

    def __init__(self, hosts: Hosts, http: PlatformHttp) -> None:
        self._hosts, self._http = hosts, http

    def read(self, tokens: Tokens, posts: Sequence[PostRef]) -> BatchReading:
        if len(posts) > POSTS_IN_A_CALL[self.platform]:
            raise ValueError("a batch takes 25 posts of two requests each")
        batch = MetaBatch(self._hosts, self._http, tokens.access)
        places = self._places(batch, tokens, posts)
        known = [place for place in places if isinstance(place, _Known)]
        asks = [ask for place in known for ask in _asks(place, tokens)]
        answers = iter(batch.ask(asks)) if asks else iter(())
        outcomes = [
            self._outcome(place, next(answers), next(answers))
            if isinstance(place, _Known)
            else place
            for place in places
        ]
        readings = gathered(outcomes, batch.calls)
        quota = limited(outcomes, batch.quota)
        return BatchReading(readings=readings, calls=batch.calls, quota=quota)

    def _places(
        self, batch: MetaBatch, tokens: Tokens, posts: Sequence[PostRef]
    ) -> list[_Known | Outcome]:
        """Videos of which the post is not known yet are asked for it, all at once."""
        new = [post for post in posts if _place(post) is None and _VIDEO.fullmatch(post.post_id)]
        asks = [Ask(f"{post.post_id}?fields=id,post_id,permalink_url") for post in new]
        learned = dict(zip((post.post_id for post in new), batch.ask(asks), strict=True))
        return [
            _place(post) or self._learned(post, learned.get(post.post_id), tokens) for post in posts
        ]

    def _learned(self, post: PostRef, answer: Answer | None, tokens: Tokens) -> _Known | Outcome:
        if answer is None:
            # No id of theirs, such as the short name in an address.
            return _gone(post.post_id, PostState.MISSING, "no_id")
        if answer.error is not None:
            return self._kept(post.post_id, answer)
        named = str(answer.body.get("post_id") or post.post_id)
        page = next(iter(tokens.pages), "")
        return _Known(post.post_id, named if "_" in named else f"{page}_{named}", post.post_id)

    def _outcome(self, place: _Known, done: Answer, seen: Answer) -> Outcome:
        if done.error is not None:
            return self._kept(place.post_id, done)
        views, name = _views(place, seen)
        post = done.body
        numbers = {
            "views": views,
            "likes": _number(part(part(post, "reactions"), "summary").get("total_count")),
            "comments": _number(part(part(post, "comments"), "summary").get("total_count")),
            "shares": _shares(post, seen),
        }
        reading = PostReading(
            post_id=place.post_id,
            state=PostState.READ,
            numbers=numbers,
            views_are=name,
            details=place.details,
        )
        return Outcome(place.post_id, reading)

    def _kept(self, post_id: str, answer: Answer) -> Outcome:
        if answer.missing:
            return _gone(post_id, PostState.MISSING, f"{answer.code}/{answer.subcode}")
        if answer.code == 10:
            return _gone(post_id, PostState.FORBIDDEN, "10")
        error = refused(self.platform, answer.error or {}, self._http.now())
        return Outcome(post_id, error=error)


def _place(post: PostRef) -> _Known | None:
    if "post" in post.details:
        return _Known(post.post_id, post.details["post"], post.details.get("video"))
    return _Known(post.post_id, post.post_id, None) if _POST.fullmatch(post.post_id) else None


def _gone(post_id: str, state: PostState, why: str) -> Outcome:
    return Outcome(post_id, PostReading(post_id=post_id, state=state, why=why))


def _asks(place: _Known, tokens: Tokens) -> tuple[Ask, Ask]:
    """Without naming a metric all that there are come: one wrong name would lose them all."""
    token = tokens.pages.get(place.page)
    own = token if token != tokens.access else None
    seen = (
        f"{place.video}/video_insights" if place.video else f"{place.post}/insights?metric={_SEEN}"
    )
    return Ask(f"{place.post}?{_DONE}", own), Ask(seen, own)


def _views(place: _Known, seen: Answer) -> tuple[Told, str | None]:
    """These count different things: which one it was is told with it."""
    if seen.error is not None:
        late = seen.not_ready
        return (NOT_YET if late else failed(f"meta.{seen.code}")), None
    for name in _PLAYS if place.video else (_SEEN,):
        value = count(insight(seen.body, name))
        if value is not None:
            return told(value), name
    return NOT_YET, None


def _shares(post: Mapping[str, Any], seen: Answer) -> Told:
    """Left out at zero; of a Reel they may be among its insights."""
    if "shares" in post:
        return _number(part(post, "shares").get("count"))
    acts = insight(seen.body, "post_video_social_actions")
    return told((count(acts.get("SHARE")) if isinstance(acts, Mapping) else None) or 0)


def _number(value: Any) -> Told:
    known = count(value)
    return failed("unreadable") if known is None else told(known)
