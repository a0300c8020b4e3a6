"""Consents by the platforms' contracts: codes, challenges, rotation, and what can be refused."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from functions.domain.platforms.errors import (
    AppRefusedError,
    GrantRefusedError,
    PlatformDownError,
    PlatformError,
    RateLimitedError,
    ScopeMissingError,
)
from functions.domain.platforms.readings import PostRef, PostState
from functions.domain.platforms.tokens import Ask, Granted
from functions.domain.posts.post import Platform
from infra.local.simulators.social.grants import SECRET
from tests.contract.social_lab import ALLOWED, OWNER, Lab, lab

each_platform = pytest.mark.parametrize("platform", list(Platform))
META = (Platform.FACEBOOK, Platform.INSTAGRAM)
ROTATING = (Platform.X, Platform.TIKTOK)


@pytest.fixture
def world() -> Iterator[Lab]:
    with lab() as made:
        yield made


def _connected(world: Lab, platform: Platform) -> Granted:
    ask, back = world.agree(platform)
    return world.consents(platform).redeem(ask, back["code"], world.now())


def _id(platform: Platform) -> str:
    return "1000_5" if platform is Platform.FACEBOOK else "5"


def _reads(world: Lab, platform: Platform, granted: Granted) -> PostState:
    world.put(platform, _id(platform))
    found = world.numbers(platform).read(granted.tokens, [PostRef(post_id=_id(platform))])
    return found.readings[0].state


@each_platform
def test_given_a_user_who_agrees_when_the_code_is_redeemed_then_the_account_can_be_read(
    world: Lab, platform: Platform
):
    ask, back = world.agree(platform)

    granted = world.consents(platform).redeem(ask, back["code"], world.now())

    assert back["state"] == ask.state
    assert granted.account_id == OWNER
    assert set(granted.tokens.scopes) == set(ALLOWED[platform])
    assert _reads(world, platform, granted) is PostState.READ


@each_platform
def test_given_tokens_when_they_are_printed_then_none_is_shown(world: Lab, platform: Platform):
    granted = _connected(world, platform)
    secrets = [granted.tokens.access, granted.tokens.refresh, *granted.tokens.pages.values()]

    assert [secret for secret in secrets if secret and secret in repr(granted)] == []


@each_platform
def test_given_a_user_who_denies_when_sent_back_then_it_is_said(world: Lab, platform: Platform):
    world.world.denies.add(platform.value)

    ask, back = world.agree(platform)

    assert back == {"error": "access_denied", "state": ask.state}


@each_platform
def test_given_a_code_when_redeemed_twice_then_the_second_is_refused(
    world: Lab, platform: Platform
):
    ask, back = world.agree(platform)
    consents = world.consents(platform)
    consents.redeem(ask, back["code"], world.now())

    with pytest.raises(GrantRefusedError):
        consents.redeem(ask, back["code"], world.now())


@each_platform
def test_given_a_code_that_is_too_old_when_redeemed_then_it_is_refused(
    world: Lab, platform: Platform
):
    ask, back = world.agree(platform)
    world.world.advance(31 if platform is Platform.X else 601)

    with pytest.raises(GrantRefusedError):
        world.consents(platform).redeem(ask, back["code"], world.now())


@each_platform
def test_given_another_redirect_when_redeemed_then_it_is_refused(world: Lab, platform: Platform):
    ask, back = world.agree(platform)
    other = replace(ask, redirect_uri="https://elsewhere.example/")

    with pytest.raises(GrantRefusedError):
        world.consents(platform).redeem(other, back["code"], world.now())


@pytest.mark.parametrize("platform", [Platform.X, Platform.YOUTUBE])
def test_given_another_verifier_when_redeemed_then_it_is_refused(world: Lab, platform: Platform):
    ask, back = world.agree(platform)
    other = replace(ask, verifier="somebody-else")

    with pytest.raises(GrantRefusedError):
        world.consents(platform).redeem(other, back["code"], world.now())


def test_given_a_program_on_ones_own_machine_when_tiktok_is_asked_then_its_challenge_is_hex(
    world: Lab,
):
    ask, back = world.agree(Platform.TIKTOK, "http://127.0.0.1:8000/callback")
    consents = world.consents(Platform.TIKTOK)

    challenge = parse_qs(urlsplit(consents.address(ask)).query)["code_challenge"][0]

    assert len(bytes.fromhex(challenge)) == 32
    assert consents.redeem(ask, back["code"], world.now()).account_id == OWNER


def test_given_a_website_when_tiktok_is_asked_then_there_is_no_challenge_and_commas_part_scopes(
    world: Lab,
):
    ask = Ask(state="s", verifier="v", redirect_uri="https://cutroom.example/")

    query = parse_qs(urlsplit(world.consents(Platform.TIKTOK).address(ask)).query)

    assert "code_challenge" not in query
    assert query["scope"] == ["user.info.basic,video.list"]


@each_platform
def test_given_a_permission_that_is_withheld_when_redeemed_then_it_is_said(
    world: Lab, platform: Platform
):
    world.world.withheld[platform.value] = {ALLOWED[platform][-1]}
    ask, back = world.agree(platform)

    with pytest.raises(ScopeMissingError):
        world.consents(platform).redeem(ask, back["code"], world.now())


@each_platform
def test_given_a_wrong_secret_when_redeemed_or_renewed_then_it_is_our_app_that_is_refused(
    world: Lab, platform: Platform
):
    granted = _connected(world, platform)
    ask, back = world.agree(platform)
    wrong = world.consents(platform, secret="wrong")

    with pytest.raises(AppRefusedError):
        wrong.redeem(ask, back["code"], world.now())
    with pytest.raises(AppRefusedError):
        wrong.renew(granted.tokens, world.now())

    # Nothing is lost by it.
    assert world.consents(platform).renew(granted.tokens, world.now()).access


@each_platform
def test_given_tokens_that_end_soon_when_renewed_then_the_new_ones_read(
    world: Lab, platform: Platform
):
    granted = _connected(world, platform)
    ends = granted.tokens.access_expires_at
    assert ends is not None
    world.world.advance((ends - world.now()).total_seconds() - 30)
    assert granted.tokens.is_stale(world.now())

    renewed = world.consents(platform).renew(granted.tokens, world.now())

    assert not renewed.is_stale(world.now())
    assert renewed.scopes == granted.tokens.scopes
    world.world.advance(60)
    assert _reads(world, platform, replace(granted, tokens=renewed)) is PostState.READ


@pytest.mark.parametrize(
    ("platform", "lives"),
    [
        (Platform.YOUTUBE, timedelta(seconds=3_599)),
        (Platform.X, timedelta(hours=2)),
        (Platform.TIKTOK, timedelta(hours=2)),
        (Platform.FACEBOOK, timedelta(days=60)),
        (Platform.INSTAGRAM, timedelta(days=60)),
    ],
)
def test_given_new_tokens_when_looked_at_then_they_live_as_long_as_the_platform_says(
    world: Lab, platform: Platform, lives: timedelta
):
    now = world.now()

    ends = _connected(world, platform).tokens.access_expires_at

    assert ends is not None
    assert abs(ends - now - lives) < timedelta(seconds=30)


def test_given_tokens_of_google_when_renewed_then_the_refresh_token_stays(world: Lab):
    granted = _connected(world, Platform.YOUTUBE)

    renewed = world.consents(Platform.YOUTUBE).renew(granted.tokens, world.now())

    assert renewed.refresh == granted.tokens.refresh
    assert renewed.access != granted.tokens.access


@pytest.mark.parametrize("platform", ROTATING)
def test_given_a_refresh_token_that_rotates_when_used_twice_then_the_second_is_refused(
    world: Lab, platform: Platform
):
    granted, consents = _connected(world, platform), world.consents(platform)
    renewed = consents.renew(granted.tokens, world.now())
    assert renewed.refresh != granted.tokens.refresh

    with pytest.raises(GrantRefusedError):
        consents.renew(granted.tokens, world.now())

    # X ends all that came out of the consent; TikTok the old token alone.
    if platform is Platform.X:
        with pytest.raises(GrantRefusedError):
            consents.renew(renewed, world.now())
    else:
        assert consents.renew(renewed, world.now()).access


@pytest.mark.parametrize("platform", ROTATING)
def test_given_twenty_who_use_one_refresh_token_when_they_race_then_one_gets_new_ones(
    world: Lab, platform: Platform
):
    """So it is without a lock: the reason why there is one."""
    granted = _connected(world, platform)

    def renew(_: int) -> bool:
        try:
            world.consents(platform).renew(granted.tokens, world.now())
        except GrantRefusedError:
            return False
        return True

    with ThreadPoolExecutor(20) as pool:
        assert sum(pool.map(renew, range(20))) == 1


@pytest.mark.parametrize("platform", [*ROTATING, Platform.YOUTUBE])
@pytest.mark.parametrize("trouble", ["lost", "http_503", "truncated"])
def test_given_an_answer_with_new_tokens_that_is_lost_when_renewed_then_it_is_not_sent_again(
    world: Lab, platform: Platform, trouble: str
):
    granted = _connected(world, platform)
    before = len(world.calls(platform))
    world.trouble(platform, f"token:{trouble}")

    with pytest.raises(PlatformDownError):
        world.consents(platform).renew(granted.tokens, world.now())

    assert len(world.calls(platform)) == before + 1


@pytest.mark.parametrize("platform", [*ROTATING, Platform.YOUTUBE])
@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("invalid_request", GrantRefusedError),
        ("invalid_grant", GrantRefusedError),
        ("invalid_scope", GrantRefusedError),
        ("access_denied", GrantRefusedError),
        ("invalid_client", AppRefusedError),
        ("unauthorized_client", AppRefusedError),
        ("unsupported_grant_type", AppRefusedError),
        ("server_error", PlatformDownError),
        ("temporarily_unavailable", PlatformDownError),
    ],
)
def test_given_a_refusal_of_tokens_when_met_then_it_is_of_its_kind_whatever_its_status(
    world: Lab, platform: Platform, code: str, kind: type[PlatformError]
):
    granted = _connected(world, platform)
    ask, back = world.agree(platform)
    world.trouble(platform, f"token:oauth_{code}", f"token:oauth_{code}")

    with pytest.raises(kind):
        world.consents(platform).renew(granted.tokens, world.now())
    with pytest.raises(kind):
        world.consents(platform).redeem(ask, back["code"], world.now())


@pytest.mark.parametrize("platform", [*ROTATING, Platform.YOUTUBE])
@pytest.mark.parametrize("trouble", ["http_403", "http_404", "json:{}", "json:[]"])
def test_given_an_answer_that_is_none_of_the_platforms_when_renewed_then_the_account_is_not_lost(
    world: Lab, platform: Platform, trouble: str
):
    """As of a firewall before it, which refuses without the words of a refusal."""
    granted = _connected(world, platform)
    world.trouble(platform, f"token:{trouble}")

    with pytest.raises(PlatformDownError):
        world.consents(platform).renew(granted.tokens, world.now())


@pytest.mark.parametrize("platform", META)
@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("token", GrantRefusedError),
        ("logged_out", GrantRefusedError),
        ("argument", GrantRefusedError),
        ("permission", ScopeMissingError),
        ("app_limit", RateLimitedError),
        ("service", PlatformDownError),
        ("http_503", PlatformDownError),
        ("json:{}", PlatformDownError),
    ],
)
def test_given_a_refusal_of_metas_tokens_when_renewed_then_it_is_of_its_kind(
    world: Lab, platform: Platform, name: str, kind: type[PlatformError]
):
    granted = _connected(world, platform)
    world.trouble(platform, *[f"token:{name}"] * 3)

    with pytest.raises(kind):
        world.consents(platform).renew(granted.tokens, world.now())


@each_platform
def test_given_an_account_without_an_id_when_connected_then_none_is_made_up(
    world: Lab, platform: Platform
):
    """What tells whose tokens they are: for TikTok the tokens themselves."""
    ask, back = world.agree(platform)
    nobody = '{"data": [{}], "items": [{"kind": "youtube#channel"}], "access_token": "a", '
    nobody += f'"scope": "{" ".join(ALLOWED[platform])}"}}'
    if platform in META:
        world.world.flags.add(f"{platform.value}.no_id")
    else:
        prefix = "token:" if platform is Platform.TIKTOK else ""
        world.trouble(platform, *[f"{prefix}json:{nobody}"] * 3)

    with pytest.raises((PlatformDownError, GrantRefusedError)):
        world.consents(platform).redeem(ask, back["code"], world.now())


@each_platform
def test_given_all_that_is_asked_of_a_platform_when_it_is_logged_then_no_secret_is_in_it(
    world: Lab, platform: Platform, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.DEBUG)
    granted = _connected(world, platform)
    consents = world.consents(platform)
    _reads(world, platform, granted)
    renewed = consents.renew(granted.tokens, world.now())
    for trouble in ("http_503", "lost", "truncated"):
        world.trouble(platform, *[trouble] * 3)
        with pytest.raises(PlatformDownError) as down:
            _reads(world, platform, replace(granted, tokens=renewed))
        logging.getLogger("functions").error("down", exc_info=down.value)
    consents.revoke(renewed)

    known = [granted.tokens, renewed]
    secrets = {SECRET, *(one.access for one in known), *(one.refresh or SECRET for one in known)}
    secrets |= {token for one in known for token in one.pages.values()}
    assert [secret for secret in secrets if secret in caplog.text] == []


@pytest.mark.parametrize("platform", [*ROTATING, Platform.YOUTUBE])
def test_given_too_many_requests_when_renewed_then_the_account_is_not_lost(
    world: Lab, platform: Platform
):
    granted = _connected(world, platform)
    world.trouble(platform, "token:http_429")

    with pytest.raises(RateLimitedError):
        world.consents(platform).renew(granted.tokens, world.now())


@each_platform
def test_given_an_account_that_was_revoked_when_renewed_then_only_the_user_can_help(
    world: Lab, platform: Platform
):
    granted, consents = _connected(world, platform), world.consents(platform)

    consents.revoke(granted.tokens)

    with pytest.raises(GrantRefusedError):
        consents.renew(granted.tokens, world.now())
    # A second time does no harm.
    consents.revoke(granted.tokens)


@pytest.mark.parametrize("platform", META)
def test_given_a_token_of_meta_that_has_ended_when_renewed_then_only_the_user_can_help(
    world: Lab, platform: Platform
):
    granted = _connected(world, platform)
    world.world.advance(61 * 86_400)

    with pytest.raises(GrantRefusedError):
        world.consents(platform).renew(granted.tokens, world.now())


@pytest.mark.parametrize("platform", META)
def test_given_more_pages_than_one_when_connected_then_each_has_its_token(
    world: Lab, platform: Platform
):
    more = tuple(str(number) for number in range(2_000, 2_004))
    world.world.also[platform.value, OWNER] = more
    world.world.limits["graph.page_size"] = 2

    granted = _connected(world, platform)

    assert set(granted.tokens.pages) == {OWNER, *more}
    assert granted.tokens.access == granted.tokens.pages[OWNER]


@pytest.mark.parametrize(
    ("platform", "flag", "reason"),
    [
        (Platform.YOUTUBE, "youtube.no_channel", "no_channel"),
        (Platform.FACEBOOK, "facebook.no_page", "no_page"),
        (Platform.INSTAGRAM, "instagram.personal", "no_professional_account"),
    ],
)
def test_given_a_user_who_has_nothing_to_read_when_connected_then_it_is_said(
    world: Lab, platform: Platform, flag: str, reason: str
):
    world.world.flags.add(flag)

    with pytest.raises(GrantRefusedError) as refused:
        _connected(world, platform)

    assert refused.value.reason == reason


def test_given_x_when_asked_without_a_challenge_then_it_is_refused(world: Lab):
    ask = Ask(state="s", verifier="v", redirect_uri="https://cutroom.example/")
    address = world.consents(Platform.X).address(ask).replace("code_challenge_method=S256", "a=b")

    with httpx.Client(trust_env=False) as browser:
        assert browser.get(address).status_code == 400


def test_given_google_when_asked_then_it_is_asked_for_a_refresh_token_each_time(world: Lab):
    ask = Ask(state="s", verifier="v", redirect_uri="https://cutroom.example/")

    query = parse_qs(urlsplit(world.consents(Platform.YOUTUBE).address(ask)).query)

    assert query["access_type"] == ["offline"]
    assert query["prompt"] == ["consent"]
    assert query["code_challenge"] == [ask.challenge]
