from __future__ import annotations

import pytest

from functions import bootstrap
from tests.unit.api.client import Client


def test_given_a_running_api_when_its_health_is_asked_then_nothing_else_is_looked_at(
    client: Client, monkeypatch: pytest.MonkeyPatch
):
    def never(*_: object):
        raise AssertionError("a shallow check has to be free")

    monkeypatch.setattr(bootstrap, "health_checks", never)

    answer = client.get("/health")

    assert (answer.status, answer.json["status"], answer.json["stage"]) == (200, "ok", "test")


def test_given_all_is_well_when_checked_in_depth_then_each_part_is_named(client: Client):
    answer = client.get("/health", query={"deep": "true"})

    assert answer.status == 200
    assert answer.json["checks"] == {
        "table:videos": True,
        "bucket:media": True,
        "queue:uploads": True,
    }


def test_given_something_is_down_when_checked_in_depth_then_it_is_named(
    client: Client, monkeypatch: pytest.MonkeyPatch
):
    checks = {"table:videos": True, "bucket:media": False}
    monkeypatch.setattr(bootstrap, "health_checks", lambda *_: checks)

    answer = client.get("/health", query={"deep": "true"})

    assert (answer.status, answer.json["status"]) == (503, "degraded")
    assert answer.json["checks"] == checks
