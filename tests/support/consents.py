"""Accounts on platforms, connected as users do it, with the simulated platforms beside."""

from __future__ import annotations

import urllib.error
import urllib.request
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.support.cloud import Answer, Cloud

PLATFORMS = ("facebook", "instagram", "tiktok", "x", "youtube")
ACCOUNTS = "/api/social/accounts"


class _Stay(urllib.request.HTTPRedirectHandler):
    """The address it is sent back to is the application's, which is not here."""

    def redirect_request(self, *_: Any) -> None:
        return None


def agree(address: str) -> dict[str, str]:
    """What a user's browser comes back with."""
    with pytest.raises(urllib.error.HTTPError) as redirected:
        urllib.request.build_opener(_Stay).open(address, timeout=10)
    with redirected.value as answer:
        assert answer.code == 302
        query = parse_qs(urlsplit(answer.headers["Location"]).query)
    return {name: values[0] for name, values in query.items()}


def connect(cloud: Cloud, platform: str, bearer: str) -> Answer:
    asked = cloud.call("POST", f"{ACCOUNTS}/{platform}/connect", bearer=bearer)
    assert asked.status == 200, asked.body
    back = agree(asked.json["authorization_url"])
    body = {"code": back["code"], "state": back["state"]}
    return cloud.call("POST", f"{ACCOUNTS}/{platform}/callback", body, bearer=bearer)
