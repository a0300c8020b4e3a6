"""Connecting accounts on platforms: a user is sent there with a secret of ours, and comes back."""

from __future__ import annotations

import logging

from functions.domain.errors import (
    FieldError,
    InvalidInputError,
    NotFoundError,
    StaleWriteError,
    UnavailableError,
)
from functions.domain.platforms.accounts import (
    ASK_LIVES,
    AccountStatus,
    PendingAsk,
    SocialAccount,
    hash_of,
)
from functions.domain.platforms.errors import PlatformError
from functions.domain.platforms.tokens import Ask, new_secret
from functions.domain.posts.post import Platform
from functions.services.ownership import Caller
from functions.services.posts.fresh_tokens import Keyring, opened, with_tokens

logger = logging.getLogger(__name__)
_ATTEMPTS = 5


def platform_named(text: str) -> Platform:
    """Raises NotFoundError."""
    try:
        return Platform(text)
    except ValueError as error:
        raise NotFoundError("platform.not_found", "There is no such platform.") from error


def begin_consent(
    caller: Caller, platform: Platform, redirect_uri: str, keyring: Keyring
) -> tuple[str, PendingAsk]:
    """Where to send the user. Raises PlatformError where we have no app there."""
    ask = Ask(state=new_secret(), verifier=new_secret(), redirect_uri=redirect_uri)
    address = keyring.consents(platform).address(ask)
    sealed = keyring.vault.seal(ask.verifier, user_id=caller.user_id, platform=platform)
    pending = PendingAsk(
        user_id=caller.user_id,
        platform=platform,
        state_hash=hash_of(ask.state),
        redirect_uri=redirect_uri,
        sealed=sealed,
        ends_at=keyring.clock() + ASK_LIVES,
    )
    keyring.accounts.ask(pending)
    return address, pending


def finish_consent(
    caller: Caller, platform: Platform, code: str, state: str, keyring: Keyring
) -> SocialAccount:
    """What the platform has sent the user back with: for the same user, once, and in time.

    An account that is connected already is replaced. Raises InvalidInputError, PlatformError.
    """
    pending = keyring.accounts.take(caller.user_id, platform, hash_of(state))
    if pending is None or pending.ends_at <= keyring.clock():
        says = "This consent was not asked for by you just now; connect the account again."
        wrong = (FieldError("/state", "unknown_state", says),)
        raise InvalidInputError("social.unknown_state", says, fields=wrong)
    verifier = keyring.vault.open(pending.sealed, user_id=caller.user_id, platform=platform)
    ask = Ask(state=state, verifier=verifier, redirect_uri=pending.redirect_uri)
    now = keyring.clock()
    granted = keyring.consents(platform).redeem(ask, code, now)
    for left in reversed(range(_ATTEMPTS)):
        known = keyring.accounts.get(caller.user_id, platform)
        new = SocialAccount(
            user_id=caller.user_id,
            platform=platform,
            account_id=granted.account_id,
            name=granted.name,
            connected_at=now,
            sealed="",
            version=known.version if known else 0,
        )
        try:
            return keyring.accounts.save(with_tokens(keyring, new, granted.tokens))
        except StaleWriteError:
            if not left:
                raise
    raise AssertionError("unreachable")


def disconnect(caller: Caller, platform: Platform, keyring: Keyring) -> None:
    """Gone here at once, and taken back at the platform if that can be reached. Safe to repeat.
    Raises NotFoundError, StaleWriteError where it changes all the time."""
    for left in reversed(range(_ATTEMPTS)):
        account = keyring.accounts.get(caller.user_id, platform)
        if account is None:
            says = f"No {platform} account is connected."
            raise NotFoundError("social_account.not_found", says)
        try:
            keyring.accounts.delete(account)
        except StaleWriteError:
            if not left:
                raise
            continue
        _revoke(account, keyring)
        return


def _revoke(account: SocialAccount, keyring: Keyring) -> None:
    """The user may take it back at the platform as well; nothing here depends on it."""
    if account.status is not AccountStatus.CONNECTED:
        return
    try:
        keyring.consents(account.platform).revoke(opened(keyring, account))
    except (PlatformError, UnavailableError) as error:
        logger.warning("consent not taken back", extra={"code": error.code})
