from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from functions.domain.errors import NotFoundError, StaleWriteError, UnavailableError
from functions.domain.platforms.accounts import (
    LEASE,
    AccountStatus,
    ReconnectNeededError,
    SocialAccount,
)
from functions.domain.platforms.errors import (
    AppRefusedError,
    GrantRefusedError,
    PlatformDownError,
    PlatformError,
    ScopeMissingError,
    TokenRefusedError,
)
from functions.domain.platforms.tokens import Tokens
from functions.domain.posts.post import Platform
from functions.services.posts.fresh_tokens import (
    Keyring,
    fresh_tokens,
    give_up,
    opened,
    with_tokens,
)
from tests.builders import USER
from tests.fakes.social import FakeConsents
from tests.fakes.world import World

X = Platform.X
TOKENS = Tokens(access="access-0", refresh="refresh-0", scopes=("read",))


def _connect(world: World, lives: timedelta = timedelta(hours=2)) -> SocialAccount:
    now = world.clock()
    account = SocialAccount(
        user_id=USER, platform=X, account_id="1000", connected_at=now, sealed=""
    )
    tokens = replace(TOKENS, access_expires_at=now + lives)
    return world.social_accounts.save(with_tokens(world.keyring, account, tokens))


def _x(world: World) -> FakeConsents:
    return world.platforms.known[X]


def _account(world: World) -> SocialAccount:
    account = world.social_accounts.get(USER, X)
    assert account
    return account


def test_given_tokens_with_time_left_when_asked_for_then_nothing_is_renewed(world: World):
    _connect(world)

    assert fresh_tokens(world.keyring, USER, X).access == "access-0"
    assert _x(world).renewals == []


def test_given_tokens_that_end_soon_when_asked_for_then_new_ones_are_saved_and_given(world: World):
    _connect(world, lives=timedelta(minutes=5))

    tokens = fresh_tokens(world.keyring, USER, X)

    assert tokens.access == "access-1"
    assert opened(world.keyring, _account(world)) == tokens
    assert _account(world).lease_until is None
    assert _account(world).access_expires_at == tokens.access_expires_at


def test_given_a_token_that_was_refused_when_asked_for_then_it_is_renewed_before_its_end(
    world: World,
):
    _connect(world)

    assert fresh_tokens(world.keyring, USER, X, refused="access-0").access == "access-1"
    # Who was refused an older one finds a newer one there.
    assert fresh_tokens(world.keyring, USER, X, refused="access-0").access == "access-1"
    assert _x(world).renewals == ["refresh-0"]


def test_given_no_account_when_tokens_are_asked_for_then_there_is_none(world: World):
    with pytest.raises(NotFoundError):
        fresh_tokens(world.keyring, USER, X)


@pytest.mark.parametrize("kind", [GrantRefusedError, ScopeMissingError, TokenRefusedError])
def test_given_a_dead_refresh_token_when_renewed_then_the_user_is_told_and_nothing_loops(
    world: World, kind: type[PlatformError]
):
    _connect(world, lives=timedelta(0))
    _x(world).error = kind(X, "invalid_grant")

    for _ in range(3):
        with pytest.raises(ReconnectNeededError) as told:
            fresh_tokens(world.keyring, USER, X)

    assert len(_x(world).renewals) == 1
    assert told.value.reason == "invalid_grant"
    account = _account(world)
    assert account.status is AccountStatus.RECONNECT_NEEDED
    assert account.sealed == ""


@pytest.mark.parametrize(
    "error", [PlatformDownError(X, "http_503"), AppRefusedError(X, "invalid_client")]
)
def test_given_no_fault_of_the_users_when_renewed_then_the_account_stays_and_is_tried_later(
    world: World, error: PlatformError
):
    _connect(world, lives=timedelta(0))
    _x(world).error = error
    with pytest.raises(type(error)):
        fresh_tokens(world.keyring, USER, X)
    assert _account(world).lease_until is None
    assert _account(world).status is AccountStatus.CONNECTED

    _x(world).error = None
    _x(world).renewals.clear()

    assert fresh_tokens(world.keyring, USER, X).access == "access-1"


def test_given_somebody_who_renews_when_asked_for_then_the_new_tokens_are_waited_for(
    world: World,
):
    account = _connect(world, lives=timedelta(0))
    until = world.clock() + LEASE
    held = world.social_accounts.save(replace(account, lease_until=until))
    looks = 0

    def finish_at_the_third_look(_: float) -> None:
        nonlocal looks
        looks += 1
        if looks == 3:
            new = replace(TOKENS, access="theirs", access_expires_at=world.clock() + LEASE * 60)
            world.social_accounts.save(with_tokens(world.keyring, held, new))

    tokens = fresh_tokens(_sleeping(world, finish_at_the_third_look), USER, X)

    assert tokens.access == "theirs"
    assert _x(world).renewals == []


def test_given_somebody_who_is_at_it_for_too_long_when_asked_for_then_it_is_given_up(world: World):
    account = _connect(world, lives=timedelta(0))
    lease = world.clock() + 10 * LEASE
    world.social_accounts.save(replace(account, lease_until=lease))

    with pytest.raises(UnavailableError) as busy:
        fresh_tokens(world.keyring, USER, X)

    assert busy.value.code == "social.busy"


def test_given_a_holder_that_was_killed_when_its_lease_is_over_then_another_renews(world: World):
    account = _connect(world, lives=timedelta(0))
    world.social_accounts.save(replace(account, lease_until=world.clock()))

    assert fresh_tokens(world.keyring, USER, X).access == "access-1"


def test_given_a_user_who_disconnects_meanwhile_when_renewed_then_the_new_tokens_are_revoked(
    world: World,
):
    _connect(world, lives=timedelta(0))
    _x(world).before_answer = world.social_accounts.rows.clear

    with pytest.raises(StaleWriteError):
        fresh_tokens(world.keyring, USER, X)

    assert _x(world).revoked == ["access-1"]
    assert world.social_accounts.rows == {}


def test_given_tokens_that_are_refused_for_good_when_given_up_then_only_those_are(world: World):
    _connect(world)

    give_up(world.keyring, USER, X, replace(TOKENS, access="older"), "logged_out")
    assert _account(world).status is AccountStatus.CONNECTED

    give_up(world.keyring, USER, X, TOKENS, "logged_out")
    assert _account(world).reason == "logged_out"
    # Safe to repeat, and for nobody.
    give_up(world.keyring, USER, X, TOKENS, "again")
    give_up(world.keyring, "nobody", X, TOKENS, "again")
    assert _account(world).reason == "logged_out"


def _sleeping(world: World, sleep: Callable[[float], None]) -> Keyring:
    return replace(world.keyring, sleep=sleep)
