"""The adapters of a platform, and our registrations with platforms."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, Final

from functions.adapters.secrets import read_secret
from functions.adapters.social.consents import TikTokConsents, XConsents, YouTubeConsents
from functions.adapters.social.facebook import FacebookNumbers
from functions.adapters.social.hosts import Hosts, hosts_of
from functions.adapters.social.http import PlatformHttp
from functions.adapters.social.instagram import InstagramNumbers
from functions.adapters.social.meta_consents import MetaConsents
from functions.adapters.social.tiktok import TikTokNumbers
from functions.adapters.social.x import XNumbers
from functions.adapters.social.youtube import YouTubeNumbers
from functions.domain.platforms.accounts import NotConfiguredError
from functions.domain.platforms.ports import Consents, PostNumbers
from functions.domain.platforms.tokens import App
from functions.domain.posts.post import Platform

# Where settings say this, each platform is asked at its own address.
THEIR_OWN: Final = "platforms"
_READ_FOR_S: Final = 300
_OAUTH: Final[Mapping[Platform, Callable[[Hosts, PlatformHttp, Callable[[], App]], Consents]]] = {
    Platform.YOUTUBE: YouTubeConsents,
    Platform.X: XConsents,
    Platform.TIKTOK: TikTokConsents,
}


def make_consents(platform: Platform, endpoint: str, app: Callable[[], App]) -> Consents:
    hosts, http = _reached(platform, endpoint)
    if platform in _OAUTH:
        return _OAUTH[platform](hosts, http, app)
    return MetaConsents(platform, hosts, http, app)


def make_numbers(platform: Platform, endpoint: str) -> PostNumbers:
    hosts, http = _reached(platform, endpoint)
    kinds: dict[Platform, Callable[[Hosts, PlatformHttp], PostNumbers]] = {
        Platform.YOUTUBE: YouTubeNumbers,
        Platform.X: XNumbers,
        Platform.TIKTOK: TikTokNumbers,
        Platform.FACEBOOK: FacebookNumbers,
        Platform.INSTAGRAM: InstagramNumbers,
    }
    return kinds[platform](hosts, http)


def _reached(platform: Platform, endpoint: str) -> tuple[Hosts, PlatformHttp]:
    hosts = hosts_of(platform, None if endpoint == THEIR_OWN else endpoint)
    return hosts, PlatformHttp(platform)


def app_of(secret_arn: str, platform: Platform) -> App:
    """Raises NotConfiguredError, UnavailableError."""
    told = _apps(secret_arn, int(time.monotonic() // _READ_FOR_S)).get(platform.value)
    if not isinstance(told, dict) or not told.get("client_id"):
        raise NotConfiguredError(platform, "no_client_id")
    return App(client_id=str(told["client_id"]), client_secret=str(told.get("client_secret", "")))


@lru_cache(maxsize=1)
def _apps(secret_arn: str, _: int) -> dict[str, Any]:
    """A secret that is filled in, or mended, later is read again after a while."""
    try:
        told = json.loads(read_secret(secret_arn))
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}
