"""What several tables keep of a user, on real tables: all of one user's, and nobody else's."""

from __future__ import annotations

from typing import Any

import pytest

from functions.adapters.dynamo.social_accounts import ASK
from functions.adapters.dynamo.table import Table
from functions.adapters.dynamo.user_rows import (
    DynamoUserRows,
    UserPlace,
    asks_of_user,
    counters_of_user,
    webhook_count_of_user,
)
from functions.adapters.dynamo.webhooks import COUNT


@pytest.fixture
def rows(tables: dict[str, str]) -> DynamoUserRows:
    return DynamoUserRows(
        [
            counters_of_user(tables["counters"]),
            UserPlace(table=tables["preferences"], what="preferences", sort=None),
            asks_of_user(tables["social_accounts"]),
            webhook_count_of_user(tables["webhooks"]),
            UserPlace(table=tables["events"], what="events", sort="sequence"),
        ]
    )


def _filled(tables: dict[str, str], user_id: str, events: int = 3) -> None:
    def put(kind: str, **row: Any) -> None:
        Table(tables[kind], kind).put(row)

    put("counters", counter_of=f"user#{user_id}", counter_name="social#x", views=1)
    put("preferences", user_id=user_id, version=1)
    put("social_accounts", user_id=user_id, platform=f"{ASK}x")
    put("social_accounts", user_id=user_id, platform="x", version=1)
    put("webhooks", user_id=user_id, webhook_id=COUNT, webhooks=1)
    put("webhooks", user_id=user_id, webhook_id="0189", url="https://hooks.example")
    for number in range(events):
        put("events", user_id=user_id, sequence=number)


def _left(tables: dict[str, str], user_id: str) -> dict[str, int]:
    owners = {"counters": ("counter_of", f"user#{user_id}")}
    kinds = ("counters", "preferences", "social_accounts", "webhooks", "events")
    found = {}
    for kind in kinds:
        name, owner = owners.get(kind, ("user_id", user_id))
        asked = Table(tables[kind], kind).query(f"{name} = :owner", {":owner": owner})
        found[kind] = len(asked.items)
    return found


def test_given_two_users_when_one_is_forgotten_then_only_that_ones_rows_are_gone(
    rows: DynamoUserRows, tables: dict[str, str], fresh: str
) -> None:
    other = f"{fresh}-other"
    _filled(tables, fresh)
    _filled(tables, other)
    before = _left(tables, other)

    assert rows.forget(fresh, lambda: False)

    # Accounts and webhooks have stores of their own: what goes here is beside them.
    only = {"counters": 0, "preferences": 0, "social_accounts": 1, "webhooks": 1, "events": 0}
    assert _left(tables, fresh) == only
    assert _left(tables, other) == before


def test_given_more_rows_than_a_page_when_forgotten_then_all_go(
    rows: DynamoUserRows, tables: dict[str, str], fresh: str
) -> None:
    _filled(tables, fresh, events=230)

    assert rows.forget(fresh, lambda: False)

    assert _left(tables, fresh)["events"] == 0


def test_given_a_call_that_is_stopped_when_repeated_then_it_goes_on(
    tables: dict[str, str], fresh: str
) -> None:
    rows = DynamoUserRows([UserPlace(table=tables["events"], what="events", sort="sequence")])
    _filled(tables, fresh, events=230)
    asked = iter([False, True])

    assert not rows.forget(fresh, lambda: next(asked))
    assert _left(tables, fresh)["events"] == 130
    assert rows.forget(fresh, lambda: False)

    assert _left(tables, fresh)["events"] == 0


def test_given_nothing_of_a_user_when_forgotten_then_it_is_done(
    rows: DynamoUserRows, fresh: str
) -> None:
    assert rows.forget(fresh, lambda: False)
