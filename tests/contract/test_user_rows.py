"""What several tables keep of a user, on real tables: all of one user's, and nobody else's."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import pytest

from functions.adapters.dynamo.event_log import DynamoEventLog, UserEventRows
from functions.adapters.dynamo.social_accounts import ASK
from functions.adapters.dynamo.table import Table
from functions.adapters.dynamo.webhooks import COUNT
from functions.bootstrap_leaving import user_rows
from functions.domain.deletions.ports import UserRows
from functions.domain.times import utc_now
from functions.runtime.deletion_settings import ForgetUserSettings
from tests.contract.test_event_log import entry

Places = dict[str, list[dict[str, Any]]]
# By what holds them: keys of a user's rows.
PLACES: Places = {
    "counters": [{"counter_of": "user#{}", "counter_name": "social#x"}],
    "preferences": [{"user_id": "{}"}],
    "syncs": [{"user_id": "{}", "sync_id": "sync-1"}],
    "social_accounts": [{"user_id": "{}", "platform": f"{ASK}x"}],
    "webhooks": [{"user_id": "{}", "webhook_id": COUNT}],
    "connections": [{"user_id": "{}", "entry": "connection#1"}],
    "events": [{"user_id": "{}", "sequence": number} for number in (1, 2, 3)],
}
# These have stores of their own, and go before.
STAY: Places = {
    "social_accounts": [{"user_id": "{}", "platform": "x"}],
    "webhooks": [{"user_id": "{}", "webhook_id": "0189"}],
}


@pytest.fixture
def rows(tables: dict[str, str]) -> UserRows:
    """As the function has it."""
    named = {name: tables.get(name.removesuffix("_table"), "any") for name in _FIELDS}
    return user_rows(ForgetUserSettings(**named))  # type: ignore[arg-type]


_FIELDS = [one.name for one in fields(ForgetUserSettings)]


def _keys(
    user_id: str, places: dict[str, list[dict[str, Any]]]
) -> list[tuple[str, dict[str, Any]]]:
    return [
        (kind, {name: _named(value, user_id) for name, value in key.items()})
        for kind, keys in places.items()
        for key in keys
    ]


def _named(value: Any, user_id: str) -> Any:
    return value.format(user_id) if isinstance(value, str) else value


def _fill(tables: dict[str, str], user_id: str) -> None:
    for places in (PLACES, STAY):
        for kind, key in _keys(user_id, places):
            Table(tables[kind], kind).put(key)


def _there(tables: dict[str, str], user_id: str, places: Places) -> list[str]:
    keys = _keys(user_id, places)
    return [kind for kind, key in keys if Table(tables[kind], kind).get(key) is not None]


def test_given_two_users_when_one_is_forgotten_then_only_that_ones_rows_are_gone(
    rows: UserRows, tables: dict[str, str], fresh: str
) -> None:
    other = f"{fresh}-other"
    _fill(tables, fresh)
    _fill(tables, other)

    cleared = rows.forget(fresh, lambda: False)

    assert (cleared.count, cleared.done) == (9, True)
    assert _there(tables, fresh, PLACES) == []
    assert _there(tables, fresh, STAY) == list(STAY)
    assert len(_there(tables, other, PLACES)) == 9


def test_given_more_rows_than_a_page_when_stopped_then_a_repeat_goes_on(
    tables: dict[str, str], fresh: str
) -> None:
    events, log = Table(tables["events"], "events"), UserEventRows(tables["events"])
    for number in range(1, 231):
        events.put({"user_id": fresh, "sequence": number})
    asked = iter([False, True])

    first = log.forget(fresh, lambda: next(asked))
    second = log.forget(fresh, lambda: False)

    assert (first.count, first.done) == (100, False)
    assert (second.count, second.done) == (130, True)


@pytest.mark.parametrize("before", [0, 2])
def test_given_what_is_told_later_when_its_user_was_forgotten_then_the_log_expires(
    tables: dict[str, str], fresh: str, before: int
) -> None:
    """What the streams tell comes late: of the last disconnect, say."""
    log = DynamoEventLog(tables["events"], tables["event_marks"])
    told = [entry(fresh, at + 1) for at in range(before)]
    if told:
        log.append(fresh, 0, told, [])
    UserEventRows(tables["events"]).forget(fresh, lambda: False)

    log.append(fresh, log.last(fresh), [entry(fresh, before + 1)], [])

    head = Table(tables["events"], "events").get({"user_id": fresh, "sequence": 0})
    assert head is not None
    assert head["last"] == before + 1
    assert head["expires_at"] > utc_now().timestamp() + 7 * 86_400


def test_given_nothing_of_a_user_when_forgotten_then_it_is_done(rows: UserRows, fresh: str) -> None:
    cleared = rows.forget(fresh, lambda: False)

    assert (cleared.count, cleared.done) == (0, True)
