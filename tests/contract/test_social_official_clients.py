"""The platforms' own clients before our simulators: what they understand is the contract.

Each is only told another address; their calls, their readings and their errors are their own.
"""

from __future__ import annotations

import json
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from requests.adapters import HTTPAdapter

from functions.domain.posts.post import Platform
from infra.local.simulators.social.grants import CLIENT, SECRET
from tests.contract.social_lab import OWNER, REDIRECT, Lab, lab

with warnings.catch_warnings():
    # Of what they import, not of what they do.
    warnings.simplefilter("ignore")
    import httplib2
    import tweepy
    from facebook_business import FacebookSession
    from facebook_business.api import FacebookAdsApi
    from facebook_business.exceptions import FacebookRequestError
    from google.auth.exceptions import RefreshError
    from google.auth.transport.requests import Request as GoogleRequest
    from google.oauth2.credentials import Credentials
    from google_auth_httplib2 import AuthorizedHttp
    from googleapiclient.discovery import build
    from googleapiclient.errors import HttpError

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning")


@pytest.fixture
def world() -> Iterator[Lab]:
    with lab() as made:
        yield made


# google-api-python-client


@contextmanager
def _youtube(world: Lab, token: str) -> Iterator[Any]:
    http = AuthorizedHttp(Credentials(token=token), http=httplib2.Http())
    service = build(
        "youtube",
        "v3",
        http=http,
        static_discovery=True,
        client_options={"api_endpoint": f"{world.running.endpoint}/youtube/"},
    )
    try:
        yield service
    finally:
        service.close()


def test_given_googles_client_when_videos_are_listed_then_it_reads_them(world: Lab):
    world.put(Platform.YOUTUBE, "a")
    world.put(Platform.YOUTUBE, "b", hides=("likes",))
    token = world.tokens(Platform.YOUTUBE).access

    with _youtube(world, token) as service:
        told = service.videos().list(part="statistics,status", id="a,b,gone").execute()

    numbers = {item["id"]: item["statistics"] for item in told["items"]}
    assert numbers["a"] == {
        "viewCount": "1204",
        "likeCount": "88",
        "commentCount": "7",
        "favoriteCount": "0",
    }
    assert "likeCount" not in numbers["b"]
    assert told["pageInfo"]["totalResults"] == 2


@pytest.mark.parametrize(
    ("trouble", "status", "reason"),
    [
        ("quota", 403, "quotaExceeded"),
        ("rate", 429, "rateLimitExceeded"),
        ("scope", 403, "ACCESS_TOKEN_SCOPE_INSUFFICIENT"),
        ("argument", 400, "badRequest"),
    ],
)
def test_given_googles_client_when_it_is_refused_then_it_knows_why(
    world: Lab, trouble: str, status: int, reason: str
):
    world.trouble(Platform.YOUTUBE, trouble)

    with _youtube(world, world.tokens(Platform.YOUTUBE).access) as service:
        request = service.videos().list(part="statistics", id="a")
        with pytest.raises(HttpError) as refused:
            request.execute(num_retries=0)

    assert refused.value.resp.status == status
    assert reason in {row["reason"] for row in refused.value.error_details if "reason" in row}


def test_given_googles_client_when_it_asks_for_too_many_then_it_is_refused(world: Lab):
    ids = ",".join(f"v{number}" for number in range(51))

    with _youtube(world, world.tokens(Platform.YOUTUBE).access) as service:
        request = service.videos().list(part="statistics", id=ids)
        with pytest.raises(HttpError) as refused:
            request.execute()

    assert refused.value.error_details[0]["reason"] == "invalidFilters"


def test_given_googles_client_when_it_renews_then_it_has_a_token_that_reads(world: Lab):
    world.put(Platform.YOUTUBE, "a")
    credentials = _google(world, world.tokens(Platform.YOUTUBE).refresh)

    credentials.refresh(GoogleRequest())

    assert credentials.token
    with _youtube(world, credentials.token) as service:
        assert service.videos().list(part="id", id="a").execute()["items"]


def test_given_googles_client_when_its_refresh_token_is_dead_then_it_says_so(world: Lab):
    with pytest.raises(RefreshError, match="invalid_grant"):
        _google(world, "1//dead").refresh(GoogleRequest())


def _google(world: Lab, refresh: str | None) -> Any:
    return Credentials(
        token=None,
        refresh_token=refresh,
        token_uri=f"{world.running.endpoint}/youtube/token",
        client_id=CLIENT,
        client_secret=SECRET,
    )


