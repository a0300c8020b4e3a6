"""Tokens that are good: renewed ahead of their end, by one worker, who saves them before any use.

A refresh token may be good for once only, so that the account's lease is taken before it is used.
Who finds the lease taken waits for what its holder saves. A holder that is killed after the
platform has answered, and before it has saved, costs the user a new consent: no one can mend that.
"""

from __future__ import annotations

import json
import logging
import random
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from functions.domain.codec import from_plain, to_plain
from functions.domain.errors import NotFoundError, StaleWriteError, UnavailableError
from functions.domain.platforms.accounts import (
    LEASE,
    AccountStatus,
    AccountStore,
    ReconnectNeededError,
    SocialAccount,
)
from functions.domain.platforms.errors import (
    GrantRefusedError,
    PlatformError,
    ScopeMissingError,
    TokenRefusedError,
)
from functions.domain.platforms.ports import Consents
from functions.domain.platforms.tokens import Tokens
from functions.domain.posts.post import Platform
from functions.domain.vault import Vault

logger = logging.getLogger(__name__)
WAIT_S = 25.0
_LOOK_S = 0.25


@dataclass(frozen=True, slots=True, kw_only=True)
class Keyring:
    """What is needed to have tokens of any account. `consents` makes those of a platform."""

    accounts: AccountStore
    vault: Vault
    consents: Callable[[Platform], Consents]
    clock: Callable[[], datetime]
    sleep: Callable[[float], None] = time.sleep


def fresh_tokens(
    keyring: Keyring, user_id: str, platform: Platform, *, refused: str | None = None
) -> Tokens:
    """Of a connected account; `refused` is an access token that the platform does not take any
    more, whatever its end. Raises NotFoundError, ReconnectNeededError, PlatformError where they
    cannot be renewed just now, and UnavailableError where somebody else is at it for too long."""
    until = keyring.clock() + timedelta(seconds=WAIT_S)
    while True:
        account = connected(keyring, user_id, platform)
        tokens = opened(keyring, account)
        if tokens.access != refused and not tokens.is_stale(keyring.clock()):
            return tokens
        leased = _leased(keyring, account)
        if leased is not None:
            return _renewed(keyring, leased, tokens)
        if keyring.clock() >= until:
            says = "The account's tokens are being renewed; try again."
            raise UnavailableError("social.busy", says)
        keyring.sleep(random.uniform(0.5, 1.0) * _LOOK_S)  # noqa: S311


def connected(keyring: Keyring, user_id: str, platform: Platform) -> SocialAccount:
    """Raises NotFoundError and ReconnectNeededError."""
    account = keyring.accounts.get(user_id, platform)
    if account is None:
        raise NotFoundError("social_account.not_found", f"No {platform} account is connected.")
    if account.status is AccountStatus.RECONNECT_NEEDED:
        raise ReconnectNeededError(platform, account.reason or "unknown")
    return account


def opened(keyring: Keyring, account: SocialAccount) -> Tokens:
    text = keyring.vault.open(account.sealed, user_id=account.user_id, platform=account.platform)
    return from_plain(Tokens, json.loads(text))


def with_tokens(keyring: Keyring, account: SocialAccount, tokens: Tokens) -> SocialAccount:
    text = json.dumps(to_plain(tokens), separators=(",", ":"))
    sealed = keyring.vault.seal(text, user_id=account.user_id, platform=account.platform)
    return replace(
        account,
        sealed=sealed,
        scopes=tokens.scopes,
        access_expires_at=tokens.access_expires_at,
        status=AccountStatus.CONNECTED,
        reason=None,
        lease_until=None,
    )


def give_up(keyring: Keyring, user_id: str, platform: Platform, tokens: Tokens, why: str) -> None:
    """These tokens are of no use any more: the user is told, and nothing is tried again. One that
    was connected anew meanwhile stays as it is."""
    account = keyring.accounts.get(user_id, platform)
    if account is None or account.status is not AccountStatus.CONNECTED:
        return
    if opened(keyring, account).access == tokens.access:
        _bury(keyring, account, why)


def _leased(keyring: Keyring, account: SocialAccount) -> SocialAccount | None:
    """None where somebody else has it."""
    now = keyring.clock()
    if account.leased(now):
        return None
    try:
        return keyring.accounts.save(replace(account, lease_until=now + LEASE))
    except StaleWriteError:
        return None


def _renewed(keyring: Keyring, account: SocialAccount, tokens: Tokens) -> Tokens:
    consents = keyring.consents(account.platform)
    try:
        renewed = consents.renew(tokens, keyring.clock())
    except (GrantRefusedError, ScopeMissingError, TokenRefusedError) as error:
        # What Meta is asked for with the new token may be refused as well.
        _bury(keyring, account, error.reason)
        raise ReconnectNeededError(account.platform, error.reason) from error
    except PlatformError:
        _let_go(keyring, account)
        raise
    try:
        keyring.accounts.save(with_tokens(keyring, account, renewed))
    except StaleWriteError:
        # Disconnected, or connected anew: these belong to nobody any more.
        consents.revoke(renewed)
        raise
    return renewed


def _bury(keyring: Keyring, account: SocialAccount, reason: str) -> None:
    told = {"platform": account.platform, "reason": reason}
    logger.warning("social account to be connected again", extra=told)
    try:
        keyring.accounts.save(account.dead(reason))
    except StaleWriteError:
        logger.info("social account changed meanwhile", extra=told)


def _let_go(keyring: Keyring, account: SocialAccount) -> None:
    try:
        keyring.accounts.save(replace(account, lease_until=None))
    except StaleWriteError:
        logger.info("lease of a social account is another's", extra={"platform": account.platform})
