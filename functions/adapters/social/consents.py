"""The consents of YouTube, X and TikTok: what each has of its own."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from typing import Any, Final

from functions.adapters.social import x, youtube
from functions.adapters.social.http import Request, bearer, part
from functions.adapters.social.oauth import OAuthConsents
from functions.domain.platforms.errors import GrantRefusedError
from functions.domain.platforms.tokens import Ask, Granted, Tokens
from functions.domain.posts.post import Platform

_GOOGLE: Final = "https://www.googleapis.com/auth/youtube.readonly"
_X_SCOPES: Final = ("tweet.read", "users.read", "offline.access")
_TIKTOK_SCOPES: Final = ("user.info.basic", "video.list")


class YouTubeConsents(OAuthConsents):
    platform = Platform.YOUTUBE
    scopes = (_GOOGLE,)
    token_path = "/token"  # noqa: S105  (a path)
    page_path = "/o/oauth2/v2/auth"

    def more(self, ask: Ask) -> dict[str, str]:
        """Without both of them no refresh token comes the second time."""
        return {**super().more(ask), "access_type": "offline", "prompt": "consent"}

    def whose(self, tokens: Tokens, told: Mapping[str, Any]) -> Granted:
        request = Request(
            method="GET",
            url=f"{self.hosts.api}/youtube/v3/channels",
            params={"part": "snippet", "mine": "true"},
            headers=bearer(tokens.access),
        )
        items = self.http.call(request, lambda reply: youtube.items_of(reply, self.http)).value
        if not items:
            raise GrantRefusedError(self.platform, "no_channel")
        name = part(items[0], "snippet").get("title")
        return Granted(tokens=tokens, account_id=self.known(items[0].get("id")), name=_name(name))

    def revoke(self, tokens: Tokens) -> None:
        self.tell("/revoke", {"token": tokens.refresh or tokens.access})


class XConsents(OAuthConsents):
    platform = Platform.X
    scopes = _X_SCOPES
    token_path = "/2/oauth2/token"  # noqa: S105
    page_path = "/i/oauth2/authorize"
    lives_s = 7200

    def secrets(self) -> dict[str, str]:
        """An app that has a secret proves it by the header, and by nothing else."""
        return {} if self.app.client_secret else self.identity()

    def credentials(self) -> dict[str, str]:
        app = self.app
        if not app.client_secret:
            return {}
        pair = base64.b64encode(f"{app.client_id}:{app.client_secret}".encode()).decode()
        return {"Authorization": f"Basic {pair}"}

    def whose(self, tokens: Tokens, told: Mapping[str, Any]) -> Granted:
        request = Request(
            method="GET", url=f"{self.hosts.api}/2/users/me", headers=bearer(tokens.access)
        )
        reply = self.http.call(request, lambda reply: x.accepted(reply, self.http)).value
        user = reply.part("data")
        return Granted(
            tokens=tokens, account_id=self.known(user.get("id")), name=_name(user.get("username"))
        )

    def revoke(self, tokens: Tokens) -> None:
        form = {**self.identity(), "token": tokens.refresh or tokens.access}
        self.tell("/2/oauth2/revoke", form)


class TikTokConsents(OAuthConsents):
    platform = Platform.TIKTOK
    scopes = _TIKTOK_SCOPES
    separator = ","
    token_path = "/v2/oauth/token/"  # noqa: S105
    page_path = "/v2/auth/authorize/"
    lives_s = 7200

    def identity(self) -> dict[str, str]:
        return {"client_key": self.app.client_id}

    def more(self, ask: Ask) -> dict[str, str]:
        """Only programs on one's own machine have to; their challenge is in hexadecimal digits."""
        if ask.redirect_uri.startswith("https://"):
            return {}
        challenge = hashlib.sha256(ask.verifier.encode()).hexdigest()
        return {"code_challenge": challenge, "code_challenge_method": "S256"}

    def proof(self, ask: Ask) -> dict[str, str]:
        return super().proof(ask) if self.more(ask) else {}

    def whose(self, tokens: Tokens, told: Mapping[str, Any]) -> Granted:
        return Granted(tokens=tokens, account_id=self.known(told.get("open_id")))

    def revoke(self, tokens: Tokens) -> None:
        self.tell("/v2/oauth/revoke/", {**self.secrets(), "token": tokens.access})


def _name(value: Any) -> str | None:
    return value[:200] if isinstance(value, str) else None
