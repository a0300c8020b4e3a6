"""Errors of Meta's Graph API, in its own words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from infra.local.simulators.social.wire import Answer

_DOCS: Final = "https://developers.facebook.com/docs/graph-api"


def graph_error(
    code: int,
    message: str,
    *,
    subcode: int = 0,
    kind: str = "OAuthException",
    status: int = 400,
    **more: Any,
) -> Answer:
    error: dict[str, Any] = {"message": message, "type": kind, **more, "code": code}
    if subcode:
        error["error_subcode"] = subcode
    return Answer(status, {"error": {**error, "fbtrace_id": "A1"}})


def no_such(object_id: str) -> Answer:
    says = (
        f"Unsupported get request. Object with ID '{object_id}' does not exist, cannot be loaded "
        "due to missing permissions, or does not support this operation. Please read the Graph API "
        f"documentation at {_DOCS}"
    )
    return graph_error(100, says, subcode=33, kind="GraphMethodException")


def wrong_metric(at: int, known: tuple[str, ...]) -> Answer:
    says = f"(#100) metric[{at}] must be one of the following values: {', '.join(known)}"
    return graph_error(100, says)


_SESSION: Final = "Error validating access token: Session has expired."
_LATER: Final = "An unexpected error has occurred. Please retry your request later."
_CALLS: Final = (
    "There have been too many calls to this Page account. Wait a bit and try again. For more info, "
    f"please refer to {_DOCS}/overview/rate-limiting."
)
EXPIRED: Final = graph_error(190, _SESSION, subcode=463)
APP_LIMIT: Final = graph_error(
    4, "(#4) Application request limit reached", status=403, is_transient=True
)
VIEWERS: Final = graph_error(10, "(#10) Not enough viewers for the media to show insights")
CONVERSION: Final = graph_error(
    100,
    "Media Posted Before Business Account Conversion",
    subcode=2108006,
    is_transient=False,
    error_user_title="Media posted before business account conversion",
)
ERRORS: Final[Mapping[str, Answer]] = {
    "token": EXPIRED,
    "token_401": graph_error(190, _SESSION, subcode=463, status=401),
    "app_removed": graph_error(190, "The user has not authorized application.", subcode=458),
    "checkpoint": graph_error(190, "The user is enrolled in a checkpoint.", subcode=459),
    "password": graph_error(190, "The session has been invalidated.", subcode=460),
    "unconfirmed": graph_error(190, "The session is invalid.", subcode=464),
    "logged_out": graph_error(190, "The user logged out.", subcode=467),
    "session": graph_error(102, "Session key invalid or no longer valid"),
    "unknown": graph_error(1, "An unknown error occurred", is_transient=True),
    "service": graph_error(2, _LATER, is_transient=True),
    "transient": graph_error(2900, _LATER, is_transient=True),
    "app_limit": APP_LIMIT,
    "user_limit": graph_error(17, "(#17) User request limit reached"),
    "page_limit": graph_error(32, "(#32) Page request limit reached"),
    "custom_limit": graph_error(613, "(#613) Calls to this api have exceeded the rate limit."),
    "page_use_case": graph_error(80001, f"(#80001) {_CALLS}"),
    "instagram_use_case": graph_error(80002, f"(#80002) {_CALLS}"),
    "app_cap": graph_error(341, "(#341) Application limit reached"),
    "blocked": graph_error(368, "(#368) The action attempted has been deemed abusive"),
    "permission": graph_error(10, "(#10) Application does not have permission for this action"),
    "permission_200": graph_error(200, "(#200) Requires pages_read_engagement permission"),
    "permission_299": graph_error(299, "(#299) Permission error"),
    "argument": graph_error(100, "(#100) Invalid parameter"),
    "alias": graph_error(803, "(#803) Some of the aliases you requested do not exist: x"),
    "missing": no_such("1"),
    "viewers": VIEWERS,
    "conversion": CONVERSION,
    "igapi": graph_error(190, _SESSION, subcode=463, kind="IGApiException"),
}
