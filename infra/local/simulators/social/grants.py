"""Codes and tokens of all five platforms: how long they live, and what becomes of used ones."""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import urlencode

from infra.local.simulators.social.wire import Answer, Call, WrongError
from infra.local.simulators.social.world import World

CLIENT = "cutroom-app"
SECRET = "cutroom-app-secret"  # noqa: S105  (of a simulator)


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """What a user has agreed to, until it is fetched."""

    account: str
    scopes: tuple[str, ...]
    redirect_uri: str
    challenge: str
    ends: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """One pair of tokens. Pairs that came out of one consent are a `family`."""

    account: str
    scopes: tuple[str, ...]
    family: str
    access: str
    refresh: str
    access_ends: float
    refresh_ends: float


class Grants:
    """Those of one platform. `lives` are seconds: of a code, an access and a refresh token."""

    def __init__(
        self, world: World, platform: str, prefix: str, lives: tuple[int, int, int]
    ) -> None:
        self._world, self._platform, self._prefix = world, platform, prefix
        self._code_s, self._access_s, self._refresh_s = lives
        self._codes: dict[str, Code] = {}
        self._by_access: dict[str, Grant] = {}
        self._by_refresh: dict[str, Grant] = {}
        self._used: dict[str, str] = {}

    @property
    def access_s(self) -> int:
        return self._world.limit(f"{self._platform}.access_s", self._access_s)

    def agree(self, scopes: tuple[str, ...], redirect_uri: str, challenge: str) -> str:
        """The user, who is whoever sits there, agrees: a code."""
        code = secrets.token_urlsafe(24)
        kept = self._world.withheld.get(self._platform, set())
        self._codes[code] = Code(
            account=self._world.login(self._platform).account_id,
            scopes=tuple(scope for scope in scopes if scope not in kept),
            redirect_uri=redirect_uri,
            challenge=challenge,
            ends=self._world.now() + self._code_s,
        )
        return code

    def fetch(self, code: str, redirect_uri: str) -> Code | None:
        """A code is good for once."""
        found = self._codes.pop(code, None)
        if found is None or found.redirect_uri != redirect_uri:
            return None
        return found if found.ends > self._world.now() else None

    def issue(self, account: str, scopes: tuple[str, ...], family: str = "") -> Grant:
        now = self._world.now()
        grant = Grant(
            account=account,
            scopes=scopes,
            family=family or secrets.token_hex(8),
            access=f"{self._prefix}{secrets.token_urlsafe(24)}",
            refresh=f"{self._prefix}r.{secrets.token_urlsafe(24)}",
            access_ends=now + self.access_s,
            refresh_ends=now + self._refresh_s,
        )
        self._by_access[grant.access] = grant
        self._by_refresh[grant.refresh] = grant
        return grant

    def holder(self, access: str) -> Grant | None:
        """Whose a token is that is good now."""
        found = self._by_access.get(access)
        return found if found and found.access_ends > self._world.now() else None

    def expired(self, access: str) -> bool:
        """Whether it was good once."""
        return access in self._by_access and self.holder(access) is None

    def renew(self, refresh: str) -> Grant | None:
        """The refresh token stays, as Google's does."""
        found = self._live(refresh)
        if found is None:
            return None
        ends = self._world.now() + self.access_s
        access = f"{self._prefix}{secrets.token_urlsafe(24)}"
        grant = replace(found, access=access, access_ends=ends)
        self._by_access[access] = self._by_refresh[refresh] = grant
        return grant

    def rotate(self, refresh: str, *, kills: bool) -> Grant | None:
        """A new pair; the old refresh token dies. `kills`: whoever uses it again ends them all."""
        found = self._live(refresh)
        if found is None:
            if kills and refresh in self._used:
                self.end_family(self._used[refresh])
            return None
        del self._by_refresh[refresh]
        self._used[refresh] = found.family
        return self.issue(found.account, found.scopes, found.family)

    def end_family(self, family: str) -> None:
        for kept in (self._by_access, self._by_refresh):
            for token in [token for token, grant in kept.items() if grant.family == family]:
                del kept[token]

    def revoke(self, token: str) -> bool:
        found = self._by_access.get(token) or self._by_refresh.get(token)
        if found:
            self.end_family(found.family)
        return found is not None

    def expire_all(self) -> None:
        """Access tokens end now; refresh tokens stay good."""
        for token, grant in self._by_access.items():
            self._by_access[token] = replace(grant, access_ends=0.0)

    def end_all(self) -> None:
        """As if every user had taken back what was allowed."""
        self._by_access.clear()
        self._by_refresh.clear()

    def _live(self, refresh: str) -> Grant | None:
        found = self._by_refresh.get(refresh)
        return found if found and found.refresh_ends > self._world.now() else None


# RFC 6749, 4.1.2.1 and 5.2.
_STATUSES: Final = {
    "invalid_request": 400,
    "invalid_client": 401,
    "invalid_grant": 400,
    "invalid_scope": 400,
    "unauthorized_client": 401,
    "unsupported_grant_type": 400,
    "access_denied": 403,
    "server_error": 500,
    "temporarily_unavailable": 503,
}


def refusals(status: int | None = None) -> dict[str, Answer]:
    """What a fetch of tokens can be refused with, by `oauth_` and the code; `status` for them
    all, as TikTok has it."""
    return {
        f"oauth_{code}": Answer(
            status or usual, {"error": code, "error_description": "Refused.", "log_id": "2026"}
        )
        for code, usual in _STATUSES.items()
    }


def consent(
    world: World, platform: str, grants: Grants, call: Call, *, key: str, separator: str
) -> Answer:
    """The platform's page: it agrees at once, or denies, and sends the browser back."""
    query = call.query
    redirect_uri = query.get("redirect_uri", "")
    if query.get(key) != CLIENT or not redirect_uri or query.get("response_type") != "code":
        return Answer(400, {"error": "invalid_request"})
    if platform in world.denies:
        return back(redirect_uri, error="access_denied", state=query.get("state", ""))
    scopes = tuple(query.get("scope", "").split(separator))
    code = grants.agree(scopes, redirect_uri, query.get("code_challenge", ""))
    return back(redirect_uri, code=code, state=query.get("state", ""))


def back(redirect_uri: str, **told: str) -> Answer:
    between = "&" if "?" in redirect_uri else "?"
    return Answer(302, None, {"Location": f"{redirect_uri}{between}{urlencode(told)}"})


def proves(code: Code, verifier: str, *, in_hex: bool = False) -> bool:
    """RFC 7636; TikTok's desktop challenge is in hexadecimal digits. Without one all is well."""
    if not code.challenge:
        return True
    digest = hashlib.sha256(verifier.encode()).digest()
    plain = base64.urlsafe_b64encode(digest).decode().rstrip("=")
    return code.challenge == (digest.hex() if in_hex else plain)


def require(is_good: bool, status: int, body: Mapping[str, object]) -> None:
    if not is_good:
        raise WrongError(Answer(status, body))