# tweepy


class _Redirected(HTTPAdapter):
    """Its address of the API is written into it."""

    def __init__(self, base: str) -> None:
        super().__init__()
        self._base = base

    def send(self, request: Any, *args: Any, **options: Any) -> Any:
        parts = urlsplit(request.url)
        request.url = f"{self._base}{parts.path}" + (f"?{parts.query}" if parts.query else "")
        options["verify"] = False
        return super().send(request, *args, **options)


@contextmanager
def _x(world: Lab, token: str) -> Iterator[Any]:
    client = tweepy.Client(bearer_token=token, wait_on_rate_limit=False)
    client.session.mount("https://", _Redirected(f"{world.running.endpoint}/x"))
    client.session.trust_env = False
    try:
        yield client
    finally:
        client.session.close()


def _tweets(client: Any, *ids: str) -> Any:
    return client.get_tweets(
        list(ids),
        tweet_fields=["created_at", "public_metrics", "attachments"],
        expansions=["attachments.media_keys"],
        media_fields=["public_metrics"],
    )


def test_given_tweepy_when_posts_are_read_then_it_reads_them_and_what_is_missing(world: Lab):
    world.put(Platform.X, "1", video_id="13_7", counts={"views": 2_310, "likes": 41, "plays": 980})
    world.put(Platform.X, "3", state="private", owner="2000")

    with _x(world, world.tokens(Platform.X).access) as client:
        told = _tweets(client, "1", "2", "3")

    (tweet,) = told.data
    assert tweet.public_metrics["impression_count"] == 2_310
    assert tweet.public_metrics["like_count"] == 41
    assert tweet.created_at.tzinfo is not None
    assert told.includes["media"][0].public_metrics == {"view_count": 980}
    titles = {error["resource_id"]: error["title"] for error in told.errors}
    assert titles == {"2": "Not Found Error", "3": "Authorization Error"}


@pytest.mark.parametrize(
    ("trouble", "kind"),
    [
        ("rate", tweepy.TooManyRequests),
        ("rate_88", tweepy.TooManyRequests),
        ("rate_problem", tweepy.TooManyRequests),
        ("usage_cap", tweepy.TooManyRequests),
        ("token", tweepy.Unauthorized),
        ("auth_type", tweepy.Forbidden),
        ("argument", tweepy.BadRequest),
        ("credits", tweepy.HTTPException),
        ("unavailable", tweepy.TwitterServerError),
    ],
)
def test_given_tweepy_when_it_is_refused_then_it_knows_why(
    world: Lab, trouble: str, kind: type[Exception]
):
    world.trouble(Platform.X, trouble)

    with _x(world, world.tokens(Platform.X).access) as client, pytest.raises(kind):
        _tweets(client, "1")


def test_given_tweepy_when_the_window_is_full_then_it_finds_when_to_go_on(world: Lab):
    world.world.limits["x.calls"] = 1

    with _x(world, world.tokens(Platform.X).access) as client:
        _tweets(client, "1")
        with pytest.raises(tweepy.TooManyRequests) as refused:
            _tweets(client, "1")

    headers = refused.value.response.headers
    assert headers["x-rate-limit-remaining"] == "0"
    assert 0 < int(headers["x-rate-limit-reset"]) - world.world.now() <= 900


def test_given_tweepys_consent_when_a_user_agrees_then_it_has_both_tokens(world: Lab):
    handler = tweepy.OAuth2UserHandler(
        client_id=CLIENT,
        redirect_uri=REDIRECT,
        scope=["tweet.read", "users.read", "offline.access"],
        client_secret=SECRET,
    )
    handler.mount("https://", _Redirected(f"{world.running.endpoint}/x"))
    handler.trust_env = False
    page = urlsplit(handler.get_authorization_url())
    with requests.Session() as browser:
        browser.trust_env = False
        address = f"{world.running.endpoint}/x{page.path}?{page.query}"
        back = browser.get(address, allow_redirects=False).headers["Location"]

    token = handler.fetch_token(back)
    handler.close()

    assert parse_qs(urlsplit(back).query)["state"]
    assert token["token_type"] == "bearer"
    assert token["refresh_token"]
    with _x(world, token["access_token"]) as client:
        assert client.get_me(user_auth=False).data.id == int(OWNER)


# facebook_business


