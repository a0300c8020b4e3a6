"""The platforms' simulators in this process, and our adapters before them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx

from functions.adapters.social.consents import TikTokConsents, XConsents, YouTubeConsents
from functions.adapters.social.facebook import FacebookNumbers
from functions.adapters.social.hosts import hosts_of
from functions.adapters.social.http import PlatformHttp
from functions.adapters.social.instagram import InstagramNumbers
from functions.adapters.social.meta_consents import SCOPES, MetaConsents
from functions.adapters.social.tiktok import TikTokNumbers
from functions.adapters.social.x import XNumbers
from functions.adapters.social.youtube import YouTubeNumbers
from functions.domain.platforms.ports import Consents, PostNumbers
from functions.domain.platforms.readings import BatchReading, PostRef
from functions.domain.platforms.tokens import App, Ask, Tokens, new_secret
from functions.domain.posts.post import Platform
from infra.local.simulators.social.grants import CLIENT, SECRET
from infra.local.simulators.social.server import Running, serving
from infra.local.simulators.social.world import Post

NUMBERS: Mapping[Platform, Callable[[Any, PlatformHttp], PostNumbers]] = {
    Platform.YOUTUBE: YouTubeNumbers,
    Platform.X: XNumbers,
    Platform.TIKTOK: TikTokNumbers,
    Platform.FACEBOOK: FacebookNumbers,
    Platform.INSTAGRAM: InstagramNumbers,
}
ALLOWED = {
    Platform.YOUTUBE: YouTubeConsents.scopes,
    Platform.X: XConsents.scopes,
    Platform.TIKTOK: TikTokConsents.scopes,
    **SCOPES,
}
OWNER = "1000"
REDIRECT = "https://cutroom.example/api/social/callback"
COUNTS = {"views": 1_204, "likes": 88, "comments": 7, "shares": 4, "saves": 5, "quotes": 1}


@dataclass
class Lab:
    """One world of platforms. `slept` are the waits between tries, `secret` is our app's."""

    running: Running
    slept: list[float] = field(default_factory=list)
    opened: list[PlatformHttp] = field(default_factory=list)
    secret: str = SECRET

    @property
    def world(self) -> Any:
        return self.running.service.world

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.world.now(), UTC)

    def http(self, platform: Platform, read_seconds: float = 5) -> PlatformHttp:
        http = PlatformHttp(
            platform, sleep=self.slept.append, clock=self.now, read_seconds=read_seconds
        )
        self.opened.append(http)
        return http

    def numbers(self, platform: Platform, read_seconds: float = 5) -> PostNumbers:
        hosts = hosts_of(platform, self.running.endpoint)
        return NUMBERS[platform](hosts, self.http(platform, read_seconds))

    def consents(self, platform: Platform, secret: str | None = None) -> Consents:
        hosts, http = hosts_of(platform, self.running.endpoint), self.http(platform)

        def app() -> App:
            return App(client_id=CLIENT, client_secret=secret or self.secret)

        kinds = {
            Platform.YOUTUBE: YouTubeConsents,
            Platform.X: XConsents,
            Platform.TIKTOK: TikTokConsents,
        }
        if platform in kinds:
            return kinds[platform](hosts, http, app)
        return MetaConsents(platform, hosts, http, app)

    def put(self, platform: Platform, post_id: str, **known: Any) -> Post:
        told = {"owner": OWNER, "posted_at": self.world.now() - 86_400, "counts": COUNTS, **known}
        post = Post(platform=platform.value, post_id=post_id, **told)
        self.world.put(post)
        return post

    def tokens(self, platform: Platform, account: str = OWNER) -> Tokens:
        """As if the account were connected: issued by the platform itself."""
        served = self.running.service.platforms[platform.value]
        grant = served.grants.issue(account, ALLOWED[platform])
        if platform in SCOPES:
            page = f"EAAP{grant.access}"
            served.pages[page] = account  # type: ignore[attr-defined]
            return Tokens(access=page, refresh=grant.access, pages={account: page})
        return Tokens(access=grant.access, refresh=grant.refresh, scopes=ALLOWED[platform])

    def read(self, platform: Platform, *posts: str | PostRef) -> BatchReading:
        refs = [PostRef(post_id=one) if isinstance(one, str) else one for one in posts]
        return self.numbers(platform).read(self.tokens(platform), refs)

    def trouble(self, platform: Platform, *names: str) -> None:
        self.world.troubles[platform.value].names.extend(names)

    def calls(self, platform: Platform) -> list[Any]:
        return [one for one in self.world.seen if one.platform == platform.value]

    def agree(self, platform: Platform, redirect_uri: str = REDIRECT) -> tuple[Ask, dict[str, str]]:
        """What comes back when a browser opens our address."""
        ask = Ask(state=new_secret(), verifier=new_secret(), redirect_uri=redirect_uri)
        return ask, self.follow(self.consents(platform).address(ask))

    def follow(self, address: str) -> dict[str, str]:
        """What a browser is sent back with."""
        with httpx.Client(trust_env=False) as browser:
            answer = browser.get(address)
        assert answer.status_code == 302, answer.text
        query = parse_qs(urlsplit(answer.headers["Location"]).query)
        return {name: values[0] for name, values in query.items()}


@contextmanager
def lab() -> Iterator[Lab]:
    with serving() as running:
        made = Lab(running)
        try:
            yield made
        finally:
            for http in made.opened:
                http.close()
