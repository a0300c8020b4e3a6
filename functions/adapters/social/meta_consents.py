"""Facebook Login for pages and for the professional Instagram accounts behind them.

The user's own token lives for sixty days and is renewed by itself; a page's token, which numbers
are read with, has no end of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlencode

from functions.adapters.social.hosts import GRAPH, Hosts
from functions.adapters.social.http import PlatformHttp, Reply, Request, count, part, rows, word
from functions.adapters.social.meta_errors import error_of, is_of_the_app, refused
from functions.domain.platforms.errors import (
    AppRefusedError,
    GrantRefusedError,
    PlatformError,
    RequestRefusedError,
    ScopeMissingError,
    TokenRefusedError,
)
from functions.domain.platforms.tokens import App, Ask, Granted, Tokens
from functions.domain.posts.post import Platform

SCOPES: Final = {
    Platform.FACEBOOK: (
        "pages_show_list",
        "pages_read_engagement",
        "pages_manage_engagement",
        "read_insights",
    ),
    Platform.INSTAGRAM: (
        "instagram_basic",
        "instagram_manage_insights",
        "pages_read_engagement",
        "pages_show_list",
    ),
}
_PAGE_FIELDS: Final = "id,name,access_token,tasks,instagram_business_account{id,username}"
_MOST_PAGES: Final = 10


@dataclass(frozen=True, slots=True)
class _Place:
    """A page, or the Instagram account behind one, and the token that reads it."""

    account_id: str
    name: str | None
    token: str


class MetaConsents:
    def __init__(
        self, platform: Platform, hosts: Hosts, http: PlatformHttp, app: Callable[[], App]
    ) -> None:
        self._platform, self._hosts, self._http, self._app = platform, hosts, http, app

    @property
    def platform(self) -> Platform:
        return self._platform

    def address(self, ask: Ask) -> str:
        query = {
            "client_id": self._app().client_id,
            "redirect_uri": ask.redirect_uri,
            "state": ask.state,
            "scope": ",".join(SCOPES[self._platform]),
            "response_type": "code",
        }
        return f"{self._hosts.pages}/{GRAPH}/dialog/oauth?{urlencode(query)}"

    def redeem(self, ask: Ask, code: str, now: datetime) -> Granted:
        short = self._token({"redirect_uri": ask.redirect_uri, "code": code}, once=True)
        tokens = self._lasting(str(short["access_token"]), now)
        missing = set(SCOPES[self._platform]) - set(tokens.scopes)
        if missing:
            raise ScopeMissingError(self._platform, word(sorted(missing)[0]))
        return self._granted(tokens)

    def renew(self, tokens: Tokens, now: datetime) -> Tokens:
        """A token that has ended cannot be exchanged for another."""
        if tokens.refresh is None:
            raise GrantRefusedError(self._platform, "no_user_token")
        return self._granted(self._lasting(tokens.refresh, now)).tokens

    def revoke(self, tokens: Tokens) -> None:
        """What the user has allowed is taken back."""
        url = f"{self._hosts.tokens}/{GRAPH}/me/permissions"
        params = {"access_token": tokens.refresh or tokens.access}
        request = Request(method="DELETE", url=url, params=params)
        self._http.call(request, lambda reply: reply.status)

    def _lasting(self, token: str, now: datetime) -> Tokens:
        told = self._token({"grant_type": "fb_exchange_token", "fb_exchange_token": token})
        lives = count(told.get("expires_in"))
        user = str(told["access_token"])
        return Tokens(
            access=user,
            refresh=user,
            access_expires_at=now + timedelta(seconds=lives) if lives else None,
            scopes=self._scopes(user),
        )

    def _scopes(self, token: str) -> tuple[str, ...]:
        app = self._app()
        both = {"input_token": token, "access_token": f"{app.client_id}|{app.client_secret}"}
        data = part(self._get("debug_token", both), "data")
        if data.get("is_valid") is not True:
            raise GrantRefusedError(self._platform, "not_valid")
        scopes = data.get("scopes")
        return tuple(map(str, scopes)) if isinstance(scopes, list) else ()

    def _granted(self, tokens: Tokens) -> Granted:
        places = self._places(tokens.access)
        if not places:
            facebook = self._platform is Platform.FACEBOOK
            raise GrantRefusedError(
                self._platform, "no_page" if facebook else "no_professional_account"
            )
        first = places[0]
        pages = {place.account_id: place.token for place in places}
        kept = Tokens(
            access=first.token,
            refresh=tokens.refresh,
            access_expires_at=tokens.access_expires_at,
            scopes=tokens.scopes,
            pages=pages,
        )
        return Granted(tokens=kept, account_id=first.account_id, name=first.name)

    def _places(self, token: str) -> list[_Place]:
        found: list[_Place] = []
        params = {"fields": _PAGE_FIELDS, "limit": "100", "access_token": token}
        for _ in range(_MOST_PAGES):
            body = self._get("me/accounts", params)
            found += filter(None, map(self._place, rows(body, "data")))
            paging = part(body, "paging")
            after = part(paging, "cursors").get("after")
            if "next" not in paging or not after:
                break
            params = {**params, "after": str(after)}
        return found

    def _place(self, page: Mapping[str, Any]) -> _Place | None:
        token = page.get("access_token")
        if not isinstance(token, str):
            return None
        facebook = self._platform is Platform.FACEBOOK
        account = page if facebook else part(page, "instagram_business_account")
        if not account.get("id"):
            return None
        name = account.get("name" if facebook else "username")
        return _Place(str(account["id"]), _name(name), token)

    def _token(self, params: Mapping[str, str], *, once: bool = False) -> Mapping[str, Any]:
        app = self._app()
        secrets = {"client_id": app.client_id, "client_secret": app.client_secret}
        try:
            body = self._get("oauth/access_token", {**secrets, **params}, once=once)
        except (TokenRefusedError, RequestRefusedError) as error:
            # A code or a token that is used, too old or of another app.
            raise GrantRefusedError(self._platform, error.reason) from error
        if not isinstance(body.get("access_token"), str):
            raise self._http.down("no_token")
        return body

    def _get(
        self, path: str, params: Mapping[str, str], *, once: bool = False
    ) -> Mapping[str, Any]:
        url = f"{self._hosts.tokens}/{GRAPH}/{path}"
        request = Request(method="GET", url=url, params=params, once=once)
        return self._http.call(request, self._accepted).value

    def _accepted(self, reply: Reply) -> Mapping[str, Any]:
        if reply.status == 200 and isinstance(reply.body, Mapping) and "error" not in reply.body:
            return reply.body
        told = error_of(reply)
        if is_of_the_app(told):
            raise AppRefusedError(self._platform, word(str(told.get("code"))))
        error: PlatformError = refused(self._platform, told, self._http.now())
        raise error


def _name(value: Any) -> str | None:
    return value[:200] if isinstance(value, str) else None
