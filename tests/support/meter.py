"""What the adapters ask of DynamoDB, call by call: read where the client hands over its answers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from functions.adapters.aws import client


@dataclass(frozen=True, slots=True)
class Call:
    """One request and its answer; repeats inside the SDK count once."""

    operation: str
    asked: dict[str, Any]
    answer: dict[str, Any]

    @property
    def rows_read(self) -> int:
        """Rows before the filter."""
        if self.operation == "Query":
            return int(self.answer["ScannedCount"])
        return int("Item" in self.answer)


@contextmanager
def metered() -> Iterator[list[Call]]:
    """Collect the calls that are made inside the block."""
    calls: list[Call] = []
    events = client("dynamodb").meta.events

    def before(params: dict[str, Any], context: dict[str, Any], **_: Any) -> None:
        context["asked"] = params

    def after(parsed: dict[str, Any], model: Any, context: dict[str, Any], **_: Any) -> None:
        calls.append(Call(model.name, context["asked"], parsed))

    events.register("before-parameter-build.dynamodb", before)
    events.register("after-call.dynamodb", after)
    try:
        yield calls
    finally:
        events.unregister("before-parameter-build.dynamodb", before)
        events.unregister("after-call.dynamodb", after)


def rows_queried(calls: list[Call], table: str) -> int:
    """Rows that queries of a table or its indexes read."""
    queries = [call for call in calls if call.operation == "Query"]
    return sum(call.rows_read for call in queries if call.asked["TableName"] == table)
