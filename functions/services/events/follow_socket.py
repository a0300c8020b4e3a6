"""What a client says over its WebSocket, and what it is answered.

{"action": "subscribe", "after"?: 12, "video_id"?: "…", "job_id"?: "…"}
    -> {"type": "subscribed", "sequence": 12}, then events; without `after` from now on
    -> {"type": "resync", "sequence": 40} where events after 12 are not kept: read the state anew
{"action": "ping"} -> {"type": "pong", "sequence": 40}, and whatever was not told before
anything else -> {"type": "error", "code": "…", "detail": "…"}
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from functions.domain.errors import FieldError, GoneError, InvalidInputError
from functions.domain.events.connection import CONNECTED_FOR, Connection, Wanted
from functions.domain.tiers import RatesByTier, Tier
from functions.services.events.push_events import Pushing, tell
from functions.services.events.read_events import TooOldError, require_whole
from functions.services.events.tickets import TooManyError

MAX_ID: Final = 128
MAX_MESSAGE: Final = 4_096


@dataclass(frozen=True, slots=True)
class Asked:
    """A subscription as it was asked for."""

    wanted: Wanted
    after: int | None


def connect(
    of: Pushing, user_id: str, connection_id: str, tier: Tier, limits: RatesByTier
) -> Connection:
    """Raises TooManyError where the user has as many as their tier may have.

    It is written down before it is counted: of many that come at once none is passed over."""
    now = of.clock()
    connection = Connection(
        user_id=user_id,
        connection_id=connection_id,
        connected_at=now,
        expires_at=now + CONNECTED_FOR,
    )
    of.connections.add(connection)
    most = limits[tier]
    first = {one.connection_id for one in of.connections.of_user(user_id, now)[:most]}
    if connection_id not in first:
        of.connections.remove(user_id, connection_id)
        says = f"Your tier has {most} connections at most; close one, or share it between tabs."
        raise TooManyError("events.too_many_connections", says)
    return connection


def hear(of: Pushing, user_id: str, connection_id: str, text: str) -> None:
    """Answer one message. Raises GoneError where the connection is not known any more."""
    connection = of.connections.get(user_id, connection_id)
    if connection is None:
        of.wires.close(connection_id)
        return
    try:
        message = _read(text)
        if message.get("action") == "ping":
            _pong(of, connection)
        else:
            _subscribe(of, connection, _asked(message))
    except InvalidInputError as error:
        wrong = [{"pointer": one.pointer, "detail": one.detail} for one in error.fields]
        told = {"type": "error", "code": error.code, "detail": error.detail, "errors": wrong}
        _answer(of, connection, told)
    except GoneError:
        of.connections.remove(user_id, connection_id)


def _pong(of: Pushing, connection: Connection) -> None:
    if connection.sent is not None:
        tell(of, connection)
    last = of.log.last(connection.user_id)
    _answer(of, connection, {"type": "pong", "sequence": last})


def _subscribe(of: Pushing, connection: Connection, asked: Asked) -> None:
    now = of.clock()
    after = asked.after
    kind = "subscribed"
    try:
        if after is None:
            after = of.log.last(connection.user_id)
        else:
            require_whole(of.log, connection.user_id, after, now)
    except TooOldError as error:
        kind, after = "resync", error.last
    # Told first: from the moment that it is written down, others may tell events.
    _answer(of, connection, {"type": kind, "sequence": after})
    connection = replace(connection, wanted=asked.wanted, sent=after)
    if of.connections.subscribe(connection):
        tell(of, connection)


def _answer(of: Pushing, connection: Connection, told: Mapping[str, Any]) -> None:
    of.wires.send(connection.connection_id, json.dumps(told, separators=(",", ":")))


def _read(text: str) -> Mapping[str, Any]:
    try:
        message = json.loads(text) if len(text) <= MAX_MESSAGE else None
    except (ValueError, RecursionError):
        message = None
    actions = {"subscribe", "ping"}
    action = message.get("action") if isinstance(message, dict) else None
    if not isinstance(message, dict) or not isinstance(action, str) or action not in actions:
        says = 'Send {"action": "subscribe"} or {"action": "ping"}, as JSON.'
        raise InvalidInputError(
            "events.unknown_action", says, fields=(FieldError("/action", "unknown", says),)
        )
    return message


def _asked(message: Mapping[str, Any]) -> Asked:
    wrong = list[FieldError]()
    after = message.get("after")
    whole = isinstance(after, int) and not isinstance(after, bool) and after >= 0
    if after is not None and not whole:
        wrong.append(FieldError("/after", "not_a_number", "A sequence number, from 0."))
    named: dict[str, str | None] = {}
    for name in ("video_id", "job_id"):
        value = message.get(name)
        if value is not None and not (isinstance(value, str) and 0 < len(value) <= MAX_ID):
            wrong.append(FieldError(f"/{name}", "not_an_id", "An id, as the API tells it."))
        else:
            named[name] = value
    if wrong:
        says = "This cannot be subscribed to."
        raise InvalidInputError("events.invalid_subscription", says, fields=tuple(wrong))
    return Asked(Wanted(**named), after)
