"""WebSocket connections and tickets in DynamoDB: a partition for each user.

entry
connection#{connection_id}     who is there, what they want, and how far they were told
ticket#{digest}                what opens the door, by a digest of it
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from functions.adapters.dynamo.failures import ConditionFailedError
from functions.adapters.dynamo.table import Table
from functions.domain.events.connection import Connection, Ticket, TicketUse, Wanted
from functions.domain.times import from_iso, to_iso

_CONNECTION: Final = "connection#"
_TICKET: Final = "ticket#"
_IS_THERE: Final = "attribute_exists(entry)"


class DynamoConnections:
    def __init__(self, table: str) -> None:
        self._table = Table(table, "connections")

    def of_user(self, user_id: str, now: datetime) -> Sequence[Connection]:
        rows = self._entries(user_id, _CONNECTION, now)
        return sorted(map(_connection, rows), key=lambda one: (one.connected_at, one.connection_id))

    def get(self, user_id: str, connection_id: str) -> Connection | None:
        row = self._table.get(_key(user_id, connection_id))
        return _connection(row) if row else None

    def add(self, connection: Connection) -> None:
        self._table.put(
            {
                **_key(connection.user_id, connection.connection_id),
                "connected_at": to_iso(connection.connected_at),
                "expires_at": int(connection.expires_at.timestamp()),
            }
        )

    def remove(self, user_id: str, connection_id: str) -> None:
        self._table.delete_many([_key(user_id, connection_id)])

    def subscribe(self, connection: Connection) -> bool:
        wanted = connection.wanted
        change = "SET sent = :sent, wants = :wants"
        values = {
            ":sent": connection.sent,
            ":wants": {"video_id": wanted.video_id, "job_id": wanted.job_id},
        }
        return self._change(connection, change, _IS_THERE, values)

    def sent(self, connection: Connection, sequence: int) -> bool:
        values = {":to": sequence, ":from": connection.sent}
        return self._change(connection, "SET sent = :to", "sent = :from", values)

    def _change(
        self, connection: Connection, change: str, condition: str, values: Mapping[str, Any]
    ) -> bool:
        key = _key(connection.user_id, connection.connection_id)
        try:
            self._table.update(key, change, condition, values)
        except ConditionFailedError:
            return False
        return True

    def tickets(self, user_id: str, now: datetime) -> Sequence[Ticket]:
        return [_ticket(row) for row in self._entries(user_id, _TICKET, now)]

    def add_ticket(self, ticket: Ticket) -> None:
        self._table.put(
            {
                **_ticket_key(ticket.user_id, ticket.digest),
                "use": ticket.use.value,
                "tier": ticket.tier,
                "expires_at": int(ticket.expires_at.timestamp()),
            }
        )

    def ticket(self, user_id: str, digest: str, now: datetime) -> Ticket | None:
        row = self._table.get(_ticket_key(user_id, digest))
        return _ticket(row) if row and row["expires_at"] > now.timestamp() else None

    def take_ticket(self, ticket: Ticket) -> bool:
        try:
            self._table.delete(_ticket_key(ticket.user_id, ticket.digest), _IS_THERE)
        except ConditionFailedError:
            return False
        return True

    def _entries(self, user_id: str, kind: str, now: datetime) -> list[dict[str, Any]]:
        """A user's are few: their tier bounds them."""
        rows = self._table.query(
            "user_id = :user AND begins_with(entry, :kind)",
            {":user": user_id, ":kind": kind},
            consistent=True,
        )
        return [row for row in rows.items if row["expires_at"] > now.timestamp()]


def _key(user_id: str, connection_id: str) -> dict[str, str]:
    return {"user_id": user_id, "entry": f"{_CONNECTION}{connection_id}"}


def _ticket_key(user_id: str, digest: str) -> dict[str, str]:
    return {"user_id": user_id, "entry": f"{_TICKET}{digest}"}


def _connection(row: Mapping[str, Any]) -> Connection:
    wants = row.get("wants") or {}
    return Connection(
        user_id=row["user_id"],
        connection_id=row["entry"].removeprefix(_CONNECTION),
        connected_at=from_iso(row["connected_at"]),
        expires_at=datetime.fromtimestamp(row["expires_at"], UTC),
        wanted=Wanted(video_id=wants.get("video_id"), job_id=wants.get("job_id")),
        sent=row.get("sent"),
    )


def _ticket(row: Mapping[str, Any]) -> Ticket:
    return Ticket(
        user_id=row["user_id"],
        digest=row["entry"].removeprefix(_TICKET),
        use=TicketUse(row["use"]),
        tier=row["tier"],
        expires_at=datetime.fromtimestamp(row["expires_at"], UTC),
    )
