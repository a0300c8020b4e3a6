"""TikTok's Display API and Login Kit: errors behind the status 200, refresh tokens that rotate."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from infra.local.simulators.social import grants
from infra.local.simulators.social.grants import Grant, Grants
from infra.local.simulators.social.wire import Answer, Call, WrongError
from infra.local.simulators.social.world import Post, World

NAME: Final = "tiktok"
CALLS: Final = 600
_LOG_ID: Final = "20261121050505ABCDEF"
_COUNTS: Final = {
    "view_count": "views",
    "like_count": "likes",
    "comment_count": "comments",
    "share_count": "shares",
}
_FIELDS: Final = {"id", "create_time", "share_url", "title", "duration", *_COUNTS}


def refusal(status: int, code: str, message: str) -> Answer:
    body = {"data": {}, "error": {"code": code, "message": message, "log_id": _LOG_ID}}
    return Answer(status, body)


_TOKEN_SAYS: Final = "The access token is invalid or not found in the request."  # noqa: S105
_RATE_SAYS: Final = "The API rate limit was exceeded. Please try again later."
_SCOPE_SAYS: Final = "The user did not authorize the scope required for completing this request."
ERRORS: Final[Mapping[str, Answer]] = {
    "token": refusal(401, "access_token_invalid", _TOKEN_SAYS),
    "token_200": refusal(200, "access_token_invalid", _TOKEN_SAYS),
    "scope": refusal(401, "scope_not_authorized", _SCOPE_SAYS),
    "scope_missed": refusal(401, "scope_permission_missed", _SCOPE_SAYS),
    "argument": refusal(400, "invalid_params", "Invalid parameters."),
    "rate": refusal(429, "rate_limit_exceeded", _RATE_SAYS),
    "rate_200": refusal(200, "rate_limit_exceeded", _RATE_SAYS),
    "internal": refusal(500, "internal_error", "Something went wrong."),
    "internal_200": refusal(200, "internal_error", "Something went wrong."),
}


class TikTok:
    def __init__(self, world: World) -> None:
        self._world = world
        self.grants = Grants(world, NAME, "act.", (300, 7_200, 180 * 86_400))
        self.calls: list[float] = []
        self._routes: dict[tuple[str, str], Callable[[Call], Answer]] = {
            ("POST", "/v2/video/query/"): self._query,
            ("GET", "/v2/auth/authorize/"): self._consent,
            ("POST", "/v2/oauth/token/"): self._token,
            ("POST", "/v2/oauth/revoke/"): self._revoke,
            ("POST", "/v2/post/publish/status/fetch/"): self._published,
        }

    errors: Mapping[str, Answer] = {**ERRORS, **grants.refusals(200)}

    def is_api(self, call: Call) -> bool:
        return call.path == "/v2/video/query/"

    def ids(self, call: Call) -> tuple[str, ...]:
        filters = call.body.get("filters") if isinstance(call.body, Mapping) else None
        ids = filters.get("video_ids") if isinstance(filters, Mapping) else None
        return tuple(map(str, ids)) if isinstance(ids, list) else ()

    def answer(self, call: Call) -> Answer:
        route = self._routes.get((call.method, call.path))
        return route(call) if route else refusal(404, "invalid_params", "Unsupported path.")

    def _caller(self, call: Call) -> Grant:
        grant = self.grants.holder(call.bearer)
        if grant is None:
            raise WrongError(ERRORS["token"])
        if "video.list" not in grant.scopes:
            raise WrongError(ERRORS["scope"])
        return grant

    def _slide(self) -> None:
        """A minute that slides; nothing tells where it stands."""
        now = self._world.now()
        self.calls = [at for at in self.calls if at > now - 60]
        if len(self.calls) >= self._world.limit("tiktok.calls", CALLS):
            raise WrongError(ERRORS["rate"])
        self.calls.append(now)

    def _query(self, call: Call) -> Answer:
        self._slide()
        caller, ids = self._caller(call), self.ids(call)
        fields = call.query.get("fields", "").split(",")
        if not 1 <= len(ids) <= 20 or set(fields) - _FIELDS:
            return ERRORS["argument"]
        found = [self._world.find(NAME, one) for one in ids]
        mine = [post for post in found if post and _shown(post, caller)]
        return told({"videos": [self._video(post, fields) for post in mine]})

    def _video(self, post: Post, fields: list[str]) -> dict[str, Any]:
        now = self._world.now()
        known: dict[str, Any] = {
            "id": post.post_id,
            "create_time": int(post.posted_at),
            "share_url": f"https://www.tiktok.com/@u/video/{post.post_id}",
            "title": "A clip",
            "duration": 30,
        }
        known |= {name: post.count(ours, now) for name, ours in _COUNTS.items()}
        return {name: known[name] for name in fields if name not in post.hides}

    def _published(self, call: Call) -> Answer:
        """Ids are numbers here, under a name that is misspelt."""
        self._caller(call)
        publish_id = call.body.get("publish_id") if isinstance(call.body, Mapping) else None
        post = next((one for one in self._world.posts.values() if one.code == publish_id), None)
        ids = [int(post.post_id)] if post and post.state == "public" else []
        return told({"status": "PUBLISH_COMPLETE", "publicaly_available_post_id": ids})

    def _consent(self, call: Call) -> Answer:
        """On one's own machine a challenge is a must."""
        loopback = not call.query.get("redirect_uri", "").startswith("https://")
        if loopback and not call.query.get("code_challenge"):
            return Answer(400, {"error": "invalid_request"})
        return grants.consent(self._world, NAME, self.grants, call, key="client_key", separator=",")

    def _token(self, call: Call) -> Answer:
        form, grant = call.form, None
        if (form.get("client_key"), form.get("client_secret")) != (grants.CLIENT, grants.SECRET):
            return _refused("invalid_client", "Client key or secret is incorrect.")
        if form.get("grant_type") == "refresh_token":
            grant = self.grants.rotate(form.get("refresh_token", ""), kills=False)
            says = "Refresh token is invalid or expired."
        else:
            says = "Authorization code is expired."
            code = self.grants.fetch(form.get("code", ""), form.get("redirect_uri", ""))
            if code and grants.proves(code, form.get("code_verifier", ""), in_hex=True):
                grant = self.grants.issue(code.account, code.scopes)
        if grant is None:
            return _refused("invalid_grant", says)
        return Answer(
            200,
            {
                "open_id": grant.account,
                "scope": ",".join(grant.scopes),
                "access_token": grant.access,
                "expires_in": self.grants.access_s,
                "refresh_token": grant.refresh,
                "refresh_expires_in": 180 * 86_400,
                "token_type": "Bearer",
            },
        )

    def _revoke(self, call: Call) -> Answer:
        self.grants.revoke(call.form.get("token", ""))
        return Answer(200, {})


def told(data: Mapping[str, Any]) -> Answer:
    return Answer(200, {"data": data, "error": {"code": "ok", "message": "", "log_id": _LOG_ID}})


def _shown(post: Post, caller: Grant) -> bool:
    """Only one's own, and of those not the private ones."""
    return post.owner == caller.account and post.state == "public"


def _refused(code: str, says: str) -> Answer:
    """With the status 200."""
    return Answer(200, {"error": code, "error_description": says, "log_id": _LOG_ID})