@pytest.fixture
def graph(world: Lab, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Of Facebook; `_batch` is asked of either."""
    monkeypatch.setattr(FacebookSession, "GRAPH", f"{world.running.endpoint}/facebook")
    return world


def _api(token: str) -> Any:
    return FacebookAdsApi(FacebookSession(access_token=token), api_version="v26.0")


def _batch(api: Any, *paths: tuple[tuple[str, ...], dict[str, str]]) -> list[Any]:
    """What it made of each entry: a body, or an error."""
    found: dict[int, Any] = {}
    batch = api.new_batch()
    for at, (path, params) in enumerate(paths):
        batch.add(
            "GET",
            path,
            params=params,
            success=lambda reply, at=at: found.update({at: reply.json()}),
            failure=lambda reply, at=at: found.update({at: reply.error()}),
        )
    assert batch.execute() is None
    return [found[at] for at in range(len(paths))]


def test_given_metas_client_when_a_batch_is_asked_then_it_reads_every_entry(graph: Lab):
    graph.put(Platform.FACEBOOK, "1000_5")
    fields = {"fields": "id,shares,comments.limit(0).summary(true)"}

    post, gone, views = _batch(
        _api(graph.tokens(Platform.FACEBOOK).access),
        (("1000_5",), fields),
        (("1000_6",), fields),
        (("1000_5", "insights"), {"metric": "post_media_view"}),
    )

    assert post["shares"] == {"count": 4}
    assert post["comments"]["summary"]["total_count"] == 7
    assert isinstance(gone, FacebookRequestError)
    assert (gone.api_error_code(), gone.api_error_subcode()) == (100, 33)
    assert views["data"][0]["values"] == [{"value": 1_204}]


def test_given_metas_client_when_an_entry_runs_out_of_time_then_it_asks_again(graph: Lab):
    graph.put(Platform.FACEBOOK, "1000_5")
    graph.trouble(Platform.FACEBOOK, "first_null")
    api = _api(graph.tokens(Platform.FACEBOOK).access)
    batch = api.new_batch()
    batch.add("GET", ("1000_5",), params={"fields": "id"})

    again = batch.execute()

    assert again is not None
    assert len(again) == 1


def test_given_metas_client_when_instagram_is_asked_then_it_reads_insights_and_their_errors(
    world: Lab, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(FacebookSession, "GRAPH", f"{world.running.endpoint}/instagram")
    world.put(Platform.INSTAGRAM, "17", kind="STORY")
    api = _api(world.tokens(Platform.INSTAGRAM).access)

    told, wrong = _batch(
        api,
        (("17", "insights"), {"metric": "views,shares"}),
        (("17", "insights"), {"metric": "views,likes"}),
    )

    assert [row["name"] for row in told["data"]] == ["views", "shares"]
    assert wrong.api_error_code() == 100
    assert "metric[1]" in wrong.api_error_message()


@pytest.mark.parametrize(
    ("trouble", "code", "transient"),
    [("token", 190, False), ("app_limit", 4, True), ("page_use_case", 80001, False)],
)
def test_given_metas_client_when_it_is_refused_then_it_knows_why(
    graph: Lab, trouble: str, code: int, transient: bool
):
    api = _api(graph.tokens(Platform.FACEBOOK).access)
    graph.trouble(Platform.FACEBOOK, trouble)

    with pytest.raises(FacebookRequestError) as refused:
        api.call("GET", ["1000_5"])

    assert refused.value.api_error_code() == code
    assert refused.value.api_transient_error() is transient


def test_given_metas_client_when_the_limit_is_near_then_it_finds_the_usage(graph: Lab):
    graph.put(Platform.FACEBOOK, "1000_5")
    graph.world.limits["facebook.calls"] = 2
    api = _api(graph.tokens(Platform.FACEBOOK).access)

    headers = api.call("GET", ["1000_5"]).headers()

    assert json.loads(headers["X-App-Usage"])["call_count"] == 50
    assert "17841400000000000" in json.loads(headers["X-Business-Use-Case-Usage"])


def test_given_metas_client_when_pages_are_listed_then_it_has_their_tokens(graph: Lab):
    user = graph.tokens(Platform.FACEBOOK).refresh
    assert user is not None

    told = _api(user).call("GET", ["me", "accounts"], params={"fields": "id,access_token"}).json()

    (page,) = told["data"]
    assert page["id"] == OWNER
    graph.put(Platform.FACEBOOK, "1000_5")
    assert _api(page["access_token"]).call("GET", ["1000_5"]).json()["id"] == "1000_5"
