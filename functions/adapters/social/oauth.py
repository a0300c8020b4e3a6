"""OAuth 2 as three of the platforms have it, each with its own turns.

No code and no rotating token is sent twice: of two the second would be refused, or would end the
account's access."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlencode

from functions.adapters.social.hosts import Hosts
from functions.adapters.social.http import PlatformHttp, Reply, Request, count, word
from functions.domain.platforms.errors import (
    AppRefusedError,
    GrantRefusedError,
    PlatformDownError,
    RateLimitedError,
    ScopeMissingError,
)
from functions.domain.platforms.tokens import App, Ask, Granted, Tokens
from functions.domain.posts.post import Platform

_BACK_OFF: Final = timedelta(minutes=1)
# RFC 6749, 5.2: of the client, whoever the user is. X says the second to a wrong secret.
_OF_THE_APP: Final = {"invalid_client", "unauthorized_client", "unsupported_grant_type"}
# What RFC 6749 refuses with; others, without its words, are of what stands before the platform.
_REFUSALS: Final = {400, 401}


class OAuthConsents(ABC):
    """What the platforms share; `app` is read when it is first needed."""

    platform: Platform
    scopes: tuple[str, ...] = ()
    separator = " "
    token_path = ""
    page_path = ""
    lives_s = 3600

    def __init__(self, hosts: Hosts, http: PlatformHttp, app: Callable[[], App]) -> None:
        self.hosts, self.http, self._app = hosts, http, app

    @property
    def app(self) -> App:
        return self._app()

    def address(self, ask: Ask) -> str:
        query = {
            "response_type": "code",
            **self.identity(),
            "redirect_uri": ask.redirect_uri,
            "scope": self.separator.join(self.scopes),
            "state": ask.state,
            **self.more(ask),
        }
        return f"{self.hosts.pages}{self.page_path}?{urlencode(query)}"

    def redeem(self, ask: Ask, code: str, now: datetime) -> Granted:
        told = self.exchange(
            {
                "grant_type": "authorization_code",
                "code": code,
                "redirect_uri": ask.redirect_uri,
                **self.proof(ask),
            }
        )
        tokens = self.read(told, now, None)
        self.require_scopes(tokens)
        return self.whose(tokens, told)

    def renew(self, tokens: Tokens, now: datetime) -> Tokens:
        if tokens.refresh is None:
            raise GrantRefusedError(self.platform, "no_refresh_token")
        form = {"grant_type": "refresh_token", "refresh_token": tokens.refresh}
        return self.read(self.exchange(form), now, tokens)

    def exchange(self, form: Mapping[str, str]) -> Mapping[str, Any]:
        request = Request(
            method="POST",
            url=f"{self.hosts.tokens}{self.token_path}",
            headers=self.credentials(),
            form={**self.secrets(), **form},
            once=True,
        )
        return self.http.call(request, self.granted).value

    def granted(self, reply: Reply) -> Mapping[str, Any]:
        """Refusals may come with the status 200. All that is refused needs the user, but for a
        limit and for what is wrong with our app; what is not even a refusal was no answer."""
        body = reply.body if isinstance(reply.body, Mapping) else {}
        reason = word(body.get("error")) if body.get("error") else f"http_{reply.status}"
        if reply.status == 429:
            raise RateLimitedError(self.platform, reason, self.http.now() + _BACK_OFF)
        if reason in {"server_error", "temporarily_unavailable"}:
            raise PlatformDownError(self.platform, reason)
        if reason in _OF_THE_APP:
            raise AppRefusedError(self.platform, reason)
        if reply.status in _REFUSALS or "error" in body:
            raise GrantRefusedError(self.platform, reason)
        if reply.status != 200:
            raise PlatformDownError(self.platform, reason)
        if not isinstance(body.get("access_token"), str):
            raise PlatformDownError(self.platform, "no_token")
        return body

    def read(self, told: Mapping[str, Any], now: datetime, before: Tokens | None) -> Tokens:
        """A refresh token that does not come anew stays."""
        lives = count(told.get("expires_in")) or self.lives_s
        last = count(told.get("refresh_expires_in"))
        scopes = str(told.get("scope") or "").replace(",", " ").split()
        known = before or Tokens(access="")
        return replace(
            known,
            access=str(told["access_token"]),
            refresh=str(told.get("refresh_token") or "") or known.refresh,
            access_expires_at=now + timedelta(seconds=lives),
            refresh_expires_at=now + timedelta(seconds=last) if last else known.refresh_expires_at,
            scopes=tuple(scopes) or known.scopes,
        )

    def require_scopes(self, tokens: Tokens) -> None:
        missing = set(self.scopes) - set(tokens.scopes)
        if missing:
            raise ScopeMissingError(self.platform, word(sorted(missing)[0]))

    # What differs from platform to platform

    def identity(self) -> dict[str, str]:
        return {"client_id": self.app.client_id}

    def secrets(self) -> dict[str, str]:
        return {**self.identity(), "client_secret": self.app.client_secret}

    def credentials(self) -> dict[str, str]:
        return {}

    def more(self, ask: Ask) -> dict[str, str]:
        return {"code_challenge": ask.challenge, "code_challenge_method": "S256"}

    def proof(self, ask: Ask) -> dict[str, str]:
        return {"code_verifier": ask.verifier}

    def known(self, account: Any) -> str:
        """The id of an account; an answer without one is none."""
        if not isinstance(account, str) or not account:
            raise PlatformDownError(self.platform, "no_id")
        return account

    @abstractmethod
    def whose(self, tokens: Tokens, told: Mapping[str, Any]) -> Granted: ...

    @abstractmethod
    def revoke(self, tokens: Tokens) -> None: ...

    def tell(self, path: str, form: Mapping[str, str]) -> None:
        """A token that is unknown already is as good as revoked."""
        request = Request(
            method="POST",
            url=f"{self.hosts.tokens}{path}",
            headers=self.credentials(),
            form=form,
        )
        self.http.call(request, lambda reply: reply.status)
