"""What several tables keep of a user, beside what has stores of its own: removed when they leave.

counters          sums, days, and how many segments there are
preferences       what is wanted for every video
syncs             looks at posts that were asked for
social accounts   consents that are awaited
webhooks          how many there are
connections       who follows, and tickets

The log of events is beside them (see `event_log`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from functions.adapters.dynamo.counter_rows import user as counted_user
from functions.adapters.dynamo.social_accounts import ASK
from functions.adapters.dynamo.table import Table
from functions.adapters.dynamo.webhooks import COUNT
from functions.domain.deletions.leaving import Cleared
from functions.domain.deletions.ports import UserRows

_AT_ONCE: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class UserPlace:
    """A table whose rows of a user share a partition; `sort` is None where there is one. `begins`:
    only those whose sort key begins so."""

    table: str
    what: str
    sort: str | None
    begins: str = ""
    partition: str = "user_id"
    owner: Callable[[str], str] = str


def counters_of_user(table: str) -> UserPlace:
    return UserPlace(
        table=table,
        what="counters",
        partition="counter_of",
        sort="counter_name",
        owner=counted_user,
    )


def asks_of_user(accounts: str) -> UserPlace:
    """Accounts themselves go by being disconnected."""
    return UserPlace(table=accounts, what="social accounts", sort="platform", begins=ASK)


def webhook_count_of_user(webhooks: str) -> UserPlace:
    return UserPlace(table=webhooks, what="webhooks", sort="webhook_id", begins=COUNT)


class UserPlaceRows:
    def __init__(self, place: UserPlace) -> None:
        self._place, self._table = place, Table(place.table, place.what)

    def forget(self, user_id: str, stop: Callable[[], bool]) -> Cleared:
        """Each page is the first: what was read is gone."""
        place, count = self._place, 0
        names = [place.partition, *([place.sort] if place.sort else [])]
        condition, values = f"{place.partition} = :owner", {":owner": place.owner(user_id)}
        if place.begins:
            condition += f" AND begins_with({place.sort}, :begins)"
            values[":begins"] = place.begins
        while not stop():
            rows = self._table.query(condition, values, limit=_AT_ONCE, consistent=True)
            if not rows.items:
                return Cleared(count=count, done=True)
            self._table.delete_many([{name: row[name] for name in names} for row in rows.items])
            count += len(rows.items)
        return Cleared(count=count, done=False)


class DynamoUserRows:
    """Place by place, in their order."""

    def __init__(self, places: Sequence[UserRows]) -> None:
        self._places = places

    def forget(self, user_id: str, stop: Callable[[], bool]) -> Cleared:
        cleared = [place.forget(user_id, stop) for place in self._places]
        count = sum(one.count for one in cleared)
        return Cleared(count=count, done=all(one.done for one in cleared))
