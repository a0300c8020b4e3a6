"""YouTube Data API v3 and Google's OAuth: units by the project's day, ids that are left out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from infra.local.simulators.social import grants
from infra.local.simulators.social.grants import Grant, Grants, require
from infra.local.simulators.social.wire import Answer, Call, WrongError
from infra.local.simulators.social.world import Post, World

NAME: Final = "youtube"
UNITS: Final = 10_000
_PARTS: Final = {"id", "snippet", "statistics", "status", "contentDetails"}
_COUNTS: Final = {"views": "viewCount", "likes": "likeCount", "comments": "commentCount"}
_QUOTA: Final = (
    "The request cannot be completed because you have exceeded your "
    '<a href="/youtube/v3/getting-started#quota">quota</a>.'
)


def error(
    code: int, reason: str, message: str, domain: str = "global", status: str = "", **more: Any
) -> Answer:
    """Google's envelope."""
    named = {"status": status} if status else {}
    details = {"details": more.pop("details")} if "details" in more else {}
    rows = [{"message": message, "domain": domain, "reason": reason, **more}]
    body = {"code": code, "message": message, "errors": rows, **named, **details}
    return Answer(code, {"error": body})


ERRORS: Final[Mapping[str, Answer]] = {
    "quota": error(403, "quotaExceeded", _QUOTA, "youtube.quota"),
    "daily_limit": error(403, "dailyLimitExceeded", "Daily Limit Exceeded.", "usageLimits"),
    "rate": error(
        429,
        "rateLimitExceeded",
        "Resource has been exhausted (e.g. check quota).",
        status="RESOURCE_EXHAUSTED",
    ),
    "rate_403": error(403, "rateLimitExceeded", "Rate Limit Exceeded", "usageLimits"),
    "token": error(
        401,
        "authError",
        "Request had invalid authentication credentials. Expected OAuth 2 access token, login "
        "cookie or other valid authentication credential. See "
        "https://developers.google.com/identity/sign-in/web/devconsole-project.",
        status="UNAUTHENTICATED",
        location="Authorization",
        locationType="header",
    ),
    "scope": error(
        403,
        "insufficientPermissions",
        "Request had insufficient authentication scopes.",
        status="PERMISSION_DENIED",
        details=[
            {
                "@type": "type.googleapis.com/google.rpc.ErrorInfo",
                "reason": "ACCESS_TOKEN_SCOPE_INSUFFICIENT",
                "domain": "googleapis.com",
            }
        ],
    ),
    "too_many": error(
        400,
        "invalidFilters",
        "The request specifies an invalid filter parameter.",
        "youtube.parameter",
        location="parameters.",
        locationType="other",
    ),
    "argument": error(
        400, "badRequest", "Request contains an invalid argument.", status="INVALID_ARGUMENT"
    ),
    "key": error(400, "keyInvalid", "Bad Request", "usageLimits"),
    "key_blocked": error(
        403,
        "forbidden",
        "Requests to this API are blocked.",
        status="PERMISSION_DENIED",
        details=[
            {
                "@type": "type.googleapis.com/google.rpc.ErrorInfo",
                "reason": "API_KEY_SERVICE_BLOCKED",
                "domain": "googleapis.com",
            }
        ],
    ),
    "account_closed": error(403, "authenticatedUserAccountClosed", "Closed.", "youtube.common"),
    "account_suspended": error(
        403, "authenticatedUserAccountSuspended", "Suspended.", "youtube.common"
    ),
    "delegation": error(403, "accountDelegationForbidden", "Forbidden.", "youtube.header"),
    "forbidden": error(403, "forbidden", "Forbidden", "youtube.common"),
    "processing": error(400, "processingFailure", "Cannot be processed.", "youtube.common"),
    "unknown_part": error(400, "unknownPart", "Unknown part.", "youtube.part"),
    "missing_parameter": error(
        400, "missingRequiredParameter", "No filter selected.", "youtube.parameter"
    ),
    "incompatible": error(400, "incompatibleParameters", "Incompatible.", "youtube.parameter"),
    "unexpected": error(400, "unexpectedParameter", "Unexpected.", "youtube.parameter"),
    "backend": error(503, "backendError", "Backend Error"),
}


