"""Who may call: tokens that are missing, forged, old or of the other kind."""

from __future__ import annotations

import base64
import json
import time
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.support.cloud import Cloud


def _claims(token: str) -> dict[str, Any]:
    return jwt.decode(token, options={"verify_signature": False})


def _key_id(token: str) -> str:
    return str(jwt.get_unverified_header(token)["kid"])


def _signed_by_another_key(token: str) -> str:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return jwt.encode(_claims(token), key, "RS256", headers={"kid": _key_id(token)})


def _unsigned(token: str) -> str:
    return jwt.encode(_claims(token), None, "none", headers={"kid": _key_id(token)})


def _changed(token: str) -> str:
    """Another user's claims under the old signature."""
    head, _, signature = token.split(".")
    claims = json.dumps({**_claims(token), "sub": "somebody-else"}).encode()
    return f"{head}.{base64.urlsafe_b64encode(claims).decode().rstrip('=')}.{signature}"


def expired(cloud: Cloud, cloud_home: Path, age_s: int = 10) -> str:
    """The pool's own signature under claims that were good until some seconds ago."""
    token, now = cloud.token(), int(time.time())
    keys = cloud_home / "state" / "cognito-pool-keys"
    key = (keys / f"{cloud.outputs.user_pool_id}-access.pem").read_bytes()
    claims = {**_claims(token), "iat": now - 3600, "auth_time": now - 3600, "exp": now - age_s}
    return jwt.encode(claims, key, "RS256", headers={"kid": _key_id(token)})


@pytest.mark.parametrize(
    "forge",
    [_signed_by_another_key, _unsigned, _changed, lambda _: "garbage", lambda _: "a.b.c"],
    ids=["another-key", "no-signature", "changed", "garbage", "three-pieces-of-garbage"],
)
def test_given_a_forged_token_when_the_api_is_called_then_it_is_unauthorized(
    cloud: Cloud, forge: Any
) -> None:
    bearer = forge(cloud.token())

    assert cloud.call("GET", "/api/videos", bearer=bearer).status == 401


@pytest.mark.parametrize(("age_s", "status"), [(10, 401), (-600, 200)], ids=["old", "fresh"])
def test_given_a_token_of_the_pools_own_key_when_it_has_expired_then_it_is_unauthorized(
    cloud: Cloud, cloud_home: Path, age_s: int, status: int
) -> None:
    bearer = expired(cloud, cloud_home, age_s)

    assert cloud.call("GET", "/api/videos", bearer=bearer).status == status


def test_given_an_id_token_when_the_api_is_called_then_it_names_the_same_user(
    cloud: Cloud,
) -> None:
    """As on AWS, whose authorizer takes both kinds: the client's id is `aud` of the one, and
    `client_id` of the other."""
    user = cloud.user("pro2")
    answer = cloud.client("cognito-idp").initiate_auth(
        ClientId=cloud.outputs.user_pool_client_id,
        AuthFlow="USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": user.username, "PASSWORD": user.password},
    )
    ticket = cloud.announce(1000, "pro2")

    bearer = answer["AuthenticationResult"]["IdToken"]
    seen = cloud.call("GET", f"/api/videos/{ticket['video_id']}", bearer=bearer)

    assert seen.status == 200
    assert cloud.call("GET", "/api/videos/somebody-elses", bearer=bearer).status == 404


@pytest.mark.parametrize("path", ["/docs", "/openapi.json", "/health"])
def test_given_no_token_when_a_public_page_is_asked_for_then_it_is_there(
    cloud: Cloud, path: str
) -> None:
    assert cloud.call("GET", path, user=None).status == 200
