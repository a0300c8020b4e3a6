"""Meta's Graph API: requests in batches of fifty, for Facebook and Instagram alike."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from functions.adapters.social.hosts import GRAPH, Hosts
from functions.adapters.social.http import PlatformHttp, Reply, Request
from functions.adapters.social.meta_errors import NO_ANSWER, Answer, error_of, notice, refused
from functions.domain.platforms.errors import (
    PlatformDownError,
    PlatformError,
    RateLimitedError,
)
from functions.domain.platforms.readings import PostReading, PostState, QuotaNotice
from functions.domain.posts.post import Platform

MOST_REQUESTS: Final = 50
_TRIES: Final = 3


@dataclass(frozen=True, slots=True)
class Ask:
    """One request within a batch: a path with its query, and the token if it is not the batch's."""

    url: str
    token: str | None = field(default=None, repr=False)


class MetaBatch:
    """Asks, batch by batch; counts its calls, and remembers what was said of the limits."""

    def __init__(self, hosts: Hosts, http: PlatformHttp, token: str) -> None:
        self._hosts, self._http, self._token = hosts, http, token
        self.calls = 0
        self.quota: QuotaNotice | None = None

    @property
    def platform(self) -> Platform:
        return self._http.platform

    def ask(self, asks: Sequence[Ask]) -> list[Answer]:
        """One answer for each, in their order. What came to nothing is asked for again, for a few
        times. Raises PlatformError where a batch is refused as a whole."""
        answers: dict[int, Answer] = {}
        lost: PlatformDownError | None = None
        for attempt in range(1, _TRIES + 1):
            open_ = [at for at in range(len(asks)) if at not in answers or answers[at].transient]
            if open_ and attempt > 1:
                self._http.wait(attempt - 1)
            for start in range(0, len(open_), MOST_REQUESTS):
                some = open_[start : start + MOST_REQUESTS]
                try:
                    answers |= zip(some, self._send([asks[at] for at in some]), strict=True)
                except PlatformDownError as error:
                    lost = error
        if lost is not None and not answers:
            raise lost
        return [answers.get(at, NO_ANSWER) for at in range(len(asks))]

    def _send(self, asks: Sequence[Ask]) -> list[Answer]:
        batch = [{"method": "GET", "relative_url": ask.url + _own(ask)} for ask in asks]
        request = Request(
            method="POST",
            url=f"{self._hosts.api}/{GRAPH}/",
            form={
                "access_token": self._token,
                "include_headers": "false",
                "batch": json.dumps(batch, separators=(",", ":")),
            },
        )
        try:
            # Tried again above, with what is still open.
            answered = self._http.call(
                request, lambda reply: self._accepted(reply, len(asks)), attempts=1
            )
        except PlatformError as error:
            self.calls += error.calls
            error.calls = self.calls
            raise
        self.calls += answered.calls
        return answered.value

    def _accepted(self, reply: Reply, wanted: int) -> list[Answer]:
        self.quota = notice(reply, self._http.now()) or self.quota
        if not isinstance(reply.body, list) or len(reply.body) != wanted:
            raise refused(self.platform, error_of(reply), self._http.now())
        return [_answer(entry) for entry in reply.body]


def _own(ask: Ask) -> str:
    if not ask.token:
        return ""
    return f"{'&' if '?' in ask.url else '?'}access_token={ask.token}"


def _answer(entry: Any) -> Answer:
    """The body is text; an entry that ran out of time is null."""
    if not isinstance(entry, Mapping):
        return NO_ANSWER
    try:
        body = json.loads(entry.get("body") or "")
    except (TypeError, ValueError):
        return NO_ANSWER
    error = body.get("error") if isinstance(body, Mapping) else None
    if isinstance(error, Mapping):
        return Answer({}, error)
    if not isinstance(body, Mapping) or not body or entry.get("code") != 200:
        return NO_ANSWER
    return Answer(body)


@dataclass(frozen=True, slots=True)
class Outcome:
    """A post's reading, or the error that kept it."""

    post_id: str
    reading: PostReading | None = None
    error: PlatformError | None = None


def gathered(outcomes: Sequence[Outcome], calls: int) -> tuple[PostReading, ...]:
    """One bad post does not sink the others. Raises the PlatformError that all of them met."""
    errors = [one.error for one in outcomes if one.error is not None]
    if errors and len(errors) == len(outcomes) and len({type(error) for error in errors}) == 1:
        errors[0].calls = calls
        raise errors[0]
    return tuple(
        one.reading
        or PostReading(
            post_id=one.post_id, state=PostState.FAILED, why=one.error.code if one.error else None
        )
        for one in outcomes
    )


def limited(outcomes: Sequence[Outcome], known: QuotaNotice | None) -> QuotaNotice | None:
    """A request of a batch that met a limit tells of it, whatever the headers say."""
    for one in outcomes:
        if isinstance(one.error, RateLimitedError):
            return QuotaNotice(used=1.0, resets_at=one.error.retry_at)
    return known
