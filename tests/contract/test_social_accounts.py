"""Accounts on platforms: the table beside its fake; workers that race."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest

from functions.adapters import aws
from functions.adapters.dynamo.social_accounts import DynamoAccountStore
from functions.adapters.kms_vault import KmsVault
from functions.domain.errors import StaleWriteError
from functions.domain.platforms.accounts import (
    AccountStatus,
    AccountStore,
    PendingAsk,
    ReconnectNeededError,
    SocialAccount,
)
from functions.domain.platforms.readings import PostRef, PostState
from functions.domain.posts.post import Platform
from functions.domain.tiers import Tier
from functions.services.ownership import Caller
from functions.services.posts.connect_account import begin_consent, disconnect, finish_consent
from functions.services.posts.fresh_tokens import Keyring, fresh_tokens
from infra.local.emulator import Emulator
from tests.contract.social_lab import OWNER, REDIRECT, Lab, lab
from tests.fakes.clock import EPOCH
from tests.fakes.social import FakeAccountStore

WORKERS = 20


@pytest.fixture(params=["fake", "dynamodb"])
def accounts(request: pytest.FixtureRequest, tables: dict[str, str]) -> AccountStore:
    if request.param == "fake":
        return FakeAccountStore()
    return DynamoAccountStore(tables["social_accounts"])


def _account(user_id: str, platform: Platform = Platform.X, **known: object) -> SocialAccount:
    made = SocialAccount(
        user_id=user_id,
        platform=platform,
        account_id="1000",
        connected_at=EPOCH,
        sealed="c2VhbGVk.bW9yZQ==",
        scopes=("read", "more"),
        access_expires_at=EPOCH + timedelta(hours=2),
    )
    return replace(made, **known)  # type: ignore[arg-type]


class TestAccountStore:
    def test_given_an_account_when_saved_then_it_is_read_as_it_was(
        self, accounts: AccountStore, fresh: str
    ) -> None:
        saved = accounts.save(_account(fresh, name="Anna", lease_until=EPOCH))

        assert saved.version == 1
        assert accounts.get(fresh, Platform.X) == saved
        assert accounts.get(fresh, Platform.YOUTUBE) is None

    def test_given_two_writers_when_the_later_one_saves_then_it_is_refused(
        self, accounts: AccountStore, fresh: str
    ) -> None:
        first = accounts.save(_account(fresh))
        accounts.save(replace(first, name="One"))

        for stale in (replace(first, name="Other"), _account(fresh)):
            with pytest.raises(StaleWriteError):
                accounts.save(stale)
        with pytest.raises(StaleWriteError):
            accounts.delete(first)

    def test_given_twenty_writers_of_one_version_when_they_race_then_one_wins(
        self, accounts: AccountStore, fresh: str
    ) -> None:
        known = accounts.save(_account(fresh))

        def save(number: int) -> bool:
            try:
                accounts.save(replace(known, name=str(number)))
            except StaleWriteError:
                return False
            return True

        with ThreadPoolExecutor(WORKERS) as pool:
            assert sum(pool.map(save, range(WORKERS))) == 1

    def test_given_accounts_and_awaited_consents_when_listed_then_only_accounts_of_the_user_are(
        self, accounts: AccountStore, fresh: str
    ) -> None:
        saved = [accounts.save(_account(fresh, one)) for one in sorted(Platform)]
        accounts.ask(_pending(fresh))
        accounts.save(_account(f"{fresh}-other"))

        assert accounts.of_user(fresh) == saved

    def test_given_an_account_when_deleted_then_it_is_gone_and_can_be_made_anew(
        self, accounts: AccountStore, fresh: str
    ) -> None:
        saved = accounts.save(_account(fresh))

        accounts.delete(saved)

        assert accounts.get(fresh, Platform.X) is None
        assert accounts.save(_account(fresh)).version == 1

    def test_given_an_awaited_consent_when_taken_then_it_is_so_once_and_by_its_state(
        self, accounts: AccountStore, fresh: str
    ) -> None:
        accounts.ask(_pending(fresh, "older"))
        accounts.ask(_pending(fresh))

        assert accounts.take(fresh, Platform.X, "older") is None
        assert accounts.take(f"{fresh}-other", Platform.X, "hash") is None
        assert accounts.take(fresh, Platform.YOUTUBE, "hash") is None
        assert accounts.take(fresh, Platform.X, "hash") == _pending(fresh)
        assert accounts.take(fresh, Platform.X, "hash") is None


def _pending(user_id: str, state_hash: str = "hash") -> PendingAsk:
    return PendingAsk(
        user_id=user_id,
        platform=Platform.X,
        state_hash=state_hash,
        redirect_uri=REDIRECT,
        sealed="c2VhbGVk",
        ends_at=EPOCH,
    )


# All parts together, before the simulators


@pytest.fixture
def world() -> Iterator[Lab]:
    with lab() as made:
        yield made


@pytest.fixture
def keyring(world: Lab, tables: dict[str, str], kms_key: str) -> Keyring:
    return Keyring(
        accounts=DynamoAccountStore(tables["social_accounts"]),
        vault=KmsVault(kms_key),
        consents=world.consents,
        clock=world.now,
    )


def _connect(world: Lab, keyring: Keyring, user_id: str, platform: Platform) -> SocialAccount:
    caller = Caller(user_id=user_id, tier=Tier.PRO)
    address, _ = begin_consent(caller, platform, REDIRECT, keyring)
    back = world.follow(address)
    return finish_consent(caller, platform, back["code"], back["state"], keyring)


def _reads(world: Lab, keyring: Keyring, user_id: str, platform: Platform) -> PostState:
    post = "1000_5" if platform is Platform.FACEBOOK else "5"
    world.put(platform, post)
    tokens = fresh_tokens(keyring, user_id, platform)
    return world.numbers(platform).read(tokens, [PostRef(post_id=post)]).readings[0].state


@pytest.mark.parametrize("platform", list(Platform))
def test_given_a_user_when_an_account_is_connected_then_it_reads_until_it_is_disconnected(
    world: Lab, keyring: Keyring, fresh: str, platform: Platform
) -> None:
    account = _connect(world, keyring, fresh, platform)

    assert account.account_id == OWNER
    assert _reads(world, keyring, fresh, platform) is PostState.READ
    disconnect(Caller(user_id=fresh, tier=Tier.PRO), platform, keyring)
    assert keyring.accounts.of_user(fresh) == []


@pytest.mark.parametrize("platform", list(Platform))
def test_given_twenty_workers_when_tokens_have_ended_then_they_are_renewed_once_for_all(
    world: Lab, keyring: Keyring, fresh: str, platform: Platform
) -> None:
    account = _connect(world, keyring, fresh, platform)
    ends = account.access_expires_at
    assert ends is not None
    world.world.advance((ends - world.now()).total_seconds() - 60)
    before = len(_renewals(world, platform))

    with ThreadPoolExecutor(WORKERS) as pool:
        found = list(pool.map(lambda _: fresh_tokens(keyring, fresh, platform), range(WORKERS)))

    assert len({one.access for one in found}) == 1
    assert len(_renewals(world, platform)) == before + 1
    assert _reads(world, keyring, fresh, platform) is PostState.READ


@pytest.mark.parametrize("platform", [Platform.X, Platform.TIKTOK])
def test_given_twenty_workers_when_they_renew_again_and_again_then_no_token_is_used_twice(
    world: Lab, keyring: Keyring, fresh: str, platform: Platform
) -> None:
    _connect(world, keyring, fresh, platform)

    with ThreadPoolExecutor(WORKERS) as pool:
        for _ in range(3):
            world.world.advance(3 * 3_600)
            list(pool.map(lambda _: fresh_tokens(keyring, fresh, platform), range(WORKERS)))

    # X would have ended them all.
    assert _reads(world, keyring, fresh, platform) is PostState.READ
    assert len(_renewals(world, platform)) == 3


@pytest.mark.parametrize("platform", list(Platform))
def test_given_a_consent_that_was_taken_back_when_twenty_workers_ask_then_it_is_tried_once(
    world: Lab, keyring: Keyring, fresh: str, platform: Platform
) -> None:
    _connect(world, keyring, fresh, platform)
    served = world.running.service.platforms[platform.value]
    getattr(served, "end_all", served.grants.end_all)()
    before = len(_renewals(world, platform))
    access = fresh_tokens(keyring, fresh, platform).access

    def ask(_: int) -> str:
        with pytest.raises(ReconnectNeededError) as told:
            fresh_tokens(keyring, fresh, platform, refused=access)
        return told.value.reason

    with ThreadPoolExecutor(WORKERS) as pool:
        reasons = set(pool.map(ask, range(WORKERS)))

    assert len(reasons) == 1
    assert len(_renewals(world, platform)) == before + 1
    account = keyring.accounts.get(fresh, platform)
    assert account is not None
    assert account.status is AccountStatus.RECONNECT_NEEDED
    # A new consent mends it.
    _connect(world, keyring, fresh, platform)
    assert _reads(world, keyring, fresh, platform) is PostState.READ


def test_given_an_account_when_its_row_is_looked_at_then_no_token_is_in_it(
    world: Lab, keyring: Keyring, fresh: str, tables: dict[str, str], bare_cloud: Emulator
) -> None:
    _connect(world, keyring, fresh, Platform.X)
    tokens = fresh_tokens(keyring, fresh, Platform.X)

    key = {"user_id": {"S": fresh}, "platform": {"S": "x"}}
    row = aws.client("dynamodb").get_item(TableName=tables["social_accounts"], Key=key)["Item"]

    assert tokens.refresh is not None
    assert tokens.access not in str(row)
    assert tokens.refresh not in str(row)


def _renewals(world: Lab, platform: Platform) -> list[object]:
    """Calls that fetch tokens, but for those of a code; for Meta, exchanges for lasting ones."""
    tokens = {
        Platform.YOUTUBE: "POST /token",
        Platform.X: "POST /2/oauth2/token",
        Platform.TIKTOK: "POST /v2/oauth/token/",
    }
    if platform in tokens:
        found = [one for one in world.calls(platform) if one.operation == tokens[platform]]
        return found[1:]
    lists = [one for one in world.calls(platform) if one.operation.endswith("/oauth/access_token")]
    # Of each consent two, of each renewal one.
    return lists[2:]
