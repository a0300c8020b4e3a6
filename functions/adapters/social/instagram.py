"""Media of professional Instagram accounts, by Facebook Login: one request for each, in batches.

Which metrics there are depends on the kind of a medium, and one too many has the request refused:
those are asked for once more, each metric by itself, and what was refused is kept in the details.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from functions.adapters.social.hosts import Hosts
from functions.adapters.social.http import PlatformHttp, count
from functions.adapters.social.instagram_ids import media_ids
from functions.adapters.social.meta import Ask, MetaBatch, Outcome, gathered, limited
from functions.adapters.social.meta_errors import Answer, insight, refused
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
from functions.domain.posts.post import METRICS, Platform

_ID: Final = re.compile(r"[0-9]{1,20}")
# Of Reels and of the feed; a story has fewer.
_NAMES: Final = ("views", "likes", "comments", "shares", "saved")
_FIELDS: Final = "fields=id,media_product_type,like_count,comments_count"
_FIELD_OF: Final = {"likes": "like_count", "comments": "comments_count"}


class InstagramNumbers:
    platform = Platform.INSTAGRAM

    def __init__(self, hosts: Hosts, http: PlatformHttp) -> None:
        self._hosts, self._http = hosts, http

    def read(self, tokens: Tokens, posts: Sequence[PostRef]) -> BatchReading:
        if len(posts) > POSTS_IN_A_CALL[self.platform]:
            raise ValueError("a batch takes 50 media")
        batch = MetaBatch(self._hosts, self._http, tokens.access)
        ids = self._ids(batch, tokens, posts)
        known = [post for post in posts if post.post_id in ids]
        asks = [_insights(ids[post.post_id], _wanted(post)) for post in known]
        answers = dict(zip((post.post_id for post in known), batch.ask(asks), strict=True))
        again = [post for post in known if _worth_more(answers[post.post_id])]
        singly = self._singly(batch, ids, again, answers)
        outcomes = [
            self._outcome(post, ids, answers.get(post.post_id), singly.get(post.post_id))
            for post in posts
        ]
        readings = gathered(outcomes, batch.calls)
        quota = limited(outcomes, batch.quota)
        return BatchReading(readings=readings, calls=batch.calls, quota=quota)

    def _ids(self, batch: MetaBatch, tokens: Tokens, posts: Sequence[PostRef]) -> dict[str, str]:
        """Addresses have another name of a medium than the API: it is looked for once."""
        ids = {
            post.post_id: post.details.get("media", post.post_id)
            for post in posts
            if "media" in post.details or _ID.fullmatch(post.post_id)
        }
        named = {post.post_id for post in posts} - ids.keys()
        return {**ids, **(media_ids(batch, tokens, named) if named else {})}

    def _singly(
        self,
        batch: MetaBatch,
        ids: Mapping[str, str],
        posts: Sequence[PostRef],
        answers: Mapping[str, Answer],
    ) -> dict[str, dict[str, Answer]]:
        """The medium's own fields, and each metric by itself where one of them was refused."""
        wanted = {
            post.post_id: _wanted(post) if answers[post.post_id].bad_parameter else ()
            for post in posts
        }
        places = [(post_id, name) for post_id in wanted for name in ("", *wanted[post_id])]
        asks = [
            _insights(ids[post_id], (name,)) if name else Ask(f"{ids[post_id]}?{_FIELDS}")
            for post_id, name in places
        ]
        found: dict[str, dict[str, Answer]] = {}
        for (post_id, name), answer in zip(places, batch.ask(asks), strict=True):
            found.setdefault(post_id, {})[name] = answer
        return found

    def _outcome(
        self,
        post: PostRef,
        ids: Mapping[str, str],
        answer: Answer | None,
        singly: Mapping[str, Answer] | None,
    ) -> Outcome:
        if answer is None:
            return Outcome(post.post_id, _absent(post, "no_id"))
        if answer.missing:
            return Outcome(post.post_id, _absent(post, f"{answer.code}/{answer.subcode}"))
        if answer.before_conversion:
            never = dict.fromkeys(METRICS, UNSUPPORTED)
            return Outcome(post.post_id, _read(post, ids, never, {}, why="before_conversion"))
        if answer.error is not None and singly is None:
            if answer.code == 10:
                reading = PostReading(post_id=post.post_id, state=PostState.FORBIDDEN, why="10")
                return Outcome(post.post_id, reading)
            error = refused(self.platform, answer.error, self._http.now())
            return Outcome(post.post_id, error=error)
        numbers = dict(_numbers(post, answer, singly or {}))
        without = [name for name, one in (singly or {}).items() if name and one.bad_parameter]
        return Outcome(post.post_id, _read(post, ids, numbers, _saves(answer), without=without))


def _wanted(post: PostRef) -> tuple[str, ...]:
    without = post.details.get("without", "").split(",")
    return tuple(name for name in _NAMES if name not in without)


def _insights(media: str, names: Sequence[str]) -> Ask:
    """Where nothing is left to be asked for, the medium itself is."""
    return Ask(f"{media}/insights?metric={','.join(names)}" if names else f"{media}?{_FIELDS}")


def _worth_more(answer: Answer) -> bool:
    return answer.bad_parameter or answer.not_ready


def _numbers(
    post: PostRef, answer: Answer, singly: Mapping[str, Answer]
) -> Iterator[tuple[str, Told]]:
    fields = singly.get("", answer).body
    for metric in METRICS:
        told_ = _number(metric, post, singly.get(metric, answer))
        field = count(fields.get(_FIELD_OF.get(metric, "")))
        yield metric, told(field) if told_.value is None and field is not None else told_


def _number(metric: str, post: PostRef, answer: Answer) -> Told:
    if metric not in _wanted(post) or answer.bad_parameter:
        return UNSUPPORTED
    if answer.not_ready:
        return NOT_YET
    if answer.error is not None:
        return failed(f"meta.{answer.code}")
    value = insight(answer.body, metric)
    if value is None:
        return NOT_YET
    return failed("unreadable") if count(value) is None else told(count(value) or 0)


def _saves(answer: Answer) -> dict[str, int]:
    saves = count(insight(answer.body, "saved"))
    return {} if saves is None else {"saves": saves}


def _absent(post: PostRef, why: str) -> PostReading:
    return PostReading(post_id=post.post_id, state=PostState.MISSING, why=why)


def _read(
    post: PostRef,
    ids: Mapping[str, str],
    numbers: Mapping[str, Told],
    extra: Mapping[str, int],
    *,
    without: Sequence[str] = (),
    why: str | None = None,
) -> PostReading:
    details: dict[str, Any] = dict(post.details)
    if ids[post.post_id] != post.post_id:
        details["media"] = ids[post.post_id]
    if without:
        before = [name for name in details.get("without", "").split(",") if name]
        details["without"] = ",".join([*before, *without])
    return PostReading(
        post_id=post.post_id,
        state=PostState.READ,
        numbers=numbers,
        extra=extra,
        views_are="views",
        details=details,
        why=why,
    )
