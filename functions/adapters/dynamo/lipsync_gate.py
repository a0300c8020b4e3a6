"""The line before the provider, and its places, in DynamoDB.

The line is fair by start-time fair queueing (Goyal, Vin and Cheng, 1996): each job gets a number
one higher than the last of its user, but not below the number that was let in last, and the lowest
number is next. So a user with a hundred jobs waits between each two of them for everybody else.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Final, TypeVar

from functions.adapters.dynamo.failures import ConditionFailedError
from functions.adapters.dynamo.table import Table
from functions.adapters.dynamo.transaction import Transaction
from functions.domain.codec import from_plain, to_plain
from functions.domain.errors import UnavailableError
from functions.domain.lipsync.job_ports import Waiting
from functions.domain.times import to_iso

_WHAT: Final = "lip-sync places"
_GATE: Final = "sync-so"
_STATE: Final = "state"
_MEETINGS: Final = 60
# A user's number is of no use once the line has gone past it.
_USER_KEPT: Final = timedelta(days=30)
T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """`task_token` is there until its task has been told."""

    user_id: str
    until: datetime
    task_token: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _State:
    """Who has a place, by job; `rank` is the number that was let in last."""

    places: dict[str, Place] = field(default_factory=dict)
    rank: int = 0
    version: int = 0


class DynamoLipSyncGate:
    """`places` is how many there are."""

    def __init__(self, table: str, places: int) -> None:
        self._table = Table(table, _WHAT)
        self._places = places

    def enter(self, waiting: Waiting, now: datetime) -> None:
        _again(lambda: self._enter(waiting, now))

    def _enter(self, waiting: Waiting, now: datetime) -> bool:
        line = self._table.get(_key(f"job#{waiting.job_id}"))
        if line is not None:
            return self._exchange(str(line["stands"]), waiting)
        state = self._state()
        if waiting.job_id in state.places:
            return self._save(_with_token(state, waiting.job_id, waiting.task_token), state)
        rank = self._next_rank(waiting.user_id, state.rank, now)
        place = f"wait#{rank:012d}#{to_iso(now)}#{waiting.job_id}"
        row = {**_key(place), **to_plain(waiting), "rank": rank}
        writes = Transaction(_WHAT)
        writes.put(self._table, row)
        named = {**_key(f"job#{waiting.job_id}"), "stands": place}
        writes.put(self._table, named, "attribute_not_exists(place)")
        writes.commit()
        return True

    def _exchange(self, place: str, waiting: Waiting) -> bool:
        """Raises ConditionFailedError where it was let in meanwhile."""
        self._table.update(
            _key(place),
            "SET task_token = :token",
            "attribute_exists(place)",
            {":token": waiting.task_token},
        )
        return True

    def _next_rank(self, user_id: str, least: int, now: datetime) -> int:
        """One higher than the user's last, which is raised to where the line is."""
        expires = {"expires_at": int((now + _USER_KEPT).timestamp())}
        key = _key(f"user#{user_id}")
        rank = self._table.count(key, "rank", expires)
        if rank > least:
            return rank
        with suppress(ConditionFailedError):
            self._table.update(
                key, "SET #rank = :to", "#rank < :to", {":to": least + 1}, {"#rank": "rank"}
            )
        return least + 1

    def admit(self, now: datetime, until: datetime) -> list[Waiting]:
        def once() -> list[Waiting] | None:
            state = self._state()
            left = {job: one for job, one in state.places.items() if one.until > now}
            state = replace(state, places=left)
            if len(left) >= self._places:
                return _untold(state)
            rows = self._table.query(
                "gate = :gate AND begins_with(place, :wait)",
                {":gate": _GATE, ":wait": "wait#"},
                limit=1,
                consistent=True,
            ).items
            if not rows:
                return _untold(state)
            self._let_in(state, rows[0], until)
            return None

        return _again(once)

    def _let_in(self, state: _State, row: dict[str, Any], until: datetime) -> None:
        waiting = from_plain(Waiting, row)
        place = Place(user_id=waiting.user_id, until=until, task_token=waiting.task_token)
        places = {**state.places, waiting.job_id: place}
        writes = Transaction(_WHAT)
        self._put(writes, replace(state, places=places, rank=int(row["rank"])), state)
        # With the token that was read: another one that came meanwhile must not be lost.
        read = {":token": waiting.task_token}
        writes.delete(self._table, _key(str(row["place"])), "task_token = :token", read)
        writes.delete(self._table, _key(f"job#{waiting.job_id}"), "attribute_exists(place)")
        writes.commit()

    def told(self, job_id: str) -> None:
        def once() -> bool:
            state = self._state()
            if job_id not in state.places or state.places[job_id].task_token is None:
                return True
            return self._save(_with_token(state, job_id, None), state)

        _again(once)

    def leave(self, job_id: str) -> None:
        def once() -> bool:
            line = self._table.get(_key(f"job#{job_id}"))
            if line is not None:
                writes = Transaction(_WHAT)
                writes.delete(self._table, _key(str(line["stands"])), "attribute_exists(place)")
                writes.delete(self._table, _key(f"job#{job_id}"), "attribute_exists(place)")
                writes.commit()
                return True
            state = self._state()
            if job_id not in state.places:
                return True
            places = {job: one for job, one in state.places.items() if job != job_id}
            return self._save(replace(state, places=places), state)

        _again(once)

    def held(self, now: datetime) -> list[str]:
        return [job for job, one in self._state().places.items() if one.until > now]

    def _state(self) -> _State:
        row = self._table.get(_key(_STATE))
        return from_plain(_State, row) if row else _State()

    def _save(self, state: _State, read: _State) -> bool:
        row, condition, values, names = _written(state, read)
        self._table.put(row, condition, values, names)
        return True

    def _put(self, writes: Transaction, state: _State, read: _State) -> None:
        row, condition, values, names = _written(state, read)
        writes.put(self._table, row, condition, values, names)


def _written(
    state: _State, read: _State
) -> tuple[dict[str, Any], str, dict[str, Any] | None, dict[str, str] | None]:
    row = {**_key(_STATE), **to_plain(replace(state, version=read.version + 1))}
    if not read.version:
        return row, "attribute_not_exists(place)", None, None
    return row, "#version = :read", {":read": read.version}, {"#version": "version"}


def _with_token(state: _State, job_id: str, token: str | None) -> _State:
    changed = replace(state.places[job_id], task_token=token)
    return replace(state, places={**state.places, job_id: changed})


def _untold(state: _State) -> list[Waiting]:
    return [
        Waiting(job_id=job, user_id=one.user_id, task_token=one.task_token)
        for job, one in state.places.items()
        if one.task_token
    ]


def _key(place: str) -> dict[str, str]:
    return {"gate": _GATE, "place": place}


def _again(once: Callable[[], T | None]) -> T:
    """Over whoever was faster; None asks for another turn."""
    for attempt in range(_MEETINGS):
        try:
            done = once()
            if done is not None:
                return done
        except ConditionFailedError:
            time.sleep(random.uniform(0, min(0.01 * 2**attempt, 0.3)))  # noqa: S311
    raise UnavailableError("dependency.unavailable", "Too many jobs are in line; try again.")
