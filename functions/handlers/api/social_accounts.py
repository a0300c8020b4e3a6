"""/api/social/accounts: the caller's accounts on platforms. No token is ever shown."""

from __future__ import annotations

from http import HTTPStatus

from aws_lambda_powertools.event_handler import Response

from functions import bootstrap_social
from functions.domain.platforms.accounts import SocialAccount
from functions.handlers.api.models import social_accounts as models
from functions.handlers.api.request import answer, caller, new_router, settings
from functions.services.posts.connect_account import (
    begin_consent,
    disconnect,
    finish_consent,
    platform_named,
)
from functions.services.posts.fresh_tokens import Keyring

router = new_router()
TAGS = ["social"]


@router.get(
    "/api/social/accounts",
    tags=TAGS,
    operation_id="listSocialAccounts",
    summary="Your accounts on platforms",
)
def list_accounts() -> models.SocialAccountsAnswer:
    accounts = _keyring().accounts.of_user(caller(router).user_id)
    return models.SocialAccountsAnswer(items=[_view(account) for account in accounts])


@router.post(
    "/api/social/accounts/<platform>/connect",
    tags=TAGS,
    operation_id="createSocialConsent",
    summary="Ask a platform's user to let us read how posts do",
    description=(
        "Open `authorization_url` in the user's browser. The platform sends the user back to your "
        "application with a code and a state, or with an error; hand both on to the callback, as "
        "the same user and at once: some codes are good for half a minute."
    ),
)
def connect(platform: str) -> models.ConsentAnswer:
    address, pending = begin_consent(
        caller(router), platform_named(platform), settings.social_redirect_uri, _keyring()
    )
    return models.ConsentAnswer(authorization_url=address, expires_at=pending.ends_at)


@router.post(
    "/api/social/accounts/<platform>/callback",
    tags=TAGS,
    operation_id="completeSocialConsent",
    summary="Hand on what the platform has sent the user back with",
    description="An account that was connected before is replaced.",
)
def callback(platform: str, body: models.FinishConsent) -> models.SocialAccountAnswer:
    who, where = caller(router), platform_named(platform)
    return _view(finish_consent(who, where, body.code, body.state, _keyring()))


@router.delete(
    "/api/social/accounts/<platform>",
    tags=TAGS,
    operation_id="deleteSocialAccount",
    status_code=204,
    summary="Disconnect an account",
    description="Its tokens are removed here and taken back at the platform.",
)
def remove(platform: str) -> Response[None]:
    disconnect(caller(router), platform_named(platform), _keyring())
    return answer(None, HTTPStatus.NO_CONTENT)


def _keyring() -> Keyring:
    return bootstrap_social.keyring(settings)


def _view(account: SocialAccount) -> models.SocialAccountAnswer:
    return models.SocialAccountAnswer(
        platform=account.platform,
        status=account.status,
        account_id=account.account_id,
        name=account.name,
        scopes=list(account.scopes),
        connected_at=account.connected_at,
        reason=account.reason,
    )