class YouTube:
    def __init__(self, world: World) -> None:
        self._world = world
        self.grants = Grants(world, NAME, "ya29.", (600, 3_599, 180 * 86_400))
        self.used: dict[str, int] = {}
        self._routes: dict[tuple[str, str], Callable[[Call], Answer]] = {
            ("GET", "/youtube/v3/videos"): self._videos,
            ("GET", "/youtube/v3/channels"): self._channels,
            ("GET", "/o/oauth2/v2/auth"): self._consent,
            ("POST", "/token"): self._token,
            ("POST", "/revoke"): self._revoke,
        }

    errors: Mapping[str, Answer] = {**ERRORS, **grants.refusals()}

    def is_api(self, call: Call) -> bool:
        return call.path.startswith("/youtube/")

    def ids(self, call: Call) -> tuple[str, ...]:
        return tuple(filter(None, call.query.get("id", "").split(",")))

    def answer(self, call: Call) -> Answer:
        route = self._routes.get((call.method, call.path))
        return route(call) if route else Answer(404, {"error": {"code": 404}})

    def _spend(self) -> None:
        """Invalid requests cost a unit, too."""
        now = datetime.fromtimestamp(self._world.now(), UTC)
        day = str(now.astimezone(ZoneInfo("America/Los_Angeles")).date())
        if self.used.get(day, 0) >= self._world.limit("youtube.units", UNITS):
            raise WrongError(ERRORS["quota"])
        self.used[day] = self.used.get(day, 0) + 1

    def _caller(self, call: Call) -> Grant | None:
        """Public videos are told for a key alone."""
        if call.query.get("key") and not call.bearer:
            if call.query["key"] != grants.CLIENT:
                raise WrongError(ERRORS["key"])
            return None
        grant = self.grants.holder(call.bearer)
        if grant is None:
            raise WrongError(ERRORS["token"])
        if "https://www.googleapis.com/auth/youtube.readonly" not in grant.scopes:
            raise WrongError(ERRORS["scope"])
        return grant

    def _videos(self, call: Call) -> Answer:
        self._spend()
        caller = self._caller(call)
        parts = set(filter(None, call.query.get("part", "").split(",")))
        ids = self.ids(call)
        if not parts or not ids:
            return ERRORS["missing_parameter"]
        if parts - _PARTS:
            return ERRORS["unknown_part"]
        if len(ids) > 50:
            return ERRORS["too_many"]
        found = [self._world.find(NAME, one) for one in dict.fromkeys(ids)]
        mine = caller.account if caller else None
        shown = [post for post in found if post and (post.state == "public" or post.owner == mine)]
        items = [self._item(post, parts) for post in shown]
        info = {"totalResults": len(items), "resultsPerPage": len(items)}
        body = {"kind": "youtube#videoListResponse", "etag": "e", "items": items, "pageInfo": info}
        return Answer(200, body)

    def _item(self, post: Post, parts: set[str]) -> dict[str, Any]:
        item: dict[str, Any] = {"kind": "youtube#video", "etag": "e", "id": post.post_id}
        now = self._world.now()
        if "status" in parts:
            item["status"] = {
                "uploadStatus": "processed",
                "privacyStatus": post.state,
                "embeddable": True,
                "madeForKids": False,
            }
        if "statistics" in parts:
            told = {_COUNTS[one]: str(post.count(one, now)) for one in _COUNTS}
            for one in post.hides:
                told.pop(_COUNTS.get(one, ""), None)
            item["statistics"] = {**told, "favoriteCount": "0"}
        return item

    def _channels(self, call: Call) -> Answer:
        self._spend()
        caller = self._caller(call)
        if caller is None or "youtube.no_channel" in self._world.flags:
            return Answer(200, {"kind": "youtube#channelListResponse", "items": []})
        account = self._world.account(NAME, caller.account)
        item = {"kind": "youtube#channel", "id": account.account_id}
        item |= {"snippet": {"title": account.name}}  # type: ignore[dict-item]
        return Answer(200, {"kind": "youtube#channelListResponse", "items": [item]})

    def _consent(self, call: Call) -> Answer:
        return grants.consent(self._world, NAME, self.grants, call, key="client_id", separator=" ")

    def _token(self, call: Call) -> Answer:
        form = call.form
        known = (form.get("client_id"), form.get("client_secret"))
        says = {"error": "invalid_client", "error_description": "Unauthorized"}
        require(known == (grants.CLIENT, grants.SECRET), 401, says)
        gone = "Token has been expired or revoked."
        if form.get("grant_type") == "refresh_token":
            grant = self.grants.renew(form.get("refresh_token", ""))
            require(grant is not None, 400, {"error": "invalid_grant", "error_description": gone})
            return Answer(200, self._pair(grant, first=False))
        code = self.grants.fetch(form.get("code", ""), form.get("redirect_uri", ""))
        good = code is not None and grants.proves(code, form.get("code_verifier", ""))
        bad = {"error": "invalid_grant", "error_description": "Malformed auth code."}
        require(good, 400, bad)
        assert code is not None  # noqa: S101  (held above)
        return Answer(200, self._pair(self.grants.issue(code.account, code.scopes), first=True))

    def _pair(self, grant: Grant | None, *, first: bool) -> dict[str, Any]:
        assert grant is not None  # noqa: S101  (held by who calls)
        return {
            "access_token": grant.access,
            "expires_in": self.grants.access_s,
            **({"refresh_token": grant.refresh} if first else {}),
            "scope": " ".join(grant.scopes),
            "token_type": "Bearer",
        }

    def _revoke(self, call: Call) -> Answer:
        done = self.grants.revoke(call.form.get("token", call.query.get("token", "")))
        return Answer(200, {}) if done else Answer(400, {"error": "invalid_token"})
