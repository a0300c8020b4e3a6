"""Accounts on all five platforms through the deployed API, with the platforms beside it."""

from __future__ import annotations

import json
from typing import Any

from tests.support.cloud import Cloud, send
from tests.support.consents import ACCOUNTS, PLATFORMS, agree, connect


def _door(cloud: Cloud, door: str, **told: Any) -> None:
    address = f"{cloud.outputs.simulators['social']}/_simulator/{door}"
    as_json = {"Content-Type": "application/json"}
    assert send("POST", address, json.dumps(told).encode(), as_json).status == 200


def _listed(cloud: Cloud, bearer: str) -> dict[str, str]:
    items = cloud.call("GET", ACCOUNTS, bearer=bearer).json["items"]
    return {item["platform"]: item["status"] for item in items}


def test_given_a_user_when_all_five_are_connected_then_they_are_listed_until_disconnected(
    cloud: Cloud,
) -> None:
    bearer = cloud.new_user("social-one@cutroom.example", "pro")

    for platform in PLATFORMS:
        answer = connect(cloud, platform, bearer)
        assert answer.status == 200, answer.body
        assert answer.json["account_id"] == "1000"
    assert _listed(cloud, bearer) == dict.fromkeys(PLATFORMS, "connected")
    assert _listed(cloud, cloud.token("pro2")) == {}
    for platform in PLATFORMS:
        assert cloud.call("DELETE", f"{ACCOUNTS}/{platform}", bearer=bearer).status == 204
    assert _listed(cloud, bearer) == {}


def test_given_connected_accounts_when_their_rows_are_looked_at_then_tokens_are_sealed(
    cloud: Cloud,
) -> None:
    bearer = cloud.new_user("social-two@cutroom.example", "pro")
    for platform in PLATFORMS:
        assert connect(cloud, platform, bearer).status == 200

    dynamodb = cloud.client("dynamodb")
    (table,) = [
        name
        for page in dynamodb.get_paginator("list_tables").paginate()
        for name in page["TableNames"]
        if "SocialAccounts" in name
    ]
    rows = [
        row
        for page in dynamodb.get_paginator("scan").paginate(TableName=table)
        for row in page["Items"]
        if not row["platform"]["S"].startswith("ask#")
    ]

    assert len(rows) >= len(PLATFORMS)
    for row in rows:
        assert row["sealed"]["S"]
        text = json.dumps(row)
        assert [word for word in ("EAA", "ya29.", "act.", "x.r.") if f'"{word}' in text] == []


def test_given_a_user_who_denies_when_back_then_nothing_is_connected(cloud: Cloud) -> None:
    bearer = cloud.new_user("social-three@cutroom.example", "pro")
    _door(cloud, "login", platform="youtube", denies=True)
    try:
        asked = cloud.call("POST", f"{ACCOUNTS}/youtube/connect", bearer=bearer)
        back = agree(asked.json["authorization_url"])
    finally:
        _door(cloud, "login", platform="youtube", denies=False)

    assert back["error"] == "access_denied"
    assert _listed(cloud, bearer) == {}
