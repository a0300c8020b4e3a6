"""X API v2: billed by post and day, counted by window, refresh tokens that are good for once."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from infra.local.simulators.social import grants
from infra.local.simulators.social.grants import Grant, Grants, require
from infra.local.simulators.social.wire import Answer, Call, WrongError
from infra.local.simulators.social.world import Post, World

NAME: Final = "x"
WINDOW_S: Final = 900
CALLS: Final = 5_000
_ID: Final = re.compile(r"[0-9]{1,19}")
_PROBLEMS: Final = "https://api.twitter.com/2/problems"
_NEWER: Final = "https://api.x.com/2/problems"


def problem(status: int, title: str, kind: str = "", **more: Any) -> Answer:
    """RFC 7807; a kind of no name has its status in the body."""
    named = {"type": f"{_PROBLEMS}/{kind}"} if kind else {"type": "about:blank", "status": status}
    return Answer(status, {"title": title, **named, "detail": title, **more})


_RATE: Final = "rate-limit-exceeded"
ERRORS: Final[Mapping[str, Answer]] = {
    "rate": problem(429, "Too Many Requests"),
    "rate_88": Answer(429, {"errors": [{"code": 88, "message": "Rate limit exceeded"}]}),
    "rate_problem": problem(
        429,
        "Rate Limit Exceeded",
        _RATE,
        errors=[{"detail": "Rate limit exceeded", "type": f"{_PROBLEMS}/{_RATE}"}],
    ),
    "usage_cap": problem(
        429,
        "UsageCapExceeded",
        "usage-capped",
        account_id=1234567890,
        product_name="standard-basic",
        period="Monthly",
        scope="Product",
    ),
    "credits": problem(402, "CreditsDepleted", "credits", account_id=1234567890),
    "token": problem(401, "Unauthorized"),
    "auth_type": problem(403, "Unsupported Authentication", "unsupported-authentication"),
    "forbidden": problem(403, "Forbidden"),
    "client_forbidden": problem(403, "Client Forbidden", "client-forbidden"),
    "argument": problem(
        400,
        "Invalid Request",
        "invalid-request",
        errors=[
            {
                "parameters": {"ids": ["abc"]},
                "message": "The `ids` query parameter value [abc] is not valid",
            }
        ],
    ),
    "unavailable": problem(503, "Service Unavailable"),
}


class X:
    def __init__(self, world: World) -> None:
        self._world = world
        self.grants = Grants(world, NAME, "x.", (30, 7_200, 180 * 86_400))
        self.windows: dict[tuple[str, int], int] = {}
        self.billed: set[tuple[str, str]] = set()
        self._routes: dict[tuple[str, str], Callable[[Call], Answer]] = {
            ("GET", "/2/tweets"): self._tweets,
            ("GET", "/2/users/me"): self._me,
            ("GET", "/i/oauth2/authorize"): self._consent,
            ("POST", "/2/oauth2/token"): self._token,
            ("POST", "/2/oauth2/revoke"): self._revoke,
        }

    errors: Mapping[str, Answer] = {**ERRORS, **grants.refusals()}

    def is_api(self, call: Call) -> bool:
        return call.method == "GET" and call.path.startswith("/2/")

    def ids(self, call: Call) -> tuple[str, ...]:
        return tuple(filter(None, call.query.get("ids", "").split(",")))

    def answer(self, call: Call) -> Answer:
        route = self._routes.get((call.method, call.path))
        if route is None:
            return problem(404, "Not Found")
        answer = route(call)
        return Answer(answer.status, answer.body, {**self.headers(call), **answer.headers})

    def headers(self, call: Call) -> dict[str, str]:
        """On every answer of the API: of the window that the token is in."""
        if not self.is_api(call):
            return {}
        limit, (began, used) = self._limit(), self._window(call)
        return {
            "x-rate-limit-limit": str(limit),
            "x-rate-limit-remaining": str(max(0, limit - used)),
            "x-rate-limit-reset": str(began + WINDOW_S),
        }

    def _limit(self) -> int:
        return self._world.limit("x.calls", CALLS)

    def _window(self, call: Call) -> tuple[int, int]:
        began = int(self._world.now()) // WINDOW_S * WINDOW_S
        return began, self.windows.get((call.bearer, began), 0)

    def _caller(self, call: Call) -> Grant:
        grant = self.grants.holder(call.bearer)
        if grant is None:
            raise WrongError(ERRORS["token"])
        began, used = self._window(call)
        if used >= self._limit():
            raise WrongError(Answer(429, ERRORS["rate"].body, self.headers(call)))
        self.windows[call.bearer, began] = used + 1
        if not {"tweet.read", "users.read"} <= set(grant.scopes):
            raise WrongError(ERRORS["forbidden"])
        return grant

    def _tweets(self, call: Call) -> Answer:
        caller, ids = self._caller(call), self.ids(call)
        if not 1 <= len(ids) <= 100 or not all(map(_ID.fullmatch, ids)):
            return ERRORS["argument"]
        found = {one: self._world.find(NAME, one) for one in dict.fromkeys(ids)}
        seen = [post for post in found.values() if post and _open(post, caller)]
        self._bill(seen)
        data = [self._tweet(post, call) for post in seen]
        problems = _NEWER if "x.newer" in self._world.flags else _PROBLEMS
        errors = [_missing(one, post, problems) for one, post in found.items() if post not in seen]
        media = self._media(seen, call)
        return Answer(
            200,
            {
                **({"data": data} if data else {}),
                **({"includes": {"media": media}} if media else {}),
                **({"errors": errors} if errors else {}),
            },
        )

    def _bill(self, posts: list[Post]) -> None:
        """The same post again in the same day of UTC is free."""
        day = datetime.fromtimestamp(self._world.now(), UTC).date().isoformat()
        self.billed |= {(day, post.post_id) for post in posts}

    def _tweet(self, post: Post, call: Call) -> dict[str, Any]:
        """Only what was asked for, beside what always comes. The newer description has other
        names, which it takes and gives together."""
        newer = "x.newer" in self._world.flags
        asked = call.query.get("post.fields" if newer else "tweet.fields", "")
        asked = asked or call.query.get("tweet.fields", "")
        fields = asked.split(",")
        tweet: dict[str, Any] = {"id": post.post_id, "text": "New clip https://t.co/x"}
        tweet["edit_history_post_ids" if newer else "edit_history_tweet_ids"] = [post.post_id]
        if "created_at" in fields:
            at = datetime.fromtimestamp(post.posted_at, UTC)
            tweet["created_at"] = at.strftime("%Y-%m-%dT%H:%M:%S.000Z")
        if "attachments" in fields and post.video_id:
            tweet["attachments"] = {"media_keys": [post.video_id]}
        if "public_metrics" in fields:
            tweet["public_metrics"] = self._public(post, newer=newer)
        return tweet

    def _public(self, post: Post, *, newer: bool) -> dict[str, int]:
        now = self._world.now()
        return {
            "repost_count" if newer else "retweet_count": post.count("shares", now),
            "reply_count": post.count("comments", now),
            "like_count": post.count("likes", now),
            "quote_count": post.count("quotes", now),
            "bookmark_count": post.count("saves", now),
            "impression_count": post.count("views", now),
        }

    def _media(self, posts: list[Post], call: Call) -> list[dict[str, Any]]:
        if "attachments.media_keys" not in call.query.get("expansions", ""):
            return []
        told = "public_metrics" in call.query.get("media.fields", "")
        now = self._world.now()
        return [
            {
                "media_key": post.video_id,
                "type": "video",
                **({"public_metrics": {"view_count": post.count("plays", now)}} if told else {}),
            }
            for post in posts
            if post.video_id
        ]

    def _me(self, call: Call) -> Answer:
        account = self._world.account(NAME, self._caller(call).account)
        user = {"id": account.account_id, "name": account.name, "username": account.name}
        return Answer(200, {"data": user})

    def _consent(self, call: Call) -> Answer:
        """Never without a challenge."""
        method = call.query.get("code_challenge_method")
        if method != "S256" or not call.query.get("code_challenge"):
            return Answer(400, {"error": "invalid_request"})
        return grants.consent(self._world, NAME, self.grants, call, key="client_id", separator=" ")

    def _token(self, call: Call) -> Answer:
        pair = base64.b64encode(f"{grants.CLIENT}:{grants.SECRET}".encode()).decode()
        header = call.headers.get("authorization")
        says = "Missing valid authorization header"
        body = {"error": "unauthorized_client", "error_description": says}
        require(header == f"Basic {pair}", 401, body)
        grant, form = None, call.form
        if form.get("grant_type") == "refresh_token":
            grant = self.grants.rotate(form.get("refresh_token", ""), kills=True)
        else:
            code = self.grants.fetch(form.get("code", ""), form.get("redirect_uri", ""))
            if code is not None and grants.proves(code, form.get("code_verifier", "")):
                grant = self.grants.issue(code.account, code.scopes)
        says = "Value passed for the token was invalid."
        require(grant is not None, 400, {"error": "invalid_request", "error_description": says})
        assert grant is not None  # noqa: S101
        return Answer(
            200,
            {
                "token_type": "bearer",
                "expires_in": self.grants.access_s,
                "access_token": grant.access,
                "scope": " ".join(grant.scopes),
                "refresh_token": grant.refresh,
            },
        )

    def _revoke(self, call: Call) -> Answer:
        self.grants.revoke(call.form.get("token", ""))
        return Answer(200, {"revoked": True})


def _open(post: Post, caller: Grant) -> bool:
    """A field that is refused may take its post with it."""
    is_shown = post.state == "public" or post.owner == caller.account
    return is_shown and "fields" not in post.hides


def _missing(post_id: str, post: Post | None, problems: str) -> dict[str, str]:
    common = {
        "value": post_id,
        "resource_id": post_id,
        "resource_type": "tweet",
        "parameter": "ids",
    }
    if post is None:
        return {
            **common,
            "title": "Not Found Error",
            "detail": f"Could not find tweet with ids: [{post_id}].",
            "type": f"{problems}/resource-not-found",
        }
    if "fields" in post.hides:
        field = "non_public_metrics.impression_count"
        return {
            **common,
            "title": "Field Authorization Error",
            "section": "data",
            "field": field,
            "detail": (
                f"Sorry, you are not authorized to access '{field}' on the Tweet with ids : "
                f"[{post_id}]."
            ),
            "type": f"{problems}/not-authorized-for-field",
        }
    return {
        **common,
        "title": "Authorization Error",
        "section": "data",
        "detail": f"Sorry, you are not authorized to see the Tweet with ids: [{post_id}].",
        "type": f"{problems}/not-authorized-for-resource",
    }
